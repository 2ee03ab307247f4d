"""What changed between two sets of targets, and for whom."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import splits
from tests.helpers import NAN, entries, org, refused

SALES = ck.Kpi("sales", "CNY", split=splits.ProRata("past"), lot=1, decimals=0)
CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
SHAPE = {"hq": "", "east": "hq", "west": "hq", "ann": "east", "bob": "east", "cid": "west"}
PAST = {"ann": 50, "bob": 30, "cid": 20}


def tree(shape=None, past=None, **columns):
    shape = shape or SHAPE
    past = past or PAST
    return org(shape, past=[past.get(node) for node in shape], **columns)


def first(**options):
    made = {"org": tree(), "kpis": [SALES, CHURN], "goals": {"sales": 100, "churn": 2}} | options
    return ck.cascade(made["org"], made["kpis"], made["goals"], periods="2027")


def of(changes, values):
    """By node, those that are there."""
    return {
        node: value
        for node, value in zip(changes.ids.tolist(), values[0].tolist(), strict=True)
        if value == value
    }


def test_nothing_changed():
    targets = first()
    for same in (targets, first()):
        changes = ck.compare(targets, same)
        assert changes.inputs.changed == ()
        assert not np.nan_to_num(changes.of("sales")).any()
        assert len(changes.ranked("sales")["node"]) == 0
        assert len(changes.table()["node"]) == 12
        assert changes.inputs.lines() == []
        assert ck.attribute(changes).steps == ()
        assert not ck.attribute(changes).part("sales", "goals").any()


def test_a_changed_goal_goes_to_everybody():
    was = first()
    now = ck.recascade(was, goals={"sales": 110})
    changes = ck.compare(was, now)
    assert of(changes, changes.of("sales")) == {
        "hq": 10, "east": 8, "ann": 5, "bob": 3, "west": 2, "cid": 2,
    }  # fmt: skip
    assert not changes.of("churn").any()
    assert changes.lots_of("sales").tolist() == [[10, 8, 5, 3, 2, 2]]
    goals = changes.inputs.goals
    assert {name: goals[name].tolist() for name in ("node", "before", "after", "what")} == {
        "node": ["hq"], "before": [100.0], "after": [110.0], "what": ["changed"],
    }  # fmt: skip
    assert changes.inputs.changed == ("goals",)
    assert changes.ranked("sales", limit=3)["node"].tolist() == ["hq", "east", "ann"]
    assert changes.summary()["more"].tolist() == [6, 0]
    assert of(changes, changes.of_children("sales"))["hq"] == 10
    assert of(changes, changes.own("sales")) == {
        "hq": 0, "east": 0, "ann": 5, "bob": 3, "west": 0, "cid": 2,
    }  # fmt: skip


def moved():
    """Bob moves west, dan is new there, cid leaves."""
    shape = {
        "hq": "", "east": "hq", "west": "hq", "ann": "east", "bob": "west", "dan": "west",
    }  # fmt: skip
    return tree(shape, PAST | {"dan": 40})


def test_a_changed_tree_is_told_apart():
    was = first()
    now = ck.recascade(was, org=moved())
    changes = ck.compare(was, now)
    assert changes.ids.tolist() == ["hq", "east", "ann", "west", "bob", "dan", "cid"]
    status = {node: changes.status(node) for node in changes.ids}
    assert status == {
        "hq": "kept", "east": "kept", "ann": "kept", "west": "kept",
        "bob": "moved", "dan": "new", "cid": "gone",
    }  # fmt: skip
    # 100 over 50, 30, 40: 42 (41.67), 25, 33
    assert of(changes, changes.of("sales")) == {
        "hq": 0, "east": -38, "ann": -8, "west": 38, "bob": -5, "dan": 33, "cid": -20,
    }  # fmt: skip
    assert of(changes, changes.of_children("sales"))["east"] == -8
    assert of(changes, changes.left("sales"))["east"] == -30
    assert of(changes, changes.came("sales"))["west"] == 25 + 33
    assert of(changes, changes.left("sales"))["west"] == -20
    assert of(changes, changes.own("sales"))["west"] == 0
    assert str(changes.by_child("west", "sales")).splitlines() == [
        "change of sales, west, 2027: +38 CNY",
        "  dan (came)             +33    86.8 %    86.8 %",
        "  bob (came)             +25    65.8 %   152.6 %",
        "  cid (left)             -20   -52.6 %   100.0 %",
    ]
    # a share needs both sides
    assert "cid" not in of(changes, changes.of("churn"))
    told = changes.inputs.tree
    columns = [told[name].tolist() for name in ("what", "node", "before", "after")]
    assert list(zip(*columns, strict=True)) == [
        ("added", "dan", "", "west"),
        ("removed", "cid", "west", ""),
        ("moved", "bob", "east", "west"),
    ]
    assert changes.inputs.drivers["node"].tolist() == []
    assert changes.inputs.changed == ("tree",)


def test_drivers_and_rules_are_told():
    was = first(org=tree(past=PAST | {"east": 80}))
    kpi = attrs.evolve(SALES, lot=5, split=splits.Equal())
    now = ck.recascade(was, drivers={"past": {"ann": 60}}, kpis=[kpi])
    changes = ck.compare(was, now)
    drivers = changes.inputs.drivers  # east's total follows
    assert {name: values.tolist() for name, values in drivers.items()} == {
        "node": ["ann"], "column": ["past"], "before": [50], "after": [60],
    }  # fmt: skip
    assert now.org["east"]["past"] == 90
    rules = changes.inputs.rules
    assert rules["field"].tolist() == ["split", "lot"]
    assert rules["after"].tolist() == ["Equal()", "Lot(size='5')"]
    assert changes.inputs.lines() == ["drivers: 1 past", "rules: split of sales, lot of sales"]
    assert changes.counted("sales").lot == ck.Lot(1)


def test_lots_of_different_sizes_are_counted_in_one():
    a = first(kpis=[attrs.evolve(SALES, lot="0.3")], goals={"sales": 90})
    b = first(kpis=[attrs.evolve(SALES, lot="0.02")], goals={"sales": 90})
    changes = ck.compare(a, b)
    assert changes.counted("sales").lot == ck.Lot("0.02")
    # 300 and 4,500 lots: of 90 east has 72, ann 45 (150 × 0.3, 2,250 × 0.02)
    assert changes.lots_of("sales")[0, :3].tolist() == [0, 0, 0]
    c = first(kpis=[attrs.evolve(SALES, lot="0.02")], goals={"sales": 90.02})
    assert ck.compare(a, c).lots_of("sales").tolist() == [[1, 1, 1, 0, 0, 0]]
    back = ck.compare(b, a)
    assert (changes.lots_of("sales") == -back.lots_of("sales")).all()
    other = ck.compare(
        a, first(kpis=[attrs.evolve(SALES, split=splits.Shared(), lot=None)], goals={"sales": 1})
    )
    assert other.counted("sales").lot is None
    assert "differences of floats" in str(refused(other.lots_of, "sales")[0])


def test_kpis_and_periods_of_one_side_are_told():
    both = ck.cascade(
        tree(), [SALES],
        entries(("hq", "sales", 10, "2026"), ("hq", "sales", 20, "2027"),
                columns=("node", "kpi", "value", "period")),
    )  # fmt: skip
    changes = ck.compare(both, first())
    assert changes.periods.labels == ("2027",)
    assert changes.kpis.names == ("sales",)
    rows = list(zip(*(v.tolist() for v in changes.inputs.rules.values()), strict=True))
    assert rows == [("churn", "kpi", "", "new"), ("2026", "period", "there", "gone")]
    assert changes.inputs.changed == ("goals",)
    assert of(changes, changes.of("sales"))["hq"] == 80
    parts = ck.attribute(changes)
    assert parts.order == ("goals",)
    assert np.array_equal(parts.part("sales", "goals"), changes.of("sales"))


def test_targets_that_were_assigned_are_compared_and_hold_their_own():
    rows = entries(("ann", "sales", 0.1), ("bob", "sales", 0.2), ("east", "sales", 5.0))
    was = ck.assign(tree(), [SALES], rows, periods="2027")
    rows = entries(("ann", "sales", 0.4), ("east", "sales", 6.0))
    now = ck.assign(tree(), [SALES], rows, periods="2027")
    changes = ck.compare(was, now)
    assert of(changes, changes.of("sales")) == pytest.approx(
        {"hq": 1.1, "east": 1.1, "ann": 0.3, "bob": -0.2}
    )
    assert of(changes, changes.own("sales"))["east"] == pytest.approx(1.0)
    assert of(changes, changes.own("sales"))["hq"] == 0.0
    assert changes.inputs.goals["what"].tolist() == ["changed", "changed", "dropped"]
    parts = ck.attribute(changes)
    assert parts.order == ("goals",)
    assert np.array_equal(parts.part("sales", "goals"), changes.of("sales"), equal_nan=True)
    (fault,) = refused(ck.attribute, ck.compare(first(), now))
    assert "made by other verbs before and after: cascading; assigning" in str(fault)


def test_phased_targets_are_compared_by_month_and_their_goals_by_year():
    even = ck.profiles.Even()
    was = first(kpis=[SALES], goals={"sales": 100})
    now = ck.recascade(was, goals={"sales": 120})
    one, two = (ck.phase(each, ["H1", "H2"], even) for each in (was, now))
    changes = ck.compare(one, two)
    assert changes.of("sales")[:, 0].tolist() == [10.0, 10.0]
    assert changes.inputs.goals["after"].tolist() == [120.0]
    parts = ck.attribute(changes)
    assert parts.order == ("goals",)
    assert parts.part("sales", "goals")[:, 0].tolist() == [10.0, 10.0]


def test_a_cushion_is_a_nodes_own():
    over = attrs.evolve(SALES, split=splits.Over(splits.ProRata("past"), {"company": 0.1}))
    kinds = ["company", *["unit"] * 5]
    was = first(org=tree(kind=kinds), kpis=[over], goals={"sales": 100})
    now = ck.recascade(was, goals={"sales": 200})
    changes = ck.compare(was, now)
    assert of(changes, changes.of_children("sales"))["hq"] == 110
    assert of(changes, changes.own("sales"))["hq"] == -10
    assert "hq (own)" in str(changes.by_child("hq", "sales"))


# --------------------------------------------------------------------- attribution


def test_one_changed_kind_has_all_of_it():
    was = first()
    for kind, change in {
        "goals": {"goals": {"sales": 130}},
        "drivers": {"drivers": {"past": {"cid": 70}}},
        "rules": {"kpis": attrs.evolve(SALES, split=splits.Equal())},
        "tree": {"org": moved()},
    }.items():
        changes = ck.compare(was, ck.recascade(was, **change))
        parts = ck.attribute(changes)
        assert parts.order == (kind,)
        assert len(parts.steps) == 1
        assert np.array_equal(parts.part("sales", kind), changes.of("sales"), equal_nan=True)
        others = [k for k in ("goals", "drivers", "rules", "tree") if k != kind]
        assert not any(np.nan_to_num(parts.part("sales", other)).any() for other in others)


def everything():
    was = first()
    later = tree({**SHAPE, "dan": "west"}, PAST | {"dan": 40})
    kpi = attrs.evolve(SALES, split=splits.Within(splits.ProRata("past"), floor=10))
    step = ck.recascade(was, org=later)
    return was, ck.recascade(
        step, goals={"sales": 180, "churn": 1.5}, drivers={"past": {"ann": 90}}, kpis=[kpi]
    )


@pytest.mark.parametrize(
    "order", [("tree", "drivers", "rules", "goals"), ("goals", "rules", "drivers", "tree")]
)
def test_parts_sum_to_the_change_in_lots(order):
    was, now = everything()
    changes = ck.compare(was, now)
    parts = ck.attribute(changes, order)
    assert parts.order == order
    total = sum(parts.part("sales", kind) for kind in order)
    assert np.array_equal(total, changes.of("sales"), equal_nan=True)
    assert of(changes, parts.part("churn", "goals"))["ann"] == -0.5
    table = parts.table()
    assert np.allclose(sum(table[kind] for kind in order), table["change"])


def test_a_sequence_of_cascades_by_hand():
    was, now = everything()
    parts = ck.attribute(ck.compare(was, now))
    tree_only = ck.recascade(was, org=tree({**SHAPE, "dan": "west"}, PAST | {"dan": 40}))
    assert np.array_equal(parts.steps[0].of("sales"), tree_only.of("sales"))
    driven = ck.recascade(tree_only, drivers={"past": {"ann": 90}})
    assert np.array_equal(parts.steps[1].of("sales"), driven.of("sales"))
    ruled = ck.recascade(driven, kpis=[now.kpis["sales"]])
    assert np.array_equal(parts.steps[2].of("sales"), ruled.of("sales"))
    assert parts.steps[3] is now
    row = now.org.row("dan")
    assert parts.part("sales", "tree")[0, row] == tree_only.of("sales")[0, row]
    told = parts.by_kind("dan", "sales")
    assert told.labels == ("tree", "drivers", "rules", "goals")
    assert told.parts.sum() == told.whole


def test_totals_beside_their_parts_follow_a_move():
    """An inner entry that is a sum would be refused halfway if it stayed as it was."""
    was = first(org=tree(past=PAST | {"east": 80, "west": 20, "hq": 100}))
    shape = {**SHAPE, "bob": "west"}
    past = {"ann": 60, "bob": 30, "cid": 20, "east": 60, "west": 50, "hq": 110}
    now = first(org=tree(shape, past), goals={"sales": 200, "churn": 2})
    changes = ck.compare(was, now)
    assert changes.inputs.drivers["node"].tolist() == ["ann"]
    for order in (("tree", "drivers", "rules", "goals"), ("drivers", "tree", "goals", "rules")):
        parts = ck.attribute(changes, order)
        total = sum(parts.part("sales", kind) for kind in parts.order)
        assert np.array_equal(total, changes.of("sales"))
    assert parts.steps[0].org["east"]["past"] == 90


def test_a_leaf_that_becomes_a_unit_has_its_new_cells():
    was = first()
    now = first(org=tree({**SHAPE, "eve": "cid"}, {"ann": 55, "bob": 30, "eve": 5, "cid": 5}))
    changes = ck.compare(was, now)
    parts = ck.attribute(changes)
    assert parts.order == ("tree", "drivers")
    total = sum(parts.part("sales", kind) for kind in parts.order)
    assert np.array_equal(total, changes.of("sales"), equal_nan=True)


def test_a_new_root_leaves_the_ratios_where_they_stood():
    was = first()
    shape = {"group": "", **{k: v or "group" for k, v in SHAPE.items()}}
    goals = entries(("group", "sales", 150), ("group", "churn", 1.5))
    now = first(org=tree(shape), goals=goals)
    parts = ck.attribute(ck.compare(was, now), ("goals", "tree", "rules", "drivers"))
    assert of(parts.changes, parts.part("churn", "goals"))["ann"] == 0
    assert of(parts.changes, parts.part("churn", "tree"))["ann"] == -0.5
    total = sum(np.nan_to_num(parts.part("sales", kind)) for kind in parts.order)
    assert np.array_equal(total, np.nan_to_num(parts.changes.of("sales")))


def test_a_step_that_cannot_be_cascaded_is_refused_with_its_faults():
    was = first()
    floor = attrs.evolve(SALES, split=splits.Within(splits.ProRata("past"), floor=40))
    now = ck.recascade(was, kpis=[floor], goals={"sales": 150})
    changes = ck.compare(was, now)
    faults = refused(ck.attribute, changes)
    assert "with rules changed and all else as before, there is no cascade" in str(faults[0])
    assert "sum to 120 CNY" in str(faults[1])
    parts = ck.attribute(changes, ["goals", "rules", "tree", "drivers"])
    assert parts.order == ("goals", "rules")


# ------------------------------------------------------------------- cascading again


def test_goals_are_replaced_joined_and_withdrawn():
    was = first(goals=entries(("hq", "sales", 100), ("west", "sales", 40), ("hq", "churn", 2)))
    now = ck.recascade(
        was,
        goals=entries(("east", "churn", 1)),
        withdraw=entries(("west", "sales"), columns=("node", "kpi")),
    )
    assert now.of("sales").tolist() == [[100, 80, 50, 30, 20, 20]]
    assert now.of("churn").tolist() == [[2, 1, 1, 1, 2, 2]]
    assert sorted(now.origin.goals.row.tolist()) == [0, 1, 2]
    assert "goals row 1" in ck.explain(now, "hq", "churn").text()
    again = ck.recascade(now, goals=entries(("hq", "sales", 50)))
    assert again.of("sales")[0, 0] == 50
    assert "goals row 2" in ck.explain(again, "hq", "sales").text()
    assert len(again.origin.goals) == 3


def test_a_new_column_and_another_rule_for_it():
    was = first()
    kpi = attrs.evolve(SALES, split=splits.ProRata("market"))
    now = ck.recascade(was, drivers={"market": [None, None, 1, 1, None, 2]}, kpis=kpi)
    assert now.of("sales")[0].tolist() == [100, 50, 25, 25, 50, 50]
    told = ck.compare(was, now).inputs
    assert told.lines() == ["drivers: 3 market", "rules: split of sales"]
    assert told.drivers["before"].tolist() == [None, None, None]
    parts = ck.attribute(ck.compare(was, now))
    assert not parts.part("sales", "drivers").any()
    array = ck.recascade(was, drivers={"past": np.array([NAN, NAN, 1, 1, NAN, 2])})
    assert array.of("sales")[0].tolist() == [100, 50, 25, 25, 50, 50]


def test_a_masked_cell_of_a_column_is_blank():
    cells = np.ma.array([0, 0, 50, 30, 0, 20], mask=[True, True, True, False, True, False])
    (fault,) = refused(ck.recascade, first(), drivers={"past": cells})
    assert fault.column == "past"
    assert "blank at 'ann'" in fault.reason


def test_cascading_again_with_nothing_changed_is_the_same():
    was = first()
    assert ck.recascade(was) == was


def test_what_cannot_be_changed_is_told_at_once():
    was = first(goals=entries(("hq", "sales", 100), ("cid", "sales", 40)))
    faults = refused(
        ck.recascade, was, goals=entries(("hq", "sale", 1)),
        withdraw=entries(("ann", "sales"), columns=("node", "kpi")),
        drivers={"pats": {"ann": 1}, "past": {"anne": 1, "bob": []}, "x": [1], "y": "text"},
    )  # fmt: skip
    told = "\n".join(map(str, faults))
    assert "did you mean 'past'" in told
    assert "a list in a cell" in told
    assert "one cell for each of the 6 nodes" in told
    assert "did you mean 'sales'" in told
    assert "no goal of sales in 2027 was stated here" in told
    assert len(faults) == 6
    (fault,) = refused(ck.recascade, was, drivers={"past": {"anne": 1}})
    assert "did you mean 'ann'" in str(fault)
    (fault,) = refused(ck.recascade, was, org=moved())
    assert fault.row == 1
    assert "finds no such node in the new tree" in str(fault)
    (fault,) = refused(ck.recascade, was, kpis=[ck.Kpi("sale", "CNY")])
    assert "did you mean 'sales'" in str(fault)


def test_what_cannot_be_compared_is_told_at_once():
    was = first()
    refused(ck.compare, was, None)
    assert len(refused(ck.compare, 1, 2)) == 2
    refused(ck.compare, was, ck.measure(was, entries(("ann", "sales", 1))))
    other = ck.cascade(
        org({"HQ": "", "EAST": "HQ"}), [ck.Kpi("sale", "CNY")], {"sale": 1}, periods="2028"
    )
    told = "\n".join(map(str, refused(ck.compare, was, other)))
    assert "no KPI is on both sides: sales, churn; sale" in told
    assert "no period is on both sides" in told
    assert (
        "no node is in both trees; compare targets of one organisation; did you mean 'hq'" in told
    )
    kilo = ck.cascade(tree(), [attrs.evolve(SALES, unit="kCNY")], {"sales": 1}, periods="2027")
    assert "its unit was CNY and is kCNY" in str(refused(ck.compare, was, kilo)[0])
    changes = ck.compare(was, was)
    refused(changes.by_child, "ann", "churn")
    refused(changes.ranked, "sales", kind="x")
    refused(changes.ranked, "sales", limit=0)
    assert "did you mean 'ann'" in str(refused(changes.status, "anne")[0])
    refused(ck.attribute, was)
    refused(ck.attribute, changes, ["goals"])
    refused(ck.attribute, changes, 5)
    refused(ck.attribute, changes, ["tree", "drivers", "rules", "goals", "offers"])
    refused(ck.attribute(changes).part, "sales", "goal")


def test_a_change_too_large_for_a_float_is_refused():
    one, two = (
        ck.assign(tree(), [SALES], entries(("ann", "sales", value)), periods="2027")
        for value in (-1.7e308, 1.7e308)
    )
    changes = ck.compare(one, two)
    (fault,) = refused(changes.of, "sales")
    assert "the change of sales in 2027 is too large for a float" in str(fault)
    refused(changes.of_children, "sales")
    refused(changes.table)


def test_both_sides_of_a_ratios_change_are_made_again_each_of_its_own():
    def rated(volumes, goal):
        table = {"id": ["hq", "e", "a", "b", "c"], "parent": ["", "hq", "e", "e", "hq"]}
        org = ck.OrgTree.from_table(
            {**table, "v": [None, None, *volumes], "r": [None, None, 2, 3, 4]}
        )
        pace = ck.splits.Bounded(ck.splits.Towards("best"), low=1.0)
        kpi = ck.Kpi(
            "churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100),
            split=ck.splits.Rates("v", "r", pace),
        )  # fmt: skip
        return ck.cascade(org, [kpi], {"churn": goal}, periods="2026")

    made = ck.compare(rated([10, 20, 30], 2.5), rated([40, 20, 10], 2.2))
    for node in ("hq", "e", "a", "b", "c"):
        why = ck.explain(made, node, "churn")
        assert why.evaluate() == why.value
