"""What every node can have: conflicts that are named as they are, and numbers at the edges."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import methods, splits
from tests.helpers import entries, refused

EQUAL = splits.Equal()


def tree(*rows, **columns):
    table = {name: [row[i] for row in rows] for i, name in enumerate(("id", "parent", "kind"))}
    return ck.OrgTree.from_table({**table, **columns}, kind="kind")


FAMILY = tree(
    ("co", "", "co"), ("R", "co", "reg"), ("S", "co", "reg"),
    ("a", "R", "p"), ("b", "R", "p"), ("c", "S", "p"), ("d", "S", "p"),
)  # fmt: skip
WIDE = tree(("co", "", "co"), ("R", "co", "reg"), *[(x, "R", "p") for x in "abcd"])


def targets(org, split, goals, **options):
    kpi = ck.Kpi("k", "u", split=split, lot=1, decimals=0, **options)
    goals = {"co": goals} if isinstance(goals, int) else goals
    table = entries(*[(node, "k", value) for node, value in goals.items()])
    return ck.cascade(org, [kpi], table, periods="p")


def told(*args, **options):
    return [fault.reason.removeprefix("k in p: ") for fault in refused(targets, *args, **options)]


def test_a_sum_that_no_target_gives_with_its_margin_is_told():
    split = splits.Over(EQUAL, {"reg": "1"})
    assert told(FAMILY, split, {"co": 100, "a": 5, "b": 6}) == [
        "its children take 11 u together, which with 100 % over it no target gives"
    ]


def test_a_conflict_under_a_margin_is_counted_with_it():
    split = splits.Over(EQUAL, {"reg": "0.1"})
    (reason,) = told(WIDE, split, {"R": 100, "a": 60, "b": 45, "c": 10})
    assert reason == (
        "its goal is 100 u, 110 u with what is over, the goals of 'a', 'b', 'c' sum to 115 u: "
        "over by 5 u"
    )
    split = splits.Over(splits.Within(EQUAL, cap=25), {"reg": "0.1"})
    (reason,) = told(WIDE, split, {"R": 100})
    assert reason.endswith(
        "110 u with what is over, the caps of 'a', 'b', 'c', 'd' sum to 100 u: short by 10 u"
    )


def test_below_a_negative_goal_floors_and_caps_change_places():
    (fault,) = refused(targets, FAMILY, splits.Within(EQUAL, floor=-10), -100)
    assert "the floors of 'a', 'b', 'c', 'd' sum to −40 u: over by 60 u" in fault.reason
    assert fault.repair.startswith("lower")
    (fault,) = refused(targets, FAMILY, splits.Within(EQUAL, cap=-40), -100)
    assert "the caps of 'a', 'b', 'c' sum to −120 u: short by 20 u" in fault.reason
    assert fault.repair.startswith("raise")
    split = splits.Within(EQUAL, floor=-10)
    assert told(FAMILY, split, {"co": -30, "a": -15}) == [
        "its goal −15 u is below its floor −10 u, by 5 u"
    ]
    split = splits.Within(EQUAL, cap=-10)
    assert told(FAMILY, split, {"co": -90, "a": -5}) == [
        "its goal −5 u is above its cap −10 u, by 5 u"
    ]
    reasons = told(FAMILY, splits.Within(EQUAL, floor=80), -100)
    assert reasons[0] == "'a', 'b', 'c', 'd' are each to have at least 80 u, and at most 0 u"


def test_goals_that_go_the_other_way_are_named_too():
    split = splits.Within(EQUAL, cap=10)
    assert told(FAMILY, split, {"co": 10, "a": -30}) == [
        "the goals and caps of 'a', 'b' sum to −20 u, and the goal above it goes the other way"
    ]
    (reason,) = told(WIDE, EQUAL, {"R": 100, "a": 80, "b": 60, "c": -30})
    assert reason == "its goal is 100 u, the goals of 'a', 'b', 'c' sum to 110 u: over by 10 u"
    (reason,) = told(FAMILY, EQUAL, {"co": 0, "a": -30, "b": 10, "S": 40})
    assert reason == "its goal is 0 u, the goals of 'R', 'S' sum to 20 u: over by 20 u"


def test_what_is_no_whole_lot_brings_no_follow_ups():
    split = splits.Within(EQUAL, floor=3)
    assert len(refused(targets, FAMILY, split, {"co": 100.5})) == 1


def test_more_than_can_be_divided_exactly_is_refused():
    chain = tree(*[(f"n{i:02}", f"n{i - 1:02}" if i else "", "u") for i in range(14)])
    kpi = ck.Kpi("k", "u", split=splits.Over(EQUAL, {"u": 1}), lot=1, decimals=0)
    (fault,) = refused(ck.cascade, chain, [kpi], {"k": 2**50}, periods="p")
    assert "divide 2^51 lots or more" in fault.reason
    many = 8192
    wide = ck.OrgTree.from_table({"id": list(range(many + 1)), "parent": [*[many] * many, None]})
    goals = {
        "node": list(range(many)), "kpi": ["k"] * many, "value": [2.0**51 - 1] * many,
    }  # fmt: skip
    (fault,) = refused(ck.cascade, wide, [ck.Kpi("k", "u", lot=1)], goals, periods="p")
    assert "sum to 2^51 lots" in fault.reason


def test_limits_of_large_counts_are_kept_to_the_lot():
    org = tree(
        ("co", "", "co"), ("a", "co", "p"), ("b", "co", "p"),
        m=[None, 2_000_000_000.6, None], f=[None, 1_000_000_000.4, None],
    )  # fmt: skip
    capped = targets(org, splits.Within(EQUAL, cap="m"), 6_000_000_000)
    assert capped.of("k")[0, 1] == 2_000_000_000
    floored = targets(org, splits.Within(EQUAL, floor="f"), 1_000_000_001)
    assert floored.of("k")[0, 1] == 1_000_000_001


def test_a_share_at_the_threshold_counts():
    org = tree(("co", "", "co"), ("a", "co", "p"), ("b", "co", "p"), d=[None, 7, 93])
    found = targets(org, splits.Threshold(splits.ProRata("d"), 0.07), 100)
    assert found.of("k").tolist() == [[100, 7, 93]]


def test_a_method_of_ones_own_that_extends_the_usual_one_is_used():
    class First(methods.LargestRemainder):
        def __call__(self, lots, claims, low, high):
            share = np.zeros(claims.shape, dtype=np.int64)
            share[0] = lots
            return share

    assert targets(FAMILY, EQUAL, 9, method=First()).of("k")[0].tolist() == [9, 9, 9, 0, 0, 0, 0]


@pytest.mark.parametrize("wrap", [lambda s: splits.Blend([(1, s), (1, EQUAL)]),
                                  lambda s: splits.Threshold(s, 0.3)])  # fmt: skip
def test_claims_inside_of_other_splits_are_looked_at(wrap):
    class Negative:
        divides = True

        def __call__(self, org):
            return np.full(len(org), -1.0)

    assert "zero or more" in told(FAMILY, wrap(Negative()), 9)[0]


def test_only_proportions_of_a_blend_matter():
    for weight in (5e-324, 1e308):
        blend = splits.Blend([(weight, EQUAL), (weight, splits.ProRata("d"))])
        org = tree(("co", "", "co"), ("a", "co", "p"), ("b", "co", "p"), d=[None, 1, 0])
        assert targets(org, blend, 100).of("k").tolist() == [[100, 75, 25]]


def test_odd_margins_and_limits_are_refused():
    for odd in (float("nan"), "nan", "sNaN", "inf", -0.1):
        assert refused(splits.Over, EQUAL, {"reg": odd})
    one, other = (
        splits.Over(EQUAL, {"a": 0.1, "b": "0.20"}),
        splits.Over(EQUAL, {"b": 0.2, "a": "0.1"}),
    )
    assert one == other
    assert hash(one) == hash(other)

    class Odd:
        divides = True

        def __init__(self, answer):
            self.answer = answer

        def __call__(self, org):
            return np.ones(len(org))

        def limits(self, org):
            return self.answer

    for answer in (None, 5, (np.ones(7),), (np.ones(7),) * 3):
        assert "floors and caps" in told(FAMILY, Odd(answer), 9)[0]


def test_what_a_shop_did_not_report_leaves_its_part_of_what_is_over():
    org = tree(
        ("co", "", "co"), ("s1", "co", "shop"), ("s2", "co", "shop"),
        ("p1", "s1", "p"), ("p2", "s2", "p"),
    )  # fmt: skip
    found = targets(org, splits.Over(EQUAL, {"co": 0.1}), 100, at="shop")
    results = ck.measure(found, entries(("s1", "k", 50.0)))
    assert results.counted_target("k")[0, 0] == pytest.approx(50.0)  # 100 − 55 ÷ 1.1
    card = ck.Scorecard([ck.Item("k")], {kind: {"k": 100} for kind in ("co", "shop")})
    why = ck.explain(ck.gaps(ck.score(results, card)), "co", kpi="k")
    assert why.value == why.evaluate() == pytest.approx(0.0, abs=1e-12)
    (fault,) = refused(results.what_if, "p1", "k", 7.0)
    assert "does not reach" in fault.reason


def test_a_year_whose_target_and_result_never_meet_has_no_gap():
    kpi = ck.Kpi("k", "u", lot=1)
    org = ck.OrgTree.from_table({"id": ["a"], "parent": [""]})
    goals = {"node": ["a"], "kpi": ["k"], "period": ["Q2"], "value": [10]}
    found = ck.cascade(org, [kpi], goals, periods=["Q1", "Q2"])
    results = ck.measure(found, {**goals, "period": ["Q1"], "value": [7]})
    year = ck.over_periods(results, "Y")
    assert year.of("k").tolist() == [[7.0]]
    assert np.isnan(year.targets.of("k")).all()
    assert np.isnan(ck.explain(year, "a", "k", quantity="target").evaluate())


def test_limits_between_two_lots_are_told_as_that():
    kpi = ck.Kpi("k", "u", split=splits.Within(EQUAL, floor=2.5, cap=2.5), lot=1, decimals=0)
    (fault,) = refused(ck.cascade, FAMILY, [kpi], {"k": 10}, periods="p")
    assert fault.reason.endswith(
        "at least 3 u, and at most 2 u: between its limits lies no whole lot of 1 u"
    )
    (fault,) = refused(ck.cascade, FAMILY, [kpi], {"k": -10}, periods="p")
    assert "no whole lot" not in fault.reason


def test_a_floor_above_a_cap_is_told_once_for_all_who_share_it():
    kpi = ck.Kpi("k", "u", split=splits.Within(EQUAL, floor=8, cap=5), lot=1, decimals=0)
    columns = ("node", "kpi", "value", "period")
    goals = entries(("co", "k", 30, "H1"), ("co", "k", 40, "H2"), columns=columns)
    (fault,) = refused(ck.cascade, FAMILY, [kpi], goals)
    assert fault.reason == (
        "k in H1: 'a', 'b', 'c', 'd' are each to have at least 8 u, and at most 5 u"
    )
    assert fault.repair == "lower the floor, or raise the cap"
    limited = tree(
        ("co", "", "co"), ("a", "co", "p"), ("b", "co", "p"), ("c", "co", "p"),
        low=[None, 8, 9, 1], high=[None, 5, 6, 9],
    )  # fmt: skip
    kpi = ck.Kpi("k", "u", split=splits.Within(EQUAL, floor="low", cap="high"), lot=1, decimals=0)
    faults = refused(ck.cascade, limited, [kpi], {"k": 30}, periods="p")
    assert [fault.value for fault in faults] == ["a", "b"]
    assert faults[0].reason == "k in p: it is to have at least 8 u, and at most 5 u"


def test_below_a_unit_that_hands_down_more_the_floors_are_named():
    split = splits.Over(splits.Within(EQUAL, floor=50), {"reg": "0.1"})
    (reason,) = told(WIDE, split, 180)
    # four floors of 50: 182 and a tenth are 200
    assert reason == (
        "its goal is 180 u, the floors of 'R' sum to 182 u "
        "(that of 'R', with 10 % over, by the floors of 'a', 'b', 'c', 'd'): over by 2 u"
    )
    assert targets(WIDE, split, 182).of("k")[0, 2:].tolist() == [50, 50, 50, 50]
    split = splits.Over(splits.Within(EQUAL, cap=50), {"reg": "0.1"})
    (reason,) = told(WIDE, split, 200)
    assert reason.endswith(
        "(that of 'R', with 10 % over, by the caps of 'a', 'b', 'c', 'd'): short by 18 u"
    )


def test_caps_of_zero_everywhere_are_named():
    (reason,) = told(WIDE, splits.Within(splits.Equal(), cap=splits.Amount(0, at="p")), 10)
    assert reason == "its goal is 10 u, the caps of 'a', 'b', 'c', 'd' sum to 0 u: short by 10 u"
