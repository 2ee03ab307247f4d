"""What a result is beyond its target, and beyond what it was."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.directions import Direction, ways
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments.given import columns_of, not_given, numbers_of

__all__ = ["Difference", "Improvement"]


def _gain(actual: FloatArray, than: FloatArray, better: Direction) -> FloatArray:
    """How much better a result is than a number, in KPI units; below zero where it is worse."""
    short = better.shortfall(actual, than)
    return np.where(short > 0, -short, np.where(short == 0, better.shortfall(than, actual), short))


def _gained(gain: float, than: float, better: Direction) -> tuple[float, float]:
    """The result that is so much better than a number; nowhere if none is known to be."""
    more_is_worse, less_is_worse = ways(better)
    both = more_is_worse and less_is_worse
    found = (
        than if gain == 0 else math.nan if both else than - gain if more_is_worse else than + gain
    )
    got = float(_gain(np.array([found]), np.array([than]), better)[0])
    return (found if math.isclose(got, gain, abs_tol=1e-12) else math.nan), math.nan


@record("cascade_kpi/attainments.difference")
@frozen
class Difference:
    """How far the result is beyond its target, in KPI units: for curves whose levels are gaps.

    Higher is better: a − t. Lower is better: t − a. On target: 0 within the band, else the
    distance from it, below zero. Every target has an answer, zero and negative ones too. For
    a KPI in per cent the units are percentage points.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> share, target = np.array([23.0, 25.0, 26.5]), np.full(3, 25.0)
    >>> Difference()(share, target, directions.Higher())
    array([-2. ,  0. ,  1.5])
    """

    columns: ClassVar[tuple[str, ...]] = ()
    absolute: ClassVar[bool] = True

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """How far beyond, in KPI units."""
        return _gain(actual, target, better)

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """No target is refused."""
        return np.zeros(np.shape(target), dtype=bool)

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """0; NaN without a target."""
        return target - target

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """The difference itself; NaN without a target."""
        return attainment - self.on_target(target, better)

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """``target ± attainment``, the better way; but on target nowhere where that is best."""
        return _gained(attainment, target, better)


@record("cascade_kpi/attainments.improvement")
@frozen
class Improvement:
    """How much better than before: ``(a − b)/|b|``, or ``(b − a)/|b|`` where lower is better.

    0.1 is ten per cent better than the baseline, last year's result say. The target is not
    read: a curve's levels say how much improvement is wanted. A loss of 8 after one of 10 is
    an improvement of 0.2; so is a profit of 12 after one of 10.

    Parameters
    ----------
    baseline : str or float
        Column of the tree, in KPI units; where it is blank, attainment is absent. Or a number.
    zero : {"refuse", "exclude"}
        From zero no share can be had: refuse to score, or treat the item as absent.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> profit, none = np.array([-8.0, 12.0]), np.full(2, np.nan)
    >>> Improvement("last_year")(profit, none, directions.Higher(), np.array([-10.0, 10.0]))
    array([0.2, 0.2])
    """

    baseline: str | float = field(converter=as_number)
    zero: Literal["refuse", "exclude"] = field(default="refuse")
    one_way: ClassVar[bool] = True
    absolute: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = not_given("improvement", baseline=self.baseline)
        if not faults and self.baseline == 0:
            reason, repair = "no improvement on zero", "use Difference(), or another baseline"
            column, value = "baseline", self.baseline
            faults = [Fault("improvement", reason, repair, column=column, value=value)]
        policies = ("refuse", "exclude")
        if not isinstance(self.zero, str) or self.zero not in policies:
            reason, repair = "no such policy", suggest(self.zero, policies)
            faults.append(Fault("improvement", reason, repair, column="zero", value=self.zero))
        check(faults)

    @property
    def columns(self) -> tuple[str, ...]:
        """The column of the baseline, if it is one."""
        return columns_of(self.baseline)

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Improvement, a pure number."""
        (before,) = numbers_of([self.baseline], columns)
        size = np.where(before == 0, np.nan, np.abs(before))
        return np.divide(_gain(actual, before, better), size)

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """Everybody whose baseline is zero, if that is refused."""
        (before,) = numbers_of([self.baseline], columns)
        zero = (before == 0) & (self.zero == "refuse")
        return np.array(np.broadcast_to(zero, np.shape(target)))

    @property
    def remedy(self) -> str:
        """What can be done about a baseline that is refused."""
        return f"{self.baseline} is zero here: use Improvement(…, zero='exclude'), or correct it"

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """The improvement that the target asks for."""
        told = np.array([target]), np.array([target]), better
        return float(self(*told, *(np.array([each]) for each in columns))[0])

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """``attainment`` less that on target."""
        return attainment - self.on_target(target, better, *columns)

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """``baseline ± attainment·|baseline|``, the better way; nowhere from zero."""
        if attainment == self.on_target(target, better, *columns):
            return target, math.nan
        (before,) = map(float, numbers_of([self.baseline], [np.array(each) for each in columns]))
        size = abs(before) if before != 0 else math.nan
        return _gained(attainment * size, before, better)
