"""One ratio's goals to everybody's targets: changes of numerators, divided."""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import InputError
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.kpis.splits import Rated
from cascade_kpi.kpis.splits.rates import Baseline, Paced
from cascade_kpi.org.rollup import sweep_subtrees
from cascade_kpi.targets.amounts import NO_LOTS, Amounts
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.goal import Goal
from cascade_kpi.targets.lots import hand_lots
from cascade_kpi.targets.origins import Bounds
from cascade_kpi.targets.ratios import Grain, Ratios, unscaled
from cascade_kpi.targets.telling import TellingRatios

__all__ = [
    "Rating",
    "Standing",
    "change_of",
    "end_above",
    "hand_rates",
    "own_end",
    "room_of",
    "settled",
]

_SLIP = 50.0  # so many times what every unit's base is: 9500 for 95, or 0.95

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Rating:
    """What a ratio's split says of a tree, counted.

    Attributes
    ----------
    paced : Paced
    counted : Grain
    base : int64 array (n,)
        Base numerators at the expected volumes, in units, children summing to their parents.
    asked : Asked
        Claims on the change of the numerator, and its floors and caps in units.
    least, most : float64 array (n,)
        Between which targets are, in KPI units, infinite where there is no bound.
    """

    paced: Paced
    counted: Grain
    base: IntArray
    asked: Asked
    least: FloatArray
    most: FloatArray

    @classmethod
    def of(cls, paced: Paced, counted: Grain) -> Rating:
        """What a split says, in units.

        Raises
        ------
        InputError
            If a pace times a volume is too large for a float.
        """
        line = paced.baseline
        layout, units = line.org.layout, line.units
        base = counted.whole(np.where(units, line.rates * line.volumes, 0.0))
        for block in layout.up():
            base[block.parents] += base[block.rows].sum(axis=0)
        claims = sweep_subtrees(layout, paced.pace * line.volumes, np.add)
        ends = (_ends(line, -1.0, paced.low), _ends(line, 1.0, paced.high))
        return cls(paced, counted, base, _asked(paced, counted, base, claims), *ends)

    @property
    def volumes(self) -> FloatArray:
        """Expected denominators, (n,)."""
        return self.paced.baseline.volumes

    def wanted(self, rows: IntArray, goals: FloatArray) -> IntArray:
        """The changes in units that goals of some nodes ask for."""
        size = self.paced.baseline.org.size[rows]
        return change_of(self.counted.whole(goals * self.volumes[rows]), self.base[rows], size)


def change_of(numerators: IntArray, base: IntArray, size: IntArray) -> IntArray:
    """From base numerators to others; none where the rounding of so many nodes may make it."""
    change = numerators - base
    return np.where(np.abs(change) <= size + 3, 0, change)


def _ends(line: Baseline, way: float, bound: FloatArray) -> FloatArray:
    """The last target of every node on a way: its own bound, or what those below it come to."""
    if np.isnan(bound).all():
        return np.broadcast_to(way * np.inf, len(bound))
    with np.errstate(over="ignore"):
        ends = own_end(way, bound, line.rates)
        for block in line.org.layout.up():
            volumes = line.volumes[block.rows]
            below = np.where(volumes > 0, ends[block.rows], 0.0)
            at = block.parents
            ends[at] = end_above(way, ends[at], below * volumes, line.volumes[at])
    return ends


def own_end(way: float, bound: FloatArray, rates: FloatArray) -> FloatArray:
    """A bound on the way up (1) or down (−1); the base ratio for who is beyond it already."""
    end = np.fmax(way * bound, way * rates)
    return np.asarray(way * np.where(np.isnan(bound), np.inf, end))


def end_above(way: float, own: FloatArray, below: FloatArray, volumes: FloatArray) -> FloatArray:
    """A node's own end or that of its children together, whichever comes first.

    `below` are the children's ends times their volumes, (span, groups).
    """
    total = np.add.accumulate(below, axis=0)[-1]  # one after another, as in every sum
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(way * np.fmin(way * own, way * (total / volumes)))


def _asked(paced: Paced, counted: Grain, base: IntArray, claims: FloatArray) -> Asked:
    """Claims, floors and caps of the change, in units; nothing where there is no volume."""
    line, n = paced.baseline, len(base)
    nothing = line.volumes == 0
    margin = np.broadcast_to(np.int64(0), n)
    if np.isnan(paced.low).all() and np.isnan(paced.high).all():
        return Asked(claims, np.broadcast_to(-np.inf, n), np.broadcast_to(np.inf, n), margin)
    at, ends = Standing(line.volumes, line.rates, base.astype(np.float64)), []
    for bound, way in ((paced.low, -1.0), (paced.high, 1.0)):
        room = room_of(counted, way, bound, at)
        ends.append(np.where(nothing, 0.0, room))
    low, high = ends
    return Asked(claims, low, high, margin)


class Standing(NamedTuple):
    """Volumes, base ratios and base numerators in units, float64 (n,)."""

    volumes: FloatArray
    rates: FloatArray
    base: FloatArray


