"""Why a target of one month, or of one part, is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Protocol, runtime_checkable

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import AmountAsLots, AsFirst, Combined, LotsAsAmount
from cascade_kpi.explaining.owns import Explainer, own_lots
from cascade_kpi.explaining.seasons import WeightExplainer
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.rollup import add_present
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.phasing.families import divide_alone
from cascade_kpi.phasing.profiles import Profile, normalised
from cascade_kpi.phasing.sweep import Family, phase_family
from cascade_kpi.targets.amounts import NO_LOTS, Lots
from cascade_kpi.targets.origins import Itemised, Phased
from cascade_kpi.targets.own import quotas_of
from cascade_kpi.targets.targets import Targets

__all__ = ["Explainer", "SpreadExplainer", "spread_of"]

Many = tuple[Explanation, ...]


@runtime_checkable
class HoldsOwn(Protocol):
    """What also explains what a node has for itself."""

    def own_share(self, row: int) -> Explanation:
        """What a node has beside its children, in lots."""
        ...


@frozen
class InProportion:
    """A shared amount over periods or parts, by weights."""

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        weights = normalised(np.array(inputs[1:])[:, None])[:, 0]
        return float(np.multiply(inputs[0], weights[self.position]))

    def words(self) -> str:
        """The clause."""
        return "in proportion to the weights"


@frozen
class ByWeight:
    """A node's lots over its periods or parts by largest remainder.

    Inputs are its lots, then its weight for each.
    """

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        weights = normalised(np.array(inputs[1:])[:, None])
        return float(divide_alone(np.array([int(inputs[0])]), weights)[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"its lots by weight, by largest remainder, part {self.position + 1}"


@frozen
class WithinFamily:
    """A child's lots in one period or of one part, both margins of its family met.

    Inputs are the parent's lots in all, and in each period; then each child's lots and its
    weight for each, and so what the parent has for itself, if it is asked for.
    """

    position: int
    child: int
    size: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        total, p = int(inputs[0]), self.size
        months = np.array([int(each) for each in inputs[1 : 1 + p]])[:, None]
        table = np.array(inputs[1 + p :]).reshape(-1, 1 + p)
        weights = normalised(table[:, 1:].T)[:, :, None]
        lots = table[:, :1].astype(np.int64)
        sign = np.array([-1 if total < 0 else 1])
        shares, _ = phase_family(Family(months, lots, weights, sign))
        return float(shares[self.position, self.child, 0])

    def words(self) -> str:
        """The clause."""
        return (
            f"its family's lots, both margins met, child {self.child + 1}, part {self.position + 1}"
        )


@frozen(eq=False)
class Spread:
    """What was spread, and over what.

    Attributes
    ----------
    whole : Targets
    k, p : int
        The KPI and the period of the whole.
    rule : Profile or None
    labels : tuple of str
        What the profile was asked about.
    names, periods : tuple of str
        KPI and period of each.
    values : float64 array (size, n)
        What they are in KPI units.
    counts : int64 array (size, n), or None
        What they are in lots, zero where there is no target.
    """

    whole: Targets
    k: int
    p: int
    rule: Profile | None
    labels: tuple[str, ...]
    names: tuple[str, ...]
    periods: tuple[str, ...]
    values: FloatArray
    counts: IntArray | None

    @property
    def kpi(self) -> Kpi:
        """The KPI of the whole."""
        return self.whole.kpis.items[self.k]

    @property
    def label(self) -> str:
        """The period of the whole."""
        return self.whole.periods.labels[self.p]

    @property
    def org(self) -> OrgTree:
        """The tree."""
        return self.whole.org


def spread_of(targets: Targets, k: int, p: int) -> tuple[Spread, int]:
    """What the k-th KPI of the p-th period is a part of, and which part."""
    origin, values = targets.origin, targets.values
    if isinstance(origin, Itemised):
        names = targets.kpis.names[origin.parts]
        columns = targets.columns[origin.parts]
        counts = np.stack([column.counts[p] for column in columns if isinstance(column, Lots)])
        return Spread(
            *origin.whole.behind(origin.k), p, origin.by, names, names,
            (targets.periods.labels[p],) * len(names), np.stack([c.values[p] for c in columns]),
            np.where(counts == NO_LOTS, 0, counts),
        ), k - origin.k  # fmt: skip
    assert isinstance(origin, Phased)  # noqa: S101 - nothing else is spread
    ends = np.cumsum(origin.sizes)
    whole = int(np.searchsorted(ends, p, side="right"))
    part = slice(int(ends[whole]) - origin.sizes[whole], int(ends[whole]))
    column, labels = targets.columns[k], targets.periods.labels[part]
    name = targets.kpis.items[k].name
    lots = column.counts[part] if isinstance(column, Lots) else None
    return Spread(
        *origin.whole.behind(k), whole, origin.by[k], labels, (name,) * len(labels), labels,
        values[k][part], None if lots is None else np.where(lots == NO_LOTS, 0, lots),
    ), p - part.start  # fmt: skip


@frozen(eq=False)
class SpreadExplainer:
    """Explains one of the periods or parts that targets were spread over.

    Attributes
    ----------
    i : int
        Which of them.
    of_whole : callable (targets, k, p) -> Explainer
        Explains the targets of the whole.
    """

    spread: Spread
    i: int
    of_whole: Callable[[Targets, int, int], Explainer]

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        spread, value = self.spread, float(self.spread.values[self.i, row])
        name, label = self._name("target", row, self.i), spread.periods[self.i]
        if np.isnan(value):
            return Explanation(name, value, spread.kpi.unit, label, None, "no goal reaches it")

        def as_whole() -> Many:
            return (self._above.explain(row),)

        def as_lots() -> Many:
            return (self._lots(row, self.i),)

        def shared() -> Many:
            return (self._above.explain(row), *self._weights(row))

        rule: Operation
        if spread.rule is None:
            whole = f"the target of {spread.label}: it is not added up over periods"
            rule, expand = AsFirst(whole), as_whole
        elif spread.counts is not None:
            rule, expand = LotsAsAmount(spread.kpi.counted_in), as_lots
        else:
            rule, expand = InProportion(self.i), shared
        return Explanation(name, value, spread.kpi.unit, label, rule, "", expand)

    def own_share(self, row: int) -> Explanation:
        """What a node has for itself beside its children, in lots."""
        children, i = self._org.node(row).child_rows, self.i
        value = float(self._counts[i, row] - self._counts[i, children].sum())
        rule = WithinFamily(i, len(children), len(self._counts))
        expand = partial(self._family, row, children)
        name = self._name("own lots", row, i)
        return Explanation(name, value, "lots", self.spread.periods[i], rule, "", expand)

    @property
    def _org(self) -> OrgTree:
        return self.spread.org

    @property
    def _counts(self) -> IntArray:
        assert self.spread.counts is not None  # noqa: S101 - only lots are spread by family
        return self.spread.counts

    @cached_property
    def _above(self) -> Explainer:
        return self.of_whole(self.spread.whole, self.spread.k, self.spread.p)

    @cached_property
    def _weighing(self) -> WeightExplainer:
        spread = self.spread
        assert spread.rule is not None  # noqa: S101 - without one, there are no weights
        return WeightExplainer(spread.rule, self._org, spread.kpi, spread.labels)

    def _weights(self, row: int) -> Many:
        scope = id(self.spread.whole)
        return tuple(weight.within(scope) for weight in self._weighing.explain(row))

    def _has(self, row: int) -> bool:
        return not np.isnan(self.spread.values[self.i, row])

    def _name(self, what: str, row: int, i: int) -> str:
        spread = self.spread
        return f"{what} of {spread.names[i]}, {self._org.labels[row]}, {spread.periods[i]}"

    def _lots(self, row: int, i: int) -> Explanation:
        """A node's lots in a period: by its weights alone, or with its family."""
        spread, parent = self.spread, int(self._org.parent[row])

        def alone() -> Many:
            return (self._whole_lots(row), *self._weights(row))

        rule: Operation
        if parent < 0 or not self._has(parent):
            rule, expand = ByWeight(i), alone
        else:
            children = self._org.node(parent).child_rows
            rule = WithinFamily(i, children.index(row), len(self._counts))
            expand = partial(self._family, parent, children)
        name, value = self._name("lots", row, i), float(self._counts[i, row])
        key = ("part", id(spread.whole), spread.k, spread.p, i, row)
        return Explanation(name, value, "lots", spread.periods[i], rule, "", expand, key)

    def _family(self, parent: int, children: list[int]) -> Many:
        """A parent's lots, in all and in each part; its children's, and their weights."""
        parts = [self._whole_lots(parent)]
        parts += [self._lots(parent, i) for i in range(len(self._counts))]
        for child in children:
            parts += [self._whole_lots(child), *self._weights(child)]
        if self.spread.whole.holds_own(self.spread.k):
            parts += [self._own(parent), *self._weights(parent)]
        return tuple(parts)

    def _whole_lots(self, row: int) -> Explanation:
        """A node's lots of the whole."""
        spread = self.spread
        name = f"lots of {spread.kpi.name}, {self._org.labels[row]}, {spread.label}"
        if not self._has(row):
            return Explanation(
                name, 0.0, "lots", spread.label, None, "no target: nothing to divide"
            )
        value = float(self._counts[:, row].sum())

        def as_lots() -> Many:
            return (self._above.explain(row),)

        def summed() -> Many:
            children = self._org.node(row).child_rows
            return (*map(self._whole_lots, children), self._own(row))

        rule: Operation
        given = quotas_of(spread.whole, spread.k) is not None
        if isinstance(spread.whole.columns[spread.k], Lots) or not given:
            rule, expand = AmountAsLots(spread.kpi.counted_in), as_lots
        else:
            rule, expand = Combined(add_present, "its children's, and its own"), summed
        key = ("whole", id(spread.whole), spread.k, spread.p, row)
        return Explanation(name, value, "lots", spread.label, rule, "", expand, key)

    def _own(self, row: int) -> Explanation:
        """What a node was assigned for itself, in lots."""
        spread = self.spread
        if isinstance(self._above, HoldsOwn):
            return self._above.own_share(row)
        return own_lots(spread.whole, spread.k, spread.p, row, self._above)
