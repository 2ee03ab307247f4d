"""What is asked of a table: where to begin, and what it is to sum to; what was made of it."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, frozen_array
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.margins import Margin, Names
from cascade_kpi.records import record

__all__ = ["Made", "Problem"]


@record("cascade_kpi/problem")
@frozen(hash=False)
class Problem:
    """A table to begin with, and what it is to sum to.

    Attributes
    ----------
    start : float64 array
        The seed, the weights or the table to be rounded.
    margins : tuple of Margin
        In the order in which they were given; in the unit of the answer.
    axes : Axes or None
        Names and labels, if any were given.
    """

    start: FloatArray = field(converter=frozen_array, eq=CONTENT, repr=False)
    margins: tuple[Margin, ...]
    axes: Axes | None = None

    def __hash__(self) -> int:
        return hash((fingerprint((self.start,)), self.margins, self.axes))

    @property
    def names(self) -> Names:
        """What axes and lines are called."""
        return Names(self.axes)

    @property
    def labelled(self) -> Axes:
        """The axes; numbered where none were given."""
        if self.axes is not None:
            return self.axes
        return Axes({f"axis {a}": range(n) for a, n in enumerate(self.start.shape)})

    def cell(self, labels: tuple[object, ...]) -> tuple[int, ...]:
        """The position of a cell, from the label of its line on each axis.

        Raises
        ------
        InputError
            Listing the labels that no axis has, or that labels are too few or too many.
        """
        lines = self.labelled.labels
        if len(labels) != len(lines):
            told = " × ".join(map(visible, lines))
            repair = f"give one label for each axis: {told}"
            check([Fault("cell", f"a cell has {len(lines)} labels", repair, value=labels)])
        at, faults = list[int](), list[Fault]()
        for label, (name, known) in zip(labels, lines.items(), strict=True):
            if isinstance(label, str | int) and not isinstance(label, bool) and label in known:
                at.append(known.index(label))
                continue
            reason = "no line of the axis has this label"
            faults.append(Fault("cell", reason, suggest(label, known), column=name, value=label))
        check(faults)
        return tuple(at)


class Made(Protocol):
    """A table that was made of a problem."""

    @property
    def problem(self) -> Problem:
        """What was asked."""
        ...

    @property
    def values(self) -> NDArray[Any]:
        """The table itself."""
        ...
