"""Levels with names, and goal against red flag."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused

Levels, GoalRedFlag = ck.curves.Levels, ck.curves.GoalRedFlag
THREE = {"threshold": (0.8, 50), "target": (1, 100), "stretch": (1.2, 150)}


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


def test_levels_are_the_lines_through_them():
    curve, lines = Levels(**THREE), ck.curves.Piecewise(list(THREE.values()), below=0)
    x = np.linspace(0.5, 1.5, 101)
    assert curve(x).tobytes() == lines(x).tobytes()
    assert at(Levels(**THREE, below=None, above=170), 0.5, 0.8, 1.2, 1.3) == [50, 50, 150, 170]


def test_levels_may_descend_where_less_is_better():
    curve = Levels(threshold=(60, 50), target=(45, 100), stretch=(30, 120), above=130)
    assert at(curve, 60.001, 60, 52.5, 45, 30, 29) == [0, 50, 75, 100, 120, 130]
    assert curve.shape().names == ("stretch", "target", "threshold")


def test_two_levels_do():
    assert at(Levels(target=(1, 100), stretch=(2, 200)), 0.9, 1, 1.5, 3) == [0, 100, 150, 200]
    assert at(Levels(threshold=(0.5, 40), target=(1, 100)), 0.4, 0.75, 2) == [0, 70, 100]


@pytest.mark.parametrize(
    ("fields", "columns"),
    [
        ({"target": (1, 100)}, [None]),
        ({**THREE, "stretch": (0.9, 150)}, [None]),
        ({**THREE, "threshold": (1, 50)}, [None]),
        ({"threshold": 0.8, "target": (1,), "stretch": (1, "x"), "below": NAN, "above": "y"},
         ["target", "threshold", "stretch", "below", "above"]),
        ({"threshold": (0.8, NAN), "target": None}, ["target", "threshold"]),
    ],
)  # fmt: skip
def test_faults_of_levels_are_told_together(fields, columns):
    assert [fault.column for fault in refused(Levels, **fields)] == columns


EIGHTHS = st.integers(-800, 800).map(lambda x: x / 8)


@given(EIGHTHS, EIGHTHS, st.floats(0, 1))
def test_goal_and_red_flag_either_way(goal, red, way):
    if goal == red:
        refused(GoalRedFlag, goal, red)
        return
    curve, beyond = GoalRedFlag(goal, red, 90, 10), 2 * goal - red
    assert at(curve, goal, red, beyond, 2 * red - goal) == [90, 10, 90, 10]
    x = red + way * (goal - red)
    (points,) = at(curve, x)
    exact = 10 + 80 * np.clip((x - red) / (goal - red), 0, 1)
    assert points == pytest.approx(exact, abs=1e-9)
    pieces = curve.shape()
    assert pieces.rising == (goal > red)
    assert pieces.names[pieces.edges.tolist().index(goal)] == "goal"


def test_faults_of_goal_and_red_flag():
    assert [f.column for f in refused(GoalRedFlag, "a", NAN, None, 10**400)] == [
        "goal", "red_flag", "most", "least",
    ]  # fmt: skip
    assert [f.column for f in refused(GoalRedFlag, 5, 2, 0, 10)] == ["least"]
