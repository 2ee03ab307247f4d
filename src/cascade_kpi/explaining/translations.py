"""Why a driver has the goal that it has: the goal above it, the shares, and what stood before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from cascade_kpi.drivers.demands import Demands
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.formulas import Formula, Load, Step
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.drivers.passing import Operands, states_of, wanted_of, weights_of
from cascade_kpi.drivers.translate import Translation, in_lots
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.derived import DerivedExplainer
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.formulas import FormulaExplainer, Run, shortened
from cascade_kpi.explaining.operations import AsFirst
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["TranslationExplainer"]

Many = tuple[Explanation, ...]


@frozen
class PassedOn:
    """What one operand of an operator is to be.

    Inputs are the goal of the operator, then its operands as they stand.
    """

    step: Step
    weights: tuple[float, ...]
    k: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        goal, *operands = inputs
        return Operands(self.step, tuple(operands), self.weights).passed(goal)[self.k]

    def words(self) -> str:
        """The clause."""
        text = shortened(self.step.source)
        moving = [weight for weight in self.weights if weight]
        if len(self.weights) == 1:
            return f"{text}, brought to the unit"
        if len(moving) == 1:
            return f"what {text} then takes of it: all else is kept"
        part = self.weights[self.k] / sum(moving)
        what = "the change" if set(self.step.source.signs) <= set("+-") else "the growth"  # type: ignore[attr-defined]  # it has been looked at
        if self.k == max(range(len(self.weights)), key=lambda k: self.weights[k]):
            return f"{part:.10g} of {what} of {text}: what the others leave"
        return f"{part:.10g} of {what} of {text}"


@frozen
class WholeLots:
    """A goal in whole lots."""

    lot: Lot

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return in_lots(self.lot, inputs[0])

    def words(self) -> str:
        """The clause."""
        return f"rounded half to even to lots of {self.lot.size}"


@frozen
class BeyondGoal:
    """The first input less the second."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0] - inputs[1]

    def words(self) -> str:
        """The clause."""
        return "what the rounded goals give − goal"


