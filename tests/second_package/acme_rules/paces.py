"""A pace that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/paces.large_first")
@frozen
class LargeFirst:
    """By the square root of the volume: large units have more to change; none by too much."""

    most: float = field(converter=float)

    def __call__(self, baseline):
        """Points against those of the others, (n,)."""
        return np.sqrt(baseline.volumes)

    def bounds(self, baseline):
        """No further than `most` points from the base, either way, (n,)."""
        return baseline.rates - self.most, baseline.rates + self.most
