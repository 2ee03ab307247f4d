"""What differs in what two sets of targets were made from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, equal
from cascade_kpi._long import Columns, same, texts
from cascade_kpi.changing.columns import differ, follows
from cascade_kpi.changing.differences import (
    in_limits,
    in_offers,
    in_rules,
    in_stated,
    joined,
    stacked,
)
from cascade_kpi.changing.matching import Matched, Status
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.remaking.steps import kinds_of, stages_of, step_class
from cascade_kpi.targets.origins import Itemised, Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["KINDS", "Inputs"]

FIRST = ("tree", "drivers", "rules", "goals")
LATER = ("profiles", "offers", "confidences", "limits")
KINDS = (*FIRST, *LATER)
"""The kinds of input, in the order in which changes are attributed."""

_NO_ROWS: Columns = {
    "step": np.zeros(0, dtype=np.int64),
    **{name: texts([]) for name in ("node", "kpi", "period", "unit", "what")},
}


@frozen(eq=False)
class Inputs:
    """What differs in the inputs of two sets of targets.

    Goals and rules are those of what the first of them were made from.

    Attributes
    ----------
    before, after : Targets
    nodes : Matched
    """

    before: Targets
    after: Targets
    nodes: Matched

    @cached_property
    def _stages(self) -> tuple[tuple[Targets, ...], tuple[Targets, ...]]:
        return stages_of(self.before), stages_of(self.after)

    @property
    def _sources(self) -> tuple[Targets, Targets]:
        return self._stages[0][0], self._stages[1][0]

    @cached_property
    def steps(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The verbs of the steps before and after, by name."""
        was, now = (
            tuple(step_class(stage).verb.__name__ for stage in stages[1:])
            for stages in self._stages
        )
        return was, now

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of input that these targets have, in the usual order."""
        later = {
            kind
            for stages in self._stages
            for stage in stages[1:]
            for kind in kinds_of(step_class(stage)).values()
        }
        return tuple(kind for kind in KINDS if kind in FIRST or kind in later)

    def _pairs(self, origin: type) -> list[tuple[int, Targets, Targets]]:
        """Stages before and after that a step of a class made; none if the steps differ."""
        if self.steps[0] != self.steps[1]:
            return []
        both = enumerate(zip(*(stages[1:] for stages in self._stages), strict=True))
        return [(i, was, now) for i, (was, now) in both if isinstance(now.origin, origin)]

    @cached_property
    def goals(self) -> Columns:
        """Goals, or targets that were assigned, that differ: one row each.

        ``node``, ``kpi``, ``period``, ``unit``; ``before`` and ``after``, NaN for none;
        ``what``: "added", "dropped" or "changed". By KPI, period, node. A KPI or a
        period that only one side has is told among the rules.
        """
        return in_stated(self.nodes, *self._sources)

    @cached_property
    def offers(self) -> Columns:
        """Offers that differ, or the confidence in them: one row each.

        ``step``, which of the steps; the columns of :attr:`goals`; ``confidence_before`` and
        ``confidence_after``, infinite if certain.
        """
        return self._told(in_offers)

    @cached_property
    def limits(self) -> Columns:
        """Limits of reconciling that differ: one row each.

        ``step``; ``node``, ``kpi``, ``period``, ``unit``; ``floor_before``, ``floor_after``,
        ``cap_before``, ``cap_after``, NaN for none; ``what``.
        """
        return self._told(in_limits)

    def _told(self, by: Callable[[Matched, Targets, Targets], Columns]) -> Columns:
        tables = []
        for i, was, now in self._pairs(Reconciled):
            table = by(self.nodes, was, now)
            tables.append({"step": np.full(len(table["what"]), i), **table})
        return stacked(tables or [_NO_ROWS])

    @cached_property
    def profiles(self) -> Columns:
        """How targets are spread over periods and parts, where it differs: one row each.

        ``step``; ``verb`` and ``input``, such as "phase" and "by"; ``of``, the KPI or period;
        ``before`` and ``after`` as they are printed.
        """
        return self._printed("profiles")

    @cached_property
    def confidences(self) -> Columns:
        """How targets weigh when they are reconciled, where it differs; as :attr:`profiles`."""
        return self._printed("confidences")

    def _printed(self, kind: str) -> Columns:
        told = [(i, row) for i, was, now in self._pairs(object) for row in in_rules(was, now, kind)]
        names = ("verb", "input", "of", "before", "after")
        return {
            "step": np.array([i for i, _ in told], dtype=np.int64),
            **{name: texts([row[i] for _, row in told]) for i, name in enumerate(names)},
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
        rows = joined([part[1] for part in parts]).astype(np.int64)
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
        period that only one side has stands with the field "kpi" or "period", and a part
        of an itemised KPI with the field "part".
        """
        was, now = self._sources
        rows = _fields(was.kpis, now.kpis, "kpi")
        for _, one, two in self._pairs(Itemised):
            rows += _fields(_parts(one), _parts(two), "part")
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
        rows = joined(list(found.values())).astype(np.int64)
        return {
            "node": texts(nodes.ids[rows]),
            "what": same(list(found), [len(each) for each in found.values()]),
            "before": _objects([pairs[what][1][each] for what, each in found.items()]),
            "after": _objects([pairs[what][2][each] for what, each in found.items()]),
        }

    def of(self, kind: str) -> Columns:
        """What differs of one kind of input, one of :attr:`kinds`."""
        table: Columns = getattr(self, kind)
        return table

    @property
    def changed(self) -> tuple[str, ...]:
        """The kinds of input that differ of what both sides have, in the usual order."""
        both = ~np.isin(self.rules["field"].astype(str), ("kpi", "period"))
        differ = {kind: len(next(iter(self.of(kind).values()))) for kind in self.kinds}
        differ["rules"] = int(np.count_nonzero(both))
        return tuple(kind for kind in self.kinds if differ[kind])

    def lines(self) -> list[str]:
        """What differs, in a line for each kind."""
        lines = []
        if self.steps[0] != self.steps[1]:
            was, now = (", ".join(verbs) or "none" for verbs in self.steps)
            lines.append(f"steps: {was} → {now}")
        counted = {"tree": "what", "drivers": "column", "goals": "what"}
        counted |= {"offers": "what", "limits": "what"}
        for kind, column in counted.items():
            names, counts = np.unique(self.of(kind)[column].astype(str), return_counts=True)
            told = [f"{n:,} {name}" for name, n in zip(names, counts.tolist(), strict=True)]
            lines += [f"{kind}: {', '.join(told)}"] if told else []
        rules = self.rules["kpi"].tolist(), self.rules["field"].tolist()
        told = [f"{field} of {kpi}" for kpi, field in zip(*rules, strict=True)]
        lines += [f"rules: {', '.join(told)}"] if told else []
        for kind in ("profiles", "confidences"):
            rows = zip(*(self.of(kind)[n].tolist() for n in ("verb", "input", "of")), strict=True)
            told = [f"{of} ({v}, {i})" if of else f"{v}, {i}" for v, i, of in rows]
            lines += [f"{kind}: {', '.join(told)}"] if told else []
        return lines


