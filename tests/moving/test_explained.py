"""Why a piece is what it is and whose: down to the rows of stints, leaves and units."""

import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.helpers import org
from tests.moving.cases import LEAVES, MOVES, held, year

UNITS = ck.Reorganisation.from_table(
    {"node": ["hq", "east"][1:], "parent": ["west"], "start": ["2026-10-01"]}, org()
)


def told(stage, node, **options):
    why = ck.explain(stage, node, kpi="sales", **options)
    assert why.evaluate() == why.value
    return why.text(depth=None, width=99)


@pytest.mark.parametrize("reverse", [False, True])
def test_rows_are_those_of_the_tables_as_they_were_given(reverse):
    step = -1 if reverse else 1
    given = ck.Stints.from_table({name: list(column)[::step]
                                  for name, column in MOVES.table().items()})  # fmt: skip
    stage = ck.move(year(), given, by=moves.FollowsPost())
    row = given.row[(given.holder == "bo").nonzero()[0][0]]
    text = told(stage, "bo")
    assert f"stints row {row} (bo at ann, from 2026-08-01 on)" in text
    assert f"cut here by stints row {row}, start" in text
    assert "own lots of sales, ann, 2026 = 365 lots  ← targets row 0, value: 365 units" in text
    assert "calendar 2026: 2026-01-01 to 2026-12-31" in text
    row = given.row[((given.node == "ann") & (given.holder == "li")).nonzero()[0][0]]
    last = f"2026-01-01 to 2026-06-30; cut here by stints row {row}, end"
    assert f"before 2026-07-01 = 181 days  ← CalendarDays() on {last}" in told(stage, "li")


def test_who_is_followed_is_told_from_their_first_post_on():
    text = told(ck.move(year(), MOVES, by=moves.FollowsPerson(), leaves=LEAVES), "li")
    assert "its first holder's, wherever they are: the post's first by stints row 0 (li at " in text
    assert "; then stints row 1 (li at cid, from 2026-07-01 on)" in text
    assert "cut here by leaves row 0, start" in text


def test_vacancies_and_leave_are_told_with_who_carries_them():
    stage = ck.move(year(), MOVES, by=moves.FollowsPost(), leaves=LEAVES)
    text = told(stage, "hq")
    assert "stints row 0 (li at ann, 2026-01-01 to 2026-06-30) ends before" in text
    assert "starts after; carried by east, Cover(vacancy='unit'), there by stints row 4" in text
    assert "no stint of bob in the calendar; carried by east" in text
    assert "li is on leave (leaves row 0), and has it by stints row 0" in text
    cover = moves.Cover(leave="company")
    stage = ck.move(year(), MOVES, by=moves.FollowsPost(), leaves=LEAVES, cover=cover)
    assert "carried by hq, Cover(leave='company')" in told(stage, "hq")


def test_a_unit_counts_a_piece_by_the_changes_that_put_it_there():
    stage = ck.move(year(), MOVES, by=moves.FollowsPost(), units=UNITS)
    text = told(stage, "west")
    assert "stood at or below west = 1  ← ann below east below west (units row 0, from " in text
    assert "cut here by units row 0, start" in text
    assert "stood at or below hq = 1  ← ann below east below hq\n" in told(stage, "hq") + "\n"


def test_shares_and_days_are_those_of_their_rows():
    pair = [("li", "ann", "2026-01-01", "2026-03-31", 0.6), ("bo", "ann", "2026-02-01", "", 0.4)]
    stints = held(*pair, columns=("holder", "node", "start", "end", "share"))
    stage = ck.move(year(), stints, by=moves.FollowsPost(), days=moves.WorkingDays())
    text = told(stage, "bo")
    assert "share of bo in ann = 0.4  ← " in text
    assert "stints row 1 (bo at ann, from 2026-02-01 on, share 0.4)" in text
    assert "share 1, by largest remainder" in text
    assert "days of 2026 = 261 days" in text
    assert "WorkingDays(" in text


def test_a_territory_is_had_by_the_post_above_it_and_a_policy_of_ones_own_by_its_name():
    areas = ck.OrgTree.from_table(
        {"id": ["hq", "p1", "p2", "a1"], "parent": ["", "hq", "hq", "p1"],
         "kind": ["unit", "post", "post", "area"]}, kind="kind",
    )  # fmt: skip
    units = ck.Reorganisation.from_table(
        {"node": ["a1"], "parent": ["p2"], "start": ["2026-12-01"]}, areas
    )
    stints = held(("li", "p1", "2026-01-01", ""), ("bo", "p2", "2026-01-01", ""))
    targets = year(goals={"a1": 365}, tree=areas)
    stage = ck.move(targets, stints, units=units, by=moves.FollowsTerritory("post"))
    text = told(stage, "bo")
    assert "stints row 1 (bo at p2, from 2026-01-01 on)" in text
    assert "cut here by units row 0, start" in text

    def own(history, origins):
        return moves.FollowsTerritory("post")(history, origins)

    assert "<function" in told(ck.move(targets, stints, by=own), "li")


def test_what_is_shared_goes_by_days_and_a_mean_by_its_weights():
    shared = ck.Kpi("sales", "units", split=ck.splits.Shared())
    goals = ck.cascade(org(), [shared], {"sales": 100}, periods="2026")
    text = told(ck.move(goals, MOVES, by=moves.FollowsPost()), "bo")
    assert "by its part of the days" in text
    assert "stints row 2" in text
    level = ck.Kpi("sales", "%", aggregate=ck.aggregates.Ratio(100))
    goals = ck.cascade(org(), [level], {"sales": 5}, periods="2026")
    text = told(ck.move(goals, MOVES, by=moves.FollowsPost()), "li")
    assert "mean of what is held, by days and shares" in text
    assert "share × days" in text
