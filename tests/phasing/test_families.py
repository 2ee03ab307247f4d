"""Children by periods: both margins, zeros, closeness to the fit, and each family alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.fitting.blocking import Blockage
from cascade_kpi.phasing import families
from cascade_kpi.phasing.families import ROUNDS, divide_alone, divide_families


@st.composite
def tables(draw, zeros=False):
    """Some families of one span: months, lots, weights."""
    span, periods, groups = (draw(st.integers(1, most)) for most in (9, 12, 3))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    lots = rng.integers(0, draw(st.sampled_from([2, 30, 10_000, 1 << 40])), (span, groups))
    weights = rng.random((periods, span, groups)) + 0.01
    if zeros:
        weights[rng.random(weights.shape) < 0.3] = 0.0
        weights[0][~weights.any(axis=0)] = 1.0
    weights /= weights.sum(axis=0)
    above = rng.random((periods, groups)) + 0.01
    return divide_alone(lots.sum(axis=0), above), lots, weights


@given(tables())
def test_both_margins_are_met_and_nobody_has_less_than_nothing(table):
    months, lots, weights = table
    shares, stuck = divide_families(months, lots, weights)
    assert not stuck.any()
    assert (shares >= 0).all()
    assert (shares.sum(axis=0) == lots).all()
    assert (shares.sum(axis=1) == months).all()


@given(tables())
def test_no_cell_is_far_from_the_fitted_table(table):
    months, lots, weights = table
    shares, _ = divide_families(months, lots, weights)
    fitted = families._fit(months, lots, weights)
    # A rounding for each halving, and what eight rounds leave of the margins.
    error = np.abs(fitted.sum(axis=1) - months).max() + np.abs(fitted.sum(axis=0) - lots).max()
    assert np.abs(shares - fitted).max() <= 1 + (len(lots) - 1).bit_length() + 2 * error


@given(tables(zeros=True))
def test_zeros_are_kept_and_margins_met_unless_a_family_is_stuck(table):
    months, lots, weights = table
    shares, stuck = divide_families(months, lots, weights)
    well = ~stuck
    assert not shares[:, :, well][weights[:, :, well] == 0].any()
    assert (shares.sum(axis=0) == lots)[:, well].all()
    assert (shares.sum(axis=1) == months)[:, well].all()


@given(tables(zeros=True))
def test_a_family_has_the_same_lots_beside_others_as_alone(table):
    months, lots, weights = table
    shares, stuck = divide_families(months, lots, weights)
    for g in range(lots.shape[1]):
        part = slice(g, g + 1)
        alone, alone_stuck = divide_families(months[:, part], lots[:, part], weights[:, :, part])
        assert (alone[:, :, 0] == shares[:, :, g]).all()
        assert alone_stuck[0] == stuck[g]


def test_the_same_profile_for_all_gives_everybody_its_share_of_each_month():
    months = np.array([[30], [70]])
    lots = np.array([[60], [40]])
    weights = np.full((2, 2, 1), 0.5)
    shares, _ = divide_families(months, lots, weights)
    assert shares[:, :, 0].tolist() == [[18, 12], [42, 28]]


def test_a_child_is_heavier_in_its_own_season():
    months, lots = np.array([[50], [50]]), np.array([[50], [50]])
    weights = np.array([[[0.8], [0.2]], [[0.2], [0.8]]])
    shares, _ = divide_families(months, lots, weights)
    assert shares[:, :, 0].tolist() == [[40, 10], [10, 40]]


def test_a_month_that_nobody_may_have_is_told():
    months, lots = np.array([[1], [1]]), np.array([[1], [1]])
    weights = np.array([[[1.0], [1.0]], [[0.0], [0.0]]])
    _, stuck = divide_families(months, lots, weights)
    assert stuck.tolist() == [True]


def test_more_than_a_closed_month_can_leave_is_told():
    # The second child is closed in the first month, and has more than the second month has.
    months, lots = np.array([[6], [4]]), np.array([[5], [5]])
    weights = np.array([[[0.5], [0.0]], [[0.5], [1.0]]])
    _, stuck = divide_families(months, lots, weights)
    assert stuck.tolist() == [True]


@pytest.mark.parametrize("span", [1, 2, 3, 5, 8, 70])
def test_wide_families_are_divided_too(span):
    rng = np.random.default_rng(span)
    lots = rng.integers(0, 50, (span, 2))
    weights = rng.random((4, span, 2)) + 0.1
    months = divide_alone(lots.sum(axis=0), np.ones((4, 2)))
    shares, _ = divide_families(months, lots, weights / weights.sum(axis=0))
    assert (shares.sum(axis=0) == lots).all()
    assert (shares.sum(axis=1) == months).all()


def test_eight_rounds_are_stated_and_done(monkeypatch):
    rounds = []
    monkeypatch.setattr(families, "range", lambda n: rounds.append(n) or range(n), raising=False)
    months, lots = np.array([[5], [5]]), np.array([[5], [5]])
    divide_families(months, lots, np.full((2, 2, 1), 0.5))
    assert rounds[0] == ROUNDS == 8


@given(tables(zeros=True), st.integers(0, 1 << 32))
def test_only_families_without_any_table_are_stuck(table, number):
    _, _, weights = table
    rng = np.random.default_rng(number)
    some = rng.integers(0, 6, weights.shape) * (weights > 0)  # a table with these margins
    months, lots = some.sum(axis=1), some.sum(axis=0)
    shares, stuck = divide_families(months, lots, weights)
    assert not stuck.any()
    assert (shares.sum(axis=0) == lots).all()
    assert (shares.sum(axis=1) == months).all()
    assert not shares[weights == 0].any()


def test_a_family_that_halving_cannot_divide_is_apportioned():
    rng = np.random.default_rng(0)
    fallen, nothing = 0, Blockage(0, np.zeros(1, dtype=int), np.zeros(0, dtype=int))
    for _ in range(300):
        weights = rng.random((4, 4, 1)) * (rng.random((4, 4, 1)) > 0.5)
        weights[0] += ~weights.any(axis=0)
        some = rng.integers(0, 6, weights.shape) * (weights > 0)
        months, lots = some.sum(axis=1), some.sum(axis=0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(families, "divide_both", lambda *given: nothing)
            fallen += divide_families(months, lots, weights)[1][0]
        assert not divide_families(months, lots, weights)[1][0]
    assert fallen
