"""Limits of a split that are of longer periods than those in which offers are made."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import IntArray
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits import Limited
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.origins import Phased, Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["beyond_wholes", "phased_in"]

_LISTED = 6
_REPAIR = "the split's limits are of the whole: state limits for the parts, or change the offers"


def phased_in(targets: Targets, k: int) -> Phased | None:
    """The phasing by which the k-th KPI's periods are parts of longer ones; None without one."""
    targets, k = targets.behind(k)
    while isinstance(targets.origin, Reconciled):
        targets, k = targets.origin.whole.behind(k)
    return targets.origin if isinstance(targets.origin, Phased) else None


def beyond_wholes(targets: Targets, k: int, counts: IntArray, faults: list[Fault]) -> None:
    """Note the nodes whose agreed parts do not keep, together, the limits of the whole.

    Parameters
    ----------
    counts : int64 array (p, n)
        Agreed lots, `NO_LOTS` where there are none.
    """
    phased, kpi = phased_in(targets, k), targets.kpis.items[k]
    if phased is None or not isinstance(kpi.split, Limited) or not kpi.divides:
        return
    reach = kpi.reach(targets.org)
    try:
        asked = Asked.of(kpi, reach.tree)
    except InputError as error:
        faults.extend(error.faults)
        return
    there = counts[:, reach.rows] != NO_LOTS
    lots = np.where(there, counts[:, reach.rows], 0)
    starts = np.r_[0, np.cumsum(phased.sizes)[:-1]]
    sums, some = np.add.reduceat(lots, starts), np.logical_or.reduceat(there, starts)
    low, high = some & (sums < asked.low), some & (sums > asked.high)
    found = np.argwhere(low | high).tolist()
    for p, row in found[:_LISTED]:
        side, bounds = ("floor", asked.low) if low[p, row] else ("cap", asked.high)
        came, bound = _amount(kpi, sums[p, row]), _amount(kpi, bounds[row])
        reason = (
            f"{kpi.name} in {phased.whole.periods.labels[p]}: its parts come to {came}, and its "
            f"{side} by the split is {bound}"
        )
        node = targets.org.node(int(reach.rows[row])).id
        faults.append(Fault("targets", reason, _REPAIR, value=node))
    if len(found) > _LISTED:
        reason = f"{kpi.name}: so it is at {len(found) - _LISTED:,} more nodes and periods"
        faults.append(Fault("targets", reason, "state limits for the parts"))


def _amount(kpi: Kpi, lots: float) -> str:
    return kpi.format(float(kpi.counted_in.values(np.array([int(lots)]))[0]))
