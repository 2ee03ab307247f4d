"""What an audit finds, and what it does not."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.alignment.audit import FINDINGS
from tests.alignment.case import aligned, goals, rows, simple
from tests.helpers import org, refused

TOP = {"strategic": [True, False, False, False]}


def found(audit):
    return [(each.kind, each.goal, each.owner, each.figure, each.unit) for each in audit]


def test_orphans_uncovered_and_odd_plans():
    budget = ck.WeightBudget(least=35, most=80, total=100, count=(2, 2), kinds=())
    assert found(aligned().audit(budget)) == [
        ("orphan", "lone", "bob", 30, "weight"),
        ("uncovered", "east", "east", 15, "CNY"),
        ("uncovered", "rev", "hq", pytest.approx(10), "CNY"),
        ("light", "keep", "hq", 20, "weight"),
        ("light", "lone", "bob", 30, "weight"),
        ("light", "train", "hq", 20, "weight"),
        ("heavy", "east", "east", 100, "weight"),
        ("heavy", "west", "west", 100, "weight"),
        ("few", None, "east", 1, "goals"),
        ("few", None, "west", 1, "goals"),
        ("many", None, "hq", 3, "goals"),
    ]


def test_without_a_budget_plans_are_not_looked_at():
    assert list(aligned().audit().counts) == ["orphan", "uncovered"]


def test_unowned_and_unsupported():
    case = simple(["s", "t", "a"], [("a", "s")], owner=["hq", "hq", None])
    assert found(case.audit()) == [
        ("unowned", "a", None, pytest.approx(np.nan, nan_ok=True), ""),
        ("unsupported", "t", "hq", pytest.approx(np.nan, nan_ok=True), ""),
    ]


def test_shares_over_one_are_doubly_counted_in_the_unit_of_the_goal():
    case = simple(["s", "a", "b"], [("a", "s", 0.7), ("b", "s", 0.5)], owner=["hq", "ann", "ann"],
                  value=[200, None, None])  # fmt: skip
    (only,) = case.audit()
    assert (only.kind, only.goal, only.unit) == ("over", "s", "CNY")
    assert only.figure == pytest.approx(40)
    assert "over: goal 's' of 'hq', 40 CNY: more of it is carried than there is" in str(only)


@pytest.mark.parametrize(("margin", "told"), [(0.4, []), (0.3, [("over", "s", 10)])])
def test_a_stated_margin_is_meant_and_more_is_told(margin, told):
    case = simple(["s", "a", "b"], [("a", "s", 0.8), ("b", "s", 0.6)], value=[100, 80, 60],
                  owner=["hq", "ann", "bob"], margin=[margin, None, None])  # fmt: skip
    assert [(f.kind, f.goal, round(f.figure, 9)) for f in case.audit()] == told
    assert [round(x, 9) for x in case.coverage()["over"].tolist()] == [10 if told else 0]


def test_thirds_are_a_whole():
    case = simple(["s", "a", "b", "c"], [(x, "s", 1 / 3) for x in "abc"], **TOP)
    assert len(case.audit()) == 0
    assert str(case.audit()) == "nothing is amiss"


DIAMOND = [("a", "p", 0.2), ("a", "q", 0.1), ("b", "p", 0.8), ("c", "q", 0.9),
           ("p", "s", 0.5), ("q", "s", 0.5)]  # fmt: skip


def diamond(*, value=None, counted=None):
    ids = ["s", "p", "q", "a", "b", "c"]
    table = {"goal": ids, "title": ids, "owner": ["hq", *["ann"] * 5], "unit": ["CNY"] * 6}
    links = {
        "goal": [goal for goal, _, _ in DIAMOND],
        "serves": [to for _, to, _ in DIAMOND],
        "share": [share for _, _, share in DIAMOND],
        "counted": counted or [""] * 6,
    }
    table["value"] = value or [None] * 6
    return ck.align(goals(table=table), ck.Links.from_table(links))


def test_an_amount_that_reaches_a_goal_on_two_ways_is_doubly_counted():
    (only,) = diamond().audit()
    assert (only.kind, only.goal, only.about, only.figure) == ("doubled", "a", "s", 2)
    assert "'s'" in str(only)


def test_it_is_not_if_its_amount_is_the_sum_of_its_parts():
    parts = diamond(value=[100, 50, 50, 15, 40, 45])
    assert len(parts.audit()) == 0
    twice = diamond(value=[100, 50, 50, 10, 40, 45])
    assert found(twice.audit()) == [("doubled", "a", "ann", 2, "ways")]


def test_nor_if_one_of_the_ways_is_not_counted():
    case = diamond(counted=["", "no", "", "", "", ""])
    assert [(f.kind, f.goal) for f in case.audit()] == [("uncovered", "q")]


def test_only_the_goal_where_the_ways_part_is_told():
    below = diamond()
    table = {"goal": ["d"], "title": ["D"], "owner": ["bob"]}
    more = ck.Links.from_table({"goal": ["d"], "serves": ["a"], "share": [1]})
    case = ck.align(below.goals.joined(goals(table=table)), below.links.joined(more))
    assert [(f.kind, f.goal) for f in case.audit()] == [("doubled", "a")]


def test_two_ways_to_two_goals_count_nothing_twice():
    case = simple(["s", "t", "a"], [("a", "s", 1), ("a", "t", 1)], owner=["hq", "hq", "ann"],
                  value=[30, 30, 30])  # fmt: skip
    assert len(case.audit()) == 0


def test_an_amount_that_is_not_what_its_share_makes_it():
    case = simple(["s", "a", "b"], [("a", "s", 0.25), ("b", "s", 0.75)],
                  owner=["hq", "ann", "ann"], value=[100, 26, 75])  # fmt: skip
    assert found(case.audit()) == [("differs", "a", "ann", 1, "CNY")]
    other = simple(["s", "a", "b"], [("a", "s", 0.25), ("b", "s", 0.75)], value=[100, 26, 75],
                   owner=["hq", "ann", "ann"], unit=["CNY", "calls", "CNY"])  # fmt: skip
    assert len(other.audit()) == 0  # a share is a pure number: units need not be the same


def test_unweighed_only_where_a_budget_is_set():
    case = simple(["s", "a", "b"], [("a", "s"), ("b", "s")], strategic=[True, False, False],
                  weight=[10, None, 90])  # fmt: skip
    assert case.audit().counts == {}
    budget = ck.WeightBudget(total=100)
    assert [(f.kind, f.goal) for f in case.audit(budget)] == [("unweighed", "a")]


def test_kinds_bring_in_those_without_any_goal():
    tree = org(kind=["company", "team", "team", "person", "person", "person"])
    ids = {"goal": ["s", "a"], "title": ["S", "A"], "owner": ["hq", "ann"], "weight": [100, 90]}
    case = ck.align(goals(tree, ids), ck.Links.from_table({"goal": ["a"], "serves": ["s"]}))
    budget = ck.WeightBudget(total=100, count=(1, 3), kinds="person")
    assert [(f.kind, f.owner, f.figure) for f in case.audit(budget)] == [
        ("total", "ann", 90), ("few", "bob", 0), ("few", "cid", 0),
    ]  # fmt: skip
    assert refused(case.audit, ck.WeightBudget(kinds="persn"))[0].repair == "did you mean 'person'?"


def test_totals_within_a_billionth_are_the_total():
    case = simple(["s", *"abc"], [(x, "s") for x in "abc"], weight=[None, 0.1, 0.2, 0.7],
                  owner=["hq", *["ann"] * 3])  # fmt: skip
    budget = ck.WeightBudget(total=1, kinds="")
    assert "total" not in case.audit(budget).counts


def test_table_and_kinds():
    audit = aligned().audit()
    table = audit.table()
    assert rows(table, "finding", "goal", "owner")[0] == ("orphan", "lone", "bob")
    assert table["about"].tolist() == [None] * 3
    assert audit.of("orphan")[0].repair == FINDINGS["orphan"][1]
    assert audit.of("heavy") == ()
    assert refused(audit.of, "orphn")[0].repair == "did you mean 'orphan'?"
    assert repr(audit) == "<Audit 3 findings: 1 orphan, 2 uncovered>"
    assert audit.draw(limit=1).splitlines()[1] == "… and 2 more"
    assert "<pre>" in audit._repr_html_()
    assert audit == aligned().audit()
    refused(aligned().audit, 5)


@pytest.mark.parametrize(
    ("fields", "columns"),
    [
        ({"least": 50, "most": 40}, [None]),
        ({"least": -1, "total": "x", "count": (3,)}, ["total", "least", "count"]),
        ({"count": (8, 3)}, ["count"]),
        ({"count": (1.5, 3)}, ["count"]),
        ({"count": (True, 3)}, ["count"]),
        ({"count": 3}, ["count"]),
        ({"kinds": [1]}, ["kinds"]),
        ({"kinds": 5}, ["kinds"]),
        ({"most": float("nan")}, ["most"]),
        ({"least": 40, "total": 100, "count": (3, 8)}, [None]),
        ({"most": 10, "total": 100, "count": (3, 8)}, [None]),
    ],
)
def test_budgets_that_are_refused(fields, columns):
    assert [fault.column for fault in refused(ck.WeightBudget, **fields)] == columns


def test_a_budget_goes_through_json():
    budget = ck.WeightBudget(least=5, most=40, total=100, count=(3, 8), kinds=["person", "team"])
    assert ck.from_json(ck.to_json(budget)) == budget
    faults = refused(ck.from_json, ck.to_json(budget).replace("40.0", "4.0"))
    assert "$.record" in faults[0].source


POSTS = [None, "head", "head", "seller", "seller", "clerk"]  # hq, east, west, ann, bob, cid
HEADS = ck.WeightBudget(count=(1, 2))
SELLERS = ck.WeightBudget(total=100, most=60)


def by_post(**columns):
    tree = org(post=POSTS)
    names = list(columns)
    table = {
        "goal": names,
        "title": names,
        "owner": [owner for owner, _ in columns.values()],
        "weight": [weight for _, weight in columns.values()],
        "strategic": [True] * len(names),
    }
    return ck.align(goals(tree, table), ck.Links.from_table({"goal": [], "serves": []}))


def test_budgets_by_post_hold_for_that_post_alone():
    case = by_post(a=("ann", 70), b=("bob", 60), e=("east", 90))
    budgets = ck.WeightBudgets({"head": HEADS, "seller": SELLERS}, by="post")
    assert [(f.kind, f.goal, f.owner) for f in case.audit(budgets)] == [
        ("unsupported", "a", "ann"), ("unsupported", "b", "bob"), ("unsupported", "e", "east"),
        ("heavy", "a", "ann"), ("total", None, "ann"), ("total", None, "bob"),
        ("few", None, "west"),
    ]  # fmt: skip
    alone = ck.WeightBudgets({"seller": SELLERS, "head": None}, by="post")
    same = case.audit(ck.WeightBudgets({"seller": SELLERS}, by="post", others=ck.WeightBudget()))
    assert case.audit(alone).counts == same.counts
    assert ck.from_json(ck.to_json(budgets)) == budgets


def test_who_has_no_budget_is_a_fault():
    case = by_post(c=("cid", 70), h=("hq", 100))
    faults = refused(case.audit, ck.WeightBudgets({"seller": SELLERS, "sellr": HEADS}, by="post"))
    assert {(f.value, f.reason) for f in faults} == {
        ("sellr", "no node has this post"),
        ("clerk", "no budget for plans of this group"),
        ("", "no budget for plans of this group"),
    }
    (fault,) = refused(case.audit, ck.WeightBudgets({"seller": SELLERS}, by="pots"))
    assert fault.reason == "no such column"


def test_budgets_by_group_that_are_refused():
    for given in ({}, {"seller": 3}, "seller", {"seller": ck.WeightBudget(kinds="person")}):
        assert refused(ck.WeightBudgets, given)
    assert refused(ck.WeightBudgets, {"seller": SELLERS}, by="")


@pytest.mark.parametrize(
    "budget", [None, SELLERS, ck.WeightBudgets({"head": HEADS, "seller": SELLERS}, by="post")]
)
def test_audits_and_alignments_are_written_as_what_they_are_made_of(budget):
    case = by_post(a=("ann", 70), b=("bob", 60), e=("east", 90))
    assert ck.from_json(ck.to_json(case)) == case
    told = case.audit(budget)
    again = ck.from_json(ck.to_json(told))
    assert again == told
    assert str(again) == str(told)


def test_an_alignment_that_no_longer_holds_is_refused():
    text = ck.to_json(simple(["s", "a"], [("a", "s", 1)]))
    faults = refused(ck.from_json, text.replace('"values": ["s"]', '"values": ["t"]'))
    assert "no such goal" in str(faults[0])
