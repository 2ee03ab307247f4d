"""People's totals over stints that carry the units they were in."""

import json

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.blending import Shares, Within
from cascade_kpi.records import from_json, to_json
from tests.exposing.test_rated_stints import AGREED, RATED, rated
from tests.exposing.test_score_stints import CARD, LI, judged, of
from tests.helpers import entries, org, refused
from tests.moving.cases import MOVES, rows_of, year
from tests.moving.test_credit import DONE, credited
from tests.properties.test_explanations import bits, same_bits

KINDS = ["co", "team", "team", "shop", "shop", "shop"]  # hq, east, west, ann, bob, cid
TREE = org(kind=KINDS)
REACHED = {"ann": 120, "bob": 80, "cid": 90}  # per cent of 365 each


def units(tree=TREE, **reached):
    sold = {**REACHED, **reached}
    table = [(node, "sales", 3.65 * value) for node, value in sold.items() if value is not None]
    return ck.score(ck.measure(year(tree=tree), entries(*table)), CARD)


def over(**options):
    stage = ck.move(year(tree=TREE), MOVES, by=moves.FollowsPost())
    return ck.score_stints(credited(*DONE, stage=stage), CARD, **options)


SHARES = Shares({"shop": {"own": 70, "parent": 20, "root": 10}, "team": {"node": 80, "root": 20},
                 "*": {"own": 100}})  # fmt: skip


def test_every_stint_carries_the_units_above_its_own_node():
    stage = ck.blend_stints(over(), units(), SHARES)
    east, west, whole = 100.0, 90.0, (120 + 80 + 90) / 3
    ann = 0.7 * float(LI["ann"]) + 0.2 * east + 0.1 * whole
    cid = 0.7 * float(LI["cid"]) + 0.2 * west + 0.1 * whole
    assert of(stage, "li") == pytest.approx((181 * ann + 184 * cid) / 365)
    assert of(stage, "bo") == pytest.approx(0.7 * 100 * (100 / 153) + 20 + 0.1 * whole)
    # who leads a team, with nothing of their own, is judged by what it reached
    assert np.isnan(of(over(), "di"))
    assert of(stage, "di") == pytest.approx(0.8 * east + 0.2 * whole)
    table = rows_of(stage.table())
    assert [(row["holder"], row["node"]) for row in table][-1] == ("li", "cid")
    assert table[-1]["part of parent"] == pytest.approx(18.0)
    assert table[-1]["share of own"] == pytest.approx(0.7)
    totals = rows_of(stage.totals())
    assert [row["stints"] for row in totals] == [1, 1, 1, 2]
    assert totals[3]["own"] == of(over(), "li")
    assert [stage.grade(row["node"]) for row in totals] == [row["grade"] for row in totals]
    assert repr(stage) == "<BlendedStints 4 totals of own, parent, root, node over 5 stints>"


def test_with_all_of_their_own_everybody_keeps_their_total_to_the_bit():
    stage = ck.blend_stints(over(), units(), Shares({"own": 100}))
    assert stage.total.tobytes() == over().total.tobytes()


def test_others_take_and_give_no_more_than_is_stated_in_each_stint():
    stage = ck.blend_stints(over(), units(), SHARES, within=Within(3, 1))
    (ann, cid) = (row["total"] for row in rows_of(stage.table()) if row["holder"] == "li")
    assert (ann, cid) == pytest.approx((float(LI["ann"]) - 3, float(LI["cid"]) - 3))
    assert rows_of(stage.table())[-1]["bounded"] > 0


def test_blended_totals_of_units_may_be_carried():
    shares = Shares({"team": {"own": 50, "root": 50}, "*": {"own": 100}})
    stage = ck.blend_stints(over(), ck.blend(units(), shares), Shares({"own": 50, "parent": 50},
                                                                       nobody="own"))  # fmt: skip
    east = (100 + 290 / 3) / 2
    assert of(stage, "bo") == pytest.approx((100 * (100 / 153) + east) / 2)


@pytest.mark.parametrize("within", [None, Within(3, 1)])
@pytest.mark.parametrize("nobody", ["own", "hold", "renormalise"])
def test_every_total_is_explained_to_the_bit_and_comes_back(within, nobody):
    shares = Shares({"own": 60, "node": 10, "parent": 20, 2: 10}, nobody=nobody)
    stage = ck.blend_stints(over(), units(cid=None), shares, within=within)
    for person in stage.org.ids.tolist():
        why = ck.explain(stage, person)
        assert bits(why.value) == bits(of(stage, person))
        same_bits(why)
    assert "reports row" in ck.explain(stage, "li").text(depth=None)
    assert ck.explain(stage, "li", quantity="own").value == of(over(), "li")
    again = from_json(to_json(stage))
    assert again == stage
    assert hash(again) == hash(stage)


def test_what_is_withheld_of_a_stint_is_not_told_through_what_it_carries():
    few = rated(("li", "boss", "manager", 5), ("li", "bo", "peer", 2),
                audience=ck.rating.Ratee())  # fmt: skip
    stints = ck.score_stints(credited(*DONE), RATED, ratings=few)
    stage = ck.blend_stints(stints, units(org()), Shares({"own": 50, "parent": 50}))
    assert np.isnan(ck.explain(stage, "li").value)
    assert all(each.value != of(stage, "li") for _, each in ck.explain(stage, "li").walk())
    assert ck.explain(stage, "bo").value == of(stage, "bo")
    same_bits(ck.explain(ck.blend_stints(
        ck.score_stints(credited(*DONE), RATED, ratings=AGREED), units(org()), stage.shares
    ), "li"))  # fmt: skip


