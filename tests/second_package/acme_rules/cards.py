"""A kind of item and a way to combine that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/items.balance")
@frozen
class Balance:
    """Two KPIs that are to move together: points fall by how far their attainments are apart."""

    one: str
    other: str
    each: float = field(default=2.0, converter=float)  # points for each per cent apart

    @property
    def name(self):
        """As it stands on the card."""
        return f"{self.one} with {self.other}"

    @property
    def kpis(self):
        """Both."""
        return (self.one, self.other)

    def points(self, reading):
        """Points, NaN where one of them has no attainment."""
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = (reading.result(kpi) / reading.target(kpi) for kpi in self.kpis)
        return np.maximum(100.0 - 100.0 * self.each * np.abs(one - other), 0.0)

    def at_target(self, reading):
        """Full points where both have been measured."""
        return np.where(np.isnan(self.points(reading)), np.nan, 100.0)


@record("acme/combines.harmonic")
@frozen
class Harmonic:
    """The weighted harmonic mean: harder on the weak than the geometric one."""

    weighs = True

    def __call__(self, points, weights):
        """The value; zero where any part that weighs something has none."""
        top = bottom = 0.0
        for each, weight in zip(points, weights, strict=True):
            there = ~np.isnan(each) & (np.asarray(weight) > 0)
            with np.errstate(divide="ignore"):
                parts = weight / np.maximum(each, 0.0)
            top = top + np.where(there, weight, 0.0)
            bottom = bottom + np.where(there, parts, 0.0)
        with np.errstate(invalid="ignore"):
            return np.divide(top, np.where(top > 0, bottom, np.nan))

    def slopes(self, points, weights):
        """None: what a point adds depends on how many there are."""
        return
