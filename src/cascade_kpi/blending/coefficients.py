"""Coefficients: what a department's grade, and one's own, multiplies by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_number, as_texts, is_a, not_texts, refusals
from cascade_kpi.blending.levels import (
    AtNode,
    Own,
    ReportingLevel,
    as_level,
    level_or_as_it_is,
    not_level,
)
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.reach import unknown_kinds
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["Coefficients", "coefficients_of"]


def _table(table: Any) -> Any:
    if not isinstance(table, Mapping):
        return table
    return MappingProxyType({grade: as_number(number) for grade, number in table.items()})


@record("cascade_kpi/blending.coefficients")
@frozen(hash=False)
class Coefficients:
    """What a department's grade, and one's own, multiplies by.

    Parameters
    ----------
    department : ReportingLevel, or what makes one
        Whose grade it is: the name of a kind, ``"parent"``, ``"root"``, or a number of
        levels up.
    grades : mapping of str to float
        The coefficient of each of the scorecard's grades, a pure number, zero or more.
    individual : mapping of str to float, optional
        The coefficient of each grade of the person's own. With it, the product of the
        two coefficients is made; without it, the total is multiplied.
    of : str or iterable of str
        Kinds of the nodes that are multiplied; the leaves if none is named.

    Raises
    ------
    InputError
        Listing what is no level, no table, and no coefficient.

    Examples
    --------
    >>> Coefficients("team", {"A": 1.2, "B": 1.0}).department
    OfKind(kind='team')
    """

    department: ReportingLevel = field(converter=level_or_as_it_is)
    grades: Mapping[str, float] = field(converter=_table)
    individual: Mapping[str, float] | None = field(default=None, converter=_table)
    of: tuple[str, ...] = field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        faults = []
        if not is_a(self.department, ReportingLevel):
            faults += refusals(as_level, self.department)
        elif isinstance(self.department, Own | AtNode):
            reason, repair = "a node is no department of its own", "name a level above"
            named = self.department.called
            faults.append(Fault("coefficients", reason, repair, column="department", value=named))
        faults += _table_faults("grades", self.grades)
        if self.individual is not None:
            faults += _table_faults("individual", self.individual)
        if not isinstance(self.of, tuple):
            reason, repair = "no kinds", "give the kinds that are multiplied, as texts"
            faults.append(Fault("coefficients", reason, repair, column="of", value=self.of))
        else:
            faults += [f for kind in self.of for f in not_texts("coefficients", of=kind)]
        check(faults)

    def __hash__(self) -> int:
        tables = frozenset(self.grades.items()), frozenset((self.individual or {}).items())
        return hash((self.department, *tables, self.of))

    def check_against(self, org: OrgTree, grades: tuple[str, ...]) -> None:
        """Refuse coefficients that do not fit a tree and the grades of a scorecard.

        Raises
        ------
        InputError
            Listing kinds that the tree lacks, grades that a table lacks, and those that it
            has beside the scorecard's.
        """
        faults = not_level("coefficients", self.department, org)
        faults += unknown_kinds("coefficients", self.of, org, column="of")
        if not grades:
            reason, repair = "the scorecard has no grades", "give it some: Scorecard(…, grades=…)"
            check([*faults, Fault("coefficients", reason, repair)])
        for column, table in (("grades", self.grades), ("individual", self.individual)):
            faults += _misfits(column, grades if table is None else table, grades)
        check(faults)

    def multiplied(self, org: OrgTree) -> Any:
        """Which nodes are multiplied, bool (n,)."""
        if not self.of:
            return org.is_leaf
        return np.isin(org.kind_codes, [org.kind_names.index(kind) for kind in self.of])


def coefficients_of(
    table: Mapping[str, float], grades: tuple[str, ...], codes: IntArray
) -> FloatArray:
    """The coefficient of each grade code, float64; NaN where there is no grade."""
    return np.array([*(table[grade] for grade in grades), np.nan])[codes]  # -1 is the last


def _table_faults(column: str, table: Any) -> list[Fault]:
    if not isinstance(table, Mapping) or not table:
        repair = 'give each grade its coefficient, as {"A": 1.2, "B": 1.0}'
        return [Fault("coefficients", "no table", repair, column=column, value=table)]
    faults = []
    for grade, number in table.items():
        if not isinstance(grade, str):
            reason, repair = "a grade is not text", f"write it as {str(grade)!r}"
            faults.append(Fault("coefficients", reason, repair, column=column, value=grade))
        elif not isinstance(number, float) or not 0 <= number < np.inf:
            reason = f"the coefficient of {grade} is no finite number from zero up"
            repair = "give a finite number, zero or more"
            faults.append(Fault("coefficients", reason, repair, column=column, value=number))
    return faults


def _misfits(column: str, table: Any, grades: tuple[str, ...]) -> list[Fault]:
    return [
        Fault("coefficients", "a grade without a coefficient", "give it one", column=column,
              value=grade)
        for grade in grades
        if grade not in table
    ] + [
        Fault("coefficients", "no such grade", suggest(grade, grades), column=column, value=grade)
        for grade in table
        if grade not in grades
    ]  # fmt: skip
