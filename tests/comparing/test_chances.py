"""Chances of grades: against the normal curve where totals are linear, and through jumps."""

import math

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import triggers
from cascade_kpi.comparing import OfPoints, OfResult
from tests.calibrating.cases import scored
from tests.helpers import refused

GRADES = ck.Grades.from_edges({"A": 90, "B": 75, "C": None})


def results(values, names=("sales", "calls")):
    ids = list(values)
    org = ck.OrgTree.from_table({"id": ["hq", *ids], "parent": ["", *["hq"] * len(ids)]})
    kpis = [ck.Kpi(n, "x", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared()) for n in names]
    targets = ck.cascade(org, kpis, dict.fromkeys(names, 50), periods="2026")
    rows = [(i, n, v) for i in ids for n, v in zip(names, values[i], strict=True) if v is not None]
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*rows, strict=True)), strict=True))
    return ck.measure(targets, table)


LINE = ck.curves.Linear(100, floor=None, cap=None)
ITEMS = [ck.Item("sales", LINE), ck.Item("calls", LINE)]
PEOPLE = {"a": (46, 40), "b": (45, 45), "c": (30, 52), "d": (None, 44), "e": (None, None)}
CARD = ck.Scorecard(ITEMS, {"sales": 70, "calls": 30}, grades=GRADES)
SCORES = ck.score(results(PEOPLE), CARD)


def below(edge, mean, spread):
    """The chance that a normal total rounds to less than an edge."""
    return 0.5 * (1 + math.erf((edge - 0.005 - mean) / (spread * math.sqrt(2))))


@pytest.mark.parametrize(
    ("errors", "spreads"),
    [
        ({"sales": 2.0, "calls": 3.0}, (4.0, 6.0)),  # a unit is two points
        ({"sales": OfPoints(5), "calls": OfResult(1)}, (5.0, 2.0)),
        ({"calls": OfPoints(4)}, (0.0, 4.0)),
    ],
)
def test_chances_of_a_linear_card_are_those_of_the_normal_curve(errors, spreads):
    made = ck.grade_chances(SCORES, errors, draws=4_000, seed=7)
    for node, given in PEOPLE.items():
        if given == (None, None):
            assert all(math.isnan(chance) for chance in made.of(node).values())
            continue
        there = [v is not None for v in given]
        weight = [w * t for w, t in zip((70, 30), there, strict=True)]
        shares = [w / sum(weight) for w in weight]
        spread = math.hypot(*(w * s for w, s in zip(shares, spreads, strict=True)))
        mean = float(SCORES.total[0, SCORES.org.row(node)])
        if not spread:
            continue
        edges = below(90, mean, spread), below(75, mean, spread)
        wanted = (1 - edges[0], edges[0] - edges[1], edges[1])
        for found, exact in zip(made.of(node).values(), wanted, strict=True):
            error = math.sqrt(exact * (1 - exact) / 4_000)
            assert abs(found - exact) <= 4.5 * error + 1e-9


def test_the_chances_of_everybody_sum_to_one_and_tell_their_error():
    made = ck.grade_chances(SCORES, {"sales": 3}, draws=100)
    there = SCORES.grade_codes[0] >= 0
    assert np.allclose(made.chance[0].sum(axis=0)[there], 1.0)
    assert made.counts.sum(axis=1).tolist() == [[100] * 6]
    table = made.table()
    assert table["node"].tolist() == ["hq", "a", "b", "c", "d"]
    assert table["grade"].tolist() == [SCORES.grade(node) for node in table["node"]]
    c = table["shown"]
    assert np.allclose(table["error"], np.sqrt(c * (1 - c) / 100))
    for g, label in enumerate("ABC"):
        assert np.array_equal(table[f"chance of {label}"], made.chance[0, g, there])


def test_without_errors_every_grade_is_the_true_one():
    made = ck.grade_chances(SCORES, {"sales": 0}, draws=3)
    assert set(made.shown[0, SCORES.grade_codes[0] >= 0].tolist()) == {1.0}


def test_a_jump_is_gone_through_and_not_around():
    """A veto at a result: half the draws at its edge fall below it."""
    veto = ck.adjustments.Veto(triggers.ResultBelow("sales", 50), at=59)
    root = ck.Section("total", ITEMS, then=[veto])
    card = ck.Scorecard(root, {"sales": 0.001, "calls": 99.999}, grades=GRADES)
    scores = ck.score(results({"a": (50, 50)}), card)
    found = ck.grade_chances(scores, {"sales": 0.01}, draws=4_000, seed=1).of("a")
    assert found["A"] + found["C"] == 1
    assert abs(found["A"] - 0.5) < 4.5 * 0.5 / math.sqrt(4_000)


