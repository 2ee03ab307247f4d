"""scipy's linear programs: controlled rounding as the transport problem that it is.

Every cell's fraction is rounded up by a part of one, at the least cost; at a corner of the feasible
tables, where the simplex method ends, every part is nothing or all.
"""

from __future__ import annotations

import numpy as np
from job import Job
from organisation import Organisation
from scipy.optimize import linprog
from scipy.sparse import coo_array

NAME = "scipy_tables"
REASONS: dict[str, str] = {}


def round_table(case: Organisation) -> Job:
    """By HiGHS, as it chooses; its two methods took as long."""
    table = case.fractions()
    m, n = table.shape
    cell = np.arange(m * n)
    at = np.concatenate([cell // n, m + cell % n]), np.concatenate([cell, cell])
    sums = coo_array((np.ones(2 * m * n), at), shape=(m + n, m * n)).tocsr()

    def run() -> np.ndarray:
        low = np.floor(table)
        part = table - low
        wanted = np.rint(np.concatenate([part.sum(axis=1), part.sum(axis=0)]))
        found = linprog(1 - 2 * part.ravel(), A_eq=sums, b_eq=wanted, bounds=(0, 1), method="highs")
        return low + np.rint(found.x).reshape(m, n)

    return Job(run, lambda whole: whole.astype(np.int64))
