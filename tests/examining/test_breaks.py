"""Which totals are proved to be continuous, and gates that never bite."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import adjustments, attainments, combines, curves, triggers
from cascade_kpi.scoring.adjustments import Veto
from cascade_kpi.scoring.triggers import AllOf, AnyOf, AttainmentBelow, PointsBelow, ResultBelow
from tests.examining.case import KPIS, card, finding, kinds

LINES = [ck.Item("revenue", curves.Linear(floor=20, cap=150)),
         ck.Item("churn", curves.Linear(floor=0, cap=120))]  # fmt: skip
HALVES = {"*": {"revenue": 50, "churn": 50}}


def verdicts(items=LINES, weights=HALVES, **section):
    table = ck.examine(card(items, weights, None, **section), KPIS).verdicts()
    return table["monotone"].tolist()[0], table["continuous"].tolist()[0]


def test_a_line_without_an_end_does_not_jump_far_out():
    assert verdicts([ck.Item("revenue")], {"revenue": 100}) == ("yes", "yes")
    steep = ck.Item("revenue", curves.Piecewise([(0.9, 0), (0.90000001, 100)]))
    assert verdicts([steep], {"revenue": 100}) == ("yes", "yes")
    # Nor does it where a rule stands in the way of a proof.
    veto = Veto(ResultBelow("accidents", -1e9), at=1e18)
    assert verdicts([ck.Item("revenue")], {"revenue": 100}, then=[veto])[1] == "not known"


class Same(adjustments.Within):
    """A rule of one's own, of which nothing is proved, and which changes nothing."""

    def __call__(self, value, reading):
        return value


@pytest.mark.parametrize(
    ("items", "section"),
    [
        ([ck.Item("revenue", curves.Piecewise([(0.9, 0), (0.90000001, 100)])), LINES[1]], {}),
        ([ck.Item("revenue", curves.Linear(floor=0, cap=100)), LINES[1]],
         {"combine": combines.Geometric()}),
        ([ck.Item("revenue"), LINES[1]], {}),
    ],
)  # fmt: skip
def test_what_is_steep_is_not_said_to_jump(items, section):
    """A geometric mean rises from zero as a root does: a hair beyond it there are points."""
    assert verdicts(items, then=[Same(0, 1)], **section)[1] == "not known"
    heavy = {"*": {"revenue": 10, "churn": 90}}
    later = [ck.Item("revenue", curves.Piecewise([(0.5, 0), (1, 100)])), *items[1:]]
    assert verdicts(later, heavy, then=[Same(0, 1)], **section)[1] == "not known"
    stepped = [ck.Item("revenue", curves.Steps([(0.9, 1), (1, 2)])), LINES[1]]
    assert verdicts(stepped, then=[Same(0, 1)], **section)[1] == "no"


NEVER = [
    PointsBelow("revenue", 20),
    PointsBelow("revenue", -3),
    AttainmentBelow("bounded", 0),
    AnyOf([PointsBelow("revenue", 20), PointsBelow("churn", 0)]),
    AllOf([PointsBelow("revenue", 20), ResultBelow("accidents", 5)]),
    PointsBelow("total of two", 0),
]
ALWAYS = [
    PointsBelow("revenue", 151),
    AttainmentBelow("bounded", 1.5),
    AllOf([PointsBelow("revenue", 151), PointsBelow("churn", 121)]),
]
BOUNDED = ck.Item("accidents", curves.Linear(10, floor=None, cap=None),
                  attainments.Goalposts(10, 0), named="bounded")  # fmt: skip


def ruled(trigger, at=60):
    """Two sections; a gate on the second looks at what the first is made of."""
    inner = ck.Section("total of two", LINES)
    gate = ck.Gate(trigger, at=at, parts=["calls"])
    parts = [inner, BOUNDED, ck.Item("calls", curves.Linear(floor=0, cap=100))]
    weights = {"*": {"total of two": 40, "bounded": 20, "calls": 40, **HALVES["*"]}}
    return ck.examine(card(parts, weights, None, gates=[gate]), KPIS)


@pytest.mark.parametrize("trigger", NEVER + ALWAYS, ids=repr)
def test_what_never_or_always_holds_makes_no_jump(trigger):
    found = ruled(trigger)
    assert found.verdicts()["continuous"].tolist() == ["yes"]
    assert not [part for kind, part in kinds(found) if kind == "jump"]


