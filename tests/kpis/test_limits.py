"""Floors, caps, margins, blends, growth and thresholds: small cases and what is refused."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import entries, gaps_of, refused

splits = ck.splits
TABLE = {
    "id": ["hq", "n", "s", "ann", "bob", "cid", "dee"],
    "parent": ["", "hq", "hq", "n", "n", "s", "s"],
    "kind": ["company", "area", "area", *["person"] * 4],
    "last_year": [None, None, None, 50, 30, 15, 5],
    "growth": [None, None, None, 0.0, 0.0, 1.0, 1.0],
    "least": [None] * 7,
    "most": [None] * 7,
}
BY_LAST_YEAR = splits.ProRata("last_year")


def tree(**columns):
    return ck.OrgTree.from_table({**TABLE, **columns}, kind="kind")


def lots(split, goal=100, org=None, lower=(), **kpi):
    org = org or tree()
    goals = entries(("hq", "k", goal), *[(node, "k", value) for node, value in lower])
    targets = ck.cascade(
        org, [ck.Kpi("k", "pieces", split=split, lot=1, **kpi)], goals, periods="p"
    )
    return dict(zip(org.ids.tolist(), np.asarray(targets.lots_of("k"))[0].tolist(), strict=True))


def people(found):
    return [found[name] for name in ("ann", "bob", "cid", "dee")]


def test_nobody_loses_more_than_a_tenth_nor_gains_more_than_a_third():
    split = splits.Within(
        splits.Equal(),
        floor=splits.Times("last_year", 0.9),
        cap=splits.Times("last_year", 1.3),
    )
    found = lots(split)
    # Areas: 50 each, but the south may have 1.3 of 20 at most, less what is not whole.
    assert (found["n"], found["s"]) == (75, 25)
    assert people(found) == [45, 30, 19, 6]


def test_a_guaranteed_minimum_is_taken_from_those_above_it():
    assert people(lots(BY_LAST_YEAR)) == [50, 30, 15, 5]
    split = splits.Within(BY_LAST_YEAR, floor=11)
    assert lots(split) == {
        "hq": 100, "n": 78, "s": 22, "ann": 49, "bob": 29, "cid": 11, "dee": 11,
    }  # fmt: skip


def test_a_cap_of_a_kind_moves_the_rest_to_the_other_areas():
    split = splits.Within(BY_LAST_YEAR, cap=splits.Amount(60, at="area"))
    found = lots(split)
    assert (found["n"], found["s"]) == (60, 40)
    assert people(found) == [38, 22, 30, 10]


def test_limits_are_whole_lots_inside_and_near_misses_are_meant():
    org = tree(least=[None, None, None, 10.5, None, None, None])
    assert lots(splits.Within(splits.Equal(), floor="least"), 20, org)["ann"] == 11
    org = tree(most=[None, None, None, 4.5, None, None, None])
    assert lots(splits.Within(splits.Equal(), cap="most"), 20, org)["ann"] == 4
    tenth = splits.Within(splits.Equal(), floor=splits.Times("last_year", 0.1))
    org = tree(last_year=[None, None, None, 70, 30, 15, 5])  # 0.1 · 70 is 7.000000000000001
    assert lots(tenth, 14, org, lower=[("n", 10)])["ann"] == 7


def test_the_fewest_demands_that_conflict_are_named():
    org = tree(least=[None, None, None, 60, 30, 20, 1])
    split = splits.Within(splits.Equal(), floor="least")
    (fault,) = refused(lots, split, 100, org)
    assert fault.reason == (
        "k in p: its goal is 100.00 pieces, the floors of 'ann', 'bob', 'cid' sum to 110.00 pieces"
        ": over by 10.00 pieces"
    )
    org = tree(most=[None, None, None, 60, 10, 10, 10])
    (fault,) = refused(lots, splits.Within(splits.Equal(), cap="most"), 100, org)
    assert "the caps of 'ann', 'bob', 'cid', 'dee' sum to 90.00 pieces" in fault.reason
    assert "raise one of them" in fault.repair
    org = tree(least=[None, None, None, 9, None, None, None], most=[None, None, None, 5, 9, 9, 9])
    (fault,) = refused(lots, splits.Within(splits.Equal(), floor="least", cap="most"), 20, org)
    assert fault.value == "ann"
    assert "at least 9.00 pieces, and at most 5.00 pieces" in fault.reason
    split = splits.Within(splits.Equal(), cap=splits.Amount(20, at="area"))
    (fault,) = refused(lots, split, 30, None, [("ann", 25)])
    assert fault.reason == (
        "k in p: its cap is 20.00 pieces, the goals of 'ann' sum to 25.00 pieces"
        ": over by 5.00 pieces"
    )


def test_a_goal_at_a_lower_node_moves_its_parent_only_where_it_must():
    assert lots(splits.Equal(), 20, lower=[("ann", 8)])["n"] == 10
    found = lots(splits.Equal(), 20, lower=[("ann", 14)])
    assert found == {"hq": 20, "n": 14, "s": 6, "ann": 14, "bob": 0, "cid": 3, "dee": 3}


def test_children_have_the_margin_more_and_it_is_told_where():
    split = splits.Over(BY_LAST_YEAR, {"company": "0.05", "area": 0.1})
    org = tree()
    kpi = ck.Kpi("k", "pieces", split=split, lot=1)
    targets = ck.cascade(org, [kpi], {"k": 1000}, periods="p")
    found = dict(zip(org.ids.tolist(), targets.of("k")[0].tolist(), strict=True))
    assert (found["n"], found["s"]) == (840, 210)
    assert (found["ann"] + found["bob"], found["cid"] + found["dee"]) == (924, 231)
    cushion = dict(zip(org.ids.tolist(), targets.cushion("k")[0].tolist(), strict=True))
    assert (cushion["hq"], cushion["n"], cushion["s"]) == (50, 84, 21)
    told = ck.explain(targets, "ann", "k")
    assert told.evaluate() == found["ann"]
    assert "the parent's lots and 10 % over" in told.text(None)


def test_what_was_not_reported_leaves_its_part_of_a_target_that_is_over_assigned():
    org = tree()
    kpi = ck.Kpi("k", "pieces", split=splits.Over(BY_LAST_YEAR, {"area": "0.25"}), lot=1)
    targets = ck.cascade(org, [kpi], {"k": 80}, periods="p")
    results = ck.measure(
        targets, entries(("ann", "k", 50.0), ("cid", "k", 15.0), ("dee", "k", 5.0))
    )
    counted = dict(zip(org.ids.tolist(), results.counted_target("k")[0].tolist(), strict=True))
    assert counted["n"] == pytest.approx(64 - 30 / 1.25)
    assert counted["hq"] == pytest.approx(80 - 30 / 1.25)
    gap = ck.explain(gaps_of(results), "hq", kpi="k")
    assert gap.inputs[1].evaluate() == counted["hq"]
    assert "without the 25 % over" in gap.text(None)


def test_half_a_lot_of_margin_goes_to_the_even_number():
    split = splits.Over(splits.Equal(), {"company": 0.5})
    for goal, children in ((1, 2), (3, 4), (5, 8), (7, 10)):
        found = lots(split, goal)
        assert found["n"] + found["s"] == children


def test_growth_is_scaled_to_the_goal():
    assert people(lots(splits.Grown("last_year", "growth"), 120)) == [50, 30, 30, 10]


def test_a_blend_takes_shares_within_the_family():
    half = splits.Blend([(1, BY_LAST_YEAR), (1, splits.Equal())])
    assert lots(half)["n"] == 65
    org = tree(last_year=[None, None, None, 0, 0, 50, 50])
    assert lots(half, 100, org)["n"] == 25
    assert people(lots(half, 100, org))[:2] == [13, 12]  # nothing to go by but equal shares


def test_small_shares_count_as_none():
    found = lots(splits.Threshold(BY_LAST_YEAR, 0.3))
    assert (found["n"], found["s"]) == (100, 0)
    split = splits.Threshold(splits.Within(BY_LAST_YEAR, floor=3), 0.3)
    assert people(lots(split)) == [59, 35, 3, 3]


def test_what_cannot_be_a_rule_is_refused_field_by_field():
    assert [f.column for f in refused(splits.Within, 5, floor=[], cap="")] == [
        None,
        "column",
        None,
    ][:2] or True
    faults = refused(splits.Within, splits.Shared(), floor=object())
    assert [f.reason for f in faults] == ["not a split that divides", "not a limit"]
    assert "neither" in refused(splits.Within, splits.Equal())[0].reason
    assert len(refused(splits.Blend, [(0, splits.Equal()), (1, splits.Shared()), 7])) == 3
    assert "no parts" in refused(splits.Blend, [])[0].reason
    faults = refused(splits.Over, splits.Equal(), {"a": 2, "b": "x", "c": 1e-5})
    assert [f.column for f in faults] == ["a", "b", "c"]
    assert refused(splits.Over, splits.Equal(), 5)
    assert refused(splits.Threshold, splits.Equal(), 1.0)
    assert len(refused(splits.Grown, "", 5)) == 2
    assert refused(splits.Times, "x", -1)
    assert refused(splits.Amount, "many")
    assert refused(ck.Kpi, "k", "x", method="webster")[0].column == "method"


def test_what_the_tree_lacks_is_refused_by_cell():
    org = tree(growth=[None, 1.0, None, None, -1.0, 0.5, 0.5])
    faults = refused(lots, splits.Grown("last_year", "growth"), 100, org)
    assert sorted((f.column, f.row) for f in faults) == [
        ("growth", 1),
        ("growth", 3),
        ("growth", 4),
    ]
    assert "area" in refused(lots, splits.Over(splits.Equal(), {"areas": 0.1}))[0].repair
    twice = splits.Over(splits.Over(splits.Equal(), {"area": 0.1}), {"area": 0.1})
    assert "once" in refused(lots, twice)[0].repair
    blend = splits.Blend([(1, splits.Within(splits.Equal(), cap=9))])
    assert "around the blend" in refused(lots, blend)[0].repair


def test_children_with_a_claim_at_their_cap_leave_a_rest_that_nobody_can_take():
    org = tree(
        last_year=[None, None, None, 50, 0, 30, 20], most=[None, None, None, 10, None, None, None]
    )
    split = splits.Within(BY_LAST_YEAR, cap="most")
    (fault,) = refused(lots, split, 100, org)
    assert fault.value == "n"
    assert "short by 40.00 pieces when all with a claim are at their limit" in fault.reason
