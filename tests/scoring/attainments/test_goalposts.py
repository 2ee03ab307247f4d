"""Distances between goalposts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, gaps_of, measured, org, refused

Goalposts = ck.attainments.Goalposts
HIGHER, LOWER = ck.directions.Higher(), ck.directions.Lower()
ENDS = st.integers(-1000, 1000).map(lambda n: n / 10)


def attained(rule, *actual, columns=()):
    actual = np.array(actual, dtype=float)
    given = (np.full_like(actual, column) for column in columns)
    return rule(actual, np.full_like(actual, NAN), HIGHER, *given).tolist()


@given(ENDS, ENDS, st.floats(-500, 500))
def test_the_way_from_the_worst_to_the_best(worst, best, actual):
    if worst == best:
        assert [f.column for f in refused(Goalposts, worst, best)] == ["best"]
        return
    way = (actual - worst) / (best - worst)
    assert attained(Goalposts(worst, best), actual) == [pytest.approx(min(max(way, 0), 1))]
    assert attained(Goalposts(worst, best, floor=None, cap=None), actual, worst, best) == [
        pytest.approx(way), 0, 1,
    ]  # fmt: skip
    assert attained(Goalposts(worst, best, floor=-0.5, cap=2), actual) == [
        pytest.approx(min(max(way, -0.5), 2))
    ]


def test_columns_are_each_nodes_own_goalposts():
    rule = Goalposts("low", "high")
    assert rule.columns == ("low", "high")
    assert attained(rule, 5, columns=(0, 20)) == [0.25]
    assert attained(Goalposts("low", 20), 5, columns=(0,)) == [0.25]
    assert attained(Goalposts(0, "high"), 5, columns=(20,)) == [0.25]
    assert np.isnan(attained(rule, 5, columns=(NAN, 20)))
    assert np.isnan(attained(rule, 5, columns=(20, 20)))


def test_a_logarithm_counts_equal_ratios_alike():
    rule = Goalposts(100, 75_000, scale="logarithm")
    x = np.geomspace(100, 75_000, 5)
    assert attained(rule, *x) == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert attained(rule, 0, -5, 1, 1e9) == [0, 0, 0, 1]
    less = Goalposts(1000, 10, scale="logarithm")
    assert attained(less, 100, 0, -1, 1e4) == pytest.approx([0.5, 1, 1, 0])


def test_results_in_any_order_have_the_same_bits():
    x = np.random.default_rng(7).lognormal(8, 2, 999)
    rule = Goalposts(100, 75_000, scale="logarithm")
    whole = np.array(attained(rule, *x))
    assert attained(rule, *x[::-1]) == whole[::-1].tolist()
    assert [attained(rule, one)[0] for one in x[:50]] == whole[:50].tolist()


def test_refused_are_goalposts_without_a_way_or_against_the_direction():
    target = np.array([1.0, NAN, 1.0, 1.0])
    low, high = np.array([0.0, 5.0, 9.0, NAN]), np.array([10.0, 5.0, 1.0, 4.0])
    assert Goalposts("l", "h").refuses(target, HIGHER, low, high).tolist() == [
        False, True, True, False,
    ]  # fmt: skip
    assert Goalposts("l", "h").refuses(target, LOWER, low, high)[:3].tolist() == [True, True, False]
    logs = Goalposts("l", "h", scale="logarithm")
    assert logs.refuses(target, HIGHER, low, high)[:1].tolist() == [True]


def test_goalposts_against_the_direction_are_refused_when_scored():
    found = measured(org(), ck.Kpi("k", "x", better="lower"), 6, {"ann": 1})
    faults = refused(gaps_of, found, ck.Item("k", attainment=Goalposts(0, 10)))
    assert faults[0].value == "hq"
    assert "let the worst, 0.0, be worse than the best" in faults[0].repair
    item = ck.Item("k", attainment=Goalposts(10, 0))
    assert gaps_of(found, item).scores.total[0, 0] == pytest.approx(90)


def test_what_is_best_on_target_has_no_goalposts():
    found = measured(org(), ck.Kpi("k", "x", better=ck.directions.OnTarget(1)), 6, {"ann": 1})
    (fault,) = refused(gaps_of, found, ck.Item("k", attainment=Goalposts(0, 10)))
    assert "best on target" in fault.reason


def test_faults_are_told_together():
    faults = refused(Goalposts, NAN, None, floor="x", cap=NAN, scale="log")
    assert [f.column for f in faults] == ["worst", "best", "floor", "cap", "scale"]
    faults = refused(Goalposts, 0, -1, floor=None, cap=None, scale="logarithm")
    assert [f.column for f in faults] == ["worst", "best", "floor", "cap"]
    assert [f.column for f in refused(Goalposts, 0, 1, floor=1, cap=1)] == ["floor"]
    assert len(refused(Goalposts, "a", "a")) == 1
