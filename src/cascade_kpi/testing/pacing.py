"""The laws of paces, by which the change of a ratio is divided, and of its splits."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, IntArray, equal
from cascade_kpi.errors import InputError
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits import Banded, Baseline, Pace, Rated, Rates
from cascade_kpi.kpis.splits.rates import Paced
from cascade_kpi.org.rollup import fold_children, sweep_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.cascade import cascade
from cascade_kpi.targets.ratios import Ratios
from cascade_kpi.testing.dividing import shuffled
from cascade_kpi.testing.laws import NEAR, law, laws

__all__ = ["check_pace", "check_rated"]


@laws
def check_pace(pace: Pace, org: OrgTree, kpi: Kpi, *, goal: float | None = None) -> FloatArray:
    """A pace moves units by zero or more, whatever the order of rows, and meets a goal.

    Parameters
    ----------
    pace : Pace
    org : OrgTree
        A tree with the columns that it needs and one root.
    kpi : Kpi
        A ratio with a split ``Rates``, whose volumes and base are used.
    goal : float, optional
        A goal for the root, in KPI units, that can be met; none is tried
        unless it is given.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = OrgTree.from_table(
    ...     {"id": ["hq", "a"], "parent": ["", "hq"], "v": [None, 9], "r": [None, 2.5]}
    ... )
    >>> kpi = Kpi("k", "days", aggregate=ck.aggregates.Ratio(365), split=Rates("v", "r"))
    >>> check_pace(ck.splits.Uniform(), org, kpi, goal=3)
    """
    plain: Any = kpi.split
    law(isinstance(plain, Rates), f"the KPI has {plain!r} where Rates is wanted")
    rule = attrs.evolve(kpi, split=attrs.evolve(plain, pace=Pinned()))
    line = rule.split.paced(org, kpi.aggregate, kpi.better).baseline  # type: ignore[union-attr]  # it has been looked at
    answer: FloatArray = ask("it", pace, line, shape=(len(org),))
    odd = np.flatnonzero(line.units & ~(np.isfinite(answer) & (answer >= 0)))[:1].tolist()
    told = f"it answers {answer[odd]} at {org.ids[odd]}, and a pace is finite, zero or more"
    law(not odd, told)
    law(equal(pace(line), answer), "it answers another time with other bits")
    mixed = rule.split.paced(shuffled(org), kpi.aggregate, kpi.better)  # type: ignore[union-attr]  # it has been looked at
    other = np.asarray(pace(mixed.baseline))
    some = np.flatnonzero(line.units & (other != answer))[:1].tolist()
    told = f"it answers {answer[some]} at {org.ids[some]}, and {other[some]} from the rows shuffled"
    law(not some, f"{told}: it depends on the order of the rows")
    if isinstance(pace, Banded):
        _check_bounds(pace, line, mixed.baseline)
    if goal is not None:
        _check_goal(attrs.evolve(kpi, split=attrs.evolve(plain, pace=pace)), org, goal)
    return np.where(line.units, answer, 0.0)


@attrs.frozen
class Pinned:
    """Nobody moves: a baseline is made without asking the pace that is checked."""

    def __call__(self, baseline: Baseline) -> FloatArray:
        """Zeros, (n,)."""
        return np.zeros(len(baseline.org))


def _check_bounds(pace: Banded, line: Baseline, mixed: Baseline) -> None:
    answer = pace.bounds(line)
    law(isinstance(answer, tuple) and len(answer) == 2, "its bounds are no pair of arrays")
    for name, bound in zip(("least", "most"), answer, strict=True):
        sound = isinstance(bound, np.ndarray) and bound.dtype == np.float64
        law(sound and bound.shape == (len(line.org),), f"its {name} are {bound!r:.60}")
        law(not np.isinf(bound).any(), f"its {name} are infinite, where NaN says there is none")
    law(not (answer[0] > answer[1]).any(), "its least is above its most")
    law(equal(pace.bounds(mixed), answer), "its bounds depend on the order of the rows")


def _check_goal(kpi: Kpi, org: OrgTree, goal: float) -> None:
    try:
        column = cascade(org, [kpi], {kpi.name: goal}, periods="p").columns[0]
    except InputError as error:
        law(False, f"the goal cannot be met: {error.faults[0]}")  # noqa: FBT003 - the law is broken here
    assert isinstance(column, Ratios)  # noqa: S101 - Rates makes nothing else
    there = ~np.isnan(column.values[0])
    counts: IntArray = np.where(there, column.counts[0], 0)
    sums = fold_children(org.layout, counts.astype(np.float64), np.add)
    inner = ~org.is_leaf & there
    law(equal(sums[inner], counts[inner].astype(np.float64)), "units miss their parent's goal")


@laws
def check_rated(
    split: Rated, org: OrgTree, kpi: Kpi, *, goal: float | None = None
) -> tuple[FloatArray, ...]:
    """A ratio's split says of a tree what adds up, whatever the order of rows, and meets a goal.

    Parameters
    ----------
    split : Rated
    org : OrgTree
        A tree with the columns that it needs and one root.
    kpi : Kpi
        A ratio, whose aggregate and direction are used.
    goal : float, optional
        A goal for the root, in KPI units, that can be met; none is tried
        unless it is given.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = OrgTree.from_table(
    ...     {"id": ["hq", "a"], "parent": ["", "hq"], "v": [None, 9], "r": [None, 2.5]}
    ... )
    >>> kpi = Kpi("k", "days", aggregate=ck.aggregates.Ratio(365))
    >>> check_rated(Rates("v", "r"), org, kpi, goal=3)
    """
    said = _said(split, org, kpi)
    names = ("volumes", "base ratios", "pace", "least", "most")
    for name, column in zip(names, said, strict=True):
        _check_column(f"its {name}", column, org)
    _check_baseline(org, *said[:2])
    _check_points(org, *said)
    law(equal(_said(split, org, kpi), said), "it answers another time with other bits")
    law(equal(_said(split, shuffled(org), kpi), said), "it depends on the order of the rows")
    if goal is not None:
        _check_goal(attrs.evolve(kpi, split=split), org, goal)
    return said


def _said(split: Rated, org: OrgTree, kpi: Kpi) -> tuple[FloatArray, ...]:
    """Volumes, base ratios, pace, least and most."""
    paced = split.paced(org, kpi.aggregate, kpi.better)
    law(isinstance(paced, Paced), f"it answers {paced!r:.60}, and a Paced is wanted")
    line = paced.baseline
    law(isinstance(line, Baseline), f"its baseline is {line!r:.60}")
    law(line.org is org or line.org == org, "its baseline is of another tree")
    law(line.better == kpi.better, f"its baseline says {line.better!r}, the KPI {kpi.better!r}")
    return line.volumes, line.rates, paced.pace, paced.low, paced.high


def _check_column(what: str, column: Any, org: OrgTree) -> None:
    sound = isinstance(column, np.ndarray) and column.dtype == np.float64
    told = f"{what} are {column!r:.60}, not float64 of shape ({len(org)},)"
    law(sound and column.shape == (len(org),), told)
    law(not np.isinf(column).any(), f"{what} are infinite somewhere")


def _check_baseline(org: OrgTree, volumes: FloatArray, rates: FloatArray) -> None:
    law(volumes >= 0, "a volume is zero or more, and NaN nowhere")
    leaf, there = org.is_leaf, volumes > 0
    law(~np.isnan(rates[there]), "what has a volume has a base ratio")
    law(np.isnan(rates[~there]), "what has no volume has no base ratio, NaN")
    total = sweep_subtrees(org.layout, np.where(leaf, volumes, 0.0), np.add)
    law(np.abs(volumes - total) <= NEAR * total, "inner volumes are not the sums of the leaves'")
    each = np.where(leaf & there, rates * volumes, 0.0)
    tops = sweep_subtrees(org.layout, each, np.add)
    size = sweep_subtrees(org.layout, np.abs(each), np.add)
    off = np.abs(np.where(there, rates * volumes, 0.0) - tops) > NEAR * size
    told = f"the base ratio of {org.ids[np.flatnonzero(off)[:1]]} is not that of its leaves"
    law(not off.any(), told)


def _check_points(org: OrgTree, volumes: FloatArray, *rest: FloatArray) -> None:
    _, pace, low, high = rest
    units = org.is_leaf & (volumes > 0)
    law(pace[units] >= 0, "a pace is zero or more")
    law(pace[~units] == 0, "who has no volume, or is no leaf, has a pace of zero")
    law(not (low > high).any(), "its least is above its most")
