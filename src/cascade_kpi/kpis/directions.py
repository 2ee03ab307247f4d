"""Which way a KPI should go, and what attaining its target means."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, is_a, not_numbers
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record

__all__ = ["Direction", "Higher", "Lower", "OnTarget", "Reaching", "direction", "ways"]


@runtime_checkable
class Direction(Protocol):
    """Which results are good, against a target in the same unit.

    Both methods take and return float64 arrays that broadcast; NaN in gives
    NaN out.
    """

    def shortfall(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """How far the result is on the wrong side, in KPI units, zero or more."""
        ...

    def proportion(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """Attainment, a pure number: 1 on target, more is better.

        Defined for every target but zero, where it is not finite or NaN.
        """
        ...


@runtime_checkable
class Reaching(Direction, Protocol):
    """A direction that can be asked backwards, for performance plans."""

    def reaching(self, attainment: float, target: float) -> tuple[float, float]:
        """The results, in KPI units, whose proportion is the attainment.

        Both ends of a range around the target where there are two, else the second is NaN;
        two NaN where there is none.

        Parameters
        ----------
        target : float
            In KPI units, not zero.
        """
        ...


def _share(actual: FloatArray, target: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(actual, target))


def _mirrored(actual: FloatArray, target: FloatArray) -> FloatArray:
    """2 − actual/target, divided last: 110 against 100 is exactly what 0.9 is written as."""
    return _share(target - (actual - target), target)


def _all_positive(target: FloatArray) -> bool:
    """Whether every target there is, is positive: the common case, told in one pass."""
    return bool(np.fmin.reduce(target, axis=None, initial=np.inf) > 0)


@record("cascade_kpi/directions.higher")
@frozen
class Higher:
    """More is better: revenue, market share, retention."""

    def shortfall(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """How much is lacking: target − actual where positive."""
        return np.maximum(target - actual, 0.0)

    def proportion(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """``1 + (actual − target)/|target|``: actual/target for positive targets."""
        share = _share(actual, target)
        if _all_positive(target):
            return share
        return np.where(np.less(target, 0), _mirrored(actual, target), share)

    def reaching(self, attainment: float, target: float) -> tuple[float, float]:
        """``target + (attainment − 1)·|target|``."""
        return target + (attainment - 1) * abs(target), np.nan


@record("cascade_kpi/directions.lower")
@frozen
class Lower:
    """Less is better: churn, overdue receivables, complaints."""

    def shortfall(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """How much is too much: actual − target where positive."""
        return np.maximum(actual - target, 0.0)

    def proportion(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """``1 − (actual − target)/|target|``: 2 − actual/target for positive targets."""
        share = _mirrored(actual, target)
        return (
            share if _all_positive(target) else np.where(target < 0, _share(actual, target), share)
        )

    def reaching(self, attainment: float, target: float) -> tuple[float, float]:
        """``target − (attainment − 1)·|target|``."""
        return target - (attainment - 1) * abs(target), np.nan


@record("cascade_kpi/directions.on_target")
@frozen
class OnTarget:
    """On target within a band is best: stock cover, budget use.

    Parameters
    ----------
    band : float
        Half-width of the band, in KPI units, zero or more. The edges are in.
    """

    band: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(not_numbers("on target", band=self.band))
        if self.band < 0:
            reason, repair = "a band is zero or more", "give its half-width"
            check([Fault("on target", reason, repair, column="band", value=self.band)])

    def shortfall(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """How far outside the band, in KPI units."""
        return np.maximum(np.abs(actual - target) - self.band, 0.0)

    def proportion(self, actual: FloatArray, target: FloatArray) -> FloatArray:
        """1 within the band, falling by the distance from it over ``|target|``."""
        outside = self.shortfall(actual, target)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1.0 - np.divide(outside, np.abs(target)))

    def reaching(self, attainment: float, target: float) -> tuple[float, float]:
        """``target ± (band + (1 − attainment)·|target|)``; more than 1 is not to be reached."""
        if attainment > 1:
            return np.nan, np.nan
        off = self.band + (1 - attainment) * abs(target)
        return (target - off, target + off) if off > 0 else (target, np.nan)


_NAMED: dict[str, type[Higher | Lower]] = {"higher": Higher, "lower": Lower}


def ways(better: Direction) -> tuple[bool, bool]:
    """Whether a result far above its target falls short of it, and one far below."""
    far, zero = np.array([1e300]), np.zeros(1)
    up, down = better.shortfall(far, zero), better.shortfall(-far, zero)
    return bool(up[0] > 0), bool(down[0] > 0)


def direction(better: Direction | str) -> Direction:
    """A direction, from ``"higher"`` or ``"lower"`` or as it is.

    Raises
    ------
    InputError
        If it is neither a name nor a direction.
    """
    if isinstance(better, str) and better in _NAMED:
        return _NAMED[better]()
    if not is_a(better, Direction):
        repair = f"{suggest(better, _NAMED)} or an object such as OnTarget(band=0.5)"
        check([Fault("kpi", "not a direction", repair, column="better", value=better)])
    return better  # type: ignore[return-value]  # check has raised for a str
