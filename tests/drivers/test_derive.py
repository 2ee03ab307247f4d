import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import D
from tests.drivers.case import KPIS, ROWS, model, org, refused, results, targets

NAN = np.nan


def same(array, wanted):
    np.testing.assert_array_equal(array, [wanted])


def test_every_node_has_its_own_drivers_and_ratios_are_divided_last():
    made = ck.derive(model(), results())
    same(made.of("revenue"), [1_800, 1_000, 800, NAN])  # c has no ARPU: absent, not zero
    same(made.of("profit"), [990, 300, 700, NAN])
    np.testing.assert_allclose(made.of("margin"), [[55, 30, 87.5, NAN]], rtol=1e-15)
    same(made.of("kept"), [144, 95, 49, NAN])
    same(made.of("customers"), [150, 100, 50, 0])
    (fault,) = refused(made.of, "proft")
    assert "did you mean 'profit'?" in fault


def test_targets_make_values_as_results_do():
    made = ck.derive(model(), targets())
    same(made.of("revenue"), [3_000, 1_000, 1_000, 1_000])
    same(made.of("profit"), [2_100, 700, 700, 700])
    same(made.beyond_children("profit"), [0, NAN, NAN, NAN])
    (fault,) = refused(made.coverage, "profit")
    assert "targets have none" in fault


def test_what_a_node_has_beyond_its_children():
    made = ck.derive(model(), results())
    same(made.beyond_children("revenue"), [0, NAN, NAN, NAN])
    np.testing.assert_allclose(made.beyond_children("margin")[0, 0], 55 - 117.5)


def test_coverage_is_the_least_of_the_drivers():
    made = ck.derive(model(), results())
    np.testing.assert_allclose(made.coverage("cost"), [[1, 1, 1, 1]])
    np.testing.assert_allclose(made.coverage("profit"), [[2 / 3, 1, 1, 0]])


def test_policies_for_absent_drivers():
    net = model({"net": D("customers") * D("arpu") - D("cost"), "gap": D("cost") * 2})
    lost = results([row for row in ROWS if row[:2] != ("b", "cost")])
    same(ck.derive(net, lost).of("gap"), [1_420, 1_400, NAN, 20])
    zeros = ck.derive(net, lost, missing="zero")
    same(zeros.of("gap"), [1_420, 1_400, 0, 20])
    same(zeros.of("net"), [1_090, 300, 800, NAN])  # an absent ratio is 0 of 0
    faults = refused(ck.derive, net, lost, missing="refuse")
    assert [fault.split(";")[0] for fault in faults] == [
        "results = 'c': no arpu in 2026",
        "results = 'b': no cost in 2026",
    ]
    (fault,) = refused(ck.derive, net, lost, missing="renormalise")
    assert "no weights to spread" in fault
    held = ck.derive(net, results(missing="hold")).of("net")
    same(held, [NAN, 300, 700, NAN])


def test_what_was_never_due_stays_absent_under_every_policy():
    shop = ck.Kpi("cost", "CNY", at="shop")
    tree = ck.OrgTree.from_table(
        {
            "id": ["hq", "s", "p"],
            "parent": ["", "hq", "s"],
            "kind": ["company", "shop", "person"],
        },
        kind="kind",
    )
    goals = ck.cascade(tree, [shop], {"cost": 10}, periods="2026")
    double = model({"x": D("cost") * 2}, [shop])
    for policy in ("hold", "zero", "refuse"):
        same(ck.derive(double, goals, missing=policy).of("x"), [20, 20, NAN])
        actual = ck.measure(goals, {"node": ["s"], "kpi": ["cost"], "value": [4]})
        same(ck.derive(double, actual, missing=policy).of("x"), [8, 8, NAN])


