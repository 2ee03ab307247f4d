"""Levels in KPI units: at each the attainment is the level's, and the worth adds up."""

import math

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.agreements.levels import levels_of
from cascade_kpi.kpis.directions import direction
from tests.strategies.cards import CURVES

NAN = math.nan
THREE = ck.curves.Piecewise([(0.8, 60), (1.0, 100), (1.2, 130)], below=0)


def told(better, target, *, curve=THREE, rule=None, baseline=NAN):
    item = ck.Item("k", curve, rule or ck.attainments.Proportion())
    given = (baseline,) * len(item.attainment.columns)
    found = levels_of(item, target, direction(better), given, 0.5)
    return [
        (each.name, round(each.value, 9), round(each.upper, 9), each.points, each.worth)
        for each in found
    ]


def test_higher_and_lower_are_better():
    assert repr(told("higher", 200)) == repr(
        [
            ("threshold", 160.0, NAN, 60.0, 30.0),
            ("target", 200.0, NAN, 100.0, 50.0),
            ("stretch", 240.0, NAN, 130.0, 65.0),
        ]
    )
    assert [value for _, value, *_ in told("lower", 2.0)] == [2.4, 2.0, 1.6]
    assert [value for _, value, *_ in told("higher", -10.0)] == [-12.0, -10.0, -8.0]


def test_a_band_has_two_edges_and_nothing_beyond_the_target():
    found = told(ck.directions.OnTarget(0.5), 10.0)
    assert [row[:3] for row in found[:2]] == [("threshold", 7.5, 12.5), ("target", 9.5, 10.5)]
    assert math.isnan(found[2][1])


def test_progress_goes_from_the_baseline_and_the_result_reads_itself():
    rule = ck.attainments.Progress("base")
    assert [row[1] for row in told("higher", 200, rule=rule, baseline=100)] == [180, 200, 220]
    assert math.isnan(told("higher", 200, rule=rule, baseline=NAN)[0][1])
    assert math.isnan(told("higher", 200, rule=rule, baseline=200)[0][1])
    churn = ck.curves.Piecewise([(1.0, 120), (1.4, 100), (2.0, 0)])
    found = told("lower", 1.4, curve=churn, rule=ck.attainments.Result())
    assert [row[:2] for row in found] == [("stretch", 1.0), ("target", 1.4), ("threshold", 2.0)]


def test_curves_without_levels_have_their_target_and_their_ends():
    assert [row[:2] for row in told("higher", 10, curve=ck.curves.Linear(cap=120))] == [
        ("threshold", 0.0), ("target", 10), ("stretch", 12.0),
    ]  # fmt: skip
    flat = ck.curves.Linear(slope=0)
    assert [row[:2] for row in told("higher", 10, curve=flat)] == [("target", 10)]
    steps = ck.curves.Steps([(0.7, 50), (0.9, 80)])
    assert [(row[0], row[3]) for row in told("higher", 10, curve=steps)] == [
        ("threshold", 50), ("level", 80), ("target", 80),
    ]  # fmt: skip

    @frozen
    class Own:
        def __call__(self, attainment):
            return attainment * 90

    (own,) = told("higher", 10, curve=Own())
    assert (own[0], own[1], own[3], own[4]) == ("target", 10, 90, 45)


def test_rules_of_ones_own_have_levels_if_they_can_be_asked():
    @frozen
    class Bonus:
        def __call__(self, attainment):
            return np.where(attainment < 0.9, 0.0, np.minimum(attainment, 1.5) * 100)

        def shape(self):
            return ck.curves.Shape([0.9, 1.5], [90, 150], [0, 90, 150], [0, 150, 150], [0, 100, 0])

    @frozen
    class Halves:
        columns = ()

        def __call__(self, actual, target, better, *columns):
            return actual / (2 * target)

        def refuses(self, target, better, *columns):
            return np.zeros(target.shape, dtype=bool)

        def on_target(self, target, better, *columns):
            return 0.5

        def ahead(self, attainment, target, better, *columns):
            return attainment - 0.5

        def result(self, attainment, target, better, *columns):
            return 2 * target * attainment, NAN

    assert [row[:2] for row in told("higher", 10, curve=Bonus())] == [
        ("threshold", 9.0), ("target", 10.0), ("stretch", 15.0),
    ]  # fmt: skip
    assert [row[:2] for row in told("higher", 10, curve=Bonus(), rule=Halves())] == [
        ("target", 10.0), ("level", 18.0), ("stretch", 30.0),
    ]  # fmt: skip


