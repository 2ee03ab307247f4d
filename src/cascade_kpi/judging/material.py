"""From which difference on a target is told to be too hard or too easy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, is_a, not_numbers
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.records import record

__all__ = ["Amount", "ByKpi", "Material", "OfTarget", "as_material"]


@runtime_checkable
class Material(Protocol):
    """The least difference from its peers by which a target is an outlier."""

    def __call__(self, target: FloatArray, kpi: Kpi) -> FloatArray:
        """In KPI units, zero or more, float64 (m,); NaN without a target; elementwise."""
        ...


def _not_negative(source: str, **numbers: object) -> list[Fault]:
    faults = not_numbers(source, **numbers)
    told = {fault.column for fault in faults}
    return faults + [
        Fault(source, "negative", "give zero or more", column=column, value=value)
        for column, value in numbers.items()
        if column not in told and isinstance(value, float) and value < 0
    ]


@record("cascade_kpi/yardsticks.of_target")
@frozen
class OfTarget:
    """A share of the target, in either direction: 0.05 for 5 %.

    Parameters
    ----------
    share : float
        Zero or more; 0 makes every difference material. Nothing is told of a
        target of zero but by what lies beyond the fences: state an `Amount`
        for KPIs whose targets may be zero.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> OfTarget(0.05)(np.array([200.0, -40.0]), ck.Kpi("profit", "CNY"))
    array([10.,  2.])
    """

    share: float = field(default=0.05, converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_negative("of target", share=self.share))

    def __call__(self, target: FloatArray, kpi: Kpi) -> FloatArray:
        """The share of each target, in KPI units."""
        return np.asarray(self.share * np.abs(target))


@record("cascade_kpi/yardsticks.amount")
@frozen
class Amount:
    """An amount in the KPI's unit: 0.3 percentage points of a rate in per cent.

    Parameters
    ----------
    amount : float
        Zero or more.
    """

    amount: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_negative("amount", amount=self.amount))

    def __call__(self, target: FloatArray, kpi: Kpi) -> FloatArray:
        """The same for each target, in KPI units."""
        return np.where(np.isnan(target), np.nan, self.amount)


def _as_amount(rule: Any) -> Any:
    return Amount(rule) if isinstance(as_number(rule), float) else rule


def _rules(rules: Any) -> Any:
    if not isinstance(rules, Mapping):
        return rules
    return MappingProxyType({name: _as_amount(rule) for name, rule in rules.items()})


@record("cascade_kpi/yardsticks.by_kpi")
@frozen(hash=False)
class ByKpi:
    """A rule for some KPIs, and one for all others.

    Parameters
    ----------
    rules : mapping of KPI name to Material or float
        A number is an `Amount` in the KPI's unit.
    others : Material
        ``OfTarget(0.05)`` by default.
    """

    rules: Mapping[str, Material] = field(converter=_rules)
    others: Material = field(factory=OfTarget)

    def __attrs_post_init__(self) -> None:
        repair = "give {KPI name: yardsticks.Amount(…) or OfTarget(…)}"
        faults: list[Fault] = []
        if not isinstance(self.rules, Mapping):
            faults.append(Fault("by KPI", "not a mapping", repair, column="rules"))
        else:
            faults += [
                Fault("by KPI", "no rule", repair, column=f"rules of {name}", value=rule)
                for name, rule in self.rules.items()
                if not isinstance(name, str) or not is_a(rule, Material)
            ]
        if not is_a(self.others, Material):
            other = "use yardsticks.OfTarget(…) or Amount(…)"
            faults.append(Fault("by KPI", "no rule", other, column="others", value=self.others))
        check(faults)

    def __call__(self, target: FloatArray, kpi: Kpi) -> FloatArray:
        """What the KPI's rule answers."""
        return self.rules.get(kpi.name, self.others)(target, kpi)

    def unknown(self, kpis: Kpis) -> list[Fault]:
        """A fault for each rule of a KPI that there is not."""
        return [
            Fault("material", "no such KPI", suggest(name, kpis.names), value=name)
            for name in self.rules
            if name not in kpis.names
        ]

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.rules)), self.others))


def as_material(rule: Any) -> Any:
    """A mapping of KPI names as a rule; None as the usual one; anything else as it is."""
    if rule is None:
        return OfTarget()
    return ByKpi(rule) if isinstance(rule, Mapping) else rule
