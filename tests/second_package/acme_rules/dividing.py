"""A method, a limit and a profile that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/methods.imperiali")
@frozen
class Imperiali:
    """Imperiali's divisors, d(k) = k + 2: harder on small members than Jefferson's.

    One lot after another, in all groups at once, to the largest quotient; ties go to
    the earlier member.
    """

    def __call__(self, lots, claims, low, high):
        """Whole lots, int64 (span, groups)."""
        have = np.array(low, dtype=np.float64)
        groups = np.arange(len(lots))
        left = lots - have.sum(axis=0)
        while (more := left > 0).any():
            open_ = (have < high) & (claims > 0)
            best = np.where(open_, claims / (have + 2), -1.0).argmax(axis=0)
            have[best[more], groups[more]] += 1
            left = left - more
        return have.astype(np.int64)


@record("acme/limits.in_training")
@frozen
class InTraining:
    """A most that grows with the years of service: half of it after one, two thirds after two.

    Who has no years has no limit.
    """

    years: str
    full: float = field(converter=float)

    def __call__(self, org):
        """In KPI units, (n,)."""
        years = org.numbers(self.years)
        return self.full * (years / (1.0 + years))


@record("acme/profiles.rising")
@frozen
class Rising:
    """Every period a step more than the one before: a product that is being launched."""

    step: float = field(converter=float)

    def __call__(self, org, kpi, labels):
        """Weights, (p, n)."""
        line = 1.0 + self.step * np.arange(len(labels))
        return np.repeat(line[:, None], len(org), axis=1)
