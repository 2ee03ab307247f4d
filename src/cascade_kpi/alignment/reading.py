"""Columns of goals and links that other tables do not have: ids of their own, yes and no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, suggest
from cascade_kpi.tables import Table
from cascade_kpi.tables.cells import is_blank

__all__ = ["Ids", "flags", "ids", "near_misses", "numbers_within", "objects", "texts"]

Ids = list[str | int | None]

_NEAR = 0.8
_BEYOND = 2**63
_SUGGESTED = 50  # near misses are looked for this often: each look compares many names
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


def objects(values: Any) -> NDArray[Any]:
    """Ids as a column: int64 where all are whole numbers, else objects."""
    cells = list(values)
    if cells and all(type(cell) is int for cell in cells):
        return np.array(cells, dtype=np.int64)
    return np.fromiter(cells, dtype=object, count=len(cells))


def ids(data: Table, column: str, faults: list[Fault]) -> Ids:
    """Ids, all text or all whole numbers, none of them blank."""
    before = len(faults)
    cells = data.ids(column, faults)
    if not data.has(column):
        return cells
    told = {fault.row for fault in faults[before:]}
    if None in told:
        return cells
    for row, cell in enumerate(cells):
        if (cell is None or (isinstance(cell, str) and not cell.strip())) and row not in told:
            faults.append(data.fault("blank", "give it an id", row=row, column=column, value=cell))
    faults += [
        data.fault("beyond 64 bits", "write it as text", row=row, column=column, value=cell)
        for row, cell in enumerate(cells)
        if isinstance(cell, int) and not -_BEYOND <= cell < _BEYOND
    ]
    wholes = [row for row, cell in enumerate(cells) if isinstance(cell, int)]
    words = [row for row, cell in enumerate(cells) if isinstance(cell, str)]
    if wholes and words:
        few, other = (wholes, "text") if len(wholes) <= len(words) else (words, "whole numbers")
        faults += [
            data.fault(
                f"the other ids are {other}",
                "write ids all as text or all as whole numbers",
                row=row,
                column=column,
                value=cells[row],
            )
            for row in few
        ]
    return cells


def near_misses(
    values: Ids, bad: list[int], known: list[Any], about: str, told: Callable[[int, str], Fault]
) -> list[Fault]:
    """A fault for each value that is not known, the first of them with a near miss.

    Parameters
    ----------
    about : str
        Whose ids they are: ``"goals"``.
    told : callable (position, repair)
        Makes the fault.
    """
    text = bool(known) and isinstance(known[0], str)
    faults = []
    for i, at in enumerate(bad):
        value = values[at]
        if known and isinstance(value, str) != text:
            kind = "text" if text else "whole numbers"
            repair = f"ids of these {about} are {kind}; give the same type"
        else:
            repair = suggest(value, known) if i < _SUGGESTED else "name one that there is"
        faults.append(told(at, repair))
    return faults


def texts(data: Table, column: str, faults: list[Fault]) -> NDArray[Any]:
    """Texts, empty where blank or where there is no such column."""
    if not data.has(column):
        return np.full(data.n, "", dtype=object)
    return data.texts(column, faults)


def numbers_within(
    data: Table, column: str, within: tuple[float, float], reason: str, faults: list[Fault]
) -> FloatArray:
    """Numbers within two bounds, NaN where blank or where there is no such column."""
    if not data.has(column):
        return np.full(data.n, np.nan)
    values = data.numbers(column, faults) + 0.0  # turns -0.0 into 0.0
    faults += [
        data.fault(reason, "correct it", row=row, column=column, value=float(values[row]))
        for row in np.flatnonzero((values < within[0]) | (values > within[1])).tolist()
    ]
    return values


def flags(data: Table, column: str, blank: bool, faults: list[Fault]) -> NDArray[np.bool_]:  # noqa: FBT001 - it is the value of a blank cell
    """Truth values, or the words yes, no, true and false; `blank` where there is nothing."""
    if not data.has(column):
        return np.full(data.n, blank)
    raw = data.raw(column)
    if isinstance(raw, np.ndarray) and raw.dtype == bool:
        return raw.copy()
    found = np.full(data.n, blank)
    for row, cell in enumerate(raw.tolist() if isinstance(raw, np.ndarray) else raw):
        if is_blank(cell):
            continue
        known = cell if isinstance(cell, bool | np.bool_) else None
        if isinstance(cell, str):
            known = _WORDS.get(cell.strip().casefold())
        if known is None:
            value = cell.item() if isinstance(cell, np.generic) else cell
            repair = "write yes or no, true or false"
            faults.append(
                data.fault("neither yes nor no", repair, row=row, column=column, value=value)
            )
        else:
            found[row] = known
    return found
