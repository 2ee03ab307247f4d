"""Whether the parts of a KPI fit each other: aggregate, split, lot and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cascade_kpi.errors import Fault
from cascade_kpi.kpis.aggregates import Aggregate, Last, Makeup, Ratio, Sum
from cascade_kpi.kpis.splits import Rated, Split

if TYPE_CHECKING:
    from cascade_kpi.kpis.kpi import Kpi

__all__ = ["misfits"]


def misfits(kpi: Kpi) -> list[Fault]:
    """Faults of a KPI whose parts are each sound, and do not go together."""
    source = f"kpi {kpi.name!r}"
    faults = _scale(kpi, source)
    divides = isinstance(kpi.split, Split) and kpi.split.divides is not False
    if isinstance(kpi.split, Rated):
        faults += _rated(kpi, source)
    elif divides and kpi.aggregate.makeup in {Makeup.RATIO, Makeup.EXTREME}:
        reason = f"{kpi.aggregate!r} does not add up, so it cannot be divided among units"
        repair = "use splits.Shared(), the same target for all"
        if kpi.aggregate.makeup is Makeup.RATIO:
            repair += ", or splits.Rates(…), a target for each that makes the whole's"
        faults.append(Fault(source, reason, repair, column="split", value=kpi.split))
    # A level is shared unless told otherwise; assigned, or as a part, it is counted all the same.
    level = kpi.aggregate.makeup is Makeup.SUM and not isinstance(kpi.aggregate, Sum)
    if kpi.lot is not None and not divides and not level:
        reason = "nothing is divided in lots under this split"
        repair = "leave it out, or use a split that divides"
        faults.append(Fault(source, reason, repair, column="lot", value=kpi.lot.size))
    return faults


def _scale(kpi: Kpi, source: str) -> list[Fault]:
    """A per cent that would be read as a plain share."""
    rule = kpi.aggregate.of if isinstance(kpi.aggregate, Last) else kpi.aggregate
    if kpi.unit != "%" or not isinstance(rule, Ratio) or rule.scale != 1.0:
        return []
    reason = "a ratio in % with a scale of 1: 95 of 100 would be 0.95 %"
    repair = "use aggregates.Ratio(100), or another unit than %"
    return [Fault(source, reason, repair, column="aggregate", value=kpi.aggregate)]


def _rated(kpi: Kpi, source: str) -> list[Fault]:
    """Aggregates that are not made of two parts that are added, with weights of their own."""
    rule: Aggregate = kpi.aggregate
    reason = repair = ""
    if rule.makeup is Makeup.SUM:
        reason = "adds up, and Rates divides the change of a ratio"
        repair = "use a dividing split such as splits.ProRata(…), or aggregates.Ratio(…)"
    elif rule.makeup is Makeup.EXTREME:
        reason = "is set by one unit, whatever the volumes"
        repair = "use splits.Shared()"
    elif rule.makeup is not Makeup.RATIO or not _adds(rule):
        reason = "is no ratio of two parts that are added"
        repair = "use splits.Shared(), or aggregates.Ratio(…)"
    elif len(rule.inputs) < 2:
        reason = "weighs every report as one, whatever the volumes"
        repair = "use aggregates.WeightedMean(), or splits.Shared()"
    if reason:
        told = f"{rule!r} {reason}"
        return [Fault(source, told, repair, column="split", value=kpi.split)]
    base = getattr(kpi.split, "base", "")
    if isinstance(base, tuple) and len(base) != len(rule.inputs):
        told = f"the base names {len(base)} columns, and a report of {rule!r} is {len(rule.inputs)}"
        mend = f"name the columns of {', '.join(rule.inputs)}; or one, of ratios"
        return [Fault(source, told, mend, column="base", value=base)]
    return []


def _adds(rule: Aggregate) -> bool:
    total = np.empty(1)
    rule.combine(np.array([1.5]), np.array([2.25]), total)
    return bool(total[0] == 3.75)
