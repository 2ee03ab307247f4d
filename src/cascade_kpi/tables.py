"""Any table in: as columns with row numbers, and all of its faults at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi import _cells, csvfiles
from cascade_kpi._arrays import FloatArray
from cascade_kpi._cells import Column, Trouble, Troubles, is_blank
from cascade_kpi.csvfiles import Csv
from cascade_kpi.errors import Fault, InputError, check, suggest

__all__ = ["Csv", "Table", "read", "take", "write_csv"]

_ACCEPTED = (
    "pass a mapping of names to columns, a list of records, a frame (pandas, polars, "
    "Arrow or another that narwhals knows), the path of a CSV file, or Csv(path, ...)"
)

_GIVE_COLUMN = "give a list or a one-dimensional array"
_NO_COLUMNS = "the table has no columns"
_GIVE_COLUMNS = "give at least one named column, an empty one if there are no rows"

V = TypeVar("V")


def _shown(value: Any) -> object:
    """A cell as faults show it: a plain value, and one that has a repr."""
    if isinstance(value, np.datetime64):
        return str(value)  # its item() may be a bare count of nanoseconds
    if isinstance(value, int) and value.bit_length() > 1024:
        return hex(value)  # Python refuses to write thousands of decimal digits
    return value.item() if isinstance(value, np.generic) else value


def _names(columns: Mapping[str, Column]) -> str:
    return repr(list(columns))


@frozen(eq=False)
class Table:
    """Columns of one length, with the row and the line each cell came from.

    Made by :func:`read`. The accessors ``ids``, ``numbers``, ``texts`` and
    ``dates`` append a :class:`~cascade_kpi.errors.Fault` to the list they are given for every cell
    they cannot read in exactly one way, and go on; the caller checks the list
    when it has gathered everything. A column that is not there is one such
    fault, however often it is asked for. Tables compare by identity.

    Attributes
    ----------
    name : str
        What faults call the table: their ``source``.
    columns : mapping of str to list or numpy array of shape (n,)
        The cells as they were given. Arrays are the caller's own, not copies.
    n : int
        Number of rows.
    lines : list of int or None
        1-based line on which each row starts, for a table read from a file.
    faults : tuple of Fault
        Rows of a file that could not be told apart into cells; none in a
        table that :func:`read` has made. See :meth:`told`.
    unread : frozenset of int
        Those rows.

    Examples
    --------
    >>> table = read({"id": ["east", "west"], "goal": ["12", "1,2"]}, name="goals")
    >>> faults = []
    >>> table.numbers("goal", faults)
    array([12., nan])
    >>> print(faults[0])
    goals row 1, goal = '1,2': a decimal comma; write 1.2 with a decimal point
    """

    name: str
    columns: Mapping[str, Column] = field(repr=_names)
    n: int
    lines: list[int] | None = field(default=None, repr=False)
    faults: tuple[Fault, ...] = field(default=(), repr=False)
    unread: frozenset[int] = field(default=frozenset(), repr=False)

    def has(self, column: str) -> bool:
        """Whether there is a column of that name."""
        return column in self.columns

    def line(self, row: int) -> int | None:
        """The line of the file on which a row starts, None without a file."""
        return None if self.lines is None else self.lines[row]

    def fault(
        self,
        reason: str,
        repair: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> Fault:
        """A fault of this table, with the line filled in from the row."""
        line = None if row is None else self.line(row)
        return Fault(self.name, reason, repair, row=row, column=column, value=value, line=line)

    def told(self, found: Iterable[Fault]) -> list[Fault]:
        """The table's own faults, and those found in the rows that could be read.

        What is found in a row of too few cells only repeats that it has too few.
        """
        return [*self.faults, *(fault for fault in found if fault.row not in self.unread)]

    def require(self, names: Iterable[str], faults: list[Fault]) -> bool:
        """Whether all these columns are there; a fault for each that is not."""
        missing = [name for name in names if name not in self.columns]
        for name in missing:
            self._tell_missing(name, faults)
        return not missing

    def raw(self, column: str) -> Column:
        """The cells as they were given, unchecked: a list or an array, shape (n,).

        Raises
        ------
        InputError
            There is no such column.
        """
        if column not in self.columns:
            raise InputError([self._missing(column)])
        return self.columns[column]

    def ids(self, column: str, faults: list[Fault]) -> list[str | int | None]:
        """The cells as str or int exactly as given, None where blank or refused.

        Floats that equal whole numbers below 2**53 are read as those: a frame
        makes them of whole numbers with a blank among them.
        """
        return self._read(column, faults, _cells.ids, lambda n: [None] * n)

    def numbers(
        self,
        column: str,
        faults: list[Fault],
        *,
        blank: Literal["missing", "refuse"] = "missing",
    ) -> FloatArray:
        """The cells as a new float64 array of shape (n,), NaN where refused.

        Numbers are taken if a float equals them; texts if they are a plain
        decimal such as ``-12.5`` or ``1e6``, spaces around it aside. Infinite
        values, true and false, dates, thousands separators, percent signs and
        words such as ``n/a`` or ``nan`` are refused.

        Parameters
        ----------
        column : str
            Name of the column.
        faults : list of Fault
            Where faults are appended.
        blank : {"missing", "refuse"}
            Blank cells are NaN without a fault, or a fault each.
        """
        if blank not in ("missing", "refuse"):
            raise ValueError(f"blank is 'missing' or 'refuse', not {blank!r}")
        before = len(faults)
        values = self._read(column, faults, _cells.numbers, lambda n: np.full(n, np.nan))
        if blank == "refuse" and self.has(column):
            told = {fault.row for fault in faults[before:]}
            blanks = [] if None in told else np.flatnonzero(np.isnan(values)).tolist()
            for row in blanks:
                if row not in told:
                    repair = "write the number"
                    faults.append(self.fault("the cell is blank", repair, row=row, column=column))
        return values

    def texts(self, column: str, faults: list[Fault]) -> NDArray[np.object_]:
        """The cells as an object array of str, shape (n,), ``""`` where blank."""
        return self._read(column, faults, _cells.texts, lambda n: np.full(n, "", dtype=object))

    def dates(self, column: str, faults: list[Fault]) -> NDArray[np.object_]:
        """The cells as an object array of ``datetime.date``, None where blank.

        Taken are dates, times of day 00:00 without a zone, and texts of the
        form ``yyyy-mm-dd``.
        """
        return self._read(column, faults, _cells.dates, lambda n: np.full(n, None, dtype=object))

    def _read(
        self,
        column: str,
        faults: list[Fault],
        reader: Callable[[Column], tuple[V, Troubles]],
        nothing: Callable[[int], V],
    ) -> V:
        """A column through one of the cell readers, its troubles told as faults."""
        if column not in self.columns:
            self._tell_missing(column, faults)
            return nothing(self.n)
        cells = self.columns[column]
        values, troubles = reader(cells)
        for row, trouble in troubles:
            value = None if row is None else _shown(cells[row])
            faults.append(
                self.fault(trouble.reason, trouble.repair, row=row, column=column, value=value)
            )
        return values

    def _missing(self, column: str) -> Fault:
        return self.fault("the column is missing", suggest(column, self.columns), column=column)

    def _tell_missing(self, column: str, faults: list[Fault]) -> None:
        fault = self._missing(column)
        if not any(told.column == column and told == fault for told in faults):
            faults.append(fault)


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


def write_csv(path: str | os.PathLike[str], source: Any, *, name: str = "table") -> None:
    r"""Write a table as a CSV file that :func:`read` reads back.

    UTF-8 without a mark, commas, one ``\n`` after each row. Floats are
    written so that the same float is read back, dates as ``yyyy-mm-dd``,
    missing values (None, NaN, NaT) as blank cells.

    A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a
    tab or a carriage return as a formula. Texts and column names that do are
    written with an apostrophe before them, and come back with it: ``read``
    takes cells as they are. Every other text comes back as it was. Numbers,
    and texts that are plain numbers such as ``-5``, are written bare.

    Parameters
    ----------
    path : str or os.PathLike
        The file to write. One that exists is replaced.
    source : Table, mapping, sequence of mappings, frame, path or Csv
        The table, of any kind that ``read`` takes.
    name : str
        Name of the table in faults.

    Raises
    ------
    InputError
        The source is refused by ``read``, or has cells that would not be read
        back: infinite numbers, NUL characters, lone surrogates, texts longer than
        csv's field limit, objects of other types. Nothing is written then.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "units.csv"
    >>> write_csv(path, {"id": ["east", "-x"], "goal": [-2.5, None]})
    >>> path.read_text()
    "id,goal\neast,-2.5\n'-x,\n"
    """
    csvfiles.write_columns(path, read(source, name=name).columns, name=name)


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
