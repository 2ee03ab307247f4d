"""Whether a better result can bring a lower total."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.examining.capping import biting
from cascade_kpi.examining.domains import way_of
from cascade_kpi.examining.intervals import Interval
from cascade_kpi.examining.profiles import NEAR, Verdict
from cascade_kpi.examining.reach import Reach
from cascade_kpi.examining.trials import Bench
from cascade_kpi.kpis.directions import Higher, Lower, OnTarget
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.scoring.adjustments import Add, Gate, Multiply, Scale, Veto, Within
from cascade_kpi.scoring.attainments import (
    Difference,
    Goalposts,
    Improvement,
    Progress,
    Proportion,
    Quotient,
    Result,
    Rounded,
)
from cascade_kpi.scoring.combines import Combine, Geometric, Mean, Sum, Weakest
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.sections import Section
from cascade_kpi.scoring.triggers import (
    AttainmentBelow,
    PointsBelow,
    ResultAtLeast,
    ResultBelow,
    Trigger,
    leaves,
)

__all__ = ["Fall", "doubts", "is_ours", "swept"]

_RULES = {Difference, Goalposts, Improvement, Progress, Proportion, Quotient, Result}
_BASES = 24  # states of all others that a KPI is taken through
_TOGETHER = 5e-9  # of a result: what differs by less is as good as the same
_LEAP = 1e-3  # points, or of the total
_LOOKED_AT = 12  # of two results, as good as the same, between which totals move
_PARTS, _ROUNDS = 1_024, 24  # a way is divided in so many parts, and so often
_STILL = 0.9  # of what it moved before: as far
_POSITIVE = Interval(0.0, float("inf"))


@frozen
class Fall:
    """A better result that brought a lower total, all others the same.

    Attributes
    ----------
    name : str
        The KPI, or the question.
    target : float
        Of the KPI, in its unit; NaN for a question.
    results, totals : (float, float)
        Before, and as the result was better.
    """

    name: str
    target: float
    results: tuple[float, float]
    totals: tuple[float, float]

    @property
    def size(self) -> float:
        """By how much the total fell, in points."""
        return self.totals[0] - self.totals[1]


def swept(bench: Bench, weights: FloatArray) -> tuple[Fall | None, bool]:
    """The deepest fall of a post's total that the tries met, and whether one met a jump."""
    deepest: Fall | None = None
    leaps = False
    for name in bench.tried:
        values, totals = bench.sweeps(weights, name, _BASES)
        leaps = leaps or _leaps(bench, weights, name, values, totals)
        found = _fall(bench, name, values, totals)
        if found is not None and (deepest is None or found.size > deepest.size):
            deepest = found
    return deepest, leaps


def _leaps(
    bench: Bench, weights: FloatArray, name: str, values: FloatArray, totals: FloatArray
) -> bool:
    """Whether totals jump between results that are as good as the same."""
    close = np.diff(values) <= _TOGETHER * (1 + np.abs(values[1:]))
    moved = np.where(close, _moved(totals), 0.0)
    bases = bench.picked(_BASES)
    for at in np.flatnonzero((moved > 0).any(axis=0))[:_LOOKED_AT].tolist():
        row = int(np.argmax(moved[:, at]))
        off = _TOGETHER * (1 + abs(values[at]))  # they may be neighbours already
        ends = float(values[at] - off), float(values[at + 1] + off)
        if _jumps(bench, weights, name, int(bases[row]), ends):
            return True
    return False


def _moved(totals: FloatArray) -> FloatArray:
    """How far totals move from one to the next, beyond what is none; zero where it is."""
    move = np.nan_to_num(np.abs(np.diff(totals, axis=-1)), posinf=0.0)
    # Far out a line moves as far as a jump does elsewhere.
    size = 1 + np.nan_to_num(np.abs(totals[..., 1:]), posinf=0.0)
    return np.where(move > _LEAP * size, move, 0.0)


def _jumps(
    bench: Bench, weights: FloatArray, name: str, base: int, ends: tuple[float, float]
) -> bool:
    """Whether totals still move as far when two results are neighbours.

    A jump does; a line that is steep does not, nor a geometric mean that rises from zero.
    """
    low, high = ends
    far = 0.0
    for _ in range(_ROUNDS):
        values = np.linspace(low, high, _PARTS + 1)
        moved = _moved(bench.along(weights, name, base, values))
        at = int(np.argmax(moved))
        if not moved[at] > 0:
            return False
        far = max(far, float(moved[at]))
        if np.nextafter(values[at], np.inf) >= values[at + 1]:
            return bool(moved[at] > _STILL * far)
        low, high = float(values[at]), float(values[at + 1])
    return False


