"""Attainment and shortfall by direction, the odd targets included."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.kpis.directions import direction
from tests.helpers import NAN, refused

HIGHER, LOWER, NEAR = ck.directions.Higher(), ck.directions.Lower(), ck.directions.OnTarget(2)

CASES = [
    # direction, actual, target, attainment, shortfall
    (HIGHER, 80, 100, 0.8, 20),
    (HIGHER, 120, 100, 1.2, 0),
    (HIGHER, 0, 100, 0, 100),
    (HIGHER, -50, 100, -0.5, 150),
    (HIGHER, -8, -10, 1.2, 0),
    (HIGHER, -12, -10, 0.8, 2),
    (HIGHER, 10, -10, 3, 0),
    (LOWER, 80, 100, 1.2, 0),
    (LOWER, 120, 100, 0.8, 20),
    (LOWER, 300, 100, -1, 200),
    (LOWER, -12, -10, 1.2, 0),
    (LOWER, -8, -10, 0.8, 2),
    (NEAR, 102, 100, 1, 0),
    (NEAR, 98, 100, 1, 0),
    (NEAR, 112, 100, 0.9, 10),
    (NEAR, 88, 100, 0.9, 10),
    (NEAR, -112, -100, 0.9, 10),
]


@pytest.mark.parametrize(("better", "actual", "target", "attained", "short"), CASES)
def test_attainment_and_shortfall(better, actual, target, attained, short):
    a, t = (
        np.array([actual, NAN, actual], dtype=float),
        np.array([target, target, NAN], dtype=float),
    )
    assert better.proportion(a, t)[0] == pytest.approx(attained, abs=1e-12)
    assert better.shortfall(a, t)[0] == short
    assert np.isnan(better.proportion(a, t)[1:]).all()
    assert np.isnan(better.shortfall(a, t)[1:]).all()


def test_signs_are_told_apart_within_one_array():
    a, t = np.array([80.0, -8.0]), np.array([100.0, -10.0])
    assert HIGHER.proportion(a, t).tolist() == pytest.approx([0.8, 1.2])
    assert LOWER.proportion(a, t).tolist() == pytest.approx([1.2, 0.8])


def test_names_make_directions_and_own_ones_are_taken():
    assert direction("higher") == HIGHER
    assert direction("lower") == LOWER
    assert direction(NEAR) is NEAR


@pytest.mark.parametrize("better", ["hihger", "up", 1, None])
def test_anything_else_is_no_direction(better):
    (fault,) = refused(ck.Kpi, "a", "x", better=better)
    assert fault.column == "better"
    if better == "hihger":
        assert "higher" in fault.repair


@pytest.mark.parametrize("band", [-0.1, NAN, np.inf])
def test_a_band_is_finite_and_not_negative(band):
    refused(ck.directions.OnTarget, band)


@pytest.mark.parametrize("target", [100.0, 200.0, 250.0, -100.0])
def test_whole_per_cents_are_what_they_are_written_as(target):
    """2 − 110/100 is 0.8999999999999999: a step at 0.9 would be missed by a last bit."""
    percent = np.arange(-100, 301)
    better = ck.directions.Lower() if target > 0 else ck.directions.Higher()
    actual = target * (200 - percent) / 100  # wholes and halves, which floats hold
    got = better.proportion(actual, np.full(len(actual), target))
    assert (got == percent / 100).all()
