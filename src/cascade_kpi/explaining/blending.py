"""Why a blended or multiplied total is what it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.blending.blend import Blended, UnitTotals
from cascade_kpi.blending.bounds import Between, Bound, Within
from cascade_kpi.blending.levels import ReportingLevel
from cascade_kpi.blending.mixing import Line, mix
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.blending.shares import Shares
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.scoring.grades import Grades

__all__ = ["BlendExplainer", "MultipliedExplainer"]

_HERE = 0  # in the place of the node's own row; of others only told whether they are there

Many = tuple[Explanation, ...]


@frozen
class Mixed:
    """Totals of several levels by their shares.

    Attributes
    ----------
    levels : tuple of ReportingLevel
    shares : tuple of float
        Of each level, as stated.
    rows : tuple of int
        0 for the node itself, 1 for one above, -1 for none.
    policies : Shares
    own : int
        Which input is the node's own total.
    """

    levels: tuple[ReportingLevel, ...]
    shares: tuple[float, ...]
    rows: tuple[int, ...]
    policies: Shares
    own: int

    def __call__(self, *inputs: float) -> float:
        """The mean, from the totals of the levels, and the node's own if that is no level."""
        totals = [np.array([value]) for value in inputs]
        lines = [
            Line(np.array([share]), total, np.array([row]))
            for share, total, row in zip(self.shares, totals, self.rows, strict=False)
        ]
        return float(mix(lines, np.array([_HERE]), totals[self.own], self.policies).mean[0])

    def words(self) -> str:
        """The clause."""
        pairs = zip(self.shares, self.levels, strict=True)
        told = " + ".join(f"{share:g} of {level.called}" for share, level in pairs)
        return f"{told}, of {sum(self.shares):g}; missing: {self.policies.missing.value}"


@frozen
class Bounded:
    """A total kept within bounds."""

    bound: Bound

    def __call__(self, *inputs: float) -> float:
        """The total, from the one before and the node's own."""
        total, own = (np.array([value]) for value in inputs)
        return float(self.bound(total, own)[0])

    def words(self) -> str:
        """The clause."""
        return f"kept by {self.bound!r}"


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
class Product:
    """The first input times the second."""

    def __call__(self, *inputs: float) -> float:
        """The product."""
        return float(np.multiply(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return "one times the other"


@frozen(eq=False)
class BlendExplainer:
    """Explains the blended total of one node in one period."""

    blended: Blended
    row: int
    p: int

    @property
    def scores(self) -> ScoreExplainer:
        """Explains the node's own total."""
        return ScoreExplainer(self.blended.scores, self.row, self.p)

    def total(self) -> Explanation:
        """The node's total with what it carries, in points."""
        scores, within = self.scores, self.blended.within
        name, key = scores.name("blended total"), ("blended", self.row, self.p)
        if within == Within():
            return evolve(self.mean(), name=name, key=key)
        value = float(self.blended.total[self.p, self.row])
        return Explanation(
            name,
            value,
            "points",
            scores.period,
            Bounded(within),
            "",
            lambda: (self.mean(), scores.total()),
            key,
        )

    def mean(self) -> Explanation:
        """The mean of all that the node carries, before it is bounded, in points."""
        blended, carried, scores = self.blended, self.blended.carried, self.scores
        shares = carried.table[carried.group[self.row]].tolist()
        used = [i for i, share in enumerate(shares) if share > 0]
        found = [int(carried.rows[i][self.row]) for i in used]
        levels = [blended.shares.levels[i] for i in used]
        own = found.index(self.row) if self.row in found else len(found)

        def expand() -> Many:
            inputs = [self._of(level, at) for level, at in zip(levels, found, strict=True)]
            return tuple(inputs) if own < len(found) else (*inputs, scores.total())

        operation = Mixed(
            tuple(levels),
            tuple(shares[i] for i in used),
            tuple(-1 if at < 0 else int(at != self.row) for at in found),
            blended.shares,
            own,
        )
        handed = blended.own if blended.units is UnitTotals.OWN else blended.total
        mixture = carried.mixture(blended.own[self.p], handed[self.p], np.array([self.row]))
        value = float(mixture.mean[0])
        name = scores.name("mean of shares")
        return Explanation(name, value, "points", scores.period, operation, "", expand)

    def _of(self, level: ReportingLevel, at: int) -> Explanation:
        """The total of a level's node, as it is handed on."""
        if at < 0:
            source = f"none above; nobody: {self.blended.shares.nobody.value}"
            name = self.scores.name(f"total of {level.called}")
            return Explanation(name, float("nan"), "points", self.scores.period, None, source)
        if at == self.row or self.blended.units is UnitTotals.OWN:
            return ScoreExplainer(self.blended.scores, at, self.p).total()
        return BlendExplainer(self.blended, at, self.p).total()


@frozen(eq=False)
class MultipliedExplainer:
    """Explains the multiplied total of one node in one period."""

    stage: Multiplied
    row: int
    p: int

    @property
    def scores(self) -> ScoreExplainer:
        """Explains the node's own total."""
        return ScoreExplainer(self.stage.scores, self.row, self.p)

    def total(self) -> Explanation:
        """The node's total, or product of coefficients."""
        stage, scores = self.stage, self.scores
        value = float(stage.total[self.p, self.row])
        name, period = scores.name("multiplied total"), scores.period
        if not stage.coefficients.multiplied(stage.org)[self.row]:
            return Explanation(name, value, stage.unit, period, None, "not multiplied")
        if np.isnan(value):
            return Explanation(name, value, stage.unit, period, None, "no total of its own")
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
            lambda: (self.product(), scores.total()),
        )

    def product(self) -> Explanation:
        """The product, before it is bounded."""
        stage, scores = self.stage, self.scores
        value = float(np.multiply(self._at(stage.base), self._at(stage.coefficient)))
        name = scores.name("product")
        return Explanation(
            name, value, stage.unit, scores.period, Product(), "",
            lambda: (self.base(), self.coefficient()),
        )  # fmt: skip

    def _at(self, values: FloatArray) -> float:
        return float(values[self.p, self.row])

    def base(self) -> Explanation:
        """What is multiplied: the total in points, or the individual's coefficient."""
        table = self.stage.coefficients.individual
        if table is None:
            return self.scores.total()
        return self._graded("individual coefficient", self.scores, table, self._at(self.stage.base))

    def coefficient(self) -> Explanation:
        """The department's coefficient."""
        stage = self.stage
        of = ScoreExplainer(stage.scores, int(stage.department[self.row]), self.p)
        table, value = stage.coefficients.grades, self._at(stage.coefficient)
        return self._graded("department's coefficient", of, table, value)

    def _graded(
        self, what: str, of: ScoreExplainer, table: Mapping[str, float], value: float
    ) -> Explanation:
        bands = self.stage.scores.scorecard.grades
        operation = None if bands is None else Graded(bands, tuple(table.items()))
        return Explanation(
            of.name(what), value, "", of.period, operation, "", lambda: (of.total(),)
        )
