"""Every law of attainments, broken alone, is caught and named, with what breaks it."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import record
from tests.laws.breaking import caught


@record("test_laws/inverted")
@frozen
class Inverted(ck.attainments.Result):
    off: float

    def result(self, attainment, target, better, *columns):
        return attainment + self.off, np.nan


def test_an_attainment_that_is_taken_back():
    testing.check_attainment(Inverted(0.0))
    caught(testing.check_attainment, Inverted(2.0), "for an attainment of 0.5, where it attains")


@record("test_laws/spanned")
@frozen
class Spanned(ck.attainments.Result):
    high: float

    def span(self, better):
        return -1e9, self.high


def test_an_attainment_keeps_to_the_span_that_it_tells():
    testing.check_attainment(Spanned(1e9))
    caught(testing.check_attainment, Spanned(1.0), "and its span is -1000000000.0 to 1.0")


ATTAINMENTS = {
    "refuses all": ({"refuses": lambda t: t < np.inf}, "refuses a usual target"),
    "refuses the absent": ({"refuses": np.isnan}, "refuses a usual target of 100, or an absent"),
    "no mask": ({"refuses": lambda t: t * 0}, "its refuses answers float64, not bool"),
    "one mask": ({"refuses": lambda t: np.bool_(0)}, "its refuses answers .*no array"),
    "a mask by the first": (
        {"refuses": lambda t: (t == 0) | (t[:1].sum() < 0)},
        "its refuses .* in another order|alone",
    ),
    "divided by zero": ({"refuses": lambda t: np.zeros(t.shape, bool)}, "it answers -?inf to"),
    "a number for NaN": ({"call": lambda a, t, b: np.nan_to_num(a / t)}, "it answers 0.0 to NaN"),
    "NaN": ({"call": lambda a, t, b: np.log(a)}, "it answers NaN to -10|inf"),
    "no column needed": ({"columns": ("b",)}, "it answers -0.1 to -10.0, 100.0, NaN"),
    "a column that is none": ({"columns": (7,)}, r"its columns are \(7,\)"),
    "one column for many": ({"columns": "b"}, "its columns are 'b'"),
    "an exception": ({"call": lambda a, t, b: 1 / 0}, "it raises ZeroDivisionError"),
    "in place": ({"call": lambda a, t, b: np.divide(a, t, out=a).copy()}, "writes to what"),
    "ranks": (
        {"call": lambda a, t, b: np.where(np.isnan(a), a, 1.0 * np.argsort(np.argsort(a)))},
        "alone",
    ),
}


@record("laws/attainment")
@frozen
class Attainment:
    how: str

    @property
    def columns(self):
        return ATTAINMENTS[self.how][0].get("columns", ())

    def __call__(self, actual, target, better, *columns):
        call = ATTAINMENTS[self.how][0].get("call", lambda a, t, b: a / t)
        return call(actual, target, columns)

    def refuses(self, target, better, *columns):
        return ATTAINMENTS[self.how][0].get("refuses", lambda t: np.equal(t, 0))(target)


@pytest.mark.parametrize("how", ATTAINMENTS)
def test_an_attainment(how):
    caught(testing.check_attainment, Attainment(how), ATTAINMENTS[how][1])
