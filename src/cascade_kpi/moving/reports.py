"""Reports of what was achieved: by whom or at which node, on which days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import (
    CONTENT,
    FloatArray,
    IntArray,
    frozen_array,
    frozen_columns,
    refuse_overflow,
)
from cascade_kpi.entries import read_codes, read_values
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.moving.columns import read_days
from cascade_kpi.moving.history import NOBODY
from cascade_kpi.moving.intervals import FAR, as_days
from cascade_kpi.tables import take

if TYPE_CHECKING:
    from cascade_kpi.moving.moved import Moved
    from cascade_kpi.tables import Table

__all__ = ["Reports", "read_reports"]

_SUGGESTED = 50  # near misses are looked for this often: each look compares many names
_WAYS = (("date",), ("start", "end"), ("period",))


@frozen(hash=False)
class Reports:
    """Reports in order of KPI, period, holder, node, days and what they say.

    Attributes
    ----------
    kpi, holder, node, period : int64 array (r,)
        Positions; holder and node -1 where the report does not say.
    start, end : int64 array (r,)
        Days.
    values : mapping of str to float64 array (r,)
        What the KPIs' aggregates take.
    row : int64 array (r,)
        Row of the table; does not count when they are compared.
    """

    kpi: IntArray = field(eq=CONTENT, converter=frozen_array)
    holder: IntArray = field(eq=CONTENT, converter=frozen_array)
    node: IntArray = field(eq=CONTENT, converter=frozen_array)
    period: IntArray = field(eq=CONTENT, converter=frozen_array)
    start: IntArray = field(eq=CONTENT, converter=frozen_array)
    end: IntArray = field(eq=CONTENT, converter=frozen_array)
    values: Mapping[str, FloatArray] = field(eq=CONTENT, converter=frozen_columns)
    row: IntArray = field(eq=False, converter=frozen_array)

    def __len__(self) -> int:
        return len(self.kpi)

    def of(self, k: int) -> slice:
        """Those of the k-th KPI."""
        return slice(*np.searchsorted(self.kpi, [k, k + 1]).tolist())

    def parts(self, kpi: Kpi, rows: slice) -> tuple[FloatArray, ...]:
        """The parts of some reports of a KPI, as its aggregate makes them."""
        with refuse_overflow("reports"):
            return kpi.aggregate.parts(*(self.values[name][rows] for name in kpi.aggregate.inputs))


def read_reports(table: object, moved: Moved, name: str) -> Reports:
    """Reports from any table.

    Raises
    ------
    InputError
        Listing every fault of its cells.
    """
    data = take(table, name=name)
    kpis, faults = moved.of_before.kpis, list[Fault]()
    data.require(["kpi"], faults)
    kpi = read_codes(data, "kpi", kpis.names, "no such KPI", faults)
    _refuse_levels(data, kpis, kpi, faults)
    holder, node = _who(data, moved, faults)
    start, end, period = _when(data, moved, faults)
    values = read_values(data, kpis, kpi, _inputs, faults=faults)
    check(data.told(faults))
    keys = [values[column] for column in sorted(values)]
    order = np.lexsort((*keys, end, start, node, holder, period, kpi))
    picked = {column: array[order] for column, array in values.items()}
    return Reports(
        kpi[order], holder[order], node[order], period[order], start[order], end[order],
        {name: picked.get(name, np.full(data.n, np.nan)) for kpi in kpis for name in _inputs(kpi)},
        order,
    )  # fmt: skip


def _inputs(kpi: Kpi) -> tuple[str, ...]:
    return kpi.aggregate.inputs


def _refuse_levels(data: Table, kpis: Kpis, kpi: IntArray, faults: list[Fault]) -> None:
    """A fault for each KPI of which the last report stands: that is not achieved over days."""
    for k in np.unique(kpi[kpi >= 0]).tolist():
        rule = kpis.items[k].aggregate
        if rule.along is not rule.combine:
            row = int(np.flatnonzero(kpi == k)[0])
            reason = f"not achieved over days: {rule!r:.60}"
            repair = "measure it by node; leave its rows out here"
            fault = data.fault(reason, repair, row=row, column="kpi", value=kpis.names[k])
            faults.append(fault)


def _who(data: Table, moved: Moved, faults: list[Fault]) -> tuple[IntArray, IntArray]:
    """Position of the holder and row of the node of every report, -1 where it does not say."""
    if not data.has("holder") and not data.has("node"):
        repair = "add who achieved it, where, or both"
        faults.append(Fault(data.name, "no column 'holder' and no column 'node'", repair))
        return np.full(data.n, NOBODY), np.full(data.n, -1)
    known = {value: i for i, value in enumerate(moved.holders.tolist())}
    holder = _found(data, "holder", known, "has no stint", faults)
    rows = {value: i for i, value in enumerate(moved.of_before.org.ids.tolist())}
    node = _found(data, "node", rows, "no such node", faults)
    told = {fault.row for fault in faults}
    repair = "say who achieved it, or where"
    faults += [
        data.fault("neither a holder nor a node", repair, row=row)
        for row in np.flatnonzero((holder < 0) & (node < 0)).tolist()
        if row not in told and None not in told
    ]
    return holder, node


def _found(
    data: Table, column: str, known: Mapping[object, int], reason: str, faults: list[Fault]
) -> IntArray:
    found = np.full(data.n, -1)
    if not data.has(column):
        return found
    kinds = {type(value) for value in known}
    missed = 0
    for row, value in enumerate(data.ids(column, faults)):
        if value is None:
            continue
        at = known.get(value)
        if at is not None:
            found[row] = at
            continue
        missed += 1
        repair = suggest(value, known) if missed <= _SUGGESTED else f"correct the {column}"
        if kinds and type(value) not in kinds:
            repair = f"they are {'whole numbers' if kinds == {int} else 'text'}; give the same type"
        faults.append(data.fault(reason, repair, row=row, column=column, value=value))
    return found


def _when(data: Table, moved: Moved, faults: list[Fault]) -> tuple[IntArray, IntArray, IntArray]:
    """First and last day and the period of every report."""
    begins, ends = moved.clock.begins, moved.clock.ends
    ways = [way for way in _WAYS if any(map(data.has, way))]
    nothing = np.zeros(data.n, dtype=np.int64)
    if len(ways) > 1:
        told = " and ".join(column for way in ways for column in way if data.has(column))
        repair = "keep 'date', or 'start' and 'end', or 'period'"
        faults.append(Fault(data.name, f"days are told in several ways: {told}", repair))
        return nothing, nothing, nothing
    if ways in ([], [("period",)]):
        return _of_periods(data, moved, faults)
    data.require(ways[0], faults)
    if ways[0] == ("date",):
        first = last = _each_day(data, faults)
    else:
        start, end = read_days(data, faults)
        first, last = as_days(start), np.where(np.isnat(end), FAR, as_days(end))
    period = np.searchsorted(begins, first, "right") - 1
    told_rows = {fault.row for fault in faults}
    for row in np.flatnonzero((period < 0) | (last > ends[np.maximum(period, 0)])).tolist():
        if row in told_rows or None in told_rows:
            continue
        day = "date" if data.has("date") else "start"
        outside = first[row] > ends[-1] or first[row] < begins[0]
        open_end = last[row] == FAR
        reason = "outside the periods of the targets" if outside else "not within one period"
        repair = "leave it out" if outside else "report the days of each period by themselves"
        if open_end and not outside:
            reason, repair = "no end", "say the last day of what it reports"
        faults.append(data.fault(reason, repair, row=row, column="end" if open_end else day))
    return first, last, np.maximum(period, 0)


def _of_periods(
    data: Table, moved: Moved, faults: list[Fault]
) -> tuple[IntArray, IntArray, IntArray]:
    labels = moved.of_before.periods.labels
    if data.has("period"):
        period = read_codes(data, "period", labels, "no such period", faults)
    else:
        period = np.zeros(data.n, dtype=np.int64)
        if len(labels) > 1:
            reason = "no days: no column 'date', 'start' and 'end', or 'period'"
            faults.append(Fault(data.name, reason, "add the days of each report"))
    return moved.clock.begins[period], moved.clock.ends[period], period


def _each_day(data: Table, faults: list[Fault]) -> IntArray:
    if not data.has("date"):
        return np.zeros(data.n, dtype=np.int64)
    before = len(faults)
    dates = np.array(data.dates("date", faults).tolist(), dtype="datetime64[D]").reshape(data.n)
    told = {fault.row for fault in faults[before:]}
    faults += [
        data.fault("blank", "write the day", row=row, column="date")
        for row in np.flatnonzero(np.isnat(dates)).tolist()
        if row not in told and None not in told
    ]
    return as_days(dates)
