"""Whole lots from goals: what follows upwards from them, and what is divided below them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.goal import Goal
from cascade_kpi.targets.handing import divide_down, divide_freely
from cascade_kpi.targets.origins import Bounds
from cascade_kpi.targets.room import Room

__all__ = ["hand_lots"]

Mask = NDArray[np.bool_]


def hand_lots(goal: Goal, lots: IntArray, fixed: Mask, asked: Asked) -> tuple[Mask, Bounds | None]:
    """Fill in everybody's lots; conflicts are noted with the goal.

    Parameters
    ----------
    lots : int64 array (p, n)
        Those of goals are read; the others are written.
    fixed : bool array (p, n)
        Where there are goals.

    Returns
    -------
    fixed : bool array (p, n)
        Goals, and what follows upwards from them.
    bounds : Bounds or None
        Between which the others were found.
    """
    tops = fixed[:, goal.org.layout.roots]
    free = tops.all() and np.count_nonzero(fixed) == tops.size and not asked.is_limited
    if free and divide_freely(goal, lots, asked.shares):
        return fixed, None
    fixed = _fix_upward(goal, lots, fixed, asked.margin)
    rooms = []
    for p, column in enumerate(lots):
        rooms.append(Room.of(goal, p, column, fixed[p], asked))
        divide_down(goal, column, fixed[p], rooms[-1], asked)
    low, high = (np.stack(each) for each in zip(*((r.low, r.high) for r in rooms), strict=True))
    return fixed, Bounds(low, high, np.array(asked.margin))


def _fix_upward(goal: Goal, lots: IntArray, fixed: Mask, margin: IntArray) -> Mask:
    """A node whose children are all fixed is fixed at their sum, unless they are over-assigned."""
    fixed = fixed.copy()
    for block in goal.org.layout.up():
        for p in range(len(lots)):
            follows = fixed[p, block.rows].all(axis=0) & (margin[block.parents] == 0)
            follows &= ~fixed[p, block.parents]
            below = lots[p, block.rows]
            # As floats, which do not wrap around, to see whether the sum can be had at all.
            many = follows & (np.abs(below.astype(np.float64).sum(axis=0)) >= LARGEST)
            for row in block.parents[many].tolist():
                goal.fault(p, row, "its children's goals sum to 2^51 lots", "use a larger lot")
            follows &= ~many
            parents = block.parents[follows]
            lots[p, parents] = below[:, follows].sum(axis=0)
            fixed[p, parents] = True
    return fixed
