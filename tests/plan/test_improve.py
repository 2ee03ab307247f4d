"""From gaps to planned actions: who, why, what, by when."""

from datetime import date

import attrs
import pytest

import cascade_kpi as ck
from tests.helpers import entries, org, refused

KPIS = [ck.Kpi("a", "CNY"), ck.Kpi("b", "%", better="lower")]
KINDS = ["company", "team", "team", "person", "person", "person"]
ACTIONS = [
    ck.Action("visit", "Two visits a week", "team", 14),
    ck.Action("train", "A course", "self", 60),
    ck.Action("talk", "A talk", "parent", 7),
]
START = date(2026, 3, 1)


def gaps():
    goals = [(node, kpi, p, 40) for node in ("hq",) for kpi in "ab" for p in ("Q1", "Q2")]
    columns = "node", "kpi", "period", "value"
    targets = ck.cascade(org(kind=KINDS), KPIS, entries(*goals, columns=columns))
    rows = [("ann", "a", "Q2", 4), ("bob", "a", "Q2", 12), ("cid", "a", "Q2", 18),
            ("ann", "b", "Q2", 12), ("ann", "a", "Q1", 10), ("bob", "a", "Q1", 1)]  # fmt: skip
    card = ck.Scorecard([ck.Item("a"), ck.Item("b")], {"a": 60, "b": 40})
    return ck.gaps(ck.score(ck.measure(targets, entries(*rows, columns=columns)), card))


def plan(*rules, period=None):
    return ck.improve(gaps(), ck.Playbook(ACTIONS, rules), start=START, period=period)


def rule(kpi="a", action="train", level=0.95, kinds=()):
    return ck.Rule(kpi, ck.conditions.AttainmentBelow(level), action, kinds)


def who(some):
    return [(row.node, row.kpi, row.action) for row in some]


def test_an_action_says_who_why_what_and_by_when():
    (row,) = plan(rule(action="visit", kinds="person", level=0.5))
    assert (row.node, row.owner, row.due) == ("ann", "east", date(2026, 3, 15))
    assert (row.kpi, row.unit, row.period) == ("a", "CNY", "Q2")
    assert (row.actual, row.level, row.shortfall) == (4, 10, 6)
    assert row.attainment == 0.4
    assert row.points == pytest.approx(-36)
    assert row.text == "Two visits a week"
    assert row.why == "a: attainment below 50%" or "50" in row.why


def test_the_last_period_is_answered_unless_another_is_named():
    assert who(plan(rule(level=0.5, kinds="person"))) == [("ann", "a", "train")]
    assert who(plan(rule(level=0.5, kinds="person"), period="Q1")) == [("bob", "a", "train")]
    refused(plan, rule(), period="Q3")


def test_actions_stand_by_node_then_kpi_then_rule():
    rules = rule("b"), rule("a", "talk"), rule("a")
    got = plan(*rules)
    assert who(got)[:2] == [("hq", "a", "talk"), ("hq", "a", "train")]
    assert who(got.of("ann")) == [
        ("ann", "a", "talk"),
        ("ann", "a", "train"),
        ("ann", "b", "train"),
    ]
    assert len(got) == len(got.rows()) == len(list(got))
    assert [row.node for row in got] == sorted([row.node for row in got], key=got.org.row)


def test_the_first_rule_that_chooses_an_action_counts():
    one, two = rule(level=0.5), rule(level=0.95)
    (row,) = plan(one, two).of("ann")
    assert "50" in row.why
    (row,) = plan(two, one).of("ann")
    assert "95" in row.why


def test_owners():
    got = plan(rule(action="visit", kinds=["team", "person"]), rule(action="talk"), rule())
    owners = {(row.node, row.action): row.owner for row in got}
    assert owners["ann", "visit"] == "east"
    assert owners["east", "visit"] == "east"  # nearest of that kind, the node itself included
    assert owners["ann", "talk"] == "east"
    assert owners["hq", "talk"] == "hq"
    assert owners["cid", "train"] == "cid"


def test_nobody_to_own_an_action_is_refused_for_each_node():
    faults = refused(plan, rule(action="visit"))
    assert [fault.value for fault in faults] == ["hq"]


def test_unknown_kpis_kinds_and_owners_are_told_together():
    book = ck.Playbook(
        [ck.Action("x", "y", "taem")], [rule("aa", "x"), rule("a", "x", kinds="persn")]
    )
    faults = refused(ck.improve, gaps(), book, start=START)
    assert [fault.value for fault in faults] == ["aa", "persn", "taem"]


def test_a_plan_as_a_table_and_an_empty_one():
    got = plan(rule("b", "talk", level=2), rule(kinds="person", action="visit"))
    table = got.table()
    assert {(row.kpi, row.owner != row.node) for row in got} == {
        ("a", True),
        ("b", True),
        ("b", False),
    }
    assert list(table) == [field.name for field in attrs.fields(ck.PlannedAction)]
    for name, column in table.items():
        assert column.tolist() == [getattr(row, name) for row in got], name
    none = plan()
    assert len(none) == 0
    assert none.rows() == ()
    assert {name: column.dtype.kind for name, column in none.table().items()} == {
        name: {"O": "U"}.get(column.dtype.kind, column.dtype.kind) for name, column in table.items()
    }
    assert not any(map(len, none.table().values()))
    assert "0 actions" in repr(none)


def test_plans_compare_by_content():
    assert plan(rule()) == plan(rule())
    assert hash(plan(rule())) == hash(plan(rule()))
    assert plan(rule()) != plan(rule(action="talk"))
