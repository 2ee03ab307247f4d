"""Paces: how far each unit of a ratio moves from its base, against the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, as_parts, is_a, members, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.directions import ways
from cascade_kpi.kpis.splits.limits import Limit, as_limit
from cascade_kpi.kpis.splits.rates import Banded, Baseline, Pace, Uniform, not_a_pace
from cascade_kpi.org.rollup import fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["Bounded", "Mixed", "Towards", "Uniform", "UpTo"]

_BEST = "best"


def _benchmark(benchmark: Any) -> Any:
    return as_number(benchmark)


@record("cascade_kpi/splits.towards")
@frozen
class Towards:
    """In proportion to how far each unit is behind a benchmark; who is there stays.

    Parameters
    ----------
    benchmark : float, Limit or "best"
        In KPI units: one for all, or one a unit, such as
        ``Times("peer_group")``; or the best base ratio of any unit. Behind is
        what falls short of it by the KPI's direction.

    Examples
    --------
    >>> Towards(95)
    Towards(benchmark=95.0)
    """

    benchmark: float | str | Limit = field(default=_BEST, converter=_benchmark)

    def __attrs_post_init__(self) -> None:
        check(_not_a_benchmark("towards", self.benchmark))

    def __call__(self, baseline: Baseline) -> FloatArray:
        """Points behind the benchmark, (n,).

        Raises
        ------
        InputError
            If the KPI can miss its target both ways, or a unit has no benchmark.
        """
        return np.asarray(baseline.better.shortfall(baseline.rates, self.marks(baseline)))

    def marks(self, baseline: Baseline) -> FloatArray:
        """The benchmark of every unit in KPI units, (n,)."""
        return _marks(self, self.benchmark, baseline)


@record("cascade_kpi/splits.up_to")
@frozen
class UpTo:
    """As ``Towards``, and nobody past the benchmark.

    Parameters
    ----------
    benchmark : float, Limit or "best"
        As for ``Towards``.
    """

    benchmark: float | str | Limit = field(default=_BEST, converter=_benchmark)

    def __attrs_post_init__(self) -> None:
        check(_not_a_benchmark("up to", self.benchmark))

    def __call__(self, baseline: Baseline) -> FloatArray:
        """Points behind the benchmark, (n,)."""
        return np.asarray(baseline.better.shortfall(baseline.rates, self.marks(baseline)))

    def marks(self, baseline: Baseline) -> FloatArray:
        """The benchmark of every unit in KPI units, (n,)."""
        return _marks(self, self.benchmark, baseline)

    def bounds(self, baseline: Baseline) -> tuple[FloatArray, FloatArray]:
        """The benchmarks on the side where it is better, (n,)."""
        marks = np.where(baseline.units, self.marks(baseline), np.nan)
        none = np.full(len(marks), np.nan)
        more_is_worse, _ = ways(baseline.better)
        return (marks, none) if more_is_worse else (none, marks)


def _not_a_benchmark(source: str, benchmark: object) -> list[Fault]:
    if is_a(benchmark, Limit) or benchmark == _BEST:
        return []
    if isinstance(benchmark, float):
        return not_numbers(source, benchmark=benchmark)
    repair = "give a number in KPI units, 'best', or a column as splits.Times(…)"
    return [Fault(source, "not a benchmark", repair, column="benchmark", value=benchmark)]


def _marks(rule: Towards | UpTo, benchmark: float | str | Limit, baseline: Baseline) -> FloatArray:
    """The benchmark of every unit, in KPI units, (n,)."""
    more, less = ways(baseline.better)
    if more == less:
        reason = f"{baseline.better!r} does not say which way is better"
        check([Fault("the pace", reason, "use Uniform(), or a direction that does", value=rule)])
    n, units = len(baseline.org), baseline.units
    if isinstance(benchmark, float):
        return np.full(n, benchmark)
    if isinstance(benchmark, str):
        rates = baseline.rates[units]
        return np.full(n, (rates.min() if more else rates.max()) if rates.size else np.nan)
    marks = benchmark(baseline.org)
    gone = np.flatnonzero(units & np.isnan(marks)).tolist()
    repair = "give every unit that has a volume one"
    check(
        [Fault("the pace", "a unit has no benchmark", repair, value=baseline.org.node(row).id)
         for row in gone]
    )  # fmt: skip
    return marks


@record("cascade_kpi/splits.bounded")
@frozen
class Bounded:
    """By another pace, but no unit moves too far.

    What a bound keeps from a unit is spread over the others of its family.
    Who is beyond `low` or `high` already stays where it is.

    Parameters
    ----------
    pace : Pace
    points : Limit, column name, or number, optional
        The most that a unit moves from its base, either way, in KPI units
        (percentage points for per cent), zero or more.
    low, high : Limit, column name, or number, optional
        The least and the greatest target in KPI units: 0 and 100 for a per cent.

    Examples
    --------
    >>> Bounded(Uniform(), points=3, high=100)
    Bounded(pace=Uniform(), points=Amount(amount=3.0, at=()), low=None, \
high=Amount(amount=100.0, at=()))
    """

    pace: Pace
    points: Limit | None = field(default=None, converter=as_limit, kw_only=True)
    low: Limit | None = field(default=None, converter=as_limit, kw_only=True)
    high: Limit | None = field(default=None, converter=as_limit, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = not_a_pace("bounded", self.pace)
        named = {"points": self.points, "low": self.low, "high": self.high}
        for name, limit in named.items():
            if limit is not None and not is_a(limit, Limit):
                repair = "give a number, a column, splits.Amount(…) or splits.Times(…)"
                faults.append(Fault("bounded", "not a limit", repair, column=name, value=limit))
        if all(limit is None for limit in named.values()):
            repair = "give points, low or high, or use the pace alone"
            faults.append(Fault("bounded", "no bound", repair))
        check(faults)

    def __call__(self, baseline: Baseline) -> FloatArray:
        """The pace's points, (n,)."""
        return self.pace(baseline)

    def bounds(self, baseline: Baseline) -> tuple[FloatArray, FloatArray]:
        """Least and greatest targets in KPI units, (n,), the pace's own among them.

        Raises
        ------
        InputError
            If the points of a node are negative, or its `low` is above its `high`.
        """
        org = baseline.org
        none = np.full(len(org), np.nan)
        low = none if self.low is None else self.low(org)
        high = none if self.high is None else self.high(org)
        check(_faults(org, low > high, "low", "its least target is above its most"))
        if isinstance(self.pace, Banded):
            inner = self.pace.bounds(baseline)
            low, high = np.fmax(low, inner[0]), np.fmin(high, inner[1])
        if self.points is not None:
            rates, points = baseline.rates, self.points(org)
            check(_faults(org, points < 0, "points", "its points are below zero"))
            low, high = np.fmax(low, rates - points), np.fmin(high, rates + points)
        return low, high


