"""What is wrong with a table of ids and parents: every fault of every row.

Row by row and unhurried: it runs only once something is known to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi.errors import Fault, suggest

__all__ = ["Columns", "faults_of", "is_missing"]

_NAMED = 8  # members of a cycle that are told by name
_SUGGESTED = 10  # unknown parents that are looked up among the near misses
_TYPES = "text or a whole number"


def is_missing(value: object) -> bool:
    """Whether a value stands for none at all: None, "", NaN, NaT or NA."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value
    try:
        return bool(value != value)
    except (ArithmeticError, TypeError, ValueError):
        # pandas' NA will not say what it equals, nor a signalling NaN; an array says too much.
        return type(value).__name__ == "NAType"


@frozen(eq=False)
class Columns:
    """The two columns as they were given, and how to speak of them.

    Attributes
    ----------
    ids, parents : sequence
        Not necessarily of the same length.
    source, id_column, parent_column : str
        What the table and its columns are called.
    lines : sequence of int or None
        The line of the file that each row came from.
    """

    ids: Sequence[Any]
    parents: Sequence[Any]
    source: str
    id_column: str
    parent_column: str
    lines: Sequence[int] | None

    def fault(self, column: str, row: int, value: object, reason: str, repair: str) -> Fault:
        """A fault of one cell."""
        line = None if self.lines is None or row >= len(self.lines) else int(self.lines[row])
        return Fault(self.source, reason, repair, row=row, column=column, value=value, line=line)

    def id_fault(self, row: int, reason: str, repair: str) -> Fault:
        """A fault of the id of a row."""
        return self.fault(self.id_column, row, self.ids[row], reason, repair)

    def parent_fault(self, row: int, reason: str, repair: str) -> Fault:
        """A fault of the parent of a row."""
        return self.fault(self.parent_column, row, self.parents[row], reason, repair)

    def named(self, rows: Sequence[int], between: str) -> str:
        """The ids of the first few of the rows."""
        names = [repr(_plain(self.ids[row])) for row in rows[:_NAMED]]
        return between.join(names) + (f"{between}…" if len(rows) > _NAMED else "")


@frozen(eq=False)
class _Read:
    """The table as far as it can be understood.

    Attributes
    ----------
    ids, parents : list
        Text, int, or None for what is missing or was refused.
    refused : set of int
        Rows whose parent says something, but nothing that can be an id.
    faults : list of Fault
    """

    ids: list[Any]
    parents: list[Any]
    refused: set[int] = field(factory=set)
    faults: list[Fault] = field(factory=list)


def faults_of(table: Columns, roots: str) -> list[Fault]:
    """Every fault: of the whole table, then of ids, of parents, of the shape.

    Parameters
    ----------
    table : Columns
    roots : {"one", "many"}
    """
    read = _Read([_plain(v) for v in table.ids], [_plain(v) for v in table.parents])
    read.faults.extend(_table_faults(table))
    read.faults.extend(_id_faults(table, read))
    first: dict[Any, int] = {}
    for row, value in enumerate(read.ids):
        if value is None:
            continue
        earlier = first.setdefault(value, row)
        if earlier != row:
            reason = f"duplicate id, first given in row {earlier}"
            repair = "give every unit an id of its own, or delete the row that is there twice"
            read.faults.append(table.id_fault(row, reason, repair))
    read.faults.extend(_parent_faults(table, read, first))
    read.faults.extend(_shape_faults(table, read, first))
    read.faults.extend(_root_faults(table, read, first, roots))
    return read.faults


def _plain(value: Any) -> Any:
    """Numpy's text and numbers as Python's own, missing values as None."""
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value


def _is_id(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, str) or (isinstance(value, int) and -(1 << 63) <= value < 1 << 63)


