"""Long tables of goals, targets and actuals: one row a node, KPI and period."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array, frozen_columns
from cascade_kpi.errors import Fault, check, suggest, wants
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods

if TYPE_CHECKING:
    from cascade_kpi.tables import Table

__all__ = [
    "NOT_NEGATIVE",
    "Column",
    "Entries",
    "aligned",
    "read_codes",
    "read_entries",
    "read_nodes",
    "read_periods",
    "read_values",
]

NOT_NEGATIVE = {"weight", "denominator"}  # volumes: what a mean or a ratio is taken over
_SUGGESTED = 50  # near misses are looked for this often: each look compares many names


@frozen(hash=False)
class Entries:
    """Entries of a long table, sorted by KPI, period and node.

    Attributes
    ----------
    node, kpi, period : int64 array (m,)
        Row of the tree, position of the KPI, position of the period.
    values : mapping of str to float64 array (m,)
        Each input column, NaN where the KPI does not take it.
    row : int64 array (m,)
        Row of the table that the entry came from.
    """

    node: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    kpi: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    period: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    values: Mapping[str, FloatArray] = field(eq=CONTENT, repr=False, converter=frozen_columns)
    row: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @classmethod
    def none(cls) -> Entries:
        """Those of a table without rows."""
        nowhere = np.zeros(0, dtype=np.int64)
        return cls(nowhere, nowhere, nowhere, {}, nowhere)

    def __len__(self) -> int:
        return len(self.node)

    def dense(self, column: str, kpi: int, periods: int, nodes: int) -> FloatArray:
        """One column of one KPI as an array (periods, nodes), NaN where absent."""
        out = np.full((periods, nodes), np.nan)
        part = slice(*np.searchsorted(self.kpi, [kpi, kpi + 1]))
        if column in self.values:  # columns that no entry takes are not kept
            out[self.period[part], self.node[part]] = self.values[column][part]
        return out

    def row_of(self, node: int, kpi: int, period: int) -> int | None:
        """Table row of one entry, None if there is no such entry."""
        begin, end = np.searchsorted(self.kpi, [kpi, kpi + 1]).tolist()
        hit = (self.node[begin:end] == node) & (self.period[begin:end] == period)
        found = np.flatnonzero(hit)
        return int(self.row[begin + found[0]]) if len(found) else None


def read_entries(
    org: OrgTree,
    kpis: Kpis,
    table: object,
    *,
    periods: Periods | None,
    inputs: Callable[[Kpi], tuple[str, ...]],
    name: str,
) -> tuple[Periods, Entries]:
    """Read a long table with columns node, kpi, period and value columns.

    Parameters
    ----------
    periods : Periods or None
        The periods that may occur. Without them the table's own labels are
        taken, sorted. A table without a period column is for the one period.
    inputs : callable (kpi) -> tuple of str
        The value columns that rows of a KPI must fill; the others are blank.
    name : str
        What error messages call the table.

    Raises
    ------
    InputError
        Listing unknown nodes, KPIs and periods, repeated entries, blanks and
        values that are not finite numbers.
    """
    from cascade_kpi.tables import take

    wants(org, OrgTree, "org", "OrgTree.from_table(…)")
    data = take(table, name=name)
    faults: list[Fault] = []
    data.require(["node", "kpi"], faults)
    kpi = read_codes(data, "kpi", kpis.names, "no such KPI", faults)
    periods, period = read_periods(data, periods, faults)
    node = read_nodes(data, org, faults)
    values = read_values(data, kpis, kpi, inputs, faults=faults)
    data.misnamed({"period", *(name for each in kpis for name in inputs(each))}, faults)
    _repeats(data, org, kpis, periods, (node, kpi, period), faults=faults)
    check(data.told(faults))
    order = np.lexsort((node, period, kpi))
    picked = {column: array[order] for column, array in values.items()}
    return periods, Entries(node[order], kpi[order], period[order], picked, order)


def read_codes(
    data: Table, column: str, known: tuple[str, ...], reason: str, faults: list[Fault]
) -> IntArray:
    """Positions of a column's texts among those known, -1 for others, and a fault for each."""
    if not data.has(column):
        return np.full(data.n, -1)
    code = {label: i for i, label in enumerate(known)}
    before = len(faults)
    texts = data.texts(column, faults).tolist()
    told = {fault.row for fault in faults[before:]}
    found = np.fromiter((code.get(text, -1) for text in texts), np.int64, len(texts))
    unknown = [row for row in np.flatnonzero(found < 0).tolist() if row not in told]
    repairs: dict[str, str] = {}
    for row in unknown:
        text = texts[row]
        if text not in repairs:
            near = len(repairs) < _SUGGESTED
            repairs[text] = suggest(text, known) if near else "use one that there is"
        faults.append(data.fault(reason, repairs[text], row=row, column=column, value=text))
    return found


