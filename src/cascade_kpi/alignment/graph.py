"""The graph of what serves what, in layers from the goals that serve nothing downwards."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock

__all__ = ["Graph", "cycles", "ranges"]


def ranges(begins: IntArray, counts: IntArray) -> IntArray:
    """Whole numbers from each begin on, so many of each, one range after another.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(begins - (ends - counts), counts) + np.arange(total)


@frozen(eq=False)
class Graph:
    """Links between n goals by position.

    Attributes
    ----------
    n : int
    goal, serves : int64 array (m,)
        Sorted by goal, then by the goal that is served.
    """

    n: int
    goal: IntArray = field(repr=False)
    serves: IntArray = field(repr=False)

    @cached_property
    def out_ends(self) -> IntArray:
        """The links out of goal g are ``out_ends[g]`` to ``out_ends[g + 1]``, (n + 1,)."""
        return _ends(self.goal, self.n)

    @cached_property
    def into(self) -> IntArray:
        """Links by the goal that they serve, then by the goal that serves it, (m,)."""
        return lock(np.argsort(self.serves, kind="stable"))

    @cached_property
    def into_ends(self) -> IntArray:
        """The links into goal g are ``into[into_ends[g]:into_ends[g + 1]]``, (n + 1,)."""
        return _ends(self.serves, self.n)

    def links_out(self, goals: IntArray) -> IntArray:
        """The links out of some goals, goal by goal."""
        begins = self.out_ends[goals]
        return ranges(begins, self.out_ends[goals + 1] - begins)

    def links_into(self, goals: IntArray) -> IntArray:
        """The links into some goals, goal by goal."""
        begins = self.into_ends[goals]
        return self.into[ranges(begins, self.into_ends[goals + 1] - begins)]

    @cached_property
    def layers(self) -> tuple[IntArray, ...]:
        """Goals by the longest way to one that serves nothing, ascending in each layer.

        A goal stands below everything that it serves. Goals on a cycle, and those that
        serve one, are in no layer.
        """
        waits = np.diff(self.out_ends)
        layer = np.flatnonzero(waits == 0)
        found = []
        while len(layer):
            found.append(lock(layer))
            below, met = np.unique(self.goal[self.links_into(layer)], return_counts=True)
            waits[below] -= met
            layer = below[waits[below] == 0]
        return tuple(found)

    @cached_property
    def depth(self) -> IntArray:
        """Layer of each goal, int64 (n,); -1 on or below a cycle."""
        depth = np.full(self.n, -1)
        for i, layer in enumerate(self.layers):
            depth[layer] = i
        return lock(depth)


def _ends(at: IntArray, n: int) -> IntArray:
    ends = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(at, minlength=n), out=ends[1:])
    return lock(ends)


def cycles(graph: Graph) -> list[list[int]]:
    """Every knot of goals that serve each other, each as one shortest cycle in it.

    Returns
    -------
    list of list of int
        Positions of goals in the order in which each serves the next; a cycle begins
        with the first goal of its knot, and cycles stand in order of these.
    """
    if sum(map(len, graph.layers)) == graph.n:
        return []
    # What is left after the goals above and the goals below the cycles are taken off.
    keep: NDArray[np.bool_] = graph.depth < 0
    while True:
        inside = keep[graph.goal] & keep[graph.serves]
        served = np.zeros(graph.n, dtype=bool)
        served[graph.serves[inside]] = True
        if (served == keep).all():
            break
        keep &= served
    above: dict[int, list[int]] = {}
    for goal, to in zip(graph.goal[inside].tolist(), graph.serves[inside].tolist(), strict=True):
        above.setdefault(goal, []).append(to)
    knot = _knots(above)
    found, told = [], set()
    for start in sorted(above):
        if knot[start] in told:
            continue
        cycle = _shortest(above, knot, start)
        if cycle:
            told.add(knot[start])
            found.append(cycle)
    return found


def _knots(above: dict[int, list[int]]) -> dict[int, int]:
    """The strongly connected component of each goal (Kosaraju), named by one of its goals."""
    below: dict[int, list[int]] = {goal: [] for goal in above}
    for goal, served in above.items():
        for to in served:
            below[to].append(goal)
    done: list[int] = []
    seen: set[int] = set()
    for start in above:
        waiting = [(start, False)]
        while waiting:
            goal, left = waiting.pop()
            if left:
                done.append(goal)
            elif goal not in seen:
                seen.add(goal)
                waiting.append((goal, True))
                waiting.extend((to, False) for to in above[goal])
    knot: dict[int, int] = {}
    for start in reversed(done):
        goals = [start]
        while goals:
            goal = goals.pop()
            if goal not in knot:
                knot[goal] = start
                goals.extend(below[goal])
    return knot


def _shortest(above: dict[int, list[int]], knot: dict[int, int], start: int) -> list[int]:
    """A shortest way from a goal back to itself within its knot; empty if there is none."""
    came: dict[int, int] = {}
    ring = [start]
    while ring:
        following = []
        for goal in ring:
            for to in above[goal]:
                if to == start:
                    cycle = [goal]
                    while cycle[-1] != start:
                        cycle.append(came[cycle[-1]])
                    return cycle[::-1]
                if to not in came and knot[to] == knot[start]:
                    came[to] = goal
                    following.append(to)
        ring = following
    return []
