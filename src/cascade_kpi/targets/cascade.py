"""Goals handed down a tree, level by level, for everybody at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.entries import Column, Entries, read_entries
from cascade_kpi.errors import Fault, InputError, check, wants
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.remainders import divide_lots
from cascade_kpi.org.layout import Layout
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.targets.targets import NO_LOTS, Amounts, Cascaded, Lots, Targets

__all__ = ["cascade"]

_CHUNK = 65_536  # nodes that are split at once: smaller chunks lose to call overhead
_LISTED = 6

Mask = NDArray[np.bool_]


def cascade(
    org: OrgTree,
    kpis: Kpis | Iterable[Kpi],
    goals: object,
    *,
    periods: Periods | str | Iterable[str] | None = None,
) -> Targets:
    """Goals decomposed to every node below them, by each KPI's own split.

    Children sum to their parent exactly, in whole lots, wherever the split
    divides. Goals that are stated at lower nodes are kept, and the rest is
    spread over their siblings.

    Parameters
    ----------
    org : OrgTree
    kpis : Kpis
    goals : mapping of KPI name to number, or any table
        Numbers are goals of the root, for one period. A table has the columns
        ``node``, ``kpi``, ``value``, in KPI units, and ``period``.
    periods : Periods, str or iterable of str, optional
        The periods; by default those of the table, sorted.

    Returns
    -------
    Targets
        For every node at or below a goal; a node above all goals has a target
        if it follows from those of all its children.

    Raises
    ------
    InputError
        Listing every fault of the table; goals that are not whole lots; goals
        that conflict; claims that are all zero where something is to be split;
        and what the split itself refuses.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "staff": [None, 2, 1]}
    ... )
    >>> kpi = ck.Kpi("sales", "units", split=ck.splits.ProRata("staff"), lot=1)
    >>> ck.cascade(org, [kpi], {"sales": 100}, periods="2026").lots_of("sales").tolist()
    [[100, 67, 33]]
    """
    wants(org, OrgTree, "org", "OrgTree.from_table(…)")
    kpis = Kpis.of(kpis)
    wanted = None if periods is None else Periods.of(periods)
    table = (
        _at_root(org, goals, wanted) if isinstance(goals, Mapping) and _all_real(goals) else goals
    )
    found, stated = read_entries(
        org, kpis, table, periods=wanted, inputs=lambda _: ("value",), name="goals"
    )
    faults: list[Fault] = []
    columns = [
        _hand_down(_Goal(reach, kpi, found, stated, k, faults))
        for k, (kpi, reach) in enumerate(zip(kpis, kpis.reaches(org), strict=True))
    ]
    check(faults)
    targets, fixed = zip(*columns, strict=True)
    return Targets(org, kpis, found, Cascaded(stated, fixed), targets)


def _all_real(goals: Mapping[object, object]) -> bool:
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in goals.values())


def _at_root(
    org: OrgTree, goals: Mapping[str, float], periods: Periods | None
) -> dict[str, list[object]]:
    if periods is not None and len(periods) > 1:
        reason = f"{len(periods)} periods, and one number a KPI"
        check([Fault("goals", reason, "pass a table with the columns node, kpi, period, value")])
    roots = org.roots
    if len(roots) > 1:
        reason = f"there are {len(roots)} roots, and the goals name none"
        check([Fault("goals", reason, "pass a table with a column 'node'")])
    return {
        "node": [roots[0].id] * len(goals),
        "kpi": list(goals),
        "value": [float(value) for value in goals.values()],
    }


Handed = tuple[Lots | Amounts, Mask]


@frozen(eq=False)
class _Goal:
    """One KPI's goals on their way down the tree that it reaches, and the faults met."""

    reach: Reach
    kpi: Kpi
    periods: Periods
    stated: Entries
    k: int
    faults: list[Fault]

    @property
    def org(self) -> OrgTree:
        """The nodes that are reached: rows below are theirs."""
        return self.reach.tree

    def fault(self, period: int, row: int, reason: str, repair: str) -> None:
        """Note a conflict at a node."""
        about = f"{self.kpi.name} in {self.periods.labels[period]}: {reason}"
        entry = self.stated.row_of(int(self.reach.rows[row]), self.k, period)
        self.faults.append(Fault("goals", about, repair, row=entry, value=self.org.ids[row]))

    def amount(self, lots: int) -> str:
        """Lots as people read them."""
        return self.kpi.format(float(self.kpi.counted_in.values(np.array(lots))))