def _parts(targets: Targets) -> Kpis:
    """The parts of the KPI that was itemised."""
    assert isinstance(targets.origin, Itemised)  # noqa: S101 - asked of such
    return Kpis(targets.kpis.items[targets.origin.parts])


def _fields(was: Kpis, now: Kpis, alone: str) -> list[tuple[str, str, str, str]]:
    """Fields of KPIs that differ; those that only one side has stand alone."""
    rows: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys([*was.names, *now.names]):
        if name not in now.names or name not in was.names:
            rows.append(_one_sided(name, alone, here=name in was.names))
            continue
        one, two = was[name], now[name]
        for field in attrs.fields(type(one)):
            before, after = getattr(one, field.name), getattr(two, field.name)
            if before != after:
                rows.append((name, field.name, repr(before), repr(after)))
    return rows


def _one_sided(name: str, field: str, *, here: bool) -> tuple[str, str, str, str]:
    return (name, field, "there", "gone") if here else (name, field, "", "new")


def _cells(org: OrgTree, column: str, rows: IntArray) -> NDArray[Any]:
    """Cells of a column at some rows; None where there is no such column."""
    if column not in org.columns:
        return np.full(len(rows), None, dtype=object)
    return org.columns[column][rows]


def _objects(parts: list[NDArray[Any]]) -> NDArray[Any]:
    column = np.concatenate([part.astype(object) for part in parts]) if parts else np.zeros(0)
    return texts(column)
