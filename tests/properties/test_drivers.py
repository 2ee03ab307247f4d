"""Driver trees over arbitrary formulas: against plain arithmetic, and back again."""

import math
import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import Constant, D
from tests.properties.test_explanations import bits, same_bits
from tests.strategies.trees import shuffled, tree, units

NAMES = "abcd"
KPIS = ck.Kpis([ck.Kpi(name, "1", split=ck.splits.Shared()) for name in NAMES])
SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
NUMBERS = st.integers(-40, 40).map(lambda n: n / 8)
POSITIVE = st.integers(1, 400).map(lambda n: n / 8)

# A formula as nested tuples, of which the expression and plain arithmetic are made apart.
PLANS = st.recursive(
    st.sampled_from(NAMES) | NUMBERS,
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner) | st.tuples(st.just("~"), inner),
    max_leaves=8,
)


def expression(plan):
    if isinstance(plan, str):
        return D(plan)
    if isinstance(plan, float):
        return Constant(plan)
    if plan[0] == "~":
        return -expression(plan[1])
    return SIGNS[plan[0]](expression(plan[1]), expression(plan[2]))


def plain(plan, now, number):
    """The same by Python's own numbers; None for a division by zero."""
    if isinstance(plan, str):
        return now[plan]
    if isinstance(plan, float):
        return number(plan)
    if plan[0] == "~":
        value = plain(plan[1], now, number)
        return None if value is None else -value
    one, other = plain(plan[1], now, number), plain(plan[2], now, number)
    if one is None or other is None or (plan[0] == "/" and other == 0):
        return None
    return SIGNS[plan[0]](one, other)


def tree_of(plan):
    """A tree of one formula over drivers that are not rounded."""
    return ck.DriverTree({"x": expression(plan), "y": D("x") * 2 - D("a")}, KPIS)


def sound(plan):
    try:
        return tree_of(plan)
    except ck.InputError as error:
        if "divides by zero" not in str(error):
            raise
        assume(condition=False)


@given(PLANS, st.fixed_dictionaries(dict.fromkeys(NAMES, NUMBERS)))
def test_formulas_are_plain_arithmetic(plan, now):
    model = sound(plan)
    made = model.compute(now)["x"]
    value = plain(plan, now, float)
    if value is None:
        assert math.isnan(made)
    else:
        assert made == value  # the same operations in the same order
        exact = plain(plan, {name: Fraction(x) for name, x in now.items()}, Fraction)
        if exact is not None:
            size = max(abs(x) for x in (*now.values(), 1.0)) ** 8
            assert made == pytest.approx(float(exact), rel=1e-9, abs=1e-12 * size)


@given(PLANS)
def test_expressions_and_trees_are_read_again_as_they_were_written(plan):
    model = sound(plan)
    made = model.definitions["x"]
    assert ck.from_json(ck.to_json(made)) == made
    assert ck.from_json(ck.to_json(model)) == model
    assert eval(repr(made)) == made  # its own repr


@st.composite
def cases(draw):
    """An organisation with reports of every driver, some of them missing, and a formula."""
    table = draw(units(8, widest=15))
    org = tree(table)
    leaves = [row for row in range(len(org)) if org.is_leaf[row]]
    rows = [
        {"node": org.node(row).id, "kpi": name, "value": draw(NUMBERS)}
        for name in NAMES
        for row in leaves
        if draw(st.integers(0, 9)) < 9
    ]
    assume(rows)
    return table, rows, sound(draw(PLANS)), draw(st.permutations(range(len(rows))))


def measured(table, rows):
    org = tree(table)
    goals = ck.cascade(org, KPIS, dict.fromkeys(NAMES, 1), periods="p")
    return ck.measure(goals, rows)


@settings(max_examples=50)
@given(cases())
def test_every_node_is_plain_arithmetic_on_its_own_drivers_whatever_the_order_of_rows(case):
    table, rows, model, order = case
    results = measured(table, rows)
    made = ck.derive(model, results)
    again = ck.derive(
        model,
        measured(shuffled(table, range(len(table["id"]))[::-1]), [rows[i] for i in order]),
    )
    for name in model.definitions:
        assert made.of(name).tobytes() == again.of(name).tobytes()
    for node in made.org:
        now = {name: float(results.of(name)[0, node.row]) for name in NAMES}
        for name, value in model.compute(now).items():
            np.testing.assert_equal(float(made.of(name)[0, node.row]), value)
        same_bits(ck.explain(made, node.id, kpi="y"))


@settings(max_examples=50)
@given(
    PLANS,
    st.fixed_dictionaries(dict.fromkeys(NAMES, POSITIVE)),
    st.fixed_dictionaries(dict.fromkeys(NAMES, POSITIVE)),
)
def test_contributions_sum_to_the_change(plan, old, new):
    model = sound(plan)
    org = ck.OrgTree.from_table({"id": ["o"], "parent": [""]})
    before, after = (
        ck.derive(
            model,
            ck.Targets.from_columns(
                org, KPIS, {name: np.array([x]) for name, x in now.items()}, periods="p"
            ),
        )
        for now in (old, new)
    )
    split = ck.contributions(before, after, "y")
    change = float(split.change[0, 0])
    parts = [float(part[0, 0]) for part in split.parts.values()]
    for driver, value in [(None, change), *zip(split.parts, parts, strict=True)]:
        why = ck.explain(split, "o", driver)
        assert bits(why.value) == bits(value)
        same_bits(why)
    if any(map(math.isnan, [change, *parts])):
        return  # a divisor is zero on the way
    assert sum(parts) == pytest.approx(change, rel=1e-6, abs=1e-6 * (1 + max(map(abs, parts))))
    for name, part in split.parts.items():
        if old[name] == new[name]:
            assert float(part[0, 0]) == pytest.approx(0, abs=1e-9 * (1 + max(map(abs, parts))))


