"""The optimum made whole: lots that sum exactly, each within one of what is best."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.commitments.sweeps import added
from cascade_kpi.methods.remainders import ranked
from cascade_kpi.org.layout import Layout

__all__ = ["made_top", "made_whole", "whole_family"]

_NEAR = 1e-9  # an optimum this close to whole lots is meant to be whole
_CHUNK = 65_536  # nodes made whole at once: smaller chunks lose to call overhead


def made_whole(layout: Layout, found: FloatArray, low: FloatArray, high: FloatArray) -> IntArray:
    """Whole lots of every node, int64 (n,), in sweep order.

    A root's optimum is rounded half to even. Below, everybody gets the whole
    part of the optimum, and what its parent has beyond these goes one lot each
    to the largest remainders, ties to the earlier sibling.

    Parameters
    ----------
    found : float64 array (n,)
        The optimum in lots; the children of every node sum to it.
    low, high : float64 array (n,)
        What a subtree can have, in whole lots; infinite where nothing limits it.
    """
    lots = np.empty(len(found), dtype=np.int64)
    tops = slice(0, len(layout.roots))
    lots[tops] = made_top(found[tops], low[tops], high[tops])
    for block in layout.down():
        total, made = lots[block.above], block.part(lots)
        step = max(1, _CHUNK // len(made))
        for begin in range(0, len(total), step):
            part = slice(begin, begin + step)
            family = (block.part(each)[:, part] for each in (found, low, high))
            made[:, part] = whole_family(total[part], *family)
    return lots


def made_top(found: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """The lots of roots: their optimum rounded half to even."""
    return np.asarray(np.clip(np.rint(found), low, high))


def whole_family(total: IntArray, found: FloatArray, low: FloatArray, high: FloatArray) -> IntArray:
    """Whole lots of the children of some families, int64 (span, groups).

    Parameters
    ----------
    total : int64 array (groups,)
        The lots of the parents.
    found, low, high : float64 array (span, groups)
    """
    lots = np.floor(found + (_NEAR + 4.0 * np.spacing(np.abs(found))))
    rest = np.maximum(found - lots, 0.0)
    left = total - added(lots)
    while left.any():
        sign = np.sign(left)
        room = np.where(sign > 0, lots < high, lots > low)
        worth = rest * sign
        if not room.all():
            worth[~room] = -2.0  # who has no room comes last, and gets nothing
        step = (ranked(worth) < np.abs(left)) & room
        if not step.any():
            break  # there is room for everybody, or it was refused
        lots += step * sign
        left = total - added(lots)
    return lots.astype(np.int64)
