"""Why somebody's total over stints, with the units' that it carries, is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.bounds import Within
from cascade_kpi.blending.levels import Own
from cascade_kpi.blending.mixing import Line
from cascade_kpi.explaining.blending import Bounded, Mixed
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.exposures import ExposureExplainer, MeanOfStints
from cascade_kpi.explaining.moves import stint_title
from cascade_kpi.explaining.scores import TELLS
from cascade_kpi.scoring.standing import Standing

__all__ = ["CarriedExplainer"]

Many = tuple[Explanation, ...]


@frozen(eq=False, slots=False)
class CarriedExplainer:
    """Explains the blended total over stints of one person in one period.

    Attributes
    ----------
    total_of : callable
        Explains the total of a row of a standing in a period.
    """

    stage: BlendedStints
    row: int
    p: int
    total_of: Callable[[Standing, int, int], Explanation]

    @property
    def period(self) -> str:
        """The period's label."""
        return self.stage.periods.labels[self.p]

    @property
    def own(self) -> ExposureExplainer:
        """Explains the total over stints without what is carried."""
        return ExposureExplainer(self.stage.scores, self.row, self.p)

    @cached_property
    def counted(self) -> IntArray:
        """The rows of ``by_stint`` that count."""
        cell = self.p * len(self.stage.org) + self.row
        return np.flatnonzero((self.stage.scores.cell == cell) & self.stage.counted)

    def total(self) -> Explanation:
        """The person's total, in points."""
        stage, stints = self.stage, self.counted.tolist()
        name = f"blended total over stints, {stage.org.labels[self.row]}, {self.period}"
        value = float(stage.total[self.p, self.row])
        if not stints:
            source = "no stint counts"
            return Explanation(name, value, "points", self.period, None, source)
        made = [self.of_stint(stay) for stay in stints]
        if any(np.isnan(each.value) for each in made):
            return Explanation(name, float("nan"), "points", self.period, None, TELLS)
        return Explanation(
            name, value, "points", self.period, MeanOfStints(()), "",
            lambda: tuple(
                each
                for why, stay in zip(made, stints, strict=True)
                for each in (why, self.own.exposure(stay))
            ),
            ("blended over stints", self.row, self.p),
        )  # fmt: skip

    def of_stint(self, stay: int) -> Explanation:
        """The total of a stint with what it carries, in points."""
        stage, mean = self.stage, self.mean(stay)
        name = self._name("blended total", stay)
        value = float(stage.stint_total[stay])
        if mean.operation is None or stage.within == Within():
            return evolve(mean, name=name)
        own = self._own(stay)
        return Explanation(
            name, value, "points", self.period, Bounded(stage.within), "", lambda: (mean, own)
        )

    def mean(self, stay: int) -> Explanation:
        """The mean of all that a stint carries, before it is bounded, in points."""
        carried, stints = self.stage.carried, np.array([stay])
        pairs = zip(self.stage.shares.levels, carried.lines(stints), strict=True)
        used = [(level, line) for level, line in pairs if line.share[0] > 0]
        inputs = [
            self._own(stay) if level == Own() else self._of(level.called, line, stay)
            for level, line in used
        ]
        levels = [level for level, _ in used]
        own = levels.index(Own()) if Own() in levels else len(levels)
        if own == len(levels):
            inputs.append(self._own(stay))  # a policy may ask for it
        name = self._name("mean of shares", stay)
        operation = Mixed(
            tuple(levels),
            tuple(float(line.share[0]) for _, line in used),
            tuple(0 if level == Own() else (1 if line.at[0] >= 0 else -1) for level, line in used),
            self.stage.shares,
            own,
        )
        value = float(carried.mixture(stints).mean[0])
        if self._withheld(stay, [line for _, line in used], inputs):
            return Explanation(name, float("nan"), "points", self.period, None, TELLS)
        return Explanation(name, value, "points", self.period, operation, "", lambda: tuple(inputs))

    def _withheld(self, stay: int, lines: list[Line], inputs: list[Explanation]) -> bool:
        """Whether a total that it rests on, or is bounded by, is withheld from its audience.

        Not only where the mean is absent without it: a policy may do without what is not told.
        """
        totals = [float(line.total[0]) for line in lines]
        if len(totals) < len(inputs):
            totals.append(float(self.stage.scores.stint_total[stay]))
        return any(
            np.isnan(why.value) and not np.isnan(total)
            for why, total in zip(inputs, totals, strict=True)
        )

    def _name(self, what: str, stay: int) -> str:
        stint = stint_title(self.stage.scores.credited.moved, stay)
        return f"{what}, {stint}, {self.period}"

    def _own(self, stay: int) -> Explanation:
        """The stint's own total."""
        if self.stage.scores.leaf[stay] >= 0:
            return self.own.of_stint(stay)
        name = self._name("total", stay)
        source = "nothing to score"
        return Explanation(name, float("nan"), "points", self.period, None, source)

    def _of(self, called: str, line: Line, stay: int) -> Explanation:
        """The total of a level's node."""
        at = int(line.at[0])
        if at < 0:
            source = f"none above; nobody: {self.stage.shares.nobody.value}"
            name = self._name(f"total of {called}", stay)
            return Explanation(name, float("nan"), "points", self.period, None, source)
        return self.total_of(self.stage.above, at, self.p)
