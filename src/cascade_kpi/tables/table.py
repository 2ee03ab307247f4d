"""A table: columns with row numbers, whose cells are read and all their faults told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, InputError, suggest
from cascade_kpi.tables import cells as _cells
from cascade_kpi.tables.cells import Column, Troubles

__all__ = ["Table"]

V = TypeVar("V")

_NEAR = 0.8  # how alike a misspelt name is: floor and flor, period and perod


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
    >>> from cascade_kpi.tables import read
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

    def misnamed(self, known: Iterable[str], faults: list[Fault]) -> None:
        """A fault for each further column whose name is almost that of one that is not there.

        An optional column that is misspelt would be left out without a word.
        """
        from difflib import get_close_matches

        known = tuple(known)
        absent = [name for name in known if name not in self.columns]
        told = {fault.column for fault in faults}
        for name in self.columns if absent else ():
            if name in known or not isinstance(name, str):
                continue
            for near in get_close_matches(name.strip().casefold(), absent, n=1, cutoff=_NEAR):
                if near not in told:
                    repair = f"rename it, or leave it out if it is no {near}"
                    reason = f"almost the column {near!r}, which is not there"
                    faults.append(self.fault(reason, repair, column=name))

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
