"""What is kept of many totals: summaries a weighting, and ranges a node."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.scoring.block import Where
from cascade_kpi.scoring.grades import Grades

__all__ = ["Batch", "Tally", "edges"]


@frozen(eq=False)
class Batch:
    """Totals of some nodes under some of the weightings.

    Attributes
    ----------
    which : slice
        Of the weightings, w of them.
    totals : float64 array (w, nodes)
    sums : float64 array (w,)
        Of the totals that there are.
    scored : int64 array (w,)
        How many there are.
    """

    which: slice
    totals: FloatArray
    sums: FloatArray
    scored: IntArray

    @classmethod
    def of(cls, which: slice, totals: FloatArray) -> Batch:
        """Of totals alone."""
        sums, scored = totals.sum(axis=1), np.full(len(totals), totals.shape[1])
        for k in np.flatnonzero(np.isnan(sums)).tolist():  # of those alone the absent are counted
            there = totals[k][~np.isnan(totals[k])]
            sums[k], scored[k] = there.sum(), len(there)
        return cls(which, totals, sums, scored)


def edges(grades: Grades) -> FloatArray:
    """The least total of every grade but the last, best first, float64 (grades − 1,).

    Totals are rounded before they are graded; this is the least that is rounded up to
    where a band begins, so that one comparison grades a total to the bit.
    """
    return np.array([_least(band.ends[0], grades.decimals) for band in grades.bands[:-1]])


def _least(low: float, decimals: int) -> float:
    """The least total that is rounded to no less than `low`, by halving down to the last bit.

    A step of the last decimal away on either side it is settled; an edge of more decimals than
    totals have may lie anywhere between.
    """
    step = 10.0**-decimals
    below, at = low - step, low + step
    while below < (middle := below + (at - below) / 2) < at:
        if np.round(middle, decimals) >= low:
            at = middle
        else:
            below = middle
    return at


class Tally:
    """Sums and ranges, filled block by block; which blocks there are changes no range.

    Made of the number of weightings, the totals and grades of the base, and the least total of
    every grade but the last, best first, under each weighting, float64 (w, g − 1); None without
    grades.

    Attributes
    ----------
    total : float64 array (w, p)
        Sums of totals.
    scored, changed : int64 array (w, p)
        How many nodes have a total, and how many another grade than in the base.
    graded : int64 array (w, p, g)
    low, high : float64 array (p, n)
    got : int32 array (p, g, n)
        In how many weightings each node gets each grade.
    """

    def __init__(
        self, weightings: int, base: FloatArray, codes: IntArray, cuts: FloatArray | None
    ) -> None:
        periods, nodes = base.shape
        self._cuts = np.empty((weightings, 0)) if cuts is None else cuts
        # One number is compared with faster than a column of the same.
        self._alike = bool((self._cuts == self._cuts[:1]).all())
        grades = 0 if cuts is None else cuts.shape[1] + 1
        self._codes = codes
        self.total = np.zeros((weightings, periods))
        self.scored = np.zeros((weightings, periods), dtype=np.int64)
        self.changed = np.zeros((weightings, periods), dtype=np.int64)
        self.graded = np.zeros((weightings, periods, grades), dtype=np.int64)
        self.low = np.full((periods, nodes), np.nan)
        self.high = np.full((periods, nodes), np.nan)
        self.got = np.zeros((periods, grades, nodes), dtype=np.int32)

    def add(self, p: int, nodes: Where, batches: Iterable[Batch]) -> None:
        """Totals of some nodes in one period, under some weightings at a time."""
        least, most = self.low[p, nodes], self.high[p, nodes]
        for batch in batches:
            least = np.fmin(least, np.fmin.reduce(batch.totals, axis=0))
            most = np.fmax(most, np.fmax.reduce(batch.totals, axis=0))
            self.total[batch.which, p] += batch.sums
            self.scored[batch.which, p] += batch.scored
            if self.got.shape[1]:
                self._grade(batch.which, p, nodes, batch.totals)
        self.low[p, nodes], self.high[p, nodes] = least, most

    def _grade(self, which: slice, p: int, nodes: Where, totals: FloatArray) -> None:
        above: NDArray[np.bool_] = np.zeros(totals.shape, dtype=bool)
        same = np.zeros(len(totals), dtype=np.int64)
        base = self._codes[p, nodes]
        last = ~np.isnan(totals)
        for g in range(self.got.shape[1]):
            reached = last
            if g < self._cuts.shape[1]:
                cut = self._cuts[0, g] if self._alike else self._cuts[which, g, None]
                reached = totals >= cut
            here = reached & ~above
            self.got[p, g, nodes] += here.sum(axis=0, dtype=np.int32)
            self.graded[which, p, g] += np.count_nonzero(here, axis=1)
            same += np.count_nonzero(here & (base == g), axis=1)
            above = reached
        same += np.count_nonzero(~last & (base < 0), axis=1)
        self.changed[which, p] += totals.shape[1] - same
