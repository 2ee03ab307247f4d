"""Levels of a curve, taken back into the unit of the KPI."""

from __future__ import annotations

import math

import numpy as np
from attrs import field, frozen

from cascade_kpi.agreements.absent import alike
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments import Attainment, Invertible, absolute
from cascade_kpi.scoring.curves import Curve, shape_of
from cascade_kpi.scoring.items import Item

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
    item: Item, target: float, better: Direction, given: tuple[float, ...], share: float
) -> tuple[Level, ...]:
    """The levels of an item in ascending order of attainment.

    Parameters
    ----------
    target : float
        In KPI units, NaN where absent.
    given : tuple of float
        The columns that the item's attainment needs, in KPI units, NaN where absent.
    share : float
        The item's weight over the sum of all weights.
    """
    rule, curve = item.attainment, item.curve
    goal, edges = _goal(rule, target, better, given), _edges(curve)
    if not math.isnan(goal):
        edges.add(goal)
    ranks = sorted(edges)
    ahead = [edge - goal for edge in ranks]
    if isinstance(rule, Invertible):
        ahead = [rule.ahead(edge, target, better, *given) for edge in ranks]
    found = []
    for edge, far in zip(ranks, ahead, strict=True):
        points = float(curve(np.array([edge]))[0])
        value, upper = reached(rule, edge, target, better, given)
        found.append(Level(_name(far, ahead), edge, points, share * points, value, upper))
    return tuple(found)


def _goal(rule: Attainment, target: float, better: Direction, given: tuple[float, ...]) -> float:
    """What is attained on target; NaN where that is not known."""
    if isinstance(rule, Invertible):
        return rule.on_target(target, better, *given)
    return math.nan if absolute(rule) else 1.0


def _edges(curve: Curve) -> set[float]:
    """Attainments at which a curve has its levels: none on one line, or without a shape."""
    shape = shape_of(curve)
    return set(shape.edges.tolist()) if shape is not None and len(shape.breakpoints) else set()


def reached(
    rule: Attainment, edge: float, target: float, better: Direction, given: tuple[float, ...]
) -> tuple[float, float]:
    """Where in KPI units the attainment is at a level; two numbers where that is a range."""
    if isinstance(rule, Invertible):
        return rule.result(edge, target, better, *given)
    return (target if edge == 1 and not absolute(rule) else math.nan), math.nan


def _name(ahead: float, all_ahead: list[float]) -> str:
    if ahead == 0:
        return "target"
    if ahead < 0 and ahead == min(all_ahead):
        return "threshold"
    return "stretch" if ahead > 0 and ahead == max(all_ahead) else "level"
