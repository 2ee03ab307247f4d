"""Goals from a table, and what is refused there."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.alignment.case import GOALS, goals
from tests.helpers import org, refused


def test_goals_stand_in_order_of_id_and_keep_their_rows():
    found = goals()
    assert found.ids.tolist() == sorted(GOALS["goal"])
    assert [GOALS["goal"][row] for row in found.source_row.tolist()] == found.ids.tolist()
    assert found.position("rev") == found.ids.tolist().index("rev")
    assert refused(found.position, "reb")[0].repair == "did you mean 'rev'?"


def test_all_faults_of_a_table_come_together():
    table = {
        "goal": ["a", "a", "", None, 7, "c", "d"],
        "title": ["A", "", "x", "x", "x", "x", "x"],
        "owner": ["ann", "anm", None, "", "hq", "hq", "hq"],
        "value": [1, None, None, None, None, "1,2", 5],
        "unit": ["CNY", "", "", "", "", "", ""],
        "weight": [-1, None, None, None, None, "x", 3],
        "perspective": ["financial", "finacial", "", "", "", "", ""],
        "strategic": ["yes", "perhaps", None, "", True, "NO", 1],
    }
    faults = refused(ck.Goals.from_table, table, org(), perspectives=["financial", "customer"])
    told = {(f.row, f.column) for f in faults}
    assert told == {
        (1, "goal"), (2, "goal"), (3, "goal"), (4, "goal"), (1, "title"), (1, "owner"),
        (5, "value"), (6, "unit"), (0, "period"), (0, "weight"), (5, "weight"),
        (1, "perspective"), (1, "strategic"), (6, "strategic"),
    }  # fmt: skip
    repairs = {(f.row, f.column): f.repair for f in faults}
    assert repairs[1, "owner"].startswith("did you mean 'ann'?")
    assert repairs[1, "perspective"] == "did you mean 'financial'?"


def test_a_missing_owner_column_is_refused_and_a_blank_owner_is_nobody():
    assert refused(ck.Goals.from_table, {"goal": ["a"], "title": ["A"]}, org())[0].column == "owner"
    found = goals(table={"goal": ["a"], "title": ["A"], "owner": [None]})
    assert found.owner.tolist() == [-1]
    assert found.owner_ids.tolist() == [None]


def test_an_optional_column_that_is_misspelt_is_not_left_out_without_a_word():
    table = {"goal": ["a"], "title": ["A"], "owner": ["ann"], "wieght": [5], "colour": ["red"]}
    (fault,) = refused(ck.Goals.from_table, table, org())
    assert (fault.column, fault.reason) == (
        "wieght",
        "almost the column 'weight', which is not there",
    )


def test_kpis_give_units_and_are_checked():
    kpis = [ck.Kpi("revenue", "CNY"), ck.Kpi("churn", "%")]
    table = {"goal": ["a", "b"], "title": ["A", "B"], "owner": ["ann", "ann"],
             "kpi": ["churn", "revenu"], "value": [5, None]}  # fmt: skip
    (fault,) = refused(ck.Goals.from_table, table, org(), kpis=kpis, period="2027")
    assert fault.repair == "did you mean 'revenue'?"
    table["kpi"][1] = ""
    found = ck.Goals.from_table(table, org(), kpis=kpis, period="2027")
    assert found.columns["unit"].tolist() == ["%", ""]


@pytest.mark.parametrize(
    "options", [{"period": ""}, {"period": 5}, {"perspectives": "x"}, {"perspectives": ["a", "a"]},
                {"perspectives": [""]}, {"perspectives": [5]}, {"kpis": 5}, {"name": None}]
)  # fmt: skip
def test_wrong_options(options):
    if options != {"name": None}:
        refused(ck.Goals.from_table, GOALS, org(), **options)


def test_joined_takes_both_and_refuses_an_id_that_is_in_both():
    more = goals(table={"goal": ["new"], "title": ["New"], "owner": ["cid"], "perspective": ["x"]})
    both = goals().joined(more)
    assert len(both) == 10
    assert both.strategic.sum() == 3
    assert np.isnan(both.value[both.position("new")])
    assert "duplicate id" in refused(both.joined, more)[0].reason
    lanes = goals(perspectives=["financial", "customer", "learning"])
    assert lanes.joined(more).perspectives == ("financial", "customer", "learning", "x")
    other = goals(org({"hq": ""}), {"goal": ["n"], "title": ["N"], "owner": ["hq"]})
    assert refused(goals().joined, other)[0].reason == "goals of another tree"
    refused(goals().joined, 5)


def test_round_trip_through_json_with_every_check():
    for found in (goals(), goals(perspectives=["learning", "customer", "financial"])):
        text = ck.to_json(found)
        assert ck.from_json(text) == found
        assert ck.to_json(ck.from_json(text)) == text
    broken = text.replace('"ann1"', '"ann2"')
    faults = refused(ck.from_json, broken)
    assert all(str(f.source).startswith("$.record") for f in faults)


def test_flags_read_truth_values_and_words():
    table = {"goal": list("abcdef"), "title": list("abcdef"), "owner": ["ann"] * 6}
    marks = [True, np.bool_(False), "Yes ", "no", None, ""]
    found = goals(table={**table, "strategic": marks})
    assert found.strategic.tolist() == [True, False, True, False, False, False]
    assert goals(table={**table, "strategic": np.array([True] * 6)}).strategic.all()
