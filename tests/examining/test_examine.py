import functools
import math

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, attainments, combines, curves, triggers
from tests.examining.case import (
    GRADES,
    ITEMS,
    KPIS,
    LEVELS,
    RED_LINE,
    WEIGHTS,
    card,
    finding,
    kinds,
    results,
)

ALONE = {"revenue": 100}


def one(curve, kpi="revenue", **section):
    return card([ck.Item(kpi, curve)], {kpi: 100}, None, **section)


def test_posts_are_bounded_by_their_own_weights():
    found = ck.examine(card(), KPIS)
    table = found.bounds()
    totals = [i for i, part in enumerate(table["part"]) if part == "total"]
    assert table["post"][totals].tolist() == ["seller", "clerk"]
    assert table["high_reported"][totals].tolist() == [136.0, 110.0]
    assert table["high"][totals].tolist() == [150.0, 120.0]  # the best item alone
    assert table["reached"][totals].tolist() == ["both", "both"]
    assert found.verdicts()["bounded"].tolist() == ["yes", "yes"]


@pytest.mark.parametrize(
    ("policy", "low", "high"),
    [("hold", 0, 136), ("zero", 0, 136), (absences.Neutral(200), 0, 200), ("renormalise", 0, 150),
     (absences.AtMost(0.1), 0, 100 * 15 / 10 * 0.6 / 0.9 + 120 * 0.3 / 0.9),
     (absences.AtMostItems(0.1), 0, 100 * 15 / 10 * 0.6 / 0.9 + 120 * 0.3 / 0.9)],
)  # fmt: skip
def test_bounds_follow_the_policy_for_what_is_absent(policy, low, high):
    rule = card(weights={"*": WEIGHTS["seller"]}, missing=policy, grades=None)
    table = ck.examine(rule, KPIS).bounds()
    assert (table["low"][0], round(table["high"][0], 9)) == (low, round(high, 9))
    assert table["high_reported"][0] == 136 if "200" not in repr(policy) else True


def test_a_grade_that_nobody_can_get_is_told_with_the_post():
    found = ck.examine(card(), KPIS)
    told = finding(found, "unreachable grade", "total")
    assert told.post == "clerk"
    assert told.size == 5
    assert "S for clerk" in told.words
    reached = dict(zip(found.grades()["grade"].tolist()[4:], found.grades()["reached"].tolist()[4:],
                       strict=True))  # fmt: skip
    assert reached == {"S": "no", "A": "yes", "B": "yes", "C": "yes"}


def test_a_grade_at_the_bound_itself_is_reached_as_totals_are_rounded():
    grades = ck.Grades.from_edges({"A": 120.004, "B": None})
    rule = card([ck.Item("churn", curves.Linear(cap=120))], {"churn": 100}, grades)
    assert ck.examine(rule, KPIS).grades()["reached"].tolist() == ["no", "yes"]
    close = ck.Grades.from_edges({"A": 120.0, "B": None})
    rule = card([ck.Item("churn", curves.Linear(cap=119.996))], {"churn": 100}, close)
    assert ck.examine(rule, KPIS).grades()["reached"].tolist() == ["yes", "yes"]


def test_totals_outside_all_bands_are_told():
    closed = ck.Grades([ck.Band("A", 60, 130), ck.Band("B", 10, 60)])
    told = finding(ck.examine(card(grades=closed), KPIS), "outside grades", "total")
    assert told.size == 20  # of 150 beyond 130
    assert told.rank == "contradiction"


def test_a_jump_is_sized_in_points_of_the_total_where_it_costs_most():
    found = ck.examine(card(), KPIS)
    assert finding(found, "jump", "revenue").size == 30  # 50 points × 60 %
    told = finding(found, "jump", "calls")
    assert (told.post, told.size, told.where) == ("clerk", 25, (0.5, 0.5))
    assert found.jumps()["size"].tolist() == [30.0, 25.0, 25.0]


def test_a_fall_of_an_item_is_sized_where_it_costs_most():
    swapped = ck.Item("calls", curves.Steps([(0.5, 60), (1, 50)]))
    told = finding(ck.examine(card([*ITEMS[:2], swapped]), KPIS), "not monotone", "calls")
    assert (told.post, told.size) == ("clerk", 5)
    assert told.words == "60 points at 0.5, and only 50 at 1, which is better"


