"""What a change of stints and leave does to totals over stints, and what it leaves alone."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import moves
from tests.moving.cases import SALES, held
from tests.properties.moving.cases import moved
from tests.properties.test_exposure import questions, scored

pytestmark = pytest.mark.slow

ORG = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
FIRST, DAYS = date(2026, 1, 1), 365
CARD = ck.Scorecard([ck.Item("sales")], {"sales": 100})


def worked(parts, a_day, sold, least):
    """Somebody who is at a in so many parts, with the same target and result on every day."""
    goals = {"node": ["a"], "kpi": ["sales"], "value": [a_day * DAYS]}
    targets = ck.assign(ORG, [SALES], goals, periods="2026")
    spans = [(FIRST + timedelta(days=i), FIRST + timedelta(days=j - 1)) for i, j in parts]
    stints = held(*(("li", "a", str(first), str(last)) for first, last in spans))
    reports = {
        "node": ["a"] * len(spans), "kpi": ["sales"] * len(spans),
        "start": [first for first, _ in spans], "end": [last for _, last in spans],
        "value": [sold * (j - i) for i, j in parts],
    }  # fmt: skip
    done = ck.credit(ck.move(targets, stints, by=moves.FollowsPost()), reports)
    return ck.score_stints(done, CARD, least_days=least)


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, DAYS - 1), min_size=1, max_size=4, unique=True).map(sorted),
    st.integers(1, 9),
    st.floats(0, 50),
    st.sampled_from([1, 100, DAYS]),
)
def test_a_stint_that_is_written_as_several_has_its_total(cuts, a_day, sold, least):
    edges = [0, *cuts, DAYS]
    parts = list(pairwise(edges))
    whole = worked([(0, DAYS)], a_day, sold, least)
    split = worked(parts, a_day, sold, least)
    assert split.counted.sum() == len(parts)
    assert split.total[0, 0] == pytest.approx(whole.total[0, 0], rel=1e-12, abs=1e-9)
    assert split.weights.sum() == pytest.approx(1, rel=1e-12)
    assert split.weights.tolist() == pytest.approx([(j - i) / DAYS for i, j in parts], rel=1e-12)


def keys(stage):
    table = stage.table()
    return [table[name].tolist() for name in ("holder", "node", "period", "start", "end")]


@settings(max_examples=40)
@given(questions())
def test_leave_takes_its_days_and_changes_nothing_of_anybody_else(question):
    case, table, least = question
    assume(case["leaves"] and table is not None)
    case = {**case, "by": moves.FollowsPost()}
    without, after = moved(case, leaves=[]), moved(case)
    assume(without is not None and after is not None)
    before, stage = scored(without, table, least), scored(after, table, least)
    assume(before is not None and stage is not None)
    assert keys(stage) == keys(before)
    away = stage.credited.by_stint("sales")["leave"]
    stays = case["cover"].leave.value == "holder"
    days = before.exposure.days - (0 if stays else away)
    assert stage.exposure.days.tolist() == days.tolist()
    # Whole lots that are left over may go to another who shares the post: a target of their own.
    lots = [each.credited.by_stint("sales")["lots"] for each in (before, stage)]
    other = np.isin(stage.table()["holder"], stage.table()["holder"][lots[0] != lots[1]])
    absent = other | np.isin(stage.table()["holder"], [row[0] for row in case["leaves"]])
    for name in ("total", "weight", "days", "share", "post_weight"):
        one, two = (each.table()[name][~absent] for each in (before, stage))
        assert one.tobytes() == two.tobytes(), name
    there = ~np.isin(stage.org.ids, stage.table()["holder"][absent])
    assert stage.total[:, there].tobytes() == before.total[:, there].tobytes()
