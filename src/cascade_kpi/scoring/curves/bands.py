"""Curves by bands: around a middle, and between the listed values of a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.basic import Piecewise
from cascade_kpi.scoring.curves.pairs import (
    Pair,
    Pairs,
    as_pair,
    as_pairs,
    exact,
    not_pair,
    not_pairs,
)
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["Plateau", "Table", "Tolerances"]


@record("cascade_kpi/curves.plateau")
@frozen
class Plateau:
    """Full points in a range in the middle, falling in straight lines on both sides of it.

    For what should be neither too much nor too little: a budget spent, a stock, a workload.

    Parameters
    ----------
    full : (low, high)
        The range of attainments that has the most points, its ends in it; they may be one.
    zero : (low, high)
        Where the least points are reached; beyond these they are held.
    most, least : float
        Points within `full`, and from `zero` on.

    Examples
    --------
    >>> budget = Plateau(full=(0.95, 1.0), zero=(0.75, 1.1))
    >>> budget(np.array([0.7, 0.85, 0.95, 0.97, 1.0, 1.05, 1.2]))
    array([  0.,  50., 100., 100., 100.,  50.,   0.])
    """

    full: Pair = field(converter=as_pair)
    zero: Pair = field(converter=as_pair)
    most: float = field(default=100.0, converter=as_number)
    least: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "plateau"
        faults = not_pair(name, self.full, "full") + not_pair(name, self.zero, "zero")
        if not faults and not self.zero[0] < self.full[0] <= self.full[1] < self.zero[1]:
            (low, high), (first, last) = self.full, self.zero
            reason = f"{low:g} to {high:g} does not lie within {first:g} to {last:g}"
            faults.append(Fault(name, reason, "let zero begin before full and end after it"))
        wrong = not_numbers(name, most=self.most, least=self.least)
        if not wrong and self.least > self.most:
            reason = f"the least, {self.least:g}, is above the most, {self.most:g}"
            wrong = [Fault(name, reason, "swap them", column="least", value=self.least)]
        check(faults + wrong)

    @cached_property
    def lines(self) -> Piecewise:
        """The same curve by its levels in ascending order of attainment."""
        (low, high), (first, last) = self.full, self.zero
        inner = dict.fromkeys((low, high), self.most)
        return Piecewise([(first, self.least), *inner.items(), (last, self.least)])

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        return self.lines(attainment)

    def shape(self) -> Shape:
        """The range in the middle, the two lines, and what is held beyond."""
        return self.lines.shape()


@record("cascade_kpi/curves.tolerances")
@frozen
class Tolerances:
    """Steps by the distance from a centre: within ±2 % full points, within ±5 % fewer.

    Parameters
    ----------
    levels : sequence of (distance, points)
        In ascending order of distance; a distance holds its ends on both sides.
    centre : float
        Attainment that is best.
    beyond : float
        Points outside all distances.

    Notes
    -----
    The edges are the floats nearest to the exact decimals of centre ± distance: an attainment
    of 1.02 is within 0.02 of 1, although ``1.02 - 1`` is not 0.02 in floats.

    Examples
    --------
    >>> stock = Tolerances([(0.02, 100), (0.05, 80)], beyond=40)
    >>> stock(np.array([0.94, 0.95, 0.98, 1.0, 1.02, 1.05, 1.06]))
    array([ 40.,  80., 100., 100., 100.,  80.,  40.])
    """

    levels: Pairs = field(converter=as_pairs)
    centre: float = field(default=1.0, converter=as_number)
    beyond: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "tolerances"
        faults = not_pairs(name, self.levels, 1)
        if not faults and self.levels[0][0] < 0:
            reason, repair = "a distance below zero", "give it as zero or more, for both sides"
            column, value = "levels", self.levels[0]
            faults.append(Fault(name, reason, repair, row=0, column=column, value=value))
        check(faults + not_numbers(name, centre=self.centre, beyond=self.beyond))

    @cached_property
    def _edges(self) -> tuple[tuple[float, float], ...]:
        middle = exact(self.centre)
        widths = [exact(distance) for distance, _ in self.levels]
        return tuple((float(middle - width), float(middle + width)) for width in widths)

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        points = np.where(np.isnan(x), np.nan, self.beyond)
        for (low, high), (_, step) in zip(self._edges[::-1], self.levels[::-1], strict=True):
            np.copyto(points, step, where=(low <= x) & (x <= high))
        return points

    def shape(self) -> Shape:
        """The steps on both sides."""
        return Shape.steps(sorted({edge for pair in self._edges for edge in pair}), self)


def _middles(listed: tuple[float, ...]) -> list[float]:
    return [float((exact(a) + exact(b)) / 2) for a, b in pairwise(listed)]


Side = Literal["left", "right"]
# Where a table goes over from each listed value to the next, and on which side that edge is.
_BETWEEN: dict[str, tuple[Callable[[tuple[float, ...]], list[float]], Side]] = {
    "lower": (lambda listed: list(listed[1:]), "right"),
    "higher": (lambda listed: list(listed[:-1]), "left"),
    "nearest": (_middles, "right"),
}


@record("cascade_kpi/curves.table")
@frozen
class Table:
    """Points by a table of ratings, or of any listed values.

    Each listed value has exactly its points. The least and the greatest hold for all beyond
    them. For letter grades as inputs, see ``cascade_kpi.scales``.

    Parameters
    ----------
    levels : mapping or sequence of (value, points)
        In ascending order of value, at least two.
    between : {"lower", "higher", "nearest"}
        Which listed value counts for one between two. ``lower``: what was reached. ``higher``:
        up to and including, as in "up to 5 complaints". ``nearest``: halfway goes up. For
        straight lines between the values use :class:`Piecewise <cascade_kpi.curves.Piecewise>`.

    Examples
    --------
    >>> ratings = Table({1: 0, 2: 50, 3: 100, 4: 120, 5: 150})
    >>> ratings(np.array([1.0, 3.0, 3.9, 5.0]))
    array([  0., 100., 100., 150.])
    >>> complaints = Table([(5, 100), (10, 60), (11, 0)], between="higher")
    >>> complaints(np.array([0.0, 5.0, 6.0, 10.0, 12.0]))
    array([100., 100.,  60.,  60.,   0.])
    """

    levels: Pairs = field(converter=as_pairs)
    between: Literal["lower", "higher", "nearest"] = "lower"

    def __attrs_post_init__(self) -> None:
        faults = not_pairs("table", self.levels, 2)
        if not isinstance(self.between, str) or self.between not in _BETWEEN:
            reason, repair = "no such way between two values", suggest(self.between, _BETWEEN)
            faults.append(Fault("table", reason, repair, column="between", value=self.between))
        check(faults)

    @cached_property
    def _edges(self) -> FloatArray:
        edges, _ = _BETWEEN[self.between]
        return np.array(edges(tuple(value for value, _ in self.levels)))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        _, side = _BETWEEN[self.between]
        points = np.array([points for _, points in self.levels])
        found = points[np.searchsorted(self._edges, x, side=side)]
        return np.where(np.isnan(x), np.nan, found)

    def shape(self) -> Shape:
        """The steps from one listed value to the next."""
        return Shape.steps(self._edges.tolist(), self)
