"""Why a holder or a unit has the result that it was credited with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.explaining.evidence import Evidence
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.moves import stint_title
from cascade_kpi.explaining.operations import Combined, Finished, Held
from cascade_kpi.kpis.aggregates import Aggregate
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.folding import fold_groups
from cascade_kpi.moving.rolling import Cells
from cascade_kpi.org.tree import OrgTree

__all__ = ["CreditExplainer"]

Many = tuple[Explanation, ...]
Expand = Callable[[], Many]


@frozen
class Folded:
    """One part of several reports, combined two and two in their order."""

    aggregate: Aggregate
    which: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        many = len(self.aggregate.inputs)
        columns = [np.array(inputs[i::many], dtype=np.float64) for i in range(many)]
        part = self.aggregate.parts(*columns)[self.which]
        group = np.zeros(len(part), dtype=np.int64)
        return float(fold_groups(part, group, 1, self.aggregate.combine)[0])

    def words(self) -> str:
        """The clause."""
        return "its reports, two and two"


@frozen
class Apart(Held):
    """Held back, because a part of what the inputs report stood elsewhere."""

    def words(self) -> str:
        """The clause."""
        return "held back: some of these stood below it and some did not"


@frozen
class Undivided(Held):
    """Held back, because what the inputs report is of several stints at once."""

    def words(self) -> str:
        """The clause."""
        return "held back: these are of several stints at once, and are not divided among them"


@frozen(eq=False)
class CreditExplainer:
    """Explains the results of one KPI in one period."""

    credited: Credited
    k: int
    p: int

    @property
    def _kpi(self) -> Kpi:
        return self.credited.moved.of_before.kpis.items[self.k]

    @property
    def _label(self) -> str:
        return self.credited.moved.of_before.periods.labels[self.p]

    @cached_property
    def _why(self) -> Evidence:
        return Evidence(self.credited.moved, self.p)

    @cached_property
    def _cells(self) -> Cells:
        cells, period = self.credited.cells(self.k), self.credited.roll_up(self.k).period
        return cells.take(np.flatnonzero(period[cells.report] == self.p))

    def of_holder(self, holder: int) -> Explanation:
        """What somebody achieved, in KPI units."""
        credited, rows = self.credited, self.credited.reports.of(self.k)
        stay = credited.met.stay[credited.met.first][rows]
        who = np.append(credited.moved.stays.holder, -1)[stay]
        mine = np.flatnonzero((who == holder) & (credited.reports.period[rows] == self.p))
        mine = mine[np.argsort(credited.reports.start[rows][mine], kind="stable")]
        value = float(credited.of_holders(self.k)[self.p, holder])
        name = f"{self._kpi.name}, {credited.moved.holders[holder]}, {self._label}"
        return self._of_reports(name, value, mine)

    def of_stint(self, stay: int) -> Explanation:
        """What was achieved in one of somebody's stints, a row of `by_stint`, in KPI units."""
        credited, met, rows = self.credited, self.credited.met, self.credited.reports.of(self.k)
        value = float(credited.of_stints(self.k)[stay])
        name = f"{self._kpi.name}, {stint_title(credited.moved, stay)}, {self._label}"
        lines = (met.stay == stay) & (credited.reports.kpi[met.report] == self.k)
        mine = met.report[lines]
        several = np.unique(mine[met.astride[mine]]) - rows.start
        if len(several):
            return self._made(
                f"result of {name}", value, Undivided(),
                lambda: tuple(each for i in several.tolist() for each in self._report(i)),
            )  # fmt: skip
        mine = mine[np.argsort(credited.reports.start[mine], kind="stable")] - rows.start
        return self._of_reports(name, value, mine)

    def _of_reports(self, name: str, value: float, mine: IntArray) -> Explanation:
        """A result from reports, positions among those of the KPI in order of their days."""
        if not len(mine):
            told_as, nothing = f"result of {name}", "there is no report"
            return Explanation(told_as, value, self._kpi.unit, self._label, None, nothing)
        return self._finished(name, value, lambda which: self._reported(mine, which))

    def of_unit(self, row: int) -> Explanation:
        """What was achieved at or below a unit, in KPI units."""
        credited = self.credited
        value = float(credited.of_units(self.k)[self.p, row])
        name = f"{self._kpi.name}, {credited.moved.trees.org.labels[row]}, {self._label}"
        if credited.roll_up(self.k).rolled(credited.cells(self.k))[1][self.p, row]:
            partly = self._partly_below(row)
            return self._made(
                f"result of {name}", value, Apart(),
                lambda: tuple(each for i in partly.tolist() for each in self._report(i)),
            )  # fmt: skip
        return self._finished(name, value, lambda which: self._at_or_below(row, which))

    def _made(
        self, name: str, value: float, rule: Operation, expand: Expand, unit: str | None = None
    ) -> Explanation:
        unit = self._kpi.unit if unit is None else unit
        return Explanation(name, value, unit, self._label, rule, "", expand)

    def _finished(self, name: str, value: float, part: Callable[[int], Explanation]) -> Explanation:
        rule = self._kpi.aggregate
        return self._made(
            f"result of {name}", value, Finished(rule),
            lambda: tuple(part(which) for which in range(self._parts)),
        )  # fmt: skip

    @property
    def _parts(self) -> int:
        return len(self.credited.roll_up(self.k).given)

    # -- reports --------------------------------------------------------------------

    def _reported(self, reports: IntArray, which: int, name: str = "reports") -> Explanation:
        """One part of some reports, positions among those of the KPI."""
        rule = Folded(self._kpi.aggregate, which)
        inputs = tuple(each for i in reports.tolist() for each in self._report(i))
        value = rule(*(each.value for each in inputs))
        told_as = f"part {which + 1} of {name}" if self._parts > 1 else name
        return self._made(told_as, value, rule, lambda: inputs)

    def _report(self, i: int) -> Iterator[Explanation]:
        """What a report says, in the order of the aggregate's inputs."""
        reports = self.credited.reports
        at = reports.of(self.k).start + i
        days = told(int(reports.start[at]), int(reports.end[at]))
        for column in self._kpi.aggregate.inputs:
            source = f"reports row {reports.row[at]}, {column}; {self._whose(at)}"
            value = float(reports.values[column][at])
            yield Explanation(f"{column}, {days}", value, self._kpi.unit, self._label, None, source)

    def _whose(self, report: int) -> str:
        met = self.credited.met
        lines = np.flatnonzero(met.report == report)
        stays = self.credited.moved.stays
        stints = [self._why.stint(int(stays.stint[s])) for s in met.stay[lines].tolist() if s >= 0]
        if not stints:
            where = self.credited.moved.trees.org.labels[met.node[lines[0]]]
            return f"nobody's: no stint of {where} on these days"
        return f"by {' and '.join(dict.fromkeys(stints))}"

    # -- units ----------------------------------------------------------------------

    def _at_or_below(self, row: int, which: int) -> Explanation:
        """One part of all that stood at or below a unit, tree by tree."""
        up, cells = self.credited.roll_up(self.k), self._cells
        count = np.bincount(cells.report, minlength=len(up.period))
        single = count[cells.report] == 1
        found = []
        for tree in up.by_tree(cells.take(np.flatnonzero(single))):
            org, parts = up.in_tree(tree)
            below = parts[which][self.p]
            if not np.isnan(below[row]):
                found.append(self._in_tree(tree, org, below, row, which))
        several = self._wholly_below(cells.take(np.flatnonzero(~single)), row, count)
        if len(several):
            found.append(self._reported(several, which, "reports of several places, all below it"))
        rule = Combined(self._kpi.aggregate.combine, "what stood at or below it, tree by tree")
        name = f"part {which + 1}" if self._parts > 1 else "reports"
        value = rule(*(each.value for each in found)) if found else np.nan
        return self._made(name, value, rule, lambda: tuple(found))

    def _in_tree(
        self, cells: Cells, org: OrgTree, below: np.ndarray, row: int, which: int
    ) -> Explanation:
        """One part of what stood at or below a row of a tree: its children's, and its own."""
        trees = self.credited.moved.trees
        node = org.row(trees.org.node(row).id)
        rows = trees.org.find(org.ids)
        days = told(int(cells.day.min()), int(cells.day.max()))
        name = f"at or below {trees.org.labels[row]}, of reports that begin {days}"
        rule = Combined(self._kpi.aggregate.combine, "its children's, and its own")

        def expand() -> Many:
            children = [int(rows[child]) for child in org.node(node).child_rows]
            parts = [self._in_tree(cells, org, below, child, which)
                     for child in children if not np.isnan(below[child])]  # fmt: skip
            own = np.unique(cells.report[cells.node == row])
            if len(own):
                parts.append(self._reported(own, which, f"reports at {trees.org.labels[row]}"))
            return tuple(parts)

        return self._made(name, float(below[row]), rule, expand)

    def _wholly_below(self, cells: Cells, row: int, count: IntArray) -> IntArray:
        """Reports of several places that all stood at or below a row."""
        reports, many = self._below(cells, row)
        return np.asarray(reports[many == count[reports]])

    def _partly_below(self, row: int) -> IntArray:
        """Reports of several places of which some stood below a row, and some did not."""
        reports, many = self._below(self._cells, row)
        count = np.bincount(self._cells.report)
        return np.asarray(reports[many < count[reports]])

    def _below(self, cells: Cells, row: int) -> tuple[IntArray, IntArray]:
        """Reports that stood at or below a row, and at how many of their places."""
        trees = self.credited.moved.trees
        below = trees.below(row, trees.number(cells.day), cells.node)
        reports, many = np.unique(cells.report[below], return_counts=True)
        return reports, many
