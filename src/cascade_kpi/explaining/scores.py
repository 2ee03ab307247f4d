"""Why a score, and a gap, is what it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import (
    Attained,
    BroughtToExtreme,
    BroughtToRatio,
    BroughtToSum,
    Combined,
    Difference,
    Held,
    Points,
    PointsGap,
    Shortfall,
    TotalPoints,
)
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.org.rollup import add_present
from cascade_kpi.scoring.score import Scores

__all__ = ["GapExplainer", "ScoreExplainer"]

Many = tuple[Explanation, ...]
Expand = Callable[[], Many]


@frozen(eq=False)
class ScoreExplainer:
    """Explains the scores of one node in one period."""

    scores: Scores
    row: int
    p: int

    def name(self, what: str) -> str:
        """A quantity's name."""
        return f"{what}, {self.scores.org.labels[self.row]}, {self.period}"

    @property
    def period(self) -> str:
        """The period's label."""
        label: str = self.scores.periods.labels[self.p]
        return label

    @property
    def card(self) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Positions and weights of the items on the node's scorecard."""
        kernel = self.scores.kernel
        weights = kernel.weights[kernel.group[self.row]].tolist()
        items = tuple(i for i, weight in enumerate(weights) if weight > 0)
        return items, tuple(weights[i] for i in items)

    def total(self) -> Explanation:
        """The node's total, in points."""
        items, weights = self.card
        value = float(self.scores.total[self.p, self.row])
        if not items:
            source = f"no weights for this {self.scores.scorecard.by}: not scored"
            return Explanation(self.name("total"), value, "points", self.period, None, source)
        operation = TotalPoints(weights, self.scores.scorecard.missing)
        return self._made("total", value, operation, lambda: tuple(map(self.points, items)))

    def _made(
        self, what: str, value: float, operation: Operation, expand: Expand, unit: str = "points"
    ) -> Explanation:
        return Explanation(self.name(what), value, unit, self.period, operation, "", expand)

    def _at(self, values: FloatArray) -> float:
        return float(values[0])

    def points(self, i: int) -> Explanation:
        """Points of the i-th item."""
        item = self.scores.scorecard.items[i]
        value = self._at(self.scores.kernel.points(i, self.p, np.array([self.row])))
        attained = self.attainment(i)
        by = Points(item.curve, attained.value)
        return self._made(f"points of {item.kpi}", value, by, lambda: (attained,))

    def attainment(self, i: int) -> Explanation:
        """What the i-th item's curve is read at."""
        item = self.scores.scorecard.items[i]
        value = self._at(self.scores.kernel.attainment(i, self.p, np.array([self.row])))
        of = self.of(i)
        return self._made(
            f"attainment of {item.kpi}",
            value,
            Attained(item.attainment, of.kpi.better),
            lambda: (of.explain(self.row), of.counted(self.row), *self._given(i)),
            unit="",
        )

    def points_at_target(self, i: int) -> Explanation:
        """Points the i-th item would have on target."""
        item, kernel = self.scores.scorecard.items[i], self.scores.kernel
        here = np.array([self.row])
        value = self._at(kernel.points_at_target(i, self.p, here))
        of = self.of(i)
        attained = self._made(
            f"attainment of {item.kpi} at target",
            self._at(kernel.attainment(i, self.p, here, actual=kernel.target(i, self.p, here))),
            Attained(item.attainment, of.kpi.better),
            lambda: (of.counted(self.row), of.counted(self.row), *self._given(i)),
            unit="",
        )
        by = Points(item.curve, attained.value)
        return self._made(f"points of {item.kpi} at target", value, by, lambda: (attained,))

    def of(self, i: int) -> ResultExplainer:
        """Explains the i-th item's results and targets."""
        return ResultExplainer(self.scores.results, self.scores.kernel.columns[i], self.p)

    def _given(self, i: int) -> Many:
        """What the attainment was given from the tree."""
        names = self.scores.scorecard.items[i].attainment.columns
        where, unit = f"units row {int(self.scores.org.source_row[self.row])}", self.of(i).kpi.unit
        return tuple(
            Explanation(
                self.name(name),
                float(column[self.row]),
                unit,
                self.period,
                None,
                f"{where}, {name}",
            )
            for name, column in zip(names, self.scores.kernel.given[i], strict=True)
        )


