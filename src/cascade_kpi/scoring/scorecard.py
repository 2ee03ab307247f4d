"""Scorecards: which KPIs count for whom, by which curve, with which weight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._numbers import as_number
from cascade_kpi.errors import Fault, check, suggest
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
        faults: list[Fault] = []
        if isinstance(self.curve, type) or not callable(self.curve):
            repair = "use one of cascade_kpi.curves, or an object with a numpy __call__"
            faults.append(Fault("item", "not a curve", repair, column="curve", value=self.curve))
        if isinstance(self.attainment, type) or not isinstance(self.attainment, Attainment):
            repair = "use one of cascade_kpi.attainments, or an object with its methods"
            faults.append(
                Fault(
                    "item", "not an attainment", repair, column="attainment", value=self.attainment
                )
            )
        check(faults)


Weights = Mapping[str, Mapping[str, float]]


def _items(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(items)


def _weights(weights: Mapping[str, Any]) -> Weights:
    nested = all(isinstance(entry, Mapping) for entry in weights.values())
    groups = weights if nested else {EVERYBODY: weights}
    return MappingProxyType(
        {str(group): MappingProxyType(dict(entry)) for group, entry in groups.items()}
    )


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
        group does not weigh is not on its scorecard; a group without weights
        is not scored.
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

    items: tuple[Item, ...] = field(converter=_items)
    weights: Weights = field(converter=_weights)
    by: str = "kind"
    promised: float = field(default=100.0, converter=as_number)
    missing: Missing = field(default=Missing.RENORMALISE, converter=as_missing)
    grades: Grades | None = None

    def __attrs_post_init__(self) -> None:
        check(
            [
                Fault("scorecard", "not an Item", "make it with Item(…)", row=i, value=item)
                for i, item in enumerate(self.items)
                if not isinstance(item, Item)
            ]
        )
        names = [item.kpi for item in self.items]
        faults = [
            Fault("scorecard", "two items of one KPI", "keep one", column="items", value=name)
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
        if not 0 < self.promised < np.inf:
            reason = "what weights sum to is a finite number above zero"
            faults.append(
                Fault("scorecard", reason, "use 100, or 1", column="promised", value=self.promised)
            )
        if not names or not self.weights:
            faults.append(Fault("scorecard", "no items or no weights", "give at least one of each"))
        for group, entry in self.weights.items():
            faults += _weight_faults(group, entry, names, self.promised)
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


def _weight_faults(
    group: str, entry: Mapping[str, float], names: Iterable[str], promised: float
) -> list[Fault]:
    def fault(reason: str, repair: str, value: object) -> Fault:
        return Fault("scorecard", reason, repair, column=f"weights of {group!r}", value=value)

    known = list(names)
    faults = [
        fault("no item of this name", suggest(name, known), name)
        for name in entry
        if name not in known
    ]
    sound = True
    for name, weight in entry.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float | np.number):
            faults.append(fault(f"the weight of {name} is not a number", "give a number", weight))
            sound = False
        elif not 0 <= weight < np.inf:
            reason = f"the weight of {name} is negative or not finite"
            faults.append(fault(reason, "give a finite number, zero or more", weight))
            sound = False
    if sound:
        total = sum(float(weight) for weight in entry.values())
        if total == 0:
            faults.append(fault("all weights are zero", "weigh at least one item", None))
        elif abs(total - promised) > _NEAR * abs(promised):
            reason = f"the weights sum to {total:g}, promised was {promised:g}"
            faults.append(fault(reason, "correct them, or pass promised=…", total))
    return faults
