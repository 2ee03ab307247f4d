"""``validate``: every fault of every table, one a line or as JSON."""

from __future__ import annotations

import argparse
import json

from cascade_kpi.cli.checks import Checks
from cascade_kpi.cli.telling import FAULTY, FINE, fail, reason_of, say

__all__ = ["validate"]


def validate(options: argparse.Namespace) -> int:
    """Check the files of ``options``; the exit code."""
    if options.kpis is None and (options.goals or options.actuals):
        return fail("--goals and --actuals are checked against --kpis FILE")
    named = [options.table, options.kpis, options.goals, options.actuals]
    paths = [path for path in named if path is not None]
    for path in paths:
        try:
            if path.exists() and not (path.is_file() or path.is_dir()):
                return fail(f"{path}: not a regular file; name one, or save what it gives first")
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            return fail(reason_of(error))
    found = Checks(options, files=list(dict.fromkeys(map(str, paths))))
    found.run()
    (_tell_json if options.json else _tell_lines)(found)
    return FAULTY if found.faults else FINE


def _tell_lines(found: Checks) -> None:
    for _, fault in found.in_order():
        say(str(fault).replace("\n", "\\n"))  # a column's name may hold a line end
    count = len(found.faults)
    if not count:
        say(f"no faults: {', '.join(found.notes)}")
        return
    faulty = {file for file, _ in found.faults}
    where = f"{len(faulty)} of {len(found.files)} files" if found.files[1:] else found.files[0]
    say(f"{count:,} {'fault' if count == 1 else 'faults'} in {where}")


def _tell_json(found: Checks) -> None:
    faults = [
        {
            "file": file,
            "source": fault.source,
            "row": fault.row,
            "line": fault.line,
            "column": fault.column,
            "value": _plain(fault.value),
            "reason": fault.reason,
            "repair": fault.repair,
        }
        for file, fault in found.in_order()
    ]
    say(json.dumps({"files": found.files, "count": len(faults), "faults": faults}, indent=2))


def _plain(value: object) -> object:
    """A value as JSON has it; what JSON has no form for, NaN among it, as text."""
    if value is None or isinstance(value, str | bool):
        return value
    number = isinstance(value, int | float) and value - value == 0
    return value if number else repr(value)
