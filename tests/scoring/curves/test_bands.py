"""Plateaus, tolerances and tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused

Plateau, Tolerances, Table = ck.curves.Plateau, ck.curves.Tolerances, ck.curves.Table


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


def test_plateau_falls_on_both_sides():
    curve = Plateau((0.9, 1.1), (0.5, 2), most=80, least=-20)
    assert at(curve, 0, 0.5, 0.7, 0.9, 1, 1.1, 2, 3) == pytest.approx(
        [-20, -20, 30, 80, 80, 80, -20, -20]
    )
    assert at(curve, 0.5, 0.9, 1.1, 2) == [-20, 80, 80, -20]
    assert at(Plateau((1, 1), (0, 2)), 0.5, 1, 1.5) == [50, 100, 50]


@pytest.mark.parametrize(
    ("args", "columns"),
    [
        (((0.9, 1.1), (0.9, 2)), [None]),
        (((1.1, 0.9), (0, 2)), [None]),
        (((0.9, 1.1), (0, 1.1)), [None]),
        (("x", (0, NAN), "y", None), ["full", "zero", "most", "least"]),
        (((0.9, 1.1), (0, 2), 5, 6), ["least"]),
    ],
)
def test_faults_of_plateaus(args, columns):
    assert [fault.column for fault in refused(Plateau, *args)] == columns


@given(st.integers(0, 99), st.integers(-300, 300))
def test_tolerances_hold_their_written_edges(width, centre):
    """±0.02 around 1 holds 0.98 and 1.02 as they are written, not as floats subtract."""
    curve = Tolerances([(width / 100, 9)], centre / 100, beyond=1)
    low, high = (centre - width) / 100, (centre + width) / 100
    beyond = np.nextafter(low, -np.inf), np.nextafter(high, np.inf)
    assert at(curve, low, centre / 100, high, *beyond) == [9, 9, 9, 1, 1]


def test_the_narrowest_tolerance_counts():
    curve = Tolerances([(0.1, 100), (0.2, 80), (0.3, 90)], centre=2, beyond=5)
    assert at(curve, 1.69, 1.75, 1.8, 1.9, 2, 2.15, 2.3, 2.4) == [5, 90, 80, 100, 100, 80, 90, 5]


def test_faults_of_tolerances():
    assert [f.row for f in refused(Tolerances, [(0.2, 1), (0.1, 2)], NAN, "x")] == [1, None, None]
    assert [f.row for f in refused(Tolerances, [(-0.1, 1)])] == [0]
    assert len(refused(Tolerances, [])) == 1


RATINGS = {1: 0, 2: 50, 3: 100, 4.5: 120}


@pytest.mark.parametrize("between", ["lower", "higher", "nearest"])
def test_listed_values_have_their_points_and_the_ends_are_held(between):
    table = Table(RATINGS, between)
    assert at(table, *RATINGS) == list(RATINGS.values())
    assert at(table, -9, 99) == [0, 120]


def test_between_listed_values():
    assert at(Table(RATINGS), 1.99, 2.5, 4.4) == [0, 50, 100]
    assert at(Table(RATINGS, "higher"), 1.01, 2.5, 3.1) == [50, 100, 120]
    assert at(Table(RATINGS, "nearest"), 1.49, 1.5, 3.74, 3.75) == [0, 50, 100, 120]
    assert at(Table({0.1: 1, 0.2: 2}, "nearest"), np.nextafter(0.15, 0), 0.15) == [1, 2]


def test_faults_of_tables():
    assert [f.column for f in refused(Table, {1: 0}, "middle")] == ["levels", "between"]
    assert [f.row for f in refused(Table, [(1, 2), (1, 3), "ab", (4, NAN)])] == [2, 1, 3]
    assert [f.column for f in refused(Table, 5, None)] == ["levels", "between"]
