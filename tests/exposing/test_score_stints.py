"""People scored over their stints: what counts how much, what is left out, what is refused."""

import json
from fractions import Fraction

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.records import from_json, to_json
from tests.helpers import NAN, entries, org, refused
from tests.moving.cases import LEAVES, MOVES, SALES, held, rows_of, year
from tests.moving.test_credit import DONE, UNITS, at, credited, moved
from tests.properties.test_explanations import bits, same_bits

GRADES = ck.Grades.from_edges({"A": 100, "B": None})
CARD = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=GRADES)
LI = {"ann": Fraction(100 * 200, 181), "cid": Fraction(100 * 190, 184)}


def judged(*rows, card=CARD, stage=None, **options):
    return ck.score_stints(credited(*(rows or DONE), stage=stage), card, **options)


def of(stage, person, label="2026"):
    return stage.total[stage.periods.index(label), stage.org.row(person)]


def stints_of(stage, *names):
    return {(row["holder"], row["node"]): [row[n] for n in names] for row in rows_of(stage.table())}


def test_a_total_is_the_mean_of_the_stints_by_their_days():
    stage = judged()
    assert of(stage, "li") == pytest.approx(float((181 * LI["ann"] + 184 * LI["cid"]) / 365))
    assert of(stage, "bo") == 100 * (100 / 153)
    assert np.isnan(of(stage, "di"))  # no report and no target
    assert stints_of(stage, "days", "weight")["li", "ann"] == [181, 181 / 365]
    assert stints_of(stage, "weight", "why_not")["di", "east"] == pytest.approx(
        [NAN, "nothing to score"], nan_ok=True
    )
    assert stage.grade_codes.tolist() == [[1, 1, -1, 0]]
    assert [row["stints"] for row in rows_of(stage.totals())] == [1, 1, 0, 2]
    assert [row["grade"] for row in rows_of(stage.totals())] == ["B", "B", "", "A"]


def test_one_stint_over_the_whole_period_has_exactly_the_plain_score():
    targets = year(goals={"ann": 365, "bob": 364, "cid": 17})
    whole = held(*((f"p{node}", node, "2020-01-01", "") for node in ("ann", "bob", "cid")))
    reports = {"node": ["ann", "bob", "cid"], "kpi": ["sales"] * 3, "value": [123.4, 99.9, 0.1]}
    done = ck.credit(ck.move(targets, whole, by=moves.FollowsPost()), reports)
    plain = ck.score(ck.measure(targets, reports), CARD)
    stage = ck.score_stints(done, CARD)
    for node in ("ann", "bob", "cid"):
        assert bits(of(stage, f"p{node}")) == bits(plain.total[0, targets.org.row(node)])


def test_ratios_are_scored_by_their_parts_divided_last():
    tree = org(kind=["unit", "unit", "unit", "shop", "shop", "shop"])
    churn = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100), at="shop")
    targets = ck.cascade(tree, [churn], {"churn": 7}, periods="2026")
    done = ck.credit(
        ck.move(targets, held(("li", "ann", "2026-01-01", "")), by=moves.FollowsPost()),
        {"node": ["ann"] * 2, "kpi": ["churn"] * 2, "numerator": [1, 6], "denominator": [30, 70],
         "date": ["2026-02-01", "2026-03-01"]},
    )  # fmt: skip
    card = ck.Scorecard([ck.Item("churn")], {"shop": {"churn": 100}})
    assert of(ck.score_stints(done, card), "li") == 100.0