def read_periods(
    data: Table, periods: Periods | None, faults: list[Fault]
) -> tuple[Periods, IntArray]:
    """The periods, and the position of each row's; −1 and a fault where there is no such period."""
    if data.has("period"):
        if periods is None:
            odd: list[Fault] = []
            texts = enumerate(data.texts("period", odd).tolist())
            labels = sorted({text for row, text in texts if row not in data.unread} - {""})
            if odd and not labels:  # not one label could be read: which there are is not known
                faults.extend(odd[:1])
                return Periods("?"), np.full(data.n, -1)
            _refuse_guessing(data, labels, faults)
            periods = Periods(labels or ["?"])
        return periods, read_codes(data, "period", periods.labels, "no such period", faults)
    if periods is None or len(periods) > 1:
        reason = "no column 'period', and not one period it could all be for"
        faults.append(Fault(data.name, reason, "add the column, or pass periods='2026'"))
        return periods or Periods("?"), np.zeros(data.n, dtype=np.int64)
    return periods, np.zeros(data.n, dtype=np.int64)


def _refuse_guessing(data: Table, labels: list[str], faults: list[Fault]) -> None:
    """Labels are put in order only where sorting them can be no other than their order.

    They must be alike but for their digits, and sort alike as text and by number:
    2026Q1 and 2026Q2 do; Jan and Feb, or W9 and W10, do not.
    """
    alike = len({re.sub(r"[0-9]+", "0", label) for label in labels}) <= 1
    numbers = [
        [(len(digits), digits) for digits in re.findall("0*([0-9]+)", label)] for label in labels
    ]
    if not alike or numbers != sorted(numbers):
        reason = (
            f"the order of the periods {', '.join(labels[:6])} cannot be told from their labels"
        )
        repair = "pass periods=[…] in order, or labels such as 2026Q1, 2026-03 or W09"
        faults.append(Fault(data.name, reason, repair, column="period"))


def read_nodes(data: Table, org: OrgTree, faults: list[Fault]) -> IntArray:
    """The row in the tree of each entry of ``node``, −1 and a fault where there is no such node."""
    if not data.has("node"):
        return np.full(data.n, -1)
    raw = data.raw("node")
    found = org.find(raw)
    bad = np.flatnonzero(found < 0).tolist()
    if bad:
        known = org.ids.tolist()
        wants = "whole numbers" if org.ids.dtype != object else "text"
        for i, row in enumerate(bad):
            value = raw[row]
            repair = suggest(value, known) if i < _SUGGESTED else "name a node of the tree"
            if isinstance(value, str) != (org.ids.dtype == object):
                repair = f"ids of this tree are {wants}; give the same type"
            faults.append(data.fault("no such node", repair, row=row, column="node", value=value))
    return found


def read_values(
    data: Table,
    kpis: Kpis,
    kpi: IntArray,
    inputs: Callable[[Kpi], tuple[str, ...]],
    *,
    faults: list[Fault],
) -> dict[str, FloatArray]:
    """The value columns that rows of their KPIs must fill, NaN where they need not."""
    wanted = [inputs(item) for item in kpis]
    before = len(faults)
    used = sorted({k for k in kpi.tolist() if k >= 0})
    takers = used or range(len(kpis))  # of which KPI they are is not known: they are numbers still
    columns = sorted({column for k in takers for column in wanted[k]} or {"value"})
    values = {
        column: data.numbers(column, faults) + 0.0  # turns -0.0 into 0.0
        if data.has(column)
        else np.full(data.n, np.nan)
        for column in columns
    }
    # A column that is not there is told once, not cell by cell.
    data.require(sorted({column for k in used for column in wanted[k]}), faults)
    for column in NOT_NEGATIVE.intersection(columns):
        faults.extend(
            data.fault("negative", "it is zero or more", row=row, column=column, value=value)
            for row, value in enumerate(values[column].tolist())
            if value < 0
        )
    told = {(fault.row, fault.column) for fault in faults[before:]}
    for k in used:
        about = f"{kpis.items[k].name} takes {' and '.join(wanted[k])}"
        rows = np.flatnonzero(kpi == k)
        for column in filter(data.has, columns):
            blank = np.isnan(values[column][rows])
            odd = rows[blank if column in wanted[k] else ~blank].tolist()
            faults += [
                _misplaced(data, (row, column), about, float(values[column][row]))
                for row in odd
                if (row, column) not in told
            ]
    return values


