"""Which rules are looked at again, whether they refuse a target of results scored before."""

from collections.abc import Callable

import numpy as np
import pytest
from attrs import define, field, frozen

import cascade_kpi as ck
from cascade_kpi import attainments

ORG = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
SALES = [ck.Kpi("sales", "x", aggregate=ck.aggregates.Mean())]


def scored(results, attainment):
    card = ck.Scorecard([ck.Item("sales", attainment=attainment)], {"sales": 100})
    return ck.score(results, card).total.tolist()


@pytest.fixture
def results():
    wanted = {"sales": np.array([100.0, 50.0])}
    targets = ck.Targets.from_columns(ORG, SALES, wanted, periods="1")
    return ck.measure(targets, {"node": ["a"], "kpi": ["sales"], "value": [40.0]})


class Share:
    """An attainment of one's own, less what makes it refuse."""

    columns = ()

    def __call__(self, actual, target, better):
        return actual / target


@frozen
class Compared(Share):
    """It is not compared by what it refuses."""

    bad: Callable = field(eq=False)

    def refuses(self, target, better):
        return self.bad(target)


@define(slots=False)
class Changing(Share):
    """It has no hash, and changes."""

    least: float

    def refuses(self, target, better):
        return target < self.least


class ByIdentity(Share):
    """It has a hash, and changes."""

    least = 0.0

    def refuses(self, target, better):
        return target < self.least


@frozen
class Stricter(attainments.Proportion):
    """It is a proportion, and refuses more."""

    def refuses(self, target, better):
        return np.isfinite(target)


def test_equal_rules_that_refuse_something_else_are_asked_each(results):
    assert scored(results, Compared(lambda target: target < 0)) == [[40.0, 80.0]]
    with pytest.raises(ck.InputError, match=r"(?s)target 100 of sales.*target 50 of sales"):
        scored(results, Compared(lambda target: target > 0))


@pytest.mark.parametrize("rule", [Changing(0.0), ByIdentity()], ids=["unhashable", "hashable"])
def test_a_rule_that_changed_is_asked_again(results, rule):
    for wrap in (lambda of: of, attainments.Rounded):
        rule.least = 0.0
        assert scored(results, wrap(rule)) == [[40.0, 80.0]]
        rule.least = 75.0
        with pytest.raises(ck.InputError, match="target 50 of sales"):
            scored(results, wrap(rule))


def test_a_rule_that_inherits_from_one_of_the_library_is_asked(results):
    assert scored(results, attainments.Proportion()) == [[40.0, 80.0]]
    with pytest.raises(ck.InputError, match="target 50 of sales"):
        scored(results, Stricter())


def test_what_a_rule_of_the_library_accepted_is_not_looked_at_again(results):
    scored(results, attainments.Proportion())
    assert results.targets.accepted == {("sales", attainments.Proportion())}
    of_zero = ck.Targets.from_columns(ORG, SALES, {"sales": np.zeros(2)}, periods="1")
    others = ck.measure(of_zero, {"node": ["a"], "kpi": ["sales"], "value": [1.0]})
    with pytest.raises(ck.InputError, match="has no attainment"):
        scored(others, attainments.Proportion())