def test_division_by_zero_is_absent_or_refused_with_the_nodes():
    per = model({"per head": D("cost") / D("customers")})
    same(ck.derive(per, results()).of("per head"), [5.4, 7, 2, NAN])
    (fault,) = refused(ck.derive, per, results(), by_zero="refuse")
    assert "per head in 2026 divides by zero: customers is 0 at 'c'" in fault
    both = model({"x": D("arpu") / D("customers")})  # at c ARPU is absent as well: no division
    same(ck.derive(both, results(), by_zero="refuse").of("x"), [0.08, 0.1, 0.32, NAN])
    many = ck.OrgTree.from_table({"id": list(range(9)), "parent": [None, *[0] * 8]})
    none = ck.Targets.from_columns(
        many, ck.Kpis(KPIS), {"cost": np.ones(9), "customers": np.zeros(9)}, periods="2026"
    )
    (fault,) = refused(ck.derive, model({"x": D("cost") / D("customers")}), none, by_zero="refuse")
    assert "at 0, 1, 2, 3, 4, 5 and 3 more" in fault
    (fault,) = refused(ck.derive, per, results(), by_zero="ignore")
    assert "no such policy" in fault


def test_what_is_too_large_is_refused_with_its_node():
    many = ck.Targets.from_columns(
        org(), ck.Kpis(KPIS), {"cost": np.array([1, 1, 1e200, 1])}, periods="2026"
    )
    (fault,) = refused(ck.derive, model({"x": D("cost") * D("cost") * 1e-300}), many)
    assert "x, cost × cost × 1e−300, in 2026 is too large for a float here" in fault
    assert "'b'" in fault
    flat = ck.Targets.from_columns(
        org(), ck.Kpis(KPIS), {"cost": np.full(4, 1e-200)}, periods="2026"
    )
    steep = ck.derive(model({"y": 1 / (D("cost") / ck.Constant(1, "CNY"))}), flat)
    (fault,) = refused(steep.slopes, "y")
    assert "the slope of y with cost in 2026 is too large" in fault


def test_drivers_must_be_in_the_stage_with_their_units():
    other = ck.Kpis([ck.Kpi("customers", "thousands"), ck.Kpi("arpu", "CNY/customers")])
    goals = ck.cascade(org(), other, {"customers": 3, "arpu": 2}, periods="2026")
    faults = refused(ck.derive, model(), goals)
    assert [fault.split(": ")[0] for fault in faults] == [
        "driver tree = 'customers'", "driver tree = 'cost'", "driver tree = 'churn'",
    ]  # fmt: skip
    assert "in thousands in the targets, in customers in the tree" in faults[0]


def test_slopes_are_the_derivatives():
    made = ck.derive(model(), results())
    slopes = made.slopes("margin")
    assert list(slopes) == ["customers", "arpu", "cost"]
    # margin = 100·(1 − c/(n·a)): ∂/∂n = 100·c/(n²·a), ∂/∂a = 100·c/(n·a²), ∂/∂c = −100/(n·a)
    np.testing.assert_allclose(slopes["customers"][0, :3], [0.3, 0.7, 0.25], rtol=1e-14)
    np.testing.assert_allclose(slopes["arpu"][0, :3], [3.75, 7, 0.78125], rtol=1e-14)
    np.testing.assert_allclose(slopes["cost"][0, :3], [-1 / 18, -0.1, -0.125], rtol=1e-14)
    assert np.isnan(slopes["cost"][0, 3])
    one = made.elasticities("revenue")
    np.testing.assert_allclose(one["customers"][0, :3], 1, rtol=1e-15)
    same(made.slopes("kept")["churn"], [-1.5, -1, -0.5, NAN])
    (fault,) = refused(made.slopes, "customers")
    assert "a driver, which has no formula" in fault


def test_values_come_out_as_a_table_and_a_drawing():
    made = ck.derive(model(), results())
    table = made.table()
    assert table["kpi"].tolist()[:4] == ["profit", "profit", "profit", "revenue"]
    assert table["node"].tolist()[:3] == ["hq", "a", "b"]
    assert table["value"].tolist()[:3] == [990, 300, 700]
    assert set(table["unit"]) == {"CNY", "%", "customers"}
    drawn = made.draw("b").splitlines()
    assert drawn[0] == "margin 87.50 % = profit ÷ revenue"
    assert drawn[4] == "│  │  └─ arpu 16.00 CNY/customers"
    assert "–" in made.draw("c").splitlines()[0]
    assert made._repr_html_().startswith("<pre>margin 55.00 %")
    assert repr(made) == f"<Derived profit, revenue, margin, kept × 1 × {made.org!r}>"


