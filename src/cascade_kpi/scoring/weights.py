"""Which parts of a scorecard weigh how much for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi._fields import as_number, as_tuple, members, not_numbers, not_texts
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.scoring.outline import Outline

__all__ = ["EVERYBODY", "Override", "WeightTable", "Weights", "as_weights"]

EVERYBODY = "*"
"""The group of all nodes whose own group has no weights."""

_NEAR = 1e-9

Groups = Mapping[str, Mapping[str, float]]


def _groups(weights: Any) -> Any:
    if not isinstance(weights, Mapping):
        return weights
    nested = all(isinstance(entry, Mapping) for entry in weights.values())
    groups = weights if nested and weights else {EVERYBODY: weights}
    return MappingProxyType(
        {group: MappingProxyType(dict(entry)) for group, entry in groups.items()}
    )


@record("cascade_kpi/override")
@frozen
class Override:
    """A weight of one node that differs from its group's, and why.

    Parameters
    ----------
    node : id
    part : str
    weight : float
        Zero takes the part off the node's card.
    reason : str
    by : str
        Who decided.
    """

    node: str | int
    part: str
    weight: float = field(converter=as_number)
    reason: str
    by: str

    def __attrs_post_init__(self) -> None:
        faults = not_texts("override", part=self.part, reason=self.reason, by=self.by)
        wrong = not_numbers("override", weight=self.weight)
        if not wrong and self.weight < 0:
            repair = "give zero or more"
            wrong = [Fault("override", "negative", repair, column="weight", value=self.weight)]
        check(faults + wrong)


@record("cascade_kpi/weights")
@frozen(hash=False)
class Weights:
    """Which parts of a scorecard weigh how much for whom.

    A part's weight is its share among the parts of its section. A part without a
    weight is not on the card, nor is anything in it; in a section that is combined
    without weights, all parts are on unless their weight is zero.

    Parameters
    ----------
    groups : mapping
        Names of parts to weights, the same for everybody; or group to such a
        mapping, where the group ``"*"`` is everybody else. A group without weights, or
        with an empty mapping, is not scored, unless the card's own section is combined
        without weights.
    by : str
        What makes a group: ``"kind"``, or a text column of the tree.
    promised : float
        What the weights of the parts of each section sum to.
    overrides : iterable of Override
        Weights of single nodes, in place of their group's.

    Examples
    --------
    >>> weights = Weights({"sales": {"revenue": 70, "churn": 30}, "*": {"churn": 100}}, by="post")
    >>> weights.groups["*"]["churn"]
    100
    """

    groups: Groups = field(converter=_groups)
    by: str = "kind"
    promised: float = field(default=100.0, converter=as_number)
    overrides: tuple[Override, ...] = field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("weights", by=self.by)
        wrong = not_numbers("weights", promised=self.promised)
        if not wrong and self.promised <= 0:
            reason, repair = "what weights sum to is above zero", "use 100, or 1"
            wrong = [Fault("weights", reason, repair, column="promised", value=self.promised)]
        faults += wrong + _not_weights(self.groups)
        repair = "make it with Override(…)"
        sound = members("weights", self.overrides, Override, repair, faults, column="overrides")
        seen: set[tuple[object, str]] = set()
        for i, each in sound:
            if (each.node, each.part) in seen:
                reason, repair = f"a second weight of {each.part} for this node", "keep one"
                faults.append(Fault("weights", reason, repair, row=i, column="overrides",
                                    value=each.node))  # fmt: skip
            seen.add((each.node, each.part))
        check(faults)

    def __hash__(self) -> int:
        return hash((tuple(self.groups), self.by, self.promised, self.overrides))

    def misfits(self, outline: Outline) -> list[Fault]:
        """Faults of the weights as those of a card's parts."""
        return [
            fault
            for group, entry in self.groups.items()
            for fault in self._misfit(outline, f"weights of {group!r}", group, entry)
        ]

    def _misfit(
        self, outline: Outline, column: str, group: str, entry: Mapping[str, float]
    ) -> list[Fault]:
        def fault(reason: str, repair: str, value: object = None) -> Fault:
            return Fault("scorecard", reason, repair, column=column, value=value)

        known = outline.names[1:]
        strange = [name for name in entry if name not in known]
        if strange:
            return [fault("no part of this name", suggest(n, known), n) for n in strange]
        if not entry and group != EVERYBODY:
            return []  # nothing counts for them: they are not scored
        on = _on(outline, entry)
        if not on[0]:
            return [fault("no weights", "weigh at least one part")]
        faults = []
        for i in outline.order:
            section, inner = outline.parts[i], outline.children[i]
            given = [float(entry.get(outline.names[child], 0.0)) for child in inner]
            if not on[i]:
                faults += [
                    fault(f"{outline.names[c]} weighs {w:g}, and {section.name}, which it is in, "
                          "is not on the card", f"weigh {section.name} too")
                    for c, w in zip(inner, given, strict=True) if w and not on[c]
                ]  # fmt: skip
                continue
            where = "" if i == 0 else f" in {section.name}"
            if not any(on[child] for child in inner):
                faults.append(fault(f"all weights{where} are zero", "weigh at least one part"))
            elif section.combine.weighs and abs(sum(given) - self.promised) > _NEAR * self.promised:
                total = sum(given)
                reason = f"the weights{where} sum to {total:g}, promised was {self.promised:g}"
                faults.append(fault(reason, "correct them, or pass promised=…", total))
        return faults

    def table(self, org: OrgTree, outline: Outline) -> WeightTable:
        """Weights of every group of a tree, and every node's group.

        Raises
        ------
        InputError
            Listing overrides of unknown nodes and parts, and those after which the
            weights do not sum to what is promised.
        """
        names, codes = self.group_names(org)
        table = np.zeros((len(names), len(outline.parts)))
        for g, name in enumerate(names):
            entry = self.groups.get(name, self.groups.get(EVERYBODY))
            if entry is not None:
                table[g] = _weighed(outline, entry)
        told, rows = self._overridden(org, outline, names, codes)
        if rows:
            codes = codes.copy()
            codes[list(rows)] = len(names) + np.arange(len(rows))
            table = np.vstack([table, *(_weighed(outline, entry) for entry in rows.values())])
        return WeightTable((*names, *told), lock(table), lock(codes))

    def by_group(self, outline: Outline) -> WeightTable:
        """Weights of the groups by themselves, a row each, without a tree and without overrides."""
        rows = [_weighed(outline, entry) for entry in self.groups.values()]
        return WeightTable(tuple(self.groups), lock(np.array(rows)), lock(np.arange(len(rows))))

    def _overridden(
        self, org: OrgTree, outline: Outline, names: tuple[str, ...], codes: IntArray
    ) -> tuple[list[str], dict[int, dict[str, float]]]:
        """Per row of the tree with overrides, all its weights."""
        rows: dict[int, dict[str, float]] = {}
        faults: list[Fault] = []
        for i, each in enumerate(self.overrides):
            if each.node not in org:
                reason, repair = "no such node", suggest(each.node, org.ids[:50].tolist())
                faults.append(Fault("weights", reason, repair, row=i, column="overrides",
                                    value=each.node))  # fmt: skip
                continue
            row = org.row(each.node)
            name = names[codes[row]]
            of_group = self.groups.get(name, self.groups.get(EVERYBODY, {}))
            rows.setdefault(row, dict(of_group))[each.part] = each.weight
        for row, entry in rows.items():
            node = org.node(row).id
            on = _on(outline, entry)
            mine = {each.part for each in self.overrides if each.node == node}
            for i, name in enumerate(outline.names):
                # A zero stays: without it a part of a section without weights would be on.
                if not on[i] and entry.get(name) and name not in mine:
                    del entry[name]  # it went with its section
            faults += self._misfit(outline, f"overrides of {node!r}", EVERYBODY, entry)
        check(faults)
        return [f"{names[codes[row]]} ({org.node(row).id})" for row in rows], rows

    def group_names(self, org: OrgTree) -> tuple[tuple[str, ...], IntArray]:
        """The groups of a tree, and every node's."""
        if self.by == "kind":
            return org.kind_names, org.kind_codes
        groups = org.groups(self.by)
        return groups.names, groups.codes

    def strangers(self, org: OrgTree) -> list[Fault]:
        """Columns that the tree lacks, groups that no node belongs to."""
        if self.by != "kind" and self.by not in org.columns:
            repair = suggest(self.by, ["kind", *org.columns])
            return [Fault("scorecard", "no such column", repair, column="by", value=self.by)]
        faults, known = list[Fault](), org.kind_names
        if self.by != "kind":
            groups = org.groups(self.by)
            faults, known = _told_apart(self.by, groups.cells), groups.names
        faults += [
            Fault("scorecard", f"no node is of this {self.by}", suggest(group, known),
                  column="weights", value=group)
            for group in self.groups
            if group != EVERYBODY and group not in known
        ]  # fmt: skip
        return faults


