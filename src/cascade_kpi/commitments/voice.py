"""One voice in a reconciliation: what everybody is asked for, and how much that weighs."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, everywhere, is_everywhere

__all__ = ["Extent", "Voice"]


class Extent(NamedTuple):
    """The least and the most of some numbers; NaN if any of them is absent."""

    least: float
    most: float

    @classmethod
    def of(cls, values: FloatArray) -> Extent:
        """Those of an array, in any shape."""
        if not values.size:
            return cls(np.inf, -np.inf)
        if is_everywhere(values):
            one = float(values[(0,) * values.ndim])
            return cls(one, one)
        return cls(float(values.min()), float(values.max()))

    def is_inside(self, least: float, most: float) -> bool:
        """Whether all of them are there, and between two numbers or at one of them."""
        return self.least >= least and self.most <= most


@frozen(eq=False)
class Voice:
    """What it asks of everybody, by period and place in sweep order.

    Its extents are asked for again and again on the way, so they are found once.

    Attributes
    ----------
    wish : float64 array (p, m)
        In lots, NaN where there is none. Read-only where nobody states anything, as is
        `weight`: see :func:`everywhere`.
    weight : float64 array (p, m)
        The confidence in it; zero where there is none, infinite if it is certain.
    """

    wish: FloatArray
    weight: FloatArray

    @classmethod
    def silent(cls, shape: tuple[int, int]) -> Voice:
        """Nobody is asked for anything."""
        return cls(everywhere(np.nan, shape), everywhere(0.0, shape))

    @cached_property
    def wishes(self) -> Extent:
        """The least and the most that is asked for."""
        return Extent.of(self.wish)

    @cached_property
    def weights(self) -> Extent:
        """The lightest and the heaviest."""
        return Extent.of(self.weight)

    @property
    def is_full(self) -> bool:
        """Whether everybody is asked for something."""
        return self.wishes.least == self.wishes.least

    @property
    def is_silent(self) -> bool:
        """Whether nothing weighs anything."""
        return self.weights.most == 0

    @property
    def is_sure(self) -> bool:
        """Whether anything is certain."""
        return self.weights.most == np.inf
