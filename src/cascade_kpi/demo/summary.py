"""What the demo came to, in a dozen lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from attrs import frozen

from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.org.node import Node
from cascade_kpi.plan.improve import Plan
from cascade_kpi.scoring.score import Scores

__all__ = ["Summary"]


@frozen(eq=False)
class Summary:
    """The stages that the demo ended with, and what they say in short.

    Attributes
    ----------
    plan : Plan
        Made from the gaps of the last quarter; every earlier stage hangs on it.
    year : Gaps
        Of the quarters taken together.
    files : tuple of Path
        What was written.
    """

    plan: Plan
    year: Gaps
    files: tuple[Path, ...]

    @property
    def company(self) -> Node:
        """The root of the tree."""
        return self.year.org.roots[0]

    @property
    def name(self) -> str:
        """What the company is called."""
        return self.company.label

    @property
    def period(self) -> str:
        """The label of the year."""
        return str(self.year.periods.labels[0])

    @property
    def total(self) -> float:
        """The company's total of the year, in points."""
        return float(self.year.scores.total[0, self.company.row])

    @property
    def worst_region(self) -> Node:
        """The region with the lowest total of the year, the first of equals."""
        rows = self.year.org.select(kind="region")
        return Node(self.year.org, int(rows[np.argmin(self.year.scores.total[0, rows])]))

    def text(self) -> str:
        """The summary as lines of text."""
        parts = self._company(), self._kpis(), self._worst(), self._plan()
        return "\n\n".join("\n".join(lines) for lines in parts)

    def _company(self) -> list[str]:
        org = self.year.org
        counts = ", ".join(f"{kind} {len(org.select(kind=kind))}" for kind in org.kind_names)
        standing = _standing(self.year.scores, self.company, self.period)
        return [
            f"{self.name} in {self.period}: {standing}",
            f"{len(org)} nodes: {counts}",
        ]

    def _kpis(self) -> list[str]:
        scores, row = self.year.scores, self.company.row
        lines = [f"{'':<20}  {'target':>17}  {'result':>17}  {'attained':>8}  {'reported':>8}"]
        for kpi in self.year.kpis:
            target, result, attained = (
                float(array[0, row])
                for array in (
                    scores.results.counted_target(kpi.name),
                    scores.results.of(kpi.name),
                    scores.attainment(kpi.name),
                )
            )
            lines.append(
                f"{kpi.name:<20}  {kpi.format(target):>17}  {kpi.format(result):>17}  "
                f"{_per_cent(attained):>8}  {_per_cent(self._reported(kpi.name)):>8}"
            )
        return lines

    def _reported(self, kpi: str) -> float:
        """Share of the reports due in the four quarters that have come."""
        results = self.plan.gaps.scores.results
        k = results.kpis.index(kpi)
        due, arrived = results.due[k], results.arrived[k]
        return float((due & arrived).sum() / due.sum())

    def _worst(self) -> list[str]:
        worst = self.worst_region
        split = self.year.by_kpi(worst.id)
        lines = [
            f"Worst region: {worst.label}, {_standing(self.year.scores, worst, self.period)}.",
            f"  {split.whole:+.1f} points against all targets met, from",
        ]
        lines += [f"    {label:<20}  {part:>+6.1f}" for label, part, *_ in split.rows()]
        kpi = split.keys[0]
        behind = self.year.by_child(worst.id, kpi)
        label, part, share, _ = behind.rows()[0]
        unit = self.year.kpis[kpi].unit
        lines.append(
            f"  Most of its gap in {kpi} ({behind.whole:+,.{behind.decimals}f} {unit}) is from "
            f"{label}: {part:+,.{behind.decimals}f} {unit}, {_per_cent(share)} of it."
        )
        return lines

    def _plan(self) -> list[str]:
        plan = self.plan
        nodes = len(np.unique(plan.node))
        quarter = _standing(plan.gaps.scores, self.company, plan.period)
        return [
            f"{plan.period} by itself, which the report and the plan are about: {quarter}.",
            f"Plan: {len(plan)} actions for {nodes} people and units, from {plan.start} on.",
        ]


def _standing(scores: Scores, node: Node, period: str) -> str:
    total = float(scores.total[scores.periods.index(period), node.row])
    return f"{total:.1f} points, grade {scores.grade(node.id, period) or 'none'}"


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f} %"
