"""Totals, missing items, ragged cards and grades, on one small organisation."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

KPIS = [ck.Kpi("a", "x"), ck.Kpi("b", "x", better="lower")]
ITEMS = [ck.Item("a"), ck.Item("b")]
KINDS = ["co", "team", "team", "person", "person", "person"]


def results(**options):
    tree = org(kind=KINDS)
    targets = ck.cascade(tree, KPIS, {"a": 40, "b": 40}, periods="p")
    table = entries(("ann", "a", 5), ("bob", "a", 15), ("ann", "b", 5))
    return ck.measure(targets, table, **options)


def totals(missing, weights=None):
    card = ck.Scorecard(ITEMS, weights or {"a": 60, "b": 40}, missing=missing)
    return ck.score(results(), card).total[0].tolist()


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        # of what was reported: hq and east 20/20 and 5/10; ann 5/10 and 5/10; bob 15/10
        ("renormalise", [120, 120, 90, 150, NAN, NAN]),
        ("zero", [120, 120, 90, 90, 0, 0]),
        ("hold", [120, 120, 90, NAN, NAN, NAN]),
    ],
)
def test_totals_by_policy(missing, expected):
    np.testing.assert_allclose(totals(missing), expected, rtol=1e-14)


def test_refuse_lists_every_item_that_is_missing_once():
    card = ck.Scorecard(ITEMS, {"a": 60, "b": 40}, missing="refuse")
    faults = refused(ck.score, results(), card)
    told = sorted((fault.value, fault.reason.split()[1]) for fault in faults)
    assert told == [("bob", "b"), ("cid", "a"), ("cid", "b"), ("west", "a"), ("west", "b")]


def test_refuse_asks_only_for_what_is_on_the_card():
    scores = ck.score(results(), ck.Scorecard(ITEMS, {"co": {"a": 60, "b": 40}}, missing="refuse"))
    np.testing.assert_allclose(scores.total[0], [120, NAN, NAN, NAN, NAN, NAN])


def test_cards_differ_by_kind_and_those_without_one_are_not_scored():
    got = totals("zero", {"team": {"a": 100}, "person": {"b": 100, "a": 0}})
    np.testing.assert_allclose(got, [NAN, 100, 150, 0, 0, 0])


def test_grades_and_what_has_none():
    grades = ck.Grades.from_edges({"top": 130, "good": 100, "poor": None})
    card = ck.Scorecard(ITEMS, {"a": 60, "b": 40}, grades=grades)
    scores = ck.score(results(), card)
    assert scores.grades == ("top", "good", "poor")
    assert scores.grade_codes[0].tolist() == [1, 1, 2, 0, -1, -1]
    assert scores.grade("ann") == "poor"
    assert scores.grade("cid") is None
    plain = ck.score(results(), ck.Scorecard(ITEMS, {"a": 60, "b": 40}))
    assert plain.grade_codes[0].tolist() == [-1] * 6
    assert plain.grades == ()


def test_a_total_outside_the_bands_is_refused_when_scored():
    grades = ck.Grades([ck.Band("only", 0, 120)])
    refused(ck.score, results(), ck.Scorecard(ITEMS, {"a": 60, "b": 40}, grades=grades))


def test_scores_say_what_they_were_made_of():
    card = ck.Scorecard(ITEMS, {"a": 60, "b": 40})
    scores = ck.score(results(), card)
    assert scores.scorecard is card
    assert scores.weights("b").tolist() == [40] * 6
    np.testing.assert_allclose(scores.attainment("b")[0], [1.5, 1.5, 1.5, NAN, NAN, NAN])
    np.testing.assert_allclose(scores.points("b")[0], [150, 150, 150, NAN, NAN, NAN])
    (fault,) = refused(scores.points, "c")
    assert fault.source == "scorecard"
    refused(scores.grade, "nobody")
    assert hash(scores) == hash(ck.score(results(), card))
    assert scores == ck.score(results(), card)
