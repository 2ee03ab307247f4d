"""Conditions on gaps, over everybody at once."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._fields import as_number, as_tuple, members, not_numbers
from cascade_kpi._text import percent, plain
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = [
    "AllOf",
    "AnyOf",
    "AttainmentBelow",
    "Condition",
    "PointsLost",
    "ShareOfParent",
    "ShortfallAtLeast",
]

_PER_CENT = 10.0  # nobody waits for less than ten times the target: it was meant as per cent

Mask = NDArray[np.bool_]


@runtime_checkable
class Condition(Protocol):
    """A rule that says where something is to be done about a KPI."""

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where it holds, bool (p, n); never where the numbers it needs are absent."""
        ...

    def words(self) -> str:
        """The condition as a clause that a person reads: "attainment below 90 %"."""
        ...


@record("cascade_kpi/conditions.attainment_below")
@frozen
class AttainmentBelow:
    """The attainment of the KPI's item is below a level.

    Parameters
    ----------
    level : float
        A pure number, 1 on target: 0.9 for 90 %. Below 10.
    """

    level: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("attainment below", level=self.level)
        if not faults and self.level >= _PER_CENT:
            reason = f"an attainment of {percent(self.level)}: 1 is on target"
            repair = f"write {self.level / 100:g} for {self.level:g} %"
            faults.append(Fault("attainment below", reason, repair, value=self.level))
        check(faults)

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where it holds, bool (p, n)."""
        return np.less(gaps.scores.attainment(kpi), self.level)

    def words(self) -> str:
        """As a clause."""
        return f"attainment below {percent(self.level)}"


@record("cascade_kpi/conditions.shortfall_at_least")
@frozen
class ShortfallAtLeast:
    """The shortfall is at least an amount, in KPI units."""

    amount: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(not_numbers("shortfall at least", amount=self.amount))

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where it holds, bool (p, n)."""
        return np.greater_equal(gaps.shortfall(kpi), self.amount)

    def words(self) -> str:
        """As a clause."""
        return f"shortfall at least {plain(self.amount)}"


@record("cascade_kpi/conditions.points_lost")
@frozen
class PointsLost:
    """The item costs the total at least so many points, weighted."""

    points: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(not_numbers("points lost", points=self.points))

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where it holds, bool (p, n)."""
        return np.less_equal(gaps.in_points(kpi), -self.points)

    def words(self) -> str:
        """As a clause."""
        return f"at least {plain(self.points)} points of the total lost"


@record("cascade_kpi/conditions.share_of_parent")
@frozen
class ShareOfParent:
    """The node brings at least a share of its parent's unfavourable gap."""

    share: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(not_numbers("share of parent", share=self.share))

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where it holds, bool (p, n); never for roots."""
        parent = gaps.org.parent
        gap = gaps.of(kpi)
        brought, whole = gaps.to_parent(kpi), gap[:, parent]
        bad = (gaps.shortfall(kpi)[:, parent] > 0) & (parent >= 0) & ~np.isnan(gap)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return np.asarray(bad & (brought / whole >= self.share))

    def words(self) -> str:
        """As a clause."""
        return f"at least {percent(self.share)} of the gap one level up"


def _parts(name: str, parts: tuple[Condition, ...]) -> None:
    faults: list[Fault] = []
    members(name, parts, Condition, "use one of cascade_kpi.conditions", faults)
    if not faults and not parts:
        faults.append(Fault(name, "no conditions", "give at least one"))
    check(faults)


@record("cascade_kpi/conditions.all_of")
@frozen
class AllOf:
    """All of several conditions hold."""

    parts: tuple[Condition, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        _parts("all of", self.parts)

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where they all hold, bool (p, n)."""
        return np.asarray(np.logical_and.reduce([part(gaps, kpi) for part in self.parts]))

    def words(self) -> str:
        """As a clause."""
        return " and ".join(part.words() for part in self.parts)


@record("cascade_kpi/conditions.any_of")
@frozen
class AnyOf:
    """At least one of several conditions holds."""

    parts: tuple[Condition, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        _parts("any of", self.parts)

    def __call__(self, gaps: Gaps, kpi: str) -> Mask:
        """Where one of them holds, bool (p, n)."""
        return np.asarray(np.logical_or.reduce([part(gaps, kpi) for part in self.parts]))

    def words(self) -> str:
        """As a clause."""
        return " or ".join(part.words() for part in self.parts)
