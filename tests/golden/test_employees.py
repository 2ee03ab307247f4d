"""Ten thousand employees, their departments over time and who led these: nothing lost or doubled.

Source: bytebase/employee-sample-database (MIT; derived from datacharmer/test_db, CC BY-SA 3.0):
11,051 spells in nine departments. Each spell ends on the day on which the next begins, an open
one on 9999-01-01, and one ends on the day on which it begins. Checked against counts of days.
"""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.golden.published import rows
from tests.helpers import refused

YEAR, DAYS = "1992", 366  # a leap year in which four departments change hands
FIRST, LAST = date(1992, 1, 1), date(1992, 12, 31)


@pytest.fixture(scope="module")
def spells():
    table = rows("employees", "dept_emp.csv")
    return sorted(
        (row["emp_no"], row["from_date"], row["to_date"], row["dept_no"]) for row in table
    )


def stints_of(spells, managers=()):
    """Everybody at a post of their own, and the managers at their departments."""
    return {
        "holder": [row[0] for row in spells] + [row["emp_no"] for row in managers],
        "node": [row[0] for row in spells] + [row["dept_no"] for row in managers],
        "start": [row[1] for row in spells] + [row["from_date"] for row in managers],
        "end": [row[2] for row in spells] + [row["to_date"] for row in managers],
    }


def in_year(spells):
    """The days of each spell that lie in the year, both ends included, where there are any."""
    for who, start, end, unit in spells:
        first, last = date.fromisoformat(start), date.fromisoformat(end) - timedelta(1)
        first, last = max(first, FIRST), min(last, LAST)
        if first <= last:
            yield who, first, last, unit


@pytest.fixture(scope="module")
def case(spells):
    """The tree of 1 January, who changes departments in the year, and 366 to sell by everybody."""
    by_person = {}
    for who, first, _, unit in in_year(spells):
        by_person.setdefault(who, []).append((first, unit))
    units = sorted({row[3] for row in spells})
    home = {who: days[0][1] for who, days in by_person.items()}
    org = ck.OrgTree.from_table(
        {
            "id": ["company", *units, *home],
            "parent": ["", *["company"] * len(units), *home.values()],
        }
    )
    changes = [(who, unit, day) for who, days in by_person.items() for day, unit in days[1:]]
    table = dict(zip(("node", "parent", "start"), zip(*changes, strict=True), strict=True))
    moved = ck.Reorganisation.from_table({k: list(v) for k, v in table.items()}, org)
    kpi = ck.Kpi("sales", "units", lot=1)
    goals = {"node": list(home), "kpi": ["sales"] * len(home), "value": [DAYS] * len(home)}
    return ck.assign(org, [kpi], goals, periods=YEAR), moved


def test_a_spell_of_no_days_is_told(spells):
    (fault,) = refused(ck.Stints.from_table, stints_of(spells), ends="exclusive")
    assert "ends on the day on which it starts" in fault.reason
    _, start, end, _ = spells[fault.row]
    assert start == end
    assert sum(a[1] == a[2] for a in spells) == 1
    assert len(spells) == 11_051
    one_by_one = [pair for pair in pairwise(spells) if pair[0][0] == pair[1][0]]
    assert len(one_by_one) == 1_051
    assert all(before[2] == after[1] for before, after in one_by_one)


def test_departments_have_the_days_that_people_were_there(spells, case):
    targets, units = case
    sound = [row for row in spells if row[1] < row[2]]
    stints = ck.Stints.from_table(
        stints_of(sound, rows("employees", "dept_manager.csv")), ends="exclusive"
    )
    outside = set(stints.node.tolist()) - set(targets.org.ids.tolist())
    there = [i for i, node in enumerate(stints.node.tolist()) if node not in outside]
    stints = ck.Stints.from_table({name: values[there] for name, values in stints.table().items()})
    moved = ck.move(targets, stints, by=moves.FollowsPost(), units=units)

    days = Counter()
    for _, first, last, unit in in_year(sound):
        days[unit] += (last - first).days + 1
    table = moved.by_unit("sales")
    found = dict(zip(table["node"].tolist(), table["held"].tolist(), strict=True))
    assert {unit: found[unit] for unit in days} == dict(days)
    people = len(targets.org) - 10
    company = {name: table[name][0] for name in ("target", "held", "vacant")}
    assert company == {
        "target": people * DAYS, "held": sum(days.values()),
        "vacant": people * DAYS - sum(days.values()),
    }  # fmt: skip

    everyone = moved.by_holder("sales")
    mine = Counter()
    for who, first, last, _ in in_year(sound):
        mine[who] += (last - first).days + 1
    held = dict(zip(everyone["holder"].tolist(), everyone["target"].tolist(), strict=True))
    assert {who: n for who, n in held.items() if n} == dict(mine)
    assert everyone["carried"].sum() == company["vacant"]  # every department has one manager


def test_the_year_is_the_same_for_posts_and_territories_and_its_months_sum_to_it(spells, case):
    targets, units = case
    sound = [row for row in spells if row[1] < row[2] and row[0] in targets.org]
    stints = ck.Stints.from_table(stints_of(sound), targets.org, ends="exclusive")
    year = ck.move(targets, stints, by=moves.FollowsTerritory(), units=units)
    assert year.pieces == ck.move(targets, stints, by=moves.FollowsPost(), units=units).pieces
    months = ck.phase(targets, [f"{YEAR}-{m:02}" for m in range(1, 13)], ck.profiles.Even())
    cut = ck.move(months, stints, by=moves.FollowsPost(), units=units).by_unit("sales")
    assert cut["lots"][cut["node"] == "company"].sum() == targets.of("sales")[0, 0]
