"""Pieces as people read them: those that go on from period to period are one line."""

import cascade_kpi as ck
from tests.helpers import org

MONTHS = [f"2026-{i:02}" for i in range(1, 13)]
KPIS = [
    ck.Kpi("wins", "customers", lot=1, decimals=0),
    ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100)),
]


def moved():
    tree = org({"hq": "", "a": "hq", "b": "hq"})
    year = ck.cascade(tree, KPIS, {"wins": 730, "churn": 2}, periods="2026")
    months = ck.phase(year, MONTHS, ck.profiles.Even())
    stints = ck.Stints.from_table(
        {"holder": ["li", "wu", "li"], "node": ["a", "hq", "b"],
         "start": ["2026-01-01", "2026-01-01", "2026-05-01"],
         "end": ["2026-04-30", None, "2026-12-15"]},
        tree,
    )  # fmt: skip
    return ck.move(months, stints, by=ck.moves.FollowsPost())


def test_a_vacancy_of_several_months_is_one_line():
    found = moved()
    lines = repr(found.uncovered()).split("\n")
    table = found.uncovered().table()
    vacant = {
        (node, late): int(table["lots"][(table["node"] == node) & (table["kpi"] == "wins")
                                        & ((table["start"].astype(str) > "2026-06") == late)].sum())
        for node in ("a", "b") for late in (False, True)
    }  # fmt: skip
    assert lines[0] == "13 pieces of what nobody holds"
    assert len(lines) == 4
    assert lines[1].split()[:5] == ["2026-05-01", "to", "2026-12-31", "245", "days"]
    assert (
        f"wins {sum(vacant['a', late] for late in (False, True))} customers, churn 2.00 %"
        in (lines[1])
    )
    assert lines[2].split()[:5] == ["2026-01-01", "to", "2026-04-30", "120", "days"]
    assert f"wins {vacant['b', False]} customers" in lines[2]
    assert lines[3].split()[:5] == ["2026-12-16", "to", "2026-12-31", "16", "days"]
    assert f"wins {vacant['b', True]} customers" in lines[3]


def test_who_moves_has_a_line_for_each_post():
    lines = repr(moved().of_holder("li")).split("\n")
    assert [line.split()[0] for line in lines[1:]] == ["2026-01-01", "2026-05-01"]


def test_nothing_has_no_lines():
    assert repr(moved().of_node("hq")).startswith("12 pieces of hq")
    tree = org({"hq": ""})
    year = ck.cascade(tree, KPIS[:1], {"wins": 5}, periods="2026")
    stints = ck.Stints.from_table(
        {"holder": ["li"], "node": ["hq"], "start": ["2026-01-01"], "end": [None]}, tree
    )
    whole = ck.move(year, stints, by=ck.moves.FollowsPost())
    assert repr(whole.uncovered()) == "0 pieces of what nobody holds"


def test_what_is_divided_among_nobody_needs_no_holder():
    tree = org({"hq": "", "region": "hq", "a": "region"})
    shared = ck.Kpi("mood", "points", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
    targets = ck.cascade(tree, [KPIS[0], shared], {"wins": 10, "mood": 4}, periods="2026")
    stints = ck.Stints.from_table(
        {"holder": ["li"], "node": ["a"], "start": ["2026-01-01"], "end": [None]}, tree
    )
    found = ck.move(targets, stints, by=ck.moves.FollowsPost()).uncovered()
    assert set(found.table()["kpi"].tolist()) <= {"wins"}
