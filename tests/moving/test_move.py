"""Targets that move: figures that can be counted on one's fingers, and what is refused."""

from datetime import date

import numpy as np
import pytest
from attrs import evolve, frozen

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.moving.days import fall_due
from cascade_kpi.records import from_json, record, to_json
from cascade_kpi.testing import check_days, check_policy
from tests.helpers import entries, org, refused

SALES = ck.Kpi("sales", "units", lot=1, decimals=0)
NAMES = ("holder", "node", "start", "end")


def year(label="2026", goals=None, tree=None, kpi=SALES):
    """ann, bob and cid are to sell one a day."""
    tree = tree or org()
    goals = goals or {"ann": 365, "bob": 365, "cid": 365}
    table = {"node": list(goals), "kpi": [kpi.name] * len(goals), "value": list(goals.values())}
    return ck.assign(tree, [kpi], table, periods=label)


def held(*rows, columns=NAMES):
    return ck.Stints.from_table(entries(*rows, columns=columns))


def of_holders(moved, kpi="sales"):
    table = moved.by_holder(kpi)
    return dict(zip(table["holder"].tolist(), table["target"].tolist(), strict=True))


def of_units(moved, column="target"):
    table = moved.by_unit("sales")
    return dict(zip(table["node"].tolist(), table[column].tolist(), strict=True))


MOVES = held(
    ("li", "ann", "2026-01-01", "2026-06-30"),
    ("li", "cid", "2026-07-01", ""),
    ("bo", "ann", "2026-08-01", ""),
    ("cy", "cid", "2020-01-01", "2026-06-30"),
    ("di", "east", "2026-01-01", "2026-07-10"),
)


def test_a_target_follows_the_post():
    moved = ck.move(year(), MOVES, by=moves.FollowsPost())
    assert of_holders(moved) == {"li": 181 + 184, "bo": 153, "cy": 181, "di": 0}
    table = moved.by_holder("sales")
    # bob's post is vacant all year, ann's in July; di leads east until 10 July.
    assert table["carried"][table["holder"] == "di"] == 191 + 10
    assert of_units(moved, "vacant") == {
        "hq": 396, "east": 396, "ann": 31, "bob": 365, "west": 0, "cid": 0,
    }  # fmt: skip
    assert len(moved.uncovered()) == 4


def test_a_target_follows_the_person():
    moved = ck.move(year(), MOVES, by=moves.FollowsPerson())
    assert of_holders(moved) == {"li": 365, "cy": 181, "di": 0}
    assert of_units(moved) == {
        "hq": 1095, "east": 181 + 365, "ann": 181, "bob": 365, "west": 365 + 184, "cid": 365 + 184,
    }  # fmt: skip


def test_who_returns_has_what_followed_them_again():
    stints = held(
        ("li", "ann", "2026-01-01", "2026-01-31"),
        ("li", "cid", "2026-03-01", "2026-03-31"),
        ("li", "ann", "2026-05-01", ""),
        ("bo", "ann", "2026-02-01", "2026-04-30"),
    )
    moved = ck.move(year(), stints, by=moves.FollowsPerson())
    told = [
        (row["place"], row["state"], row["days"])
        for row in rows_of(moved.of_node("ann").table())
    ]  # fmt: skip
    assert told == [("ann", "held", 31), ("ann", "vacant", 28), ("cid", "held", 31),
                    ("cid", "vacant", 30), ("ann", "held", 245)]  # fmt: skip
    # cid's first holder is li as well, from 1 March on, and takes cid's to ann in May.
    assert of_holders(moved) == {"li": 31 + 31 + 245 + 31 + 245}


def rows_of(table):
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


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


