"""Weightings out of tables, wide or long, with all their faults at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import not_texts
from cascade_kpi.errors import Fault, check
from cascade_kpi.tables import Table, take

__all__ = ["weightings_of"]

_ITEM, _WEIGHT = "item", "weight"

Read = tuple[tuple[str, ...], FloatArray, tuple[str, ...]]
"""Items, weights (weightings, items) and names of the weightings."""


def weightings_of(table: object, named: Any, name: Any) -> Read:
    """Items, weights and names out of any table.

    A table with a column ``item`` is long: a row a weighting and item. Any other is
    wide: a row a weighting, a column an item.

    Raises
    ------
    InputError
        Listing what is wrong, each fault with its row.
    """
    check(not_texts("weightings", named=named, name=name))
    data = take(table, name=name)
    faults: list[Fault] = []
    read = (_long if data.has(_ITEM) else _wide)(data, named, faults)
    if not data.n and not data.faults:
        faults.append(data.fault("no rows", "give at least one weighting"))
    check(data.told(faults))
    return read


def _wide(data: Table, named: str, faults: list[Fault]) -> Read:
    items = tuple(column for column in data.columns if column != named)
    if not items:
        faults.append(data.fault("no column of an item", "give a column for each item"))
    columns = [data.numbers(item, faults, blank="refuse") for item in items]
    values = np.stack(columns, axis=1) if columns else np.zeros((data.n, 0))
    for i, item in enumerate(items):
        _negative(data, values[:, i], item, faults)
    names = tuple(str(1 + row) for row in range(data.n))
    if data.has(named):
        names = _names(data, named, faults)
        first: dict[str, int] = {}
        for row, each in enumerate(names):
            if each and first.setdefault(each, row) != row:
                reason = f"the weighting of row {first[each]} has this name"
                faults.append(data.fault(reason, "rename one", row=row, column=named, value=each))
    if items:
        _empty(data, values, range(data.n), names, faults)
    return items, values, names


def _long(data: Table, named: str, faults: list[Fault]) -> Read:
    names, items = (_names(data, column, faults) for column in (named, _ITEM))
    weights = data.numbers(_WEIGHT, faults, blank="refuse")
    _negative(data, weights, _WEIGHT, faults)
    of_name, of_item = (
        {each: i for i, each in enumerate(dict.fromkeys(filter(None, texts)))}
        for texts in (names, items)
    )
    values = np.zeros((len(of_name), len(of_item)))
    first: dict[tuple[str, str], int] = {}
    begins: dict[str, int] = {}
    for row, (name, item) in enumerate(zip(names, items, strict=True)):
        if name:
            begins.setdefault(name, row)
        if name and not item:
            values[of_name[name]] = np.nan  # what it weighs is not known
        if not name or not item:
            continue  # told already
        before = first.setdefault((name, item), row)
        if before != row:
            reason = f"row {before} has a weight of {item} in {name}"
            faults.append(data.fault(reason, "keep one", row=row, column=_ITEM, value=item))
            continue
        values[of_name[name], of_item[item]] = weights[row]
    _empty(data, values, list(begins.values()), tuple(of_name), faults)
    return tuple(of_item), values, tuple(of_name)


def _names(data: Table, column: str, faults: list[Fault]) -> tuple[str, ...]:
    """The texts of a column, with a fault for each that is blank."""
    before = len(faults)
    texts = data.texts(column, faults).tolist()
    told = {fault.row for fault in faults[before:]}
    blank = [row for row, text in enumerate(texts) if not text.strip() and row not in told]
    if data.has(column):
        faults += [
            data.fault("the cell is blank", f"write the {column}", row=row, column=column)
            for row in blank
        ]
    return tuple(text if text.strip() else "" for text in texts)


def _negative(data: Table, values: FloatArray, column: str, faults: list[Fault]) -> None:
    for row in np.flatnonzero(values < 0).tolist():
        given = float(values[row])
        reason, repair = "the weight is below zero", "give zero or more"
        faults.append(data.fault(reason, repair, row=row, column=column, value=given))


def _empty(
    data: Table, values: FloatArray, rows: Any, names: tuple[str, ...], faults: list[Fault]
) -> None:
    """A fault for each weighting in which nothing weighs anything, at the row it begins in."""
    for k in np.flatnonzero((values == 0).all(axis=1)).tolist():
        reason, repair = "all weights are zero", "weigh at least one item"
        faults.append(data.fault(reason, repair, row=rows[k], value=names[k] or None))
