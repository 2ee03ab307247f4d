"""How the points of its parts make the value of a section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add
from typing import ClassVar, Protocol, TypeGuard, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.places import Where, within

__all__ = [
    "Combine",
    "Geometric",
    "Mean",
    "OfSome",
    "Some",
    "Sum",
    "Weakest",
    "is_sum",
    "takes_some",
    "weighted_mean",
]

Weight = float | FloatArray

Some = tuple[Where, FloatArray]
"""Those of m nodes that have a part on their card, r of them, and their points, (r,)."""

_PATTERNED = 8  # parts whose absence fits the bits of a byte


@runtime_checkable
class Combine(Protocol):
    """A rule that makes one value of the points of several parts.

    Attributes
    ----------
    weighs : bool
        Whether it looks at weights. Where it does not, parts need none: all are on.
    """

    @property
    def weighs(self) -> bool:
        """Whether it looks at weights."""
        ...

    def __call__(self, points: Iterable[FloatArray], weights: Sequence[Weight]) -> FloatArray:
        """The value, float64 (m,), NaN where no part has points.

        Parameters
        ----------
        points : iterable of float64 array (m,)
            One a part, at least one; NaN, which is left out with its weight, where
            a part is absent. Each is used up before the next is asked for.
        weights : sequence of float, or of float64 array (m,)
            One a part, zero or more.
        """
        ...

    def slopes(
        self, points: Sequence[FloatArray], weights: Sequence[Weight]
    ) -> list[FloatArray] | None:
        """What a point more of each part adds to the value, float64 (m,) each.

        Where it depends on which parts are there and not on how many points they have,
        so that the value is Σ slope·points; else None.
        """
        ...


@runtime_checkable
class OfSome(Protocol):
    """A combine that takes each part's points of those nodes alone that have it on their card."""

    def of_some(
        self, points: Iterable[Some], weights: Sequence[FloatArray], group: IntArray
    ) -> FloatArray:
        """The value, float64 (m,), to the bit that of all points with weights of zero.

        Parameters
        ----------
        points : iterable of Some
            One a part; the nodes that it leaves out weigh nothing for it.
        weights : sequence of float64 array (groups,)
            One a part.
        group : int64 array (m,)
            Of each node.
        """
        ...


def takes_some(combine: Combine) -> TypeGuard[OfSome]:
    """Whether a combine takes points of those alone that have them.

    Not a class that combines in its own way and merely inherits `of_some`.
    """
    for kind in type(combine).__mro__:
        if "__call__" in vars(kind):
            return "of_some" in vars(kind)
    return False


def is_sum(combine: Combine) -> bool:
    """Whether the value is a sum of slopes and points, whatever the points are."""
    return combine.slopes([np.zeros(1)], [1.0]) is not None


def weighted_mean(
    points: Iterable[FloatArray], weights: Sequence[Weight]
) -> tuple[FloatArray, FloatArray]:
    """Σ weight·points and Σ weight over the parts that are there, not divided yet."""
    top = weighed = np.empty(0)
    gone: list[NDArray[np.bool_]] = []
    complete = True
    for item, weight in zip(points, weights, strict=True):
        if not gone:
            top, weighed = np.zeros(len(item)), np.empty(len(item))
        np.multiply(item, weight, out=weighed)
        absent = np.isnan(weighed)
        if absent.any():
            complete = False
            np.copyto(weighed, 0.0, where=absent)
        top += weighed
        gone.append(absent)
    if complete:
        return top, np.full(len(top), reduce(add, weights, 0.0))
    return top, _present_weight(gone, weights)


