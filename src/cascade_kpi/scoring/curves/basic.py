"""Curves from attainment to points."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_bounds, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.pairs import Pairs, as_pairs, not_pairs
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["Curve", "Linear", "Piecewise", "Steps"]


@runtime_checkable
class Curve(Protocol):
    """A rule that turns attainment into points, elementwise.

    It takes float64 arrays of any shape and answers points of that shape; NaN
    in gives NaN out, everything else gives finite points. It keeps nothing of
    what it is called with and does not write to it.
    """

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, float64, the shape of `attainment`."""
        ...


@record("cascade_kpi/curves.linear")
@frozen
class Linear:
    """Points in proportion to attainment, between a floor and a cap.

    Parameters
    ----------
    slope : float
        Points for an attainment of 1.
    floor, cap : float or None
        Least and most points; None for none.

    Examples
    --------
    >>> Linear(cap=120)(np.array([-0.5, 0.8, 1.5]))
    array([  0.,  80., 120.])
    """

    slope: float = field(default=100.0, converter=as_number)
    floor: float | None = field(default=0.0, converter=as_number)
    cap: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("linear curve", slope=self.slope)
        wrong = not_bounds("linear curve", floor=self.floor, cap=self.cap)
        faults += wrong
        if not wrong and self.floor is not None and self.cap is not None and self.floor > self.cap:
            reason = f"the floor {self.floor:g} is above the cap {self.cap:g}"
            faults.append(Fault("linear curve", reason, "swap them"))
        check(faults)

    @property
    def edges(self) -> tuple[float, ...]:
        """Where it meets its floor and its cap."""
        if self.slope == 0:
            return ()
        bounds = {bound / self.slope for bound in (self.floor, self.cap) if bound is not None}
        return tuple(sorted(edge for edge in bounds if np.isfinite(edge)))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        points = np.asarray(np.multiply(attainment, self.slope))
        if self.floor is None and self.cap is None:
            return points
        # One pass for both ends, and faster than a maximum of an array and a number.
        least = -np.inf if self.floor is None else self.floor
        most = np.inf if self.cap is None else self.cap
        return np.clip(points, least, most, out=points)

    def shape(self) -> Shape:
        """Its line, and where that meets the floor and the cap."""
        slope, up = self.slope, self.slope >= 0
        bounds = [bound for bound in (self.floor, self.cap) if bound is not None]
        met = {bound / slope for bound in bounds} if slope else set()
        edges = sorted(edge for edge in met if np.isfinite(edge)) or [0.0]
        at = self(np.array(edges))
        low, high = (self.floor, self.cap) if up else (self.cap, self.floor)
        outer = -np.inf if up else np.inf
        first = (outer, slope) if low is None and slope else (at[0], 0.0)
        last = (-outer, slope) if high is None and slope else (at[-1], 0.0)
        between = [slope] * (len(edges) - 1)
        slopes = [first[1], *between, last[1]]
        return Shape(edges, at, [first[0], *at], [*at, last[0]], slopes)


@record("cascade_kpi/curves.piecewise")
@frozen
class Piecewise:
    """Straight lines through levels, such as threshold, target and stretch.

    Parameters
    ----------
    levels : sequence of (attainment, points)
        At least two, in ascending order of attainment. At a level the points
        are exactly that level's.
    below : float, optional
        Points below the first level; the first level's by default. 0 makes
        the first level a threshold.
    above : float, optional
        Points above the last level; the last level's, a cap, by default.

    Examples
    --------
    >>> curve = Piecewise([(0.8, 50), (1.0, 100), (1.2, 150)], below=0)
    >>> curve(np.array([0.79, 0.8, 0.9, 1.0, 1.1, 1.3, np.nan]))
    array([  0.,  50.,  75., 100., 125., 150.,  nan])
    """

    levels: Pairs = field(converter=as_pairs)
    below: float | None = field(default=None, converter=as_number)
    above: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "piecewise curve"
        bounds = not_bounds(name, below=self.below, above=self.above)
        check(not_pairs(name, self.levels, 2) + bounds)

    @property
    def edges(self) -> tuple[float, ...]:
        """Its levels."""
        return tuple(edge for edge, _ in self.levels)

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        if x.ndim == 0:
            return np.asarray(self(x[None])[0])
        lowest, (last, highest) = self.levels[0][1], self.levels[-1]
        points = np.where(np.isnan(x), np.nan, lowest if self.below is None else self.below)
        for (x0, y0), (x1, y1) in zip(self.levels, self.levels[1:], strict=False):
            line = (x - x0) * ((y1 - y0) / (x1 - x0))
            line += y0
            # Rounding must not carry a line past the level it leads to.
            np.minimum(line, max(y0, y1), out=line)
            np.maximum(line, min(y0, y1), out=line)
            np.copyto(points, line, where=x >= x0)
        np.copyto(points, highest, where=x >= last)
        if self.above is not None:
            np.copyto(points, self.above, where=x > last)
        return points

    def shape(self) -> Shape:
        """The lines between its levels, and what it holds beyond them."""
        edges, at = np.array(self.levels).T
        below = at[0] if self.below is None else self.below
        above = at[-1] if self.above is None else self.above
        slope = [0.0, *(np.diff(at) / np.diff(edges)), 0.0]
        return Shape(edges, at, [below, *at[:-1], above], [below, *at[1:], above], slope)


@record("cascade_kpi/curves.steps")
@frozen
class Steps:
    """Points that jump at levels; the edge belongs to the higher step.

    Parameters
    ----------
    levels : sequence of (attainment, points)
        At least one, in ascending order of attainment: from that attainment
        on, these points.
    below : float
        Points below the first level.

    Examples
    --------
    >>> Steps([(0.8, 60), (1.0, 100)])(np.array([0.79, 0.8, 0.999, 1.0]))
    array([  0.,  60.,  60., 100.])
    """

    levels: Pairs = field(converter=as_pairs)
    below: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "step curve"
        check(not_pairs(name, self.levels, 1) + not_numbers(name, below=self.below))

    @property
    def edges(self) -> tuple[float, ...]:
        """Its steps."""
        return tuple(edge for edge, _ in self.levels)

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        points = np.where(np.isnan(x), np.nan, float(self.below))
        for edge, step in self.levels:
            np.copyto(points, step, where=x >= edge)
        return points

    def shape(self) -> Shape:
        """Its steps."""
        edges, at = np.array(self.levels).T
        steps = [self.below, *at]
        return Shape(edges, at, steps, steps, np.zeros(len(steps)))
