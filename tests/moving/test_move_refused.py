"""What `move` refuses, all at once."""

from datetime import date

import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.helpers import entries, org, refused
from tests.moving.cases import (
    MOVES,
    SALES,
    held,
    of_holders,
    year,
)


def test_every_wrong_argument_is_told_at_once():
    others = {"units": 3, "leaves": 4, "cover": "unit", "calendar": "2026"}
    faults = refused(ck.move, 1, 2, by=moves.FollowsPost, **others)
    assert len(faults) == 7


def test_a_calendar_that_does_not_have_the_periods():
    targets = year("FY26")
    (fault,) = refused(ck.move, targets, MOVES, by=moves.FollowsPost())
    assert "cannot be told" in fault.reason
    (fault,) = refused(
        ck.move, targets, MOVES, by=moves.FollowsPost(), calendar=ck.Calendar.of("2026")
    )
    assert "not in it" in fault.reason
    stated = ck.Calendar({"FY26": (date(2026, 4, 1), date(2027, 3, 31))})
    moved = ck.move(targets, MOVES, by=moves.FollowsPost(), calendar=stated)
    assert of_holders(moved)["cy"] == 91


def test_stints_and_units_of_another_tree_are_told_together():
    stints = held(("li", "anna", "2026-01-01", ""), ("bo", "bob", "2026-01-01", ""))
    units = ck.Reorganisation.from_table(
        {"node": ["east", "wst"], "parent": ["ann", "hq"], "start": ["2026-02-01"] * 2}
    )
    faults = refused(ck.move, year(), stints, by=moves.FollowsPost(), units=units)
    assert {(f.source, f.row, f.repair) for f in faults} == {
        ("units", 1, "did you mean 'west'?"), ("stints", 0, "did you mean 'ann'?"),
    }  # fmt: skip
    units = ck.Reorganisation.from_table(
        {"node": ["east"], "parent": ["ann"], "start": ["2026-02-01"]}
    )
    faults = refused(ck.move, year(), stints, by=moves.FollowsPost(), units=units)
    assert [fault.source for fault in faults] == ["units", "stints"]


def test_assigned_targets_that_are_no_whole_lots():
    (fault,) = refused(ck.move, year(goals={"ann": 0.5}), MOVES, by=moves.FollowsPost())
    assert "whole number of lots" in fault.reason


def test_unknown_names_are_answered_by_near_ones():
    moved = ck.move(year(), MOVES, by=moves.FollowsPost())
    for ask in (
        lambda: moved.of_holder("lu"),
        lambda: moved.of_node("anne"),
        lambda: moved.by_holder("sale"),
        lambda: ck.explain(moved, "anne", kpi="sales"),
        lambda: ck.explain(moved, "li", kpi="sales", quantity="unit"),
        lambda: ck.move(year(), MOVES, by=moves.FollowsPost("post")),
    ):
        refused(ask)


def test_holders_of_two_types():
    leaves = ck.Leaves.from_table({"holder": [7], "start": ["2026-01-01"], "end": [""]})
    (fault,) = refused(ck.move, year(), MOVES, by=moves.FollowsPost(), leaves=leaves)
    assert "write both as text" in fault.repair


def test_who_is_at_several_nodes_cannot_be_followed():
    stints = held(
        ("li", "ann", "2026-01-01", "2026-01-31"),
        ("li", "bob", "2026-02-01", ""),
        ("li", "cid", "2026-02-01", "2026-02-28"),
    )
    faults = refused(ck.move, year(), stints, by=moves.FollowsPerson())
    assert ["2026-02-01 to 2026-02-28" in fault.reason for fault in faults] == [True]
    assert faults[0].value == "li"
    ck.move(year(), stints, by=moves.FollowsPost())


def test_leaves_of_somebody_without_a_stint_are_told_with_near_misses():
    tree = org()
    year = ck.cascade(tree, [SALES], {"sales": 365}, periods="2026")
    stints = ck.Stints.from_table(
        {"holder": ["wang"], "node": ["ann"], "start": ["2026-01-01"], "end": [""]}, tree
    )
    leaves = ck.Leaves.from_table(
        {"holder": ["wang", "wnag"], "start": ["2026-03-01"] * 2, "end": ["2026-03-31"] * 2}
    )
    with pytest.raises(ck.InputError, match=r"leaves row 1, holder = 'wnag': no stint.*'wang'"):
        ck.move(year, stints, leaves=leaves, by=ck.moves.FollowsPost())


def test_leaves_on_no_day_of_a_stint_are_refused_and_those_on_some_are_not():
    stints = held(("li", "ann", "2025-03-01", "2026-06-30"), ("bo", "ann", "2026-07-01", ""))
    rows = [("li", "2026-07-01", "2026-07-31"), ("bo", "2026-06-01", "2026-06-30"),
            ("li", "2026-06-30", "2026-06-30"), ("bo", "2026-06-30", "2026-07-01"),
            ("li", "2025-03-01", "2025-03-31")]  # fmt: skip
    leaves = ck.Leaves.from_table(entries(*rows[:2], columns=("holder", "start", "end")))
    faults = refused(ck.move, year(), stints, by=moves.FollowsPost(), leaves=leaves)
    assert sorted(fault.row for fault in faults) == [0, 1]
    assert all("correct the days" in fault.repair for fault in faults)
    leaves = ck.Leaves.from_table(entries(*rows[2:], columns=("holder", "start", "end")))
    ck.move(year(), stints, by=moves.FollowsPost(), leaves=leaves)


def test_unknown_units_are_told_together_with_what_else_is_wrong():
    rows = [("east", "wset", "2026-02-30"), ("esat", "west", ""), ("ann", "ann", "2026-01-01")]
    table = entries(*rows, columns=("node", "parent", "start"))
    faults = refused(ck.Reorganisation.from_table, table, org())
    assert {(fault.row, fault.column) for fault in faults} == {
        (0, "parent"), (0, "start"), (1, "node"), (1, "start"), (2, "parent"),
    }  # fmt: skip
