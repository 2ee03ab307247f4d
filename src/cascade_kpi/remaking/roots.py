"""What targets were made from first of all: goals, assigned targets, or columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

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
from cascade_kpi.targets.cascade import cascaded, goals_table
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

    source: ClassVar[str] = "targets"

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

    @classmethod
    def of(cls, targets: Targets) -> Stated:
        """What the first of some targets were made from."""
        entries = cls.stated(targets)
        table = told(targets, entries, value=entries.values["value"])
        return cls(targets.org, targets.kpis, targets.periods, table, targets.org.source_row)

    def make(self) -> Targets:
        """The targets, with every check of a table."""
        org = self._tree()
        return self.made(org, self.kpis, self.periods, self._entries(org))

    @classmethod
    def stated(cls, targets: Targets) -> Entries:
        """What was stated for some targets, with its rows."""
        raise NotImplementedError

    @classmethod
    def made(cls, org: OrgTree, kpis: Kpis, periods: Periods, stated: Entries) -> Targets:
        """The targets of what was stated. Raises InputError, listing every fault."""
        raise NotImplementedError

    @classmethod
    def as_table(cls, _org: OrgTree, given: object, _periods: Periods) -> object:
        """What may be stated for a tree and periods, as a table: it is one."""
        return given

    def _tree(self) -> OrgTree:
        """The tree, whose nodes have the rows that they had."""
        if self.unit_rows is None:
            return self.org
        if self.unit_rows.shape != (len(self.org),):
            repair = "give one a node, in the tree's order, or leave them out"
            reason = f"{self.unit_rows.size} rows of {len(self.org)} units"
            check([Fault("unit_rows", reason, repair)])
        return attrs.evolve(self.org, source_row=self.unit_rows)

    def _entries(self, org: OrgTree) -> Entries:
        """The table, read."""
        name, inputs = self.source, ("value",)
        _, entries = read_entries(
            org, self.kpis, self.table, periods=self.periods, inputs=lambda _: inputs, name=name
        )
        return renumbered(self._as_stated(entries), self.table, name)

    def _as_stated(self, entries: Entries) -> Entries:
        """Entries as they are read, rows counted from 0 on, with the values that they stand for."""
        return entries


@record("cascade_kpi/recipes.cascade")
@frozen(hash=False)
class Cascading(Stated):
    """Goals that are cascaded: what :func:`cascade <cascade_kpi.cascade>` took."""

    source: ClassVar[str] = "goals"

    @classmethod
    def stated(cls, targets: Targets) -> Entries:
        """The goals."""
        assert isinstance(targets.origin, Cascaded)  # noqa: S101 - see root_of
        return targets.origin.goals

    @classmethod
    def made(cls, org: OrgTree, kpis: Kpis, periods: Periods, stated: Entries) -> Targets:
        """The goals, decomposed."""
        return cascaded(org, kpis, periods, stated)

    @classmethod
    def as_table(cls, org: OrgTree, given: object, periods: Periods) -> object:
        """Numbers are goals of the root."""
        return goals_table(org, given, periods)


@record("cascade_kpi/recipes.assign")
@frozen(hash=False)
class Assigning(Stated):
    """Targets that are assigned: what :func:`assign <cascade_kpi.assign>` took."""

    @classmethod
    def stated(cls, targets: Targets) -> Entries:
        """The targets that were given."""
        assert isinstance(targets.origin, Assigned)  # noqa: S101 - see root_of
        assert targets.origin.given is not None  # noqa: S101 - see root_of
        return targets.origin.given

    @classmethod
    def made(cls, org: OrgTree, kpis: Kpis, periods: Periods, stated: Entries) -> Targets:
        """The targets, rolled up."""
        return assigned(org, kpis, periods, stated)


@record("cascade_kpi/recipes.columns")
@frozen(hash=False)
class Columning(Stated):
    """Targets of nodes as a whole: what ``Targets.from_columns`` took, as a table."""

    @classmethod
    def stated(cls, targets: Targets) -> Entries:
        """Every target there is, by KPI, period and node."""
        values = np.stack(targets.values)
        kpi, period, node = np.nonzero(~np.isnan(values))
        told = {"value": values[kpi, period, node]}
        return Entries(node, kpi, period, told, np.arange(len(kpi)))

    @classmethod
    def made(cls, org: OrgTree, kpis: Kpis, periods: Periods, stated: Entries) -> Targets:
        """The targets as they are."""
        columns = {
            kpi.name: stated.dense("value", k, len(periods), len(org)) for k, kpi in enumerate(kpis)
        }
        return Targets.from_columns(org, kpis, columns, periods=periods)

    def _as_stated(self, entries: Entries) -> Entries:
        """The values as they stand: reading makes 0.0 of -0.0."""
        values = np.asarray(self.table["value"], dtype=np.float64)[entries.row]
        return attrs.evolve(entries, values={"value": values})


def root_of(targets: Targets) -> type[Stated]:
    """How targets were made that were not made of other targets.

    Raises
    ------
    InputError
        If they stand for what another stage has made.
    """
    origin = targets.origin
    if isinstance(origin, Cascaded):
        return Cascading
    assert isinstance(origin, Assigned)  # noqa: S101 - all others are made of targets
    if origin.given is not None:
        return Assigning
    for column, own in zip(targets.columns, origin.own, strict=True):
        if not isinstance(column, Amounts) or not equal(column.values, own):
            repair = "take that stage, and the targets from it again"
            raise InputError([Fault("targets", "they are a view of another stage", repair)])
    return Columning
