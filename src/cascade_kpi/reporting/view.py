"""The numbers of a report: one period, everybody below one node."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.analysis.gaps import gaps
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.reporting.layers import Layers
from cascade_kpi.reporting.lights import Light, Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.wholes import Whole
from cascade_kpi.reporting.wording import count, points
from cascade_kpi.scoring.attainments import Proportion, absolute
from cascade_kpi.scoring.items import Item

__all__ = ["Card", "Column", "Figure", "Moment", "View"]

_TRAIL = 3  # ancestors that are named with a node


@frozen(eq=False)
class Moment:
    """One KPI of the node in focus in one period, in KPI units; or its total, in points."""

    period: str
    target: float
    result: float
    attainment: float
    light: Light


@frozen(eq=False)
class Column:
    """One KPI of everybody in the report's period, each array float64 (n,).

    Attributes
    ----------
    target, result : in KPI units
    attainment : pure number
    points, lost : points of the item, and what it brings to the total's gap
    weight : of the item, in the scorecard's own scale
    history : the node in focus, period by period
    whole : the node in focus in the longer period that was phased, None if none was
    """

    kpi: Kpi
    target: FloatArray
    result: FloatArray
    attainment: FloatArray
    points: FloatArray
    weight: FloatArray
    lost: FloatArray
    history: tuple[Moment, ...]
    whole: Whole | None = None

    @cached_property
    def concerns(self) -> NDArray[np.bool_]:
        """The nodes that have a target, a result or a weight for it, bool (n,)."""
        return ~(np.isnan(self.target) & np.isnan(self.result)) | (self.weight > 0)


@frozen(eq=False)
class Figure:
    """One KPI of one node; NaN for what is absent or not known."""

    kpi: Kpi
    target: float
    result: float
    attainment: float
    light: Light
    points: float
    weight: float
    lost: float


@frozen(eq=False)
class Card:
    """One node with the figures of all KPIs that concern it; the one in focus with all."""

    row: int
    name: str
    kind: str
    trail: tuple[str, ...]
    total: float
    light: Light
    grade: str
    figures: tuple[Figure, ...]


@frozen(eq=False)
class View:
    """All that a report is made from.

    Attributes
    ----------
    row, end : int
        The node in focus, and where its subtree ends.
    p : int
        Position of the period.
    total, total_attainment : float64 array (n,)
        Total in points, and over the total with every item on target.
    total_history : the total of the node in focus, period by period
    """

    org: OrgTree
    layers: Layers
    lights: Lights
    limits: Limits
    row: int
    p: int
    columns: tuple[Column, ...]
    total: FloatArray
    total_attainment: FloatArray
    total_history: tuple[Moment, ...]
    grade_codes: IntArray
    grades: tuple[str, ...]

    @classmethod
    def of(cls, layers: Layers, row: int, p: int, lights: Lights, limits: Limits) -> View:
        """The numbers of a period, computed once."""
        org, scores = layers.targets.org, layers.scores
        columns = tuple(_column(layers, kpi, row, p, lights) for kpi in layers.targets.kpis)
        if scores is None:
            nothing = np.full(len(org), np.nan)
            codes: IntArray = np.full(len(org), -1, dtype=np.int64)
            return cls(
                org, layers, lights, limits, row, p, columns, nothing, nothing, (), codes, ()
            )
        lost = gaps(scores) if layers.gaps is None else layers.gaps
        at_target = scores.total - lost.total
        share = np.full(at_target.shape, np.nan)
        np.divide(scores.total, at_target, out=share, where=at_target > 0)
        moments = _moments(layers, lights, at_target[:, row], scores.total[:, row], share[:, row])
        total, codes = scores.total[p], scores.grade_codes[p]
        grades = scores.grades
        return cls(
            org, layers, lights, limits, row, p, columns, total, share[p], moments, codes, grades
        )

    @property
    def end(self) -> int:
        """The row after the last of the subtree in focus."""
        return self.row + int(self.org.size[self.row])

    @property
    def period(self) -> str:
        """Label of the period."""
        return self.layers.targets.periods.labels[self.p]

    @property
    def whole(self) -> str:
        """Label of the longer period that was phased; empty if none was."""
        span = self.layers.span(self.p)
        return "" if span is None else span.label

    @property
    def knows_results(self) -> bool:
        """Whether there are results beside the targets."""
        return self.layers.results is not None

    @property
    def knows_scores(self) -> bool:
        """Whether there are totals."""
        return self.layers.scores is not None

    def in_points(self, value: float, sign: str = "") -> str:
        """Points with the decimals of the grade bands, so that a grade never looks wrong."""
        scores = self.layers.scores
        bands = None if scores is None else scores.scorecard.grades
        return points(value, 1 if bands is None else bands.decimals, sign)

    def many(self, n: int) -> str:
        """A number of nodes, in words that no one has to learn."""
        return count(n, "unit or person", "units and people")

    def name(self, row: int) -> str:
        """What a person reads for a node."""
        return str(self.org.labels[row])

    def trail(self, row: int) -> tuple[str, ...]:
        """Names from below the node in focus down to the node's parent, the nearest few."""
        names: list[str] = []
        above = int(self.org.parent[row])
        while above > self.row and len(names) < _TRAIL:
            names.append(self.name(above))
            above = int(self.org.parent[above])
        if above > self.row:
            names.append("…")
        return tuple(reversed(names))

    def figure(self, column: Column, row: int) -> Figure:
        """One KPI of one node."""
        attainment = float(column.attainment[row])
        return Figure(
            column.kpi,
            float(column.target[row]),
            float(column.result[row]),
            attainment,
            self.lights(attainment),
            float(column.points[row]),
            float(column.weight[row]),
            float(column.lost[row]),
        )

    def total_light(self, row: int) -> Light:
        """The light of a node's total."""
        return self.lights(float(self.total_attainment[row]))

    def grade(self, row: int) -> str:
        """A node's grade, empty where there is none."""
        code = int(self.grade_codes[row])
        return self.grades[code] if code >= 0 else ""

    def card(self, row: int) -> Card:
        """One node with the figures of all KPIs that concern it; the one in focus with all."""
        return Card(
            row,
            self.name(row),
            str(self.org.kinds[row]),
            self.trail(row),
            float(self.total[row]),
            self.total_light(row),
            self.grade(row),
            tuple(
                self.figure(column, row)
                for column in self.columns
                if column.concerns[row] or row == self.row
            ),
        )

    def children(self, row: int) -> list[int]:
        """Rows of a node's children, ascending."""
        part = self.org.parent[row : row + int(self.org.size[row])]
        return (row + np.flatnonzero(part == row)).tolist()


