"""Levels and bounds of a user's own: used like the library's, and caught where they break a law."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import record
from tests.blending.case import OWN, UNITS, scored, total
from tests.helpers import org, refused
from tests.laws.breaking import caught
from tests.properties.test_explanations import same_bits

BOUNDS = {
    "nothing": (lambda total, own: None, "answers None"),
    "the own total": (lambda total, own: own, "answers"),
    "a number for NaN": (lambda total, own: np.fmax(total, 0.0), "answers 0.0 to NaN"),
    "on and on": (lambda total, own: (total + own) / 2, "it bounds again|answers NaN"),
    "less each time": (lambda total, own: np.where(total > 0, total / 2, total), "it bounds again"),
    "the mean of all": (lambda total, own: total - np.nanmean(total), "alone"),
}


@record("passing_laws/bound")
@frozen
class Bound:
    how: str

    def __call__(self, total, own):
        return BOUNDS[self.how][0](total, own)


@pytest.mark.parametrize("how", BOUNDS)
def test_a_bound(how):
    caught(testing.check_bound, Bound(how), BOUNDS[how][1])


LEVELS = {
    "below": (lambda tree: np.minimum(np.arange(len(tree)) + 1, len(tree) - 1), "not above it"),
    "beside": (lambda tree: np.where(tree.depth == 1, 1, tree.parent), "not above it"),
    "nowhere": (lambda tree: np.full(len(tree), len(tree)), "not above it"),
    "texts": (lambda tree: tree.ids, "answers object"),
    "too few": (lambda tree: tree.parent[1:], r"answers shape \(5,\)"),
    "by row": (lambda tree: np.where(tree.source_row % 2 == 0, tree.parent, -1), "order of the"),
}


@record("passing_laws/level")
@frozen
class Level:
    how: str
    called: str = "mine"

    def rows(self, tree):
        return LEVELS[self.how][0](tree)


@pytest.mark.parametrize("how", LEVELS)
def test_a_level(how):
    caught(testing.check_level, Level(how), LEVELS[how][1], org())


def test_a_level_is_called_something():
    LEVELS["lawful"] = (lambda tree: tree.parent, "")
    testing.check_level(Level("lawful"), org())
    caught(testing.check_level, Level("lawful", ""), "it is called ''", org())


@record("passing_tests/mentor")
@frozen
class LineManager:
    """The node above that a column names."""

    column: str
    called: str = "manager"

    def rows(self, tree):
        named = tree.columns[self.column].tolist()
        return np.array([tree.row(each) if each else -1 for each in named])


def test_a_level_of_ones_own_is_used_like_any_other():
    units = {**UNITS, "boss": ["", "", "", "", "", "east", "co", "", "west"]}
    scores = scored(OWN, units)
    level = LineManager("boss")
    shares = ck.blending.Shares({"own": 50, level: 50}, nobody="own")
    got = ck.blend(scores, shares)
    assert total(got, "ann") == (90 + 120) / 2
    assert total(got, "bo") == (130 + 100) / 2
    same_bits(ck.explain(got, "bo"))
    assert ck.from_json(ck.to_json(got)) == got
    astray = scored(OWN, {**units, "boss": ["", "", "", "", "", "west", "", "", ""]})
    (fault,) = refused(ck.blend, astray, shares)
    assert fault.value == "ann"
