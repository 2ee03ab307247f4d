"""Sweeps over weightings and over cards of any shape, and their laws."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.sweeping import each as module
from tests.properties.test_cards import cards, worlds

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


@settings(max_examples=60, deadline=None)
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
                assert totals.tobytes() == alone[k].total[0, nodes].tobytes()
    totals = np.array([one.total for one in alone])
    codes = np.array([one.grade_codes for one in alone])
    assert swept.low.tobytes() == np.fmin.reduce(totals).tobytes()
    assert swept.high.tobytes() == np.fmax.reduce(totals).tobytes()
    assert swept.scored.tolist() == (~np.isnan(totals)).sum(axis=2).tolist()
    assert swept.changed.tolist() == (codes != base.grade_codes).sum(axis=2).tolist()
    for g in range(3):
        assert swept.graded[:, :, g].tolist() == (codes == g).sum(axis=2).tolist()
        assert swept.got[:, g].tolist() == (codes == g).sum(axis=0).tolist()
    for k, one in enumerate(alone):
        assert swept.totals(k).tobytes() == one.total.tobytes()
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
        assert getattr(other, name).tobytes() == getattr(swept, name)[order].tobytes()
    for name in ("low", "high", "got"):
        assert getattr(other, name).tobytes() == getattr(swept, name).tobytes()
