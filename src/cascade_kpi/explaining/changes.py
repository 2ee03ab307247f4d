"""Why a target changed by so much."""

from __future__ import annotations

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi.changing.attribute import Attribution, carried
from cascade_kpi.changing.changes import Changes, both_add_up
from cascade_kpi.changing.counted import Counted
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.targets.amounts import Amounts
from cascade_kpi.targets.targets import Targets

__all__ = ["ChangeExplainer"]

Many = tuple[Explanation, ...]


@frozen
class Step:
    """What the last of several targets has beyond the one before it.

    Without a target there is nothing of what adds up; of anything else the one
    before stands.
    """

    lot: Lot | None
    additive: bool
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        amounts = [Amounts(np.array([[value]])) for value in inputs]
        counted = Counted.of(amounts)
        if self.lot is not None:
            lots = [self.lot.whole(np.nan_to_num(amount.values))[0] for amount in amounts]
            counted = Counted(self.lot, tuple(lots), counted.there)
        last = len(inputs) - 1
        one, two = (carried(counted, i, additive=self.additive) for i in (last - 1, last))
        return float(counted.values(two - one)[0, 0])

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class PartsSummed:
    """Parts of a change, in whole lots where they are counted in them."""

    lot: Lot | None

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        if self.lot is None:
            return float(sum(inputs))
        lots = self.lot.whole(np.array(inputs))[0]
        return float(self.lot.values(lots.sum(keepdims=True))[0])

    def words(self) -> str:
        """The clause."""
        return "the parts of the kinds of input, in the order in which they were changed"


@frozen
class Telescoped:
    """A difference of floats; after both sides, the parts that make it up but for rounding."""

    step: Step

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return self.step(*inputs[:2])

    def words(self) -> str:
        """The clause."""
        return f"{self.step.words()}, made up, but for rounding, of the parts that follow"


@frozen(eq=False)
class ChangeExplainer:
    """Explains the change of one node's target of one KPI in one period.

    Attributes
    ----------
    parts : Attribution or None
        By whose parts it is explained.
    place : int
        Where the node stands among those of both trees.
    """

    changes: Changes
    parts: Attribution | None
    k: int
    p: int
    place: int

    @property
    def kpi(self) -> Kpi:
        """The KPI."""
        kpi: Kpi = self.changes.kpis.items[self.k]
        return kpi

    @property
    def _additive(self) -> bool:
        return both_add_up(self.changes.before, self.changes.after, self.kpi.name)

    def _made(self, what: str, value: float, operation: Operation, inputs: Many) -> Explanation:
        changes, label = self.changes, self.changes.periods.labels[self.p]
        name = f"{what} of {self.kpi.name}, {changes.nodes.labels[self.place]}, {label}"
        if value != value:
            words = "neither side has a target, or a share has it on one side only"
            return Explanation(name, value, self.kpi.gap_unit, label, None, words)
        return Explanation(name, value, self.kpi.gap_unit, label, operation, "", lambda: inputs)

    def change(self) -> Explanation:
        """After − before, in KPI units."""
        name = self.kpi.name
        value = float(self.changes.of(name)[self.p, self.place])
        lot = self.changes.counted(name).lot
        order = () if self.parts is None else self.parts.order
        parts = tuple(map(self.part, order))
        if parts and self._exact:
            assert self.parts is not None  # noqa: S101 - it has parts
            return self._made("change", value, PartsSummed(self.parts.counted(name).lot), parts)
        step = Step(lot, self._additive, "after − before")
        sides = self._before(), self._after()
        rule = Telescoped(step) if parts else step
        return self._made("change", value, rule, (*sides, *parts))

    @property
    def _exact(self) -> bool:
        """Whether the parts sum to the change in the very bits."""
        assert self.parts is not None  # noqa: S101 - asked of an attribution only
        return self.parts.counted(self.kpi.name).lot is not None

    def part(self, kind: str) -> Explanation:
        """What one kind of input made of it."""
        parts, name = self.parts, self.kpi.name
        assert parts is not None  # noqa: S101 - asked of an attribution only
        i = parts.order.index(kind)
        value = float(parts.part(name, kind)[self.p, self.place])
        lot = parts.counted(name).lot
        step = Step(lot, self._additive, f"with other {kind} − before that")
        first = 0 if not self._additive else i
        sides = tuple(map(self._side, range(first, i + 2)))
        return self._made(f"part of {kind} in the change", value, step, sides)

    def _side(self, i: int) -> Explanation:
        """The target before all, or after the i-th step."""
        if i == 0:
            return self._before()
        parts = self.parts
        assert parts is not None  # noqa: S101 - asked of an attribution only
        words = f"after {', '.join(parts.order[:i])}"
        return self._target(parts.steps[i - 1], int(parts.rows[i - 1][self.place]), words)

    def _before(self) -> Explanation:
        return self._target(self.changes.before, int(self.changes.nodes.was[self.place]), "before")

    def _after(self) -> Explanation:
        return self._target(self.changes.after, int(self.changes.nodes.now[self.place]), "after")

    def _target(self, targets: Targets, row: int, words: str) -> Explanation:
        label = self.changes.periods.labels[self.p]
        name = (
            f"target {words} of {self.kpi.name}, {self.changes.nodes.labels[self.place]}, {label}"
        )
        if row < 0:
            source = "it is not in that tree"
            return Explanation(name, float("nan"), self.kpi.unit, label, None, source)
        k, p = targets.kpis.index(self.kpi.name), targets.periods.index(label)
        why = target_explainer(targets, k, p).explain(row)
        # Both sides may have been made of the same stages.
        return attrs.evolve(why, name=name).within(id(targets))