AREAS = ck.OrgTree.from_table(
    {
        "id": ["hq", "p1", "p2", "a1", "a2"],
        "parent": ["", "hq", "hq", "p1", "p2"],
        "kind": ["unit", "post", "post", "area", "area"],
    },
    kind="kind",
)
PEOPLE = held(("li", "p1", "2026-01-01", ""), ("bo", "p2", "2026-01-01", "2026-12-20"))
HANDED = ck.Reorganisation.from_table(
    {"node": ["a1"], "parent": ["p2"], "start": ["2026-12-01"]}, AREAS
)


@pytest.mark.parametrize(
    ("rule", "holders", "units"),
    [
        (moves.FollowsTerritory("post"), {"li": 334, "bo": 354 + 20},
         {"hq": 730, "p1": 334, "a1": 365, "p2": 396, "a2": 365}),
        (moves.FollowsPost("post"), {"li": 365, "bo": 354},
         {"hq": 730, "p1": 365, "a1": 334, "p2": 365, "a2": 365}),
        (moves.FollowsPerson("post"), {"li": 365, "bo": 354},
         {"hq": 730, "p1": 365, "a1": 334, "p2": 365, "a2": 365}),
        (moves.FollowsPost(), {}, {"hq": 730, "p1": 334, "a1": 365, "p2": 396, "a2": 365}),
    ],
)  # fmt: skip
def test_a_territory_is_put_under_another_post(rule, holders, units):
    targets = year(goals={"a1": 365, "a2": 365}, tree=AREAS)
    moved = ck.move(targets, PEOPLE, by=rule, units=HANDED)
    found = of_holders(moved)
    if holders:
        assert found == holders
    else:  # nobody holds the areas themselves; the posts' holders carry them
        assert found == {"li": 0, "bo": 0}
    assert of_units(moved) == units
    check_policy(rule, targets, PEOPLE, units=HANDED)


def test_a_vacant_post_keeps_the_target_of_the_territory_that_it_lost():
    targets = year(goals={"a1": 365, "a2": 365}, tree=AREAS)
    people = held(("li", "p1", "2026-01-01", "2026-12-10"), ("bo", "p2", "2026-01-01", ""))
    moved = ck.move(targets, people, by=moves.FollowsPost("post"), units=HANDED)
    assert of_units(moved, "vacant") == {"hq": 21, "p1": 21, "a1": 0, "p2": 0, "a2": 0}


def test_a_person_who_has_left_the_post_is_not_brought_back_to_it_by_its_territory():
    targets = year(goals={"a1": 365, "a2": 365}, tree=AREAS)
    people = held(
        ("li", "p1", "2026-01-01", "2026-11-30"),
        ("li", "p2", "2026-12-01", ""),
        ("bo", "p2", "2026-01-01", "2026-11-30"),
    )
    moved = ck.move(targets, people, by=moves.FollowsPerson("post"), units=HANDED)
    assert of_units(moved) == {"hq": 730, "p1": 334, "a1": 334, "p2": 396, "a2": 365}


def test_a_territory_handed_over_on_the_first_day_is_the_other_posts():
    targets = year(goals={"a1": 365, "a2": 365}, tree=AREAS)
    units = ck.Reorganisation.from_table(
        {"node": ["a1"], "parent": ["p2"], "start": ["2026-01-01"]}, AREAS
    )
    people = held(("li", "p1", "2026-01-01", ""), ("bo", "p2", "2026-01-01", ""))
    for rule in (moves.FollowsPost, moves.FollowsTerritory, moves.FollowsPerson):
        assert of_holders(ck.move(targets, people, by=rule("post"), units=units)) == {"bo": 730}


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


LEAVES = ck.Leaves.from_table(
    {"holder": ["li"], "start": ["2026-06-21"], "end": ["2026-07-10"]}
)  # ten days at ann, ten at cid


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


