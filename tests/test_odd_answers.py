"""Rules that answer oddly are refused by name, before anybody relies on them."""

from datetime import date

import numpy as np
import pytest
from attrs import evolve, frozen

import cascade_kpi as ck
from cascade_kpi.kpis.aggregates import Makeup, add_present
from tests.helpers import gaps_of, measured, org, refused

SALES = ck.Kpi("sales", "CNY")


def _raise(*_):
    raise RuntimeError("no such luck")


def _write(x):
    x[...] = 1.0
    return np.ones_like(x)


ODD = {
    "None": lambda x: None,
    "number": lambda x: 1.0,
    "list": lambda x: x.tolist(),
    "shape": lambda x: x.ravel()[:2],
    "float32": lambda x: x.astype(np.float32),
    "whole numbers": lambda x: np.ones(x.shape, dtype=int),
    "complex": lambda x: x.astype(complex),
    "objects": lambda x: x.astype(object),
    "infinite": lambda x: np.where(x > 1, np.inf, x),
    "one for NaN": lambda x: np.where(np.isnan(x), 1.0, x),
    "raises": _raise,
    "warns": lambda x: x / (x * 0.0),  # infinite, whatever the settings of numpy
    "writes": _write,
}


@frozen
class Direction:
    short: object = lambda x: np.maximum(-x, 0.0)
    share: object = lambda x: x

    def shortfall(self, actual, target):
        return self.short(actual - target)

    def proportion(self, actual, target):
        return self.share(actual / target)


@frozen
class WritingDirection(Direction):
    def proportion(self, actual, target):
        target[...] = np.abs(target) + 1.0
        return actual / target


@frozen
class Aggregate:
    makes: object = lambda *x: x
    ends: object = lambda *x: x[0]
    combine: object = add_present
    along: object = add_present
    inputs: object = ("value",)
    makeup: object = Makeup.SUM

    def parts(self, *inputs):
        return self.makes(*inputs)

    def finish(self, *parts):
        return self.ends(*parts)


@frozen
class Attainment:
    call: object = lambda x: x
    mask: object = lambda x: np.equal(x, 0)
    columns: object = ()

    def __call__(self, actual, target, better, *columns):
        return self.call(actual)

    def refuses(self, target, better, *columns):
        return self.mask(target)


def test_lawful_ones_are_taken():
    kpi = ck.Kpi("sales", "CNY", better=Direction(), aggregate=Aggregate(), split=ck.splits.Equal())
    card = ck.Scorecard([ck.Item("sales", attainment=Attainment())], {"sales": 100})
    assert ck.score(measured(org(), kpi, 12, {"ann": 4}), card).total[0, 0] == 400


def names_it(faults, column, rule, *words):
    (fault,) = faults
    assert (fault.column, fault.value) == (column, rule)
    assert "sales" in str(fault)
    assert "testing.check_" in fault.repair
    for word in words:
        assert word in fault.reason
    return fault


@pytest.mark.parametrize("how", ODD)
@pytest.mark.parametrize("what", ["shortfall", "proportion"])
def test_a_direction(what, how):
    if how == "writes":  # to what the samples make, which is its own
        return
    rule = evolve(Direction(), **{{"shortfall": "short", "proportion": "share"}[what]: ODD[how]})
    names_it(refused(ck.Kpi, "sales", "CNY", better=rule), "better", rule, what)


def test_a_direction_that_writes_to_its_targets():
    rule = WritingDirection()
    faults = refused(ck.Kpi, "sales", "CNY", better=rule)
    names_it(faults, "better", rule, "proportion", "writes to what it is given")


def test_a_shortfall_below_zero():
    rule = Direction(short=lambda x: x)
    names_it(refused(ck.Kpi, "sales", "CNY", better=rule), "better", rule, "below zero")