@pytest.mark.parametrize("target", [0.0, NAN])
def test_without_a_target_there_is_no_value(target):
    found = told("higher", target)
    assert math.isnan(found[0][1])
    assert [row[3] for row in found] == [60, 100, 130]


TARGETS = st.integers(-40, 40).filter(bool).map(lambda n: n / 2)


BETTER = st.sampled_from(["higher", "lower", ck.directions.OnTarget(0.5)])
RULES = st.sampled_from(
    [ck.attainments.Proportion(), ck.attainments.Progress("b"), ck.attainments.Result()]
)


@given(CURVES, TARGETS, BETTER, RULES, st.integers(-30, 30).map(lambda n: n / 3))
def test_at_a_level_the_attainment_is_that_of_the_level(curve, target, better, rule, base):
    better = direction(better)
    given = (base,) * len(rule.columns)
    found = levels_of(ck.Item("k", curve, rule), target, better, given, 0.25)
    assert [each.attainment for each in found] == sorted({each.attainment for each in found})
    assert sum(each.name == "target" for each in found) == 1
    assert sum(each.name == "threshold" for each in found) <= 1
    there = better.shortfall(np.array([base]), np.array([target]))[0] == 0
    if isinstance(rule, ck.attainments.Progress) and there:  # no way to go: no attainment
        values = {each.name: each.value for each in found if not math.isnan(each.value)}
        assert values == {"target": target}
        return
    for each in found:
        assert each.points == curve(np.array([each.attainment]))[0]
        assert each.worth == 0.25 * each.points
        for value in (each.value, each.upper):
            if not math.isnan(value):
                args = (np.array([value]), np.array([target]), better)
                assert rule(*args, *np.array(given)[:, None])[0] == pytest.approx(
                    each.attainment, rel=1e-9, abs=1e-9
                )


@pytest.mark.parametrize(("better", "value"), [("higher", 51), ("lower", 49)])
def test_levels_of_differences_are_beyond_the_target(better, value):
    item = ck.Item("k", ck.curves.Steps([(-2, 60), (1, 120)]), ck.attainments.Difference())
    found = levels_of(item, 50.0, direction(better), (), 1.0)
    named = [(each.name, each.attainment, each.value) for each in found]
    low = 48 if better == "higher" else 52
    assert named == [("threshold", -2, low), ("target", 0, 50), ("stretch", 1, value)]


@pytest.mark.parametrize(
    ("rule", "better", "given", "values"),
    [
        (ck.attainments.Goalposts(0, 60), "higher", (), [30, 50, NAN]),
        (ck.attainments.Goalposts("w", 10), "lower", (110,), [60, 50, NAN]),
        (ck.attainments.Goalposts(1, 10_000, scale="logarithm"), "higher", (), [50, 100, NAN]),
        (ck.attainments.Improvement(40), "higher", (), [50, 60, 88]),
        (ck.attainments.Improvement("b"), "lower", (200,), [100, 50, -40]),
        (ck.attainments.Quotient(), "lower", (), [100, 50, 50 / 1.2]),
        (ck.attainments.Quotient(most=1.1), "higher", (), [25, 50, NAN]),
    ],
)
def test_levels_of_every_rule_that_can_be_taken_back(rule, better, given, values):
    item = ck.Item("k", ck.curves.Steps([(0.5, 60), (1.2, 120)]), rule)
    found = levels_of(item, 50.0, direction(better), given, 1.0)
    assert [each.value for each in found] == pytest.approx(values, nan_ok=True)
    assert [each.value for each in found if each.name == "target"] == [50]


def test_a_ratio_within_a_band_has_two_ends():
    found = told(ck.directions.OnTarget(5), 50.0, rule=ck.attainments.Quotient())
    assert [row[1:3] for row in found[:2]] == [(36.0, 68.75), (45.0, 55.0)]
    assert math.isnan(found[2][1])


def test_a_rounded_attainment_has_no_value_but_the_target():
    for rule, names in (
        (ck.attainments.Rounded(ck.attainments.Result()), ["level", "level"]),
        (ck.attainments.Rounded(ck.attainments.Proportion()), ["threshold", "target", "stretch"]),
    ):
        found = levels_of(
            ck.Item("k", ck.curves.Steps([(0.5, 60), (1.2, 120)]), rule),
            50.0, direction("higher"), (), 1.0,
        )  # fmt: skip
        assert [each.name for each in found] == names
        assert [each.value for each in found if not math.isnan(each.value)] == [50.0][
            : len(found) - 2
        ]
