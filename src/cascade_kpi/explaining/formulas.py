"""Why a formula gives what it gives: its operators and operands, down to the names in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.formulas import Add, Formula, Load, Multiply, Number, Rescale
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import AsFirst

__all__ = ["FormulaExplainer", "Run", "shortened"]

Run = Sequence[FloatArray | None]
"""What every step of a formula made."""

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


@frozen(eq=False)
class FormulaExplainer:
    """Explains the steps of one formula as it was evaluated at one place.

    Attributes
    ----------
    formula : Formula
    name : str
        Whose it is.
    run : sequence of array
        What every step made, one number each.
    load : callable (name) -> Explanation
        Of a name in the formula.
    titled : callable (what) -> str
        A title at the place.
    period : str
    key : hashable
        By which a step is known that is met again; None if none is.
    """

    formula: Formula
    name: str
    run: Run
    load: Callable[[str], Explanation]
    titled: Callable[[str], str]
    period: str
    key: Hashable = None

    def value(self, i: int) -> float:
        """What a step made; NaN where it is absent."""
        made = self.run[i]
        return np.nan if made is None else float(made[0, 0])

    def whole(self, title: str, definition: object) -> Explanation:
        """The value of the formula, in its unit."""
        last = len(self.formula.steps) - 1
        step = self.formula.steps[last]
        text, unit = shortened(definition), str(self.formula.unit)
        operation: Operation = AsFirst(text)
        if not isinstance(step.does, Load | Number):
            operation = Operated(step.does, text)

        def expand() -> tuple[Explanation, ...]:
            if isinstance(step.does, Load | Number):
                return (self.step(last),)
            return tuple(self.step(i) for i in step.inputs)

        key = None if self.key is None else (self.key, "whole")
        value = self.value(last)
        return Explanation(title, value, unit, self.period, operation, "", expand, key)

    def step(self, i: int) -> Explanation:
        """What one step made, in its own unit."""
        step = self.formula.steps[i]
        if isinstance(step.does, Load):
            return self.load(step.does.name)
        unit, text = "" if step.unit is None else str(step.unit), shortened(step.source)
        if isinstance(step.does, Number):
            title, source = f"constant of {self.name}", f"formula of {self.name}"
            return Explanation(title, self.value(i), unit, self.period, None, source)
        title = self.titled(text)
        return Explanation(
            f"{title}, rescaled" if isinstance(step.does, Rescale) else title,
            self.value(i),
            unit,
            self.period,
            Operated(step.does, text),
            "",
            lambda: tuple(self.step(j) for j in step.inputs),
            None if self.key is None else (self.key, i),
        )


def shortened(formula: object) -> str:
    """A formula as it stands in a name."""
    text = str(formula)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
