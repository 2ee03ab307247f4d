"""The usual proportions, as splits."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import proportions, testing
from tests.helpers import org, refused

TREE = org(next=[None, 5, 3, 7, 0, 2])  # hq over east (ann, bob) and west (cid)
KPIS = [ck.Kpi("sales", "CNY", lot=1), ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))]


def history(**reports):
    """Reports of each leaf, one a period."""
    rows = [
        {"node": node, "kpi": "sales", "period": f"p{i}", "value": value}
        for node, values in reports.items()
        for i, value in enumerate(values)
        if value is not None
    ]
    return ck.Actuals.from_table(TREE, KPIS, rows, periods=["p0", "p1", "p2"])


PAST = history(ann=[1, 0, 30], bob=[1, 0, 10], cid=[2, 0, 60])


def test_shares_are_averaged_over_the_periods_that_have_any():
    rule = proportions.AverageProportions(PAST, "sales")
    np.testing.assert_allclose(rule(TREE), [1, 0.45, 0.275, 0.175, 0.55, 0.55])
    testing.check_split(rule, TREE)


def test_averages_are_shared():
    rule = proportions.ProportionsOfAverages(PAST, "sales")
    np.testing.assert_allclose(rule(TREE), np.array([104, 42, 31, 11, 62, 62]) / 3)
    testing.check_split(rule, TREE)


def test_forecasts_are_shared_level_by_level():
    rule = proportions.ForecastProportions("next")
    assert rule(TREE)[0] == 0
    kpi = ck.Kpi("sales", "CNY", lot=1, split=rule)
    lots = ck.cascade(TREE, [kpi], {"sales": 80}, periods="p").of("sales")[0]
    assert lots[TREE.rows(["east", "west", "ann", "bob", "cid"])].tolist() == [50, 30, 50, 0, 30]
    testing.check_split(rule, TREE)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: proportions.AverageProportions(3, "sales"), "an Actuals is wanted"),
        (lambda: proportions.AverageProportions(PAST, "sale"), "did you mean 'sales'?"),
        (lambda: proportions.ProportionsOfAverages(PAST, "churn"), "does not add up"),
        (lambda: proportions.ForecastProportions(""), "not a name"),
    ],
)
def test_what_is_refused_when_it_is_made(make, told):
    assert told in str(refused(make)[0])


@pytest.mark.parametrize(
    "rule", [proportions.AverageProportions, proportions.ProportionsOfAverages]
)
def test_a_history_with_holes_or_losses_is_refused(rule):
    past = history(ann=[1, None, 3], bob=[1, 1, -1], cid=[1, 1, 1])
    found = refused(rule(past, "sales"), TREE)
    assert [(fault.value, fault.reason) for fault in found] == [
        ("ann", "no report of sales in p1"), ("bob", "sales in p2 is negative"),
    ]  # fmt: skip


def test_forecasts_are_there_and_not_negative():
    tree = org(next=[None, 5, 3, -7, None, 2])
    found = refused(proportions.ForecastProportions("next"), tree)
    assert {(fault.row, fault.reason) for fault in found} == {(3, "negative"), (4, "blank")}
