"""Pieces of targets, how much each is, and their sums by who has them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.moving.clock import Clock
from cascade_kpi.moving.columns import Ids
from cascade_kpi.moving.division import Own, divide_pieces
from cascade_kpi.moving.pieces import CUSHION, Pieces
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.targets import Targets
from cascade_kpi.targets.wholes import sums_over_periods

__all__ = ["Sized", "mean_of_levels", "or_blank"]


@frozen(eq=False)
class Sized:
    """Pieces, and how much of every KPI each is.

    Attributes
    ----------
    targets : Targets
        Whose pieces they are.
    own : tuple of Own, or None
        Per KPI, what every node has beside its children's; None where targets are not divided.
    clock : Clock
    pieces : Pieces
    """

    targets: Targets
    own: tuple[Own | None, ...]
    clock: Clock
    pieces: Pieces

    @cached_property
    def lots(self) -> tuple[IntArray | None, ...]:
        """Per KPI, the lots of every piece, `NO_LOTS` for none; None where not divided."""
        return tuple(
            None if own is None else lock(divide_pieces(own, self.pieces, self.clock))
            for own in self.own
        )

    @cached_property
    def weight(self) -> FloatArray:
        """What every piece's days and share weigh, float64 (m,)."""
        pieces = self.pieces
        after = self.clock.before(pieces.period, pieces.end + 1)
        return lock(pieces.share * (after - self.clock.before(pieces.period, pieces.start)))

    def adds_up(self, k: int) -> bool:
        """Whether the k-th KPI's targets of shorter periods sum to that of a longer one."""
        return sums_over_periods(self.targets.kpis.items[k].aggregate)

    def values(self, k: int) -> FloatArray:
        """Every piece of the k-th KPI in its unit, float64 (m,), NaN where there is none."""
        lots, pieces = self.lots[k], self.pieces
        if lots is not None:
            values = self.targets.kpis.items[k].counted_in.values(lots)
            return lock(np.where(lots == NO_LOTS, np.nan, values))
        values = self.targets.values[k][pieces.period, pieces.origin]
        values = np.where(pieces.state == CUSHION, np.nan, values)
        if self.adds_up(k):
            values = values * (self.weight / self.clock.whole(pieces.period))
        return lock(values)

    def summed(self, k: int, group: IntArray, many: int) -> tuple[FloatArray, FloatArray]:
        """What groups of pieces come to.

        Of what does not add up, the mean of the levels by days and shares.

        Parameters
        ----------
        group : int64 array (m,)
            Which of the groups each piece is in; -1 for none.
        many : int

        Returns
        -------
        target, lots : float64 array (many,)
            In the KPI's unit, and counted; NaN where there is nothing, and lots where
            they are not counted.
        """
        values = self.values(k)
        some = np.flatnonzero((group >= 0) & ~np.isnan(values))
        at, lots = group[some], self.lots[k]
        target = np.full(many, np.nan)
        there = np.bincount(at, minlength=many) > 0
        if lots is not None:
            counts = np.zeros(many, dtype=np.int64)
            np.add.at(counts, at, lots[some])
            target[there] = self.targets.kpis.items[k].counted_in.values(counts[there])
            return target, np.where(there, counts, np.nan)
        if self.adds_up(k):
            target[there] = np.bincount(at, values[some], many)[there]
        else:
            target = mean_of_levels(values[some], self.weight[some], at, many)
        return target, np.full(many, np.nan)


def mean_of_levels(
    levels: FloatArray, weight: FloatArray, group: IntArray, many: int
) -> FloatArray:
    """Weighted means, exact where all levels of a group are the same; NaN without weight.

    The first level, and the mean of what the others differ from it by.
    """
    first = np.full(many, np.nan)
    known, at = np.unique(group, return_index=True)
    first[known] = levels[at]
    with np.errstate(invalid="ignore", divide="ignore"):
        beyond = np.bincount(group, (levels - first[group]) * weight, many)
        return np.asarray(first + beyond / np.bincount(group, weight, many))


def or_blank(ids: Ids, rows: IntArray) -> Ids:
    """Some of the ids, blank where the row is -1: empty text, or None among whole numbers."""
    padded = np.empty(len(ids) + 1, dtype=object)
    padded[:-1] = ids
    padded[-1] = "" if ids.dtype == object or not len(ids) else None
    return np.asarray(padded[rows])
