"""Curves made of others: rounded, from a threshold on, one read at another."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, as_tuple, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.basic import Curve
from cascade_kpi.scoring.curves.shape import Shape, said, shape_of
from cascade_kpi.scoring.rounding import Mode, not_rounding, rounded

__all__ = ["Composed", "Rounded", "Threshold"]


def _not_curves(name: str, column: str, *curves: object) -> list[Fault]:
    repair = "use one of cascade_kpi.curves, or an object with a numpy __call__"
    return [
        Fault(name, "not a curve", repair, row=i if len(curves) > 1 else None, column=column,
              value=curve)
        for i, curve in enumerate(curves)
        if isinstance(curve, type) or not callable(curve)
    ]  # fmt: skip


@record("cascade_kpi/curves.rounded")
@frozen
class Rounded:
    """The points of a curve, rounded to so many decimals by a stated mode.

    Parameters
    ----------
    curve : Curve
    decimals : int
    mode : {"half_even", "half_up", "half_away", "down", "up"}
        What becomes of a half; ``down`` and ``up`` leave no halves, and go by value: −2.5
        becomes −3 and −2. ``half_away`` is away from zero.

    Notes
    -----
    Rounded is the float that the points are: 72.5 has a half, and what is a little less only
    because floats are has not.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> whole = Rounded(curves.Linear(), mode="half_up")
    >>> whole(np.array([0.7249, 0.725, 0.735]))
    array([72., 73., 74.])
    """

    curve: Curve
    decimals: int = 0
    mode: Mode = "half_even"

    def __attrs_post_init__(self) -> None:
        faults = _not_curves("rounded curve", "curve", self.curve)
        check(faults + not_rounding("rounded curve", self.decimals, self.mode))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        return rounded(self.curve(attainment), self.decimals, self.mode)

    def said(self, attainment: float) -> str:
        """How the curve got its points, and that they were rounded."""
        told = said(self.curve, attainment)
        mode = self.mode.replace("_", " ")
        return f"{told or repr(self.curve)}, rounded to {self.decimals} decimals, {mode}"


@record("cascade_kpi/curves.threshold")
@frozen
class Threshold:
    """A curve from an attainment on; fixed points below it.

    Parameters
    ----------
    curve : Curve
    at : float
        The first attainment that the curve is read at.
    below : float
        Points below it.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> curve = Threshold(curves.AddDeduct(add=5, deduct=5, most=150), at=0.93)
    >>> curve(np.array([0.92, 0.93, 1.0, 1.2]))
    array([  0.,  65., 100., 150.])
    """

    curve: Curve
    at: float = field(converter=as_number)
    below: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = _not_curves("threshold", "curve", self.curve)
        check(faults + not_numbers("threshold", at=self.at, below=self.below))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        return np.where(x < self.at, self.below, self.curve(x))

    def shape(self) -> Shape | None:
        """The curve's own from the threshold on."""
        of = shape_of(self.curve)
        if of is None:
            return None
        i = int(of.place(np.array(self.at)))
        on = float(self.curve(np.array([self.at]))[0])
        # Within a piece that is no line the curve itself says what that comes to.
        inside = np.isnan(of.slope[i]) and self.at not in of.edges
        after = on if inside else _limit(of, i, self.at)
        names = ("", *of.names[i:]) if of.names else ()
        return Shape(
            [self.at, *of.edges[i:]],
            [on, *of.at[i:]],
            [self.below, after, *of.left[i + 1 :]],
            [self.below, *of.right[i:]],
            [0.0, *of.slope[i:]],
            names,
        )

    def said(self, attainment: float) -> str:
        """Whether it is below the threshold, and else what the curve says."""
        if attainment < self.at:
            return f"below the threshold {self.at:.10g}: {self.below:.10g} points"
        return said(self.curve, attainment) or repr(self.curve)


