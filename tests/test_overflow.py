"""What is too large for a float is refused by node, KPI and period, in every stage."""

import attrs
import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

TREE = org()
ANN = TREE.row("ann")
SALES = ck.Kpi("k", "x")
HUGE = 1.7e308


def only_ann(value):
    """An array in the tree's order that holds a value for ann alone."""
    return np.where(np.arange(6) == ANN, float(value), NAN)


def results(kpi, target, *inputs):
    targets = ck.Targets.from_columns(TREE, [kpi], {"k": only_ann(target)}, periods="2026")
    columns = {"k": tuple(map(only_ann, inputs))}
    return ck.measure(targets, ck.Actuals.from_columns(TREE, [kpi], columns, periods="2026"))


def scores(found, curve=ck.curves.Linear(), attainment=ck.attainments.Proportion(), weight=100.0):  # noqa: B008 - rules are frozen
    card = ck.Scorecard(
        [ck.Item("k", curve, attainment)], ck.Weights({"k": weight}, promised=weight)
    )
    return ck.score(found, card)


def names_ann(faults):
    (fault,) = faults
    assert fault.value == "ann"
    assert "k" in fault.reason.split()
    assert "2026" in str(fault)


@pytest.mark.parametrize("better", ["higher", "lower", ck.directions.OnTarget(1)])
@pytest.mark.parametrize("cap", [None, 120])
def test_a_huge_result_over_a_tiny_target(better, cap):
    found = results(ck.Kpi("k", "x", better=better), 5e-324, 1e10)
    names_ann(refused(scores, found, ck.curves.Linear(cap=cap)))


def test_progress_whose_way_is_too_long():
    tree = org(base=[-HUGE] * 6)
    targets = ck.Targets.from_columns(tree, [SALES], {"k": only_ann(HUGE)}, periods="2026")
    actuals = ck.Actuals.from_columns(tree, [SALES], {"k": only_ann(5)}, periods="2026")
    item = ck.attainments.Progress("base")
    names_ann(refused(scores, ck.measure(targets, actuals), attainment=item))


@pytest.mark.parametrize("cap", [None, 120])
def test_a_slope_that_is_too_steep(cap):
    found, curve = results(SALES, 10, 400), ck.curves.Linear(1e307, cap=cap)
    names_ann(refused(scores, found, curve))


def test_weights_that_are_too_heavy():
    found = results(SALES, 10, 400)
    (fault,) = refused(scores, found, ck.curves.Linear(), weight=1e307)
    assert fault.value == "ann"
    assert "the total in 2026" in fault.reason


@frozen
class Infinite:
    """A curve and an attainment that are infinite for a very good result alone."""

    columns = ()

    def __call__(self, actual, *_):
        return np.where(actual > 1e9, np.inf, actual)

    def refuses(self, target, better, *columns):
        return np.zeros(target.shape, dtype=bool)


@pytest.mark.parametrize("missing", list(ck.Missing))
def test_rules_that_answer_infinity_without_an_overflow(missing):
    found = results(SALES, 1e-9, 400)
    card = ck.Scorecard(
        [ck.Item("k", Infinite())], ck.Weights({"k": 1}, promised=1), missing=missing
    )
    faults = refused(ck.score, found, card)
    assert missing is ck.Missing.REFUSE or "points of k in 2026" in faults[0].reason
    item = ck.Item("k", ck.curves.Linear(cap=1), Infinite())
    (fault,) = refused(ck.score, results(SALES, 1, 1e10), ck.Scorecard([item], {"k": 100}))
    assert fault.value == "hq"  # which has no target, but the same result
    assert "attainment of k in 2026" in fault.reason


def test_infinities_that_would_leave_nothing():
    kpis = [ck.Kpi("k", "x"), ck.Kpi("l", "x")]
    columns = {"k": only_ann(1e-9), "l": only_ann(1e-9)}
    targets = ck.Targets.from_columns(TREE, kpis, columns, periods="2026")
    columns = {"k": only_ann(400), "l": only_ann(400)}
    found = ck.measure(targets, ck.Actuals.from_columns(TREE, kpis, columns, periods="2026"))
    up = Infinite()
    card = ck.Scorecard([ck.Item("k", up), ck.Item("l", lambda x: -up(x))], {"k": 50, "l": 50})
    names_ann(refused(ck.score, found, card))


def test_parts_that_are_infinite_without_an_overflow():
    @frozen
    class Odd(ck.aggregates.Mean):
        def parts(self, *inputs):
            (value,) = inputs
            return value, np.where(value > 1e9, np.inf, super().parts(value)[1])

    names_ann(refused(results, ck.Kpi("k", "x", aggregate=Odd()), 1, 1e10))


def test_a_target_of_what_was_reported():
    targets = np.array([[HUGE, 1, 1, -HUGE, 1, 1]])  # hq, east, ann, bob, west, cid
    assert TREE.ids.tolist()[3] == "bob"
    targets = ck.Targets.from_columns(TREE, [SALES], {"k": targets}, periods="2026")
    (fault,) = refused(ck.measure, targets, entries(("ann", "k", 1), ("cid", "k", 1)))
    assert fault.value == "hq"
    assert "of what was reported of k in 2026" in fault.reason


def test_the_one_among_many_is_found():
    tree = ck.OrgTree.from_table({"id": range(100_000), "parent": [None] + [0] * 99_999})
    target = np.full(100_000, 1.0)
    target[77_777] = 1e-300
    targets = ck.Targets.from_columns(tree, [SALES], {"k": target}, periods="2026")
    rows = ck.Actuals.from_columns(tree, [SALES], {"k": target * 0 + 1e9}, periods="2026")
    (fault,) = refused(scores, ck.measure(targets, rows, inner="own"))
    assert fault.value == 77_777


