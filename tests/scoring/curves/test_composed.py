"""Curves made of others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused
from tests.strategies.cards import LINES

Rounded, Threshold, Composed = ck.curves.Rounded, ck.curves.Threshold, ck.curves.Composed
SAME = ck.curves.Linear(1, floor=None)


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


@pytest.mark.parametrize(
    ("mode", "rounded"),
    [
        ("half_even", [-2, -2, 0, 0, 2, 2, 3, 1]),
        ("half_up", [-2, -1, 0, 1, 2, 3, 3, 1]),
        ("half_away", [-3, -2, -1, 1, 2, 3, 3, 1]),
        ("down", [-3, -2, -1, 0, 1, 2, 2, 0]),
        ("up", [-2, -1, 0, 1, 2, 3, 3, 1]),
    ],
)
def test_modes(mode, rounded):
    x = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6, 0.6]
    assert at(Rounded(SAME, 0, mode), *x) == rounded
    assert at(Rounded(SAME, 2, mode), *(each / 100 for each in x)) == [r / 100 for r in rounded]


def test_just_below_a_half_is_not_a_half():
    below = np.nextafter(0.5, 0)
    assert below + 0.5 == 1  # why floor(x + 0.5) will not do
    assert at(Rounded(SAME, 0, "half_up"), below, 0.5) == [0, 1]


def test_what_has_no_decimals_stays():
    assert at(Rounded(SAME, 12), 1e300, -1e300) == [1e300, -1e300]


@given(LINES, st.floats(-3, 3), st.floats(-3, 3))
def test_threshold(curve, level, x):
    got = at(Threshold(curve, level, below=-7), x, level)
    assert got == [at(curve, x)[0] if x >= level else -7, at(curve, level)[0]]


def test_a_threshold_within_a_piece_that_is_no_line_begins_at_the_curve():
    shape = Threshold(ck.curves.Smoothstep((0.5, 0), (1.0, 100)), 0.75, below=-7).shape()
    assert (shape.least, shape.most) == (-7, 100)
    assert shape.jumps.tolist() == [[0.75, -7, 50]]


@given(LINES, LINES, st.floats(-3, 3))
def test_composed_is_one_after_the_other(first, second, x):
    assert at(Composed([first, second]), x) == at(second, *at(first, x))


def test_clipped_and_scaled():
    clipped = Composed([ck.curves.Linear(), ck.curves.Linear(1, floor=40, cap=120)])
    assert at(clipped, 0.1, 0.8, 2) == [40, 80, 120]
    assert clipped.shape().edges.tolist() == [0, 0.4, 1.2]


def test_faults():
    assert [f.column for f in refused(Rounded, 5, -1, "x")] == ["curve", "decimals", "mode"]
    assert [f.column for f in refused(Threshold, ck.curves.Linear, NAN, "x")] == [
        "curve", "at", "below",
    ]  # fmt: skip
    assert [f.row for f in refused(Composed, [SAME, 5, ck.curves.Steps])] == [1, 2]
    assert len(refused(Composed, [])) == len(refused(Composed, "ab")) == 1
