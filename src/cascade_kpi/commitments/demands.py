"""What is demanded of one KPI: from above, from below, and between which limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, is_everywhere
from cascade_kpi.commitments.bounded import sweep_within
from cascade_kpi.commitments.frame import Frame
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.sweeps import Stated, Swept, met, optimum, sweep
from cascade_kpi.commitments.voice import Voice
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.lots import LARGEST, Lot
from cascade_kpi.org.layout import Layout

__all__ = ["BothDemands", "Optimum", "in_real_lots"]

_CHUNK = 32_768  # values turned at once: what one step writes, the next finds in the cache

Mask = NDArray[np.bool_]


def in_real_lots(lot: Lot, amounts: FloatArray) -> FloatArray:
    """Amounts in lots, not rounded; whole where the amount is a whole number of them."""
    flat = amounts.reshape(-1)
    lots = np.empty(len(flat))
    for begin in range(0, len(flat), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        lots[part] = _in_real_lots(lot, flat[part])
    return lots.reshape(amounts.shape)


def _in_real_lots(lot: Lot, amounts: FloatArray) -> FloatArray:
    exact = lot.exact
    up, down = np.float64(exact.numerator), np.float64(exact.denominator)
    with np.errstate(over="ignore"):  # more lots than can be counted are refused as such
        lots = amounts / up if up > 1 else amounts
        lots = lots * down if down > 1 else lots.copy()
    near = np.rint(lots)
    near += 0.0
    # What Lot.whole answers, as far as the products are sure to be floats.
    most = min(LARGEST - 1, (1 << 53) // exact.numerator)
    if np.fmax.reduce(near, initial=0.0) > most or np.fmin.reduce(near, initial=0.0) < -most:
        whole, fine = lot.whole(np.nan_to_num(amounts))
        return np.where(fine & ~np.isnan(amounts), whole, lots)
    back = near * up if up > 1 else near
    whole_ones = (back / down if down > 1 else back) == amounts  # none as a rule, or all
    if whole_ones.all():
        return np.asarray(near)
    np.copyto(lots, near, where=whole_ones)
    return np.asarray(lots)


@frozen(eq=False)
class BothDemands:
    """One KPI's demands, in lots, by period and place in the frame's sweep order.

    Attributes
    ----------
    above, below : Voice
        The targets, and the offers.
    low, high : float64 array (p, m)
        Floors and caps in whole lots, infinite where there is none.
    claim : float64 array (m,)
        By which nodes whose demand does not count divide what is left to them.
    """

    kpi: Kpi
    frame: Frame
    above: Voice
    below: Voice
    low: FloatArray
    high: FloatArray
    claim: FloatArray

    def taking_part(self, p: int) -> Mask:
        """Places with a demand at or below them, bool (m,)."""
        if self.above.is_full:
            return np.ones(len(self.frame), dtype=bool)
        part = ~np.isnan(self.above.wish[p]) | ~np.isnan(self.below.wish[p])
        for block in self.frame.layout.up():
            part[block.above] |= block.part(part).any(axis=0)
        return np.asarray(part)

    def at(self, p: int) -> Period:
        """The demands of one period."""
        return Period.of(self, p)


class Optimum(NamedTuple):
    """A period's optimum, in sweep order.

    Attributes
    ----------
    found : float64 array (m,)
        In lots, NaN for who takes no part.
    held : float64 array (m,)
        The floor or cap at which a node is held, or what it is certain of; else NaN.
    """

    found: FloatArray
    held: FloatArray


@frozen(eq=False)
class Period:
    """One KPI's demands in one period, in sweep order.

    Attributes
    ----------
    stated : Stated
        What each node demands; who takes no part is certain of zero.
    limits : FloorsAndCaps
        Its own limits; what is certain is a floor and a cap at once.
    part : bool array (n,)
        Who takes part.
    """

    demands: BothDemands
    p: int
    stated: Stated
    limits: FloorsAndCaps
    part: Mask

    @classmethod
    def of(cls, demands: BothDemands, p: int) -> Period:
        """Both sides' demands put together."""
        part = demands.taking_part(p)
        value, weight = _wished(demands, p)
        ends = None
        if not part.all():
            ends = _ends(demands.frame.layout, part)
            value, weight = np.where(part, value, 0.0), np.where(part, weight, np.inf)
        stated = Stated(value, weight, demands.claim, ends, demands.frame.factor)
        return cls(demands, p, stated, _limits(demands, p, part), part)

    @property
    def is_limited(self) -> bool:
        """Whether any node has a floor or a cap."""
        low, high = self.limits.low, self.limits.high
        if not self.is_bound:
            return False
        return bool(((np.isfinite(low) | np.isfinite(high)) & (low != high)).any())

    @property
    def is_bound(self) -> bool:
        """Whether anything at all is limited or certain."""
        low, high = self.limits.low, self.limits.high
        if is_everywhere(low) and is_everywhere(high):
            low, high = low[:1], high[:1]
        return bool(np.isfinite(low).any() or np.isfinite(high).any())

    def freely(self) -> FloatArray:
        """The optimum if there were no floors and caps."""
        return optimum(self.demands.frame.layout, self.stated)

    def swept(self) -> Swept:
        """The same, and the way to it."""
        return sweep(self.demands.frame.layout, self.stated)

    def within(self) -> tuple[Swept, FloatArray]:
        """The optimum, and what is held."""
        return sweep_within(self.demands.frame.layout, self.stated, self.limits)

    def rows(self, places: Mask) -> IntArray:
        """Rows of the frame at some places."""
        return np.asarray(self.demands.frame.layout.order[places])

    def told(self, swept: FloatArray) -> FloatArray:
        """A column, NaN for who takes no part."""
        return swept if self.part.all() else np.where(self.part, swept, np.nan)


def _wished(demands: BothDemands, p: int) -> tuple[FloatArray, FloatArray]:
    """Both sides' demands put together, and their weights."""
    above, below = demands.above, demands.below
    value, weight = above.wish[p], above.weight[p]
    if below.is_silent:
        if above.weights.least == 0:
            value = np.where(weight == 0, 0.0, value)
        return value, weight
    sides = value, weight, below.wish[p], below.weight[p]
    value, weight = np.empty(len(value)), np.empty(len(value))
    for begin in range(0, len(value), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        value[part], weight[part] = met(*(each[part] for each in sides))
    return value, weight


def _limits(demands: BothDemands, p: int, part: Mask) -> FloorsAndCaps:
    """The limits of every node; what is certain is both; zero for who is out."""
    low, high = demands.low[p], demands.high[p]
    for side in (demands.above, demands.below):
        if side.is_sure:
            sure, wish = np.isinf(side.weight[p]), side.wish[p]
            low = np.where(sure, np.maximum(low, wish), low)
            high = np.where(sure, np.minimum(high, wish), high)
    if not part.all():
        low, high = np.where(part, low, 0.0), np.where(part, high, 0.0)
    return FloorsAndCaps(low, high)


def _ends(layout: Layout, part: Mask) -> Mask:
    """Who takes part and has nobody below who does, though there are nodes below."""
    ends = np.zeros(len(part), dtype=bool)
    for block in layout.down():
        ends[block.above] = ~block.part(part).any(axis=0)
    return np.asarray(ends & part)