def _fall(bench: Bench, name: str, values: FloatArray, totals: FloatArray) -> Fall | None:
    """The deepest fall as one KPI's results become better."""
    way = bench.way(name)
    if not way:
        return None
    values, totals = values[::way], totals[:, ::way]
    best = np.fmax.accumulate(totals, axis=1)
    drop = np.where(np.isnan(totals), 0.0, best - totals)
    drop[~np.isfinite(drop)] = 0.0
    row, after = np.unravel_index(int(np.argmax(drop)), drop.shape)
    if not drop[row, after] > NEAR * (1 + abs(best[row, after])):
        return None
    before = int(np.nanargmax(totals[row, : after + 1]))
    results = float(values[before]), float(values[after])
    both = float(totals[row, before]), float(totals[row, after])
    return Fall(name, bench.targets.get(name, np.nan), results, both)


def doubts(reach: Reach, kpis: Kpis) -> list[str]:
    """Why it is not proved that a post's total is monotone; nothing if it is."""
    outline = reach.card.outline
    told = []
    for i in outline.items:
        verdict: Verdict = reach.profiles[i].monotone
        if not reach.weights[i] > 0:
            continue
        if verdict not in {"yes", "not asked"}:
            told.append(f"{outline.names[i]}: {verdict}")
        elif not is_ours(outline.parts[i], kpis):
            told.append(f"{outline.names[i]}: an attainment or a direction of your own")
    for section in outline.order:
        if reach.weights[section] > 0:
            told += _of_section(section, reach, kpis)
    return told


def is_ours(item: object, kpis: Kpis) -> bool:
    """Whether a better result is known to attain no less."""
    if isinstance(item, Rated):
        return True
    if not isinstance(item, Item):
        return False
    rule = item.attainment
    while isinstance(rule, Rounded):
        rule = rule.of
    return type(rule) in _RULES and type(kpis[item.kpi].better) in {Higher, Lower, OnTarget}


def _of_section(section: int, reach: Reach, kpis: Kpis) -> Iterable[str]:
    of: Section = reach.card.outline.parts[section]
    if not _rises(of.combine):
        yield f"{of.name}: combined by a rule of your own"
    rules: tuple[Any, ...] = (*of.gates, *of.then)
    for n, rule in enumerate(rules, start=-len(of.gates)):
        if type(rule) in {Add, Within}:
            continue
        if type(rule) is Scale:
            if reach.columns.get(rule.column, _POSITIVE).low < 0:
                yield f"{of.name}: {rule.column} is below zero for some"
        elif type(rule) is Multiply:
            factor = reach.values.get(reach.card.outline.find(rule.part.name))
            value = reach.stepped.get((section, n))
            if min(0.0 if each is None else each.low for each in (factor, value)) < 0:
                yield f"{of.name}: what is multiplied may be below zero"
        elif type(rule) not in {Gate, Veto}:
            yield f"{of.name}: {rule!r} is a rule of your own"
        elif biting(rule, section, reach) and not _opens(rule.when, reach, kpis):
            yield f"{of.name}: {rule.when.words()}, which a better result may bring about"


def _rises(combine: Combine) -> bool:
    """Whether more points of a part never make less of the whole."""
    if type(combine) in {Mean, Sum, Weakest, Geometric}:
        return True
    slopes = combine.slopes([np.zeros(1), np.zeros(1)], [1.0, 1.0])
    return slopes is not None and all(bool((slope >= 0).all()) for slope in slopes)


def _opens(trigger: Trigger, reach: Reach, kpis: Kpis) -> bool:
    """Whether a trigger that does not hold does not hold with better results either."""
    return all(_opens_of(each, reach, kpis) for each in leaves(trigger))


def _opens_of(trigger: Trigger, reach: Reach, kpis: Kpis) -> bool:
    """The same of one that is not put together of others."""
    outline = reach.card.outline
    if isinstance(trigger, AttainmentBelow):
        i = outline.find(trigger.item)
        return reach.profiles[i].domain.sense == 1 and is_ours(outline.parts[i], kpis)
    if isinstance(trigger, PointsBelow):
        i = outline.find(trigger.part)
        known = i not in reach.profiles or reach.profiles[i].monotone == "yes"
        return known and (outline.is_section(i) or is_ours(outline.parts[i], kpis))
    if isinstance(trigger, ResultBelow | ResultAtLeast):
        wanted = 1 if isinstance(trigger, ResultBelow) else -1
        return way_of(kpis[trigger.kpi].better) == wanted
    return False
