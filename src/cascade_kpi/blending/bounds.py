"""Bounds: how far from its own a node's total may be taken."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._answers import every_number, odd_answers
from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_bounds
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Between", "Bound", "Within", "bound_faults", "try_bound"]

_TRIED = np.array([-5.0, 0.0, 50.0, 100.0, 130.0, np.nan, 1e6])
_OWN = np.array([90.0, 90.0, 90.0, 100.0, np.nan, 90.0, 90.0])


@runtime_checkable
class Bound(Protocol):
    """A rule that keeps totals within bounds, elementwise.

    It takes float64 arrays of one shape and answers totals of that shape; NaN
    where the total is NaN, finite elsewhere.
    """

    def __call__(self, total: FloatArray, own: FloatArray) -> FloatArray:
        """The total within bounds, in the unit of `total`; `own` may be NaN."""
        ...


@record("cascade_kpi/blending.within")
@frozen
class Within:
    """Others take at most so many points from a node's own total, and give at most so many.

    Parameters
    ----------
    down, up : float or None
        In points, zero or more; None for no bound. Where a node has no total of
        its own, there is no bound.

    Examples
    --------
    >>> Within(down=10, up=5)(np.array([70.0, 97.0]), np.array([90.0, 90.0]))
    array([80., 95.])
    """

    down: float | None = field(default=None, converter=as_number)
    up: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_bounds("within", down=self.down, up=self.up)
        for column, most in [] if faults else [("down", self.down), ("up", self.up)]:
            if most is not None and most < 0:
                reason, repair = "below zero", "give how far, zero or more"
                faults.append(Fault("within", reason, repair, column=column, value=most))
        check(faults)

    def __call__(self, total: FloatArray, own: FloatArray) -> FloatArray:
        """``min(max(total, own − down), own + up)``."""
        # fmax and fmin leave a total as it is where there is no own one.
        least = total if self.down is None else np.fmax(total, own - self.down)
        kept = least if self.up is None else np.fmin(least, own + self.up)
        return np.where(np.isnan(total), np.nan, kept)


@record("cascade_kpi/blending.between")
@frozen
class Between:
    """Totals between two stated ones.

    Parameters
    ----------
    least, most : float or None
        In the unit of the total; None for no bound.

    Examples
    --------
    >>> Between(most=120)(np.array([130.0, 90.0]), np.array([100.0, 100.0]))
    array([120.,  90.])
    """

    least: float | None = field(default=None, converter=as_number)
    most: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_bounds("between", least=self.least, most=self.most)
        check(faults)
        if self.least is not None and self.most is not None and self.least > self.most:
            reason = f"the least {self.least:g} is above the most {self.most:g}"
            check([Fault("between", reason, "swap them")])

    def __call__(self, total: FloatArray, own: FloatArray) -> FloatArray:
        """``min(max(total, least), most)``."""
        least = -np.inf if self.least is None else self.least
        most = np.inf if self.most is None else self.most
        return np.asarray(np.clip(total, least, most))


def try_bound(bound: Bound) -> FloatArray:
    """What a bound answers to some totals.

    Raises
    ------
    OddAnswer
        If that is not a number for every total that is there.
    """
    own = _OWN.copy()
    return every_number("it", lambda total: bound(total, own), _TRIED)


def bound_faults(source: str, column: str, bound: object) -> list[Fault]:
    """The fault of what is no bound, or answers oddly."""
    if not isinstance(bound, Bound) or isinstance(bound, type):
        repair = "use blending.Within(…), blending.Between(…), or an object with a numpy __call__"
        return [Fault(source, "not a bound", repair, column=column, value=bound)]
    repair = "answer a number for every total that is there"
    return odd_answers(source, column, bound, lambda: try_bound(bound), repair)
