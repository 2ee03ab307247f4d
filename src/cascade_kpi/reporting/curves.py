"""Curves in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_kpi.reporting.wording import decimals, listed
from cascade_kpi.scoring import attainments, curves

__all__ = ["CURVES", "IN_UNITS", "curve_words"]

At = Callable[[float], str]
IN_UNITS = (attainments.Result, attainments.Difference)


def curve_words(curve: object, attainment: object, unit: str) -> str:
    """A curve, its levels as per cent, or in the KPI's unit where it is read at results."""

    def per_cent(level: float) -> str:
        return f"{level * 100:.10g} %"

    def in_units(level: float) -> str:
        return f"{level:g} {unit}"

    return _told(curve, in_units if isinstance(attainment, IN_UNITS) else per_cent)


def _told(curve: Any, at: At) -> str:
    known = CURVES.get(type(curve))
    return repr(curve) if known is None else known(curve, at)


def _levels(pairs: curves.Pairs, at: At) -> str:
    return listed([f"{y:g} points at {at(x)}" for x, y in pairs])


def _ends(below: float | None, above: float | None) -> list[str]:
    ends = (("below", below), ("above", above))
    return [f"{side} that held" if end is None else f"{side} that {end:g}" for side, end in ends]


def _bounds(least: float | None, most: float | None) -> list[str]:
    bounds = (("at least", least), ("at most", most))
    told = [f"{what} {level:g}" for what, level in bounds if level is not None]
    return [listed(told)] if told else []


def _linear(curve: curves.Linear, at: At) -> str:
    each = f"{curve.slope:g} points at {at(1.0)}"
    return "; ".join([f"in proportion, {each}", *_bounds(curve.floor, curve.cap)])


def _piecewise(curve: curves.Piecewise, at: At) -> str:
    lines = f"straight lines through {_levels(curve.levels, at)}"
    return "; ".join([lines, *_ends(curve.below, curve.above)])


def _steps(curve: curves.Steps, at: At) -> str:
    return f"steps: {_levels(curve.levels, at)}; below that {curve.below:g}"


def _named(curve: curves.Levels, at: At) -> str:
    levels = [(name, getattr(curve, name)) for name in ("threshold", "target", "stretch")]
    told = [f"{name} {at(pair[0])} ({pair[1]:g} points)" for name, pair in levels if pair]
    ends = [
        f"{side} {'held' if end is None else f'{end:g}'}"
        for side, end in (("short of that", curve.below), ("beyond that", curve.above))
    ]
    return "; ".join([f"straight lines through {listed(told)}", *ends])


def _goal(curve: curves.GoalRedFlag, at: At) -> str:
    ends = f"{curve.least:g} points at the red flag {at(curve.red_flag)}"
    return f"a straight line from {ends} to {curve.most:g} at the goal {at(curve.goal)}"


def _plateau(curve: curves.Plateau, at: At) -> str:
    (low, high), (first, last) = curve.full, curve.zero
    inner = f"{curve.most:g} points from {at(low)} to {at(high)}"
    return f"{inner}, falling to {curve.least:g} at {at(first)} and {at(last)}"


def _tolerances(curve: curves.Tolerances, at: At) -> str:
    steps = listed([f"{points:g} points within {at(width)}" for width, points in curve.levels])
    return f"{steps} of {at(curve.centre)}; beyond that {curve.beyond:g}"


def _table(curve: curves.Table, at: At) -> str:
    between = {"lower": "the one below", "higher": "the one above", "nearest": "the nearest"}
    return f"a table: {_levels(curve.levels, at)}; between two {between[curve.between]}"


def _adding(curve: curves.AddDeduct, at: At) -> str:
    counted = "" if curve.counted == "in_proportion" else f", {curve.counted} steps counted"
    each = f"{curve.add:g} more for each {at(curve.every)} above, {curve.deduct:g} fewer below"
    told = f"{curve.base:g} points at {at(curve.at)}; {each}{counted}"
    return "; ".join([told, *_bounds(curve.least, curve.most)])


def _rates(tiers: curves.Pairs, at: At) -> str:
    return listed(
        [f"{rate:g} points for each {at(1.0)} from {at(start)} on" for start, rate in tiers]
    )


def _marginal(curve: curves.MarginalTiers, at: At) -> str:
    told = f"each part at its own rate: {_rates(curve.tiers, at)}"
    return "; ".join([told, *_bounds(None, curve.most)])


def _retroactive(curve: curves.RetroactiveTiers, at: At) -> str:
    told = f"all at the rate that is reached: {_rates(curve.tiers, at)}"
    return "; ".join([told, *_bounds(None, curve.most)])


def _smoothstep(curve: curves.Smoothstep, at: At) -> str:
    return f"a smooth step from {_levels((curve.start,), at)} to {_levels((curve.end,), at)}"


def _logistic(curve: curves.Logistic, at: At) -> str:
    through = _levels((curve.low, curve.high), at)
    return f"an S-curve through {through}, between {curve.least:g} and {curve.most:g}"


def _rounded(curve: curves.Rounded, at: At) -> str:
    mode = curve.mode.replace("_", " ")
    return f"{_told(curve.curve, at)}; rounded to {decimals(curve.decimals)}, {mode}"


def _threshold(curve: curves.Threshold, at: At) -> str:
    return f"{curve.below:g} points below {at(curve.at)}; from there on {_told(curve.curve, at)}"


def _composed(curve: curves.Composed, at: At) -> str:
    first, *others = curve.curves
    plain = [_told(each, lambda level: f"{level:g}") for each in others]
    return "; read at its points, ".join([_told(first, at), *plain])


CURVES: dict[type, Callable[[Any, At], str]] = {
    curves.Linear: _linear,
    curves.Piecewise: _piecewise,
    curves.Steps: _steps,
    curves.Levels: _named,
    curves.GoalRedFlag: _goal,
    curves.Plateau: _plateau,
    curves.Tolerances: _tolerances,
    curves.Table: _table,
    curves.AddDeduct: _adding,
    curves.MarginalTiers: _marginal,
    curves.RetroactiveTiers: _retroactive,
    curves.Smoothstep: _smoothstep,
    curves.Logistic: _logistic,
    curves.Rounded: _rounded,
    curves.Threshold: _threshold,
    curves.Composed: _composed,
}
