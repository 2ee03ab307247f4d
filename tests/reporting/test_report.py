"""The report as a whole: every stage, one content, nothing from data but text."""

import re
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi._text import visible
from cascade_kpi.reporting.lights import Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.wording import amount, attained, points
from tests.helpers import measured, org, refused
from tests.reporting.case import PLACES, Outline, plan, stages

SECTIONS = {
    "targets": ["Summary", "Organisation", "Figures", "Rules and notes"],
    "results": ["Summary", "Organisation", "Figures", "Rules and notes"],
    "scores": ["Summary", "Organisation", "Scorecards", "Rules and notes"],
    "gaps": ["Summary", "Organisation", "Scorecards", "Gaps", "Rules and notes"],
    "plan": ["Summary", "Organisation", "Scorecards", "Gaps", "Improvement plan",
             "Rules and notes"],
}  # fmt: skip

FRAGMENTS = [
    "<script>alert(1)</script>", "</title>", "</style>", "<!--", "-->", "<![CDATA[", "&lt;", "&#x;",
    '"', "'", "`", '" onload="x', "<img src=x onerror=y>", "\n", "\r", "\t", "\x00", "\u2028",
    "\u202e", "\u2066", "\ufeff", "\ud800", "|", "*", "[a](b)", "=1+1", "(x", "https://a.example",
    "Ann", "王伟", "אב", "%s", "{0}", "\\", "x" * 300,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3).map("".join)


@pytest.fixture(scope="module")
def whole():
    return plan()


@pytest.mark.parametrize("name", SECTIONS)
def test_every_stage_has_its_sections(whole, name):
    report = ck.report(stages(whole)[name])
    page = report.html()
    Outline(page)
    assert re.findall(r"<h2 [^>]*>([^<]*)</h2>", page) == SECTIONS[name]
    assert re.findall(r"^## (.*)$", report.markdown(), re.MULTILINE) == SECTIONS[name]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_report_is_the_same_every_time(whole, name):
    first, second = stages(whole)[name], stages(plan())[name]
    assert ck.report(first).html() == ck.report(second).html()
    assert ck.report(first).markdown() == ck.report(second).markdown()
    assert ck.report(first) == ck.report(second)


def test_the_page_stands_alone(whole):
    page = ck.report(whole, title="see https://a.example").html()
    outline = Outline(page)
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "base", "audio"}
    links = outline.values("href") + outline.values("src")
    assert links
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert {link[1:] for link in links if link.startswith("#")} <= set(outline.values("id"))
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import|https?:|//", style)
    assert "default-src 'none'" in outline.values("content")[0]
    assert dict(outline.elements[:1]) == {"html": ("lang",)}


def test_ids_are_unique_and_pictures_have_words(whole):
    outline = Outline(ck.report(whole).html())
    ids = outline.values("id")
    assert len(set(ids)) == len(ids)
    pictures = [names for tag, names in outline.elements if tag == "svg"]
    assert pictures
    assert all({"role", "aria-label"} <= set(names) for names in pictures)
    heads = [names for tag, names in outline.elements if tag == "th"]
    assert all("scope" in names for names in heads)


@settings(max_examples=25)
@given(st.fixed_dictionaries(dict.fromkeys(PLACES, TEXTS)), TEXTS)
def test_data_is_text_wherever_it_stands(words, title):
    plain = Outline(ck.report(plan(teams=1, people=2), title="title").html())
    nasty = Outline(ck.report(plan(words, teams=1, people=2), title=title).html())
    assert nasty.elements == plain.elements
    shown = nasty.text
    for place in set(PLACES) - {"column"}:
        assert visible(words[place]) in shown
    assert visible(title) in shown
    assert not set("\u202e\u2066\ufeff\x00\u2028\ud800") & set(shown)


@settings(max_examples=25)
@given(st.fixed_dictionaries(dict.fromkeys(PLACES, TEXTS)), TEXTS)
def test_markdown_keeps_its_shape_whatever_the_data(words, title):
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    plain = parser.parse(ck.report(plan(teams=1, people=2), title="title").markdown())
    nasty = parser.parse(ck.report(plan(words, teams=1, people=2), title=title).markdown())
    assert [t.type for t in nasty] == [t.type for t in plain]
    kinds = {child.type for t in nasty if t.type == "inline" for child in t.children}
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}


@given(st.lists(TEXTS, min_size=2, max_size=2, unique=True))
def test_ids_are_text_too(ids):
    assume(all(name.strip() for name in ids))
    tree = ck.OrgTree.from_table({"id": ids, "parent": ["", ids[0]]})
    page = Outline(ck.report(measured(tree, ck.Kpi("k", "CNY"), 5, {ids[-1]: 4})).html())
    assert all(visible(name) in page.text for name in ids)


@pytest.mark.parametrize("written", ["html", "markdown"])
def test_figures_are_those_of_the_stages(whole, written):
    scores = whole.gaps.scores
    report = ck.report(whole, period="2026Q1", focus="t1")
    text = Outline(report.html()).text if written == "html" else report.markdown()
    row = whole.org.row("t1")
    assert f"{scores.total[0, row]:,.2f}" in text
    assert scores.grade("t1", "2026Q1") in text
    for kpi in whole.gaps.kpis:
        target = scores.results.targets.of(kpi.name)[0, row]
        result = scores.results.of(kpi.name)[0, row]
        assert amount(kpi, target) in text
        assert amount(kpi, result) in text
        assert attained(scores.attainment(kpi.name)[0, row]) in text
        assert points(whole.gaps.in_points(kpi.name)[0, row], 2, "+") in text


