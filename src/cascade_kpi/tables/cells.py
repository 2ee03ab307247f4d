"""Cells of a table read as numbers, dates, texts and ids: each in one way only.

The functions take one column, a list or a one-dimensional array, and return
its values together with the cells that were refused, as pairs of a row (None
for the column as a whole) and a :class:`Trouble`. They raise nothing, so that
a caller can gather the troubles of every column before it tells them.

A cell is blank if it is None, ``""``, NaN, NaT or pandas' NA; where spaces
around a value do not matter (numbers and dates) only spaces are blank too.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray

__all__ = [
    "Column",
    "Trouble",
    "Troubles",
    "dates",
    "ids",
    "is_blank",
    "is_plain_number",
    "numbers",
    "texts",
]

Column: TypeAlias = "list[Any] | NDArray[Any]"
ObjectArray: TypeAlias = "NDArray[np.object_]"
T = TypeVar("T")

_SPACES = " \t\r\n"
_EXACT = 2**53
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SHORT_DECIMAL = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_GAPS = re.compile(r"[+-]?[0-9]+(?:[ _'’][0-9]{3})+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ABSENT = frozenset({"n/a", "#n/a", "na", "nan", "null", "none", "nil", "-", "--", "?", "inf"})

_LEAVE_BLANK = "leave the cell blank if the value is missing"
_PLAIN_NUMBER = f"write a plain number such as 1234.5, or {_LEAVE_BLANK}"
_PLAIN_DAY = "write the date as yyyy-mm-dd, such as 2026-01-31"


@frozen
class Trouble:
    """Why a cell was refused, and what to do about it."""

    reason: str
    repair: str


Troubles: TypeAlias = "list[tuple[int | None, Trouble]]"


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing: None, ``""``, NaN, NaT or pandas' NA."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return cell == ""
    if isinstance(cell, float | np.floating):
        return bool(cell != cell)
    if isinstance(cell, Decimal):
        return cell.is_nan()
    if isinstance(cell, np.datetime64 | np.timedelta64):
        return bool(np.isnat(cell))
    # pandas' own marks are told by name, for pandas must not be imported here.
    return type(cell).__name__ in ("NAType", "NaTType")


def is_plain_number(text: str) -> bool:
    """Whether a text is a plain decimal: sign, digits, one point, exponent."""
    return _PLAIN.fullmatch(text) is not None


def _objects(cells: Sequence[Any]) -> ObjectArray:
    """The cells as a one-dimensional object array, whatever the cells are."""
    out = np.empty(len(cells), dtype=object)
    for row, cell in enumerate(cells):
        out[row] = cell
    return out


def _each(
    cells: Sequence[Any], one: Callable[[Any], T | Trouble], refused: T
) -> tuple[list[T], Troubles]:
    """Every cell by itself; a refused cell gets the value ``refused``."""
    troubles: Troubles = []
    out: list[T] = []
    for row, cell in enumerate(cells):
        value = one(cell)
        if isinstance(value, Trouble):
            troubles.append((row, value))
            value = refused
        out.append(value)
    return out, troubles


def _listed(column: Column, reads: str, repair: str) -> list[Any] | Trouble:
    """The cells of a column as a list, if its type can hold such cells at all.

    A column of a wrong numpy type is one trouble, not one per row. An array
    of floats or of times that is NaN or NaT throughout is what frames make of
    a column without any value, so it is a list of blanks.
    """
    if not isinstance(column, np.ndarray):
        return column
    if column.dtype.kind in "OUST":
        listed: list[Any] = column.tolist()
        return listed
    if column.dtype.kind in "fcmM" and bool((column != column).all()):
        return [None] * len(column)
    return Trouble(f"the column holds {column.dtype} values, not {reads}", repair)


# Numbers


def numbers(column: Column) -> tuple[FloatArray, Troubles]:
    """A column as float64, NaN where the cell is blank or was refused.

    Numeric arrays, lists of Python numbers and lists of plain decimal text
    are converted as a whole; only cells that may not fit are looked at one by
    one, and everything is if the column holds anything else.
    """
    if isinstance(column, np.ndarray) and column.dtype.kind in "iuf":
        with np.errstate(over="ignore"):  # a longer float that overflows is told as infinite
            return _checked(column.astype(np.float64), column)
    repair = "give the numbers themselves"
    cells = _listed(column, "numbers", repair)
    if isinstance(cells, Trouble):
        return np.full(len(column), np.nan), [(None, cells)]
    quick = _quick_numbers(cells)
    if quick is not None:
        return _checked(quick, cells)
    values, troubles = _each(cells, _number, np.nan)
    return np.array(values, dtype=np.float64), troubles


def _quick_numbers(cells: list[Any]) -> FloatArray | None:
    """The cells as floats if they are all of one plain sort, else None."""
    sorts = set(map(type, cells))
    try:
        if sorts <= {float, int, type(None)}:
            return np.array(cells, dtype=np.float64)
        if sorts <= {str, type(None)}:
            present = [cell or "" for cell in cells] if type(None) in sorts else cells
            text = "\n".join(present)
            # float() also takes "nan", "inf", "1_000" and the digits of every
            # script; without their letters in the text it takes plain decimals.
            if text.isascii() and not text.encode().translate(None, b"0123456789+-.eE \t\r\n"):
                nan = np.nan
                return np.array([float(c) if c else nan for c in present], dtype=np.float64)
    except (ValueError, OverflowError):
        pass
    return None


def _checked(
    values: FloatArray, cells: Sequence[Any] | NDArray[Any]
) -> tuple[FloatArray, Troubles]:
    """Infinite values and those beyond 2**53 looked at again, cell by cell."""
    troubles: Troubles = []
    for row in np.flatnonzero(np.abs(values) >= _EXACT).tolist():
        number = _number(cells[row])
        if isinstance(number, Trouble):
            troubles.append((row, number))
            values[row] = np.nan
    return values, troubles


def _number(cell: object) -> float | Trouble:
    """One cell as a float; NaN if it is blank."""
    if is_blank(cell):
        return np.nan
    if isinstance(cell, str):
        return _number_in(cell)
    if isinstance(cell, bool | np.bool_):
        return Trouble("true or false is not a number", "write 1 or 0")
    if isinstance(cell, int | np.integer):
        return _whole(int(cell))
    if isinstance(cell, float | np.floating):
        value = float(cell)
        return value if np.isfinite(value) else Trouble("an infinite value", _LEAVE_BLANK)
    if isinstance(cell, Decimal):
        return _number_in(str(cell))
    if isinstance(cell, dt.date | np.datetime64):
        return Trouble("a date is not a number", "give the number itself")
    return Trouble(f"a value of type {type(cell).__name__} is not a number", _PLAIN_NUMBER)


def _whole(value: int) -> float | Trouble:
    """A whole number as the float that equals it, if there is one."""
    try:
        number = float(value)
    except OverflowError:
        return Trouble("the number is too large for a float", "write it in a larger unit")
    if int(number) != value:
        return Trouble(
            "a whole number beyond 2**53 that no float equals",
            "write it in a larger unit, or read it as an id or a text",
        )
    return number


def _number_in(text: str) -> float | Trouble:
    """A text as a float, if it is a plain decimal number."""
    plain = text.strip(_SPACES)
    if not plain:
        return np.nan
    if not is_plain_number(plain):
        return _no_number(plain)
    number = float(plain)
    if not np.isfinite(number):
        return Trouble("the number is too large for a float", "write it in a larger unit")
    digits = plain.lstrip("+-0")
    if abs(number) >= _EXACT and digits.isdecimal():
        whole = _whole(int(digits))
        return whole if isinstance(whole, Trouble) else number
    return number


def _no_number(text: str) -> Trouble:
    """What a text that is no plain number probably meant, and how to write that."""
    if len(text) > 40:
        return Trouble("not a plain number", _PLAIN_NUMBER)
    plain = unicodedata.normalize("NFKC", text).strip().replace("\N{MINUS SIGN}", "-")
    if plain.casefold().lstrip("+-") in _ABSENT or plain in _ABSENT or not plain:
        return Trouble("not a number", _LEAVE_BLANK)
    body = plain.removesuffix("%").rstrip()
    if plain.endswith("%") and _SHORT_DECIMAL.fullmatch(body):
        share = Decimal(body).scaleb(-2)
        return Trouble("a percent sign", f"write {share:f}, or {body} if the KPI's unit is %")
    if _COMMA.fullmatch(plain) and not _THOUSANDS.fullmatch(plain):
        return Trouble("a decimal comma", f"write {plain.replace(',', '.')} with a decimal point")
    if _THOUSANDS.fullmatch(plain):
        repair = f"write {plain.replace(',', '')} without thousands separators"
        if _COMMA.fullmatch(plain):
            repair += f", or {plain.replace(',', '.')} if the comma is a decimal comma"
        return Trouble("thousands separators", repair)
    if _GAPS.fullmatch(plain):
        digits = re.sub("[ _'’]", "", plain)
        return Trouble("thousands separators", f"write {digits} without thousands separators")
    if is_plain_number(plain):
        return Trouble("not written in plain ASCII characters", f"write {plain} in plain digits")
    return Trouble("not a plain number", _PLAIN_NUMBER)


# Dates


def dates(column: Column) -> tuple[ObjectArray, Troubles]:
    """A column as ``datetime.date``, None where the cell is blank or was refused."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        return _numpy_dates(column)
    if isinstance(column, np.ndarray) and column.dtype.kind in "iuf" and len(column):
        known = column[~np.isnan(column)]
        repair = _day_of_serial(float(known[0])) if len(known) else _PLAIN_DAY
    else:
        repair = _PLAIN_DAY
    cells = _listed(column, "dates", repair)
    if isinstance(cells, Trouble):
        return np.full(len(column), None, dtype=object), [(None, cells)]
    values, troubles = _each(cells, _date, None)
    return _objects(values), troubles


