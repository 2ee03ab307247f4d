"""Tipping weights: just before one the grade is as it was, just beyond it is another."""

from importlib import import_module

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.comparing import weighing
from tests.properties.test_cards import cards, worlds

pytestmark = pytest.mark.slow

NEAR = 1e-6
GRADES = st.sampled_from(
    [
        ck.Grades.from_edges({"A": 90, "B": 70, "C": 45, "D": None}),
        ck.Grades.from_edges({"A": 60.5, "B": 50, "C": None}, decimals=0),
        ck.Grades.from_edges({"A": 33.3, "B": None}, decimals=1),
    ]
)


def of_weights(scores, node, part, weight):
    """The scores again, the part of one node with such a weight, by overrides."""
    outline, row = scores.outline, scores.org.row(node)
    i = outline.position(part)
    names = [outline.names[j] for j in outline.children[outline.above[i]]]
    now = {name: float(scores.weights(name)[row]) for name in names}
    whole = sum(now.values())
    scale = (whole - weight) / (whole - now[part])
    new = {name: weight if name == part else each * scale for name, each in now.items()}
    overrides = [
        ck.Override(node, name, each, reason="to try", by="us")
        for name, each in new.items()
        if each
    ]
    card = scores.scorecard
    weights = attrs.evolve(card.weights, overrides=overrides)
    return ck.score(scores.results, attrs.evolve(card, weights=weights))


def check_tips(scores, tip):
    table = tip.table()
    for c, part in enumerate(tip.names):
        for row in range(len(scores.org)):
            node, was = scores.org.node(row).id, scores.grade_codes[0, row]
            weight = float(tip.weight[c, row])
            for way, found in ((-1, tip.lower[0, c, row]), (1, tip.upper[0, c, row])):
                if np.isnan(found):
                    continue
                assert (found - weight) * way > 0
                whole = 100.0
                step = way * NEAR * whole
                if not NEAR * whole < found + step < whole * (1 - NEAR):
                    continue
                here, there = (of_weights(scores, node, part, found + off) for off in (-step, step))
                flat = abs(here.total[0, row] - there.total[0, row]) < 1e-9
                if (found - step - weight) * way > 0 and not flat:
                    assert here.grade_codes[0, row] == was
                if not flat:
                    codes = tip.lower_codes if way < 0 else tip.upper_codes
                    assert there.grade_codes[0, row] == codes[0, c, row] != was
    assert set(table["grade"].tolist()) <= set(scores.grades)


def plain(card):
    """The card without gates and adjustments."""

    def bare(section):
        parts = [bare(p) if isinstance(p, ck.Section) else p for p in section.parts]
        return attrs.evolve(section, parts=parts, gates=[], then=[])

    return attrs.evolve(card, parts=bare(card.root))


@settings(max_examples=25, deadline=None)
@given(worlds(), cards(), GRADES, st.booleans())
def test_grades_change_at_tipping_weights_and_not_before(results, card, grades, bare):
    card = plain(card) if bare else card
    scores = ck.score(results, attrs.evolve(card, grades=grades))
    if any(weighing.is_weighed(scores.outline, i) for i in range(len(scores.outline.parts))):
        check_tips(scores, ck.tipping(scores))


@settings(max_examples=10, deadline=None)
@given(worlds(), cards(), GRADES)
def test_no_weight_in_between_tips(results, card, grades):
    """What is told to tip nowhere does not, at any of some weights; nor nearer than is told."""
    scores = ck.score(results, attrs.evolve(card, grades=grades))
    if not any(weighing.is_weighed(scores.outline, i) for i in range(len(scores.outline.parts))):
        return
    tip = ck.tipping(scores)
    for c, part in enumerate(tip.names):
        if part in tip.untold:
            assert np.isnan(tip.change[:, c]).all()
            continue
        for row in range(0, len(scores.org), 2):
            weight, was = float(tip.weight[c, row]), scores.grade_codes[0, row]
            if not 0 < weight < 100 - 1e-6 or was < 0:
                continue
            low, high = tip.lower[0, c, row], tip.upper[0, c, row]
            low, high = (0.0 if np.isnan(low) else low), (100.0 if np.isnan(high) else high)
            for share in (0.002, 0.5, 0.998):
                for end in (low, high):
                    tried = weight + (end - weight) * share
                    other = of_weights(scores, scores.org.node(row).id, part, tried)
                    assert other.grade_codes[0, row] == was


@settings(max_examples=25, deadline=None)
@given(worlds(), cards(), GRADES, st.booleans())
def test_the_search_finds_what_the_formula_does(results, card, grades, to):
    room = import_module("cascade_kpi.comparing.tipping")

    scores = ck.score(results, attrs.evolve(plain(card), grades=grades))
    if not any(weighing.is_weighed(scores.outline, i) for i in range(len(scores.outline.parts))):
        return
    goal = grades.labels[0] if to else None
    one, linear = ck.tipping(scores, to=goal), room._is_linear
    try:
        room._is_linear = lambda scores, i: False
        two = ck.tipping(scores, to=goal)
    finally:
        room._is_linear = linear
    for side in ("lower", "upper"):
        found, searched = getattr(one, side), getattr(two, side)
        inside = (found > 1e-6) & (found < 100 - 1e-6)
        assert np.allclose(found[inside], searched[inside], rtol=1e-7, atol=1e-7)
        assert np.isnan(searched[np.isnan(found)]).all()