def test_what_does_not_add_up_is_the_mean_of_what_is_held():
    churn = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
    goals = {"node": ["hq", "ann", "cid"], "kpi": ["churn"] * 3, "value": [1.0, 2.0, 4.0]}
    targets = ck.cascade(org(), [churn], goals, periods="2026")
    moved = ck.move(targets, MOVES, by=moves.FollowsPost())
    found = of_holders(moved, "churn")
    assert found["li"] == pytest.approx((2 * 181 + 4 * 184) / 365, rel=1e-15)
    assert (found["bo"], found["cy"], found["di"]) == (2.0, 4.0, 1.0)
    (fault,) = refused(moved.by_unit, "churn")
    assert "units keep their targets" in fault.repair
    assert moved.targets(as_of="2026-05-01").of("churn").tolist() == targets.of("churn").tolist()
    assert np.isnan(moved.by_holder("churn")["lots"]).all()
    assert np.isnan(moved.table()["lots"]).all()


def test_targets_of_one_day_can_be_scored_and_phased_on():
    units = ck.Reorganisation.from_table(
        {"node": ["ann"], "parent": ["west"], "start": ["2026-07-01"]}, org()
    )
    moved = ck.move(year(), MOVES, by=moves.FollowsPost(), units=units)
    before, after = (moved.targets(as_of=day) for day in ("2026-06-30", date(2026, 7, 1)))
    assert before.of("sales").tolist() == year().of("sales").tolist()
    assert after.org == moved.tree("2026-07-01")
    found = dict(zip(after.org.ids.tolist(), after.of("sales")[0].tolist(), strict=True))
    assert found == {"hq": 1095, "east": 365, "bob": 365, "west": 730, "ann": 365, "cid": 365}
    results = ck.measure(
        after, entries(("ann", "sales", 300), ("cid", "sales", 400), ("bob", "sales", 1))
    )
    assert results.of("sales")[0, after.org.row("west")] == 700
    halves = ck.phase(after, ["2026H1", "2026H2"], ck.profiles.Even())
    assert halves.of("sales").sum(axis=0).tolist() == after.of("sales")[0].tolist()
    assert ck.explain(halves, "west", kpi="sales", period="2026H2").evaluate() == 365
    one = year(goals={"ann": 365})
    there = ck.move(one, MOVES, by=moves.FollowsPost()).targets(as_of="2026-07-01")
    assert there.of("sales").tobytes() == one.of("sales").tobytes()
    assert np.isnan(there.of("sales")[0, one.org.row("west")])
    for odd in ("2025-12-31", "2027-01-01", "1.7.2026", None):
        refused(moved.targets, odd)


# --------------------------------------------------------------------- bad input


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


def test_nothing_to_move():
    moved = ck.move(year(), held(), by=moves.FollowsPerson())
    assert of_holders(moved) == {}
    none = ck.Targets.from_columns(org(), [SALES], {}, periods="2026")
    for rule in (moves.FollowsPost(), moves.FollowsPerson(), moves.FollowsTerritory()):
        assert len(ck.move(none, MOVES, by=rule).pieces) == 0
        assert of_holders(ck.move(none, MOVES, by=rule)) == {}
        assert of_units(ck.move(none, MOVES, by=rule)) == {}
        assert len(ck.move(none, MOVES, by=rule).table()["node"]) == 0


def test_whole_number_ids():
    tree = ck.OrgTree.from_table({"id": [1, 2], "parent": [None, 1]})
    stints = ck.Stints.from_table(
        {"holder": [70], "node": [2], "start": ["2026-01-01"], "end": ["2026-12-30"]}, tree
    )
    moved = ck.move(year(goals={2: 365}, tree=tree), stints, by=moves.FollowsPost())
    assert moved.by_holder("sales")["holder"].tolist() == [70]
    table = moved.table()
    assert table["holder"].tolist() == [70, None]
    assert table["node"].dtype == np.int64
    assert table["carrier"].tolist() == [None, 1]
    assert ck.explain(moved, 2, kpi="sales").evaluate() == 365


# ---------------------------------------------------------------------- rules


