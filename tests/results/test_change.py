"""What one other report would make: the same as measuring again."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, measured, org, refused

SALES = ck.Kpi("sales", "CNY")
AGGREGATES = [ck.aggregates.Sum(), ck.aggregates.Mean(), ck.aggregates.Min(), ck.aggregates.Max()]


def test_values_before_and_after_from_the_node_up():
    change = measured(org(), SALES, 12, {"ann": 4, "cid": 5}).what_if("bob", "sales", 2)
    assert change.nodes == ("bob", "east", "hq")
    assert math.isnan(change.before[0])
    assert change.before[1:] == (4, 9)
    assert change.after == (2, 6, 11)
    assert (change.kpi, change.unit, change.period) == ("sales", "CNY", "2026")


@pytest.mark.parametrize("inner", ["total", "own"])
@pytest.mark.parametrize("missing", ["renormalise", "zero", "hold"])
@pytest.mark.parametrize("aggregate", AGGREGATES)
@pytest.mark.parametrize("node", ["hq", "east", "ann", "west", "cid"])
def test_it_is_what_measuring_again_gives(aggregate, missing, inner, node):
    kpi = ck.Kpi("k", "x", aggregate=aggregate, split=ck.splits.Shared())
    before = {"cid": 5} if node not in ("hq", "west", "cid") else {}
    options = {"missing": missing, "inner": inner}
    change = measured(org(), kpi, 12, before, **options).what_if(node, "k", 7)
    again = measured(org(), kpi, 12, before | {node: 7}, **options)
    expected = again.of("k")[0, again.org.rows(change.nodes)]
    np.testing.assert_array_equal(change.after, expected)


def test_a_total_cannot_be_changed_beside_its_parts():
    results = measured(org(), SALES, 12, {"ann": 4, "west": 5})
    for node in ("east", "hq", "cid"):
        refused(results.what_if, node, "sales", 1)
    assert results.what_if("west", "sales", 1).after == (1, 5)


def test_a_negative_zero_is_read_as_tables_read_it():
    change = measured(org(), SALES, 12, {}).what_if("ann", "sales", -0.0)
    assert math.copysign(1, change.after[0]) == 1


@pytest.mark.parametrize("inputs", [(), (1, 2), (NAN,), (float("inf"),)])
def test_inputs_that_do_not_fit_are_refused(inputs):
    refused(measured(org(), SALES, 12, {}).what_if, "ann", "sales", *inputs)


def test_unknown_names_are_refused():
    results = measured(org(), SALES, 12, {})
    refused(results.what_if, "anm", "sales", 1)
    refused(results.what_if, "ann", "slaes", 1)
    refused(results.what_if, "ann", "sales", 1, period="2027")


def test_an_overflow_is_refused():
    refused(measured(org(), SALES, 12, {"bob": 1.7e308}).what_if, "ann", "sales", 1.7e308)


def test_one_of_several_periods():
    goals = entries(("hq", "sales", "Q1", 3), ("hq", "sales", "Q2", 3),
                    columns=("node", "kpi", "period", "value"))  # fmt: skip
    results = ck.measure(ck.cascade(org(), [SALES], goals), {**goals, "node": ["ann"] * 2})
    refused(results.what_if, "ann", "sales", 9)
    assert results.what_if("ann", "sales", 9, period="Q2").after == (9, 9, 9)
