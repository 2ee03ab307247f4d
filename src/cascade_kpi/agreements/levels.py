"""Levels of a curve, taken back into the unit of the KPI."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi.agreements.absent import alike
from cascade_kpi.kpis.directions import Direction, Higher, Lower, OnTarget
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments import Attainment, Progress, Proportion, Result
from cascade_kpi.scoring.curves import Curve, Linear, Piecewise, Steps
from cascade_kpi.scoring.items import Item

__all__ = ["Level", "levels_of"]

_NONE = (math.nan, math.nan)
Pair = tuple[float, float]


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
    goal = target if isinstance(item.attainment, Result) else 1.0
    edges = {edge for edge in _edges(item.curve) if math.isfinite(edge)}
    if not math.isnan(goal):
        edges.add(goal)
    ranks = sorted(edges)
    ratings = [_against(item, edge, goal, better) for edge in ranks]
    found = []
    for edge, rating in zip(ranks, ratings, strict=True):
        points = float(item.curve(np.array([edge]))[0])
        value, upper = _value(item.attainment, edge, target, better, baseline)
        name = _name(rating, ratings)
        found.append(Level(name, edge, points, share * points, value, upper))
    return tuple(found)


def _edges(curve: Curve) -> tuple[float, ...]:
    """Attainments at which a curve has its levels."""
    if isinstance(curve, Piecewise | Steps):
        return tuple(edge for edge, _ in curve.levels)
    if isinstance(curve, Linear) and curve.slope != 0:
        bounds = (curve.floor, curve.cap)
        return tuple(bound / curve.slope for bound in bounds if bound is not None)
    return ()


def _against(item: Item, edge: float, goal: float, better: Direction) -> float:
    """How far a level is beyond the target: below zero where it is worse; NaN if not known."""
    if not isinstance(item.attainment, Result):
        return edge - goal
    if math.isnan(goal) or edge == goal:
        return edge - goal
    short = float(better.shortfall(np.array([edge]), np.array([goal]))[0])
    return -short if short > 0 else abs(edge - goal)


def _name(rating: float, ratings: list[float]) -> str:
    if rating == 0:
        return "target"
    if rating < 0 and rating == min(ratings):
        return "threshold"
    return "stretch" if rating > 0 and rating == max(ratings) else "level"


def _value(
    rule: Attainment, edge: float, target: float, better: Direction, baseline: float
) -> Pair:
    """Where in KPI units the attainment is at the level; a pair where that is a range."""
    if isinstance(rule, Result):
        return edge, math.nan
    if math.isnan(target):
        return _NONE
    if edge == 1 and not isinstance(better, OnTarget):
        return target, math.nan
    if isinstance(rule, Progress):
        whole = baseline + edge * (target - baseline)
        return (whole, math.nan) if target != baseline else _NONE
    inverse = _PROPORTIONS.get(type(better))
    if not isinstance(rule, Proportion) or inverse is None or target == 0:
        return _NONE
    return inverse(better, edge, target)


def _higher(_: Any, edge: float, target: float) -> Pair:
    return target + (edge - 1) * abs(target), math.nan


def _lower(_: Any, edge: float, target: float) -> Pair:
    return target - (edge - 1) * abs(target), math.nan


def _on_target(rule: Any, edge: float, target: float) -> Pair:
    if edge > 1:
        return _NONE
    off = rule.band + (1 - edge) * abs(target)
    return (target - off, target + off) if off > 0 else (target, math.nan)


_PROPORTIONS: dict[type, Callable[[Any, float, float], Pair]] = {
    Higher: _higher,
    Lower: _lower,
    OnTarget: _on_target,
}
