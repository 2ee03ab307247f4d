"""Scales of ratings, and what a survey states about its table."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import (
    as_number,
    as_texts,
    as_tuple,
    members,
    not_numbers,
    not_texts,
    repeated,
)
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Scale", "Survey"]

_NEAR = 1e-9
_GREATEST = 1e100  # so that no sum and no square of ratings is too large for a float


@record("cascade_kpi/rating.scale")
@frozen
class Scale:
    """The values that a rating can have, in points.

    Parameters
    ----------
    low, high : float
        Its ends, both on it; from −1e100 to 1e100.
    step : float or None
        From each value to the next, and a part of the way from end to end; None
        for every value between.

    Examples
    --------
    >>> Scale(1, 5).steps
    5
    >>> Scale(1, 5, step=0.5).faulty(np.array([3.5, 3.2, 6.0])).tolist()
    [False, True, True]
    """

    low: float = field(converter=as_number)
    high: float = field(converter=as_number)
    step: float | None = field(default=1.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        numbers: dict[str, Any] = {"low": self.low, "high": self.high}
        if self.step is not None:
            numbers["step"] = self.step
        faults = not_numbers("scale", **numbers)
        check(faults)
        if not self.low < self.high:
            reason, repair = f"not above the low end, {self.low:g}", "give the low end first"
            faults.append(Fault("scale", reason, repair, column="high", value=self.high))
        elif max(-self.low, self.high) > _GREATEST or self.width < 1 / _GREATEST:
            reason = "its ends lie beyond ±1e100, or no further than 1e-100 apart"
            faults.append(Fault("scale", reason, "use another unit"))
        elif self.step is not None and not self._divides(self.step):
            reason = f"not a whole part of the way from {self.low:g} to {self.high:g}"
            repair = "give a step that ends at the high end, or None for any value between"
            faults.append(Fault("scale", reason, repair, column="step", value=self.step))
        check(faults)

    def _divides(self, step: float) -> bool:
        if not 0 < step <= self.width or self.width / step > 1 / _NEAR:
            return False
        count = self.width / step
        return abs(count - round(count)) <= _NEAR

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low

    @property
    def steps(self) -> int | None:
        """How many values it has, None if every value between is one."""
        return None if self.step is None else round(self.width / self.step) + 1

    @property
    def chance(self) -> float:
        """The variance of ratings that fall on all its values alike."""
        if self.step is None or self.steps is None:
            return self.width**2 / 12
        return float(self.step**2 * (self.steps**2 - 1) / 12)

    def faulty(self, values: FloatArray) -> NDArray[np.bool_]:
        """Which values are not on the scale, bool, in the shape of the values; NaN is no fault."""
        with np.errstate(invalid="ignore", over="ignore"):
            out = (values < self.low) | (values > self.high)
            if self.step is not None:
                place = (values - self.low) / self.step
                out |= np.abs(place - np.rint(place)) > _NEAR
        return out

    def __str__(self) -> str:
        steps = "any value" if self.step is None else f"steps of {self.step:g}"
        return f"{self.low:g} to {self.high:g}, {steps}"


@record("cascade_kpi/rating.survey")
@frozen
class Survey:
    """What is known of a table of ratings beside its rows.

    Parameters
    ----------
    items : tuple of str
        What is rated, in order.
    scales : tuple of rating.Scale
        One an item.
    own : str
        The relation in which people rate themselves.
    outside : tuple of str
        Relations whose raters need not be nodes of the tree.
    """

    items: tuple[str, ...] = field(converter=as_texts)
    scales: tuple[Scale, ...] = field(converter=as_tuple)
    own: str = "self"
    outside: tuple[str, ...] = field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = not_texts("survey", own=self.own)
        members("survey", self.items, str, "write each as text", faults, column="items")
        members(
            "survey", self.scales, Scale, "make it with rating.Scale(1, 5)", faults, column="scales"
        )
        members("survey", self.outside, str, "write each as text", faults, column="outside")
        check(faults)
        if len(self.items) != len(self.scales):
            reason = f"{len(self.scales)} scales beside {len(self.items)} items"
            faults.append(Fault("survey", reason, "give one an item", column="scales"))
        faults += [
            Fault("survey", "named twice", "name each once", column="items", value=name)
            for name in repeated(self.items)
        ]
        if self.own in self.outside:
            repair = "leave it out: who rates themself is rated"
            faults.append(Fault("survey", "people cannot rate themselves from outside", repair,
                                column="outside", value=self.own))  # fmt: skip
        check(faults)

    @property
    def common(self) -> Scale | None:
        """The scale of all items, None if they have several."""
        return self.scales[0] if len(set(self.scales)) == 1 else None
