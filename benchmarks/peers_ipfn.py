"""ipfn, the package of that name: a table from its margins."""

from __future__ import annotations

import numpy as np
from ipfn import ipfn
from job import Job
from organisation import FIT_NEAR, Organisation

NAME = "ipfn"
REASONS: dict[str, str] = {}


def fit(case: Organisation) -> Job:
    """Through arrays, its fastest form; it writes to what it is given, so the seed is copied.

    Its criterion is the largest relative change of a round.
    """
    seed, rows, columns = case.margins()

    def run() -> np.ndarray:
        return ipfn.ipfn(
            seed.copy(), [rows, columns], [[0], [1]], convergence_rate=FIT_NEAR
        ).iteration()

    return Job(run, lambda table: table)
