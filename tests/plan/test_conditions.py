"""Where conditions hold, and how they are said."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, gaps_of, measured, org, refused

SALES = ck.Kpi("k", "x")


def gaps():
    # targets: hq 40, east 20, ann 10, bob 10, west 20, cid 20
    return gaps_of(measured(org(), SALES, 40, {"ann": 4, "bob": 11, "cid": 0}), ck.Item("k"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (ck.conditions.AttainmentBelow(0.75), ["hq", "ann", "west", "cid"]),
        (ck.conditions.AttainmentBelow(0.4), ["hq", "west", "cid"]),
        (ck.conditions.ShortfallAtLeast(6), ["hq", "ann", "west", "cid"]),
        (ck.conditions.ShortfallAtLeast(5), ["hq", "east", "ann", "west", "cid"]),
        (ck.conditions.PointsLost(60), ["hq", "ann", "west", "cid"]),
        (ck.conditions.PointsLost(60.001), ["hq", "west", "cid"]),
        (ck.conditions.ShareOfParent(1.2), ["ann"]),
        (ck.conditions.ShareOfParent(0.2), ["east", "ann", "west", "cid"]),
    ],
)
def test_where_it_holds(condition, expected):
    got = gaps()
    holds = condition(got, "k")
    assert holds.dtype == bool
    assert got.org.ids[holds[0]].tolist() == expected


def test_the_root_brings_nothing_to_anybody_and_absent_numbers_hold_nowhere():
    got = gaps_of(measured(org(), SALES, 40, {}))
    for condition in (
        ck.conditions.AttainmentBelow(9), ck.conditions.ShortfallAtLeast(0),
        ck.conditions.PointsLost(-99), ck.conditions.ShareOfParent(-99),
    ):  # fmt: skip
        assert not condition(got, "k").any()
    assert not ck.conditions.ShareOfParent(-99)(gaps(), "k")[0, 0]


def test_conditions_combine():
    low, big = ck.conditions.AttainmentBelow(0.8), ck.conditions.ShortfallAtLeast(20)
    both, either = ck.conditions.AllOf([low, big]), ck.conditions.AnyOf([low, big])
    assert np.flatnonzero(both(gaps(), "k")).tolist() == [0, 4, 5]
    assert np.flatnonzero(either(gaps(), "k")).tolist() == [0, 1, 2, 4, 5]
    assert both.words() == f"{low.words()} and {big.words()}"
    assert either.words() == f"{low.words()} or {big.words()}"


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        (ck.conditions.AttainmentBelow(0.9), "90"),
        (ck.conditions.AttainmentBelow(0.955), "95.5"),
        (ck.conditions.ShortfallAtLeast(1234567), "1234567"),
        (ck.conditions.PointsLost(2.5), "2.5"),
        (ck.conditions.ShareOfParent(0.125), "12.5"),
    ],
)
def test_words_state_the_level_as_it_is(condition, number):
    assert number in condition.words().replace(",", "")


@pytest.mark.parametrize("level", [NAN, float("inf")])
@pytest.mark.parametrize(
    "make",
    [
        ck.conditions.AttainmentBelow, ck.conditions.ShortfallAtLeast,
        ck.conditions.PointsLost, ck.conditions.ShareOfParent,
    ],
)  # fmt: skip
def test_levels_are_finite(make, level):
    refused(make, level)


@pytest.mark.parametrize("make", [ck.conditions.AllOf, ck.conditions.AnyOf])
def test_parts_are_conditions_and_there_are_some(make):
    assert [fault.row for fault in refused(make, [5, ck.conditions.PointsLost(1), "x"])] == [0, 2]
    refused(make, [])


def test_a_level_in_per_cent_is_told_from_one_that_is_a_share():
    with pytest.raises(ck.InputError, match=r"1 is on target; write 0.9 for 90 %"):
        ck.conditions.AttainmentBelow(90)
    assert ck.conditions.AttainmentBelow(9.99).level == 9.99
