"""CSV files: read exactly as they are or refused, and written so that they read back."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import os
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal, TextIO

import numpy as np
from attrs import frozen

from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.tables.cells import Column, Trouble, is_blank, is_plain_number

__all__ = ["Csv", "Rows", "read_csv", "write_columns"]

_DELIMITERS = ",;\t|"
_RUN = ("=", "+", "-", "@", "\t", "\r")
_GUARDS = ("keep", "remove")
_EXISTING = ("refuse", "replace")
# What gets an apostrophe, and so, with one more, what it is taken off of.
_GUARDED = re.compile(r"'*[=+\-@\t\r]")

# Mark at the start of a file, the encoding it stands for, and the names under
# which a caller may have asked for that encoding. UTF-32 before UTF-16: the
# little-endian mark of the one begins with that of the other.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", ("utf-8", "utf-8-sig")),
    (codecs.BOM_UTF32_LE, "utf-32-le", ("utf-32", "utf-32-le")),
    (codecs.BOM_UTF32_BE, "utf-32-be", ("utf-32", "utf-32-be")),
    (codecs.BOM_UTF16_LE, "utf-16-le", ("utf-16", "utf-16-le")),
    (codecs.BOM_UTF16_BE, "utf-16-be", ("utf-16", "utf-16-be")),
)
_NOT_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old kind"),
    (b"PAR1\x15", "a Parquet file"),
    (b"\x1f\x8b", "a gzip archive"),
)


@frozen
class Csv:
    """How to read a CSV file that is not comma-separated UTF-8, or was guarded.

    Attributes
    ----------
    path : str or os.PathLike
        The file. It is opened when it is read, not before.
    delimiter : str
        The one character between cells.
    encoding : str
        The encoding of the file, by Python's name for it.
    guard : {"keep", "remove"}
        What becomes of an apostrophe before a text that a spreadsheet would run, which
        :func:`~cascade_kpi.tables.write_csv` puts there: it is kept as a character like
        any other, or taken off again.

    Examples
    --------
    >>> Csv("units.csv", delimiter=";", encoding="gb18030")
    Csv(path='units.csv', delimiter=';', encoding='gb18030', guard='keep')
    """

    path: str | os.PathLike[str]
    delimiter: str = ","
    encoding: str = "utf-8"
    guard: Literal["keep", "remove"] = "keep"


@frozen(eq=False)
class Rows:
    """The rows of a CSV file, and what could not be read of them.

    Attributes
    ----------
    columns : dict of str to list of str
        The cells of each column in the order of the rows.
    lines : list of int
        1-based line of the file on which each row starts.
    faults : tuple of Fault
        What is wrong with the form of the file: rows of too few or too many
        cells, stray quotes, bytes that are no text.
    unread : frozenset of int
        The rows that those faults are about. Their cells are those that were
        found, from the left; they are good for being referred to, not for
        being checked.
    """

    columns: dict[str, list[str]]
    lines: list[int]
    faults: tuple[Fault, ...] = ()
    unread: frozenset[int] = frozenset()


def read_csv(source: Csv, *, name: str) -> Rows:
    """The columns of a CSV file as text, and the line each row starts on.

    Cells are kept to the character: nothing is stripped, and a blank cell is
    ``""``; only an apostrophe that guards may be taken off. A UTF-8 mark at the
    start is dropped. Empty lines are skipped, also those before the header; a
    line of delimiters alone is a row of blank cells. Quotes follow RFC 4180 and
    nothing looser.

    Parameters
    ----------
    source : Csv
        The file and its form.
    name : str
        Name of the table in faults.

    Returns
    -------
    Rows
        With the faults of single rows, so that the others can be checked.

    Raises
    ------
    InputError
        The file cannot be opened or is of another kind, or its header is
        malformed; then with the faults of all rows.
    """
    text, faults = _decoded(_bytes_of(source, name), source, name)
    return _parsed(text, source, name, faults)


def _bytes_of(source: Csv, name: str) -> bytes:
    """The content of the file, once the form it is to be read in makes sense."""
    faults = []
    mark, encoding = source.delimiter, source.encoding
    if not isinstance(mark, str) or len(mark) != 1 or mark in '"\r\n\0':
        repair = 'give one character other than a quote or a line end, such as ";"'
        faults.append(Fault(name, "the delimiter is not usable", repair, value=mark))
    try:
        b"a".decode(encoding, errors="replace")
    except (LookupError, TypeError, ValueError):
        repair = 'use a name Python knows, such as "utf-8" or "gb18030"'
        faults.append(Fault(name, "not the name of a text encoding", repair, value=encoding))
    if source.guard not in _GUARDS:
        repair = suggest(source.guard, _GUARDS)
        faults.append(Fault(name, "no such choice", repair, column="guard", value=source.guard))
    path = source.path
    faults += _path_faults(path, name)
    check(faults)
    try:
        file = Path(path)
        if file.is_dir():
            reason, repair = "a directory, not a file", "give the path of one CSV file"
        elif not file.exists():
            reason, repair = "no such file", "check the path and the working directory"
        else:
            return file.read_bytes()
    except (OSError, TypeError, ValueError) as error:
        reason = f"the file cannot be read ({error.__class__.__name__})"
        repair = "check the path and that you may read the file"
    raise InputError([Fault(name, reason, repair, value=os.fspath(path))])


def _path_faults(path: object, name: str) -> list[Fault]:
    """What is no path."""
    if isinstance(path, str | os.PathLike):
        return []
    reason = "the path is neither text nor a path object"
    return [Fault(name, reason, "give the path of a file", value=path)]


def _decoded(data: bytes, source: Csv, name: str) -> tuple[str, list[Fault]]:
    """The text of the file without its mark, and what is no text; nothing is guessed.

    Where bytes could not be read the text holds a NUL.
    """

    def fault(reason: str, repair: str, line: int | None = None) -> Fault:
        return Fault(name, reason, repair, line=line, value=os.fspath(source.path))

    for magic, what in _NOT_TEXT:
        if data.startswith(magic):
            repair = "save it as CSV, or pass a frame of it"
            raise InputError([fault(f"{what}, not a CSV file", repair)])
    wanted, skipped = codecs.lookup(source.encoding).name, 0
    for mark, found, names in _MARKS:
        if data.startswith(mark):
            if wanted not in names:
                reason = f"the file is marked as {found} but was to be read as {wanted}"
                raise InputError([fault(reason, f'pass Csv(path, encoding="{names[0]}")', 1)])
            data, wanted, skipped = data[len(mark) :], found, len(mark)
            break
    if wanted in ("utf-16", "utf-32"):
        repair = f'pass encoding="{wanted}-le" or encoding="{wanted}-be"'
        raise InputError([fault("the file does not say its byte order", repair, 1)])
    try:
        text = data.decode(wanted)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(wanted, errors="ignore").count("\n") + 1
        byte, offset = data[error.start], error.start + skipped
        text = data.decode(wanted, errors="replace").replace("\ufffd", "\0")
        reason = f"not valid {wanted}: the byte 0x{byte:02x} at offset {offset}{_more(text)}"
        other = "gb18030" if wanted == "utf-8" else "utf-8"
        repair = f'name its encoding, e.g. Csv(path, encoding="{other}")'
        return text, [fault(reason, repair, line)]
    except ValueError as error:
        reason = f"not valid {wanted} ({error})"
        raise InputError([fault(reason, "name its encoding in Csv(...)")]) from None
    at = text.find("\0")
    if at < 0:
        return text, []
    line = text.count("\n", 0, at) + 1
    repair = "save the file again as plain text, or name its encoding in Csv(...)"
    return text, [fault(f"a NUL character at offset {at}{_more(text)}", repair, line)]


def _more(text: str) -> str:
    """How many lines beside the first have what could not be read."""
    more = sum("\0" in line for line in text.split("\n")) - 1
    return f", and {more:,} more such {'line' if more == 1 else 'lines'}" if more else ""


def _parsed(text: str, source: Csv, name: str, faults: list[Fault]) -> Rows:
    """The decoded text as columns and start lines."""
    records = _records(text, source.delimiter)
    header, line = next(records, (None, 1))
    first = re.search(r"[^\r\n]+", text)
    other = _other_delimiter(header, first[0] if first else "", source.delimiter)
    if header is None:
        faults.append(Fault(name, "the file is empty", "give it a header line of names"))
    elif other is not None:
        reason = f"the header is one column but contains {other!r}"
        faults.append(Fault(name, reason, f"pass Csv(path, delimiter={other!r})", line=line))
    elif isinstance(header, csv.Error):
        faults.append(Fault(name, *_misquoted(header), line=line))
    if header is None or other is not None or isinstance(header, csv.Error):
        raise InputError(faults)
    header = _unguarded(header, source)
    told = _header_faults(header, name, line)
    garbled = "\0" if faults else None
    if told or (garbled is not None and any(garbled in column for column in header)):
        _gathered(records, len(header), name, faults, garbled)
        raise InputError([*told, *faults])
    width = len(header)
    cells, lines, unread = _gathered(records, width, name, faults, garbled)
    cells = _unguarded(cells, source)
    columns = {column: cells[at::width] for at, column in enumerate(header)}
    return Rows(columns, lines, tuple(faults), frozenset(unread))


def _unguarded(cells: list[str], source: Csv) -> list[str]:
    """The cells without the apostrophes that guard them, if these are to be removed."""
    if source.guard == "keep":
        return cells
    return [cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell for cell in cells]


def _records(text: str, delimiter: str) -> Iterator[tuple[list[str] | csv.Error, int]]:
    """Each record that is not an empty line, or its error, with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    while True:
        try:
            for record in reader:
                if record:
                    yield record, start
                start = reader.line_num + 1
            return
        except csv.Error as error:
            yield error, start
            if "limit" in str(error):
                return  # inside of a cell: what follows is not the start of a record
            start = reader.line_num + 1


