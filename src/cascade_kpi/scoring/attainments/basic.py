"""How a result is set against its target before a curve gives it points."""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import not_texts
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.records import record

__all__ = ["Attainment", "Progress", "Proportion", "Result"]

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
