"""Why a value of a driver tree is what it is: operators, operands, drivers, input rows."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi.drivers.derive import Derived
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.formulas import FormulaExplainer, Run
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.results.results import Results

__all__ = ["DerivedExplainer"]


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
    runs: dict[str, Run] = field(factory=dict)

    def explain(self, name: str) -> Explanation:
        """A defined KPI or a driver, in its unit."""
        model = self.derived.model
        if name not in model.definitions:
            return self._driver(name)
        told = self._formula(name).whole(self._titled(name), model.definitions[name])
        # Met below several others, a definition is explained once; it is in the unit stated for it.
        return evolve(
            told,
            value=self._value(name),
            unit=model.unit(name),
            key=("derived", name, self.row, self.p),
        )

    def _formula(self, name: str) -> FormulaExplainer:
        model = self.derived.model
        if name not in self.runs:
            load = {used: np.full((1, 1), self._value(used)) for used in model.uses(name)}
            with np.errstate(invalid="ignore"):
                self.runs[name] = model.formulas[name].states(load.__getitem__)
        run = self.runs[name]
        return FormulaExplainer(
            model.formulas[name], name, run, self.explain, self._titled, self._period
        )

    @property
    def _period(self) -> str:
        return self.derived.periods.labels[self.p]

    def _titled(self, name: str) -> str:
        return f"{name}, {self.derived.org.labels[self.row]}, {self._period}"

    def _value(self, name: str) -> float:
        return float(self.derived.values[name][self.p, self.row])

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
