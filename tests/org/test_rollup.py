"""Aggregates over children and subtrees: what they take and what they refuse."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, org, refused

# preorder: hq, east, ann, bob, west, cid
OWN = [NAN, 1, 2, NAN, NAN, 5]


@pytest.mark.parametrize(
    ("missing", "sums", "means"),
    [
        ("renormalise", [8, 3, 2, NAN, 5, 5], [8 / 3, 1.5, 2, NAN, 5, 5]),
        ("zero", [8, 3, 2, 0, 5, 5], [2, 1, 2, 0, 5, 5]),
        ("hold", [NAN, NAN, 2, NAN, 5, 5], [NAN, NAN, 2, NAN, 5, 5]),
    ],
)
def test_a_leaf_is_due_and_an_inner_node_is_not(missing, sums, means):
    over = org().over_subtrees(missing)
    np.testing.assert_array_equal(over.sum(OWN), sums)
    np.testing.assert_array_equal(over.mean(OWN), means)
    assert over.count(OWN).tolist() == [3, 2, 1, 0, 1, 1]


def test_refuse_names_the_leaves_that_are_absent():
    (fault,) = refused(org().over_subtrees("refuse").sum, OWN)
    assert fault.value == "bob"
    assert org().over_subtrees("refuse").sum([NAN, 1, 2, 3, NAN, 5])[0] == 11


def test_over_children_leaves_the_node_out():
    over = org().over_children()
    np.testing.assert_array_equal(over.sum(OWN), [1, 2, NAN, NAN, 5, NAN])
    assert over.count(OWN).tolist() == [1, 1, 0, 0, 1, 0]
    np.testing.assert_array_equal(
        org().over_children("hold").sum(OWN), [NAN, NAN, NAN, NAN, 5, NAN]
    )
    np.testing.assert_array_equal(org().over_children("zero").sum(OWN), [1, 2, NAN, NAN, 5, NAN])


def test_a_root_is_nobodys_child_and_owes_nothing():
    over = org().over_children("refuse")
    np.testing.assert_array_equal(over.sum([NAN, 1, 2, 3, 4, 5]), [5, 5, NAN, NAN, 5, NAN])


def test_weighted_means_are_divided_last():
    over = org().over_subtrees()
    got = over.weighted_mean([NAN, NAN, 2, 4, NAN, 9], [NAN, NAN, 3, 1, NAN, 0])
    np.testing.assert_array_equal(got, [2.5, 2.5, 2, 4, NAN, NAN])
    blank = over.weighted_mean([NAN, NAN, 2, 4, NAN, 9], [NAN, NAN, 3, NAN, NAN, 1])
    np.testing.assert_array_equal(blank, [3.75, 2, 2, NAN, 9, 9])


def test_weights_are_not_negative_and_one_a_value():
    over = org().over_subtrees()
    (fault,) = refused(over.weighted_mean, [1.0] * 6, [1, 1, 1, -1, 1, 1])
    assert fault.value == "bob"
    refused(over.weighted_mean, np.ones((6, 2)), np.ones(6))


@pytest.mark.parametrize(
    "values", [["1"] * 6, [1.0] * 5, np.ones((6, 2, 2)), np.ones((5, 6)), np.float64(1), [None] * 6]
)
def test_columns_are_numbers_one_row_a_node(values):
    refused(org().over_subtrees().sum, values)


@pytest.mark.parametrize("values", [[1, 1, math.inf, 1, 1, 1], [1, 1, -math.inf, math.inf, 1, 1]])
def test_infinite_values_are_refused(values):
    for ask in ("sum", "mean", "min", "max", "count"):
        refused(getattr(org().over_subtrees(), ask), values)


def test_an_overflow_is_refused():
    refused(org().over_subtrees().sum, [1, 1, 1.7e308, 1.7e308, 1, 1])


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 200])
def test_wide_and_narrow_kernels_give_the_same_bits(n):
    """A sum of many is taken one after another, however the groups lie in memory."""
    values = [0.1 * 3**i % 7 for i in range(n)]
    total = values[0]
    for value in values[1:]:
        total += value
    for groups in (1, 3, 80):
        shape = {"r": "", **{f"g{g:02d}": "r" for g in range(groups)}}
        shape |= {f"g{g:02d}n{i:03d}": f"g{g:02d}" for g in range(groups) for i in range(n)}
        tree = org(shape)
        own = np.full(len(tree), NAN)
        own[tree.is_leaf] = values * groups
        own[tree.depth == 1] = 0.3
        got = tree.over_subtrees().sum(own)
        assert set(got[tree.depth == 1].tolist()) == {total + 0.3}


def test_the_scope_and_the_policy_can_be_seen():
    assert ck.Missing.HOLD is org().over_children("hold").missing
    refused(org().over_subtrees, "held")
