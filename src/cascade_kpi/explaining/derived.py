"""Why a value of a driver tree is what it is: operators, operands, drivers, input rows."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.formulas import Add, Load, Multiply, Number, Rescale, Step
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.results.results import Results

__all__ = ["AsDefined", "DerivedExplainer", "Operated", "shortened"]

Many = tuple[Explanation, ...]

_LONGEST = 60  # characters of a formula in a name


@frozen
class Operated:
    """One operator of a formula."""

    rule: Add | Multiply | Rescale
    formula: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        with np.errstate(invalid="ignore"):
            return float(self.rule(*(np.full(1, value) for value in inputs))[0])

    def words(self) -> str:
        """The clause."""
        return f"{self.formula}, {self.rule.words()}"


@frozen
class AsDefined:
    """A definition that is another name, or a number."""

    formula: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0]

    def words(self) -> str:
        """The clause."""
        return self.formula


@frozen
class CountedAsZero:
    """A driver that was due and is absent, under the policy ``zero``."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return 0.0 if np.isnan(inputs[0]) else inputs[0]

    def words(self) -> str:
        """The clause."""
        return "absent, counted as zero"


@frozen(eq=False)
class DerivedExplainer:
    """Explains the values of a driver tree at one node in one period."""

    derived: Derived
    row: int
    p: int
    states: dict[str, list[FloatArray | None]] = field(factory=dict)

    def explain(self, name: str) -> Explanation:
        """A defined KPI or a driver, in its unit."""
        if name not in self.derived.model.definitions:
            return self._driver(name)
        last = len(self.derived.model.formulas[name].steps) - 1
        step = self.derived.model.formulas[name].steps[last]
        title = self._titled(name)
        value, unit = self._value(name), self.derived.model.unit(name)
        text = shortened(self.derived.model.definitions[name])
        operation: Operation = AsDefined(text)
        if not isinstance(step.does, Load | Number):
            operation = Operated(step.does, text)

        def expand() -> Many:
            if isinstance(step.does, Load | Number):
                return (self._step(name, last),)
            return tuple(self._step(name, i) for i in step.inputs)

        return Explanation(title, value, unit, self._period, operation, "", expand, self._key(name))

    @property
    def _period(self) -> str:
        return self.derived.periods.labels[self.p]

    def _titled(self, name: str) -> str:
        return f"{name}, {self.derived.org.labels[self.row]}, {self._period}"

    def _key(self, name: str) -> Hashable:
        """A definition may be met below several others; it is explained once."""
        return ("derived", name, self.row, self.p)

    def _value(self, name: str) -> float:
        return float(self.derived.values[name][self.p, self.row])

    def _step(self, name: str, i: int) -> Explanation:
        """What one step of a formula made."""
        step: Step = self.derived.model.formulas[name].steps[i]
        if isinstance(step.does, Load):
            return self.explain(step.does.name)
        if name not in self.states:
            load = {used: np.full((1, 1), self._value(used)) for used in self._used(name)}
            with np.errstate(invalid="ignore"):
                self.states[name] = self.derived.model.formulas[name].states(load.__getitem__)
        state = self.states[name][i]
        value = np.nan if state is None else float(state[0, 0])
        unit = "" if step.unit is None else str(step.unit)
        text = shortened(step.source)
        if isinstance(step.does, Number):
            return Explanation(
                f"constant of {name}", value, unit, self._period, None, f"formula of {name}"
            )
        title = f"{text}, {self.derived.org.labels[self.row]}, {self._period}"
        operation = Operated(step.does, text)
        if isinstance(step.does, Rescale):
            title = f"{title}, rescaled"
        return Explanation(
            title,
            value,
            unit,
            self._period,
            operation,
            "",
            lambda: tuple(self._step(name, j) for j in step.inputs),
        )

    def _used(self, name: str) -> tuple[str, ...]:
        return self.derived.model.uses(name)

    def _driver(self, name: str) -> Explanation:
        """A driver, as the stage explains it."""
        stage = self.derived.stage
        k = stage.kpis.index(name)
        if isinstance(stage, Results):
            why = ResultExplainer(stage, k, self.p).explain(self.row)
        else:
            why = target_explainer(stage, k, self.p).explain(self.row)
        value = self._value(name)
        if np.isnan(why.value) and not np.isnan(value):
            title = f"{self._titled(name)}, counted"
            unit = self.derived.model.unit(name)
            return Explanation(
                title, value, unit, self._period, CountedAsZero(), "", lambda: (why,)
            )
        return why


def shortened(formula: object) -> str:
    """A formula as it stands in a name."""
    text = str(formula)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
