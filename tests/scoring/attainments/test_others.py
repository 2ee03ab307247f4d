"""Quotients, differences, improvements, and rounded attainments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import testing
from tests.helpers import NAN, gaps_of, measured, org, refused
from tests.test_testing import ATTAINMENTS

Quotient, Difference = ck.attainments.Quotient, ck.attainments.Difference
Improvement, Rounded = ck.attainments.Improvement, ck.attainments.Rounded
HIGHER, LOWER, BAND = ck.directions.Higher(), ck.directions.Lower(), ck.directions.OnTarget(2)
NUMBERS = st.integers(-60, 60).map(lambda n: n / 4)


def attained(rule, actual, target, better=HIGHER, *columns):
    arrays = [np.array([float(x)]) for x in (actual, target, *columns)]
    return float(rule(arrays[0], arrays[1], better, *arrays[2:])[0])


@pytest.mark.parametrize("rule", ATTAINMENTS, ids=repr)
def test_laws_hold_where_lower_is_better(rule):
    if "Goalposts" in repr(rule):
        rule = ck.attainments.Goalposts("worst", "best")
    testing.check_attainment(rule, better=LOWER)


@given(NUMBERS, NUMBERS.filter(lambda t: t > 0))
def test_quotients_are_the_better_way_round(actual, target):
    assert attained(Quotient(99), actual, target) == min(actual / target, 99)
    saved = target / actual if actual > 0 else np.inf
    assert attained(Quotient(), actual, target, LOWER) == min(saved, 2)


@given(NUMBERS, st.integers(9, 60).map(lambda n: n / 4))
def test_quotients_around_a_band_are_over_its_nearest_edge(actual, target):
    low, high = target - 2, target + 2
    wanted = actual / low if actual < low else high / actual if actual > high else 1
    assert attained(Quotient(), actual, target, BAND) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("better", "target", "met", "short"), [(HIGHER, 0, 1, -1), (LOWER, -5, -6, 1), (BAND, 2, 2, 5)]
)
def test_a_target_that_is_not_positive_has_a_policy(better, target, met, short):
    """With a band of 2 around 2, zero is as good as the target: there is no ratio to it."""
    assert attained(Quotient(2, "met"), met, target, better) == 1
    assert attained(Quotient(2, "met"), short, target, better) == 0
    for policy in ("refuse", "exclude"):
        assert np.isnan(attained(Quotient(2, policy), met, target, better))
        refuses = Quotient(2, policy).refuses(np.array([float(target), 9, NAN]), better)
        assert refuses.tolist() == [policy == "refuse", False, False]


@given(NUMBERS, NUMBERS)
def test_differences_are_above_zero_where_the_result_is_better(actual, target):
    assert attained(Difference(), actual, target) == actual - target
    assert attained(Difference(), actual, target, LOWER) == target - actual
    assert attained(Difference(), actual, target, BAND) == -max(abs(actual - target) - 2, 0)


@given(NUMBERS, NUMBERS.filter(bool))
def test_improvement_is_by_the_size_of_what_was(actual, before):
    gain = (actual - before) / abs(before)
    assert attained(Improvement("b"), actual, NAN, HIGHER, before) == gain
    assert attained(Improvement(before), actual, NAN, LOWER) == -gain


def test_no_improvement_on_zero():
    tree = org(last=[0, 1, 2, 0, 4, NAN])
    found = measured(tree, ck.Kpi("k", "x"), 6, {"ann": 1, "bob": 2, "cid": 3})
    faults = refused(gaps_of, found, ck.Item("k", attainment=Improvement("last")))
    assert [f.value for f in faults] == ["hq", "ann"]
    assert "zero='exclude'" in faults[0].repair
    item = ck.Item("k", ck.curves.Linear(floor=None), Improvement("last", "exclude"))
    totals = gaps_of(found, item).scores.total[0]
    np.testing.assert_array_equal(totals, [NAN, 200, NAN, -50, 50, NAN])
    assert ck.explain(gaps_of(found, item).scores, "east", kpi="k").evaluate() == 200


def test_needed_columns_are_explained_by_their_names():
    tree = org(low=[0] * 6, high=[10, 20, 30, 40, 50, 60])
    found = measured(tree, ck.Kpi("k", "x"), 6, {"ann": 4})
    scores = gaps_of(found, ck.Item("k", attainment=ck.attainments.Goalposts("low", "high"))).scores
    why = ck.explain(scores, "ann", kpi="k", quantity="attainment")
    told = str(why)
    assert "low, ann, 2026 = 0 x  ← units row 3, low" in told
    assert "high, ann, 2026 = 40 x  ← units row 3, high" in told
    assert why.evaluate() == why.value == 0.1


def test_rounded_is_the_other_rounded():
    of = ck.attainments.Goalposts("w", 200)
    rule = Rounded(of, 1, "half_up")
    assert rule.columns == ("w",)
    assert attained(rule, 125, NAN, HIGHER, 100) == 0.3
    assert ck.attainments.one_way(rule)
    assert not ck.attainments.one_way(Rounded(Quotient()))
    zero = np.zeros(1)
    assert Rounded(Quotient()).refuses(zero, HIGHER).tolist() == [True]
    assert Rounded(Quotient()).remedy == Quotient().remedy
    assert Rounded(Difference()).remedy == "change the target"


def test_faults_are_told_together():
    assert [f.column for f in refused(Quotient, 0.5, "x")] == ["most", "not_positive"]
    assert [f.column for f in refused(Quotient, NAN, None)] == ["most", "not_positive"]
    assert [f.column for f in refused(Improvement, None, "met")] == ["baseline", "zero"]
    assert [f.column for f in refused(Improvement, 0)] == ["baseline"]
    assert [f.column for f in refused(Rounded, 5, -1, "x")] == ["of", "decimals", "mode"]


def test_a_result_next_to_zero_attains_the_most():
    found = measured(org(), ck.Kpi("k", "x", better="lower"), 6e9, {"ann": 1e-300})
    item = ck.Item("k", attainment=Quotient())
    assert gaps_of(found, item).scores.total[0, 2] == 200