@frozen(eq=False)
class WeightTable:
    """Weights of groups of nodes.

    Attributes
    ----------
    names : tuple of str
        Of the groups; a node with overrides is one of its own.
    weights : float64 array (groups, parts)
        Zero where a part is not on a group's card; a row of zeros for a group that is
        not scored; one where a part is on and weighed nowhere.
    group : int64 array (n,)
    """

    names: tuple[str, ...]
    weights: FloatArray
    group: IntArray

    @cached_property
    def by_part(self) -> FloatArray:
        """The weights, float64 (parts, groups)."""
        return lock(np.ascontiguousarray(self.weights.T))

    def nominal(self, outline: Outline) -> FloatArray:
        """What a point of each part is worth in the total if nothing is absent or adjusted.

        float64 (groups, parts): weights over the sum of those beside them, down the
        sections; where a section is combined without weights, as much as the section.
        """
        worth = np.zeros_like(self.weights)
        worth[:, 0] = self.weights[:, 0] > 0
        for i, section in enumerate(outline.above[1:], start=1):
            inner = list(outline.children[section])
            share = (self.weights[:, i] > 0).astype(np.float64)
            if outline.parts[section].combine.weighs and not outline.beside[i]:
                whole = sum((self.weights[:, j] for j in inner), np.zeros(len(self.weights)))
                share = np.divide(self.weights[:, i], whole, out=share, where=whole > 0)
            worth[:, i] = share * worth[:, section]
        return worth