def _present_weight(gone: list[NDArray[np.bool_]], weights: Sequence[Weight]) -> FloatArray:
    """Sum, in order, of the weights of the parts that are not gone.

    With few parts of the same weight for all, which parts are gone is one of
    few patterns: each pattern's sum is made once and looked up.
    """
    if len(weights) > _PATTERNED or not all(isinstance(weight, float) for weight in weights):
        total = np.zeros(len(gone[0]))
        for absent, weight in zip(gone, weights, strict=True):
            total += np.where(absent, 0.0, weight) if absent.any() else weight
        return total
    patterns = np.arange(1 << len(weights))
    sums = np.zeros(len(patterns))
    pattern = np.zeros(len(gone[0]), dtype=np.uint8)
    for i, (absent, weight) in enumerate(zip(gone, weights, strict=True)):
        sums += np.where(patterns >> i & 1, 0.0, weight)
        pattern |= absent.view(np.uint8) * np.uint8(1 << i)  # quicker than a shift
    return sums.take(pattern.astype(np.intp))  # and ten times as quick as by bytes


def _mean_of_some(
    points: Iterable[Some], weights: Sequence[FloatArray], group: IntArray
) -> tuple[FloatArray, FloatArray]:
    """As :func:`weighted_mean`, part by part over those nodes that have it.

    What all parts weigh is summed once a group; it is summed again, in the same
    order, for nodes that lack some part.
    """
    top = np.zeros(len(group))
    gone: list[IntArray] = []
    for (rows, each), weight in zip(points, weights, strict=True):
        weighed = weight.take(group[rows] if isinstance(rows, slice) else group.take(rows))
        weighed *= each
        absent = np.flatnonzero(np.isnan(weighed))
        gone.append(np.asarray(within(rows, absent)))
        weighed[absent] = 0.0
        if isinstance(rows, slice):
            top[rows] += weighed
        else:
            np.add.at(top, rows, weighed)  # no row twice: as quick as any, and the same bits
    whole: FloatArray = reduce(add, weights, np.zeros(1))
    bottom = whole.take(group)
    if any(map(len, gone)):
        _weigh_again(bottom, gone, weights, group)
    return top, bottom


def _weigh_again(
    bottom: FloatArray, gone: list[IntArray], weights: Sequence[FloatArray], group: IntArray
) -> None:
    """Sum, in order, the weights of the parts that are there, where some are gone."""
    some = np.zeros(len(group), dtype=bool)
    for rows in gone:
        some[rows] = True
    short = np.flatnonzero(some)
    place = np.empty(len(group), dtype=np.intp)
    place[short] = np.arange(len(short))
    groups, total = group.take(short), np.zeros(len(short))
    for rows, weight in zip(gone, weights, strict=True):
        there = weight.take(groups)
        there[place.take(rows)] = 0.0
        total += there
    bottom[short] = total