@pytest.mark.parametrize(
    ("scale", "inputs"), [(1, (1e10, 5e-324)), (1e300, (1e10, 1)), (1, (-1e10, 5e-324))]
)
def test_a_ratio(scale, inputs):
    kpi = ck.Kpi("k", "x", aggregate=ck.aggregates.Ratio(scale))
    names_ann(refused(results, kpi, 1, *inputs))


def test_a_weighted_mean():
    names_ann(
        refused(results, ck.Kpi("k", "%", aggregate=ck.aggregates.WeightedMean()), 1, HUGE, 3)
    )


def test_a_sum_is_told_where_it_arises():
    targets = ck.cascade(TREE, [SALES], {"k": 6}, periods="2026")
    rows = entries(("ann", "k", HUGE), ("bob", "k", HUGE), ("cid", "k", 1))
    (fault,) = refused(ck.measure, targets, rows)
    assert fault.value == "east"
    assert fault.reason == "k in 2026 is too large for a float here, and at 1 other node"
    (fault,) = refused(ck.assign, TREE, ck.Kpis([SALES]), rows, periods="2026")
    assert fault.value == "east"


def test_over_periods():
    columns = ("node", "kpi", "period", "value")
    rows = entries(("ann", "k", "Q1", HUGE), ("ann", "k", "Q2", HUGE), columns=columns)
    goals = entries(("hq", "k", "Q1", 6), ("hq", "k", "Q2", 6), columns=columns)
    quarters = ck.measure(ck.cascade(TREE, [SALES], goals), rows)
    names_ann(refused(ck.over_periods, quarters, "2026"))


def test_the_target_of_a_ratio_over_periods():
    kpi = ck.Kpi("k", "x", aggregate=ck.aggregates.Ratio())
    targets = ck.Targets.from_columns(TREE, [kpi], {"k": only_ann(1e300)}, periods="2026")
    reports = {"k": (only_ann(1e-20), only_ann(1e20))}
    actuals = ck.Actuals.from_columns(TREE, [kpi], reports, periods="2026")
    names_ann(refused(ck.over_periods, ck.measure(targets, actuals), "all"))


def test_what_if():
    found = results(SALES, 1, HUGE)
    (fault,) = refused(found.what_if, "ann", "k", 1e308, 2)
    rows = entries(("ann", "k", HUGE), ("cid", "k", 1))
    found = ck.measure(ck.cascade(TREE, [SALES], {"k": 6}, periods="2026"), rows)
    (fault,) = refused(found.what_if, "cid", "k", HUGE)
    assert fault.value == "hq"
    for scale, inputs in ((1e300, (1e10, 1.0)), (1.0, (1e10, 5e-324))):
        kpi = ck.Kpi("k", "x", aggregate=ck.aggregates.Ratio(scale))
        (fault,) = refused(results(kpi, 1, 1, 1).what_if, "ann", "k", *inputs)
        assert fault.value == "ann"


def test_gaps():
    targets = np.where(np.isnan(only_ann(1)), 1, -HUGE)
    targets = ck.Targets.from_columns(TREE, [SALES], {"k": targets}, periods="2026")
    actuals = ck.Actuals.from_columns(TREE, [SALES], {"k": only_ann(HUGE)}, periods="2026")
    found = ck.measure(targets, actuals, missing="hold")
    gaps = ck.gaps(scores(found, ck.curves.Steps([(0, 1)]), ck.attainments.Result()))
    names_ann(refused(gaps.of, "k"))
    assert gaps.shortfall("k")[0, ANN] == 0  # there is none, however far the result is above
    quota = ck.Kpi("k", "x", better="lower")
    found = ck.measure(
        attrs.evolve(targets, kpis=ck.Kpis([quota])),
        attrs.evolve(actuals, kpis=ck.Kpis([quota])),
        missing="hold",
    )
    gaps = ck.gaps(scores(found, ck.curves.Steps([(0, 1)]), ck.attainments.Result()))
    names_ann(refused(gaps.shortfall, "k"))
    found = ck.measure(targets, actuals, missing="zero")
    gaps = ck.gaps(scores(found, ck.curves.Steps([(0, 1)]), ck.attainments.Result()))
    names_ann(refused(gaps.to_parent, "k"))


def test_a_gap_in_points():
    curve = ck.curves.Steps([(-1, -HUGE), (1, HUGE)])
    gaps = ck.gaps(scores(results(SALES, 10, -5), curve, weight=1))
    names_ann(refused(gaps.in_points, "k"))
    refused(lambda: gaps.total)


def test_a_split_whose_factors_are_too_large():
    @frozen
    class Factors:
        divides = False

        def __call__(self, org):
            return np.full(len(org), 1e200)

    kpi = ck.Kpi("k", "x", split=Factors())
    with np.errstate(over="ignore"):
        faults = refused(ck.cascade, TREE, [kpi], {"k": 1}, periods="2026")
    assert "the target of k in 2026" in faults[0].reason


def test_a_grade_of_a_total_that_has_no_decimals():
    grades = ck.Grades.from_edges({"A": 1e300, "B": None})
    assert grades.codes(np.array([HUGE, -HUGE, NAN])).tolist() == [0, 1, -1]


def test_the_share_of_next_to_nothing_is_absent():
    parts = ck.analysis.breakdown.Breakdown.ranked(
        "gap", "x", 5e-324, [("a", "a", 1e300, 1.0), ("b", "b", -1e300, -1.0)]
    )
    assert np.isnan(parts.share).all()
    assert np.isnan(parts.cumulative).all()


def test_a_weighted_mean_of_columns():
    refused(TREE.over_subtrees().weighted_mean, np.full(6, 1e300), np.full(6, 1e300))
