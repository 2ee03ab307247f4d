"""Tables made from margins as documents: what was asked is written, and made again when read."""

import json

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import fitting
from tests.helpers import refused

AXES = fitting.Axes({"node": ["harbour", "market"], "period": ["Q1", "Q2", "Q3"]})
SEED = np.array([[0.0, 80, 120], [60, 50, 40]])
MARGINS = {"period": [70, 100, 150], "node": [170, 150]}


def fitted():
    return fitting.fit(SEED, MARGINS, axes=AXES, tolerance=1e-8, rounds=99)


STAGES = {
    "fitted": fitted,
    "three ways": lambda: fitting.fit(np.ones((2, 2, 2)), {(2, 0): [[1, 2], [3, 4]], 1: [6, 4]}),
    "lots": lambda: fitting.apportion(
        SEED, rows=[4, 5], columns=[2, 3, 4], axes=AXES, method=ck.methods.Jefferson()
    ),
    "rounded": lambda: fitting.round_to_margins(fitted()),
    "a table rounded": lambda: fitting.round_to_margins([[1.7, -0.7], [0.3, 2.7]]),
}


@pytest.mark.parametrize("make", STAGES.values(), ids=STAGES)
def test_it_comes_back_as_it_was(make):
    stage = make()
    text = ck.to_json(stage)
    again = ck.from_json(text, expect=type(stage))
    assert again == stage
    assert hash(again) == hash(stage)
    assert ck.to_json(again) == text
    assert again.values.tobytes() == stage.values.tobytes()
    at = tuple(labels[-1] for labels in stage.problem.labelled.labels.values())
    assert ck.explain(again, at).text(9) == ck.explain(stage, at).text(9)


@pytest.mark.parametrize("name", ["lots", "rounded"])
def test_whole_numbers_that_would_be_others_are_refused(name):
    document = json.loads(ck.to_json(STAGES[name]()))
    document["record"]["digest"] = "sha256:" + "0" * 64
    (fault,) = refused(ck.from_json, json.dumps(document))
    assert "makes other values" in fault.reason
    document["record"]["digest"] = None
    assert ck.from_json(json.dumps(document)) == STAGES[name]()


def test_documents_that_were_tampered_with_are_refused_with_their_place():
    document = json.loads(ck.to_json(STAGES["lots"]()))
    first, *_ = document["record"]["problem"]["margins"]
    document["record"]["problem"]["margins"] = [first]
    (fault,) = refused(ck.from_json, json.dumps(document))
    assert "not those of rows and of columns" in fault.reason
    document = json.loads(ck.to_json(fitted()))
    document["record"]["problem"]["margins"][0]["values"]["values"][0] = 71
    (fault,) = refused(ck.from_json, json.dumps(document))
    assert "1 apart" in fault.reason
    document["record"]["until"]["rounds"] = 0
    assert "a whole number from 1" in str(refused(ck.from_json, json.dumps(document))[0])


def test_margins_and_problems_of_no_sense_are_refused():
    odd = fitting.Margin((0,), [1.0, 2.0])
    for axes in ((0, 0), (1, 0)):
        assert "ascending" in refused(fitting.Margin, axes, odd.values)[0].reason
    for axes in (("a",), 0, [0], (-1,), (True,)):
        assert "whole numbers" in refused(fitting.Margin, axes, odd.values)[0].reason
    assert "have 1 axes, not 2" in refused(fitting.Margin, (0, 1), odd.values)[0].reason
