"""Levels of a curve, taken back into the unit of the KPI."""

from __future__ import annotations

import math

import numpy as np
from attrs import field, frozen

from cascade_kpi.agreements.absent import alike
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments import Attainment, Invertible
from cascade_kpi.scoring.curves import Levelled
from cascade_kpi.scoring.scorecard import Item

__all__ = ["Level", "levels_of", "reached"]


@record("cascade_kpi/level")
@frozen
class Level:
    """One level of a KPI in a performance plan.

    Attributes
    ----------
    name : str
        ``"threshold"``, ``"target"``, ``"stretch"``, or ``"level"`` for those between.
    attainment : float
        Where the curve is read.
    points : float
        Of the item, at that level.
    worth : float
        Points that it brings to the total.
    value : float
        In KPI units; NaN where there is no such value.
    upper : float
        The upper edge of a range around a target that is best met; else NaN.
    """

    name: str
    attainment: float
    points: float
    worth: float
    value: float = field(default=math.nan, eq=alike)
    upper: float = field(default=math.nan, eq=alike)


def levels_of(
    item: Item, target: float, better: Direction, baseline: float, share: float
) -> tuple[Level, ...]:
    """The levels of an item in ascending order of attainment.

    Parameters
    ----------
    target, baseline : float
        In KPI units, NaN where absent.
    share : float
        The item's weight over the sum of all weights.
    """
    rule, curve = item.attainment, item.curve
    goal = rule.on_target(target) if isinstance(rule, Invertible) else 1.0
    edges = set(curve.edges) if isinstance(curve, Levelled) else set()
    if not math.isnan(goal):
        edges.add(goal)
    ranks = sorted(edges)
    ahead = [edge - goal for edge in ranks]
    if isinstance(rule, Invertible):
        ahead = [rule.ahead(edge, target, better) for edge in ranks]
    found = []
    for edge, far in zip(ranks, ahead, strict=True):
        points = float(curve(np.array([edge]))[0])
        value, upper = reached(rule, edge, target, better, baseline)
        found.append(Level(_name(far, ahead), edge, points, share * points, value, upper))
    return tuple(found)


def reached(
    rule: Attainment, edge: float, target: float, better: Direction, baseline: float
) -> tuple[float, float]:
    """Where in KPI units the attainment is at a level; two numbers where that is a range."""
    if isinstance(rule, Invertible):
        return rule.result(edge, target, better, baseline)
    return (target if edge == 1 else math.nan), math.nan


def _name(ahead: float, all_ahead: list[float]) -> str:
    if ahead == 0:
        return "target"
    if ahead < 0 and ahead == min(all_ahead):
        return "threshold"
    return "stretch" if ahead > 0 and ahead == max(all_ahead) else "level"
