"""Reports of an alignment: the map's layout, its pictures, the tables, Markdown."""

import html.parser
import re

import pytest
from hypothesis import given, settings

import cascade_kpi as ck
from cascade_kpi.reporting.placing import NARROW, WIDE, Placed, chosen, wrapped
from tests.alignment.case import GOALS, LINKS, aligned, goals, simple
from tests.helpers import refused
from tests.properties.test_alignment import aligned as made
from tests.properties.test_alignment import maps


def placed(found, paper=WIDE, most=40):
    within = found.goals.owner >= -1
    return Placed(found, chosen(found, within, most), paper)


@given(maps(most=14))
@settings(max_examples=60)
def test_boxes_lie_in_their_lanes_and_never_on_each_other(tables):
    goals, links = tables
    names = ["financial", "customer", ""]
    goals["perspective"] = [names[i % 3] for i in range(len(goals["goal"]))]
    found = made((goals, links))
    for paper in (WIDE, NARROW):
        shown = placed(found, paper)
        boxes = list(shown.boxes.values())
        assert len(boxes) == len(found.goals)
        bands = {lane.name: lane for lane in shown.lanes}
        for i, box in enumerate(boxes):
            lane = bands[found.goals.columns["perspective"][box.goal]]
            assert lane.y < box.y
            assert box.y + paper.high < lane.y + lane.height
            assert 0 < box.x < box.x + paper.box < paper.width
            for other in boxes[:i]:
                apart_x = abs(other.x - box.x) >= paper.box
                assert apart_x or abs(other.y - box.y) >= paper.high
        assert len(shown.arrows) == len(found.links)
        for arrow in shown.arrows:
            assert all(0 <= x <= paper.width for x, _ in arrow.points)
            # A long arrow passes rows between boxes, never over one.
            for (x, y), (to_x, to_y) in zip(arrow.points[1:-2], arrow.points[2:-1], strict=True):
                assert x == to_x
                low, high = min(y, to_y), max(y, to_y)
                assert not any(
                    box.x < x < box.x + paper.box and box.y < high and box.y + paper.high > low
                    for box in boxes
                )


def test_strategic_goals_are_shown_first_and_orphans_last():
    found = aligned()
    within = found.goals.owner >= 0
    names = found.goals.ids[chosen(found, within, 3)].tolist()
    assert names == ["keep", "rev", "train"]
    assert "lone" not in found.goals.ids[chosen(found, within, 8)]


def test_titles_are_broken_and_cut():
    assert wrapped("Grow revenue", 500, 13, 3) == ["Grow revenue"]
    assert wrapped("", 100, 13, 3) == []
    lines = wrapped("x" * 100, 100, 13, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert len(wrapped("目标" * 20, 100, 13, 9)[0]) == 7  # as wide as they are high


class Texts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.said = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said.append(data)


def test_everything_is_escaped():
    bad = '<script>alert("1")</script>'
    table = {**GOALS, "title": [bad] * 9, "perspective": [bad] * 9}
    ids = ["hq", "east", "west", "ann", "bob", "cid"]
    above = ["", "hq", "hq", "east", "east", "west"]
    units = {"id": ids, "parent": above, "label": [bad] * 6}
    tree = ck.OrgTree.from_table(units, label="label")
    found = ck.align(goals(tree, table), ck.Links.from_table(LINKS))
    page = ck.report(found, title=bad).html()
    read = Texts()
    read.feed(page)
    assert "script" not in {tag for tag, _ in read.tags}
    assert any(bad in said for said in read.said)
    assert r"\<script\>" in ck.report(found, title=bad).markdown()


def test_the_page_holds_two_maps_and_the_tables():
    audit = aligned().audit(ck.WeightBudget(least=35))
    report = ck.report(audit)
    page = report.html()
    assert report.title == "hq: alignment"
    assert page.count('class="map ') == 2
    assert len(re.findall(r'<g class="goal ', page)) == 18
    assert len(re.findall(r'<g class="edge ', page)) == 16
    for words in ("Alignment report", "60 %", "90.0 % covered", "serves nothing", "a weight below"):
        assert words in page
    assert report._repr_html_().startswith("<iframe")


MARKDOWN = """\
## Coverage

| goal | owner | amount | covered | landed | over or uncovered |
| --- | --- | ---: | ---: | ---: | ---: |
| Grow revenue | hq | 100 CNY | 90.0 % | 75.0 % | −10 CNY |
| Revenue of the east | east | 60 CNY | 75.0 % | 75.0 % | −15 CNY |

## What plans serve

| plan of | weight | serves | unaligned |
| --- | ---: | --- | ---: |
| hq | 100 | Grow revenue 60.0 %; Keep key accounts 20.0 %; Train the sales force 20.0 % | – |
| east | 100 | Grow revenue 100.0 % | – |
| ann | 100 | Grow revenue 70.0 %; Keep key accounts 30.0 % | – |
| bob | 100 | Train the sales force 70.0 % | 30.0 % |
| west | 100 | Grow revenue 100.0 % | – |
"""


def test_markdown_says_the_same(tmp_path):
    report = ck.report(aligned())
    text = report.markdown()
    assert MARKDOWN in text
    assert "    - 60 %: Revenue of the east (east, 75 % covered)" in text
    assert report.save(tmp_path / "map.md").read_text(encoding="utf-8") == text


def test_a_focus_keeps_to_a_subtree_and_what_it_serves():
    text = ck.report(aligned(), focus="west").markdown()
    assert "2 goals · 1 strategic · 1 link · 2027" in text
    assert "Revenue of the west" in text
    assert "Sell to key accounts" not in text
    assert refused(ck.report, aligned(), focus="wset")[0].repair == "did you mean 'west'?"
    assert refused(ck.report, aligned(), period="2027")[0].column == "period"


def test_what_is_left_out_is_said():
    report = ck.report(aligned(), limits=ck.Limits(goals=3, rows=1))
    page = report.html()
    assert "6 goals more: see the tables." in page
    assert "… and 1 row more." in page
    assert "… and 4 rows more." in report.markdown()
    assert "6 goals more: see the tables." in report.markdown()


def test_an_empty_alignment_has_a_page():
    empty = goals(table={"goal": [], "title": [], "owner": []})
    found = ck.align(empty, ck.Links.from_table({"goal": [], "serves": []}))
    for text in (ck.report(found).html(), ck.report(found).markdown()):
        assert "No goals." in text
        assert "Nothing is amiss." in text


def test_unowned_goals_and_unsplit_amounts_are_told_on_the_map():
    case = simple(["s", "t", "a"], [("a", "s", 1)], owner=["hq", "hq", None], value=[5, 7, 5])
    page = ck.report(case).html()
    assert "nobody owns it" in page
    assert "0.0 % covered" in page


@pytest.mark.parametrize("field", ["goals", "rows"])
def test_limits_are_whole_numbers(field):
    refused(ck.Limits, **{field: 0})
