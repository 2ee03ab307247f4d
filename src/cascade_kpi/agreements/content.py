"""What a performance plan says."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date
from typing import Any

import attrs
from attrs import field, frozen

from cascade_kpi._fields import as_tuple
from cascade_kpi.agreements.absent import alike
from cascade_kpi.agreements.commitments import Commitment
from cascade_kpi.agreements.levels import Level
from cascade_kpi.records import record

__all__ = ["Party", "PlanContent", "PlanItem", "Served"]


@record("cascade_kpi/performance_plan.party")
@frozen
class Party:
    """Somebody by id, and by the name that people read."""

    id: str | int
    name: str


@record("cascade_kpi/performance_plan.item")
@frozen
class PlanItem:
    """One item of a performance plan.

    Attributes
    ----------
    name : str
        As it is called on the scorecard.
    kpi, unit : str
    decimals : int
        That are printed.
    weight : float
        As on the scorecard, in its section.
    share : float
        What a point of it brings to the total, if nothing is absent, gated or adjusted.
    target : float
        In KPI units, NaN where there is none yet.
    levels : tuple of Level
        In ascending order of attainment.
    serves : tuple of str
        Titles of the strategic goals that the person's goals of the KPI serve.
    offer : float
        What the person offered when the target was agreed, in KPI units; NaN for nothing.
    """

    name: str
    kpi: str
    unit: str
    decimals: int
    weight: float
    share: float
    target: float = field(eq=alike)
    levels: tuple[Level, ...] = field(converter=as_tuple)
    serves: tuple[str, ...] = field(default=(), converter=as_tuple)
    offer: float = field(default=math.nan, eq=alike)

    def level(self, name: str) -> Level | None:
        """The level of that name, the first if there are several; None if there is none."""
        return next((level for level in self.levels if level.name == name), None)


@record("cascade_kpi/performance_plan.served")
@frozen
class Served:
    """A strategic goal that the person's goals serve.

    Attributes
    ----------
    goal, title : str
    weight : float
        Of the person's goals, that serves it.
    share : float
        That weight over the weight of all of them.
    """

    goal: str
    title: str
    weight: float
    share: float = field(eq=alike)


@record("cascade_kpi/performance_plan.content")
@frozen
class PlanContent:
    """What a performance plan says, and both sides agree to.

    Attributes
    ----------
    person : str or int
        Id of the node.
    name : str
        As people read it.
    post, period : str
        As people read them.
    manager : Party or None
        Of the node above; None for a root.
    duties : tuple of str
    items : tuple of PlanItem
    serves : tuple of Served
    commitments : tuple of Commitment
    """

    person: str | int
    name: str
    post: str
    manager: Party | None
    period: str
    duties: tuple[str, ...] = field(converter=as_tuple)
    items: tuple[PlanItem, ...] = field(converter=as_tuple)
    serves: tuple[Served, ...] = field(default=(), converter=as_tuple)
    commitments: tuple[Commitment, ...] = field(default=(), converter=as_tuple)

    def name_of(self, who: object) -> str:
        """The name of the person or of the manager, by id; empty for anybody else."""
        if who == self.person:
            return self.name
        return self.manager.name if self.manager is not None and who == self.manager.id else ""

    def digest(self) -> str:
        """A digest of all that it says, the same in any process."""
        plain = attrs.asdict(self, value_serializer=lambda _, __, value: _written(value))
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _written(value: Any) -> Any:
    if isinstance(value, float):
        return value.hex() if math.isfinite(value) else "nan"
    return value.isoformat() if isinstance(value, date) else value
