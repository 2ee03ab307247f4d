import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import Constant, D
from tests.drivers.case import KPIS, model, refused


def test_the_tree_is_drawn_and_knows_its_parts():
    tree = model()
    assert tree.draw() == (
        "margin [%] = profit ÷ revenue\n"
        "├─ profit [CNY] = revenue − cost\n"
        "│  ├─ revenue [CNY] = customers × arpu\n"
        "│  │  ├─ customers [customers]\n"
        "│  │  └─ arpu [CNY/customers]\n"
        "│  └─ cost [CNY]\n"
        "└─ revenue [CNY] = customers × arpu, as above\n"
        "kept [customers] = customers × (1 − churn)\n"
        "├─ customers [customers]\n"
        "└─ churn [%]"
    )
    assert tree.draw(limit=2).endswith("\n…")
    assert tree.tops == ("margin", "kept")
    assert tree.drivers == ("customers", "arpu", "cost", "churn")
    assert tree.below("margin") == ("profit", "revenue", "customers", "arpu", "cost")
    assert tree.drivers_of("kept", "cost") == ("customers", "cost", "churn")
    assert [tree.unit(name) for name in ("profit", "kept", "churn")] == ["CNY", "customers", "%"]


def test_html_shows_names_as_text():
    kpis = [ck.Kpi("<b>x</b>", "CNY")]
    tree = model({"<i>": D("<b>x</b>") * 2}, kpis)
    assert "<b>" not in tree._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in tree._repr_html_()


def test_plain_numbers_are_computed_with_per_cents_as_hundredths():
    made = model().compute({"customers": 100, "arpu": 3, "cost": 240, "churn": 5})
    assert made == {"profit": 60.0, "revenue": 300.0, "margin": 20.0, "kept": 95.0}
    part = model().compute({"customers": 100, "churn": 5})
    assert part["kept"] == 95.0
    assert np.isnan(part["profit"])
    assert np.isnan(model().compute({"customers": 0, "arpu": 3, "cost": 1})["margin"])


@pytest.mark.parametrize(
    ("formula", "unit", "value", "made"),
    [
        (D("p") + D("q"), None, 7.0, "%"),  # two per cents are added as they are
        (D("p") * D("q"), None, 0.0012, ""),
        (D("p") * D("q"), "%", 0.12, "%"),
        (D("p") / D("q"), None, 0.75, ""),
        (1 - D("p"), None, 0.97, ""),
        (1 - D("p"), "%", 97.0, "%"),
        (D("p") - D("m"), None, 0.028, ""),
        (D("m") * Constant(1, "CNY"), None, 0.002, "CNY"),
        (D("p") * 2, None, 6.0, "%"),
        (Constant(365, "days") / D("p"), None, 36500 / 3, "days"),
    ],
)
def test_scales_are_brought_together(formula, unit, value, made):
    kpis = [ck.Kpi("p", "%"), ck.Kpi("q", "pp"), ck.Kpi("m", "‰")]
    tree = model({"x": formula}, kpis, units={} if unit is None else {"x": unit})
    assert tree.compute({"p": 3, "q": 4, "m": 2})["x"] == pytest.approx(value, rel=1e-15)
    assert tree.unit("x") == made


@pytest.mark.parametrize(
    ("definitions", "told"),
    [
        ({"a": D("b"), "b": D("c") * 2, "c": D("a")}, ["a → b → c → a"]),
        ({"a": D("a") + D("cost")}, ["a → a"]),
        ({"a": D("custmers")}, ["'custmers': no such KPI; did you mean 'customers'?"]),
        ({"a": D("customers") + D("cost")}, ["'customers' is in customers, 'cost' in CNY"]),
        ({"a": D("cost") + 1}, ["'cost' is in CNY, 1 in pure numbers"]),
        ({"a": D("cost") / Constant(2, "customer") - D("arpu")}, ["spell 'customer' and"]),
        ({"a": D("cost") / 0}, ["cost ÷ 0 divides by zero"]),
        ({"a": 3}, ["not a formula"]),
        ({"": D("cost")}, ["empty"]),
        ({}, ["no definition"]),
        (3, ["a mapping is wanted"]),
        ({"a": D("nope"), "b": D("b")}, ["'nope'", "b → b"]),
    ],
)  # fmt: skip
def test_definitions_that_make_no_sense_are_refused(definitions, told):
    faults = refused(model, definitions)
    assert len(faults) == len(told)
    for fault, part in zip(faults, told, strict=True):
        assert part in fault


def test_a_long_circle_is_shortened():
    ring = {f"x{i}": D(f"x{(i + 1) % 50}") for i in range(50)}
    (fault,) = refused(model, ring)
    assert "x0 → x1" in fault
    assert "…" in fault
    assert fault.count("→") < 12


