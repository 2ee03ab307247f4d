"""The alignment that a cascade implies agrees with the cascade."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.alignment.case import rows
from tests.helpers import entries, org, refused

SALES = ck.Kpi("sales", "CNY", lot=1)
CHURN = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))


def test_children_are_counted_splits_that_cover_their_parent():
    targets = ck.cascade(org(), [SALES, CHURN], {"sales": 101, "churn": 2}, periods="2027")
    implied = ck.aligned_with(targets)
    assert implied.goals.ids[implied.strategic].tolist() == ["churn/hq", "sales/hq"]
    table = implied.coverage()
    covered = dict(rows(table, "goal", "covered"))
    assert covered == {"sales/hq": 1, "sales/east": 1, "sales/west": 1}
    assert implied.links.kinds.tolist() == ["supports"] * 5 + ["split"] * 5


def test_a_shared_target_is_supported_and_not_told_to_be_uncovered():
    targets = ck.cascade(org(), [CHURN], {"churn": 2}, periods="2027")
    assert len(ck.aligned_with(targets).audit()) == 0


def test_what_a_node_was_assigned_for_itself_is_a_goal_of_its_own():
    table = entries(("east", "sales", 30), ("ann", "sales", 50), ("bob", "sales", 20))
    targets = ck.assign(org(), [SALES], table, periods="2027")
    implied = ck.aligned_with(targets)
    assert "sales/east/own" in implied.goals.ids
    assert dict(rows(implied.coverage(), "goal", "covered")) == {"sales/hq": 1, "sales/east": 1}
    own = implied.goals.position("sales/east/own")
    assert implied.goals.value[own] == 30
    assert len(implied.audit()) == 0


def test_periods_stand_in_the_id_and_slashes_are_escaped():
    kpi = ck.Kpi("a/b", "CNY", lot=1)
    table = {"node": ["hq", "hq"], "kpi": ["a/b"] * 2, "period": ["Q1", "Q2"], "value": [10, 20]}
    implied = ck.aligned_with(ck.cascade(org(), [kpi], table))
    assert implied.goals.position(r"a\/b/Q2/ann") >= 0
    assert len(implied.goals) == 12
    assert set(implied.goals.columns["period"]) == {"Q1", "Q2"}


def test_margins_are_meant_and_not_told_as_amiss():
    split = ck.splits.Over(ck.splits.Equal(), {"team": 0.1})
    kpi = ck.Kpi("sales", "CNY", lot=1, split=split)
    tree = org(kind=["company", "team", "team", "person", "person", "person"])
    # The west's one member has more than all of the west: no share of it.
    targets = ck.cascade(tree, [kpi], {"sales": 200}, periods="2027")
    (fault,) = refused(ck.aligned_with, targets)
    assert fault.value == "cid"
    tree = org({"hq": "", "e": "hq", "a": "e", "b": "e"}, kind=["c", "team", "p", "p"])
    implied = ck.aligned_with(ck.cascade(tree, [kpi], {"sales": 100}, periods="2027"))
    assert len(implied.audit()) == 0
    table = implied.coverage()
    assert dict(rows(table, "goal", "covered"))["sales/e"] == pytest.approx(1.1)
    assert dict(rows(table, "goal", "margin")) == {"sales/hq": 0.0, "sales/e": 0.1}
    assert table["over"].tolist() == [0, 0]
    again = ck.from_json(ck.to_json(implied.goals))
    assert again.margin.tolist() == implied.goals.margin.tolist()


def test_a_child_of_another_sign_is_refused_and_can_be_left_out():
    goals = entries(("hq", "sales", 10), ("east", "sales", -5), ("hq", "calls", 4))
    calls = ck.Kpi("calls", "calls", lot=1)
    targets = ck.cascade(org(), [SALES, calls], goals, periods="2027")
    assert {f.value for f in refused(ck.aligned_with, targets)} == {"east", "west"}
    assert len(ck.aligned_with(targets, ["calls"]).goals) == 6


def test_a_target_of_zero_is_supported():
    implied = ck.aligned_with(ck.cascade(org(), [SALES], {"sales": 0}, periods="2027"))
    assert set(implied.links.kinds) == {"supports"}
    assert len(implied.audit()) == 0


def test_typed_goals_join_what_is_implied():
    targets = ck.cascade(org(), [SALES], {"sales": 100}, periods="2027")
    implied = ck.aligned_with(targets)
    mine = ck.Goals.from_table(
        {"goal": ["visit"], "title": ["Visit"], "owner": ["ann"], "weight": [100]}, org()
    )
    links = ck.Links.from_table({"goal": ["visit"], "serves": ["sales/ann"]})
    both = ck.align(implied.goals.joined(mine), implied.links.joined(links))
    assert rows(both.serves(), "node", "goal", "weight") == [("ann", "sales/hq", 100.0)]


@pytest.mark.parametrize("wrong", [None, 5, "x"])
def test_wrong_arguments(wrong):
    refused(ck.aligned_with, wrong)


def test_wrong_kpis():
    targets = ck.cascade(org(), [SALES], {"sales": 100}, periods="2027")
    assert refused(ck.aligned_with, targets, ["slaes"])[0].repair == "did you mean 'sales'?"
    refused(ck.aligned_with, targets, "sales")
    refused(ck.aligned_with, targets, 5)
    refused(ck.aligned_with, targets, [])
    assert np.isnan(ck.aligned_with(targets).goals.weight).all()
