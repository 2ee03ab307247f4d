"""A tree whose units move: one tree for each day on which any did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, frozen_array, lock
from cascade_kpi.errors import Fault
from cascade_kpi.moving.intervals import FIRST, as_dates, points, stamp
from cascade_kpi.org.build import lay_out
from cascade_kpi.org.ids import IdIndex
from cascade_kpi.org.tree import OrgTree

__all__ = ["Trees"]

_NONE = lock(np.zeros(0, dtype=np.int64))
_LISTED = 6


@frozen(eq=False)
class Trees:
    """The trees of the same nodes, one after another.

    Rows are those of the first tree throughout. Tree 0 is the first; tree t is
    in force from ``days[t - 1]`` on.

    Attributes
    ----------
    org : OrgTree
        The first.
    order : int64 array (n,)
        Its rows in ascending order of id.
    node, parent, start : int64 array (changes,)
        What was put below what, and when, ordered by start and node; only
        what did not stand there already.
    days : int64 array (trees - 1,)
        On which there are changes, ascending.
    edges : int64 array
        :func:`points` before which a node's chain of parents changes.
    """

    org: OrgTree
    order: IntArray = field(repr=False, converter=frozen_array)
    node: IntArray = field(default=_NONE, converter=frozen_array)
    parent: IntArray = field(default=_NONE, converter=frozen_array)
    start: IntArray = field(default=_NONE, converter=frozen_array)
    days: IntArray = field(default=_NONE, converter=frozen_array)
    edges: IntArray = field(default=_NONE, converter=frozen_array)

    @classmethod
    def of(
        cls,
        org: OrgTree,
        node: IntArray = _NONE,
        parent: IntArray = _NONE,
        start: IntArray = _NONE,
        *,
        faults: list[Fault],
        name: str = "units",
        source: IntArray = _NONE,
    ) -> Trees:
        """The trees that changes make, ordered by start and node; a fault for each cycle.

        Parameters
        ----------
        node, parent, start : int64 array (m,)
            Rows of the tree, and days.
        name : str
            What messages call the table of the changes.
        source : int64 array (m,)
            The row of that table.
        """
        order = IdIndex.of(org.ids).order()
        above, kept, edges = org.parent.copy(), [], [_NONE]
        days = np.unique(start)
        for day in days.tolist():
            today = slice(*np.searchsorted(start, [day, day + 1]).tolist())
            rows = np.arange(today.start, today.stop)[above[node[today]] != parent[today]]
            after = above.copy()
            after[node[rows]] = parent[rows]
            laid = lay_out(after, order)
            if laid is None:
                moved = zip(node[rows].tolist(), source[rows].tolist(), strict=True)
                faults += _cycles(org, after, moved, f"on {as_dates(np.array(day))}", name)
                continue
            above = after
            kept.append(rows)
            below = _below(laid, node[rows])
            edges.append(points(below, np.full(len(below), day)))
        if not kept:
            return cls(org, order)
        rows = np.concatenate(kept)
        return cls(
            org, order, node[rows], parent[rows], start[rows], np.unique(start[rows]),
            np.sort(np.concatenate(edges)),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.days) + 1

    def number(self, day: IntArray) -> IntArray:
        """Which tree is in force on each day, int64."""
        return np.searchsorted(self.days, day, "right")

    def parents(self) -> Iterator[IntArray]:
        """Row of every row's parent, -1 for a root, in one tree after another; do not keep it."""
        above = self.org.parent.copy()
        yield above
        for day in self.days.tolist():
            today = slice(*np.searchsorted(self.start, [day, day + 1]).tolist())
            above[self.node[today]] = self.parent[today]
            yield above

    def parent_on(self, row: IntArray, day: IntArray) -> IntArray:
        """Row of the parent of rows, each on a day of its own; -1 for a root."""
        order = np.lexsort((self.start, self.node))
        known = points(self.node, self.start)
        at = np.searchsorted(known, stamp(row, day), "right") - 1
        found = order[np.maximum(at, 0)] if len(order) else at
        if not len(order):
            return np.asarray(self.org.parent[row])
        there = (at >= 0) & (self.node[found] == row)
        return np.where(there, self.parent[found], self.org.parent[row])

    def roots_on(self, row: IntArray, day: IntArray) -> IntArray:
        """Row of the root above rows, each on a day of its own."""
        roots = np.flatnonzero(self.org.parent < 0)
        if len(roots) == 1:  # it can be put below nothing, and nothing made a root
            return np.full(len(row), roots[0])
        found, tree = np.empty(len(row), dtype=np.int64), self.number(day)
        for t, above in enumerate(self.parents()):
            some = tree == t
            found[some] = self.up(above < 0, above)[row[some]]
        return found

    def below(self, row: int, tree: IntArray, place: IntArray) -> NDArray[np.bool_]:
        """Which places stand at or below a row, each in the tree that it is of, bool (m,)."""
        stop = np.arange(len(self.org)) == row
        found = np.zeros(len(place), dtype=bool)
        for t, above in enumerate(self.parents()):
            here = np.flatnonzero(tree == t)
            if len(here):
                found[here] = (self.up(stop, above) == row)[place[here]]
        return found

    def up(self, stop: np.ndarray, above: IntArray) -> IntArray:
        """For every row the lowest at or above it at which to stop, or else its root."""
        reached = np.where(stop | (above < 0), np.arange(len(above)), above)
        while True:
            further = reached[reached]
            if (further == reached).all():
                return further
            reached = further

    def posts(self, kinds: tuple[str, ...], last: int) -> Iterator[tuple[int, IntArray]]:
        """Every row's post from a day on: the lowest node of the kinds, or the row itself.

        Yields the first day of each tree, the first of all being that of year 1, as
        long as they begin by `last`.
        """
        kind = np.isin(self.org.kinds, kinds) if kinds else np.ones(len(self.org), dtype=bool)
        begins = [FIRST, *self.days.tolist()]
        for begin, above in zip(begins, self.parents(), strict=True):
            if begin > last:
                return
            post = self.up(kind, above)
            yield begin, np.where(kind[post], post, np.arange(len(post)))

    def sums(
        self, tree: IntArray, place: IntArray, line: IntArray, lots: IntArray, lines: int
    ) -> IntArray:
        """What lies at or below every row, counted in the tree that each is of.

        Parameters
        ----------
        tree, place, line, lots : int64 array (m,)
            The line is which of the sums each counts in.
        lines : int

        Returns
        -------
        int64 array (lines, n)
            Sums of whole numbers: exact in whatever order.
        """
        total = np.zeros((lines, len(self.org)), dtype=np.int64)
        by_tree = np.argsort(tree, kind="stable")
        ends = np.searchsorted(tree[by_tree], np.arange(len(self) + 1))
        for t, above in enumerate(self.parents()):
            part = by_tree[ends[t] : ends[t + 1]]
            if not len(part):
                continue
            laid = self._laid(above)
            known, at = np.unique(line[part], return_inverse=True)
            own = np.zeros((len(known), len(self.org)), dtype=np.int64)
            np.add.at(own, (at, place[part]), lots[part])
            for each, values in zip(known.tolist(), own, strict=True):
                total[each] += _summed(laid, values)
        return total

    def on(self, day: int) -> tuple[OrgTree, IntArray]:
        """The tree of a day, and the row in the first tree of each of its rows."""
        if not self.number(np.array(day)):
            return self.org, np.arange(len(self.org))
        above = next(
            above.copy()
            for t, above in enumerate(self.parents())
            if t == self.number(np.array(day))
        )
        rows, parent, depth, size = map(lock, self._laid(above))
        org = self.org
        return attrs.evolve(
            org,
            ids=lock(org.ids[rows]),
            parent=parent,
            depth=depth,
            size=size,
            kinds=lock(org.kinds[rows]),
            labels=lock(org.labels[rows]),
            columns={name: lock(values[rows]) for name, values in org.columns.items()},
            source_row=org.source_row[rows],
        ), rows

    def _laid(self, above: IntArray) -> tuple[IntArray, ...]:
        laid = lay_out(above, self.order)
        assert laid is not None  # noqa: S101 - changes that make a cycle are not kept
        return laid


