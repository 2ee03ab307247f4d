"""What comparisons and chances do where parts are filled, periods several, ratings withheld."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import absences, rating
from tests.calibrating.cases import scored
from tests.comparing.test_chances import CARD, ITEMS, results
from tests.comparing.test_compare import Mine
from tests.helpers import org, refused


def test_of_as_many_places_who_changes_by_more_comes_first():
    before = scored({"a": ("x", 90), "b": ("x", 80), "c": ("x", 70), "d": ("x", 60)})
    after = scored({"a": ("x", 81), "b": ("x", 85), "c": ("x", 50), "d": ("x", 75)})
    compared = ck.compare(before, after)
    # Each moves by one place: by 9, 5, 20 and 15 points.
    assert compared.movers()["node"].tolist() == ["c", "d", "a", "b"]


def test_what_a_section_without_a_value_is_filled_with_is_no_item():
    inner = ck.Section("calls only", [ITEMS[1]])
    sides = [
        ck.score(
            results({"a": (40, None), "b": (40, 45)}),
            ck.Scorecard(
                ck.Section("total", [ITEMS[0], inner], missing=absences.Neutral(90)),
                {"sales": share, "calls only": 100 - share, "calls": 100},
            ),
        )
        for share in (70, 20)
    ]
    compared = ck.compare(*sides)
    split = compared.by_item("a")
    parts = dict(zip(split.labels, split.parts.tolist(), strict=True))
    assert parts == pytest.approx({"sales": -40.0, "gates and adjustments": 45.0})
    assert math.fsum(split.parts) == pytest.approx(split.whole)
    assert set(compared.by_item("b").labels) == {"sales", "calls"}


def test_what_a_section_is_filled_with_counts_once_beside_a_card_that_is_no_sum():
    inner = ck.Section("calls only", [ITEMS[1]])
    weights = {"sales": 70, "calls only": 30, "calls": 100}
    found = results({"a": (40, None)})
    before, after = (
        ck.score(found, ck.Scorecard(ck.Section("total", [ITEMS[0], inner], **rules), weights))
        for rules in ({"missing": absences.Neutral(90)}, {"combine": ck.combines.Weakest()})
    )
    split = ck.compare(before, after).by_item("a")
    # 0.7 · 80 + 0.3 · 90 = 83, and then the weakest, 80.
    parts = dict(zip(split.labels, split.parts.tolist(), strict=True))
    assert parts == pytest.approx({"all items together": -3.0})


def test_each_period_is_compared_and_drawn_by_itself():
    tree = org()
    kpi = ck.Kpi("sales", "x", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
    goals = {"node": ["hq"] * 2, "kpi": ["sales"] * 2, "period": ["Q1", "Q2"], "value": [100] * 2}
    targets = ck.cascade(tree, [kpi], goals)
    rows = [(node, q, v) for q in ("Q1", "Q2") for node, v in (("ann", 80), ("bob", 91))]
    table = {
        "node": [n for n, *_ in rows],
        "period": [q for _, q, _ in rows],
        "kpi": ["sales"] * 4,
        "value": [v for *_, v in rows],
    }
    made = ck.measure(targets, table)
    grades = ck.Grades.from_edges({"A": 90, "B": None})
    scores = ck.score(made, ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=grades))
    chances = ck.grade_chances(scores, {"sales": 5}, draws=200)
    assert not np.array_equal(chances.counts[0], chances.counts[1])
    compared = ck.compare(scores, scores)
    assert compared.agreement()["period"].tolist() == ["Q1", "Q2"]
    assert compared.transitions("Q2").tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert repr(compared).count("0 gain, 0 lose, 2 the same") == 2
    assert "# Two rules compared, Q2" in ck.report(compared).markdown()
    tip = ck.tipping(scores)
    assert ck.tipping(scores, period="Q2").table()["period"].tolist() == ["Q2"] * 4
    assert tip.lower.shape == (2, 1, 6)


def rated():
    tree = org()
    ratings = ck.Ratings.from_table(
        {"node": ["ann"] * 2, "rater": ["east", "bob"], "relation": ["manager", "peer"],
         "item": ["teamwork"] * 2, "value": [3, 5]},
        tree, scale=rating.Scale(1, 5), periods="2026", outside=["peer"],
    )  # fmt: skip
    agreed = ck.consolidate(ratings, rating.Raters({"manager": 60, "peer": 40}))
    kpi = ck.Kpi("sales", "x", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
    targets = ck.cascade(tree, [kpi], {"sales": 100}, periods="2026")
    made = ck.measure(targets, {"node": ["ann"], "kpi": ["sales"], "value": [90]})
    items = [ck.Item("sales"), ck.Rated("teamwork", ck.curves.Linear(20))]
    grades = ck.Grades.from_edges({"A": 85, "B": None})
    return [
        ck.score(
            made,
            ck.Scorecard(items, {"sales": w, "teamwork": 100 - w}, grades=grades),
            ratings=agreed,
        )
        for w in (50, 80)
    ]


def test_an_explanation_withholds_what_tells_of_a_single_rating():
    compared = ck.compare(*rated())
    assert compared.change[0, compared.org.row("ann")] == pytest.approx(4.2)
    why = ck.explain(compared, "ann")
    assert math.isnan(why.value)
    assert "withheld" in why.text(0)


def test_ratings_have_errors_on_their_scale():
    scores = rated()[0]
    sure = ck.grade_chances(scores, {"sales": 0}, draws=50).of("ann")
    torn = ck.grade_chances(scores, {"teamwork": 0.5}, draws=2_000).of("ann")
    assert sure["B"] == 1.0
    # 83 points, half a point on the scale is five: 84.995 lies 0.399 standard errors away.
    exact = 0.5 * (1 - math.erf((84.995 - 83) / 5 / math.sqrt(2)))
    assert abs(torn["A"] - exact) < 4.5 * math.sqrt(exact * (1 - exact) / 2_000)


def test_two_items_of_one_result_have_one_error():
    again = ck.Item("sales", ck.curves.Linear(-100, floor=None, cap=None), named="again")
    card = ck.Scorecard([ITEMS[0], again], {"sales": 50, "again": 50}, grades=CARD.grades)
    made = ck.grade_chances(ck.score(results({"a": (45, 45)}), card), {"sales": 9}, draws=30)
    assert made.of("a")["C"] == 1.0


def test_what_is_too_large_for_a_float_is_refused():
    org, periods = (getattr(scored({"a": ("x", 1), "b": ("y", 2)}), n) for n in ("org", "periods"))
    total = np.full((1, len(org)), 1e308)
    far = Mine(org, periods, total), Mine(org, periods, -total)
    assert "too large" in refused(ck.compare, *far)[0].reason
    near = Mine(org, periods, 0 * total), Mine(org, periods, total)
    assert "sum of changes" in refused(ck.compare(*near).by_group)[0].reason
    graded = ck.score(results({"a": (45, 45)}), CARD)
    assert "too large" in refused(ck.grade_chances, graded, {"sales": 1.7e308}, draws=9)[0].reason
