"""The least change of cumulative counts within difference constraints, over many pools at once.

With x(g) people of grade g or better, a quota on adjacent grades bounds x(v) − x(u), and the
steps that people of one order move add up to Σ|x(g) − b(g)|, b being the counts as scored. The
dual of that is a flow: along each constraint without a limit, along each |…| of one unit at
most. Flow is pushed round shortest cycles, one count after the other; no more units than counts
are ever pushed. What the flow leaves slack bounds all least changes, and its shortest paths are
the greatest of them.

Sources: R. K. Ahuja, D. S. Hochbaum and J. B. Orlin, "Solving the convex cost integer dual
network flow problem", *Management Science* 49 (2003); K. Murota, *Discrete Convex Analysis*,
2003, that least changes have a greatest.
"""

from __future__ import annotations

import numpy as np
from attrs import Factory, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray

__all__ = ["UNBOUNDED", "bounds_of_order", "feasible", "least_change", "within"]

UNBOUNDED = 2**50
_CELLS = 4_000_000  # of a matrix per pool: so many pools are solved at once


def bounds_of_order(sizes: IntArray, grades: int) -> IntArray:
    """What holds of cumulative counts without any quota.

    Parameters
    ----------
    sizes : int64 array (m,)
        People in each pool.
    grades : int

    Returns
    -------
    int64 array (grades + 1, grades + 1, m)
        x[v] ≤ x[u] + bounds[u, v], where x[0] = 0, x[g + 1] counts the people of the first g + 1
        grades, and the last is the size.
    """
    nodes = grades + 1
    bounds = np.full((nodes, nodes, len(sizes)), UNBOUNDED, dtype=np.int64)
    below = np.arange(grades)
    bounds[below + 1, below] = 0
    bounds[0, grades] = sizes
    bounds[grades, 0] = np.minimum(bounds[grades, 0], -sizes)
    every = np.arange(nodes)
    bounds[every, every] = 0
    return bounds


def _closed(bounds: IntArray) -> tuple[IntArray, NDArray[np.int16]]:
    """Shortest paths between all nodes, and the first node on the way of each."""
    nodes = len(bounds)
    far = bounds.copy()
    via = np.empty(bounds.shape, dtype=np.int16)
    via[:] = np.arange(nodes, dtype=np.int16)[None, :, None]
    for k in range(nodes):
        through = far[:, k][:, None] + far[k][None]
        shorter = through < far
        np.copyto(far, through, where=shorter)
        np.copyto(via, np.broadcast_to(via[:, k][:, None], via.shape), where=shorter)
    return far, via


def feasible(bounds: IntArray) -> NDArray[np.bool_]:
    """Whether any counts are within the bounds of a pool, bool (m,)."""
    far, _ = _closed(bounds)
    every = np.arange(len(bounds))
    return np.asarray((far[every, every] >= 0).all(axis=0))


def within(bounds: IntArray, counts: IntArray) -> NDArray[np.bool_]:
    """Whether counts (nodes, m) are within the bounds of their pool, bool (m,)."""
    return np.asarray((counts[None] - counts[:, None] <= bounds).all(axis=(0, 1)))


def least_change(bounds: IntArray, counts: IntArray) -> IntArray:
    """Cumulative counts within the bounds, as near as can be; of several the greatest.

    Parameters
    ----------
    bounds : int64 array (nodes, nodes, m)
        Of pools that are feasible; see :func:`bounds_of_order`.
    counts : int64 array (nodes, m)
        As scored, the first 0, the last the size.

    Returns
    -------
    int64 array (nodes, m)

    Examples
    --------
    At most one of four people in the first grade, where three are:

    >>> bounds = bounds_of_order(np.array([4]), 2)
    >>> bounds[0, 1] = 1
    >>> least_change(bounds, np.array([[0], [3], [4]]))[:, 0]
    array([0, 1, 4])
    """
    found = counts.copy()
    off = np.flatnonzero(~within(bounds, counts))
    width = max(1, _CELLS // len(bounds) ** 2)
    for begin in range(0, len(off), width):
        some = off[begin : begin + width]
        flow = _Flow(np.ascontiguousarray(bounds[:, :, some]), counts[:, some])
        for node in range(1, len(counts) - 1):
            flow.let_in(node)
        found[:, some] = _closed(flow.slack())[0][0]
    return found


@frozen(eq=False)
class _Flow:
    """A least-cost flow of each pool, and what it leaves slack.

    Attributes
    ----------
    bounds : int64 array (nodes, nodes, m)
    counts : int64 array (nodes, m)
    hard : int64 array (nodes, nodes, m)
        Flow along each bound, zero or more.
    soft : int64 array (nodes, m)
        Flow along each |x − b|, from −1 to 1; positive if it pulls x down to b.
    inside : list of int
        Nodes whose |x − b| counts so far.
    """

    bounds: IntArray
    counts: IntArray
    hard: IntArray = Factory(lambda self: np.zeros_like(self.bounds), takes_self=True)
    soft: IntArray = Factory(lambda self: np.zeros_like(self.counts), takes_self=True)
    inside: list[int] = Factory(list)

    def slack(self) -> IntArray:
        """The bounds, and those that flow turns about."""
        back = np.where(self.hard > 0, -self.bounds, UNBOUNDED).swapaxes(0, 1)
        slack = np.minimum(self.bounds, back)
        for g in self.inside:
            count, pulled = self.counts[g], self.soft[g]
            np.minimum(slack[0, g], np.where(pulled < 1, count, UNBOUNDED), out=slack[0, g])
            np.minimum(slack[g, 0], np.where(pulled > -1, -count, UNBOUNDED), out=slack[g, 0])
        return slack

    def let_in(self, node: int) -> None:
        """Count |x − b| of one more node, and push one unit where that leaves a cycle short."""
        slack = self.slack()
        far, via = _closed(slack)
        above = np.flatnonzero(far[node, 0] + self.counts[node] < 0)
        below = np.flatnonzero(far[0, node] - self.counts[node] < 0)
        self.inside.append(node)
        self._push(slack, via, above, node, 0)
        self._push(slack, via, below, 0, node)
        self.soft[node, above] += 1
        self.soft[node, below] -= 1

    def _push(
        self, slack: IntArray, via: NDArray[np.int16], pools: IntArray, begin: int, end: int
    ) -> None:
        """One unit along the shortest way from one node to another, in some pools."""
        at = np.full(len(pools), begin)
        while len(pools):
            to = via[at, end, pools].astype(np.int64)
            far = slack[at, to, pools]
            back = (self.hard[to, at, pools] > 0) & (far == -self.bounds[to, at, pools])
            ahead = ~back & (far == self.bounds[at, to, pools])
            pulled = ~back & ~ahead
            self.hard[to[back], at[back], pools[back]] -= 1
            self.hard[at[ahead], to[ahead], pools[ahead]] += 1
            up, down = pulled & (at == 0), pulled & (at != 0)
            self.soft[to[up], pools[up]] += 1
            self.soft[at[down], pools[down]] -= 1
            on = to != end
            pools, at = pools[on], to[on]
