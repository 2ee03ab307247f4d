"""biprop, the package of that name: biproportional apportionment by divisors in turn.

It prints how it went, and gives up after so many turns.
"""

from __future__ import annotations

import contextlib
import io

import numpy as np
from biprop import Election
from job import Job
from organisation import Organisation

NAME = "biprop"
REASONS: dict[str, str] = {}


def apportion(case: Organisation) -> Job:
    """By its rounding to the nearest, the method of Webster and Sainte-Laguë."""
    weights, rows, columns = case.seats_both_ways()

    def run() -> np.ndarray:
        with contextlib.redirect_stdout(io.StringIO()):
            election = Election(weights, party_seats=rows, region_seats=columns)
            return election.lower_apportionment(max_depth=10_000)

    return Job(run, np.asarray)
