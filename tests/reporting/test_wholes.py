"""Phased targets: the whole beside its latest part."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.reporting.wholes import Span
from tests.helpers import org

KPIS = [
    ck.Kpi("sales", "CNY", lot=1, decimals=0),
    ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100)),
]
QUARTERS = [f"{year}Q{q}" for year in (2026, 2027) for q in (1, 2, 3, 4)]


def years():
    goals = {"node": ["hq"] * 4, "kpi": ["sales", "churn"] * 2, "value": [800, 3, 1_200, 2],
             "period": ["2026", "2026", "2027", "2027"]}  # fmt: skip
    return ck.cascade(org(), KPIS, goals)


def quarters():
    return ck.phase(years(), {"2026": QUARTERS[:4], "2027": QUARTERS[4:]}, ck.profiles.Even())


def results():
    rows = [
        {"node": "ann", "kpi": "sales", "period": period, "value": 100.0 + i}
        for i, period in enumerate(QUARTERS[:7])
    ]
    rows += [
        {"node": "ann", "kpi": "churn", "period": period, "numerator": i, "denominator": 100}
        for i, period in enumerate(QUARTERS[:7])
    ]
    return ck.measure(quarters(), rows)


@pytest.mark.parametrize("p", range(8))
def test_a_quarter_is_part_of_its_year(p):
    span = Span.of(quarters(), p)
    assert (span.label, span.start, span.end) == (("2026", 0, 4), ("2027", 4, 8))[p // 4]


def test_months_of_quarters_of_a_year_are_part_of_the_year():
    year = ck.cascade(org(), KPIS[:1], {"sales": 1_200}, periods="2027")
    halves = ck.phase(year, ["2027H1", "2027H2"], ck.profiles.Even())
    months = [f"2027-{i:02}" for i in range(1, 7)]
    parts = ck.phase(halves, {"2027H1": months[:3], "2027H2": months[3:]}, ck.profiles.Even())
    for p in range(6):
        span = Span.of(parts, p)
        assert (span.label, span.start, span.end) == ("2027", 0, 6)
    assert Span.of(year, 0) is None


def test_targets_without_results_headline_the_year():
    report = ck.report(quarters())
    assert report.title == "hq, 2027"
    text = report.markdown()
    assert "Targets for 2027, phased; the latest period is 2027Q4" in text
    assert "| sales | 300 CNY | target 1,200 CNY |" in text
    page = report.html()
    assert '<span class="figure">1,200</span>' in page
    assert "2027Q4: 300 CNY" in page
    assert ck.report(quarters(), period="2026Q2").title == "hq, 2026"


def test_results_stand_beside_the_year_so_far():
    report = ck.report(results(), period="2027Q3")
    assert report.title == "hq, 2027Q3"
    text = report.markdown()
    assert "2027Q3 of 2027" in text
    assert "315 CNY so far, target 1,200 CNY" in text  # 104 + 105 + 106
    assert "5.00 % so far, target 2.00 %" in text  # 15 of 300: as parts, and divided last
    span = Span.of(quarters(), 6)
    assert math.isnan(span.whole("sales", 0, 6, None).so_far)


def test_what_was_not_phased_is_as_it_was():
    text = ck.report(years()).markdown()
    assert "| KPI | target |" in text
    assert np.isnan(Span.of(quarters(), 0).whole("churn", 0, 0, None).so_far)
