"""Every law of conditions, broken alone, is caught and named, with what breaks it."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import record
from tests.helpers import gaps_of, measured, org
from tests.laws.breaking import ASKED, caught

CONDITIONS = {
    "none": (lambda g: None, "answers None"),
    "one answer": (lambda g: np.bool_(1), "no array"),
    "numbers": (lambda g: g.of("k"), "answers float64, not bool"),
    "the wrong way round": (lambda g: (g.of("k") < 0).T, r"answers shape \(6, 1\), not \(1, 6\)"),
    "in the dark": (lambda g: np.ones((1, 6), bool), r"holds at \['.*'\], where there is no gap"),
    "not pure": (
        lambda g: (g.of("k") < 0) & bool(ASKED.append(1) or len(ASKED) % 2),
        "differently again",
    ),
    "an exception": (lambda g: g.nothing, "raises AttributeError"),
    "a write": (lambda g: g.scores.total.fill(1), "raises ValueError: .*read-only"),
}


@record("laws/condition")
@frozen
class Condition:
    how: str
    clause: str | None = "below"

    def __call__(self, gaps, kpi):
        return CONDITIONS[self.how][0](gaps)

    def words(self):
        return self.clause


@pytest.fixture(scope="module")
def gaps():
    return gaps_of(measured(org(), ck.Kpi("k", "x"), 12, {"ann": 1.0, "cid": 9.0}))


@pytest.mark.parametrize("how", CONDITIONS)
def test_a_condition(how, gaps):
    ASKED.clear()
    caught(testing.check_condition, Condition(how), CONDITIONS[how][1], gaps, "k")


@pytest.mark.parametrize("clause", [None, " "])
def test_a_condition_has_words(clause, gaps):
    CONDITIONS["lawful"] = (lambda g: g.of("k") < 0, "")
    testing.check_condition(Condition("lawful"), gaps, "k")
    caught(testing.check_condition, Condition("lawful", clause), "no words", gaps, "k")