def test_every_stint_has_the_weights_of_its_own_post():
    tree = org(kind=["unit", "unit", "unit", "shop", "shop", "key"])
    kpis = [SALES, ck.Kpi("calls", "calls", lot=1, decimals=0)]
    goals = entries(("ann", "sales", 365), ("ann", "calls", 365), ("cid", "sales", 365),
                    ("cid", "calls", 365))  # fmt: skip
    targets = ck.assign(tree, kpis, goals, periods="2026")
    done = ck.credit(
        ck.move(targets, MOVES, by=moves.FollowsPost()),
        {"holder": ["li"] * 4, "node": ["ann", "ann", "cid", "cid"],
         "kpi": ["sales", "calls"] * 2, "value": [181, 0, 0, 184]},
    )  # fmt: skip
    card = ck.Scorecard(
        [ck.Item("sales"), ck.Item("calls")],
        {"shop": {"sales": 80, "calls": 20}, "key": {"sales": 30, "calls": 70}},
    )
    stage = ck.score_stints(done, card)
    told = stints_of(stage, "total")
    assert (told["li", "ann"], told["li", "cid"]) == ([80.0], [70.0])
    assert np.isnan(told["di", "east"]).all()  # no weights for a unit: not scored
    assert stage.stints["2026"].table()["node"].tolist()[-1].startswith("li at cid from 2026-07-01")


def test_days_of_leave_count_only_where_their_targets_stay():
    stage = judged(stage=moved(leaves=LEAVES))
    assert [days for (days,) in (stints_of(stage, "days")["li", n] for n in ("ann", "cid"))] == [
        171, 174,
    ]  # fmt: skip
    stage = judged(stage=moved(leaves=LEAVES, cover=moves.Cover(leave="holder")))
    assert stints_of(stage, "days")["li", "ann"] == [181]


def test_who_was_away_all_the_time_is_not_judged():
    leaves = ck.Leaves.from_table({"holder": ["bo"], "start": ["2026-07-01"], "end": [""]})
    stage = judged(stage=moved(leaves=leaves))
    assert stints_of(stage, "days", "why_not")["bo", "ann"] == [0, "no day that counts"]
    assert np.isnan(of(stage, "bo"))
    assert "no stint counts" in ck.explain(stage, "bo").source


def test_a_part_of_a_stint_that_was_all_leave_does_not_count():
    units = ck.Reorganisation.from_table(
        {"node": ["ann"], "parent": ["west"], "start": ["2026-10-01"]}, org()
    )
    leaves = ck.Leaves.from_table({"holder": ["bo"], "start": ["2026-10-01"], "end": [""]})
    bo = [at("ann", "2026-08-01", "2026-09-30", 61), at("ann", "2026-10-01", "2026-12-31", 46)]
    card = attrs.evolve(CARD, missing="zero")
    stage = judged(*bo, card=card, stage=moved(units=units, leaves=leaves))
    rows = [row for row in rows_of(stage.table()) if row["holder"] == "bo"]
    assert [row["why_not"] for row in rows] == ["", "no day that counts"]
    assert np.isnan(rows[1]["weight"])
    assert of(stage, "bo") == 100.0


def test_stints_are_explained_whatever_the_order_of_their_names():
    stints = held(("li", "cid", "2026-01-01", "2026-06-30"), ("li", "ann", "2026-07-01", ""))
    done = credited(
        at("cid", "2026-01-01", "2026-06-30", 181), at("ann", "2026-07-01", "2026-12-31", 92),
        stage=ck.move(year(), stints, by=moves.FollowsPost()),
    )  # fmt: skip
    why = ck.explain(ck.score_stints(done, CARD), "li")
    same_bits(why)
    first, _, second, _ = why.inputs
    assert (first.value, second.value) == (100.0, 50.0)
    assert first.name == "total, li at cid, 2026-01-01 to 2026-06-30, 2026"


