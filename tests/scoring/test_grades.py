"""Grade bands: edges, rounding, holes and overlaps."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, refused

USUAL = {"A": 90, "B": 75, "C": None}


def graded(grades, *totals):
    codes = grades.codes(np.array(totals, dtype=float))
    return [None if code < 0 else grades.labels[code] for code in codes.tolist()]


def test_a_band_holds_its_lower_edge_and_not_its_upper_one():
    assert graded(ck.Grades.from_edges(USUAL), 90, 89.99, 75, 74.99, -1e9, NAN) == [
        "A", "B", "B", "C", "C", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("decimals", "total", "grade"),
    [
        (2, 89.994, "B"),
        (2, 89.996, "A"),
        (1, 89.96, "A"),
        (0, 89.5, "A"),
        (0, 74.5, "C"),
        (0, 75.5, "B"),
    ],
)
def test_totals_are_rounded_half_to_even_before_they_are_looked_up(decimals, total, grade):
    assert graded(ck.Grades.from_edges(USUAL, decimals=decimals), total) == [grade]


def test_bands_may_come_in_any_order():
    bands = [ck.Band("low", 0, 50), ck.Band("high", 80), ck.Band("mid", 50, 80)]
    grades = ck.Grades(bands)
    assert grades.labels == ("high", "mid", "low")
    assert grades == ck.Grades(bands[::-1])


def test_a_total_outside_all_bands_is_refused():
    grades = ck.Grades([ck.Band("low", 0, 50), ck.Band("high", 50, 100)])
    assert graded(grades, 0, 50, 99.99) == ["low", "high", "high"]
    faults = refused(grades.codes, np.array([100.0, -0.01, 100.0, 20.0]))
    assert [fault.value for fault in faults] == [-0.01, 100]


@pytest.mark.parametrize(
    ("bands", "word"),
    [
        ([ck.Band("A", 90), ck.Band("B", 70, 89)], "hole"),
        ([ck.Band("A", 90), ck.Band("B", 70, 91)], "overlap"),
        ([ck.Band("A"), ck.Band("B")], "overlap"),
        ([ck.Band("A", 90, 80)], "holds nothing"),
        ([ck.Band("A", 90), ck.Band("A", None, 90)], "twice"),
        ([], "no bands"),
    ],
)
def test_bands_that_do_not_cover_the_line_once_are_refused(bands, word):
    assert any(word in fault.reason for fault in refused(ck.Grades, bands))


def test_all_faults_of_bands_are_told_together():
    bands = [ck.Band("A", 90), ck.Band("B", 70, 89), ck.Band("C", 60, 71), ck.Band("C", 10, 60)]
    assert len(refused(ck.Grades, bands)) == 3


def test_faults_of_a_band_are_told_together():
    faults = refused(ck.Band, 5, "low", NAN)
    assert [fault.column for fault in faults] == ["label", "low", "high"]


def test_what_is_no_band_leaves_the_others_checked():
    faults = refused(ck.Grades, ["A", ck.Band("B", 1, 0), ck.Band("B")], decimals=True)
    assert [fault.reason.split()[0] for fault in faults] == ["not", "not", "from", "the"]
    (fault,) = refused(ck.Grades, "AB")
    assert "a list is wanted, not a str" in fault.reason


def test_faults_of_edges_are_told_together():
    assert len(refused(ck.Grades.from_edges, {"A": "90", "": 80, "C": None})) == 2
    assert len(refused(ck.Grades.from_edges, {"A": 90, "B": 90, "C": 90, "D": None})) == 2


def test_equal_edges_are_refused():
    refused(ck.Grades.from_edges, {"A": 90, "B": 90, "C": None})


def test_no_bands_at_all_are_refused():
    refused(ck.Grades.from_edges, {})
