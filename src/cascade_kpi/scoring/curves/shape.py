"""What a curve says about itself: its shape, with its bounds and its jumps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_array
from cascade_kpi._fields import is_a

__all__ = ["Saying", "Shape", "Shaped", "said", "shape_of"]


def _column(values: Any) -> NDArray[Any]:
    return frozen_array(np.asarray(values, dtype=np.float64))


@frozen(hash=False)
class Shape:
    """The shape of a curve: its pieces between edges, where its line or its value changes.

    With k edges there are k + 1 pieces: one up to the first edge, one between each two, one
    from the last on. A piece that is no line has a slope of NaN, and goes only one way
    between its ends.

    Attributes
    ----------
    edges : float64 array (k,)
        Attainments, ascending, finite, at least one.
    at : float64 array (k,)
        Points exactly at each edge.
    left, right : float64 array (k + 1,)
        Points that each piece comes to at its two ends; infinite where a line goes on.
    slope : float64 array (k + 1,)
        Points for each 1 of attainment.
    names : tuple of str
        What an edge is called, such as ``"target"``; empty, or one for each edge.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> pieces = curves.Piecewise([(0.8, 50), (1.0, 100)], below=0).shape()
    >>> pieces.edges, pieces.slope
    (array([0.8, 1. ]), array([  0., 250.,   0.]))
    >>> pieces.least, pieces.most, pieces.rising
    (0.0, 100.0, True)
    >>> pieces.jumps
    array([[ 0.8,  0. , 50. ]])
    """

    edges: FloatArray = field(eq=CONTENT, converter=_column)
    at: FloatArray = field(eq=CONTENT, converter=_column)
    left: FloatArray = field(eq=CONTENT, converter=_column)
    right: FloatArray = field(eq=CONTENT, converter=_column)
    slope: FloatArray = field(eq=CONTENT, converter=_column)
    names: tuple[str, ...] = ()

    @classmethod
    def steps(cls, edges: Sequence[float], curve: Callable[[FloatArray], FloatArray]) -> Shape:
        """Of a curve that is level between these edges, and beyond them."""
        between = [(a + b) / 2 for a, b in pairwise(edges)]
        values = curve(np.array([edges[0] - 1, *between, edges[-1] + 1]))
        return cls(edges, curve(np.array(edges)), values, values, np.zeros(len(edges) + 1))

    @property
    def least(self) -> float:
        """The fewest points there are, or that it comes as near to as you like."""
        return float(min(self.at.min(), self.left.min(), self.right.min()))

    @property
    def most(self) -> float:
        """The most points there are, or that it comes as near to as you like."""
        return float(max(self.at.max(), self.left.max(), self.right.max()))

    @property
    def jumps(self) -> FloatArray:
        """A row for each jump, float64 (j, 3), of attainment, points before, points after."""
        before, after = self.right[:-1], self.left[1:]
        jump = (before != self.at) | (self.at != after)
        return np.asarray(np.column_stack([self.edges, before, after])[jump])

    @property
    def breakpoints(self) -> FloatArray:
        """The edges at which the points jump or the slope changes."""
        before, after = self.slope[:-1], self.slope[1:]
        jump = (self.right[:-1] != self.at) | (self.at != self.left[1:])
        return np.asarray(self.edges[jump | (before != after)])  # a NaN is unlike any other

    @property
    def rising(self) -> bool:
        """Whether more attainment never brings fewer points."""
        return self._one_way(1.0)

    @property
    def falling(self) -> bool:
        """Whether more attainment never brings more points."""
        return self._one_way(-1.0)

    def _one_way(self, sign: float) -> bool:
        left, at, right = sign * self.left, sign * self.at, sign * self.right
        within = bool((left <= right).all())
        return within and bool((right[:-1] <= at).all() and (at <= left[1:]).all())

    def place(self, attainment: FloatArray) -> NDArray[np.intp]:
        """The piece that each attainment is in; at an edge the one on its right."""
        return np.searchsorted(self.edges, attainment, side="right")

    def points(self, attainment: FloatArray) -> FloatArray:
        """Points as the pieces have them: NaN in a piece that is no line."""
        x = np.asarray(attainment, dtype=np.float64)
        i = self.place(x)
        last = len(self.edges) - 1
        # A line is drawn from the edge on its left; the first from the one on its right.
        edge = self.edges[np.clip(i - 1, 0, last)]
        start = np.where(i == 0, self.right[0], self.left[i])
        slope = self.slope[i]
        with np.errstate(invalid="ignore"):
            points = np.where(slope == 0, start, start + slope * (x - edge))
        on = (i > 0) & (edge == x)
        return np.where(np.isnan(x), np.nan, np.where(on, self.at[np.clip(i - 1, 0, last)], points))

    def said(self, attainment: float) -> str:
        """Which piece an attainment falls on, with its two levels."""
        if np.isnan(attainment):
            return "absent"
        i, last = int(self.place(np.array(attainment))), len(self.edges)
        if i > 0 and self.edges[i - 1] == attainment:
            return f"at {self._level(i - 1, self.at[i - 1])}"
        if i in {0, last}:
            side, edge = ("below", 0) if i == 0 else ("above", last - 1)
            return f"{side} {self._edge(edge)}{self._outer(i)}"
        if self.slope[i] == 0:
            return f"{_points(self.left[i])} from {self._edge(i - 1)} to {self._edge(i)}"
        ends = self._level(i - 1, self.left[i]), self._level(i, self.right[i])
        what = "curve" if np.isnan(self.slope[i]) else "line"
        return f"on the {what} from {ends[0]} to {ends[1]}"

    def _outer(self, i: int) -> str:
        slope = self.slope[i]
        if slope == 0:
            return f": {_points(self.left[i])}"
        if np.isnan(slope):
            end = self.left[0] if i == 0 else self.right[-1]
            return f", on the curve that comes near to {_points(end)}"
        value = self.right[0] if i == 0 else self.left[i]
        return f" ({_points(value)}): {slope:.10g} points for each 1"

    def _edge(self, i: int) -> str:
        name = f"the {self.names[i]} " if self.names and self.names[i] else ""
        return f"{name}{self.edges[i]:.10g}"

    def _level(self, i: int, points: float) -> str:
        return f"{self._edge(i)} ({_points(points)})"


def _points(value: float) -> str:
    return f"{value:.10g} point{'' if value == 1 else 's'}"


@runtime_checkable
class Shaped(Protocol):
    """A curve that knows its own shape, so that nobody has to sample it."""

    def shape(self) -> Shape | None:
        """The shape; None if it is made of what does not know its own."""
        ...


@runtime_checkable
class Saying(Protocol):
    """A curve that says in its own words how an attainment got its points."""

    def said(self, attainment: float) -> str:
        """A clause."""
        ...


def shape_of(curve: object) -> Shape | None:
    """A curve's shape; None for one that does not know it."""
    return curve.shape() if isinstance(curve, Shaped) and is_a(curve, Shaped) else None


def said(curve: object, attainment: float) -> str:
    """How an attainment got its points, as a clause; empty if the curve cannot say."""
    if isinstance(curve, Saying) and is_a(curve, Saying):
        return curve.said(attainment)
    pieces = shape_of(curve)
    return "" if pieces is None else pieces.said(attainment)