def _other_delimiter(header: list[str] | csv.Error | None, first: str, used: str) -> str | None:
    """The delimiter that a header of one column seems to have been written with."""
    others = [mark for mark in _DELIMITERS if mark != used]
    if isinstance(header, csv.Error):
        # "id";"name": the quotes do not fit because the delimiter does not.
        others = [mark for mark in others if f'"{mark}' in first]
    elif header is None or len(header) != 1 or first.startswith('"'):
        return None
    best = max(others, key=first.count, default=None)
    return best if best is not None and best in first else None


def _misquoted(error: csv.Error) -> tuple[str, str]:
    """Reason and repair of what the csv module would not parse."""
    if "limit" in str(error):
        reason = f"a cell longer than {csv.field_size_limit()} characters"
        return reason, "look for a quote that is never closed, or raise csv.field_size_limit"
    if "end of data" in str(error):
        reason = "a quote is opened and never closed"
        return reason, "close it, or double the quotes that belong to the text"
    return "a quoted cell goes on after its closing quote", "double the quotes within the cell"


def _header_faults(header: list[str], name: str, line: int | None) -> list[Fault]:
    """Names that are empty or met twice."""
    faults = []
    met: set[str] = set()
    for at, column in enumerate(header):
        if not column.strip():
            reason = f"column {at + 1} of {len(header)} has no name"
            repair = "name it, or remove the column with its delimiter"
            faults.append(Fault(name, reason, repair, line=line))
        elif column in met:
            reason = "the name heads more than one column"
            repair = "rename or remove one of the columns"
            faults.append(Fault(name, reason, repair, column=column, line=line))
        met.add(column)
    return faults


