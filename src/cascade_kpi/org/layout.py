"""Sibling groups in slot-major blocks: the order in which a tree is swept.

Within a level, sibling groups of equal span lie together; a block of g groups
of span s is an (s, g) matrix of rows whose j-th line holds the j-th sibling of
every group. Sweeps then work on whole lines, and each group's values are taken
in sibling order, one after another, whatever kernel does it: that fixes the
bits of every sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, IntArray, frozen_array, is_everywhere, lock
from cascade_kpi.org.bands import Band, Even, Mixed

__all__ = ["Block", "Layout"]

_CHUNK = 32_768  # values gathered at once
_SWEPT = 65_536  # nodes swept at once: a call costs more than half of them that leave the cache
_SMALL = 8_192  # nodes of a block that is swept along with others of its level
_SHORT = 32  # and the span: groups of several spans are filled up to the longest
_FEW = 1_024  # bands that are kept; a chain of a million nodes has a million

Turned = Callable[[NDArray[Any]], NDArray[Any]]
Moved = Callable[[NDArray[Any], Turned | None, NDArray[Any], slice], None]


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
    begin : int
        Where the siblings begin in sweep order.
    above : int64 array (groups,)
        Where each group's parent stands in sweep order.
    """

    rows: IntArray
    parents: IntArray
    level: int
    begin: int
    above: IntArray

    def part(self, swept: NDArray[Any]) -> NDArray[Any]:
        """The block's part of an array in sweep order, a view (span, groups)."""
        return swept[self.begin : self.begin + self.rows.size].reshape(self.rows.shape)


