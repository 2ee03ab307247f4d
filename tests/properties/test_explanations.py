"""Explanations, evaluated again from their leaves, give the stage's own bits."""

import struct

from hypothesis import given, settings

import cascade_kpi as ck
from tests.strategies.cycles import cases


def bits(value):
    return "absent" if value != value else struct.pack("<d", value + 0.0)


def same_bits(explanation):
    """The value, and that of everything below it, is what its inputs make again.

    Each from the values of its own inputs, which are looked at in their turn: making every one
    again from the leaves up would take the square of the time, and find nothing more.
    """
    assert bits(explanation.evaluate()) == bits(explanation.value)
    for _, node in explanation.walk():
        if node.operation is not None:
            made = node.operation(*(part.value for part in node.inputs))
            assert bits(made) == bits(node.value), node


@settings(max_examples=40)
@given(cases(largest=6))
def test_every_value_of_every_stage_is_made_again_from_the_input_rows(case):
    gaps = case.gaps()
    scores, results = gaps.scores, gaps.scores.results
    for period in case.periods:
        for node in gaps.org.ids.tolist():
            at = {"period": period}
            for kpi in results.kpis.names:
                same_bits(ck.explain(results.targets, node, kpi=kpi, **at))
                same_bits(ck.explain(results, node, kpi=kpi, **at))
                same_bits(ck.explain(gaps, node, kpi=kpi, **at))
                same_bits(ck.explain(gaps, node, kpi=kpi, quantity="shortfall", **at))
                same_bits(ck.explain(gaps, node, kpi=kpi, quantity="to_parent", **at))
            for item in scores.scorecard.items:
                same_bits(ck.explain(scores, node, kpi=item.kpi, **at))
                same_bits(ck.explain(gaps, node, kpi=item.kpi, quantity="points", **at))
            same_bits(ck.explain(scores, node, **at))
            same_bits(ck.explain(gaps, node, **at))


@settings(max_examples=40)
@given(cases(largest=6))
def test_a_year_is_made_again_from_its_quarters(case):
    year = ck.over_periods(case.gaps().scores.results, "all")
    for node in year.org.ids.tolist():
        for kpi in year.kpis.names:
            same_bits(ck.explain(year, node, kpi=kpi))
            same_bits(ck.explain(year, node, kpi=kpi, quantity="target"))


@settings(max_examples=40)
@given(cases(largest=6))
def test_what_is_explained_is_what_the_stages_hold(case):
    gaps = case.gaps()
    results = gaps.scores.results
    for p, period in enumerate(case.periods):
        for row, node in enumerate(gaps.org.ids.tolist()):
            for kpi in results.kpis.names:
                why = ck.explain(results.targets, node, kpi=kpi, period=period)
                assert bits(why.value) == bits(float(results.targets.of(kpi)[p, row]))
                why = ck.explain(results, node, kpi=kpi, period=period)
                assert bits(why.value) == bits(float(results.of(kpi)[p, row]))
            why = ck.explain(gaps.scores, node, period=period)
            assert bits(why.value) == bits(float(gaps.scores.total[p, row]))
            why = ck.explain(gaps, node, period=period)
            assert bits(why.value) == bits(float(gaps.total[p, row]))
