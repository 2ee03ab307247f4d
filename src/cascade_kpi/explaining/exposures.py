"""Why somebody's total over their stints is what it is."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.explaining.credits import CreditExplainer
from cascade_kpi.explaining.evidence import Evidence
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.moves import MoveExplainer, stint_title
from cascade_kpi.explaining.operations import ProductOf
from cascade_kpi.explaining.ratings import RatingExplainer
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.explaining.scores import TELLS, ScoreExplainer
from cascade_kpi.exposing.means import means
from cascade_kpi.exposing.rated import OfHolders
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.exposing.tables import reasons
from cascade_kpi.rating.consolidate import Consolidated

__all__ = ["ExposureExplainer"]

_SHOWN = 6  # stints that are left out and named


@frozen
class MeanOfStints:
    """The mean of totals by exposure: inputs are totals, each with its exposure after it."""

    left_out: tuple[str, ...]

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        totals, counts = np.array(inputs[::2]), np.array(inputs[1::2])
        return float(means(totals, counts, np.zeros(len(totals), dtype=np.int64), 1)[0])

    def words(self) -> str:
        """The clause."""
        told = "mean of stints by exposure"
        return told + (f"; left out: {_listed(self.left_out)}" if self.left_out else "")


@frozen(eq=False, slots=False)
class StintResult(ResultExplainer):
    """Explains target and result of one stint: by the pieces and the reports that it has."""

    stage: StintScores
    stay: int
    at: int

    def explain(self, row: int) -> Explanation:  # noqa: ARG002 - it is of one stint
        """The result of the stint, in KPI units."""
        return CreditExplainer(self.stage.credited, self.k, self.at).of_stint(self.stay)

    def target(self, row: int) -> Explanation:  # noqa: ARG002 - it is of one stint
        """The target of the stint, in KPI units."""
        return MoveExplainer(self.stage.credited.moved, self.k, self.at).of_stint(self.stay)

    def counted(self, row: int) -> Explanation:
        """The target that the result is set against: that of the stint."""
        return self.target(row)


@frozen(eq=False, slots=False)
class StintScore(ScoreExplainer):
    """Explains the scores of one stint."""

    stage: StintScores | None = None
    stay: int = -1
    at: int = 0

    def of(self, kpi: str) -> ResultExplainer:
        """Explains a KPI's target and result."""
        if self.stage is None:
            return super().of(kpi)
        k = self.scores.kpis.index(kpi)
        return StintResult(self.scores.results, k, self.p, self.stage, self.stay, self.at)

    @cached_property
    def rater(self) -> RatingExplainer | None:
        """Explains what raters agreed on about the holder, whatever the stint."""
        read = self.scores.ratings
        if isinstance(read, OfHolders) and isinstance(read.agreed, Consolidated):
            return RatingExplainer(read.agreed, int(read.rows[self.row]), read.p)
        return None


@frozen(eq=False, slots=False)
class ExposureExplainer:
    """Explains the total of one person in one period."""

    stage: StintScores
    row: int
    p: int

    @property
    def period(self) -> str:
        """The period's label."""
        return self.stage.periods.labels[self.p]

    @cached_property
    def _stints(self) -> IntArray:
        """The rows of ``by_stint`` of the person in the period."""
        return np.flatnonzero(self.stage.cell == self.p * len(self.stage.org) + self.row)

    def total(self) -> Explanation:
        """The person's total over their stints, in points."""
        stage, stints = self.stage, self._stints
        value = float(stage.total[self.p, self.row])
        name = f"total over stints, {stage.org.labels[self.row]}, {self.period}"
        counted = stints[stage.counted[stints]]
        if any(0 in self.scored(stay).secret for stay in counted.tolist()):
            return self._withheld(name, counted)
        left = self._left_out()
        if not len(counted):
            why = f"no stint counts: {_listed(left)}" if left else "no stint in the period"
            return Explanation(name, value, "points", self.period, None, why)
        return Explanation(
            name, value, "points", self.period, MeanOfStints(left), "",
            lambda: tuple(
                each
                for stay in counted.tolist()
                for each in (self.of_stint(stay), self.exposure(stay))
            ),
            ("over stints", self.row, self.p),
        )  # fmt: skip

    def _left_out(self) -> tuple[str, ...]:
        stage, stints = self.stage, self._stints
        told = reasons(stage.exposure, stage.stint_total, stage.least_days)
        moved = stage.credited.moved
        return tuple(f"{stint_title(moved, i)} ({told[i]})" for i in stints.tolist() if told[i])

    def _withheld(self, name: str, counted: IntArray) -> Explanation:
        """What is told of a total that counts a stint of which too much would be told."""
        return Explanation(
            name, float("nan"), "points", self.period, None, TELLS,
            lambda: tuple(map(self.of_stint, counted.tolist())),
        )  # fmt: skip

    def scored(self, stay: int) -> StintScore:
        """Explains the scores of a stint that is judged."""
        scores, leaf = self.stage.stints[self.period], int(self.stage.leaf[stay])
        return StintScore(scores, leaf, 0, stage=self.stage, stay=stay, at=self.p)

    def of_stint(self, stay: int) -> Explanation:
        """The total of a stint that is judged, in points."""
        return self.scored(stay).total().within(("stint", stay))

    def exposure(self, stay: int) -> Explanation:
        """What a stint counts."""
        value = float(self.stage.exposure.counts[stay])
        rule = ProductOf("days that count × share of the node × weight of the post")
        return Explanation(
            self._name("exposure", stay), value, "days", self.period, rule, "",
            lambda: (self._days(stay), self._share(stay), self._post(stay)),
        )  # fmt: skip

    def _name(self, what: str, stay: int) -> str:
        return f"{what} of {stint_title(self.stage.credited.moved, stay)}"

    def _days(self, stay: int) -> Explanation:
        moved = self.stage.credited.moved
        days, stays = int(self.stage.exposure.days[stay]), moved.stays
        away = int(stays.end[stay] - stays.start[stay] + 1) - days
        source = Evidence(moved, self.p).stint(int(stays.stint[stay]))
        if away:
            source += f"; {away:,} on leave do not count"
        name = self._name("days that count", stay)
        return Explanation(name, float(days), "days", self.period, None, source)

    def _share(self, stay: int) -> Explanation:
        moved = self.stage.credited.moved
        source = f"{Evidence(moved, self.p).stint(int(moved.stays.stint[stay]))}, share"
        share = float(self.stage.exposure.share[stay])
        return Explanation(self._name("share", stay), share, "", self.period, None, source)

    def _post(self, stay: int) -> Explanation:
        org = self.stage.credited.moved.of_before.org
        node, column = int(self.stage.credited.moved.stays.node[stay]), self.stage.post_weight
        source = "all posts weigh 1"
        if column is not None:
            source = f"units row {int(org.source_row[node])}, {column}"
        name, weight = f"weight of {org.labels[node]}", float(self.stage.exposure.post[stay])
        return Explanation(name, weight, "", self.period, None, source)


def _listed(told: tuple[str, ...]) -> str:
    more = len(told) - _SHOWN
    return "; ".join([*told[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])])
