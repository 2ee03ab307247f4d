"""Columns that tables of changes have in common: ids and days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.moving.intervals import FAR, as_dates
from cascade_kpi.org.tree import OrgTree

if TYPE_CHECKING:
    from cascade_kpi.tables import Table

__all__ = ["Dates", "Ends", "Ids", "as_ids", "codes", "located", "read_days", "read_ids", "told"]

Ids = NDArray[Any]
Dates = NDArray[np.datetime64]
Ends = Literal["inclusive", "exclusive"]

_SUGGESTED = 50  # near misses are looked for this often: each look compares many names
_DAY = np.timedelta64(1, "D")


def as_ids(values: list[Any]) -> Ids:
    """Ids as a column: int64, or objects of text."""
    if values and not any(isinstance(value, str) for value in values):
        return lock(np.array(values, dtype=np.int64))
    return lock(np.fromiter(values, dtype=object, count=len(values)))


def read_ids(data: Table, column: str, faults: list[Fault]) -> list[Any]:
    """A column of ids; a fault for each that is blank, or not of the others' type."""
    if not data.has(column):
        return [""] * data.n
    before = len(faults)
    values = data.ids(column, faults)
    known = {fault.row for fault in faults[before:]}
    texts = sum(isinstance(value, str) for value in values)
    words = texts >= len(values) - texts
    for row, value in enumerate(values):
        if value is None and row not in known:
            faults.append(data.fault("blank", "name it", row=row, column=column))
        elif value is not None and isinstance(value, str) != words:
            reason = "text and whole numbers are mixed"
            repair = "write them all as text" if words else "write them all as whole numbers"
            faults.append(data.fault(reason, repair, row=row, column=column, value=value))
        elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            reason, repair = "beyond 64 bits", "write ids of that size as text"
            faults.append(data.fault(reason, repair, row=row, column=column, value=hex(value)))
            values[row] = 0
    return [("" if words else 0) if value is None else value for value in values]


def read_days(
    data: Table, faults: list[Fault], *, ends: Ends | None = "inclusive"
) -> tuple[Dates, Dates]:
    """The columns start and end, both included; an end that is blank is NaT.

    Parameters
    ----------
    ends : {"inclusive", "exclusive"} or None
        How ends are written; None where there is no such column.
    """
    if ends not in ("inclusive", "exclusive", None):
        fault = Fault(
            data.name,
            "no such way of writing ends",
            suggest(ends, ["inclusive", "exclusive"]),
            column="ends",
            value=ends,
        )
        check([*faults, fault])  # fmt: skip
    before = len(faults)
    start = _dates(data, "start", faults)
    odd = {fault.row for fault in faults[before:]}
    if data.has("start") and None not in odd:
        repair = "write the day; for one that is not known, one before the calendar begins"
        faults += [
            data.fault("blank", repair, row=row, column="start")
            for row in np.flatnonzero(np.isnat(start)).tolist()
            if row not in odd
        ]
    if ends is None or not data.has("end"):
        return start, np.full(data.n, "NaT", dtype="datetime64[D]")
    end = _dates(data, "end", faults)
    last = end - _DAY if ends == "exclusive" else end
    for row in np.flatnonzero(last < start).tolist():
        same = end[row] == start[row]
        reason = (
            "it ends on the day on which it starts, which is left out"
            if same
            else f"it ends before it starts, on {start[row]}"
        )
        repair = "leave the row out, or correct the days" if same else "correct one of the two"
        faults.append(data.fault(reason, repair, row=row, column="end", value=str(end[row])))
    return start, last


def _dates(data: Table, column: str, faults: list[Fault]) -> Dates:
    if not data.has(column):
        return np.full(data.n, "NaT", dtype="datetime64[D]")
    return np.array(data.dates(column, faults).tolist(), dtype="datetime64[D]").reshape(data.n)


def codes(ids: Iterable[Any]) -> tuple[Ids, IntArray]:
    """The different ids in ascending order, and the position of each among them."""
    listed = list(ids)
    known = sorted(set(listed), key=lambda value: (isinstance(value, str), value))
    code = {value: i for i, value in enumerate(known)}
    found = np.fromiter(map(code.__getitem__, listed), np.int64, len(listed))
    return as_ids(known), found


def located(
    org: OrgTree, ids: list[Any], row: IntArray, about: tuple[str, str], faults: list[Fault]
) -> IntArray:
    """Rows of nodes in the tree, -1 for an unknown one, and a fault for it.

    Parameters
    ----------
    row : int64 array
        The row of the table that each stands in.
    about : (source, column)
    """
    found = org.find(ids)
    source, column = about
    for i, at in enumerate(np.flatnonzero(found < 0).tolist()):
        value = ids[at]
        if value in ("", None):  # told as blank
            continue
        repair = suggest(value, org.ids.tolist()) if i < _SUGGESTED else "name a node of the tree"
        if isinstance(value, str) != (org.ids.dtype == object):
            wants = "whole numbers" if org.ids.dtype != object else "text"
            repair = f"ids of this tree are {wants}; give the same type"
        where = int(row[at])
        faults.append(Fault(source, "no such node", repair, row=where, column=column, value=value))
    return found


def told(start: int, end: int) -> str:
    """Days as messages tell them."""
    first = as_dates(np.array(start))
    return f"from {first} on" if end >= FAR else f"{first} to {as_dates(np.array(end))}"
