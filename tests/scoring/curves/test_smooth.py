"""S-curves pass through the levels that they are given by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused

Smoothstep, Logistic = ck.curves.Smoothstep, ck.curves.Logistic
LEVEL = st.tuples(st.floats(-100, 100), st.floats(1, 99))


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


def apart(levels):
    return abs(levels[0][0] - levels[1][0]) > 1e-3 and abs(levels[0][1] - levels[1][1]) > 1e-3


PAIRS = st.tuples(LEVEL, LEVEL).filter(apart)


@given(PAIRS, st.lists(st.floats(-300, 300), min_size=2, max_size=30).map(sorted))
def test_they_are_exact_at_their_levels_and_go_one_way(levels, xs):
    low, high = sorted(levels, key=lambda level: level[1])
    for curve in (Logistic(low, high), Smoothstep(low, high)):
        assert at(curve, low[0], high[0]) == [low[1], high[1]]
        steps = np.diff(curve(np.sort(np.r_[xs, low[0], high[0]])))
        steps = steps if low[0] < high[0] else -steps
        assert (steps >= -1e-12).all()


def test_smoothstep_is_level_at_its_ends():
    curve = Smoothstep((0, 10), (2, 50))
    assert at(curve, -1, 0, 1, 2, 3) == [10, 10, 30, 50, 50]
    assert at(curve, 1e-6)[0] - 10 == pytest.approx(3 * 40 * 0.25e-12, rel=1e-2)
    assert at(Smoothstep((1, 0), (0, 100)), 0.25) == [84.375]


def test_logistic_is_the_function_through_both_levels():
    curve = Logistic((0.8, 20), (1.2, 80))
    steep = 2 * np.log(4) / 0.4  # logit(0.8) − logit(0.2), over the way between
    x = np.array([0, 0.5, 0.9, 1, 1.1, 3])
    np.testing.assert_allclose(curve(x), 100 / (1 + np.exp(-steep * (x - 1))), rtol=1e-12)
    assert at(curve, -1e9, 1e9) == [pytest.approx(0, abs=1e-200), 100]


def test_faults():
    assert [f.column for f in refused(Logistic, (1, 20), (1, 80))] == ["high"]
    assert [f.column for f in refused(Logistic, (0, 80), (1, 20))] == [None]
    assert [f.column for f in refused(Logistic, (0, 0), (1, 20))] == [None]
    assert [f.column for f in refused(Logistic, 5, (1, NAN), "x", None)] == [
        "low", "high", "least", "most",
    ]  # fmt: skip
    assert [f.column for f in refused(Smoothstep, "x", (1, 2, 3))] == ["start", "end"]
    assert [f.column for f in refused(Smoothstep, (1, 2), (1, 3))] == ["end"]
