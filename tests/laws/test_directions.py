"""Every law of directions, broken alone, is caught and named, with what breaks it."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import record
from tests.laws.breaking import caught


@record("test_laws/backwards")
@frozen
class Backwards:
    off: float

    def shortfall(self, actual, target):
        return np.maximum(target - actual, 0.0)

    def proportion(self, actual, target):
        return 1 + (actual - target) / np.abs(target)

    def reaching(self, attainment, target):
        return target + (attainment - 1) * abs(target) + self.off, np.nan


def test_a_direction_that_is_asked_backwards():
    testing.check_direction(Backwards(0.0))
    caught(testing.check_direction, Backwards(1.0), "for an attainment of 0.5 of 100.0, where it")


DIRECTIONS = {
    "below zero": ({"shortfall": lambda a, t: t - a}, "shortfall .* below zero"),
    "short on target": (
        {"shortfall": lambda a, t: np.abs(a - t) + 1},
        "falls short of .* on target",
    ),
    "not 1 on target": ({"proportion": lambda a, t: a / t + 1}, "does not attain 1"),
    "better when worse": (
        {"proportion": lambda a, t: 2 - a / t},
        "attains more where it falls short",
    ),
    "a number for NaN": (
        {"shortfall": lambda a, t: np.where(a < t, t - a, 0.0)},
        "shortfall answers .* NaN",
    ),
    "no target needed": ({"proportion": lambda a, t: a * 0 + 1}, "proportion answers 1.0 to .*NaN"),
    "NaN": ({"proportion": lambda a, t: np.where(a < 0, np.nan, a / t)}, "proportion answers NaN"),
    "infinite": (
        {"proportion": lambda a, t: np.where(a > 140, np.inf, a / t)},
        "answers inf to 150",
    ),
    "none": ({"shortfall": lambda a, t: None}, "shortfall answers None"),
    "an exception": ({"shortfall": lambda a, t: 1 / 0}, "shortfall raises Zero"),
    "in place": ({"proportion": lambda a, t: np.divide(a, t, out=t).copy()}, "proportion writes"),
    "by the mean": (
        {"proportion": lambda a, t: a / np.nanmean(np.r_[t.ravel(), 1]) + t * 0},
        "its proportion .* alone",
    ),
}


@record("laws/direction")
@frozen
class Direction:
    how: str

    def shortfall(self, actual, target):
        usual = ck.directions.Higher().shortfall
        return DIRECTIONS[self.how][0].get("shortfall", usual)(actual, target)

    def proportion(self, actual, target):
        usual = ck.directions.Higher().proportion
        return DIRECTIONS[self.how][0].get("proportion", usual)(actual, target)


@pytest.mark.parametrize("how", DIRECTIONS)
def test_a_direction(how):
    caught(testing.check_direction, Direction(how), DIRECTIONS[how][1])