def _hand_down(goal: _Goal) -> Handed:
    """Targets of everybody, and which of them were stated or follow from those that were."""
    reach = goal.reach
    everywhere = goal.stated.dense("value", goal.k, len(goal.periods), len(reach.org))
    column = Column("goals", goal.kpi, goal.periods, goal.stated, goal.k)
    goal.faults.extend(column.unreached(reach, everywhere))
    dense = reach.narrowed(everywhere)
    handed, fixed = _handed(goal, dense, ~np.isnan(dense))
    fixed = lock(reach.spread(fixed, absent=False))
    if isinstance(handed, Lots):
        return Lots(handed.lot, lock(reach.spread(handed.counts, NO_LOTS))), fixed
    return Amounts(lock(reach.spread(handed.values, np.nan))), fixed


def _handed(goal: _Goal, dense: FloatArray, fixed: Mask) -> Handed:
    org, split = goal.org, goal.kpi.split
    if not fixed.any():
        return Amounts(dense), fixed
    try:
        answer = np.asarray(split(org))
        shares = answer.astype(np.float64) if answer.dtype.kind in "fiu" else np.zeros(0)
    except InputError as error:
        goal.faults.extend(error.faults)
        return Amounts(dense), fixed
    if shares.shape != (len(org),) or not np.isfinite(_below_roots(org, shares)).all():
        reason = f"the split of {goal.kpi.name} must answer one finite number a node"
        goal.faults.append(Fault("split", reason, "mend its __call__", value=split))
        return Amounts(dense), fixed
    if not split.divides:
        return Amounts(_shared(org.layout, dense.copy(), shares)), fixed
    if (_below_roots(org, shares) < 0).any():
        reason = f"the split of {goal.kpi.name} gives negative claims"
        goal.faults.append(Fault("split", reason, "claims are zero or more", value=split))
        return Amounts(dense), fixed
    lots = _whole(goal, dense, fixed)
    if fixed[:, org.parent >= 0].any():
        fixed = _fix_upward(goal, lots, fixed)
    _divide_down(goal, lots, fixed, shares)
    return Lots(goal.kpi.counted_in, lots), fixed


def _below_roots(org: OrgTree, shares: FloatArray) -> FloatArray:
    """The numbers that are read: those of roots are not."""
    return shares[1:] if len(org.roots) == 1 else shares[org.parent >= 0]


def _shared(layout: Layout, targets: FloatArray, factors: FloatArray) -> FloatArray:
    """Every child without a goal of its own takes its parent's times its factor."""
    for block in layout.down():
        handed = targets[:, None, block.parents] * factors[block.rows]
        stated = targets[:, block.rows]
        targets[:, block.rows] = np.where(np.isnan(stated), handed, stated)
    return targets


def _whole(goal: _Goal, dense: FloatArray, fixed: Mask) -> IntArray:
    """Stated goals in lots; a fault for each that is not a whole number of them."""
    lot = goal.kpi.counted_in
    lots = np.full(dense.shape, NO_LOTS)
    lots[fixed], fine = lot.whole(dense[fixed])
    for p, row in np.argwhere(fixed)[~fine].tolist():
        amount = float(dense[p, row])
        if abs(amount) >= float(lot.exact) * LARGEST:
            goal.fault(p, row, "more than 2^51 lots", f"use a larger lot than {lot.size}")
            continue
        below, above = map(goal.kpi.format, lot.nearest(amount))
        reason = f"{amount!r} is not a whole number of lots of {lot.size}"
        goal.fault(p, row, reason, f"make it {below} or {above}, or change the lot")
    return lots


