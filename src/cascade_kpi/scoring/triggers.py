"""Conditions on what a node is scored by: when gates close and vetoes fall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._fields import as_number, as_tuple, members, not_numbers, not_texts
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.reading import Reading

__all__ = [
    "AllOf",
    "AnyOf",
    "AttainmentBelow",
    "PointsBelow",
    "ResultAtLeast",
    "ResultBelow",
    "Trigger",
    "leaves",
]

Mask = NDArray[np.bool_]


@runtime_checkable
class Trigger(Protocol):
    """A condition on the numbers of a node. What is absent triggers nothing.

    Attributes
    ----------
    reads : tuple of str
        The parts of the card and the KPIs that it looks at.
    """

    @property
    def reads(self) -> tuple[str, ...]:
        """The parts of the card and the KPIs that it looks at."""
        ...

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds, bool (m,)."""
        ...

    def words(self) -> str:
        """What it asks, as a clause."""
        ...


def _level_faults(name: str, of: object, level: object, column: str) -> list[Fault]:
    return not_texts(name, **{column: of}) + not_numbers(name, level=level)


@record("cascade_kpi/triggers.attainment_below")
@frozen
class AttainmentBelow:
    """An item's attainment is below a level.

    Parameters
    ----------
    item : str
    level : float
        Of attainment: 0.9 is 90 %.
    """

    item: str
    level: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_level_faults("attainment below", self.item, self.level, "item"))

    @property
    def reads(self) -> tuple[str, ...]:
        """The item."""
        return (self.item,)

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds."""
        return np.less(reading.attainment(self.item), self.level)

    def words(self) -> str:
        """The clause."""
        return f"{self.item} attains less than {100 * self.level:g} %"


@record("cascade_kpi/triggers.points_below")
@frozen
class PointsBelow:
    """An item's points, or a section's value, are below a level.

    Parameters
    ----------
    part : str
    level : float
        In points.
    """

    part: str
    level: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_level_faults("points below", self.part, self.level, "part"))

    @property
    def reads(self) -> tuple[str, ...]:
        """The part."""
        return (self.part,)

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds."""
        return np.less(reading.points(self.part), self.level)

    def words(self) -> str:
        """The clause."""
        return f"{self.part} has less than {self.level:g} points"


@frozen
class _OfResult:
    """The result of a KPI, which need not be an item of the card, and a level in its units."""

    kpi: str
    level: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_level_faults("trigger", self.kpi, self.level, "kpi"))

    @property
    def reads(self) -> tuple[str, ...]:
        """The KPI."""
        return (self.kpi,)


@record("cascade_kpi/triggers.result_below")
@frozen
class ResultBelow(_OfResult):
    """The result of a KPI is below a level.

    Parameters
    ----------
    kpi : str
        Which need not be an item of the card.
    level : float
        In KPI units.
    """

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds."""
        return np.less(reading.result(self.kpi), self.level)

    def words(self) -> str:
        """The clause."""
        return f"{self.kpi} is below {plain(self.level)}"


@record("cascade_kpi/triggers.result_at_least")
@frozen
class ResultAtLeast(_OfResult):
    """The result of a KPI is at or above a level: one accident is enough.

    Parameters
    ----------
    kpi : str
        Which need not be an item of the card.
    level : float
        In KPI units.
    """

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds."""
        return np.greater_equal(reading.result(self.kpi), self.level)

    def words(self) -> str:
        """The clause."""
        return f"{self.kpi} is {plain(self.level)} or more"


def _triggers(name: str, given: object) -> list[Fault]:
    faults: list[Fault] = []
    repair = "use those of cascade_kpi.triggers, or objects with their methods"
    members(name, given, Trigger, repair, faults, column="triggers")
    if isinstance(given, tuple) and not given:
        faults.append(Fault(name, "no triggers", "give at least one", column="triggers"))
    return faults


def _reads(triggers: Iterable[Trigger]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in triggers for name in each.reads))


@record("cascade_kpi/triggers.any_of")
@frozen
class AnyOf:
    """At least one of several triggers holds."""

    triggers: tuple[Trigger, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check(_triggers("any of", self.triggers))

    @property
    def reads(self) -> tuple[str, ...]:
        """What they look at."""
        return _reads(self.triggers)

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds."""
        return reduce(np.logical_or, [each(reading) for each in self.triggers])

    def words(self) -> str:
        """The clause."""
        return " or ".join(each.words() for each in self.triggers)


@record("cascade_kpi/triggers.all_of")
@frozen
class AllOf:
    """Each of several triggers holds."""

    triggers: tuple[Trigger, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check(_triggers("all of", self.triggers))

    @property
    def reads(self) -> tuple[str, ...]:
        """What they look at."""
        return _reads(self.triggers)

    def __call__(self, reading: Reading) -> Mask:
        """Where it holds."""
        return reduce(np.logical_and, [each(reading) for each in self.triggers])

    def words(self) -> str:
        """The clause."""
        return " and ".join(each.words() for each in self.triggers)


def leaves(*triggers: Trigger) -> Iterator[Trigger]:
    """The triggers that some are put together of; those that are not, as they are."""
    waiting = list(triggers)
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, AnyOf | AllOf):
            waiting += each.triggers
        else:
            yield each