def _numpy_dates(column: NDArray[Any]) -> tuple[ObjectArray, Troubles]:
    """An array of datetime64, as a whole; only what does not fit is told by row."""
    if np.datetime_data(column.dtype)[0] in ("Y", "M", "W"):
        return np.full(len(column), None, dtype=object), [
            (None, Trouble(f"the column holds {column.dtype} values, not days", _PLAIN_DAY))
        ]
    days = column.astype("datetime64[D]")
    absent = np.isnat(column)
    first, last = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")
    late = ~absent & (days.astype(column.dtype) != column)
    beyond = ~absent & ((days < first) | (days > last))
    troubles: Troubles = []
    for row in np.flatnonzero(late | beyond).tolist():
        troubles.append((row, _NOT_MIDNIGHT if late[row] else _NO_SUCH_DAY))
    days[late | beyond] = np.datetime64("NaT")
    return days.astype(object), troubles


_SERIALS = range(10_000, 100_000)  # the days of a spreadsheet from 1927 to 2173
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_DAY_AND_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:.*")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")


def _day_of_serial(number: Any) -> str:
    """The repair of a number where a date is expected: the day that a spreadsheet means by it."""
    if not abs(number) < _EXACT or int(number) not in _SERIALS:  # NaN is not below either
        return _PLAIN_DAY
    day = dt.date(1899, 12, 30) + dt.timedelta(days=int(number))
    return f"write the date as yyyy-mm-dd; as spreadsheets count days, {number:g} is {day}"


