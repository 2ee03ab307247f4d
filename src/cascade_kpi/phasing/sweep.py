"""One KPI's lots in one period, phased down a tree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault
from cascade_kpi.fitting.blocking import Blockage, blocking
from cascade_kpi.org.layout import Block
from cascade_kpi.phasing.families import divide_alone, divide_families
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.targets import Targets

__all__ = ["Family", "Whole", "phase_family", "phase_lots"]

_CELLS = 1 << 18  # periods × children that are fitted at once: a few of these fit the cache

Mask = NDArray[np.bool_]


class Whole(NamedTuple):
    """What is phased: one KPI's lots in one period, and into which.

    Attributes
    ----------
    lots : int64 array (n,)
        `NO_LOTS` where there is no target.
    """

    targets: Targets
    k: int
    p: int
    lots: IntArray
    labels: tuple[str, ...]


def phase_lots(whole: Whole, weights: FloatArray, faults: list[Fault]) -> IntArray:
    """Every node's lots in every period, int64 (periods, n); `NO_LOTS` where there is no target.

    Parameters
    ----------
    weights : float64 array (periods, n)
        Summing to about one at every node.
    faults : list of Fault
        Gets one for every family whose margins cannot be met.
    """
    org, lots = whole.targets.org, whole.lots
    there = lots != NO_LOTS
    parent = np.where(org.parent >= 0, org.parent, 0)
    top = there & ((org.parent < 0) | ~there[parent])
    months = np.full((len(whole.labels), len(lots)), NO_LOTS)
    months[:, top] = divide_alone(lots[top], weights[:, top])
    for block in org.layout.down():
        for rows, parents in _parts(block, there, len(whole.labels)):
            family = Family.of(whole, months, weights, rows, parents)
            shares, stuck = phase_family(family)
            months[:, rows] = np.where(there[rows], shares[:, : len(rows)], NO_LOTS)
            faults.extend(
                _stuck(whole, family.one(g), int(parents[g]))
                for g in np.flatnonzero(stuck).tolist()
            )
    return months


def _parts(block: Block, there: Mask, periods: int) -> list[tuple[IntArray, IntArray]]:
    """The families of a block that have something to divide, some at a time."""
    has = there[block.parents]
    rows, parents = (
        (block.rows, block.parents) if has.all() else (block.rows[:, has], block.parents[has])
    )
    step = max(1, _CELLS // (periods * len(rows)))
    return [
        (rows[:, begin : begin + step], parents[begin : begin + step])
        for begin in range(0, len(parents), step)
    ]


class Family(NamedTuple):
    """Some families of one span: what is to be divided, and by which weights.

    Attributes
    ----------
    months : int64 array (periods, groups)
        Of the parents, signed.
    lots : int64 array (span, groups)
        Of the children over all periods, signed; zero where they have none. Where a
        parent has a target of its own beside theirs, one line more.
    weights : float64 array (periods, span, groups)
    sign : int64 array (groups,)
        −1 below a negative target.
    """

    months: IntArray
    lots: IntArray
    weights: FloatArray
    sign: IntArray

    @classmethod
    def of(
        cls,
        whole: Whole,
        months: IntArray,
        weights: FloatArray,
        rows: IntArray,
        parents: IntArray,
    ) -> Family:
        """Those of some parents and their children."""
        given = whole.lots[rows]
        lots = np.where(given == NO_LOTS, 0, given)
        total = whole.lots[parents]
        sign = np.where(total < 0, -1, 1)
        weighed = weights[:, rows]
        if whole.targets.holds_own(whole.k):
            own = total - lots.sum(axis=0)
            lots = np.concatenate([lots, own[None]])
            weighed = np.concatenate([weighed, weights[:, None, parents]], axis=1)
        return cls(months[:, parents], lots, weighed, sign)

    def one(self, g: int) -> Family:
        """One of them."""
        part = slice(g, g + 1)
        return Family(
            self.months[:, part], self.lots[:, part], self.weights[:, :, part], self.sign[part]
        )


def phase_family(family: Family) -> tuple[IntArray, Mask]:
    """The children's lots in each period, int64 (periods, span, groups), and who is stuck."""
    months, lots, alone = _margins(family)
    shares, stuck = divide_families(months, lots, family.weights)
    return (shares + alone) * family.sign, stuck


def _margins(family: Family) -> tuple[IntArray, IntArray, IntArray]:
    """Both margins, zero or more and of one sum, and what is phased by itself beside them."""
    lots = family.lots * family.sign
    months = family.months * family.sign
    against = lots < 0
    alone = np.zeros(family.weights.shape, dtype=np.int64)
    if against.any():
        alone[:, against] = divide_alone(lots[against], family.weights[:, against])
        months = months - alone.sum(axis=1)
        lots = np.where(against, 0, lots)
    needed = lots.sum(axis=0)
    over = needed != months.sum(axis=0)
    if over.any():  # children that are given more than their parent has
        months = months.copy()
        months[:, over] = divide_alone(needed[over], months[:, over].astype(np.float64))
    return months, lots, alone


def _stuck(whole: Whole, family: Family, row: int) -> Fault:
    """A family whose zeros leave the margins no way to be met."""
    targets = whole.targets
    kpi, label = targets.kpis.items[whole.k], targets.periods.labels[whole.p]
    node = targets.org.node(row)
    months, lots, _ = (each[..., 0] for each in _margins(family))
    support = (family.weights[:, :, 0] > 0) & (lots > 0)
    weighs = family.weights[:, :, 0].any(axis=1)
    nobody = [whole.labels[p] for p in np.flatnonzero((months > 0) & ~weighs)]
    if nobody:
        told = f"it has a target in {', '.join(nobody)}, and no child has weight then"
    else:
        told = "the zero weights of its children leave no way to meet its periods and their targets"
        block = blocking(support, months.astype(np.float64), lots.astype(np.float64))
        assert block is not None  # noqa: S101 - it would have been divided
        told += f": {_told(block, whole, (months, lots), row)}"
    repair = "give a child some weight then, or change the profile of the node"
    return Fault("phase", f"{kpi.name} in {label}: {told}", repair, value=node.id)


def _told(block: Blockage, whole: Whole, sums: tuple[IntArray, IntArray], row: int) -> str:
    """Which children and periods block each other."""
    org, kpi = whole.targets.org, whole.targets.kpis.items[whole.k]
    children = [repr(org.ids[child]) for child in org.node(row).child_rows]
    names = (list(whole.labels), [*children, "what it keeps itself"])
    mine, others = (
        ", ".join(names[axis][i] for i in lines.tolist())
        for axis, lines in ((block.axis, block.lines), (1 - block.axis, block.reach))
    )
    has, room = (
        kpi.format(float(kpi.counted_in.values(sums[axis][lines].sum())))
        for axis, lines in ((block.axis, block.lines), (1 - block.axis, block.reach))
    )
    if block.axis:
        return f"the {has} of {mine} can only be in {others}, where it has {room}"
    return f"of its {has} in {mine} only {others} can have any, {room} in all"