def test_short_stints_are_left_out_and_told_and_days_at_one_node_count_together():
    stage = judged(least_days=182)
    told = stints_of(stage, "why_not", "weight")
    assert told["li", "ann"][0] == "181 days that count there, fewer than 182"
    assert told["li", "cid"] == ["", 1.0]
    assert of(stage, "li") == 100 * (190 / 184)
    assert of(judged(least_days=181), "li") == of(judged(), "li")
    twice = held(("li", "ann", "2026-01-01", "2026-03-31"), ("li", "ann", "2026-04-01", ""),
                 ("li", "cid", "2026-02-01", "2026-02-28"))  # fmt: skip
    stage = ck.move(year(), twice, by=moves.FollowsPost())
    two = [
        at("ann", "2026-01-01", "2026-03-31", 45),
        at("ann", "2026-04-01", "2026-12-31", 275),
        at("cid", "2026-02-01", "2026-02-28", 1),
    ]
    stage = judged(*two, stage=stage, least_days=300)
    table = rows_of(stage.table())
    assert [row["why_not"] for row in table] == ["", "28 days that count there, fewer than 300", ""]
    assert of(stage, "li") == pytest.approx((90 * 50 + 275 * 100) / 365)


def test_a_unit_that_moves_drops_no_stint():
    stage = judged(stage=moved(units=UNITS), least_days=190)
    rows = [row for row in rows_of(stage.table()) if row["node"] == "east"]
    assert [row["days"] for row in rows] == [191]
    units = ck.Reorganisation.from_table(
        {"node": ["ann"], "parent": ["west"], "start": ["2026-10-01"]}, org()
    )
    bo = [at("ann", "2026-08-01", "2026-09-30", 61), at("ann", "2026-10-01", "2026-12-31", 46)]
    stage = judged(*bo, stage=moved(units=units), least_days=100)
    rows = [row for row in rows_of(stage.table()) if row["holder"] == "bo"]
    assert [(row["parent"], row["days"], row["total"]) for row in rows] == [
        ("east", 61, 100.0), ("west", 92, 50.0),
    ]  # fmt: skip
    assert of(stage, "bo") == pytest.approx((61 * 100 + 92 * 50) / 153)


def test_posts_held_at_once_count_by_share_and_weight():
    tree = org(weight=[None, None, 1, 3, 0, 1])
    both = ck.Stints.from_table(
        {"holder": ["li", "li", "bo", "li"], "node": ["ann", "cid", "cid", "bob"],
         "start": ["2026-01-01"] * 4, "end": [""] * 4, "share": [None, 0.5, 0.5, None]}, tree,
    )  # fmt: skip
    targets = year(goals={"ann": 100, "bob": 100, "cid": 100}, tree=tree)
    whole = ("2026-01-01", "2026-12-31")
    done = credited(
        at("ann", *whole, 80, "li"), at("cid", *whole, 60, "li"), at("bob", *whole, 10, "li"),
        stage=ck.move(targets, both, by=moves.FollowsPost()),
    )  # fmt: skip
    stage = ck.score_stints(done, CARD, post_weight="weight")
    told = stints_of(stage, "weight", "why_not", "post_weight")
    assert told["li", "ann"] == [3 / 3.5, "", 3.0]
    assert told["li", "bob"][1:] == ["the post weighs zero", 0.0]
    assert of(stage, "li") == pytest.approx((3 * 80 + 0.5 * 120) / 3.5)
    assert of(ck.score_stints(done, CARD), "li") == pytest.approx((80 + 10 + 0.5 * 120) / 2.5)
    text = ck.explain(stage, "li").text(depth=None)
    assert "weight of ann = 3  ← units row 3, weight" in text
    assert "(the post weighs zero)" in text


def test_the_people_are_those_of_their_last_stint():
    people = judged(stage=moved(units=UNITS)).org
    assert people.ids.tolist() == ["bo", "cy", "di", "li"]
    assert people.columns["last_post"].tolist() == ["ann", "cid", "east", "cid"]
    assert people.columns["last_unit"].tolist() == ["east", "west", "hq", "west"]
    assert (people.parent == -1).all()


