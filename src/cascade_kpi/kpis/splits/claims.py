"""Splits made of other claims: blends, growth, thresholds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, as_parts, members, not_numbers, not_texts
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.splits.basic import Split, summed_drivers, unit_faults
from cascade_kpi.kpis.splits.limits import limits_of, margins_of, refuse_shared
from cascade_kpi.org.rollup import fold_children
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["Blend", "Grown", "Threshold"]

_SLACK = 1e-12  # relative, of a share at the edge


def _of_siblings(org: OrgTree, claims: FloatArray) -> FloatArray:
    """The sum of the claims of every node and its siblings; 0 for roots."""
    total = np.append(fold_children(org.layout, claims, np.add), 0.0)
    return np.asarray(np.nan_to_num(total[org.parent]))


def _claims(org: OrgTree, split: Split) -> FloatArray:
    """A split's claims, zero for roots, once they are found to be claims."""
    claims = np.asarray(split(org))
    below = org.parent >= 0
    sound = claims.shape == (len(org),) and claims.dtype.kind in "fiu"
    if not sound or not np.isfinite(claims[below]).all() or (claims[below] < 0).any():
        reason = "a split must answer one finite number a node, zero or more"
        check([Fault("split", reason, "mend its __call__", value=split)])
    return np.where(below, claims, 0.0)


@record("cascade_kpi/splits.grown")
@frozen
class Grown:
    """In proportion to a driver grown at each leaf's own rate.

    Parameters
    ----------
    driver : str
        Column of the tree: last period's result of every leaf.
    growth : str
        Column of the tree with each leaf's expected growth, a pure number
        above −1: 0.05 for 5 %. What is grown is scaled to the goal.
    """

    driver: str
    growth: str
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        check(not_texts("grown", driver=self.driver, growth=self.growth))

    def __call__(self, org: OrgTree) -> FloatArray:
        """Claims in the driver's unit, (n,).

        Raises
        ------
        InputError
            If a column is not there, a leaf has no entry in one of them, a
            driver is negative, growth is −1 or less, or an inner node has an
            entry in either.
        """
        given, growth = org.numbers(self.driver), org.numbers(self.growth)
        leaf, faults = org.is_leaf, []
        for column, values in ((self.driver, given), (self.growth, growth)):
            bad = leaf & np.isnan(values)
            repair = "give it a number; zero if there is none"
            faults += unit_faults(org, column, values, bad, reason="a leaf is blank", repair=repair)
            bad = ~leaf & ~np.isnan(values)
            repair = "leave it blank: what is grown is summed over the leaves"
            faults += unit_faults(
                org, column, values, bad, reason="an inner node has an entry", repair=repair
            )
        shrunk = growth <= -1
        repair = "growth is a share above −1, such as 0.05"
        faults += unit_faults(org, self.growth, growth, shrunk, reason="too small", repair=repair)
        check(faults)
        return summed_drivers(org, self.driver, given * (1.0 + growth))


@record("cascade_kpi/splits.weighed")
@frozen
class _Part:
    """One part of a blend.

    Attributes
    ----------
    weight : float
    split : Split
    """

    weight: float = field(converter=as_number)
    split: Split


def _parts(parts: Any) -> Any:
    return as_parts(_Part, parts)


@record("cascade_kpi/splits.blend")
@frozen
class Blend:
    """By the shares of several splits, each with a weight.

    A node's claim is Σ weight·share, its share being its claim over those of
    itself and its siblings. A split that gives a family no claims at all is
    left out there, and the weights of the others are what counts.

    Parameters
    ----------
    parts : iterable of (weight, split)
        Dividing splits; weights are above zero, and only their proportions
        matter.

    Examples
    --------
    >>> half = Blend([(0.5, ProRata("last_year")), (0.5, Equal())])
    >>> org = OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "last_year": ["", 90, 10]}
    ... )
    >>> half(org)
    array([0. , 0.7, 0.3])
    """

    parts: tuple[_Part, ...] = field(converter=_parts)
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        repair = "give pairs such as (0.6, splits.ProRata(…))"
        for i, part in members("blend", self.parts, _Part, repair, faults):
            faults += refuse_shared("blend", part.split, row=i)
            if not isinstance(part.weight, float) or not 0 < part.weight < np.inf:
                reason = "a weight is a finite number above zero"
                faults.append(Fault("blend", reason, "correct it", row=i, value=part.weight))
        if self.parts == ():
            faults.append(Fault("blend", "no parts", repair))
        check(faults)

    def __call__(self, org: OrgTree) -> FloatArray:
        """Shares, pure numbers, (n,).

        Raises
        ------
        InputError
            If a part refuses, or has limits or margins of its own.
        """
        total, weights = np.zeros(len(org)), np.zeros(len(org))
        largest = max(part.weight for part in self.parts)  # only proportions matter
        for part in self.parts:
            weight = part.weight / largest
            limited = ~np.isnan(limits_of(part.split, org)).all()
            if limited or margins_of(part.split, org).any():
                reason = "a part of a blend has limits, or is over-assigned"
                check([Fault("blend", reason, "put them around the blend", value=part.split)])
            claims = _claims(org, part.split)
            family = _of_siblings(org, claims)
            some = family > 0
            total += np.where(some, weight * claims / np.where(some, family, 1.0), 0.0)
            weights += np.where(some, weight, 0.0)
        return total / np.where(weights > 0, weights, 1.0)


@record("cascade_kpi/splits.threshold")
@frozen
class Threshold:
    """By another split's claims, of which those of too small a share count as none.

    Parameters
    ----------
    split : Split
        A dividing split.
    share : float
        Of the claims of a node and its siblings, above 0 and below 1: who has
        less has no claim. 0.04 in elections to the Austrian National Council.
    """

    split: Split
    share: float = field(converter=as_number)
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = refuse_shared("threshold", self.split) + not_numbers("threshold", share=self.share)
        if isinstance(self.share, float) and not 0 < self.share < 1:
            reason, repair = "a share lies between 0 and 1", "give 0.04 for 4 %"
            faults.append(Fault("threshold", reason, repair, column="share", value=self.share))
        check(faults)

    def __call__(self, org: OrgTree) -> FloatArray:
        """Claims in the unit of the split's, (n,)."""
        claims = _claims(org, self.split)
        edge = self.share * _of_siblings(org, claims)
        # A share that is at the threshold in decimals is not below it for a last bit.
        return np.where(claims >= edge * (1.0 - _SLACK), claims, 0.0)

    def limits(self, org: OrgTree) -> tuple[FloatArray, FloatArray]:
        """Those of the split."""
        return limits_of(self.split, org)

    def margins(self, org: OrgTree) -> FloatArray:
        """Those of the split."""
        return margins_of(self.split, org)
