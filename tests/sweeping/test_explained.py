"""Totals under each card of a sweep, asked why."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import refused
from tests.sweeping.case import card, results

BASE = ck.score(results(), card())
GRID = ck.Variants.grid(BASE.scorecard, {"sales.curve.floor": [0, 60], "churn.weight": [20, 40]})
SWEPT = ck.sweep(BASE, GRID)
WEIGHED = ck.sweep(BASE, ck.Weightings(["sales"], [[1]], ["sales alone"]))


@pytest.mark.parametrize("swept", [SWEPT, WEIGHED])
@pytest.mark.parametrize("node", ["n000", "n007", "n059"])
def test_every_total_is_made_again_to_the_bit(swept, node):
    row = BASE.org.row(node)
    for p, period in enumerate(("Q1", "Q2")):
        for k, name in enumerate(swept.names):
            why = ck.explain(swept, node, period=period, quantity=name)
            total = swept.totals(k)[p, row]
            np.testing.assert_array_equal([why.value, why.evaluate()], [total, total])
            assert why.name == f"total, {node}, {period}, under {name}"
        assert ck.explain(swept, node, period=period).value == BASE.total[p, row]


def test_a_part_may_be_asked_for_too():
    name = GRID.names[2]
    why = ck.explain(SWEPT, "n007", "sales", "Q1", name)
    points = ck.score(BASE.results, GRID.cards[name]).points("sales")[0, BASE.org.row("n007")]
    assert (why.value, why.evaluate()) == (points, points)
    assert ck.explain(SWEPT, "n007", "c", "Q1").name == "c, n007, Q1"


def test_what_is_not_there_is_refused():
    assert refused(ck.explain, SWEPT, "n007", None, "Q1", "nope")[0].value == "nope"
    assert refused(ck.explain, SWEPT, "n007", "nope", "Q1")[0].value == "nope"
    assert refused(ck.explain, SWEPT, "nope", None, "Q1")[0].value == "nope"


def test_a_part_that_only_a_variant_has_is_told_under_it():
    other = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=BASE.scorecard.grades)
    base = ck.score(BASE.results, other)
    swept = ck.sweep(base, ck.Variants({"more": BASE.scorecard, "same": other}))
    why = ck.explain(swept, "n007", "churn", "Q1", "more")
    points = BASE.points("churn")[0, BASE.org.row("n007")]
    assert (why.value, why.evaluate()) == (points, points)
    for quantity in (None, "points", "same"):
        assert refused(ck.explain, swept, "n007", "churn", "Q1", quantity)[0].value == "churn"
