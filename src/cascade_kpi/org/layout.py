"""Sibling groups in slot-major blocks: the order in which a tree is swept.

Within a level, sibling groups of equal span lie together; a block of g groups
of span s is an (s, g) matrix of rows whose j-th line holds the j-th sibling of
every group. Sweeps then work on whole lines, and each group's values are taken
in sibling order, one after another, whatever kernel does it: that fixes the
bits of every sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, IntArray, frozen_array

__all__ = ["Block", "Layout"]


class Block(NamedTuple):
    """All sibling groups of one level that have the same span.

    Attributes
    ----------
    rows : int64 array (span, groups)
        Row of the j-th sibling of each group; rows grow along both axes.
    parents : int64 array (groups,)
        Row of each group's parent, ascending.
    level : int
        Level of the siblings; roots are level 0.
    """

    rows: IntArray
    parents: IntArray
    level: int


@frozen(eq=False)
class Layout:
    """The blocks of a tree, from the highest level down.

    Kept as flat arrays: a chain of a million nodes has a million blocks.
    """

    rows: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    parents: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    span: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    groups: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    level: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    row_end: IntArray = field(init=False, eq=False, repr=False)
    parent_end: IntArray = field(init=False, eq=False, repr=False)

    @row_end.default
    def _row_end(self) -> IntArray:
        return np.cumsum(self.span * self.groups)

    @parent_end.default
    def _parent_end(self) -> IntArray:
        return np.cumsum(self.groups)

    @classmethod
    def of(cls, parent: IntArray, depth: IntArray) -> Layout:
        """The layout of a tree in preorder.

        Parameters
        ----------
        parent : int64 array (n,)
            Row of each node's parent, -1 for roots; rows in preorder.
        depth : int64 array (n,)
            Level of each node.
        """
        by_level = _stable_argsort(depth)
        by_level = by_level[np.searchsorted(depth[by_level], 1) :]  # roots have no siblings here
        above = parent[by_level]
        begins = np.flatnonzero(np.r_[True, above[1:] != above[:-1]][: len(above)])
        span = np.diff(np.r_[begins, len(above)])
        level = depth[by_level[begins]]
        order = np.lexsort((span, level))
        begins, span, level = begins[order], span[order], level[order]
        fresh = np.flatnonzero(
            np.r_[True, (span[1:] != span[:-1]) | (level[1:] != level[:-1])][: len(span)]
        )
        groups = np.diff(np.r_[fresh, len(span)])
        return cls(
            rows=by_level[_slot_major(begins, span[fresh], groups)],
            parents=above[begins],
            span=span[fresh],
            groups=groups,
            level=level[fresh],
        )

    def __len__(self) -> int:
        return len(self.span)

    def down(self) -> Iterator[Block]:
        """Blocks from the level below the roots to the lowest."""
        return map(self._block, range(len(self)))

    def up(self) -> Iterator[Block]:
        """Blocks from the lowest level to the one below the roots."""
        return map(self._block, range(len(self) - 1, -1, -1))

    def _block(self, i: int) -> Block:
        span, groups = int(self.span[i]), int(self.groups[i])
        row, parent = int(self.row_end[i]), int(self.parent_end[i])
        rows = self.rows[row - span * groups : row].reshape(span, groups)
        return Block(rows, self.parents[parent - groups : parent], int(self.level[i]))


def _stable_argsort(depth: IntArray) -> IntArray:
    # Numpy sorts 16-bit integers by radix, ten times as fast as 64-bit ones.
    narrow = depth.astype(np.uint16) if depth.size and depth.max() < 1 << 16 else depth
    return np.argsort(narrow, kind="stable")


def _slot_major(begins: IntArray, span: IntArray, groups: IntArray) -> IntArray:
    """Positions, in level order, of every block's (span, groups) matrix, flat.

    Within a block the entry of slot j and group i is ``begins[i] + j``.
    """
    size = span * groups
    offset = np.cumsum(size) - size
    block = np.repeat(np.arange(len(span)), size)
    within = np.arange(int(size.sum())) - offset[block]
    slot = within // groups[block]
    group = within - slot * groups[block] + (np.cumsum(groups) - groups)[block]
    return np.asarray(begins[group] + slot)
