"""What is to be said of a total: of scores, and as it was calibrated, blended or multiplied."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi.blending.blend import Blended
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.explaining.blending import BlendExplainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.explaining.standings import multiplied_of
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.reporting.telling.card import CardTeller
from cascade_kpi.reporting.telling.statements import (
    Plain,
    Points,
    Ruled,
    Series,
    Share,
    Statement,
)
from cascade_kpi.reporting.telling.stints import StintTeller
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.standing import bands_of, behind

__all__ = ["TotalTeller"]

Said = list[Statement]

_LEAST_DECIMALS = 2


@frozen(eq=False, slots=False)
class TotalTeller:
    """Says how the total of a node came about in a period, whatever stage it is of."""

    stage: Any
    row: int
    p: int

    @property
    def bottom(self) -> Scores:
        """The scores that the stage rests on, where it is not over stints."""
        found: Scores = behind(self.stage)
        return found

    @property
    def grades(self) -> Grades | None:
        """The card's grades."""
        return bands_of(self.stage)

    @property
    def decimals(self) -> int:
        """Decimals of points: two, or as many as grades look at if that is more."""
        return max(_LEAST_DECIMALS, self.grades.decimals if self.grades is not None else 0)

    def points(self, value: float, sign: str = "") -> Points:
        """Points as they are shown."""
        return Points(value, self.decimals, sign)

    @cached_property
    def _stints(self) -> StintTeller | None:
        """Tells of stints, if it is over some, with the units that they carry."""
        stage = self.stage
        while isinstance(stage, Calibrated):
            stage = stage.scores
        if isinstance(stage, StintScores | BlendedStints):
            return StintTeller(stage, self.row, self.p, self.decimals)
        return None

    @property
    def _card(self) -> CardTeller:
        return CardTeller(ScoreExplainer(self.bottom, self.row, self.p), self.decimals)

    def statements(self) -> tuple[tuple[Statement, ...], ...]:
        """Paragraph by paragraph."""
        shown = Statement("shown", {"decimals": Plain(self.decimals)})
        if self._stints is not None:
            parts = [*self.heads(), *self._stints.paragraphs(), [shown]]
        else:
            parts = [*self.heads(), *self._card.paragraphs(), [*self._card.losses(), shown]]
        return tuple(tuple(each) for each in parts if each)

    def heads(self) -> list[Said]:
        """Of the stage and of those that it was made from, a paragraph each."""
        return _STAGES[type(self.stage)](self)

    # -- totals ---------------------------------------------------------------------

    def _secret(self) -> bool:
        """Whether the total is withheld, as it or one above it is, from the audience."""
        if self._stints is not None:
            return self._stints.secret
        if isinstance(self.stage, Scores):
            return self._withheld(self.row)
        at, parent = self.row, self.bottom.org.parent
        while at >= 0:
            if self._withheld(at):
                return True
            at = int(parent[at])
        return False

    def _withheld(self, row: int) -> bool:
        return 0 in ScoreExplainer(self.bottom, row, self.p).secret

    def _total(self, value: float) -> Said:
        if self._secret():
            return [Statement("total_withheld", self._known)]
        if np.isnan(value):
            return [Statement("total_absent", self._known)]
        return [Statement("total", {**self._known, "total": self.points(value)})]

    @property
    def _known(self) -> dict[str, object]:
        return {"who": self.stage.org.labels[self.row], "period": self.stage.periods.labels[self.p]}

    def _graded(self, value: float) -> Said:
        """The grade of a total, and how far the next one is."""
        grades = self.grades
        if grades is None or np.isnan(value) or self._secret():
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

    def _value(self) -> float:
        return float(self.stage.total[self.p, self.row])

    def of_scores(self) -> list[Said]:
        """The total of a card, and its grade."""
        return [[*self._total(self._value()), *self._graded(self._value())]]

    def of_stints(self) -> list[Said]:
        """The total over stints, its grade, and the stints."""
        said = [*self._total(self._value()), *self._graded(self._value())]
        return [said if self._stints is None or self._secret() else [*said, *self._stints.made()]]

    def of_calibrated(self) -> list[Said]:
        """The total, and the grade that calibration came to."""
        stage = self.stage
        below = TotalTeller(stage.scores, self.row, self.p).heads()
        at, scored = (
            int(codes[self.p, self.row]) for codes in (stage.grade_codes, stage.scores.grade_codes)
        )
        decided = stage.decided(self.p, self.row) is not None
        if at < 0 or self._secret() or (not decided and at == scored):
            return below
        fields = {"scored": stage.grades[scored], "grade": stage.grades[at]}
        grade = Statement("decided" if decided else "calibrated", fields)
        first, *others = below
        rest = [each for each in first[1:] if each.phrase not in _GRADED]
        return [[first[0], grade, *rest], *others]

    # -- what is made of own totals ---------------------------------------------------

    def _made(self, total: Explanation, made: Said) -> Said:
        if self._secret():
            return [Statement("total_withheld", self._known), Statement("own_total")]
        if np.isnan(total.value):
            return [*self._total(total.value), Statement("own_total")]
        if total.unit != "points":
            known = {**self._known, "coefficient": Plain(total.value)}
            return [Statement("coefficient", known), *made, Statement("own_total")]
        said = self._total(total.value)
        grade = self._graded(total.value) if self.stage.grades else []
        return [*said, *grade, *made, Statement("own_total")]

    def of_blended(self) -> list[Said]:
        """The total with the shares of those above, and its grade."""
        blend = BlendExplainer(self.stage, self.row, self.p)
        mean, stage = blend.mean(), self.stage
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
                numbers["own"] = self.points(float(stage.own[self.p, self.row]))
                clauses.append(Statement("blend_own", numbers))
                continue
            known = {"unit": stage.org.labels[at], "total": self.points(theirs.value)}
            clauses.append(Statement("blend_part", {**known, **numbers}))
        made = [Statement("blended", {"parts": Series(tuple(clauses))})] if clauses else []
        return [self._made(blend.total(), [*made, *self._bounded(mean.value, blend.total().value)])]

    def _bounded(self, before: float, after: float) -> Said:
        if after == before or np.isnan(after):
            return []
        moved = {"change": self.points(after - before, "+"), "after": self.points(after)}
        return [Statement("bounded", {"rule": Ruled(self.stage.within), **moved})]

    def of_multiplied(self) -> list[Said]:
        """The total times its coefficient, and its grade; and how the total before came about."""
        stage = self.stage
        below = TotalTeller(stage.scores, self.row, self.p).heads()
        before = [] if isinstance(stage.scores, Scores) else below  # told by the card
        if not stage.coefficients.multiplied(stage.org)[self.row]:
            return [[Statement("not_multiplied", self._known), Statement("own_total")], *below]
        product = multiplied_of(stage, self.row, self.p)
        department, individual = int(stage.department[self.row]), stage.coefficients.individual
        own, coefficient = (
            float(side[self.p, self.row]) for side in (stage.base, stage.coefficient)
        )
        made, total = product.product().value, product.total()
        fields: dict[str, object] = {
            "own": self.points(own) if individual is None else Plain(own),
            "unit": stage.org.labels[department],
            "unit_grade": self._grade(department),
            "coefficient": Plain(coefficient),
            "product": self.points(made) if individual is None else Plain(made),
        }
        phrase = "multiplied"
        if individual is not None:
            phrase, fields["grade"] = "multiplied_own", self._grade(self.row)
        said = [Statement(phrase, fields), *self._bounded(made, total.value)]
        return [self._made(total, said), *before]

    def _grade(self, row: int) -> str:
        """The grade by which a coefficient was looked up; empty where there is none."""
        scores = self.stage.scores
        code = int(scores.grade_codes[self.p, row])
        return "" if code < 0 else scores.grades[code]


_GRADED = ("graded", "graded_rounded", "next_grade", "highest_grade")
_STAGES: dict[type, Callable[[TotalTeller], list[Said]]] = {
    Scores: TotalTeller.of_scores,
    StintScores: TotalTeller.of_stints,
    BlendedStints: TotalTeller.of_stints,
    Calibrated: TotalTeller.of_calibrated,
    Blended: TotalTeller.of_blended,
    Multiplied: TotalTeller.of_multiplied,
}
