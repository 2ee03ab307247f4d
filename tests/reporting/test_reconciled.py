"""The page of a reconciliation."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import confidences, splits
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.strips import Scale, dumbbell
from tests.helpers import entries

TREE = ck.OrgTree.from_table(
    {
        "id": ["hq", "east", "west", "ann", "bob", "cid"],
        "parent": ["", "hq", "hq", "east", "east", "west"],
        "name": ["Head <i>", "East", "West", "Ann", "Bob", "Cid"],
        "size": [None, None, None, 3, 1, 2],
    },
    label="name",
)
KPIS = [
    ck.Kpi("sales", "CNY", split=splits.ProRata("size"), lot=1, decimals=0),
    ck.Kpi("churn", "%", split=splits.Shared()),
]
TARGETS = ck.cascade(TREE, KPIS, {"sales": 1_200, "churn": 2}, periods="2027")


def agreed(*rows):
    columns = ("node", "kpi", "value", "confidence")
    rule = confidences.ByLevel(["certain", 1])
    return ck.reconcile(TARGETS, entries(*rows, columns=columns), confidence=rule)


MEETING = agreed(("ann", "sales", 300, 2), ("west", "sales", 500, 1))


def test_the_page_tells_who_moved_the_furthest_first_and_which_demand_pulled():
    lines = ck.report(MEETING).markdown().splitlines()
    start = lines.index("## What was agreed")
    table = [line for line in lines[start:] if line.startswith("|")]
    assert table[0].startswith("| who | target | offer | agreed | from target | from offer |")
    moves = MEETING.moves()
    furthest = np.argsort(-np.abs(moves["from_target"]), kind="stable")
    names = [str(TREE.labels[TREE.row(node)]) for node in moves["node"][furthest]]
    assert [row.split(" | ")[0].strip("| ") for row in table[2 : 2 + len(names)]] == names
    ann = next(row for row in table if row.startswith("| Ann"))
    value = MEETING.targets.of("sales")[0, TREE.row("ann")]
    assert f"| {value:.0f} | −{600 - value:.0f} | +{value - 300:.0f} | Ann, offer |" in ann
    lead = lines[start + 4]
    assert "1,200 CNY from above, 1,200 CNY agreed" in lead
    assert "of 2 offers, 0 are agreed as made" in lead
    assert "Ann | offer | " in "\n".join(table)
    assert "churn, in %" not in lines  # it was not reconciled


def test_the_page_draws_each_and_escapes_names():
    page = ck.report(MEETING).html()
    assert page.count('class="strip low"') == len(MEETING.moves()["node"])
    assert page.count('class="ring"') == 2
    assert "Head <i>" not in page


def test_a_focus_shows_its_own_subtree_alone():
    text = ck.report(MEETING, focus="west").markdown()
    part = text[text.index("## What was agreed") : text.index("## Organisation")]
    assert "| Cid" in part
    assert "| Bob" not in part
    assert "500 CNY from below" in part


def test_what_is_left_out_is_counted():
    text = ck.report(MEETING, limits=Limits(parts=2, names=1)).markdown()
    assert "And 3 smaller moves." in text


def test_nothing_to_reconcile_is_said():
    shared = ck.cascade(TREE, [KPIS[1]], {"churn": 2}, periods="2027")
    text = ck.report(ck.reconcile(shared)).markdown()
    assert "Nothing was to be reconciled." in text
    assert "Nothing was to be reconciled." in ck.report(ck.reconcile(shared)).html()


@pytest.mark.parametrize(("offer", "rings"), [(3.0, 1), (np.nan, 0)])
def test_a_ring_only_where_something_was_offered(offer, rings):
    drawn = str(dumbbell(Scale(-10.0, 10.0), offer, -5.0, "a & b"))
    assert drawn.count("ring") == rings
    assert 'cx="26.00%"' in drawn  # of what was agreed
    assert "a &amp; b" in drawn


def test_an_offer_without_a_target_has_no_picture():
    nothing = ck.Targets.from_columns(TREE, ck.Kpis([KPIS[0]]), {}, periods="2027")
    told = ck.reconcile(nothing, {"node": ["ann"], "kpi": ["sales"], "value": [30.0]})
    page = ck.report(told).html()
    assert 'class="strip low"' not in page
    assert "Ann" in page