def test_each_period_is_scored_by_itself():
    targets = ck.assign(
        org(), [SALES], {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "value": [90, 91],
                         "period": ["2026Q1", "2026Q2"]},
    )  # fmt: skip
    stints = held(("li", "ann", "2026-01-01", "2026-03-31"), ("bo", "ann", "2026-04-01", ""))
    done = ck.credit(
        ck.move(targets, stints, by=moves.FollowsPost()),
        {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "value": [45, 91],
         "period": ["2026Q1", "2026Q2"]},
    )  # fmt: skip
    card = attrs.evolve(CARD, missing="refuse")
    stage = ck.score_stints(done, card)
    assert stage.total[0].tolist() == pytest.approx([NAN, 50.0], nan_ok=True)
    assert stage.total[1].tolist() == pytest.approx([100.0, NAN], nan_ok=True)
    assert [len(scores.org) for scores in stage.stints.values()] == [1, 1]
    assert rows_of(stage.totals())[0]["node"] == "li"
    assert ck.explain(stage, "bo", period="2026Q1").source == "no stint in the period"


@pytest.mark.parametrize("least", [1, 182])
def test_every_total_is_explained_down_to_the_rows(least):
    stage = judged(stage=moved(leaves=LEAVES, units=UNITS), least_days=least)
    for person in stage.org.ids.tolist():
        why = ck.explain(stage, person)
        assert bits(why.value) == bits(of(stage, person))
        same_bits(why)
    text = ck.explain(judged(stage=moved(leaves=LEAVES)), "li").text(depth=None)
    assert "reports row 0, value" in text
    assert "= 171 days  ← stints row 0 (li at ann, 2026-01-01 to 2026-06-30); 10 on leave" in text


def test_it_comes_back_from_json_and_a_changed_document_is_refused():
    stage = judged(stage=moved(leaves=LEAVES), least_days=20)
    text = to_json(stage)
    again = from_json(text, expect=ck.StintScores)
    assert again == stage
    assert hash(again) == hash(stage)
    assert ck.explain(again, "li").text(depth=None) == ck.explain(stage, "li").text(depth=None)
    for path, value in (("least_days", 200), ("post_weight", "none")):
        assert refused(from_json, json.dumps(_with(json.loads(text), path, value)))


