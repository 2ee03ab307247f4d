"""Weighted ratings of a textbook's worked examples.

Source: B. R. Ellig, The Complete Guide to Executive Compensation (2007), tables 7-32 and 7-37
and the example beside it. Ratings are interpolated between levels; a rating below the first
level is 0. The division's rating is published rounded (4.4), and the combined one with it (4.1).
"""

import pytest

import cascade_kpi as ck
from tests.golden.published import rows

# Table 7-32: (points of weight, rating) of eight goals; published average 3.47.
CEO = [(20, 4.0), (20, 3.5), (15, 5.0), (15, 2.1), (10, 3.5), (10, 2.0), (5, 4.0), (5, 3.0)]
# Table 7-37: increase in per cent that each rating from 1 to 6 asks for.
CURVES = {
    "corporation": [8, 9, 10, 11, 12, 13],
    "group": [9, 10.5, 12, 13.5, 15, 16.5],
    "division": [11, 13, 15, 17, 19, 21],
}
ACTUAL = {"corporation": (11.5, 4.50), "group": (12.0, 3.00), "division": (17.5, 4.25)}
# The division's four measures: weight and rating, the first of which is read off its curve.
DIVISION = {"income": (40, 4.25), "sales": (30, 3.65), "capital": (10, 4.00), "parity": (20, 5.80)}


def total(items, weights, actuals):
    """The total of a single node whose curves read results, not attainments."""
    org = ck.OrgTree.from_table({"id": ["post"], "parent": [""]})
    kpis = [ck.Kpi(name, "%", aggregate=ck.aggregates.Mean()) for name in actuals]
    table = {
        "node": ["post"] * len(kpis), "kpi": list(actuals), "value": list(actuals.values()),
    }  # fmt: skip
    targets = ck.cascade(org, kpis, dict.fromkeys(actuals, 1.0), periods="year")
    scores = ck.score(ck.measure(targets, table), ck.Scorecard(items, weights))
    return scores, float(scores.total[0, 0])


def rating_itself(name):
    curve = ck.curves.Piecewise([(0, 0), (6, 6)])
    return ck.Item(name, curve, ck.attainments.Result())


def curve_of(levels):
    return ck.curves.Piecewise([(x, i + 1) for i, x in enumerate(levels)], below=0)


def weighted(pairs):
    names = [f"goal {i}" for i in range(len(pairs))]
    return total(
        [rating_itself(name) for name in names],
        {name: weight for name, (weight, _) in zip(names, pairs, strict=True)},
        {name: rating for name, (_, rating) in zip(names, pairs, strict=True)},
    )[1]


def test_chief_executive_scorecard():
    assert weighted(CEO) == pytest.approx(3.465, abs=1e-12)
    assert weighted(CEO) + 1e-9 == pytest.approx(3.47, abs=0.005)


@pytest.mark.parametrize("unit", CURVES)
def test_ratings_are_interpolated(unit):
    actual, published = ACTUAL[unit]
    curve = curve_of(CURVES[unit])
    scores, value = total(
        [ck.Item("growth", curve, ck.attainments.Result())], {"growth": 100}, {"growth": actual}
    )
    assert value == published
    assert scores.points("growth")[0, 0] == published
    assert curve([CURVES[unit][0] - 0.01, *CURVES[unit], 99.0]).tolist() == [0, 1, 2, 3, 4, 5, 6, 6]


def test_division_and_combined_rating():
    items = [rating_itself(name) for name in DIVISION if name != "income"]
    items.insert(0, ck.Item("income", curve_of(CURVES["division"]), ck.attainments.Result()))
    results = {name: rating for name, (_, rating) in DIVISION.items()} | {"income": 17.5}
    weights = {name: weight for name, (weight, _) in DIVISION.items()}
    division = total(items, weights, results)[1]
    assert division == pytest.approx(4.355, abs=1e-12)
    combined = weighted([(25, 4.50), (25, 3.00), (50, division)])
    assert combined == pytest.approx(4.0525, abs=1e-12)
    assert round(combined, 1) == round(weighted([(25, 4.50), (25, 3.00), (50, 4.4)]), 1) == 4.1


def test_the_tables_say_what_is_transcribed():
    table = rows("textbook_ellig", "table_7_32_ceo_scorecard.csv")
    pairs = [(float(r["weight_points"]), float(r["rating"])) for r in table if r["score"]]
    assert pairs == [(float(w), r) for w, r in CEO]
    curves = rows("textbook_ellig", "table_7_37_rating_curves.csv")[-2::-1]
    for unit, column in zip(CURVES, list(curves[0])[1:], strict=True):
        assert [float(row[column]) for row in curves] == CURVES[unit]
    parts = rows("textbook_ellig", "p401_hierarchical_example.csv")
    pairs = [
        (float(r["weight"]), float(r["published_rating"])) for r in parts
        if r["parent"] == "Division A"
    ]  # fmt: skip
    assert pairs == [(float(w), r) for w, r in DIVISION.values()]
