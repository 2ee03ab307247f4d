"""The sweep down: from what a node has to what its children get."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer
from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.method import LargestRemainder, divided_by
from cascade_kpi.methods.remainders import divide_lots
from cascade_kpi.org.layout import Block, Layout
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.asked import Asked, stretched
from cascade_kpi.targets.goal import Goal
from cascade_kpi.targets.room import Room

__all__ = ["divide_down", "divide_freely"]

_CHUNK = 65_536  # nodes that are split at once: smaller chunks lose to call overhead

Mask = NDArray[np.bool_]


def divide_freely(goal: Goal, lots: IntArray, claims: FloatArray) -> bool:
    """Fill in the lots of everybody below roots that have some, where nothing limits them.

    Parameters
    ----------
    lots : int64 array (p, n)
        Those of the roots are read; the others are written.
    claims : float64 array (n,)

    Returns
    -------
    bool
        Whether it could be done: not where a whole family has no claims, or by
        another method than the largest remainder.
    """
    layout = goal.org.layout
    if type(goal.kpi.method) is not LargestRemainder:
        return False
    swept = layout.swept(claims)
    columns = list(np.empty_like(lots))
    for column, stated in zip(columns, lots, strict=True):
        column[: len(layout.roots)] = stated[layout.roots]
    for block in layout.down():
        for part in _parts(block):
            whole = whole_claims(block.part(swept)[:, part])
            if not whole.any(axis=0).all():
                return False
            for column in columns:
                total = column.take(block.above[part])
                block.part(column)[:, part] = divide_lots(total, whole)
    for column, filled in zip(lots, columns, strict=True):
        column[layout.order] = filled
    return True


def _parts(block: Block) -> list[slice]:
    step = max(1, _CHUNK // len(block.rows))
    return [slice(begin, begin + step) for begin in range(0, len(block.parents), step)]


def divide_down(goal: Goal, lots: IntArray, fixed: Mask, room: Room, asked: Asked) -> None:
    """Fill in one period's lots of every node that gets its target from its parent.

    Parameters
    ----------
    lots : int64 array (n,)
        `NO_LOTS` where there is nothing yet.
    fixed : bool array (n,)
        Nodes whose lots are kept.
    """
    layout: Layout = goal.org.layout
    for block in layout.down():
        rows, parents = block.rows, block.parents
        has = (lots[parents] != NO_LOTS) & room.under[parents]
        given = stretched(np.where(has, np.abs(lots[parents]), 0), asked.margin[parents])
        held = fixed[rows]
        kept = np.where(held, lots[rows], 0) * room.sign[parents]
        family = _Family(
            rows,
            parents,
            given,
            given - kept.sum(axis=0),
            whole_claims(np.where(held, 0.0, asked.shares[rows])),
            np.where(held, 0.0, room.low[rows]),
            np.where(held, 0.0, room.high[rows]),
        )
        can = has & ~room.broken[parents] & ~_too_many(goal, room, family, has)
        can &= _possible(goal, room, family, can)
        share = _divided(goal, family, can) * room.sign[parents]
        lots[rows] = np.where(held, lots[rows], np.where(can, share, NO_LOTS))


class _Family(NamedTuple):
    """Sibling groups of one block that are split together, lots counted away from zero.

    Attributes
    ----------
    total, rest : int64 array (groups,)
        What the children have together, and what of it those have whose lots are not kept.
    """

    rows: IntArray
    parents: IntArray
    total: IntArray
    rest: IntArray
    claims: FloatArray
    low: FloatArray
    high: FloatArray


def _too_many(goal: Goal, room: Room, family: _Family, has: Mask) -> Mask:
    """Groups that have more to divide than can be divided exactly; they are noted."""
    many = has & ((family.total >= LARGEST) | (np.abs(family.rest) >= LARGEST))
    for row in family.parents[many].tolist():
        reason = "its children would divide 2^51 lots or more"
        goal.fault(room.period, row, reason, "use a larger lot")
    return np.asarray(many)


def _possible(goal: Goal, room: Room, family: _Family, has: Mask) -> Mask:
    """Groups that have claims enough for what is to be divided; the others are noted."""
    rest, claimed, told = family.rest, family.claims > 0, goal.told
    most = np.where(claimed, family.high, family.low).sum(axis=0)
    nothing = has & (family.total == 0) & (rest != 0)
    stuck = has & ~nothing & (rest > most)
    for g in np.flatnonzero(nothing | stuck).tolist():
        row = int(family.parents[g])
        sign = int(room.sign[row])
        left = int(rest[g]) * sign
        if nothing[g]:
            kept = int(family.total[g] - rest[g]) * sign
            reason = f"its target is {told.amount(row, 0)}, {told.left(row, kept, left)}"
            repair = "change these goals, or give it a goal that leaves room for them"
        elif claimed[:, g].any():
            short = int(rest[g] - most[g])
            reason = f"its target is {told.amount(row, int(family.total[g]) * sign)}, and it is "
            reason += f"short by {told.apart(row, short)} when all with a {goal.claim} are at "
            reason += "their limit"
            repair = f"loosen a limit, or give another child a {goal.claim} or a goal"
        else:
            reason = f"its target is {told.amount(row, int(family.total[g]) * sign)}, and what of "
            reason += "it is not kept is to be split over children whose "
            reason += f"{goal.claim}s are all zero"
            repair = f"give at least one of them a {goal.claim}, or a goal"
        goal.fault(room.period, row, reason, repair)
    return np.asarray(~(stuck | nothing) & (rest >= family.low.sum(axis=0)))


def _divided(goal: Goal, family: _Family, can: Mask) -> IntArray:
    """Every child's lots by the KPI's method; zero in groups that cannot be divided."""
    share = np.zeros(family.rows.shape, dtype=np.int64)
    if not can.any():
        return share
    claims, low, high = (each[:, can] for each in (family.claims, family.low, family.high))
    try:
        share[:, can] = divided_by(goal.kpi.method, family.rest[can], claims, low, high)
    except OddAnswer as odd:
        told = Fault(
            f"kpi {goal.kpi.name!r}",
            str(odd),
            "mend it; testing.check_method tells more",
            column="method",
            value=goal.kpi.method,
        )
        if not any(fault.value is told.value for fault in goal.faults):  # once is enough
            goal.faults.append(told)
    return share
