"""What is to be said of a total over stints: which count how much, and how each came about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.levels import Own
from cascade_kpi.explaining.exposures import ExposureExplainer
from cascade_kpi.explaining.standings import carried_of
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.reporting.telling.card import CardTeller
from cascade_kpi.reporting.telling.statements import Plain, Points, Ruled, Series, Share, Statement

__all__ = ["StintTeller"]

Said = list[Statement]


@frozen(eq=False, slots=False)
class StintTeller:
    """Says how the total over stints of a person came about in a period.

    Attributes
    ----------
    stage : StintScores or BlendedStints
    decimals : int
        Of points.
    """

    stage: StintScores | BlendedStints
    row: int
    p: int
    decimals: int

    @property
    def scores(self) -> StintScores:
        """The scores of the stints."""
        return self.stage if isinstance(self.stage, StintScores) else self.stage.scores

    @cached_property
    def _explained(self) -> ExposureExplainer:
        return ExposureExplainer(self.scores, self.row, self.p)

    @cached_property
    def _stints(self) -> IntArray:
        """The rows of ``by_stint`` of the person in the period."""
        return np.flatnonzero(self.scores.cell == self.p * len(self.scores.org) + self.row)

    @property
    def _counted(self) -> list[int]:
        found: list[int] = self._stints[self.stage.counted[self._stints]].tolist()
        return found

    @cached_property
    def secret(self) -> bool:
        """Whether the total is withheld from the audience of the ratings."""
        made = self._explained.total()
        if isinstance(self.stage, BlendedStints):
            made = carried_of(self.stage, self.row, self.p).total()
        return bool(np.isnan(made.value) and not np.isnan(self.stage.total[self.p, self.row]))

    def _points(self, value: float) -> Points:
        return Points(value, self.decimals)

    def _stint(self, stay: int) -> Statement:
        moved = self.scores.credited.moved
        stays = moved.stays
        start, end = as_dates(np.array([stays.start[stay], stays.end[stay]])).tolist()
        post = str(moved.of_before.org.labels[stays.node[stay]])
        return Statement("stint", {"post": post, "start": str(start), "end": str(end)})

    # -- the total --------------------------------------------------------------------

    def made(self) -> Said:
        """Which stints make the total, and which are left out."""
        totals = self.scores.stint_total
        if isinstance(self.stage, BlendedStints):
            totals = self.stage.stint_total
        parts = tuple(
            Statement(
                "stint_part",
                {
                    "stint": self._stint(stay),
                    "total": self._points(float(totals[stay])),
                    "weight": Share(float(self.stage.weights[stay])),
                },
            )
            for stay in self._counted
        )
        said = [Statement("over_stints", {"parts": Series(parts)})] if parts else []
        left = tuple(
            Statement("stint_left_out", {"stint": self._stint(stay), "why": self._why(stay)})
            for stay in self._stints.tolist()
            if stay not in self._counted
        )
        return [*said, *([Statement("stints_left_out", {"stints": Series(left)})] if left else [])]

    def _why(self, stay: int) -> Statement:
        exposure, least = self.scores.exposure, self.scores.least_days
        if exposure.post[stay] == 0:
            return Statement("post_without_weight")
        if exposure.days[stay] == 0:
            return Statement("no_day_counts")
        if exposure.there[stay] < least:
            days = {"days": Plain(int(exposure.there[stay])), "least": Plain(least)}
            return Statement("too_few_days", days)
        return Statement("nothing_to_score")

    # -- each stint -------------------------------------------------------------------

    def paragraphs(self) -> Iterator[Said]:
        """What is said of each stint that counts: what it carries, and its card."""
        for stay in self._counted:
            yield [Statement("stint_opens", {"stint": self._stint(stay)}), *self._carries(stay)]
            if self.scores.leaf[stay] >= 0:
                card = CardTeller(self._explained.scored(stay), self.decimals)
                yield from card.paragraphs()
                yield card.losses()

    def _carries(self, stay: int) -> Said:
        """The units' totals that a stint carries."""
        stage: Any = self.stage
        if isinstance(stage, StintScores) or self.secret:
            return []
        mixture = stage.carried.mixture(np.array([stay]))
        lines = stage.carried.lines(np.array([stay]))
        clauses = []
        for i, level in enumerate(stage.shares.levels):
            share, brings = float(mixture.shares[i][0]), float(mixture.parts[i][0])
            if not share > 0 or np.isnan(brings):
                continue
            numbers: dict[str, object] = {"share": Share(share), "brings": self._points(brings)}
            at, total = int(lines[i].at[0]), float(lines[i].total[0])
            if level == Own() or at < 0 or np.isnan(total):  # a policy may put its own there
                own = self._points(float(self.scores.stint_total[stay]))
                clauses.append(Statement("blend_own", {**numbers, "own": own}))
                continue
            unit = {"unit": str(stage.above.org.labels[at]), "total": self._points(total)}
            clauses.append(Statement("blend_part", {**unit, **numbers}))
        said = [Statement("blended", {"parts": Series(tuple(clauses))})] if clauses else []
        after, before = float(stage.stint_total[stay]), float(mixture.mean[0])
        if after != before:
            change = Points(after - before, self.decimals, "+")
            limit = {"rule": Ruled(stage.within), "change": change, "after": self._points(after)}
            said.append(Statement("bounded", limit))
        return said
