"""Accelerators: rates that change from tier to tier."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_bounds, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.pairs import Pairs, as_pairs, exact, not_pairs
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["MarginalTiers", "RetroactiveTiers"]


def _faults(name: str, tiers: Pairs, base: float, most: float | None) -> list[Fault]:
    faults = not_pairs(name, tiers, 1, "tiers")
    for i, (_, rate) in enumerate([] if faults else tiers):
        if rate < 0:
            reason, repair = "a rate below zero", "give points for each 1 of attainment"
            faults.append(Fault(name, reason, repair, row=i, column="tiers", value=rate))
    wrong = not_numbers(name, base=base) + not_bounds(name, most=most)
    if not wrong and most is not None and most < base:
        reason, repair = (
            f"the most, {most:g}, is below what there is at first, {base:g}",
            "raise it",
        )
        wrong.append(Fault(name, reason, repair, column="most", value=most))
    return faults + wrong


@record("cascade_kpi/curves.marginal_tiers")
@frozen
class MarginalTiers:
    """Each part of attainment has the rate of its own tier, as in a table of taxes.

    points = base + Σ rate·(the part of the attainment that lies in the tier), at most `most`.

    Parameters
    ----------
    tiers : sequence of (start, rate)
        In ascending order of start; a rate is points for each 1 of attainment, zero or more.
        The last tier is open.
    base : float
        Points at the start of the first tier and below it.
    most : float or None
        A cap; None for none.

    Notes
    -----
    Sales plans call rising rates accelerators, and this kind marginal or incremental. The
    curve rises and has no jumps.

    Examples
    --------
    >>> curve = MarginalTiers([(0, 100), (1.0, 200), (1.2, 300)], most=200)
    >>> curve(np.array([0.5, 1.0, 1.1, 1.2, 1.3, 2.0]))
    array([ 50., 100., 120., 140., 170., 200.])
    """

    tiers: Pairs = field(converter=as_pairs)
    base: float = field(default=0.0, converter=as_number, kw_only=True)
    most: float | None = field(default=None, converter=as_number, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check(_faults("marginal tiers", self.tiers, self.base, self.most))

    @cached_property
    def _reached(self) -> list[float]:
        """Points at the start of each tier, exact before they are floats."""
        points = [exact(self.base)]
        for (start, rate), (end, _) in zip(self.tiers, self.tiers[1:], strict=False):
            points.append(points[-1] + exact(rate) * (exact(end) - exact(start)))
        return [float(each) for each in points]

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        points = np.where(np.isnan(x), np.nan, self.base)
        ends = [*self._reached[1:], np.inf]
        for (start, rate), begin, end in zip(self.tiers, self._reached, ends, strict=True):
            line = np.clip(begin + rate * (x - start), begin, end)
            np.copyto(points, line, where=x >= start)
        return points if self.most is None else np.minimum(points, self.most)

    def shape(self) -> Shape:
        """The tiers, and where the cap is met."""
        cap = np.inf if self.most is None else self.most
        starts = [start for start, _ in self.tiers]
        rows: dict[float, float] = {}
        for i, ((start, rate), begin, end) in enumerate(
            zip(self.tiers, self._reached, [*self._reached[1:], np.inf], strict=True)
        ):
            rows[start] = rate if begin < cap else 0.0
            if begin < cap < end and rate > 0:
                crossing = start + (cap - begin) / rate
                rows[min([crossing, *starts[i + 1 : i + 2]])] = 0.0
        edges, slopes = list(rows), list(rows.values())
        at = self(np.array(edges))
        end = np.inf if slopes[-1] > 0 else at[-1]
        return Shape(edges, at, [at[0], *at], [*at, end], [0.0, *slopes])


@record("cascade_kpi/curves.retroactive_tiers")
@frozen
class RetroactiveTiers:
    """The rate of the tier that is reached applies to the whole attainment.

    points = rate·x with the rate of the last tier whose start is at or below x; `base` below
    the first tier; at most `most`. At each start the points jump.

    Parameters
    ----------
    tiers : sequence of (start, rate)
        In ascending order of start; a rate is points for each 1 of attainment, zero or more.
    base : float
        Points below the first tier.
    most : float or None
        A cap; None for none.

    Notes
    -----
    Sales plans call this retroactive, or back to the first dollar. A jump makes the last sale
    before a tier worth more than any other: the curve's ``pieces().jumps`` tell by how much.

    Examples
    --------
    >>> curve = RetroactiveTiers([(0, 80), (1.0, 100), (1.2, 120)])
    >>> curve(np.array([0.5, 0.99, 1.0, 1.2]))
    array([ 40. ,  79.2, 100. , 144. ])
    >>> curve.shape().jumps
    array([[  1. ,  80. , 100. ],
           [  1.2, 120. , 144. ]])
    """

    tiers: Pairs = field(converter=as_pairs)
    base: float = field(default=0.0, converter=as_number, kw_only=True)
    most: float | None = field(default=None, converter=as_number, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check(_faults("retroactive tiers", self.tiers, self.base, self.most))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        x = np.asarray(attainment, dtype=np.float64)
        points = np.where(np.isnan(x), np.nan, self.base)
        for start, rate in self.tiers:
            np.copyto(points, rate * x, where=x >= start)
        return points if self.most is None else np.minimum(points, self.most)

    def shape(self) -> Shape:
        """The tiers, their jumps, and where the cap is met within one."""
        rates = dict(self.tiers)
        starts = [*rates, np.inf]
        rows: dict[float, float] = {}
        for i, (start, rate) in enumerate(self.tiers):
            rows[start] = rate
            crossing = self.most / rate if self.most is not None and rate > 0 else np.inf
            if start < crossing < starts[i + 1]:
                rows[crossing] = 0.0
        edges, slopes = list(rows), list(rows.values())
        at = self(np.array(edges))
        # A tier that begins above the cap is level; each of the others runs to where it ends.
        cap = np.inf if self.most is None else self.most
        level = [rate * edge >= cap for edge, rate in rows.items()]
        slopes = [0.0 if flat else rate for flat, rate in zip(level, slopes, strict=True)]
        ends = [
            min(start + slope * (end - edge), cap) if slope else start
            for start, slope, edge, end in zip(at, slopes, edges, [*edges[1:], np.inf], strict=True)
        ]
        return Shape(edges, at, [self.base, *at], [self.base, *ends], [0.0, *slopes])