def test_units_are_stated_once_and_fit():
    margin = {"margin": D("cost") / D("cost")}
    assert model(margin, units={"margin": "%"}).unit("margin") == "%"
    (fault,) = refused(model, margin, units={"margin": "CNY"})
    assert "stated in CNY, cost ÷ cost gives pure numbers" in fault
    (fault,) = refused(model, margin, units={"margn": "%"})
    assert "did you mean 'margin'?" in fault
    (fault,) = refused(model, margin, units={"cost": "CNY"})
    assert "a driver has the unit of its KPI" in fault
    (fault,) = refused(model, margin, units={"margin": 3})
    assert "not text" in fault
    described = ck.Kpis([*KPIS, ck.Kpi("margin", "%", decimals=1)])
    assert model(margin, described).unit("margin") == "%"
    assert model(margin, described).kpi("margin").decimals == 1
    (fault,) = refused(model, margin, described, units={"margin": "1"})
    assert "'1' here and '%' as a KPI" in fault
    (fault,) = refused(model, {"a": D("odd")}, [ck.Kpi("odd", "CNY/")])
    assert "a name is missing in this unit" in fault


def test_what_is_sure_to_add_up():
    tree = model(
        {
            "net": D("cost") - 0.5 * D("paid") / 2,
            "twice": D("net") * D("factor"),
            "factor": Constant(2) + 1,
            "square": D("cost") * D("paid"),
            "per": D("cost") / D("customers"),
            "upside down": 1 / D("customers"),
            "shifted": D("cost") + Constant(1, "CNY"),
            "worth": D("customers") * D("arpu"),
        },
        [*KPIS, ck.Kpi("paid", "CNY")],
    )
    sure = {name: tree.adds_up(name) for name in (*tree.definitions, "cost", "arpu")}
    assert [name for name, adds in sure.items() if adds] == ["net", "twice", "cost"]


def test_deep_trees_need_no_recursion():
    formula = D("cost")
    for _ in range(10_000):
        formula = (formula + D("cost")) * 0.5
    tree = model({"x": formula})
    assert tree.compute({"cost": 3})["x"] == 3.0
    chain = {f"x{i}": D(f"x{i + 1}") + D("cost") for i in range(3_000)}
    tree = model({**chain, "x3000": D("cost") * 2})
    assert tree.compute({"cost": 1})["x0"] == 3_002.0
    assert tree.draw().count("\n") == 200
    assert tree.drivers_of("x0") == ("cost",)


def test_numbers_that_cannot_be_computed_are_refused():
    tree = model()
    (fault,) = refused(tree.compute, {"custmers": 3})
    assert "did you mean 'customers'?" in fault
    (fault,) = refused(tree.compute, {"customers": "3"})
    assert "not a number" in fault
    (fault,) = refused(tree.compute, {"customers": 1e200, "arpu": 1e200})
    assert "too large for a float" in fault
    (fault,) = refused(tree.unit, "proft")
    assert "did you mean 'profit'?" in fault


def test_a_tree_is_a_record():
    tree = model()
    read = ck.from_json(ck.to_json(tree), expect=ck.DriverTree)
    assert read == tree
    assert hash(read) == hash(tree)
    assert ck.to_json(read) == ck.to_json(tree)
    assert model({"a": D("cost") * 2}) != model({"a": D("cost") * 3})
    text = ck.to_json(tree).replace('"name": "cost"', '"name": "csot"', 1)
    (fault,) = refused(ck.from_json, text)
    assert fault.startswith("$.record")
    assert "did you mean 'cost'?" in fault


def test_an_array_is_no_number_to_compute_with():
    (fault,) = refused(model().compute, {"customers": np.array([1, 2])})
    assert "customers" in fault
    assert "not a number" in fault


def test_all_that_is_wrong_with_a_tree_is_told_at_once():
    faults = refused(
        model,
        {
            "a": D("b") * 2,
            "b": D("a") + D("cost"),
            "c": D("customers") + D("cost"),
            "d": D("csot") / 0,
            "e": "cost * 2",
        },
        units={"c": "CNY/", "zz": "CNY"},
    )
    for told in (
        "a → b → a",
        "'customers' is in customers, 'cost' in CNY",
        "did you mean 'cost'?",
        "csot ÷ 0 divides by zero",
        "driver tree, e = 'cost * 2': not a formula",
        "a name is missing in this unit",
        "units = 'zz': not defined here",
    ):
        assert sum(told in fault for fault in faults) == 1, told
    assert len(faults) == 7


def test_a_definition_below_a_circle_still_has_its_unit():
    faults = refused(
        model, {"a": D("a") + D("cost"), "x": D("a") + D("customers")}, units={"a": "CNY"}
    )
    assert len(faults) == 2
    assert "'a' is in CNY, 'customers' in customers" in faults[1]