def _misplaced(data: Table, at: tuple[int, str], about: str, value: float) -> Fault:
    """A cell that is blank and should not be, or is not and should."""
    row, column = at
    if value != value:
        repair = f"{about}: fill it in, or leave the row out if nothing was reported"
        return data.fault("blank", repair, row=row, column=column, value=None)
    repair = f"leave it blank: {about}"
    return data.fault("not taken", repair, row=row, column=column, value=value)


def _repeats(
    data: Table,
    org: OrgTree,
    kpis: Kpis,
    periods: Periods,
    at: tuple[IntArray, IntArray, IntArray],
    *,
    faults: list[Fault],
) -> None:
    node, kpi, period = at
    sound = np.flatnonzero((node >= 0) & (kpi >= 0) & (period >= 0))
    key = (kpi[sound] * len(periods) + period[sound]) * len(org) + node[sound]
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[order][1:] == key[order][:-1]) + 1
    for i in again.tolist():
        row, before = int(sound[order[i]]), int(sound[order[i - 1]])
        name, label = kpis.items[int(kpi[row])].name, periods.labels[int(period[row])]
        reason = f"{name} in {label} stands in row {before} already"
        value = org.ids[int(node[row])]
        faults.append(
            data.fault(reason, "keep one of the rows", row=row, column="node", value=value)
        )


@frozen(eq=False)
class Column:
    """One KPI's numbers of one table, and where they came from.

    Attributes
    ----------
    source : str
        What messages call the table.
    entries : Entries or None
        Its rows; None for arrays.
    k : int
        Position of the KPI.
    """

    source: str
    kpi: Kpi
    periods: Periods
    entries: Entries | None
    k: int

    def unreached(self, reach: Reach, values: FloatArray) -> list[Fault]:
        """A fault for every number at a node that the KPI does not reach.

        Parameters
        ----------
        values : float64 array (p, n)
        """
        if reach.is_whole:
            return []
        stray = np.argwhere(~np.isnan(values) & ~reach.within).tolist()
        kinds = " or ".join(self.kpi.at)
        repair = f"it is reported at {kinds}: state it there or above, or change the KPI's at"
        return [
            Fault(
                self.source,
                f"{self.kpi.name} in {self.periods.labels[p]} does not reach this node",
                repair,
                row=None if self.entries is None else self.entries.row_of(row, self.k, p),
                value=reach.org.node(row).id,
            )
            for p, row in stray
        ]


def _plain(values: Any) -> np.ndarray[Any, Any]:
    """Values as an array, NaN where a masked array is masked."""
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "fiu":
        return np.ma.filled(values.astype(np.float64), np.nan)
    try:
        return np.asarray(values)
    except ValueError:  # rows of unequal length
        return np.array(None)


def aligned(
    org: OrgTree, periods: Periods, values: Any, name: str, faults: list[Fault]
) -> FloatArray:
    """An array given in the tree's own row order, as float64 (periods, nodes).

    Parameters
    ----------
    values : array (n,) or (p, n)
        NaN is absent; (n,) only where there is one period. It is copied, so
        that nobody can change it later, unless it is read-only already.
    """
    array = _plain(values)
    if array.dtype.kind not in "fiu":
        reason, repair = f"numbers are needed, not dtype {array.dtype}", "pass a numeric array"
        faults.append(Fault(name, reason, repair))
        return np.full((len(periods), len(org)), np.nan)
    array = frozen_array(np.asarray(array, dtype=np.float64))
    if array.ndim == 1 and len(periods) == 1:
        array = array[None, :]
    if array.shape != (len(periods), len(org)):
        reason = f"shape {array.shape} where ({len(periods)}, {len(org)}) is needed"
        faults.append(Fault(name, reason, "give one row a period, one column a node"))
        return np.full((len(periods), len(org)), np.nan)
    if np.isinf(array).any():
        faults.append(Fault(name, "infinite values", "give finite numbers, NaN where absent"))
    return array
