"""What targets are judged by: bases, measures, peers, fences, and what is material."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_number, is_a, not_numbers, not_texts, not_whole
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.judging.groups import Groups
from cascade_kpi.judging.material import Amount, ByKpi, Material, OfTarget, as_material
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.tables.cells import is_blank

__all__ = [
    "Amount",
    "Average",
    "Base",
    "Best",
    "ByKpi",
    "Deviations",
    "Fences",
    "InUnits",
    "Latest",
    "Material",
    "Measure",
    "OfTarget",
    "Peers",
    "Quartiles",
    "Relative",
    "Yardstick",
    "asked",
]

_LARGEST = 1e150  # a stretch beyond it comes of a base that is next to nothing
_NORMAL = 1.4826  # median absolute deviation to standard deviation, of normal numbers
_NORMAL_MEAN = 1.2533  # mean absolute deviation to the same: √(π/2)
_NORMAL_QUARTILES = 1.349  # distance of the quartiles, in standard deviations
_MOST = 10**9


# ------------------------------------------------------------------- against what


@runtime_checkable
class Base(Protocol):
    """What of the past a target is set against."""

    def __call__(self, past: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
        """The base, in KPI units, float64 (m,), NaN where there is none.

        Parameters
        ----------
        past : float64 array (c, m)
            What m nodes have reached in c cycles, the earliest first; NaN is absent.
        target : float64 array (m,)
            Their new targets.
        better : Direction
        """
        ...


@record("cascade_kpi/yardsticks.latest")
@frozen
class Latest:
    """The latest cycle: last year."""

    def __call__(self, past: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
        """The last line of the past."""
        return np.array(past[-1])


@record("cascade_kpi/yardsticks.average")
@frozen
class Average:
    """The mean over the cycles in which there was something."""

    def __call__(self, past: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
        """Means of what is there, added from the earliest on."""
        there = ~np.isnan(past)
        count, total = np.zeros(past.shape[1]), np.zeros(past.shape[1])
        for line, known in zip(past, there, strict=True):
            total = total + np.where(known, line, 0.0)
            count += known
        with np.errstate(invalid="ignore"):
            return np.where(count > 0, total / count, np.nan)


@record("cascade_kpi/yardsticks.best")
@frozen
class Best:
    """The best cycle: has anybody ever done this?"""

    def __call__(self, past: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
        """The best of the past; where both ways miss, what lay nearest to the target."""
        best = np.array(past[0])
        for line in past[1:]:
            if both_ways(better):
                fitter = better.shortfall(line, target) < better.shortfall(best, target)
            else:
                fitter = better.shortfall(best, line) > 0
            best = np.where(fitter | np.isnan(best), line, best)
        return best


def both_ways(better: Direction) -> bool:
    """Whether a KPI can miss its target by too much and by too little."""
    far, zero = np.array([1e300]), np.zeros(1)
    return bool(better.shortfall(far, zero)[0] > 0 and better.shortfall(-far, zero)[0] > 0)


def asked(target: FloatArray, base: FloatArray, better: Direction) -> FloatArray:
    """What a target asks beyond a base, in KPI units; more is harder.

    Examples
    --------
    >>> import numpy as np
    >>> from cascade_kpi.kpis.directions import Lower
    >>> asked(np.array([1.8]), np.array([2.0]), Lower())
    array([0.2])
    """
    more = better.shortfall(base, target)
    return more if both_ways(better) else more - better.shortfall(target, base)


# ------------------------------------------------------------------- how far


@runtime_checkable
class Measure(Protocol):
    """How what is asked of a node becomes a stretch that can be compared."""

    def __call__(self, more: FloatArray, base: FloatArray) -> FloatArray:
        """Stretches, float64 (m,), NaN where there is none; elementwise."""
        ...

    def unit(self, kpi: Kpi) -> str:
        """The unit of a stretch; empty for pure numbers."""
        ...


@record("cascade_kpi/yardsticks.relative")
@frozen
class Relative:
    """What is asked over the base: 0.08 for 8 % more."""

    def __call__(self, more: FloatArray, base: FloatArray) -> FloatArray:
        """``more / |base|``; absent after a base of zero, or next to it."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            stretch = more / np.abs(base)
        return np.where(np.abs(stretch) <= _LARGEST, stretch, np.nan)

    def unit(self, kpi: Kpi) -> str:
        """None: it is a pure number."""
        return ""