def test_dead_zones_are_ranked_by_what_is_still_to_be_earned():
    told = finding(ck.examine(card(), KPIS), "dead zone", "revenue")
    assert told.where == (-math.inf, 0.8)
    assert told.size == pytest.approx(0.6 * 150)


def test_what_is_to_be_earned_beyond_a_dead_zone_may_have_no_end():
    told = finding(ck.examine(one(curves.Linear()), KPIS), "dead zone", "revenue")
    assert told.size == math.inf
    closed = ck.Grades([ck.Band("A", 0, 100)])
    rule = card([ck.Item("revenue")], {"revenue": 100}, closed)
    assert "from 0 to no end" in finding(ck.examine(rule, KPIS), "outside grades", "total").words


def test_a_veto_that_a_better_result_brings_about_is_a_contradiction():
    sound = ck.examine(card(then=[RED_LINE]), KPIS)
    assert ("not monotone", "total") not in kinds(sound)
    assert sound.verdicts()["monotone"].tolist() == ["yes", "yes"]
    wrong = adjustments.Veto(triggers.ResultAtLeast("revenue", 150), at=59)
    found = ck.examine(card(then=[wrong]), KPIS)
    told = finding(found, "not monotone", "total")
    assert "revenue" in told.words
    assert told.post == "clerk"  # who has the more to lose at the target that it is tried at
    assert found.verdicts()["monotone"].tolist() == ["no", "no"]
    assert found.verdicts()["continuous"].tolist() == ["no", "no"]
    assert finding(found, "jump", "total").size == 150 - 59
    assert "revenue is 150 or more" in found.facts.doubts[0][0]
    assert not sound.facts.doubts[0]


def test_a_gate_may_never_close_or_always():
    never = ck.Gate(triggers.PointsBelow("churn", 0), at=10, parts=["revenue"])
    found = ck.examine(card(gates=[never]), KPIS)
    assert ("jump", "total") not in kinds(found)
    always = ck.Gate(triggers.PointsBelow("churn", 121), at=0, parts=["revenue"])
    found = ck.examine(card(gates=[always]), KPIS)
    told = finding(found, "no effect", "revenue")
    assert told.size == 60
    assert "gate always caps it" in told.words
    # What is absent closes no gate: without churn, revenue counts in full.
    assert found.bounds()["high"][0] == 150
    assert found.bounds()["high_reported"][0] == 0.3 * 120 + 0.1 * 100


def test_a_gate_takes_what_it_caps_by_its_weight():
    gate = ck.Gate(triggers.PointsBelow("churn", 50), at=10, parts=["revenue"])
    told = finding(ck.examine(card(gates=[gate]), KPIS), "jump", "total")
    assert (told.post, told.size) == ("seller", pytest.approx(0.6 * (150 - 10)))


def test_parts_that_make_no_difference():
    flat = ck.Item("churn", curves.Linear(0, floor=70, cap=70))
    found = ck.examine(card([ITEMS[0], flat, ITEMS[2]]), KPIS)
    assert finding(found, "no effect", "churn").size == 50
    idle = ck.examine(card(ITEMS, {"*": {"revenue": 100}}), KPIS)
    assert [part for kind, part in kinds(idle) if kind == "no effect"] == ["churn", "calls"]
    assert finding(idle, "no effect", "calls").words == "it is on nobody's card"


def test_what_is_never_the_weakest_has_no_effect():
    strong = ck.Item("churn", curves.Linear(floor=150, cap=200))
    rule = card([ITEMS[0], strong], {"*": {"revenue": 1, "churn": 1}}, combine=combines.Weakest())
    assert finding(ck.examine(rule, KPIS), "no effect", "churn").size == 100
    close = ck.Item("churn", curves.Linear(floor=149, cap=200))
    rule = card([ITEMS[0], close], {"*": {"revenue": 1, "churn": 1}}, combine=combines.Weakest())
    assert ("no effect", "churn") not in kinds(ck.examine(rule, KPIS))


