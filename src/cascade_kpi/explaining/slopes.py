"""Why a value of a driver tree changes as it does with a driver: the chain rule, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.along import flows_refused
from cascade_kpi.drivers.formulas import Add, Load, Multiply, Number, Rescale
from cascade_kpi.drivers.slopes import step_slopes
from cascade_kpi.errors import check
from cascade_kpi.explaining.derived import DerivedExplainer
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.formulas import shortened
from cascade_kpi.explaining.operations import AsFirst

__all__ = ["SlopeExplainer"]

Many = tuple[Explanation, ...]


@frozen
class SlopeOfStep:
    """The slope of one operator.

    Inputs are the operands of a product, as they stand, then the slopes of the operands that
    move with the driver. The others have none.
    """

    rule: Add | Multiply | Rescale
    moving: tuple[bool, ...]
    formula: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        many = len(self.moving) if isinstance(self.rule, Multiply) else 0
        operands = [np.full(1, value) for value in inputs[:many]]
        slopes = iter(inputs[many:])
        moved = [np.full(1, next(slopes) if moves else 0.0) for moves in self.moving]
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self.rule.slope(operands, moved)[0])

    def words(self) -> str:
        """The clause."""
        if isinstance(self.rule, Multiply):
            return f"{self.formula}, {self.rule.words()} rule"
        how = self.rule.words()
        return f"{self.formula}, {how if isinstance(self.rule, Rescale) else f'{how} of slopes'}"


@frozen
class ElasticityOf:
    """By how many per cent a value changes with one of the driver: slope, driver, value."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        slope, driver, value = inputs
        return np.nan if value == 0 else float(np.float64(slope * driver) / value)

    def words(self) -> str:
        """The clause."""
        return "slope × driver ÷ value"


@frozen(eq=False)
class SlopeExplainer:
    """Explains the slopes of values with one driver, at one node in one period.

    Attributes
    ----------
    of : DerivedExplainer
        The values.
    name : str
        Whose slope is asked for: a defined KPI.
    driver : str
    """

    of: DerivedExplainer
    name: str
    driver: str

    def slope(self) -> Explanation:
        """The slope, in units of the name for one unit of the driver.

        Raises
        ------
        InputError
            If it has none, being the sum of several periods; if it is too large for a float.
        """
        derived = self.of.derived
        below = self.name, *derived.model.below(self.name)
        check(flows_refused("slopes", derived.model, derived.stage, below))
        if not np.isnan(self.of.value(self.name)):
            told = self._of(self.name)
            if not np.isfinite(told.value):
                derived.slopes(self.name)  # refuses it, and names all nodes at which it is so
            return told
        return Explanation(
            self._titled(self.name), np.nan, self._per(derived.model.unit(self.name)),
            self.of.period, AsFirst("absent, as the value is"), "",
            lambda: (self.of.explain(self.name),),
        )  # fmt: skip

    def elasticity(self) -> Explanation:
        """The elasticity, a pure number; absent where the value is absent or zero."""
        slope, rule = self.slope(), ElasticityOf()
        value = rule(slope.value, self.of.value(self.driver), self.of.value(self.name))
        if np.isinf(value):
            self.of.derived.elasticities(self.name)  # refuses it
        title = self.of.titled(f"elasticity of {self.name} to {self.driver}")
        return Explanation(
            title, value, "", self.of.period, rule, "",
            lambda: (slope, self.of.explain(self.driver), self.of.explain(self.name)),
        )  # fmt: skip

    def _titled(self, what: str) -> str:
        return self.of.titled(f"slope of {what} with {self.driver}")

    def _per(self, unit: str) -> str:
        return f"{unit} per {self.of.derived.model.unit(self.driver)}".strip()

    @cached_property
    def _steps(self) -> Mapping[str, list[FloatArray]]:
        """The slope of every step of every definition that moves with the driver."""
        model = self.of.derived.model
        known = {self.driver: np.ones((1, 1))}
        needed, found = {self.name, *model.below(self.name)}, {}
        with np.errstate(over="ignore", invalid="ignore"):
            for each, formula in model.formulas.items():
                if each in needed and any(used in known for used in model.uses(each)):
                    found[each] = step_slopes(formula, self.of.formula(each).run, known)
                    known[each] = found[each][-1]
        return found

    @cached_property
    def _moving(self) -> Mapping[str, list[bool]]:
        """Which steps of these definitions move with the driver."""
        found: dict[str, list[bool]] = {}
        for each in self._steps:
            moves: list[bool] = []
            for step in self.of.derived.model.formulas[each].steps:
                if isinstance(step.does, Load):
                    moves.append(step.does.name == self.driver or step.does.name in self._steps)
                else:
                    moves.append(any(moves[i] for i in step.inputs))
            found[each] = moves
        return found

    def _of(self, name: str) -> Explanation:
        """The slope of a name that moves with the driver."""
        model, period = self.of.derived.model, self.of.period
        title, key = self._titled(name), ("slope", name, self.driver, self.of.row, self.of.p)
        if name == self.driver:
            source = "it moves as it does itself"
            return Explanation(title, 1.0, self._per(model.unit(name)), period, None, source)
        last = len(model.formulas[name].steps) - 1
        value, unit = float(self._steps[name][last][0, 0]), self._per(model.unit(name))
        rule, expand = self._operation(name, last), lambda: self._inputs(name, last)
        return Explanation(title, value, unit, period, rule, "", expand, key)

    def _step(self, name: str, i: int) -> Explanation:
        """The slope of a step of a definition that moves."""
        step = self.of.derived.model.formulas[name].steps[i]
        if isinstance(step.does, Load):
            return self._of(step.does.name)
        title = self._titled(shortened(step.source))
        return Explanation(
            f"{title}, rescaled" if isinstance(step.does, Rescale) else title,
            float(self._steps[name][i][0, 0]),
            self._per("" if step.unit is None else str(step.unit)),
            self.of.period,
            self._operation(name, i),
            "",
            lambda: self._inputs(name, i),
        )

    def _operation(self, name: str, i: int) -> Operation:
        step, moves = self.of.derived.model.formulas[name].steps[i], self._moving[name]
        text = shortened(step.source)
        if isinstance(step.does, Load | Number):
            return AsFirst(text)
        return SlopeOfStep(step.does, tuple(moves[j] for j in step.inputs), text)

    def _inputs(self, name: str, i: int) -> Many:
        """What the slope of a step is made from."""
        step, formula = self.of.derived.model.formulas[name].steps[i], self.of.formula(name)
        if isinstance(step.does, Load):
            return (self._of(step.does.name),)
        moving = [j for j in step.inputs if self._moving[name][j]]
        operands = step.inputs if isinstance(step.does, Multiply) else ()
        return (*(formula.step(j) for j in operands), *(self._step(name, j) for j in moving))
