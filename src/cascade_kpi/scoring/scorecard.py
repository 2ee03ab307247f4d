"""Scorecards: which KPIs count for whom, by which curve, with which weight."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi._fields import (
    as_number,
    as_tuple,
    is_a,
    members,
    not_numbers,
    not_texts,
    refusals,
    repeated,
    unrefused,
)
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.missing import Missing, as_missing
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments import Attainment, Proportion
from cascade_kpi.scoring.curves import Curve, Linear
from cascade_kpi.scoring.grades import Grades

__all__ = ["EVERYBODY", "Item", "Scorecard"]

EVERYBODY = "*"
"""The group of all nodes whose own group has no weights."""

_NEAR = 1e-9


@record("cascade_kpi/item")
@frozen
class Item:
    """One line of a scorecard.

    Parameters
    ----------
    kpi : str
    curve : Curve
        From attainment to points.
    attainment : Attainment
        What the curve is read at.
    """

    kpi: str
    curve: Curve = field(factory=Linear)
    attainment: Attainment = field(factory=Proportion)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("item", kpi=self.kpi)
        if isinstance(self.curve, type) or not callable(self.curve):
            repair = "use one of cascade_kpi.curves, or an object with a numpy __call__"
            faults.append(Fault("item", "not a curve", repair, column="curve", value=self.curve))
        if not is_a(self.attainment, Attainment):
            repair = "use one of cascade_kpi.attainments, or an object with its methods"
            faults.append(
                Fault(
                    "item", "not an attainment", repair, column="attainment", value=self.attainment
                )
            )
        check(faults)


Weights = Mapping[str, Mapping[str, float]]


def _weights(weights: Mapping[str, Any]) -> Any:
    if not isinstance(weights, Mapping):
        return weights
    nested = all(isinstance(entry, Mapping) for entry in weights.values())
    groups = weights if nested else {EVERYBODY: weights}
    return MappingProxyType(
        {group: MappingProxyType(dict(entry)) for group, entry in groups.items()}
    )


def _policy(missing: Missing | str) -> Any:
    return unrefused(as_missing, missing)


@record("cascade_kpi/scorecard")
@frozen(hash=False)
class Scorecard:
    """Which KPIs count for whom, by which curve, with which weight.

    Parameters
    ----------
    items : iterable of Item
        In the order in which they are added up and shown.
    weights : mapping
        KPI name to weight, the same for everybody; or group to such a
        mapping, where the group ``"*"`` is everybody else. A KPI that a
        group does not weigh is not on its scorecard; a group without weights,
        or with an empty mapping, is not scored.
    by : str
        What makes a group: ``"kind"``, or a text column of the tree.
    promised : float
        What each group's weights sum to.
    missing : Missing or its name
        What becomes of an item without a result.
    grades : Grades, optional

    Raises
    ------
    InputError
        Listing items that occur twice, weights of unknown items, weights that
        are negative, not finite, all zero, or do not sum to `promised`.

    Examples
    --------
    >>> card = Scorecard([Item("revenue"), Item("churn")], {"revenue": 70, "churn": 30})
    >>> card.weights["*"]["churn"]
    30
    """

    items: tuple[Item, ...] = field(converter=as_tuple)
    weights: Weights = field(converter=_weights)
    by: str = "kind"
    promised: float = field(default=100.0, converter=as_number)
    missing: Missing = field(default=Missing.RENORMALISE, converter=_policy)
    grades: Grades | None = None

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        make = "make it with Item(…)"
        items = members("scorecard", self.items, Item, make, faults, column="items")
        names = [item.kpi for _, item in items]
        known = None if faults else names  # an item that is none may be any KPI's
        faults += [
            Fault("scorecard", "two items of one KPI", "keep one", column="items", value=name)
            for name in repeated(names)
        ]
        faults += not_texts("scorecard", by=self.by)
        wrong = not_numbers("scorecard", promised=self.promised)
        if not wrong and self.promised <= 0:
            reason, repair = "what weights sum to is above zero", "use 100, or 1"
            wrong = [Fault("scorecard", reason, repair, column="promised", value=self.promised)]
        faults += wrong + refusals(as_missing, self.missing)
        if self.grades is not None and not is_a(self.grades, Grades):
            reason, repair = "not grades", "make them with Grades(…), or leave them out"
            faults.append(Fault("scorecard", reason, repair, column="grades", value=self.grades))
        given = (self.items, tuple), (self.weights, Mapping)
        if any(isinstance(values, kind) and not values for values, kind in given):
            faults.append(Fault("scorecard", "no items or no weights", "give at least one of each"))
        faults += _group_faults(self.weights, known, None if wrong else self.promised)
        check(faults)

    def __hash__(self) -> int:
        return hash((self.items, self.by, self.promised, self.missing, self.grades))

    def check_against(self, kpis: Kpis, org: OrgTree) -> None:
        """Refuse a scorecard that does not fit these KPIs and this tree.

        Raises
        ------
        InputError
            Listing items of unknown KPIs, groups that no node belongs to, and
            columns that the tree lacks.
        """
        faults = [
            Fault("scorecard", "no such KPI", suggest(item.kpi, kpis.names), value=item.kpi)
            for item in self.items
            if item.kpi not in kpis.names
        ]
        if self.by != "kind" and self.by not in org.columns:
            repair = suggest(self.by, ["kind", *org.columns])
            faults.append(Fault("scorecard", "no such column", repair, column="by", value=self.by))
        else:
            faults += _told_apart(
                self.by, [] if self.by == "kind" else org.columns[self.by].tolist()
            )
            known = self._groups(org)[0]
            for group in self.weights:
                if group != EVERYBODY and group not in known:
                    repair = suggest(group, known)
                    reason = f"no node is of this {self.by}"
                    faults.append(Fault("scorecard", reason, repair, column="weights", value=group))
        check(faults)

    def _groups(self, org: OrgTree) -> tuple[tuple[str, ...], IntArray]:
        if self.by == "kind":
            return org.kind_names, org.kind_codes
        texts = [str(text) for text in org.columns[self.by].tolist()]
        names = tuple(dict.fromkeys(texts))
        code = {name: i for i, name in enumerate(names)}
        return names, np.fromiter(map(code.__getitem__, texts), np.int64, len(texts))

    def group_names(self, org: OrgTree) -> tuple[str, ...]:
        """The groups of a tree, in the order of :meth:`weight_table`."""
        return self._groups(org)[0]

    def given(self, org: OrgTree) -> tuple[tuple[FloatArray, ...], ...]:
        """Per item, the columns that its attainment needs: each float64 (n,), in KPI units.

        Raises
        ------
        InputError
            Listing every column that the tree lacks and every cell that is not
            a number.
        """
        needed = dict.fromkeys(name for item in self.items for name in item.attainment.columns)
        columns: dict[str, FloatArray] = {}
        faults: list[Fault] = []
        for name in needed:
            try:
                columns[name] = lock(org.numbers(name))
            except InputError as error:
                faults += error.faults
        check(faults)
        return tuple(
            tuple(columns[name] for name in item.attainment.columns) for item in self.items
        )

    def weight_table(self, org: OrgTree) -> tuple[FloatArray, IntArray]:
        """Weights of every group, and every node's group.

        Returns
        -------
        weights : float64 array (groups, items)
            Zero where an item is not on a group's card; a row of zeros for a
            group that is not scored.
        group : int64 array (n,)
        """
        names, codes = self._groups(org)
        table = np.zeros((len(names), len(self.items)))
        for g, name in enumerate(names):
            entry = self.weights.get(name, self.weights.get(EVERYBODY, {}))
            table[g] = [float(entry.get(item.kpi, 0.0)) for item in self.items]
        return table, codes


def _group_faults(weights: Any, known: list[str] | None, promised: float | None) -> list[Fault]:
    """Faults of all weights; names and sums are checked where it is known what they should be."""
    if not isinstance(weights, Mapping):
        reason = f"a mapping is wanted, not a {type(weights).__name__}"
        repair = "give KPI names with their weights, or such a mapping for each group"
        return [Fault("scorecard", reason, repair, column="weights", value=weights)]
    faults = []
    for group, entry in weights.items():
        if not isinstance(group, str):
            reason, repair = "the name of a group is not text", f"write it as {str(group)!r}"
            faults.append(Fault("scorecard", reason, repair, column="weights", value=group))
        faults += _weight_faults(group, entry, known, promised)
    return faults


def _weight_faults(
    group: str, entry: Mapping[str, Any], known: list[str] | None, promised: float | None
) -> list[Fault]:
    def fault(reason: str, repair: str, value: object) -> Fault:
        return Fault("scorecard", reason, repair, column=f"weights of {group!r}", value=value)

    if isinstance(entry, Mapping) and not entry and group != EVERYBODY:
        return []  # nothing counts for them: they are not scored
    faults = [
        fault("no item of this name", suggest(name, known), name)
        for name in entry
        if known is not None and name not in known
    ]
    weights = []
    for name, weight in entry.items():
        number = as_number(weight)
        if not isinstance(number, float):
            faults.append(fault(f"the weight of {name} is not a number", "give a number", weight))
        elif not 0 <= number < np.inf:
            reason = f"the weight of {name} is negative or not finite"
            faults.append(fault(reason, "give a finite number, zero or more", weight))
        else:
            weights.append(number)
    if len(weights) == len(entry):
        total = sum(weights)
        if total == 0:
            faults.append(fault("all weights are zero", "weigh at least one item", None))
        elif promised is not None and abs(total - promised) > _NEAR * promised:
            reason = f"the weights sum to {total:g}, promised was {promised:g}"
            faults.append(fault(reason, "correct them, or pass promised=…", total))
    return faults


def _told_apart(by: str, cells: list[Any]) -> list[Fault]:
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