def _gathered(
    records: Iterator[tuple[list[str] | csv.Error, int]],
    width: int,
    name: str,
    faults: list[Fault],
    garbled: str | None,
) -> tuple[list[str], list[int], list[int]]:
    """The cells of all records, row after row, the lines they start on, the rows not read.

    One flat list, because a million small ones cost three times as much.
    """
    cells: list[str] = []
    lines: list[int] = []
    unread: list[int] = []
    for row, (record, line) in enumerate(records):
        lines.append(line)
        if isinstance(record, list) and len(record) == width and garbled is None:
            cells.extend(record)
            continue
        found = [] if isinstance(record, csv.Error) else record
        cells.extend(found[:width] + [""] * (width - len(found)))
        if garbled is not None and any(garbled in cell for cell in found):
            unread.append(row)  # told with the bytes that are no text
        elif isinstance(record, csv.Error):
            unread.append(row)
            faults.append(Fault(name, *_misquoted(record), row=row, line=line))
        elif len(record) != width:
            unread.append(row)
            reason = f"{len(record)} cells where the header has {width}"
            repair = (
                "write the missing cells, empty if they have no value"
                if len(record) < width
                else "quote a cell that contains the delimiter, or remove the extra cells"
            )
            faults.append(Fault(name, reason, repair, row=row, value=record[:8], line=line))
    return cells, lines, unread


# Writing


