"""Why a calibrated grade is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.calibrating.least import least_change
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import AsFirst
from cascade_kpi.scoring.standing import Standing

__all__ = ["CalibrationExplainer"]

Many = tuple[Explanation, ...]


@frozen
class GradeOfRank:
    """The first grade whose cut the rank is within: inputs are the rank, then the cuts."""

    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        rank, *cuts = inputs
        return 1.0 + sum(rank > cut for cut in cuts)

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen(eq=False)
class RankAmong:
    """One more than the people of the pool with a higher total, or the same and ahead."""

    others: FloatArray
    ahead: int
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(1 + np.count_nonzero(self.others > inputs[0]) + self.ahead)

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen(eq=False)
class LeastChange:
    """One cut of the smallest change of a pool's cumulative counts that meets its quotas."""

    bounds: IntArray
    at: int
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        size = int(self.bounds[0, -1, 0])
        counts = np.array([[0, *map(int, inputs), size]], dtype=np.int64).T
        return float(least_change(self.bounds, counts)[self.at, 0])

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen(eq=False, slots=False)
class CalibrationExplainer:
    """Explains the grade of one node in one period. Grades are places from 1, the best."""

    made: Calibrated
    row: int
    p: int
    total_of: Callable[[Standing, int, int], Explanation]

    @property
    def at(self) -> tuple[int, int]:
        """Period and row."""
        return self.p, self.row

    @property
    def pool(self) -> int:
        """The node's pool, −1 for none."""
        return int(self.made.pooled.codes[self.at])

    @property
    def period(self) -> str:
        """The period's label."""
        label: str = self.made.periods.labels[self.p]
        return label

    @property
    def where(self) -> str:
        """The pool's name."""
        return self.made.pooled.names[self.pool]

    def _grade(self, what: str, codes: IntArray) -> tuple[str, float, str]:
        """Name, value and unit of a grade."""
        code, labels = int(codes[self.at]), self.made.grades
        who = f"{self.made.org.labels[self.row]}, {self.period}"
        if code < 0:
            return f"{what} grade of {who}", float("nan"), ""
        return f"{what} grade {labels[code]} of {who}", code + 1.0, f"of {len(labels)} grades"

    def _step(self, codes: IntArray) -> str:
        """How a grade differs from the scored one, as a clause."""
        scored = self.made.scores.grade_codes[self.at]
        far = int(scored - codes[self.at])
        label = self.made.grades[scored]
        if not far:
            return f"{label} as scored"
        way = "up" if far > 0 else "down"
        return f"{abs(far)} {way} from the scored {label}"

    def final(self) -> Explanation:
        """The grade after committees."""
        each = self.made.decided(*self.at)
        name, value, unit = self._grade("final", self.made.grade_codes)
        if each is None:
            taken = AsFirst("as calibrated, no committee changed it")
            return Explanation(
                name, value, unit, self.period, taken, "", lambda: (self.calibrated(),)
            )
        stated = f"decided by {each.by}: {each.reason}"
        leaf = Explanation(f"adjustment to {each.to}", value, unit, self.period, None, stated)
        taken = AsFirst("the last adjustment")
        return Explanation(
            name, value, unit, self.period, taken, "", lambda: (leaf, self.calibrated())
        )

    def calibrated(self) -> Explanation:
        """The grade by the quotas."""
        codes = self.made.calibrated_codes
        name, value, unit = self._grade("calibrated", codes)
        if self.pool < 0:
            taken = AsFirst("in no pool: as scored")
            return Explanation(name, value, unit, self.period, taken, "", lambda: (self.scored(),))
        operation = GradeOfRank(f"{self._step(codes)}: the first grade whose cut holds the rank")
        cuts = range(1, len(self.made.grades))
        return Explanation(
            name, value, unit, self.period, operation, "",
            lambda: (self.rank(), *map(self.cut, cuts)),
        )  # fmt: skip

    def scored(self) -> Explanation:
        """The grade of the total."""
        name, value, unit = self._grade("scored", self.made.scores.grade_codes)
        source = "no total" if value != value else "the band that holds the total"
        return Explanation(name, value, unit, self.period, None, source, lambda: (self._total(),))

    def _total(self) -> Explanation:
        return self.total_of(self.made.scores, self.row, self.p)

    def rank(self) -> Explanation:
        """The place in the pool, 1 for the first."""
        who = f"{self.made.org.labels[self.row]}, {self.period}"
        if self.pool < 0:
            return Explanation(f"rank of {who}", float("nan"), "", self.period, None, "in no pool")
        rank, phrase = int(self.made.rank[self.at]), "place by total, the highest first"
        name = f"rank of {who} in {self.where}"
        unit = f"of {int(self.made.pooled.sizes[self.pool]):,} people"
        if np.isnan(self._total().value):  # withheld: from it, the others tell nothing
            return Explanation(name, float(rank), unit, self.period, None, phrase)
        inside = self.made.pooled.codes[self.p] == self.pool
        inside[self.row] = False
        others, places = self.made.scores.total[self.p, inside], self.made.rank[self.p, inside]
        same = others == self.made.scores.total[self.at]
        ahead = int(np.count_nonzero(places[same] < rank))
        if same.any():
            by = "the text of the id" if self.made.scheme.ties is None else self.made.scheme.ties
            phrase += f"; {ahead} of {int(same.sum())} with the same total are ahead by {by}"
        operation = RankAmong(others, ahead, phrase)
        return Explanation(
            name, float(rank), unit, self.period, operation, "", lambda: (self._total(),)
        )

    @cached_property
    def _counts(self) -> IntArray:
        """Cumulative counts of the pool as scored, (grades + 1,)."""
        inside = self.made.pooled.codes[self.p] == self.pool
        codes = self.made.scores.grade_codes[self.p, inside]
        each = np.bincount(codes, minlength=len(self.made.grades))
        return np.concatenate([[0], np.cumsum(each)])

    def cut(self, g: int) -> Explanation:
        """How many of the pool are calibrated to the first g grades."""
        value = float(self.made.cuts[g, self.pool])
        name = f"{self.made.grades[g - 1]} or better in {self.where}, {self.period}"
        bounds = self.made.asked.of_pool(self.pool).bounds()
        operation: Operation = LeastChange(bounds, g, self._why(g))
        inner = range(1, len(self.made.grades))
        return Explanation(
            name, value, "people", self.period, operation, "",
            lambda: tuple(map(self._counted, inner)), ("cut", self.pool, g),
        )  # fmt: skip

    def _counted(self, g: int) -> Explanation:
        name = f"{self.made.grades[g - 1]} or better in {self.where} as scored, {self.period}"
        value = float(self._counts[g])
        key = "scored", self.pool, g
        return Explanation(name, value, "people", self.period, None, "counted", key=key)

    def _why(self, g: int) -> str:
        """Which quotas hold the cut where it is, as a clause."""
        cuts, scored = self.made.cuts[:, self.pool], int(self._counts[g])
        if cuts[g] == scored:
            return "as scored: nothing asks for less or more"
        size, tight = int(cuts[-1]), []
        for rule, span, _, (low, high) in self.made.asked.of_pool(self.pool).each():
            held = cuts[span.stop] - cuts[span.start]
            ends = g in (span.start, span.stop)
            if ends and ((held == low[0] and held) or (held == high[0] and held < size)):
                tight.append(f"“{rule.words()}”, here {int(held):,}")
        by = "; ".join(dict.fromkeys(tight)) or "the other cuts"
        return f"the smallest change from {scored:,} as scored; held by {by}"
