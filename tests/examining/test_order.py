import functools

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import adjustments, attainments, combines, curves, triggers
from tests.examining.case import ITEMS, KPIS, card, results

WEIGHTS = {"revenue": 60, "churn": 40}
REACHED = triggers.ResultAtLeast("revenue", 500)
MISSED = triggers.ResultBelow("churn", 1)


class Own(attainments.Result):
    """An attainment of a user's own."""


@frozen
class Halve:
    brings = reads = columns = ()

    def __call__(self, value, reading):
        return value / 2

    def words(self):
        return "halved"


@frozen
class Least:
    weighs = False

    def __call__(self, points, weights):
        return functools.reduce(np.fmin, points)

    def slopes(self, points, weights):
        return None


def doubts(items=ITEMS[:2], **section):
    rule = card(list(items), {"*": WEIGHTS}, None, **section)
    return ck.examine(rule, KPIS).facts.doubts[0]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"then": [adjustments.Veto(REACHED)]}, "revenue is 500 or more"),
        ({"then": [adjustments.Veto(MISSED)]}, "churn is below 1"),
        ({"gates": [ck.Gate(triggers.AnyOf([MISSED]), at=5)]}, "churn is below 1"),
        ({"then": [Halve()]}, "a rule of your own"),
        ({"combine": Least()}, "combined by a rule of your own"),
        ({"items": [ck.Item("revenue", attainment=Own()), ITEMS[1]]}, "of your own"),
        ({"items": [ck.Item("revenue", curves.Steps([(0, 5), (1, 4)])), ITEMS[1]]}, "revenue: no"),
        (
            {"items": [ck.Item("revenue", curves.GoalRedFlag(1, 2)), ITEMS[1]],
             "gates": [ck.Gate(triggers.PointsBelow("revenue", 5), at=1)]},
            "revenue has less than 5 points",
        ),
        (
            {"items": [ITEMS[0], ck.Item("churn", curves.GoalRedFlag(1, 2), attainments.Result())],
             "gates": [ck.Gate(triggers.AttainmentBelow("churn", 5), at=1)]},
            "churn attains less",
        ),
    ],
)  # fmt: skip
def test_what_is_not_proved_is_told(section, told):
    assert any(told in each for each in doubts(**section))


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"then": [adjustments.Veto(triggers.ResultBelow("revenue", 5))]},
        {"then": [adjustments.Veto(triggers.ResultAtLeast("churn", 5)), adjustments.Within(0, 90)]},
        {"gates": [ck.Gate(triggers.AttainmentBelow("churn", 0.9), at=50)]},
        {"gates": [ck.Gate(triggers.PointsBelow("churn", 90), at=50)]},
        {"combine": combines.Geometric()},
        {"then": [adjustments.Scale("difficulty")]},
    ],
)
def test_what_is_proved_has_no_doubts(section):
    assert doubts(**section) == []


def test_a_column_below_zero_is_a_doubt_only_where_somebody_has_it():
    rule = card(ITEMS[:2], {"*": WEIGHTS}, None, then=[adjustments.Scale("difficulty")])
    plain = results({"a": (100, 100, None)})
    ids = plain.org.ids.tolist()
    tree = ck.OrgTree.from_table(
        {"id": ids, "parent": [""] * len(ids), "kind": plain.org.kinds.tolist(),
         "difficulty": [-1.0 if kind == "clerk" else 1.2 for kind in plain.org.kinds]},
        kind="kind", roots="many",
    )  # fmt: skip
    goals = {"node": ids * 2, "kpi": ["revenue"] * 4 + ["churn"] * 4, "value": [100.0] * 8,
             "period": ["2026"] * 8}  # fmt: skip
    targets = ck.assign(tree, KPIS, goals, periods="2026")
    done = ck.measure(targets, {"node": ["a"], "kpi": ["revenue"], "value": [90.0]})
    found = ck.examine(rule, done)
    told = dict(zip(found.posts, found.facts.doubts, strict=True))
    assert told["seller"] == []
    assert told["clerk"] == ["total: difficulty is below zero for some"]
    totals = found.bounds()["part"] == "total"
    ends = {name: found.bounds()[name][totals].tolist() for name in ("post", "low", "high")}
    told = dict(zip(ends["post"], zip(ends["low"], ends["high"], strict=True), strict=True))
    assert told["seller"] == pytest.approx((0, 1.2 * 150))
    assert told["clerk"] == pytest.approx((-150, 0))
