"""Targets cut by days, shares, leave and vacancy."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.helpers import org, refused
from tests.moving.cases import LEAVES, MOVES, NAMES, held, of_holders, of_units, year


def test_a_change_on_the_first_day_and_on_the_last():
    first = ck.Reorganisation.from_table(
        {"node": ["east"], "parent": ["west"], "start": ["2026-01-01"]}, org()
    )
    assert of_units(ck.move(year(), MOVES, by=moves.FollowsPost(), units=first))["west"] == 1095
    last = ck.Reorganisation.from_table(
        {"node": ["east"], "parent": ["west"], "start": ["2026-12-31"]}, org()
    )
    moved = ck.move(year(), MOVES, by=moves.FollowsPost(), units=last)
    assert (of_units(moved)["west"], of_units(moved)["east"]) == (367, 730)
    after = ck.Reorganisation.from_table(
        {"node": ["east"], "parent": ["west"], "start": ["2027-01-01"]}, org()
    )
    assert of_units(ck.move(year(), MOVES, by=moves.FollowsPost(), units=after))["west"] == 365
    early = ck.Reorganisation.from_table(
        {"node": ["east"], "parent": ["west"], "start": ["2025-12-31"]}, org()
    )
    (fault,) = refused(ck.move, year(), MOVES, by=moves.FollowsPost(), units=early)
    assert "before the calendar begins" in fault.reason
    one_day = held(
        ("li", "ann", "2026-12-31", "2026-12-31"), ("bo", "bob", "2025-01-01", "2026-01-01")
    )
    assert of_holders(ck.move(year(), one_day, by=moves.FollowsPost())) == {"li": 1, "bo": 1}


def test_stints_outside_the_calendar_do_not_count():
    stints = held(("li", "ann", "2025-01-01", "2025-12-31"), ("bo", "ann", "2027-01-01", ""))
    moved = ck.move(year(), stints, by=moves.FollowsPost())
    assert of_holders(moved) == {}
    assert of_units(moved, "vacant")["hq"] == 1095
    assert np.isnan(ck.explain(moved, "li", kpi="sales").value)


def test_a_leap_year_has_a_day_more():
    stints = held(("li", "ann", "2028-01-01", "2028-02-29"), ("bo", "ann", "2028-03-01", ""))
    moved = ck.move(year("2028", {"ann": 366}), stints, by=moves.FollowsPost())
    assert of_holders(moved) == {"li": 60, "bo": 306}


def test_months_are_cut_each_by_itself():
    months = ck.phase(year(goals={"ann": 120}), [f"2026-{m:02}" for m in range(1, 13)],
                      ck.profiles.Even())  # fmt: skip
    stints = held(("li", "ann", "2026-01-01", "2026-02-14"), ("bo", "ann", "2026-02-15", ""))
    table = ck.move(months, stints, by=moves.FollowsPost()).by_holder("sales")
    rows = list(zip(*(table[name].tolist() for name in ("holder", "period", "lots")), strict=True))
    assert rows[:3] == [("li", "2026-01", 10), ("bo", "2026-02", 5), ("li", "2026-02", 5)]
    assert sum(row[2] for row in rows) == 120


def test_shares_go_by_largest_remainder_and_what_is_missing_is_vacant():
    columns = (*NAMES, "share")
    rows = [("li", "ann", "2026-01-01", "", 0.5), ("bo", "ann", "2026-01-01", "", 0.25)]
    moved = ck.move(year(goals={"ann": 7}), held(*rows, columns=columns), by=moves.FollowsPost())
    assert of_holders(moved) == {"bo": 2, "li": 3}  # quotas 1.75 and 3.5, of nobody 1.75
    assert of_units(moved, "vacant")["ann"] == 2
    tie = [("li", "ann", "2026-01-01", "", 0.5), ("bo", "ann", "2026-01-01", "", 0.5)]
    moved = ck.move(year(goals={"ann": 7}), held(*tie, columns=columns), by=moves.FollowsPost())
    assert of_holders(moved) == {"bo": 4, "li": 3}


def test_shares_that_change_are_shares_of_their_days():
    columns = (*NAMES, "share")
    rows = [
        ("li", "ann", "2026-01-01", "2026-01-10", 0.5),
        ("bo", "ann", "2026-01-01", "2026-01-10", 0.5),
        ("li", "ann", "2026-01-11", "", 0.2),
        ("bo", "ann", "2026-01-11", "", 0.8),
    ]
    moved = ck.move(year(), held(*rows, columns=columns), by=moves.FollowsPost())
    assert of_holders(moved) == {"li": 5 + 71, "bo": 5 + 284}


def test_a_unit_that_two_lead_has_no_one_keeper():
    columns = (*NAMES, "share")
    rows = [("di", "east", "2026-01-01", "", 0.5), ("ed", "east", "2026-01-01", "2026-01-31", 0.5)]
    moved = ck.move(year(), held(*rows, columns=columns), by=moves.FollowsPost())
    table = moved.by_holder("sales")
    assert dict(zip(table["holder"], table["carried"], strict=True)) == {"di": 2 * 334}
    assert set(moved.uncovered().table()["carrier"]) == {"east", "west"}


@pytest.mark.parametrize(
    ("leave", "li", "east", "west"),
    [("unit", 345, 730, 365), ("company", 345, 720, 355), ("holder", 365, 730, 365)],
)
def test_leave_is_carried_by_a_stated_rule(leave, li, east, west):
    cover = moves.Cover(leave=leave)
    moved = ck.move(year(), MOVES, by=moves.FollowsPost(), leaves=LEAVES, cover=cover)
    assert of_holders(moved)["li"] == li
    units = of_units(moved)
    assert (units["east"], units["west"], units["hq"]) == (east, west, 1095)
    assert of_units(moved, "leave")["hq"] == 365 - li


def test_vacancies_are_lifted_to_the_company_or_refused():
    cover = moves.Cover(vacancy="company")
    moved = ck.move(year(), MOVES, by=moves.FollowsPost(), cover=cover)
    assert of_units(moved) == {"hq": 1095, "east": 334, "ann": 334, "west": 365, "cid": 365}
    cover = moves.Cover(vacancy="refuse")
    faults = refused(ck.move, year(), MOVES, by=moves.FollowsPost(), cover=cover)
    assert [(f.value, f.reason[-24:]) for f in faults] == [
        ("ann", "2026-07-01 to 2026-07-31"), ("bob", "2026-01-01 to 2026-12-31"),
    ]  # fmt: skip


def test_a_manager_who_sells_has_a_piece_too_and_the_cushion_is_nobodys():
    moved = ck.move(year(goals={"ann": 365, "east": 730}), MOVES, by=moves.FollowsPost())
    assert of_holders(moved)["di"] == 382  # 191 days, two a day
    kpi = ck.Kpi("sales", "units", split=ck.splits.Over(ck.splits.Equal(), {"team": 0.5}), lot=1)
    tree = org(kind=["company", "team", "team", "person", "person", "person"])
    goals = ck.cascade(tree, [kpi], {"sales": 732}, periods="2026")
    moved = ck.move(goals, MOVES, by=moves.FollowsPerson())
    assert goals.cushion("sales")[0, tree.row("east")] == 183
    assert of_units(moved, "cushion") == {
        "hq": -366, "east": -183, "ann": 0, "bob": 0, "west": -183, "cid": 0,
    }  # fmt: skip
    assert "(cushion)" in repr(moved.of_node("east"))
    assert of_units(moved)["hq"] == 732
