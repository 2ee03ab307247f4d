"""What a calibration is made by, and what its quotas ask of each pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import is_a, not_texts
from cascade_kpi._text import count
from cascade_kpi.calibrating.least import bounds_of_order, feasible
from cascade_kpi.calibrating.pools import Pooled, Pools
from cascade_kpi.calibrating.quotas import Quota, Quotas
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record

__all__ = ["OTHERWISE", "Asked", "Scheme"]

OTHERWISE = "*"
"""The grade of all pools whose own grade has no quotas."""

_SETS = 4096  # sets of quotas tried at once


def _by_grade(quotas: Any) -> Any:
    if isinstance(quotas, Mapping):
        return MappingProxyType(dict(quotas))
    return MappingProxyType({OTHERWISE: quotas})


@record("cascade_kpi/calibrating.scheme")
@frozen(hash=False)
class Scheme:
    """What a calibration is made by.

    Attributes
    ----------
    quotas : mapping
        Quotas by the grade of the pool's own unit; ``"*"`` for all others.
    pools : Pools
    ties : str or None
        The column that is looked at where totals are the same, highest first.
    """

    quotas: Mapping[str, Quotas] = field(converter=_by_grade)
    pools: Pools = field(factory=Pools)
    ties: str | None = None

    def __attrs_post_init__(self) -> None:
        made = "make them with Quotas([…])"
        faults = [
            Fault("quotas", f"not Quotas, but {type(each).__name__}", made, value=each)
            for each in self.quotas.values()
            if not is_a(each, Quotas)
        ]
        if not self.quotas:
            faults.append(Fault("quotas", "no quotas", made))
        if not is_a(self.pools, Pools):
            faults.append(Fault("pools", "not Pools", "make them with Pools(…)", value=self.pools))
        faults += [] if self.ties is None else not_texts("calibrate", ties=self.ties)
        check(faults)

    def __hash__(self) -> int:
        return hash((tuple(self.quotas.items()), self.pools, self.ties))

    def unfit(self, labels: tuple[str, ...]) -> list[Fault]:
        """The faults of quotas that do not fit the grades of the scores."""
        if not labels:
            return [Fault("scores", "no grades", "give the scorecard grades=Grades(…)")]
        faults = [
            Fault("quotas", "no such grade of a pool", suggest(grade, labels), value=grade)
            for grade in self.quotas
            if grade != OTHERWISE and grade not in labels
        ]
        return faults + [fault for each in self.quotas.values() for fault in each.unfit(labels)]


@frozen(eq=False)
class Asked:
    """What the quotas ask of each pool.

    Attributes
    ----------
    labels : tuple of str
        Grades, best first.
    quotas : tuple of Quotas
    which : int64 array (m,)
        Those of each pool.
    sizes : int64 array (m,)
    """

    labels: tuple[str, ...]
    quotas: tuple[Quotas, ...]
    which: IntArray
    sizes: IntArray

    @classmethod
    def of(cls, scheme: Scheme, pooled: Pooled, labels: tuple[str, ...], own: IntArray) -> Asked:
        """The quotas of each pool, by its unit's grade (m,), −1 for none.

        Raises
        ------
        InputError
            Listing pools that no quotas are for, and pools that cannot meet theirs
            with the fewest quotas that conflict.
        """
        keys = list(scheme.quotas)
        otherwise = keys.index(OTHERWISE) if OTHERWISE in keys else -1
        of_grade = [keys.index(g) if g in keys else otherwise for g in labels]
        which = np.array([*of_grade, otherwise])[own]  # −1 is the last
        check(
            [
                Fault(
                    "quotas",
                    "no quotas for a pool of this grade",
                    f"give quotas for {OTHERWISE!r}",
                    column=pooled.names[i],
                    value=labels[own[i]] if own[i] >= 0 else None,
                )
                for i in np.flatnonzero(which < 0).tolist()
            ]
        )
        return cls(labels, tuple(scheme.quotas.values()), which, pooled.sizes)

    def each(self) -> Iterator[tuple[Quota, slice, IntArray, Any]]:
        """Every rule: the grades it is of, the pools, and its bounds on them (2, pools)."""
        for k, quotas in enumerate(self.quotas):
            some = np.flatnonzero(self.which == k)
            sizes, back = np.unique(self.sizes[some], return_inverse=True)
            for rule in quotas.rules if len(some) else ():
                for bound in rule.bounds(sizes):
                    places = [self.labels.index(grade) for grade in bound.grades]
                    span = slice(min(places), max(places) + 1)
                    yield rule, span, some, np.stack([bound.low, bound.high])[:, back]

    def bounds(self) -> IntArray:
        """Of cumulative counts: x[v] ≤ x[u] + bounds[u, v], x[g] counting the first g grades."""
        bounds = bounds_of_order(self.sizes, len(self.labels))
        for _, span, pools, (low, high) in self.each():
            begin, end = span.start, span.stop
            bounds[begin, end, pools] = np.minimum(bounds[begin, end, pools], high)
            bounds[end, begin, pools] = np.minimum(bounds[end, begin, pools], -low)
        return bounds

    def of_pool(self, pool: int) -> Asked:
        """What they ask of one."""
        return evolve(self, which=self.which[[pool]], sizes=self.sizes[[pool]])

    def conflicts(self, pools: IntArray, names: list[str]) -> list[Fault]:
        """The faults of pools that cannot meet their quotas, with the fewest that conflict."""
        known: dict[tuple[int, int], str] = {}
        faults = []
        for i, name in zip(pools.tolist(), names, strict=True):
            case = int(self.which[i]), int(self.sizes[i])
            if case not in known:
                known[case] = self._fewest(i)
            reason = f"{count(int(self.sizes[i]), 'person', 'people')} cannot meet {known[case]}"
            repair = "relax one of these, or pool small groups by least=…"
            faults.append(Fault("quotas", reason, repair, column="pool", value=name))
        return faults

    def _fewest(self, pool: int) -> str:
        """The fewest quotas that a pool cannot meet together, told with their numbers."""
        rules = self.quotas[self.which[pool]].rules
        alone = [np.array(each) for each in self._alone(pool)]
        for size in range(1, len(rules) + 1):
            sets = combinations(range(len(rules)), size)
            while some := [which for which, _ in zip(sets, range(_SETS), strict=False)]:
                tried = [np.minimum.reduce([alone[k] for k in which]) for which in some]
                met = feasible(np.stack(tried, axis=-1))
                if not met.all():
                    return self._told(pool, some[int(np.argmin(met))])
        raise AssertionError("all quotas together are not feasible")

    def _alone(self, pool: int) -> Iterator[IntArray]:
        for rule in self.quotas[self.which[pool]].rules:
            one = Asked(self.labels, (Quotas([rule]),), np.zeros(1, np.int64), self.sizes[[pool]])
            yield one.bounds()[..., 0]

    def _told(self, pool: int, which: tuple[int, ...]) -> str:
        rules = self.quotas[self.which[pool]].rules
        size = self.sizes[[pool]]
        return " and ".join(f"“{rules[k].words()}” ({_numbers(rules[k], size)})" for k in which)


def _numbers(rule: Quota, size: IntArray) -> str:
    parts = []
    for bound in rule.bounds(size):
        low, high, n = int(bound.low[0]), int(bound.high[0]), int(size[0])
        if low == high:
            parts.append(f"{low:,}")
        else:
            parts.append(
                f"{low:,} or more" if high == n else f"{high:,} or fewer" if low == 0
                else f"from {low:,} to {high:,}"
            )  # fmt: skip
    return ", ".join(parts)