def test_the_plan_tells_all_of_every_action(whole):
    report = ck.report(whole)
    page = report.html()
    shown = Outline(page[page.index('<section id="plan"') : page.index('<section id="rules"')]).text
    markdown = report.markdown()
    actions = whole.rows()
    assert f"{len(actions)} actions for" in shown
    for action in actions:
        kpi = whole.gaps.kpis[action.kpi]
        facts = (
            whole.org[action.node].label, action.text, action.why, action.due.isoformat(),
            amount(kpi, action.actual), amount(kpi, action.level),
            whole.org[action.owner].label,
            f"{action.points:+.2f}".replace("-", "−"), attained(action.attainment), action.period,
        )  # fmt: skip
        assert all(fact in shown for fact in facts), facts
        assert all(fact in markdown for fact in facts), facts


def test_limits_hold_and_are_told():
    whole = plan(teams=6, people=6)
    limits = Limits(nodes=20, cards=2, people=1, parts=3, actions=4, names=1)
    report = ck.report(whole, limits=limits)
    text = Outline(report.html()).text
    assert "The first 2 of 6 children." in text
    assert "The 4 that answer the greatest losses of points are listed." in text
    assert "4 others" in text
    assert report.html().count('class="action"') == 4
    lost = whole.gaps.in_points(whole.gaps.kpis.names[0])[-1]
    dearest = whole.org.labels[int(np.nanargmin(lost))]
    assert dearest in text[text.index("greatest losses") :]


def test_focus_narrows_everything_to_a_subtree(whole):
    text = Outline(ck.report(whole, focus="t2").html()).text
    assert "company › team 2 · 2026Q2 · 4 units and people · 2 levels" in text  # noqa: RUF001 - as the page prints it
    assert "member 20" in text
    assert "member 00" not in text
    assert "team 0" not in text


def test_the_period_is_the_plans_or_the_last():
    whole = plan()
    first = ck.improve(whole.gaps, whole.playbook, start=date(2026, 4, 1), period="2026Q1")
    assert ck.report(first).period == "2026Q1"
    assert ck.report(whole.gaps).period == "2026Q2"
    assert ck.report(whole.gaps).title == "company, 2026Q2"


def test_a_plan_without_actions_is_a_plan(whole):
    none = ck.improve(whole.gaps, ck.Playbook([], []), start=whole.start)
    assert len(none) == 0
    assert "No action is planned for 2026Q2" in ck.report(none).html()


def test_several_trees_are_told():
    tree = ck.OrgTree.from_table({"id": ["a", "b"], "parent": ["", ""]}, roots="many")
    kpi = ck.Kpi("k", "CNY")
    goals = {"node": ["a", "b"], "kpi": ["k", "k"], "value": [5, 6], "period": ["2026"] * 2}
    targets = ck.cascade(tree, [kpi], goals)
    assert "a · 2026 · 1 unit or person · 1 level · one of 2 trees" in ck.report(targets).markdown()
    assert ck.report(targets, focus="b").title == "b, 2026"


def test_nothing_reported_is_grey_not_red():
    results = measured(org(), ck.Kpi("k", "CNY"), 9, {})
    text = Outline(ck.report(results).html()).text
    assert "No KPI has both a result and a target." in text
    card = ck.Scorecard([ck.Item("k")], {"k": 100})
    plan_of = ck.improve(
        ck.gaps(ck.score(results, card)), ck.Playbook([], []), start=date(2027, 1, 4)
    )
    text = Outline(ck.report(plan_of).html()).text
    assert "■off target" not in text
    assert "No gap where the result or the target is absent: k." in text


def test_levels_read_at_results_have_the_lights_of_their_proportion():
    results = measured(org(), ck.Kpi("k", "CNY"), 9, {"ann": 3, "bob": 3, "cid": 2})
    curve = ck.curves.Steps([(5, 60), (9, 100)])
    card = ck.Scorecard([ck.Item("k", curve, ck.attainments.Result())], {"k": 100})
    text = Outline(ck.report(ck.score(results, card)).html()).text
    assert "88.9 % off target" in text
    assert "800.0 %" not in text


def test_other_lights(whole):
    results = measured(org(), ck.Kpi("k", "CNY"), 10, {"ann": 3, "bob": 3, "cid": 2})
    assert "80.0 % off target" in Outline(ck.report(results).html()).text
    lights = Lights(amber=0.5, green=0.8)
    assert "80.0 % on target" in Outline(ck.report(results, lights=lights).html()).text


@pytest.mark.parametrize(("name", "begins"), [("r.html", "<!DOCTYPE html>"), ("r.MD", "# ")])
def test_saving_by_ending(whole, tmp_path, name, begins):
    saved = ck.report(whole).save(tmp_path / name)
    assert saved == tmp_path / name
    raw = saved.read_bytes()
    assert raw.decode("utf-8").startswith(begins)
    assert b"\r" not in raw


def test_another_ending_is_refused_and_nothing_is_written(whole, tmp_path):
    (fault,) = refused(ck.report(whole).save, str(tmp_path / "r.pdf"))
    assert "end it in .html or .md" in fault.repair
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_refused(whole):
    assert "targets, results" in refused(ck.report, whole.org)[0].repair
    assert "did you mean 't1'" in refused(ck.report, whole, focus="tt1")[0].repair
    assert refused(ck.report, whole, period="2026Q9")[0].reason == "no such period"


def test_a_notebook_shows_a_frame_that_runs_nothing(whole):
    report = ck.report(whole, title='"><script>')
    frame = Outline(report._repr_html_())
    assert [tag for tag, _ in frame.elements] == ["iframe"]
    assert frame.values("sandbox") == [""]
    assert Outline(frame.values("srcdoc")[0]).elements == Outline(report.html()).elements
