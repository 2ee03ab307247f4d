"""Means by exposure: within what they are of, exact where it is all the same."""

import numpy as np
import pytest

from cascade_kpi.exposing.means import means, shares
from tests.helpers import refused

ONE = np.zeros(2, dtype=np.int64)


@pytest.mark.parametrize(
    ("levels", "counts"),
    [
        ([93841.10374616065, 111.32432798145393], [7.84370651522658e-09, 181358953.6947976]),
        ([5.226385048163213e-13, 107.43446098611031], [3.59432074628169e-06, 44998784114747.81]),
    ],
)
def test_a_mean_is_never_beyond_its_levels(levels, counts):
    (mean,) = means(np.array(levels), np.array(counts), ONE, 1)
    assert min(levels) <= mean <= max(levels)


def test_levels_that_are_the_same_are_their_mean_and_what_is_absent_does_not_count():
    levels, group = np.array([0.1, 0.1, np.nan, 7.0, np.nan]), np.array([1, 1, 1, 0, 2])
    found = means(levels, np.array([0.1, 0.7, 5.0, 0.3, 1.0]), group, 4)
    assert found[:2].tolist() == [7.0, 0.1]
    assert np.isnan(found[2:]).all()


def test_sums_beyond_floats_are_refused():
    for levels, counts in (([1e308, -1e308], [1.0, 1.0]), ([1.0, 2.0], [1e308, 1e308])):
        (fault,) = refused(means, np.array(levels), np.array(counts), ONE, 1)
        assert "largest float" in fault.reason


def test_shares_are_of_what_counts():
    some = np.array([True, False, True, True])
    found = shares(np.array([1.0, 5.0, 3.0, 2.0]), some, np.array([0, 0, 0, 1]))
    np.testing.assert_array_equal(found, [0.25, np.nan, 0.75, 1.0])