@st.composite
def growing(draw, depth=3):
    """A formula in which every name stands once and every part is positive: + * / only."""
    names = list(draw(st.permutations(NAMES)))

    def part(some):
        if len(some) == 1:
            leaf = some[0]
            add = draw(st.sampled_from([None, None, "*", "+"]))
            return leaf if add is None else (add, leaf, draw(POSITIVE))
        cut = draw(st.integers(1, len(some) - 1))
        return (draw(st.sampled_from("+*/")), part(some[:cut]), part(some[cut:]))

    return part(names[: draw(st.integers(1, len(names)))])


def explained(made):
    """Every number of a translation is made again by its explanation, to the bit."""
    for name in (*made.model.definitions, *made.model.drivers):
        for quantity in ("base", "exact", "rounded", *(["missed"] if name in made.stated else [])):
            why = ck.explain(made, kpi=name, quantity=quantity)
            value = getattr(made, quantity)[name]
            assert bits(why.value) == bits(value)
            same_bits(why)


@settings(max_examples=150)
@given(
    growing(),
    st.fixed_dictionaries(dict.fromkeys(NAMES, POSITIVE)),
    st.fixed_dictionaries({name: st.integers(0, 5) for name in NAMES}),
    st.integers(101, 300).map(lambda n: n / 100),
)
def test_goals_taken_down_give_the_goal(plan, now, weights, growth):
    model = sound(plan)
    names = model.uses("x")
    total = sum(weights[name] for name in names)
    assume(total > 0)
    shares = {name: weights[name] / total for name in names}
    goal = model.compute(now)["x"] * growth
    try:
        made = ck.translate(model, {"x": goal}, now, shares={"x": shares})
    except ck.InputError as error:  # a bracket would have to change its sign
        if "no shares in a product" not in str(error):
            raise
        return
    explained(made)
    # The terms on the way are no larger than a hundred times the goal or the drivers.
    size = max(abs(x) for x in (goal, *made.exact.values()))
    assert made.exact["x"] == pytest.approx(goal, rel=1e-12, abs=1e-13 * size)
    for name in names:
        if not shares[name]:
            assert made.exact[name] == now[name]


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, POSITIVE)),
    st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any),
    st.integers(-300, 300).map(float),
)
def test_the_change_of_a_sum_is_shared_as_stated(now, weights, change):
    model = ck.DriverTree({"x": D("a") - D("b") + D("c") - D("d")}, KPIS)
    shares = {name: weight / sum(weights) for name, weight in zip(NAMES, weights, strict=True)}
    before = model.compute(now)["x"]
    plan = ck.translate(model, {"x": before + change}, now, shares={"x": shares})
    for name, sign in zip(NAMES, (1, -1, 1, -1), strict=True):
        moved = plan.exact[name] - now[name]
        assert moved == pytest.approx(sign * shares[name] * change, rel=1e-11, abs=1e-11)
    assert plan.exact["x"] == pytest.approx(before + change, rel=1e-15, abs=1e-12)


@given(
    st.fixed_dictionaries(dict.fromkeys(NAMES, POSITIVE)),
    st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any),
    st.integers(10, 300).map(lambda n: n / 100),
)
def test_the_change_of_a_product_is_shared_in_logarithms(now, weights, growth):
    model = ck.DriverTree({"x": D("a") * D("b") / D("c") * D("d")}, KPIS)
    shares = {name: weight / sum(weights) for name, weight in zip(NAMES, weights, strict=True)}
    goal = model.compute(now)["x"] * growth
    plan = ck.translate(model, {"x": goal}, now, shares={"x": shares})
    for name, sign in zip(NAMES, (1, 1, -1, 1), strict=True):
        wanted = now[name] * growth ** (sign * shares[name])
        assert plan.exact[name] == pytest.approx(wanted, rel=1e-13)
    assert plan.exact["x"] == pytest.approx(goal, rel=1e-15)


@settings(max_examples=50)
@given(PLANS, st.fixed_dictionaries(dict.fromkeys(NAMES, POSITIVE)))
def test_slopes_are_those_of_exact_arithmetic(plan, now):
    model = sound(plan)
    org = ck.OrgTree.from_table({"id": ["o"], "parent": [""]})
    columns = {name: np.array([x]) for name, x in now.items()}
    made = ck.derive(model, ck.Targets.from_columns(org, KPIS, columns, periods="p"))
    step = Fraction(1, 10**30)
    here = {name: Fraction(x) for name, x in now.items()}
    for name, slope in made.slopes("x").items():
        low = plain(plan, {**here, name: here[name] - step}, Fraction)
        high = plain(plan, {**here, name: here[name] + step}, Fraction)
        if low is None or high is None or math.isnan(made.of("x")[0, 0]):
            continue
        exact = float((high - low) / (2 * step))
        assert float(slope[0, 0]) == pytest.approx(exact, rel=1e-7, abs=1e-6)


@settings(max_examples=50)
@given(cases())
def test_every_slope_and_elasticity_is_made_again_to_the_bit(case):
    table, rows, model, _ = case
    made = ck.derive(model, measured(table, rows))
    for name in model.definitions:
        for word, arrays in (
            ("slope with", made.slopes(name)),
            ("elasticity to", made.elasticities(name)),
        ):
            for driver, array in arrays.items():
                for node in made.org:
                    why = ck.explain(made, node.id, name, quantity=f"{word} {driver}")
                    assert bits(why.value) == bits(float(array[0, node.row]))
                    same_bits(why)