def _faults(org: OrgTree, bad: NDArray[np.bool_], column: str, reason: str) -> list[Fault]:
    """A fault for every node with a wrong bound."""
    return [
        Fault("bounded", reason, "correct it", column=column, value=org.node(row).id)
        for row in np.flatnonzero(bad).tolist()
    ]


@record("cascade_kpi/splits.mixed_part")
@frozen
class _Part:
    """One part of a mixture.

    Attributes
    ----------
    weight : float
    pace : Pace
    """

    weight: float = field(converter=as_number)
    pace: Pace


def _parts(parts: Any) -> Any:
    return as_parts(_Part, parts)


@record("cascade_kpi/splits.mixed")
@frozen
class Mixed:
    """Several paces, each with its part of the whole change.

    Each pace is divided by its mean over all units, by volume, so that its
    weight is its part of the change. One that is zero for everybody is left
    out.

    Parameters
    ----------
    parts : iterable of (weight, pace)
        Weights are above zero, and only their proportions matter.

    Examples
    --------
    Half of the change by the same points for all, half by the distance from the best:

    >>> half = Mixed([(0.5, Uniform()), (0.5, Towards("best"))])
    """

    parts: tuple[_Part, ...] = field(converter=_parts)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        repair = "give pairs such as (0.5, splits.Uniform())"
        for i, part in members("mixed", self.parts, _Part, repair, faults):
            faults += not_a_pace("mixed", part.pace, row=i)
            if isinstance(part.pace, Banded):
                reason = "a part of a mixture has bounds"
                mend = "put them around the mixture: Bounded(Mixed(…), …)"
                faults.append(Fault("mixed", reason, mend, row=i, value=part.pace))
            if not isinstance(part.weight, float) or not 0 < part.weight < np.inf:
                reason = "a weight is a finite number above zero"
                faults.append(Fault("mixed", reason, "correct it", row=i, value=part.weight))
        if self.parts == ():
            faults.append(Fault("mixed", "no parts", repair))
        check(faults)

    def __call__(self, baseline: Baseline) -> FloatArray:
        """Points against a mean of about one, (n,)."""
        layout, units = baseline.org.layout, baseline.units
        volumes = np.where(units, baseline.volumes, 0.0)
        largest = max(part.weight for part in self.parts)  # only proportions matter
        total = np.zeros(len(volumes))
        for part in self.parts:
            pace = np.where(units, part.pace(baseline), 0.0)
            weighed = fold_subtrees(layout, np.where(units, volumes * pace, 0.0), np.add)
            mean = _over_roots(layout.roots, weighed) / max(
                _over_roots(layout.roots, baseline.volumes), np.finfo(float).tiny
            )
            if mean > 0:
                total += part.weight / largest * (pace / mean)
        return total


def _over_roots(roots: Any, values: FloatArray) -> float:
    """The sum over the roots, one after another."""
    return float(np.add.accumulate(values[roots])[-1])
