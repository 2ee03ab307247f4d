"""Columns of a table as columns of a tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi._fields import as_tuple, not_texts
from cascade_kpi._long import Columns
from cascade_kpi.errors import Fault, InputError, check, suggest

if TYPE_CHECKING:
    from cascade_kpi.org.tree import OrgTree
    from cascade_kpi.tables import Table

__all__ = [
    "as_text",
    "blank",
    "changing",
    "check_names",
    "column",
    "id_column",
    "known",
    "labels",
    "listed_ids",
    "named_otherwise",
    "numbers",
    "others",
    "parents",
    "read_units",
    "roots_told",
    "units_table",
]


def check_names(source: str, **named: str | None) -> None:
    """Refuse names of columns that are not text; None is a column that is not there."""
    check(not_texts(source, **{key: name for key, name in named.items() if name is not None}))


def read_units(table: Any, pair: tuple[str, str], name: str, faults: list[Fault]) -> Table:
    """A table of units; without its other columns where these cannot be read.

    A column of the wrong length must not hide the faults of the tree itself: then
    the ids and parents are read alone, and what was wrong is noted.
    """
    from cascade_kpi.tables import take

    try:
        return take(table, name=name)
    except InputError as error:
        if not isinstance(table, Mapping) or not set(pair) <= set(table):
            raise
        alone = take({column: table[column] for column in pair}, name=name)
        faults.extend(error.faults)
        return alone


def roots_told(data: Table, parent: str, roots: Any) -> Any:
    """How many roots there may be; many if a row was cut off before its parent."""
    cells = data.raw(parent)
    return "many" if roots == "one" and any(cells[row] == "" for row in data.unread) else roots


def listed_ids(ids: Any) -> Any:
    """Ids as the index takes them: an array or a list.

    Raises
    ------
    InputError
        If they are one id, or nothing that can be gone through.
    """
    if isinstance(ids, list) or (isinstance(ids, np.ndarray) and ids.ndim == 1):
        return ids
    listed = as_tuple(ids)
    if not isinstance(listed, tuple):
        reason = f"a list of ids is wanted, not a {type(ids).__name__}"
        raise InputError([Fault("nodes", reason, "put them in a list", value=ids)])
    return list(listed)


def named_otherwise(faults: list[Fault], **asked: str) -> list[Fault]:
    """The faults, those of missing columns with the option that names them."""
    option = {column: name for name, column in asked.items()}
    return [
        attrs.evolve(f, repair=f"{f.repair}; or pass {option[f.column]}='its name'")
        if f.reason == "the column is missing" and f.column in option
        else f
        for f in faults
    ]


def id_column(raw: Any) -> NDArray[Any]:
    """Ids as a tree holds them: int64, or objects of text."""
    if isinstance(raw, np.ndarray) and raw.dtype.kind in "iu":
        return raw.astype(np.int64)
    values = raw.tolist() if isinstance(raw, np.ndarray) else raw
    if values and not isinstance(values[0], str):
        return np.array(values, dtype=np.int64)
    return objects(values)


def objects(values: list[Any]) -> NDArray[Any]:
    """Any values as an object array."""
    return np.fromiter(values, dtype=object, count=len(values))


def changing(table: Table, known: Collection[str]) -> list[Fault]:
    """A fault for each cell that could be changed later: a tree cannot."""
    faults = []
    for name in table.columns:
        raw = table.raw(name)
        if name in known or (isinstance(raw, np.ndarray) and raw.dtype != object):
            continue
        kinds = {kind for kind in set(map(type, raw)) if kind.__hash__ is None}
        faults += [
            table.fault(
                f"a {type(cell).__name__} in a cell",
                "give text, a number, a date or another value that does not change",
                row=row,
                column=name,
            )
            for row, cell in enumerate(raw if kinds else ())
            if type(cell) in kinds
        ]
    return faults


def column(table: Table, name: str) -> NDArray[Any]:
    """A column as it was given: an array as it is, a list as objects."""
    raw = table.raw(name)
    return raw if isinstance(raw, np.ndarray) else objects(raw)


def blank(n: int) -> NDArray[Any]:
    """Empty texts."""
    return lock(np.full(n, "", dtype=object))


def as_text(ids: NDArray[Any]) -> NDArray[Any]:
    """Ids as labels."""
    return ids if ids.dtype == object else lock(objects([str(i) for i in ids.tolist()]))


def labels(given: NDArray[Any] | None, ids: NDArray[Any]) -> NDArray[Any]:
    """Labels; the id where there are none, or one is blank."""
    if given is None:
        return as_text(ids)
    empty = given == ""
    return lock(np.where(empty, as_text(ids), given) if empty.any() else given)


def others(table: Table, known: Collection[str], order: IntArray) -> dict[str, NDArray[Any]]:
    """Every column that is not one of the known ones, in the tree's order."""
    return {c: lock(column(table, c)[order]) for c in table.columns if c not in known}


def parents(org: OrgTree, root: object) -> NDArray[Any]:
    """Ids of the parents as objects; `root` at the roots."""
    out = np.full(len(org), root, dtype=object)
    below = org.parent >= 0
    out[below] = org.ids[org.parent[below]]
    return out


def units_table(org: OrgTree, id: str, parent: str, kind: str, label: str) -> Columns:  # noqa: A002 - as in from_table
    """See :meth:`OrgTree.table`."""
    root = "" if org.ids.dtype == object else None
    own = {id: org.ids, parent: parents(org, root)}
    if (org.kinds != "").any():
        own[kind] = org.kinds
    if (org.labels != as_text(org.ids)).any():
        own[label] = org.labels
    repair = "pass id=, parent=, kind= or label= to name the tree's own columns otherwise"
    reason = "the tree's own columns and its further ones are not all named differently"
    names = [id, parent, kind, label]
    check(
        [
            Fault("units", reason, repair, column=name)
            for name in own
            if name in org.columns or names.count(name) > 1
        ]
    )
    return {**own, **org.columns}


def known(org: OrgTree, column: object) -> None:
    """Refuse what is not the name of a column of a tree."""
    if not isinstance(column, str) or column not in org.columns:
        repair = suggest(column, org.columns)
        check([Fault("units", "no such column", repair, value=column)])


def numbers(org: OrgTree, column: str) -> FloatArray:
    """A column of a tree as numbers, float64 (n,), NaN where it is blank."""
    from cascade_kpi.tables import read

    known(org, column)
    faults: list[Fault] = []
    values = read({column: org.columns[column]}, name="units").numbers(column, faults)
    check([attrs.evolve(f, row=int(org.source_row[f.row or 0])) for f in faults])
    return values
