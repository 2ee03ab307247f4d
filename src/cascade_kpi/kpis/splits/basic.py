"""How a goal is handed from a node to its children.

A split is a frozen value object that is called with a tree and answers one
number a node, so that a whole organisation is split at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import not_texts
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.org.rollup import fold_children, fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

if TYPE_CHECKING:
    from cascade_kpi.kpis.aggregates import Aggregate
    from cascade_kpi.kpis.directions import Direction
    from cascade_kpi.kpis.splits.rates import Paced

__all__ = [
    "Equal",
    "FixedShares",
    "Limited",
    "OverAssigning",
    "ProRata",
    "Rated",
    "Shared",
    "Split",
    "summed_drivers",
    "unit_faults",
]

_NEAR = 1e-9


@runtime_checkable
class Split(Protocol):
    """A rule by which children get targets from their parent's.

    Attributes
    ----------
    divides : bool
        What the numbers mean. True: claims, zero or more; the parent's target
        is divided among its children in proportion to them, in whole lots.
        False: factors; each child's target is its parent's times its factor.
    """

    @property
    def divides(self) -> bool:
        """Whether the numbers are claims on a whole, or factors."""
        ...

    def __call__(self, org: OrgTree) -> FloatArray:
        """One claim or factor a node, float64 (n,), in the tree's row order.

        The entry of a root is not read. Raises InputError, listing every
        fault, if the tree lacks what the rule needs.
        """
        ...


@runtime_checkable
class Limited(Split, Protocol):
    """A dividing split under which nodes have a least and a most."""

    def limits(self, org: OrgTree) -> tuple[FloatArray, FloatArray]:
        """Floors and caps in KPI units, two float64 (n,), NaN where there is none."""
        ...


@runtime_checkable
class OverAssigning(Split, Protocol):
    """A dividing split under which children get more than their parent has."""

    def margins(self, org: OrgTree) -> FloatArray:
        """What is added to each node's target before its children divide it.

        Shares of it, pure numbers of four decimals, float64 (n,): 0.05 for 5 %.
        """
        ...


@runtime_checkable
class Rated(Protocol):
    """What takes the place of a split for a ratio: ``Rates``."""

    def paced(self, org: OrgTree, aggregate: Aggregate, better: Direction) -> Paced:
        """Volumes, base ratios, paces and bounds of a tree."""
        ...


@record("cascade_kpi/splits.equal")
@frozen
class Equal:
    """The same amount for every child."""

    divides: ClassVar[bool] = True

    def __call__(self, org: OrgTree) -> FloatArray:
        """Ones, (n,)."""
        return np.ones(len(org))


@record("cascade_kpi/splits.shared")
@frozen
class Shared:
    """The same target for all: a churn rate, a satisfaction score."""

    divides: ClassVar[bool] = False

    def __call__(self, org: OrgTree) -> FloatArray:
        """Ones, (n,)."""
        return np.ones(len(org))


@record("cascade_kpi/splits.pro_rata")
@frozen
class ProRata:
    """In proportion to a driver: last year's revenue, headcount, population.

    Parameters
    ----------
    driver : str
        Column of the tree. A leaf's entry is its claim; an inner node's claim
        is the sum over its leaves, and its entry is blank or says the same.
    """

    driver: str
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        check(not_texts("pro rata", driver=self.driver))

    def __call__(self, org: OrgTree) -> FloatArray:
        """Claims in the driver's unit, (n,).

        Raises
        ------
        InputError
            If the column is not there, a leaf has no entry, an entry is
            negative, or an inner entry differs from the sum below it.
        """
        try:
            given = org.numbers(self.driver)
        except InputError as error:
            repair = f"add the column, or give the KPI another split than {self!r}"
            raise InputError(
                attrs.evolve(f, repair=f"{f.repair}; {repair}") for f in error.faults
            ) from None
        return summed_drivers(org, self.driver, given)


def summed_drivers(
    org: OrgTree,
    driver: str,
    given: FloatArray,
    *,
    blank: str = "give it a number; zero if it has no claim",
) -> FloatArray:
    """Drivers of leaves, summed over every inner node, (n,).

    `blank` is the repair of a blank leaf.

    Raises
    ------
    InputError
        If a leaf is blank, an entry is negative, or an inner entry differs from
        the sum below it.
    """
    leaf, gone = org.is_leaf, np.isnan(given)
    faults = unit_faults(org, driver, given, leaf & gone, reason="a leaf is blank", repair=blank)
    repair = "a driver is zero or more"
    faults += unit_faults(org, driver, given, given < 0, reason="negative", repair=repair)
    check(faults)
    np.copyto(claims := given.copy(), 0.0, where=~leaf)
    claims = fold_subtrees(org.layout, claims, np.add)
    stated = np.flatnonzero(~(leaf | gone))  # inner nodes, and most often none
    differs = np.zeros(len(org), dtype=bool)
    below = claims[stated]
    differs[stated] = np.abs(given[stated] - below) > _NEAR * below
    reason = "differs from the sum over its leaves"
    repair = "leave it blank, or correct it"
    check(unit_faults(org, driver, given, differs, reason=reason, repair=repair))
    return claims


@record("cascade_kpi/splits.fixed_shares")
@frozen
class FixedShares:
    """By shares that are agreed: the children of every node sum to one.

    Parameters
    ----------
    column : str
        Column of the tree with each node's share of its parent, 0 to 1. The
        children of one parent either all have a share or all are blank.
    """

    column: str = field()
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        check(not_texts("fixed shares", column=self.column))

    def __call__(self, org: OrgTree) -> FloatArray:
        """Shares, pure numbers, (n,); zero where blank.

        Raises
        ------
        InputError
            If a share is negative, or the children of a node have shares that
            do not sum to one.
        """
        given = org.numbers(self.column)
        faults = unit_faults(
            org, self.column, given, given < 0, reason="negative", repair="a share is 0 to 1"
        )
        claims = np.where(np.isnan(given), 0.0, given)
        total = fold_children(org.layout, given, np.add)  # absent if one child is blank
        some = fold_children(org.layout, np.where(np.isnan(given), np.nan, 1.0), np.fmax) == 1.0
        off = some & ~(np.abs(total - 1.0) <= _NEAR)
        for row in np.flatnonzero(off).tolist():
            children = (row + 1 + np.flatnonzero(org.parent[row + 1 :] == row)).tolist()
            shares = ", ".join(f"{org.ids[c]} {given[c]:g}" for c in children[:6])
            reason = f"the shares of its children sum to {claims[children].sum():g} ({shares})"
            repair = "make them sum to 1, blanks included"
            faults.append(Fault("units", reason, repair, column=self.column, value=org.ids[row]))
        check(faults)
        return claims


def unit_faults(
    org: OrgTree,
    column: str,
    values: FloatArray,
    bad: NDArray[np.bool_],
    *,
    reason: str,
    repair: str,
) -> list[Fault]:
    """A fault for every bad cell of a column of the tree."""
    if not bad.any():
        return []
    return [
        Fault(
            "units",
            f"{reason} at {org.ids[row]!r}",
            repair,
            row=int(org.source_row[row]),
            column=column,
            value=float(values[row]),
        )
        for row in np.flatnonzero(bad).tolist()
    ]
