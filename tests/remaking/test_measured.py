"""Results as the targets and reports that they were made from."""

import json

import numpy as np
import pytest

import cascade_kpi as ck
from tests.drivers import case
from tests.helpers import NAN, org, refused

CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
STOCK = ck.Kpi("stock", "pieces", aggregate=ck.aggregates.Last())


def two_quarters(**how):
    goals = {
        "node": ["hq"] * 4, "kpi": ["churn", "stock"] * 2, "value": [2, 50, 3, 60],
        "period": ["Q1", "Q1", "Q2", "Q2"],
    }  # fmt: skip
    reports = {
        "node": ["bob", "ann", "cid", "ann"], "kpi": ["churn", "stock", "churn", "stock"],
        "period": ["Q1", "Q2", "Q2", "Q1"], "value": [NAN, 40, NAN, -0.0],
        "numerator": [3, NAN, 1, NAN], "denominator": [100, NAN, 80, NAN],
    }  # fmt: skip
    return ck.measure(ck.cascade(org(), [CHURN, STOCK], goals), reports, **how)


def from_arrays():
    targets = ck.cascade(org(), [STOCK], {"stock": 9}, periods="2026")
    made = ck.Actuals.from_columns(
        targets.org, targets.kpis, {"stock": np.array([NAN, NAN, 3, 1, NAN, 2])}, periods="2026"
    )
    return ck.measure(targets, made, missing="zero")


RESULTS = {
    "one period": case.results,
    "two": two_quarters,
    "held": lambda: two_quarters(missing="hold"),
    "own reports": lambda: two_quarters(inner="own"),
    "arrays": from_arrays,
    "taken together": lambda: ck.over_periods(two_quarters(), "2026"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_made_again_and_explained_alike(name):
    made = RESULTS[name]()
    text = ck.to_json(made)
    again = ck.from_json(text, expect=type(made))
    assert again == made
    assert ck.to_json(again) == text
    for kpi in made.kpis.names:
        for period in made.periods:
            for node in made.org.ids:
                one, other = (ck.explain(stage, node, kpi, period) for stage in (made, again))
                assert one.text(None) == other.text(None)


def test_the_scores_of_results_that_were_read_are_the_same():
    made = two_quarters()
    card = ck.Scorecard([ck.Item("churn"), ck.Item("stock")], {"churn": 50, "stock": 50})
    again = ck.from_json(ck.to_json(made))
    assert ck.score(again, card) == ck.score(made, card)


def test_a_report_that_was_tampered_with_is_refused_with_its_path():
    tree = json.loads(ck.to_json(two_quarters()))
    tree["record"]["by"]["actuals"]["node"]["values"][0] = "nobody"
    (fault,) = refused(ck.from_json, json.dumps(tree))
    assert str(fault).startswith("$.record")
    assert "no such node" in fault.reason
    tree = json.loads(ck.to_json(two_quarters()))
    tree["record"]["by"]["inner"] = "all"
    (fault,) = refused(ck.from_json, json.dumps(tree))
    assert str(fault).startswith("$.record.by.inner")
