"""The page of a negotiation."""

from datetime import date

import pytest

import cascade_kpi as ck
from tests.commitments.test_negotiation import LAST, LATER, TARGETS, at, begun, plan
from tests.helpers import refused


def talks(who="hq"):
    made = begun()
    made = made.counter(plan(made, ann=28), who=who, when=LATER)
    made = made.agree(at("ann"), who="east", when=LAST)
    return made.propose(plan(made, bob=50.5), who="east", when=LAST)


def rows(told, section):
    """The rows of a section's tables in Markdown, as lists of cells."""
    part = told.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines if not line.startswith("| ---")]


def test_the_page_tells_where_every_target_stands_what_is_open_first():
    told = ck.report(talks()).markdown()
    assert told.startswith("# sales of 2027\n\n4 rounds · 2026-11-02 to 2026-11-09 · east and hq\n")
    assert "2 targets spoken of: 1 proposed and 1 agreed." in told
    assert "### sales, 2027" in told
    status = dict(zip(*(talks().status()[key].tolist() for key in ("node", "plan")), strict=True))
    assert rows(told, "Where it stands") == [
        ["target", "state", "whose word", "first word", "last word", "last plan"],
        ["bob", "proposed", "east, 2026-11-09", "44.0", "50.5", f"{status['bob']:.1f}"],
        ["ann", "agreed", "east, 2026-11-09", "20.0", "28.0", "28.0"],
    ]


def test_the_page_tells_every_round_and_every_word():
    made = talks()
    told = ck.report(made).markdown()
    rounds = rows(told, "Round by round")
    assert [row[:5] for row in rounds[1:]] == [
        ["round 0", "2026-11-02", "east", "proposal", "2 targets"],
        ["round 1", "2026-11-05", "hq", "counter-proposal", "1 target"],
        ["round 2", "2026-11-09", "east", "agreement", "1 target"],
        ["round 3", "2026-11-09", "east", "proposal", "1 target"],
    ]
    assert [row[5] for row in rounds[1:]] == [
        "first plan", *(f"{len(made.moved(i, i + 1)['node'])} targets" for i in range(3))
    ]  # fmt: skip
    moved = made.moved(0, 1)
    far = max(abs(moved["change"]))
    assert f"{far:.1f}" in rounds[2][6]
    assert rounds[3][6] == "–"  # agreeing moves nobody
    assert rows(told, "What was said")[3:] == [
        ["round 1", "hq", "ann, sales, 2027", "20.0", "28.0", "1", "28.0"],
        ["round 2", "east", "ann, sales, 2027", "28.0", "28.0", "certain", "28.0"],
        ["round 3", "east", "bob, sales, 2027", "44.0", "50.5", "1",
         f"{made.status()['plan'][1]:.1f}"],
    ]  # fmt: skip


def test_the_page_draws_each_target_once():
    page = ck.report(talks(), title="Talks").html()
    assert page.count('class="strip low"') == 2
    assert page.count('class="ring"') == page.count('class="dot agreed"') == 2
    assert "ann: last word 28.0, last plan 28.0" in page
    assert "<h1><bdi>Talks</bdi></h1>" in page
    assert "<script" not in page


def test_what_is_left_out_is_said_and_nothing_is_a_page_too():
    report = ck.report(talks(), limits=ck.Limits(rows=1))
    for told in (report.markdown(), report.html()):
        assert "… and 1 target more." in told
        assert "… and 4 rows more." in told
    none = ck.report(ck.Negotiation("sales"))
    assert "Nothing is proposed." in none.markdown()
    assert none.html().count("Nothing is proposed.") == 2


@pytest.mark.parametrize("evil", ["<script>x</script>", "a&b|c", "\u202eabc"])
def test_names_are_escaped(evil):
    made = ck.Negotiation(evil, talks(who=evil).rounds)
    for told in (ck.report(made).html(), ck.report(made).markdown()):
        assert evil not in told


def test_each_kpi_and_period_has_a_table_of_its_own():
    halves = ck.phase(TARGETS, ["2027H1", "2027H2"], ck.profiles.Even())
    offer = {"node": ["ann", "ann"], "kpi": ["sales"] * 2, "period": ["2027H1", "2027H2"],
             "value": [10, 20]}  # fmt: skip
    made = ck.Negotiation("halves")
    made = made.propose(ck.reconcile(halves, made.standing(offer)), who="a", when=date(2026, 11, 2))
    told = ck.report(made).markdown()
    assert "### sales, 2027H1" in told
    assert "### sales, 2027H2" in told
    assert "1 round · 2026-11-02 · a" in told


def test_a_node_or_a_period_is_not_asked_for():
    faults = refused(ck.report, talks(), focus="ann", period="2027")
    assert len(faults) == 2