@record("cascade_kpi/yardsticks.in_units")
@frozen
class InUnits:
    """What is asked, in the KPI's unit: 0.3 percentage points."""

    def __call__(self, more: FloatArray, base: FloatArray) -> FloatArray:
        """What is asked, as it is."""
        return np.array(more)

    def unit(self, kpi: Kpi) -> str:
        """The unit of differences of the KPI."""
        return kpi.gap_unit


# ------------------------------------------------------------------- beside whom


@record("cascade_kpi/yardsticks.peers")
@frozen
class Peers:
    """Who is compared with whom.

    Parameters
    ----------
    by : str
        ``"kind"``, or a column of the tree: nodes with the same value are peers,
        a node that is blank there has none.
    smallest : int
        A group with fewer stretches is too small to tell, 2 or more.
    """

    by: str = "kind"
    smallest: int = 5

    def __attrs_post_init__(self) -> None:
        check(not_texts("peers", by=self.by) + not_whole("peers", 2, _MOST, smallest=self.smallest))

    def groups(self, org: OrgTree) -> tuple[tuple[str, ...], IntArray]:
        """The groups, in order of first appearance, and every node's, −1 for none, int64 (n,).

        Raises
        ------
        InputError
            If there is no such column; if nobody has anything in it; if 1 and
            ``"1"`` would be one group.
        """
        if self.by != "kind" and self.by not in org.columns:
            repair = suggest(self.by, ["kind", *org.columns])
            check([Fault("peers", "no such column", repair, column="by", value=self.by)])
        cells, at = org.kind_names, org.kind_codes
        if self.by != "kind":
            cells, at = org.groups(self.by).cells, org.groups(self.by).cell_codes
        code: dict[str, int] = {}
        number = np.full(len(cells), -1)
        faults = []
        named: dict[str, type] = {}
        for i, cell in enumerate(cells):
            if is_blank(cell):
                continue
            name = str(cell)
            number[i] = code.setdefault(name, len(code))
            if named.setdefault(name, type(cell)) is not type(cell):
                reason = f"other nodes have the same {self.by} as another type"
                repair = "write it alike everywhere"
                faults.append(Fault("peers", reason, repair, column=self.by, value=cell))
        found = number[at]
        if not code:
            repair = "name a column that says who does the same work"
            faults.append(Fault("peers", f"no node has a {self.by}", repair, column="by"))
        check(faults)
        return tuple(code), found


@runtime_checkable
class Fences(Protocol):
    """How far from its peers a stretch may lie."""

    def __call__(self, groups: Groups) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower fence, upper fence, and spread of each group, float64 (g,) each.

        All in the unit of the values, the spread zero or more.
        """
        ...


def _positive(source: str, times: Any) -> list[Fault]:
    faults = not_numbers(source, times=times)
    if not faults and times <= 0:
        reason, repair = "not above zero", "give how many spreads are still usual"
        faults.append(Fault(source, reason, repair, column="times", value=times))
    return faults


@record("cascade_kpi/yardsticks.deviations")
@frozen
class Deviations:
    """So many spreads on either side of the median.

    A spread is 1.4826 times the median absolute deviation, which is the
    standard deviation of normal numbers; where that is zero, 1.2533 times the
    mean absolute deviation. B. Iglewicz and D. Hoaglin, *How to detect and
    handle outliers* (1993), who name 3.5.

    Parameters
    ----------
    times : float
        Above zero.
    """

    times: float = field(default=3.5, converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_positive("deviations", self.times))

    def __call__(self, groups: Groups) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Fences and spread of each group."""
        apart = groups.apart()
        spread = _NORMAL * apart.medians
        spread = np.where(spread > 0, spread, _NORMAL_MEAN * (apart.sums() / groups.counts))
        reach = self.times * spread
        return groups.medians - reach, groups.medians + reach, spread


