"""Playbooks: tables of actions, with every fault at once."""

import pytest

import cascade_kpi as ck
from tests.helpers import refused

WHEN = ck.conditions.AttainmentBelow(0.9)
TABLE = {
    "action": ["visit", "train"],
    "text": ["Two visits", "A course"],
    "owner": ["team", ""],
    "days": [14, None],
}


def read(rules=(), **columns):
    return ck.Playbook.from_table(TABLE | columns, rules=rules)


def test_blank_owners_and_days_have_their_defaults():
    book = read()
    assert book.action("visit") == ck.Action("visit", "Two visits", "team", 14)
    assert book.action("train") == ck.Action("train", "A course", "self", 30)
    few = ck.Playbook.from_table({"action": ["x"], "text": ["y"]}, rules=[])
    assert few.actions == (ck.Action("x", "y"),)


def test_faults_of_the_table_are_told_together_with_their_rows():
    faults = refused(read, action=["", "train"], text=["t", " "], days=[1.5, "soon"])
    assert sorted((f.row, f.column) for f in faults) == [
        (0, "action"), (0, "days"), (1, "days"), (1, "text"),
    ]  # fmt: skip


def test_days_out_of_range_are_told_together_with_their_rows():
    faults = refused(read, days=[-1, 9999])
    assert [(f.row, f.column, f.value) for f in faults] == [(0, "days", -1), (1, "days", 9999)]


def test_an_action_twice_and_rules_without_action():
    (fault,) = refused(read, action=["visit", "visit"])
    assert fault.value == "visit"
    rules = [ck.Rule("k", WHEN, "vist"), ck.Rule("k", WHEN, "train"), ck.Rule("k", WHEN, "x")]
    faults = refused(read, rules=rules)
    assert [fault.value for fault in faults] == ["vist", "x"]
    assert "'visit'" in faults[0].repair


def test_faults_of_a_file_name_its_lines_and_hide_none_another(tmp_path):
    path = tmp_path / "actions.csv"
    path.write_text("action,days\n,1\n\nvisit,x\ntrain\n")
    faults = refused(ck.Playbook.from_table, path, rules=[])
    assert [(fault.row, fault.line, fault.column) for fault in faults] == [
        (2, 5, None), (0, 2, "action"), (None, None, "text"), (1, 4, "days"),
    ]  # fmt: skip


def test_missing_columns_are_told_together():
    faults = refused(ck.Playbook.from_table, {"name": ["x"]}, rules=[])
    assert [fault.column for fault in faults] == ["action", "text"]


def test_an_unknown_action_is_refused():
    (fault,) = refused(read().action, "trian")
    assert "'train'" in fault.repair


@pytest.mark.parametrize("days", [-1, 1.5, "7", 4000])
def test_days_of_an_action(days):
    (fault,) = refused(ck.Action, "a", "t", days=days)
    assert fault.column == "days"


def test_faults_of_an_action_are_told_together():
    faults = refused(ck.Action, "", " ", owner="", days=-1)
    assert [fault.column for fault in faults] == ["name", "text", "owner", "days"]


def test_a_rule_needs_a_condition_and_takes_one_kind_or_several():
    refused(ck.Rule, "k", "below 90 %", "visit")
    assert ck.Rule("k", WHEN, "visit", kinds="person").kinds == ("person",)
    assert ck.Rule("k", WHEN, "visit", kinds=["a", "b"]).kinds == ("a", "b")


def test_the_rows_of_a_playbook_may_stand_in_any_order():
    backwards = {name: column[::-1] for name, column in TABLE.items()}
    assert {a.name: a for a in read().actions} == {
        a.name: a for a in ck.Playbook.from_table(backwards, rules=[]).actions
    }
