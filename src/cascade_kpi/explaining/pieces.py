"""How pieces of targets follow from targets, days and shares."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi.moving.days import fall_due
from cascade_kpi.moving.division import divide_by_share
from cascade_kpi.moving.summing import mean_of_levels

__all__ = ["ByShare", "FallsDue", "MeanByDays", "PieceOfAmount", "Weighed"]


@frozen
class FallsDue:
    """What falls due of lots on some days.

    Inputs are the lots, the weight of all days that they are due over, and what of it has
    passed before these days, and after them.
    """

    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        lots, whole, opens, closes = map(int, inputs)
        ends = fall_due(np.array([lots, lots]), np.array([opens, closes]), np.array([whole, whole]))
        return float(ends[1] - ends[0])

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class ByShare:
    """One of those who hold at once: the first input by the shares that follow."""

    which: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        shares = np.array(inputs[1:])
        group = np.zeros(len(shares), dtype=np.int64)
        return float(divide_by_share(np.array([int(inputs[0])]), group, shares)[self.which])

    def words(self) -> str:
        """The clause."""
        return f"share {self.which + 1}, by largest remainder"


@frozen
class Weighed:
    """A share of days: the first input times what passed from the second to the third."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.multiply(inputs[0], int(inputs[2]) - int(inputs[1])))

    def words(self) -> str:
        """The clause."""
        return "share × days"


@frozen
class PieceOfAmount:
    """A target in proportion to days and share: the first input by the second of the third."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.multiply(inputs[0], np.float64(inputs[1]) / int(inputs[2])))

    def words(self) -> str:
        """The clause."""
        return "by its part of the days"


@frozen
class MeanByDays:
    """The mean of the targets of what is held: these, then as many weights."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        many = len(inputs) // 2
        levels, weights = np.array(inputs[:many]), np.array(inputs[many:])
        return float(mean_of_levels(levels, weights, np.zeros(many, dtype=np.int64), 1)[0])

    def words(self) -> str:
        """The clause."""
        return "mean of what is held, by days and shares"
