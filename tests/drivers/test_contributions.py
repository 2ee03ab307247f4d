import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import D
from tests.drivers.case import KPIS, model, org, refused, results, targets

PURE = ck.Kpis([ck.Kpi(name, "1", split=ck.splits.Shared()) for name in "abcdefghijklmnop"])


def states(definitions, *values, periods="2026"):
    """A tree's values at one node, once for each mapping of drivers."""
    tree = model(definitions, PURE)
    one = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    columns = [{name: np.array([float(x)]) for name, x in each.items()} for each in values]
    return [
        ck.derive(tree, ck.Targets.from_columns(one, PURE, each, periods=periods))
        for each in columns
    ]


def parts(split):
    return {name: float(part[0, 0]) for name, part in split.parts.items()}


def test_a_gap_is_split_over_the_drivers_at_every_node():
    plan, result = ck.derive(model(), targets()), ck.derive(model(), results())
    split = ck.contributions(plan, result, "profit")
    assert list(split.parts) == ["customers", "arpu", "cost"]
    # Kitagawa: mean of the one times change of the other.
    np.testing.assert_array_equal(split.of("customers"), [[-150 * 11, 0, -50 * 13, np.nan]])
    np.testing.assert_array_equal(split.of("arpu"), [[2 * 225, 0, 6 * 75, np.nan]])
    np.testing.assert_array_equal(split.of("cost"), [[90, -400, 200, np.nan]])
    np.testing.assert_array_equal(split.change, result.of("profit") - plan.of("profit"))
    made = split.by_driver("hq")
    assert made.keys == ("customers", "cost", "arpu")
    assert made.whole == -1_110
    assert made.title == "change of profit, hq, 2026"
    assert len(split.by_driver("c")) == 0
    (fault,) = refused(split.of, "cots")
    assert "did you mean 'cost'?" in fault


def test_a_name_can_be_taken_as_a_whole():
    plan, result = ck.derive(model(), targets()), ck.derive(model(), results())
    split = ck.contributions(plan, result, "margin", over=["profit", "revenue"])
    np.testing.assert_allclose(sum(split.parts.values()), split.change, rtol=1e-13)
    assert list(split.parts) == ["profit", "revenue"]
    assert split.by_driver("hq").unit == "pp"
    half = ck.contributions(plan, result, "margin", over="revenue")
    assert list(half.parts) == ["revenue", "cost"]
    np.testing.assert_allclose(sum(half.parts.values()), half.change, rtol=1e-13)


def test_lower_is_better_turns_the_ranking():
    kpis = ck.Kpis([*KPIS, ck.Kpi("spent", "CNY", better="lower")])
    tree = model({"spent": D("cost") * 2 + D("customers") * D("arpu")}, kpis)
    plan, result = ck.derive(tree, targets()), ck.derive(tree, results())
    assert ck.contributions(plan, result, "spent").by_driver("a").keys[0] == "cost"
    assert ck.contributions(plan, result, "spent").by_driver("hq").keys == (
        "arpu", "cost", "customers",
    )  # fmt: skip


def test_two_periods_are_compared():
    tree = model({"x": D("a") * D("b")}, PURE)
    one = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    columns = {"a": [[2.0], [3.0]], "b": [[10.0], [20.0]]}
    made = ck.derive(tree, ck.Targets.from_columns(one, PURE, columns, periods=["2025", "2026"]))
    split = ck.contributions(made, made, "x", periods=("2025", "2026"))
    assert split.periods.labels == ("2025 → 2026",)
    assert parts(split) == {"a": 15.0, "b": 25.0}
    assert split.table()["period"].tolist() == ["2025 → 2026"] * 2
    assert split.table()["part"].tolist() == [15.0, 25.0]
    assert split.table()["change"].tolist() == [40.0, 40.0]
    still = ck.contributions(made, made, "x")
    assert still.periods.labels == ("2025", "2026")
    assert not still.change.any()