def _no_day(text: str) -> Trouble:
    """What a text that is no date probably meant, and how to write that."""
    if len(text) > 40:
        return Trouble("not a date of the form yyyy-mm-dd", _PLAIN_DAY)
    if timed := _DAY_AND_TIME.fullmatch(text):
        return Trouble("a time of day where a date is expected", f"write {timed[1]}")
    if parts := _YEAR_FIRST.fullmatch(text):
        day = f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}"
        return Trouble("not a date of the form yyyy-mm-dd", f"write {day}")
    repair = _day_of_serial(float(text)) if _SERIAL.fullmatch(text) else _PLAIN_DAY
    return Trouble("not a date of the form yyyy-mm-dd", repair)


_NOT_MIDNIGHT = Trouble("a time of day where a date is expected", "give the date alone")
_NO_SUCH_DAY = Trouble("no such day in the calendar", "write a day between 0001 and 9999")


def _date(cell: object) -> dt.date | Trouble | None:
    """One cell as a date; None if it is blank."""
    if is_blank(cell):
        return None
    if isinstance(cell, np.datetime64):
        values, troubles = _numpy_dates(np.array([cell]))
        return troubles[0][1] if troubles else values[0]
    if isinstance(cell, dt.datetime):
        if cell.tzinfo is not None:
            return Trouble(
                "a time with a time zone where a date is expected", "give the date alone"
            )
        midnight = cell.time() == dt.time() and getattr(cell, "nanosecond", 0) == 0
        return cell.date() if midnight else _NOT_MIDNIGHT
    if isinstance(cell, dt.date):
        return cell
    if not isinstance(cell, str):
        numeric = isinstance(cell, int | float | np.number) and not isinstance(cell, bool)
        repair = _day_of_serial(cell) if numeric else _PLAIN_DAY
        return Trouble(f"a value of type {type(cell).__name__} is not a date", repair)
    plain = cell.strip(_SPACES)
    if not plain:
        return None
    if not _ISO_DAY.fullmatch(plain):
        return _no_day(plain)
    try:
        return dt.date.fromisoformat(plain)
    except ValueError:
        return Trouble("no such day in the calendar", "correct the year, month or day")


