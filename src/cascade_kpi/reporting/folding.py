"""Which goals a map draws, and which it folds into the goal that they serve."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.alignment.align import Alignment

__all__ = ["Folded"]

Mask = NDArray[np.bool_]


def _branches(aligned: Alignment) -> Mask:
    """Goals that can be folded: they serve one goal alone, and so does all that serves them."""
    graph = aligned.graph
    single = (np.diff(graph.out_ends) == 1) & ~aligned.goals.strategic
    held = np.zeros(len(aligned.goals), dtype=bool)
    found = np.zeros(len(aligned.goals), dtype=bool)
    for layer in reversed(graph.layers):
        folds = single[layer] & ~held[layer]
        found[layer] = folds
        held[graph.serves[graph.links_out(layer[~folds])]] = True
    return found


@frozen(eq=False)
class Folded:
    """The goals of a map: those drawn, those folded below one of them, those left out.

    Where there are more than may be drawn, families are folded: all goals of one KPI that
    serve one goal and no other, with all that serves them. Those with the most members go first,
    and as few as will do. Where that is not enough, strategic goals are kept, then those
    nearest to them, orphans last.

    Attributes
    ----------
    drawn : int64 array
        Ascending.
    host : int64 array (g,)
        The drawn goal that each folded one stands below; −1 for all others.
    left : int
        How many of those that may be shown are neither drawn nor folded.
    """

    aligned: Alignment
    drawn: IntArray
    host: IntArray = field(repr=False)
    left: int

    @classmethod
    def of(cls, aligned: Alignment, within: Mask, most: int) -> Folded:
        """What is drawn of the goals `within`, no more than `most`."""
        folds = _folds(aligned, within, most)
        drawn = _first(aligned, np.flatnonzero(within & ~folds), most)
        host = np.full(len(aligned.goals), -1)
        inside = np.zeros(len(aligned.goals), dtype=bool)
        inside[drawn] = True
        graph = aligned.graph
        for layer in graph.layers:
            mine = layer[folds[layer]]
            to = graph.serves[graph.out_ends[mine]]
            host[mine] = np.where(inside[to], to, host[to])
        left = int(np.count_nonzero(within)) - len(drawn) - int(np.count_nonzero(host >= 0))
        return cls(aligned, drawn, lock(host), left)

    @cached_property
    def counts(self) -> IntArray:
        """How many goals are folded below each, int64 (g,)."""
        mine = self.host[self.host >= 0]
        return lock(np.bincount(mine, minlength=len(self.host)))

    def below(self, goal: int) -> IntArray:
        """The goals that are folded below a drawn one, ascending."""
        return np.flatnonzero(self.host == goal)


def _folds(aligned: Alignment, within: Mask, most: int) -> Mask:
    """The goals that are folded."""
    many = int(np.count_nonzero(within))
    none = np.zeros(len(aligned.goals), dtype=bool)
    if many <= most:
        return none
    may, graph = _branches(aligned) & within, aligned.graph
    mine = np.flatnonzero(may)
    served = graph.serves[graph.out_ends[mine]]
    kpis, kpi = np.unique(aligned.goals.columns["kpi"][mine].astype(str), return_inverse=True)
    families, counts = np.unique(served * len(kpis) + kpi, return_counts=True)
    sizes = np.zeros(graph.n, dtype=np.int64)
    sizes[mine] = counts[np.searchsorted(families, served * len(kpis) + kpi)]
    # The greatest of the families that a goal and all that it leads up to are members of.
    size = np.zeros(graph.n, dtype=np.int64)
    for layer in graph.layers:
        goals = layer[may[layer]]
        to = graph.serves[graph.out_ends[goals]]
        size[goals] = np.maximum(sizes[goals], size[to])
    counts = np.bincount(size[mine], minlength=2)[::-1].cumsum()[::-1]
    enough = np.flatnonzero(many - counts <= most)
    least = max(int(enough[-1]) if len(enough) else 1, 1)
    return np.asarray(may & (size >= least))


def _first(aligned: Alignment, goals: IntArray, most: int) -> IntArray:
    """So many of some goals, ascending: strategic ones, then by layer, orphans last."""
    chief = ~aligned.goals.strategic[goals]
    order = np.lexsort((goals, aligned.graph.depth[goals], chief, aligned.orphan[goals]))
    return np.sort(goals[order[:most]])
