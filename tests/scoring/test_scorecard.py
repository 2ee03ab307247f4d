"""Scorecards: weights, groups, and whether they fit."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, measured, org, refused

ITEMS = [ck.Item("a"), ck.Item("b")]
KPIS = ck.Kpis([ck.Kpi("a", "x"), ck.Kpi("b", "x")])
KINDS = ["co", "team", "team", "person", "person", "person"]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"a": 120, "b": -20}, "negative"),
        ({"a": NAN, "b": 100}, "not finite"),
        ({"a": float("inf"), "b": 1}, "not finite"),
        ({"a": 0, "b": 0}, "all weights are zero"),
        ({"a": 60, "b": 30}, "sum to 90"),
        ({"a": 60, "b": 40.001}, "sum to 100.001"),
        ({"a": "60", "b": 40}, "not a number"),
        ({"a": True, "b": 99}, "not a number"),
        ({"a": 60, "c": 40}, "no part"),
    ],
)
def test_weights_that_cannot_be(weights, reason):
    (fault,) = refused(ck.Scorecard, ITEMS, weights)
    assert reason in fault.reason


def test_faults_of_all_groups_are_told_together():
    weights = {"team": {"a": -1, "b": 101}, "person": {"a": 50}, "co": {"a": 100}}
    faults = refused(ck.Scorecard, ITEMS, weights)
    assert [fault.column for fault in faults] == ["weights of 'team'", "weights of 'person'"]


@pytest.mark.parametrize("promised", [NAN, float("inf"), 0, -100])
def test_what_is_promised_is_a_number_above_zero(promised):
    refused(ck.Weights, {"a": 60, "b": 40}, promised=promised)


def test_weights_may_miss_their_sum_by_rounding_and_it_may_be_another():
    thirds = [ck.Item(name) for name in "abc"]
    ck.Scorecard(thirds, dict.fromkeys("abc", 100 / 3))
    ck.Scorecard(ITEMS, ck.Weights({"a": 0.6, "b": 0.4}, promised=1))
    refused(ck.Scorecard, ITEMS, {"a": 0.6, "b": 0.4})


def test_items_are_there_once_and_are_items():
    assert len(refused(ck.Scorecard, [*ITEMS, ck.Item("a")], {"a": 100})) == 1
    refused(ck.Scorecard, [], {})
    refused(ck.Scorecard, ITEMS, {})
    faults = refused(ck.Item, "a", curve=5, attainment="proportion")
    assert [fault.column for fault in faults] == ["curve", "attainment"]


def test_unknown_kpis_groups_and_columns_are_refused_with_near_misses():
    tree = org(kind=KINDS)
    card = ck.Scorecard([ck.Item("a"), ck.Item("bb")], {"persn": {"a": 100}, "team": {"bb": 100}})
    faults = refused(card.check_against, KPIS, tree)
    assert [fault.value for fault in faults] == ["bb", "persn"]
    assert "'person'" in faults[1].repair
    (fault,) = refused(
        ck.Scorecard(ITEMS, ck.Weights({"a": 100}, by="knd")).check_against, KPIS, tree
    )
    assert fault.column == "by"


def test_groups_by_kind_with_a_card_for_everybody_else():
    card = ck.Scorecard(ITEMS, {"person": {"b": 100}, "*": {"a": 30, "b": 70}})
    table = card.weights.table(org(kind=KINDS), card.outline)
    assert table.weights[table.group][:, 1:].tolist() == [
        [30, 70],
        [30, 70],
        [0, 100],
        [0, 100],
        [30, 70],
        [0, 100],
    ]


def test_groups_by_another_column():
    tree = org(job=["x", "y", "y", "x", "y", "z"])
    card = ck.Scorecard(ITEMS, ck.Weights({"y": {"a": 100}, "x": {"b": 100}}, by="job"))
    card.check_against(KPIS, tree)
    table = card.weights.table(tree, card.outline)  # preorder: hq, east, ann, bob, west, cid
    assert table.weights[table.group][:, 1:].tolist() == [
        [0, 100],
        [100, 0],
        [0, 100],
        [100, 0],
        [100, 0],
        [0, 0],
    ]


def test_scorecards_compare_by_content():
    made = [ck.Scorecard(ITEMS, {"a": a, "b": 100 - a}) for a in (60, 60, 50)]
    assert made[0] == made[1]
    assert hash(made[0]) == hash(made[1])
    assert made[0] != made[2]


def test_a_scorecard_cannot_be_changed_afterwards():
    given = {"a": 60, "b": 40}
    card = ck.Scorecard(ITEMS, given)
    given["a"] = 0
    assert card.weights.groups["*"]["a"] == 60
    with pytest.raises(TypeError):
        card.weights.groups["*"]["a"] = 0


def test_columns_that_rules_need_are_checked_together():
    tree = org(a=["x", 1, 2, 3, "y", 4], b=[0, 1, 2, 3, 4, "z"])
    items = [
        ck.Item("k", attainment=ck.attainments.Progress(column), named=column)
        for column in ("a", "c", "b")
    ]
    items.append(ck.Item("k", attainment=ck.attainments.Progress("a")))
    results = measured(tree, ck.Kpi("k", "x"), 12, {"ann": 1.0})
    faults = refused(ck.score, results, ck.Scorecard(items, {item.name: 25 for item in items}))
    assert [(f.row, f.value) for f in faults] == [(0, "x"), (4, "y"), (None, "c"), (5, "z")]


def test_groups_are_told_apart_by_more_than_their_text():
    card = ck.Scorecard([ck.Item("k")], ck.Weights({"1": {"k": 100}}, by="band"))
    kpis = ck.Kpis([ck.Kpi("k", "x")])
    (fault,) = refused(card.check_against, kpis, org(band=[1, "1", 1, 2, 2, 2]))
    assert (fault.column, fault.value) == ("by", "1")
    card.check_against(kpis, org(band=["1", "1", "1", "2", "", ""]))


def test_a_group_with_an_empty_mapping_is_not_scored():
    tree = org(kind=["hq", "area", "office", *["person"] * 3])
    results = measured(tree, ck.Kpi("k", "x"), 12, {"ann": 1.0, "bob": 2.0, "cid": 9.0})
    card = ck.Scorecard([ck.Item("k")], {"*": {"k": 100}, "office": {}})
    total = ck.score(results, card).total[0]
    assert np.isnan(total[tree.row("west")])
    assert np.isnan(total).sum() == 1
    assert refused(ck.Scorecard, [ck.Item("k")], {"*": {}})


def test_an_override_leaves_a_weight_of_zero_off_a_card_without_weights():
    """In a section of sums a part is on unless its weight is zero."""
    tree = org()
    kpis = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in "abc"]
    targets = ck.cascade(tree, kpis, dict.fromkeys("abc", 100), periods="2026")
    given = {"node": ["ann"] * 3, "kpi": list("abc"), "value": [50, 60, 90]}
    results = ck.measure(targets, given)
    summed = ck.Section("of a+b", [ck.Item("a"), ck.Item("b")], ck.combines.Sum())
    entry = {"of a+b": 40, "a": 1, "b": 0, "c": 60}
    same = [ck.Override("ann", "c", 60, "as it is", "us")]
    totals = [
        ck.score(results, ck.Scorecard([summed, ck.Item("c")], ck.Weights(entry, overrides=each)))
        for each in ([], same)
    ]
    assert totals[0].total[0, tree.row("ann")] == totals[1].total[0, tree.row("ann")] == 74.0
