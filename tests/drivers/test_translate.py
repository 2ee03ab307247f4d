import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import Constant, D
from tests.drivers.case import KPIS, SHARES, model, org, refused, results, targets

FLOAT = ck.Kpis([ck.Kpi(name, "1", split=ck.splits.Shared()) for name in "abcd"])


def free(definitions):
    """A tree over drivers that are not rounded and have no unit."""
    return model(definitions, FLOAT)


def test_a_goal_for_profit_becomes_goals_for_its_drivers():
    plan = ck.translate(model(), {"profit": 1_200}, results(), shares=SHARES, to="2027")
    root = math.sqrt(1_947 / 1_800)  # revenue takes 0.7 of 210, half of it each in logarithms
    assert plan.exact["revenue"] == pytest.approx(1_947, rel=1e-15)
    assert plan.exact["customers"] == pytest.approx(150 * root, rel=1e-15)
    assert plan.exact["arpu"] == pytest.approx(12 * root, rel=1e-15)
    assert plan.exact["cost"] == pytest.approx(810 - 0.3 * 210, rel=1e-15)
    assert plan.exact["profit"] == 1_200
    assert plan.exact["churn"] == 4.0  # not below profit
    assert plan.drivers == ("customers", "arpu", "cost")


def test_goals_are_rounded_once_and_the_remainder_is_told():
    plan = ck.translate(model(), {"profit": 1_200}, results(), shares=SHARES, to="2027")
    assert plan.rounded["customers"] == 156
    assert plan.rounded["cost"] == 747
    assert plan.rounded["arpu"] == plan.exact["arpu"]  # shared: not counted in lots
    made = 156 * plan.exact["arpu"] - 747
    assert plan.missed == {"profit": made - 1_200}
    assert "0.06 CNY below the goal" in repr(plan)


def test_the_goals_go_straight_into_cascade():
    plan = ck.translate(model(), {"profit": 1_200}, results(), shares=SHARES, to="2027")
    year = ck.cascade(org(), KPIS, plan.goals)
    assert year.periods.labels == ("2027",)
    assert year.lots_of("customers").tolist() == [[156, 52, 52, 52]]
    made = ck.derive(model(), year).of("profit")[0, 0]
    assert made == plan.rounded["profit"]
    lower = ck.translate(model(), {"kept": 60}, results(), node="b", fixed="churn")
    assert lower.goals["node"].tolist() == ["b", "b"]
    assert lower.goals["period"].tolist() == ["2026", "2026"]
    assert lower.rounded["customers"] == 61  # 60/0.98, to whole customers


def test_the_change_is_drawn_and_tabulated():
    plan = ck.translate(model(), {"profit": 1_200}, results(), shares=SHARES)
    assert repr(plan).splitlines()[1] == "├─ revenue 1,800.00 CNY → 1,946.94 CNY"
    assert plan._repr_html_().startswith("<pre>profit")
    table = plan.table()
    assert table["kpi"].tolist() == ["profit", "revenue", "customers", "arpu", "cost"]
    assert table["unit"].tolist() == ["CNY", "CNY", "customers", "CNY/customers", "CNY"]
    np.testing.assert_array_equal(table["change"], table["rounded"] - table["base"])
    assert table["base"].tolist() == [990, 1_800, 150, 12, 810]


def test_a_share_of_zero_and_a_fixed_name_both_stay():
    goal = {"margin": 60}
    by_share = ck.translate(
        model(), goal, results(),
        shares={"margin": {"profit": 1, "revenue": 0}, "profit": {"cost": 1, "revenue": 0}},
    )  # fmt: skip
    by_name = ck.translate(model(), goal, results(), fixed=["revenue"])
    assert by_share.exact == by_name.exact
    assert by_name.exact["cost"] == pytest.approx(720, rel=1e-14)
    assert by_name.exact["customers"] == 150


def test_the_last_one_that_can_move_takes_all():
    plan = ck.translate(model(), {"kept": 145}, results(), fixed=["customers"])
    assert plan.exact["churn"] == pytest.approx(100 * 5 / 150, rel=1e-13)
    plan = ck.translate(free({"x": D("a") / D("b")}), {"x": -4}, {"a": 2, "b": 1}, fixed="a")
    assert plan.exact["b"] == -0.5  # alone it may change its sign
    plan = ck.translate(free({"x": D("a") * D("b")}), {"x": 0}, {"a": 2, "b": 1}, fixed="a")
    assert plan.exact["b"] == 0


