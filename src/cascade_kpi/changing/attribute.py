"""How much of every change comes from which kind of input."""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import as_tuple
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.changing.changes import Changes, both_add_up, laid
from cascade_kpi.changing.counted import Counted
from cascade_kpi.changing.halfway import Ways
from cascade_kpi.changing.inputs import KINDS
from cascade_kpi.errors import Fault, check, suggest, wants
from cascade_kpi.records import record
from cascade_kpi.targets.targets import Targets

__all__ = ["Attribution", "attribute", "carried"]


@frozen(hash=False)
class _Order:
    """What an attribution is made from: what its JSON record holds."""

    changes: Changes
    order: tuple[str, ...]

    @classmethod
    def of(cls, parts: Attribution) -> _Order:
        """The changes, and the kinds of input that differ, in their order."""
        return cls(parts.changes, parts.order)

    def make(self) -> Attribution:
        """The attribution again."""
        inputs = self.changes.inputs
        if sorted(self.order) != sorted(inputs.changed):
            repair = f"name each that differs once: {', '.join(inputs.changed) or 'none'}"
            check([Fault("order", "not the kinds of input that differ", repair)])
        others = (kind for kind in inputs.kinds if kind not in self.order)
        return attribute(self.changes, (*self.order, *others))


@record("cascade_kpi/attribution", written_as=_Order)
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
            ``node``, ``kpi``, ``period``, ``unit``; ``change`` and its parts, one for each
            of ``changes.inputs.kinds``. By period, KPI, node.
        """
        changes, names = self.changes, self.changes.kpis.names
        change = [changes.of(kpi) for kpi in names]
        return long_table(
            changes.ids,
            changes.periods.labels,
            [(kpi.name, kpi.gap_unit) for kpi in changes.kpis],
            present(change),
            {
                "change": change,
                **{k: [self.part(kpi, k) for kpi in names] for k in changes.inputs.kinds},
            },
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


def attribute(changes: Changes, order: Iterable[str] | None = None) -> Attribution:
    """How much of every change comes from which kind of input, such as the tree or the goals.

    The inputs that differ are changed one kind after the other, and all targets
    made again each time. A kind's part is what its step changed; the parts sum to the
    change, in whole lots exactly.

    Parameters
    ----------
    changes : Changes
        Of targets that were made by the same verbs.
    order : iterable of str, optional
        All kinds of input that these targets have, ``changes.inputs.kinds``: ``"tree"``,
        ``"drivers"``, ``"rules"``, ``"goals"``; ``"profiles"`` where they were phased or
        itemised; ``"offers"``, ``"confidences"``, ``"limits"`` where they were
        reconciled. By default in this order. What two kinds do only together falls to
        the later one.

    Returns
    -------
    Attribution

    Raises
    ------
    InputError
        If the targets were not made by the same verbs; if the order is not of
        their kinds; if targets halfway cannot be made.

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
    known = changes.inputs.kinds
    kinds: Any = known if order is None else as_tuple(order)
    if not isinstance(kinds, tuple) or sorted(map(str, kinds)) != sorted(known):
        repair = f"name each of {', '.join(known)} once"
        check([Fault("attribute", "not the kinds of input of these targets", repair, value=order)])
    ways = Ways.of(changes)
    changed = tuple(kind for kind in kinds if kind in changes.inputs.changed)
    steps = [ways.halfway(changed[:i]) for i in range(1, len(changed))]
    return Attribution(changes, changed, (*steps, *([changes.after] if changed else [])))
