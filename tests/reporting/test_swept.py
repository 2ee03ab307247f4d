"""The page of a sweep."""

import re

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.reporting import swept as module
from cascade_kpi.reporting.ranges import moved_bar, range_axis, range_bar
from tests.helpers import refused
from tests.sweeping.case import card, results

BASE = ck.score(results(), card())
GRID = ck.Variants.grid(
    BASE.scorecard,
    {"sales.curve.floor": [0, 60], "q.x.curve": {"<flat> & low": ck.curves.Linear(10)}},
)
SWEPT = ck.sweep(BASE, GRID)


def rows(told, heading):
    """The cells of the first table below a heading."""
    part = told.split(f"## {heading}")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_page_has_its_sections_in_both_forms():
    made = ck.report(SWEPT, period="Q1")
    page, told = made.html(), made.markdown()
    for heading in ("At a glance", "How far totals move", "How many change grade",
                    "Setting by setting", "Places", "How it is found"):  # fmt: skip
        assert f"## {heading}" in told
        assert heading in page
    assert "<h1><bdi>2 rules swept, Q1</bdi></h1>" in page
    assert "Q1 · 2 cards · 50 people" in told
    assert ck.report(SWEPT).period == "Q2"
    assert ck.report(SWEPT, title="Next year").title == "Next year"


def test_what_stands_there_is_what_the_sweep_holds():
    told = ck.report(SWEPT, period="Q1").markdown()
    table = SWEPT.table()
    mine = (table["period"] == "Q1") & BASE.org.is_leaf[BASE.org.rows(table["node"].tolist())]
    order = np.argsort(-table["spread"][mine], kind="stable")[:14]
    shown = rows(told, "How far totals move")
    assert [row[0] for row in shown] == table["node"][mine][order].tolist()
    assert [row[3] for row in shown] == [f"{x:,.2f}" for x in table["high"][mine][order]]
    assert [row[5] for row in shown] == table["grade"][mine][order].tolist()
    assert "… and 3" in told
    changed = [int(row[1]) for row in rows(told, "How many change grade")]
    assert changed == sorted(SWEPT.changed[:, 0].tolist(), reverse=True)
    means = SWEPT.by_setting()["mean"][::2]
    assert [row[3] for row in rows(told, "Setting by setting")] == [f"{x:.2f}" for x in means]
    ranks = SWEPT.ranks()
    places = [[int(cell) for cell in row[1:]] for row in rows(told, "Places")[:14]]
    first = np.argsort(np.where(ranks.base[0] > 0, ranks.base[0], 99), kind="stable")[:14]
    want = np.stack([ranks.base[0], ranks.best[0], ranks.worst[0]])[:, first].T
    assert places == want.tolist()


def test_names_from_data_are_escaped():
    page, told = ck.report(SWEPT).html(), ck.report(SWEPT).markdown()
    assert "<flat>" not in page
    assert "&lt;flat&gt; &amp; low" in page
    assert r"\<flat\>" in told


def test_every_person_has_a_range_with_the_base_on_it():
    page = ck.report(SWEPT, period="Q1", limits=ck.Limits(parts=3)).html()
    assert page.count('class="reaches swept"') == 6
    assert page.count('class="ring"') == 6
    assert "… and 4" in page


def test_a_bar_runs_over_its_range_on_its_scale():
    drawn = str(range_bar((25.0, 75.0), 50.0, (0.0, 100.0), (50.0, 500.0), "words"))
    assert 'x1="26.00%" x2="74.00%" y1="50%" y2="50%" class="reach"' in drawn
    assert '<circle cx="50.00%"' in drawn
    assert drawn.count('class="zero"') == 1
    # Places run from the last at the left to the first at the right.
    assert 'x1="2.00%" x2="98.00%"' in str(range_bar((9.0, 1.0), 1.0, (9.0, 1.0), (), "words"))
    absent = str(range_bar((np.nan, np.nan), np.nan, (0.0, 1.0), (), "words"))
    assert 'reach"' not in absent
    assert "circle" not in absent


def test_labels_of_an_axis_keep_apart():
    drawn = str(range_axis((0.0, 100.0), [(0.0, "0"), (100.0, "100"), (4.0, "C"), (50.0, "A")]))
    assert re.findall(r">([^<>]+)</text>", drawn) == ["0", "100", "A"]


def test_a_share_is_a_part_of_the_whole_bar():
    assert 'width="25.00%"' in str(moved_bar(0.25, "words"))
    assert 'width="100.00%"' in str(moved_bar(7.0, "words"))


@pytest.mark.parametrize(
    ("low", "high", "scale"),
    [(21.75, 130, (0, 150)), (66, 118, (60, 120)), (5, 5, (5, 6)), (np.inf, -np.inf, (0, 100)),
     (-3, 0.5, (-3, 1))],
)  # fmt: skip
def test_scales_have_round_ends(low, high, scale):
    assert module._rounded(low, high) == pytest.approx(scale)


def test_too_many_places_are_left_out_and_that_is_said(monkeypatch):
    monkeypatch.setattr(module, "_MOST", 99)
    told = ck.report(SWEPT).markdown()
    assert "## Places" not in told
    assert "Places are left out: 2 × 50 totals are more than 99." in told


def test_weightings_without_grades_have_a_page_too():
    plain = ck.score(BASE.results, card(grades=None))
    swept = ck.sweep(plain, ck.Weightings(["sales"], [[1], [2]], ["one", "two"]))
    told = ck.report(swept).markdown()
    assert "2 weightings" in told
    assert "How many change grade" not in told
    assert "Setting by setting" not in told
    assert "| who | base | least | most | spread |" in told


def test_nobody_need_have_a_total():
    none = ck.score(results(absent=1.0), card(missing="hold"))
    made = ck.report(ck.sweep(none, ck.Variants({"base": none.scorecard})))
    assert made.markdown().count("Nobody has a total.") == 2
    assert made.html().count("Nobody has a total.") == 2


def test_it_is_of_everybody():
    assert refused(ck.report, SWEPT, focus="n001")[0].column == "focus"
    assert refused(ck.report, SWEPT, period="Q9")


@pytest.mark.parametrize(
    "ends", [(0.0, 4e-323), (0.0, 1.7e308), (-1.7e308, 1.7e308), (1e300, 1e300), (-3.0, -3.0)]
)
def test_a_scale_holds_the_smallest_and_the_largest_numbers(ends):
    low, high = module._rounded(*ends)
    assert -np.inf < low <= ends[0]
    assert ends[1] <= high < np.inf


def test_a_median_between_two_whole_numbers_is_not_cut():
    cards = {"same": BASE.scorecard, "off": GRID.cards[GRID.names[0]]}
    swept = ck.sweep(BASE, ck.Variants(cards))
    changed = int(swept.changed[1, 0])
    assert changed % 2 == 1
    told = ck.report(swept, period="Q1").markdown()
    assert f"of people and units together {changed / 2:.1f} change theirs" in told
