"""apportionment, the package of that name: one group after another."""

from __future__ import annotations

import numpy as np
from apportionment.methods import compute
from job import Job
from organisation import Organisation

NAME = "apportionment"
REASONS: dict[str, str] = {}


def divisor_lots(case: Organisation) -> Job:
    """Seats by Sainte-Laguë; ties, which it breaks in its own way, are all but excluded."""
    seats, votes = case.groups()
    work = list(zip(seats.tolist(), votes.T.tolist(), strict=True))

    def run() -> list[list[int]]:
        return [compute("saintelague", v, s, tiesallowed=True, verbose=False) for s, v in work]

    return Job(run, lambda result: np.array(result).T)
