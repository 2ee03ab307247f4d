"""What is to be said of a total: of scores, and as it was calibrated, blended or multiplied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi.blending.blend import Blended
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.explaining.blending import BlendExplainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.explaining.standings import multiplied_of
from cascade_kpi.reporting.telling.card import CardTeller
from cascade_kpi.reporting.telling.statements import (
    Plain,
    Points,
    Ruled,
    Series,
    Share,
    Statement,
)
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.score import Scores

__all__ = ["TotalTeller"]

Said = list[Statement]

_LEAST_DECIMALS = 2


@frozen(eq=False)
class TotalTeller:
    """Says how the total of a node came about in a period, whatever stage it is of."""

    stage: Any
    row: int
    p: int

    @property
    def scores(self) -> Scores:
        """The scores that the stage rests on."""
        return self.stage if isinstance(self.stage, Scores) else self.stage.scores

    @property
    def grades(self) -> Grades | None:
        """The card's grades."""
        return self.scores.scorecard.grades

    @property
    def decimals(self) -> int:
        """Decimals of points: two, or as many as grades look at if that is more."""
        return max(_LEAST_DECIMALS, self.grades.decimals if self.grades is not None else 0)

    def points(self, value: float, sign: str = "") -> Points:
        """Points as they are shown."""
        return Points(value, self.decimals, sign)

    def statements(self) -> tuple[tuple[Statement, ...], ...]:
        """Paragraph by paragraph."""
        of = ScoreExplainer(self.scores, self.row, self.p)
        card = CardTeller(of, self.decimals)
        first = _STAGES[type(self.stage)](self, of)
        parts = [first, *card.paragraphs(), card.ending()]
        return tuple(tuple(each) for each in parts if each)

    # -- totals ---------------------------------------------------------------------

    def _total(self, of: ScoreExplainer, value: float) -> Said:
        known = self._known(of)
        if 0 in of.secret:
            return [Statement("total_withheld", known)]
        if np.isnan(value):
            return [Statement("total_absent", known)]
        return [Statement("total", {**known, "total": self.points(value)})]

    def _known(self, of: ScoreExplainer) -> dict[str, object]:
        return {"who": self.scores.org.labels[self.row], "period": of.period}

    def _graded(self, value: float) -> Said:
        """The grade of a total, and how far the next one is."""
        grades = self.grades
        if grades is None or np.isnan(value):
            return []
        at = int(grades.codes(np.array([value]))[0])
        grade, looked = grades.labels[at], float(np.round(value, grades.decimals))
        said = [Statement("graded", {"grade": grade})]
        if grades.decimals < self.decimals and looked != round(value, self.decimals):
            rounded = Points(looked, grades.decimals)
            decimals = Plain(grades.decimals)
            fields = {"grade": grade, "rounded": rounded, "decimals": decimals}
            said = [Statement("graded_rounded", fields)]
        return [*said, self._next(grades, at, value)]

    def _next(self, grades: Grades, at: int, value: float) -> Statement:
        edge = None if at == 0 else grades.bands[at - 1].low
        if edge is None:
            return Statement("highest_grade")
        more = {"edge": self.points(edge), "more": self.points(edge - value)}
        return Statement("next_grade", {"grade": grades.labels[at - 1], **more})

    def of_scores(self, of: ScoreExplainer) -> Said:
        """The total of a card, and its grade."""
        value = of.total().value
        return [*self._total(of, value), *self._graded(value)]

    def of_calibrated(self, of: ScoreExplainer) -> Said:
        """The total of a card, and the grade that calibration came to."""
        value = of.total().value
        said = self._total(of, value)
        at, scored = (
            int(codes[self.p, self.row])
            for codes in (self.stage.grade_codes, self.scores.grade_codes)
        )
        if np.isnan(value) or at < 0:
            return said
        labels = self.scores.grades
        if self.stage.decided(self.p, self.row) is None and at == scored:
            return [*said, *self._graded(value)]
        decided = self.stage.decided(self.p, self.row) is not None
        fields = {"scored": labels[scored], "grade": labels[at]}
        return [*said, Statement("decided" if decided else "calibrated", fields)]

    # -- what is made of own totals ---------------------------------------------------

    def _made(self, of: ScoreExplainer, total: Explanation, made: Said) -> Said:
        if self._rests_on_secrets():
            return [Statement("total_withheld", self._known(of)), Statement("own_total")]
        if np.isnan(total.value):
            return [*self._total(of, total.value), Statement("own_total")]
        if total.unit != "points":
            known = {**self._known(of), "coefficient": Plain(total.value)}
            return [Statement("coefficient", known), *made, Statement("own_total")]
        said = self._total(of, total.value)
        grade = self._graded(total.value) if self.stage.grades else []
        return [*said, *grade, *made, Statement("own_total")]

    def _rests_on_secrets(self) -> bool:
        """Whether the node's total, or one above it, is withheld from the audience."""
        at = self.row
        while at >= 0:
            if 0 in ScoreExplainer(self.scores, at, self.p).secret:
                return True
            at = int(self.scores.org.parent[at])
        return False

    def of_blended(self, of: ScoreExplainer) -> Said:
        """The total with the shares of those above, and its grade."""
        blend = BlendExplainer(self.stage, self.row, self.p)
        total, mean, stage = blend.total(), blend.mean(), self.stage
        carried = stage.carried
        used = np.flatnonzero(carried.table[carried.group[self.row]] > 0).tolist()
        clauses = []
        for i, theirs in zip(used, mean.inputs, strict=False):  # its own may follow
            name, at = stage.shares.levels[i].called, int(carried.rows[i][self.row])
            share, brings = (
                float(side(name)[self.p, self.row]) for side in (stage.counted, stage.parts)
            )
            if not share > 0 or np.isnan(brings):
                continue
            numbers = {"share": Share(share), "brings": self.points(brings)}
            if at == self.row or np.isnan(theirs.value):  # a policy may put its own there
                numbers["own"] = self.points(of.total().value)
                clauses.append(Statement("blend_own", numbers))
                continue
            known = {"unit": self.scores.org.labels[at], "total": self.points(theirs.value)}
            clauses.append(Statement("blend_part", {**known, **numbers}))
        made = [Statement("blended", {"parts": Series(tuple(clauses))})] if clauses else []
        return self._made(of, total, [*made, *self._bounded(mean.value, total.value)])

    def _bounded(self, before: float, after: float) -> Said:
        if after == before:
            return []
        moved = {"change": self.points(after - before, "+"), "after": self.points(after)}
        return [Statement("bounded", {"rule": Ruled(self.stage.within), **moved})]

    def of_multiplied(self, of: ScoreExplainer) -> Said:
        """The total times its coefficient, and its grade."""
        stage = self.stage
        product = multiplied_of(stage, self.row, self.p)
        total = product.total()
        if not stage.coefficients.multiplied(stage.org)[self.row]:
            return self._made(of, total, [Statement("not_multiplied")])
        unit = self.scores.org.labels[int(stage.department[self.row])]
        own, coefficient = (
            float(side[self.p, self.row]) for side in (stage.base, stage.coefficient)
        )
        made = product.product().value
        phrase = "multiplied" if stage.coefficients.individual is None else "multiplied_own"
        fields = {
            "own": self.points(own),
            "unit": unit,
            "coefficient": Plain(coefficient),
            "product": self.points(made),
        }
        said = [Statement(phrase, fields), *self._bounded(made, total.value)]
        return self._made(of, total, said)


_STAGES: dict[type, Callable[[TotalTeller, ScoreExplainer], Said]] = {
    Scores: TotalTeller.of_scores,
    Calibrated: TotalTeller.of_calibrated,
    Blended: TotalTeller.of_blended,
    Multiplied: TotalTeller.of_multiplied,
}
