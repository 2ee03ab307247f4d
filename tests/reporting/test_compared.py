"""The page of a comparison."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.comparing import Siblings
from cascade_kpi.reporting.clouds import bin_edges, cloud, histogram
from tests.calibrating.cases import scored
from tests.comparing.test_compare import AFTER, BEFORE, COMPARED, PAY, sides
from tests.helpers import refused


def test_the_page_has_its_sections_in_both_forms():
    page, told = ck.report(COMPARED), ck.report(COMPARED).markdown()
    for heading in ("Summary", "Who moves", "Grades before and after", "Who gains, who loses",
                    "What it costs", "How it is found"):  # fmt: skip
        assert f"## {heading}" in told
        assert heading in page.html()
    assert (
        "1 gain, 1 lose, 2 keep their total, 1 without a total on both sides; the mean change is "
        "−4.50 points." in told
    )
    assert "| a | ▼ 3 | 1 → 4 | 95.00 → 71.00 | −24.00 | A → C |" in told
    assert "| not scored | 1 | 0 | 0 | 0 | 0 | 0 | 1 |" in told
    assert "| all | 550.05 CNY | 710.10 CNY | +160.05 CNY | 1 before |" in told
    assert "Both sides are of different results." in told
    assert "<h1><bdi>Two rules compared, 2026</bdi></h1>" in page.html()


def test_nobody_on_both_sides_is_said_in_words():
    nobody = scored({"a": ("x", None), "b": ("x", 5)})
    told = ck.report(ck.compare(nobody, scored({"a": ("x", 5), "b": ("x", None)}))).markdown()
    assert "- Nobody has a total on both sides." in told
    assert "mean change is" not in told
    assert "tau-b" not in told


def test_groups_stand_from_the_largest_loss_on_average():
    lines = ck.report(COMPARED).markdown().split("## Who gains")[1].splitlines()
    names = [line.split(" | ")[0] for line in lines if line.startswith("| ")][2:5]
    assert names == ["| n", "| none stated", "| s"]


def test_pools_are_named_where_there_are_several():
    told = ck.report(ck.compare(*sides(), pool=Siblings())).markdown()
    assert "| who | pool | places |" in told
    assert "ranked within 2 pools" in told
    assert "Agreement of the two orders" not in told
    assert "| red | 3 | −0.816 | −0.866 |" in told


def test_everybody_with_both_places_is_a_dot_of_its_way():
    page = ck.report(COMPARED).html()
    circles = [each.split(">")[0] for each in page.split("<circle")[1:]]
    assert sorted(each.split('class="')[1] for each in circles) == ['bad"', 'bad"', 'bad"', 'none"']


def test_many_are_counted_in_cells():
    places = (np.arange(2_000) + 0.5) / 2_000
    names = np.array([f"p{i}" for i in range(2_000)], dtype=object)
    shown = str(cloud(places, places[::-1], names, "words"))
    assert shown.count("<circle") <= 24 * 24
    assert "83 people" in shown or "84 people" in shown
    assert ">p0<" not in shown


def test_bins_hold_everything_and_gains_mirror_losses():
    changes = np.array([-5.0, -2.5, 0.0, 2.5, 5.0])
    gains = np.sign(changes).astype(np.int64)
    edges = bin_edges(changes)
    assert edges[0] <= -5
    assert edges[-1] >= 5
    assert 0.0 in edges
    drawn = str(histogram(changes, gains, edges, "words"))
    assert drawn.count('class="bad"') == drawn.count('class="good"') == 2
    assert drawn.count("the same: 1") == 1
    assert len(bin_edges(np.zeros(3))) >= 2


@pytest.mark.parametrize("edges", [None, {"A": 50, "B": None}])
def test_nobody_need_have_anything(edges):
    people = {"a": ("red", None), "b": ("red", 80)}
    other = {"a": ("red", 80), "b": ("red", None)}
    made = ck.compare(scored(people, edges), scored(other, edges))
    told = ck.report(made).markdown()
    assert "Nobody moves." in told
    assert ("## Grades before and after" in told) == (edges is not None)
    assert "Nobody has a place on both sides." in ck.report(made).html()


def test_what_is_left_out_is_said():
    told = ck.report(COMPARED, limits=ck.Limits(parts=1, rows=1)).markdown()
    assert "… and 2 rows more." in told
    assert "… and 2 groups more." in told
    assert "| all | 550.05 CNY" in told


def test_names_from_data_are_escaped():
    before = scored({"<b>": ("red", 50), "x": ("red", 70)})
    after = scored({"<b>": ("red", 90), "x": ("red", 70)})
    page = ck.report(ck.compare(before, after)).html()
    assert "<b>" not in page.replace("<b>", "", page.count("</b>"))


def test_it_has_no_node_in_focus():
    assert refused(ck.report, COMPARED, focus="a")
    assert refused(ck.report, COMPARED, period="2020")
    assert ck.report(COMPARED, title="Mine").html().count("Mine") >= 1
    assert PAY.words() in ck.report(COMPARED).markdown()
    assert len(BEFORE) == len(AFTER)
