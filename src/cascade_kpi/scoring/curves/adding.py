"""Points added for each per cent above a target, and deducted for each below it."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_bounds, not_numbers
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.pairs import exact
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["AddDeduct"]

Side = Literal["left", "right"]
_MOST_STEPS = 10_000
# For whole steps: the number of the first edge, and on which side of an edge its step counts.
_WHOLE: dict[str, tuple[int, Side]] = {"completed": (1, "right"), "begun": (0, "left")}
_COUNTED = ("in_proportion", *_WHOLE)
_FLIP: dict[Side, Side] = {"left": "right", "right": "left"}


@record("cascade_kpi/curves.add_deduct")
@frozen
class AddDeduct:
    """Base points on target, more for each step above it, fewer for each step below it.

    ``base + add·n`` for n steps above, ``base − deduct·n`` for n steps below, within `least`
    and `most` (加减分法: 每超1%加x分，每差1%扣y分，最高加至…，扣完为止).

    Parameters
    ----------
    add, deduct : float
        Points for each step above and below, zero or more.
    every : float
        One step of attainment, above zero: 0.01 is one per cent of the target.
    base : float
        Points on target.
    at : float
        Attainment that is on target.
    most, least : float or None
        Where adding and deducting end; None for no end.
    counted : {"in_proportion", "completed", "begun"}
        Parts of a step count for their part; or only completed steps count; or steps that are
        begun count as whole (不足1%按1%计). Whole steps need an end on the side that they go to.

    Notes
    -----
    Edges of whole steps are the floats nearest to the exact decimals: with steps of 0.01,
    fifteen are completed at 1.15.

    Examples
    --------
    >>> curve = AddDeduct(add=1, deduct=2, most=110)
    >>> curve(np.array([0.4, 0.95, 1.0, 1.05, 1.5]))
    array([  0.,  90., 100., 105., 110.])
    >>> whole = AddDeduct(add=1, deduct=2, most=110, counted="completed")
    >>> whole(np.array([0.985, 1.015]))
    array([ 98., 101.])
    """

    add: float = field(converter=as_number)
    deduct: float = field(converter=as_number)
    every: float = field(default=0.01, converter=as_number, kw_only=True)
    base: float = field(default=100.0, converter=as_number, kw_only=True)
    at: float = field(default=1.0, converter=as_number, kw_only=True)
    most: float | None = field(default=None, converter=as_number, kw_only=True)
    least: float | None = field(default=0.0, converter=as_number, kw_only=True)
    counted: Literal["in_proportion", "completed", "begun"] = field(
        default="in_proportion", kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        name = "add and deduct"
        fields = ("add", "deduct", "every", "base", "at")
        faults = not_numbers(name, **{column: getattr(self, column) for column in fields})
        faults += not_bounds(name, most=self.most, least=self.least)
        if not isinstance(self.counted, str) or self.counted not in _COUNTED:
            reason, repair = "no such way to count steps", suggest(self.counted, _COUNTED)
            faults.append(Fault(name, reason, repair, column="counted", value=self.counted))
        check(faults or self._misfits(name))

    def _misfits(self, name: str) -> list[Fault]:
        faults = []
        for column in ("add", "deduct"):
            if getattr(self, column) < 0:
                reason, repair = "below zero", "give zero or more; its name has the sign"
                value = getattr(self, column)
                faults.append(Fault(name, reason, repair, column=column, value=value))
        if self.every <= 0:
            reason, repair = "a step is above zero", "give 0.01 for one per cent"
            faults.append(Fault(name, reason, repair, column="every", value=self.every))
        for column, wrong in (("most", -1), ("least", 1)):
            end = getattr(self, column)
            if end is not None and wrong * (end - self.base) > 0:
                reason, repair = f"on the wrong side of the base {self.base:g}", "correct it"
                faults.append(Fault(name, reason, repair, column=column, value=end))
        return faults or self._endless(name)

    def _endless(self, name: str) -> list[Fault]:
        if self.counted not in _WHOLE:
            return []
        faults = []
        for column, end, step in (
            ("most", self.most, self.add),
            ("least", self.least, self.deduct),
        ):
            if not step:
                continue
            if end is None:
                reason, repair = "whole steps without an end", f"give {column}=…"
                faults.append(Fault(name, reason, repair, column=column))
            elif abs(end - self.base) / step > _MOST_STEPS:
                reason = f"more than {_MOST_STEPS:,} steps to {end:g}"
                repair = "count in proportion, or make the steps larger"
                faults.append(Fault(name, reason, repair, column=column, value=end))
        return faults

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        if self.counted in _WHOLE:
            _, side = _WHOLE[self.counted]
            above, below = self._edges
            more = np.searchsorted(above, x, side=side)
            fewer = len(below) - np.searchsorted(below, x, side=_FLIP[side])
            points = self.base + self.add * more - self.deduct * fewer
        else:
            steps = (x - self.at) / self.every
            points = self.base + np.where(steps > 0, self.add, self.deduct) * steps
        least = -np.inf if self.least is None else self.least
        most = np.inf if self.most is None else self.most
        return np.where(np.isnan(x), np.nan, np.clip(points, least, most))

    @cached_property
    def _edges(self) -> tuple[FloatArray, FloatArray]:
        """Edges of whole steps above and below, ascending."""
        first, _ = _WHOLE[self.counted]
        above = [self._edge(n + first) for n in range(_steps(self.add, self.base, self.most))]
        below = [self._edge(-n - first) for n in range(_steps(self.deduct, self.base, self.least))]
        return np.array(above), np.array(below[::-1])

    def _edge(self, steps: int | Fraction) -> float:
        return float(exact(self.at) + steps * exact(self.every))

    def shape(self) -> Shape:
        """The two lines and their ends, or the steps."""
        if self.counted in _WHOLE:
            steps = sorted({edge for side in self._edges for edge in side.tolist()})
            return Shape.steps(steps or [self.at], self)
        met = {self.at}
        for end, each, sign in ((self.least, self.deduct, -1), (self.most, self.add, 1)):
            if end is not None and each:
                met.add(self._edge(sign * _steps_to(each, self.base, end)))
        edges = np.array(sorted(met))
        at = self(edges)
        down, up = self.deduct / self.every, self.add / self.every
        slopes = [down if edge < self.at else up for edge in edges[:-1].tolist()]
        first = (-np.inf, down) if self.least is None and down else (at[0], 0.0)
        last = (np.inf, up) if self.most is None and up else (at[-1], 0.0)
        return Shape(edges, at, [first[0], *at], [*at, last[0]], [first[1], *slopes, last[1]])

    def said(self, attainment: float) -> str:
        """How many steps above or below, and what they bring."""
        if math.isnan(attainment):
            return "absent"
        above = attainment >= self.at
        steps = f"{abs(attainment - self.at) / self.every:.10g} steps of {self.every:g}"
        each = f"+{self.add:g}" if above else f"−{self.deduct:g}"
        told = f"{steps} {'above' if above else 'below'} {self.at:g}, {each} points each"
        counted = self.counted.replace("_", " ")
        points, end = float(self(np.array([attainment]))[0]), self.most if above else self.least
        ended = f", to no {'more' if above else 'less'} than {end:g}" if points == end else ""
        return f"{self.base:g} points on target; {told}, {counted}{ended}"


def _steps_to(each: float, base: float, end: float) -> Fraction:
    """Steps until the end is reached."""
    return abs(exact(end) - exact(base)) / exact(each)


def _steps(each: float, base: float, end: float | None) -> int:
    """Whole steps until the end is reached."""
    return math.ceil(_steps_to(each, base, end)) if each and end is not None else 0
