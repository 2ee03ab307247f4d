"""Gaps in units and in points."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, gaps_of, measured, org, refused

HIGHER = ck.Kpi("k", "x")


@pytest.mark.parametrize(
    ("better", "short"),
    [("higher", [2, 0, NAN]), ("lower", [0, 3, NAN]), (ck.directions.OnTarget(1), [1, 2, NAN])],
)
def test_gaps_are_arithmetic_and_shortfalls_go_by_direction(better, short):
    kpi = ck.Kpi("k", "x", better=better)
    gaps = gaps_of(measured(org(), kpi, 40, {"ann": 8, "bob": 13}), ck.Item("k"))
    np.testing.assert_array_equal(gaps.of("k")[0, [2, 3, 5]], [-2, 3, NAN])
    np.testing.assert_array_equal(gaps.shortfall("k")[0, [2, 3, 5]], short)


@pytest.mark.parametrize(("better", "first"), [("higher", "ann"), ("lower", "bob")])
def test_the_most_unfavourable_child_comes_first(better, first):
    kpi = ck.Kpi("k", "x", better=better)
    gaps = gaps_of(measured(org(), kpi, 40, {"ann": 8, "bob": 13}))
    split = gaps.by_child("east", "k")
    assert split.keys[0] == first
    assert split.whole == 1
    assert sorted(split.parts.tolist()) == [-2, 3]


def test_points_lost_are_weighed_and_sum_to_the_gap_of_the_total():
    kpis = [ck.Kpi("a", "x"), ck.Kpi("b", "x", better="lower")]
    targets = ck.cascade(org(), kpis, {"a": 40, "b": 40}, periods="p")
    table = entries(("ann", "a", 5), ("ann", "b", 5), ("bob", "a", 12))
    card = ck.Scorecard([ck.Item("a"), ck.Item("b")], {"a": 60, "b": 40})
    gaps = ck.gaps(ck.score(ck.measure(targets, table), card))
    assert gaps.in_points("a")[0, 2] == pytest.approx(-30)  # 60 % of 50 - 100
    assert gaps.in_points("b")[0, 2] == pytest.approx(20)
    assert gaps.total[0, 2] == pytest.approx(-10)
    assert gaps.in_points("a")[0, 3] == pytest.approx(20)  # alone on the card: all the weight
    assert np.isnan(gaps.in_points("b")[0, 3])
    split = gaps.by_kpi("ann")
    assert split.keys == ("a", "b")
    assert split.unit == "points"
    assert split.share.tolist() == pytest.approx([3, -2])
    assert len(gaps.by_kpi("cid")) == 0


def test_points_at_target_are_those_of_the_curve_not_a_hundred():
    curve = ck.curves.Piecewise([(0, 0), (1, 60), (2, 100)])
    gaps = gaps_of(measured(org(), HIGHER, 40, {"ann": 20}), ck.Item("k", curve))
    assert gaps.total[0, 2] == pytest.approx(40)


def test_an_item_that_counts_as_zero_loses_all_its_points():
    gaps = gaps_of(measured(org(), HIGHER, 40, {"ann": 10}), missing="zero")
    assert gaps.in_points("k")[0, 3] == -100
    assert gaps.total[0, 3] == -100


def test_parts_are_named_by_label_and_keep_the_ids_as_keys():
    tree = ck.OrgTree.from_table(
        {"id": [1, 2], "parent": [None, 1], "name": ["All", "East"]}, label="name"
    )
    split = gaps_of(measured(tree, HIGHER, 4, {2: 3})).by_child(1, "k")
    assert (split.keys, split.labels) == ((2,), ("East",))
    assert split.title == "gap of k, All, 2026"


def test_unknown_names_are_refused():
    gaps = gaps_of(measured(org(), HIGHER, 40, {"ann": 10}))
    refused(gaps.by_child, "anm", "k")
    refused(gaps.by_child, "ann", "kk")
    refused(gaps.by_kpi, "ann", "2027")
    refused(gaps.in_points, "kk")


def test_a_leaf_has_nothing_to_split():
    assert len(gaps_of(measured(org(), HIGHER, 40, {"ann": 10})).by_child("ann", "k")) == 0
