"""Many weightings or cards at once: how robust totals and grades are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import not_whole, refusals
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.absences import Renormalise
from cascade_kpi.scoring.block import Sources, Where
from cascade_kpi.scoring.combines import Mean
from cascade_kpi.scoring.grades import codes_of, labels_of
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.lawful import sources_of
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import EVERYBODY, Weights
from cascade_kpi.sweeping.each import Each, by_name
from cascade_kpi.sweeping.ranks import RankRanges, people_of, ranked
from cascade_kpi.sweeping.tally import Batch, Tally, edges
from cascade_kpi.sweeping.variants import Variants
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
    over: Weightings | Variants
    digest: str | None = None

    @classmethod
    def of(cls, swept: Sweep) -> _Sweeping:
        """The scores, and the weightings or cards."""
        return cls(swept.scores, swept.over, digest_of([swept.changed, swept.got]))

    def make(self) -> Sweep:
        """The sweep again."""
        swept = sweep(self.scores, self.over)
        check_digest(self.digest, digest_of([swept.changed, swept.got]))
        return swept


@record("cascade_kpi/sweep", written_as=_Sweeping)
@frozen(hash=False, repr=False)
class Sweep:
    """What becomes of totals and grades under many weightings or cards. Made by :func:`sweep`.

    There are w weightings, or cards, over p periods, n nodes and g grades.

    Attributes
    ----------
    scores : Scores
        The base: what everybody has by the card as it is.
    over : Weightings or Variants
    mean : float64 array (w, p)
        Mean total of those who have one, in points; NaN where nobody has.
    scored, changed : int64 array (w, p)
        How many have a total, and how many another grade, or none, than in the base.
    graded : int64 array (w, p, g)
        How many get each of the grades of `scores`.
    low, high : float64 array (p, n)
        The least and the most total that a node has in any weighting or card, NaN if none.
    got : int32 array (p, g, n)
        In how many of them a node gets each grade.
    """

    scores: Scores
    over: Weightings | Variants
    mean: FloatArray = field(eq=CONTENT)
    scored: IntArray = field(eq=CONTENT)
    changed: IntArray = field(eq=CONTENT)
    graded: IntArray = field(eq=CONTENT)
    low: FloatArray = field(eq=CONTENT)
    high: FloatArray = field(eq=CONTENT)
    got: IntArray = field(eq=CONTENT)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the weightings or cards."""
        return self.over.names

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.scores.org

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.scores.periods

    def share(self, grade: str) -> FloatArray:
        """Share of the weightings or cards by which each node gets a grade, float64 (p, n), 0 to 1.

        Raises
        ------
        InputError
            If there is no such grade.
        """
        known = self.scores.grades
        if grade not in known:
            check([Fault("sweep", "no such grade", suggest(grade, known), value=grade)])
        return self.got[:, known.index(grade)] / len(self.over)

    def robustness(self) -> FloatArray:
        """Share of the weightings or cards by which each node has the grade of the base.

        float64 (p, n), from 0 to 1; NaN where it has none.
        """
        codes = self.scores.grade_codes
        if not self.scores.grades:
            return np.full(codes.shape, np.nan)
        own = np.take_along_axis(self.got, np.maximum(codes, 0)[:, None], axis=1)[:, 0]
        return np.where(codes < 0, np.nan, own / len(self.over))

    def card(self, k: int) -> Scorecard:
        """The k-th scorecard, 0-based: the base's with the k-th weights, or the k-th variant.

        Raises
        ------
        InputError
            If there is no k-th.
        """
        check(not_whole("sweep", 0, len(self.over) - 1, k=k))
        if isinstance(self.over, Variants):
            return self.over.cards[self.names[k]]
        return _card(self.scores.scorecard, self.over, k)

    def totals(self, k: int) -> FloatArray:
        """Everybody's totals under the k-th weighting or card, 0-based: float64 (p, n).

        In points, made anew; to the bit what :func:`score` makes of :meth:`card`.

        Raises
        ------
        InputError
            If there is no k-th.
        """
        card = self.card(k)
        return lock(Kernel(sources_of(self.scores.results, card, self.scores.ratings)).totals())

    def ranks(self, among: IntArray | None = None) -> RankRanges:
        """Places of some people by every weighting or card, made anew.

        Everybody is scored once by each, and put in order; ties share the best place.

        Parameters
        ----------
        among : int64 array (m,), optional
            Rows of the people who are ranked among each other, as ``org.select(kind=…)``
            answers them; those without nodes below by default.

        Returns
        -------
        RankRanges

        Raises
        ------
        InputError
            Listing what is no row of the tree, and rows that occur twice.

        References
        ----------
        OECD and JRC, *Handbook on Constructing Composite Indicators: Methodology and User
        Guide*, 2008, part I, step 7: ranges of ranks, and their average shift, under
        uncertain weights.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
        >>> targets = ck.cascade(org, kpis, {"sales": 200, "calls": 20}, periods="2026")
        >>> results = ck.measure(targets, {
        ...     "node": ["a", "b"] * 2, "kpi": ["sales"] * 2 + ["calls"] * 2,
        ...     "value": [120, 80, 6, 9],
        ... })  # fmt: skip
        >>> card = ck.Scorecard([ck.Item("sales"), ck.Item("calls")], {"sales": 60, "calls": 40})
        >>> weightings = Weightings(["sales", "calls"], [[60, 40], [30, 70]])
        >>> ranks = sweep(ck.score(results, card), weightings).ranks()
        >>> ranks.base.tolist(), ranks.best.tolist(), ranks.worst.tolist()
        ([[1, 2]], [[1, 1]], [[2, 2]])
        >>> ranks.spearman.tolist(), ranks.largest.tolist()
        ([[1.0], [-1.0]], [[0], [1]])
        """
        return ranked(self, self._cards, people_of(self.org, among))

    @property
    def _cards(self) -> dict[str, Scorecard]:
        return {name: self.card(k) for k, name in enumerate(self.names)}

    def __repr__(self) -> str:
        what = "weightings" if isinstance(self.over, Weightings) else "cards"
        return f"<Sweep {len(self.over):,} {what} × {self.scores!r}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), hash(self.over)))


