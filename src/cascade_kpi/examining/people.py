"""What a rule does among the people who are scored by it: influence, and where a push pays."""

from __future__ import annotations

import math
from functools import cached_property, partial

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.examining.domains import way_of
from cascade_kpi.examining.facts import Facts
from cascade_kpi.examining.profiles import Profile
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.rating.consolidate import Consolidated
from cascade_kpi.scoring.block import Block
from cascade_kpi.scoring.brought import PLAIN, carried
from cascade_kpi.scoring.combines import is_sum
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.score import Scores

__all__ = ["REST", "People", "between", "scale_of", "shares"]

REST = "the rest"
"""Gates and adjustments, and sections that were filled as a whole."""

_LARGE = 400  # a power of two beyond which squares are scaled


@frozen(eq=False)
class Pushed(Block):
    """Nodes as they are, but for one KPI, or one question, that is a little better."""

    named: str = field(default="", kw_only=True)
    step: float = field(default=0.0, kw_only=True)

    def result(self, kpi: str) -> FloatArray:
        """The result, pushed if it is of the KPI."""
        found = super().result(kpi)
        if kpi != self.named:
            return found
        target = super().target(kpi)
        size = np.where(np.isnan(target) | (target == 0), np.abs(found), np.abs(target))
        return pushed(found, target, self.step * size, self.better(kpi))

    def rated(self, question: str) -> FloatArray:
        """The rating, pushed if it is of the question."""
        found = super().rated(question)
        if question != self.named:
            return found
        low, high = scale_of(self.sources.ratings, question)
        size = np.abs(found) if np.isinf(high - low) else high - low
        return np.minimum(found + self.step * size, high)


def pushed(found: FloatArray, target: FloatArray, by: FloatArray, better: Direction) -> FloatArray:
    """Results moved towards better; where on target is best, to the target and no further."""
    way = way_of(better)
    if way:
        return found + way * by
    off = target - found
    return np.where(np.isnan(off), found, found + np.clip(off, -by, by))


def scale_of(ratings: object, question: str) -> tuple[float, float]:
    """The ends of the scale of a question; infinite where it is not known."""
    if isinstance(ratings, Consolidated):
        survey = ratings.ratings.survey
        if question in survey.items:
            scale = survey.scales[survey.items.index(question)]
            return float(scale.low), float(scale.high)
        if survey.common is not None:
            return float(survey.common.low), float(survey.common.high)
    return -np.inf, np.inf


def shares(parts: FloatArray, total: FloatArray) -> FloatArray:
    """cov(part, total) ÷ var(total) of each part, float64 (k,); NaN where totals are all alike.

    Parameters
    ----------
    parts : float64 array (k, n)
    total : float64 array (n,)
    """
    total, size = _scaled(np.ascontiguousarray(total))
    off = total - total.mean() if len(total) else total
    whole = float(off @ off)
    if len(total) < 2 or not whole > 1e-18 * len(total) * (1 / size + _greatest(total)) ** 2:
        return np.full(len(parts), np.nan)
    # One part after the other: then a part's bits do not depend on which others there are.
    rows = [_scaled(np.ascontiguousarray(part)) for part in parts]
    with np.errstate(over="ignore"):
        told = [float((row - row.mean()) @ off) / whole * (own / size) for row, own in rows]
    return np.array(told)


def _greatest(values: FloatArray) -> float:
    return float(np.abs(values).max(initial=0.0))


def _scaled(values: FloatArray) -> tuple[FloatArray, float]:
    """Values by a power of two that keeps their squares within floats, and that power.

    It changes no bit of what is made of them, as long as none is near the ends of floats.
    """
    power = math.frexp(_greatest(values))[1]
    size = 2.0**power if power > _LARGE else 1.0
    return values / size, size


