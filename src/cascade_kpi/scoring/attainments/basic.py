"""A result against its target: in proportion, as the way from a baseline, or by itself."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number
from cascade_kpi.errors import check
from cascade_kpi.kpis.directions import Direction, Reaching
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments.given import columns_of, not_given, numbers_of
from cascade_kpi.scoring.attainments.undefined import answered, not_policy

__all__ = [
    "Absolute",
    "Attainment",
    "Invertible",
    "OneWay",
    "Progress",
    "Proportion",
    "Remedied",
    "Result",
    "absolute",
    "one_way",
]


@runtime_checkable
class Attainment(Protocol):
    """A rule that makes the number a curve is read at.

    Attributes
    ----------
    columns : tuple of str
        Columns of the tree that the rule needs, such as where things stood; mostly none.
    """

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the tree the rule needs."""
        ...

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Attainment, elementwise, float64; NaN where a needed number is absent.

        `columns` are those that it needs, in their order.
        """
        ...

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """Where the rule has no answer: a mask of the shape of `target`, in KPI units."""
        ...


@runtime_checkable
class OneWay(Protocol):
    """An attainment that may count what is past the target as better, whatever the direction."""

    @property
    def one_way(self) -> bool:
        """Whether it does, and is of no use where on target is best."""
        ...


def one_way(rule: Attainment) -> bool:
    """Whether what is past the target counts as better even where on target is best."""
    return isinstance(rule, OneWay) and rule.one_way


@runtime_checkable
class Absolute(Protocol):
    """An attainment that may be another number than 1 on target."""

    @property
    def absolute(self) -> bool:
        """Whether it is, as a result, a difference or a place between goalposts are."""
        ...


def absolute(rule: Attainment) -> bool:
    """Whether 1 is not what is attained on target."""
    return isinstance(rule, Absolute) and rule.absolute


@runtime_checkable
class Remedied(Protocol):
    """An attainment that says what can be done where it refuses."""

    @property
    def remedy(self) -> str:
        """The repair, as a clause."""
        ...


@runtime_checkable
class Invertible(Attainment, Protocol):
    """An attainment that can be taken back into KPI units, for performance plans.

    `columns` are one number for each of those that it needs, NaN where it is absent.
    """

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """What is attained on target; NaN where that is not known."""
        ...

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """How far an attainment is beyond that on target, below zero where it is worse."""
        ...

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """The result in KPI units at which that is attained.

        Both ends of a range around the target where there are two, else the second is NaN;
        two NaN where there is none.
        """
        ...


_NOWHERE = (math.nan, math.nan)


@record("cascade_kpi/attainments.proportion")
@frozen
class Proportion:
    """The result in proportion to its target, by the KPI's direction.

    Higher is better: ``1 + (a − t)/|t|``, which is a/t for a positive target.
    Lower is better: ``1 − (a − t)/|t|``, which is 2 − a/t. On target: 1 within the band,
    falling by the distance over ``|t|``.

    Parameters
    ----------
    zero : {"refuse", "met", "exclude"}
        A target of zero has no proportion: refuse to score, or count 1 where
        it is met and 0 where not, or treat the item as absent.
    negative : {"magnitude", "refuse", "met", "exclude"}
        A target below zero, such as a planned loss: by its magnitude, as in the formulas, so
        that a loss of 8 against a planned loss of 10 attains 1.2; or as for zero.

    Notes
    -----
    Where lower is better, many systems divide the other way round, t/a:
    :class:`Quotient <cascade_kpi.attainments.Quotient>`. The two agree on target and nearly so
    close to it: 10 % too much is 0.9 here and 0.909 there. Far from it they part: twice the
    target is 0 here and 0.5 there, half of it 1.5 here and 2 there. This one is the default
    because it is a straight line: one unit more costs the same everywhere, a gap in points
    splits as the gap in units does, and results of zero and below have an answer.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> churn, target = np.array([1.8, 2.0, 2.2, 4.0]), np.full(4, 2.0)
    >>> Proportion()(churn, target, directions.Lower())
    array([1.1, 1. , 0.9, 0. ])
    """

    zero: Literal["refuse", "met", "exclude"] = field(default="refuse")
    negative: Literal["magnitude", "refuse", "met", "exclude"] = field(default="magnitude")
    columns: ClassVar[tuple[str, ...]] = ()

    def __attrs_post_init__(self) -> None:
        faults = not_policy("proportion", zero=self.zero)
        check(faults + not_policy("proportion", ("magnitude",), negative=self.negative))

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Attainment, a pure number."""
        share = better.proportion(actual, target)
        if np.fmin.reduce(target, axis=None, initial=np.inf) > 0:
            return share  # absent where a target is
        zero, below = np.equal(target, 0), np.less(target, 0)
        given = actual, target, better
        if self.negative != "magnitude":
            share = answered(self.negative, below, share, given)
        return answered(self.zero, zero, share, given)

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """Targets of zero and below, if they are refused."""
        nothing = np.zeros(np.shape(target), dtype=bool)
        zero = np.equal(target, 0) if self.zero == "refuse" else nothing
        return zero | np.less(target, 0) if self.negative == "refuse" else zero

    @property
    def remedy(self) -> str:
        """What can be done about a target that is refused."""
        told = "choose what a target of zero means with Proportion(zero='met') or 'exclude'"
        if self.negative == "refuse":
            told += ", one below zero with negative='magnitude', 'met' or 'exclude'"
        return f"{told}, or change the target"

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """1."""
        return 1.0

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """``attainment − 1``."""
        return attainment - 1.0

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """By the direction, if it can be asked; nowhere for a target without a proportion."""
        none = target == 0 or (target < 0 and self.negative != "magnitude")
        if none or math.isnan(target) or not isinstance(better, Reaching):
            return (target, math.nan) if attainment == 1 else _NOWHERE
        return better.reaching(attainment, target)


