"""Points added and deducted for each step of attainment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused

AddDeduct = ck.curves.AddDeduct


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


def test_in_proportion():
    curve = AddDeduct(2, 3, most=120, least=10)
    assert at(curve, 0, 0.7, 0.995, 1, 1.005, 1.1, 1.2) == pytest.approx(
        [10, 10, 98.5, 100, 101, 120, 120]
    )
    assert at(AddDeduct(2, 3, least=None), -1, 2) == [-500, 300]


@given(st.integers(0, 300))
def test_whole_steps_are_counted_by_their_written_edges(percent):
    """At 1.15 fifteen steps are completed, though (1.15 − 1)/0.01 is 14.999… in floats."""
    away = percent - 100
    changes = {"add": 1, "deduct": 1, "most": 300, "least": -100}
    x = percent / 100
    completed, begun = (AddDeduct(**changes, counted=c) for c in ("completed", "begun"))
    assert at(completed, x) == at(begun, x) == [100 + away]
    # A little further from the target begins one more step, and completes no more.
    further = np.nextafter(x, np.inf if away >= 0 else -np.inf)
    sign = 1 if away >= 0 else -1
    assert at(completed, further) == [100 + away]
    assert at(begun, further) == [100 + away + sign if abs(away) < 200 else 100 + away]
    if away:
        nearer = np.nextafter(x, 1)
        assert at(completed, nearer) == [100 + away - sign]
        assert at(begun, nearer) == [100 + away]


def test_ends_differ_above_and_below():
    curve = AddDeduct(3, 7, most=110, least=80, counted="begun")
    assert at(curve, 1.001, 1.03, 1.031, 2) == [103, 109, 110, 110]
    assert at(curve, 0.999, 0.98, 0.979, 0) == [93, 86, 80, 80]
    assert at(AddDeduct(0, 5, counted="completed"), 0.5, 0.94, 2) == [0, 70, 100]


@pytest.mark.parametrize(
    ("fields", "columns"),
    [
        ({"add": "x", "deduct": NAN, "every": None, "base": "b", "at": 10**400, "most": "m",
          "least": NAN, "counted": "some"},
         ["add", "deduct", "every", "base", "at", "most", "least", "counted"]),
        ({"add": -1, "deduct": -2, "every": 0, "most": 90, "least": 101},
         ["add", "deduct", "every", "most", "least"]),
        ({"add": 1, "deduct": 1, "least": None, "counted": "begun"}, ["most", "least"]),
        ({"add": 1e-9, "deduct": 0, "most": 200, "counted": "completed"}, ["most"]),
    ],
)  # fmt: skip
def test_faults_are_told_together(fields, columns):
    assert [fault.column for fault in refused(AddDeduct, **fields)] == columns