def _wrong(value: object) -> tuple[str, str]:
    """Reason and repair for a value that cannot be an id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "whole number beyond 64 bits", "write ids of that length as text"
    return f"must be {_TYPES}, not {type(value).__name__}", f"write it as {_TYPES}"


def _table_faults(table: Columns) -> Iterator[Fault]:
    n, m = len(table.ids), len(table.parents)
    if n != m:
        reason = f"{n} entries in {table.id_column} but {m} in {table.parent_column}"
        yield Fault(table.source, reason, "give every row both an id and a parent")
    elif not n:
        yield Fault(table.source, "no rows", "give at least the row of the root")


def _id_faults(table: Columns, read: _Read) -> Iterator[Fault]:
    """Faults of single ids; what is no id is None in ``read.ids`` from then on."""
    # One missing number turns a column of whole numbers into floats: only
    # the missing one is to blame then.
    floated = any(value is None for value in read.ids)
    for row, value in enumerate(read.ids):
        if floated and isinstance(value, float) and value.is_integer():
            read.ids[row] = value = int(value)
        if value is None or (isinstance(value, str) and not value.strip()):
            yield table.id_fault(row, "empty id", "give the unit an id, or delete the row")
            read.ids[row] = None
        elif not _is_id(value):
            yield table.id_fault(row, *_wrong(value))
            read.ids[row] = None
        elif isinstance(value, str):
            read.ids[row] = str(value)
    texts = [row for row, value in enumerate(read.ids) if isinstance(value, str)]
    numbers = [row for row, value in enumerate(read.ids) if isinstance(value, int)]
    if texts and numbers:
        row = min(texts, numbers, key=len)[0]
        reason = f"ids are mixed: {len(texts)} are text and {len(numbers)} are numbers"
        repair = "write every id as text, or every id as a whole number"
        yield table.id_fault(row, reason, repair)


def _parent_faults(table: Columns, read: _Read, first: dict[Any, int]) -> Iterator[Fault]:
    """Faults of single parents, except cycles."""
    repairs: dict[Any, str] = {}
    for row, value in enumerate(read.parents[: len(read.ids)]):
        if value is None:
            continue
        if isinstance(value, float) and value.is_integer():
            read.parents[row] = value = int(value)
        if not _is_id(value):
            read.refused.add(row)
            yield table.parent_fault(row, *_wrong(value))
        elif value == read.ids[row]:
            repair = "name the unit above it, or leave the parent empty if it is the root"
            yield table.parent_fault(row, "its own parent", repair)
        elif value not in first:
            if value not in repairs and len(repairs) < _SUGGESTED:
                repairs[value] = _near(value, first)
            repair = repairs.get(value, "name a parent that has a row, or add a row for it")
            yield table.parent_fault(row, "unknown parent: no row has this id", repair)


def _near(value: object, first: dict[Any, int]) -> str:
    small = isinstance(value, int) and value.bit_length() <= 64  # else it may have no digits
    other = str(value) if small else _as_number(value)
    if other in first:
        kind = "text" if isinstance(other, str) else "a number"
        return f"write it as the id is written: {other!r}, {kind}"
    return suggest(value, first)


def _as_number(value: object) -> object:
    text = value if isinstance(value, str) else ""
    return int(text) if len(text) < 20 and text.isascii() and text.isdigit() else None


def _shape_faults(table: Columns, read: _Read, first: dict[Any, int]) -> Iterator[Fault]:
    """Cycles, each once, and how many rows hang below each."""
    up = [
        -1 if parent is None or row in read.refused else first.get(parent, -1)
        for row, parent in enumerate(read.parents[: len(read.ids)])
    ]
    up += [-1] * (len(read.ids) - len(up))
    cycles, hanging = _cycles(up, sorted(first.values()))
    for cycle in cycles:
        if len(cycle) > 1:
            around = table.named(cycle, " → ")
            if len(cycle) <= _NAMED:
                around += f" → {table.named(cycle[:1], '')}"
            reason = f"cycle of {len(cycle)}, each naming the next as its parent: {around}"
            repair = "give one of them a parent outside the cycle"
            yield table.parent_fault(cycle[0], reason, repair)
        behind = hanging[cycle[0]]
        if behind:
            rows = "1 row hangs" if len(behind) == 1 else f"{len(behind)} rows hang"
            head = table.named(cycle[:1], "")
            reason = f"{rows} below the cycle of {head}: {table.named(behind, ', ')}"
            yield table.parent_fault(behind[0], reason, f"break the cycle of {head}")


def _cycles(up: list[int], rows: list[int]) -> tuple[list[list[int]], dict[int, list[int]]]:
    """Cycles from their smallest row on, and the rows below each by that row."""
    fate: dict[int, int] = {-1: -1}  # a row's cycle, by its smallest row; -1 for none
    cycles: list[list[int]] = []
    hanging: dict[int, list[int]] = {}
    for start in rows:
        path: dict[int, int] = {}  # the rows on the way up, and how far up each is
        row = start
        while row not in fate and row not in path:
            path[row] = len(path)
            row = up[row]
        if row in path:
            cycle = list(path)[path[row] :]
            low = cycle.index(min(cycle))
            cycle = cycle[low:] + cycle[:low]
            cycles.append(cycle)
            hanging[cycle[0]] = []
            fate.update(dict.fromkeys(cycle, cycle[0]))
        end = fate[row]
        for passed in path:
            if passed not in fate:
                fate[passed] = end
                if end >= 0:
                    hanging[end].append(passed)
    for behind in hanging.values():
        behind.sort()
    return sorted(cycles), hanging


def _root_faults(table: Columns, read: _Read, first: dict[Any, int], roots: str) -> Iterator[Fault]:
    parents = read.parents[: len(read.ids)]
    # A row without an id is at fault already, but may have been meant as the root.
    tops = [row for row, parent in enumerate(parents) if parent is None]
    if parents and not tops:
        reason = "no root: every row names a parent"
        repair = "leave the parent of the topmost unit empty"
        yield Fault(table.source, reason, repair, column=table.parent_column)
    tops = [row for row in tops if first.get(read.ids[row], -1) == row]
    if roots == "one" and len(tops) > 1:
        for row in tops:
            reason = f"one of {len(tops)} roots, where one is wanted"
            repair = 'name the unit above it, or ask for roots="many"'
            yield table.id_fault(row, reason, repair)
