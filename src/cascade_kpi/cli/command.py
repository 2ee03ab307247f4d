"""What can be asked for on the command line."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cascade_kpi.cli.demo import demo
from cascade_kpi.cli.telling import GONE, INTERRUPTED, fail, reason_of
from cascade_kpi.cli.validate import validate
from cascade_kpi.errors import InputError
from cascade_kpi.periods import Periods

__all__ = ["main"]

_CODES = """\
exit codes:
  0  it worked; no faults were found
  1  the tables have faults; they are listed on stdout
  2  the command was not understood, or a file, a directory or stdout cannot be
     read, written or replaced; the reason is on stderr
  130  it was interrupted
  141  whoever read stdout stopped before the end
"""

_VALIDATE = """\
Check the tables of an organisation and list every fault of every one of them,
one a line, in the order of the files and of their lines: the row (0-based), the
line of the file, the value, what is wrong and how to repair it. A faulty table
does not keep the others from being checked, as far as that makes sense.
"""

_DEMO = """\
Run a year of an invented mobile operator's sales force, about 500 people and
units, from tables to report. The tables and rules are written to DIR and read
back from there, so DIR shows what the library takes in and what comes out.
"""

_FORCE = """\
replace files in DIR that have the names of the demo's and that no demo wrote;
without it such a directory, and any that holds other files, is refused; files
of other names are never touched"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 if all is well, 1 if faults were found, 2 if the command was not understood
        or a file or stdout cannot be read or written, 130 if it was interrupted, 141
        if the reader of stdout has gone.
    """
    try:
        code = _ended(argv)
        sys.stdout.flush()  # what cannot be written is to be told now
    except BrokenPipeError:
        return GONE
    except OSError as error:
        return fail(f"the output cannot be written: {reason_of(error)}")
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _ended(argv: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(argv)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except SystemExit as stop:  # how argparse ends after --help, and after an error
        return int(stop.code or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cascade_kpi",
        description="From strategy goals to people's targets, results, gaps and plans.",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cascade_kpi {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_validate(commands)
    return parser


def _command(commands: Any, name: str, brief: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=brief,
        description=text,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _add_demo(commands: Any) -> None:
    parser = _command(commands, "demo", "run the embedded case and write its report", _DEMO)
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="where to write")
    parser.add_argument("--force", action="store_true", help=_FORCE)
    parser.set_defaults(command=demo)


def _add_validate(commands: Any) -> None:
    parser = _command(commands, "validate", "list every fault of tables", _VALIDATE)
    add = parser.add_argument
    add("table", metavar="TABLE", type=Path, help="CSV file with one row a person or unit")
    add("--id", default="id", metavar="COLUMN", help="column of ids (id)")
    add("--parent", default="parent", metavar="COLUMN", help="column of parents' ids (parent)")
    add("--kind", metavar="COLUMN", help="column of what a node is")
    add("--label", metavar="COLUMN", help="column of what people read")
    add("--roots", choices=["one", "many"], default="one", help="how many may have no parent (one)")
    add("--delimiter", default=",", type=_delimiter, help="one character, or tab (,)")
    add("--encoding", default="utf-8", type=_encoding, help="of all CSV files (utf-8)")
    add("--kpis", metavar="FILE", type=Path, help="KPIs as JSON; needed to check goals and actuals")
    add("--goals", metavar="FILE", type=Path, help="CSV: node, kpi, value, and period")
    add(
        "--actuals", metavar="FILE", type=Path, help="CSV: node, kpi, what was reported, and period"
    )
    add("--periods", type=_periods, metavar="P,P,...", help="the periods there are, in their order")
    add(
        "--inner",
        choices=["total", "own"],
        default="total",
        help="what a report of a node with others below it means (total)",
    )
    add("--json", action="store_true", help="write one JSON object to stdout instead of lines")
    parser.set_defaults(command=validate)


def _delimiter(text: str) -> str:
    mark = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(mark) != 1 or mark in '"\r\n\0':
        raise argparse.ArgumentTypeError('give one character such as ";", or the word tab')
    return mark


def _encoding(text: str) -> str:
    try:
        b"a".decode(codecs.lookup(text).name, errors="replace")
    except (LookupError, ValueError):
        raise argparse.ArgumentTypeError(f"no text encoding is called {text!r}") from None
    return text


def _periods(text: str) -> Periods:
    try:
        return Periods(label.strip() for label in text.split(","))
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error.faults[0])) from None


def _version() -> str:
    try:
        return version("cascade-kpi")
    except PackageNotFoundError:  # run from its source folder
        return "(not installed)"
