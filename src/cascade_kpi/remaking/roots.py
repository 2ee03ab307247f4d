"""What targets were made from first of all: goals, assigned targets, or columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, equal, frozen_array, frozen_columns
from cascade_kpi.entries import Entries, read_entries
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.remaking.told import renumbered, told
from cascade_kpi.targets.amounts import Amounts
from cascade_kpi.targets.cascade import cascaded
from cascade_kpi.targets.origins import Assigned, Cascaded
from cascade_kpi.targets.targets import Targets, assigned

__all__ = ["Assigning", "Cascading", "Columning", "Root", "Stated", "root_of"]


@runtime_checkable
class Root(Protocol):
    """What the first of some targets were made from."""

    def make(self) -> Targets:
        """The targets, checked. Raises InputError, listing every fault."""
        ...


@frozen(hash=False)
class Stated:
    """A tree, KPIs and periods, and a table for them.

    Attributes
    ----------
    org : OrgTree
    kpis : Kpis
    periods : Periods
    table : mapping of str to array (m,)
        ``node``, ``kpi``, ``period``, ``value``; and maybe ``row``.
    unit_rows : int64 array (n,), or None
        The row that each node had in the table of units, in the tree's order, by
        which explanations name it; None where they are not known.
    """

    org: OrgTree
    kpis: Kpis
    periods: Periods
    table: Mapping[str, NDArray[Any]] = field(eq=CONTENT, repr=False, converter=frozen_columns)
    unit_rows: NDArray[np.int64] | None = field(
        default=None,
        eq=CONTENT,
        repr=False,
        converter=attrs.converters.optional(frozen_array),
    )

    def tree(self) -> OrgTree:
        """The tree, whose nodes have the rows that they had.

        Raises
        ------
        InputError
            If there is not one row a node.
        """
        if self.unit_rows is None:
            return self.org
        if self.unit_rows.shape != (len(self.org),):
            repair = "give one a node, in the tree's order, or leave them out"
            reason = f"{self.unit_rows.size} rows of {len(self.org)} units"
            check([Fault("unit_rows", reason, repair)])
        return attrs.evolve(self.org, source_row=self.unit_rows)

    def entries(self, org: OrgTree, name: str) -> Entries:
        """The table, read with every check."""
        _, entries = read_entries(
            org, self.kpis, self.table, periods=self.periods, inputs=lambda _: ("value",), name=name
        )
        return renumbered(entries, self.table, name)


@record("cascade_kpi/recipes.cascade")
@frozen(hash=False)
class Cascading(Stated):
    """Goals that are cascaded: what :func:`cascade <cascade_kpi.cascade>` took."""

    def make(self) -> Targets:
        """The goals, decomposed."""
        org = self.tree()
        return cascaded(org, self.kpis, self.periods, self.entries(org, "goals"))


@record("cascade_kpi/recipes.assign")
@frozen(hash=False)
class Assigning(Stated):
    """Targets that are assigned: what :func:`assign <cascade_kpi.assign>` took."""

    def make(self) -> Targets:
        """The targets, rolled up."""
        org = self.tree()
        return assigned(org, self.kpis, self.periods, self.entries(org, "targets"))


@record("cascade_kpi/recipes.columns")
@frozen(hash=False)
class Columning(Stated):
    """Targets of nodes as a whole: what ``Targets.from_columns`` took, as a table."""

    def make(self) -> Targets:
        """The targets as they are."""
        org = self.tree()
        entries = self.entries(org, "targets")
        # As they stand, for reading makes 0.0 of -0.0.
        values = np.asarray(self.table["value"], dtype=np.float64)[entries.row]
        given = attrs.evolve(entries, values={"value": values})
        columns = {
            kpi.name: given.dense("value", k, len(self.periods), len(org))
            for k, kpi in enumerate(self.kpis)
        }
        return Targets.from_columns(org, self.kpis, columns, periods=self.periods)


def root_of(targets: Targets) -> Cascading | Assigning | Columning:
    """What targets were made from that were cascaded or assigned.

    Raises
    ------
    InputError
        If they were neither, but stand for what another stage has made.
    """
    origin, axes = targets.origin, (targets.org, targets.kpis, targets.periods)
    rows = targets.org.source_row
    if isinstance(origin, Cascaded):
        goals = origin.goals
        return Cascading(*axes, told(targets, goals, value=goals.values["value"]), rows)
    assert isinstance(origin, Assigned)  # noqa: S101 - all others are steps
    if origin.given is not None:
        given = origin.given
        return Assigning(*axes, told(targets, given, value=given.values["value"]), rows)
    for column, own in zip(targets.columns, origin.own, strict=True):
        if not isinstance(column, Amounts) or not equal(column.values, own):
            repair = "write that stage, and take the targets from it again"
            raise InputError([Fault("targets", "they are a view of another stage", repair)])
    return Columning(*axes, _long(targets), rows)


def _long(targets: Targets) -> dict[str, NDArray[Any]]:
    """Every target there is as a row."""
    table = targets.table()
    return {"node": table["node"], "kpi": table["kpi"], "period": table["period"],
            "value": table["target"]}  # fmt: skip
