"""How much each target weighs when it is reconciled with what was offered from below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, everywhere
from cascade_kpi._fields import as_number, as_numbers, is_a, not_whole
from cascade_kpi.errors import Fault, check
from cascade_kpi.org.reach import unknown_kinds
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = [
    "CERTAIN",
    "BottomUp",
    "ByKind",
    "ByLevel",
    "Column",
    "Confidence",
    "Equal",
    "MiddleOut",
    "Structural",
    "TopDown",
    "Weight",
    "as_confidence",
    "odd_weights",
]

CERTAIN: Literal["certain"] = "certain"
"""The confidence in what is kept exactly."""

LEAST, MOST = 1e-100, 1e100  # weights in between, and their products, are floats

Weight = float | Literal["certain"]


@runtime_checkable
class Confidence(Protocol):
    """A rule that gives the target of every node a weight."""

    def __call__(self, org: OrgTree) -> FloatArray:
        """Weights, float64 (n,), rows in the tree's order.

        Zero for targets that do not count, infinite for those that are kept
        exactly, else a number above zero. The tree ends at the nodes that
        report the KPI. Raises InputError, listing every fault, if what the
        rule needs is not there.
        """
        ...


def _as_mapping(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return MappingProxyType({kind: as_number(weight) for kind, weight in given.items()})


def _number(weight: Weight) -> float:
    return math.inf if isinstance(weight, str) else weight


def odd_weight(source: str, value: object, *, column: str | None = None) -> list[Fault]:
    """A fault if a value is no weight: a number, zero or more, or ``"certain"``."""
    if value == CERTAIN and isinstance(value, str):
        return []
    if not isinstance(value, float) or math.isnan(value):
        reason, repair = "not a confidence", "give a number, zero or more, or 'certain'"
    elif math.isinf(value) and value > 0:
        reason, repair = "infinite", "write 'certain' for what is kept exactly"
    elif value < 0:
        reason, repair = "negative", "a confidence is zero or more"
    elif value and not LEAST <= value <= MOST:
        reason, repair = "not between 1e-100 and 1e100", "only its size beside the others counts"
    else:
        return []
    return [Fault(source, reason, repair, column=column, value=value)]


def odd_weights(weights: FloatArray) -> NDArray[np.bool_]:
    """Where numbers are no weights; infinite ones are, of what is certain."""
    if weights.size and weights.min() >= LEAST and weights.max() <= MOST:
        return np.zeros(weights.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        fine = (weights == 0) | np.isposinf(weights) | ((weights >= LEAST) & (weights <= MOST))
    return np.asarray(~fine)


@record("cascade_kpi/confidences.equal")
@frozen
class Equal:
    """The same for every node: ordinary least squares.

    Parameters
    ----------
    weight : float or "certain"

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> Equal(2)(org)
    array([2., 2., 2.])
    """

    weight: Weight = field(default=1.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(odd_weight("equal", self.weight, column="weight"))

    def __call__(self, org: OrgTree) -> FloatArray:
        """The weight, (n,); one number, read-only."""
        return everywhere(_number(self.weight), (len(org),))


@record("cascade_kpi/confidences.structural")
@frozen
class Structural:
    """One over the number of leaves at or below a node: structural weighted least squares.

    As if every leaf's target were as uncertain as any other's, and independent
    of them. R. J. Hyndman, A. J. Lee and E. Wang, *Computational Statistics &
    Data Analysis* 97, 2016; G. Athanasopoulos and others, *European Journal of
    Operational Research* 262, 2017.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> Structural()(org)
    array([0.5, 1. , 1. ])
    """

    def __call__(self, org: OrgTree) -> FloatArray:
        """One over leaves, (n,)."""
        return 1.0 / org.layout.leaves


@record("cascade_kpi/confidences.by_level")
@frozen
class ByLevel:
    """A weight for each level of the tree, from the roots down.

    Parameters
    ----------
    weights : iterable of float or "certain"
        The last is for all levels that are lower still.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "a"]})
    >>> ByLevel(["certain", 3])(org)
    array([inf,  3.,  3.])
    """

    weights: tuple[Weight, ...] = field(converter=as_numbers)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.weights, tuple) or not self.weights:
            repair = "give one for each level, from the roots down"
            check([Fault("by level", "not a list of confidences", repair, value=self.weights)])
        check(
            [
                Fault("by level", fault.reason, fault.repair, row=i, value=weight)
                for i, weight in enumerate(self.weights)
                for fault in odd_weight("by level", weight)
            ]
        )

    def __call__(self, org: OrgTree) -> FloatArray:
        """The weight of each node's level, (n,)."""
        weights = np.array(list(map(_number, self.weights)))
        return weights[np.minimum(org.depth, len(weights) - 1)]


