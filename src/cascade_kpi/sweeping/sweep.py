"""Many weightings or cards at once: how robust totals and grades are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import not_whole
from cascade_kpi._long import Columns
from cascade_kpi.errors import Fault, InputError, check, suggest, unlike
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.absences import Renormalise
from cascade_kpi.scoring.block import Sources
from cascade_kpi.scoring.combines import Mean
from cascade_kpi.scoring.grades import codes_of
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.lawful import sources_of
from cascade_kpi.scoring.made_of import MadeOfScores
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import EVERYBODY, Weights
from cascade_kpi.sweeping.each import Each, Made
from cascade_kpi.sweeping.over import SECTIONS, Over, cuts_of, misfits, not_swept
from cascade_kpi.sweeping.ranks import RankRanges, people_of, ranked
from cascade_kpi.sweeping.tables import by_node, by_setting, by_way
from cascade_kpi.sweeping.tally import Batch, Tally
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
    over: Over
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
class Sweep(MadeOfScores):
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
    over: Over
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

    def share(self, grade: str) -> FloatArray:
        """Share of the weightings or cards by which each node gets a grade, float64 (p, n), 0 to 1.

        Raises
        ------
        InputError
            If there is no such grade.
        """
        known = self.scores.grades
        if not isinstance(grade, str) or grade not in known:
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
        return ranked(self, people_of(self.org, among))

    def table(self) -> Columns:
        """Everybody with a total as columns, by period and node.

        Returns
        -------
        dict of str to array (r,)
            ``node``, ``period``; ``total`` in the base, ``low`` and ``high``, the least and the
            most by any weighting or card, and ``spread``, the difference, in points; with
            grades ``grade`` in the base, ``robustness``, and ``share of`` each grade, 0 to 1.
        """
        return by_node(self)

    def summary(self) -> Columns:
        """What each comes to: one row a weighting or card and period.

        Returns
        -------
        dict of str to array (w · p,)
            ``name``; of a grid a column for each setting, numbers if all values are;
            ``period``; ``mean`` total in points, ``scored``, how many have one; with grades
            ``changed``, and how many are ``with`` each grade.
        """
        return by_way(self)

    def by_setting(self) -> Columns:
        """What each value of each setting of a grid comes to, on average over all others.

        Returns
        -------
        dict of str to array (r,)
            ``setting``, ``value``, ``period``; ``cards``, how many have that value; the means
            over these of ``mean`` totals, in points, and with grades of ``changed``. No rows
            where there are no settings.
        """
        return by_setting(self)

    def __repr__(self) -> str:
        what = "weightings" if isinstance(self.over, Weightings) else "cards"
        return f"<Sweep {len(self.over):,} {what} × {self.scores!r}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), hash(self.over)))


def sweep(scores: Scores, over: Over) -> Sweep:
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
    check(wrong + not_swept(over))
    card = scores.scorecard
    check(misfits(card, over))
    tally = Tally(len(over), scores.total, scores.grade_codes, cuts_of(card, over))
    if isinstance(over, Variants):
        way = Each.of(scores, over.cards).graded()
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
    try:
        return attrs.evolve(card, weights=weights)
    except InputError as error:
        faults = [attrs.evolve(fault, repair=SECTIONS) for fault in error.faults]
        raise InputError(faults) from None


def _each(scores: Scores, weightings: Weightings) -> Made:
    """Totals of everybody, weighting by weighting."""
    card = partial(_card, scores.scorecard, weightings)
    for each in Each.parts(scores, weightings.names, card):
        yield from each.everybody()


def _union(scores: Scores, weightings: Weightings) -> Sources:
    """The sources of a card on which every item is that any weighting has on it."""
    rows = [_row(scores.scorecard, weightings, k) for k in range(len(weightings))]
    mean = np.mean(rows, axis=0)
    entry = dict(zip(weightings.items, mean.tolist(), strict=True))
    return sources_of(scores.results, _weighed(scores.scorecard, entry), scores.ratings)


def _multiplied(scores: Scores, weightings: Weightings) -> Made:
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
