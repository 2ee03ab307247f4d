"""What is demanded of one KPI: from above, from below, and between which limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.commitments.bounded import Limits, sweep_within
from cascade_kpi.commitments.frame import Frame
from cascade_kpi.commitments.sweeps import Stated, Swept, met, sweep
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.lots import LARGEST, Lot
from cascade_kpi.org.layout import Layout

__all__ = ["Demands", "Settled", "everywhere", "in_real_lots"]

_CHUNK = 32_768  # values turned at once: what one step writes, the next finds in the cache

Mask = NDArray[np.bool_]


def everywhere(value: float, shape: tuple[int, ...]) -> FloatArray:
    """An array of one number that takes no memory, read-only."""
    return np.broadcast_to(np.float64(value), shape)


def _is_everywhere(values: FloatArray) -> bool:
    return not any(values.strides)


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
        lots = amounts / up * down
    near = np.rint(lots) + 0.0
    # What Lot.whole answers, as far as the products are sure to be floats.
    if (np.abs(near) > min(LARGEST - 1, (1 << 53) // exact.numerator)).any():
        whole, fine = lot.whole(np.nan_to_num(amounts))
        return np.where(fine & ~np.isnan(amounts), whole, lots)
    np.copyto(lots, near, where=near * up / down == amounts)
    return np.asarray(lots)


@frozen(eq=False)
class Demands:
    """One KPI's demands, in lots, by period and row of the frame.

    Attributes
    ----------
    target, offer : float64 array (p, m)
        From above and from below, NaN where there is none. Read-only where nobody states
        anything, as are those that follow: see :func:`everywhere`.
    trust, belief : float64 array (p, m)
        The confidence in each; zero where there is none, infinite if it is certain.
    low, high : float64 array (p, m)
        Floors and caps in whole lots, infinite where there is none.
    claim : float64 array (m,)
        By which nodes whose demand does not count divide what is left to them.
    """

    kpi: Kpi
    frame: Frame
    target: FloatArray
    trust: FloatArray
    offer: FloatArray
    belief: FloatArray
    low: FloatArray
    high: FloatArray
    claim: FloatArray

    def taking_part(self, p: int) -> Mask:
        """Rows with a demand at or below them, bool (m,)."""
        part = ~np.isnan(self.target[p]) | ~np.isnan(self.offer[p])
        if not part.all():
            for block in self.frame.layout.up():
                part[block.parents] |= part[block.rows].any(axis=0)
        return np.asarray(part)

    def at(self, p: int) -> Period:
        """The demands of one period."""
        return Period.of(self, p)


class Settled(NamedTuple):
    """A period's optimum, by row of the frame.

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
    limits : Limits
        Its own limits; what is certain is a floor and a cap at once.
    part : bool array (n,)
        Who takes part.
    """

    demands: Demands
    p: int
    stated: Stated
    limits: Limits
    part: Mask

    @classmethod
    def of(cls, demands: Demands, p: int) -> Period:
        """Both sides' demands put together."""
        layout, part = demands.frame.layout, demands.taking_part(p)
        value, weight = _wished(demands, p)
        ends = None
        swept = layout.swept(part)
        if not part.all():
            ends = layout.swept(_ends(demands.frame, part))
            value[~swept], weight[~swept] = 0.0, np.inf
        stated = Stated(value, weight, _swept(layout, demands.claim), ends)
        return cls(demands, p, stated, _limits(demands, p, part), swept)

    @property
    def is_limited(self) -> bool:
        """Whether any node has a floor or a cap."""
        low, high = self.limits.low, self.limits.high
        return bool(((np.isfinite(low) | np.isfinite(high)) & (low != high)).any())

    @property
    def is_bound(self) -> bool:
        """Whether anything at all is limited or certain."""
        return bool(np.isfinite(self.limits.low).any() or np.isfinite(self.limits.high).any())

    def freely(self) -> Swept:
        """The optimum if there were no floors and caps."""
        return sweep(self.demands.frame.layout, self.stated)

    def within(self) -> tuple[Swept, FloatArray]:
        """The optimum, and what is held."""
        return sweep_within(self.demands.frame.layout, self.stated, self.limits)

    def rows(self, places: NDArray[np.bool_]) -> IntArray:
        """Rows of the frame at some places."""
        return np.asarray(self.demands.frame.layout.order[places])

    def in_rows(self, swept: FloatArray) -> FloatArray:
        """A column by row of the frame, NaN for who takes no part."""
        if _is_everywhere(swept) and np.isnan(swept[:1]).all():
            return swept
        out = np.empty(len(swept))
        told = swept if self.part.all() else np.where(self.part, swept, np.nan)
        out[self.demands.frame.layout.order] = told
        return out


def _swept(layout: Layout, values: FloatArray) -> FloatArray:
    return values if _is_everywhere(values) else layout.swept(values)


def _wished(demands: Demands, p: int) -> tuple[FloatArray, FloatArray]:
    """Both sides' demands put together, in sweep order, and their weights."""
    layout = demands.frame.layout
    sides = [
        _swept(layout, each[p])
        for each in (demands.target, demands.trust, demands.offer, demands.belief)
    ]
    if _is_everywhere(demands.belief[p]) and demands.belief[p, 0] == 0:
        value, weight = sides[0], sides[1]
        lost = weight == 0
        if lost.any():
            value = np.where(lost, 0.0, value)
        return value, weight
    value, weight = np.empty(len(layout.order)), np.empty(len(layout.order))
    for begin in range(0, len(value), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        value[part], weight[part] = met(*(each[part] for each in sides))
    return value, weight


def _limits(demands: Demands, p: int, part: Mask) -> Limits:
    """The limits of every node, in sweep order; what is certain is both; zero for who is out."""
    layout, low, high = demands.frame.layout, demands.low[p], demands.high[p]
    for wish, trust in ((demands.target[p], demands.trust[p]),
                        (demands.offer[p], demands.belief[p])):  # fmt: skip
        sure = np.isinf(trust)
        if sure.any():
            low = np.where(sure, np.maximum(low, wish), low)
            high = np.where(sure, np.minimum(high, wish), high)
    if not part.all():
        low, high = np.where(part, low, 0.0), np.where(part, high, 0.0)
    return Limits(_swept(layout, low), _swept(layout, high))


def _ends(frame: Frame, part: Mask) -> Mask:
    """Who takes part and has nobody below who does, though there are nodes below."""
    parent = frame.parent
    has, active = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    has[parent[parent >= 0]] = True
    active[parent[part & (parent >= 0)]] = True
    return np.asarray(part & has & ~active)
