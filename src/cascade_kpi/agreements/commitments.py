"""What a person commits to, as a plain table."""

from __future__ import annotations

import math
from datetime import date

from attrs import field, frozen

from cascade_kpi.agreements.absent import alike
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.tables import Table, take

__all__ = ["Commitment", "commitments_of"]


@record("cascade_kpi/commitment")
@frozen
class Commitment:
    """One commitment.

    Attributes
    ----------
    text : str
    kpi : str
        Empty where it is about none.
    value : float
        In `unit`; NaN where there is none.
    unit : str
    due : date or None
    """

    text: str
    kpi: str = ""
    value: float = field(default=math.nan, eq=alike)
    unit: str = ""
    due: date | None = None


def commitments_of(
    table: object, org: OrgTree, row: int
) -> tuple[tuple[int, ...], tuple[Commitment, ...]]:
    """The rows of one node's commitments, and these, in the order of the table.

    Raises
    ------
    InputError
        Listing blank commitments, amounts without a unit, unknown nodes, and cells that
        are no numbers or days.
    """
    data = take(table, name="commitments")
    faults: list[Fault] = []
    data.require(["commitment"], faults)
    words = [_texts(data, name, faults) for name in ("commitment", "kpi", "unit")]
    values = data.numbers("value", faults) if data.has("value") else [math.nan] * data.n
    days = data.dates("due", faults) if data.has("due") else [None] * data.n
    mine = _mine(data, org, row, faults)
    told = {(fault.row, fault.column) for fault in faults}
    for i in range(data.n):
        if not words[0][i].strip() and (i, "commitment") not in told and data.has("commitment"):
            faults.append(data.fault("blank", "say what it is", row=i, column="commitment"))
        if values[i] == values[i] and not words[2][i].strip():
            faults.append(data.fault("an amount without a unit", "write it", row=i, column="unit"))
    check(data.told(faults))
    cells = zip(*words, map(float, values), days, mine, strict=True)
    found = [
        (i, Commitment(text, kpi, value, unit, day))
        for i, (text, kpi, unit, value, day, theirs) in enumerate(cells)
        if theirs
    ]
    return tuple(i for i, _ in found), tuple(each for _, each in found)


def _texts(data: Table, column: str, faults: list[Fault]) -> list[str]:
    if not data.has(column):
        return [""] * data.n
    return [str(text) for text in data.texts(column, faults).tolist()]


def _mine(data: Table, org: OrgTree, row: int, faults: list[Fault]) -> list[bool]:
    """Which rows are those of the node; all in a table that names none."""
    if not data.has("node"):
        return [True] * data.n
    found = org.find(data.raw("node")).tolist()
    for i, at in enumerate(found):
        if at < 0:
            value = data.raw("node")[i]
            repair = suggest(value, org.ids.tolist())
            faults.append(data.fault("no such node", repair, row=i, column="node", value=value))
    return [at == row for at in found]
