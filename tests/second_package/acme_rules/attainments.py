"""An attainment that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/attainments.growth")
@frozen
class Growth:
    """Logarithmic growth since a baseline: doubling twice is twice doubling.

    log(a/b) / log(t/b), 0 where things stood and 1 at the target; `least` where
    nothing is left to take the logarithm of. Absent where the baseline or the
    target is zero, negative, or the same.
    """

    baseline: str
    least: float = field(default=-1.0, converter=float)

    @property
    def columns(self):
        """The column of the baseline."""
        return (self.baseline,)

    def __call__(self, actual, target, better, *columns):
        """Attainment, a pure number."""
        (baseline,) = columns
        sound = (baseline > 0) & (target > 0) & (baseline != target)
        with np.errstate(divide="ignore", invalid="ignore"):
            way = np.log(np.where(sound, target / baseline, np.nan))
            gone = np.maximum(np.log(actual / baseline) / way, self.least)
        return np.where(sound & (actual <= 0), self.least, gone)

    def refuses(self, target, better, *columns):
        """No target is refused."""
        return np.zeros(np.shape(target), dtype=bool)
