"""What is done to a value after it was combined: bonus, coefficient, veto, limits; and gates."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import (
    as_number,
    as_texts,
    is_a,
    members,
    not_bounds,
    not_numbers,
    not_texts,
)
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.reading import Part, Reading
from cascade_kpi.scoring.triggers import Trigger

__all__ = ["Add", "Adjustment", "Gate", "Multiply", "Scale", "Veto", "Within"]


@runtime_checkable
class Adjustment(Protocol):
    """A step from a section's value to another.

    Attributes
    ----------
    brings : tuple of items and sections
        Parts of the card that are weighed nowhere and stand beside it.
    reads : tuple of str
        The parts of the card and the KPIs that it looks at.
    columns : tuple of str
        Columns of the tree in which everybody who is scored needs a number.
    """

    @property
    def brings(self) -> tuple[Part, ...]:
        """Parts that it brings onto the card."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """The parts of the card and the KPIs that it looks at."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the tree that it needs."""
        ...

    def __call__(self, value: FloatArray, reading: Reading) -> FloatArray:
        """The value after it, float64 (m,); NaN where it was absent."""
        ...

    def words(self) -> str:
        """What it does, as a clause."""
        ...


@frozen
class _Step:
    """What most steps need: nothing."""

    @property
    def brings(self) -> tuple[Part, ...]:
        """No parts."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """No parts."""
        return ()

    @property
    def columns(self) -> tuple[str, ...]:
        """No columns."""
        return ()


@record("cascade_kpi/adjustments.add")
@frozen
class Add(_Step):
    """Add the points of a bonus or deduction item, or of a section of such.

    What is absent adds nothing. Caps are those of the item's curve, or of the
    section by its own `Within`.

    Parameters
    ----------
    part : Item, Rated, Section or an item of your own
        It is weighed nowhere.
    """

    part: Part

    def __attrs_post_init__(self) -> None:
        check(_not_a_part("add", self.part))

    @property
    def brings(self) -> tuple[Part, ...]:
        """The part."""
        return (self.part,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The part."""
        return (self.part.name,)

    def __call__(self, value: FloatArray, reading: Reading) -> FloatArray:
        """The value and the part's points."""
        points = reading.points(self.part.name)
        return value + np.where(np.isnan(points), 0.0, points)

    def words(self) -> str:
        """The clause."""
        return f"plus the points of {self.part.name}"


@record("cascade_kpi/adjustments.multiply")
@frozen
class Multiply(_Step):
    """Multiply by the points of an item, whose curve makes a coefficient.

    What is absent leaves the value as it is.

    Parameters
    ----------
    part : Item, Rated, Section or an item of your own
        It is weighed nowhere; its points are the factor.
    """

    part: Part

    def __attrs_post_init__(self) -> None:
        check(_not_a_part("multiply", self.part))

    @property
    def brings(self) -> tuple[Part, ...]:
        """The part."""
        return (self.part,)

    @property
    def reads(self) -> tuple[str, ...]:
        """The part."""
        return (self.part.name,)

    def __call__(self, value: FloatArray, reading: Reading) -> FloatArray:
        """The value times the part's points."""
        factor = reading.points(self.part.name)
        return value * np.where(np.isnan(factor), 1.0, factor)

    def words(self) -> str:
        """The clause."""
        return f"times {self.part.name}"


@record("cascade_kpi/adjustments.scale")
@frozen
class Scale(_Step):
    """Multiply by a column of the tree, such as the difficulty of a post.

    Parameters
    ----------
    column : str
        A number for everybody who is scored: a blank is refused, not taken for one.
    """

    column: str

    def __attrs_post_init__(self) -> None:
        check(not_texts("scale", column=self.column))

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def __call__(self, value: FloatArray, reading: Reading) -> FloatArray:
        """The value times the cell."""
        return value * reading.column(self.column)

    def words(self) -> str:
        """The clause."""
        return f"times {self.column}"


@record("cascade_kpi/adjustments.within")
@frozen
class Within(_Step):
    """No less than a floor and no more than a cap.

    Parameters
    ----------
    low, high : float or None
        In points; None for none.
    """

    low: float | None = field(default=None, converter=as_number)
    high: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_bounds("within", low=self.low, high=self.high)
        if not faults and None not in (self.low, self.high) and self._least > self._most:
            reason = f"the floor {self.low:g} is above the cap {self.high:g}"
            faults = [Fault("within", reason, "swap them")]
        check(faults)

    @property
    def _least(self) -> float:
        return -np.inf if self.low is None else self.low

    @property
    def _most(self) -> float:
        return np.inf if self.high is None else self.high

    def __call__(self, value: FloatArray, reading: Reading) -> FloatArray:
        """The value, clipped."""
        return np.clip(value, self._least, self._most)

    def words(self) -> str:
        """The clause."""
        ends = [] if self.low is None else [f"no less than {self.low:g}"]
        ends += [] if self.high is None else [f"no more than {self.high:g}"]
        return " and ".join(ends) or "as it is"


@record("cascade_kpi/adjustments.veto")
@frozen
class Veto(_Step):
    """No more than so many points where a trigger holds: one failure decides.

    Parameters
    ----------
    when : Trigger
    at : float
        Most points, 0 by default; just below a grade's edge to bar that grade.
    """

    when: Trigger
    at: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_a_trigger("veto", self.when) + not_numbers("veto", at=self.at))

    @property
    def reads(self) -> tuple[str, ...]:
        """What the trigger looks at."""
        return self.when.reads

    def __call__(self, value: FloatArray, reading: Reading) -> FloatArray:
        """The value, no more than `at` where the trigger holds."""
        return np.where(self.when(reading), np.minimum(value, self.at), value)

    def words(self) -> str:
        """The clause."""
        return f"no more than {self.at:g} points if {self.when.words()}"


@record("cascade_kpi/gate")
@frozen
class Gate:
    """Caps the points of parts, before they are combined, where a trigger holds.

    If profit is below its base, what the others exceed theirs by does not count.

    Parameters
    ----------
    when : Trigger
    at : float
        Most points of each part.
    parts : iterable of str
        Of the same section; by default all but those that the trigger looks at.
    """

    when: Trigger
    at: float = field(converter=as_number)
    parts: tuple[str, ...] = field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        faults = _not_a_trigger("gate", self.when) + not_numbers("gate", at=self.at)
        members("gate", self.parts, str, "name parts of the section", faults, column="parts")
        check(faults)

    @property
    def reads(self) -> tuple[str, ...]:
        """What the trigger looks at."""
        return self.when.reads

    def caps(self, part: str) -> bool:
        """Whether it caps the points of a part of its section."""
        return part in self.parts if self.parts else part not in self.when.reads

    def __call__(self, points: FloatArray, reading: Reading) -> FloatArray:
        """Points of a part, no more than `at` where the trigger holds."""
        return np.where(self.when(reading), np.minimum(points, self.at), points)

    def words(self) -> str:
        """The clause."""
        return f"no more than {self.at:g} points if {self.when.words()}"


def _not_a_trigger(source: str, given: object) -> list[Fault]:
    if is_a(given, Trigger):
        return []
    repair = "use one of cascade_kpi.triggers, or an object with its methods"
    return [Fault(source, "not a trigger", repair, column="when", value=given)]


def _not_a_part(source: str, given: object) -> list[Fault]:
    if isinstance(getattr(given, "name", None), str) and not isinstance(given, type):
        return []
    repair = "make it with Item(…), Rated(…) or Section(…)"
    return [Fault(source, "not a part of a scorecard", repair, column="part", value=given)]
