"""Every law of curves, broken alone, is caught and named, with the curve that breaks it."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import record
from tests.laws.breaking import ASKED, caught


def _in_place(x):
    np.multiply(x, 100.0, out=x)
    return x.copy()


def _counts(x):
    ASKED.append(1)
    return x + len(ASKED)


CURVES = {
    "no answer": (lambda x: None, "answers None"),
    "a list": (list, "answers .*no array"),
    "whole numbers": (lambda x: np.ones(x.shape, dtype=int), "answers int64, not float64"),
    "half the digits": (lambda x: x.astype(np.float32), "answers float32"),
    "one too few": (lambda x: x[1:], r"answers shape \(15,\), not \(16,\)"),
    "a number for NaN": (np.nan_to_num, "answers 0.0 to NaN"),
    "NaN for a number": (lambda x: np.where(x < 0, np.nan, x), "answers NaN to -1000000000.0"),
    "infinity": (lambda x: np.where(x > 1e6, np.inf, x), "answers inf to 1000000000.0"),
    "an exception": (lambda x: x.no_such_thing, "raises AttributeError: .*no_such_thing"),
    "written to": (_in_place, "writes to what it is given"),
    "not pure": (_counts, "another time"),
    "one after another": (lambda x: np.cumsum(x * 0 + 1) + x * 0, "alone"),
    "the mean of all": (lambda x: x - (np.nanmean(x) if x.size else 0), "alone"),
    "otherwise when alone": (lambda x: x + (x.size == 1), "answers .* alone, .* among others"),
    "otherwise from behind": (
        lambda x: x + (np.isnan(x[:1]).sum()) * (x.size > 1),
        "in another order",
    ),
    "otherwise among many": (lambda x: x + (x.size > 1000), "among many"),
    "otherwise in a square": (lambda x: x + x.ndim, "in two dimensions"),
    "nothing for nothing": (lambda x: x + (x.ravel()[0] > 1e99), "raises IndexError"),
}


@record("laws/curve")
@frozen
class Curve:
    how: str

    def __call__(self, x):
        return CURVES[self.how][0](x)


@pytest.mark.parametrize("how", CURVES)
def test_a_curve(how):
    caught(testing.check_curve, Curve(how), CURVES[how][1])


def test_a_curve_is_tried_on_further_samples():
    CURVES["infinite at 7"] = (lambda x: np.where(x == 7, np.inf, x), "")
    odd = Curve("infinite at 7")
    testing.check_curve(odd)
    with pytest.raises(AssertionError, match=r"answers inf to 7\.0"):
        testing.check_curve(odd, samples=np.array([7.0]))


@record("test_laws/spiked")
@frozen
class Spiked:
    start: float

    def __call__(self, attainment):
        spike = (attainment >= self.start) & (attainment < self.start + 0.004)
        return np.where(np.isnan(attainment), np.nan, np.where(spike, 80.0, 0.0))

    def shape(self):
        return ck.curves.Shape([0.5, 0.9], [0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0])


def test_a_curve_jumps_at_its_edges_alone():
    caught(testing.check_curve, Spiked(0.611), r"jumps at \[0\.61")
