"""Indicators brought to one scale by published indices of countries.

Sources: the Human Development Report 2021/22 (UNDP; technical note 1: goalposts, a logarithm for
income), the Sustainable Development Report 2021 (bounds of each indicator), and the ASEM
connectivity index as the COINr package computes it (min–max by direction).
"""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.golden.published import rows

Goalposts, HIGHER, LOWER = ck.attainments.Goalposts, ck.directions.Higher(), ck.directions.Lower()
DIMENSIONS = {
    "le": Goalposts(20, 85),
    "eys": Goalposts(0, 18),
    "mys": Goalposts(0, 15),
    "gnipc": Goalposts(100, 75_000, scale="logarithm"),
}
# Transcribed from the report: Switzerland, Norway and Afghanistan in 2021.
SOME = {
    "CHE": ((83.9872, 16.50029945, 13.85966015, 66933.00454), 0.962),
    "NOR": ((83.2339, 18.18519974, 13.00362968, 64660.10622), 0.961),
    "AFG": ((61.9824, 10.26384398, 2.98506999, 1824.190915), 0.478),
}


def numbers(table, column):
    return np.array([float(row[column] or "nan") for row in table])


def index(le, eys, mys, gnipc):
    """The geometric mean of the three dimensions, education being the mean of its two."""
    return (le * (eys + mys) / 2 * gnipc) ** (1 / 3)


def dimensions(columns):
    return [
        rule(values, np.full_like(values, np.nan), HIGHER)
        for rule, values in zip(DIMENSIONS.values(), columns, strict=True)
    ]


@pytest.mark.parametrize("country", SOME)
def test_transcribed_countries(country):
    values, published = SOME[country]
    found = index(*dimensions([np.array([value]) for value in values]))
    assert np.round(found, 3).tolist() == [published]


def test_human_development_index_of_every_country_and_year():
    table = rows("hdi", "hdi_components_1990_2021.csv")
    table = [row for row in table if row["hdi"] and not row["iso3"].startswith("ZZ")]
    assert len(table) == 5571
    found = index(*dimensions([numbers(table, name) for name in DIMENSIONS]))
    published = numbers(table, "hdi")
    assert np.abs(found - published).max() <= 0.0005 + 1e-9
    last = np.array([row["year"] == "2021" for row in table])
    assert (np.round(found, 3) == published)[last].all()


EDUCATION = ck.Section(
    "education", [ck.Item(k, ck.curves.Linear(1), DIMENSIONS[k]) for k in ("eys", "mys")]
)
# Who lacks an indicator has no index.
DEVELOPMENT = ck.Scorecard(
    ck.Section(
        "index",
        [
            ck.Item("le", ck.curves.Linear(1), DIMENSIONS["le"]),
            EDUCATION,
            ck.Item("gnipc", ck.curves.Linear(1), DIMENSIONS["gnipc"]),
        ],
        combine=ck.combines.Geometric(),
    ),
    {"le": 100 / 3, "education": 100 / 3, "gnipc": 100 / 3, "eys": 50, "mys": 50},
    missing="hold",
)


def developed(table):
    """Indices by a scorecard of rows with a country, a year and the four indicators."""
    cells = [(row, name) for row in table for name in DIMENSIONS if row[name]]
    long = {
        "node": [row["iso3"] for row, _ in cells],
        "kpi": [name for _, name in cells],
        "period": [row["year"] for row, _ in cells],
        "value": [float(row[name]) for row, name in cells],
    }
    ids = sorted({row["iso3"] for row in table})
    org = ck.OrgTree.from_table({"id": ids, "parent": [""] * len(ids)}, roots="many")
    kpis = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in DIMENSIONS]
    targets = ck.assign(org, ck.Kpis(kpis), long)  # goalposts do not read them
    total = ck.score(ck.measure(targets, long), DEVELOPMENT).total
    periods = targets.periods.labels
    return np.array([total[periods.index(r["year"]), org.row(r["iso3"])] for r in table])


def test_transcribed_countries_by_a_scorecard():
    table = [
        {"iso3": iso, "year": "2021"} | {k: str(x) for k, x in zip(DIMENSIONS, line, strict=True)}
        for iso, (line, _) in SOME.items()
    ]
    assert np.round(developed(table), 3).tolist() == [published for _, published in SOME.values()]


def test_human_development_index_by_a_scorecard():
    """All 6,240 rows; without an index are those that lack an indicator, and Rwanda to 1994."""
    table = rows("hdi", "hdi_components_1990_2021.csv")
    table = [row for row in table if not row["iso3"].startswith("ZZ")]
    found, published = developed(table), numbers(table, "hdi")
    assert (len(table), int((~np.isnan(published)).sum())) == (6240, 5571)
    odd = [row for row, differs in zip(table, np.isnan(found) != np.isnan(published), strict=True)
           if differs]  # fmt: skip
    assert {(row["iso3"], int(row["year"])) for row in odd} == {
        ("RWA", y) for y in range(1990, 1995)
    }
    there = ~np.isnan(published)
    assert (np.round(found, 3) == published)[there].all()


def test_what_is_transcribed_is_in_the_table():
    table = rows("hdi", "hdi_components_1990_2021.csv")
    for country, (values, published) in SOME.items():
        (row,) = (r for r in table if r["iso3"] == country and r["year"] == "2021")
        assert tuple(float(row[name]) for name in DIMENSIONS) == pytest.approx(values, rel=1e-9)
        assert float(row["hdi"]) == published


def test_norms_of_every_indicator_of_the_sustainable_development_report():
    table = rows("sdg_index", "sdr2021_indicators_long.csv")
    odd = rows("sdg_index", "sdr2021_norm_exceptions.csv")
    odd = {(row["iso"], row["code"]) for row in odd}
    table = [
        r for r in table if r["raw"] and r["norm_published"] and (r["iso"], r["code"]) not in odd
    ]
    assert len(table) == 14_933
    raw, published = numbers(table, "raw"), numbers(table, "norm_published")
    worst, best = numbers(table, "worst0"), numbers(table, "best100")
    rule, down = Goalposts("worst0", "best100"), worst > best
    found = np.empty_like(raw)
    for better, which in ((HIGHER, ~down), (LOWER, down)):
        given = np.full(which.sum(), np.nan), better, worst[which], best[which]
        assert not rule.refuses(*given).any()
        found[which] = rule(raw[which], *given)
    assert np.abs(100 * found - published).max() <= 0.0005 + 1e-9


def test_normalised_stage_of_the_asem_index():
    treated, wanted = (rows("asem_coinr", f"data_{name}.csv") for name in ("Treated", "Normalised"))
    indicators = rows("asem_coinr", "IndMeta.csv")
    assert len(indicators) == 49
    for indicator in indicators:
        values = numbers(treated, indicator["IndCode"])
        ends = float(np.nanmin(values)), float(np.nanmax(values))
        up = float(indicator["Direction"]) > 0
        rule = Goalposts(*(ends if up else ends[::-1]), floor=None, cap=None)
        found = 100 * rule(values, np.full_like(values, np.nan), HIGHER if up else LOWER)
        np.testing.assert_allclose(found, numbers(wanted, indicator["IndCode"]), rtol=0, atol=1e-12)
