"""Sibling groups that are swept at once: part of a large block, or all small blocks of a level.

A numpy call costs a microsecond whatever it is given, and what leaves the cache costs more than
what is done to it. So a large block is swept in parts, and the small blocks of a level together.
Sums are taken in sibling order either way: the bits do not tell how a tree was cut.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["Band", "Even", "Mixed", "added", "family_of"]


class Band(Protocol):
    """Some sibling groups of one level, beside each other in sweep order.

    What a band tells of its children is shaped as its `part` is; what it tells of its groups
    is (groups,).
    """

    @property
    def groups(self) -> slice:
        """Which of the layout's groups they are, in the order of its parents."""

    @property
    def above(self) -> IntArray:
        """Where each group's parent stands in sweep order, int64 (groups,)."""

    def part(self, swept: NDArray[Any]) -> NDArray[Any]:
        """The children's part of an array in sweep order, a view."""

    def sums(self, cells: FloatArray) -> FloatArray:
        """Each group's sum, in sibling order."""

    def each(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each group, for each of its children."""

    def lined(self, cells: NDArray[Any], absent: Any) -> NDArray[Any]:
        """The children as (span, groups), with what stands in where a group has fewer."""

    def unlined(self, lines: NDArray[Any]) -> NDArray[Any]:
        """What is (span, groups), for each child."""


def added(cells: FloatArray) -> FloatArray:
    """Sums over the first axis, line by line: the same bits whatever the shape."""
    if cells.shape[1] == 1:  # numpy would add a single column in another order
        return np.asarray(np.add.accumulate(cells, axis=0)[-1])
    return np.asarray(np.add.reduce(cells, axis=0))


@frozen(eq=False)
class Even:
    """Groups of one span: a block, or some of its groups.

    Attributes
    ----------
    begin, span, width : int
        Where the block begins in sweep order, its span, and how many groups it has.
    inside : slice
        Which of these groups.
    """

    begin: int
    span: int
    width: int
    inside: slice
    groups: slice
    above: IntArray = field(repr=False)

    def part(self, swept: NDArray[Any]) -> NDArray[Any]:
        """The children's part of an array in sweep order, a view (span, groups)."""
        cells = swept[self.begin : self.begin + self.span * self.width]
        return cells.reshape(self.span, self.width)[:, self.inside]

    def sums(self, cells: FloatArray) -> FloatArray:
        """Each group's sum, in sibling order."""
        return added(cells)

    def each(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each group: it is spread as it is used."""
        return values

    def lined(self, cells: NDArray[Any], absent: Any) -> NDArray[Any]:  # noqa: ARG002 - none is
        """The children as they are."""
        return cells

    def unlined(self, lines: NDArray[Any]) -> NDArray[Any]:
        """The lines as they are."""
        return lines


@frozen(eq=False)
class Mixed:
    """Groups of several spans.

    Attributes
    ----------
    begin, end : int
        Where the children stand in sweep order.
    group : int64 array (children,)
        The group of each.
    slot : int64 array (children,)
        Its position among its siblings.
    """

    begin: int
    end: int
    groups: slice
    above: IntArray = field(repr=False)
    group: IntArray = field(repr=False)
    slot: IntArray = field(repr=False)

    def part(self, swept: NDArray[Any]) -> NDArray[Any]:
        """The children's part of an array in sweep order, a view (children,)."""
        return swept[self.begin : self.end]

    def sums(self, cells: FloatArray) -> FloatArray:
        """Each group's sum, in sibling order."""
        return np.asarray(np.bincount(self.group, cells, len(self.above)), dtype=np.float64)

    def each(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each group, for each of its children."""
        return values.take(self.group)

    def lined(self, cells: NDArray[Any], absent: Any) -> NDArray[Any]:
        """The children as (span, groups), with what stands in where a group has fewer."""
        lines = np.full((int(self.slot[-1]) + 1, len(self.above)), absent, dtype=cells.dtype)
        lines.reshape(-1)[self._at] = cells
        return lines

    def unlined(self, lines: NDArray[Any]) -> NDArray[Any]:
        """What is (span, groups), for each child."""
        return lines.reshape(-1).take(self._at)

    @cached_property
    def _at(self) -> IntArray:
        return self.slot * len(self.above) + self.group


def family_of(span: int) -> Band:
    """One parent's children alone: arrays of them are (span, 1)."""
    return Even(0, span, 1, slice(0, 1), slice(0, 1), np.zeros(1, dtype=np.int64))
