"""A curve that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/curves.sigmoid")
@frozen
class Sigmoid:
    """Half of the points at the middle, ever less for ever more."""

    middle: float = field(default=1.0, converter=float)
    steepness: float = field(default=4.0, converter=float)
    most: float = field(default=100.0, converter=float)

    def __call__(self, attainment):
        """Points; rational, so that no exponential rounds differently in a vector."""
        way = self.steepness * (attainment - self.middle)
        return self.most * (0.5 + 0.5 * way / (1.0 + np.abs(way)))
