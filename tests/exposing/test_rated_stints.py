"""People scored over their stints by what raters agreed on about them, and cards of few posts."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.records import from_json, to_json
from tests.exposing.test_score_stints import CARD, LI, of, stints_of
from tests.helpers import NAN, entries, org, refused
from tests.moving.cases import MOVES, SALES, held, year
from tests.moving.test_credit import DONE, credited
from tests.properties.test_explanations import bits, same_bits

PEOPLE = ck.OrgTree.from_table(
    {"id": ["bo", "boss", "cy", "di", "li"], "parent": ["boss", "", "boss", "boss", "boss"]}
)
RULE = ck.rating.Raters({"manager": 60, "peer": 40})
RATED = ck.Scorecard(
    [ck.Item("sales"), ck.Rated("care", ck.curves.Linear(20))], {"sales": 70, "care": 30}
)


def rated(*rows, tree=PEOPLE, periods="2026", audience=None):
    table = entries(*rows, columns=("node", "rater", "relation", "value"))
    asked = {**table, "item": ["care"] * len(rows)}
    scale = ck.rating.Scale(1, 5)
    ratings = ck.Ratings.from_table(asked, tree, scale=scale, periods=periods)
    return ck.consolidate(ratings, RULE, audience or ck.rating.Office())


AGREED = rated(
    ("li", "boss", "manager", 5), ("li", "bo", "peer", 2), ("li", "cy", "peer", 3),
    ("bo", "boss", "manager", 3), ("di", "boss", "manager", 4),
)  # fmt: skip


def judged(card=RATED, ratings=AGREED, done=None, **options):
    return ck.score_stints(done or credited(*DONE), card, ratings=ratings, **options)


def test_a_person_is_rated_alike_in_every_stint():
    care = 20 * (0.6 * 5 + 0.4 * 2.5)
    ann, cid = (0.7 * float(LI[node]) + 0.3 * care for node in ("ann", "cid"))
    stage = judged()
    told = stints_of(stage, "total")
    assert told["li", "ann"] + told["li", "cid"] == pytest.approx([ann, cid])
    assert of(stage, "li") == pytest.approx((181 * ann + 184 * cid) / 365)
    assert of(stage, "bo") == pytest.approx(0.7 * 100 * (100 / 153) + 0.3 * 60)
    assert told["cy", "cid"] == pytest.approx([100 * 150 / 181])  # nobody rated them
    assert told["di", "east"] == [80.0]  # rated, without a target or a result


def test_who_was_rated_alone_is_judged_only_where_the_card_asks():
    plain = judged(card=ck.Scorecard([ck.Item("sales")], {"sales": 100}, missing="zero"))
    assert np.isnan(of(plain, "di"))


def test_ratings_are_explained_and_come_back_from_json():
    stage = judged()
    for person in ("li", "bo", "cy", "di"):
        why = ck.explain(stage, person)
        assert bits(why.value) == bits(of(stage, person))
        same_bits(why)
    text = ck.explain(stage, "li").text(depth=None)
    assert "care of li, 2026, by manager = 5 points" in text
    again = from_json(to_json(stage))
    assert again == stage
    assert ck.explain(again, "li").text(depth=None) == text
    assert from_json(to_json(judged(card=CARD, ratings=None))).ratings is None


def test_what_is_withheld_from_the_audience_is_not_told_of_the_total():
    few = rated(("li", "boss", "manager", 5), ("li", "bo", "peer", 2),
                audience=ck.rating.Ratee())  # fmt: skip
    stage = judged(ratings=few)
    assert of(stage, "li") > 0
    why = ck.explain(stage, "li")
    assert np.isnan(why.value)
    assert "withheld" in why.source
    assert "sales" in why.text(depth=None)
    assert all(each.value != of(stage, "li") for _, each in why.walk())
    assert ck.explain(stage, "bo").value == of(stage, "bo")


def test_each_period_has_its_ratings():
    targets = ck.assign(
        org(), [SALES], {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "value": [90, 91],
                         "period": ["2026Q1", "2026Q2"]},
    )  # fmt: skip
    done = ck.credit(
        ck.move(targets, held(("li", "ann", "2026-01-01", "")), by=moves.FollowsPost()),
        {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "value": [90, 91],
         "period": ["2026Q1", "2026Q2"]},
    )  # fmt: skip
    table = {"node": ["li"] * 2, "rater": ["boss"] * 2, "relation": ["manager"] * 2,
             "item": ["care"] * 2, "value": [5, 1], "period": ["2026Q1", "2026Q2"]}  # fmt: skip
    ratings = ck.Ratings.from_table(table, PEOPLE, scale=ck.rating.Scale(1, 5))
    stage = judged(done=done, ratings=ck.consolidate(ratings, RULE))
    assert stage.total[:, 0].tolist() == pytest.approx([100.0, 76.0])
    (fault,) = refused(judged, done=done)
    assert fault.reason == "the ratings are of the periods 2026"


def test_ratings_that_are_of_nobody_who_has_a_stint_are_refused():
    posts = rated(("ann", "bob", "peer", 5), ("cid", "bob", "peer", 2), tree=org())
    faults = refused(judged, ratings=posts)
    assert [fault.value for fault in faults] == ["bo", "cy", "di", "li"]
    assert "rate people by the names that the stints have" in faults[0].repair
    two = rated(("li", "bo", "peer", 3), tree=org({"li": "", "bo": "li"}))
    whole = [row for row in DONE if row[0] == "ann"]
    stints = held(
        ("li", "ann", "2026-01-01", "2026-06-30"),
        ("bo", "ann", "2026-07-01", ""),
        ("xu", "cid", "2026-01-01", "2026-01-31"),
    )
    done = credited(*whole, stage=ck.move(year(), stints, by=moves.FollowsPost()))
    assert [fault.value for fault in refused(judged, ratings=two, done=done)] == ["xu"]
    assert of(judged(ratings=two, done=done, least_days=32), "li") > 0  # xu is not judged


@pytest.mark.parametrize("given", ["x", AGREED.ratings, ck.rating.Ratee])
def test_what_raters_have_not_agreed_on_is_refused_with_a_repair(given):
    (fault,) = refused(judged, ratings=given)
    assert (fault.column, fault.repair) == ("ratings", "pass what consolidate(…) makes of ratings")
    results = ck.measure(year(), {"node": ["ann"], "kpi": ["sales"], "value": [1]})
    (fault,) = refused(ck.score, results, RATED, ratings=given)
    assert (fault.column, fault.repair) == ("ratings", "pass what consolidate(…) makes of ratings")
    assert "no ratings to score by" in str(refused(judged, ratings=None)[0])


def test_groups_that_nobody_held_are_no_fault_and_unknown_ones_are():
    tree = org(kind=["co", "team", "shop", "team", "shop", "key"])
    done = credited(*DONE, stage=ck.move(year(tree=tree), MOVES, by=moves.FollowsPost()))
    weights = {kind: {"sales": 100} for kind in ("co", "team", "shop", "key")}
    stage = ck.score_stints(done, ck.Scorecard([ck.Item("sales")], weights))
    assert of(stage, "li") == of(judged(card=CARD, ratings=None), "li")
    (fault,) = refused(ck.score_stints, done, ck.Scorecard([ck.Item("sales")],
                       {**weights, "shopp": {"sales": 100}}))  # fmt: skip
    assert fault.repair == "did you mean 'shop'?"
    only = ck.score_stints(done, ck.Scorecard([ck.Item("sales")], {"co": {"sales": 100}}))
    assert np.isnan(only.total).all()
    assert only.stints == {}


def test_an_override_of_a_post_is_of_every_stint_there():
    kpis = [SALES, ck.Kpi("calls", "calls", lot=1, decimals=0)]
    goals = entries(("ann", "sales", 365), ("ann", "calls", 365), ("cid", "sales", 365),
                    ("cid", "calls", 365))  # fmt: skip
    targets = ck.assign(org(), kpis, goals, periods="2026")
    done = ck.credit(
        ck.move(targets, MOVES, by=moves.FollowsPost()),
        {"holder": ["li", "li", "bo", "bo"], "node": ["ann", "cid", "ann", "ann"],
         "kpi": ["sales", "sales", "sales", "calls"], "value": [181, 92, 0, 153]},
    )  # fmt: skip
    items = [ck.Item("sales"), ck.Item("calls")]
    own = [ck.Override("ann", name, weight, reason="pilot", by="hr")
           for name, weight in (("sales", 0), ("calls", 100))]  # fmt: skip
    weights = ck.Weights({"sales": 100}, overrides=own)
    told = stints_of(ck.score_stints(done, ck.Scorecard(items, weights)), "total")
    assert told["bo", "ann"] == [100.0]  # by calls alone
    assert told["li", "cid"] == [50.0]
    assert told["li", "ann"] == pytest.approx([NAN], nan_ok=True)
    strange = ck.Weights(
        {"sales": 100}, overrides=[ck.Override("an", "sales", 1, reason="r", by="b")]
    )
    (fault, *_) = refused(ck.score_stints, done, ck.Scorecard(items, strange))
    assert fault.repair == "did you mean 'ann'?"


def test_what_every_period_refuses_is_told_together_and_once():
    targets = ck.assign(
        org(), [SALES], {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "value": [90, 91],
                         "period": ["2026Q1", "2026Q2"]},
    )  # fmt: skip
    stints = held(("li", "ann", "2026-01-01", "2026-03-31"), ("bo", "ann", "2026-04-01", ""))
    done = ck.credit(
        ck.move(targets, stints, by=moves.FollowsPost()), {"node": [], "kpi": [], "value": [],
                                                          "period": []},
    )  # fmt: skip
    card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, missing="refuse")
    faults = refused(ck.score_stints, done, card)
    assert [fault.value for fault in faults] == ["li at ann from 2026-01-01",
                                                 "bo at ann from 2026-04-01"]  # fmt: skip
    assert len(refused(judged, done=done, ratings=None)) == 1
