"""Totals over stints on arbitrary moves, against plain Python, and their laws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.properties.moving.cases import CALENDAR, DAYS, cases, moved
from tests.properties.test_explanations import bits, same_bits
from tests.properties.test_stints_explained import reports
from tests.strategies.trees import shuffled

pytestmark = pytest.mark.slow

GRADES = ck.Grades.from_edges({"A": 100, "B": 50, "C": None})
ATTAINED = ck.attainments.Proportion(zero="met")
CARD = ck.Scorecard(
    [ck.Item("sales", attainment=ATTAINED, curve=ck.curves.Linear(floor=None))],
    {"sales": 100}, grades=GRADES, missing="zero",
)  # fmt: skip


def scored(after, table, least):
    """The scores over stints; None where a group has nothing to aim at."""
    try:
        return ck.score_stints(ck.credit(after, table), CARD, least_days=least, post_weight="post")
    except ck.InputError as error:
        if all("none of them has a target" in fault.reason for fault in error.faults):
            return None
        raise


@st.composite
def questions(draw):
    """A case with weights of posts, its reports and a least number of days."""
    case = draw(cases())
    weights = [draw(st.sampled_from([0, 1, 1, 0.3, 2.5])) for _ in case["table"]["id"]]
    case["table"]["post"] = weights
    return case, draw(reports(case)), draw(st.sampled_from([1, 1, 4, 8]))


def rows_of(table):
    return [dict(zip(table, row, strict=True)) for row in zip(
        *(column.tolist() for column in table.values()), strict=True)]  # fmt: skip


def plain(case, done, least):
    """{(holder, period): total} by the words of docs/semantics.md, in fractions."""
    post = dict(zip(case["table"]["id"], case["table"]["post"], strict=True))
    with_holder = case["cover"].leave.value == "holder"
    rows = rows_of(done.by_stint("sales"))
    for row in rows:
        row["counts"] = row["days"] - (0 if with_holder else row["leave"])
    found = {}
    for row in rows:
        key = row["holder"], row["period"]
        there = sum(
            each["counts"] for each in rows
            if (each["holder"], each["period"], each["node"]) == (*key, row["node"])
        )  # fmt: skip
        nothing = np.isnan(row["target"]) and np.isnan(row["result"])
        if nothing or there < least or not row["counts"] or not post[row["node"]]:
            continue
        found.setdefault(key, []).append((_points(row), _exposure(row, post)))
    return {
        key: (float(sum(p * w for p, w in pairs) / sum(w for _, w in pairs)),
              min(p for p, _ in pairs), max(p for p, _ in pairs))
        for key, pairs in found.items()
    }  # fmt: skip


def _points(row):
    """100 points for meeting the target; what is absent has zero."""
    if np.isnan(row["target"]) or np.isnan(row["result"]):
        return Fraction(0)
    result, target = Fraction(row["result"]), Fraction(row["target"])
    if not target:
        return Fraction(100 * (result >= 0))
    return 100 * (1 + (result - target) / abs(target))


def _exposure(row, post):
    share = 1.0 if np.isnan(row["share"]) else row["share"]
    return row["counts"] * Fraction(share) * Fraction(post[row["node"]])


@settings(max_examples=80)
@given(questions())
def test_totals_are_those_of_plain_python_within_those_of_the_stints(question):
    case, table, least = question
    after = None if table is None else moved(case)
    stage = None if after is None else scored(after, table, least)
    assume(stage is not None)
    wanted = plain(case, ck.credit(after, table), least)
    for p, label in enumerate(stage.periods.labels):
        for i, person in enumerate(stage.org.ids.tolist()):
            total = stage.total[p, i]
            if (person, label) not in wanted:
                assert np.isnan(total)
                continue
            mean, least_points, most_points = wanted[person, label]
            assert total == pytest.approx(mean, rel=1e-9, abs=1e-7)
            assert float(least_points) - 1e-7 <= total <= float(most_points) + 1e-7
            mine = stage.cell == p * len(stage.org) + i
            counted = mine & stage.counted
            levels = stage.stint_total[counted]
            assert levels.min() <= total <= levels.max()
            assert stage.weights[counted].sum() == pytest.approx(1.0)
            assert np.isnan(stage.weights[mine & ~stage.counted]).all()
            if len(levels) == 1:
                assert bits(total) == bits(levels[0])


@settings(max_examples=40)
@given(questions(), st.data())
def test_the_order_of_rows_changes_no_bit(question, data):
    case, table, least = question
    after = None if table is None else moved(case)
    stage = None if after is None else scored(after, table, least)
    assume(stage is not None)

    def mixed(size):
        return data.draw(st.permutations(range(size)))

    other = {
        **case,
        "table": shuffled(case["table"], mixed(len(case["table"]["id"]))),
        "stints": [case["stints"][i] for i in mixed(len(case["stints"]))],
    }
    again = scored(moved(other), shuffled(table, mixed(len(table["kpi"]))), least)
    assert again.total.tobytes() == stage.total.tobytes()
    assert again.stint_total.tobytes() == stage.stint_total.tobytes()
    assert again.weights.tobytes() == stage.weights.tobytes()
    assert again.table()["why_not"].tolist() == stage.table()["why_not"].tolist()
    assert again.grade_codes.tolist() == stage.grade_codes.tolist()


@settings(max_examples=40)
@given(questions())
def test_every_total_is_explained_to_the_bit(question):
    case, table, least = question
    after = None if table is None else moved(case)
    stage = None if after is None else scored(after, table, least)
    assume(stage is not None)
    for p, label in enumerate(stage.periods.labels):
        for i, person in enumerate(stage.org.ids.tolist()):
            why = ck.explain(stage, person, period=label)
            assert bits(why.value) == bits(stage.total[p, i])
            same_bits(why)


@settings(max_examples=60)
@given(cases(shared=False), st.data())
def test_one_stint_over_the_whole_period_has_exactly_the_plain_score(case, data):
    nodes = case["table"]["id"]
    leaves = sorted(set(nodes) - set(case["table"]["parent"]))
    case = {**case, "leaves": [], "units": [], "by": ck.moves.FollowsPost(),
            "stints": [(f"at {node}", node, -1, DAYS + 1, None) for node in leaves]}  # fmt: skip
    after = moved(case)
    targets = after.of_before
    table = {"node": [], "kpi": [], "period": [], "value": []}
    for node in leaves:
        for label in CALENDAR.spans:
            row = (node, "sales", label, data.draw(st.integers(-99, 999)) / 7)
            for column, value in zip(table.values(), row, strict=True):
                column.append(value)
    results = ck.measure(targets, table)
    wanted = ck.score(results, CARD).total
    stage = ck.score_stints(ck.credit(after, table), CARD)
    for node in leaves:
        mine = stage.total[:, stage.org.row(f"at {node}")]
        assert mine.tobytes() == wanted[:, targets.org.row(node)].tobytes()
