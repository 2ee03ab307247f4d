"""What differs in what two sets of targets were made from."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, equal
from cascade_kpi._long import Columns, same, texts
from cascade_kpi.changing.columns import differ, follows
from cascade_kpi.changing.matching import Matched, Status
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.origins import Assigned, Cascaded
from cascade_kpi.targets.targets import Targets

__all__ = ["KINDS", "Inputs", "source_of"]

KINDS = ("tree", "drivers", "rules", "goals")
"""The kinds of input, in the order in which changes are attributed."""


def source_of(targets: Targets) -> Targets:
    """The targets that were phased or itemised, or these themselves."""
    while not isinstance(targets.origin, Cascaded | Assigned):
        targets = targets.origin.whole
    return targets


@frozen(eq=False)
class Inputs:
    """What differs in the inputs of two sets of targets.

    Of targets that were phased, those of the whole are looked at.

    Attributes
    ----------
    before, after : Targets
    nodes : Matched
    """

    before: Targets
    after: Targets
    nodes: Matched

    @cached_property
    def _sources(self) -> tuple[Targets, Targets]:
        return source_of(self.before), source_of(self.after)

    @cached_property
    def goals(self) -> Columns:
        """Goals, or targets that were assigned, that differ: one row each.

        ``node``, ``kpi``, ``period``, ``unit``; ``before`` and ``after``, NaN for none;
        ``what``: "added", "dropped" or "changed". By KPI, period, node. A KPI or a
        period that only one side has is told among the rules.
        """
        was, now = self._sources
        parts: list[tuple[Any, ...]] = []
        for kpi in was.kpis.names:
            if kpi not in now.kpis.names:
                continue
            one, two = _stated(was, kpi), _stated(now, kpi)
            for label in filter(now.periods.labels.__contains__, was.periods.labels):
                before = self.nodes.from_before(one[was.periods.index(label)], np.nan)
                after = self.nodes.from_after(two[now.periods.index(label)], np.nan)
                odd = (before != after) & ~(np.isnan(before) & np.isnan(after))
                rows = np.flatnonzero(odd)
                parts.append((kpi, label, now.kpis[kpi].unit, rows, before[rows], after[rows]))
        counts = [len(part[3]) for part in parts]
        before, after = (_joined([part[i] for part in parts]) for i in (4, 5))
        rows = _joined([part[3] for part in parts]).astype(np.int64)
        what = np.where(np.isnan(before), "added", np.where(np.isnan(after), "dropped", "changed"))
        return {
            "node": texts(self.nodes.ids[rows]),
            "kpi": same([part[0] for part in parts], counts),
            "period": same([part[1] for part in parts], counts),
            "unit": same([part[2] for part in parts], counts),
            "before": before,
            "after": after,
            "what": texts(what.astype(object)),
        }

    @cached_property
    def drivers(self) -> Columns:
        """Cells that differ, of nodes that both trees have: one row each.

        ``node``, ``column``; ``before`` and ``after`` as they stand, None for a
        column that is not there. By column, then node. A sum over leaves on both
        sides follows from the leaves, and is left out.
        """
        was, now = self.before.org, self.after.org
        both = np.flatnonzero(self.nodes.status < Status.NEW)
        one, two = self.nodes.was[both], self.nodes.now[both]
        parts, in_place = [], equal(one, two)
        for column in dict.fromkeys([*now.columns, *was.columns]):
            if in_place and was.columns.get(column) is now.columns.get(column):
                continue
            before, after = _cells(was, column, one), _cells(now, column, two)
            odd = differ(before, after)
            if odd.any():
                odd &= ~(follows(was, column)[one] & follows(now, column)[two])
            rows = np.flatnonzero(odd)
            parts.append((column, both[rows], before[rows], after[rows]))
        counts = [len(part[1]) for part in parts]
        rows = _joined([part[1] for part in parts]).astype(np.int64)
        return {
            "node": texts(self.nodes.ids[rows]),
            "column": same([part[0] for part in parts], counts),
            "before": _objects([part[2] for part in parts]),
            "after": _objects([part[3] for part in parts]),
        }

    @cached_property
    def rules(self) -> Columns:
        """Fields of KPIs that differ: one row each.

        ``kpi``, ``field``, ``before`` and ``after`` as they are printed. A KPI or a
        period that only one side has stands with the field "kpi" or "period".
        """
        was, now = self._sources
        rows: list[tuple[str, str, str, str]] = []
        for name in dict.fromkeys([*was.kpis.names, *now.kpis.names]):
            if name not in now.kpis.names or name not in was.kpis.names:
                rows.append(_one_sided(name, "kpi", here=name in was.kpis.names))
                continue
            one, two = was.kpis[name], now.kpis[name]
            for field in attrs.fields(type(one)):
                before, after = getattr(one, field.name), getattr(two, field.name)
                if before != after:
                    rows.append((name, field.name, repr(before), repr(after)))
        one_side = {*was.periods.labels} ^ {*now.periods.labels}
        rows += [
            _one_sided(label, "period", here=label in was.periods.labels)
            for label in dict.fromkeys([*was.periods.labels, *now.periods.labels])
            if label in one_side
        ]
        names = ("kpi", "field", "before", "after")
        return {name: texts([row[i] for row in rows]) for i, name in enumerate(names)}

    @cached_property
    def tree(self) -> Columns:
        """What differs between the trees: one row each.

        ``node``, ``what``: "added", "removed", "moved", "kind" or "renamed"; ``before`` and
        ``after``: the id of the parent, the kind, or the label. By what, then node.
        """
        nodes, was, now = self.nodes, self.before.org, self.after.org
        above = [
            np.where(parents >= 0, nodes.ids[parents].astype(str), "").astype(object)
            for parents in (nodes.parent_was, nodes.parent_now)
        ]
        both = nodes.status < Status.NEW
        pairs = {
            "added": (nodes.status == Status.NEW, *above),
            "removed": (nodes.status == Status.GONE, *above),
            "moved": (nodes.status == Status.MOVED, *above),
        }
        for what, one, two in (("kind", was.kinds, now.kinds), ("renamed", was.labels, now.labels)):
            before, after = nodes.from_before(one, ""), nodes.from_after(two, "")
            pairs[what] = (both & (before != after), before, after)
        found = {what: np.flatnonzero(mask) for what, (mask, *_) in pairs.items()}
        rows = _joined(list(found.values())).astype(np.int64)
        return {
            "node": texts(nodes.ids[rows]),
            "what": same(list(found), [len(each) for each in found.values()]),
            "before": _objects([pairs[what][1][each] for what, each in found.items()]),
            "after": _objects([pairs[what][2][each] for what, each in found.items()]),
        }

    def of(self, kind: str) -> Columns:
        """What differs of one kind of input: tree, drivers, rules or goals."""
        tables: dict[str, Columns] = {
            "tree": self.tree,
            "drivers": self.drivers,
            "rules": self.rules,
            "goals": self.goals,
        }
        return tables[kind]

    @property
    def changed(self) -> tuple[str, ...]:
        """The kinds of input that differ of what both sides have, in the usual order."""
        both = ~np.isin(self.rules["field"].astype(str), ("kpi", "period"))
        differ = {kind: len(next(iter(self.of(kind).values()))) for kind in KINDS}
        differ["rules"] = int(np.count_nonzero(both))
        return tuple(kind for kind in KINDS if differ[kind])

    def lines(self) -> list[str]:
        """What differs, in a line for each kind."""
        lines = []
        for kind, column in (("tree", "what"), ("drivers", "column"), ("goals", "what")):
            names, counts = np.unique(self.of(kind)[column].astype(str), return_counts=True)
            told = [f"{n:,} {name}" for name, n in zip(names, counts.tolist(), strict=True)]
            lines += [f"{kind}: {', '.join(told)}"] if told else []
        pairs = zip(self.rules["kpi"].tolist(), self.rules["field"].tolist(), strict=True)
        told = [f"{field} of {kpi}" for kpi, field in pairs]
        return lines + ([f"rules: {', '.join(told)}"] if told else [])


def _one_sided(name: str, field: str, *, here: bool) -> tuple[str, str, str, str]:
    return (name, field, "there", "gone") if here else (name, field, "", "new")


def _stated(targets: Targets, kpi: str) -> FloatArray:
    """Goals, or each node's own target, as they were stated, (p, n)."""
    k, origin = targets.kpis.index(kpi), targets.origin
    if isinstance(origin, Cascaded):
        return origin.goals.dense("value", k, len(targets.periods), len(targets.org))
    assert isinstance(origin, Assigned)  # noqa: S101 - a source is one or the other
    return origin.own[k]


def _cells(org: OrgTree, column: str, rows: IntArray) -> NDArray[Any]:
    """Cells of a column at some rows; None where there is no such column."""
    if column not in org.columns:
        return np.full(len(rows), None, dtype=object)
    return org.columns[column][rows]


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


def _objects(parts: list[NDArray[Any]]) -> NDArray[Any]:
    column = np.concatenate([part.astype(object) for part in parts]) if parts else np.zeros(0)
    return texts(column)
