"""Why a period has the weight that it has."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import Combined
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.rollup import add_present
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.phasing.families import add_lines
from cascade_kpi.phasing.profiles import Learned, Profile, mixed

__all__ = ["WeightExplainer"]

Many = tuple[Explanation, ...]


@frozen
class Season:
    """The average of one season over the cycles that have it."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        there = [value for value in inputs if value == value]
        if not there:
            return float("nan")
        return float(add_lines(np.array(there)[:, None])[0] / np.float64(len(there)))

    def words(self) -> str:
        """The clause."""
        return "average over the cycles that were reported"


@frozen
class Credible:
    """A learned weight: a node's own seasons and its parent's weights.

    Inputs are the node's seasons, then its parent's weights.
    """

    position: int
    seen: float
    lean: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        own, above = np.array(inputs).reshape(2, -1, 1)
        return float(mixed(own, above, np.array([self.seen]), self.lean)[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"own seasons by {self.seen:g} periods seen, the parent's weights by {self.lean:g}"


@frozen(eq=False)
class WeightExplainer:
    """Explains the weights that a profile gives the nodes of a tree in some periods."""

    rule: Profile
    org: OrgTree
    kpi: Kpi
    labels: tuple[str, ...]

    def explain(self, row: int) -> Many:
        """A node's weight in each period."""
        return tuple(self._weight(row, i) for i in range(len(self.labels)))

    @cached_property
    def _weights(self) -> FloatArray:
        return self.rule(self.org, self.kpi, self.labels)

    def _weight(self, row: int, i: int) -> Explanation:
        label, value = self.labels[i], float(self._weights[i, row])
        name = f"weight of {self.kpi.name}, {self.org.labels[row]}, {label}"
        if not isinstance(self.rule, Learned):
            source = f"{self.rule!r:.60} on units row {int(self.org.source_row[row])}"
            return Explanation(name, value, "", label, None, source)
        made = Credible(i, float(self._seasons[1][row]), self.rule.leaning(self.labels))
        expand = partial(self._mixed, self.rule, row)
        return Explanation(
            name, value, "", label, made, "", expand, (self.labels, "weight", row, i)
        )

    def _mixed(self, rule: Learned, row: int) -> Many:
        """A node's own seasons, and the weights of the node above."""
        own = (self._season(rule, row, i) for i in range(len(self.labels)))
        parent = int(self.org.parent[row])
        if parent >= 0:
            return (*own, *self.explain(parent))
        even = 1 / len(self.labels)
        return (
            *own,
            *(Explanation("above a root", even, "", to, None, "even") for to in self.labels),
        )

    @cached_property
    def _seasons(self) -> tuple[FloatArray, FloatArray]:
        assert isinstance(self.rule, Learned)  # noqa: S101 - asked for those only
        return self.rule.seasons(self.org, self.kpi, self.labels)

    @cached_property
    def _totals(self) -> FloatArray:
        assert isinstance(self.rule, Learned)  # noqa: S101 - asked for those only
        return self.rule.totals(self.kpi)

    def _season(self, rule: Learned, row: int, i: int) -> Explanation:
        """A node's average in one season."""
        history, label = rule.history, self.labels[i]
        item = history.kpis[rule.of or self.kpi.name]
        value, name = float(self._seasons[0][i, row]), f"season of {item.name}, "
        name += f"{self.org.labels[row]}, {label}"
        found = int(history.org.find(self.org.ids[row : row + 1])[0])
        if found < 0:
            return Explanation(name, value, item.unit, label, None, "not in the history")
        cycles = range(i, len(history.periods), len(self.labels))
        expand = partial(self._cycles, rule, found, cycles)
        key = (self.labels, "season", row, i)
        return Explanation(name, value, item.unit, label, Season(), "", expand, key)

    def _cycles(self, rule: Learned, row: int, cycles: range) -> Many:
        return tuple(self._reported(rule, row, p) for p in cycles)

    def _reported(self, rule: Learned, row: int, p: int) -> Explanation:
        """What was reported at and below a node of the history in one of its periods."""
        history = rule.history
        k = history.kpis.index(rule.of or self.kpi.name)
        label, item = history.periods.labels[p], history.kpis.items[k]
        name, unit = f"{item.name}, {history.org.labels[row]}, {label}", item.unit
        entry = None if history.entries is None else history.entries.row_of(row, k, p)
        source = "history, none reported" if entry is None else f"history row {entry}, value"
        own = float(history.inputs[k][0][p, row])
        mine = Explanation(f"own {name}", own, unit, label, None, source)
        children = history.org.node(row).child_rows
        if not children:
            return mine

        def below() -> Many:
            return (*(self._reported(rule, child, p) for child in children), mine)

        made = Combined(add_present, "reports at and below it")
        return Explanation(name, float(self._totals[p, row]), unit, label, made, "", below)
