"""Driver trees over periods that are taken together."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import D
from tests.drivers.case import refused
from tests.helpers import NAN
from tests.properties.test_explanations import bits, same_bits

KPIS = ck.Kpis(
    [
        ck.Kpi("customers", "customers", aggregate=ck.aggregates.Last()),
        ck.Kpi("arpu", "CNY/customers", aggregate=ck.aggregates.Ratio()),
        ck.Kpi("cost", "CNY", better="lower"),
    ]
)
TREE = ck.DriverTree(
    {
        "revenue": D("customers") * D("arpu"),
        "profit": D("revenue") - D("cost"),
        "margin": D("profit") / D("revenue"),
    },
    KPIS,
    units={"margin": "%"},
    flows=["revenue"],
)
COLUMNS = ("node", "kpi", "period", "value", "numerator", "denominator")
ROWS = [
    ("a", "customers", "Q1", 60, None, None), ("a", "customers", "Q2", 70, None, None),
    ("b", "customers", "Q1", 40, None, None), ("b", "customers", "Q2", 50, None, None),
    ("a", "arpu", "Q1", None, 600, 60), ("a", "arpu", "Q2", None, 770, 70),
    ("b", "arpu", "Q1", None, 440, 40), ("b", "arpu", "Q2", None, 450, 50),
    ("a", "cost", "Q1", 300, None, None), ("a", "cost", "Q2", 300, None, None),
    ("b", "cost", "Q1", 200, None, None), ("b", "cost", "Q2", 310, None, None),
]  # fmt: skip


def quarters(rows=ROWS, **how):
    org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    goals = {
        "node": ["hq"] * 6,
        "kpi": ["customers", "arpu", "cost"] * 2,
        "period": ["Q1"] * 3 + ["Q2"] * 3,
        "value": [100, 10, 500, 120, 10, 600],
    }
    table = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return ck.measure(ck.cascade(org, KPIS, goals), table, **how)


def year(*args, **how):
    return ck.over_periods(quarters(*args, **how), "2026")


def test_a_flow_adds_up_a_level_does_not_and_a_ratio_is_of_sums():
    made = ck.derive(TREE, year())
    assert made.of("customers").tolist() == [[120, 70, 50]]  # the last
    assert made.of("cost").tolist() == [[1110, 600, 510]]
    np.testing.assert_allclose(made.of("arpu")[0, 0], (600 + 770 + 440 + 450) / 220)
    apart = ck.derive(TREE, quarters())
    assert made.of("revenue").tolist() == [apart.of("revenue").sum(axis=0).tolist()]
    assert made.of("revenue").tolist() == [[2260, 1370, 890]]
    assert made.of("profit").tolist() == [[1150, 770, 380]]
    np.testing.assert_allclose(
        made.of("margin")[0], 100 * np.array([1150, 770, 380]) / [2260, 1370, 890]
    )


def test_without_flows_a_formula_is_of_the_drivers_of_the_whole():
    plain = ck.DriverTree(TREE.definitions, KPIS, units={"margin": "%"})
    made = ck.derive(plain, year())
    np.testing.assert_allclose(made.of("revenue"), made.of("customers") * made.of("arpu"))
    assert made.of_periods is None
    assert plain != TREE


def test_every_flow_is_explained_period_by_period():
    made = ck.derive(TREE, year())
    for name in (*TREE.definitions, *TREE.drivers):
        for node in made.org.ids:
            why = ck.explain(made, node, name)
            assert bits(why.value) == bits(made.of(name)[0, made.org.row(node)])
            same_bits(why)
    told = ck.explain(made, "hq", "profit").text(None)
    assert "revenue, hq, 2026 = 2,260 CNY  ← adds up over the periods" in told
    assert "revenue, hq, Q1 = 1,040 CNY  ← customers × arpu, product" in told
    assert "revenue, hq, Q2 = 1,220 CNY" in told


@pytest.mark.parametrize("missing", ["hold", "zero"])
def test_a_flow_is_absent_where_a_period_is_that_was_due(missing):
    rows = [row for row in ROWS if row[:3] != ("a", "customers", "Q1")]
    made = ck.derive(TREE, year(rows), missing=missing)
    value = made.of("revenue")[0, made.org.row("a")]
    assert bits(value) == bits(NAN if missing == "hold" else 770.0)
    same_bits(ck.explain(made, "a", "revenue"))
    nothing = [row for row in ROWS if row[0] != "b"]
    assert np.isnan(ck.derive(TREE, year(nothing)).of("revenue")[0, 2])


def test_what_was_never_due_adds_nothing():
    org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    goals = {
        "node": ["a"] * 4, "kpi": ["customers", "arpu"] * 2,
        "period": ["Q2", "Q2", "Q3", "Q3"], "value": [1, 1, 1, 1],
    }  # fmt: skip
    goals = {
        name: [*cells, extra]
        for (name, cells), extra in zip(goals.items(), ["a", "cost", "Q1", 1], strict=True)
    }
    targets = ck.cascade(org, KPIS, goals)
    rows = [row for row in ROWS if row[0] == "a" and row[2] == "Q2"]
    more = [("a", "customers", "Q3", 5, None, None), ("a", "arpu", "Q3", None, 30, 5)]
    results = ck.measure(targets, [dict(zip(COLUMNS, row, strict=True)) for row in [*rows, *more]])
    made = ck.derive(TREE, ck.over_periods(results, "2026"))
    assert made.of("revenue")[0, 1] == 770 + 30


def test_the_whole_of_a_flow_has_no_formula_to_split_or_pass_on():
    made = ck.derive(TREE, year())
    shares = {"profit": {"revenue": 0.5, "cost": 0.5}}
    for call in (
        lambda: ck.contributions(made, made, "profit"),
        lambda: made.slopes("margin"),
        lambda: made.elasticities("revenue"),
        lambda: ck.translate(TREE, {"profit": 1}, made, shares=shares),
        lambda: ck.translate(TREE, {"margin": 1}, year(), shares=shares),
    ):
        (fault,) = refused(call)
        assert "over several periods it is their sum" in fault
    split = ck.contributions(made, made, "profit", over=["revenue", "cost"])
    assert split.of("revenue")[0, 0] == 0
    assert ck.translate(TREE, {"profit": 700}, quarters(), period="Q2", fixed=["revenue"])


def test_what_drivers_bring_in_the_periods_adds_up_to_the_change_of_the_whole():
    one = [(*row[:3], row[3] and row[3] * 2, *row[4:]) for row in ROWS]
    before, after = ck.derive(TREE, quarters()), ck.derive(TREE, quarters(one))
    parts = ck.contributions(before, after, "revenue")
    whole = ck.derive(TREE, year(one)).of("revenue") - ck.derive(TREE, year()).of("revenue")
    np.testing.assert_allclose(sum(parts.parts.values()).sum(axis=0), whole[0])


def test_flows_are_names_of_definitions():
    faults = refused(ck.DriverTree, {"x": D("cost") * 2}, KPIS, flows=["cost", "x", "x", "zz", 3])
    for told in (
        "flows = 'cost': a driver, which combines along time",
        "flows = 'x': named twice",
        "flows = 'zz': not defined here",
        "flows = 3: not defined here",
    ):
        assert sum(told in fault for fault in faults) == 1
    assert len(faults) == 4
    (fault,) = refused(ck.DriverTree, {"x": D("cost") * 2}, KPIS, flows=3)
    assert "a list is wanted" in fault


def test_a_tree_with_flows_is_drawn_reported_and_written():
    assert "revenue [CNY] = customers × arpu, adds up over time" in TREE.draw()
    made = ck.derive(TREE, year())
    assert "= customers × arpu, summed over periods" in made.draw("hq")
    text = ck.report(made).markdown()
    assert "| · · revenue | customers × arpu | 2,260.00 CNY | 2,200.00 CNY | +60.00 CNY |" in text
    again = ck.from_json(ck.to_json(made))
    assert again == made
    assert again.of("revenue").tobytes() == made.of("revenue").tobytes()
    assert ck.from_json(ck.to_json(TREE)) == TREE
