"""Why a value of a driver tree is what it is: operators, operands, drivers, input rows."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi.drivers.along import summed
from cascade_kpi.drivers.derive import Derived, flow_due
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


@frozen
class SummedOverPeriods:
    """Values of several periods, added up; absent if one is absent that was due."""

    due: tuple[bool, ...]

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        values = np.array(inputs)[:, None]
        return float(summed(values, np.array(self.due)[:, None])[0, 0])

    def words(self) -> str:
        """The clause."""
        return "adds up over the periods"


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
        key = ("derived", name, self.row, self.p)
        if name not in model.definitions:
            told = self._driver(name)
            return evolve(told, key=key) if told.key is None else told
        if self.derived.of_periods is not None and name in model.flows:
            return self._over_periods(self.derived.of_periods, name)
        told = self.formula(name).whole(self.titled(name), model.definitions[name])
        # Met below several others, a definition is explained once; it is in the unit stated for it.
        return evolve(told, value=self.value(name), unit=model.unit(name), key=key)

    def _over_periods(self, parts: Derived, name: str) -> Explanation:
        """A flow, as the sum of its periods."""
        labels = range(len(parts.periods))
        each = [DerivedExplainer(parts, self.row, q) for q in labels]
        due = tuple(of.is_due(name) for of in each)
        return Explanation(
            self.titled(name),
            self.value(name),
            self.derived.model.unit(name),
            self.period,
            SummedOverPeriods(due),
            "",
            lambda: tuple(of.explain(name).within("periods") for of in each),
            ("derived", name, self.row, self.p),
        )

    def is_due(self, name: str) -> bool:
        """Whether a driver was due that a name needs."""
        return bool(flow_due(self.derived, name)[self.p, self.row])

    def formula(self, name: str) -> FormulaExplainer:
        """The steps of a definition, as it was evaluated here."""
        model = self.derived.model
        if name not in self.runs:
            load = {used: np.full((1, 1), self.value(used)) for used in model.uses(name)}
            with np.errstate(invalid="ignore"):
                self.runs[name] = model.formulas[name].states(load.__getitem__)
        run = self.runs[name]
        key = ("derived", "steps of", name, self.row, self.p)
        return FormulaExplainer(
            model.formulas[name], name, run, self.explain, self.titled, self.period, key
        )

    @property
    def period(self) -> str:
        """Label of the period."""
        return self.derived.periods.labels[self.p]

    def titled(self, name: str) -> str:
        """A title at the node."""
        return f"{name}, {self.derived.org.labels[self.row]}, {self.period}"

    def value(self, name: str) -> float:
        """A defined KPI or a driver, NaN where absent."""
        return float(self.derived.values[name][self.p, self.row])

    def _driver(self, name: str) -> Explanation:
        """A driver, as the stage explains it."""
        stage = self.derived.stage
        k = stage.kpis.index(name)
        if isinstance(stage, Results):
            why = ResultExplainer(stage, k, self.p).explain(self.row)
        else:
            why = target_explainer(stage, k, self.p).explain(self.row)
        value = self.value(name)
        if np.isnan(why.value) and not np.isnan(value):
            title = f"{self.titled(name)}, counted"
            unit = self.derived.model.unit(name)
            return Explanation(title, value, unit, self.period, CountedAsZero(), "", lambda: (why,))
        return why
