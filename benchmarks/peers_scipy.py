"""scipy.sparse (with numpy for the arithmetic between): the roll-up as a matrix.

Two peers. ``scipy`` multiplies by the prebuilt closure matrix S, one call,
the way a summing matrix is written down; a triangular solve gave the same
answers in four times and a factored one (``splu``) in twice its time.
``scipy_levels`` (see :mod:`peers_scipy_levels`) multiplies level by level.
"""

from __future__ import annotations

import numpy as np
from job import Job, in_input_order
from levels import Levels, closure
from organisation import Organisation
from scipy.sparse import csr_array

NAME = "scipy"
REASONS = {
    "build": "no ids: rows must be numbered by something else first",
    "cascade_lots": "no rounding to whole lots that keeps sums",
    "update_one": "a matrix product recomputes every node",
}

__all__ = ["NAME", "REASONS", "roll_up", "score", "score_roll_up", "weightings"]


def _closure_matrix(levels: Levels) -> csr_array:
    """S[i, j] = 1 where j is i or below it, n × n."""
    above, node = closure(levels.parent)
    n = len(levels.order)
    matrix = csr_array((np.ones(len(node)), (above, node)), shape=(n, n))
    matrix.sort_indices()
    return matrix


def roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    matrix = _closure_matrix(levels)
    values = case.values[levels.order]

    def run() -> np.ndarray:
        return matrix @ np.where(np.isnan(values), 0.0, values)

    return Job(run, lambda result: in_input_order(levels.order, result))


def score(actual: np.ndarray, target: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Totals (n,) of results and targets (k, n), as one writes it in numpy."""
    points = np.clip(actual / target, 0.0, 1.2) * 100.0
    missing = np.isnan(points)
    points[missing] = 0.0
    with np.errstate(invalid="ignore"):
        return (weights @ points) / (weights @ ~missing)


def score_roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    matrix = _closure_matrix(levels)
    actual = np.ascontiguousarray(case.actual[:, levels.order])
    target = np.ascontiguousarray(case.target[:, levels.order])

    def run() -> np.ndarray:
        total = score(actual, target, case.weights)
        there = ~np.isnan(total)
        pair = np.column_stack([np.where(there, total, 0.0), there])
        weighted, count = (matrix @ pair).T
        with np.errstate(invalid="ignore"):
            return weighted / count

    return Job(run, lambda result: in_input_order(levels.order, result))


def weightings(case: Organisation) -> Job:
    """Sparse matrices of points and of what is there, each times the weightings."""
    many = case.weightings().T

    def run() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        points = np.clip(case.actual / case.target, 0.0, 1.2) * 100.0
        there = ~np.isnan(points)
        points[~there] = 0.0
        top, bottom = csr_array(points.T) @ many, csr_array(there.T.astype(np.float64)) @ many
        with np.errstate(invalid="ignore"):
            total = top / bottom
        return np.nanmean(total, axis=0), np.fmin.reduce(total, 1), np.fmax.reduce(total, 1)

    return Job(run, _ranges)


def _ranges(result: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    mean, low, high = result
    return np.concatenate([mean, np.column_stack([low, high]).ravel()])
