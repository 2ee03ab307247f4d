"""Why a gap is what it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import evolve, frozen

from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import (
    BroughtToExtreme,
    BroughtToRatio,
    BroughtToSum,
    Combined,
    Difference,
    Distance,
    Held,
    Shortfall,
)
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.explaining.scores import TELLS, ScoreExplainer
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.org.rollup import add_present
from cascade_kpi.scoring.block import Supposed
from cascade_kpi.scoring.brought import PLAIN, goes_up, is_linear, up_to

__all__ = ["GapExplainer"]

Many = tuple[Explanation, ...]
Expand = Callable[[], Many]


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

    def points(self, item: str) -> Explanation:
        """What one item brings to the total's gap, in points."""
        scores = evolve(self.scores, supposed=PLAIN)
        outline = self.gaps.scores.outline
        i = outline.position(item)
        value = float(self.gaps.in_points(item)[self.p, self.row])
        name, period = scores.name(f"gap in points of {item}"), scores.period
        block = scores.block
        if i in scores.secret or (0 in scores.secret and not is_linear(block)):
            return Explanation(name, float("nan"), "points", period, None, TELLS)
        if not goes_up(block, i) or not float(np.asarray(block.weight(i)).ravel()[0]):
            return Explanation(name, value, "points", period, None, "not on the scorecard")
        if is_linear(block):
            return Explanation(
                name, value, "points", period, Distance(), "", lambda: self._linear(scores, i)
            )
        sides = scores.filled(outline.above[i], i), scores.points_at_target(i)
        if any(np.isnan(side.value) for side in sides):
            return Explanation(name, value, "points", period, Held(), "", lambda: sides)
        before = up_to(block, i)
        totals = [
            evolve(scores, supposed=Supposed(plain=True, on_target=done)).total()
            for done in (before, before | {i})
        ]
        phrase = "the total as the item goes on target, those before it being there"
        return Explanation(
            name, value, "points", period, Difference(phrase), "", lambda: tuple(totals)
        )

    def _linear(self, scores: ScoreExplainer, i: int) -> Many:
        """Points, points at target, and what a point adds at each level."""
        points, *slopes = scores.slopes_to(i)
        return (points, scores.points_at_target(i), *slopes)

    def rules(self) -> Explanation:
        """What gates and adjustments bring to the total's gap, in points."""
        scores = self.scores
        if 0 in scores.secret:
            name = scores.name("gates and adjustments")
            return Explanation(name, float("nan"), "points", scores.period, None, TELLS)
        value = float(self.gaps.by_rules[self.p, self.row])
        sides = scores.total(), evolve(scores, supposed=PLAIN).total()
        name = scores.name("gates and adjustments")
        phrase = "the total less what it would be without them"
        return Explanation(
            name, value, "points", scores.period, Difference(phrase), "", lambda: sides
        )

    def total(self) -> Explanation:
        """The total less the total with every item on target and no rules after, in points."""
        scores, outline = self.scores, self.gaps.scores.outline
        items = [
            i for i in outline.items if float(np.asarray(scores.block.weight(i)).ravel()[0]) > 0
        ]
        names = [outline.names[i] for i in items if goes_up(scores.block, i)]
        value = float(self.gaps.total[self.p, self.row])
        name, period = scores.name("gap of the total"), scores.period
        if not names:
            return Explanation(name, value, "points", period, None, "not scored")
        if 0 in scores.secret and (outline.has_rules or not is_linear(scores.block)):
            return Explanation(name, float("nan"), "points", period, None, TELLS)
        held = np.isnan(value)
        phrase = "sum over the items"
        rules: Many = ()
        if outline.has_rules:
            rules, phrase = (self.rules(),), "sum over the items, and the rules after them"
        operation = Held() if held else Combined(add_present, phrase)
        return Explanation(
            name,
            value,
            "points",
            period,
            operation,
            "",
            lambda: (*map(self.points, names), *rules),
        )
