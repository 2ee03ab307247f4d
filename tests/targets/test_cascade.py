"""Goals handed down: kept lower goals, and every conflict with its name."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

SALES = ck.Kpi("sales", "units", lot=1)
RATE = ck.Kpi("rate", "%", aggregate=ck.aggregates.Ratio(100))


def cascaded(*goals, kpi=SALES, tree=None, periods="2026"):
    table = entries(*[(node, kpi.name, value) for node, value in goals])
    return ck.cascade(tree or org(), [kpi], table, periods=periods)


def lots(*goals, **options):
    """Lots of hq, east, ann, bob, west, cid; None where there is no target."""
    return cascaded(*goals, **options).lots_of("sales")[0].tolist()


def told(*goals, **options):
    table_faults = refused(cascaded, *goals, **options)
    return [(fault.value, fault.reason) for fault in table_faults]


def test_a_goal_at_the_root_reaches_everybody():
    assert lots(("hq", 10)) == [10, 5, 3, 2, 5, 5]
    assert lots(("hq", 0)) == [0] * 6
    assert lots(("hq", -3)) == [-3, -2, -1, -1, -1, -1]


def test_goals_as_a_mapping_are_the_roots():
    targets = ck.cascade(org(), [SALES, RATE], {"rate": 2, "sales": 7}, periods="2026")
    assert targets.lots_of("sales")[0].tolist() == [7, 4, 2, 2, 3, 3]
    assert targets.of("rate")[0].tolist() == [2.0] * 6


def test_a_goal_below_is_kept_and_the_rest_is_spread():
    assert lots(("hq", 10), ("bob", 4), ("west", 3)) == [10, 7, 3, 4, 3, 3]
    assert lots(("hq", 10), ("east", 0)) == [10, 0, 0, 0, 10, 10]


def test_a_goal_below_without_one_above_leaves_the_others_without_target():
    assert lots(("east", 5)) == [None, 5, 3, 2, None, None]


def test_parents_of_children_that_all_have_goals_have_their_sum():
    assert lots(("ann", 5), ("bob", 2)) == [None, 7, 5, 2, None, None]
    assert lots(("ann", 5), ("bob", 2), ("west", 4)) == [11, 7, 5, 2, 4, 4]
    assert lots(("hq", 20), ("ann", 5), ("bob", 2)) == [20, 7, 5, 2, 13, 13]


def test_a_shared_goal_below_holds_for_its_own_subtree():
    targets = cascaded(("hq", 2), ("east", 3), ("bob", 4), kpi=RATE).of("rate")
    assert targets[0].tolist() == [2, 3, 3, 4, 2, 2]
    alone = cascaded(("east", 3), kpi=RATE).of("rate")
    np.testing.assert_array_equal(alone[0], [NAN, 3, 3, 3, NAN, NAN])


@pytest.mark.parametrize(
    ("goals", "node", "named"),
    [
        ([("hq", 10), ("east", 11)], "hq", ["10.00", "11.00", "'east'"]),
        ([("hq", 10), ("east", 6), ("west", 3)], "hq", ["10.00", "9.00"]),
        ([("hq", 10), ("ann", 6), ("bob", 6)], "hq", ["10.00", "12.00", "'east'"]),
        ([("east", 6), ("ann", 7)], "east", ["6.00", "7.00", "'ann'"]),
        ([("hq", -10), ("east", -11)], "hq", ["−10.00", "−11.00"]),
        ([("hq", 0), ("east", 1)], "hq", ["0.00", "1.00"]),
    ],
)
def test_goals_that_cannot_be_met_are_refused_once_with_what_conflicts(goals, node, named):
    ((value, reason),) = told(*goals)
    assert value == node
    assert all(name in reason for name in named), reason


def test_conflicts_in_several_places_and_periods_are_told_together():
    columns = "node", "kpi", "period", "value"
    rows = [("hq", "sales", p, 10) for p in ("Q1", "Q2")] + [
        ("east", "sales", p, 11) for p in ("Q1", "Q2")
    ]
    faults = refused(ck.cascade, org(), [SALES], entries(*rows, columns=columns))
    assert [fault.value for fault in faults] == ["hq", "hq"]
    assert "Q1" in faults[0].reason
    assert "Q2" in faults[1].reason


def test_a_sibling_may_take_what_a_loss_elsewhere_leaves():
    assert lots(("hq", 10), ("east", -2)) == [10, -2, -1, -1, 12, 12]


@pytest.mark.parametrize(
    ("lot", "value", "near"), [(1, 10.5, "10.00"), (1000, 1500, "2,000.00"), ("0.3", 1.0, "1.20")]
)
def test_a_goal_that_is_not_whole_lots_names_its_neighbours(lot, value, near):
    kpi = ck.Kpi("sales", "CNY", lot=lot)
    ((node, reason),) = told(("hq", value), kpi=kpi)
    assert node == "hq"
    assert "whole number of lots" in reason
    assert near in refused(cascaded, ("hq", value), kpi=kpi)[0].repair


def test_a_goal_of_too_many_lots_is_refused():
    ((_, reason),) = told(("hq", 2.0**51))
    assert "2^51" in reason


def test_sums_of_goals_that_overflow_are_refused():
    n = 4200
    tree = ck.OrgTree.from_table({"id": list(range(n)), "parent": [None] + [0] * (n - 1)})
    goals = [(i, float((1 << 51) - 1)) for i in range(1, n)]
    refused(cascaded, *goals, tree=tree)


def test_every_fault_of_a_goals_table_is_told_with_its_row():
    table = {
        "node": ["hq", "eats", "hq", "hq", "east", "west"],
        "kpi": ["sales", "sales", "sale", "sales", "sales", "sales"],
        "value": [1, 2, 3, 4, float("inf"), "n/a"],
    }
    faults = refused(ck.cascade, org(), [SALES], table, periods="2026")
    assert sorted((f.row, f.column) for f in faults) == [
        (1, "node"), (2, "kpi"), (3, "node"), (4, "value"), (5, "value"),
    ]  # fmt: skip
    by_row = {fault.row: fault for fault in faults}
    assert "'east'" in by_row[1].repair
    assert "'sales'" in by_row[2].repair
    assert "row 0" in by_row[3].reason
    assert by_row[5].value == "n/a"


@pytest.mark.parametrize("value", [NAN, float("inf"), -float("inf")])
def test_targets_that_are_not_finite_are_refused(value):
    refused(ck.cascade, org(), [SALES], {"sales": value}, periods="2026")


def test_goals_of_several_roots_need_a_table():
    tree = ck.OrgTree.from_table({"id": ["a", "b"], "parent": ["", ""]}, roots="many")
    refused(ck.cascade, tree, [SALES], {"sales": 3}, periods="2026")
    table = entries(("b", "sales", 3))
    assert ck.cascade(tree, [SALES], table, periods="2026").lots_of("sales")[0].tolist() == [
        None,
        3,
    ]


def test_periods_are_sorted_unless_they_are_given():
    columns = "node", "kpi", "period", "value"
    table = entries(("hq", "sales", "Q2", 2), ("hq", "sales", "Q1", 1), columns=columns)
    assert ck.cascade(org(), [SALES], table).lots_of("sales")[:, 0].tolist() == [1, 2]
    given = ck.cascade(org(), [SALES], table, periods=["Q2", "Q1", "Q3"])
    assert given.lots_of("sales")[:, 0].tolist() == [2, 1, None]
    refused(ck.cascade, org(), [SALES], table, periods=["Q2"])
    refused(ck.cascade, org(), [SALES], entries(("hq", "sales", 1)))


def test_claims_of_siblings_with_goals_do_not_blur_those_of_the_rest():
    shape = {"hq": "", "a": "hq", "b": "hq", "c": "hq"}
    tree = org(shape, d=[None, 1e17, 1, 3])
    kpi = ck.Kpi("sales", "units", split=ck.splits.ProRata("d"), lot=1)
    assert lots(("hq", 10), ("a", 2), kpi=kpi, tree=tree) == [10, 2, 2, 6]


@pytest.mark.parametrize("odd", ["8%", None, True, "eight"])
def test_one_odd_goal_of_the_root_blames_no_other(odd):
    kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("visits", "visits")]
    (fault,) = refused(ck.cascade, org(), kpis, {"visits": odd, "sales": 9}, periods="2026")
    assert (fault.row, fault.column) == (0, "value")
    both = refused(ck.cascade, org(), kpis, {"visits": odd, "sale": 9}, periods="2026")
    assert {fault.column for fault in both} == {"value", "kpi"}


def test_columns_with_a_single_value_among_them_are_a_table():
    table = {"node": ["hq"], "kpi": ["sales"], "value": 3}
    (fault,) = refused(ck.cascade, org(), [ck.Kpi("sales", "CNY")], table, periods="2026")
    assert "is not a column" in str(fault)