@record("cascade_kpi/yardsticks.quartiles")
@frozen
class Quartiles:
    """So many times the distance of the quartiles beyond them.

    The fences of J. W. Tukey, *Exploratory data analysis* (1977).

    Parameters
    ----------
    times : float
        Above zero.
    """

    times: float = field(default=1.5, converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_positive("quartiles", self.times))

    def __call__(self, groups: Groups) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Fences and spread of each group."""
        low, high = groups.quantile(0.25), groups.quantile(0.75)
        wide = high - low
        return low - self.times * wide, high + self.times * wide, wide / _NORMAL_QUARTILES


# ------------------------------------------------------------------- all together


def _peers(peers: Any) -> Any:
    return Peers(peers) if isinstance(peers, str) and peers.strip() else peers


def _measures(measures: Any) -> Any:
    if measures is None:
        return MappingProxyType({})
    return MappingProxyType(dict(measures)) if isinstance(measures, Mapping) else measures


@record("cascade_kpi/yardsticks.yardstick")
@frozen(hash=False)
class Yardstick:
    """All that targets are judged by.

    Parameters
    ----------
    peers : Peers or str
    base : Base
    fences : Fences
    measures : mapping of KPI name to Measure
        For the KPIs that are not measured as usual: what adds up `Relative`, all else
        `InUnits`.
    capacity : str, optional
        A column of the tree, summed over leaves, beside whose shares those of
        targets are set; the base by default.
    material : Material, optional
        By how much a target must differ from its peers to be an outlier: ``OfTarget(0.05)``
        by default. A mapping of KPI names becomes `ByKpi`.
    """

    peers: Peers = field(factory=Peers, converter=_peers)
    base: Base = field(factory=Latest)
    fences: Fences = field(factory=Deviations)
    measures: Mapping[str, Measure] = field(default=None, converter=_measures)
    capacity: str | None = None
    material: Material = field(default=None, converter=as_material)
    usual: ClassVar[tuple[Measure, Measure]] = (Relative(), InUnits())

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        for name, kind, repair in (
            ("peers", Peers, "name a column, or make them with yardsticks.Peers(…)"),
            ("base", Base, "use yardsticks.Latest(), Average() or Best()"),
            ("fences", Fences, "use yardsticks.Deviations(3.5) or Quartiles(1.5)"),
            ("material", Material, "use yardsticks.OfTarget(0.05) or Amount(…)"),
        ):
            value = getattr(self, name)
            if not is_a(value, kind):
                faults.append(Fault("yardstick", f"no {name}", repair, column=name, value=value))
        repair = "give {KPI name: yardsticks.Relative() or InUnits()}"
        if not isinstance(self.measures, Mapping):
            reason = "not a mapping"
            faults.append(Fault("yardstick", reason, repair, column="measures"))
        else:
            faults += [
                Fault("yardstick", "no measure", repair, column=f"measures of {name}", value=rule)
                for name, rule in self.measures.items()
                if not isinstance(name, str) or not is_a(rule, Measure)
            ]
        if self.capacity is not None:
            faults += not_texts("yardstick", capacity=self.capacity)
        check(faults)

    def measure(self, kpi: Kpi) -> Measure:
        """How a KPI's stretch is measured."""
        relative, in_units = self.usual
        usual = relative if kpi.aggregate.makeup is Makeup.SUM else in_units
        return self.measures.get(kpi.name, usual)

    def __hash__(self) -> int:
        return hash((self.peers, self.base, self.fences, self.capacity, self.material))
