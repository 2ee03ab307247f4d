"""S-curves: slow at both ends and steep in the middle."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.pairs import Pair, as_pair, not_pair
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["Logistic", "Smoothstep"]

_FAR = 700.0  # exp of more is too large for a float


def _apart(name: str, first: str, last: str, levels: tuple[Pair, Pair]) -> list[Fault]:
    faults = not_pair(name, levels[0], first) + not_pair(name, levels[1], last)
    if not faults and levels[0][0] == levels[1][0]:
        reason = f"{first} and {last} are at the same attainment, {levels[0][0]:g}"
        faults.append(Fault(name, reason, "set them apart", column=last, value=levels[1]))
    return faults


def _between(points: FloatArray, way: FloatArray, first: float, last: float) -> FloatArray:
    """Points that rounding must not carry past those of the two levels, nor off them."""
    low, high = min(first, last), max(first, last)
    points = np.where((way >= 0) & (way <= 1), np.clip(points, low, high), points)
    points = np.where(way == 0, first, points)
    return np.where(way == 1, last, points)


@record("cascade_kpi/curves.smoothstep")
@frozen
class Smoothstep:
    """From one level to another, level at both: y₀ + (y₁ − y₀)·t²·(3 − 2t).

    t = (x − x₀)/(x₁ − x₀), held at 0 and 1: beyond the two levels their points are held.

    Parameters
    ----------
    start, end : (attainment, points)
        At different attainments; the end may lie on either side.

    Notes
    -----
    The cubic Hermite polynomial without slope at its ends. Halfway it has half of the points,
    and one and a half times the slope of a straight line.

    Examples
    --------
    >>> curve = Smoothstep(start=(0.5, 0), end=(1.0, 100))
    >>> curve(np.array([0.4, 0.5, 0.625, 0.75, 1.0, 2.0]))
    array([  0.   ,   0.   ,  15.625,  50.   , 100.   , 100.   ])
    """

    start: Pair = field(converter=as_pair)
    end: Pair = field(converter=as_pair)

    def __attrs_post_init__(self) -> None:
        check(_apart("smoothstep", "start", "end", (self.start, self.end)))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        (x0, y0), (x1, y1) = self.start, self.end
        way = np.clip((np.asarray(attainment, dtype=np.float64) - x0) / (x1 - x0), 0.0, 1.0)
        return _between(y0 + (y1 - y0) * (way * way * (3.0 - 2.0 * way)), way, y0, y1)

    def shape(self) -> Shape:
        """One piece that is no line, and what is held beyond it."""
        edges, at = np.array(sorted([self.start, self.end])).T
        left, right = [at[0], at[0], at[1]], [at[0], at[1], at[1]]
        return Shape(edges, at, left, right, [0.0, np.nan, 0.0])


@record("cascade_kpi/curves.logistic")
@frozen
class Logistic:
    """An S-curve between the least and the most points, through two levels that can be read.

    points = least + (most − least)/(1 + exp(−k·(x − m))), with k and m such that the curve
    passes through `low` and `high`. It never quite reaches the least or the most.

    Parameters
    ----------
    low, high : (attainment, points)
        Two levels, the points of `low` below those of `high`, both strictly between `least`
        and `most`. `high` may be at the lesser attainment: then less is better.
    least, most : float
        What the curve comes near to at its two ends.

    Notes
    -----
    The logistic function of P.-F. Verhulst (1838). At the two levels the points are exactly
    theirs. Attainments within ``k·|x − m| ≤ 700`` are told apart; all beyond have the points there.

    Examples
    --------
    >>> curve = Logistic(low=(0.8, 20), high=(1.2, 80))
    >>> curve(np.array([0.4, 0.8, 1.0, 1.2, 1.6])).round(3)
    array([ 1.538, 20.   , 50.   , 80.   , 98.462])
    """

    low: Pair = field(converter=as_pair)
    high: Pair = field(converter=as_pair)
    least: float = field(default=0.0, converter=as_number)
    most: float = field(default=100.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "logistic curve"
        faults = _apart(name, "low", "high", (self.low, self.high))
        faults += not_numbers(name, least=self.least, most=self.most)
        if not faults and not self.least < self.low[1] < self.high[1] < self.most:
            order = self.least, self.low[1], self.high[1], self.most
            reason = f"points out of order: {', '.join(f'{points:g}' for points in order)}"
            repair = "let least, low, high and most ascend in points"
            faults.append(Fault(name, reason, repair))
        check(faults)

    def _logit(self, points: float) -> float:
        return float(np.log((points - self.least) / (self.most - points)))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        (x0, y0), (x1, y1) = self.low, self.high
        # Contiguous, so that each number goes the same way through the exponential wherever it is.
        way = np.ascontiguousarray((np.asarray(attainment, dtype=np.float64) - x0) / (x1 - x0))
        first, last = self._logit(y0), self._logit(y1)
        power = np.clip(first + way * (last - first), -_FAR, _FAR)
        points = self.least + (self.most - self.least) / (1.0 + np.exp(-power))
        points = np.where(way < 0, np.minimum(points, y0), points)
        points = np.where(way > 1, np.maximum(points, y1), points)
        return _between(points, way, y0, y1).reshape(np.shape(attainment))

    def shape(self) -> Shape:
        """Three pieces that are no lines, between its two levels and beyond them."""
        edges, at = np.array(sorted([self.low, self.high])).T
        ends = [self.least, self.most] if self.low[0] < self.high[0] else [self.most, self.least]
        return Shape(edges, at, [ends[0], *at], [*at, ends[1]], [np.nan] * 3)
