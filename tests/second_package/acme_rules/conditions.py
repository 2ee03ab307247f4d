"""A condition that the library does not have."""

import numpy as np
from attrs import field, frozen

from cascade_kpi.records import record


@record("acme/conditions.hardly_covered")
@frozen
class HardlyCovered:
    """Something falls short, on less than a share of the reports that were due."""

    share: float = field(converter=float)

    def __call__(self, gaps, kpi):
        """Where it holds, bool (p, n)."""
        coverage = gaps.scores.results.coverage(kpi)
        return np.less(coverage, self.share) & (gaps.shortfall(kpi) > 0)

    def words(self):
        """As a clause."""
        return f"short on less than {self.share:.0%} of the reports"
