"""Why a target is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.explaining.division import (
    Divided,
    Least,
    Most,
    Role,
    Stretched,
    Towards,
)
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import (
    AmountAsLots,
    Combined,
    Factored,
    LotsAsAmount,
)
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits import ProRata
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.amounts import Lots
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.origins import Assigned, Cascaded
from cascade_kpi.targets.targets import Targets, rolls_up

__all__ = ["TargetExplainer"]

_LONGEST = 60  # characters of a rule in a clause

Many = tuple[Explanation, ...]
Expand = Callable[[], Many]


@frozen(eq=False)
class TargetExplainer:
    """Explains the targets of one KPI in one period."""

    targets: Targets
    k: int
    p: int

    @property
    def kpi(self) -> Kpi:
        """The KPI."""
        return self.targets.kpis.items[self.k]

    @property
    def period(self) -> str:
        """The period's label."""
        return self.targets.periods.labels[self.p]

    @property
    def _split(self) -> str:
        """The split as one reads it in a line: its parts, if they are many, are named elsewhere."""
        told = repr(self.kpi.split)
        return told if len(told) <= _LONGEST else f"{type(self.kpi.split).__name__}(…)"

    @cached_property
    def _reach(self) -> Reach:
        return self.kpi.reach(self.targets.org)

    @cached_property
    def _asked(self) -> Asked:
        return Asked.of(self.kpi, self._reach.tree)

    @cached_property
    def _shares(self) -> FloatArray:
        return self._reach.spread(self._asked.shares, np.nan)

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        origin: Any = self.targets.origin
        value = float(self.targets.values[self.k][self.p, row])
        name = self._name("target", row)
        if isinstance(origin, Assigned):
            return self._assigned(origin, row, value)
        if np.isnan(value):
            return Explanation(name, value, self.kpi.unit, self.period, None, "no goal reaches it")
        column = self.targets.columns[self.k]
        if isinstance(column, Lots):
            counts = column.counts[self.p]
            operation = LotsAsAmount(self.kpi.counted_in)
            made = self._made(name, value, operation, lambda: (self._lots(origin, counts, row),))
            return self._known("target", row, made)
        if origin.fixed[self.k][self.p, row]:
            return self._stated(origin, row, name)
        parent = int(self.targets.org.parent[row])
        made = self._made(
            name,
            value,
            Factored(self._split),
            lambda: (self.explain(parent), self._factor(row)),
        )
        return self._known("target", row, made)

    def _name(self, what: str, row: int) -> str:
        return f"{what} of {self.kpi.name}, {self.targets.org.labels[row]}, {self.period}"

    def _made(
        self, name: str, value: float, operation: Operation, expand: Expand, unit: str | None = None
    ) -> Explanation:
        unit = self.kpi.unit if unit is None else unit
        return Explanation(name, value, unit, self.period, operation, "", expand)

    def _known(self, what: str, row: int, made: Explanation) -> Explanation:
        """A quantity that may be met again and again below one other, as a parent's lots are.

        By row and not by name: labels of nodes may be the same.
        """
        return evolve(made, key=(what, id(self.targets), self.k, self.p, row))

    def _stated(self, origin: Cascaded, row: int, name: str) -> Explanation:
        """A goal as it stands in the goals table."""
        entry = origin.goals.row_of(row, self.k, self.p)
        amount = float(
            origin.goals.dense("value", self.k, len(self.targets.periods), self._n)[self.p, row]
        )
        return Explanation(
            name, amount, self.kpi.unit, self.period, None, f"goals row {entry}, value"
        )

    @property
    def _n(self) -> int:
        return len(self.targets.org)

    def _lots(self, origin: Cascaded, lots: IntArray, row: int) -> Explanation:
        """The lots of a node: stated, or following from children, or handed down."""
        name, value = self._name("lots", row), float(lots[row])
        children = self._reach.children(row)
        if origin.goals.row_of(row, self.k, self.p) is not None:
            stated = self._stated(origin, row, self._name("goal", row))
            return self._made(
                name, value, AmountAsLots(self.kpi.counted_in), lambda: (stated,), "lots"
            )
        if origin.fixed[self.k][self.p, row]:
            operation = Combined(add_present, "sum over its children, all stated")
            made = self._made(
                name,
                value,
                operation,
                lambda: tuple(self._lots(origin, lots, c) for c in children),
                "lots",
            )
            return self._known("lots", row, made)
        return self._divided(origin, lots, row)

    def _divided(self, origin: Cascaded, lots: IntArray, row: int) -> Explanation:
        """The lots of a node, divided among it and its siblings."""
        parent = int(self.targets.org.parent[row])
        siblings = self._reach.children(parent)
        roles = tuple(self._role(origin, sibling) for sibling in siblings)
        rule = Divided(siblings.index(row), roles, self.kpi.method, self._split)

        def expand() -> Many:
            parts = [self._family_lots(origin, lots, parent)]
            for sibling, role in zip(siblings, roles, strict=True):
                if role is Role.KEPT:
                    parts.append(self._lots(origin, lots, sibling))
                    continue
                parts.append(self._claim(sibling))
                if role in {Role.FROM, Role.WITHIN}:
                    parts.append(self._bound(origin, sibling, Least))
                if role in {Role.UP_TO, Role.WITHIN}:
                    parts.append(self._bound(origin, sibling, Most))
            return tuple(parts)

        made = self._made(self._name("lots", row), float(lots[row]), rule, expand, "lots")
        return self._known("lots", row, made)

    def _role(self, origin: Cascaded, row: int) -> Role:
        bounds = origin.bounds[self.k]
        if origin.fixed[self.k][self.p, row]:
            return Role.KEPT
        if bounds is None:
            return Role.FREE
        floor, cap = bounds.low[self.p, row] > 0, np.isfinite(bounds.high[self.p, row])
        if floor:
            return Role.WITHIN if cap else Role.FROM
        return Role.UP_TO if cap else Role.FREE

    def _family_lots(self, origin: Cascaded, lots: IntArray, parent: int) -> Explanation:
        """What a node's children divide: its lots, with the margin if there is one."""
        own, margin = self._lots(origin, lots, parent), self._margin(parent)
        if not margin:
            return own
        rule = Stretched(margin)
        name = self._name("lots for the children", parent)
        return self._made(name, rule(own.value), rule, lambda: (own,), "lots")

    def _margin(self, row: int) -> int:
        return int(self._reach.spread(self._asked.margin, 0)[row])

    def _bound(self, origin: Cascaded, row: int, which: type[Least | Most]) -> Explanation:
        """The least or the most of a node, counted away from zero."""
        bounds = origin.bounds[self.k]
        assert bounds is not None  # noqa: S101 - a role with bounds was found in them
        array = bounds.low if which is Least else bounds.high
        value = float(array[self.p, row])
        name = self._name("least" if which is Least else "most", row)
        if origin.fixed[self.k][self.p, row]:
            rule = Towards(self._direction(int(self.targets.org.parent[row])))
            kept = self._lots(origin, self._counts, row)
            return self._made(name, rule(kept.value), rule, lambda: (kept,), "lots")

        def expand() -> Many:
            below = self._reach.children(row)
            return (
                self._own_bound(row, which),
                *(self._bound(origin, child, which) for child in below),
            )

        made = self._made(name, value, which(self._margin(row)), expand, "lots")
        return self._known(which.__name__, row, made)

    def _own_bound(self, row: int, which: type[Least | Most]) -> Explanation:
        """What the split itself says of a node, counted away from zero; NaN for nothing."""
        ahead = self._direction(row)
        floors = (which is Least) == (ahead > 0)
        asked = self._asked.low if floors else self._asked.high
        value = ahead * float(self._reach.spread(asked, np.nan)[row])
        name = self._name("own floor" if which is Least else "own cap", row)
        value = value if np.isfinite(value) else np.nan
        source = f"{self._limit(floors)}on units row {int(self.targets.org.source_row[row])}"
        return Explanation(name, value, "lots", self.period, None, source)

    def _limit(self, floors: bool) -> str:  # noqa: FBT001 - which of the two
        """The floors or caps that the split was made with, in the order of its wrappings."""
        told: list[str] = []
        split: Any = self.kpi.split
        while split is not None:
            limit = getattr(split, "floor" if floors else "cap", None)
            told += [] if limit is None else [f"{limit!r} "]
            split = getattr(split, "split", None)
        return " and ".join(told)

    @property
    def _counts(self) -> IntArray:
        column = self.targets.columns[self.k]
        assert isinstance(column, Lots)  # noqa: S101 - only lots are divided
        return np.asarray(column.counts[self.p])

    def _direction(self, row: int) -> int:
        """−1 at and below a negative goal, else 1."""
        origin, counts = self.targets.origin, self._counts
        assert isinstance(origin, Cascaded)  # noqa: S101 - only these have bounds
        while row >= 0:
            if origin.fixed[self.k][self.p, row] and counts[row]:
                return -1 if counts[row] < 0 else 1
            row = int(self.targets.org.parent[row])
        return 1

    def _claim(self, row: int) -> Explanation:
        """A node's claim: down to the cells of the driver, or the rule itself."""
        org, split = self.targets.org, self.kpi.split
        name, value = f"claim of {org.labels[row]}", float(self._shares[row])
        if isinstance(split, ProRata):
            children = self._reach.children(row)
            if not children:
                source = f"units row {int(org.source_row[row])}, {split.driver}"
                return Explanation(name, value, split.driver, self.period, None, source)
            operation = Combined(add_present, f"sum of {split.driver} over its children")
            made = self._made(
                name, value, operation, lambda: tuple(map(self._claim, children)), split.driver
            )
            return self._known("claim", row, made)
        return Explanation(name, value, "claim", self.period, None, self._by_rule(row))

    def _factor(self, row: int) -> Explanation:
        name = f"factor of {self.targets.org.labels[row]}"
        value = float(self._shares[row])
        return Explanation(name, value, "", self.period, None, self._by_rule(row))

    def _by_rule(self, row: int) -> str:
        return f"{self._split} on units row {int(self.targets.org.source_row[row])}"

    def _assigned(self, origin: Assigned, row: int, value: float) -> Explanation:
        """A target that was given, with those below it."""
        children = self._reach.children(row)
        if origin.given is None or not rolls_up(self.kpi) or not children:
            return self._given(origin, row, value, "target")

        def expand() -> Many:
            below = tuple(map(self.explain, children))
            own = float(origin.own[self.k][self.p, row])
            return (*below, self._given(origin, row, own, "own target"))

        operation = Combined(self.kpi.aggregate.combine, "its children's, and its own")
        return self._made(self._name("target", row), value, operation, expand)

    def _given(self, origin: Assigned, row: int, value: float, what: str) -> Explanation:
        if origin.given is None:
            source = f"array, row {row} of the tree"
        else:
            entry = origin.given.row_of(row, self.k, self.p)
            source = "none was given" if entry is None else f"targets row {entry}, value"
        return Explanation(self._name(what, row), value, self.kpi.unit, self.period, None, source)
