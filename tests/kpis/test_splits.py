"""Splits: what they ask of the tree, and every way in which a tree lacks it."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, org, refused

# rows as given: hq, east, west, ann, bob, cid; in preorder: hq, east, ann, bob, west, cid


def test_an_inner_claim_is_the_sum_over_its_leaves():
    claims = ck.splits.ProRata("d")(org(d=[None, None, None, 3, 4, 5]))
    assert claims.tolist() == [12, 7, 3, 4, 5, 5]


@pytest.mark.parametrize("blank", [None, "", NAN])
def test_inner_entries_are_blank_or_agree(blank):
    claims = ck.splits.ProRata("d")(org(d=[12, blank, 5, 3, 4, 5]))
    assert claims.tolist() == [12, 7, 3, 4, 5, 5]


def test_an_inner_entry_that_disagrees_is_refused_with_its_row():
    faults = refused(ck.splits.ProRata("d"), org(d=[13, 7, 6, 3, 4, 5]))
    assert [(f.row, f.column, f.value) for f in faults] == [(0, "d", 13), (2, "d", 6)]


def test_blank_leaves_and_negative_entries_are_refused_together():
    faults = refused(ck.splits.ProRata("d"), org(d=[None, None, None, None, -4, 5]))
    assert sorted((f.row, f.reason.split(" at ")[0]) for f in faults) == [
        (3, "a leaf is blank"), (4, "negative"),
    ]  # fmt: skip


def test_a_driver_that_is_no_number_or_not_there():
    (fault,) = refused(ck.splits.ProRata("d"), org(d=["", "", "", "3", "4", "1,000"]))
    assert (fault.row, fault.value) == (5, "1,000")
    (fault,) = refused(ck.splits.ProRata("staf"), org(staff=[None, None, None, 3, 4, 5]))
    assert "staff" in fault.repair


def test_claims_that_are_all_zero_are_refused_where_there_is_something_to_split():
    tree = org(d=[None, None, None, 0, 0, 5])
    kpi = ck.Kpi("k", "x", split=ck.splits.ProRata("d"), lot=1)
    assert ck.cascade(tree, [kpi], {"k": 7}, periods="p").lots_of("k")[0].tolist() == [
        7, 0, 0, 0, 7, 7,
    ]  # fmt: skip
    goals = {"node": ["hq", "east"], "kpi": ["k", "k"], "value": [7, 3]}
    (fault,) = refused(ck.cascade, tree, [kpi], goals, periods="p")
    assert fault.value == "east"
    assert "all zero" in fault.reason


def test_a_driver_whose_sum_overflows_is_refused():
    kpi = ck.Kpi("k", "x", split=ck.splits.ProRata("d"), lot=1)
    for last in (1.0, 1e308):
        refused(
            ck.cascade, org(d=[None, None, None, 1e308, 1e308, last]), [kpi], {"k": 7}, periods="p"
        )


@pytest.mark.parametrize(
    ("shares", "total"),
    [([None, 0.6, 0.3, 0.5, 0.5, 1], "0.9"), ([None, 0.6, 0.5, 0.5, 0.5, 1], "1.1")],
)
def test_shares_that_do_not_sum_to_one_are_refused(shares, total):
    (fault,) = refused(ck.splits.FixedShares("s"), org(s=shares))
    assert fault.value == "hq"
    assert total in fault.reason


def test_faults_of_shares_are_told_together():
    faults = refused(ck.splits.FixedShares("s"), org(s=[None, 0.6, 0.3, -0.5, 1.5, None]))
    assert {(f.row, f.value) for f in faults} >= {(3, -0.5), (None, "hq")}


def test_a_family_with_some_blank_shares_is_refused_and_with_all_blank_is_not():
    (fault,) = refused(ck.splits.FixedShares("s"), org(s=[None, 1, None, None, None, None]))
    assert fault.value == "hq"
    claims = ck.splits.FixedShares("s")(org(s=[None, 0.25, 0.75, None, None, 1]))
    assert claims[[1, 4, 5]].tolist() == [0.25, 0.75, 1]


def test_shares_may_miss_one_by_rounding():
    tree = org({"hq": "", **{f"n{i}": "hq" for i in range(3)}}, s=[None, 1 / 3, 1 / 3, 1 / 3])
    kpi = ck.Kpi("k", "x", split=ck.splits.FixedShares("s"), lot=1)
    assert ck.cascade(tree, [kpi], {"k": 10}, periods="p").lots_of("k")[0].tolist() == [10, 4, 3, 3]


@pytest.mark.parametrize("answer", [[1.0], [NAN] * 6, [np.inf] * 6, [-1.0] * 6])
def test_an_own_split_that_answers_nonsense_is_refused(answer):
    class Own:
        divides = True

        def __call__(self, org):
            return np.array(answer)

    faults = refused(ck.cascade, org(), [ck.Kpi("k", "x", split=Own())], {"k": 7}, periods="p")
    assert [fault.source for fault in faults] == ["split"]


def test_an_own_shared_split_hands_down_by_its_factors():
    class Half:
        divides = False

        def __call__(self, org):
            return np.where(org.is_leaf, 0.5, 1.0)

    kpi = ck.Kpi("k", "x", aggregate=ck.aggregates.Mean(), split=Half())
    goals = {"node": ["hq", "east"], "kpi": ["k", "k"], "value": [8, 6]}
    targets = ck.cascade(org(), [kpi], goals, periods="p").of("k")
    assert targets[0].tolist() == [8, 6, 3, 3, 8, 4]
