"""Why a target of one month is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Protocol

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import AmountAsLots, Combined, LotsAsAmount
from cascade_kpi.explaining.seasons import WeightExplainer
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.rollup import add_present
from cascade_kpi.phasing.families import divide_alone
from cascade_kpi.phasing.profiles import normalised
from cascade_kpi.phasing.sweep import Family, phase_family
from cascade_kpi.targets.targets import NO_LOTS, Assigned, Lots, Phased, Targets

__all__ = ["PhaseExplainer"]

Many = tuple[Explanation, ...]


class Explainer(Protocol):
    """What explains the targets of the longer periods."""

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        ...


@frozen
class Alike:
    """The target of the whole, in each of its periods."""

    whole: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0]

    def words(self) -> str:
        """The clause."""
        return f"the target of {self.whole}: it is not added up over periods"


@frozen
class InProportion:
    """A shared amount over periods, by weights."""

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        weights = normalised(np.array(inputs[1:])[:, None])[:, 0]
        return float(np.multiply(inputs[0], weights[self.position]))

    def words(self) -> str:
        """The clause."""
        return "in proportion to the weights of the periods"


@frozen
class ByWeight:
    """A node's lots over its periods by largest remainder.

    Inputs are its lots, then its weight in each period.
    """

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        weights = normalised(np.array(inputs[1:])[:, None])
        return float(divide_alone(np.array([int(inputs[0])]), weights)[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"the lots over its periods by largest remainder, period {self.position + 1}"


@frozen
class WithinFamily:
    """A child's lots in one period, both margins of its family met.

    Inputs are the parent's lots over all periods, and in each; then each child's lots and its
    weight in each period, and so what the parent has for itself, if it is asked for.
    """

    period: int
    child: int
    periods: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        total, p = int(inputs[0]), self.periods
        months = np.array([int(each) for each in inputs[1 : 1 + p]])[:, None]
        table = np.array(inputs[1 + p :]).reshape(-1, 1 + p)
        weights = normalised(table[:, 1:].T)[:, :, None]
        lots = table[:, :1].astype(np.int64)
        sign = np.array([-1 if total < 0 else 1])
        shares, _ = phase_family(Family(months, lots, weights, sign))
        return float(shares[self.period, self.child, 0])

    def words(self) -> str:
        """The clause."""
        return (
            f"its family's lots by child and period, both margins met, "
            f"child {self.child + 1}, period {self.period + 1}"
        )


@frozen(eq=False)
class PhaseExplainer:
    """Explains the targets of one KPI in one of the shorter periods.

    Attributes
    ----------
    of_whole : callable (k, p) -> Explainer
        Explains the targets of the longer periods.
    """

    targets: Targets
    origin: Phased
    k: int
    p: int
    of_whole: Callable[[Targets, int, int], Explainer]

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        kpi, name = self._kpi, self._name("target", row, self._label)
        value = float(self.targets.values[self.k][self.p, row])
        if np.isnan(value):
            return Explanation(name, value, kpi.unit, self._label, None, "no goal reaches it")

        def as_whole() -> Many:
            return (self._above.explain(row),)

        def as_lots() -> Many:
            return (self._lots(row, self.p),)

        def shared() -> Many:
            return (self._above.explain(row), *self._weights.explain(row))

        rule: Operation
        if self.origin.weights[self.k] is None:
            rule, expand = Alike(self._long), as_whole
        elif isinstance(self.targets.columns[self.k], Lots):
            rule, expand = LotsAsAmount(kpi.counted_in), as_lots
        else:
            rule, expand = InProportion(self.p - self._begin), shared
        return Explanation(name, value, kpi.unit, self._label, rule, "", expand)

    def own_share(self, row: int) -> Explanation:
        """What a node has for itself beside its children, in lots."""
        children = self.targets.org.node(row).child_rows
        value = float(self._counts[self.p, row] - self._counts[self.p, children].sum())
        rule = WithinFamily(self.p - self._begin, len(children), self._size)
        name, label = self._name("own lots", row, self._label), self._label
        expand = partial(self._family, row, children)
        return Explanation(name, value, "lots", label, rule, "", expand)

    @property
    def _kpi(self) -> Kpi:
        return self.targets.kpis.items[self.k]

    @property
    def _label(self) -> str:
        return self.targets.periods.labels[self.p]

    @cached_property
    def _whole(self) -> int:
        """Position of the longer period."""
        return int(np.searchsorted(np.cumsum(self.origin.sizes), self.p, side="right"))

    @property
    def _long(self) -> str:
        return self.origin.whole.periods.labels[self._whole]

    @property
    def _begin(self) -> int:
        return sum(self.origin.sizes[: self._whole])

    @property
    def _size(self) -> int:
        return self.origin.sizes[self._whole]

    @cached_property
    def _above(self) -> Explainer:
        return self.of_whole(self.origin.whole, self.k, self._whole)

    @cached_property
    def _weights(self) -> WeightExplainer:
        labels = self.targets.periods.labels[self._begin : self._begin + self._size]
        return WeightExplainer(self.origin.by[self.k], self.targets.org, self._kpi, labels)

    @cached_property
    def _counts(self) -> IntArray:
        """The lots of every period, zero where there is no target."""
        column = self.targets.columns[self.k]
        assert isinstance(column, Lots)  # noqa: S101 - only lots are phased by family
        return np.where(column.counts == NO_LOTS, 0, column.counts)

    def _has(self, row: int) -> bool:
        return bool(
            self.targets.values[self.k][self.p, row] == self.targets.values[self.k][self.p, row]
        )

    def _name(self, what: str, row: int, label: str) -> str:
        return f"{what} of {self._kpi.name}, {self.targets.org.labels[row]}, {label}"

    def _lots(self, row: int, p: int) -> Explanation:
        """A node's lots in a period: by its weights alone, or with its family."""
        label, position = self.targets.periods.labels[p], p - self._begin
        parent = int(self.targets.org.parent[row])

        def alone() -> Many:
            return (self._whole_lots(row), *self._weights.explain(row))

        rule: Operation
        if parent < 0 or not self._has(parent):
            rule, expand = ByWeight(position), alone
        else:
            children = self.targets.org.node(parent).child_rows
            rule = WithinFamily(position, children.index(row), self._size)
            expand = partial(self._family, parent, children)
        name, value = self._name("lots", row, label), float(self._counts[p, row])
        return Explanation(name, value, "lots", label, rule, "", expand, (label, row))

    def _family(self, parent: int, children: list[int]) -> Many:
        """A parent's lots, in the whole and in each period; its children's, and their weights."""
        parts = [self._whole_lots(parent)]
        parts += [self._lots(parent, self._begin + i) for i in range(self._size)]
        for child in children:
            parts += [self._whole_lots(child), *self._weights.explain(child)]
        if self.targets.holds_own(self.k):
            parts += [self._own(parent), *self._weights.explain(parent)]
        return tuple(parts)

    def _whole_lots(self, row: int) -> Explanation:
        """A node's lots in the longer period."""
        name, lot = self._name("lots", row, self._long), self._kpi.counted_in
        if not self._has(row):
            return Explanation(name, 0.0, "lots", self._long, None, "no target: nothing to divide")
        value = float(self._counts[self._begin : self._begin + self._size, row].sum())

        def as_lots() -> Many:
            return (self._above.explain(row),)

        def summed() -> Many:
            children = self.targets.org.node(row).child_rows
            return (*map(self._whole_lots, children), self._own(row))

        rule: Operation
        if isinstance(self.origin.whole.columns[self.k], Lots):
            rule, expand = AmountAsLots(lot), as_lots
        else:
            rule, expand = Combined(add_present, "its children's, and its own"), summed
        return Explanation(name, value, "lots", self._long, rule, "", expand, (self._long, row))

    def _own(self, row: int) -> Explanation:
        """What a node was assigned for itself, in lots."""
        whole = self.origin.whole
        if isinstance(self._above, PhaseExplainer):
            return self._above.own_share(row)
        assert isinstance(whole.origin, Assigned)  # noqa: S101 - nothing else holds its own
        own = float(whole.origin.own[self.k][self._whole, row])
        there, given = own == own, whole.origin.given
        value = float(self._kpi.counted_in.whole(np.array([own]))[0][0]) if there else 0.0
        entry = None if given is None else given.row_of(row, self.k, self._whole)
        source = f"array, row {row} of the tree" if entry is None else f"targets row {entry}, value"
        source = f"{source}: {self._kpi.format(own)}" if there else "none was given"
        name = self._name("own lots", row, self._long)
        return Explanation(name, value, "lots", self._long, None, source)
