"""The optimum made whole: lots that sum exactly, each within one of what is best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.methods.remainders import ranked
from cascade_kpi.org.bands import Band
from cascade_kpi.org.layout import Layout
from cascade_kpi.targets.asked import stretched

__all__ = ["for_children", "made_top", "made_whole", "whole_family"]

_NEAR = 1e-9  # an optimum this close to whole lots is meant to be whole
_DIGITS = 2.0**-50  # and so is one whose last bits alone say otherwise

_LAST, _NOBODY = -2.0, -3.0  # who has no room comes last, and gets nothing; and behind it, nobody


def for_children(lots: FloatArray, margin: IntArray) -> FloatArray:
    """What children are to have of a node's lots and a margin, in whole lots, half to even.

    Parameters
    ----------
    lots : float64 array (groups,)
    margin : int64 array (groups,)
        In ten-thousandths of the lots.
    """
    handed = stretched(np.abs(lots).astype(np.int64), margin).astype(np.float64)
    return np.copysign(handed, lots)


def made_whole(
    layout: Layout, found: FloatArray, room: FloorsAndCaps, margin: IntArray | None = None
) -> FloatArray:
    """Whole lots of every node, float64 (n,), in sweep order.

    A root's optimum is rounded half to even. Below, everybody gets the whole
    part of the optimum, and what its parent has beyond these goes one lot each
    to the largest remainders, ties to the earlier sibling.

    Parameters
    ----------
    found : float64 array (n,)
        The optimum in lots; the children of every node sum to it, and its margin.
    room : FloorsAndCaps
        Of every subtree.
    margin : int64 array (n,), optional
        What children have beyond each node's lots, in ten-thousandths of them.
    """
    lots = np.empty(len(found))
    tops = slice(0, len(layout.roots))
    lots[tops] = made_top(found[tops], FloorsAndCaps(room.low[tops], room.high[tops]))
    for band in layout.bands_down():
        total = lots[band.above]
        if margin is not None:
            total = for_children(total, margin[band.above])
        whole_family(band, total, band.part(found), room.of(band), band.part(lots))
    return lots


def made_top(found: FloatArray, room: FloorsAndCaps) -> FloatArray:
    """The lots of roots: their optimum rounded half to even."""
    return np.asarray(np.clip(np.rint(found), room.low, room.high))


def whole_family(
    band: Band, total: FloatArray, found: FloatArray, room: FloorsAndCaps | None, lots: FloatArray
) -> None:
    """Whole lots of the children of some families.

    Parameters
    ----------
    band : Band
    total : float64 array (groups,)
        The lots of the parents, and their margin.
    found : float64 array
        The children's optimum, shaped as the band's part is.
    room : FloorsAndCaps, or None
        The children's; None if nothing limits them.
    lots : float64 array
        Where to write them.
    """
    np.abs(found, out=lots)
    lots *= _DIGITS
    lots += _NEAR
    lots += found
    np.floor(lots, out=lots)
    rest = found - lots
    np.maximum(rest, 0.0, out=rest)
    left = total - band.sums(lots)
    while left.any():
        fits = None if room is None else _has_room(band, left, lots, room)
        step = _steps(band, left, rest, fits)
        if not step.any():
            break  # there is room for everybody, or it was refused
        lots += step
        left = total - band.sums(lots)


def _has_room(
    band: Band, left: FloatArray, lots: FloatArray, room: FloorsAndCaps
) -> NDArray[np.bool_]:
    """Who can have a lot more, where some are left, or less, where they lack."""
    return np.asarray(np.where(band.each(left > 0), lots < room.high, lots > room.low))


def _steps(
    band: Band, left: FloatArray, rest: FloatArray, room: NDArray[np.bool_] | None
) -> NDArray[Any]:
    """One lot for each of the largest remainders that has room, as far as they go."""
    worth, lacking = rest, left < 0.0
    if lacking.any():  # lots are taken back, from the smallest remainders first
        worth = rest * band.each(np.where(lacking, -1.0, 1.0))
    if room is not None and not room.all():
        worth = np.where(room, worth, _LAST)
    lines = band.lined(worth, _NOBODY)
    rank = ranked(lines)
    many = np.minimum(np.abs(left), len(lines)).astype(rank.dtype)
    gets = band.unlined(rank < many)
    if room is not None:
        gets &= room
    return np.where(gets, band.each(np.sign(left)), 0.0) if lacking.any() else gets
