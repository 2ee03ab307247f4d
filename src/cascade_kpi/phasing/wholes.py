"""What is spread over periods or parts: whole lots, by weights that are found lawful."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.aggregates import Aggregate, Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.phasing.profiles import Profile, normalised
from cascade_kpi.targets.amounts import NO_LOTS, Lots
from cascade_kpi.targets.origins import Assigned
from cascade_kpi.targets.targets import Targets

__all__ = ["adds_up", "in_lots", "not_a_profile", "weigh"]


def adds_up(aggregate: Aggregate) -> bool:
    """Whether what a year has is the sum of what its months have."""
    if aggregate.makeup is not Makeup.SUM:
        return False
    total = np.empty(1)
    aggregate.along(np.array([1.5]), np.array([2.25]), total)
    return bool(total[0] == 3.75)


def not_a_profile(source: str, rule: object, *, column: str) -> Fault:
    """What is no profile, and what would be."""
    repair = "use one of cascade_kpi.profiles, or an object with its call"
    return Fault(source, "not a profile", repair, column=column, value=rule)


def weigh(org: OrgTree, kpi: Kpi, rule: Profile, labels: tuple[str, ...]) -> FloatArray:
    """Weights that sum to about one at every node, (p, n), once a profile's are found lawful.

    Raises
    ------
    InputError
        With what the profile refuses, or what it answers oddly.
    """
    source = f"the profile of {kpi.name}"
    try:
        answer = ask("it", rule, org, kpi, labels, shape=(len(labels), len(org)))
    except OddAnswer as odd:
        check([Fault(source, str(odd), "mend it; testing.check_profile tells more", value=rule)])
    if not np.isfinite(answer).all() or (answer < 0).any():
        p, row = np.argwhere(~np.isfinite(answer) | (answer < 0))[0].tolist()
        told = f"weighs {org.node(row).id!r} by {float(answer[p, row])!r} in {labels[p]}"
        check([Fault(source, told, "weights are finite, zero or more", value=rule)])
    nothing = np.flatnonzero(~answer.any(axis=0))
    if nothing.size:
        told = f"gives {org.node(int(nothing[0])).id!r} no weight at all"
        check([Fault(source, told, "give every node some", value=rule)])
    return normalised(answer)


def in_lots(targets: Targets, k: int, faults: list[Fault]) -> IntArray | None:
    """The targets that are divided, in lots; None where they are shared."""
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