def test_weights_that_a_sum_does_not_look_at_are_told():
    rule = card(ITEMS[:2], {"*": {"revenue": 70, "churn": 30}}, combine=combines.Sum())
    assert "do" in finding(ck.examine(rule, KPIS), "no effect", "total").words
    rule = card(ITEMS[:2], {"*": {"revenue": 1, "churn": 1}}, combine=combines.Sum())
    assert ("no effect", "total") not in kinds(ck.examine(rule, KPIS))


def test_no_end_is_told_and_taken_back_by_a_stated_range():
    found = ck.examine(one(curves.Linear()), KPIS)
    assert finding(found, "unbounded", "total").size == math.inf
    assert found.verdicts()["bounded"].tolist() == ["no"]
    stated = ck.examine(one(curves.Linear()), KPIS, within={"revenue": (0, 1.5)})
    assert ("unbounded", "total") not in kinds(stated)
    assert stated.bounds()["high"].tolist() == [150.0, 150.0]


def test_nothing_is_tried_where_any_item_of_a_kpi_is_not_looked_at():
    twice = [ck.Item("revenue"), ck.Item("revenue", curves.Linear(), named="again")]
    rule = card(twice, {"revenue": 50, "again": 50}, None)
    found = ck.examine(rule, KPIS, within={"revenue": (0, 1.2)})
    least, most = found.facts.bounds[0][0][0].met
    assert least >= 0
    assert most <= 120.0001  # although `again` may be read at any attainment
    assert found.bounds()["high"][0] == math.inf
    assert found.verdicts()["bounded"].tolist() == ["not known"]


def test_a_curve_of_ones_own_is_not_known_and_never_called_proved():
    def curve(attainment):
        return 100 * np.asarray(attainment, dtype=float)

    found = ck.examine(one(curve), KPIS)
    assert found.items()["monotone"].tolist() == ["not known"]
    assert found.verdicts()["monotone"].tolist() == ["not known"]
    assert found.verdicts()["bounded"].tolist() == ["not known"]
    assert "proves nothing" in finding(found, "not known", "revenue").words


@frozen
class Strongest:
    weighs = False

    def __call__(self, points, weights):
        return functools.reduce(np.fmax, points)

    def slopes(self, points, weights):
        return None


def test_a_combination_of_ones_own_is_not_known():
    rule = card(ITEMS, {"*": dict.fromkeys(("revenue", "churn", "calls"), 1)}, combine=Strongest())
    found = ck.examine(rule, KPIS)
    assert found.verdicts()["monotone"].tolist() == ["not known"]
    assert found.verdicts()["bounded"].tolist() == ["not known"]
    assert "rule of your own" in finding(found, "not known", "total").words


def test_a_factor_below_zero_turns_the_order_round():
    factor = ck.Item("calls", curves.Linear(2, floor=-1, cap=1), named="factor")
    rule = card(ITEMS[:2], {"*": {"revenue": 50, "churn": 50}}, None,
                then=[adjustments.Multiply(factor)])  # fmt: skip
    found = ck.examine(rule, KPIS)
    assert found.verdicts()["monotone"].tolist() == ["no"]
    assert found.bounds()["low"][0] == -150
    assert found.facts.doubts[0] == ["total: what is multiplied may be below zero"]
    good = ck.Item("calls", curves.Linear(2, floor=0.5, cap=1), named="factor")
    rule = card(ITEMS[:2], {"*": {"revenue": 50, "churn": 50}}, None,
                then=[adjustments.Multiply(good)])  # fmt: skip
    assert ck.examine(rule, KPIS).verdicts()["monotone"].tolist() == ["yes"]


def test_an_addition_that_is_absent_adds_nothing():
    bonus = ck.Item("calls", curves.Linear(10, floor=5, cap=10), named="bonus")
    rule = card(ITEMS[:1], {"revenue": 100}, None, then=[adjustments.Add(bonus)])
    table = ck.examine(rule, KPIS).bounds()
    assert (table["low_reported"][0], table["high_reported"][0]) == (5, 160)
    assert (table["low"][0], table["high"][0]) == (0, 160)


