"""Targets of a ratio: counted numerators over expected volumes."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array
from cascade_kpi.kpis.aggregates import Aggregate

__all__ = ["Grain", "Ratios", "unscaled"]

_BITS = 52  # of all numerators together: their counts are then exact floats
_CHANGE_BITS = 50  # of all changes together: what is divided is below 2^51


def unscaled(aggregate: Aggregate, tops: FloatArray) -> FloatArray:
    """A ratio's first part as its reports state it: of a per cent, not a hundredfold."""
    if aggregate.inputs != ("numerator", "denominator"):
        return tops
    one = np.ones(1)
    scale: FloatArray = aggregate.parts(one, one)[0]
    return tops / scale


@frozen
class Grain:
    """What the numerators of a KPI are counted in: units of a power of two.

    Attributes
    ----------
    exponent : int
        One unit is 2^exponent, of ratio × volume.
    """

    exponent: int

    @classmethod
    def for_size(cls, numerators: float, changes: float) -> Grain:
        """The smallest units in which numerators are below 2^52 together, changes below 2^50."""
        sizes = ((numerators, _BITS), (changes, _CHANGE_BITS))
        return cls(max((int(np.frexp(size)[1]) - bits for size, bits in sizes if size), default=0))

    def whole(self, amounts: FloatArray) -> IntArray:
        """Amounts in units, rounded half to even."""
        return np.rint(np.ldexp(amounts, -self.exponent)).astype(np.int64)

    def values(self, counts: IntArray) -> FloatArray:
        """Amounts of so many units, float64."""
        return np.ldexp(counts.astype(np.float64), self.exponent)


@frozen(hash=False)
class Ratios:
    """Targets of one KPI as ratios of counted numerators.

    Attributes
    ----------
    counted : Grain
    counts : int64 array (p, n)
        Numerators in units, `NO_LOTS` where there is no target.
    volumes : float64 array (n,)
        Expected denominators; NaN for nodes that the KPI does not reach.
    values : float64 array (p, n)
        In KPI units, NaN where there is no target.
    """

    counted: Grain
    counts: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    volumes: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    values: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @property
    def numerators(self) -> FloatArray:
        """Numerators, ratio × volume, float64 (p, n), NaN where there is no target."""
        gone = np.isnan(self.values)
        return np.where(gone, np.nan, self.counted.values(np.where(gone, 0, self.counts)))

    @property
    def denominators(self) -> FloatArray:
        """Volumes, float64 (p, n), NaN where there is no target."""
        return np.where(np.isnan(self.values), np.nan, self.volumes)
