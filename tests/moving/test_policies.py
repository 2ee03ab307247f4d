"""What a target follows: figures that can be counted on one's fingers."""

from datetime import date

import numpy as np
import pytest
from attrs import evolve, frozen

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.records import from_json, record, to_json
from cascade_kpi.testing import check_policy
from tests.helpers import refused
from tests.moving.cases import (
    LEAVES,
    MOVES,
    held,
    of_holders,
    of_units,
    rows_of,
    year,
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
