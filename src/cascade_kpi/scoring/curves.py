"""Curves from attainment to points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, as_tuple, members, not_bounds, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Curve", "Levelled", "Linear", "Piecewise", "Steps"]

_PAIRS = "give (attainment, points) pairs of numbers"

Levels = tuple[tuple[float, float], ...]


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


@runtime_checkable
class Levelled(Curve, Protocol):
    """A curve that says where its levels are, for performance plans that tell them.

    Attributes
    ----------
    edges : tuple of float
        Attainments at which it jumps or bends, or that people know it by: threshold,
        stretch. Finite, ascending, each once; it jumps nowhere else.
    """

    @property
    def edges(self) -> tuple[float, ...]:
        """Attainments at which the curve has its levels, ascending."""
        ...


def _levels(levels: Iterable[Iterable[float]] | Mapping[float, float]) -> Any:
    pairs = as_tuple(levels.items() if isinstance(levels, Mapping) else levels)
    return tuple(map(_level, pairs)) if isinstance(pairs, tuple) else pairs


def _level(level: Any) -> Any:
    pair = as_tuple(level)
    return tuple(map(as_number, pair)) if isinstance(pair, tuple) else pair


def _faults(name: str, levels: Levels, least: int) -> list[Fault]:
    faults: list[Fault] = []
    before = -np.inf
    for i, level in members(name, levels, tuple, _PAIRS, faults, column="levels"):
        if len(level) != 2 or not all(isinstance(number, float) for number in level):
            reason, repair = "not a pair of numbers", _PAIRS
        elif not np.isfinite(level).all():
            reason, repair = "not finite", "give finite numbers"
        elif level[0] <= before:
            reason = f"out of order: {level[0]:g} comes after {before:g}"
            repair = "sort the levels, each attainment once"
        else:
            before = level[0]
            continue
        faults.append(Fault(name, reason, repair, row=i, column="levels", value=level))
    if isinstance(levels, tuple) and len(levels) < least:
        reason, repair = f"{len(levels)} levels", f"give at least {least}"
        faults.append(Fault(name, reason, repair, column="levels"))
    return faults


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

    levels: Levels = field(converter=_levels)
    below: float | None = field(default=None, converter=as_number)
    above: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "piecewise curve"
        bounds = not_bounds(name, below=self.below, above=self.above)
        check(_faults(name, self.levels, 2) + bounds)

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

    levels: Levels = field(converter=_levels)
    below: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "step curve"
        check(_faults(name, self.levels, 1) + not_numbers(name, below=self.below))

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
