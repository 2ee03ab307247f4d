"""Who was where over some days, and in which tree: what a policy is asked about."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.moving.columns import Ids
from cascade_kpi.moving.intervals import overlaps, segments
from cascade_kpi.moving.trees import Trees
from cascade_kpi.org.tree import OrgTree

__all__ = ["NEAR", "NOBODY", "Absences", "History", "Posts", "Tenures"]

NOBODY = -1
"""The holder of what nobody holds."""

NEAR = 1e-9
"""A day's shares that sum to this much less or more than 1 are meant to sum to 1."""


@frozen(eq=False)
class Tenures:
    """Who has how much of each origin's target, from which day to which, and where it stands.

    Attributes
    ----------
    origin : int64 array (m,)
        Rows of the nodes whose own targets they are.
    holder : int64 array (m,)
        Positions in the history's `holders`; `NOBODY` for a vacancy.
    place : int64 array (m,)
        Rows of the nodes from which it counts upwards.
    start, end : int64 array (m,)
        First and last day, counted from 1 January 1970.
    share : float64 array (m,)
        Above 0; those of an origin's day sum to 1 at most. What is missing of 1
        is vacant, and stands at the origin.
    """

    origin: IntArray
    holder: IntArray
    place: IntArray
    start: IntArray
    end: IntArray
    share: FloatArray

    def __len__(self) -> int:
        return len(self.origin)

    @classmethod
    def none(cls) -> Tenures:
        """No tenures: everything is vacant."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, empty, empty, np.zeros(0))

    def take(self, rows: IntArray) -> Tenures:
        """Some of them."""
        return Tenures(
            self.origin[rows], self.holder[rows], self.place[rows], self.start[rows],
            self.end[rows], self.share[rows],
        )  # fmt: skip

    def joined(self, other: Tenures) -> Tenures:
        """These and others."""
        return Tenures(
            np.concatenate([self.origin, other.origin]),
            np.concatenate([self.holder, other.holder]),
            np.concatenate([self.place, other.place]),
            np.concatenate([self.start, other.start]),
            np.concatenate([self.end, other.end]),
            np.concatenate([self.share, other.share]),
        )

    def vacant(self, history: History, origins: IntArray) -> Tenures:
        """What they leave vacant of some origins, over all days, standing at the origin.

        Parameters
        ----------
        origins : int64 array
            Ascending.
        """
        cells = segments(history.whole(origins), (self.origin, self.start, self.end))
        which, segment = cells.lines(self.origin, self.start, self.end)
        order = np.lexsort((self.holder[which], segment))
        rest = 1.0 - cells.sums(segment[order], self.share[which][order])
        left = np.flatnonzero(rest > NEAR)
        key = cells.key[left]
        nobody = np.full(len(left), NOBODY)
        return Tenures(key, nobody, key, cells.start[left], cells.end[left], rest[left])


@frozen(eq=False)
class Absences:
    """Who is on leave when.

    Attributes
    ----------
    holder, start, end : int64 array (m,)
        Positions in the history's `holders`, and days; ordered so.
    row : int64 array (m,)
        Row of the leaves' table.
    """

    holder: IntArray
    start: IntArray
    end: IntArray
    row: IntArray

    def __len__(self) -> int:
        return len(self.holder)

    @classmethod
    def none(cls) -> Absences:
        """Nobody is."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, empty)


@frozen(eq=False)
class Posts:
    """Which post each of some nodes stands under, from which day to which.

    Attributes
    ----------
    node, post, start, end : int64 array (m,)
        Ordered by node and start.
    """

    node: IntArray
    post: IntArray
    start: IntArray
    end: IntArray


@frozen(eq=False)
class History:
    """Who was where from the first day to the last, and in which tree.

    Attributes
    ----------
    trees : Trees
        The tree, and what became of it.
    first, last : int
        Days, counted from 1 January 1970.
    holders : array (h,)
        Ids, in ascending order.
    holder, node, start, end : int64 array (m,)
        The stints within these days: positions in `holders`, rows of the tree,
        days. Ordered by node, start and holder.
    share : float64 array (m,)
    row : int64 array (m,)
        Row of the stints' table.
    """

    trees: Trees
    first: int
    last: int
    holders: Ids = field(repr=False)
    holder: IntArray = field(repr=False)
    node: IntArray = field(repr=False)
    start: IntArray = field(repr=False)
    end: IntArray = field(repr=False)
    share: FloatArray = field(repr=False)
    row: IntArray = field(repr=False)

    @property
    def org(self) -> OrgTree:
        """The tree as it was on the first day, before any change."""
        return self.trees.org

    @property
    def stints(self) -> tuple[IntArray, IntArray, IntArray]:
        """Node, start and end of every stint, ordered by node."""
        return self.node, self.start, self.end

    def whole(self, rows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """All days for each of some rows: key, start and end."""
        return rows, np.full(len(rows), self.first), np.full(len(rows), self.last)

    def sole_holder(self, node: IntArray, day: IntArray) -> IntArray:
        """Who alone holds nodes, each on a day of its own; `NOBODY` for none or several."""
        found = np.full(len(node), NOBODY)
        i, j, _, _ = overlaps((node, day, day), self.stints)
        alone = np.bincount(i, minlength=len(node)) == 1
        found[i[alone[i]]] = self.holder[j[alone[i]]]
        return found

    def posts(self, nodes: IntArray, kinds: tuple[str, ...]) -> Posts:
        """The posts that nodes stand under: the lowest of some kinds at or above them.

        A node without such above it, and every node where no kinds are named, is its own.

        Parameters
        ----------
        nodes : int64 array
            Ascending.
        """
        if not kinds:
            return Posts(nodes, nodes, *self.whole(nodes)[1:])
        node, post, start = [], [], []
        before: IntArray | None = None
        for begin, above in self.trees.posts(kinds, self.last):
            now = above[nodes]
            new = np.arange(len(nodes)) if before is None else np.flatnonzero(now != before)
            node.append(nodes[new])
            post.append(now[new])
            start.append(np.full(len(new), max(begin, self.first)))
            before = now
        every, under, begins = map(np.concatenate, (node, post, start))
        order = np.lexsort((np.arange(len(every)), every))
        every, under, begins = every[order], under[order], begins[order]
        ends = np.full(len(every), self.last)
        follows = every[1:] == every[:-1]
        ends[:-1][follows] = begins[1:][follows] - 1
        there = begins <= ends  # a change on the first day is in force from the outset
        return Posts(every[there], under[there], begins[there], ends[there])
