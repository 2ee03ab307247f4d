"""Pieces summed by who has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.moving.columns import Ids

__all__ = ["Group", "Shares", "mean_of_levels", "or_blank"]


@frozen(eq=False)
class Group:
    """Pieces by cell: a period and a holder.

    Attributes
    ----------
    rows : int64 array (m,)
        The pieces, ordered by cell, then as they stand.
    cells : int64 array (c,)
        Period times the number of holders plus holder, ascending.
    at : int64 array (m,)
        Position of each piece's cell among them.
    """

    rows: IntArray
    cells: IntArray
    at: IntArray

    def sums(self, lots: IntArray, cells: IntArray) -> IntArray:
        """Sums of whole numbers in some cells, these among them."""
        total = np.zeros(len(cells), dtype=np.int64)
        np.add.at(total, np.searchsorted(cells, self.cells)[self.at], lots[self.rows])
        return total

    def added(self, amounts: FloatArray) -> FloatArray:
        """Sums of amounts in every cell, one after another."""
        sums = np.bincount(self.at, amounts[self.rows], len(self.cells))
        return sums.astype(np.float64, copy=False)


@frozen(eq=False)
class Shares:
    """Pieces of one KPI.

    Attributes
    ----------
    period : int64 array (m,)
    holders : int
        How many there are.
    there : bool array (m,)
        Which pieces have a target.
    """

    period: IntArray
    holders: int
    there: Any

    def grouped(self, holder: IntArray, which: Any) -> Group:
        """Some of them by period and holder."""
        some = np.flatnonzero(which)
        cell = self.period[some] * self.holders + holder[some]
        order = np.argsort(cell, kind="stable")
        cells, at = np.unique(cell[order], return_inverse=True)
        return Group(some[order], cells, at)


def mean_of_levels(group: Group, levels: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted means, exact where all levels of a cell are the same; NaN without weight.

    The first level, and the mean of what the others differ from it by.
    """
    if not len(group.rows):
        return np.zeros(0)
    level, weighs = levels[group.rows], weight[group.rows]
    first = level[np.searchsorted(group.at, np.arange(len(group.cells)))]
    with np.errstate(invalid="ignore", divide="ignore"):
        beyond = np.bincount(group.at, (level - first[group.at]) * weighs)
        return np.asarray(first + beyond / np.bincount(group.at, weighs))


def or_blank(ids: Ids, rows: IntArray) -> Ids:
    """Some of the ids, blank where the row is -1: empty text, or None among whole numbers."""
    padded = np.empty(len(ids) + 1, dtype=object)
    padded[:-1] = ids
    padded[-1] = "" if ids.dtype == object or not len(ids) else None
    return np.asarray(padded[rows])
