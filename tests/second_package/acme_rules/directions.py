"""A direction that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record


@record("acme/directions.inside")
@frozen
class Inside:
    """Best inside a range that lies unevenly about the target: stock, room temperature.

    In KPI units: from `under` below the target to `over` above it, edges in.
    """

    under: float = field(converter=float)
    over: float = field(converter=float)

    def __attrs_post_init__(self):
        if not (0 <= self.under < np.inf and 0 <= self.over < np.inf):
            repair = "give finite numbers, zero or more"
            check([Fault("inside", "no range", repair, value=(self.under, self.over))])

    def shortfall(self, actual, target):
        """How far outside the range."""
        outside = np.maximum(target - self.under - actual, actual - target - self.over)
        return np.maximum(outside, 0.0)

    def proportion(self, actual, target):
        """1 inside, falling by the distance from the range over the target's size."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1.0 - self.shortfall(actual, target) / np.abs(target)