def _column(layers: Layers, kpi: Kpi, row: int, p: int, lights: Lights) -> Column:
    reported = layers.results
    targets = (layers.targets.of if reported is None else reported.counted_target)(kpi.name)
    nothing = np.full(targets.shape, np.nan)
    results = nothing if layers.results is None else layers.results.of(kpi.name)
    attained = nothing if layers.results is None else _attainment(layers, kpi, results, targets)
    points, lost, weight = nothing, nothing, nothing[0]
    scores = layers.scores
    if scores is not None and kpi.name in scores.kpi_items:
        weight = scores.weights(kpi.name)
        points = np.where(weight > 0, scores.points(kpi.name), np.nan)
        if layers.gaps is not None:
            lost = layers.gaps.in_points(kpi.name)
    history = _moments(layers, lights, targets[:, row], results[:, row], attained[:, row])
    span = layers.span(p)
    whole = None if span is None else span.whole(kpi.name, row, p, reported)
    arrays = targets[p], results[p], attained[p], points[p], weight, lost[p]
    return Column(kpi, *arrays, history, whole)


def _moments(
    layers: Layers, lights: Lights, target: FloatArray, result: FloatArray, attained: FloatArray
) -> tuple[Moment, ...]:
    columns = target.tolist(), result.tolist(), attained.tolist()
    return tuple(
        Moment(label, t, r, a, lights(a))
        for label, t, r, a in zip(layers.targets.periods.labels, *columns, strict=True)
    )


def _attainment(layers: Layers, kpi: Kpi, results: FloatArray, targets: FloatArray) -> FloatArray:
    """The scorecard's attainment, and where it has none that is a proportion, the direction's."""
    if layers.scores is not None:
        for item in layers.scores.scorecard.items:
            if not isinstance(item, Item) or item.name != kpi.name:
                continue
            if not absolute(item.attainment):
                return layers.scores.attainment(kpi.name)
    none = np.full(targets.shape, math.nan)
    return Proportion(zero="exclude")(results, targets, kpi.better, none)
