"""The whole cycle on the case, by way of files: what every user's program does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import cascade_kpi as ck
from cascade_kpi import records
from cascade_kpi.demo.case import Case, case
from cascade_kpi.demo.folder import FILES, prepare
from cascade_kpi.demo.summary import Summary

__all__ = ["STEPS", "Progress", "run"]

Progress = Callable[[int, str], None]
"""Called after each step with its number, from 1 to `STEPS`, and what it made."""

STEPS = 8


def run(
    out: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
    replace: Literal["own", "any"] = "own",
) -> Summary:
    """Write the tables and rules of the case, read them back, and run the cycle.

    Parameters
    ----------
    out : path
        Directory for all files; made if it is not there.
    progress : callable (step, text), optional
        Called after each of the `STEPS` steps.
    replace : {"own", "any"}
        Whether only files of an earlier demo may be replaced, or any of those names.

    Returns
    -------
    Summary

    Raises
    ------
    InputError
        If the directory holds files that are not the demo's.
    OSError
        If it cannot be written to.
    """
    folder = Path(out)
    tell: Progress = progress if progress is not None else lambda _step, _text: None
    prepare(folder, replace)
    inputs = case()
    _write_inputs(inputs, folder)
    tell(1, f"inputs: 3 tables and 3 sets of rules in {folder}")
    summary = _cycle(inputs, folder, tell)
    _write(summary.plan, folder / "plan.csv")
    report = ck.report(summary.plan, title=f"{summary.name}, {summary.period}")
    report.save(folder / "report.html")
    report.save(folder / "report.md")
    tell(8, "report: report.html and report.md")
    return summary


def _write_inputs(inputs: Case, folder: Path) -> None:
    for name, table in (
        ("units", inputs.units),
        ("goals", inputs.goals),
        ("actuals", inputs.actuals),
    ):
        _write(table, folder / f"{name}.csv")
    records.save(inputs.kpis, folder / "kpis.json")
    records.save(inputs.scorecard, folder / "scorecard.json")
    records.save(inputs.playbook, folder / "playbook.json")


def _write(table: object, path: Path) -> None:
    # Whose files may be replaced was settled when the folder was prepared.
    ck.write_csv(table, path, existing="replace", name=path.stem)


def _cycle(inputs: Case, folder: Path, tell: Progress) -> Summary:
    """From the files to the plan; of `inputs` only the calendar is used."""
    kpis = records.load(folder / "kpis.json", expect=ck.Kpis)
    scorecard = records.load(folder / "scorecard.json", expect=ck.Scorecard)
    playbook = records.load(folder / "playbook.json", expect=ck.Playbook)
    org = ck.OrgTree.from_table(folder / "units.csv", kind="kind", label="name")
    tell(2, f"tree: {len(org):,} nodes on {int(org.depth.max()) + 1} levels")

    targets = ck.cascade(org, kpis, folder / "goals.csv", periods=inputs.periods)
    tell(3, f"targets: {len(kpis)} KPIs × {len(targets.periods)} quarters for every node")

    results = ck.measure(targets, folder / "actuals.csv")
    year = ck.over_periods(results, "2026")
    due = sum(int(mask.sum()) for mask in results.due)
    lost = sum(int((d & ~a).sum()) for d, a in zip(results.due, results.arrived, strict=True))
    tell(4, f"results: {due - lost:,} of {due:,} figures that were due have come")

    scores, year_scores = ck.score(results, scorecard), ck.score(year, scorecard)
    tell(5, f"scores: {scores.total.size:,} totals, and {year_scores.total.size:,} of the year")

    gaps = ck.gaps(scores)
    behind = int((gaps.total < 0).sum())
    tell(6, f"gaps: {behind:,} totals below target")

    plan = ck.improve(gaps, playbook, start=inputs.start)
    tell(7, f"plan: {len(plan):,} actions")
    return Summary(plan, ck.gaps(year_scores), tuple(folder / name for name in FILES))
