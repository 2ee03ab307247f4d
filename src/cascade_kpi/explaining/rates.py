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
from cascade_kpi.explaining.operations import Combined, Shortfall
from cascade_kpi.explaining.targets import Many, TargetExplainer
from cascade_kpi.kpis.aggregates import Aggregate
from cascade_kpi.kpis.splits import Bounded, Rated, Rates, Towards, UpTo
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.asked import Asked
from cascade_kpi.targets.goal import Numerators
from cascade_kpi.targets.rated import Rating, Standing, kept_within, room_of
from cascade_kpi.targets.ratios import Counted, Ratios
from cascade_kpi.targets.targets import NO_LOTS, Cascaded

__all__ = ["RateExplainer"]


def _one(value: float) -> FloatArray:
    return np.array([value])


@frozen
class Settled:
    """A target from its numerator and its volume.

    Inputs are the change and the base numerator, both in units, the volume, and, where
    they matter, the base ratio, the least and the most.
    """

    counted: Counted
    bounds: tuple[bool, bool]

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        change, base, volume, *rest = inputs
        numerator = self.counted.values(np.array([int(change) + int(base)]))
        value = numerator / _one(volume)
        if not rest:
            return float(value[0])
        rate, *ends = map(_one, rest)
        nothing = _one(np.nan)
        low = ends.pop(0) if self.bounds[0] else nothing
        high = ends.pop(0) if self.bounds[1] else nothing
        return float(kept_within(rate if change == 0 else value, rate, low, high)[0])

    def words(self) -> str:
        """The clause."""
        within = " within its bounds" if any(self.bounds) else ""
        return f"base and change of the numerator, over the volume{within}"


@frozen
class Asks:
    """The change that a goal asks for: goal × volume, less the base numerator."""

    counted: Counted

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        goal, volume, base = inputs
        return float(int(self.counted.whole(_one(goal) * _one(volume))[0]) - int(base))

    def words(self) -> str:
        """The clause."""
        return "goal × volume, less the base numerator"


@frozen
class InUnits:
    """A base ratio times a volume, counted."""

    counted: Counted

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.counted.whole(_one(inputs[0]) * _one(inputs[1]))[0])

    def words(self) -> str:
        """The clause."""
        return "base ratio × volume, counted"


@frozen
class RoomTo:
    """The change that leads to a bound. Inputs are the bound, volume, base ratio and numerator."""

    counted: Counted
    way: float
    ahead: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        bound, *rest = map(_one, inputs)
        at = Standing(*rest)
        return self.ahead * float(room_of(self.counted, self.way, bound, at)[0])

    def words(self) -> str:
        """The clause."""
        return "bound × volume, less the base numerator"


@frozen
class Product:
    """The first input times the second."""

    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.multiply(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class Quotient:
    """The first input over the second."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.divide(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return "Σ volume·base ÷ Σ volume"


@frozen
class OfReport:
    """The value of one report."""

    aggregate: Aggregate

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.aggregate.finish(*self.aggregate.parts(*map(_one, inputs)))[0])

    def words(self) -> str:
        """The clause."""
        return f"as a report under {self.aggregate!r}"


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
        paced, change = self._rating.paced, self._counts[row]
        ends = [self._of_tree(bound, row) for bound in (paced.low, paced.high)]
        bounded = not np.isnan(ends[0]), not np.isnan(ends[1])

        def expand() -> Many:
            parts = [self._lots(origin, self._counts, row), self._base(row), self._volume(row)]
            if change == 0 or any(bounded):
                parts.append(self._rate(row))
            named = zip(("least target", "most target"), ends, bounded, strict=True)
            parts += [self._bound_at(what, row, end) for what, end, has in named if has]
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
            rule = Asks(self._column.counted)
            stated = self._stated(origin, row, super()._name("goal", row))
            return self._made(
                name, value, rule, lambda: (stated, self._volume(row), self._base(row)), "lots"
            )
        return super()._lots(origin, lots, row)

    def _base(self, row: int) -> Explanation:
        """The base numerator of a node at its volume, in units."""
        name, value = self._name("base numerator", row), float(self._base_counts[row])
        children = self._reach.children(row)
        if self._volumes[row] == 0:
            source = "no volume is expected of it"
            return Explanation(name, 0.0, self._unit, self.period, None, source)
        if not children:
            rule = InUnits(self._column.counted)
            return self._made(
                name, value, rule, lambda: (self._rate(row), self._volume(row)), "lots"
            )
        over = Combined(add_present, "sum over its children")
        return self._made(name, value, over, lambda: tuple(map(self._base, children)), "lots")

    def _volume(self, row: int) -> Explanation:
        """The expected denominator of a node."""
        name, value = self._name("expected volume", row), float(self._volumes[row])
        column, children = self._split_columns[0], self._reach.children(row)
        if not children:
            return self._cell(name, value, column, row, column)
        over = Combined(add_present, f"sum of {column} over its children")
        return self._made(name, value, over, lambda: tuple(map(self._volume, children)), column)

    def _rate(self, row: int) -> Explanation:
        """The base ratio of a node."""
        name, value, columns = self._name("base", row), self._rate_at(row), self._split_columns[1:]
        if self._reach.children(row):
            return self._made(
                name, value, Quotient(), lambda: (self._amount(row), self._volume(row))
            )
        if len(columns) == 1:
            return self._cell(name, value, self.kpi.unit, row, columns[0])
        cells = [float(self._reach.org.numbers(column)[row]) for column in columns]

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
            rule = Product("base ratio × volume")
            value = self._rate_at(row) * float(self._volumes[row])
            return self._made(name, value, rule, lambda: (self._rate(row), self._volume(row)), unit)
        below = tuple(map(self._amount, children))
        over = Combined(add_present, "sum over its children")
        return self._made(name, over(*(each.value for each in below)), over, lambda: below, unit)

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
            return self._made(name, value, over, lambda: tuple(map(self._claim, children)), "claim")
        rule = Product("pace × volume")
        return self._made(
            name, value, rule, lambda: (self._points(row), self._volume(row)), "claim"
        )

    def _points(self, row: int) -> Explanation:
        """The pace of a leaf."""
        name, pace = self._name("pace", row), self._pace
        value = self._of_tree(self._rating.paced.pace, row)
        while isinstance(pace, Bounded):
            pace = pace.pace
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
        value = self._of_tree(pace.marks(line), row)
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
        end = self._bound_at("least target" if way < 0 else "most target", row, bound)
        rule = RoomTo(self._column.counted, way, ahead)
        return self._made(
            name,
            value,
            rule,
            lambda: (end, self._volume(row), self._rate(row), self._base(row)),
            "lots",
        )
