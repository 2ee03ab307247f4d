"""Why a multiplied total is what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.blending.bounds import Between
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.explaining.blending import Bounded
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.scores import TELLS
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.standing import Standing, bands_of

__all__ = ["MultipliedExplainer"]

TotalOf = Callable[[Standing, int, int], Explanation]
"""Explains the total of a row of a standing in a period."""

GradeOf = Callable[[Standing, int, int], Explanation | None]
"""Explains the place of its grade; None where that is the band of its total."""


@frozen
class Graded:
    """The coefficient of the grade of a total."""

    bands: Grades
    table: tuple[tuple[str, float], ...]

    def __call__(self, *inputs: float) -> float:
        """The coefficient, from the total."""
        code = int(self.bands.codes(np.array([inputs[0]]))[0])
        return float("nan") if code < 0 else dict(self.table)[self.bands.labels[code]]

    def words(self) -> str:
        """The clause."""
        told = ", ".join(f"{grade} {number:g}" for grade, number in self.table)
        return f"by its grade: {told}"


@frozen
class GradeAs:
    """The coefficient of a grade by its place, 1 for the best."""

    table: tuple[tuple[str, float], ...]

    def __call__(self, *inputs: float) -> float:
        """The coefficient, from the place of the grade."""
        return self.table[int(inputs[0]) - 1][1]

    def words(self) -> str:
        """The clause."""
        told = ", ".join(f"{grade} {number:g}" for grade, number in self.table)
        return f"by its grade: {told}"


@frozen
class Product:
    """The first input times the second."""

    def __call__(self, *inputs: float) -> float:
        """The product."""
        return float(np.multiply(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return "one times the other"


@frozen(eq=False)
class MultipliedExplainer:
    """Explains the multiplied total of one node in one period."""

    stage: Multiplied
    row: int
    p: int
    total_of: TotalOf
    grade_of: GradeOf

    @property
    def period(self) -> str:
        """The period's label."""
        return self.stage.periods.labels[self.p]

    def _name(self, what: str, row: int) -> str:
        return f"{what}, {self.stage.org.labels[row]}, {self.period}"

    def own(self) -> Explanation:
        """The node's total before it is multiplied, in points."""
        return self.total_of(self.stage.scores, self.row, self.p)

    def total(self) -> Explanation:
        """The node's total, or product of coefficients."""
        stage, period = self.stage, self.period
        value = float(stage.total[self.p, self.row])
        name = self._name("multiplied total", self.row)
        if not stage.coefficients.multiplied(stage.org)[self.row]:
            return Explanation(name, value, stage.unit, period, None, "not multiplied")
        if np.isnan(value):
            return Explanation(name, value, stage.unit, period, None, "no total of its own")
        if self._withheld():
            return Explanation(name, float("nan"), stage.unit, period, None, TELLS)
        if stage.within == Between():
            return evolve(self.product(), name=name)
        operation = Bounded(stage.within)
        return Explanation(
            name,
            value,
            stage.unit,
            period,
            operation,
            "",
            lambda: (self.product(), self.own()),
        )

    def _withheld(self) -> bool:
        """Whether a total that it rests on is withheld from its audience."""
        rows = self.row, int(self.stage.department[self.row])
        total = self.stage.scores.total
        return any(
            np.isnan(self.total_of(self.stage.scores, row, self.p).value)
            and not np.isnan(total[self.p, row])
            for row in rows
        )

    def product(self) -> Explanation:
        """The product, before it is bounded."""
        stage = self.stage
        value = float(np.multiply(self._at(stage.base), self._at(stage.coefficient)))
        name = self._name("product", self.row)
        return Explanation(
            name, value, stage.unit, self.period, Product(), "",
            lambda: (self.base(), self.coefficient()),
        )  # fmt: skip

    def _at(self, values: FloatArray) -> float:
        return float(values[self.p, self.row])

    def base(self) -> Explanation:
        """What is multiplied: the total in points, or the individual's coefficient."""
        table = self.stage.coefficients.individual
        if table is None:
            return self.own()
        return self._graded("individual coefficient", self.row, table, self._at(self.stage.base))

    def coefficient(self) -> Explanation:
        """The department's coefficient."""
        stage, department = self.stage, int(self.stage.department[self.row])
        table, value = stage.coefficients.grades, self._at(stage.coefficient)
        return self._graded("department's coefficient", department, table, value)

    def _graded(self, what: str, row: int, table: Mapping[str, float], value: float) -> Explanation:
        scores = self.stage.scores
        grade = self.grade_of(scores, row, self.p)
        if grade is not None:  # it is not that of the total alone
            coefficients = tuple((label, float(table[label])) for label in scores.grades)
            made: Operation | None = GradeAs(coefficients)
        else:
            bands = bands_of(scores)
            made = None if bands is None else Graded(bands, tuple(table.items()))
            grade = self.total_of(scores, row, self.p)
        inputs = (grade,)
        return Explanation(self._name(what, row), value, "", self.period, made, "", lambda: inputs)
