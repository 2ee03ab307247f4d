"""The page of moves: timelines, pieces, who carries what, and the sums."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.reporting.timelines import Bar, Span, Timeline, axis, timeline
from tests.helpers import entries, org, refused
from tests.moving.cases import LEAVES, MOVES, SALES, held, year

UNITS = ck.Reorganisation.from_table(
    {"node": ["east"], "parent": ["west"], "start": ["2026-10-01"]}, org()
)


def moved(**changes):
    return ck.move(year(), MOVES, by=moves.FollowsPost(), units=UNITS, leaves=LEAVES, **changes)


def section(text, title):
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_sums_are_those_of_the_targets():
    told = section(ck.report(moved()).markdown(), "Nothing lost, nothing doubled")
    row = (
        "| sales | 1,095 units | 679 units | 20 units | 396 units | 0 units | 1,095 units | 0 units"
    )
    assert row in told


def test_posts_and_people_are_told_with_what_changed():
    text = ck.report(moved()).markdown()
    told = section(text, "Posts and units")
    assert (
        "| ann | li, 2026-01-01 to 2026-06-30; li on leave, 2026-06-21 to 2026-06-30; "
        "vacant, 2026-07-01 to 2026-07-31; bo, 2026-08-01 to 2026-12-31 | 365 units | 365 units "
        "| 41 units |"
    ) in told
    assert "below west from 2026-10-01 on" in told
    assert "| west | east comes on 2026-10-01 | 365 units | 549 units |" in told
    told = section(text, "People")
    assert (
        "| li | ann, 2026-01-01 to 2026-06-30; li on leave, 2026-06-21 to 2026-06-30; cid, "
        "2026-07-01 to 2026-12-31; li on leave, 2026-07-01 to 2026-07-10 | 365 | 345 units |"
    ) in told
    assert "| east | 2026-10-01 | hq | west |" in section(text, "Units that moved")
    told = section(text, "Vacancies and leave")
    assert "| ann | vacant | 2026-07-01 | 2026-07-10 | 10 | east | di | 10 units |" in told
    assert "| cid | li on leave | 2026-07-01 | 2026-07-10 | 10 | west | – | 10 units |" in told
    told = section(text, "Rules and notes")
    assert "A target is the post's: who holds it then: FollowsPost(at=())." in told
    assert "carried by: unit; days of leave by: unit" in told


def test_results_stand_beside_targets():
    reports = entries(
        ("ann", "sales", "2026-01-01", "2026-06-30", 200),
        ("cid", "sales", "2026-07-01", "2026-12-31", 190),
        columns=("node", "kpi", "start", "end", "value"),
    )
    text = ck.report(ck.credit(moved(), reports)).markdown()
    assert re.search(r"\| li \|.*\| 345 units \| 0 units \| 390 units \|", text)
    assert re.search(r"\| hq \|.*\| 390 units \|", text)
    assert "whatever a target follows" in text
    astride = {"holder": ["li"], "kpi": ["sales"], "value": [9]}
    text = ck.report(ck.credit(moved(), astride)).markdown()
    assert "1 report is of several stints at once" in text


def test_a_page_is_about_the_node_in_focus_and_one_period():
    text = ck.report(moved(), focus="west").markdown()
    assert text.startswith("# west, 2026")
    assert "| cy | cid, 2026-01-01 to 2026-06-30 |" in text
    assert "| bo | ann, 2026-08-01 to 2026-12-31 |" in text  # it came below west in October
    pieces = section(text, "Pieces")
    assert "| ann | 2026-10-01 | 2026-12-31 | 92 | bo |" in pieces
    assert "2026-01-01 | 2026-06-20" not in pieces.split("cid")[0]
    halves = ck.phase(year(), ["2026H1", "2026H2"], ck.profiles.Even())
    stage = ck.move(halves, MOVES, by=moves.FollowsPost())
    assert "2026-01-01 to 2026-06-30" in ck.report(stage, period="2026H1").markdown()
    assert "2026-07-01 to 2026-12-31" in ck.report(stage).markdown()
    refused(ck.report, stage, period="2027")
    refused(ck.report, stage, focus="eest")


def test_what_is_left_out_is_said():
    many = {f"p{i:02}": "hq" for i in range(30)}
    tree = org({"hq": "", **many})
    stints = held(*[(f"h{i:02}", f"p{i:02}", "2026-02-01", "") for i in range(30)])
    stage = ck.move(year(goals=dict.fromkeys(many, 365), tree=tree), stints, by=moves.FollowsPost())
    text = ck.report(stage, limits=ck.Limits(rows=4)).markdown()
    assert "And 27 more that changed." in text
    assert "And 26 others who moved." in text
    assert "… and 26 rows more." in section(text, "Vacancies and leave")
    assert "… and 56 rows more." in section(text, "Pieces")


def test_where_nothing_moves_it_is_said():
    stints = held(*[(who, who, "2020-01-01", "") for who in ("ann", "bob", "cid")])
    text = ck.report(ck.move(year(), stints, by=moves.FollowsPost())).markdown()
    assert "3 other people stayed where they were all the time." in text
    assert "Every day of every target is held." in text
    assert "No target is cut: everybody stayed." in text
    assert "No unit moved." in text
    assert "5 other posts and units did not change." in text


def test_what_is_not_counted_in_lots_has_no_sums():
    churn = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
    targets = ck.cascade(org(), [churn], {"churn": 2}, periods="2026")
    text = ck.report(ck.move(targets, MOVES, by=moves.FollowsPost())).markdown()
    assert "No target is counted in lots" in text
    assert "Not divided in lots, and so not among the sums: churn." in text
    assert "| li |" in text


def test_tables_show_a_few_kpis_those_that_are_divided_first():
    level = ck.aggregates.Ratio(100)
    kpis = [ck.Kpi("churn", "%", aggregate=level), SALES, ck.Kpi("calls", "calls", lot=1),
            ck.Kpi("visits", "visits", lot=1), ck.Kpi("unused", "x")]  # fmt: skip
    goals = {"churn": 2, "sales": 365, "calls": 730, "visits": 365}
    stage = ck.move(ck.cascade(org(), kpis, goals, periods="2026"), MOVES, by=moves.FollowsPost())
    text = ck.report(stage).markdown()
    assert "Of 4 KPIs with targets the tables show sales, calls, visits." in text
    assert "| days | sales | sales carried | calls | calls carried |" in text
    # Nobody carries the churn of a unit that nobody leads.
    assert "| hq |" not in section(text, "Vacancies and leave")
    results = ck.credit(stage, entries(("bo", "calls", 3), columns=("holder", "kpi", "value")))
    text = ck.report(results).markdown()
    assert "| calls carried | calls result | visits |" in text
    assert "sales result" not in text


def test_names_are_escaped():
    tree = ck.OrgTree.from_table({"id": ["<b>hq", "<i>p"], "parent": ["", "<b>hq"]})
    kpi = ck.Kpi("<u>", "units", lot=1)
    targets = ck.cascade(tree, [kpi], {"<u>": 365}, periods="2026")
    stints = held(("<s>li", "<i>p", "2026-03-01", ""))
    html = ck.report(ck.move(targets, stints, by=moves.FollowsPost())).html()
    for raw in ("<b>hq", "<i>p", "<u>", "<s>li"):
        assert raw not in html
    assert "&lt;s&gt;li" in html
    assert SALES.name not in html


def test_drivers_are_not_drawn_here():
    (fault,) = refused(ck.report, moved(), drivers=3)
    assert fault.repair


# ------------------------------------------------------------------------ pictures

BARS = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 40), st.sampled_from(["held", "vacant"])),
    max_size=12,
)


@given(BARS)
def test_bars_stay_in_the_picture_and_do_not_cover_each_other(rows):
    bars = tuple(Bar(a, min(a + n, 99), state, "name", f"{a} {n}") for a, n, state in sorted(rows))
    svg = str(timeline(Timeline(bars, ((50, "moved"),), "words"), Span(0, 99)))
    found = re.findall(
        r'<rect x="([\d.]+)%" y="([\d.]+)%" width="([\d.]+)%" height="([\d.]+)%"', svg
    )
    places = [tuple(map(float, each)) for each in found]
    assert len(places) == len(bars)
    assert all(x >= 0 and x + w <= 100.5 and y >= 0 and y + h <= 100 for x, y, w, h in places)
    overlapping = max((sum(b.start <= d <= b.end for b in bars) for d in range(100)), default=0)
    for i, (x, y, w, _) in enumerate(places):
        for other in places[:i]:
            apart = other[0] + other[2] <= x + 0.41 or x + w <= other[0] + 0.41
            assert apart or other[1] != y or overlapping > 4


def test_leave_is_drawn_in_what_is_held_by_who_is_away():
    bars = (
        Bar(0, 99, "held", "li", "li", 1),
        Bar(0, 99, "held", "bo", "bo", 2),
        Bar(10, 19, "leave", "", "bo away", 2),
    )
    svg = str(timeline(Timeline(bars, (), "words"), Span(0, 99)))
    (y,) = re.findall(r'y="([\d.]+)%"[^>]*class="leave"', svg)
    assert float(y) > 50
    assert svg.count("bo away") == 1


@pytest.mark.parametrize(
    ("first", "last", "many"), [("2026-01-01", "2026-12-31", 11), ("2020-01-01", "2026-12-31", 6),
                                ("2026-03-05", "2026-03-07", 0)]
)  # fmt: skip
def test_months_or_years_are_marked(first, last, many):
    span = Span(*np.array([first, last], dtype="datetime64[D]").astype(int).tolist())
    assert len(span.ticks()) == many
    assert first in str(axis(span, "days"))
