"""Totals of some nodes under other weights of one part, and whether these can be searched."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.scoring import absences, adjustments, combines
from cascade_kpi.scoring.block import Sources
from cascade_kpi.scoring.brought import carried
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.outline import Outline
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.weights import WeightTable

__all__ = ["Reweighted", "is_weighed", "rounding_edges", "why_not"]

# What a part's section makes of it is monotone in its weight, and these are so in a value.
_COMBINES = (combines.Mean, combines.Geometric, combines.Weakest, combines.Sum)
_STEPS = (
    adjustments.Add, adjustments.Multiply, adjustments.Scale, adjustments.Within,
    adjustments.Veto,
)  # fmt: skip
_POLICIES = (
    absences.Renormalise, absences.Zero, absences.Neutral, absences.Hold, absences.Refuse,
)  # fmt: skip


def is_weighed(outline: Outline, i: int) -> bool:
    """Whether a part has a weight that bears upon the total."""
    section = outline.above[i]
    if section < 0 or not outline.parts[section].combine.weighs:
        return False
    return outline.goes_up(i)


def why_not(scores: Scores, i: int) -> str:
    """Why totals cannot be said to be monotone in the weight of a part; empty if they are.

    The value of a section combined by a weighted mean, of points or of their logarithms, goes
    one way as a weight grows. So does every section above it, where it is combined by
    a rule of the library, which never falls as a part rises, and adjusted by steps that
    rise or fall with a value; as long as nothing else on the card looks at these sections.
    """
    outline, card = scores.outline, scores.scorecard
    section = outline.above[i]
    for j in outline.order:
        for name in outline.reads(j):
            at = outline.find(name)
            if at >= 0 and outline.is_section(at) and section in outline.needed(at):
                return f"{outline.names[j]} looks at {name}"
    own = [part for part in card.items if type(part) not in (Item, Rated)]
    if own:
        return f"{own[0].name} is an item of your own"
    for _, j in outline.path(i):
        part, policy = outline.parts[j], card.policy(outline.parts[j])
        strange = [rule for rule in part.then if type(rule) not in _STEPS]
        if type(part.combine) not in _COMBINES:
            strange.append(part.combine)
        of_items = not any(outline.is_section(each) for each in outline.children[j])
        if type(policy) not in _POLICIES and not (type(policy) is absences.Parents and of_items):
            strange.append(policy)
        if strange:
            return f"{part.name} has {strange[0]!r}"
    return ""


@frozen(eq=False)
class Reweighted:
    """Some nodes in one period, under other weights of one part of their section.

    The others of the section keep their proportions, and the sum of the section is kept.

    Attributes
    ----------
    rows : int64 array (m,)
    i : int
        The part.
    weights : float64 array (m, parts)
        As they are.
    group : int64 array (n,)
        Everybody's group, those of the rows one each after all others.
    """

    scores: Scores
    p: int
    rows: IntArray
    i: int
    weights: FloatArray
    group: IntArray

    @classmethod
    def of(cls, scores: Scores, p: int, rows: IntArray, i: int) -> Reweighted:
        """Nodes with the weights that they have."""
        table = scores.kernel.sources.table
        group = table.group.copy()
        group[rows] = len(table.names) + np.arange(len(rows))
        return cls(scores, p, rows, i, table.weights[table.group[rows]], group)

    @property
    def section(self) -> int:
        """The section of the part."""
        return self.scores.outline.above[self.i]

    @property
    def weight(self) -> FloatArray:
        """The weight of the part, (m,)."""
        return self.weights[:, self.i]

    @property
    def whole(self) -> FloatArray:
        """The sum of the weights of the section, (m,)."""
        return np.asarray(self.weights[:, list(self.scores.outline.children[self.section])].sum(1))

    def totals(self, weight: FloatArray, which: NDArray[np.intp]) -> FloatArray:
        """Totals of some of the nodes, by their place, with such weights of the part, (k,)."""
        mine = self.weights[which].copy()
        children = list(self.scores.outline.children[self.section])
        whole, own = self.whole[which], mine[:, self.i].copy()
        mine[:, children] *= ((whole - weight) / (whole - own))[:, None]
        mine[:, self.i] = weight
        table = self.scores.kernel.sources.table
        group = self.group.copy() if len(which) < len(self.rows) else self.group
        group[self.rows[which]] = len(table.names) + np.arange(len(which))
        other = WeightTable(table.names, np.vstack([table.weights, mine]), group)
        sources: Sources = evolve(self.scores.kernel.sources, table=other)
        return Kernel(sources).value(0, self.p, self.rows[which])

    def solved(self, total: FloatArray) -> FloatArray:
        """The weight at which each total is reached, NaN where it is at none, (m,).

        Where no rule follows, the total is a + b·u, u the mean of the section, Σ weight·points ÷
        Σ weight over what is there: with A and B these sums over the others, u is
        (v·x + s·A) ÷ (v + s·B) at the weight v, s = (W − v)/(W − w). Solved for v.
        """
        scores, outline = self.scores, self.scores.outline
        block = scores.kernel.block(self.p, self.rows)
        policy = scores.scorecard.policy(outline.parts[self.section])
        now, slope = block.value(0), carried(block, self.section, np.ones(len(self.rows)))
        top, bottom, own = np.zeros(len(now)), np.zeros(len(now)), np.full(len(now), np.nan)
        for j in outline.children[self.section]:
            points = policy.fill(block.counted(self.section, j), block.from_parents(j))
            if j == self.i:
                own = points
                continue
            there = ~np.isnan(points)
            top = top + np.where(there, self.weights[:, j] * np.nan_to_num(points), 0.0)
            bottom = bottom + np.where(there, self.weights[:, j], 0.0)
        whole, weight = self.whole, self.weight
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            wanted = block.value(self.section) + (total - now) / slope
            q = (bottom * wanted - top) / (whole - weight)
            found = q * whole / (own - wanted + q)
            sound = (found > 0) & (found < whole) & (slope > 0) & (own != top / bottom)
        sound &= bottom > 0
        return np.where(sound, found, np.nan)


def rounding_edges(grades: Grades) -> tuple[FloatArray, FloatArray]:
    """From which total on, before it is rounded, each grade begins and ends, (grades,) each."""
    step = 10.0**-grades.decimals
    ends = np.array([band.ends for band in grades.bands]).T
    # The least number of so many decimals that is no less, and half a step before it.
    lows, highs = np.ceil(np.round(ends / step, 6)) * step - step / 2
    return lows, highs