def test_stages_compare_by_content():
    one, other = ck.derive(model(), results()), ck.derive(model(), results())
    assert one == other
    assert hash(one) == hash(other)
    assert one != ck.derive(model(), results(ROWS[:-1]))
    assert one != ck.derive(model(), results(), missing="zero")


@pytest.mark.parametrize("wrong", [None, 3, "x", KPIS])
def test_wrong_arguments_are_refused(wrong):
    faults = refused(ck.derive, wrong, wrong)
    assert "a DriverTree is wanted" in faults[0]
    assert "Results or Targets are wanted" in faults[1]


def test_values_are_asked_why_down_to_the_rows():
    made = ck.derive(model(), results())
    why = ck.explain(made, "hq", kpi="margin")
    assert why.text(depth=2) == (
        "margin, hq, 2026 = 55 %  ← profit ÷ revenue, times 100\n"
        "  profit ÷ revenue, hq, 2026 = 0.55  ← profit ÷ revenue, quotient\n"
        "    profit, hq, 2026 = 990 CNY  ← revenue − cost, difference\n"
        "    revenue, hq, 2026 = 1,800 CNY  ← customers × arpu, product"
    )
    assert "actuals row 5, value" in why.text(depth=None)
    assert "revenue, hq, 2026 = 1,800 CNY  ← customers × arpu, product, as above" in why.text(None)
    assert why.evaluate() == made.of("margin")[0, 0]
    assert ck.explain(made, "hq", kpi="cost").evaluate() == 810.0
    lost = results([row for row in ROWS if row[:2] != ("b", "cost")])
    zeros = ck.derive(
        model({"gap": D("cost") * 2, "same": D("cost"), "three": ck.Constant(3)}),
        lost,
        missing="zero",
    )
    why = ck.explain(zeros, "b", kpi="gap")
    assert "absent, counted as zero" in why.text()
    assert why.evaluate() == 0.0
    assert ck.explain(zeros, "a", kpi="same").evaluate() == 700.0
    assert ck.explain(zeros, "a", kpi="three").evaluate() == 3.0
    (fault,) = refused(ck.explain, made, "hq")
    assert "which KPI?" in fault
    (fault,) = refused(ck.explain, made, "hq", kpi="profit", quantity="target")
    assert "no such quantity" in fault


def test_a_year_is_derived_from_what_its_quarters_make():
    kpis = [kpi for kpi in KPIS if kpi.name in {"customers", "cost"}]
    quarters = ["Q1", "Q2"]
    goals = {
        "node": ["hq"] * 4, "kpi": ["customers", "cost"] * 2, "period": ["Q1", "Q1", "Q2", "Q2"],
        "value": [30, 60, 30, 90],
    }  # fmt: skip
    rows = {
        "node": ["a", "b"] * 4, "kpi": ["customers", "customers", "cost", "cost"] * 2,
        "period": ["Q1"] * 4 + ["Q2"] * 4, "value": [1, 2, 10, 10, 4, 3, 20, 50],
    }  # fmt: skip
    parts = ck.measure(ck.cascade(org(), kpis, goals, periods=quarters), rows)
    per = model({"per": D("cost") / D("customers")}, kpis)
    made = ck.derive(per, parts)
    np.testing.assert_allclose(made.of("per")[:, 0], [20 / 3, 10])
    year = ck.derive(per, ck.over_periods(parts, "year"))
    same(year.of("per"), [9, 6, 12, NAN])
    assert ck.explain(year, "hq", kpi="per").evaluate() == 9
    assert ck.explain(made, "hq", kpi="per", period="Q2").evaluate() == 10
    split = ck.contributions(made, made, "per", periods=("Q1", "Q2")).by_driver("hq")
    assert split.parts.sum() == pytest.approx(10 - 20 / 3)
