"""Targets where they stand on one day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.moving.division import Own, divide_by_share, firsts
from cascade_kpi.moving.pieces import CUSHION
from cascade_kpi.targets.amounts import NO_LOTS, Amounts, Lots
from cascade_kpi.targets.origins import Assigned
from cascade_kpi.targets.targets import Targets

if TYPE_CHECKING:
    from cascade_kpi.moving.moved import Moved

__all__ = ["standing"]


def standing(moved: Moved, day: int) -> Targets:
    """All targets, undivided, on the tree of a day and where they stand on it."""
    before = moved.of_before
    org, rows = moved.trees.on(day)
    own: list[FloatArray] = []
    columns: list[Lots | Amounts] = []
    for k, kpi in enumerate(before.kpis):
        lots = moved.own[k]
        if lots is None:
            values = lock(before.values[k][:, rows])
            own.append(values)
            columns.append(Amounts(values))
            continue
        placed = _placed(moved, lots, day)
        own.append(lock(Lots(kpi.counted_in, lock(placed[:, rows])).values))
        columns.append(Lots(kpi.counted_in, lock(_rolled_up(moved, placed, day)[:, rows])))
    return Targets(org, before.kpis, before.periods, Assigned(None, tuple(own)), tuple(columns))


def _placed(moved: Moved, own: Own, day: int) -> IntArray:
    """Each node's lots of what stands at it on a day, int64 (p, n), `NO_LOTS` for nothing."""
    pieces = moved.pieces
    some = np.flatnonzero((pieces.start <= day) & (pieces.end >= day))
    cushion = pieces.state[some] == CUSHION
    head = firsts(pieces.run[some])
    group = np.cumsum(np.diff(pieces.run[some], prepend=-1) > 0) - 1
    placed = np.full(own.held.shape, NO_LOTS)
    for p in range(len(placed)):
        whole = np.where(cushion, own.cushion[p, pieces.origin[some]],
                         own.held[p, pieces.origin[some]])  # fmt: skip
        there = whole != NO_LOTS
        lots = divide_by_share(np.where(there, whole, 0)[head], group, pieces.share[some])
        at, mine = pieces.place[some][there], lots[there]
        placed[p, at] = 0
        np.add.at(placed[p], at, mine)
    return placed


def _rolled_up(moved: Moved, placed: IntArray, day: int) -> IntArray:
    """The lots at or below every node in the tree of a day."""
    p, at = np.nonzero(placed != NO_LOTS)
    tree = np.full(len(at), moved.trees.number(np.array(day)))
    lots, ones = placed[p, at], np.ones(len(at), dtype=np.int64)
    periods = len(placed)
    below = moved.trees.sums(
        np.concatenate([tree, tree]), np.concatenate([at, at]),
        np.concatenate([p, p + periods]), np.concatenate([lots, ones]), 2 * periods,
    )  # fmt: skip
    return np.where(below[periods:] > 0, below[:periods], NO_LOTS)
