"""The demo's own files, and a guard for everybody else's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from cascade_kpi.errors import Fault, check, suggest

__all__ = ["FILES", "prepare"]

_ABOUT = "about.txt"
_MARK = "Written by `python -m cascade_kpi demo`."
FILES = {
    "units.csv": "who reports to whom, and last year's revenue in CNY",
    "goals.csv": "what the company, and its new branch, are to reach each quarter",
    "actuals.csv": "what people and branches reported each quarter",
    "kpis.json": "what is measured: units, directions, how it adds up and is split",
    "scorecard.json": "curves, weights by kind of node, grades",
    "playbook.json": "actions, and the rules that choose them",
    "plan.csv": "the improvement plan, one row an action",
    "report.md": "the report as Markdown",
    "report.html": "the report as one page, to open in a browser",
}
"""Name and content of every file the demo writes, about.txt aside."""


def prepare(out: Path, replace: Literal["own", "any"]) -> None:
    """Make the directory, and mark it as the demo's before anything else is in it.

    Parameters
    ----------
    out : Path
    replace : {"own", "any"}
        Whether files that an earlier demo wrote may be replaced, or also files of
        the same names that came from elsewhere. Others are never touched.

    Raises
    ------
    InputError
        If `out` is no directory, or holds files that are not the demo's.
    OSError
        If it cannot be made or written to.
    """
    if replace not in ("own", "any"):
        repair = suggest(replace, ["own", "any"])
        check([Fault("demo", "no such choice", repair, column="replace", value=replace)])
    if out.exists() and not out.is_dir():
        check([Fault("demo", "not a directory", "name another place", value=str(out))])
    if replace == "own" and out.is_dir():
        _refuse_foreign(out)
    _refuse_fixed(out)
    out.mkdir(parents=True, exist_ok=True)
    lines = [_MARK, "All names and numbers are invented.", ""]
    lines += [f"{name:<16}{content}" for name, content in FILES.items()]
    (out / _ABOUT).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _refuse_fixed(out: Path) -> None:
    """Refuse before anything is written: a folder half of the demo's is nobody's."""
    taken = [out / name for name in (_ABOUT, *FILES)]
    reason, repair = "not a file that can be replaced", "move it away, or name another directory"
    check(
        [
            Fault("demo", reason, repair, value=str(path))
            for path in taken
            if path.exists() and not (path.is_file() and os.access(path, os.W_OK))
        ]
    )


def _refuse_foreign(out: Path) -> None:
    names = sorted(entry.name for entry in out.iterdir())
    foreign = [name for name in names if name not in (_ABOUT, *FILES)]
    if not foreign and not _marked(out / _ABOUT):
        foreign = names  # files of these names that no demo wrote
    if foreign:
        few = ", ".join(map(repr, foreign[:3])) + (", …" if len(foreign) > 3 else "")
        reason = f"the directory holds files that are not the demo's: {few}"
        repair = "name another one, or pass --force (in Python replace='any')"
        check([Fault("demo", reason, repair, value=str(out))])


def _marked(about: Path) -> bool:
    try:
        with about.open("rb") as file:
            return file.read(len(_MARK)) == _MARK.encode()
    except OSError:
        return False
