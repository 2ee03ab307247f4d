"""Which nodes of a block have which part of a section on their card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.scoring.absences import Absence
from cascade_kpi.scoring.combines import OfSome, Some

__all__ = ["Having"]


@frozen(eq=False)
class Having:
    """The nodes of a block by the parts that they have: of every group its own.

    Attributes
    ----------
    parts : tuple of int
        Positions of those of the section's parts that any group has.
    weights : tuple of float64 array (groups,)
        Of each part.
    group : int64 array (m,)
        Of each node.
    """

    parts: tuple[int, ...]
    weights: tuple[FloatArray, ...]
    group: IntArray

    @classmethod
    def of(cls, inner: Iterable[int], by_part: FloatArray, group: IntArray) -> Having:
        """Of the parts that are combined in a section; `by_part` are weights (parts, groups)."""
        parts = tuple(i for i in inner if by_part[i].any())
        return cls(parts, tuple(by_part[i] for i in parts), group)

    def rows(self) -> Iterator[IntArray]:
        """Of each part, the nodes that have it, int64 (r,) ascending."""
        # Eight parts to a byte: what groups have is looked up for eight parts at once.
        on = np.packbits(np.stack(self.weights) > 0, axis=0, bitorder="little")
        for first, eight in enumerate(on):
            has = eight.take(self.group)
            for bit in range(min(8, len(self.parts) - 8 * first)):
                yield np.flatnonzero(has & np.uint8(1 << bit) != 0)

    def combined(
        self,
        combine: OfSome,
        absence: Absence,
        made: Callable[[int, IntArray], tuple[FloatArray, Callable[[], FloatArray]]],
    ) -> FloatArray:
        """The value of the section, float64 (m,).

        `made` answers points of a part for some nodes, and how to ask what those one level
        up have.
        """
        lost = np.zeros(len(self.group)) if absence.most < 1 else None

        def filled() -> Iterator[Some]:
            for i, weight, rows in zip(self.parts, self.weights, self.rows(), strict=True):
                points, parents = made(i, rows)
                if lost is not None:
                    absent = rows[np.isnan(points)]
                    lost[absent] += weight.take(self.group.take(absent))
                yield rows, absence.fill(points, parents)

        value = combine.of_some(filled(), self.weights, self.group)
        if lost is None:
            return value
        whole = sum(self.weights, np.zeros(1)).take(self.group)
        return np.where(lost > absence.most * whole, np.nan, value)
