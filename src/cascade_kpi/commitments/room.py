"""What every node can have at least and at most, and which demands cannot be met together.

Unlike the room of a cascade, amounts are signed here: there is no goal above, whose direction
they could be counted in, and most nodes have no limit at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.commitments.demands import Period
from cascade_kpi.commitments.frame import Frame
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.wholes import for_children
from cascade_kpi.targets.room import least_above, most_above

__all__ = ["Conflict", "room_below"]

Mask = NDArray[np.bool_]


@frozen
class Conflict:
    """A node's own limit, and the fewest limits below it that cannot be met beside it.

    Attributes
    ----------
    place : int
        Of the node, in sweep order.
    heavy : bool
        Whether those below need more than it may have, rather than allow less.
    below : tuple of int
        Places of the others; none if the node's own floor is above its own cap.
    total : float
        What those below need, or allow, together.
    mine, handed : float
        The limit, and what those below can have of it, margin included.
    """

    place: int
    heavy: bool
    below: tuple[int, ...]
    total: float
    mine: float
    handed: float


def room_below(period: Period) -> tuple[FloorsAndCaps, list[Conflict]]:
    """The least and the most of every node, and what conflicts.

    Returns
    -------
    FloorsAndCaps
        A node's own limits and those that follow from the ones below it.
    list of Conflict
        One for each node at which demands conflict; what would follow from it
        above is left out.
    """
    low, high = period.limits.low.copy(), period.limits.high.copy()
    margin = period.demands.frame.margin
    own = FloorsAndCaps(low.copy(), high.copy())
    found = [
        Conflict(int(place), True, (), *[float(low[place])] * 3)  # noqa: FBT003 - either
        for place in np.flatnonzero(low > high).tolist()
    ]
    crossed = low > high
    low[crossed], high[crossed] = -np.inf, np.inf
    ends = period.stated.ends
    for block in period.demands.frame.layout.up():
        above = block.above
        # Whole lots: sums are exact.
        least = block.part(low).sum(axis=0)
        most = block.part(high).sum(axis=0)
        if margin is not None:
            least, most = _asked_above(least, most, margin[above])
        if ends is not None:
            least[ends[above]], most[ends[above]] = -np.inf, np.inf
        heavy, light = least > high[above], most < low[above]
        torn = (np.maximum(least, low[above]) > np.minimum(most, high[above])) & ~heavy & ~light
        found.extend(
            _conflict(period, own, FloorsAndCaps(low, high), int(above[g]), bool(~light[g]))
            for g in np.flatnonzero(heavy | light | torn).tolist()
        )
        well = ~(heavy | light | torn)
        low[above] = np.where(well, np.maximum(low[above], least), -np.inf)
        high[above] = np.where(well, np.minimum(high[above], most), np.inf)
    return FloorsAndCaps(low, high), found


def _asked_above(
    least: FloatArray, most: FloatArray, margin: IntArray
) -> tuple[FloatArray, FloatArray]:
    """What parents have at least and at most whose children, with a margin, have these."""
    few = np.where(least > 0, least_above(least, margin), -most_above(-least, margin))
    many = np.where(most > 0, most_above(most, margin), -least_above(-most, margin))
    return few, many


def _conflict(
    period: Period,
    own: FloorsAndCaps,
    room: FloorsAndCaps,
    place: int,
    heavy: bool,  # noqa: FBT001 - which of the two
) -> Conflict:
    """Name the fewest below a node that need more, or allow less, than it may have."""
    # Counted so that those below are always too much.
    sign = 1.0 if heavy else -1.0
    mine = float(own.high[place] if heavy else own.low[place])
    handed = _handed_down(period, place, mine)
    stated, needed = (each.low if heavy else each.high for each in (own, room))
    below = np.array(list(_frontier(period.demands.frame, place, sign * stated, sign * needed)))
    brought = sign * needed[below]
    order = np.lexsort((below, -brought, brought >= 0))  # what goes the other way, then the largest
    sums = np.cumsum(brought[order])
    enough = np.flatnonzero((sums > sign * handed) & (brought[order] >= 0))[:1]
    many = int(enough[0]) + 1 if enough.size else len(order)
    named = np.sort(below[order[:many]])
    total = sign * float(sums[many - 1])
    return Conflict(place, heavy, tuple(named.tolist()), total, mine, handed)


def _handed_down(period: Period, place: int, lots: float) -> float:
    """What children are to have of a node's lots."""
    margin = period.demands.frame.margin
    if margin is None or not np.isfinite(lots):
        return lots
    return float(for_children(np.array([lots]), margin[[place]])[0])


def _frontier(frame: Frame, place: int, stated: FloatArray, needed: FloatArray) -> Iterator[int]:
    """The nodes below whose own limits make up what a node's children need."""
    order = frame.layout.order
    waiting = frame.children(int(order[place]))
    while waiting:
        row = waiting.pop()
        child, below = frame.place_of(row), frame.children(row)
        if stated[child] >= needed[child] or not below:
            if needed[child] != 0:
                yield child
        else:
            waiting.extend(below)