def _with(document, name, value):
    """The document with another value at the first key of the name."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if name in each:
                each[name] = value
                return document
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    raise AssertionError(name)


def test_two_rules_are_compared_on_the_people():
    before, after = judged(), judged(least_days=182)
    made = ck.compare(before, after)
    change = ck.explain(made, "li")
    assert change.value == of(after, "li") - of(before, "li")
    assert from_json(to_json(made)) == made


def test_wrong_arguments_are_told_together():
    tree = org(weight=[None, None, 1, None, 0, -1], last_post=["x"] * 6)
    stage = ck.move(year(tree=tree), MOVES, by=moves.FollowsPost())
    faults = refused(judged, stage=stage, least_days=0, post_weight="weight", card="card")
    told = "\n".join(map(str, faults))
    assert len(faults) == 6
    for part in ("a Scorecard is wanted", "least_days", "'cid', weight", "last_post"):
        assert part in told or part.startswith("'cid'")
    assert "units row 5, weight = -1.0: below zero" in told
    assert "units row 3, weight = 'ann': blank, and somebody has a stint there" in told
    *_, fault = refused(judged, post_weight="wieght", stage=stage)
    assert (fault.source, fault.column) == ("score_stints", "post_weight")
    assert "did you mean" in fault.repair
    (fault,) = refused(ck.score_stints, year(), CARD)
    assert fault.repair == "make it with credit(…)"
    early = held(("li", "ann", "2020-01-01", "2020-12-31"))
    nobody = ck.move(year(), early, by=moves.FollowsPost())
    (fault,) = refused(judged, at("ann", "2026-01-01", "2026-01-02", 1), stage=nobody)
    assert fault.reason == "nobody has a stint in 2026"


def test_what_score_refuses_of_stints_is_told_by_their_days():
    card = attrs.evolve(CARD, missing="refuse")
    some = [row for row in DONE if row[4] != "2026-12-31"]
    faults = refused(judged, *some, card=card)
    assert {fault.value for fault in faults} == {
        "bo at ann from 2026-08-01", "li at cid from 2026-07-01",
    }  # fmt: skip
    assert "sales" in faults[0].reason
    assert judged(*some[:1], DONE[-1], card=card, least_days=182)  # who is not judged lacks nothing


def test_who_has_nothing_of_their_own_is_not_judged_whatever_is_absent():
    stage = judged(*DONE[:1], card=attrs.evolve(CARD, missing="zero"))
    assert of(stage, "bo") == 0.0
    assert np.isnan(of(stage, "di"))
    assert "di at east" not in str(stage.stints["2026"].org.ids)


def test_a_target_that_all_share_is_not_a_leaders_own():
    tree = org(kind=["co", "team", "team", "shop", "shop", "shop"])
    churn = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
    targets = ck.cascade(tree, [SALES, churn], {"sales": 1095, "churn": 2}, periods="2026")
    done = ck.credit(
        ck.move(targets, MOVES, by=moves.FollowsPost()),
        {"holder": ["li"], "node": ["ann"], "kpi": ["sales"], "value": [181]},
    )
    both = {"sales": 60, "churn": 40}
    items = [ck.Item("sales"), ck.Item("churn")]
    card = ck.Scorecard(items, {"team": both, "shop": both}, missing="zero")
    stage = ck.score_stints(done, card)  # a team has no sales to sell: not judged, and no fault
    assert stints_of(stage, "why_not")["di", "east"] == ["nothing to score"]
    assert of(stage, "cy") == 0.0
    teams = attrs.evolve(churn, at="team")
    targets = ck.cascade(tree, [teams], {"churn": 2}, periods="2026")
    done = ck.credit(
        ck.move(targets, MOVES, by=moves.FollowsPost()), {"node": [], "kpi": [], "numerator": [],
                                                          "denominator": []},
    )  # fmt: skip
    card = ck.Scorecard([ck.Item("churn")], {"team": {"churn": 100}}, missing="zero")
    assert of(ck.score_stints(done, card), "di") == 0.0  # the team reports it: due, and absent


def test_huge_numbers_are_refused():
    tree = org(weight=[1e306] * 6)
    stage = ck.move(year(tree=tree), MOVES, by=moves.FollowsPost())
    (fault,) = refused(judged, stage=stage, post_weight="weight")
    assert "largest float" in fault.reason


def test_ids_that_read_alike_are_told_apart():
    tree = org({"hq": "", "c": "hq", "b at c": "hq"})
    stints = held(("a at b", "c", "2026-01-01", ""), ("a", "b at c", "2026-01-01", ""))
    targets = year(goals={"c": 10, "b at c": 20}, tree=tree)
    done = ck.credit(
        ck.move(targets, stints, by=moves.FollowsPost()),
        {"node": ["c", "b at c"], "kpi": ["sales"] * 2, "value": [5, 20]},
    )
    stage = ck.score_stints(done, CARD)
    assert (of(stage, "a at b"), of(stage, "a")) == (50.0, 100.0)


def test_grades_over_stints_are_calibrated_in_pools_by_the_unit_of_the_last_stint():
    quotas = ck.calibrating.Quotas([ck.calibrating.AtMost("A", 0)])
    for pools in (None, ck.calibrating.Pools(ck.calibrating.Column("last_unit"))):
        stage = judged()
        made = ck.calibrate(stage, quotas, pools)
        assert from_json(to_json(made)) == made
        assert made.grade_codes.tolist() == [[1, 1, -1, 1]]
        for person in ("bo", "li"):
            same_bits(ck.explain(made, person))
            assert "mean of stints" in ck.explain(made, person).text(depth=None)
    before = ck.compare(stage, made)
    assert ck.explain(before, "li").value == 0.0
