"""Sweeps over weightings and over cards of any shape, and their laws."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.sweeping import each as module
from tests.properties.test_cards import cards, worlds
from tests.strategies.trees import shuffled

BANDS = [
    ck.Grades.from_edges({"A": 80, "B": 40, "C": None}),
    ck.Grades.from_edges({"A": 90, "B": 55.5, "C": None}, decimals=1),
]


@st.composite
def many(draw):
    """Cards of any shape and some that differ little from them."""
    made = {}
    for name in ("one", "other"):
        card = attrs.evolve(draw(cards()), grades=draw(st.sampled_from(BANDS)))
        made[name] = card
        for k in range(draw(st.integers(0, 2))):
            part = draw(st.sampled_from([each.name for each in card.items]))
            settings = {f"{part}.curve.below": [draw(st.integers(-20, 0))]}
            try:
                made |= {f"{name} {k}": one for one in grid(card, settings)}
            except ck.InputError:  # a bonus has another curve
                continue
    return made


def grid(card, wanted):
    return ck.Variants.grid(card, wanted).cards.values()


def bits(values):
    """The bits of numbers; what is absent is absent, whatever its sign."""
    return np.where(np.isnan(values), np.nan, values).tobytes()


@settings(max_examples=30, deadline=None)
@given(worlds(), many(), st.sampled_from([1, 2, 65_536]))
def test_every_card_scores_as_it_does_alone(results, made, size):
    base = ck.score(results, made["one"])
    alone = [ck.score(results, card) for card in made.values()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", size)
        patch.setattr(module, "_LEAST", 1)
        swept = ck.sweep(base, ck.Variants(made))
        each = module.Each.of(base, made)
        for nodes in each.blocks():
            for k, totals in each.totals(0, nodes):
                assert bits(totals) == bits(alone[k].total[0, nodes])
    totals = np.array([one.total for one in alone])
    codes = np.array([one.grade_codes for one in alone])
    assert bits(swept.low) == bits(np.fmin.reduce(totals))
    assert bits(swept.high) == bits(np.fmax.reduce(totals))
    assert swept.scored.tolist() == (~np.isnan(totals)).sum(axis=2).tolist()
    assert swept.changed.tolist() == (codes != base.grade_codes).sum(axis=2).tolist()
    for g in range(3):
        assert swept.graded[:, :, g].tolist() == (codes == g).sum(axis=2).tolist()
        assert swept.got[:, g].tolist() == (codes == g).sum(axis=0).tolist()
    for k, one in enumerate(alone):
        assert bits(swept.totals(k)) == bits(one.total)
    # The base's card is among them, so that its totals are within the ranges.
    there = ~np.isnan(base.total)
    assert (swept.low[there] <= base.total[there]).all()
    assert (swept.high[there] >= base.total[there]).all()
    assert swept.changed[0].tolist() == [0]


@settings(max_examples=30, deadline=None)
@given(worlds(), many(), st.randoms(use_true_random=False))
def test_the_order_of_cards_orders_what_is_told_of_them(results, made, random):
    base = ck.score(results, made["one"])
    swept = ck.sweep(base, ck.Variants(made))
    order = list(range(len(made)))
    random.shuffle(order)
    names = list(made)
    other = ck.sweep(base, ck.Variants({names[k]: made[names[k]] for k in order}))
    for name in ("mean", "scored", "changed", "graded"):
        assert bits(getattr(other, name)) == bits(getattr(swept, name)[order])
    for name in ("low", "high", "got"):
        assert bits(getattr(other, name)) == bits(getattr(swept, name))


UNITS = {
    "id": ["hq", "p", "q", "r", "s", "t"],
    "parent": ["", "hq", "hq", "p", "p", "q"],
    "post": ["x", "y", "x", "y", "x", "y"],
}
NODES = [node for node in UNITS["id"] if node != "hq"]


def swept(units, goals, reports, weights):
    """Everything that a sweep tells, over weightings and over cards, as bytes and text."""
    org = ck.OrgTree.from_table(units)
    kpis = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
            for name in ("a", "b")]  # fmt: skip
    targets = ck.cascade(org, kpis, goals, periods="2026")
    results = ck.measure(targets, reports, inner="own")
    items = [ck.Item(name) for name in ("a", "b")]
    entry = {"x": {"a": 60, "b": 40}, "y": {"a": 30, "b": 70}}
    card = ck.Scorecard(items, ck.Weights(entry, by="post"), grades=BANDS[0])
    base = ck.score(results, card)
    told = []
    for over in (ck.Weightings.from_table(weights), ck.Variants.around(card, 0.5)):
        made = ck.sweep(base, over)
        ranks = made.ranks(org.rows(NODES))
        tables = (made.table(), made.summary(), ranks.table(), ranks.summary())
        told += map(bits, (made.mean, made.low, made.high, made.got))
        told += [{name: str(column.tolist()) for name, column in one.items()} for one in tables]
        told.append(ck.report(made).html())
    return told


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_order_of_input_rows_changes_nothing(data):
    numbers = st.sampled_from([None, 20.0, 33.3, 50.0, 77.7, 120.0])
    cells = [(node, kpi, data.draw(numbers)) for node in NODES for kpi in ("a", "b")]
    cells = [cell for cell in cells if cell[2] is not None] or [("t", "a", 50.0)]
    reports = dict(zip(("node", "kpi", "value"), map(list, zip(*cells, strict=True)), strict=True))
    goals = {"node": ["hq", "hq"], "kpi": ["a", "b"], "value": [50.0, 60.0]}
    long = {
        "name": ["one", "one", "two", "two"], "item": ["a", "b", "a", "b"], "weight": [3, 1, 1, 9],
    }  # fmt: skip
    plain = swept(UNITS, goals, reports, long)
    # Names and items of a long table stand as they are met: its own rows stay.
    mixed = [
        shuffled(table, data.draw(st.permutations(range(len(next(iter(table.values())))))))
        for table in (UNITS, goals, reports)
    ]
    assert swept(*mixed, long) == plain