def room_of(counted: Grain, way: float, bound: FloatArray, at: Standing) -> FloatArray:
    """The signed change in units that leads to a bound, which is up (1) or down (−1).

    Zero for who is there already, infinite where there is no bound.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        units = np.ldexp(way * bound * at.volumes, -counted.exponent)
    # Outwards, and one more: sums of rounded bounds then hold what exact ones would.
    room = np.clip(np.ceil(units) + 1.0 - way * at.base, 0.0, float(LARGEST))
    room = np.where(way * at.rates >= way * bound, 0.0, room)
    return np.asarray(way * np.where(np.isnan(bound), np.inf, room) + 0.0)


def hand_rates(goal: Goal, dense: FloatArray, stated: Mask) -> _Handed:
    """Targets of everybody from goals for a ratio; conflicts are noted with the goal.

    Parameters
    ----------
    dense : float64 array (p, n)
        Goals in KPI units, NaN where there is none.
    stated : bool array (p, n)
        Where there is one.
    """
    nothing = _Handed(Amounts(dense), stated, None)
    if not stated.any():
        return nothing
    told = len(goal.faults)
    split, kpi = goal.kpi.split, goal.kpi
    assert isinstance(split, Rated)  # noqa: S101 - asked for such splits only
    try:
        paced = split.paced(goal.org, kpi.aggregate, kpi.better)
    except InputError as error:
        goal.faults.extend(error.faults)
        return nothing
    _look_at(goal, dense, stated, paced)
    sizes = _sizes(dense, paced)
    if not np.isfinite(sizes).all():
        p, row = np.argwhere(stated)[0].tolist()
        goal.fault(p, row, "the goals times the volumes are too large", "use a larger unit")
    if len(goal.faults) > told:
        return nothing
    rating = Rating.of(paced, Grain.for_size(*sizes))
    words = TellingRatios(goal.org, kpi, rating.counted, rating.base, rating.volumes)
    goal = attrs.evolve(goal, ratios=words)
    lots = np.full(dense.shape, NO_LOTS)
    at, rows = np.nonzero(stated)
    lots[at, rows] = rating.wanted(rows, dense[at, rows])
    if not _can_move(goal, lots, stated, rating):
        return nothing
    empty = rating.volumes == 0
    lots[:, empty] = 0  # they bring nothing, and stand in nobody's way
    fixed, bounds = hand_lots(goal, lots, stated | empty, rating.asked)
    lots[:, empty] = NO_LOTS
    counts = np.where(lots == NO_LOTS, NO_LOTS, lots + rating.base)
    values = np.where(stated, dense, settled(rating, lots))
    return _Handed(Ratios(rating.counted, counts, rating.volumes, values), fixed, bounds)


class _Handed(NamedTuple):
    """A ratio's targets, those that were stated or follow from them, and the bounds of changes."""

    column: Ratios | Amounts
    fixed: Mask
    bounds: Bounds | None


def settled(rating: Rating, lots: IntArray) -> FloatArray:
    """Targets in KPI units from changes in units, (p, n); NaN where there is none.

    The numerator over the volume, divided last; the base ratio itself where
    there is no change; never past a bound.
    """
    line, gone = rating.paced.baseline, lots == NO_LOTS
    with np.errstate(divide="ignore", invalid="ignore"):
        values = rating.counted.values(np.where(gone, 0, lots + rating.base)) / line.volumes
    values = np.where(lots == 0, line.rates, values)
    return np.where(gone, np.nan, np.clip(values, rating.least, rating.most))


def _sizes(dense: FloatArray, paced: Paced) -> tuple[float, float]:
    """How large all base numerators and a period's goals are together; and its changes."""
    line = paced.baseline
    with np.errstate(over="ignore", invalid="ignore"):
        goals = np.nansum(np.abs(dense * line.volumes), axis=1).max()
        base = np.abs(np.where(line.units, line.rates * line.volumes, 0.0)).sum()
        changes = np.nansum(np.abs((dense - line.rates) * line.volumes), axis=1).max()
    return float(goals + base), float(changes)


def _look_at(goal: Goal, dense: FloatArray, stated: Mask, paced: Paced) -> None:
    """Note goals of nothing, and goals that look like slips of the scale."""
    line, kpi = paced.baseline, goal.kpi
    for p, row in np.argwhere(stated & (line.volumes == 0)).tolist():
        reason = "no volume is expected of it, so a ratio says nothing"
        goal.fault(p, row, reason, "take the goal away, or give it a volume")
    rates = np.abs(line.rates[line.units])
    scale = 1.0 / float(unscaled(kpi.aggregate, np.ones(1))[0])
    if scale == 1.0 or not rates.size:
        return
    least, most = float(rates.min()), float(rates.max())
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.abs(dense)
        slip = (size >= _SLIP * most) & (most > 0) | (size * _SLIP <= least) & (size > 0)
    for p, row in np.argwhere(stated & slip).tolist():
        amount = float(dense[p, row])
        meant = amount / scale if abs(amount) > most else amount * scale
        reason = f"its goal is {kpi.format(amount)}, and base ratios are from "
        reason += f"{kpi.format(least)} to {kpi.format(most)}"
        goal.fault(p, row, reason, f"state it in {kpi.unit}: {meant:g}?")


def _can_move(goal: Goal, lots: IntArray, stated: Mask, rating: Rating) -> bool:
    """Whether anybody has a pace where a goal asks for a change; else it is noted."""
    line, kpi = rating.paced.baseline, goal.kpi
    hands_down = np.zeros(stated.shape, dtype=bool)
    p, child = np.nonzero(~stated & (line.volumes > 0) & (goal.org.parent >= 0))
    hands_down[p, goal.org.parent[child]] = True
    still = stated & hands_down & (lots != 0)
    if rating.asked.shares.any() or not still.any():
        return True
    rates = line.rates[line.units]
    at, row = np.argwhere(still)[0].tolist()
    wanted, now = (goal.told.amount(row, change) for change in (int(lots[at, row]), 0))
    ends = " to ".join(kpi.format(float(end)) for end in (rates.min(), rates.max()))
    reason = f"its goal is {wanted}, it stands at {now}, and {_pace_of(kpi)!r} moves nobody: "
    reason += f"base ratios are from {ends}"
    repair = "correct the benchmark, in the KPI's unit, or use another pace"
    goal.fault(at, row, reason, repair)
    return False


def _pace_of(kpi: Kpi) -> object:
    return getattr(kpi.split, "pace", kpi.split)