@pytest.mark.parametrize("how", ODD)
def test_the_parts_and_the_value_of_an_aggregate(how):
    def make(rule):
        return refused(ck.Kpi, "sales", "CNY", aggregate=rule)

    rule = Aggregate(makes=lambda x: (ODD[how](x),))
    names_it(make(rule), "aggregate", rule, "part")
    rule = Aggregate(ends=ODD[how])
    names_it(make(rule), "aggregate", rule, "finish")
    rule = Aggregate(makes=lambda x: (x, ODD[how](x)), makeup=Makeup.OTHER)
    names_it(make(rule), "aggregate", rule, "part")


@pytest.mark.parametrize(
    "change",
    [
        {"makes": lambda x: x},
        {"makes": lambda x: [x]},
        {"makes": lambda x: ()},
        {"makes": lambda x: (x, x)},
        {"ends": lambda x, y: x},
        {"inputs": "value"},
        {"inputs": ()},
        {"inputs": ["value"]},
        {"inputs": (1,)},
        {"makeup": "sum"},
        {"makeup": Makeup.RATIO},
        {"combine": lambda a, b, out: a + b},
        {"combine": lambda a, b, out: None},
        {"combine": np.add},
        {"along": np.add},
        {"along": lambda a, b: b},
        {"combine": lambda a, b, out: (np.copyto(out, 0.0), add_present(a, b, out))},
        {"combine": lambda a, b, out: (np.nan_to_num(a, copy=False), add_present(a, b, out))},
        {"combine": lambda a, b, out: np.copyto(out, np.inf)},
        {"combine": lambda a, b, out: (np.copyto(out, a), add_present(out, b, out))},
        {"combine": lambda a, b, out: (np.copyto(out, b), add_present(a, out, out))},
    ],
)
def test_the_makings_of_an_aggregate(change):
    rule = evolve(Aggregate(), **change)
    names_it(refused(ck.Kpi, "sales", "CNY", aggregate=rule), "aggregate", rule)


@pytest.mark.parametrize("how", ODD)
def test_an_attainment(how):
    found = measured(org(), SALES, 12, {"ann": 4})

    def make(rule):
        card = ck.Scorecard([ck.Item("sales", attainment=rule)], {"sales": 100})
        return refused(ck.score, found, card)

    rule = Attainment(ODD[how])
    names_it(make(rule), "sales", rule, "attainment")
    rule = Attainment(mask=ODD[how])
    names_it(make(rule), "sales", rule, "refuses")


@pytest.mark.parametrize("how", ODD)
def test_a_curve(how):
    card = ck.Scorecard([ck.Item("sales", ODD[how])], {"sales": 100})
    faults = refused(ck.score, measured(org(), SALES, 12, {"ann": 4}), card)
    names_it(faults, "sales", ODD[how], "curve")


@frozen
class Condition:
    answer: object = lambda gaps: gaps.of("sales") < 0
    clause: object = "below"

    def __call__(self, gaps, kpi):
        return self.answer(gaps)

    def words(self):
        return self.clause


@pytest.mark.parametrize(
    "rule",
    [Condition(_raise), Condition(clause=None), Condition(clause=" "), Condition(ODD["None"])],
)
def test_a_condition(rule):
    gaps = gaps_of(measured(org(), SALES, 12, {"ann": 4}))
    for when in (rule, ck.conditions.AllOf([rule, ck.conditions.PointsLost(1)])):
        book = ck.Playbook([ck.Action("a", "Do it")], [ck.Rule("sales", when, "a")])
        if when is rule or rule.clause == "below":
            names_it(refused(ck.improve, gaps, book, start=date(2026, 1, 1)), "sales", when)


def test_a_rules_own_faults_are_its_own():
    def refuse(_):
        raise ck.InputError([ck.Fault("mine", "too late", "come earlier")])

    (fault,) = refused(ck.Kpi, "k", "x", better=Direction(share=refuse))
    assert fault.source == "mine"


def test_every_odd_rule_is_told_at_once():
    faults = refused(ck.Kpi, "k", "x", better=Direction(ODD["None"]), aggregate=Aggregate(_raise))
    assert [fault.column for fault in faults] == ["aggregate", "better"]