def sweep(scores: Scores, over: Weightings | Variants) -> Sweep:
    """Score everybody under many weightings or scorecards, keeping summaries and ranges.

    Where the card is a weighted mean of items whose absent ones are left out with their
    weight, and has neither gates nor adjustments, the totals of a block of nodes are two
    matrix products: Σ weight·points over Σ weight of what is there. They are those of
    :func:`score` within 1e-12 of the largest points; a total as near as that to where a
    grade begins may be on the other side of it. Any other card is scored once a
    weighting, to the bit; so is everybody under each of several cards.

    Parameters
    ----------
    scores : Scores
        The base.
    over : Weightings or Variants
        Weightings, the same for everybody, or whole scorecards.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If the weightings name what is no item of the card; listing all that :func:`score` would
        refuse under any of them, cards that have other grades than the base, and the least and
        the most totals of anybody that lie outside all grades.

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
    check(wrong + _not_swept(over))
    card = scores.scorecard
    check(_misfits(card, over))
    tally = Tally(len(over), scores.total, scores.grade_codes, _cuts(card, over))
    if isinstance(over, Variants):
        way = _variants(scores, over)
    else:
        way = (_multiplied if _additive(card) else _each)(scores, over)
    for p, nodes, batches in way:
        tally.add(p, nodes, batches)
    if not isinstance(over, Variants):  # what is outside all bands is refused
        codes_of(card.grades, np.stack([tally.low, tally.high]))
    with np.errstate(invalid="ignore"):
        mean = tally.total / np.where(tally.scored > 0, tally.scored, np.nan)
    kept = (mean, tally.scored, tally.changed, tally.graded, tally.low, tally.high, tally.got)
    return Sweep(scores, over, *map(lock, kept))


def _not_swept(over: object) -> list[Fault]:
    if isinstance(over, Variants):
        return []
    return unlike(over, Weightings, "over", "Weightings(…) or Variants(…)")


def _misfits(card: Scorecard, over: Weightings | Variants) -> list[Fault]:
    """Items that the card lacks, or cards with other grades."""
    if isinstance(over, Weightings):
        known = tuple(item.name for item in card.items)
        return [
            Fault("weightings", "no item of this name", suggest(name, known), value=name)
            for name in over.items
            if name not in known
        ]
    mine = labels_of(card.grades)
    reason = f"other grades than the base, {', '.join(mine) or 'which has none'}"
    return [
        Fault("variants", reason, "give them the same labels", column=name,
              value=", ".join(labels_of(each.grades)) or "none")
        for name, each in over.cards.items()
        if labels_of(each.grades) != mine
    ]  # fmt: skip


def _cuts(card: Scorecard, over: Weightings | Variants) -> FloatArray | None:
    """Where grades begin under each weighting or card, (w, g − 1); None without grades."""
    if card.grades is None:
        return None
    cards = over.cards.values() if isinstance(over, Variants) else [card] * len(over)
    bands = [each.grades for each in cards if each.grades is not None]
    known = {each: edges(each) for each in bands}
    return np.array([known[each] for each in bands])


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
    cards = (_card(scores.scorecard, weightings, k) for k in range(len(weightings)))
    return _scored(Each.of(scores, dict(zip(weightings.names, cards, strict=True))))


def _scored(each: Each) -> _Made:
    """Totals of blocks of nodes, card by card."""
    each.check_missing()
    for p in range(len(each.sources[0].results.periods)):
        for nodes in each.blocks():
            yield (
                p,
                nodes,
                (Batch.of(slice(k, k + 1), one[None]) for k, one in each.totals(p, nodes)),
            )


def _variants(scores: Scores, variants: Variants) -> _Made:
    """The same under several cards, each of whose totals has to lie within its own bands."""
    ends = np.full((2, len(variants)), np.nan)
    for p, nodes, batches in _scored(Each.of(scores, variants.cards)):
        yield p, nodes, _watched(batches, ends)
    cards = variants.cards.items()
    outside = {
        name: refusals(partial(codes_of, card.grades), ends[:, k])
        for k, (name, card) in enumerate(cards)
    }
    check(by_name(outside))


def _watched(batches: Iterable[Batch], ends: FloatArray) -> Iterator[Batch]:
    """The same batches; the least and the most of each card are kept."""
    for batch in batches:
        which = batch.which
        ends[0, which] = np.fmin(ends[0, which], np.fmin.reduce(batch.totals, axis=1))
        ends[1, which] = np.fmax(ends[1, which], np.fmax.reduce(batch.totals, axis=1))
        yield batch


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
