"""Any table out: a stage, or columns, as a CSV file."""

from __future__ import annotations

import os
from typing import Any, Literal

from cascade_kpi.tables import csvfiles
from cascade_kpi.tables.reading import read

__all__ = ["write_csv"]


def write_csv(
    source: Any,
    path: str | os.PathLike[str],
    *,
    existing: Literal["refuse", "replace"] = "refuse",
    name: str = "table",
) -> None:
    r"""Write a table or a stage as a CSV file that :func:`read` reads back.

    UTF-8 without a mark, commas, one ``\n`` after each row. Floats are
    written with the fewest digits that are read as the same bits, dates as
    ``yyyy-mm-dd``, missing values (None, NaN, NaT) as blank cells.

    A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a
    tab or a carriage return as a formula. Texts and column names that do, or
    that do after apostrophes, are written with an apostrophe before them; ``read``
    takes cells as they are, and gives them as they were for
    ``Csv(path, guard="remove")``. Every other text comes back as it was anyhow.
    Numbers, and texts that are plain numbers such as ``-5``, are written bare.

    Parameters
    ----------
    source : stage, Table, mapping, sequence of mappings, frame, path or Csv
        What has a method ``table``, as stages do, or a table of any kind that
        ``read`` takes.
    path : str or os.PathLike
        The file to write.
    existing : {"refuse", "replace"}
        What becomes of a file that is there already.
    name : str
        Name of the table in faults.

    Raises
    ------
    InputError
        The source is refused by ``read``; the file is there and may not be replaced;
        or there are cells that would not be read back: infinite numbers, NUL
        characters, lone surrogates, texts longer than csv's field limit, objects of
        other types. Nothing is written then.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from cascade_kpi.tables import Csv
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "units.csv"
    >>> write_csv({"id": ["east", "-x"], "goal": [-2.5, None]}, path)
    >>> path.read_text()
    "id,goal\neast,-2.5\n'-x,\n"
    >>> read(Csv(path, guard="remove"), name="units").raw("id")
    ['east', '-x']
    """
    if callable(getattr(type(source), "table", None)):
        source = source.table()
    columns = read(source, name=name).columns
    csvfiles.write_columns(path, columns, name=name, existing=existing)