def test_a_goal_below_another_is_kept():
    goals = {"profit": 1_200, "revenue": 2_000}
    plan = ck.translate(model(), goals, results(), shares={**SHARES, "profit": {"cost": 1}})
    assert plan.exact["cost"] == 800
    assert plan.exact["revenue"] == pytest.approx(2_000, rel=1e-15)
    assert plan.missed["revenue"] != 0


def test_a_bracket_has_the_shares_of_the_names_in_it():
    tree = free({"x": D("a") * D("b") - D("c") / (D("d") + 1)})
    now = {"a": 10.0, "b": 20.0, "c": 30.0, "d": 2.0}
    shares = {"a": 0.4, "b": 0.2, "c": 0.1, "d": 0.3}
    new = ck.translate(tree, {"x": 210}, now, shares={"x": shares}).exact
    # x goes from 190 to 210: the product takes 12 of 20, and the quotient goes from 10 to 2.
    assert new["a"] == pytest.approx(10 * 1.06 ** (2 / 3), rel=1e-14)
    assert new["b"] == pytest.approx(20 * 1.06 ** (1 / 3), rel=1e-14)
    assert new["c"] == pytest.approx(30 * 0.2**0.25, rel=1e-13)
    assert new["d"] + 1 == pytest.approx(3 * 0.2**-0.75, rel=1e-13)
    assert new["x"] == pytest.approx(210, rel=1e-15)


def test_negative_factors_keep_their_sign():
    plan = ck.translate(
        free({"x": D("a") * D("b")}), {"x": -8}, {"a": -2, "b": 1},
        shares={"x": {"a": 0.5, "b": 0.5}},
    )  # fmt: skip
    assert plan.exact["a"] == pytest.approx(-4, rel=1e-15)
    assert plan.exact["b"] == pytest.approx(2, rel=1e-15)


def test_what_stays_needs_no_shares():
    plan = ck.translate(model(), {"profit": 990}, results())
    assert plan.exact["cost"] == 810
    assert plan.missed["profit"] == 0


def test_names_asked_from_two_places_must_agree():
    tree = free({"x": D("y") + D("z"), "y": D("a") * 2, "z": D("a") * D("b")})
    now = {"a": 1.0, "b": 3.0}
    shares = {"x": {"y": 0.4, "z": 0.6}, "z": {"a": 0.5, "b": 0.5}}
    (fault,) = refused(ck.translate, tree, {"x": 10}, now, shares=shares)
    assert "a: z asks for 1.414213562 1, y for 2; fix it" in fault
    plan = ck.translate(tree, {"x": 10}, now, shares={"x": {"y": 0, "z": 1}}, fixed="a")
    assert plan.exact["b"] == 8
    agreed = ck.translate(tree, {"y": 4, "z": 6}, now, shares={"z": {"a": 1, "b": 0}})
    assert agreed.exact["a"] == 2


@pytest.mark.parametrize(
    ("goals", "how", "told"),
    [
        ({"profit": 1_200}, {}, "no shares are stated for revenue, cost"),
        ({"customers": 5}, {}, "a driver, which has no formula"),
        ({"proft": 5}, {}, "did you mean 'profit'?"),
        ({"profit": "5"}, {}, "not a number"),
        ({"profit": np.inf}, {}, "not finite"),
        ({}, {}, "no goals"),
        (None, {}, "no goals"),
        ({"profit": 5}, {"shares": {"profit": {"revenue": 0.7, "cost": 0.4}}}, "sum to 1.1"),
        ({"profit": 5}, {"shares": {"profit": {"revenue": 1.2, "cost": -0.2}}}, "not from 0 to 1"),
        ({"profit": 5}, {"shares": {"profit": {"revenue": 1}}}, "no share is stated for cost"),
        ({"profit": 5}, {"shares": {"profit": {"csot": 1}}}, "did you mean 'cost'?"),
        ({"profit": 5}, {"shares": {"proft": {"cost": 1}}}, "did you mean 'profit'?"),
        ({"profit": 5}, {"shares": 3}, "not a mapping"),
        ({"profit": 5}, {"shares": {"profit": 3}}, "not a mapping"),
        ({"profit": 5}, {"fixed": ["revenue", "cost"]}, "nothing is left to move"),
        ({"profit": 5}, {"fixed": ["profit"]}, "it is to stay, and has a goal"),
        ({"profit": 5}, {"fixed": ["profti"]}, "did you mean 'profit'?"),
        ({"profit": 5}, {"fixed": 3}, "not a list of names"),
        ({"profit": 5}, {"shares": SHARES, "fixed": "cost"}, "cost is kept, and has a share"),
        ({"revenue": -5}, {"shares": SHARES}, "change of sign"),
        ({"revenue": 0}, {"shares": SHARES}, "to zero, has no shares in a product"),
        ({"revenue": 5}, {"shares": SHARES, "node": "c"}, "absent in the base: arpu"),
        ({"revenue": 5}, {"shares": SHARES, "node": "x"}, "'x'"),
        ({"revenue": 5}, {"shares": SHARES, "period": "2025"}, "no such period"),
        ({"revenue": 5}, {"shares": SHARES, "to": ""}, "no label"),
    ],
)  # fmt: skip
def test_goals_that_cannot_be_taken_down_are_refused(goals, how, told):
    faults = refused(ck.translate, model(), goals, results(), **how)
    assert told in faults[0]


