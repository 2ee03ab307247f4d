"""What each child brings to its parent's gap."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, gaps_of, measured, org

CHILDREN = {"hq": "", "a": "hq", "b": "hq", "c": "hq"}
SHARED = ck.splits.Shared()


def test_a_child_without_a_report_brings_nothing_as_its_target_does_not_count():
    gaps = gaps_of(measured(org(CHILDREN), ck.Kpi("k", "x"), 30, {"a": 12, "b": 9}))
    np.testing.assert_allclose(gaps.to_parent("k")[0], [NAN, 2, -1, 0])
    np.testing.assert_allclose(gaps.kept("k")[0], [0, NAN, NAN, NAN])


def test_ratios_bring_what_they_are_off_by_their_volume():
    kpi = ck.Kpi("k", "%", aggregate=ck.aggregates.Ratio(100))
    targets = ck.cascade(org(CHILDREN), [kpi], {"k": 10}, periods="p")
    columns = "node", "kpi", "numerator", "denominator"
    results = ck.measure(
        targets, entries(("a", "k", 30, 100), ("b", "k", 15, 300), columns=columns)
    )
    # hq has 45 of 400, 11.25 %, a gap of 1.25: a brings (30 - 10) / 4, b (15 - 30) / 4
    np.testing.assert_allclose(gaps_of(results).to_parent("k")[0], [NAN, 5, -3.75, 0])


@pytest.mark.parametrize(
    ("aggregate", "values", "brought"),
    [
        (ck.aggregates.Min(), {"a": 4, "b": 3, "c": 3}, [0, -2, 0]),
        (ck.aggregates.Max(), {"a": 4, "b": 7, "c": 7}, [0, 2, 0]),
    ],
)
def test_the_first_child_that_sets_an_extreme_brings_all_of_it(aggregate, values, brought):
    gaps = gaps_of(measured(org(CHILDREN), ck.Kpi("k", "x", aggregate=aggregate), 5, values))
    assert gaps.to_parent("k")[0, 1:].tolist() == brought
    assert gaps.kept("k")[0, 0] == 0


def test_own_reports_and_kept_targets_are_parts_of_their_own():
    table = entries(("hq", "k", 4), ("a", "k", 5), ("b", "k", 6))
    targets = ck.assign(org(CHILDREN), [ck.Kpi("k", "x")], table, periods="p")
    results = ck.measure(targets, entries(("hq", "k", 1), ("a", "k", 7)), inner="own")
    split = gaps_of(results).by_child("hq", "k")
    parts = dict(zip(split.keys, split.parts.tolist(), strict=True))
    assert {key: part for key, part in parts.items() if part} == {"hq": -3, "a": 2}
    assert split.whole == -1


@pytest.mark.parametrize("goal", [100.01, 0.07, 33.34, 1234.57, 0.3])
@pytest.mark.parametrize("n", [2, 3, 7])
def test_a_parent_that_kept_nothing_has_no_part_of_its_own(goal, n):
    names = [f"n{i}" for i in range(n)]
    tree = org({"hq": "", **dict.fromkeys(names, "hq")})
    results = measured(
        tree, ck.Kpi("k", "x"), goal, {name: 0.1 * i for i, name in enumerate(names)}
    )
    assert "hq" not in gaps_of(results, ck.Item("k")).by_child("hq", "k").keys


@pytest.mark.parametrize("aggregate", [ck.aggregates.Mean(), ck.aggregates.Ratio(100)])
@pytest.mark.parametrize("n", [2, 3, 7])
def test_nor_has_one_whose_children_made_all_of_a_mean(aggregate, n):
    names = [f"n{i}" for i in range(n)]
    tree = org({"hq": "", **dict.fromkeys(names, "hq")})
    kpi = ck.Kpi("k", "%", aggregate=aggregate)
    targets = ck.cascade(tree, [kpi], {"k": 0.7}, periods="p")
    columns = "node", "kpi", *aggregate.inputs
    rows = [(name, "k", *[0.1 + i / 7] * len(aggregate.inputs)) for i, name in enumerate(names)]
    results = ck.measure(targets, entries(*rows, columns=columns))
    assert "hq" not in gaps_of(results).by_child("hq", "k").keys
