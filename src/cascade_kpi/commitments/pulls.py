"""Which demands pulled a node, and how far: the optimum is linear in what was demanded.

With what is held kept, x = G·y for a matrix G that is never made: one row of it takes a walk to
the root and a sweep down, the reverse of the sweeps that found x. Since the plan before, s, adds
up, G·s = s, and x − s = G·(y − s): every demand pulls by its influence times its distance from
the plan before, and the pulls sum to the adjustment.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray, everywhere
from cascade_kpi.commitments.bounded import kept_at
from cascade_kpi.commitments.demands import BothDemands, Optimum, Period
from cascade_kpi.commitments.sweeps import Swept, sweep
from cascade_kpi.commitments.voice import Voice
from cascade_kpi.org.layout import Layout

__all__ = ["Pulls", "Side", "Strongest"]


class Side(IntEnum):
    """Whose demand it is."""

    TARGET = 0
    OFFER = 1
    LIMIT = 2


class Strongest(NamedTuple):
    """The strongest pull on every node.

    Attributes
    ----------
    pull : float64 array (n,)
        In lots; zero where nothing pulls.
    demand : int64 array (n,)
        Three times the place of the node that demands, and the side; −1 for none.
    """

    pull: FloatArray
    demand: IntArray

    def or_(self, pull: FloatArray, demand: IntArray) -> Strongest:
        """The stronger of these and others, one by one."""
        more = np.abs(pull) > np.abs(self.pull)
        return Strongest(np.where(more, pull, self.pull), np.where(more, demand, self.demand))


@frozen(eq=False)
class Pulls:
    """One KPI's optimum in one period, by what made it; everything in sweep order."""

    demands: BothDemands
    p: int
    settled: Optimum

    @property
    def layout(self) -> Layout:
        """Of the frame."""
        return self.demands.frame.layout

    @property
    def factor(self) -> FloatArray:
        """How many times each node its children sum to."""
        factor = self.demands.frame.factor
        return everywhere(1.0, (len(self.layout.order),)) if factor is None else factor

    @cached_property
    def period(self) -> Period:
        """What is demanded."""
        return self.demands.at(self.p)

    @cached_property
    def held(self) -> FloatArray:
        """At what nodes are held, NaN where they are not."""
        return self.settled.held

    @cached_property
    def swept(self) -> Swept:
        """The sweeps that found the optimum."""
        return sweep(self.layout, kept_at(self.period.stated, self.held))

    @cached_property
    def start(self) -> FloatArray:
        """The plan before: the optimum of the targets alone, zero where there was none."""
        shape = len(self.demands.above.wish), len(self.demands.frame)
        low, high = everywhere(-np.inf, shape), everywhere(np.inf, shape)
        alone = attrs.evolve(self.demands, below=Voice.silent(shape), low=low, high=high)
        before = alone.at(self.p)
        return np.where(before.part, np.nan_to_num(before.freely()), 0.0)

    @cached_property
    def parts(self) -> FloatArray:
        """The part of each side in a node's demand, (3, n)."""
        (target, trust), (offer, belief) = self._told
        weight = trust + belief
        with np.errstate(invalid="ignore"):
            offered = np.where(np.isinf(belief), 1.0, belief / np.where(weight > 0, weight, 1.0))
        offered[np.isinf(trust)] = 0.0
        # What is held elsewhere than it was certain of, is held by a limit.
        sure = (np.isinf(trust) & (self.held == target)) | (np.isinf(belief) & (self.held == offer))
        limited = self.period.part & ~np.isnan(self.held) & ~sure
        stated = self.period.part & ~limited & (weight > 0)
        return np.stack(
            [np.where(stated, 1.0 - offered, 0.0), np.where(stated, offered, 0.0), limited * 1.0]
        )

    @cached_property
    def values(self) -> FloatArray:
        """What each side demands, (3, n), zero where it has no part."""
        (target, _), (offer, _) = self._told
        told = np.stack([target, offer, self.held])
        return np.where(self.parts > 0, told, 0.0)

    @property
    def _told(self) -> list[tuple[FloatArray, FloatArray]]:
        """What each side demands in this period, and by which weights."""
        sides = self.demands.above, self.demands.below
        return [(side.wish[self.p], side.weight[self.p]) for side in sides]

    def influence(self, place: int) -> FloatArray:
        """How much a node's optimum moves with each node's demand, (n,): one row of G."""
        layout, swept = self.layout, self.swept
        order, parent = layout.order, self.demands.frame.parent
        wish = np.zeros(len(order))
        at = layout.place
        mine, row = 1.0, int(order[place])
        while parent[row] >= 0:
            share = float(swept.share[at[row]])
            wish[at[row]] += mine
            wish[at[self.demands.frame.children(int(parent[row]))]] -= mine * share
            row = int(parent[row])
            mine *= share * float(self.factor[at[row]])
        wish[at[row]] += mine
        for block in layout.down():
            above = block.above
            block.part(wish)[:] += (1.0 - swept.gain[above]) * wish[above] / self.factor[above]
        return np.asarray(swept.gain * wish)

    def strongest(self) -> Strongest:
        """The strongest pull on every node, in two sweeps."""
        layout, swept = self.layout, self.swept
        own = self._own()
        inside = Strongest(swept.gain * own.pull, own.demand)
        for block in layout.up():
            below, _ = _two(Strongest(block.part(inside.pull), block.part(inside.demand)))
            keep = (1.0 - swept.gain[block.above]) / self.factor[block.above]
            mine = Strongest(inside.pull[block.above], inside.demand[block.above])
            pull, demand = mine.or_(keep * below.pull, below.demand)
            inside.pull[block.above], inside.demand[block.above] = pull, demand
        through = np.ones(len(layout.order))  # how much a node's optimum moves with its best
        outside = Strongest(np.zeros(len(through)), np.full(len(through), -1))
        for block in layout.down():
            above = block.above
            share, gain = block.part(swept.share), swept.gain[above]
            kept = through[above] * (1.0 - gain)
            block.part(through)[:] = 1.0 - share + share * kept
            others = _others(Strongest(block.part(inside.pull), block.part(inside.demand)))
            got = Strongest(share * (kept - 1.0) * others.pull, others.demand)
            share = share * self.factor[above]
            near = through[above] * gain * own.pull[above]
            got = got.or_(share * near, np.broadcast_to(own.demand[above], share.shape))
            far = share * outside.pull[above]
            got = got.or_(far, np.broadcast_to(outside.demand[above], share.shape))
            block.part(outside.pull)[:], block.part(outside.demand)[:] = got
        pull, demand = Strongest(through * inside.pull, inside.demand).or_(*outside)
        return Strongest(pull, np.where(pull == 0, -1, demand))

    def _own(self) -> Strongest:
        """The strongest side of each node's demand, before any gain."""
        pulls = self.parts * (self.values - self.start)
        side = np.argmax(np.abs(pulls), axis=0)
        at = np.arange(len(side))
        return Strongest(pulls[side, at], 3 * at + side)


def _two(each: Strongest) -> tuple[Strongest, IntArray]:
    """The strongest of each family, and its position among the siblings."""
    first = np.argmax(np.abs(each.pull), axis=0)
    groups = np.arange(len(first))
    return Strongest(each.pull[first, groups], each.demand[first, groups]), first


def _others(each: Strongest) -> Strongest:
    """For every child, the strongest of its siblings."""
    top, first = _two(each)
    groups = np.arange(len(first))
    rest = each.pull.copy()
    rest[first, groups] = 0.0
    second, _ = _two(Strongest(rest, each.demand))
    mine = np.arange(len(rest))[:, None] == first
    return Strongest(
        np.where(mine, second.pull, top.pull), np.where(mine, second.demand, top.demand)
    )