def _fix_upward(goal: _Goal, lots: IntArray, fixed: Mask) -> Mask:
    """A node whose children are all fixed is fixed at their sum."""
    fixed = fixed.copy()
    for block in goal.org.layout.up():
        for p in range(len(lots)):
            complete = fixed[p, block.rows].all(axis=0)
            if not complete.any():
                continue
            parents = block.parents[complete]
            total = lots[p, block.rows[:, complete]].sum(axis=0)
            for row in parents[np.abs(total) >= LARGEST].tolist():
                goal.fault(p, row, "its children's goals sum to 2^51 lots", "use a larger lot")
            clash = fixed[p, parents] & (lots[p, parents] != total)
            for row, below in zip(parents[clash].tolist(), total[clash].tolist(), strict=True):
                reason = (
                    f"its goal is {goal.amount(lots[p, row])}, those of all its children "
                    f"sum to {goal.amount(below)}"
                )
                goal.fault(p, row, reason, "change one of them, or leave one child without a goal")
            lots[p, parents] = np.where(clash, lots[p, parents], total)
            fixed[p, parents] = True
    return fixed


def _divide_down(goal: _Goal, lots: IntArray, fixed: Mask, shares: FloatArray) -> None:
    """Fill in the lots of every node that gets its target from its parent."""
    layout = goal.org.layout
    claims = layout.swept(shares)
    below = goal.org.parent >= 0
    plain = bool((lots[:, layout.roots] != NO_LOTS).all()) and not fixed[:, below].any()
    if plain:  # everything below the roots is still to be filled in
        columns = list(np.empty_like(lots))
        for column, stated in zip(columns, lots, strict=True):
            column[: len(layout.roots)] = stated[layout.roots]
        kept = list(np.zeros_like(fixed))
    else:
        columns = [layout.swept(column) for column in lots]
        kept = [layout.swept(column) for column in fixed]
    for block in layout.down():
        step = max(1, _CHUNK // len(block.rows))
        for begin in range(0, len(block.parents), step):
            part = slice(begin, begin + step)
            here = block.part(claims)[:, part]
            whole = whole_claims(here)
            claimed = bool(whole.any(axis=0).all())
            for p, column in enumerate(columns):
                total, out = column.take(block.above[part]), block.part(column)[:, part]
                if plain and claimed:
                    out[:] = divide_lots(total, whole)
                else:
                    rows, parents = block.rows[:, part], block.parents[part]
                    held = block.part(kept[p])[:, part]
                    out[:] = _divide_rest(goal, p, _Group(rows, parents, here, total, out, held))
    for column, swept in zip(lots, columns, strict=True):
        column[layout.order] = swept


class _Group(NamedTuple):
    """Sibling groups of one block that are split together, in one period."""

    rows: IntArray
    parents: IntArray
    claims: FloatArray
    total: IntArray
    stated: IntArray
    kept: Mask


def _divide_rest(goal: _Goal, p: int, group: _Group) -> IntArray:
    """Lots of the children: what is stated, and a share of what that leaves."""
    total, kept = group.total, group.kept
    has = total != NO_LOTS
    rest = np.where(has, total - np.where(kept, group.stated, 0).sum(axis=0), 0)
    free = whole_claims(np.where(kept, 0.0, group.claims))
    over = (np.sign(rest) * np.sign(total) < 0) | ((total == 0) & (rest != 0))
    unclaimed = ~free.any(axis=0)
    checked = kept.all(axis=0)  # and found to sum to their parent, or told not to
    for g in np.flatnonzero((rest != 0) & (over | unclaimed) & ~checked).tolist():
        _note_conflict(goal, p, group, g, int(rest[g]))
        rest[g] = 0
    rest[checked] = 0
    share = divide_lots(rest, free)
    return np.where(kept, group.stated, np.where(has, share, NO_LOTS))


def _note_conflict(goal: _Goal, p: int, group: _Group, g: int, rest: int) -> None:
    """Say why what is left of a parent's target cannot be split."""
    parent, total, kept = int(group.parents[g]), int(group.total[g]), group.kept[:, g]
    if not kept.all() and rest * total > 0:
        reason = f"{goal.amount(rest)} is to be split over children whose claims are all zero"
        goal.fault(p, parent, reason, "give at least one of them a claim, or a goal")
        return
    children = goal.org.ids[group.rows[kept, g]].tolist()
    named = ", ".join(map(repr, children[:_LISTED]))
    named += f" and {len(children) - _LISTED} more" if len(children) > _LISTED else ""
    whole, below = goal.amount(total), goal.amount(int(group.stated[kept, g].sum()))
    reason = f"its target is {whole}, the goals kept for {named} sum to {below}"
    repair = "change these goals, or give the parent a goal that leaves room for them"
    goal.fault(p, parent, reason, repair)