def test_the_rules_are_records():
    rules = [
        moves.FollowsPost(), moves.FollowsPost("post"), moves.FollowsTerritory(["post", "desk"]),
        moves.FollowsPerson(), moves.Cover("company", "holder"), moves.CalendarDays(),
        moves.WorkingDays([date(2026, 5, 1)], [date(2026, 5, 9)], "Mon Tue"),
        moves.Season(["2026-01", "2026-02"], [1, 2]),
    ]  # fmt: skip
    for rule in rules:
        assert from_json(to_json(rule)) == rule
        assert hash(from_json(to_json(rule))) == hash(rule)


def test_rules_refuse_what_they_cannot_be():
    refused(moves.FollowsPost, 5)
    refused(moves.FollowsPerson, [5, ""])
    assert len(refused(moves.Cover, "holder", "refuse")) == 2
    refused(moves.Cover, 7)
    assert len(refused(moves.WorkingDays, ["2026-01-01"], [7], "Mo Tu")) == 3
    refused(moves.Season, ["2026-01"], [1, 2])
    refused(moves.Season, ["2026-01"], [-1])
    refused(moves.Season, ["2026-01"], 5)
    refused(moves.Season, ["spring"], [1])


def test_days_count_as_they_are_said_to():
    stints = held(("li", "ann", "2026-01-01", "2026-01-04"), ("bo", "ann", "2026-01-05", ""))
    rule = moves.WorkingDays(holidays=[date(2026, 1, 1)], also=[date(2026, 1, 4)])
    targets = year("2026-W01", {"ann": 3}), year("2026-01", {"ann": 22})
    check_days(rule, ck.Calendar.of("2026"))
    # 29 December to 4 January: Monday, Tuesday, Wednesday, then 2 and 4 January.
    moved = ck.move(targets[0], stints, by=moves.FollowsPost(), days=rule)
    assert of_holders(moved)["li"] == 3 - fall_due(np.array([3]), np.array([3]), np.array([5]))[0]
    moved = ck.move(targets[1], stints, by=moves.FollowsPost(), days=rule)
    assert of_holders(moved) == {"li": 2, "bo": 20}
    months = [f"2026-{m:02}" for m in range(1, 13)]
    season = moves.Season(months, [40, *[0] * 10, 60])
    check_days(season, ck.Calendar.of("2026"))
    stints = held(("li", "ann", "2026-01-01", "2026-06-30"), ("bo", "ann", "2026-07-01", ""))
    moved = ck.move(year(goals={"ann": 100}), stints, by=moves.FollowsPost(), days=season)
    assert of_holders(moved) == {"li": 40, "bo": 60}
    assert "parts of the days' weight" in ck.explain(moved, "li", kpi="sales").text()


@pytest.mark.filterwarnings("error")
def test_days_of_huge_weights_count_alike():
    @frozen
    class Huge:
        def __call__(self, days):
            return np.full(len(days), 1e308)

    moved = ck.move(year(), MOVES, by=moves.FollowsPost(), days=Huge())
    usual = ck.move(year(), MOVES, by=moves.FollowsPost())
    found, wanted = (each.by_holder("sales")["target"] for each in (moved, usual))
    assert found.tolist() == wanted.tolist()


@pytest.mark.parametrize(
    "answer",
    [
        lambda days: [1.0] * len(days),
        lambda days: np.zeros(len(days)),
        lambda days: -np.ones(len(days)),
        lambda days: np.full(len(days), np.nan),
        lambda days: np.ones(len(days), dtype=int),
        lambda days: days / 0,
        lambda days: np.ma.array(np.ones(len(days)), mask=[True, *[False] * (len(days) - 1)]),
    ],
)
def test_odd_weights_of_days_are_refused(answer):
    @frozen
    class Odd:
        def __call__(self, days):
            return answer(days)

    faults = refused(ck.move, year(), MOVES, by=moves.FollowsPost(), days=Odd())
    assert faults[0].source == "days"
    refused(ck.move, year(), MOVES, by=moves.FollowsPost(), days=5)
    with pytest.raises(AssertionError):
        check_days(Odd(), ck.Calendar.of("2026"))


