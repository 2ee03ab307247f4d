"""Numbers carried along links, for all goals at once, layer by layer."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.alignment.graph import Graph, ranges

__all__ = ["Parts", "added", "carry", "gather", "proportions"]


@frozen(eq=False)
class Parts:
    """What every row has of some ends, as rows of a sparse matrix.

    Attributes
    ----------
    ends : int64 array (n + 1,)
        Row r has the entries ``ends[r]`` to ``ends[r + 1]``.
    code : int64 array (z,)
        Which end, ascending in each row.
    value : float64 array (z,)
    """

    ends: IntArray = field(repr=False)
    code: IntArray = field(repr=False)
    value: FloatArray = field(repr=False)

    @property
    def row(self) -> IntArray:
        """Row of each entry, int64 (z,)."""
        return np.repeat(np.arange(len(self.ends) - 1), np.diff(self.ends))

    def of(self, row: int, code: int) -> float | None:
        """One entry, None if the row has nothing of that end."""
        begin, end = int(self.ends[row]), int(self.ends[row + 1])
        at = begin + int(np.searchsorted(self.code[begin:end], code))
        return float(self.value[at]) if at < end and self.code[at] == code else None

    @classmethod
    def summed(cls, n: int, row: IntArray, code: IntArray, value: FloatArray) -> Parts:
        """Entries in any order, those of one row and end added one after another."""
        key, total = added(row * _width(code) + code, value)
        rows = key // _width(code)
        ends = np.searchsorted(rows, np.arange(n + 1))
        return cls(lock(ends), lock(key % _width(code)), lock(total))


def _width(code: IntArray) -> int:
    return int(code.max(initial=0)) + 1


def added(key: IntArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Values of one key added in the order in which they come; keys ascending, each once."""
    if (np.diff(key) > 0).all():
        return key, value
    keys, place = np.unique(key, return_inverse=True)
    total = np.bincount(place, weights=value, minlength=len(keys))
    return keys, total.astype(np.float64, copy=False)


class _Pool:
    """Entries of the rows that are done, in arrays that grow by doubling."""

    def __init__(self, n: int) -> None:
        self.begin, self.count = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.code, self.value = np.zeros(n + 1, np.int64), np.zeros(n + 1)
        self.end = 0

    def add(self, rows: IntArray, counts: IntArray, code: IntArray, value: FloatArray) -> None:
        end = self.end + len(code)
        if end > len(self.code):
            more = max(end, 2 * len(self.code)) - len(self.code)
            self.code = np.concatenate([self.code, np.zeros(more, np.int64)])
            self.value = np.concatenate([self.value, np.zeros(more)])
        self.code[self.end : end], self.value[self.end : end] = code, value
        self.begin[rows] = self.end + np.cumsum(counts) - counts
        self.count[rows] = counts
        self.end = end

    def parts(self) -> Parts:
        ends = np.zeros(len(self.count) + 1, dtype=np.int64)
        np.cumsum(self.count, out=ends[1:])
        at = ranges(self.begin, self.count)
        return Parts(lock(ends), lock(self.code[at]), lock(self.value[at]))


def carry(graph: Graph, along: NDArray[np.bool_], factor: FloatArray, seed: IntArray) -> Parts:
    """What each goal has of every end: its own, and a factor of what those it serves have.

    The sum over all ways of the product of the factors along each, without walking a
    way: goals are taken layer by layer from those that serve nothing down. Parts of one
    end are added in the order of the links.

    Parameters
    ----------
    graph : Graph
        Without cycles.
    along : bool array (m,)
        The links that something is carried along.
    factor : float64 array (m,)
    seed : int64 array (n,)
        The end that a goal is itself, with all of it; -1 for none.
    """
    width = _width(seed)
    pool = _Pool(graph.n)
    for goals in graph.layers:
        links = graph.links_out(goals)
        links = links[along[links]]
        above = graph.serves[links]
        counts = pool.count[above]
        entry = ranges(pool.begin[above], counts)
        place = np.repeat(np.searchsorted(goals, graph.goal[links]), counts)
        key = place * width + pool.code[entry]
        value = np.repeat(factor[links], counts) * pool.value[entry]
        own = np.flatnonzero(seed[goals] >= 0)
        if len(own):
            key = np.concatenate([own * width + seed[goals[own]], key])
            value = np.concatenate([np.ones(len(own)), value])
        key, value = added(key, value)
        each = np.bincount(key // width, minlength=len(goals))
        pool.add(goals, each, key % width, value)
    return pool.parts()


def gather(
    graph: Graph, along: NDArray[np.bool_], factor: FloatArray, start: FloatArray
) -> FloatArray:
    """What arrives at each goal from those that serve it: Σ factor × what they have.

    Parameters
    ----------
    start : float64 array (n,)
        What goals have of themselves; NaN for those that have what arrives.

    Returns
    -------
    float64 array (n,)
    """
    found = start.copy()
    for goals in reversed(graph.layers):
        wanting = goals[np.isnan(start[goals])]
        links = graph.links_into(wanting)
        links = links[along[links]]
        place = np.searchsorted(wanting, graph.serves[links])
        brought = factor[links] * found[graph.goal[links]]
        found[wanting] = np.bincount(place, weights=brought, minlength=len(wanting))
    return found


def proportions(graph: Graph, weight: FloatArray) -> FloatArray:
    """Each link's part of the weights out of its goal, 0 to 1; alike where none is stated."""
    stated = np.where(np.isnan(weight), 1.0, weight)
    total = np.bincount(graph.goal, weights=stated, minlength=graph.n)
    return np.asarray(stated / total[graph.goal])
