"""One KPI's goals to everybody's targets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.entries import Column
from cascade_kpi.errors import InputError
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.kpis.splits import Rated
from cascade_kpi.org.layout import Layout
from cascade_kpi.targets.amounts import NO_LOTS, Amounts, Lots
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.goal import Goal
from cascade_kpi.targets.lots import hand_lots
from cascade_kpi.targets.origins import Bounds
from cascade_kpi.targets.rated import hand_rates
from cascade_kpi.targets.ratios import Ratios

__all__ = ["Handed", "hand_down"]

Mask = NDArray[np.bool_]


class Handed(NamedTuple):
    """A KPI's targets, those that were stated, and between which bounds the others were found."""

    column: Lots | Amounts | Ratios
    fixed: Mask
    bounds: Bounds | None


def hand_down(goal: Goal) -> Handed:
    """Targets of everybody, and which of them were stated or follow from those that were."""
    reach = goal.reach
    everywhere = goal.stated.dense("value", goal.k, len(goal.periods), len(reach.org))
    column = Column("goals", goal.kpi, goal.periods, goal.stated, goal.k)
    goal.faults.extend(column.unreached(reach, everywhere))
    dense = reach.narrowed(everywhere)
    stated = ~np.isnan(dense)
    rated = isinstance(goal.kpi.split, Rated)
    column_of, fixed, bounds = (hand_rates if rated else _handed)(goal, dense, stated)
    fixed = lock(reach.spread(fixed, absent=False))
    if bounds is not None:
        low, high = (lock(reach.spread(each, np.nan)) for each in (bounds.low, bounds.high))
        bounds = Bounds(low, high, lock(reach.spread(bounds.margin, 0)))
    if isinstance(column_of, Lots):
        counts = lock(reach.spread(column_of.counts, NO_LOTS))
        return Handed(Lots(column_of.lot, counts), fixed, bounds)
    values = lock(reach.spread(column_of.values, np.nan))
    if isinstance(column_of, Ratios):
        counts = lock(reach.spread(column_of.counts, NO_LOTS))
        volumes = lock(reach.spread(column_of.volumes, np.nan))
        return Handed(Ratios(column_of.counted, counts, volumes, values), fixed, bounds)
    return Handed(Amounts(values), fixed, bounds)


def _handed(goal: Goal, dense: FloatArray, fixed: Mask) -> Handed:
    nothing = Handed(Amounts(dense), fixed, None)
    if not fixed.any():
        return nothing
    org = goal.org
    try:
        asked = Asked.of(goal.kpi, org)
    except InputError as error:
        goal.faults.extend(error.faults)
        return nothing
    if not goal.kpi.divides:
        return Handed(Amounts(_shared(org.layout, dense.copy(), asked.shares)), fixed, None)
    told = len(goal.faults)
    lots = _whole(goal, dense, fixed)
    if len(goal.faults) > told:  # what would follow from goals that are wrong is not told
        return nothing
    fixed, bounds = hand_lots(goal, lots, fixed, asked)
    return Handed(Lots(goal.kpi.counted_in, lots), fixed, bounds)


def _shared(layout: Layout, targets: FloatArray, factors: FloatArray) -> FloatArray:
    """Every child without a goal of its own takes its parent's times its factor."""
    for block in layout.down():
        with np.errstate(over="ignore"):  # told by node where the targets are looked at
            handed = targets[:, None, block.parents] * factors[block.rows]
        stated = targets[:, block.rows]
        targets[:, block.rows] = np.where(np.isnan(stated), handed, stated)
    return targets


def _whole(goal: Goal, dense: FloatArray, fixed: Mask) -> IntArray:
    """Stated goals in lots; a fault for each that is not a whole number of them."""
    lot = goal.kpi.counted_in
    lots = np.full(dense.shape, NO_LOTS)
    lots[fixed], fine = lot.whole(dense[fixed])
    for p, row in np.argwhere(fixed)[~fine].tolist():
        amount = float(dense[p, row])
        if abs(amount) >= float(lot.exact) * LARGEST:
            goal.fault(p, row, "more than 2^51 lots", f"use a larger lot than {lot.size}")
            continue
        below, above = map(goal.kpi.format, lot.nearest(amount))
        reason = f"{amount!r} is not a whole number of lots of {lot.size}"
        goal.fault(p, row, reason, f"make it {below} or {above}, or change the lot")
    return lots
