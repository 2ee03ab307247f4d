"""What a node has beside its children: the quota it was assigned, or what its target is more.

A quota is known as it was stated. Where there is none, what a node has for itself is its target
less those of its children: below zero, a cushion, where these were handed down more than it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.entries import Entries
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.org.rollup import add_present, fold_children
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.amounts import NO_LOTS, Lots
from cascade_kpi.targets.origins import Assigned

if TYPE_CHECKING:
    from cascade_kpi.targets.targets import Targets

__all__ = ["Quotas", "beside_children", "own_amounts", "quotas_of"]


@frozen(eq=False)
class Quotas:
    """What nodes were assigned for themselves, of one KPI.

    Attributes
    ----------
    entries : Entries
        The table that states it.
    k : int
    amounts : float64 array (p, n)
        In KPI units, NaN where nothing is stated.
    """

    entries: Entries
    k: int
    amounts: FloatArray

    def row_of(self, node: int, p: int) -> int | None:
        """The table's row of one of them."""
        return self.entries.row_of(node, self.k, p)


def quotas_of(targets: Targets, k: int) -> Quotas | None:
    """What was assigned of the k-th KPI; None if it was not, or came as arrays of totals."""
    origin = targets.origin
    if not isinstance(origin, Assigned) or origin.given is None:
        return None
    return Quotas(origin.given, k, origin.own[k])


class Beside(NamedTuple):
    """What nodes have beside their children.

    Attributes
    ----------
    lots : int64 array (p, n)
        `NO_LOTS` where there is no target.
    above : bool array (p, n)
        Who has a child with a target.
    """

    lots: IntArray
    above: NDArray[np.bool_]


def beside_children(org: OrgTree, total: IntArray) -> Beside:
    """Every node's lots less those of its children.

    Parameters
    ----------
    org : OrgTree
    total : int64 array (p, n)
        Of every node as a whole, `NO_LOTS` where there are none.
    """
    there = total != NO_LOTS
    counts, below = np.where(there, total, 0), np.zeros_like(total)
    above = np.zeros(total.shape, dtype=bool)
    inner = np.flatnonzero(org.parent >= 0)
    for p in range(len(total)):
        np.add.at(below[p], org.parent[inner], counts[p, inner])
        above[p, org.parent[inner[there[p, inner]]]] = True
    return Beside(np.where(there, counts - below, NO_LOTS), above)


def own_amounts(targets: Targets, k: int) -> FloatArray:
    """What `assign` would be given to make the targets of the k-th KPI, (p, n), in its unit."""
    targets, k = targets.behind(k)
    column, quotas = targets.columns[k], quotas_of(targets, k)
    if targets.kpis.items[k].aggregate.makeup is not Makeup.SUM:
        return column.values
    if quotas is not None:
        return np.where(np.isnan(quotas.amounts), 0.0, quotas.amounts)
    if isinstance(column, Lots):
        own = beside_children(targets.org, column.counts).lots
        return column.lot.values(np.where(own == NO_LOTS, 0, own))
    below = [fold_children(targets.org.layout, row, add_present) for row in column.values]
    beneath = np.stack(below)
    return np.where(np.isnan(beneath), column.values, column.values - beneath)
