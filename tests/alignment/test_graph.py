"""Layers and cycles of a graph of links."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.alignment.graph import Graph, cycles, ranges


def graph(n, pairs):
    pairs = sorted(set(pairs))
    goal = np.array([a for a, _ in pairs], dtype=np.int64)
    return Graph(n, goal, np.array([b for _, b in pairs], dtype=np.int64))


GRAPHS = st.integers(1, 7).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1]),
            max_size=12,
        ),
    )
)


def reaches(n, pairs):
    """Which goal can get to which, by the plain closure."""
    found = np.zeros((n, n), dtype=bool)
    for a, b in pairs:
        found[a, b] = True
    for k in range(n):
        found |= found[:, k : k + 1] & found[k : k + 1, :]
    return found


@given(GRAPHS)
def test_cycles_are_all_told_and_once(case):
    n, pairs = case
    made, closure = graph(n, pairs), reaches(n, pairs)
    found = cycles(made)
    knots = {frozenset(np.flatnonzero(closure[i] & closure[:, i]).tolist()) for i in range(n)}
    knots = {knot for knot in knots if knot}
    assert len(found) == len(knots)
    for cycle in found:
        assert len(set(cycle)) == len(cycle)
        assert set(zip(cycle, [*cycle[1:], cycle[0]], strict=True)) <= set(pairs)
        knot = next(knot for knot in knots if cycle[0] in knot)
        assert set(cycle) <= knot
        assert cycle[0] == min(knot)


@given(GRAPHS)
def test_layers_hold_each_goal_once_below_all_that_it_serves(case):
    n, pairs = case
    made, closure = graph(n, pairs), reaches(n, pairs)
    listed = [goal for layer in made.layers for goal in layer.tolist()]
    assert len(set(listed)) == len(listed)
    round_about = np.diagonal(closure)
    lost = round_about | (closure & round_about[None, :]).any(axis=1)
    assert set(listed) == set(np.flatnonzero(~lost).tolist())
    for a, b in pairs:
        if made.depth[a] >= 0:
            assert made.depth[a] > made.depth[b] >= 0


def test_a_deep_chain_needs_no_recursion():
    n = 3_000
    made = graph(n, [(i + 1, i) for i in range(n - 1)])
    assert len(made.layers) == n
    assert cycles(graph(n, [(i, (i + 1) % n) for i in range(n)])) == [list(range(n))]


def test_ranges_of_nothing():
    assert ranges(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []
