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


def fit_ways(case: Organisation) -> Job:
    """Three axes, and the margins of every two of them, as :func:`fit`."""
    seed, margins = case.margins_of_two()
    sums, axes = [each.copy() for each in margins.values()], [list(each) for each in margins]

    def run() -> np.ndarray:
        return ipfn.ipfn(
            seed.copy(), sums, axes, convergence_rate=FIT_NEAR, max_iteration=100_000
        ).iteration()

    return Job(run, lambda table: table)
