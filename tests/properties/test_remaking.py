"""Targets made in several steps come back from JSON to the bit, explanations included."""

from hypothesis import given, settings

import cascade_kpi as ck
from tests.strategies import chains


def told(targets):
    """Every explanation in full, with the rows that it names."""
    at = [(kpi, label) for kpi in targets.kpis.names for label in targets.periods]
    return [
        ck.explain(targets, node, kpi=kpi, period=label).text(30)
        for node in targets.org.ids.tolist()
        for kpi, label in at
    ]


@settings(max_examples=150)
@given(chains())
def test_targets_come_back_equal(chain):
    targets = chain.made()
    if targets is None:
        return
    text = ck.to_json(targets)
    again = ck.from_json(text, expect=ck.Targets)
    assert again == targets
    assert ck.to_json(again) == text
    for name in targets.kpis.names:
        assert again.of(name).tobytes() == targets.of(name).tobytes()


@settings(max_examples=25)
@given(chains(largest=5))
def test_explanations_name_the_same_rows(chain):
    targets = chain.made()
    if targets is not None:
        assert told(ck.from_json(ck.to_json(targets))) == told(targets)
