"""How much each day counts, and what has fallen due of whole lots."""

from datetime import date

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.moving.days import fall_due
from cascade_kpi.testing import check_days
from tests.helpers import refused
from tests.moving.cases import (
    MOVES,
    held,
    of_holders,
    year,
)


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
    assert "Season(" in ck.explain(moved, "li", kpi="sales").text(depth=None)


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


@pytest.mark.parametrize("rule", [moves.CalendarDays(), moves.WorkingDays()], ids=repr)
def test_rules_of_days_keep_their_law(rule):
    check_days(rule, ck.Calendar.of(["2027", "2028"]))


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
