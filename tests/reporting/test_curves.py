"""Curves in words."""

import pytest

import cascade_kpi as ck
from cascade_kpi.reporting.curves import curve_words
from tests.helpers import gaps_of, measured, org
from tests.test_testing import CURVES

c = ck.curves


@pytest.mark.parametrize(
    ("curve", "attainment", "told"),
    [
        (
            ck.curves.Linear(),
            ck.attainments.Proportion(),
            "in proportion, 100 points at 100 %; at least 0",
        ),
        (
            ck.curves.Linear(2, floor=None, cap=None),
            ck.attainments.Result(),
            "in proportion, 2 points at 1 CNY",
        ),
        (
            ck.curves.Linear(cap=120),
            ck.attainments.Proportion(),
            "in proportion, 100 points at 100 %; at least 0 and at most 120",
        ),
        (
            ck.curves.Piecewise([(0.8, 50), (1, 100)], below=0),
            ck.attainments.Proportion(),
            (
                "straight lines through 50 points at 80 % and 100 points at 100 %; "
                "below that 0; above that held"
            ),
        ),
        (
            ck.curves.Steps([(5, 60)]),
            ck.attainments.Result(),
            "steps: 60 points at 5 CNY; below that 0",
        ),
    ],
)
def test_curves(curve, attainment, told):
    assert curve_words(curve, attainment, "CNY") == told


LEVELS = c.Levels(threshold=(0.8, 50), target=(1, 100))
TOLD = [
    (
        LEVELS,
        (
            "straight lines through threshold 80 % (50 points) and target 100 % (100 points); "
            "short of that 0; beyond that held"
        ),
    ),
    (
        c.GoalRedFlag(1, 0.7),
        "a straight line from 0 points at the red flag 70 % to 100 at the goal 100 %",
    ),
    (
        c.Plateau((0.9, 1.1), (0.5, 2)),
        "100 points from 90 % to 110 %, falling to 0 at 50 % and 200 %",
    ),
    (
        c.Tolerances([(0.02, 100), (0.05, 80)], beyond=5),
        "100 points within 2 % and 80 points within 5 % of 100 %; beyond that 5",
    ),
    (
        c.Table({1: 0, 2: 50}, "nearest"),
        "a table: 0 points at 100 % and 50 points at 200 %; between two the nearest",
    ),
    (
        c.AddDeduct(1, 2, most=110, counted="completed"),
        (
            "100 points at 100 %; 1 more for each 1 % above, 2 fewer below, completed steps "
            "counted; at least 0 and at most 110"
        ),
    ),
    (
        c.MarginalTiers([(0, 100), (1, 200)], most=150),
        (
            "each part at its own rate: 100 points for each 100 % from 0 % on and 200 points "
            "for each 100 % from 100 % on; at most 150"
        ),
    ),
    (
        c.RetroactiveTiers([(0, 100)]),
        "all at the rate that is reached: 100 points for each 100 % from 0 % on",
    ),
    (
        c.Smoothstep((0.5, 0), (1, 100)),
        "a smooth step from 0 points at 50 % to 100 points at 100 %",
    ),
    (
        c.Logistic((0.8, 20), (1.2, 80)),
        "an S-curve through 20 points at 80 % and 80 points at 120 %, between 0 and 100",
    ),
    (
        c.Rounded(c.Linear(), 1, "half_up"),
        "in proportion, 100 points at 100 %; at least 0; rounded to 1 decimal, half up",
    ),
    (
        c.Threshold(c.Linear(), 0.5),
        "0 points below 50 %; from there on in proportion, 100 points at 100 %; at least 0",
    ),
    (
        c.Composed([c.Linear(5), c.Steps([(3, 90)])]),
        (
            "in proportion, 5 points at 100 %; at least 0; read at its points, steps: 90 points "
            "at 3; below that 0"
        ),
    ),
]


@pytest.mark.parametrize(("curve", "told"), TOLD, ids=lambda value: type(value).__name__)
def test_each_kind(curve, told):
    assert curve_words(curve, ck.attainments.Proportion(), "CNY") == told


@pytest.mark.parametrize("curve", CURVES, ids=repr)
def test_none_stands_as_it_prints(curve):
    assert "(" + "levels=" not in curve_words(curve, ck.attainments.Result(), "CNY")
    assert type(curve).__name__ + "(" not in curve_words(curve, ck.attainments.Result(), "CNY")


def test_differences_are_in_units():
    told = curve_words(c.Steps([(-2, 60)]), ck.attainments.Difference(), "points")
    assert told == "steps: 60 points at -2 points; below that 0"


def test_lights_are_by_the_target_where_the_attainment_is_not():
    """A place between goalposts is no share of the target: 25.5 against 25 is on target."""
    kpi = ck.Kpi("share", "%", aggregate=ck.aggregates.Mean())
    found = measured(org(), kpi, 25, {"ann": 25.5, "bob": 25.5, "cid": 25.5})
    for rule in (
        ck.attainments.Goalposts(15, 35),
        ck.attainments.Difference(),
        ck.attainments.Improvement(20),
        ck.attainments.Rounded(ck.attainments.Result(), 1),
    ):
        gaps = gaps_of(found, ck.Item("share", attainment=rule))
        assert "102.0 %" in ck.report(gaps).markdown()