def of_post(history, origins):
    return moves.FollowsPost()(history, origins)


ODD = {
    "no tenures": lambda history, origins: None,
    "is list": lambda history, origins: evolve(of_post(history, origins), share=[1.0]),
    "is float64": lambda history, origins: evolve(
        of_post(history, origins), start=of_post(history, origins).start * 1.0
    ),
    "different lengths": lambda history, origins: evolve(
        of_post(history, origins), share=np.ones(1)
    ),
    "not asked about": lambda history, origins: evolve(
        of_post(history, origins), origin=of_post(history, origins).origin * 0
    ),
    "a holder that": lambda history, origins: evolve(
        of_post(history, origins), holder=of_post(history, origins).holder + 99
    ),
    "a place that": lambda history, origins: evolve(
        of_post(history, origins), place=of_post(history, origins).place + 99
    ),
    "before it starts": lambda history, origins: evolve(
        of_post(history, origins), end=of_post(history, origins).start - 1
    ),
    "days outside": lambda history, origins: evolve(
        of_post(history, origins), start=of_post(history, origins).start - 1
    ),
    "a share": lambda history, origins: evolve(
        of_post(history, origins), share=of_post(history, origins).share * 0
    ),
    "raises ZeroDivisionError": lambda history, origins: 1 // 0,
    "of its target is held": lambda history, origins: of_post(history, origins).joined(
        of_post(history, origins)
    ),
}


@pytest.mark.parametrize("reason", ODD)
def test_a_policy_that_answers_oddly_is_refused_by_name(reason):
    @record("test/moves.odd")
    @frozen
    class Odd:
        def __call__(self, history, origins):
            return ODD[reason](history, origins)

    faults = refused(ck.move, year(), MOVES, by=Odd())
    assert any(reason in fault.reason for fault in faults)
    with pytest.raises(AssertionError):
        check_policy(Odd(), year(), MOVES)


@pytest.mark.parametrize(
    "rule", [moves.FollowsPost(), moves.FollowsPerson(), moves.FollowsTerritory()], ids=repr
)
def test_policies_keep_their_law(rule):
    check_policy(rule, year(), MOVES, leaves=LEAVES)


@pytest.mark.parametrize("rule", [moves.CalendarDays(), moves.WorkingDays()], ids=repr)
def test_rules_of_days_keep_their_law(rule):
    check_days(rule, ck.Calendar.of(["2027", "2028"]))


# --------------------------------------------------------------------- arithmetic


def test_what_falls_due_is_exact_for_the_largest_lots():
    rng = np.random.default_rng(5)
    whole = rng.integers(1, 1 << 51, 300)
    lots, weight = rng.integers(-(1 << 51) + 1, 1 << 51, 300), rng.integers(0, whole + 1)
    for n, c, d, found in zip(
        lots.tolist(),
        weight.tolist(),
        whole.tolist(),
        fall_due(lots, weight, whole).tolist(),
        strict=True,
    ):
        due = (2 * abs(n) * c + d) // (2 * d)
        assert found == (due if n >= 0 else -due)
    assert (fall_due(lots, whole, whole) == lots).all()
    assert not fall_due(lots, whole * 0, whole).any()


def test_the_stage_is_a_value():
    one, two = (ck.move(year(), MOVES, by=moves.FollowsPost()) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != ck.move(year(), MOVES, by=moves.FollowsPerson())
    assert repr(one) == "<Moved sales: 8 pieces, 4 holders, by FollowsPost(at=())>"
    with pytest.raises(ValueError, match="read-only"):
        one.pieces.start[0] = 3
    assert one.lots_of("sales").sum() == 1095
    assert one.of_holder("li")._repr_html_().startswith("<pre>2 pieces of li")


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
