"""Chances of grades: a draw is what scoring makes of results that have its errors."""

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.comparing.errors import Draw, as_errors
from tests.properties.test_cards import cards
from tests.properties.test_examination import GRADES, flat_worlds

ERRORS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0.0, 5.0, 40.0]), min_size=1)
DRAWS = 4


@settings(max_examples=25, deadline=None)
@given(flat_worlds(), cards(), ERRORS, st.integers(0, 99))
def test_a_draw_is_scored_by_gates_policies_and_jumps_alike(world, card, errors, seed):
    targets, table = world
    card = attrs.evolve(card, grades=GRADES)
    scores = ck.score(ck.measure(targets, table), card)
    made = ck.grade_chances(scores, errors, draws=DRAWS, seed=seed)
    counts = np.zeros_like(made.counts)
    for number in range(DRAWS):
        draw = Draw.of(scores, as_errors(errors), seed, (0, number))
        rows = zip(table["node"], table["kpi"], table["value"], strict=True)
        off = [
            value + (draw.results[kpi][scores.org.row(node)] if kpi in errors else 0.0)
            for node, kpi, value in rows
        ]
        again = ck.score(ck.measure(targets, {**table, "value": off}), card)
        for node, code in enumerate(again.grade_codes[0].tolist()):
            counts[0, code, node] += 1  # the last is no grade
    assert counts.tolist() == made.counts.tolist()
