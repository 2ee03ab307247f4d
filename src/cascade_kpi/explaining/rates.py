"""Why a target of a ratio is what it is: its change, its volume, its base."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.explaining.division import Least, Most
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import Combined, ProductOf, Shortfall
from cascade_kpi.explaining.ratios import (
    Asks,
    BaseNumerator,
    End,
    OfReport,
    Quotient,
    RoomTo,
    Settled,
)
from cascade_kpi.explaining.targets import Many, TargetExplainer
from cascade_kpi.kpis.splits import Bounded, Rated, Rates, Towards, UpTo
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.goal import Numerators
from cascade_kpi.targets.origins import Cascaded
from cascade_kpi.targets.rated import Rating
from cascade_kpi.targets.ratios import Ratios

__all__ = ["RateExplainer"]


@frozen(eq=False)
class RateExplainer(TargetExplainer):
    """Explains the targets of one ratio in one period."""

    @property
    def _column(self) -> Ratios:
        column = self.targets.columns[self.k]
        assert isinstance(column, Ratios)  # noqa: S101 - it was chosen for them
        return column

    @cached_property
    def _rating(self) -> Rating:
        kpi = self.kpi
        assert isinstance(kpi.split, Rated)  # noqa: S101 - nothing else makes ratios
        paced = kpi.split.paced(self._reach.tree, kpi.aggregate, kpi.better)
        return Rating.of(paced, self._column.counted)

    @cached_property
    def _asked(self) -> Asked:
        return self._rating.asked

    @cached_property
    def _counts(self) -> IntArray:
        """Changes in units, zero where there is no target."""
        counts = self._column.counts[self.p]
        return np.where(counts == NO_LOTS, 0, counts - self._base_counts)

    @cached_property
    def _base_counts(self) -> IntArray:
        return np.asarray(self._reach.spread(self._rating.base, 0))

    @cached_property
    def _volumes(self) -> FloatArray:
        return self._column.volumes

    def _of_tree(self, values: FloatArray, row: int) -> float:
        return float(self._reach.spread(np.asarray(values), np.nan)[row])

    def _rate_at(self, row: int) -> float:
        return self._of_tree(self._rating.paced.baseline.rates, row)

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        origin: Any = self.targets.origin
        value, name = float(self.targets.values[self.k][self.p, row]), self._name("target", row)
        if np.isnan(value):
            nothing = "no volume is expected of it" if self._volumes[row] == 0 else ""
            source = nothing or "no goal reaches it"
            return Explanation(name, value, self.kpi.unit, self.period, None, source)
        if origin.goals.row_of(row, self.k, self.p) is not None:
            return self._stated(origin, row, name)
        bounded = np.isfinite(self._end_at(-1.0, row)), np.isfinite(self._end_at(1.0, row))

        def expand() -> Many:
            parts = [self._lots(origin, self._counts, row), self._base(row), self._volume(row)]
            if self._counts[row] == 0:
                parts.append(self._rate(row))
            ways = zip((-1.0, 1.0), bounded, strict=True)
            parts += [self._end(way, row) for way, has in ways if has]
            return tuple(parts)

        return self._made(name, value, Settled(self._column.counted, bounded), expand)

    def _name(self, what: str, row: int) -> str:
        if what != "lots":
            return super()._name(what, row)
        told = Numerators(self._column.counted, self.kpi.aggregate).told(int(self._counts[row]))
        return f"{super()._name('change', row)} ({told})"

    def _made(self, *given: Any, **options: Any) -> Explanation:
        made = super()._made(*given, **options)
        return attrs.evolve(made, unit=self._unit) if made.unit == "lots" else made

    @property
    def _unit(self) -> str:
        return f"× 2^{self._column.counted.exponent} {self.kpi.unit}·{self._split_columns[0]}"

    @property
    def _split_columns(self) -> tuple[str, ...]:
        """The columns of volumes and of base ratios or their parts."""
        split: Any = self.kpi.split
        if not isinstance(split, Rates):
            return ("volume", "base")
        return (split.volume, *((split.base,) if isinstance(split.base, str) else split.base))

    @cached_property
    def _cells(self) -> dict[str, FloatArray]:
        """The columns that base ratios are made of, as numbers."""
        return {name: self.targets.org.numbers(name) for name in self._split_columns[1:]}

    @cached_property
    def _marks(self) -> FloatArray:
        """The benchmark of every unit, for paces that have one."""
        return np.asarray(
            self._reach.spread(self._moving.marks(self._rating.paced.baseline), np.nan)
        )

    @property
    def _moving(self) -> Any:
        """The pace without the bounds around it."""
        pace = self._pace
        while isinstance(pace, Bounded):
            pace = pace.pace
        return pace

    @property
    def _pace(self) -> Any:
        return getattr(self.kpi.split, "pace", self.kpi.split)

    def _cell(self, name: str, value: float, unit: str, row: int, column: str) -> Explanation:
        source = f"units row {int(self.targets.org.source_row[row])}, {column}"
        return Explanation(name, value, unit, self.period, None, source)

    def _lots(self, origin: Cascaded, lots: IntArray, row: int) -> Explanation:
        """The change of a node: asked for by its goal, or following, or handed down."""
        name, value = self._name("lots", row), float(lots[row])
        if self._volumes[row] == 0:
            source = "no volume is expected of it"
            return Explanation(name, 0.0, self._unit, self.period, None, source)
        if origin.goals.row_of(row, self.k, self.p) is not None:
            rule = Asks(self._column.counted, self._size(row))
            stated = self._stated(origin, row, super()._name("goal", row))
            return self._made(
                name, value, rule, lambda: (stated, self._volume(row), self._base(row)), "lots"
            )
        return super()._lots(origin, lots, row)

    def _size(self, row: int) -> int:
        """How many of the nodes that are reached are at or below a node."""
        return int(self._reach.spread(self._reach.tree.size, 0)[row])

    def _base(self, row: int) -> Explanation:
        """The base numerator of a node at its volume, in units."""
        name, value = self._name("base numerator", row), float(self._base_counts[row])
        children = self._reach.children(row)
        if self._volumes[row] == 0:
            source = "no volume is expected of it"
            return Explanation(name, 0.0, self._unit, self.period, None, source)
        if not children:
            rule = BaseNumerator(self._column.counted)
            return self._made(
                name, value, rule, lambda: (self._rate(row), self._volume(row)), "lots"
            )
        over = Combined(add_present, "sum over its children")
        made = self._made(name, value, over, lambda: tuple(map(self._base, children)), "lots")
        return self._known("base numerator", row, made)

    def _volume(self, row: int) -> Explanation:
        """The expected denominator of a node."""
        name, value = self._name("expected volume", row), float(self._volumes[row])
        column, children = self._split_columns[0], self._reach.children(row)
        if not children:
            return self._cell(name, value, column, row, column)
        over = Combined(add_present, f"sum of {column} over its children")
        made = self._made(name, value, over, lambda: tuple(map(self._volume, children)), column)
        return self._known("volume", row, made)

    def _rate(self, row: int) -> Explanation:
        """The base ratio of a node."""
        name, value, columns = self._name("base", row), self._rate_at(row), self._split_columns[1:]
        if self._reach.children(row):
            return self._made(
                name, value, Quotient(), lambda: (self._amount(row), self._volume(row))
            )
        if len(columns) == 1:
            return self._cell(name, value, self.kpi.unit, row, columns[0])
        cells = [float(self._cells[column][row]) for column in columns]

        def expand() -> Many:
            named = zip(columns, cells, strict=True)
            return tuple(self._cell(c, cell, "", row, c) for c, cell in named)

        return self._made(name, value, OfReport(self.kpi.aggregate), expand)

    def _amount(self, row: int) -> Explanation:
        """Volume times base ratio, summed over the leaves of a node."""
        name, children = self._name("volume × base", row), self._reach.children(row)
        unit = f"{self.kpi.unit}·{self._split_columns[0]}"
        if self._volumes[row] == 0:
            source = "no volume is expected of it"
            return Explanation(name, 0.0, unit, self.period, None, source)
        if not children:
            rule = ProductOf("base ratio × volume")
            value = self._rate_at(row) * float(self._volumes[row])
            return self._made(name, value, rule, lambda: (self._rate(row), self._volume(row)), unit)
        below = tuple(map(self._amount, children))
        over = Combined(add_present, "sum over its children")
        return self._made(name, over(*(each.value for each in below)), over, lambda: below, unit)

    def _end_at(self, way: float, row: int) -> float:
        ends = self._rating.least if way < 0 else self._rating.most
        return self._of_tree(ends, row)

    def _end(self, way: float, row: int) -> Explanation:
        """The last target of a node on a way: its own bound, or what its children come to."""
        what, paced = "least" if way < 0 else "most", self._rating.paced
        bound = self._of_tree(paced.low if way < 0 else paced.high, row)
        own = self._bound_at(f"{what} target, of its own", row, bound)
        below = [c for c in self._reach.children(row) if self._volumes[c] > 0]

        def expand() -> Many:
            family = [each for c in below for each in (self._end(way, c), self._volume(c))]
            return (own, self._rate(row), *([self._volume(row)] if below else []), *family)

        name = self._name(f"{what} target", row)
        return self._made(name, self._end_at(way, row), End(way), expand)

    def _bound_at(self, what: str, row: int, value: float) -> Explanation:
        """A least or greatest target, as the pace says it."""
        source = f"{self._pace!r} on units row {int(self.targets.org.source_row[row])}"
        return Explanation(self._name(what, row), value, self.kpi.unit, self.period, None, source)

    def _claim(self, row: int) -> Explanation:
        """Volume times pace of a leaf, summed over an inner node."""
        name, value = f"claim of {self.targets.org.labels[row]}", float(self._shares[row])
        children = self._reach.children(row)
        if self._volumes[row] == 0:
            source = "no volume is expected of it"
            return Explanation(name, 0.0, "claim", self.period, None, source)
        if children:
            over = Combined(add_present, "sum over its children")
            summed = self._made(
                name, value, over, lambda: tuple(map(self._claim, children)), "claim"
            )
            # An input on every level above it: with a key it is worked out once.
            return self._known("claim", row, summed)
        rule = ProductOf("pace × volume")
        return self._made(
            name, value, rule, lambda: (self._points(row), self._volume(row)), "claim"
        )

    def _points(self, row: int) -> Explanation:
        """The pace of a leaf."""
        name, pace = self._name("pace", row), self._moving
        value = self._of_tree(self._rating.paced.pace, row)
        if not isinstance(pace, Towards | UpTo):
            source = f"{pace!r} on units row {int(self.targets.org.source_row[row])}"
            return Explanation(name, value, "", self.period, None, source)
        rule = Shortfall(self.kpi.better)
        return self._made(
            name, value, rule, lambda: (self._rate(row), self._mark(pace, row)), self.kpi.gap_unit
        )

    def _mark(self, pace: Towards | UpTo, row: int) -> Explanation:
        """The benchmark of a leaf."""
        line = self._rating.paced.baseline
        value = float(self._marks[row])
        if pace.benchmark == "best":
            first = np.flatnonzero(line.units & (line.rates == value))[0]
            return self._rate(int(self._reach.rows[first]))
        source = f"{pace!r} on units row {int(self.targets.org.source_row[row])}"
        name = self._name("benchmark", row)
        return Explanation(name, value, self.kpi.unit, self.period, None, source)

    def _own_bound(self, row: int, which: type[Least | Most]) -> Explanation:
        """What the pace's bound leaves of a change, counted in the direction of the goal."""
        ahead = self._direction(row)
        way = float(ahead) if which is Most else -float(ahead)
        paced = self._rating.paced
        bound = self._of_tree(paced.low if way < 0 else paced.high, row)
        asked = self._asked.low if way < 0 else self._asked.high
        value = ahead * self._of_tree(asked, row)
        what = "own floor" if which is Least else "own cap"
        name = self._name(what, row)
        if self._volumes[row] == 0 or np.isnan(bound):
            value = value if np.isfinite(value) else np.nan
            return Explanation(name, value, self._unit, self.period, None, "no bound of its own")
        what = "least target" if way < 0 else "most target"
        end = self._bound_at(f"{what}, of its own", row, bound)
        rule = RoomTo(self._column.counted, way, ahead)
        return self._made(
            name,
            value,
            rule,
            lambda: (end, self._volume(row), self._rate(row), self._base(row)),
            "lots",
        )
