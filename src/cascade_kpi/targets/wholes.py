"""Targets in whole lots, whatever they were made from."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import IntArray
from cascade_kpi.errors import Fault
from cascade_kpi.kpis.aggregates import Aggregate, Makeup
from cascade_kpi.targets.amounts import NO_LOTS, Lots
from cascade_kpi.targets.origins import Assigned
from cascade_kpi.targets.targets import Targets

__all__ = ["in_lots", "sums_over_periods"]


def sums_over_periods(aggregate: Aggregate) -> bool:
    """Whether what a year has is the sum of what its months have."""
    if aggregate.makeup is not Makeup.SUM:
        return False
    total = np.empty(1)
    aggregate.along(np.array([1.5]), np.array([2.25]), total)
    return bool(total[0] == 3.75)


def in_lots(targets: Targets, k: int, faults: list[Fault]) -> IntArray | None:
    """The targets that are divided, in lots; None where they are shared."""
    targets, k = targets.behind(k)
    column, kpi = targets.columns[k], targets.kpis.items[k]
    if isinstance(column, Lots):
        return column.counts
    if not isinstance(targets.origin, Assigned):
        return None
    lot = kpi.counted_in
    own = targets.origin.own[k]
    there = ~np.isnan(own)
    lots = np.zeros(own.shape, dtype=np.int64)
    lots[there], fine = lot.whole(own[there])
    for p, row in np.argwhere(there)[~fine].tolist():
        below, above = map(kpi.format, lot.nearest(float(own[p, row])))
        reason = f"{kpi.name} in {targets.periods.labels[p]}: {float(own[p, row])!r} is not "
        reason += f"a whole number of lots of {lot.size}"
        repair = f"make it {below} or {above}, or give the KPI a lot that it is counted in"
        faults.append(Fault("targets", reason, repair, value=targets.org.node(row).id))
    # Arrays say what every node has as a whole; a table what it has for itself.
    total = lots if targets.origin.given is None else _summed(targets, lots)
    return np.where(np.isnan(column.values), NO_LOTS, total)


def _summed(targets: Targets, lots: IntArray) -> IntArray:
    """Every node's own lots and those of all below it."""
    total = lots.copy()
    for block in targets.org.layout.up():
        total[:, block.parents] += total[:, block.rows].sum(axis=1)
    return total
