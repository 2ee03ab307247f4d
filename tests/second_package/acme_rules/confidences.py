"""A confidence that the library does not have."""

import numpy as np
from attrs import frozen

from cascade_kpi.records import record


@record("acme/confidences.past_errors")
@frozen
class PastErrors:
    """By how far earlier targets were missed: one over the square; blank does not count."""

    column: str

    def __call__(self, org):
        """Weights, (n,)."""
        errors = org.numbers(self.column)
        return np.where(np.isnan(errors), 0.0, 1.0 / (errors * errors))
