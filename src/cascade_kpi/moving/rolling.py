"""Reports rolled up to units, each in the trees of its own days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, refuse_overflow
from cascade_kpi.moving.folding import fold_groups
from cascade_kpi.moving.moved import Moved
from cascade_kpi.org.rollup import Combine, fold_subtrees
from cascade_kpi.org.tree import OrgTree

__all__ = ["Cells", "RollUp"]

Parts = tuple[FloatArray, ...]


@frozen(eq=False)
class Cells:
    """Where reports stood: one line a report, a node, and days in which what is above is the same.

    Attributes
    ----------
    report, node, day : int64 array (c,)
        The day is the first.
    """

    report: IntArray
    node: IntArray
    day: IntArray

    def take(self, rows: IntArray) -> Cells:
        """Some of them."""
        return Cells(self.report[rows], self.node[rows], self.day[rows])


@frozen(eq=False)
class RollUp:
    """Reports of one KPI, to be rolled up.

    Attributes
    ----------
    moved : Moved
    period : int64 array (r,)
    given : tuple of float64 array (r,)
        The parts of every report, in the order in which they are combined.
    combine : callable
    """

    moved: Moved
    period: IntArray
    given: Parts
    combine: Combine

    def rolled(self, cells: Cells) -> tuple[Parts, NDArray[np.bool_]]:
        """Parts of what stood at or below every row, and where only some of a report did.

        Returns
        -------
        tuple of float64 array (p, n), bool array (p, n)
        """
        shape = len(self.moved.of_before.periods), len(self.moved.of_before.org)
        count = np.bincount(cells.report, minlength=len(self.period))
        single = count[cells.report] == 1
        parts = tuple(np.full(shape, np.nan) for _ in self.given)
        one = cells.take(np.flatnonzero(single))
        for tree in self.by_tree(one):
            for total, below in zip(parts, self.in_tree(tree)[1], strict=True):
                with refuse_overflow("reports"):
                    self.combine(total.copy(), below, total)
        held = np.zeros(shape, dtype=bool)
        self._of_several(cells.take(np.flatnonzero(~single)), count, parts, held)
        return parts, held

    def by_tree(self, cells: Cells) -> Iterator[Cells]:
        """The cells of one tree after another."""
        trees = self.moved.trees.number(cells.day)
        for tree in np.unique(trees).tolist():
            yield cells.take(np.flatnonzero(trees == tree))

    def in_tree(self, cells: Cells) -> tuple[OrgTree, Parts]:
        """The tree of some reports, and their parts at or below every row, float64 (p, n).

        The arrays are in the order of the first tree.
        """
        org, rows = self.moved.trees.on(int(cells.day[0]))
        position = np.empty(len(rows), dtype=np.int64)
        position[rows] = np.arange(len(rows))
        period, shape = self.period[cells.report], (len(self.moved.of_before.periods), len(rows))
        group = period * len(rows) + position[cells.node]
        found = []
        for part in self.given:
            own = fold_groups(part[cells.report], group, shape[0] * shape[1], self.combine)
            below = np.full(shape, np.nan)
            for p in np.unique(period).tolist():
                line = own.reshape(shape)[p]
                below[p, rows] = fold_subtrees(org.layout, line, self.combine)
            found.append(below)
        return org, tuple(found)

    def _of_several(
        self, cells: Cells, count: IntArray, parts: Parts, held: NDArray[np.bool_]
    ) -> None:
        """Add reports that stood at several places to units above all of them."""
        trees, n = self.moved.trees, held.shape[1]
        report, at, day = cells.report, cells.node, cells.day
        met = []
        while len(report):
            met.append(report * n + at)
            above = trees.parent_on(at, day)
            on = above >= 0
            report, at, day = report[on], above[on], day[on]
        if not met:
            return
        key, many = np.unique(np.concatenate(met), return_counts=True)
        report, unit = key // n, key % n
        whole = many == count[report]
        held[self.period[report[~whole]], unit[~whole]] = True
        report, unit = report[whole], unit[whole]
        group = self.period[report] * n + unit
        for total, part in zip(parts, self.given, strict=True):
            more = fold_groups(part[report], group, total.size, self.combine)
            with refuse_overflow("reports"):
                self.combine(total.copy(), more.reshape(total.shape), total)