@frozen(eq=False)
class Layout:
    """The blocks of a tree, from the highest level down.

    Kept as flat arrays: a chain of a million nodes has a million blocks. One
    block after another, the roots before them all, is the *sweep order*:
    there every block is a contiguous matrix, so that a value is fetched once
    and put back once however often a sweep reads it.
    """

    roots: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
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
        tops = int(np.searchsorted(depth[by_level], 1))  # roots have no siblings here
        roots, by_level = by_level[:tops], by_level[tops:]
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
            roots=roots,
            rows=by_level[_slot_major(begins, span[fresh], groups)],
            parents=above[begins],
            span=span[fresh],
            groups=groups,
            level=level[fresh],
        )

    def __len__(self) -> int:
        return len(self.span)

    @cached_property
    def all_rows(self) -> IntArray:
        """Every row, in order, int64 (n,)."""
        return lock(np.arange(len(self.order)))

    @cached_property
    def order(self) -> IntArray:
        """Row of each place in sweep order, int64 (n,)."""
        return lock(np.concatenate([self.roots, self.rows]))

    @cached_property
    def place(self) -> IntArray:
        """Where each row stands in sweep order, int64 (n,)."""
        place = np.empty(len(self.order), dtype=np.int64)
        place[self.order] = np.arange(len(place))
        return lock(place)

    @cached_property
    def above(self) -> IntArray:
        """Where each group's parent stands in sweep order, int64 (groups,)."""
        return lock(self.place[self.parents])

    @cached_property
    def leaves(self) -> IntArray:
        """Number of leaves at or below each row, int64 (n,)."""
        many = np.ones(len(self.order))
        for band in self.bands_up():
            many[band.above] = band.sums(band.part(many))
        return lock(self.rowed(many).astype(np.int64))

    def swept(self, values: NDArray[Any], turned: Turned | None = None) -> NDArray[Any]:
        """A column (n,) from row order to sweep order.

        A new array, unless it is one number :func:`everywhere`.

        Parameters
        ----------
        values : array (n,)
        turned : callable, optional
            What to make of the values, part by part, as they are fetched.
        """
        # In row order a parent's children are near each other: both ways are walked so.
        return _moved(values, turned, _put(self.place))

    def rowed(self, values: NDArray[Any], turned: Turned | None = None) -> NDArray[Any]:
        """A column (n,) from sweep order to row order, as :meth:`swept` does."""
        return _moved(values, turned, _fetched(self.place))

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
        part = slice(parent - groups, parent)
        begin = len(self.roots) + row - span * groups
        return Block(rows, self.parents[part], int(self.level[i]), begin, self.above[part])

    def bands_down(self) -> Iterator[Band]:
        """All sibling groups, from the level below the roots to the lowest."""
        return iter(self._bands) if len(self._cuts) <= _FEW else self._cut(range(len(self._cuts)))

    def bands_up(self) -> Iterator[Band]:
        """All sibling groups, from the lowest level to the one below the roots."""
        if len(self._cuts) <= _FEW:
            return reversed(self._bands)
        return self._cut(range(len(self._cuts) - 1, -1, -1))

    @cached_property
    def _bands(self) -> tuple[Band, ...]:
        return tuple(self._cut(range(len(self._cuts))))

    @cached_property
    def _cuts(self) -> IntArray:
        """The first block of each run of blocks of one level that are small, or of one block."""
        small = (self.span * self.groups <= _SMALL) & (self.span <= _SHORT)
        fresh = np.ones(len(self), dtype=bool)
        fresh[1:] = (self.level[1:] != self.level[:-1]) | ~(small[1:] & small[:-1])
        return np.flatnonzero(fresh)

    def _cut(self, cuts: range) -> Iterator[Band]:
        for i in cuts:
            first = int(self._cuts[i])
            last = int(self._cuts[i + 1]) if i + 1 < len(self._cuts) else len(self)
            yield from [self._mixed(first, last)] if last - first > 1 else self._parts(first)

    def _parts(self, i: int) -> Iterator[Band]:
        """A block, in parts that stay in the cache."""
        span, groups, block = int(self.span[i]), int(self.groups[i]), self._block(i)
        before = int(self.parent_end[i]) - groups
        step = max(1, _SWEPT // span)
        for begin in range(0, groups, step):
            inside = slice(begin, min(begin + step, groups))
            at = slice(before + inside.start, before + inside.stop)
            yield Even(block.begin, span, groups, inside, at, self.above[at])

    def _mixed(self, first: int, last: int) -> Band:
        blocks = range(first, last)
        span, groups = self.span[first:last].tolist(), self.groups[first:last].tolist()
        begin, before = self._block(first).begin, int(self.parent_end[first]) - groups[0]
        at = slice(before, int(self.parent_end[last - 1]))
        offset = [int(self.parent_end[i]) - g - before for i, g in zip(blocks, groups, strict=True)]
        group = [
            np.tile(np.arange(o, o + g), s) for o, g, s in zip(offset, groups, span, strict=True)
        ]
        slot = [np.repeat(np.arange(s), g) for s, g in zip(span, groups, strict=True)]
        end = begin + sum(map(len, group))
        above = self.above[at]
        return Mixed(begin, end, at, above, np.concatenate(group), np.concatenate(slot))


def _fetched(order: IntArray) -> Moved:
    """Values in another order: the i-th is ``values[order[i]]``."""

    def move(values: NDArray[Any], turned: Turned | None, out: NDArray[Any], at: slice) -> None:
        # Rows are known to be in range: "clip" only spares the check, and a copy.
        if turned is None:
            values.take(order[at], out=out[at], mode="clip")
        else:
            out[at] = turned(values.take(order[at], mode="clip"))

    return move


def _put(place: IntArray) -> Moved:
    """Values in another order: the i-th is put at ``place[i]``."""

    def move(values: NDArray[Any], turned: Turned | None, out: NDArray[Any], at: slice) -> None:
        out[place[at]] = values[at] if turned is None else turned(values[at])

    return move


def _moved(values: NDArray[Any], turned: Turned | None, move: Moved) -> NDArray[Any]:
    """Values in another order, part by part: long gathers leave the cache."""
    if is_everywhere(values):
        return values if turned is None else np.broadcast_to(turned(values[:1]), values.shape)
    part = values[:0] if turned is None else turned(values[:0])
    out = np.empty(len(values), dtype=part.dtype)
    for begin in range(0, len(out), _CHUNK):
        move(values, turned, out, slice(begin, begin + _CHUNK))
    return out


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
