"""What a curve is read at: targets of zero, baselines, the result itself."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, gaps_of, measured, org, refused

HIGHER, LOWER = ck.directions.Higher(), ck.directions.Lower()
SALES = ck.Kpi("sales", "CNY")
ANY = np.array([NAN])


def attained(rule, actual, target, better=HIGHER, base=NAN):
    arrays = [np.array([float(x)]) for x in (actual, target, base)]
    return float(rule(arrays[0], arrays[1], better, arrays[2])[0])


@pytest.mark.parametrize(
    ("better", "actual", "met"),
    [
        (HIGHER, 1, 1), (HIGHER, 0, 1), (HIGHER, -1, 0),
        (LOWER, 1, 0), (LOWER, 0, 1), (LOWER, -1, 1),
        (ck.directions.OnTarget(1), 1, 1), (ck.directions.OnTarget(1), 1.5, 0), (HIGHER, NAN, NAN),
    ],
)  # fmt: skip
def test_a_target_of_zero_is_met_or_not_or_excluded(better, actual, met):
    Proportion = ck.attainments.Proportion
    for zero in (0.0, -0.0):
        np.testing.assert_equal(attained(Proportion("met"), actual, zero, better), met)
        assert np.isnan(attained(Proportion("exclude"), actual, zero, better))
    assert attained(Proportion("met"), 50, 100) == 0.5
    assert attained(Proportion("exclude"), 50, 100) == 0.5


def test_a_target_of_zero_is_refused_by_default_with_all_its_nodes():
    results = measured(org(), SALES, 0, {"ann": 1})
    faults = refused(gaps_of, results)
    assert [fault.value for fault in faults] == ["hq", "east", "ann", "bob", "west", "cid"]


def test_a_target_of_zero_that_counts_for_nobody_is_no_fault():
    tree = org(kind=["co", "team", "team", "person", "person", "person"])
    targets = ck.cascade(tree, [SALES, ck.Kpi("b", "x")], {"sales": 0, "b": 12}, periods="p")
    table = {"node": ["ann"] * 2, "kpi": ["sales", "b"], "value": [1, 2]}
    items = [ck.Item("sales"), ck.Item("b")]
    card = ck.Scorecard(items, {"person": {"b": 100}, "team": {"sales": 0, "b": 100}})
    scores = ck.score(ck.measure(targets, table), card)
    assert scores.total[0, 2] == pytest.approx(200 / 3)
    card = ck.Scorecard(items, {"person": {"sales": 50, "b": 50}})
    assert [f.value for f in refused(ck.score, ck.measure(targets, table), card)] == [
        "ann",
        "bob",
        "cid",
    ]


def test_progress_is_the_way_from_the_baseline_whatever_the_direction():
    rule = ck.attainments.Progress("base")
    assert attained(rule, 15, 20, HIGHER, 10) == 0.5
    assert attained(rule, 15, 10, LOWER, 20) == 0.5
    assert attained(rule, 5, 0, LOWER, 20) == 0.75  # a target of zero is like any other
    assert attained(rule, 25, 20, HIGHER, 10) == 1.5
    assert attained(rule, 5, 20, HIGHER, 10) == -0.5


@pytest.mark.parametrize(
    ("actual", "target", "base"), [(15, NAN, 10), (15, 20, NAN), (NAN, 20, 10)]
)
@pytest.mark.parametrize("already", ["refuse", "met", "exclude"])
def test_progress_is_absent_without_a_baseline_a_target_or_a_result(actual, target, base, already):
    rule = ck.attainments.Progress("base", already)
    assert np.isnan(attained(rule, actual, target, HIGHER, base))


@pytest.mark.parametrize(("better", "base"), [(HIGHER, 10), (HIGHER, 12), (LOWER, 10), (LOWER, 8)])
def test_a_baseline_that_meets_the_target_leaves_no_way_to_go(better, base):
    """By the formula, falling back from 12 to 11 against a target of 10 would be half the way."""
    met = ck.attainments.Progress("base", "met")
    worse = 9 if better == HIGHER else 11
    assert attained(met, 10, 10, better, base) == 1
    assert attained(met, worse, 10, better, base) == 0
    for policy in ("refuse", "exclude"):
        assert np.isnan(attained(ck.attainments.Progress("b", policy), 10, 10, better, base))


def test_a_baseline_that_is_the_same_for_all():
    assert attained(ck.attainments.Progress(10), 15, 20, HIGHER) == 0.5
    assert ck.attainments.Progress(10).columns == ()


def test_a_baseline_that_meets_the_target_is_refused_by_default_with_all_its_nodes():
    tree = org(base=[6, 3, 3, 1, 2, 9])
    results = measured(tree, SALES, 6, {"ann": 1})
    faults = refused(gaps_of, results, ck.Item("sales", attainment=ck.attainments.Progress("base")))
    targets = results.targets.of("sales")[0]
    there = tree.ids[tree.numbers("base") >= targets].tolist()
    assert [fault.value for fault in faults] == there
    assert all("already='met'" in fault.repair for fault in faults)


@pytest.mark.parametrize(
    ("policy", "actual", "attainment"),
    [
        ("magnitude", -8, 1.2),
        ("met", -8, 1),
        ("met", -12, 0),
        ("exclude", -8, NAN),
        ("refuse", -8, NAN),
    ],
)
def test_a_negative_target(policy, actual, attainment):
    rule = ck.attainments.Proportion(negative=policy)
    np.testing.assert_allclose(attained(rule, actual, -10), attainment)
    targets = np.array([-10.0, 0.0, 10.0, NAN])
    refuses = [policy == "refuse", True, False, False]
    assert rule.refuses(targets, HIGHER).tolist() == refuses


def test_a_baseline_that_the_tree_lacks_is_refused():
    item = ck.Item("sales", attainment=ck.attainments.Progress("bsae"))
    tree = org(base=[0.0] * 6)
    (fault,) = refused(gaps_of, measured(tree, SALES, 6, {"ann": 1}), item)
    assert "'base'" in fault.repair


def test_the_result_itself():
    assert attained(ck.attainments.Result(), 7, 0) == 7


@pytest.mark.parametrize("policy", ["meet", "", None, 0])
def test_no_such_policy(policy):
    columns = [f.column for f in refused(ck.attainments.Proportion, policy, policy)]
    assert columns == ["zero", "negative"]
    columns = [f.column for f in refused(ck.attainments.Progress, NAN, policy)]
    assert columns == ["baseline", "already"]
    (fault,) = refused(ck.attainments.Proportion, "magnitude")  # which is for negative targets
    assert fault.column == "zero"


@pytest.mark.parametrize("baseline", ["", " ", None, ["x"], True, NAN, float("inf")])
def test_a_baseline_is_a_column_or_a_number(baseline):
    (fault,) = refused(ck.attainments.Progress, baseline)
    assert fault.column == "baseline"
