"""The plain ratio, the better way round."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.directions import Direction, ways
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments.undefined import answered, not_policy

__all__ = ["Quotient"]


@record("cascade_kpi/attainments.quotient")
@frozen
class Quotient:
    """Result over target, or target over result where lower is better.

    Higher is better: a/t. Lower is better: t/a, and `most` for a result of zero or less. On
    target: 1 within the band, else a over its lower edge or its upper edge over a. Never more
    than `most`.

    Parameters
    ----------
    most : float
        The most attainment; t/a has no end as the result comes near to zero.
    not_positive : {"refuse", "met", "exclude"}
        A target of zero or less has no such ratio, nor one whose band reaches to zero: refuse
        to score, or count 1 where it is met and 0 where not, or treat the item as absent.

    Notes
    -----
    Where higher is better and below `most` it is what
    :class:`Proportion <cascade_kpi.attainments.Proportion>` says; where lower is better they
    differ, as is told there. With t/a each further unit saved counts for more than the one
    before, and a result of twice the target still attains a half.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> churn, target = np.array([0.0, 1.0, 2.0, 2.5, 4.0]), np.full(5, 2.0)
    >>> Quotient()(churn, target, directions.Lower())
    array([2. , 2. , 1. , 0.8, 0.5])
    """

    most: float = field(default=2.0, converter=as_number)
    not_positive: Literal["refuse", "met", "exclude"] = field(default="refuse")
    columns: ClassVar[tuple[str, ...]] = ()

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("quotient", most=self.most)
        if not faults and self.most < 1:
            reason, repair = "the most is below 1, which is on target", "give 1 or more"
            faults = [Fault("quotient", reason, repair, column="most", value=self.most)]
        check(faults + not_policy("quotient", not_positive=self.not_positive))

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Attainment, a pure number."""
        # A ratio too large for a float is beyond `most`, which is an answer.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            share = np.minimum(_share(actual, target, better), self.most)
        undefined = _undefined(target, better)
        return answered(self.not_positive, undefined, share, (actual, target, better))

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """Targets of zero or less, if they are refused."""
        refused = self.not_positive == "refuse"
        return _undefined(target, better) & refused

    @property
    def remedy(self) -> str:
        """What can be done about a target that is refused."""
        told = "choose what it means with Quotient(not_positive='met') or 'exclude'"
        return f"{told}, or use Proportion(), or change the target"

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """1."""
        return 1.0

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """``attainment − 1``."""
        return attainment - 1.0

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """``attainment·target``, or ``target/attainment``; nowhere for more than the most."""
        if math.isnan(target) or _undefined(np.array([target]), better)[0]:
            return (target, math.nan) if attainment == 1 else (math.nan, math.nan)
        found = _unshared(attainment, target, better)
        got = self(np.array(found), np.full(2, target), better)
        # Only what is known to be attained there: a direction of one's own may be otherwise.
        near = np.abs(got - attainment) <= 1e-9
        low, high = np.where(near, found, math.nan).tolist()
        return (high, math.nan) if math.isnan(low) else (low, high)


def _undefined(target: FloatArray, better: Direction) -> NDArray[np.bool_]:
    none = np.less_equal(target, 0)
    if all(ways(better)):  # a band that holds zero
        return np.asarray(none | (better.shortfall(np.zeros_like(target), target) == 0))
    return none


def _share(actual: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
    more_is_worse, less_is_worse = ways(better)
    if not more_is_worse:
        return np.divide(actual, target)
    saved = np.where(actual <= 0, np.inf, np.divide(target, actual))
    if not less_is_worse:
        return np.where(np.isnan(target), np.nan, saved)
    short = better.shortfall(actual, target)
    up = np.divide(actual, actual + short)  # over the lower edge of the band
    down = np.divide(actual - short, actual)  # the upper edge over it
    return np.where(short == 0, 1.0, np.where(actual < target, up, down))


def _unshared(attainment: float, target: float, better: Direction) -> tuple[float, float]:
    more_is_worse, less_is_worse = ways(better)
    down = target / attainment if attainment > 0 else math.nan
    if not more_is_worse:
        return attainment * target, math.nan
    if not less_is_worse:
        return down, math.nan
    goal = np.array([target])
    lower = float(better.shortfall(np.zeros(1), goal)[0])
    upper = 2 * target - float(better.shortfall(2 * goal, goal)[0])
    if attainment == 1 and lower == upper:
        return target, math.nan
    return attainment * lower, down * (upper / target)