def write_columns(
    path: str | os.PathLike[str], columns: Mapping[str, Column], *, name: str, existing: str
) -> None:
    """Write columns of one length, at least one, as :func:`read_csv` reads them.

    Raises
    ------
    InputError
        Cells that would not be read back, or a file that is there and is not to be
        replaced; nothing is written then.
    OSError
        The file cannot be written.
    """
    faults = _place_faults(path, name, existing)
    written = []
    heads = [_written(list(columns), name, None, faults)]
    for column, values in columns.items():
        written.append(_written(values, name, column, faults))
    faults += _header_faults(heads[0], name, None)
    check(faults)
    # "x" refuses a file that has come to be since the first look, too.
    mode: Literal["x", "w"] = "x" if existing == "refuse" else "w"
    with Path(path).open(mode, encoding="utf-8", newline="") as file:
        # csv quotes a carriage return within a cell only if it ends lines too.
        lines = _ShortLineEnds(file)
        # A lone name may contain what looks like a delimiter, and a first name
        # may begin with what looks like a UTF-8 mark: quotes settle both.
        lone = len(written) == 1 or heads[0][0].startswith("\ufeff")
        head = csv.writer(
            lines, lineterminator="\r\n", quoting=csv.QUOTE_ALL if lone else csv.QUOTE_MINIMAL
        )
        head.writerows(heads)
        csv.writer(lines, lineterminator="\r\n").writerows(zip(*written, strict=True))


def _place_faults(path: object, name: str, existing: str) -> list[Fault]:
    """Why nothing may be written there."""
    if existing not in _EXISTING:
        repair = suggest(existing, _EXISTING)
        return [Fault(name, "no such choice", repair, column="existing", value=existing)]
    faults = _path_faults(path, name)
    if not faults and existing == "refuse" and os.path.lexists(path):  # type: ignore[arg-type]  # a path
        repair = "name another, or pass existing='replace'"
        faults.append(Fault(name, "the file is there already", repair, value=str(path)))
    return faults


@frozen
class _ShortLineEnds:
    """A file for csv.writer in which each row ends in a newline alone."""

    file: TextIO

    def write(self, row: str) -> int:
        return self.file.write(row[:-2] + "\n")


def _written(cells: Column, name: str, column: str | None, faults: list[Fault]) -> list[str]:
    """The cells of a column as they stand in the file, before quoting."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind not in "iufM":
        cells = cells.tolist()
    whole = _written_whole(cells)
    if whole is not None:
        return whole
    if isinstance(cells, np.ndarray) and cells.dtype.kind != "M":
        cells = cells.tolist()
    limit = csv.field_size_limit()
    out = []
    for row, cell in enumerate(cells):
        text = _text_of(cell)
        if isinstance(text, str) and len(text) > limit:
            text = Trouble(f"a text of more than {limit} characters", "shorten it")
        if isinstance(text, Trouble):
            at = None if column is None else row
            fault = Fault(name, text.reason, text.repair, row=at, column=column, value=cell)
            faults.append(fault)
            text = ""
        out.append(text)
    return out


def _written_whole(cells: Column) -> list[str] | None:
    """The cells of an array of numbers or days, or of plain texts, all at once; else None."""
    if isinstance(cells, np.ndarray):
        if cells.dtype.kind in "iu":
            return list(map(str, cells.tolist()))
        if cells.dtype.kind == "f" and cells.itemsize <= 8 and not np.isinf(cells).any():
            return ["" if x != x else repr(x) for x in map(float, cells.tolist())]
        if cells.dtype == np.dtype("datetime64[D]"):
            return ["" if day == "NaT" else day for day in np.datetime_as_string(cells).tolist()]
        return None
    if set(map(type, cells)) != {str}:
        return None
    # With none of these characters anywhere there is nothing to guard or refuse.
    text = "".join(cells)
    if not text.isascii() or any(mark in text for mark in (*_RUN, "\0")):
        return None
    return cells if max(map(len, cells)) <= csv.field_size_limit() else None


def _text_of(cell: object) -> str | Trouble:
    """One cell as the text that stands for it."""
    if isinstance(cell, str):
        return _guarded(str(cell))
    if is_blank(cell):
        return ""
    if isinstance(cell, bool | np.bool_ | int | np.integer):
        return str(cell)
    if isinstance(cell, float | np.floating | Decimal):
        if not np.isfinite(float(cell)):
            return Trouble("an infinite value", "leave the cell blank or give a finite number")
        return str(cell) if isinstance(cell, Decimal) else repr(float(cell))
    if isinstance(cell, np.datetime64):
        day = cell.astype("datetime64[D]")
        return str(day if day == cell else cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time() and cell.tzinfo is None
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    reason = f"a value of type {type(cell).__name__} has no form in a CSV file"
    return Trouble(reason, "give text, a number or a date")


def _guarded(text: str) -> str | Trouble:
    """A text that no spreadsheet runs and every reader decodes."""
    if "\0" in text:
        return Trouble("a NUL character in a text", "remove it")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return Trouble("a lone surrogate in a text", "decode the text properly first")
    return f"'{text}" if _GUARDED.match(text) and not is_plain_number(text) else text