@record("cascade_kpi/confidences.by_kind")
@frozen
class ByKind:
    """A weight for each kind of node.

    Parameters
    ----------
    weights : mapping of str to float or "certain"
    otherwise : float or "certain"
        For nodes of any other kind; by default their targets do not count.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a"], "parent": ["", "hq"], "kind": ["company", "shop"]}, kind="kind"
    ... )
    >>> ByKind({"company": "certain"}, otherwise=1)(org)
    array([inf,  1.])
    """

    weights: Mapping[str, Weight] = field(converter=_as_mapping)
    otherwise: Weight = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = odd_weight("by kind", self.otherwise, column="otherwise")
        if isinstance(self.weights, Mapping):
            for kind, weight in self.weights.items():
                if not isinstance(kind, str):
                    faults.append(Fault("by kind", "not a kind", "name it as text", value=kind))
                faults += odd_weight("by kind", weight, column=str(kind))
        else:
            repair = "give a mapping of kinds to confidences"
            faults.append(Fault("by kind", "not a mapping", repair, value=self.weights))
        check(faults)

    def __hash__(self) -> int:
        return hash((tuple(self.weights.items()), self.otherwise))

    def __call__(self, org: OrgTree) -> FloatArray:
        """The weight of each node's kind, (n,).

        Raises
        ------
        InputError
            If no node is of one of the kinds.
        """
        check(unknown_kinds("by kind", self.weights, org))
        codes = [_number(self.weights.get(kind, self.otherwise)) for kind in org.kind_names]
        return np.array(codes, dtype=np.float64)[org.kind_codes]


@record("cascade_kpi/confidences.column")
@frozen
class Column:
    """From a column of the tree: numbers, zero or more.

    The inverse of a variance, for weighted least squares by variance; any
    other measure of how much a target is to be believed.

    Parameters
    ----------
    name : str
        A column that is filled for every node.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"], "trust": [3, 1]})
    >>> Column("trust")(org)
    array([3., 1.])
    """

    name: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            repair = "name a column of the tree"
            check([Fault("column", "not a name", repair, column="name", value=self.name)])

    def __call__(self, org: OrgTree) -> FloatArray:
        """The column, (n,).

        Raises
        ------
        InputError
            If there is no such column, or entries are blank or no confidences.
        """
        weights = np.asarray(org.numbers(self.name), dtype=np.float64)
        odd = np.flatnonzero(odd_weights(weights) | np.isinf(weights)).tolist()
        faults = []
        for row in odd:
            weight = float(weights[row])
            told = odd_weight("units", weight, column=self.name)
            if math.isnan(weight):
                told = [Fault("units", "blank", "give a confidence", column=self.name)]
            source = int(org.source_row[row])
            faults += [
                Fault("units", f.reason, f.repair, row=source, column=self.name, value=f.value)
                for f in told
            ]
        check(faults)
        return weights


@record("cascade_kpi/confidences.bottom_up")
@frozen
class BottomUp:
    """Leaves count, and nobody else: what is above them is their sum.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> BottomUp()(org)
    array([0., 1., 1.])
    """

    def __call__(self, org: OrgTree) -> FloatArray:
        """One at the leaves, zero above, (n,)."""
        return org.is_leaf.astype(np.float64)


@record("cascade_kpi/confidences.middle_out")
@frozen
class MiddleOut:
    """One level is certain: summed above, divided by the KPI's split below.

    Parameters
    ----------
    level : int
        Roots are level 0. A leaf above that level is certain as well.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "a"]})
    >>> MiddleOut(1)(org)
    array([ 0., inf,  0.])
    """

    level: int

    def __attrs_post_init__(self) -> None:
        check(not_whole("middle out", 0, 1 << 31, level=self.level))

    def __call__(self, org: OrgTree) -> FloatArray:
        """Infinite at the level, zero elsewhere, (n,)."""
        at = (org.depth == self.level) | (org.is_leaf & (org.depth < self.level))
        return np.where(at, np.inf, 0.0)


@record("cascade_kpi/confidences.top_down")
@frozen
class TopDown:
    """The roots are certain, and the KPI's split divides what they have.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> TopDown()(org)
    array([inf,  0.,  0.])
    """

    def __call__(self, org: OrgTree) -> FloatArray:
        """Infinite at the roots, zero below, (n,)."""
        return np.where(org.depth == 0, np.inf, 0.0)


def as_confidence(value: object) -> Confidence:
    """A rule as it is; a number, or ``"certain"``, is the same for every node.

    Raises
    ------
    InputError
    """
    if is_a(value, Confidence):
        return value  # type: ignore[return-value]  # it has been looked at
    plain = as_number(value)
    if isinstance(plain, float) or plain == CERTAIN:
        return Equal(plain)
    repair = "give a number, 'certain', or one of cascade_kpi.confidences"
    check([Fault("reconcile", "not a confidence", repair, column="confidence", value=value)])
    raise AssertionError
