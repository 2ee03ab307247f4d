"""Why a target is as hard as it is."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import Combined
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.judging.fairness import Fairness
from cascade_kpi.judging.history import PastColumns, summed
from cascade_kpi.judging.judged import beside_peers, outlying
from cascade_kpi.judging.yardsticks import Base, Fences, Material, Measure, Yardstick, asked
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.rollup import add_present
from cascade_kpi.results.results import Results

__all__ = ["StretchExplainer"]

Many = tuple[Explanation, ...]


def _one(value: float) -> FloatArray:
    return np.array([value], dtype=np.float64)


@frozen
class BaseOf:
    """What of the past a target is set against. Inputs are the target, then the past."""

    rule: Base
    better: Direction

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        past = np.array(inputs[1:], dtype=np.float64)[:, None]
        return float(self.rule(past, _one(inputs[0]), self.better)[0])

    def words(self) -> str:
        """The clause."""
        return f"{self.rule!r} of the past"


@frozen
class StretchOf:
    """What a target asks beyond a base, as it is measured."""

    rule: Measure
    better: Direction

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        target, base = map(_one, inputs)
        if np.isnan(target + base)[0]:
            return float("nan")
        return float(self.rule(asked(target, base, self.better), base)[0])

    def words(self) -> str:
        """The clause."""
        return f"{self.rule!r}, {self.better!r}"


@frozen
class DeviationOf:
    """How far one of some stretches lies from their median, in spreads."""

    position: int
    fences: Fences
    smallest: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        codes = np.zeros(len(inputs), dtype=np.int64)
        _, deviation, _ = beside_peers(np.array(inputs), codes, self.fences, self.smallest)
        return float(deviation[self.position])

    def words(self) -> str:
        """The clause."""
        return f"distance from the peers' median in spreads, {self.fences!r}"


@frozen
class LeastOf:
    """From which difference from its peers on a target is an outlier."""

    rule: Material
    kpi: Kpi

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.rule(_one(inputs[0]), self.kpi)[0])

    def words(self) -> str:
        """The clause."""
        return f"what is material by {self.rule!r}"


@frozen(eq=False)
class OutlierOf:
    """Whether one of some stretches is an outlier. Inputs are its target, its base, then all."""

    position: int
    by: Yardstick
    kpi: Kpi

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        target, base, *stretches = inputs
        codes = np.zeros(len(stretches), dtype=np.int64)
        least = self.by.peers.smallest
        figures, _, beyond = beside_peers(np.array(stretches), codes, self.by.fences, least)
        at = slice(self.position, self.position + 1)
        median = figures.at(figures.median, codes)[at]
        return float(
            outlying(beyond[at], median, _one(target), _one(base), kpi=self.kpi, by=self.by)[0]
        )

    def words(self) -> str:
        """The clause."""
        rules = f"{self.by.fences!r}, {self.by.material!r}"
        return f"1 too hard, −1 too easy, 0 neither: beyond the fences by what is material, {rules}"


@frozen(eq=False)
class StretchExplainer:
    """Explains the stretches of one KPI in one period."""

    judged: Fairness
    k: int
    p: int

    @property
    def kpi(self) -> Kpi:
        """The KPI."""
        kpi: Kpi = self.judged.kpis.items[self.k]
        return kpi

    @property
    def period(self) -> str:
        """The period's label."""
        label: str = self.judged.periods.labels[self.p]
        return label

    def _name(self, what: str, row: int) -> str:
        return f"{what} of {self.kpi.name}, {self.judged.org.labels[row]}, {self.period}"

    def stretch(self, row: int) -> Explanation:
        """The stretch of a node."""
        measure = self.judged.by.measure(self.kpi)
        value = float(self.judged.stretch(self.kpi.name)[self.p, row])
        unit, operation = measure.unit(self.kpi), StretchOf(measure, self.kpi.better)

        def expand() -> Many:
            return (self._target(row), self.base(row))

        name = self._name("stretch", row)
        return Explanation(name, value, unit, self.period, operation, "", expand)

    def base(self, row: int) -> Explanation:
        """What the target of a node is set against."""
        value = float(self.judged.base(self.kpi.name)[self.p, row])
        past = self.judged.history.cycles[self.k]
        name = self._name("base", row)
        if past is None:
            return Explanation(name, value, self.kpi.unit, self.period, None, "no history is given")

        def expand() -> Many:
            return (self._target(row), *(self._past(row, c) for c in range(len(past))))

        operation = BaseOf(self.judged.by.base, self.kpi.better)
        return Explanation(name, value, self.kpi.unit, self.period, operation, "", expand)

    def deviation(self, row: int) -> Explanation:
        """How far the stretch of a node lies from those of its peers."""
        judged = self.judged
        value = float(judged.deviation(self.kpi.name)[self.p, row])
        code = int(judged.group_codes[row])
        name = self._name("deviation", row)
        if code < 0:
            return Explanation(name, value, "spreads", self.period, None, "it has no peers")
        peers = np.flatnonzero(judged.group_codes == code).tolist()
        operation = DeviationOf(peers.index(row), judged.by.fences, judged.by.peers.smallest)

        def expand() -> Many:
            return tuple(map(self.stretch, peers))

        return Explanation(name, value, "spreads", self.period, operation, "", expand)

    def least(self, row: int) -> Explanation:
        """From which difference from its peers on the target of a node is an outlier."""
        operation = LeastOf(self.judged.by.material, self.kpi)
        value = float(self.judged.least(self.kpi.name)[self.p, row])
        name, unit = self._name("material difference", row), self.kpi.gap_unit

        def expand() -> Many:
            return (self._target(row),)

        return Explanation(name, value, unit, self.period, operation, "", expand)

    def outlier(self, row: int) -> Explanation:
        """Whether the target of a node is too hard, 1, too easy, −1, or neither, 0."""
        judged = self.judged
        value = float(judged.outliers(self.kpi.name)[self.p, row])
        code, name = int(judged.group_codes[row]), self._name("outlier", row)
        if code < 0:
            return Explanation(name, value, "", self.period, None, "it has no peers")
        peers = np.flatnonzero(judged.group_codes == code).tolist()

        def expand() -> Many:
            return (self._target(row), self.base(row), *map(self.stretch, peers))

        operation = OutlierOf(peers.index(row), judged.by, self.kpi)
        return Explanation(name, value, "", self.period, operation, "", expand)

    def _target(self, row: int) -> Explanation:
        told = target_explainer(self.judged.targets, self.k, self.p).explain(row)
        return attrs.evolve(told, key=("target", row))

    def _past(self, row: int, cycle: int) -> Explanation:
        """What a node has reached in the same period of one past cycle."""
        source = self.judged.history.sources[self.k]
        h = cycle * len(self.judged.periods) + self.p
        if isinstance(source, PastColumns):
            return self._cell(row, source.names[h])
        assert isinstance(source, Results)  # noqa: S101 - there are cycles, so there is a source
        found = int(source.org.find(self.judged.org.ids[row : row + 1])[0])
        if found < 0:
            label = source.periods.labels[h]
            name = f"result of {self.kpi.name}, {self.judged.org.labels[row]}, {label}"
            words = "it is not in the history"
            return Explanation(name, float("nan"), self.kpi.unit, label, None, words)
        return ResultExplainer(source, source.kpis.index(self.kpi.name), h).explain(found)

    def _cell(self, row: int, column: str) -> Explanation:
        """A column's entry; of a sum that is blank there, the sum over the leaves."""
        org = self.judged.org
        value, name = float(org.numbers(column)[row]), f"{column} of {org.labels[row]}"
        source = f"units row {int(org.source_row[row])}, {column}"
        blank_sum = value != value and self.kpi.aggregate.makeup is Makeup.SUM
        if not blank_sum or org.is_leaf[row]:
            return Explanation(name, value, self.kpi.unit, column, None, source)
        return self._summed(row, column)

    def _summed(self, row: int, column: str) -> Explanation:
        """The sum of a column over the leaves at or below a node."""
        org = self.judged.org
        name = f"{column} of {org.labels[row]}"
        if org.is_leaf[row]:
            return self._cell(row, column)
        leaves = self._leaf_sums(column)
        operation = Combined(add_present, "the sum over its leaves, as far as they have any")
        expand = partial(self._children, row, column)
        value = float(leaves[row])
        return Explanation(name, value, self.kpi.unit, column, operation, "", expand)

    def _leaf_sums(self, column: str) -> FloatArray:
        return summed(self.judged.org, self.judged.org.numbers(column))

    def _children(self, row: int, column: str) -> Many:
        return tuple(self._summed(c, column) for c in self.judged.org.node(row).child_rows)
