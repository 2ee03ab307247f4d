"""What may be swept over."""

import attrs
import numpy as np

import cascade_kpi as ck
from cascade_kpi.sweeping.over import cuts_of
from cascade_kpi.sweeping.tally import edges
from tests.helpers import refused
from tests.sweeping.case import GRADES, card, results

CARD = card()
BASE = ck.score(results(), CARD)


def test_cards_have_the_grades_of_the_base_wherever_they_begin():
    moved = ck.Grades.from_edges({"A": 95, "B": 50, "C": None}, decimals=0)
    cards = {"base": CARD, "moved": attrs.evolve(CARD, grades=moved)}
    made = ck.sweep(BASE, ck.Variants(cards))
    codes = ck.score(BASE.results, cards["moved"]).grade_codes
    assert made.changed[1].tolist() == (codes != BASE.grade_codes).sum(axis=1).tolist()
    assert made.changed[1].all()
    cuts = cuts_of(CARD, ck.Variants(cards))
    np.testing.assert_array_equal(cuts, [edges(GRADES), edges(moved)])


def test_cards_with_other_grades_are_refused_together():
    other = ck.Grades.from_edges({"top": 90, "B": 60, "C": None})
    turned = ck.Grades.from_edges({"B": 90, "A": 60, "C": None})
    cards = {
        "other": attrs.evolve(CARD, grades=other), "same": CARD,
        "none": attrs.evolve(CARD, grades=None), "turned": attrs.evolve(CARD, grades=turned),
    }  # fmt: skip
    told = refused(ck.sweep, BASE, ck.Variants(cards))
    assert [(each.column, each.value) for each in told] == [
        ("other", "top, B, C"), ("none", "none"), ("turned", "B, A, C"),
    ]  # fmt: skip
    plain = ck.score(BASE.results, cards["none"])
    assert [each.column for each in refused(ck.sweep, plain, ck.Variants(cards))] == [
        "other", "same", "turned",
    ]  # fmt: skip


def test_nothing_else_is_swept():
    told = refused(ck.sweep, None, CARD)
    assert [each.source for each in told] == ["scores", "over"]


def test_weights_of_sections_are_for_variants():
    told = refused(ck.sweep, BASE, ck.Weightings(["sales", "c", "x"], [[1, 1, 1]]))
    assert [each.value for each in told] == ["c", "x"]
    assert "Variants.grid(card, {'part.weight': […]})" in told[0].repair
    told = refused(ck.sweep, BASE, ck.Weightings(["sales", "churn"], [[1, 1]]))
    assert "Variants.grid(card, {'part.weight': […]})" in told[0].repair


def test_names_that_the_base_is_explained_by_are_refused():
    told = refused(ck.sweep, BASE, ck.Variants({"total": CARD, "x": CARD, "points": CARD}))
    assert [each.value for each in told] == ["total", "points"]
    flat = ck.score(BASE.results, ck.Scorecard([ck.Item("sales")], {"sales": 100}))
    told = refused(ck.sweep, flat, ck.Weightings(["sales", "x"], [[1, 1]], ["total"]))
    assert [each.value for each in told] == ["total", "x"]
