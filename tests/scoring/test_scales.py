"""Scales of ratings and conversions between them."""

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import scales, testing
from cascade_kpi.records import record
from tests.helpers import NAN, refused

HUNDRED, FIVE = scales.Numbers(worst=0, best=100), scales.Numbers(worst=1, best=5)
MARKS = scales.Numbers(worst=6, best=1)  # 1 is best
LETTERS, WORDS = scales.Labels(best_first="ABC"), scales.Labels(best_first=["good", "poor"])
GRADES = ck.Grades.from_edges({"A": 4.5, "B": 2.5, "C": None}, decimals=1)
TABLE = {"A": 100, "B": 70, "C": 0}
CONVERSIONS = [
    scales.Linear(HUNDRED, FIVE),
    scales.Linear(MARKS, HUNDRED),
    scales.Lookup(LETTERS, HUNDRED, TABLE),
    scales.Lookup(LETTERS, MARKS, {"A": 1, "B": 3.3, "C": 6}),
    scales.Lookup(LETTERS, WORDS, {"A": "good", "B": "good", "C": "poor"}),
    scales.Cut(FIVE, GRADES),
]


def labels(*values):
    return np.array(values, dtype=object)


@given(st.floats(0, 100), st.sampled_from([FIVE, MARKS, scales.Numbers(worst=-0.3, best=0.1)]))
def test_linear_goes_there_and_back(points, scale):
    there, back = scales.Linear(HUNDRED, scale), scales.Linear(scale, HUNDRED)
    assert back(there(np.array([points])))[0] == pytest.approx(points, abs=1e-10)
    assert there(np.array([0.0, 100.0, NAN])).tolist()[:2] == [scale.worst, scale.best]
    assert np.isnan(there(np.array([NAN]))[0])


def test_what_is_not_on_the_scale_is_refused_all_at_once():
    faults = refused(scales.Linear(FIVE, HUNDRED), np.array([0.5, 3, 5.5, 0.5]))
    assert [f.value for f in faults] == [0.5, 5.5]
    faults = refused(scales.Lookup(LETTERS, HUNDRED, TABLE), labels("A", "a", "D", 5))
    assert [f.value for f in faults] == ["a", "D", 5]


def test_lookup_by_a_stated_table():
    points = scales.Lookup(LETTERS, HUNDRED, TABLE)
    np.testing.assert_array_equal(
        points(labels("C", "A", None, "", NAN, "B")), [0, 100, NAN, NAN, NAN, 70]
    )
    words = scales.Lookup(LETTERS, WORDS, {"A": "good", "B": "good", "C": "poor"})
    assert words(labels("C", "B", None)).tolist() == ["poor", "good", None]


def test_cut_rounds_where_the_grades_do():
    assert scales.Cut(FIVE, GRADES)(np.array([4.45, 4.4499, 2.5, 1, NAN])).tolist() == [
        "B", "B", "B", "C", None,
    ]  # fmt: skip
    assert scales.Cut(FIVE, GRADES)(np.array([4.46])).tolist() == ["A"]


def test_points_to_letters_to_one_to_five():
    bands = ck.Grades.from_edges({"A": 90, "B": 60, "C": None})
    letters = scales.Cut(HUNDRED, bands)(np.array([95.0, 60, 10]))
    assert scales.Lookup(LETTERS, FIVE, {"A": 5, "B": 3, "C": 1})(letters).tolist() == [5, 3, 1]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: scales.Lookup(LETTERS, HUNDRED, {"A": 1}), ["a hole", "a hole"]),
        (lambda: scales.Lookup(LETTERS, HUNDRED, {**TABLE, "D": 0}), ["no such label"]),
        (lambda: scales.Lookup(LETTERS, HUNDRED, [*TABLE.items(), ("A", 9)]), ["two values"]),
        (lambda: scales.Lookup(LETTERS, HUNDRED, {**TABLE, "C": 80}), ["'C' is given more"]),
        (lambda: scales.Lookup(LETTERS, MARKS, {"A": 6, "B": 3, "C": 1}), ["more", "more"]),
        (lambda: scales.Lookup(LETTERS, HUNDRED, {**TABLE, "A": 101}), ["outside 0 to 100"]),
        (lambda: scales.Lookup(LETTERS, HUNDRED, {**TABLE, "A": "x"}), ["no value"]),
        (lambda: scales.Lookup(LETTERS, WORDS, {**TABLE}), ["no value"] * 3),
        (lambda: scales.Lookup(FIVE, "x", 5), ["not Labels", "not Scale", "not a table"]),
        (lambda: scales.Linear(LETTERS, None), ["not Numbers", "not Numbers"]),
        (lambda: scales.Cut(MARKS, GRADES), ["best at the highest"]),
        (lambda: scales.Cut(FIVE, ck.Grades([ck.Band("A", 2, 5)])), ["a hole", "a hole"]),
        (lambda: scales.Cut(5, 6), ["not Numbers", "not Grades"]),
        (lambda: scales.Numbers(worst=1, best=1), ["the worst is the best"]),
        (lambda: scales.Numbers(worst=NAN, best="x"), ["not finite", "not a number"]),
        (lambda: scales.Labels(best_first=[]), ["no list"]),
        (lambda: scales.Labels(best_first=["A", "A"]), ["twice"]),
        (lambda: scales.Labels(best_first=["A", "", 5]), ["empty", "not text"]),
    ],
)
def test_faults(make, words):
    faults = refused(make)
    assert len(faults) == len(words)
    for fault, word in zip(faults, words, strict=True):
        assert word in fault.reason


@pytest.mark.parametrize("rule", CONVERSIONS, ids=repr)
def test_laws(rule):
    testing.check_conversion(rule)


@record("test/scales.unlawful")
@frozen
class Unlawful:
    how: str
    of = FIVE
    to = HUNDRED

    def __call__(self, values):
        usual = scales.Linear(FIVE, HUNDRED)
        return {
            "round": lambda: 100 - usual(values),
            "far": lambda: values * 20,
            "absent": lambda: np.nan_to_num(usual(values)),
            "short": lambda: usual(values)[:1],
            "list": lambda: usual(values).tolist(),
            "first": lambda: usual(np.full_like(values, values[0])),
        }[self.how]()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("round", "worse to what is better"), ("far", "not on its scale"),
        ("absent", "what is absent"), ("short", "answers shape"), ("list", "no array"),
        ("first", "in another order"),
    ],
)  # fmt: skip
def test_laws_are_broken(how, told):
    with pytest.raises(AssertionError, match=told):
        testing.check_conversion(Unlawful(how))
