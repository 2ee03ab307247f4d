"""Missing and not due, totals and own reports."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, measured, org, refused

SALES = ck.Kpi("sales", "CNY")
MEAN = ck.Kpi("mood", "points", aggregate=ck.aggregates.Mean())
LEAST = ck.Kpi("least", "points", aggregate=ck.aggregates.Min(), split=ck.splits.Shared())

# rows: hq, east, ann, bob, west, cid; ann reports 4, cid 5, bob nothing
POLICIES = [
    ("renormalise", SALES, [9, 4, 4, NAN, 5, 5]),
    ("zero", SALES, [9, 4, 4, 0, 5, 5]),
    ("hold", SALES, [NAN, NAN, 4, NAN, 5, 5]),
    ("renormalise", MEAN, [4.5, 4, 4, NAN, 5, 5]),
    ("zero", MEAN, [3, 2, 4, 0, 5, 5]),
    ("hold", MEAN, [NAN, NAN, 4, NAN, 5, 5]),
    ("renormalise", LEAST, [4, 4, 4, NAN, 5, 5]),
    ("zero", LEAST, [0, 0, 4, 0, 5, 5]),
]


@pytest.mark.parametrize(("missing", "kpi", "expected"), POLICIES)
def test_policies_for_a_report_that_is_due(missing, kpi, expected):
    results = measured(org(), kpi, 12, {"ann": 4, "cid": 5}, missing=missing)
    np.testing.assert_array_equal(results.of(kpi.name)[0], expected)
    coverage = results.coverage(kpi.name)[0].tolist()
    assert coverage == [2 / 3, 0.5, 1, 0, 1, 1]


def test_refuse_lists_every_report_that_is_missing():
    faults = refused(measured, org(), SALES, 12, {"ann": 4}, missing="refuse")
    assert [fault.value for fault in faults] == ["bob", "cid"]
    measured(org(), SALES, 12, {"ann": 4, "bob": 1, "cid": 1}, missing="refuse")


@pytest.mark.parametrize("missing", ["zero", "hold", "refuse"])
def test_a_leaf_without_a_target_owes_no_report(missing):
    targets = ck.cascade(org(), [SALES], entries(("east", "sales", 10)), periods="p")
    table = entries(("ann", "sales", 4), ("bob", "sales", 1))
    results = ck.measure(targets, table, missing=missing)
    np.testing.assert_array_equal(results.of("sales")[0], [5, 5, 4, 1, NAN, NAN])
    np.testing.assert_array_equal(results.coverage("sales")[0], [1, 1, 1, 1, NAN, NAN])


def test_a_total_stands_for_all_that_lies_below():
    results = measured(org(), SALES, 12, {"east": 7, "cid": 1}, missing="refuse")
    np.testing.assert_array_equal(results.of("sales")[0], [8, 7, NAN, NAN, 1, 1])
    assert results.coverage("sales")[0].tolist() == [1] * 6


def test_a_total_beside_its_parts_is_refused_with_its_row():
    values = {"ann": 1, "cid": 2, "hq": 9, "east": 3}
    faults = refused(measured, org(), SALES, 12, values)
    assert sorted((fault.row, fault.value) for fault in faults) == [(2, "hq"), (3, "east")]


def test_own_reports_are_added_to_what_lies_below():
    values = {"ann": 1, "cid": 2, "hq": 9, "east": 3}
    results = measured(org(), SALES, 12, values, inner="own")
    np.testing.assert_array_equal(results.of("sales")[0], [15, 4, 1, NAN, 2, 2])
    assert results.coverage("sales")[0, 0] == 2 / 3


def test_nothing_there_at_all_stays_absent():
    assert np.isnan(measured(org(), SALES, 12, {}).of("sales")).all()


def test_a_ratio_whose_denominators_sum_to_zero_is_absent():
    kpi = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
    targets = ck.cascade(org(), [kpi], {"churn": 2}, periods="p")
    columns = "node", "kpi", "numerator", "denominator"
    table = entries(
        ("ann", "churn", 0, 0), ("bob", "churn", 1, 0), ("cid", "churn", 1, 4), columns=columns
    )
    got = ck.measure(targets, table).of("churn")[0]
    np.testing.assert_array_equal(got, [50, NAN, NAN, NAN, 25, 25])


def test_an_overflow_is_refused():
    refused(measured, org(), SALES, 12, {"ann": 1.7e308, "bob": 1.7e308})


def test_one_tree_one_set_of_kpis_and_periods():
    targets = ck.cascade(org(), [SALES], {"sales": 1}, periods="p")
    good = ck.Actuals.from_table(org(), [SALES], entries(("ann", "sales", 1)), periods="p")
    assert ck.measure(targets, good).of("sales")[0, 0] == 1  # an equal tree will do
    other = ck.Actuals.from_table(
        org({"hq": "", "x": "hq"}), [MEAN], entries(("x", "mood", 1)), periods="q"
    )
    assert len(refused(ck.measure, targets, other)) == 3


@pytest.mark.parametrize("options", [{"missing": "zeros"}, {"inner": "totals"}])
def test_misspelt_options_are_refused(options):
    refused(measured, org(), SALES, 1, {"ann": 1}, **options)
