"""Why a blended total is what it is."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from cascade_kpi.blending.blend import Blended, UnitTotals
from cascade_kpi.blending.bounds import Bound, Within
from cascade_kpi.blending.levels import ReportingLevel
from cascade_kpi.blending.mixing import Line, mix
from cascade_kpi.blending.shares import Shares
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.scores import TELLS, ScoreExplainer

__all__ = ["BlendExplainer", "Bounded", "Mixed"]

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
        if self._withheld():
            name = scores.name("blended total")
            return Explanation(name, float("nan"), "points", scores.period, None, TELLS)
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

    def _withheld(self) -> bool:
        """Whether a total that it rests on is withheld from its audience."""
        blended, p = self.blended, self.p
        carried, handed = blended.carried, blended.own
        if blended.units is UnitTotals.BLENDED:
            handed = blended.total
        shares = carried.table[carried.group[self.row]].tolist()
        of = [(self.scores.total(), blended.own[p, self.row])]
        for i in (i for i, share in enumerate(shares) if share > 0):
            at = int(carried.rows[i][self.row])
            if at >= 0 and at != self.row:
                of.append((self._of(blended.shares.levels[i], at), handed[p, at]))
        return any(np.isnan(why.value) and not np.isnan(value) for why, value in of)

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
