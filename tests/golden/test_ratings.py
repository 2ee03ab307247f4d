"""Weighted ratings of a textbook's worked examples.

Source: B. R. Ellig, The Complete Guide to Executive Compensation (2007), tables 7-32 and 7-37
and the example beside it. Ratings are interpolated between levels; a rating below the first
level is 0. The division's rating is published rounded (4.4), and the combined one with it (4.1).
"""

import numpy as np
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


def test_the_whole_hierarchy_in_one_card():
    """What lies below the division is a section; three curves are printed, three ratings given."""
    result = ck.attainments.Result()
    division = ck.Section(
        "division",
        [ck.Item("income", curve_of(CURVES["division"]), result),
         *(rating_itself(name) for name in DIVISION if name != "income")],
    )  # fmt: skip
    of_curve = [ck.Item(unit, curve_of(CURVES[unit]), result) for unit in ("corporation", "group")]
    weights = {"corporation": 25, "group": 25, "division": 50}
    weights |= {name: weight for name, (weight, _) in DIVISION.items()}
    actuals = {unit: ACTUAL[unit][0] for unit in ("corporation", "group")}
    actuals |= {name: rating for name, (_, rating) in DIVISION.items()}
    actuals["income"] = ACTUAL["division"][0]
    scores, combined = total([*of_curve, division], weights, actuals)
    assert scores.points("division")[0, 0] == pytest.approx(4.355, abs=1e-12)
    assert combined == pytest.approx(4.0525, abs=1e-12)
    assert (round(scores.points("division")[0, 0], 1), round(combined, 1)) == (4.4, 4.1)
    income = scores.effective("income")[0, 0]
    assert income == pytest.approx(0.5 * 0.4, abs=1e-12)


def test_scores_of_every_goal_of_the_chief_executive():
    """Table 7-32 prints weight × rating for each goal; the eight sum to 346.5."""
    table = [r for r in rows("textbook_ellig", "table_7_32_ceo_scorecard.csv") if r["score"]]
    names = [row["goal"] for row in table]
    scores, average = total(
        [rating_itself(name) for name in names],
        {row["goal"]: float(row["weight_points"]) for row in table},
        {row["goal"]: float(row["rating"]) for row in table},
    )
    printed = [float(row["score"]) for row in table]
    brought = [100 * (scores.points(n) * scores.effective(n))[0, 0] for n in names]
    assert brought == pytest.approx(printed, abs=1e-11)
    assert 100 * average == pytest.approx(sum(printed), abs=1e-11)


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


# Table 7-46: rating, rise of a salary of 388,500 in per cent, bonus, and the printed total.
MERIT = [
    (6, 13, 132090, 571180),
    (5, 11, 109942, 541181),
    (4, 9, 88190, 511655),
    (3, 7, 66045, 481740),
    (2, 5, 43900, 451825),
    (1, 3, 22145, 422300),
    (0, 0, 0, 388500),
]
MISPRINTS = {6: 85, 5: 4}  # by how much a printed total is above its parts


@pytest.mark.parametrize(("rating", "rise", "bonus", "total"), MERIT)
def test_merit_by_a_table_of_ratings(rating, rise, bonus, total):
    table = ck.curves.Table([(r, percent) for r, percent, _, _ in reversed(MERIT)])
    assert table(np.array([rating, rating + 0.9])).tolist() == [rise, rise]
    salary = 388500 * (1 + float(table(np.array([float(rating)]))[0]) / 100)
    assert salary + bonus == pytest.approx(total - MISPRINTS.get(rating, 0), abs=0.5)


def test_merit_is_what_the_table_prints():
    table = rows("textbook_ellig", "table_7_46_merit_bonus.csv")
    printed = [
        (int(r["performance_rating"]), int(r["salary_increase"]), int(r["bonus"]), int(r["total"]))
        for r in table
    ]
    assert printed == [(r, 388500 * rise // 100, bonus, total) for r, rise, bonus, total in MERIT]
    for row in table:
        after = 388500 + int(row["salary_increase"])
        assert int(row["salary_after"]) == after
        # Every variance is from a total of 484,707; for a rating of 1 that is 62,407, not 62,409.
        variance = abs(int(row["total"]) - 484707)
        misprint = 2 if row["performance_rating"] == "1" else 0
        assert int(row["variance_abs"]) == variance + misprint
        assert float(row["variance_pct_abs"]) == pytest.approx(variance / 4847.07, abs=0.05)


def test_bonus_grid_is_a_third_of_the_target_for_each_rating():
    """Table 7-33: bonus in per cent of salary by grade and rating, rounded to whole per cents."""
    table = rows("textbook_ellig", "table_7_33_bonus_grid.csv")
    assert len(table) == 16
    ratings = np.arange(7.0)
    for row in table:
        third = ck.curves.Linear(float(row["rating3"]) / 3)
        curve = ck.curves.Rounded(third, 0, "half_up")
        assert curve(ratings).tolist() == [float(row[f"rating{k}"]) for k in range(7)], row["grade"]