def test_products_from_zero_have_no_shares():
    tree = free({"x": D("a") * D("b"), "y": D("a") * D("a")})
    half = {"x": {"a": 0.5, "b": 0.5}}
    (fault,) = refused(ck.translate, tree, {"x": 5}, {"a": 0, "b": 1}, shares=half)
    assert "a × b is zero before" in fault
    (fault,) = refused(ck.translate, tree, {"x": 5}, {"a": 0, "b": 1}, fixed="a")
    assert "what is kept is zero in a × b" in fault
    (fault,) = refused(ck.translate, tree, {"y": 4}, {"a": 1})
    assert "a stands in 2 places of its formula" in fault
    (fault,) = refused(ck.translate, tree, {"x": 5}, {"a": 1e-300, "b": 1e-300}, shares=half)
    assert "a × b is zero before" in fault
    big = free({"x": D("a") * 1e-300})
    (fault,) = refused(ck.translate, big, {"x": 1e300}, {"a": 1})
    assert "too large for a float" in fault


def test_the_base_must_be_of_the_tree():
    half = {"revenue": {"customers": 0.5, "arpu": 0.5}}
    plain = {"customers": 10, "arpu": 2}
    plan = ck.translate(model(), {"revenue": 24.2}, plain, shares=half)
    assert plan.exact["arpu"] == pytest.approx(2.2)
    (fault,) = refused(lambda: plan.goals)
    assert "plain numbers are of no node" in fault
    faults = refused(
        ck.translate, model(), {"revenue": 5}, plain, shares=half, node="hq", to="2027"
    )
    assert len(faults) == 2
    (fault,) = refused(ck.translate, model(), {"revenue": 5}, {"custmers": 3}, shares=half)
    assert "did you mean 'customers'?" in fault
    (fault,) = refused(ck.translate, model(), {"revenue": 5}, 3, shares=half)
    assert "no base" in fault
    (fault,) = refused(ck.translate, 3, {"revenue": 5}, plain)
    assert "a DriverTree is wanted" in fault
    other = ck.derive(model({"x": D("cost") * 2}), results())
    (fault,) = refused(ck.translate, model(), {"revenue": 5}, other, shares=half)
    assert "of another driver tree" in fault
    derived = ck.translate(model(), {"revenue": 2_000}, ck.derive(model(), targets()), shares=half)
    assert derived.base["revenue"] == 3_000
    two = ck.OrgTree.from_table({"id": ["p", "q"], "parent": ["", ""]}, roots="many")
    both = ck.Targets.from_columns(two, KPIS, {"customers": [1, 2], "arpu": [1, 2]}, periods="2026")
    (fault,) = refused(ck.translate, model(), {"revenue": 5}, both, shares=half)
    assert "there are 2 roots" in fault
    assert ck.translate(model(), {"revenue": 16}, both, shares=half, node="q").exact["arpu"] == 4


def test_per_cents_are_taken_down_as_hundredths():
    plan = ck.translate(model(), {"kept": 145.5}, results(), fixed="customers")
    assert plan.exact["churn"] == pytest.approx(3.0, rel=1e-13)
    tree = model({"x": Constant(2, "%") * D("cost")})
    assert ck.translate(tree, {"x": 3}, {"cost": 100}).exact["cost"] == pytest.approx(150)


