"""What targets were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray
from cascade_kpi.entries import Entries

if TYPE_CHECKING:
    from cascade_kpi.targets.targets import Targets

__all__ = ["Assigned", "Bounds", "Cascaded", "Itemised", "Phased", "Reconciled"]


@frozen(hash=False)
class Bounds:
    """The least and the most that every node could get, counted away from zero.

    Attributes
    ----------
    low, high : float64 array (p, n)
        Whole lots, `high` infinite where there is no most; NaN for nodes
        that the KPI does not reach.
    margin : int64 array (n,)
        What children have beyond a node's target, in ten-thousandths of it.
    """

    low: FloatArray = field(eq=CONTENT, repr=False)
    high: FloatArray = field(eq=CONTENT, repr=False)
    margin: IntArray = field(eq=CONTENT, repr=False)


@frozen(hash=False)
class Cascaded:
    """Targets that were handed down from goals.

    Attributes
    ----------
    goals : Entries
        The goals as they were stated, with their rows.
    fixed : tuple of bool array (p, n)
        Per KPI, the nodes whose target was stated, or follows from children
        that are all stated, rather than handed down.
    bounds : tuple of Bounds, or None
        Per KPI, between which bounds the lots were found; None where there
        were none.
    """

    goals: Entries
    fixed: tuple[Any, ...] = field(repr=False, eq=False)
    bounds: tuple[Bounds | None, ...] = field(repr=False, eq=False)


@frozen(hash=False)
class Assigned:
    """Targets that were given at the nodes and rolled up.

    Attributes
    ----------
    given : Entries or None
        The targets as they were stated; None if they came as arrays.
    own : tuple of float64 array (p, n)
        Per KPI, each node's own target.
    """

    given: Entries | None
    own: tuple[FloatArray, ...] = field(repr=False, eq=False)


@frozen(hash=False)
class Phased:
    """Targets of longer periods that were phased over shorter ones.

    Attributes
    ----------
    whole : Targets
        Of the longer periods.
    sizes : tuple of int
        How many of the shorter periods each of them is made of.
    by : tuple of Profile or None
        Per KPI, the profile; None where every period has the target of the whole.
    weights : tuple of float64 array (p, n), or None
        Per KPI, every node's weights, which sum to one over each whole.
    """

    whole: Targets
    sizes: tuple[int, ...]
    by: tuple[Any, ...]
    weights: tuple[FloatArray | None, ...] = field(eq=CONTENT, repr=False)


@frozen(hash=False)
class Itemised:
    """Targets of which one KPI's were divided over its parts, products of a revenue.

    The parts stand in its place; all other KPIs are carried as they were.

    Attributes
    ----------
    whole : Targets
    k : int
        Position of the KPI that is itemised.
    by : Profile
    weights : float64 array (parts, n)
        Every node's weights, which sum to one.
    """

    whole: Targets
    k: int
    by: Any
    weights: FloatArray = field(eq=CONTENT, repr=False)

    @property
    def parts(self) -> slice:
        """Positions of the parts."""
        return slice(self.k, self.k + len(self.weights))

    def of_whole(self, k: int) -> int:
        """Position in the whole of what the k-th KPI is a part of, or is carried from."""
        return k if k < self.k else max(self.k, k - len(self.weights) + 1)


@frozen(hash=False)
class Reconciled:
    """Targets that were reconciled with commitments from below.

    Attributes
    ----------
    whole : Targets
        From above.
    offers : Offers
        From below, and the limits.
    by : tuple of Confidence
        Per KPI, how much its targets weigh.
    inner : "total" or "own"
        What an offer at an inner node stands for.
    demands : tuple of BothDemands, or None
        Per KPI, what both sides demand; None where the targets stay as they were.
    settled : tuple of tuple of Optimum
        Per KPI and period, the optimum in lots before it is made whole.
    """

    whole: Targets
    offers: Any
    by: tuple[Any, ...]
    inner: Literal["total", "own"]
    demands: tuple[Any, ...] = field(repr=False, eq=False)
    settled: tuple[Any, ...] = field(repr=False, eq=False)