def as_weights(given: Any) -> Any:
    """Weights of a plain mapping; anything else as it is."""
    return Weights(given) if isinstance(given, Mapping) else given


def _on(outline: Outline, entry: Mapping[str, float]) -> list[bool]:
    """Whether each part is on the card of a group that has these weights."""
    on = [False] * len(outline.parts)
    on[0] = bool(entry) or not outline.parts[0].combine.weighs
    for i in range(1, len(on)):  # preorder: a section before what is in it
        section, name = outline.above[i], outline.names[i]
        free = outline.beside[i] or not outline.parts[section].combine.weighs
        on[i] = on[section] and float(entry.get(name, 1.0 if free else 0.0)) > 0
    return on


def _weighed(outline: Outline, entry: Mapping[str, float]) -> list[float]:
    """The weight of each part."""
    on = _on(outline, entry)
    return [float(entry.get(name, 1.0)) if on[i] else 0.0 for i, name in enumerate(outline.names)]


def _not_weights(groups: Any) -> list[Fault]:
    """Faults of weights by themselves, whatever they are of."""
    if not isinstance(groups, Mapping):
        reason = f"a mapping is wanted, not a {type(groups).__name__}"
        repair = "give names of parts with their weights, or such a mapping for each group"
        return [Fault("scorecard", reason, repair, column="weights", value=groups)]
    faults = []
    for group, entry in groups.items():
        column = f"weights of {group!r}"
        if not isinstance(group, str):
            reason, repair = "the name of a group is not text", f"write it as {str(group)!r}"
            faults.append(Fault("scorecard", reason, repair, column="weights", value=group))
        for name, weight in entry.items():
            number = as_number(weight)
            if not isinstance(number, float):
                reason, repair = f"the weight of {name} is not a number", "give a number"
            elif not 0 <= number < np.inf:
                reason = f"the weight of {name} is negative or not finite"
                repair = "give a finite number, zero or more"
            else:
                continue
            faults.append(Fault("scorecard", reason, repair, column=column, value=weight))
    return faults


def _told_apart(by: str, cells: Iterable[Any]) -> list[Fault]:
    """A fault for each group whose name is the text of different values: 1 and "1"."""
    first: dict[str, Any] = {}
    clash = {}
    for cell in cells:
        if type(first.setdefault(str(cell), cell)) is not type(cell):
            clash[str(cell)] = cell
    reason = f"other nodes have the same {by} as another type, {{}}"
    return [
        Fault(
            "scorecard",
            reason.format(type(first[name]).__name__),
            "write it alike everywhere",
            column="by",
            value=cell,
        )
        for name, cell in clash.items()
    ]
