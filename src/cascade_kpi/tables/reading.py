"""Any table in: mappings, records, frames and CSV files as columns."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np

from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.tables import csvfiles
from cascade_kpi.tables.cells import Column, Trouble, is_blank
from cascade_kpi.tables.csvfiles import Csv
from cascade_kpi.tables.table import Table

__all__ = ["read", "take"]

_ACCEPTED = (
    "pass a mapping of names to columns, a list of records, a frame (pandas, polars, "
    "Arrow or another that narwhals knows), the path of a CSV file, or Csv(path, ...)"
)
_GIVE_COLUMN = "give a list or a one-dimensional array"
_NO_COLUMNS = "the table has no columns"
_GIVE_COLUMNS = "give at least one named column, an empty one if there are no rows"


def read(source: Any, *, name: str) -> Table:
    """Read a table of any of the accepted kinds.

    Parameters
    ----------
    source : Table, mapping, sequence of mappings, frame, path or Csv
        A mapping of column names to sequences, arrays or series of one
        length; a list of records, where a key that is not there is None; any
        frame narwhals knows (a lazy one is collected); the path of a
        comma-separated UTF-8 file; or a :class:`Csv` for a file of another
        form. A Table is taken as it is, under the new name.
    name : str
        What faults call the table.

    Returns
    -------
    Table
        Its rows in the order of the source.

    Raises
    ------
    InputError
        The source is of no accepted kind, or is malformed; every fault found
        is listed, with row and line where it has them.

    Examples
    --------
    >>> read([{"id": "hq"}, {"id": "east", "parent": "hq"}], name="units").raw("parent")
    [None, 'hq']
    """
    table = take(source, name=name)
    check(table.faults)
    return table


def take(source: Any, *, name: str) -> Table:
    """The same for a caller who goes on to check the rows that could be read.

    What is wrong with single rows of a file is not raised but noted in the
    table's ``faults``; the caller ends with ``check(table.told(found))``.

    Raises
    ------
    InputError
        No row of the source can be read.
    """
    if isinstance(source, Table):
        return attrs.evolve(source, name=name)
    if isinstance(source, Csv | str | os.PathLike):
        file = csvfiles.read_csv(source if isinstance(source, Csv) else Csv(source), name=name)
        texts: dict[str, Column] = dict(file.columns)
        n = len(file.lines)
        return Table(name, MappingProxyType(texts), n, file.lines, file.faults, file.unread)
    columns = None
    if isinstance(source, Mapping):
        columns = _from_mapping(source, name)
    elif isinstance(source, Sequence) and not isinstance(source, bytes | bytearray | memoryview):
        columns = _from_records(source, name)
    elif source is not None and not isinstance(source, np.ndarray):
        columns = _from_frame(source, name)
    if columns is None:
        reason = f"a value of type {type(source).__name__} is not a table"
        raise InputError([Fault(name, reason, _ACCEPTED)])
    n = len(next(iter(columns.values())))
    return Table(name, MappingProxyType(dict(columns)), n)


def _from_mapping(source: Mapping[Any, Any], name: str) -> dict[str, Column]:
    """Named columns, all of one length; arrays as they are, the rest as lists.

    Raises
    ------
    InputError
        No columns, names that are not text, values that are not columns, or
        columns of several lengths.
    """
    if not source:
        raise InputError([Fault(name, _NO_COLUMNS, _GIVE_COLUMNS)])
    faults = _name_faults(source, name)
    columns: dict[str, Column] = {}
    for label, values in source.items():
        column = _column(values)
        if isinstance(column, Trouble):
            faults.append(Fault(name, column.reason, column.repair, column=str(label)))
        else:
            columns[label] = column
    faults += _length_faults(columns, name)
    check(faults)
    return columns


def _from_records(source: Sequence[Any], name: str) -> dict[str, Column]:
    """The columns of a list of records; a record without a key has None there.

    Columns come in the order in which their names are first met.

    Raises
    ------
    InputError
        No records, or some that are not mappings, or keys that are not text.
    """
    if not len(source):
        repair = "give a mapping of column names to empty lists"
        raise InputError([Fault(name, "no records, so no columns are known", repair)])
    faults = [
        Fault(
            name,
            f"a {type(record).__name__} where a record is expected",
            "give each record as a mapping of column name to value",
            row=row,
        )
        for row, record in enumerate(source)
        if not isinstance(record, Mapping)
    ]
    check(faults)
    labels = dict.fromkeys(label for record in source for label in record)
    if not labels:
        raise InputError([Fault(name, _NO_COLUMNS, _GIVE_COLUMNS)])
    check(_name_faults(labels, name))
    return {label: [record.get(label) for record in source] for label in labels}


def _from_frame(source: object, name: str) -> dict[str, Column] | None:
    """The columns of any frame that narwhals knows, None if it is no frame.

    A lazy frame is collected.

    Raises
    ------
    InputError
        No columns, names met twice, or names that are not text.
    """
    import narwhals.stable.v2 as nw  # late: costs as much as numpy itself
    from narwhals.exceptions import DuplicateError

    try:
        frame = nw.from_native(source, pass_through=True)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        if not isinstance(frame, nw.DataFrame):
            return None
        labels = frame.columns
    except DuplicateError:
        reason = "some names head more than one column"
        repair = "rename or remove all but one of each"
        raise InputError([Fault(name, reason, repair)]) from None
    if not labels:
        raise InputError([Fault(name, _NO_COLUMNS, _GIVE_COLUMNS)])
    check(_name_faults(labels, name))
    return {label: _from_series(frame.get_column(label)) for label in labels}


def _name_faults(labels: Any, name: str) -> list[Fault]:
    """Column names that are not text."""
    return [
        Fault(name, "a column name that is not text", "name the columns by text", value=label)
        for label in labels
        if not isinstance(label, str)
    ]


def _length_faults(columns: Mapping[str, Column], name: str) -> list[Fault]:
    """One fault for each column whose length is not that of most of them."""
    lengths = Counter(len(column) for column in columns.values())
    if len(lengths) < 2:
        return []
    usual = lengths.most_common(1)[0][0]  # of equally common lengths the first met
    return [
        Fault(
            name,
            f"the column has {len(column)} rows where the others have {usual}",
            "give every column the same number of rows",
            column=label,
        )
        for label, column in columns.items()
        if len(column) != usual
    ]


def _column(values: Any) -> Column | Trouble:
    """One column as a one-dimensional array or a list of its cells."""
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            reason = f"an array of {values.ndim} dimensions is not one column"
            return Trouble(reason, "give each column as a one-dimensional array")
        # What is masked must not show through: as a list it is None.
        return values.tolist() if isinstance(values, np.ma.MaskedArray) else values
    if isinstance(values, list):
        return values  # a table is read at once and not kept: no copy is needed
    if isinstance(values, Sequence) and not isinstance(values, str | bytes | bytearray):
        return list(values)
    trouble = Trouble(f"a value of type {type(values).__name__} is not a column", _GIVE_COLUMN)
    if isinstance(values, str | bytes | bytearray | AbstractSet | Mapping):
        return trouble
    import narwhals.stable.v2 as nw  # late, as above

    series = nw.from_native(values, pass_through=True, allow_series=True)
    if isinstance(series, nw.Series):
        return _from_series(series)
    if hasattr(values, "__array__") and hasattr(values, "tolist") and np.ndim(values) == 1:
        # Not np.asarray: that turns whole numbers among blanks into floats.
        return list(values.tolist())
    return trouble


def _from_series(series: Any) -> Column:
    """A column of a frame; an array where none of its cells is changed by that.

    Whole numbers among blanks would turn into floats, and times with a zone
    into times without: these, like texts, become lists with None for blank.
    """
    import narwhals.stable.v2 as nw  # late, as above

    dtype, blanks = series.dtype, series.null_count()
    whole = (dtype.is_integer() or dtype == nw.Boolean) and not blanks
    naive = isinstance(dtype, nw.Datetime) and dtype.time_zone is None
    if whole or naive or dtype.is_float() or dtype == nw.Date:
        array: Column = series.to_numpy()
        return array
    cells: list[Any] = series.to_list()
    if not blanks:
        return cells
    return [cell if isinstance(cell, str) or not is_blank(cell) else None for cell in cells]
