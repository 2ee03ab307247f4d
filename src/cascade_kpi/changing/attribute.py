"""How much of every change comes from which kind of input."""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import as_tuple
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.changing.changes import Changes, both_add_up, laid
from cascade_kpi.changing.columns import halfway
from cascade_kpi.changing.counted import Counted
from cascade_kpi.changing.inputs import KINDS
from cascade_kpi.changing.recascade import moved_entries
from cascade_kpi.entries import Entries
from cascade_kpi.errors import Fault, InputError, check, suggest, wants
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.cascade import cascaded
from cascade_kpi.targets.origins import Cascaded
from cascade_kpi.targets.targets import Targets

__all__ = ["Attribution", "attribute", "carried"]


@frozen(hash=False, repr=False)
class Attribution:
    """Every change as the sum of what each kind of input made of it. Made by :func:`attribute`.

    Attributes
    ----------
    changes : Changes
    order : tuple of str
        The kinds of input that differ, in the order in which they were changed.
    steps : tuple of Targets
        What each step led to; the last is `changes.after`.
    """

    changes: Changes
    order: tuple[str, ...]
    steps: tuple[Targets, ...] = field(repr=False)

    @property
    def rows(self) -> tuple[IntArray, ...]:
        """Where the u nodes stand in the tree of each step, −1 where they do not."""
        nodes, moved = self.changes.nodes, "tree" in self.order
        done = self.order.index("tree") if moved else 0  # else both trees have the same rows
        return tuple(nodes.now if i >= done else nodes.was for i in range(len(self.steps)))

    @cached_property
    def _counted(self) -> tuple[Counted, ...]:
        return tuple(self._along(kpi.name) for kpi in self.changes.kpis)

    def _along(self, kpi: str) -> Counted:
        """A KPI's targets before all and after each step, in one unit."""
        changes = self.changes
        periods = changes.periods
        columns = [laid(changes.before, kpi, periods, changes.nodes.was)]
        for step, rows in zip(self.steps, self.rows, strict=True):
            columns.append(laid(step, kpi, periods, rows))
        return Counted.of(columns)

    def counted(self, kpi: str) -> Counted:
        """A KPI's targets before all, and after each step, in one unit of counting."""
        return self._counted[self.changes.kpis.index(kpi)]

    def part(self, kpi: str, kind: str) -> FloatArray:
        """What one kind of input made of the change, in KPI units, float64 (p, u).

        Zero for a kind that does not differ; NaN where the change cannot be told.
        """
        if kind not in KINDS:
            check([Fault("kind", "no such kind of input", suggest(kind, KINDS), value=kind)])
        told = self.changes.told(kpi)
        if kind not in self.order:
            return lock(np.where(told, 0.0, np.nan))
        counted = self.counted(kpi)
        i = self.order.index(kind)
        additive = both_add_up(self.changes.before, self.changes.after, kpi)
        before, after = (carried(counted, j, additive=additive) for j in (i, i + 1))
        with np.errstate(over="ignore"):  # told by node
            part = np.where(told, counted.values(after - before), np.nan)
        return lock(self.changes.finite(f"the part of {kind} in the change of {kpi}", part))

    def table(self) -> Columns:
        """The parts as columns: one row for each change that can be told.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``; ``change`` and its parts ``tree``,
            ``drivers``, ``rules`` and ``goals``. By period, KPI, node.
        """
        changes, names = self.changes, self.changes.kpis.names
        change = [changes.of(kpi) for kpi in names]
        return long_table(
            changes.ids,
            changes.periods.labels,
            [(kpi.name, kpi.gap_unit) for kpi in changes.kpis],
            present(change),
            {"change": change, **{k: [self.part(kpi, k) for kpi in names] for k in KINDS}},
        )

    def by_kind(self, node: object, kpi: str, period: str | None = None) -> Breakdown:
        """A node's change split over the kinds of input, in the order of the steps."""
        changes = self.changes
        place, p = changes.nodes.place(node), changes.periods.index(period)
        item, whole = changes.kpis[kpi], float(changes.of(kpi)[p, place])
        entries = [
            (kind, kind, float(self.part(kpi, kind)[p, place]), 0.0)
            for kind in self.order
            if whole == whole
        ]
        title = f"change of {item.name}, {changes.nodes.labels[place]}, {changes.periods.labels[p]}"
        return Breakdown.ranked(title, item.gap_unit, whole, entries, decimals=item.decimals)

    def __repr__(self) -> str:
        kinds = ", then ".join(self.order) or "nothing"
        return visible(f"<Attribution to {kinds}, of {', '.join(self.changes.kpis.names)}>")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.changes), self.order))


