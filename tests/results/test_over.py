"""Quarters into a year."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

COLUMNS = "node", "kpi", "period", "value"
SALES = ck.Kpi("sales", "CNY")
CHURN = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))


def results(goals, reports, kpi=SALES, columns=COLUMNS, **options):
    goals = entries(*[(n, kpi.name, p, v) for n, p, v in goals], columns=COLUMNS)
    table = entries(*[(n, kpi.name, *rest) for n, *rest in reports], columns=columns)
    return ck.measure(ck.cascade(org(), [kpi], goals, periods=["Q1", "Q2"]), table, **options)


def test_the_target_of_a_ratio_is_weighed_by_the_volumes_reported():
    year = ck.over_periods(
        results(
            [("hq", "Q1", 2), ("hq", "Q2", 4)],
            [("ann", "Q1", 1, 100), ("ann", "Q2", 6, 300)],
            CHURN,
            ("node", "kpi", "period", "numerator", "denominator"),
        ),
        "2026",
    )
    assert year.targets.of("churn")[0, 2] == pytest.approx(3.5)  # (2·100 + 4·300) / 400
    assert year.of("churn")[0, 2] == pytest.approx(1.75)


def test_a_period_that_is_held_back_holds_the_whole_back():
    year = ck.over_periods(
        results([("hq", "Q1", 6), ("hq", "Q2", 6)], [("ann", "Q1", 1), ("cid", "Q1", 1),
                ("cid", "Q2", 2)], missing="hold"), "2026")  # fmt: skip
    np.testing.assert_array_equal(year.of("sales")[0], [NAN, NAN, NAN, NAN, 3, 3])


def test_coverage_counts_only_what_was_due():
    year = ck.over_periods(
        results([("hq", "Q1", 6)], [("ann", "Q1", 1), ("bob", "Q1", 1), ("cid", "Q1", 1)]), "2026"
    )
    assert year.coverage("sales")[0].tolist() == [1] * 6


def test_a_year_with_a_total_in_one_quarter_and_parts_in_another():
    year = ck.over_periods(
        results([("hq", "Q1", 6), ("hq", "Q2", 6)], [("hq", "Q1", 5), ("ann", "Q2", 1)]), "2026"
    )
    np.testing.assert_array_equal(year.of("sales")[0], [6, 1, 1, NAN, NAN, NAN])
    # hq 6 and, of what was reported, ann's 1.5; those who never reported keep theirs
    assert year.targets.of("sales")[0].tolist() == [7.5, 1.5, 1.5, 3, 6, 6]


def test_the_year_can_be_scored_and_what_it_was_made_of_is_kept():
    quarters = results([("hq", "Q1", 6), ("hq", "Q2", 6)], [("hq", "Q1", 5), ("hq", "Q2", 1)])
    year = ck.over_periods(quarters, "2026")
    assert year.source is quarters
    card = ck.Scorecard([ck.Item("sales")], {"sales": 100})
    assert ck.score(year, card).total[0, 0] == 50


def test_what_if_is_asked_of_one_period_not_of_a_year():
    quarters = results([("hq", "Q1", 6), ("hq", "Q2", 6)], [("ann", "Q1", 2)])
    (fault,) = refused(ck.over_periods(quarters, "y").what_if, "bob", "sales", 1.0)
    assert "one period" in fault.repair
    assert quarters.what_if("bob", "sales", 1.0, period="Q1").after[-1] == 3


def test_an_overflow_is_refused():
    quarters = results([("hq", "Q1", 6), ("hq", "Q2", 6)],
                       [("hq", "Q1", 1.7e308), ("hq", "Q2", 1.7e308)])  # fmt: skip
    refused(ck.over_periods, quarters, "2026")
