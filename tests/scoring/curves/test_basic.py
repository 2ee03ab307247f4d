"""Curves: their levels and edges, and every fault of them at once."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused
from tests.strategies.cards import CURVES, LEVELS

INF = float("inf")


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


def test_linear_between_its_floor_and_its_cap():
    assert at(ck.curves.Linear(), -1, 0, 0.5, 3) == [0, 0, 50, 300]
    assert at(ck.curves.Linear(100, 20, 120), -1, 0.1, 0.5, 1.2, 3) == [20, 20, 50, 120, 120]
    assert at(ck.curves.Linear(100, None), -1) == [-100]


def test_piecewise_holds_its_ends_unless_told():
    levels = [(0.8, 50), (1, 100), (1.2, 150)]
    assert at(ck.curves.Piecewise(levels), 0, 0.8, 0.9, 1, 1.1, 1.2, 9) == pytest.approx(
        [50, 50, 75, 100, 125, 150, 150]
    )
    told = ck.curves.Piecewise(levels, below=0, above=200)
    assert at(told, 0.7999999, 0.8, 1.2, 1.2000001) == [0, 50, 150, 200]


@given(LEVELS)
def test_at_a_level_a_curve_gives_exactly_that_levels_points(levels):
    xs, ys = [x for x, _ in levels], [y for _, y in levels]
    assert at(ck.curves.Piecewise(levels, below=-1e9, above=1e9), *xs) == ys
    assert at(ck.curves.Steps(levels, below=-1e9), *xs) == ys


@given(LEVELS, st.floats(0, 1))
def test_between_two_levels_points_stay_between_theirs_and_follow_the_line(levels, way):
    curve = ck.curves.Piecewise(levels)
    for (x0, y0), (x1, y1) in pairwise(levels):
        (points,) = at(curve, x0 + way * (x1 - x0))
        assert min(y0, y1) <= points <= max(y0, y1)
        assert points == pytest.approx(y0 + way * (y1 - y0), abs=1e-9)


def test_steps_jump_at_their_edge():
    steps = ck.curves.Steps([(0.8, 60), (1, 100)], below=-5)
    assert at(steps, np.nextafter(0.8, 0), 0.8, np.nextafter(1, 0), 1) == [-5, 60, 60, 100]


@given(CURVES, st.lists(st.just(NAN) | st.floats(-5, 5), max_size=5))
def test_absent_stays_absent_and_everything_else_is_finite(curve, xs):
    got = curve(np.array(xs, dtype=float))
    assert np.isnan(got).tolist() == np.isnan(xs).tolist()
    assert not np.isinf(got).any()


@given(CURVES, st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_curves_take_any_shape_and_do_not_write_to_it(curve, xs):
    flat = np.array(xs)
    flat.setflags(write=False)
    square = curve(flat.reshape(2, 2))
    assert square.shape == (2, 2)
    assert square.ravel().tobytes() == curve(flat).tobytes()


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        (lambda: ck.curves.Piecewise([(1, 1), (0, 2), (0, 3), (NAN, 4)]), [1, 2, 3]),
        (lambda: ck.curves.Piecewise([(1, 1)]), [None]),
        (lambda: ck.curves.Piecewise([(0, 0), (1, INF)], below=NAN), [1, None]),
        (lambda: ck.curves.Steps([]), [None]),
        (lambda: ck.curves.Steps([(0, 0), (-1, 1)], below=INF), [1, None]),
        (lambda: ck.curves.Linear(NAN, 5, 4), [None, None]),
        (lambda: ck.curves.Linear(floor=INF), [None]),
    ],
)
def test_faults_of_levels_are_told_together(make, rows):
    assert [fault.row for fault in refused(make)] == rows


def test_levels_out_of_order_are_named():
    (fault,) = refused(ck.curves.Steps, [(1.0, 10), (0.8, 20)])
    assert fault.value == (0.8, 20.0)
    assert "0.8 comes after 1" in fault.reason