@frozen(eq=False)
class People:
    """The people behind some scores.

    Attributes
    ----------
    facts : Facts
        With their posts.
    scores : Scores
    step : float
        How far a result is pushed, as a part of its target.
    """

    facts: Facts
    scores: Scores
    step: float

    @property
    def _codes(self) -> IntArray:
        codes = self.facts.posts.codes
        assert codes is not None  # noqa: S101 - people have posts
        return codes

    def members(self, g: int, p: int) -> IntArray:
        """Rows of those of a post who have a total in a period."""
        return np.flatnonzero((self._codes == g) & ~np.isnan(self.scores.total[p]))

    # -- influence --------------------------------------------------------------------

    def contributions(self, p: int) -> FloatArray:
        """What each of `contributing`, and then the rest, contribute to totals, (parts + 1, n)."""
        return self._contributions[p]

    @cached_property
    def contributing(self) -> tuple[int, ...]:
        """The parts that contribute to a total: items, and sections that are not additive."""
        outline = self.facts.card.outline
        kept, inside = [], set[int]()
        for i in range(1, len(outline.parts)):  # a section before what is in it
            if outline.above[i] in inside or outline.beside[i]:
                inside.add(i)
            elif not outline.is_section(i) or not _additive(outline.parts[i]):
                kept.append(i)
                inside.add(i)
        return tuple(kept) if _additive(outline.parts[0]) else ()

    @cached_property
    def _contributions(self) -> tuple[FloatArray, ...]:
        kernel, everybody = self.scores.kernel, slice(0, len(self.scores.org))
        out = []
        for p, total in enumerate(self.scores.total):
            made = [
                kernel.made(partial(_contribution, i=i), p, everybody, PLAIN)
                for i in self.contributing
            ]
            rest = total - np.sum(made, axis=0)
            rest[np.abs(rest) <= 1e-9 * (1 + np.abs(total))] = 0.0  # rounding contributes nothing
            out.append(lock(np.stack([*made, rest])))
        return tuple(out)

    @cached_property
    def influence(self) -> list[tuple[int, int, FloatArray, FloatArray]]:
        """Per period and post: period, post, shares and correlations, float64 (parts + 1,).

        By the positions of parts; the last is of the rest; the first, of the total, NaN.
        """
        out, kernel = [], self.scores.kernel
        count = len(self.facts.card.outline.parts)
        for p in range(len(self.scores.periods)):
            made = self.contributions(p) if self.contributing else None
            points = [
                kernel.made(partial(_points, i=i), p, slice(0, len(self.scores.org)))
                for i in range(1, count)
            ]
            for g in range(len(self.facts.posts.names)):
                rows = self.members(g, p)
                share, related = np.full(count + 1, np.nan), np.full(count + 1, np.nan)
                if made is not None:
                    places = [*self.contributing, count]
                    share[places] = shares(made[:, rows], self.scores.total[p, rows])
                for i in range(1, count):
                    if self.facts.posts.weights[g, i] > 0:
                        related[i] = _related(points[i - 1][rows], self.scores.total[p, rows])
                    else:
                        share[i] = np.nan
                out.append((p, g, share, related))
        return out

    # -- pushes -----------------------------------------------------------------------

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The KPIs and questions that a card reads, in its order."""
        card = self.facts.card
        read = [n for item in card.items for n in (item.kpis or (getattr(item, "question", ""),))]
        ruled = [n for i in card.outline.order for n in card.outline.reads(i)]
        read += [name for name in ruled if name in self.facts.kpis.names]
        return tuple(dict.fromkeys(name for name in read if name))

    @cached_property
    def _pushes(self) -> dict[str, tuple[FloatArray, NDArray[np.bool_]]]:
        return {name: self._pushed(name) for name in self.names}

    @property
    def gains(self) -> dict[str, FloatArray]:
        """Per KPI and question, what a push adds to everybody's total, float64 (p, n)."""
        return {name: gains for name, (gains, _) in self._pushes.items()}

    @property
    def crossing(self) -> dict[str, NDArray[np.bool_]]:
        """Per KPI and question, who crosses a jump by a push, bool (p, n)."""
        return {name: crosses for name, (_, crosses) in self._pushes.items()}

    def _pushed(self, name: str) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Gains, and who crosses a jump."""
        gains = np.full_like(self.scores.total, np.nan)
        crosses = np.zeros(gains.shape, dtype=bool)
        sources = self.scores.kernel.sources
        for p in range(len(gains)):
            for part in self.scores.kernel.blocks():
                block = Pushed(sources, p, part, named=name, step=self.step)
                with np.errstate(all="ignore"):
                    gains[p, part] = block.value(0) - self.scores.total[p, part]
                    crosses[p, part] = self._crosses(name, block)
        # A push of what is absent, or not on a card, changes nothing; nor does rounding.
        small = np.abs(gains) <= 1e-12 * (1 + np.abs(self.scores.total))
        gains[small] = 0.0
        return lock(gains), lock(crosses)

    def _crosses(self, name: str, after: Block) -> NDArray[np.bool_]:
        """Where a jump of some item that is on the card lies between before and after."""
        before = Block(after.sources, after.p, after.nodes)
        out = np.zeros(len(after.sources.table.group[after.nodes]), dtype=bool)
        for i in self.facts.card.outline.items:
            item = self.facts.card.outline.parts[i]
            on = np.asarray(after.weight(i)) > 0
            if isinstance(item, Item) and item.kpi == name:
                sides = [item.attained(block) for block in (before, after)]
            elif isinstance(item, Rated) and item.question == name:
                sides = [block.rated(name) for block in (before, after)]
            else:
                continue
            out |= on & between(self.facts.profiles[i], *sides)
        return out

    @cached_property
    def raising(self) -> dict[str, NDArray[np.bool_]]:
        """Per KPI and question, whose grade is better by a push, bool (p, n)."""
        bands = self.facts.card.grades
        if bands is None:
            return {name: np.zeros(self.scores.total.shape, dtype=bool) for name in self.names}
        out = {}
        for name in self.names:
            after = self.scores.total + self.gains[name]
            better = np.maximum(bands.places(after), 0) < self.scores.grade_codes
            out[name] = lock(better & ~np.isnan(after))
        return out


def _additive(of: object) -> bool:
    combine = getattr(of, "combine", None)
    return combine is not None and is_sum(combine)


def _made(block: Block, i: int) -> FloatArray:
    """Points of a part; any number where it is not on the card."""
    return block.value(i) if block.sources.card.outline.is_section(i) else block.item_on(i)


def _points(block: Block, i: int) -> FloatArray:
    """Points of a part, NaN where it is not on the card."""
    return np.where(np.asarray(block.weight(i)) > 0, _made(block, i), np.nan)


def _contribution(block: Block, i: int) -> FloatArray:
    """The slope of a part in the total × its points, 0 where it is left out."""
    card = block.sources.card
    outline, section = card.outline, card.outline.above[i]
    policy = card.policy(outline.parts[section])
    on = np.asarray(block.weight(i)) > 0
    value = policy.fill(_made(block, i), block.from_parents(i))
    made = np.where(on & ~np.isnan(value), value, 0.0)
    made = carried(block, i, made)  # no number where a section above has nothing
    return np.where(np.isnan(made), 0.0, made)


def _related(points: FloatArray, total: FloatArray) -> float:
    """The correlation of points with the total, of those who have both."""
    both = ~np.isnan(points)
    x, y = points[both], total[both]
    if len(x) < 2:
        return np.nan
    (x, _), (y, _) = _scaled(x), _scaled(y)
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 1e-12 else np.nan


def between(profile: Profile, before: FloatArray, after: FloatArray) -> NDArray[np.bool_]:
    """Where a jump is passed on the way from one attainment to another."""
    out = np.zeros(len(before), dtype=bool)
    for x, left, at, right in profile.jumps.tolist():
        low, high = np.minimum(before, after), np.maximum(before, after)
        # From before the edge onto it, or from it past it, as the jump is on either side.
        if left != at:
            out |= (low < x) & (high >= x)
        if at != right:
            out |= (low <= x) & (high > x)
    return out
