"""A base, a measure and fences that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/yardsticks.trend")
@frozen
class Trend:
    """Where the way from the first cycle to the last leads to in one cycle more."""

    def __call__(self, past, target, better):
        """Bases, (m,)."""
        if len(past) == 1:
            return np.array(past[0])
        return past[-1] + (past[-1] - past[0]) / (len(past) - 1)


@record("acme/yardsticks.part")
@frozen
class Part:
    """What is asked, as a part of it and the base together: never beyond one."""

    def __call__(self, more, base):
        """Stretches, (m,)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return more / (np.abs(more) + np.abs(base))

    def unit(self, kpi):
        """None: it is a pure number."""
        return ""


@record("acme/yardsticks.most")
@frozen
class Most:
    """Where most of the peers lie: all but a share at either end."""

    ends: float = field(converter=float)

    def __call__(self, groups):
        """Lower fences, upper fences, spreads, (g,) each."""
        low, high = groups.quantile(self.ends), groups.quantile(1.0 - self.ends)
        return low, high, high - low