@pytest.mark.parametrize(
    "trigger",
    [PointsBelow("revenue", 20.5), AttainmentBelow("bounded", 0.1), ResultBelow("accidents", 3),
     PointsBelow("total of two", 10),  # 10 or more with both, 0 or more of churn alone
     AnyOf([PointsBelow("revenue", 20), PointsBelow("churn", 1)]),
     # Of two, the first of which always holds if it is there, the second decides if it is not.
     AnyOf([PointsBelow("revenue", 151), PointsBelow("churn", 60)]),
     AllOf([PointsBelow("revenue", 151), PointsBelow("churn", 60)])],
    ids=repr,
)  # fmt: skip
def test_what_may_hold_or_not_may_jump(trigger):
    found = ruled(trigger)
    assert found.verdicts()["continuous"].tolist() != ["yes"]
    assert finding(found, "jump", "total").size == pytest.approx(0.4 * 40)


def test_a_cap_above_all_points_bites_nobody():
    falls = ck.Gate(triggers.ResultAtLeast("revenue", 5), at=120, parts=["churn"])
    assert verdicts(gates=[falls]) == ("yes", "yes")
    assert verdicts(gates=[attr_at(falls, 119)])[1] == "no"
    veto = Veto(triggers.ResultAtLeast("revenue", 5), at=150)
    assert verdicts(then=[veto]) == ("yes", "yes")  # the best item alone has 150
    assert verdicts(then=[attr_at(veto, 149)])[0] != "yes"


def test_no_jump_is_greater_than_from_the_least_total_to_the_greatest():
    veto = Veto(ResultBelow("accidents", 3), at=20)
    bounded = card([ck.Item("revenue")], {"revenue": 100}, None,
                   then=[veto, adjustments.Within(0, 90)])  # fmt: skip
    assert finding(ck.examine(bounded, KPIS), "jump", "total").size == 90
    open_end = card([ck.Item("revenue")], {"revenue": 100}, None, then=[veto])
    assert finding(ck.examine(open_end, KPIS), "jump", "total").size == np.inf


def attr_at(rule, at):
    return type(rule)(rule.when, at, *([rule.parts] if isinstance(rule, ck.Gate) else []))


@frozen
class Jumping:
    columns = ()

    def __call__(self, actual, target, better, *columns):
        return np.floor(3.3 * actual / target) / 3

    def refuses(self, target, better, *columns):
        return np.zeros(np.shape(target), dtype=bool)


def test_what_is_read_is_looked_at_as_well_as_the_curve():
    assert verdicts([ck.Item("revenue", LINES[0].curve, Jumping())], {"revenue": 100}) == (
        "not known", "not known",
    )  # fmt: skip
    # A target of zero is met or not: the item steps from nothing to all there.
    met = attainments.Proportion(zero="met")
    assert verdicts([ck.Item("revenue", LINES[0].curve, met)], {"revenue": 100}) == (
        "yes", "not known",
    )  # fmt: skip
    out = attainments.Proportion(zero="exclude")
    assert verdicts([ck.Item("revenue", LINES[0].curve, out)], {"revenue": 100}) == ("yes", "yes")


class Second(combines.Mean):
    """A class that merely inherits from a mean, and answers something else."""

    def __call__(self, points, weights):
        return 1000 - super().__call__(points, weights)

    def slopes(self, points, weights):
        return None


class Squared(adjustments.Within):
    def __call__(self, value, reading):
        return value * value


class Floor(Veto):
    def __call__(self, value, reading):
        return np.where(self.when(reading), np.maximum(value, self.at), value)


class Lifting(ck.Gate):
    def __call__(self, points, reading):
        return np.where(self.when(reading), 500.0, points)


SELDOM = ResultBelow("revenue", 5)


@pytest.mark.parametrize(
    "section",
    [{"combine": Second()}, {"then": [Squared(0, 100)]}, {"then": [Floor(SELDOM, 400)]},
     {"gates": [Lifting(SELDOM, 400)]}],
    ids=repr,
)  # fmt: skip
def test_of_a_rule_that_merely_inherits_nothing_is_claimed(section):
    found = ck.examine(card(LINES, HALVES, None, **section), KPIS)
    assert found.facts.doubts[0]
    assert found.verdicts()["continuous"].tolist() != ["yes"]
    bounds = found.bounds()
    assert (bounds["low"][0], bounds["high"][0]) == (-np.inf, np.inf)
