"""What curves say about themselves: pieces, bounds, jumps, and words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.scoring.curves import Shape, said, shape_of
from tests.helpers import NAN
from tests.strategies.cards import CURVES, SHAPED

INF = float("inf")


def near(a, b):
    return np.abs(a - b) <= 1e-9 * (1 + np.abs(b))


@given(CURVES, st.lists(st.floats(-5, 5), max_size=20))
def test_pieces_evaluated_are_the_curve(curve, xs):
    pieces = shape_of(curve)
    if pieces is None:
        assert isinstance(curve, ck.curves.Rounded | ck.curves.Threshold | ck.curves.Composed)
        return
    edges = pieces.edges
    beside = [np.nextafter(edges, -INF), np.nextafter(edges, INF)]
    if isinstance(curve, ck.curves.Composed):  # whose edges are rounded: 3·x is met at 0.125/3
        beside = [edges - 1e-9, edges + 1e-9]
    x = np.r_[xs, edges, *beside, -1e6, 1e6]
    got, told = curve(x), pieces.points(x)
    known = ~np.isnan(told)
    assert near(got[known], told[known]).all()
    assert (curve(edges) == pieces.at).all()
    assert ((pieces.least <= got) | near(got, pieces.least)).all()
    assert ((pieces.most >= got) | near(got, pieces.most)).all()


@given(SHAPED, st.lists(st.floats(-5, 5), min_size=2, max_size=20).map(sorted))
def test_what_is_said_to_rise_rises_and_what_is_said_to_fall_falls(curve, xs):
    pieces, x = curve.shape(), np.array(xs)
    steps = np.diff(curve(np.sort(np.r_[x, pieces.edges])))
    assert not pieces.rising or (steps >= 0).all()
    assert not pieces.falling or (steps <= 0).all()


@given(SHAPED)
def test_bounds_are_come_near_to(curve):
    pieces = curve.shape()
    far = np.array([-1e12, 1e12])
    x = np.r_[far, pieces.edges, np.nextafter(pieces.edges, -INF), np.nextafter(pieces.edges, INF)]
    got = curve(x)
    for bound, nearest in ((pieces.least, got.min()), (pieces.most, got.max())):
        assert near(nearest, bound) if np.isfinite(bound) else abs(nearest) > 1e9


@given(SHAPED, st.floats(-5, 5))
def test_between_breakpoints_nothing_changes(curve, x):
    pieces = curve.shape()
    pieces = Shape(pieces.edges, pieces.at, pieces.left, pieces.right, pieces.slope)
    assert set(pieces.breakpoints) <= set(pieces.edges)
    assert set(pieces.jumps[:, 0]) <= set(pieces.breakpoints)
    for edge, before, after in pieces.jumps:
        beside = curve(np.array([np.nextafter(edge, -INF), np.nextafter(edge, INF)]))
        assert near(beside, np.array([before, after])).all()


def test_bounds_of_what_is_open():
    assert ck.curves.Linear(floor=None).shape().least == -INF
    assert ck.curves.Linear(-2, floor=None, cap=5).shape().least == -INF
    assert ck.curves.Linear(-2, floor=0, cap=5).shape().breakpoints.tolist() == [-2.5, 0]
    assert ck.curves.Linear(0, floor=3).shape().most == 3
    assert ck.curves.Linear(100, floor=None).shape().breakpoints.tolist() == []
    logistic = ck.curves.Logistic((0.8, 20), (1.2, 80), least=-5, most=120).shape()
    assert (logistic.least, logistic.most, logistic.rising) == (-5, 120, True)


def test_a_curve_that_goes_down_and_up_is_neither():
    pieces = ck.curves.Plateau((0.9, 1.1), (0.5, 1.5)).shape()
    assert not pieces.rising
    assert not pieces.falling
    assert ck.curves.Steps([(0, 5), (1, 4)], below=6).shape().falling
    assert not ck.curves.Tolerances([(0.1, 9)]).shape().rising


def test_pieces_are_values():
    curve = ck.curves.Levels(threshold=(0.8, 50), target=(1, 100))
    assert curve.shape() == curve.shape()
    assert curve.shape() != ck.curves.Linear().shape()
    with pytest.raises(ValueError, match="read-only"):
        curve.shape().at[0] = 1


LEVELS = ck.curves.Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150))
LESS = ck.curves.Levels(threshold=(60, 50), target=(45, 100))
WORDS = [
    (LEVELS, 0.5, "below the threshold 0.8: 0 points"),
    (LEVELS, 0.8, "at the threshold 0.8 (50 points)"),
    (LEVELS, 0.9, "on the line from the threshold 0.8 (50 points) to the target 1 (100 points)"),
    (LEVELS, 1.3, "above the stretch 1.2: 150 points"),
    (LEVELS, NAN, "absent"),
    (LESS, 50, "on the line from the target 45 (100 points) to the threshold 60 (50 points)"),
    (LESS, 70, "above the threshold 60: 0 points"),
    (ck.curves.Linear(), 0.9, "above 0 (0 points): 100 points for each 1"),
    (ck.curves.Linear(floor=None, cap=120), 1.1,
     "below 1.2 (120 points): 100 points for each 1"),
    (ck.curves.Steps([(0.8, 60), (1, 100)]), 0.9, "60 points from 0.8 to 1"),
    (ck.curves.Smoothstep((0.5, 0), (1, 100)), 0.7,
     "on the curve from 0.5 (0 points) to 1 (100 points)"),
    (ck.curves.Logistic((0.8, 20), (1.2, 80)), 2,
     "above 1.2, on the curve that comes near to 100 points"),
    (ck.curves.AddDeduct(1, 2, most=110), 1.05,
     "100 points on target; 5 steps of 0.01 above 1, +1 points each, in proportion"),
    (ck.curves.AddDeduct(1, 2, counted="begun", most=110), 0.4,
     "100 points on target; 60 steps of 0.01 below 1, −2 points each, begun, to no less than 0"),
    (ck.curves.Rounded(LEVELS, 0, "half_up"), 1.0,
     "at the target 1 (100 points), rounded to 0 decimals, half up"),
    (ck.curves.Threshold(ck.curves.Linear(), 0.5), 0.25, "below the threshold 0.5: 0 points"),
    (ck.curves.Threshold(ck.curves.Linear(), 0.5), 0.75,
     "above 0 (0 points): 100 points for each 1"),
    (ck.curves.Composed([LEVELS, ck.curves.Steps([(90, 5)])]), 0.8,
     "at the threshold 0.8 (50 points); then below 90: 0 points"),
    (np.sqrt, 1, ""),
]  # fmt: skip


@pytest.mark.parametrize(("curve", "attainment", "told"), WORDS)
def test_words(curve, attainment, told):
    assert said(curve, float(attainment)) == told


def test_what_is_made_of_unknown_curves_does_not_know_its_pieces():
    unknown = ck.curves.Rounded(ck.curves.Linear())
    assert shape_of(unknown) is None
    assert shape_of(ck.curves.Threshold(unknown, 1)) is None
    assert shape_of(ck.curves.Composed([unknown, ck.curves.Linear()])) is None
    assert shape_of(ck.curves.Linear) is None
    one = ck.curves.Composed([ck.curves.Linear()])
    assert shape_of(one) == ck.curves.Linear().shape()
