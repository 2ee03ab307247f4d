"""Many weightings at once: how robust totals and grades are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import not_whole
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.absences import Renormalise
from cascade_kpi.scoring.block import Sources, Where
from cascade_kpi.scoring.combines import Mean
from cascade_kpi.scoring.grades import codes_of
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.lawful import sources_of
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import EVERYBODY, Weights
from cascade_kpi.sweeping.tally import Batch, Tally, edges
from cascade_kpi.sweeping.weightings import Weightings

__all__ = ["Sweep", "sweep"]

_NODES = 32_768  # whose points are made at once
_AT_ONCE = 4_096  # nodes whose totals are made and summed up while they are in the cache
_TILE = 512  # nodes in one product: small enough that no second thread is waited for
_WEIGHTINGS = 64  # so many totals of so many nodes still fit the cache


@frozen(hash=False)
class _Sweeping:
    """What is swept by what: what the JSON record of a sweep holds."""

    scores: Scores
    weightings: Weightings
    digest: str | None = None

    @classmethod
    def of(cls, swept: Sweep) -> _Sweeping:
        """The scores and the weightings."""
        return cls(swept.scores, swept.weightings, digest_of([swept.changed, swept.got]))

    def make(self) -> Sweep:
        """The sweep again."""
        swept = sweep(self.scores, self.weightings)
        check_digest(self.digest, digest_of([swept.changed, swept.got]))
        return swept


@record("cascade_kpi/sweep", written_as=_Sweeping)
@frozen(hash=False, repr=False)
class Sweep:
    """What becomes of totals and grades under many weightings. Made by :func:`sweep`.

    Attributes
    ----------
    scores : Scores
        The base: what everybody has by the card as it is.
    weightings : Weightings
    mean : float64 array (w, p)
        Mean total of those who have one, in points; NaN where nobody has.
    scored, changed : int64 array (w, p)
        How many have a total, and how many another grade, or none, than in the base.
    graded : int64 array (w, p, g)
        How many get each of the grades of `scores`.
    low, high : float64 array (p, n)
        The least and the most total that a node has in any weighting, NaN if none.
    got : int32 array (p, g, n)
        In how many weightings a node gets each grade.
    """

    scores: Scores
    weightings: Weightings
    mean: FloatArray = field(eq=CONTENT)
    scored: IntArray = field(eq=CONTENT)
    changed: IntArray = field(eq=CONTENT)
    graded: IntArray = field(eq=CONTENT)
    low: FloatArray = field(eq=CONTENT)
    high: FloatArray = field(eq=CONTENT)
    got: IntArray = field(eq=CONTENT)

    def share(self, grade: str) -> FloatArray:
        """Share of the weightings in which each node gets a grade, float64 (p, n), 0 to 1.

        Raises
        ------
        InputError
            If there is no such grade.
        """
        known = self.scores.grades
        if grade not in known:
            check([Fault("sweep", "no such grade", suggest(grade, known), value=grade)])
        return self.got[:, known.index(grade)] / len(self.weightings)

    def robustness(self) -> FloatArray:
        """Share of the weightings in which each node has the grade of the base, float64 (p, n).

        From 0 to 1; NaN where it has none.
        """
        codes = self.scores.grade_codes
        if not self.scores.grades:
            return np.full(codes.shape, np.nan)
        own = np.take_along_axis(self.got, np.maximum(codes, 0)[:, None], axis=1)[:, 0]
        return np.where(codes < 0, np.nan, own / len(self.weightings))

    def totals(self, k: int) -> FloatArray:
        """Everybody's totals under the k-th weighting, 0-based, made anew: float64 (p, n).

        In points; to the bit what :func:`score` makes of the card with these weights.

        Raises
        ------
        InputError
            If there is no k-th weighting.
        """
        check(not_whole("sweep", 0, len(self.weightings) - 1, k=k))
        card = _card(self.scores.scorecard, self.weightings, k)
        return lock(Kernel(sources_of(self.scores.results, card, self.scores.ratings)).totals())

    def __repr__(self) -> str:
        return f"<Sweep {len(self.weightings):,} weightings × {self.scores!r}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), hash(self.weightings)))


def sweep(scores: Scores, weightings: Weightings) -> Sweep:
    """Score everybody under many weightings, keeping summaries and ranges.

    Where the card is a weighted mean of items whose absent ones are left out with their
    weight, and has neither gates nor adjustments, the totals of a block of nodes are two
    matrix products: Σ weight·points over Σ weight of what is there. They are those of
    :func:`score` within 1e-12 of the largest points; a total as near as that to where a
    grade begins may be on the other side of it. Any other card is scored once a
    weighting, to the bit.

    Parameters
    ----------
    scores : Scores
        The base.
    weightings : Weightings

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If the weightings name what is no item of the card, or a weighting could not be
        scored by: see :func:`score`; listing the least and the most totals of anybody that
        lie outside all grades.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
    >>> targets = ck.cascade(org, kpis, {"sales": 10, "calls": 8}, periods="2026")
    >>> reports = {"node": ["a", "a"], "kpi": ["sales", "calls"], "value": [12, 6]}
    >>> grades = ck.Grades.from_edges({"A": 100, "B": None})
    >>> items = [ck.Item("sales"), ck.Item("calls")]
    >>> card = ck.Scorecard(items, {"sales": 60, "calls": 40}, grades=grades)
    >>> scores = ck.score(ck.measure(targets, reports), card)
    >>> swept = sweep(scores, Weightings(["sales", "calls"], [[80, 20], [40, 60]]))
    >>> swept.low.round(6).tolist(), swept.high.round(6).tolist(), swept.changed.tolist()
    ([[93.0, 93.0]], [[111.0, 111.0]], [[0], [2]])
    """
    wrong = unlike(scores, Scores, "scores", "score(…)")
    check(wrong + unlike(weightings, Weightings, "weightings", "Weightings(…)"))
    card = scores.scorecard
    known = tuple(item.name for item in card.items)
    strange = [name for name in weightings.items if name not in known]
    check(
        [Fault("weightings", "no item of this name", suggest(n, known), value=n) for n in strange]
    )
    cuts = np.empty(0) if card.grades is None else edges(card.grades)
    tally = Tally(len(weightings), scores.total, scores.grade_codes, cuts)
    way = _multiplied if _additive(card) else _each
    for p, nodes, batches in way(scores, weightings):
        tally.add(p, nodes, batches)
    codes_of(card.grades, np.stack([tally.low, tally.high]))  # what is outside all bands is refused
    with np.errstate(invalid="ignore"):
        mean = tally.total / np.where(tally.scored > 0, tally.scored, np.nan)
    kept = (mean, tally.scored, tally.changed, tally.graded, tally.low, tally.high, tally.got)
    return Sweep(scores, weightings, *map(lock, kept))


_Made = Iterator[tuple[int, Where, Iterable[Batch]]]
"""A period, some nodes, and their totals under some weightings at a time."""


def _additive(card: Scorecard) -> bool:
    """Whether totals are a ratio of two matrix products."""
    root = card.root
    plain = type(root.combine) is Mean and type(card.policy(root)) is Renormalise
    flat = len(card.outline.items) == len(root.parts) == len(card.outline.parts) - 1
    return plain and flat and not root.gates and not root.then


def _row(card: Scorecard, weightings: Weightings, k: int) -> FloatArray:
    """Weights of one weighting, scaled to what the card promises."""
    row = weightings.values[k]
    return np.asarray(row * (card.weights.promised / row.sum()))


def _card(card: Scorecard, weightings: Weightings, k: int) -> Scorecard:
    entry = dict(zip(weightings.items, _row(card, weightings, k).tolist(), strict=True))
    return _weighed(card, entry)


def _weighed(card: Scorecard, entry: dict[str, float]) -> Scorecard:
    weights = Weights({EVERYBODY: entry}, promised=card.weights.promised)
    return attrs.evolve(card, weights=weights)


def _each(scores: Scores, weightings: Weightings) -> _Made:
    """Totals of everybody, weighting by weighting."""
    everybody = slice(0, len(scores.org))
    for k in range(len(weightings)):
        card = _card(scores.scorecard, weightings, k)
        totals = Kernel(sources_of(scores.results, card, scores.ratings)).totals()
        for p, line in enumerate(totals):
            yield p, everybody, [Batch.of(slice(k, k + 1), line[None])]


def _union(scores: Scores, weightings: Weightings) -> Sources:
    """The sources of a card on which every item is that any weighting has on it."""
    rows = [_row(scores.scorecard, weightings, k) for k in range(len(weightings))]
    mean = np.mean(rows, axis=0)
    entry = dict(zip(weightings.items, mean.tolist(), strict=True))
    return sources_of(scores.results, _weighed(scores.scorecard, entry), scores.ratings)


def _multiplied(scores: Scores, weightings: Weightings) -> _Made:
    """Totals of blocks of nodes, of some weightings at once."""
    kernel = Kernel(_union(scores, weightings))
    outline = kernel.sources.card.outline
    used = [i for i, name in enumerate(weightings.items) if weightings.values[:, i].any()]
    at = [outline.position(weightings.items[i]) for i in used]
    rows = [_row(scores.scorecard, weightings, k)[used] for k in range(len(weightings))]
    weights, n = np.array(rows), len(scores.org)
    weights /= weights.sum(axis=1, keepdims=True)
    for p in range(len(scores.periods)):
        for begin in range(0, n, _NODES):
            nodes = slice(begin, min(begin + _NODES, n))
            points = np.stack([kernel.value(i, p, nodes) for i in at])
            short = np.isnan(points).any(axis=0)
            for some in (np.flatnonzero(~short), np.flatnonzero(short)):
                for first in range(0, len(some), _AT_ONCE):
                    these = some[first : first + _AT_ONCE]
                    yield p, begin + these, _ratios(weights, points.take(these, axis=1))


def _ratios(weights: FloatArray, points: FloatArray) -> Iterator[Batch]:
    """Totals of some nodes: of all that lack nothing, or of all that lack something."""
    absent = np.isnan(points)
    lacking = bool(absent.any())
    if lacking:
        points, there = np.where(absent, 0.0, points), np.where(absent, 0.0, 1.0)
    for first in range(0, len(weights), _WEIGHTINGS):
        which = slice(first, min(first + _WEIGHTINGS, len(weights)))
        totals = _product(weights[which], points)
        if lacking:
            with np.errstate(invalid="ignore", divide="ignore"):
                np.divide(totals, _product(weights[which], there), out=totals)
            yield Batch.of(which, totals)
        else:  # a sum of products is the product of the sum
            scored = np.full(len(totals), points.shape[1])
            yield Batch(which, totals, weights[which] @ points.sum(axis=1), scored)


def _product(weights: FloatArray, points: FloatArray) -> FloatArray:
    """``weights @ points``, (w, k) and (k, m), in tiles of a few nodes."""
    k, m = points.shape
    tiles = -(-m // _TILE)
    padded = points
    if m % _TILE:
        padded = np.zeros((k, tiles * _TILE))
        padded[:, :m] = points
    out = np.empty((len(weights), tiles, _TILE))
    inner = padded.reshape(k, tiles, _TILE).transpose(1, 0, 2)
    np.matmul(weights, inner, out=out.transpose(1, 0, 2))
    return out.reshape(len(weights), -1)[:, :m]