@record("cascade_kpi/attainments.progress")
@frozen
class Progress:
    """The way gone from a baseline to the target: (a − b)/(t − b).

    The same for every direction: 0 where things stood, 1 at the target. From a start to a
    target, or from a baseline year to a target year.

    Parameters
    ----------
    baseline : str or float
        Column of the tree, in KPI units, with an entry for every node that is
        to be scored; where it is blank, attainment is absent. Or a number, the same for all.
    already : {"refuse", "met", "exclude"}
        A baseline that meets the target already, by being equal to it or better, leaves no way
        to go, and by the formula falling back would count as progress: refuse to score, or
        count 1 where the target is met and 0 where not, or treat the item as absent.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> actual, target = np.array([20.0, 26.0, 32.0]), np.full(3, 30.0)
    >>> Progress(20)(actual, target, directions.Higher())
    array([0. , 0.6, 1.2])
    """

    baseline: str | float = field(converter=as_number)
    already: Literal["refuse", "met", "exclude"] = field(default="refuse")
    one_way: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = not_given("progress", baseline=self.baseline)
        check(faults + not_policy("progress", already=self.already))

    @property
    def columns(self) -> tuple[str, ...]:
        """The column of the baseline, if it is one."""
        return columns_of(self.baseline)

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Attainment, a pure number."""
        (baseline,) = numbers_of([self.baseline], columns)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.divide(actual - baseline, target - baseline)
        there = better.shortfall(baseline, target) == 0
        return answered(self.already, there, np.asarray(share), (actual, target, better))

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """Targets that the baseline meets already, if they are refused."""
        if self.already != "refuse":
            return np.zeros(np.shape(target), dtype=bool)
        (baseline,) = numbers_of([self.baseline], columns)
        return np.asarray(better.shortfall(baseline, target) == 0)

    @property
    def remedy(self) -> str:
        """What can be done about a target that is refused."""
        told = "its baseline meets it already: choose what that means with"
        return f"{told} Progress(…, already='met') or 'exclude', or change one of them"

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """1."""
        return 1.0

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """``attainment − 1``."""
        return attainment - 1.0

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """``baseline + attainment·(target − baseline)``; nowhere but on target without a way."""
        if attainment == 1:
            return target, math.nan
        (baseline,) = map(float, numbers_of([self.baseline], [np.array(each) for each in columns]))
        short = better.shortfall(np.array([baseline]), np.array([target]))[0]
        way = target - baseline
        return (baseline + attainment * way, math.nan) if short > 0 else _NOWHERE


@record("cascade_kpi/attainments.result")
@frozen
class Result:
    """The result itself, in KPI units: for curves whose levels are results."""

    columns: ClassVar[tuple[str, ...]] = ()
    absolute: ClassVar[bool] = True

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """The result, in KPI units."""
        return actual

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """No target is refused."""
        return np.zeros(np.shape(target), dtype=bool)

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """The target."""
        return target

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """How much better a result is than the target, by the direction; NaN without a target."""
        if math.isnan(target) or attainment == target:
            return attainment - target
        short = float(better.shortfall(np.array([attainment]), np.array([target]))[0])
        return -short if short > 0 else abs(attainment - target)

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """The result itself."""
        return attainment, math.nan