@record("cascade_kpi/curves.composed")
@frozen
class Composed:
    """Curves one after another: each is read at the points of the one before.

    ``Composed([ratings, payout])`` makes a rating of attainment and pays by the rating.
    ``Linear(1, floor=40, cap=120)`` as the last clips, ``Linear(0.5, floor=None)`` scales.

    Parameters
    ----------
    curves : iterable of Curve
        In the order in which they are read, at least one.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> ratings = curves.Piecewise([(0.8, 1), (1.0, 3), (1.2, 5)])
    >>> payout = curves.Table({1: 0, 2: 50, 3: 100, 4: 130, 5: 160})
    >>> Composed([ratings, payout])(np.array([0.75, 0.95, 1.0, 1.15]))
    array([  0.,  50., 100., 130.])
    """

    curves: tuple[Curve, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        name = "composed curve"
        if not isinstance(self.curves, tuple) or not self.curves:
            reason, repair = "no list of curves", "give at least one, in the order they are read"
            check([Fault(name, reason, repair, column="curves", value=self.curves)])
        check(_not_curves(name, "curves", *self.curves))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        points = attainment
        for curve in self.curves:
            points = curve(points)
        return points

    def shape(self) -> Shape | None:
        """Its pieces if all of the curves have lines, or steps."""
        first, *others = self.curves
        made = shape_of(first)
        for i, curve in enumerate(others):
            outer = shape_of(curve)
            if made is None or outer is None or np.isnan([*made.slope, *outer.slope]).any():
                return None
            made = _after(made, outer, evolve(self, curves=self.curves[: i + 2]))
        return made

    def said(self, attainment: float) -> str:
        """What each of the curves says."""
        told, x = [], attainment
        for curve in self.curves:
            told.append(said(curve, x) or repr(curve))
            x = float(curve(np.array([x]))[0])
        return "; then ".join(told)


def _limit(of: Shape, piece: int, x: float) -> float:
    """What the line of one piece comes to at an attainment in it or at its end."""
    edge = of.edges[max(piece - 1, 0)]
    start = of.right[0] if piece == 0 else of.left[piece]
    if piece < len(of.edges) and x == of.edges[piece]:
        return float(of.right[piece])
    if piece > 0 and x == edge:
        return float(start)
    slope = of.slope[piece]
    return float(start + slope * (x - edge) if slope else start)


def _after(inner: Shape, outer: Shape, both: Curve) -> Shape:
    """The pieces of a curve that is read at the points of another; both have lines alone."""
    edges = set(inner.edges.tolist())
    ends = [-np.inf, *inner.edges, np.inf]
    for i, (begin, end) in enumerate(pairwise(ends)):
        slope = inner.slope[i]
        if slope:
            known = begin if i else end
            value = inner.left[i] if i else inner.right[i]
            crossed = known + (outer.edges - value) / slope
            edges |= set(crossed[(crossed > begin) & (crossed < end)].tolist())
    ordered = sorted(edges)
    columns = [
        _piece(inner, outer, begin, end) for begin, end in pairwise([-np.inf, *ordered, np.inf])
    ]
    left, right, slope = np.array(columns).T
    return Shape(ordered, both(np.array(ordered)), left, right, slope)


def _piece(inner: Shape, outer: Shape, begin: float, end: float) -> tuple[float, float, float]:
    """Points at both ends of one piece, and its slope."""
    middle = _inside(begin, end)
    i = int(inner.place(np.array(middle)))
    value = _limit(inner, i, middle)
    if not inner.slope[i]:
        level = float(outer.points(np.array([value]))[0])
        return level, level, 0.0
    j = int(outer.place(np.array(value)))
    left, right = (_limit(outer, j, _limit(inner, i, x)) for x in (begin, end))
    return left, right, float(outer.slope[j] * inner.slope[i])


def _inside(begin: float, end: float) -> float:
    """An attainment between two, of which either may be infinite."""
    if np.isinf(begin):
        return end - max(1.0, abs(end))
    return begin + max(1.0, abs(begin)) if np.isinf(end) else (begin + end) / 2
