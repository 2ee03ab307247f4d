"""Grades that nobody can get, or only with gaps, and totals that have none."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import curves
from tests.examining.case import ITEMS, KPIS, WEIGHTS, card, finding, kinds

CLOSED = ck.Grades([ck.Band("A", 60, 120), ck.Band("B", 0, 60)])


def test_a_grade_by_absence_is_told_with_the_post_that_is_furthest():
    high = ck.Grades.from_edges({"S": 118, "A": 90, "B": None})
    found = ck.examine(card(grades=high), KPIS)
    told = finding(found, "grade by absence", "total")
    assert (told.post, told.size, told.where) == ("clerk", 118 - 110, (118, math.inf))
    assert (
        "S for clerk, they go from 0 to 110; with something missing they may go from 0 to 120"
        in (told.words)
    )
    assert told.rank == "empty promise"
    table = found.grades()
    assert table["reached"].tolist() == ["yes"] * 6
    assert table["reported"].tolist() == ["yes"] * 3 + ["no", "yes", "yes"]


def test_what_is_absent_may_be_all_that_brings_a_bad_grade():
    items = [ck.Item("churn", curves.Linear(floor=70, cap=120)), ITEMS[2]]
    weights = {"*": {"churn": 90, "calls": 10}}  # 63 at the least with both
    found = ck.examine(card(items, weights, missing="zero"), KPIS)
    told = finding(found, "grade by absence", "total")
    assert told.where == (-math.inf, 60)
    assert "they go from 63 to 118; with something missing they may go from 0 to 118" in told.words
    assert ("grade by absence", "total") not in kinds(
        ck.examine(card(items, {"*": {"churn": 80, "calls": 20}}, missing="zero"), KPIS)
    )


def test_policies_that_hold_or_refuse_bring_no_grade_by_absence():
    for policy in ("hold", "refuse"):
        rule = card(weights={"*": WEIGHTS["clerk"]}, missing=policy)
        found = kinds(ck.examine(rule, KPIS))
        assert ("unreachable grade", "total") in found
        assert ("grade by absence", "total") not in found


MANY = [ck.Item("revenue", curves.Linear(floor=0, cap=100 + i), named=f"r{i}") for i in range(12)]
SAME = {"*": {each.name: 100 / 12 for each in MANY}}


def test_many_parts_that_may_not_be_absent_are_all_there():
    """Of twelve not every set is looked at: 111 would be the best alone."""
    for policy in ("hold", "refuse"):
        found = ck.examine(card(MANY, SAME, missing=policy), KPIS)
        assert found.bounds()["high"][0] == pytest.approx(105.5)


def test_where_bounds_are_outer_a_grade_by_absence_is_told_with_care():
    grades = ck.Grades.from_edges({"A": 110, "B": None})
    few = ck.absences.AtMost(0.2)
    told = finding(ck.examine(card(MANY, SAME, grades, missing=few), KPIS),
                   "grade by absence", "total")  # fmt: skip
    assert "they may perhaps go from 0 to 111" in told.words
    told = finding(ck.examine(card(missing=few, grades=ck.Grades.from_edges({"S": 140, "A": None})),
                              KPIS), "grade by absence", "total")  # fmt: skip
    assert told.post == "seller"
    assert "they may go" in told.words


def test_what_was_met_with_gaps_is_not_met_with_everything_reported():
    """One up and one down by the same KPI: their bounds are outer, 0 to 100 with it."""
    parts = [ck.Item("revenue", curves.Linear(floor=0, cap=100)),
             ck.Item("revenue", curves.Linear(-100, floor=-100, cap=0), named="down"),
             ck.Item("churn", curves.Linear(floor=0, cap=100))]  # fmt: skip
    weights = {"*": {"revenue": 40, "down": 40, "churn": 20}}
    found = ck.examine(card(parts, weights, ck.Grades.from_edges({"A": 55, "B": None})), KPIS)
    assert found.bounds()["high_reported"][0] == 60
    assert found.grades()["reached"].tolist() == ["yes", "yes"]
    assert found.grades()["reported"].tolist() == ["not known", "yes"]


def grade_findings(low, high, grades=CLOSED):
    item = ck.Item("revenue", curves.Linear(floor=low, cap=high))
    return ck.examine(card([item], {"revenue": 100}, grades), KPIS)


@pytest.mark.parametrize(
    ("low", "high", "outside"),
    [(0, 119.99, False), (0, 119.996, True), (0, 120, True), (-0.004, 100, False),
     (-0.006, 100, True)],
)  # fmt: skip
def test_totals_are_outside_all_bands_as_they_are_rounded(low, high, outside):
    found = grade_findings(low, high)
    assert (("outside grades", "total") in kinds(found)) == outside
    codes = CLOSED.places(np.array([low, high], dtype=float))
    assert outside == bool(((codes < 0) | (codes > 1)).any())
    if outside:
        told = finding(found, "outside grades", "total").words
        assert told.startswith("totals are outside all bands")
        assert "rounded to 2 decimals" in told
