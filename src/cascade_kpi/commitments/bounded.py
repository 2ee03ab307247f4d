"""Which floors and caps hold at the optimum, in one sweep up the tree.

What a subtree has, as a function of the price λ that its parent pays for one more unit, rises
in straight lines with kinks: at each, somebody below reaches or leaves a floor or a cap. Those
of siblings are added by putting their kinks together; a node's own demand turns the function,
and its own floor and cap cut it off. A kink that is cut off is settled: by then it is known on
which side of it the optimum lies. What is left at a root is settled by the price of zero. So
the floors and caps that hold are found without searching, and the sweeps of
:mod:`cascade_kpi.commitments.sweeps`, with these kept, give the optimum. The functions are the
derivatives of convex conjugates: R. T. Rockafellar, *Network Flows and Monotropic
Optimization*, 1984, chapter 8.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.sweeps import Stated, Swept, sweep
from cascade_kpi.org.layout import Layout

__all__ = ["held_at", "sweep_within"]

_ROUNDS = 20  # of looking for floors and caps missed by a rounding error; one or two are met
_NEAR = 1e-13  # a slope this small beside the others is a rounding error

Mask = NDArray[np.bool_]


@frozen(eq=False)
class _Kinks:
    """Kinks of the functions of one level, by owner, price and limit.

    Attributes
    ----------
    owner : int64 array (k,)
        Place of the node whose function has the kink.
    price, turn : float64 array (k,)
        Where it lies, and by how much the slope changes there.
    limit : int64 array (k,)
        Which limit is reached there: twice the place of its node, and one more for a cap.
    """

    owner: IntArray
    price: FloatArray
    turn: FloatArray
    limit: IntArray

    @classmethod
    def none(cls) -> _Kinks:
        """No kinks."""
        nothing, nowhere = np.zeros(0), np.zeros(0, dtype=np.int64)
        return cls(nowhere, nothing, nothing, nowhere)

    def part(self, which: NDArray[Any]) -> _Kinks:
        """Some of them."""
        return _Kinks(self.owner[which], self.price[which], self.turn[which], self.limit[which])

    def sorted(self) -> _Kinks:
        """The same in order."""
        return self.part(np.lexsort((self.limit, self.price, self.owner)))

    def __len__(self) -> int:
        return len(self.owner)


def joined(*kinks: _Kinks) -> _Kinks:
    """All of several."""
    return _Kinks(
        np.concatenate([each.owner for each in kinks]),
        np.concatenate([each.price for each in kinks]),
        np.concatenate([each.turn for each in kinks]),
        np.concatenate([each.limit for each in kinks]),
    )


def sweep_within(layout: Layout, stated: Stated, limits: FloorsAndCaps) -> tuple[Swept, FloatArray]:
    """The optimum within floors and caps that can be met together, and which of them hold.

    Every node that takes part must be settled without them.

    Returns
    -------
    Swept
        With what holds as certain demands.
    float64 array (n,)
        The floor or cap at which a node is held, or what it is certain of; else NaN.
    """
    low, high = limits.low, limits.high
    held = held_at(layout, stated, limits)
    swept = sweep(layout, kept_at(stated, held))
    for _ in range(_ROUNDS):
        free = np.isnan(held)
        short, over = free & (swept.found < low), free & (swept.found > high)
        if not (short.any() or over.any()):
            break
        held[short], held[over] = low[short], high[over]
        swept = sweep(layout, kept_at(stated, held))
    return swept, held


def kept_at(stated: Stated, held: FloatArray) -> Stated:
    """Demands in which what is held is certain."""
    kept = ~np.isnan(held)
    return attrs.evolve(
        stated,
        value=np.where(kept, held, stated.value),
        weight=np.where(kept, np.inf, stated.weight),
    )


def held_at(layout: Layout, stated: Stated, limits: FloorsAndCaps) -> FloatArray:
    """The floor or cap at which each node is held, NaN where neither binds it; (n,)."""
    functions = _Functions.of(layout, stated, limits)
    ends = np.searchsorted(layout.level, np.arange(int(layout.level.max(initial=0)) + 2), "left")
    above = np.zeros(len(layout.order), dtype=np.int64)
    for block in layout.down():
        block.part(above)[:] = block.above
    kinks = _Kinks.none()
    for level in range(len(ends) - 2, -1, -1):
        begin, end = _places(layout, int(ends[level]), int(ends[level + 1]))
        if level == 0:
            begin, end = 0, len(layout.roots)
        kinks = functions.turned(kinks, slice(begin, end))
        if level:
            functions.gather(slice(begin, end), above)
            kinks = functions.raised(kinks, above).sorted()
    functions.settle(kinks, kinks.price < 0)
    return functions.held


def _places(layout: Layout, first: int, last: int) -> tuple[int, int]:
    """Where some blocks begin and end in sweep order."""
    ends = layout.row_end
    begin = int(ends[first - 1]) if first else 0
    end = int(ends[last - 1]) if last else 0
    return len(layout.roots) + begin, len(layout.roots) + end


@frozen(eq=False)
class _Functions:
    """The functions of all nodes, left of their kinks: base + slope·λ; and what is settled."""

    stated: Stated
    limits: FloorsAndCaps
    inner: Mask
    base: FloatArray
    slope: FloatArray
    held: FloatArray

    @classmethod
    def of(cls, layout: Layout, stated: Stated, limits: FloorsAndCaps) -> _Functions:
        """Those of the nodes below which nothing binds; zero for the others."""
        inner = np.zeros(len(layout.order), dtype=bool)
        inner[layout.above] = True
        if stated.ends is not None:
            inner &= ~stated.ends
        certain = limits.low == limits.high
        with np.errstate(divide="ignore"):
            slope = np.where(inner | certain, 0.0, 1.0 / stated.weight)
        base = np.where(certain, limits.low, stated.value)
        held = np.where(certain, limits.low, np.nan)
        return cls(stated, limits, inner, np.where(inner, 0.0, base), slope, held)

    def gather(self, part: slice, above: IntArray) -> None:
        """Add the functions of a level to those of their parents who have any of below."""
        up = above[part]
        told = self.inner[up]
        base, slope = self.base[part], self.slope[part]
        if self.stated.factor is not None:
            factor = self.stated.factor[up]
            base, slope = base / factor, slope / (factor * factor)
        np.add.at(self.base, up[told], base[told])
        np.add.at(self.slope, up[told], slope[told])

    def raised(self, kinks: _Kinks, above: IntArray) -> _Kinks:
        """The kinks of children as their parents', who pay a factor for one more unit each."""
        owner = above[kinks.owner]
        if self.stated.factor is None:
            return attrs.evolve(kinks, owner=owner)
        factor = self.stated.factor[owner]
        return _Kinks(owner, kinks.price * factor, kinks.turn / (factor * factor), kinks.limit)

    def settle(self, kinks: _Kinks, passed: Mask) -> None:
        """Note who is held, once it is known that the price is beyond a kink or before it."""
        place, cap = kinks.limit // 2, kinks.limit % 2 == 1
        at_floor, at_cap = place[~cap & ~passed], place[cap & passed]
        self.held[at_floor] = self.limits.low[at_floor]
        self.held[at_cap] = self.limits.high[at_cap]

    def turned(self, kinks: _Kinks, part: slice) -> _Kinks:
        """The kinks of a level once its own demands have turned, and its limits cut, them."""
        kinks = attrs.evolve(kinks, owner=kinks.owner - part.start)
        base, slope = self.base[part], self.slope[part]
        line = _Line.of(kinks, base, slope)
        weight = np.where(self.inner[part], self.stated.weight[part], 0.0)
        weight[np.isinf(weight)] = 0.0  # what is certain is cut
        line = line.turned(base, slope, self.stated.value[part], weight)
        kinks = self._cut(line, part)
        return attrs.evolve(kinks, owner=kinks.owner + part.start)

    def _cut(self, line: _Line, part: slice) -> _Kinks:
        low, high = self.limits.low[part], self.limits.high[part]
        base, slope, kinks = self.base[part], self.slope[part], line.kinks
        owner, place = kinks.owner, np.arange(part.start, part.stop)
        first, count = line.first, line.count
        under = np.bincount(owner[line.total < low[owner]], minlength=len(low))
        until = np.bincount(owner[line.total <= high[owner]], minlength=len(low))
        # The floor: where the function rises through it.
        price, rise = line.crossing(low, under, base, slope)
        floors = np.isfinite(low) & ((under > 0) | ((slope > 0) & np.isfinite(price)))
        # The cap.
        peak, fall = line.crossing(high, until, base, slope)
        caps = np.isfinite(high) & ((until < count) | (fall > 0))
        rank = np.arange(len(owner)) - first[owner]
        passed = floors[owner] & (rank < under[owner])
        ahead = caps[owner] & (rank >= until[owner]) & ~passed
        gone = passed | ahead
        self.settle(kinks.part(gone), passed[gone])
        new_floors = _Kinks(np.flatnonzero(floors), price[floors], rise[floors], 2 * place[floors])
        new_caps = _Kinks(np.flatnonzero(caps), peak[caps], -fall[caps], 2 * place[caps] + 1)
        base[floors], slope[floors] = low[floors], 0.0
        return joined(kinks.part(~gone), new_floors, new_caps)


