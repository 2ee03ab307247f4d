"""The page of the chances of grades."""

import numpy as np

import cascade_kpi as ck
from tests.calibrating.cases import scored
from tests.helpers import refused

EDGES = {"A": 90, "B": 80, "C": None}
PEOPLE = {"li": ("red", 90.0), "<b>": ("red", 60.0), "wang": ("red", 99.0), "zhao": ("red", None)}


def chances(size=3.0, people=PEOPLE, edges=EDGES):
    return ck.grade_chances(scored(people, edges), {"points": size}, draws=1_000, seed=5)


MADE = chances()


def test_the_page_tells_how_sure_each_grade_is():
    told = ck.report(MADE).markdown()
    assert "# Chances of grades, 2026" in told
    assert "2026 · 5 grades" in told  # three people, the unit and the company: their mean
    share = 100 * float(np.mean(MADE.shown[0][~np.isnan(MADE.shown[0])]))
    assert f"is the true one with a chance of {share:.0f} %." in told
    assert "Standard errors of measurement: points: ± 3." in told
    assert "1,000 times" in told
    assert "a standard error of 1.6 percentage points at most" in told


def test_the_least_sure_stands_first_and_chances_are_those_of_the_stage():
    people = ck.report(MADE).markdown().split("## Whose grade")[1].splitlines()
    rows = [line for line in people if line.startswith("| ")][2:]
    assert rows[0].startswith("| li | A 5")
    assert rows[0].split(" | ")[2:4] == ["90.00", "A"]
    a, b = (round(100 * MADE.of("li")[grade]) for grade in "AB")
    assert f"A {a} %, B {b} %" in rows[0]
    assert rows[-1].endswith("100 % |")


def test_rows_of_shown_grades_are_means_of_their_people():
    told = ck.report(MADE).markdown().split("## How sure")[1].split("## Whose")[0]
    of_a = np.mean([MADE.of(node)["A"] for node in ("li", "wang")])
    line = next(line for line in told.splitlines() if line.startswith("| A |"))
    assert line.split(" | ")[1:3] == ["2", f"{100 * of_a:.0f} %"]


def test_totals_outside_all_grades_are_a_column_of_their_own():
    edges = ck.Grades([ck.Band("A", 90, 100), ck.Band("B", 50, 90)])
    people = {"li": ("red", 99.0), "wang": ("red", 75.0)}
    scores = scored(people, None)
    card = scores.scorecard
    scores = ck.score(scores.results, ck.Scorecard(card.root, card.weights, grades=edges))
    told = ck.report(ck.grade_chances(scores, {"points": 2.0}, draws=500)).markdown()
    assert "| grade shown | people | A | B | none |" in told
    assert ", none 2" in told.split("## Whose")[1]
    assert "none" not in ck.report(MADE).markdown().split("## Whose")[0]


def test_names_are_text_and_bars_hold_every_draw():
    page = ck.report(MADE).html()
    assert "&lt;b&gt;" in page
    assert "<b></b>" not in page
    bars = page.split('class="shares"')[1:]
    assert len(bars) == 5


def test_nobody_with_a_grade_and_everybody_sure():
    nobody = chances(people={"zhao": ("red", None)})
    assert "Nobody has a grade." in ck.report(nobody).markdown()
    assert "Nobody has a grade." in ck.report(nobody).html()
    sure = ck.report(chances(0.0)).markdown()
    assert "with a chance of 100 %." in sure
    assert "For 0 of 5 it is less likely than not." in sure


def test_it_is_of_everybody():
    assert "it is of all who have a grade" in str(refused(lambda: ck.report(MADE, focus="li")))
    assert "… and 4 more." in ck.report(MADE, limits=ck.Limits(rows=1)).markdown()