@frozen(eq=False)
class GapExplainer:
    """Explains the gaps of one node in one period."""

    gaps: Gaps
    row: int
    p: int

    @property
    def scores(self) -> ScoreExplainer:
        """Explains the scores that the gaps follow from."""
        return ScoreExplainer(self.gaps.scores, self.row, self.p)

    def gap(self, kpi: str) -> Explanation:
        """Result − target, in KPI units."""
        return self._in_units("gap", kpi, float(self.gaps.of(kpi)[self.p, self.row]), Difference())

    def shortfall(self, kpi: str) -> Explanation:
        """The unfavourable part of the gap, in KPI units."""
        value = float(self.gaps.shortfall(kpi)[self.p, self.row])
        return self._in_units("shortfall", kpi, value, Shortfall(self.gaps.kpis[kpi].better))

    def to_parent(self, kpi: str) -> Explanation:
        """What the node brings to its parent's gap, in KPI units."""
        of = ResultExplainer(self.gaps.scores.results, self.gaps.kpis.index(kpi), self.p)
        value = float(self.gaps.to_parent(kpi)[self.p, self.row])
        name = self.scores.name(f"brought to the gap of {kpi} one level up")
        parent = int(self.gaps.org.parent[self.row])
        if np.isnan(value):
            source = "a root has no parent" if parent < 0 else "no gap one level up to split"
            if of.kpi.aggregate.makeup is Makeup.OTHER:
                source = f"{of.kpi.aggregate!r} does not say how a gap splits"
            return Explanation(name, value, of.kpi.gap_unit, of.period, None, source)
        operation, expand = self._brought(of, parent)
        return Explanation(name, value, of.kpi.gap_unit, of.period, operation, "", expand)

    def _brought(self, of: ResultExplainer, parent: int) -> tuple[Operation, Expand]:
        row, makeup = self.row, of.kpi.aggregate.makeup
        if makeup is Makeup.SUM:
            return BroughtToSum(), lambda: (of.explain(row), of.counted(row))
        if makeup is Makeup.RATIO:
            return BroughtToRatio(), lambda: (
                of.part(0, row),
                of.part(1, row),
                of.counted(parent),
                of.part(1, parent),
            )
        siblings = self.gaps.org.node(parent).child_rows
        return BroughtToExtreme(siblings.index(row)), lambda: (
            of.explain(parent),
            of.counted(parent),
            *map(of.explain, siblings),
        )

    def _in_units(self, what: str, kpi: str, value: float, operation: Operation) -> Explanation:
        of = ResultExplainer(self.gaps.scores.results, self.gaps.kpis.index(kpi), self.p)
        return Explanation(
            self.scores.name(f"{what} of {kpi}"),
            value,
            of.kpi.gap_unit,
            of.period,
            operation,
            "",
            lambda: (of.explain(self.row), of.counted(self.row)),
        )

    def points(self, kpi: str) -> Explanation:
        """What one item brings to the total's gap, in points."""
        scores = self.scores
        items, weights = scores.card
        i = self.gaps.scores.item(kpi)
        value = float(self.gaps.in_points(kpi)[self.p, self.row])
        name, period = scores.name(f"gap in points of {kpi}"), scores.period
        if i not in items:
            return Explanation(name, value, "points", period, None, "not on the scorecard")
        operation = PointsGap(items.index(i), weights, self.gaps.scores.scorecard.missing)

        def expand() -> Many:
            return (*map(scores.points, items), scores.points_at_target(i))

        return Explanation(name, value, "points", period, operation, "", expand)

    def total(self) -> Explanation:
        """The total less the total with every item on target, in points."""
        scores = self.scores
        items, _ = scores.card
        names = [self.gaps.scores.scorecard.items[i].kpi for i in items]
        value = float(self.gaps.total[self.p, self.row])
        name, period = scores.name("gap of the total"), scores.period
        if not items:
            return Explanation(name, value, "points", period, None, "not scored")
        held = np.isnan(value)
        operation = Held() if held else Combined(add_present, "sum over the items")
        return Explanation(
            name, value, "points", period, operation, "", lambda: tuple(map(self.points, names))
        )