# Texts and ids


def texts(column: Column) -> tuple[ObjectArray, Troubles]:
    """A column as str exactly as given, ``""`` where it is blank or was refused."""
    cells = _listed(column, "text", "convert the column to text")
    if isinstance(cells, Trouble):
        return np.full(len(column), "", dtype=object), [(None, cells)]
    if set(map(type, cells)) <= {str}:
        return np.array(cells, dtype=object), []
    values, troubles = _each(cells, _text, "")
    return _objects(values), troubles


def _text(cell: object) -> str | Trouble:
    if is_blank(cell):
        return ""
    if isinstance(cell, str):
        return str(cell)
    shown = f"write it as text, {str(cell)!r}" if isinstance(cell, int) else "write it as text"
    return Trouble(f"a value of type {type(cell).__name__} is not a text", shown)


def ids(column: Column) -> tuple[list[str | int | None], Troubles]:
    """A column as str or int, None where the cell is blank or was refused."""
    repair = "convert the column to text or to whole numbers"
    if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
        return column.tolist(), []
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        column = column.tolist()
    cells = _listed(column, "ids", repair)
    if isinstance(cells, Trouble):
        return [None] * len(column), [(None, cells)]
    if set(map(type, cells)) <= {str, int, type(None)}:
        return [None if cell == "" else cell for cell in cells], []
    return _each(cells, _id, None)


def _id(cell: object) -> str | int | Trouble | None:
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, int | np.integer) and not isinstance(cell, bool):
        return int(cell)
    # A frame turns whole numbers with a blank among them into floats: these
    # have one reading as long as every whole number has a float of its own.
    if isinstance(cell, float | np.floating):
        value = float(cell)
        if abs(value) < _EXACT and value.is_integer():
            return int(value)
    return Trouble(
        f"a value of type {type(cell).__name__} is not an id",
        "write the id as text or whole number",
    )
