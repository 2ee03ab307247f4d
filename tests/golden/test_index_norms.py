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


def number(text):
    """A figure as the authority writes it: 2,200.00, or blank where it is not yet reported."""
    return float(text.replace(",", "") or "nan")


def test_monthly_indicators_of_a_transport_authority():
    """Desired change up, down or none; blanks stay absent, and only good results attain 1."""
    table = rows("mta_kpi", "mta_indicators_monthly.csv")
    ways = {"U": HIGHER, "D": LOWER, "N": ck.directions.OnTarget()}
    seen = {}
    for letter, better in ways.items():
        part = [row for row in table if row["DESIRED_CHANGE"] == letter]
        target, actual = (
            np.array([number(row[name]) for row in part])
            for name in ("MONTHLY_TARGET", "MONTHLY_ACTUAL")
        )
        blank = np.isnan(target) | np.isnan(actual)
        found = ck.attainments.Proportion("met")(actual, target, better)
        assert (np.isnan(found) == blank).all()
        some = ~blank & (target > 0)
        good = {"U": actual >= target, "D": actual <= target, "N": actual == target}[letter]
        assert ((found >= 1) == good)[some].all()
        seen[letter] = (len(part), int(blank.sum()))
    # Nothing of what has no desired change has a target.
    assert seen == {"U": (5532, 2295), "D": (828, 281), "N": (144, 144)}
