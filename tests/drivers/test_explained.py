"""Parts of changes and goals of drivers, asked why."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import D
from tests.drivers.case import KPIS, SHARES, model, refused, results, targets
from tests.properties.test_explanations import bits, same_bits

DRIVEN = ck.Kpis([attrs.evolve(KPIS["customers"], split=ck.splits.ProRata("w")), KPIS["arpu"]])


def lines(why, depth=None):
    same_bits(why)
    return why.text(depth).split("\n")


@pytest.fixture(scope="module")
def sides():
    return ck.derive(model(), targets()), ck.derive(model(), results())


@pytest.mark.parametrize("over", [(), ("revenue",), ("profit",)])
@pytest.mark.parametrize("name", ["profit", "margin", "kept", "revenue"])
def test_every_part_of_a_change_is_made_again(sides, name, over):
    over = [each for each in over if each in model().below(name)]
    made = ck.contributions(*sides, name, over=over)
    for node in made.org.ids:
        for driver, array in [(None, made.change), *made.parts.items()]:
            why = ck.explain(made, node, driver)
            assert bits(why.value) == bits(array[0, made.org.row(node)])
            same_bits(why)


def test_a_part_names_the_states_that_it_is_a_mean_of(sides):
    made = ck.contributions(*sides, "profit")
    told = lines(ck.explain(made, "hq", "arpu"))
    assert "what arpu brings to profit, hq, 2026 = 450 CNY" in told[0]
    assert "mean over both orders in which 2 drivers can change" in told[0]
    for state, value in (
        ("all before", "3,000"),
        ("customers after", "1,500"),
        ("arpu after", "3,600"),
        ("all after", "1,800"),
    ):
        (line,) = [each for each in told if f"customers × arpu with {state}" in each]
        assert f"= {value} CNY" in line
    assert any("actuals row 3, numerator" in line for line in told)
    assert any("goals row 0, value" in line for line in told)


def test_a_part_of_a_sum_is_its_own_change(sides):
    first, *rest = lines(ck.explain(ck.contributions(*sides, "profit"), "hq", "cost"), depth=1)
    assert first.endswith("= 90 CNY  ← after − before, times -1")
    assert [line.split(":")[0].strip() for line in rest] == ["before", "after"]


def test_a_driver_in_two_terms_has_a_part_in_each(sides):
    tree = model(
        {"x": D("customers") * D("arpu") - D("customers") * D("cost") * D("churn")},
        kpis=[attrs.evolve(kpi, unit="1") for kpi in KPIS if kpi.name != "churn"]
        + [attrs.evolve(KPIS["churn"], unit="1")],
    )
    stage = ck.cascade(
        org(1), tree.kpis, dict.fromkeys(["customers", "arpu", "cost", "churn"], 6), periods="p"
    )
    more = ck.cascade(
        org(1), tree.kpis, dict.fromkeys(["customers", "arpu", "cost", "churn"], 8), periods="p"
    )
    made = ck.contributions(ck.derive(tree, stage), ck.derive(tree, more), "x")
    first, *rest = lines(ck.explain(made, "hq", "customers"), depth=1)
    assert "sum over the terms that it stands in" in first
    assert len(rest) == 2
    assert any("the 6 orders in which 3 drivers can change" in line for line in rest)
    assert np.isclose(sum(part[0, 0] for part in made.parts.values()), made.change[0, 0])


def test_the_two_sides_of_a_change_are_told_apart():
    tree = model({"x": D("y") / D("arpu"), "y": D("customers") * D("arpu")}, DRIVEN)
    goals = ({"customers": 90, "arpu": 5}, {"customers": 120, "arpu": 6})
    sides = [ck.derive(tree, ck.cascade(org(3), DRIVEN, goal, periods="p")) for goal in goals]
    made = ck.contributions(*sides, "x", over=["y"])
    for node in ("a", "b"):
        for driver in (None, "y", "arpu"):
            why = ck.explain(made, node, driver)
            same_bits(why)


def test_two_periods_of_one_year_are_compared():
    goals = {
        "node": ["hq"] * 4,
        "kpi": ["customers", "arpu"] * 2,
        "period": ["Q1", "Q1", "Q2", "Q2"],
        "value": [100, 5, 120, 6],
    }
    made = ck.derive(model(), ck.cascade(org(1), KPIS, goals))
    split = ck.contributions(made, made, "revenue", periods=("Q1", "Q2"))
    assert split.periods.labels == ("Q1 → Q2",)
    assert split.at(0) == (0, 1)
    told = lines(ck.explain(split, "hq", "arpu"))
    assert any("before: target of arpu, hq, Q1" in line for line in told)
    assert any("after: target of arpu, hq, Q2" in line for line in told)


def test_what_is_asked_of_a_part_is_a_driver_of_it(sides):
    made = ck.contributions(*sides, "profit")
    (fault,) = refused(ck.explain, made, "hq", "churn")
    assert "no part here" in fault
    assert ck.explain(made, "hq", "profit").value == made.change[0, 0]


def translations():
    first = ck.translate(model(), {"profit": 2_000}, results(), shares=SHARES, to="2027")
    derived = ck.derive(model(), results())
    both = {"profit": 2_000, "revenue": 2_500}
    part = {"profit": {"cost": 1}, "revenue": {"customers": 1, "arpu": 0}}
    halves = {"kept": {"customers": 0.5, "churn": 0.5}}
    return {
        "results": first,
        "what was rounded": ck.translate(
            model(), {"profit": 2_000}, first, fixed=["customers", "cost"]
        ),
        "derived": ck.translate(model(), {"margin": 60}, derived, fixed=["revenue"]),
        "targets": ck.translate(model(), both, targets(), shares=part),
        "numbers": ck.translate(
            model(), {"kept": 99}, {"customers": 100, "churn": 5}, shares=halves
        ),
        "nothing to do": ck.translate(model(), {"profit": 990}, results(), shares=SHARES),
    }


@pytest.mark.parametrize("case", translations())
def test_every_number_of_a_translation_is_made_again(case):
    made = translations()[case]
    for name in (*made.model.definitions, *made.model.drivers):
        for quantity in ("base", "exact", "rounded", *(["missed"] if name in made.stated else [])):
            why = ck.explain(made, kpi=name, quantity=quantity)
            assert bits(why.value) == bits(getattr(made, quantity)[name])
            same_bits(why)


def test_a_goal_of_a_driver_comes_from_the_goal_the_shares_and_what_stood_before():
    told = lines(ck.explain(translations()["results"], kpi="customers"))
    for part in (
        "customers, hq, 2027, rounded = 177 customers  ← rounded half to even to lots of 1",
        "0.5 of the growth of customers × arpu",
        "revenue, hq, 2027, asked = 2,507 CNY  ← 0.7 of the change of revenue − cost",
        "goal of profit, hq, 2027, stated = 2,000 CNY  ← goals, profit",
        "revenue, hq, 2026, before = 1,800 CNY",
        "actuals row 0, value",
    ):
        assert any(part in line for line in told), part


def test_what_is_kept_is_told():
    made = translations()
    told = lines(ck.explain(made["derived"], kpi="cost"))
    assert any("what revenue − cost then takes of it: all else is kept" in line for line in told)
    (first, *_) = lines(ck.explain(made["targets"], kpi="arpu"))
    assert "its share of the change of revenue is 0" in first
    (first, *_) = lines(ck.explain(made["nothing to do"], kpi="arpu"))
    assert "revenue is at its goal already" in first
    (first, *_) = lines(ck.explain(made["numbers"], kpi="churn", quantity="base"))
    assert first == "churn, before = 5 %  ← base, churn"


def test_what_was_rounded_before_is_explained_as_it_was_then():
    told = lines(ck.explain(translations()["what was rounded"], kpi="arpu"))
    assert any("base: customers, hq, 2027, rounded = 177 customers" in line for line in told)
    assert any("0.7 of the change of revenue − cost" in line for line in told)


def test_a_deep_tree_is_explained_without_recursion():
    chain = {f"x{i}": D(f"x{i + 1}") + D("cost") for i in range(2_000)}
    shares = {f"x{i}": {f"x{i + 1}": 1, "cost": 0} for i in range(2_000)}
    tree = model({**chain, "x2000": D("customers") * D("arpu")})
    base = {"cost": 1, "customers": 10, "arpu": 10}
    made = ck.translate(
        tree, {"x0": 2_300}, base, shares={**shares, "x2000": {"customers": 1, "arpu": 0}}
    )
    why = ck.explain(made, kpi="customers", quantity="exact")
    assert bits(why.evaluate()) == bits(why.value)
    assert why.value == pytest.approx(30)


def test_a_translation_is_of_one_place():
    made = translations()["results"]
    faults = refused(ck.explain, made, "hq", "cost", "2027")
    assert len(faults) == 2
    (fault,) = refused(ck.explain, made)
    assert "which KPI?" in fault
    (fault,) = refused(ck.explain, made, kpi="cost", quantity="missed")
    assert "no such quantity" in fault


def org(factor):
    table = {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "w": [None, 1, factor]}
    return ck.OrgTree.from_table(table)
