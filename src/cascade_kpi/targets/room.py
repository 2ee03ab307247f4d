"""The least and the most that every node can have, and which demands cannot be met together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._text import percent
from cascade_kpi.org.layout import Layout
from cascade_kpi.targets.amounts import MARGIN
from cascade_kpi.targets.asked import Asked, stretched
from cascade_kpi.targets.goal import Goal
from cascade_kpi.targets.telling import Demanded

__all__ = ["Room", "least_above", "most_above"]

_MOST = 2.0**52  # more lots than any goal has

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Room:
    """What every node can have in one period, counted away from zero.

    Attributes
    ----------
    period : int
        Position of the period.
    sign : int64 array (n,)
        −1 at and below a negative goal, else 1; lots are counted in its direction.
    under : bool array (n,)
        Nodes at or below a goal.
    low, high : float64 array (n,)
        Whole lots, zero or more; of an inner node, what is left of its own
        limits by those of its children.
    broken : bool array (n,)
        Nodes whose demands conflict.
    """

    period: int
    sign: IntArray
    under: Mask
    low: FloatArray
    high: FloatArray
    broken: Mask

    @classmethod
    def of(cls, goal: Goal, p: int, lots: IntArray, fixed: Mask, asked: Asked) -> Room:
        """The room of every node in the p-th period; conflicts are noted with the goal.

        Parameters
        ----------
        lots : int64 array (n,)
            Stated goals, and what follows upwards from them.
        fixed : bool array (n,)
            Nodes that have one.
        """
        layout = goal.org.layout
        sign, under = _signs(layout, lots, fixed)
        low = np.maximum(np.where(sign > 0, asked.low, -asked.high), 0.0)
        high = np.where(sign > 0, asked.high, -asked.low)
        kept = np.where(fixed, lots, 0)
        room = cls(p, sign, under, low, high, np.zeros(len(low), dtype=bool))
        demands = _Demands(goal, room, fixed, kept, asked.margin)
        demands.check_own()
        room.low[fixed] = room.high[fixed] = np.abs(kept[fixed])
        for block in layout.up():
            demands.lift(block.rows, block.parents)
        return room


def _signs(layout: Layout, lots: IntArray, fixed: Mask) -> tuple[IntArray, Mask]:
    """The sign of the nearest goal at or above every node, and who has one."""
    under = fixed.copy()
    own = fixed & (lots != 0)
    sign = np.where(own & (lots < 0), -1, 1)
    for block in layout.down():
        rows = block.rows
        sign[rows] = np.where(own[rows], sign[rows], sign[block.parents])
        under[rows] |= under[block.parents]
    return sign, under


class _Words(NamedTuple):
    """What a conflict is called: below a negative goal floors and caps change places."""

    mine: str
    limits: str
    way: str

    @classmethod
    def of(cls, *, heavy: bool, sign: int) -> _Words:
        """Of too much below a node's cap, or too little for its floor."""
        if heavy == (sign > 0):
            return cls("cap", "floors", "lower")
        return cls("floor", "caps", "raise")


