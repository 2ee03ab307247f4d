"""What a committee changes after the quotas are met: records that are only ever added."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from attrs import field, frozen

from cascade_kpi._fields import as_tuple, is_a, members, not_texts, not_whole
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Adjustment", "Held", "Holding", "Sitting", "Waived"]


@record("cascade_kpi/calibrating.adjustment")
@frozen
class Adjustment:
    """One person's grade, changed by a committee.

    Parameters
    ----------
    node : id
    to : str
        The grade.
    reason : str
    by : str
        Who decided it.
    period : str, optional
        Needed where there are several.
    """

    node: str | int
    to: str
    reason: str
    by: str
    period: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = not_texts("adjustment", to=self.to, reason=self.reason, by=self.by)
        if isinstance(self.node, bool) or not isinstance(self.node, str | int):
            repair = "give the node's id"
            faults.append(Fault("adjustment", "no id", repair, column="node", value=self.node))
        faults += [] if self.period is None else not_texts("adjustment", period=self.period)
        check(faults)


@runtime_checkable
class Holding(Protocol):
    """What becomes of quotas when a committee decides."""

    def refused(self, broken: list[Fault]) -> list[Fault]:
        """Which of the quotas that a sitting breaks it is refused for."""
        ...


@record("cascade_kpi/calibrating.held")
@frozen
class Held:
    """Quotas hold after the sitting as well."""

    def refused(self, broken: list[Fault]) -> list[Fault]:
        """All of them."""
        return broken


@record("cascade_kpi/calibrating.waived")
@frozen
class Waived:
    """Quotas may be broken; `by_quota` tells which are."""

    def refused(self, broken: list[Fault]) -> list[Fault]:  # noqa: ARG002 - of a kind
        """None of them."""
        return []


@record("cascade_kpi/calibrating.sitting")
@frozen
class Sitting:
    """What a committee decided at once, and within which bounds.

    Parameters
    ----------
    adjustments : list of Adjustment
    steps : int
        How far from the calibrated grade it may end, in grades.
    quotas : Held or Waived
        Whether quotas hold when all adjustments are made.
    """

    adjustments: tuple[Adjustment, ...] = field(converter=as_tuple)
    steps: int = 1
    quotas: Holding = field(factory=Held)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        made = "make it with Adjustment(…)"
        members("sitting", self.adjustments, Adjustment, made, faults, column="adjustments")
        faults += not_whole("sitting", 1, 1000, steps=self.steps)
        if not is_a(self.quotas, Holding):
            repair = "use Held() or Waived()"
            faults.append(
                Fault("sitting", "no such rule", repair, column="quotas", value=self.quotas)
            )
        check(faults)