def test_three_factors_are_shapley():
    before, after = states(
        {"x": D("a") * D("b") / D("c")}, {"a": 2, "b": 3, "c": 4}, {"a": 5, "b": 4, "c": 2}
    )
    split = ck.contributions(before, after, "x")
    orders = dict.fromkeys("abc", 0.0)
    for order in ["abc", "acb", "bac", "bca", "cab", "cba"]:
        now = {"a": 2, "b": 3, "c": 4}
        for name in order:
            old = now["a"] * now["b"] / now["c"]
            now[name] = {"a": 5, "b": 4, "c": 2}[name]
            orders[name] += (now["a"] * now["b"] / now["c"] - old) / 6
    assert parts(split) == pytest.approx(orders, rel=1e-14)
    assert sum(parts(split).values()) == pytest.approx(8.5, rel=1e-15)


def test_long_sums_are_split_term_by_term():
    names = PURE.names
    total = sum((D(name) * D("a") for name in names[1:]), D("a") * 2)
    before, after = states(
        {"x": (total / 4 - D("y")) * 3, "y": -D("p")},
        {name: i + 1 for i, name in enumerate(names)},
        {name: 2 * i + 3 for i, name in enumerate(names)},
    )
    split = ck.contributions(before, after, "x")
    assert sum(parts(split).values()) == pytest.approx(float(split.change[0, 0]), rel=1e-14)
    assert parts(split)["b"] == pytest.approx(0.75 * (5 - 2) * (1 + 3) / 2)


def test_too_many_drivers_of_one_product_are_refused():
    product = D("a")
    for name in PURE.names[1:13]:
        product = product * D(name)
    ones = dict.fromkeys(PURE.names, 1)
    before, after = states({"x": product, "y": D("x") * D("p")}, ones, ones)
    (fault,) = refused(ck.contributions, before, after, "x")
    assert "13 drivers in one term, a × b" in fault
    assert "over=" in fault
    assert parts(ck.contributions(before, after, "y", over=["x"])) == {"x": 0.0, "p": 0.0}


def test_what_cannot_be_compared_is_refused():
    plan, result = ck.derive(model(), targets()), ck.derive(model(), results())
    (fault,) = refused(ck.contributions, plan, result, "cost")
    assert "a driver, which has no formula" in fault
    (fault,) = refused(ck.contributions, plan, result, "profit", over=["churn"])
    assert "not below profit" in fault
    (fault,) = refused(ck.contributions, plan, result, "profit", over=["revenue", "arpu"])
    assert "below another that is named" in fault
    (fault,) = refused(ck.contributions, plan, result, "profit", over=3)
    assert "not a list of names" in fault
    other = ck.derive(model({"profit": D("cost") * 2}), results())
    (fault,) = refused(ck.contributions, other, result, "profit")
    assert "of another driver tree" in fault
    assert len(refused(ck.contributions, 3, None, "profit")) == 2
    (fault,) = refused(ck.contributions, plan, result, "profit", periods="2026")
    assert "not two periods" in fault
    (fault,) = refused(ck.contributions, plan, result, "profit", periods=("2026", "2027"))
    assert "no such period" in fault
    one, two = states({"x": D("a") * 2}, {"a": 1}, {"a": 2})
    (three,) = states({"x": D("a") * 2}, {"a": 1}, periods="2027")
    (fault,) = refused(ck.contributions, one, three, "x")
    assert "the periods differ" in fault
    elsewhere = ck.Targets.from_columns(org(), PURE, {"a": np.ones(4)}, periods="2026")
    (fault,) = refused(ck.contributions, two, ck.derive(two.model, elsewhere), "x")
    assert "of another organisation" in fault
    huge, small = states({"x": D("a") * D("b")}, {"a": 1e308, "b": -1}, {"a": 1e308, "b": 1})
    (fault,) = refused(ck.contributions, huge, small, "x")
    assert "the change of x in 2026 is too large" in fault


def test_a_definition_that_is_used_twice_counts_twice():
    formulas = {"x": D("y") - D("z"), "y": D("w") * 2, "z": -3 * D("w"), "w": D("a") * D("b")}
    before, after = states(formulas, {"a": 2, "b": 10}, {"a": 3, "b": 20})
    assert parts(ck.contributions(before, after, "x")) == {"a": 75.0, "b": 125.0}
