"""Reports of an alignment: the map's layout, its pictures, the tables, Markdown."""

import html.parser
import re

import numpy as np
import pytest
from hypothesis import given, settings

import cascade_kpi as ck
from cascade_kpi.reporting.folding import Folded
from cascade_kpi.reporting.lettering import wrapped
from cascade_kpi.reporting.placing import PAPER, Paper, Placed
from tests.alignment.case import GOALS, LINKS, aligned, goals, simple
from tests.helpers import refused
from tests.properties.test_alignment import aligned as made
from tests.properties.test_alignment import maps


def folded(found, most=40):
    return Folded.of(found, found.goals.owner >= -1, most)


@given(maps(most=14))
@settings(max_examples=60)
def test_boxes_lie_in_their_lanes_and_never_on_each_other(tables):
    goals, links = tables
    names = ["financial", "customer", ""]
    goals["perspective"] = [names[i % 3] for i in range(len(goals["goal"]))]
    found = made((goals, links))
    for paper in (PAPER, Paper(slots=2)):
        shown = Placed(found, folded(found).drawn, paper)
        boxes = list(shown.boxes.values())
        assert len(boxes) == len(found.goals)
        bands = {lane.name: lane for lane in shown.lanes}
        for i, box in enumerate(boxes):
            lane = bands[found.goals.columns["perspective"][box.goal]]
            assert lane.y < box.y
            assert box.y + paper.high < lane.y + lane.height
            assert paper.gutter < box.x < box.x + paper.box < shown.width
            for other in boxes[:i]:
                apart_x = abs(other.x - box.x) >= paper.box
                assert apart_x or abs(other.y - box.y) >= paper.high
        assert len(shown.arrows) == len(found.links)
        for arrow in shown.arrows:
            assert all(paper.gutter <= x <= shown.width for x, _ in arrow.points)
            # A long arrow passes rows between boxes, never over one.
            passing = arrow.points[1:-1]
            for (x, y), (to_x, to_y) in zip(passing[::2], passing[1::2], strict=True):
                assert x == to_x
                low, high = min(y, to_y), max(y, to_y)
                assert not any(
                    box.x < x < box.x + paper.box and box.y < high and box.y + paper.high > low
                    for box in boxes
                )


def test_strategic_goals_are_shown_first_and_orphans_last():
    found = aligned()
    names = found.goals.ids[folded(found, 3).drawn].tolist()
    assert names == ["keep", "rev", "train"]
    assert "lone" not in found.goals.ids[folded(found, 6).drawn]


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
    assert page.count('class="map ') == 2  # a drawing, and a list for a phone
    assert len(re.findall(r'<g class="goal ', page)) == 9
    assert len(re.findall(r'<g class="edge ', page)) == 8
    assert page.count('class="aim"') == 9 + 3  # each goal once, and a line for who is met again
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
    assert page.count("▾ 1</text>") == 2  # the west and bob's serve one goal alone
    assert "4 goals more: see the tables." in page
    assert "… and 1 row more." in page
    assert "… and 4 rows more." in report.markdown()
    assert "4 goals more: see the tables." in report.markdown()


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


def cascaded(people=8):
    """A strategic goal of two KPIs, handed down to four regions and their people."""
    regions = [f"r{i}" for i in range(4)]
    ids = ["hq", *regions, *(f"{r}p{i}" for r in regions for i in range(people))]
    above = ["", *["hq"] * 4, *(r for r in regions for _ in range(people))]
    tree = ck.OrgTree.from_table({"id": ids, "parent": above})
    kpis = [ck.Kpi("sales", "CNY", lot=1), ck.Kpi("calls", "calls", lot=1)]
    targets = ck.cascade(tree, kpis, {"sales": 10_000, "calls": 4_000}, periods="2027")
    implied = ck.aligned_with(targets)
    mine = ck.Goals.from_table(
        {"goal": ["visit"], "title": ["Visit"], "owner": ["r0"], "weight": [5]}, tree
    )
    links = {"goal": ["visit", "visit"], "serves": ["sales/hq", "calls/hq"], "weight": [3, 1]}
    return ck.align(implied.goals.joined(mine), implied.links.joined(ck.Links.from_table(links)))


def test_the_largest_families_are_folded_into_the_goal_that_they_serve():
    found = cascaded()
    shown = folded(found, 24)
    names = set(found.goals.ids[shown.drawn].tolist())
    assert names == {"sales/hq", "calls/hq", "visit", *(f"{k}/r{i}" for k in ("sales", "calls")
                                                        for i in range(4))}  # fmt: skip
    assert shown.counts[found.goals.position("sales/r0")] == 8
    assert shown.left == 0
    few = folded(found, 5)
    assert set(found.goals.ids[few.drawn].tolist()) == {"sales/hq", "calls/hq", "visit"}
    assert few.counts[found.goals.position("sales/hq")] == 36
    assert folded(found, 100).counts.sum() == 0


@given(maps(most=14))
@settings(max_examples=60)
def test_every_goal_is_drawn_folded_or_left(tables):
    found = made(tables)
    for most in (1, 4, 9):
        shown = folded(found, most)
        inside = set(shown.drawn.tolist())
        hidden = set((shown.host >= 0).nonzero()[0].tolist())
        assert len(shown.drawn) <= most
        assert not inside & hidden
        assert len(inside) + len(hidden) + shown.left == len(found.goals)
        graph = found.graph
        for goal in hidden:  # nothing that it serves is lost from sight
            (link,) = graph.links_out(np.array([goal])).tolist()
            to = int(graph.serves[link])
            assert int(shown.host[goal]) == (to if to in inside else int(shown.host[to]))


def test_folded_goals_are_listed_and_a_link_leads_there():
    found = cascaded()
    page = ck.report(found, limits=ck.Limits(rows=5)).html()
    goal = found.goals.position("sales/r0")
    assert f'href="#below-{goal}"' in page
    assert f'id="below-{goal}"' in page
    assert "8 goals below" in page
    assert '<span class="how">12.52 %: </span>' in page  # how they serve it
    assert "… and 3 more." in page


def test_wider_lines_carry_more():
    page = ck.report(simple(["s", "a", "b"], [("a", "s", 0.9), ("b", "s", 0.1)],
                            owner=["hq", "ann", "ann"], value=[10, 9, 1])).html()  # fmt: skip
    widths = [float(each) for each in re.findall(r'class="line" stroke-width="([\d.]+)"', page)]
    assert widths[0] > 2 * widths[1]


def test_a_map_is_the_same_whatever_the_order_of_the_rows():
    table = {name: list(reversed(cells)) for name, cells in GOALS.items()}
    links = {name: list(reversed(cells)) for name, cells in LINKS.items()}
    other = ck.align(goals(table=table), ck.Links.from_table(links))
    assert ck.report(other).html() == ck.report(aligned()).html()


def test_a_list_tells_a_strategic_goal_in_its_own_lane_alone():
    text = aligned().draw()
    assert "supports: Keep key accounts (hq), see customer" in text
    assert text.count("Visit key accounts") == 2