def carried(counted: Counted, i: int, *, additive: bool) -> Any:
    """Targets after the i-th step; without one, nothing of what adds up, else the one before."""
    if additive:
        return counted.sides[i]
    out = counted.sides[0]
    for side, there in zip(counted.sides[1 : i + 1], counted.there[1 : i + 1], strict=True):
        out = np.where(there, side, out)
    return out


def attribute(changes: Changes, order: Iterable[str] = KINDS) -> Attribution:
    """How much of every change comes from the tree, the drivers, the rules and the goals.

    The inputs that differ are changed one kind after the other, and cascaded
    again each time. A kind's part is what its step changed; the parts sum to the
    change, in whole lots exactly.

    Parameters
    ----------
    changes : Changes
        Of targets from :func:`cascade`.
    order : iterable of str
        All four of ``"tree"``, ``"drivers"``, ``"rules"``, ``"goals"``. What two
        kinds do only together falls to the later one.

    Returns
    -------
    Attribution

    Raises
    ------
    InputError
        If the targets are not all handed down from goals; if the order is not
        of the four kinds; if inputs halfway cannot be cascaded.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "staff": [None, 2, 1]}
    ... )
    >>> kpi = ck.Kpi("sales", "units", split=ck.splits.ProRata("staff"), lot=1, decimals=0)
    >>> was = ck.cascade(org, [kpi], {"sales": 90}, periods="2027")
    >>> now = ck.recascade(was, goals={"sales": 120}, drivers={"staff": {"b": 2}})
    >>> ck.attribute(ck.compare(was, now)).by_kind("b", "sales")
    change of sales, b, 2027: +30 units
      drivers             +15    50.0 %    50.0 %
      goals               +15    50.0 %   100.0 %
    """
    wants(changes, Changes, "changes", "compare(…)")
    kinds: Any = as_tuple(order)
    if not isinstance(kinds, tuple) or sorted(map(str, kinds)) != sorted(KINDS):
        repair = f"name each of {', '.join(KINDS)} once"
        check([Fault("attribute", "not the four kinds of input", repair, value=order)])
    repair = "attribute the targets that they were made from"
    check(
        [
            Fault("attribute", f"the targets {name} were not handed down from goals", repair)
            for name, side in (("before", changes.before), ("after", changes.after))
            if not isinstance(side.origin, Cascaded)
        ]
    )
    changed = tuple(kind for kind in kinds if kind in changes.inputs.changed)
    steps = [_halfway(changes, changed[:i]) for i in range(1, len(changed))]
    return Attribution(changes, changed, (*steps, *([changes.after] if changed else [])))


def _halfway(changes: Changes, done: tuple[str, ...]) -> Targets:
    """Targets with some kinds of input as they are after, the others as before."""

    def side(kind: str) -> Targets:
        return changes.after if kind in done else changes.before

    # Cells are brought together only where both differ: else they are those of one tree.
    trees = [kind for kind in ("tree", "drivers") if kind in changes.inputs.changed] or ["tree"]
    org = _tree(side(trees[0]).org, side(trees[-1]).org)
    names = changes.kpis.names
    rules = Kpis(side("rules").kpis[name] for name in names)
    stated = _goals(changes, side("goals"), org)
    try:
        return cascaded(org, rules, changes.periods, stated)
    except InputError as error:
        told = " and ".join(done)
        reason = f"with {told} changed and all else as before, there is no cascade"
        fault = Fault("attribute", reason, "state another order of the kinds", value=done[-1])
        raise InputError([fault, *error.faults]) from None


def _tree(tree: OrgTree, drivers: OrgTree) -> OrgTree:
    """A tree with the cells of another."""
    if tree is drivers:
        return tree
    columns = {name: lock(halfway(tree, drivers, name)) for name in drivers.columns}
    return attrs.evolve(tree, columns=columns)


def _goals(changes: Changes, side: Targets, org: OrgTree) -> Entries:
    """The goals of one side for another tree, those KPIs and periods that both sides have."""
    origin = side.origin
    assert isinstance(origin, Cascaded)  # noqa: S101 - others have been refused
    goals, _ = moved_entries(origin.goals, side.org, org)
    kpis = [changes.kpis.names.index(n) if n in changes.kpis.names else -1 for n in side.kpis.names]
    labels = changes.periods.labels
    periods = [labels.index(label) if label in labels else -1 for label in side.periods]
    kpi, period = np.array(kpis)[goals.kpi], np.array(periods)[goals.period]
    keep = np.flatnonzero((kpi >= 0) & (period >= 0))
    keep = keep[np.lexsort((goals.node[keep], period[keep], kpi[keep]))]
    values = {name: each[keep] for name, each in goals.values.items()}
    return Entries(goals.node[keep], kpi[keep], period[keep], values, goals.row[keep])
