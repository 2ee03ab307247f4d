"""hierarchicalforecast to full accuracy: its solver goes on to a residual of 1e-12.

The package has no setting for it, so the solver it calls is bound to that tolerance, in this
process alone.
"""

from __future__ import annotations

from job import Job
from organisation import Organisation
from peers_hierarchicalforecast import minimum_trace
from scipy.sparse import linalg

NAME = "hierarchicalforecast_tight"
REASONS: dict[str, str] = {}

_loose = linalg.bicgstab


def _tight(a: object, b: object, **_: object) -> object:
    return _loose(a, b, rtol=1e-12, atol=0.0)


def reconcile(case: Organisation) -> Job:
    linalg.bicgstab = _tight
    return minimum_trace(case, "wls_struct")


def reconcile_ols(case: Organisation) -> Job:
    linalg.bicgstab = _tight
    return minimum_trace(case, "ols")