@frozen(eq=False)
class TranslationExplainer:
    """Explains the numbers of a translation."""

    made: Translation

    @property
    def _model(self) -> DriverTree:
        return self.made.model

    @cached_property
    def _demands(self) -> Demands:
        wishes, given = self.made.wishes, {d: self.made.base[d] for d in self._model.drivers}
        shares, fixed = wishes.shares, wishes.fixed
        return Demands.of(self._model, wishes.goals, given, shares=shares, fixed=fixed, faults=[])

    @property
    def period(self) -> str:
        """The period of the goals, empty if the base was plain numbers."""
        return self.made.place[1] if self.made.place else ""

    def titled(self, what: str, when: str) -> str:
        """A title at the place of the goals."""
        place = self.made.place
        at = f", {self._label(place[0])}, {self._of(when)}" if place else ""
        return f"{what}{at}, {when}"

    def _of(self, when: str) -> str:
        """The period: what stands before may be of another."""
        before = self.made.start.period if when == "before" else None
        return self.period if before is None else before

    def _label(self, node: object) -> str:
        start = self.made.start
        while isinstance(start.base, Translation):
            start = start.base.start
        org = getattr(start.base, "org", None)
        return str(node) if org is None else str(org.labels[org.row(node)])

    def _told(self, name: str, when: str, value: float) -> tuple[str, float, str, str]:
        return self.titled(name, when), value, self._model.unit(name), self._of(when)

    # -- what is asked for -------------------------------------------------------------------

    def rounded(self, name: str) -> Explanation:
        """What a name is to be, once the goals of drivers that are divided are whole lots."""
        value = self.made.rounded[name]
        told = self._told(name, "rounded", value)
        if name in self._model.definitions:
            return self._defined(name, "rounded", self.made.rounded, self.rounded)
        kpi = self._model.kpis[name]
        exact = self.exact(name)
        if name in self.made.drivers and kpi.divides and exact.value == exact.value:
            key = ("rounded", name)
            rule = WholeLots(kpi.counted_in)
            return Explanation(*told, rule, "", lambda: (exact,), key)
        return exact

    def missed(self, name: str) -> Explanation:
        """What the rounded goals give less the goal, in the unit of the KPI."""
        value = self.made.rounded[name] - self.made.stated[name]
        title = self.titled(f"{name} beyond its goal", "rounded")
        unit = self._model.kpi(name).gap_unit
        inputs = self.rounded(name), self._goal(name)
        return Explanation(title, value, unit, self.period, BeyondGoal(), "", lambda: inputs)

    def exact(self, name: str) -> Explanation:
        """What a name is to be, before rounding."""
        if name in self._model.definitions:
            return self._defined(name, "to be", self.made.exact, self.exact)
        return self._asked(name) if name in self._demands.asked else self.base(name)

    def base(self, name: str) -> Explanation:
        """Where a name stands."""
        if name in self._model.definitions:
            return self._defined(name, "before", self.made.base, self.base)
        told = self._driver(name)
        key = ("base", name) if told.key is None else told.key
        return evolve(told, key=key).within("base")

    def _driver(self, name: str) -> Explanation:
        """Where a driver stands, as what the translation sets out from explains it."""
        start = self.made.start
        base = start.base
        if isinstance(base, Translation):
            told = TranslationExplainer(base).rounded(name)
            return evolve(told, name=f"base: {told.name}")
        if not isinstance(base, Derived | Results | Targets):
            title, value, unit, period = self._told(name, "before", self.made.base[name])
            return Explanation(title, value, unit, period, None, f"base, {name}")
        row, p = base.org.row(start.node), base.periods.index(start.period)
        if isinstance(base, Derived):
            return DerivedExplainer(base, row, p).explain(name)
        k = base.kpis.index(name)
        if isinstance(base, Results):
            return ResultExplainer(base, k, p).explain(row)
        return target_explainer(base, k, p).explain(row)

    def _goal(self, name: str) -> Explanation:
        """A goal as it was stated."""
        title, value, unit, period = self._told(name, "stated", self.made.stated[name])
        return Explanation(f"goal of {title}", value, unit, period, None, f"goals, {name}")

    def _defined(
        self, name: str, when: str, values: Mapping[str, float], load: Callable[[str], Explanation]
    ) -> Explanation:
        """A defined KPI, from what the names in its formula are then."""
        definition = self._model.definitions[name]
        told = self._formula(name, when, values, load).whole(self.titled(name, when), definition)
        unit = self._model.unit(name)
        return evolve(told, value=values[name], unit=unit, key=(when, name))

    def _formula(
        self, name: str, when: str, values: Mapping[str, float], load: Callable[[str], Explanation]
    ) -> FormulaExplainer:
        formula = self._model.formulas[name]
        known = {used: np.full((1, 1), values[used]) for used in self._model.uses(name)}
        with np.errstate(over="ignore", invalid="ignore"):
            run: Run = formula.states(known.__getitem__)
        titled: Callable[[str], str] = lambda text: self.titled(text, when)  # noqa: E731 - named for the line below
        return FormulaExplainer(formula, name, run, load, titled, self._of(when))

    # -- how it is passed on -----------------------------------------------------------------

    def _now(self, name: str) -> Explanation:
        """What a name is kept at, or moves from."""
        return self._goal(name) if name in self.made.stated else self.base(name)

    def _asked(self, name: str) -> Explanation:
        """What the first definition that asks a name for something asks for."""
        by, value = self._demands.asked[name][0]
        when = "asked" if name in self._model.definitions else "to be"
        told = self._told(name, when, value)
        key = ("asked", name)
        formula, now = self._model.formulas[by], self._demands.now
        stated = self.made.stated
        goal = stated[by] if by in stated else self._demands.asked[by][0][1]
        rule: Operation = AsFirst(f"its share of the change of {by} is 0")
        if states_of(formula, now)[-1] == goal:
            rule = AsFirst(f"{by} is at its goal already")
        elif name in (moving := self._demands.moving(by)):
            passing = _Passing(self, by, wanted_of(formula, goal, now, moving))
            made = passing.wanted(passing.place(name), weights_of(formula, moving))
            return evolve(made, name=told[0], unit=told[2], key=key)
        return Explanation(*told, rule, "", lambda: (self._now(name),), key)

    def goal_of(self, name: str) -> Explanation:
        """What is asked of a definition, by its goal or by another."""
        return self._goal(name) if name in self.made.stated else self._asked(name)

    def standing(self, name: str) -> FormulaExplainer:
        """The formula of a definition with what is kept as it is to be, all else as it stands."""
        return self._formula(name, "on the way", self._demands.now, self._now)


@frozen(eq=False)
class _Passing:
    """A goal on its way through the formula of one definition.

    Attributes
    ----------
    found : dict of int to float
        Of every step that moves, what it is to be.
    """

    of: TranslationExplainer
    by: str
    found: dict[int, float]

    def place(self, name: str) -> int:
        """The step of a name that moves; there is one."""
        steps = self._formula.steps
        return next(
            i for i, s in enumerate(steps) if isinstance(s.does, Load) and s.does.name == name
        )

    @property
    def _formula(self) -> Formula:
        return self.of.made.model.formulas[self.by]

    def wanted(self, j: int, weight: list[float]) -> Explanation:
        """What a step is to be, by the operator that it is an operand of."""
        steps = self._formula.steps
        if j == len(steps) - 1:
            return self.of.goal_of(self.by)
        i = next(i for i, step in enumerate(steps) if j in step.inputs)
        step = steps[i]
        rule = PassedOn(step, tuple(weight[m] for m in step.inputs), step.inputs.index(j))
        standing = self.of.standing(self.by)
        unit = "" if steps[j].unit is None else str(steps[j].unit)
        return Explanation(
            self.of.titled(shortened(steps[j].source), "to be"),
            self.found[j],
            unit,
            self.of.period,
            rule,
            "",
            lambda: (self.wanted(i, weight), *(standing.step(m) for m in step.inputs)),
            ("wanted", self.by, j),
        )
