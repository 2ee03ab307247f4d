"""Places under many weightings or cards: their ranges, and how far orders agree with the base."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, lock
from cascade_kpi._long import Columns, same, texts, totals_table
from cascade_kpi.comparing.ranks import centred, correlated, spearman, tied_places
from cascade_kpi.errors import Fault, check
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.sweeping.each import Each

if TYPE_CHECKING:
    from cascade_kpi.sweeping.sweep import Sweep

__all__ = ["RankRanges", "named", "people_of", "ranked", "told"]

_TOTALS = 1 << 24  # totals that are kept at a time, 128 MB


@frozen(hash=False, repr=False)
class RankRanges:
    """Places of some people under all weightings or cards of a sweep. Made by `Sweep.ranks`.

    There are w weightings or cards, p periods and m people. Places are among these people,
    1 the first, 0 for none.

    Attributes
    ----------
    swept : Sweep
    rows : int64 array (m,)
        The people, as rows of the tree.
    base, best, worst : int64 array (p, m)
        Everybody's place in the base, and the best and the worst that they have.
    people : int64 array (w, p)
        How many have a total both in the base and by each weighting or card.
    spearman : float64 array (w, p)
        Spearman's correlation of their places with those of the base, -1 to 1; NaN where
        either has all the same total.
    shift : float64 array (w, p)
        By how many places they move on average, up or down; NaN of nobody.
    largest : int64 array (w, p)
        By how many places somebody moves at most, up or down.
    mover : int64 array (w, p)
        The row of the first in the tree's order who does; -1 where nobody moves.
    """

    swept: Sweep
    rows: IntArray = field(eq=CONTENT)
    base: IntArray = field(eq=CONTENT)
    best: IntArray = field(eq=CONTENT)
    worst: IntArray = field(eq=CONTENT)
    people: IntArray = field(eq=CONTENT)
    spearman: FloatArray = field(eq=CONTENT)
    shift: FloatArray = field(eq=CONTENT)
    largest: IntArray = field(eq=CONTENT)
    mover: IntArray = field(eq=CONTENT)

    def table(self) -> Columns:
        """Everybody with a place anywhere as columns, by period and node.

        Returns
        -------
        dict of str to array (r,)
            ``node``, ``period``; ``rank`` in the base, ``best`` and ``worst``, 0 for none.
        """
        org, labels = self.swept.org, self.swept.periods.labels
        columns = {"rank": self.base, "best": self.best, "worst": self.worst}
        says = (self.base > 0) | (self.best > 0)
        return totals_table(org.ids[self.rows], labels, says, columns)

    def summary(self) -> Columns:
        """How far each order agrees with the base: one row a weighting or card and period.

        Returns
        -------
        dict of str to array (w · p,)
            ``name``, the settings of a grid, ``period``; ``people``, ``spearman``, ``shift``,
            ``largest``, and ``mover``, the node that moves most, blank where nobody does.
        """
        org = self.swept.org
        movers = np.array([*org.ids.tolist(), None], dtype=object)[self.mover]
        return {
            **named(self.swept),
            "people": self.people.ravel(),
            "spearman": self.spearman.ravel(),
            "shift": self.shift.ravel(),
            "largest": self.largest.ravel(),
            "mover": movers.ravel(),
        }

    def __repr__(self) -> str:
        least = float(np.nanmin(self.spearman, initial=np.inf))
        words = (
            f"correlation at least {least:.3f}" if np.isfinite(least) else "nothing to correlate"
        )
        much = int(self.largest.max(initial=0))
        return (
            f"<RankRanges of {len(self.rows):,} × {len(self.swept.over):,}: {words}, "
            f"moves of up to {much:,}>"
        )

    def __hash__(self) -> int:
        return fingerprint((hash(self.swept), self.rows))


def named(swept: Sweep) -> dict[str, NDArray[Any]]:
    """Names, settings and periods of rows by weighting or card, then period."""
    labels, settings = swept.periods.labels, getattr(swept.over, "settings", {})
    each = len(labels)
    columns: dict[str, NDArray[Any]] = {"name": same(swept.names, [each] * len(swept.names))}
    for name, values in settings.items():
        numbers = all(isinstance(value, float) for value in values)
        column = np.array(values, dtype=np.float64 if numbers else object)
        shown = column if numbers else texts([told(value) for value in values])
        columns[name] = np.repeat(shown, each)
    columns["period"] = texts(np.tile(np.array(labels, dtype=object), len(swept.names)))
    return columns


def told(value: float | str) -> str:
    """A value of a setting as people read it."""
    return value if isinstance(value, str) else f"{value:g}"


def people_of(org: OrgTree, among: Any) -> IntArray:
    """Rows of the people who are ranked: those given, in ascending order, or the leaves.

    Raises
    ------
    InputError
        Listing what is no row of the tree, and what occurs twice.
    """
    if among is None:
        return np.flatnonzero(org.is_leaf)
    try:
        rows = np.asarray(among)
    except ValueError:  # lists of several lengths
        rows = np.empty(0)
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or not len(rows):
        repair = "give rows as org.select(kind=…) answers them, or org.rows(ids)"
        check([Fault("ranks", "no rows of the tree", repair, column="among", value=among)])
    beyond = np.flatnonzero((rows < 0) | (rows >= len(org))).tolist()
    faults = [
        Fault("ranks", f"no row of {len(org):,}", "count from 0", row=i, column="among",
              value=int(rows[i]))
        for i in beyond
    ]  # fmt: skip
    known, counts = np.unique(rows, return_counts=True)
    faults += [
        Fault("ranks", "occurs twice", "keep one", column="among", value=row)
        for row in known[counts > 1].tolist()
    ]
    check(faults)
    return known.astype(np.int64)


def ranked(swept: Sweep, rows: IntArray) -> RankRanges:
    """Places of some people by the totals that `score` makes under each card."""
    shape, ways = (len(swept.periods), len(rows)), (len(swept.over), len(swept.periods))
    base, best, worst = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    people, largest = (np.zeros(ways, dtype=np.int64) for _ in range(2))
    mover, rho, shift = np.full(ways, -1), np.full(ways, np.nan), np.full(ways, np.nan)
    orders = [_Order.of(total[rows]) for total in swept.scores.total]
    for each in Each.parts(swept.scores, swept.names, swept.card):
        for p, k, totals in _everybody(each, rows):
            one = orders[p]
            other = _Order.of(totals)
            here = other.places > 0
            best[p] = np.where(here & ((best[p] == 0) | (other.places < best[p])), other.places,
                               best[p])  # fmt: skip
            worst[p] = np.maximum(worst[p], other.places)
            both = here & (one.places > 0)
            people[k, p] = int(both.sum())
            if people[k, p]:
                moves = np.where(both, np.abs(other.places - one.places), 0)
                shift[k, p], largest[k, p] = moves.sum() / people[k, p], moves.max()
                mover[k, p] = rows[moves.argmax()] if largest[k, p] else -1
            rho[k, p] = one.correlation(other)
    base[:] = [one.places for one in orders]
    made = rows, base, best, worst, people, rho, shift, largest, mover
    return RankRanges(swept, *map(lock, made))


@frozen(eq=False)
class _Order:
    """Totals of some people, their places, and these centred on their mean."""

    totals: FloatArray
    there: NDArray[np.bool_]
    places: IntArray
    centred: FloatArray

    @classmethod
    def of(cls, totals: FloatArray) -> _Order:
        """The order that totals make."""
        there = ~np.isnan(totals)
        first, last = tied_places(totals, np.zeros(len(totals), dtype=np.int64))
        pool = np.zeros(int(there.sum()), dtype=np.int64)
        return cls(totals, there, first, centred((first[there], last[there]), pool, 1))

    def correlation(self, other: _Order) -> float:
        """Spearman's, of those who have both totals."""
        if np.array_equal(self.there, other.there):
            pool = np.zeros(len(self.centred), dtype=np.int64)
            return float(correlated(self.centred, other.centred, pool, 1)[0])
        pool = np.zeros(len(self.totals), dtype=np.int64)
        return float(spearman(self.totals, other.totals, pool, 1)[0])


def _everybody(each: Each, rows: IntArray) -> Iterator[tuple[int, int, FloatArray]]:
    """A period, a card, and totals of all these people."""
    periods, count = len(each.sources[0].results.periods), len(each.sources)
    size = max(_TOTALS // max(len(rows), 1), 1)
    for p, begin in product(range(periods), range(0, count, size)):
        which = range(begin, min(begin + size, count))
        made = np.empty((len(which), len(rows)))
        for nodes in each.blocks():
            mine = slice(*np.searchsorted(rows, [nodes.start, nodes.stop]).tolist())
            some = rows[mine]
            if not len(some):
                continue
            # A few are scored by themselves, many as the block that they are in.
            few = len(some) * 8 < nodes.stop - nodes.start
            for k, totals in each.totals(p, some if few else nodes, which):
                at = k - each.begin - begin
                made[at, mine] = totals if few else totals[some - nodes.start]
        for k, totals in zip(which, made, strict=True):
            yield p, each.begin + k, totals
