"""Broken laws of methods, limits and limited splits, each caught and named."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.methods import Webster
from cascade_kpi.records import record
from tests.helpers import org, refused
from tests.laws.breaking import caught

TREE = org(staff=[None, None, None, 3, 1, 2], kind=["hq", "area", "area", *["person"] * 3])


def _shifted(lots, claims, low, high):
    return np.roll(Webster()(lots, claims, low, high), 1, axis=0)


def _evenly(lots, claims, low, high):
    share = np.repeat(lots[None, :] // len(claims), len(claims), axis=0)
    share[0] += lots - share.sum(axis=0)
    return share


def _together(lots, claims, low, high):
    whole = claims + (claims.shape[1] > 1) * np.arange(len(claims))[:, None] * (claims > 0)
    return Webster()(lots, whole, low, high)


METHODS = {
    "nothing": (lambda *a: None, "answers None"),
    "floats": (lambda *a: Webster()(*a) * 1.0, "answers float64"),
    "too much": (lambda *a: Webster()(*a) + 1, "do not sum"),
    "out of bounds": (_evenly, "not between"),
    "another's share": (_shifted, "not between"),
    "one sum for all": (_together, "otherwise beside other groups"),
    "an exception": (lambda *a: 1 / 0, "raises ZeroDivisionError"),
}


@record("laws/method")
@frozen
class Method:
    how: str

    def __call__(self, lots, claims, low, high):
        return METHODS[self.how][0](lots, claims, low, high)


@pytest.mark.parametrize("how", METHODS)
def test_a_method(how):
    caught(testing.check_method, Method(how), METHODS[how][1])


@pytest.mark.parametrize("how", ["nothing", "floats", "too much", "an exception"])
def test_a_cascade_names_a_method_that_answers_oddly(how):
    kpi = ck.Kpi("sales", "pieces", lot=1, method=Method(how))
    (fault,) = refused(ck.cascade, TREE, [kpi], {"sales": 10}, periods="2026")
    assert (fault.source, fault.column, fault.value) == ("kpi 'sales'", "method", Method(how))


LIMITS = {
    "nothing": (lambda o: None, "answers None"),
    "too few": (lambda o: np.ones(2), r"answers shape \(2,\)"),
    "infinite": (lambda o: np.full(len(o), np.inf), "NaN says that there is none"),
    "by row": (lambda o: 1.0 + o.source_row, "depends on the order of the rows"),
}


@record("laws/limit")
@frozen
class Limit:
    how: str

    def __call__(self, tree):
        return LIMITS[self.how][0](tree)


@pytest.mark.parametrize("how", LIMITS)
def test_a_limit(how):
    caught(testing.check_limit, Limit(how), LIMITS[how][1], TREE)


def test_limits_of_a_split_are_looked_at_too():
    split = ck.splits.Within(ck.splits.Equal(), floor=Limit("infinite"))
    caught(testing.check_split, split, "floors are infinite", TREE)
    split = ck.splits.Within(ck.splits.Equal(), cap=Limit("too few"))
    refused(ck.cascade, TREE, [ck.Kpi("sales", "x", split=split)], {"sales": 6}, periods="p")


def test_a_split_that_raises_is_refused_by_name():
    @frozen
    class Raising:
        divides = True

        def __call__(self, tree):
            raise KeyError("staff")

    kpi = ck.Kpi("sales", "pieces", split=Raising())
    (fault,) = refused(ck.cascade, TREE, [kpi], {"sales": 10}, periods="2026")
    assert "raises KeyError" in fault.reason
