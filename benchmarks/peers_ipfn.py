"""ipfn: iterative proportional fitting, the package of that name."""

from __future__ import annotations

import numpy as np
from ipfn import ipfn
from job import Job
from organisation import Organisation

NAME = "ipfn"
REASONS: dict[str, str] = {}


def fit(case: Organisation) -> Job:
    """Its criterion is the largest relative change of a round; both stop at 1e-8."""
    seed, rows, columns = case.table()

    def run() -> np.ndarray:
        return ipfn.ipfn(
            seed.copy(), [rows, columns], [[0], [1]], convergence_rate=case.NEAR
        ).iteration()

    return Job(run, lambda result: result)
