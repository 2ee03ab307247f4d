"""The least change against trying all counts."""

from itertools import combinations_with_replacement

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.calibrating import least


@st.composite
def pools(draw, grades):
    """Sizes, bounds and counts of some pools."""
    sizes = np.array(draw(st.lists(st.integers(1, 6), min_size=1, max_size=5)))
    bounds = least.bounds_of_order(sizes, grades)
    counts = np.zeros((grades + 1, len(sizes)), dtype=np.int64)
    for i, n in enumerate(sizes.tolist()):
        few = st.integers(0, n)
        counts[1:, i] = [*sorted(draw(st.lists(few, min_size=grades - 1, max_size=grades - 1))), n]
        for _ in range(draw(st.integers(0, 4))):
            u = draw(st.integers(0, grades - 1))
            v, k = draw(st.integers(u + 1, grades)), draw(few)
            if draw(st.booleans()):
                bounds[u, v, i] = min(bounds[u, v, i], k)
            else:
                bounds[v, u, i] = min(bounds[v, u, i], -k)
    return sizes, bounds, counts


def tried(n, bounds):
    """All counts within bounds."""
    inner = combinations_with_replacement(range(n + 1), len(bounds) - 2)
    every = [np.array([0, *some, n]) for some in inner]
    return [x for x in every if (x[None] - x[:, None] <= bounds).all()]


@given(st.integers(1, 5).flatmap(pools))
def test_is_the_least_and_of_several_the_greatest(case):
    sizes, bounds, counts = case
    some = [tried(n, bounds[..., i]) for i, n in enumerate(sizes.tolist())]
    can = least.feasible(bounds)
    assert can.tolist() == [bool(each) for each in some]
    found = least.least_change(bounds[..., can], counts[:, can])
    for column, i in enumerate(np.flatnonzero(can)):
        steps = [int(abs(x - counts[:, i]).sum()) for x in some[i]]
        best = [x for x, far in zip(some[i], steps, strict=True) if far == min(steps)]
        assert found[:, column].tolist() == np.max(best, axis=0).tolist()


def test_parts_of_many_pools_are_solved_one_after_the_other(monkeypatch):
    monkeypatch.setattr(least, "_CELLS", 1)
    bounds = least.bounds_of_order(np.array([4, 5]), 2)
    bounds[0, 1] = 1
    found = least.least_change(bounds, np.array([[0, 0], [3, 4], [4, 5]]))
    assert found.T.tolist() == [[0, 1, 4], [0, 1, 5]]