@frozen(eq=False)
class _Demands:
    """Demands on their way up, and the conflicts met."""

    goal: Goal
    room: Room
    fixed: Mask
    kept: IntArray
    margin: IntArray

    def check_own(self) -> None:
        """Note limits that exclude each other, and goals outside the limits of their node."""
        room, goal = self.room, self.goal
        crossed = room.under & ~self.fixed & (room.low > room.high)
        self._tell_crossed(np.flatnonzero(crossed))
        lots = np.abs(self.kept)
        outside = self.fixed & ((lots < room.low) | (lots > room.high))
        for row in np.flatnonzero(outside).tolist():
            light = bool(lots[row] < room.low[row])
            words = _Words.of(heavy=not light, sign=int(room.sign[row]))
            limit = self._amount(row, (room.low if light else room.high)[row])
            way = "below" if words.mine == "floor" else "above"
            bound = (room.low if light else room.high)[row] * room.sign[row]
            far = goal.told.apart(row, int(self.kept[row] - bound))
            mine = goal.told.amount(row, int(self.kept[row]))
            reason = f"its goal {mine} is {way} its {words.mine} {limit}, by {far}"
            self._note(row, reason, "change the goal or the limit")
        room.low[crossed], room.high[crossed] = 0.0, np.inf  # told, and out of the way

    def _tell_crossed(self, rows: IntArray) -> None:
        """Note floors above caps: once for all nodes of the same two, and for all periods."""
        room, goal = self.room, self.goal
        room.broken[rows] = True
        alike: dict[tuple[str, str], list[int]] = {}
        for row in rows.tolist():
            ends = self._amount(row, room.low[row]), self._amount(row, room.high[row])
            alike.setdefault(ends if room.sign[row] > 0 else ends[::-1], []).append(row)
        for (least, most), mine in alike.items():
            who = "it is" if len(mine) == 1 else f"{goal.named(mine)} are each"
            reason = f"{who} to have at least {least}, and at most {most}"
            if room.low[mine[0]] == room.high[mine[0]] + 1.0:  # as floors go up and caps down
                lot = self._amount(mine[0], float(room.sign[mine[0]]))
                reason += f": between its limits lies no whole lot of {lot}"
            value = goal.org.node(mine[0]).id
            told = any(f.value == value and f.reason.endswith(f": {reason}") for f in goal.faults)
            if not told:  # of an earlier period
                which = (
                    "its floor, or raise its cap"
                    if len(mine) == 1
                    else "the floor, or raise the cap"
                )
                self._note(mine[0], reason, f"lower {which}")

    def brought(self, rows: IntArray, sign: IntArray, sizes: FloatArray) -> FloatArray:
        """What nodes bring to their parents: their bound, or what they keep."""
        return np.where(self.fixed[rows], self.kept[rows] * sign, sizes[rows])

    def lift(self, rows: IntArray, parents: IntArray) -> None:
        """Take what children can have into account at their parents."""
        room, margin = self.room, self.margin[parents]
        sign = room.sign[parents]
        floors = self.brought(rows, sign, room.low).sum(axis=0)
        caps = self.brought(rows, sign, room.high).sum(axis=0)
        least, most = least_above(floors, margin), most_above(caps, margin)
        own_low, own_high = room.low[parents], room.high[parents]
        heavy = room.under[parents] & (least > own_high)
        light = room.under[parents] & (most < own_low) & ~heavy
        low, high = np.maximum(own_low, least), np.minimum(own_high, most)
        torn = room.under[parents] & ~heavy & ~light & (low > high)
        for g in np.flatnonzero(heavy | light).tolist():
            self._conflict(int(parents[g]), int(margin[g]), heavy=bool(heavy[g]))
        for g in np.flatnonzero(torn).tolist():
            self._torn(int(parents[g]), int(margin[g]), (float(floors[g]), float(caps[g])))
        well = ~(heavy | light | torn)
        room.low[parents] = np.where(well, low, own_low)
        room.high[parents] = np.where(well, high, own_high)

    def _torn(self, row: int, margin: int, together: tuple[float, float]) -> None:
        """Tell that no whole target of a node, with its margin, gives what its children take."""
        least, most = (self._amount(row, lots) for lots in together)
        need = least if least == most else f"{least} to {most}"
        over = percent(margin / MARGIN)
        reason = f"its children take {need} together, which with {over} over it no target gives"
        self._note(row, reason, "change one of their goals or limits")

    def _conflict(self, row: int, margin: int, *, heavy: bool) -> None:
        """Name a node's own demand and the fewest below that cannot be met beside it."""
        room = self.room
        sizes = room.low if heavy else room.high
        own = float(room.high[row] if heavy else room.low[row])
        given = float(stretched(np.array([int(own)]), np.array([margin]))[0])
        below = np.array(self._frontier(row, sizes), dtype=np.int64)
        brought = self.brought(below, room.sign[row], sizes)
        if heavy:  # what goes the other way, and the largest: the fewest that are too much
            order = np.lexsort((below, -brought, brought >= 0))
            sums = np.cumsum(brought[order])
            enough = np.flatnonzero((sums > given) & (brought[order] >= 0))[:1]
            many = int(enough[0]) + 1 if enough.size else len(order)
            below, brought = below[order[:many]], brought[order[:many]]
        words = _Words.of(heavy=heavy, sign=int(room.sign[row]))
        kept, floors = self.fixed[below], words.limits == "floors"
        demanded = Demanded(below, brought * room.sign[row], kept, floors)
        found = self.goal.told.together(row, demanded) + self._behind(below, sizes, heavy=heavy)
        if not self.fixed[row] and not own:
            reason = f"{found}, and the goal above it goes the other way"
            self._note(row, reason, "change one of them, or give it a goal of its own")
            return
        mine = "goal" if self.fixed[row] else words.mine
        over = f", {self._amount(row, given)} with what is over" if given != own else ""
        repair = f"{words.way} one of them, or change its {mine}"
        far = self.goal.told.apart(row, int(demanded.total - given * room.sign[row]))
        far = f"{'over' if floors else 'short'} by {far}"
        self._note(row, f"its {mine} is {self._amount(row, own)}{over}, {found}: {far}", repair)

    def _behind(self, units: IntArray, sizes: FloatArray, *, heavy: bool) -> str:
        """What makes the demands of units that hand down more than they have, the first of them."""
        for unit in units[(self.margin[units] > 0) & ~self.fixed[units]].tolist():
            rows = self.goal.org.node(unit).child_rows
            if not rows:
                continue
            family = self.brought(np.array(rows), self.room.sign[unit], sizes).sum(keepdims=True)
            bound = (least_above if heavy else most_above)(family, self.margin[[unit]])
            if bound[0] == sizes[unit]:
                words = _Words.of(heavy=heavy, sign=int(self.room.sign[unit]))
                over = percent(int(self.margin[unit]) / MARGIN)
                below = self.goal.named(np.sort(self._frontier(unit, sizes)))
                whose = f"that of {self.goal.named([unit])}, with {over} over"
                return f" ({whose}, by the {words.limits} of {below})"
        return ""

    def _frontier(self, row: int, sizes: FloatArray) -> list[int]:
        """The nodes below whose own demands make up what its children demand."""
        found: list[int] = []
        idle: list[int] = []
        org = self.goal.org
        waiting = [int(child) for child in org.node(row).child_rows]
        while waiting:
            child = waiting.pop()
            below = org.node(child).child_rows
            if not self.fixed[child] and below:
                family = self.brought(np.array(below), self.room.sign[child], sizes).sum()
                if sizes[child] == family:
                    waiting.extend(below)
                    continue
            (found if self.fixed[child] or sizes[child] > 0 else idle).append(child)
        return found or sorted(idle)  # where nobody can have anything, it is their caps of zero

    def _amount(self, row: int, lots: float) -> str:
        """Lots in the direction of a node's goal, as people read them."""
        return self.goal.told.amount(row, int(min(float(lots), _MOST) * int(self.room.sign[row])))

    def _note(self, row: int, reason: str, repair: str) -> None:
        self.room.broken[row] = True
        self.goal.fault(self.room.period, row, reason, repair)


def least_above(lots: FloatArray, margin: IntArray) -> FloatArray:
    """The fewest lots whose children divide at least so many."""
    if not margin.any():
        return lots
    sure = np.clip(lots, 0.0, _MOST)
    found = np.maximum(np.floor(sure / (1.0 + margin / MARGIN)) - 1.0, 0.0)
    for _ in range(3):
        short = stretched(found.astype(np.int64), margin) < sure
        found = np.where(short, found + 1.0, found)
    return np.where((margin > 0) & (lots > 0), found, lots)


def most_above(lots: FloatArray, margin: IntArray) -> FloatArray:
    """The most lots whose children divide no more than so many."""
    if not margin.any():
        return lots
    sure = np.clip(lots, 0.0, _MOST)
    found = np.ceil(sure / (1.0 + margin / MARGIN)) + 1.0
    for _ in range(3):
        beyond = stretched(found.astype(np.int64), margin) > sure
        found = np.where(beyond, found - 1.0, found)
    return np.where((margin > 0) & np.isfinite(lots) & (lots > 0), found, lots)
