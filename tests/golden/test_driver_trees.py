"""Driver trees against published answers.

DuPont: return on equity = margin × turnover × leverage, three textbook examples.

Das Gupta (1993), Standardization and Decomposition of Rates, US Bureau of the Census, P23-186,
public domain: the effect of every factor in a product of two, of three, a sum of products over
seven ages and a difference. The first two and the last, a dozen figures, stand here; all
lie beside the checkout.
"""

from collections import defaultdict

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import D
from tests.golden.published import rows

DUPONT = [(0.3, 0.5, 3.0, 0.45), (0.15, 6.0, 0.5, 0.45), (0.2, 0.4, 5.0, 0.4)]
EARNINGS = ({"earnings": 10930, "earners": 0.717892}, {"earnings": 16591, "earners": 0.825974})


def value(model, drivers):
    org = ck.OrgTree.from_table({"id": ["all"], "parent": [""]})
    columns = {name: np.array([x]) for name, x in drivers.items()}
    return ck.derive(model, ck.Targets.from_columns(org, model.kpis, columns, periods="p"))


def effects(formula, before, after):
    kpis = ck.Kpis([ck.Kpi(name, "1") for name in before])
    model = ck.DriverTree({"rate": formula}, kpis)
    split = ck.contributions(value(model, before), value(model, after), "rate")
    return {name: float(part[0, 0]) for name, part in split.parts.items()}


def product(names):
    first, *others = map(D, names)
    for other in others:
        first = first * other
    return first


def dupont(margin, turnover, leverage):
    """Return on equity from the accounts, with assets of 100."""
    assets = 100.0
    sales, equity = turnover * assets, assets / leverage
    names = ("profit", "sales", "assets", "equity")
    model = ck.DriverTree(
        {
            "margin": D("profit") / D("sales"),
            "turnover": D("sales") / D("assets"),
            "leverage": D("assets") / D("equity"),
            "ROE": D("margin") * D("turnover") * D("leverage"),
        },
        ck.Kpis([ck.Kpi(name, "CNY") for name in names]),
        units={"margin": "%", "ROE": "%"},
    )
    return model.compute(
        {"profit": margin * sales, "sales": sales, "assets": assets, "equity": equity}
    )


@pytest.mark.parametrize(("margin", "turnover", "leverage", "roe"), DUPONT)
def test_dupont(margin, turnover, leverage, roe):
    made = dupont(margin, turnover, leverage)
    assert made["ROE"] == pytest.approx(100 * roe, rel=1e-14)
    assert made["margin"] == pytest.approx(100 * margin, rel=1e-14)
    assert made["leverage"] == pytest.approx(leverage, rel=1e-14)


def test_every_published_dupont_identity():
    for row in rows("dupont", "examples.csv"):
        parts = (row["net_margin"], row["asset_turnover"], row["equity_multiplier"])
        made = dupont(*map(float, parts))["ROE"] / 100
        assert made == pytest.approx(float(row["published_roe"]), rel=1e-14)


def test_earnings_of_black_and_white_earners():
    """Das Gupta, example 2.1: two factors, 4,369.913 and 1,487.262."""
    made = effects(D("earnings") * D("earners"), *EARNINGS)
    assert round(made["earnings"], 3) == 4369.913
    assert round(made["earners"], 3) == 1487.262


def test_birth_rates_of_austria_and_chile():
    """Das Gupta, example 2.2: three factors."""
    names = ("births", "of age", "women")
    before = dict(zip(names, (51.78746, 0.45919, 0.52638), strict=True))
    after = dict(zip(names, (84.90502, 0.75756, 0.51065), strict=True))
    made = effects(product(names), before, after)
    published = (10.4340333, 10.5608476, -0.6670084)
    assert [round(part, 7) for part in made.values()] == pytest.approx(published, abs=1e-7)


def test_crude_rates_of_birth_and_death():
    """Das Gupta, example 3.1: a difference."""
    before, after = {"birth": 19.4, "death": 10.8}, {"birth": 23.7, "death": 9.5}
    made = effects(D("birth") - D("death"), before, after)
    assert made == pytest.approx({"birth": 4.3, "death": 1.3}, rel=1e-14)


def test_all_published_effects():
    examples = defaultdict(list)
    for row in rows("dasgupta", "inputs.csv"):
        examples[row["example"]].append(row)
    published = defaultdict(dict)
    for row in rows("dasgupta", "published.csv"):
        published[row["example"]][row["factor"]] = row["effect_b_minus_a"]
    assert len(examples) == 4
    for example, cells in examples.items():
        kind = cells[0]["rate_function"]
        factors = list(dict.fromkeys(cell["factor"] for cell in cells))
        names = defaultdict(list)
        for cell in cells:
            names[cell["cell"]].append(f"{cell['factor']} {cell['cell']}")
        terms = list(names.values())
        formula = sum(map(product, terms)) if kind != "difference" else None
        if formula is None:
            formula = D(terms[0][0]) - D(terms[0][1])
        before, after = (
            {f"{cell['factor']} {cell['cell']}": float(cell[which]) for cell in cells}
            for which in ("value_a", "value_b")
        )
        made = effects(formula, before, after)
        for factor in factors:
            told = published[example][factor]
            effect = sum(made[name] for name in made if name.startswith(f"{factor} "))
            decimals = len(told.partition(".")[2])
            assert effect == pytest.approx(float(told), abs=0.6 * 10.0**-decimals), factor
        crude = float(published[example]["crude"])
        assert sum(made.values()) == pytest.approx(crude, abs=1e-3)


def test_price_and_volume_of_two_products():
    """The totals of a published budget variance: mean of both orders, per product."""
    table = rows("price_volume_mix", "forum_example.csv")
    for row in table:
        if not row["budget_price"]:
            continue
        before = {"units": float(row["budget_units"]), "price": float(row["budget_price"])}
        after = {"units": float(row["actual_units"]), "price": float(row["actual_price"])}
        made = effects(D("units") * D("price"), before, after)
        assert sum(made.values()) == pytest.approx(float(row["pub_total"]), abs=0.05)
        # The published price variance is at actual units: half of the joint change more.
        joint = (after["units"] - before["units"]) * (after["price"] - before["price"])
        assert made["price"] + joint / 2 == pytest.approx(float(row["pub_price"]), abs=0.05)
