"""Curves in Chinese words, each with its levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_kpi.scoring import curves

__all__ = ["CURVES"]

At = Callable[[float], str]

_MODES = {
    "half_even": "四舍六入五成双",
    "half_up": "四舍五入",
    "half_away": "按绝对值四舍五入",
    "down": "向下取整",
    "up": "向上取整",
}
_BETWEEN = {"lower": "取较低一档", "higher": "取较高一档", "nearest": "取最近一档"}
_COUNTED = {"in_proportion": "", "completed": "，不足一档不计", "begun": "，不足一档按一档计"}


def _told(curve: Any, at: At) -> str:
    known = CURVES.get(type(curve))
    return repr(curve) if known is None else known(curve, at)


def _levels(pairs: curves.Pairs, at: At) -> str:
    return "、".join(f"{at(x)}计{y:g}分" for x, y in pairs)


def _bounds(least: float | None, most: float | None) -> str:
    bounds = (("最低", least), ("最高", most))
    return "".join(f"，{what}{level:g}分" for what, level in bounds if level is not None)


def _ends(low: str, below: float | None, high: str, above: float | None) -> str:
    ends = ((low, below), (high, above))
    return "".join(f"，{side}{'不再变化' if end is None else f'计{end:g}分'}" for side, end in ends)


def _linear(curve: curves.Linear, at: At) -> str:
    return f"线性计分，{at(1.0)}计{curve.slope:g}分{_bounds(curve.floor, curve.cap)}"


def _piecewise(curve: curves.Piecewise, at: At) -> str:
    ends = _ends("低于起点", curve.below, "高于终点", curve.above)
    return f"分段线性计分，{_levels(curve.levels, at)}{ends}"


def _steps(curve: curves.Steps, at: At) -> str:
    return f"分档计分，达到{_levels(curve.levels, at)}，低于最低档计{curve.below:g}分"


def _named(curve: curves.Levels, at: At) -> str:
    levels = (("门槛值", curve.threshold), ("目标值", curve.target), ("挑战值", curve.stretch))
    told = "、".join(f"{name}{at(pair[0])}计{pair[1]:g}分" for name, pair in levels if pair)
    ends = _ends("低于最低一级", curve.below, "高于最高一级", curve.above)
    return f"按门槛值、目标值、挑战值计分，{told}，其间按直线插值{ends}"


def _goal(curve: curves.GoalRedFlag, at: At) -> str:
    low = f"红线{at(curve.red_flag)}计{curve.least:g}分"
    return f"{low}，目标{at(curve.goal)}计{curve.most:g}分，其间按直线插值"


def _plateau(curve: curves.Plateau, at: At) -> str:
    (low, high), (first, last) = curve.full, curve.zero
    full = f"{at(low)}至{at(high)}计{curve.most:g}分"
    return f"区间计分，{full}，向两侧递减，到{at(first)}和{at(last)}时为{curve.least:g}分"


def _tolerances(curve: curves.Tolerances, at: At) -> str:
    steps = "、".join(f"相差不超过{at(width)}计{points:g}分" for width, points in curve.levels)
    return f"按与{at(curve.centre)}的偏差计分，{steps}，超出计{curve.beyond:g}分"


def _table(curve: curves.Table, at: At) -> str:
    return f"查表计分，{_levels(curve.levels, at)}，介于两档之间{_BETWEEN[curve.between]}"


def _adding(curve: curves.AddDeduct, at: At) -> str:
    every = at(curve.every)
    each = f"每超出{every}加{curve.add:g}分，每低于{every}扣{curve.deduct:g}分"
    base = f"加减分法，{at(curve.at)}计{curve.base:g}分"
    return f"{base},{each}{_COUNTED[curve.counted]}{_bounds(curve.least, curve.most)}"


def _rates(tiers: curves.Pairs, at: At) -> str:
    return "、".join(f"自{at(start)}起每{at(1.0)}计{rate:g}分" for start, rate in tiers)


def _marginal(curve: curves.MarginalTiers, at: At) -> str:
    return f"超额累进计分，各档部分按本档标准，{_rates(curve.tiers, at)}{_bounds(None, curve.most)}"


def _retroactive(curve: curves.RetroactiveTiers, at: At) -> str:
    return f"全额累进计分，全部按所达档次标准，{_rates(curve.tiers, at)}{_bounds(None, curve.most)}"


def _smoothstep(curve: curves.Smoothstep, at: At) -> str:
    return f"平滑过渡计分，{_levels((curve.start, curve.end), at)}"


def _logistic(curve: curves.Logistic, at: At) -> str:
    through = _levels((curve.low, curve.high), at)
    return f"S形曲线计分，{through}，介于{curve.least:g}分与{curve.most:g}分之间"


def _rounded(curve: curves.Rounded, at: At) -> str:
    return f"{_told(curve.curve, at)}，得分保留{curve.decimals}位小数（{_MODES[curve.mode]}）"


def _threshold(curve: curves.Threshold, at: At) -> str:
    return f"低于门槛值{at(curve.at)}计{curve.below:g}分，达到后{_told(curve.curve, at)}"


def _composed(curve: curves.Composed, at: At) -> str:
    first, *others = curve.curves
    plain = [_told(each, lambda level: f"{level:g}") for each in others]
    return "；再以所得分数".join([_told(first, at), *plain])


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
"""Each curve of the library, told of itself and of what says a level of it."""
