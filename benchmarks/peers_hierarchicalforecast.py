"""hierarchicalforecast: the reconciled plan by its sparse form of minimum trace.

Two peers. ``hierarchicalforecast`` is `MinTraceSparse` as it comes: it solves by iteration and
stops when the residual is 1e-5 of what it was at first. ``hierarchicalforecast_tight`` (see
:mod:`peers_hierarchicalforecast_tight`) goes on until it is 1e-12 of that. `fit_predict` is called
with S and the demands as they are; by way of data frames it takes longer, and `MinTrace`, which
makes S dense, needs 7 TB at a million nodes. Leaves in preorder, so that each row of S is a run
of columns, took the same time. Its vector products have one thread: with two they took as long
at a million nodes, and up to fifty times as long at 20,000 on a machine that was busy.
"""

from __future__ import annotations

import numpy as np
from hierarchicalforecast.methods import MinTraceSparse
from job import Job, in_input_order
from levels import Levels, closure
from organisation import Organisation
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

NAME = "hierarchicalforecast"
REASONS = {
    "reconcile_ols": "stops where leaves are still off by two fifths (root mean square, a million"
    " nodes), and its accuracy cannot be set; hierarchicalforecast_tight is told to go on",
}

threadpool_limits(1, user_api="blas")  # comes with the package; this process is the peer's alone

__all__ = ["NAME", "REASONS", "minimum_trace", "reconcile", "reconcile_floors"]


def _summing(case: Organisation) -> tuple[np.ndarray, csr_matrix]:
    """Input row of each line of S, those of leaves last, and S."""
    levels = Levels.of(case)
    n = len(levels.order)
    leaf = np.ones(n, dtype=bool)
    leaf[levels.parent[levels.parent >= 0]] = False
    lines = np.concatenate([np.flatnonzero(~leaf), np.flatnonzero(leaf)])
    line = np.empty(n, dtype=np.int64)
    line[lines] = np.arange(n)
    above, node = closure(levels.parent)
    above, node = above[leaf[node]], node[leaf[node]]
    leaves = int(leaf.sum())
    ones, column = np.ones(len(node)), line[node] - (n - leaves)
    s = csr_matrix((ones, (line[above], column)), shape=(n, leaves))
    s.sort_indices()
    return levels.order[lines], s


def minimum_trace(case: Organisation, method: str) -> Job:
    """The demands of every node reconciled, by ordinary or structural least squares."""
    order, s = _summing(case)
    demands = case.demands()[order][:, None]

    def run() -> dict[str, np.ndarray]:
        return MinTraceSparse(method).fit_predict(S=s, y_hat=demands)

    return Job(run, lambda told: in_input_order(order, np.asarray(told["mean"])[:, 0]))


def reconcile(case: Organisation) -> Job:
    return minimum_trace(case, "wls_struct")


def reconcile_floors(case: Organisation) -> Job:
    """Its only limit is zero, so amounts are counted from the floors up: a quadratic program."""
    order, s = _summing(case)
    demands, floors = case.demands_above_floors()
    beneath = s @ floors[order][-s.shape[1] :]
    over = (demands[order] - beneath)[:, None]

    def run() -> np.ndarray:
        told = MinTraceSparse("wls_struct", nonnegative=True).fit_predict(S=s, y_hat=over)
        return np.asarray(told["mean"])[:, 0] + beneath

    return Job(run, lambda found: in_input_order(order, found))
