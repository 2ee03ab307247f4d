"""Which nodes of a block have which part of a section on their card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.scoring.absences import Absence, exceeds
from cascade_kpi.scoring.combines import OfSome, Some
from cascade_kpi.scoring.places import Where, within

__all__ = ["MOST", "Having"]

MOST = 0.45  # of the nodes: where as many have a part, it is made for all


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

    def rows(self) -> Iterator[Where]:
        """Of each part, the nodes that it is made for.

        Those that have it, int64 (r,) ascending; all, as a slice, where it takes less time
        to make it for the others too, for whom it weighs nothing.
        """
        # Eight parts to a byte: what groups have is looked up for eight parts at once.
        on = np.packbits(np.stack(self.weights) > 0, axis=0, bitorder="little")
        for first, eight in enumerate(on):
            has = eight.take(self.group)
            for bit in range(min(8, len(self.parts) - 8 * first)):
                those = has & np.uint8(1 << bit) != 0
                most = np.count_nonzero(those) >= MOST * len(those)
                yield slice(0, len(those)) if most else np.flatnonzero(those)

    def combined(
        self,
        combine: OfSome,
        absence: Absence,
        made: Callable[[int, Where], tuple[FloatArray, Callable[[], FloatArray]]],
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
                    absent = np.asarray(within(rows, np.flatnonzero(np.isnan(points))))
                    lost[absent] += weight.take(self.group.take(absent))
                yield rows, absence.fill(points, parents)

        value = combine.of_some(filled(), self.weights, self.group)
        if lost is None:
            return value
        whole = sum(self.weights, np.zeros(1)).take(self.group)
        return np.where(exceeds(lost, absence.most, whole), np.nan, value)