def test_a_formula_of_ten_thousand_operators_is_taken_down():
    formula = D("a")
    for i in range(10_000):
        formula = (formula + 1) * 1.0 if i % 2 else (formula - 1) * 1.0
    plan = ck.translate(free({"x": formula}), {"x": 7}, {"a": 5})
    assert plan.exact["a"] == 7


def test_the_largest_share_takes_what_the_others_leave():
    now = {"a": 0.1, "b": 0.2, "c": 0.7}
    tree = free({"x": D("a") + D("b") + D("c")})
    change = 3.3 - (0.1 + 0.2 + 0.7)
    new = ck.translate(tree, {"x": 3.3}, now, shares={"x": {"a": 0.1, "b": 0.6, "c": 0.3}}).exact
    assert new["a"] == 0.1 + 0.1 * change
    assert new["c"] == 0.7 + 0.3 * change
    assert new["b"] == 3.3 - new["a"] - new["c"]
    third = ck.translate(tree, {"x": 3.3}, now, shares={"x": dict.fromkeys("abc", 1 / 3)}).exact
    assert third["a"] == 3.3 - third["b"] - third["c"]  # of equal shares the first


def test_within_a_bracket_shares_are_in_proportion():
    shares = {"a": 0.1, "b": 0.5, "c": 0.4}
    tree = free({"x": (D("a") + D("b")) * D("c")})
    new = ck.translate(tree, {"x": 32}, {"a": 1, "b": 3, "c": 4}, shares={"x": shares}).exact
    bracket = 4 * 2**0.6
    assert new["a"] == pytest.approx(1 + (bracket - 4) / 6, rel=1e-14)
    assert new["b"] == pytest.approx(3 + (bracket - 4) * 5 / 6, rel=1e-14)
    assert new["c"] == pytest.approx(4 * 2**0.4, rel=1e-14)


def test_what_is_fixed_stays_with_all_below_it():
    plan = ck.translate(model(), {"kept": 145}, results(), fixed=["revenue"])
    assert plan.exact["customers"] == 150
    assert plan.exact["churn"] == pytest.approx(100 * 5 / 150, rel=1e-13)


@pytest.mark.parametrize(("goal", "whole"), [(5, 2), (7, 4), (313.2, 157), (-5, -2), (-5.2, -3)])
def test_goals_are_rounded_half_to_even(goal, whole):
    plan = ck.translate(model({"x": D("customers") * 2}), {"x": goal}, {"customers": 10})
    assert plan.rounded["customers"] == whole
    assert plan.missed["x"] == 2 * whole - goal
    pennies = model({"x": D("tips") * 1}, [ck.Kpi("tips", "CNY", lot="0.1")])
    assert ck.translate(pennies, {"x": 0.34}, {"tips": 1}).rounded["tips"] == 0.3


def test_goals_need_a_base_for_every_driver_below():
    (fault,) = refused(ck.translate, model(), {"profit": 5}, {"customers": 1, "arpu": 2})
    assert "absent in the base: cost" in fault
    assert math.isnan(
        ck.translate(model(), {"kept": 5}, {"customers": 10, "churn": 50}).base["cost"]
    )


def test_what_is_not_counted_in_lots_takes_up_the_rest():
    step = ck.translate(model(), {"profit": 1_200}, results(), shares=SHARES, to="2027")
    met = ck.translate(model(), {"profit": 1_200}, step, fixed=["customers", "cost"])
    assert met.missed["profit"] == pytest.approx(0, abs=1e-12)
    assert met.rounded["customers"] == 156
    assert met.goals["period"].tolist() == ["2027"] * 3
    (fault,) = refused(ck.translate, model(), {"profit": 1_200}, step, node="a", fixed="cost")
    assert "no nodes or periods" in fault
    (fault,) = refused(ck.translate, model({"x": D("cost") * 2}), {"x": 1}, step)
    assert "of another driver tree" in fault


def test_all_that_is_wrong_with_a_translation_is_told_at_once():
    faults = refused(
        ck.translate,
        model(),
        {"profit": "9", "churn": 8},
        {"customers": "a"},
        shares={"profit": {"revenue": 0.4, "cost": 0.4}},
        fixed=["csot", "margn"],
    )
    for told in (
        "goals, profit = '9': not a number",
        "goals = 'churn': a driver, which has no formula",
        "base, customers = 'a': not a number",
        "its shares sum to 0.8",
        "did you mean 'cost'?",
        "did you mean 'margin'?",
    ):
        assert sum(told in fault for fault in faults) == 1, told
    assert len(faults) == 6