def _divided(top: FloatArray, bottom: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.divide(top, bottom, out=top)


def _raised(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.where(bottom > 0, np.exp(top / bottom), np.nan)


@record("cascade_kpi/combines.mean")
@frozen
class Mean:
    """The weighted arithmetic mean: Σ weight·points ÷ Σ weight.

    Examples
    --------
    >>> Mean()([np.array([90.0, 90.0]), np.array([60.0, np.nan])], [2.0, 1.0])
    array([80., 90.])
    """

    weighs: ClassVar[bool] = True

    def __call__(self, points: Iterable[FloatArray], weights: Sequence[Weight]) -> FloatArray:
        """The value, NaN where no part has points."""
        return _divided(*weighted_mean(points, weights))

    def of_some(
        self, points: Iterable[Some], weights: Sequence[FloatArray], group: IntArray
    ) -> FloatArray:
        """The value, of parts that some of the nodes have."""
        return _divided(*_mean_of_some(points, weights, group))

    def slopes(self, points: Sequence[FloatArray], weights: Sequence[Weight]) -> list[FloatArray]:
        """Each part's weight over those of the parts that are there; zero where it is not."""
        there = [np.where(np.isnan(each), 0.0, w) for each, w in zip(points, weights, strict=True)]
        whole = reduce(add, there)
        with np.errstate(invalid="ignore"):
            return [np.divide(each, whole) for each in there]


@record("cascade_kpi/combines.geometric")
@frozen
class Geometric:
    """The weighted geometric mean: exp(Σ weight·ln points ÷ Σ weight).

    A weak part cannot be made up by a strong one. Points of zero make it zero;
    points below zero have none and are taken as `least`.

    Parameters
    ----------
    least : float
        The least that points count as, zero or more: a floor such as 1 keeps one
        part from deciding alone.

    References
    ----------
    United Nations Development Programme, Human Development Report, technical
    note 1, takes the geometric mean of three dimension indices.

    Examples
    --------
    >>> Geometric()([np.array([100.0, 100.0]), np.array([25.0, 0.0])], [1.0, 1.0])
    array([50.,  0.])
    """

    least: float = field(default=0.0, converter=as_number)
    weighs: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("geometric", least=self.least)
        if not faults and self.least < 0:
            reason, repair = "there is no geometric mean of what is below zero", "give 0 or more"
            faults = [Fault("geometric", reason, repair, column="least", value=self.least)]
        check(faults)

    def __call__(self, points: Iterable[FloatArray], weights: Sequence[Weight]) -> FloatArray:
        """The value, NaN where no part has points."""
        logs = (self._log(each) for each in points)
        sides = list(zip(logs, weights, strict=True))
        # −∞ · 0 is no number: a part of weight zero says nothing.
        used = [np.where(np.equal(w, 0), np.nan, each) for each, w in sides]
        with np.errstate(invalid="ignore", divide="ignore"):
            return _raised(*weighted_mean(used, weights))

    def of_some(
        self, points: Iterable[Some], weights: Sequence[FloatArray], group: IntArray
    ) -> FloatArray:
        """The value, of parts that some of the nodes have."""
        logs = ((rows, self._log(each)) for rows, each in points)
        with np.errstate(invalid="ignore", divide="ignore"):
            return _raised(*_mean_of_some(logs, weights, group))

    def _log(self, points: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.log(np.maximum(points, self.least))

    def slopes(self, points: Sequence[FloatArray], weights: Sequence[Weight]) -> None:
        """None: what a point adds depends on the others."""
        return


@record("cascade_kpi/combines.weakest")
@frozen
class Weakest:
    """The least points of any part: a chain is as strong as its weakest link.

    Weights only say which parts are on the card.

    Examples
    --------
    >>> Weakest()([np.array([90.0, 90.0]), np.array([60.0, np.nan])], [1.0, 1.0])
    array([60., 90.])
    """

    weighs: ClassVar[bool] = False

    def __call__(self, points: Iterable[FloatArray], weights: Sequence[Weight]) -> FloatArray:
        """The value, NaN where no part has points."""
        return reduce(np.fmin, _on(points, weights))

    def slopes(self, points: Sequence[FloatArray], weights: Sequence[Weight]) -> None:
        """None: only the weakest part adds anything, as long as it is the weakest."""
        return


@record("cascade_kpi/combines.sum")
@frozen
class Sum:
    """The sum of points: for parts whose full marks are their weight.

    Weights only say which parts are on the card.

    Examples
    --------
    >>> Sum()([np.array([40.0, 40.0]), np.array([55.0, np.nan])], [1.0, 1.0])
    array([95., 40.])
    """

    weighs: ClassVar[bool] = False

    def __call__(self, points: Iterable[FloatArray], weights: Sequence[Weight]) -> FloatArray:
        """The value, NaN where no part has points."""
        out, none = np.empty(0), np.empty(0, dtype=np.bool_)
        for each in _on(points, weights):
            if not len(out):
                out, none = np.zeros(len(each)), np.ones(len(each), dtype=bool)
            absent = np.isnan(each)
            out += np.where(absent, 0.0, each)
            none &= absent
        return np.where(none, np.nan, out)

    def slopes(self, points: Sequence[FloatArray], weights: Sequence[Weight]) -> list[FloatArray]:
        """One for each part that is there."""
        return [np.where(np.isnan(each), 0.0, 1.0) for each in _on(points, weights)]


def _on(points: Iterable[FloatArray], weights: Sequence[Weight]) -> Iterable[FloatArray]:
    """Points of parts, absent where they weigh nothing."""
    for each, weight in zip(points, weights, strict=True):
        if isinstance(weight, float):
            yield each if weight > 0 else np.full(len(each), np.nan)
        else:
            yield np.where(weight > 0, each, np.nan)
