"""Why a result is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import equal
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.division import WithoutMargin
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import (
    Combined,
    Finished,
    Held,
    IfReported,
    LessUnreported,
    Part,
    PlannedPart,
    VolumeOfTarget,
)
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.missing import Missing
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.rollup import add_present
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import rolls_up

__all__ = ["ResultExplainer"]

Many = tuple[Explanation, ...]
Expand = Callable[[], Many]

_ANY = np.array([-2.5, 0.0, 3.0])  # parts, by which a value that is its part is told


@frozen(eq=False)
class ResultExplainer:
    """Explains the results and targets of one KPI in one period."""

    results: Results
    k: int
    p: int

    @property
    def kpi(self) -> Kpi:
        """The KPI."""
        kpi: Kpi = self.results.kpis.items[self.k]
        return kpi

    @property
    def period(self) -> str:
        """The period's label."""
        label: str = self.results.periods.labels[self.p]
        return label

    @property
    def _bare(self) -> bool:
        """Whether the value is the one part itself."""
        return rolls_up(self.kpi) and equal(self.kpi.aggregate.finish(_ANY), _ANY)

    @cached_property
    def _reach(self) -> Reach:
        return self.kpi.reach(self.results.org)

    def _made(
        self, name: str, value: float, operation: Operation, expand: Expand, unit: str | None = None
    ) -> Explanation:
        unit = self.kpi.unit if unit is None else unit
        return Explanation(name, value, unit, self.period, operation, "", expand)

    def _name(self, what: str, row: int) -> str:
        return f"{what} of {self.kpi.name}, {self.results.org.labels[row]}, {self.period}"

    def explain(self, row: int) -> Explanation:
        """The result of a node, in KPI units."""
        value = float(self.results.at(self.k, self.p, np.array([row]))[0])
        held = self.results.held[self.k]
        name = self._name("result", row)
        count = len(self.results.parts[self.k])

        def parts() -> Many:
            return tuple(self.part(i, row) for i in range(count))

        if held is not None and held[self.p, row]:
            return self._made(name, value, Held(), parts)
        if self._bare:
            return self.part(0, row)
        return self._made(name, value, Finished(self.kpi.aggregate), parts)

    def part(self, i: int, row: int) -> Explanation:
        """One part of a node's result, rolled up."""
        value = float(self.results.parts[self.k][i][self.p, row])
        name = self._name("result" if self._bare else f"part {i + 1}", row)
        unit = self.kpi.unit if self._bare else ""
        if self.results.source is not None:
            return self._made(
                name,
                value,
                Combined(self.kpi.aggregate.along, "over the periods"),
                lambda: tuple(each.part(i, row) for each in self._periods()),
                unit,
            )
        children = self._reach.children(row)
        if not children:
            return self._own(i, row, name)

        def expand() -> Many:
            below = tuple(self.part(i, child) for child in children)
            return (*below, self._own(i, row, self._name("own report", row)))

        operation = Combined(self.kpi.aggregate.combine, "its children's, and its own")
        return self._made(name, value, operation, expand, unit)

    def _periods(self) -> tuple[ResultExplainer, ...]:
        """The same for each of the periods that the results take together."""
        source = self.results.source or self.results
        return tuple(ResultExplainer(source, self.k, p) for p in range(len(source.periods)))

    def _own(self, i: int, row: int, name: str) -> Explanation:
        """One part of what a node reported itself."""
        inputs = self._inputs(row)
        held = [np.array([each.value]) for each in inputs]
        part = self.kpi.aggregate.parts(*held)[i]
        if self._bare and len(held) == 1 and equal(part, held[0]):
            (only,) = inputs
            return Explanation(name, only.value, only.unit, only.period, None, only.source)
        unit = self.kpi.unit if self._bare else ""
        operation = Part(self.kpi.aggregate, i)
        return self._made(name, float(part[0]), operation, lambda: inputs, unit=unit)

    def _inputs(self, row: int) -> Many:
        """What a node reported, cell by cell."""
        actuals = self.results.actuals
        due = bool(self.results.due[self.k][self.p, row])
        lost = due and not self.results.arrived[self.k][self.p, row]
        entry = None
        if actuals.entries is not None:
            entry = actuals.entries.row_of(row, self.k, self.p)
        found = []
        names = self.kpi.aggregate.inputs
        for name, array in zip(names, actuals.inputs[self.k], strict=True):
            value = float(array[self.p, row])
            if entry is not None:
                source = f"actuals row {entry}, {name}"
            elif not np.isnan(value):
                source = f"array, row {row} of the tree"
            elif lost and self.results.missing is Missing.ZERO:
                value, source = 0.0, "not reported, counted as zero"
            else:
                source = "not reported" if lost else "nothing of its own"
            unit = self.kpi.unit if name == "value" else ""  # a part has a unit of its own
            found.append(Explanation(self._name(name, row), value, unit, self.period, None, source))
        return tuple(found)

    def counted(self, row: int) -> Explanation:
        """The target that a node's result is set against, in KPI units."""
        array = self.results.counted[self.k]
        whole = float(self.results.targets.values[self.k][self.p, row])
        if array is None or float(array[self.p, row]) == whole or np.isnan(whole):
            return self.target(row)
        value = float(array[self.p, row])
        name = self._name("target of what was reported", row)
        return self._made(
            name, value, LessUnreported(), lambda: (self.target(row), self._unreported(row))
        )

    def _lost(self, row: int) -> bool:
        due, arrived = self.results.due[self.k], self.results.arrived[self.k]
        return bool(due[self.p, row] and not arrived[self.p, row])

    def _unreported(self, row: int) -> Explanation:
        """The targets at or below a node of what was due and not reported."""
        if self._lost(row):
            return self.target(row)
        children = self._reach.children(row)
        name, combine = self._name("target of what was not reported", row), add_present
        if not children:
            return Explanation(name, np.nan, self.kpi.unit, self.period, None, "reported")
        below = tuple(map(self._unreported, children))
        margin = self.results.targets.margin(self.k)
        rule = (
            Combined(combine, "over its children")
            if margin is None
            else WithoutMargin(int(margin[row]))
        )
        return self._made(name, rule(*(each.value for each in below)), rule, lambda: below)

    def target(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        if self.results.source is None:
            return target_explainer(self.results.targets, self.k, self.p).explain(row)
        value = float(self.results.targets.values[self.k][self.p, row])
        name, rule = self._name("target", row), self.kpi.aggregate
        along = Combined(rule.along, "over the periods")
        if rule.makeup is Makeup.OTHER:
            source = f"{rule!r} does not say what several targets make"
            return Explanation(name, value, self.kpi.unit, self.period, None, source)
        if rule.makeup is not Makeup.RATIO:
            return self._made(name, value, along, lambda: self._each_target(row))
        return self._made(name, value, Finished(rule), lambda: self._planned(row))

    def _each_target(self, row: int) -> Many:
        """Targets of the periods that were reported; of all, if none was."""
        periods = self._periods()
        some = any(not np.isnan(one.explain(row).value) for one in periods)
        return tuple(one.reported(row) if some else one.counted(row) for one in periods)

    def reported(self, row: int) -> Explanation:
        """A period's part of the target of a longer period."""
        counted, rule = self.counted(row), self.kpi.aggregate
        if rule.makeup is not Makeup.SUM or self.results.missing is not Missing.RENORMALISE:
            return counted
        operation = IfReported()
        result = self.explain(row)
        value = operation(counted.value, result.value)
        return self._made(counted.name, value, operation, lambda: (counted, result))

    def _planned(self, row: int) -> Many:
        """Parts of a target over periods: what was planned, and for which volume."""
        return self._over("planned", row, PlannedPart()), self._over(
            "volume", row, VolumeOfTarget()
        )

    def _over(self, what: str, row: int, operation: Operation) -> Explanation:
        """A part of the target over the periods, from target and volume of each."""
        along = Combined(self.kpi.aggregate.along, "over the periods")
        each = tuple(one.one_period(what, row, operation) for one in self._periods())
        value = along(*(one.value for one in each))
        return self._made(self._name(what, row), value, along, lambda: each, unit="")

    def one_period(self, what: str, row: int, operation: Operation) -> Explanation:
        """A part of a longer period's target, for this period."""
        target = float(self.results.targets.values[self.k][self.p, row])
        value = operation(target, float(self.results.parts[self.k][1][self.p, row]))
        return self._made(
            self._name(what, row),
            value,
            operation,
            lambda: (self.counted(row), self.part(1, row)),
            unit="",
        )
