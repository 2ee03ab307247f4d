"""The order and the places of what stands in rows."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.reporting.ordering import crossings, ordered, spread


@st.composite
def drawings(draw):
    """Rows of points, and for each those of the row before that it is joined with."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    numbers = itertools.count()
    rows = [[next(numbers) for _ in range(size)] for size in sizes]
    above = {
        point: draw(st.lists(st.sampled_from(upper), max_size=3, unique=True))
        for upper, lower in itertools.pairwise(rows)
        for point in lower
    }
    return rows, above


def one_by_one(rows, above):
    """Crossings, pair of lines by pair of lines."""
    found = 0
    for upper, lower in itertools.pairwise(rows):
        lines = [(upper.index(end), i) for i, p in enumerate(lower) for end in above[p]]
        found += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(lines, 2))
    return found


@given(drawings())
def test_crossings_are_counted_as_one_by_one(drawing):
    rows, above = drawing
    assert crossings(rows, above) == one_by_one(rows, above)


@given(drawings())
def test_an_order_has_the_same_points_and_no_more_crossings(drawing):
    rows, above = drawing
    found = ordered(rows, above)
    assert [sorted(row) for row in found] == [sorted(row) for row in rows]
    assert crossings(found, above) <= crossings(rows, above)
    assert ordered(rows, above) == found


def test_crossings_that_need_not_be_are_undone():
    above = {3: [2], 4: [1], 5: [0], 6: [5], 7: [4], 8: [3]}
    assert crossings([[0, 1, 2], [3, 4, 5], [6, 7, 8]], above) == 6
    assert crossings(ordered([[0, 1, 2], [3, 4, 5], [6, 7, 8]], above), above) == 0


@given(drawings())
def test_places_keep_the_order_and_leave_room(drawing):
    rows, above = drawing
    joined = {}
    for point, ends in above.items():
        for end in ends:
            joined.setdefault(point, []).append((end, 1.0))
            joined.setdefault(end, []).append((point, 1.0))
    widths = {point: 3.0 + point % 2 for row in rows for point in row}
    found = spread(rows, joined, widths, 40.0)
    for row in rows:
        edge = 0.0
        for point in row:
            assert found[point] - widths[point] / 2 >= edge - 1e-9
            edge = found[point] + widths[point] / 2
        assert edge <= 40.0 + 1e-9


def test_a_chain_hangs_straight():
    joined = {0: [(2, 1.0)], 2: [(0, 1.0)]}
    found = spread([[0, 1], [2]], joined, {0: 10.0, 1: 10.0, 2: 10.0}, 60.0)
    assert found[0] == pytest.approx(found[2], abs=0.5)
