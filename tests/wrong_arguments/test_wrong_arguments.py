"""No wrong argument of a public function ends in anything but an InputError."""

import contextlib
from pathlib import Path

import numpy as np
import pytest

import cascade_kpi as ck
from tests.wrong_arguments import (
    alignment,
    blending,
    calibrating,
    commitments,
    comparing,
    drivers,
    examining,
    judging,
    kpis,
    moving,
    org,
    plan,
    rating,
    records,
    reporting,
    results,
    scoring,
    sweeping,
    targets,
)
from tests.wrong_arguments.stages import KPI, PLAN, TREE

JUNK = [
    None, 5, -1, 10**400, float("nan"), True, "x", "\ud800", b"x", [], [None], ["a", 1], ("x",), {},
    {"x": [1]}, {1: 2}, {"x"}, object(), np.array([1.0]), np.array(["x"]), np.array(5.0), ck.Kpi,
]  # fmt: skip
ROOMS = [
    alignment, blending, calibrating, commitments, comparing, drivers, examining, judging, kpis,
    moving, org, plan, rating, records, reporting, results, scoring, sweeping, targets,
]  # fmt: skip
CALLS = {name: call for room in ROOMS for name, call in room.CALLS.items()}


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, argument) for name, (_, good) in CALLS.items() for argument in good],
)
def test_a_wrong_argument_is_refused_or_taken(name, argument):
    call, good = CALLS[name]
    documented = (ck.InputError, FileNotFoundError) if name == "load" else ck.InputError
    for junk in JUNK:
        with contextlib.suppress(documented):
            call(**{**good, argument: junk})


def test_no_room_is_left_out():
    files = {path.stem for path in Path(__file__).parent.glob("*.py")}
    told = {room.__name__.rpartition(".")[2] for room in ROOMS}
    assert files - {"__init__", "stages", Path(__file__).stem} == told


def test_no_two_rooms_name_a_call_alike():
    assert len(CALLS) == sum(len(room.CALLS) for room in ROOMS)


def test_arguments_of_a_verb_are_told_together():
    for call, count in (
        (lambda: ck.score(None, None), 2), (lambda: ck.improve(None, 5, start="today"), 3),
        (lambda: ck.report(PLAN, lights=5, limits={}), 2),
        (lambda: ck.Targets.from_columns(5, [KPI], None, periods="p"), 2),
    ):  # fmt: skip
        with pytest.raises(ck.InputError) as refused:
            call()
        assert len(refused.value.faults) == count


def test_rows_are_those_of_the_tree():
    assert TREE.node(np.int64(5)).id == TREE.node(5).id
    for row in (-1, 6, 1.0, "0", True, None):
        with pytest.raises(ck.InputError, match="from 0 to 5"):
            TREE.node(row)


def test_one_id_is_not_a_list_of_its_letters():
    with pytest.raises(ck.InputError, match="list"):
        TREE.find("ann")
    assert TREE.find(id_ for id_ in ["ann", "x"]).tolist() == [TREE.row("ann"), -1]