def _summed(laid: tuple[IntArray, ...], own: IntArray) -> IntArray:
    """Sums over subtrees, by row of the first tree."""
    rows, _, _, size = laid
    running = np.concatenate([[0], np.cumsum(own[rows])])
    first = np.arange(len(rows))
    total = np.empty_like(own)
    total[rows] = running[first + size] - running[first]
    return total


def _below(laid: tuple[IntArray, ...], moved: IntArray) -> IntArray:
    """What stands at or below the rows that moved."""
    rows, _, _, size = laid
    position = np.empty(len(rows), dtype=np.int64)
    position[rows] = np.arange(len(rows))
    depth = np.zeros(len(rows) + 1, dtype=np.int64)
    np.add.at(depth, position[moved], 1)
    np.add.at(depth, position[moved] + size[position[moved]], -1)
    return np.asarray(rows[np.cumsum(depth[:-1]) > 0])


def _cycles(
    org: OrgTree, above: IntArray, moved: Iterable[tuple[int, int]], on: str, name: str
) -> list[Fault]:
    """A fault for every change that stands on a cycle."""
    faults = []
    for row, table_row in moved:
        trail, at = [row], int(above[row])
        while at >= 0 and at not in (row, trail[-1]) and len(trail) <= len(org):
            trail.append(at)
            at = int(above[at])
        if at == row:
            reason = f"{on} it would stand below itself: {_path(org, trail)}"
            repair = "put it below a unit outside its own subtree"
            faults.append(
                Fault(name, reason, repair, row=table_row, column="node", value=org.node(row).id)
            )
    return faults


def _path(org: OrgTree, trail: Iterable[int]) -> str:
    steps = [repr(org.node(row).id) for row in trail]
    shown = steps if len(steps) <= _LISTED else [*steps[: _LISTED - 1], "…", steps[-1]]
    return " below ".join([*shown, steps[0]])
