"""Slopes and elasticities, asked why."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import Constant, D
from tests.drivers.case import KPIS, model, refused, results, targets
from tests.helpers import org as small_org
from tests.properties.test_explanations import bits, same_bits


def lines(why, depth=None):
    same_bits(why)
    return why.text(depth).split("\n")


@pytest.mark.parametrize("stage", [results, targets])
def test_every_slope_is_made_again_by_the_chain_rule(stage):
    made = ck.derive(model(), stage())
    for name in made.model.definitions:
        slopes, elasticities = made.slopes(name), made.elasticities(name)
        for driver in slopes:
            for row, node in enumerate(made.org.ids.tolist()):
                for word, array in (("slope with", slopes), ("elasticity to", elasticities)):
                    why = ck.explain(made, node, name, quantity=f"{word} {driver}")
                    assert bits(why.value) == bits(float(array[driver][0, row]))
                    same_bits(why)


def test_a_slope_goes_by_the_operators_on_the_way_and_by_what_stands_beside():
    made = ck.derive(model(), results())
    first, second, *rest = lines(ck.explain(made, "hq", "margin", quantity="slope with arpu"))
    assert first == (
        "slope of margin with arpu, hq, 2026 = 3.75 % per CNY/customers"
        "  ← profit ÷ revenue, times 100"
    )
    assert second.endswith("= 0.0375 per CNY/customers  ← profit ÷ revenue, quotient rule")
    (product,) = [line for line in rest if line.endswith("product rule")]
    assert "slope of revenue with arpu, hq, 2026 = 150 CNY per" in product
    assert sum(line.endswith("product rule, as above") for line in rest) == 1
    assert any("slope of profit with arpu" in x and "difference of slopes" in x for x in rest)
    assert any("slope of arpu with arpu, hq, 2026 = 1" in line for line in rest)
    assert any("actuals row 3, numerator" in line for line in rest)


def test_an_operand_that_does_not_move_is_no_slope_of_the_sum():
    tree = model({"x": Constant(3, "CNY") - D("cost") * 2, "y": D("x") + D("cost")})
    made = ck.derive(tree, results())
    why = ck.explain(made, "a", "x", quantity="slope with cost")
    assert why.value == -2
    (part,) = why.inputs
    assert part.value == 2
    assert ck.explain(made, "a", "y", quantity="slope with cost").value == -1
    assert len(lines(why)) < 9


def test_where_the_value_is_absent_so_is_its_slope_and_no_elasticity_is_of_zero():
    made = ck.derive(model(), results())
    first, second = lines(ck.explain(made, "c", "margin", quantity="slope with arpu"), depth=1)
    assert first.endswith("= absent  ← absent, as the value is")
    assert "margin, c, 2026 = absent" in second
    tree = model({"nil": D("cost") - D("cost"), "twice": D("cost") + D("cost")})
    made = ck.derive(tree, results())
    why = ck.explain(made, "a", "nil", quantity="elasticity to cost")
    assert np.isnan(why.value)
    assert ck.explain(made, "a", "twice", quantity="elasticity to cost").value == 1
    same_bits(why)


def test_what_has_no_slope_is_refused():
    made = ck.derive(model(), results())
    (fault,) = refused(ck.explain, made, "hq", "profit", quantity="slope with churn")
    assert "no such quantity" in fault
    (fault,) = refused(ck.explain, made, "hq", "cost", quantity="slope with cost")
    assert "no such quantity" in fault


def test_a_sum_over_periods_has_none_and_a_slope_too_large_is_refused_with_its_nodes():
    tree = ck.DriverTree({"x": D("a") / D("b")}, [ck.Kpi("a", "1"), ck.Kpi("b", "1")], flows=["x"])
    goals = {"node": ["hq"] * 4, "kpi": ["a", "b"] * 2, "period": ["1", "1", "2", "2"],
             "value": [1] * 4}  # fmt: skip
    org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    halves = ck.measure(ck.cascade(org, tree.kpis, goals), goals)
    year = ck.derive(tree, ck.over_periods(halves, "year"))
    (fault,) = refused(ck.explain, year, "hq", "x", quantity="slope with a")
    assert "over several periods it is their sum" in fault
    small = {**goals, "value": [1.0, 1e-200, 1.0, 1.0]}
    made = ck.derive(tree, ck.measure(ck.cascade(org, tree.kpis, goals), small))
    (fault,) = refused(ck.explain, made, "hq", "x", "1", quantity="slope with b")
    assert "too large for a float" in fault
    assert ck.explain(made, "hq", "x", "2", quantity="slope with b").value == -1


def test_a_deep_tree_has_its_slope_explained_without_recursion():
    chain = {f"x{i}": D(f"x{i + 1}") * D("cost") for i in range(1_500)}
    made = ck.derive(model({**chain, "x1500": D("cost") * 1}), ones())
    why = ck.explain(made, "hq", "x0", quantity="slope with cost")
    assert why.value == 1_501
    assert why.evaluate() == 1_501
    assert sum(1 for _ in why.walk()) < 20 * 1_500


def ones():
    return ck.cascade(small_org(), KPIS, {"cost": 1}, periods="p")
