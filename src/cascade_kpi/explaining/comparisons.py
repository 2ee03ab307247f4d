"""Why a total changed by so much between two rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from attrs import evolve, frozen

from cascade_kpi.comparing.compare import Comparison
from cascade_kpi.comparing.standings import Standing
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import Difference
from cascade_kpi.explaining.scores import TELLS

__all__ = ["ComparisonExplainer"]


@frozen(eq=False, slots=False)
class ComparisonExplainer:
    """Explains the change of one node's total in one period.

    Attributes
    ----------
    totals : (before, after)
        Each makes the explanation of a side's total, or None if it has none to give.
    """

    compared: Comparison
    row: int
    p: int
    totals: tuple[Callable[[], Explanation | None], ...]

    def _name(self, what: str) -> str:
        label = self.compared.periods.labels[self.p]
        return f"{what}, {self.compared.org.labels[self.row]}, {label}"

    def before(self) -> Explanation:
        """The total before."""
        return self._sides[0]

    def after(self) -> Explanation:
        """The total after."""
        return self._sides[1]

    @cached_property
    def _sides(self) -> tuple[Explanation, Explanation]:
        one = self._side("total before", self.compared.before, 0)
        return one, self._side("total after", self.compared.after, 1)

    def _side(self, what: str, side: Standing, i: int) -> Explanation:
        made, name = self.totals[i](), self._name(what)
        if made is None:
            value, label = float(side.total[self.p, self.row]), self.compared.periods.labels[self.p]
            source = f"as {type(side).__name__} has it"
            return Explanation(name, value, self.compared.unit, label, None, source)
        # Both sides may have been made of the same results.
        return evolve(made, name=name).within((i, id(side)))

    def change(self) -> Explanation:
        """After − before."""
        compared, name = self.compared, self._name("change of the total")
        value, label = float(compared.change[self.p, self.row]), compared.periods.labels[self.p]
        sides = self.after(), self.before()
        if value == value and any(side.value != side.value for side in sides):
            return Explanation(name, float("nan"), compared.unit, label, None, TELLS)
        operation = Difference("after − before")
        return Explanation(name, value, compared.unit, label, operation, "", lambda: sides)
