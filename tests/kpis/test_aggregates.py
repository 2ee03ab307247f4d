"""Aggregates over units and over periods, through the stages that use them."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

REPORTS = {"ann": ("Q1", 4.0, 2.0), "bob": ("Q1", 1.0, 8.0), "cid": ("Q1", 3.0, 0.0)}

# value, weight (or numerator, denominator) of ann, bob and cid; what hq and west have
CASES = [
    (ck.aggregates.Sum(), 8.0, 3.0),
    (ck.aggregates.Mean(), 8 / 3, 3.0),
    (ck.aggregates.WeightedMean(), 16 / 10, NAN),
    (ck.aggregates.Ratio(), 8 / 10, NAN),
    (ck.aggregates.Ratio(100), 80.0, NAN),
    (ck.aggregates.Min(), 1.0, 3.0),
    (ck.aggregates.Max(), 4.0, 3.0),
    (ck.aggregates.Last(), 8.0, 3.0),
    (ck.aggregates.Last(ck.aggregates.Mean()), 8 / 3, 3.0),
]


def results(aggregate, rows):
    kpi = ck.Kpi("k", "x", aggregate=aggregate, split=ck.splits.Shared())
    goals = entries(("hq", "k", "Q1", 1), ("hq", "k", "Q2", 3),
                    columns=("node", "kpi", "period", "value"))  # fmt: skip
    table = entries(*[(node, "k", *row) for node, row in rows],
                    columns=("node", "kpi", "period", *kpi.aggregate.inputs))  # fmt: skip
    return ck.measure(ck.cascade(org(), [kpi], goals), table)


@pytest.mark.parametrize(("aggregate", "whole", "west"), CASES)
def test_over_units(aggregate, whole, west):
    got = results(aggregate, REPORTS.items()).of("k")
    assert got[0, 0] == pytest.approx(whole, rel=1e-15)
    np.testing.assert_array_equal(got[0, 4], west)
    assert np.isnan(got[1]).all()


# one node, Q1: 4 with weight 2; Q2: 1 with weight 8
@pytest.mark.parametrize(
    ("aggregate", "year"),
    [
        (ck.aggregates.Sum(), 5.0),
        (ck.aggregates.Mean(), 2.5),
        (ck.aggregates.WeightedMean(), 1.6),
        (ck.aggregates.Ratio(10), 5.0),
        (ck.aggregates.Min(), 1.0),
        (ck.aggregates.Max(), 4.0),
        (ck.aggregates.Last(), 1.0),
        (ck.aggregates.Last(ck.aggregates.Ratio()), 0.125),
    ],
)
def test_over_periods(aggregate, year):
    rows = [("ann", ("Q1", 4.0, 2.0)), ("ann", ("Q2", 1.0, 8.0))]
    whole = ck.over_periods(results(aggregate, rows), "year")
    assert whole.of("k")[0, [0, 1, 2]].tolist() == pytest.approx([year] * 3, rel=1e-15)


def test_a_mean_over_a_region_is_that_of_its_reports_not_of_its_branches():
    rows = [("ann", ("Q1", 1.0)), ("bob", ("Q1", 2.0)), ("cid", ("Q1", 6.0))]
    assert results(ck.aggregates.Mean(), rows).of("k")[0, 0] == 3.0  # not (1.5 + 6) / 2


def test_a_level_stays_at_its_last_report_where_the_last_period_has_none():
    got = ck.over_periods(results(ck.aggregates.Last(), [("ann", ("Q1", 7.0))]), "year")
    assert got.of("k")[0, 0] == 7.0


@pytest.mark.parametrize("scale", [0, -1, NAN, np.inf])
def test_a_scale_is_above_zero(scale):
    refused(ck.aggregates.Ratio, scale)


def test_a_negative_weight_of_a_report_is_refused():
    rows = [("ann", ("Q1", 4.0, 2.0)), ("bob", ("Q1", 1.0, -2.0))]
    (fault,) = refused(results, ck.aggregates.WeightedMean(), rows)
    assert (fault.row, fault.column, fault.value) == (1, "weight", -2.0)


class Farthest:
    """The report that lies farthest from zero: an aggregate of one's own."""

    inputs = ("value",)
    makeup = ck.aggregates.Makeup.EXTREME

    @staticmethod
    def combine(a, b, out):
        out[...] = np.where(np.isnan(b) | (np.abs(a) >= np.abs(b)), a, b)
        return out

    along = combine

    def parts(self, *inputs):
        return inputs

    def finish(self, *parts):
        return parts[0]


@pytest.mark.parametrize("n", [3, 90])
def test_an_own_aggregate_is_as_good_as_a_built_in_one(n):
    names = [f"n{i:02d}" for i in range(n)]
    tree = org({"hq": "", **dict.fromkeys(names, "hq")})
    kpi = ck.Kpi("k", "x", aggregate=Farthest(), split=ck.splits.Shared())
    targets = ck.cascade(tree, [kpi], {"k": 1}, periods="p")
    rows = [(name, "k", (-1.0) ** i * (i % 50)) for i, name in enumerate(names[1:])]
    got = ck.measure(targets, entries(*rows))
    farthest = max((value for *_, value in rows), key=abs)
    assert got.of("k")[0, 0] == farthest
    assert got.what_if("n00", "k", 1e6).after == (1e6, 1e6)