@frozen(eq=False)
class _Line:
    """The functions of one level at their kinks, which are sorted by owner and price.

    Attributes
    ----------
    first, count : int64 array (nodes,)
        Position of each node's first kink, and how many it has.
    total : float64 array (k,)
        What the owner has there.
    after : float64 array (k,)
        The slope behind it.
    """

    kinks: _Kinks
    first: IntArray
    count: IntArray
    total: FloatArray
    after: FloatArray

    @classmethod
    def of(cls, kinks: _Kinks, base: FloatArray, slope: FloatArray) -> _Line:
        """The functions that begin as base + slope·λ."""
        owner, price = kinks.owner, kinks.price
        count = np.bincount(owner, minlength=len(base))
        first = np.cumsum(count) - count
        after = slope[owner] + _running(kinks.turn, owner, first)
        steep = slope + np.bincount(owner, np.abs(kinks.turn), minlength=len(base))
        after[after < _NEAR * steep[owner]] = 0.0
        rises = base[owner] + slope[owner] * price
        inside = np.arange(len(owner)) > first[owner]
        back = np.flatnonzero(inside) - 1
        rises[inside] = after[back] * (price[inside] - price[back])
        return cls(kinks, first, count, _running(rises, owner, first), after)

    def turned(
        self, base: FloatArray, slope: FloatArray, value: FloatArray, weight: FloatArray
    ) -> _Line:
        """The same once each owner's own demand is added; `base` and `slope` are changed."""
        owner, kinks = self.kinks.owner, self.kinks
        price = kinks.price + weight[owner] * (self.total - value[owner])
        after = self.after / (1.0 + weight[owner] * self.after)
        slope /= 1.0 + weight * slope
        base -= slope * weight * (base - value)
        before = slope[owner]
        inside = np.arange(len(owner)) > self.first[owner]
        before[inside] = after[np.flatnonzero(inside) - 1]
        kinks = attrs.evolve(kinks, price=price, turn=after - before)
        return attrs.evolve(self, kinks=kinks, after=after)

    def crossing(
        self, level: FloatArray, before: IntArray, base: FloatArray, slope: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Where each function reaches a level behind so many kinks, and its slope there."""
        rise, start, since = slope.copy(), base.copy(), np.zeros(len(base))
        behind = before > 0
        last = (self.first + before - 1)[behind]
        rise[behind], start[behind] = self.after[last], self.total[last]
        since[behind] = self.kinks.price[last]
        price = since.copy()
        with np.errstate(invalid="ignore", over="ignore"):
            np.divide(level - start, rise, out=price, where=rise > 0)
            price = np.where(rise > 0, since + price, since)
        return price, rise


def _running(steps: FloatArray, owner: IntArray, first: IntArray) -> FloatArray:
    """Running sums within each owner's part."""
    # Extended precision: what the sums of earlier owners leave behind is beyond the last digit.
    sums = np.cumsum(steps.astype(np.longdouble))
    before = sums[first[owner]] - steps[first[owner]]
    return (sums - before).astype(np.float64)
