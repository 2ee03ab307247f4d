"""Targets: assigned ones, arrays, and reading them in lots or units."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

QUOTA = ck.Kpi("quota", "CNY")


def test_quotas_add_up_with_the_managers_own():
    table = entries(("ann", "quota", 3), ("bob", "quota", 4), ("east", "quota", 1))
    got = ck.assign(org(), [QUOTA], table, periods="2026").of("quota")
    np.testing.assert_array_equal(got[0], [8, 8, 3, 4, NAN, NAN])


@pytest.mark.parametrize(("aggregate", "hq"), [(ck.aggregates.Min(), 3), (ck.aggregates.Max(), 4)])
def test_extremes_roll_up_as_extremes(aggregate, hq):
    kpi = ck.Kpi("quota", "h", aggregate=aggregate)
    got = ck.assign(org(), [kpi], entries(("ann", "quota", 3), ("cid", "quota", 4)), periods="p")
    assert got.of("quota")[0, 0] == hq


@pytest.mark.parametrize("aggregate", [ck.aggregates.Ratio(100), ck.aggregates.Mean()])
def test_targets_of_ratios_and_means_stay_where_they_are(aggregate):
    kpi = ck.Kpi("quota", "%", aggregate=aggregate)
    got = ck.assign(org(), [kpi], entries(("ann", "quota", 3)), periods="p").of("quota")
    np.testing.assert_array_equal(got[0], [NAN, NAN, 3, NAN, NAN, NAN])


def test_given_and_shared_targets_are_not_counted_in_lots():
    given = ck.assign(org(), [QUOTA], entries(("ann", "quota", 3)), periods="p")
    refused(given.lots_of, "quota")
    refused(given.lots_of, "qouta")


def test_lots_are_masked_where_there_is_no_target():
    targets = ck.cascade(org(), [QUOTA], entries(("east", "quota", 0.05)), periods="p")
    got = targets.lots_of("quota")
    assert got.mask[0].tolist() == [True, False, False, False, True, True]
    assert got.compressed().tolist() == [5, 3, 2]
    np.testing.assert_array_equal(targets.of("quota")[0], [NAN, 0.05, 0.03, 0.02, NAN, NAN])


def test_a_kpi_without_goals_has_no_targets():
    other = ck.Kpi("other", "x")
    targets = ck.cascade(org(), [QUOTA, other], {"quota": 1}, periods="p")
    assert np.isnan(targets.of("other")).all()


def test_arrays_are_taken_as_they_are():
    one = ck.Targets.from_columns(
        org(), ck.Kpis([QUOTA]), {"quota": [6, 5, 2, NAN, 1, 1]}, periods="p"
    )
    np.testing.assert_array_equal(one.of("quota"), [[6, 5, 2, NAN, 1, 1]])
    two = ck.Targets.from_columns(
        org(), ck.Kpis([QUOTA]), {"quota": np.ones((2, 6))}, periods=["p", "q"]
    )
    assert two.of("quota").shape == (2, 6)


@pytest.mark.parametrize(
    "columns",
    [
        {"qouta": np.ones(6)},
        {"quota": np.ones(5)},
        {"quota": np.ones((2, 6))},
        {"quota": np.array(["1"] * 6)},
        {"quota": np.array([1, 2, np.inf, 1, 1, 1])},
    ],
)
def test_arrays_that_do_not_fit_are_refused(columns):
    refused(ck.Targets.from_columns, org(), ck.Kpis([QUOTA]), columns, periods="p")


def test_what_is_returned_cannot_be_written_to():
    targets = ck.cascade(org(), [QUOTA], {"quota": 1}, periods="p")
    with pytest.raises(ValueError, match="read-only"):
        targets.of("quota")[0, 0] = 5


def test_targets_compare_by_content():
    made = [ck.cascade(org(), [QUOTA], {"quota": value}, periods="p") for value in (1, 1, 2)]
    assert made[0] == made[1]
    assert hash(made[0]) == hash(made[1])
    assert made[0] != made[2]
    assert "quota" in repr(made[0])