def test_a_seed_tells_all_bits_and_another_tells_others():
    one, two = (ck.grade_chances(SCORES, {"sales": 2}, draws=50, seed=3) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    other = ck.grade_chances(SCORES, {"sales": 2}, draws=50, seed=4)
    assert not np.array_equal(one.counts, other.counts)


def test_the_order_of_rows_changes_no_bit():
    mixed = dict(sorted(PEOPLE.items(), reverse=True))
    other = ck.score(results(mixed), CARD)
    one, two = (ck.grade_chances(s, {"sales": 2, "calls": 1}, draws=40) for s in (SCORES, other))
    assert one.counts.tobytes() == two.counts.tobytes()


def test_a_draw_does_not_depend_on_the_other_errors():
    """Errors of another measurement change nothing for who has not got it."""
    scores = ck.score(results({"a": (46, None), "b": (40, None)}), CARD)
    one = ck.grade_chances(scores, {"sales": 2}, draws=40)
    two = ck.grade_chances(scores, {"calls": 5, "sales": 2}, draws=40)
    assert np.array_equal(one.counts, two.counts)


def test_more_draws_begin_with_the_same_ones():
    few, more = (ck.grade_chances(SCORES, {"sales": 2}, draws=n).counts for n in (20, 40))
    assert (few <= more).all()


def test_totals_outside_all_grades_are_counted_as_none():
    bands = ck.Grades([ck.Band("A", 90, 100), ck.Band("B", 50, 90)])
    scores = ck.score(results({"a": (49, 49)}), attrs.evolve(CARD, grades=bands))
    made = ck.grade_chances(scores, {"sales": OfPoints(20)}, draws=200)
    assert made.counts[0, 2, scores.org.row("a")] > 20
    assert sum(made.of("a").values()) < 1


def test_it_is_written_and_read():
    made = ck.grade_chances(SCORES, {"sales": OfPoints(2), "calls": 1}, draws=20, seed=5)
    back = ck.from_json(ck.to_json(made))
    assert back == made
    assert repr(back) == repr(made)
    text = ck.to_json(made).replace('"seed":5', '"seed":6').replace('"seed": 5', '"seed": 6')
    assert "other values than were written" in str(refused(ck.from_json, text)[0])


def test_errors_of_what_is_not_read_are_refused_together():
    faults = refused(ck.grade_chances, SCORES, {"sale": 2, "calls": -1, "cals": OfPoints(1)})
    assert [f.reason for f in faults] == ["no KPI or question that the card reads",
                                          "no standard error", "no item of the card"]  # fmt: skip
    faults = refused(ck.grade_chances, scored({"a": ("x", 50)}, None), {}, draws=0, seed=-1)
    assert {f.source for f in faults} == {"errors", "scores", "chances"}
    assert len(faults) == 4
    assert refused(OfResult, -1)[0].reason == "below zero"
    assert refused(OfPoints, "x")[0].reason == "not a number"


def test_a_kpi_that_the_card_does_not_read_has_no_error_to_look_at():
    """A chance of one would look like a sure grade."""
    alone = ck.score(results({"a": (49, 49)}), ck.Scorecard(
        ITEMS[:1], {"sales": 100}, grades=CARD.grades))  # fmt: skip
    (fault,) = refused(ck.grade_chances, alone, {"calls": 3})
    assert fault.reason == "no KPI or question that the card reads"
    veto = ck.adjustments.Veto(ck.triggers.ResultBelow("calls", 40))
    gated = attrs.evolve(alone.scorecard, parts=ck.Section("total", ITEMS[:1], then=[veto]))
    made = ck.grade_chances(ck.score(results({"a": (49, 41)}), gated), {"calls": 3}, draws=50)
    assert 0 < made.of("a")["C"] < 1


def test_a_kpi_that_a_rule_reads_by_the_name_of_an_item_has_an_error():
    named = [attrs.evolve(ITEMS[0], named="calls")]  # of sales, beside a KPI of that name
    veto = ck.adjustments.Veto(ck.triggers.ResultBelow("calls", 40))
    card = ck.Scorecard(ck.Section("total", named, then=[veto]), {"calls": 100}, grades=CARD.grades)
    made = ck.grade_chances(ck.score(results({"a": (49, 41)}), card), {"calls": 3}, draws=50)
    assert 0 < made.of("a")["C"] < 1


def test_nobody_with_a_grade_is_told_without_a_mean():
    made = ck.grade_chances(ck.score(results({"b": (1, 1)}), CARD), {"sales": 1}, draws=3)
    assert "on average" in repr(made)
    none = ck.score(results({"b": (1, None)}), attrs.evolve(CARD, missing="hold"))
    assert repr(ck.grade_chances(none, {"sales": 1}, draws=3)) == (
        "<GradeChances of 0 grades by 3 draws, seed 0>"
    )
