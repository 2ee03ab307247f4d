"""Why a node has lots of its own, beside its children's."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from attrs import frozen

from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import AmountAsLots
from cascade_kpi.targets.own import quotas_of
from cascade_kpi.targets.targets import Targets

__all__ = ["Explainer", "own_lots", "target_lots"]


class Explainer(Protocol):
    """What explains the targets of one KPI in one period."""

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        ...


@frozen
class Beyond:
    """The first input less all others."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(int(inputs[0]) - sum(map(int, inputs[1:])))

    def words(self) -> str:
        """The clause."""
        return "its own less its children's"


def target_lots(targets: Targets, k: int, p: int, row: int, of: Explainer) -> Explanation:
    """A node's target, counted in lots."""
    kpi, label = targets.kpis.items[k], targets.periods.labels[p]
    name = f"lots of {kpi.name}, {targets.org.labels[row]}, {label}"
    value = targets.values[k][p, row]
    lots = float(kpi.counted_in.whole(np.array([value]))[0][0])
    rule = AmountAsLots(kpi.counted_in)
    key = ("whole", id(targets), k, p, row)
    return Explanation(name, lots, "lots", label, rule, "", lambda: (of.explain(row),), key)


def own_lots(targets: Targets, k: int, p: int, row: int, of: Explainer) -> Explanation:
    """What a node has beside its children, in lots: as it was assigned, or the difference."""
    quotas, kpi, label = quotas_of(targets, k), targets.kpis.items[k], targets.periods.labels[p]
    name = f"own lots of {kpi.name}, {targets.org.labels[row]}, {label}"
    if quotas is not None:
        own = float(quotas.amounts[p, row])
        there = own == own
        value = float(kpi.counted_in.whole(np.array([own]))[0][0]) if there else 0.0
        entry = quotas.row_of(row, p)
        source = f"targets row {entry}, value: {kpi.format(own)}" if there else "none was given"
        return Explanation(name, value, "lots", label, None, source)
    values = targets.values[k][p]
    below = [child for child in targets.org.node(row).child_rows if values[child] == values[child]]
    if not below:
        return target_lots(targets, k, p, row, of)
    parts = [target_lots(targets, k, p, each, of) for each in (row, *below)]
    value = Beyond()(*(part.value for part in parts))
    key = ("own", id(targets), k, p, row)
    return Explanation(name, value, "lots", label, Beyond(), "", lambda: tuple(parts), key)