def test_places_in_the_unit_of_the_kpi():
    found = ck.examine(card(), KPIS)
    table = found.in_units("revenue", 200)
    assert table["attainment"].tolist() == [0.8, 1.2]
    assert table["result"].tolist() == [160, 240]
    assert table["points"].tolist() == [50, 150]
    churn = found.in_units("churn", 2.0)
    assert churn["result"].round(9).tolist() == [4.0, 1.6]
    baseline = one(LEVELS, "revenue")
    rule = card([ck.Item("revenue", LEVELS, attainments.Progress("base"))], ALONE, None)
    assert ck.examine(rule, KPIS).in_units("revenue", 10, base=5)["result"].tolist() == [9, 11]
    with pytest.raises(ck.InputError, match="the attainment needs it"):
        ck.examine(rule, KPIS).in_units("revenue", 10)
    assert baseline.items[0].kpi == "revenue"


def test_findings_are_ranked_gravest_first_then_largest():
    wrong = adjustments.Veto(triggers.ResultAtLeast("revenue", 150), at=59)
    found = ck.examine(card(then=[wrong]), KPIS).findings
    order = ["contradiction", "empty promise", "risk", "to know"]
    ranks = [order.index(each.rank) for each in found]
    assert ranks == sorted(ranks)
    jumps = [each.size for each in found if each.kind == "jump"]
    assert jumps == sorted(jumps, reverse=True)


def test_what_does_not_fit_is_refused_all_at_once():
    rule = card([ck.Item("nothing")], {"nothing": 100}, None)
    with pytest.raises(ck.InputError) as told:
        ck.examine(rule, KPIS, within={"x": (0, 1), "nothing": (2, 1)}, step=0)
    assert [fault.column for fault in told.value.faults] == [None, "within", "within", "step"]
    with pytest.raises(ck.InputError, match="ratings without results"):
        ck.examine(card(), KPIS, ratings=object())
    with pytest.raises(ck.InputError, match="not an item"):
        ck.examine(card(), KPIS).profile("total")
    for ask in (ck.Examination.influence, ck.Examination.pushes):
        with pytest.raises(ck.InputError, match="there are no people"):
            ask(ck.examine(card(), KPIS))


def test_an_examination_is_shown_and_kept():
    found = ck.examine(card(), KPIS, within={"calls": (0, 2)}, step=0.02)
    shown = repr(found)
    assert shown.startswith(
        "<Examination of total, 2 posts>\n  seller: monotone yes, continuous no"
    )
    assert "<pre>" in found._repr_html_()
    back = ck.from_json(ck.to_json(found))
    assert back == found
    assert hash(back) == hash(found)
    assert back.table()["words"].tolist() == found.table()["words"].tolist()
    document = ck.to_json(found).replace('"step": 0.02', '"step": 2.0')
    assert document != ck.to_json(found)
    with pytest.raises(ck.InputError, match="above 0, up to 1"):
        ck.from_json(document)


def test_findings_are_written_to_a_file(tmp_path):
    """A dead zone begins nowhere, and a total without an end has no size."""
    open_end = ck.Item("revenue", curves.Linear())
    found = ck.examine(card([open_end, *ITEMS[1:]]), KPIS)
    table = found.table()
    ends = {each.kind: each.where for each in found.findings}
    assert ends["dead zone"][0] == -math.inf
    for name in ("begin", "end", "size"):
        assert not np.isinf(table[name]).any()
    path = tmp_path / "findings.csv"
    ck.write_csv(found, path)
    back = ck.tables.read(path, name="findings")
    assert list(back.texts("words", [])) == table["words"].tolist()


def test_with_people_posts_are_those_that_somebody_has():
    rule = card(weights=ck.Weights({**WEIGHTS}, overrides=[
        ck.Override("a", "calls", 0, "away", "hr"), ck.Override("a", "churn", 40, "away", "hr"),
    ]))  # fmt: skip
    found = ck.examine(rule, results({"a": (90, 100, 80), "d": (None, 90, 120)}))
    assert found.posts == ("seller", "clerk", "seller (a)")
    assert GRADES.labels[0] in found.grades()["grade"].tolist()