def test_they_are_calibrated_and_compared():
    stage = ck.blend_stints(over(), units(), SHARES)
    cal = ck.calibrating
    made = ck.calibrate(stage, cal.Quotas([cal.AtMost("A", 0), cal.AtLeast("B", 1)]))
    assert made.steps == int((stage.grade_codes == 0).sum())
    assert from_json(to_json(made)) == made
    same_bits(ck.explain(made, "li"))
    assert "blended total over stints, li" in ck.explain(made, "li").text(depth=None)
    by = ck.blending.Coefficients("team", {"A": 1.5, "B": 1})
    for each in (over(), stage, made):
        (fault,) = refused(ck.multiply, each, by)
        assert "people stand below no department" in fault.reason
    compared = ck.compare(over(), stage)
    assert ck.explain(compared, "li").value == of(stage, "li") - of(over(), "li")


def test_what_does_not_fit_is_told():
    small = ck.OrgTree.from_table({"id": ["hq", "ann"], "parent": ["", "hq"]})
    few = ck.assign(small, year().kpis, {"node": ["ann"], "kpi": ["sales"], "value": [1]},
                    periods="2027")  # fmt: skip
    few = ck.score(ck.measure(few, {"node": ["ann"], "kpi": ["sales"], "value": [1]}), CARD)
    faults = refused(ck.blend_stints, over(), few, SHARES)
    assert [fault.value for fault in faults] == [None, "east", "cid"]
    assert "periods 2027 above stints of 2026" in faults[0].reason
    faults = refused(ck.blend_stints, units(), None, None, within=5)
    assert [fault.source for fault in faults] == ["scores", "scores", "shares", "blend_stints"]
    (fault,) = refused(ck.blend, over(), SHARES)
    assert fault.repair == "use blend_stints(…)"
    (fault,) = refused(ck.blend_stints, over(), units(), Shares({"own": 50, 3: 50}, nobody="own",
                                                                by="nope"))  # fmt: skip
    assert fault.value == "nope"
    faults = refused(ck.blend_stints, over(), units(), Shares({"own": 50, "parent": 25, 2: 25}))
    assert [(fault.value, fault.reason) for fault in faults] == [
        ("east", "2 levels up: there is none above")
    ]
    same = Shares({"shop": {"parent": 50, "team": 50}, "*": {"own": 100}})
    (fault,) = refused(ck.blend_stints, over(), units(), same)
    assert "the same node" in fault.reason
    strict = attrs.evolve(SHARES, missing="refuse")
    faults = refused(ck.blend_stints, over(), units(ann=None, bob=None), strict)
    assert [(fault.value, fault.reason) for fault in faults] == [
        ("east", "no total in 2026, of which 3 shares are carried")
    ]


def test_a_stint_and_its_node_are_two():
    both = Shares({"own": 50, "node": 50})
    stage = ck.blend_stints(over(), units(), both)
    assert of(stage, "bo") == pytest.approx((100 * (100 / 153) + 120) / 2)
    (fault, *_) = refused(ck.blend, units(), both)
    assert "own and node are the same node" in fault.reason
    (fault,) = refused(ck.blending.Coefficients, "node", {"A": 1})
    assert fault.reason == "a node is no department of its own"
    assert np.isnan(of(judged(), "di"))
    assert of(stage, "cy") == pytest.approx((100 * 150 / 181 + 90) / 2)
    assert ck.blend_stints(over(), units(cid=None), both).total[0].tolist()[1] == pytest.approx(
        100 * 150 / 181
    )


def test_a_document_of_something_else_is_refused_with_what_could_stand_there():
    text = to_json(ck.blend_stints(over(), units(), SHARES))
    document = json.loads(text)
    document["record"]["above"] = json.loads(to_json(SHARES))["record"]
    (fault,) = refused(from_json, json.dumps(document))
    assert fault.repair == (
        "use one of 'cascade_kpi/blended', 'cascade_kpi/blended_stints', "
        "'cascade_kpi/calibrated', 'cascade_kpi/multiplied', 'cascade_kpi/scores', …"
    )


@pytest.mark.parametrize("within", [None, Within(3, 1)])
@pytest.mark.parametrize("missing", ["renormalise", "own", "hold"])
@pytest.mark.parametrize("shares", [{"own": 50, "parent": 50}, {"node": 40, "parent": 60}], ids=str)
def test_what_is_withheld_of_a_unit_is_not_told_through_who_carries_it(shares, missing, within):
    few = rated(("east", "hq", "manager", 5), ("east", "west", "peer", 2), tree=TREE,
                audience=ck.rating.Ratee())  # fmt: skip
    above = ck.score(units().results, RATED, ratings=few)
    assert np.isnan(ck.explain(above, "east").value)
    stage = ck.blend_stints(over(), above, Shares(shares, nobody="own", missing=missing),
                            within=within)  # fmt: skip
    for person in ("li", "bo"):  # of whose stints one at least is below east
        why = ck.explain(stage, person)
        assert np.isnan(why.value)
        assert "withheld" in why.text(depth=1)
        assert all(each.value != of(stage, person) for _, each in why.walk())
