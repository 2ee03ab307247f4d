"""scipy.sparse, one small matrix a level: an expert's hand-made design.

The nodes lie level by level and one matrix per level adds children to
their parents. Less code and less memory than the closure, and faster; but
nobody finds it in scipy's manual, so it is listed apart from ``scipy``.
"""

from __future__ import annotations

import numpy as np
from job import Job, in_input_order
from levels import Levels
from organisation import Organisation
from peers_scipy import score
from scipy.sparse import csr_array

NAME = "scipy_levels"
REASONS = {
    "build": "no ids: rows must be numbered by something else first",
    "cascade_lots": "no rounding to whole lots that keeps sums",
    "update_one": "a matrix product recomputes every node",
}


def _matrices(levels: Levels) -> list[csr_array]:
    """For each level below the root the matrix that adds it to the level above."""
    matrices = []
    for d in range(1, len(levels)):
        above = levels.above(d)
        shape = (int(levels.start[d] - levels.start[d - 1]), len(above))
        ones = np.ones(len(above))
        matrices.append(csr_array((ones, (above, np.arange(len(above)))), shape=shape))
    return matrices


def _add_up(levels: Levels, matrices: list[csr_array], values: np.ndarray) -> np.ndarray:
    """Sum over every subtree, in place."""
    for d in range(len(levels) - 1, 0, -1):
        values[levels.rows(d - 1)] += matrices[d - 1] @ values[levels.rows(d)]
    return values


def roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    matrices = _matrices(levels)
    values = case.values[levels.order]

    def run() -> np.ndarray:
        return _add_up(levels, matrices, np.where(np.isnan(values), 0.0, values))

    return Job(run, lambda result: in_input_order(levels.order, result))


def score_roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    matrices = _matrices(levels)
    actual = np.ascontiguousarray(case.actual[:, levels.order])
    target = np.ascontiguousarray(case.target[:, levels.order])

    def run() -> np.ndarray:
        total = score(actual, target, case.weights)
        there = ~np.isnan(total)
        pair = np.column_stack([np.where(there, total, 0.0), there])
        weighted, count = _add_up(levels, matrices, pair).T
        with np.errstate(invalid="ignore"):
            return weighted / count

    return Job(run, lambda result: in_input_order(levels.order, result))
