"""How a result is set against its target before a curve gives it points."""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import not_texts
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.directions import Direction, Reaching
from cascade_kpi.records import record

__all__ = ["Attainment", "Invertible", "Progress", "Proportion", "Result"]

_POLICIES = ("refuse", "met", "exclude")


@runtime_checkable
class Attainment(Protocol):
    """A rule that makes the number a curve is read at.

    Attributes
    ----------
    baseline : str or None
        Column of the tree with where things stood, if the rule needs it.
    """

    @property
    def baseline(self) -> str | None:
        """Column of the tree the rule needs, or None."""
        ...

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, baseline: FloatArray
    ) -> FloatArray:
        """Attainment, elementwise, float64; NaN where a needed number is absent.

        `baseline` is one NaN for a rule without one.
        """
        ...

    def refuses(self, target: FloatArray) -> NDArray[np.bool_]:
        """Targets, in KPI units, for which the rule has no answer."""
        ...


@runtime_checkable
class Invertible(Attainment, Protocol):
    """An attainment that can be taken back into KPI units, for performance plans."""

    def on_target(self, target: float) -> float:
        """What is attained on target; NaN where that is not known."""
        ...

    def ahead(self, attainment: float, target: float, better: Direction) -> float:
        """How far an attainment is beyond that on target, below zero where it is worse."""
        ...

    def result(
        self, attainment: float, target: float, better: Direction, baseline: float
    ) -> tuple[float, float]:
        """The result in KPI units at which that is attained.

        Both ends of a range around the target where there are two, else the second is NaN;
        two NaN where there is none. `baseline` is NaN for a rule without one.
        """
        ...


_NOWHERE = (np.nan, np.nan)


@record("cascade_kpi/attainments.proportion")
@frozen
class Proportion:
    """The result in proportion to its target, by the KPI's direction.

    Higher is better: ``1 + (a − t)/|t|``, which is a/t for a positive target.
    Lower is better: ``1 − (a − t)/|t|``. On target: 1 within the band, falling
    by the distance over ``|t|``.

    Parameters
    ----------
    zero : {"refuse", "met", "exclude"}
        A target of zero has no proportion: refuse to score, or count 1 where
        it is met and 0 where not, or treat the item as absent.
    """

    zero: Literal["refuse", "met", "exclude"] = field(default="refuse")
    baseline: ClassVar[str | None] = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.zero, str) or self.zero not in _POLICIES:
            reason, repair = "no such policy for a target of zero", suggest(self.zero, _POLICIES)
            check([Fault("proportion", reason, repair, column="zero", value=self.zero)])

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, baseline: FloatArray
    ) -> FloatArray:
        """Attainment, a pure number."""
        share = better.proportion(actual, target)
        if np.fmin.reduce(target, axis=None, initial=np.inf) > 0:
            return share  # absent where a target is
        nothing = np.equal(target, 0)
        if self.zero == "met":
            met = np.where(better.shortfall(actual, target) > 0, 0.0, 1.0)
            answer = np.where(np.isnan(actual), np.nan, met)
        else:
            answer = np.full(np.shape(share), np.nan)
        return np.where(nothing, answer, share)

    def refuses(self, target: FloatArray) -> NDArray[np.bool_]:
        """Targets of zero, if they are refused."""
        if self.zero != "refuse":
            return np.zeros(np.shape(target), dtype=bool)
        return np.equal(target, 0)

    def on_target(self, target: float) -> float:
        """1."""
        return 1.0

    def ahead(self, attainment: float, target: float, better: Direction) -> float:
        """``attainment − 1``."""
        return attainment - 1.0

    def result(
        self, attainment: float, target: float, better: Direction, baseline: float
    ) -> tuple[float, float]:
        """By the direction, if it can be asked; nowhere for a target of zero."""
        if np.isnan(target) or target == 0 or not isinstance(better, Reaching):
            return (target, np.nan) if attainment == 1 else _NOWHERE
        return better.reaching(attainment, target)


@record("cascade_kpi/attainments.progress")
@frozen
class Progress:
    """The way gone from a baseline to the target: (a − b)/(t − b).

    The same for every direction: 0 where things stood, 1 at the target.

    Parameters
    ----------
    baseline : str
        Column of the tree, in KPI units, with an entry for every node that is
        to be scored; where it is blank or equals the target, attainment is
        absent.
    """

    baseline: str

    def __attrs_post_init__(self) -> None:
        check(not_texts("progress", baseline=self.baseline))

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, baseline: FloatArray
    ) -> FloatArray:
        """Attainment, a pure number."""
        way = target - baseline
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(way == 0, np.nan, np.divide(actual - baseline, way))

    def refuses(self, target: FloatArray) -> NDArray[np.bool_]:
        """No target is refused."""
        return np.zeros(np.shape(target), dtype=bool)

    def on_target(self, target: float) -> float:
        """1."""
        return 1.0

    def ahead(self, attainment: float, target: float, better: Direction) -> float:
        """``attainment − 1``."""
        return attainment - 1.0

    def result(
        self, attainment: float, target: float, better: Direction, baseline: float
    ) -> tuple[float, float]:
        """``baseline + attainment·(target − baseline)``; nowhere but on target without a way."""
        if attainment == 1:
            return target, np.nan
        way = target - baseline
        return (baseline + attainment * way, np.nan) if way != 0 else _NOWHERE


@record("cascade_kpi/attainments.result")
@frozen
class Result:
    """The result itself, in KPI units: for curves whose levels are results."""

    baseline: ClassVar[str | None] = None

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, baseline: FloatArray
    ) -> FloatArray:
        """The result, in KPI units."""
        return actual

    def refuses(self, target: FloatArray) -> NDArray[np.bool_]:
        """No target is refused."""
        return np.zeros(np.shape(target), dtype=bool)

    def on_target(self, target: float) -> float:
        """The target."""
        return target

    def ahead(self, attainment: float, target: float, better: Direction) -> float:
        """How much better a result is than the target, by the direction; NaN without a target."""
        if np.isnan(target) or attainment == target:
            return attainment - target
        short = float(better.shortfall(np.array([attainment]), np.array([target]))[0])
        return -short if short > 0 else abs(attainment - target)

    def result(
        self, attainment: float, target: float, better: Direction, baseline: float
    ) -> tuple[float, float]:
        """The result itself."""
        return attainment, np.nan
