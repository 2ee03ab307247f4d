"""Tables checked each by itself, then together, each as far as the others allow."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from attrs import define, evolve, field

import cascade_kpi as ck
from cascade_kpi import records, tables
from cascade_kpi.entries import read_entries
from cascade_kpi.errors import Fault, InputError

__all__ = ["Checks"]

Inputs = Callable[[ck.Kpi], tuple[str, ...]]


@define
class Checks:
    """The faults of several files, gathered by :meth:`run`.

    Attributes
    ----------
    options : Namespace
        Of the command: which files, and how they are to be read.
    files : list of str
        The files in the order in which their faults are told.
    faults : list of (str, Fault)
        File and fault, as they were found.
    notes : list of str
        What was read without a fault.
    """

    options: argparse.Namespace
    files: list[str]
    faults: list[tuple[str, Fault]] = field(factory=list)
    notes: list[str] = field(factory=list)

    def run(self) -> None:
        """Read and check all files."""
        options = self.options
        units = self._table(options.table, "units")
        org = None if units is None else self._tree(units)
        ids = _ids(units, options.id) if org is None else org
        kpis = self._kpis(options.kpis)
        goals = self._table(options.goals, "goals")
        actuals = self._table(options.actuals, "actuals")
        periods: ck.Periods | None = options.periods
        if goals is not None:
            long = _Long(options.goals, goals, ids, kpis, lambda _: ("value",))
            periods = self._entries(long, periods)
        if actuals is not None:
            long = _Long(options.actuals, actuals, ids, kpis, lambda kpi: kpi.aggregate.inputs)
            periods = self._entries(long, periods)
        if org is not None and kpis is not None:
            self._conflicts(org, kpis, goals)
            self._doubled(org, kpis, actuals, periods)

    def in_order(self) -> list[tuple[str, Fault]]:
        """File and fault by file and row; what has no row comes first."""
        place = {file: i for i, file in enumerate(self.files)}

        def key(entry: tuple[str, Fault]) -> tuple[int, int, int]:
            file, fault = entry
            return place[file], -1 if fault.row is None else fault.row, fault.line or 0

        return sorted(self.faults, key=key)

    def _of(self, path: Path, faults: Iterable[Fault]) -> None:
        told = {id(fault) for _, fault in self.faults}  # a table hands its own on to each check
        self.faults += [(str(path), fault) for fault in faults if id(fault) not in told]

    def _sound(self, path: Path) -> bool:
        return all(file != str(path) for file, _ in self.faults)

    def _table(self, path: Path | None, name: str) -> tables.Table | None:
        if path is None:
            return None
        form = ck.Csv(path, self.options.delimiter, self.options.encoding)
        try:
            table = tables.take(form, name=name)
        except InputError as error:
            self._of(path, error.faults)
            return None
        self._of(path, table.faults)
        return table

    def _tree(self, table: tables.Table) -> ck.OrgTree | None:
        options = self.options
        try:
            org = ck.OrgTree.from_table(
                table,
                id=options.id,
                parent=options.parent,
                kind=options.kind,
                label=options.label,
                roots=options.roots,
            )
        except InputError as error:
            self._of(options.table, error.faults)
            return None
        self.notes.append(f"{len(org):,} units")
        return org

    def _kpis(self, path: Path | None) -> ck.Kpis | None:
        if path is None:
            return None
        try:
            kpis = records.load(path, expect=ck.Kpis)
        except InputError as error:
            self._of(path, error.faults)
            return None
        self.notes.append(f"{len(kpis)} KPIs")
        return kpis

    def _entries(self, long: _Long, periods: ck.Periods | None) -> ck.Periods | None:
        """Check a long table; the periods, by its own labels if it is sound."""
        self.notes.append(f"{long.table.n:,} {long.table.name}")
        found, faults = long.read(periods)
        self._of(long.path, faults)
        return periods if faults else found

    def _conflicts(self, org: ck.OrgTree, kpis: ck.Kpis, goals: tables.Table | None) -> None:
        """What only the cascade can tell: goals that conflict, drivers that are lacking."""
        options = self.options
        if goals is None or not self._sound(options.goals):
            return
        try:
            ck.cascade(org, kpis, goals, periods=options.periods)
        except InputError as error:
            self._of(options.table, [f for f in error.faults if f.source == "units"])
            self._of(options.goals, [f for f in error.faults if f.source != "units"])

    def _doubled(
        self,
        org: ck.OrgTree,
        kpis: ck.Kpis,
        actuals: tables.Table | None,
        periods: ck.Periods | None,
    ) -> None:
        """What only measuring can tell: totals reported beside their parts."""
        path = self.options.actuals
        if actuals is None or periods is None or not self._sound(path):
            return
        none = ck.Targets.from_columns(org, kpis, {}, periods=periods)
        try:
            ck.measure(none, actuals, inner=self.options.inner)
        except InputError as error:
            self._of(path, error.faults)


@define
class _Long:
    """A table of goals or actuals, and what it refers to as far as that is known."""

    path: Path
    table: tables.Table
    ids: ck.OrgTree | None
    kpis: ck.Kpis | None
    inputs: Inputs

    def read(self, periods: ck.Periods | None) -> tuple[ck.Periods | None, list[Fault]]:
        """The periods, and every fault that can be told."""
        faults: list[Fault] = []
        ids, kpis, table, inputs = self.ids, self.kpis, self.table, self.inputs
        if ids is None and table.has("node"):  # no unit could be read: any may be meant
            ids = _ids(table, "node")
        if kpis is None and table.has("kpi"):  # nor a KPI: then what each takes is unknown
            kpis, inputs = _any_kpis(table), lambda _: ()
            table = self._without_numbers(faults)
        if ids is None or kpis is None:
            table.require(["node", "kpi"], faults)
            return periods, table.told(faults)
        try:
            name = table.name
            periods, _ = read_entries(ids, kpis, table, periods=periods, inputs=inputs, name=name)
        except InputError as error:
            faults += error.faults
        return periods, table.told(faults)

    def _without_numbers(self, faults: list[Fault]) -> tables.Table:
        """The columns that refer to something; the others are checked for numbers."""
        columns = self.table.columns
        for name in ("value", "weight", "numerator", "denominator"):
            if name in columns:
                self.table.numbers(name, faults)
        referring = {name: columns[name] for name in columns if name in ("node", "kpi", "period")}
        return evolve(self.table, columns=referring)


def _ids(table: tables.Table | None, column: str) -> ck.OrgTree | None:
    """The ids of a faulty table without any order, so that others can refer to them."""
    ids = () if table is None else {id_ for id_ in table.ids(column, []) if isinstance(id_, str)}
    if not ids:
        return None
    return ck.OrgTree.from_table({"id": sorted(ids), "parent": [None] * len(ids)}, roots="many")


def _any_kpis(table: tables.Table) -> ck.Kpis | None:
    names = {name for name in table.texts("kpi", []).tolist() if name.strip()}
    return ck.Kpis(ck.Kpi(name, "?") for name in sorted(names)) if names else None
