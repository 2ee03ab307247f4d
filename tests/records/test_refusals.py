"""Values and documents that are refused, each fault with its path."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import numpy as np
import pytest

from cascade_kpi.errors import InputError
from cascade_kpi.records import from_json, to_json
from tests.records.samples import (
    Columns,
    Curve,
    Mixed,
    Named,
    NoCurve,
    Plain,
    Power,
    Raw,
    Scored,
    Steps,
    Texts,
    again,
    envelope,
    fault_of,
    faults_of,
    unregistered,
)


@pytest.mark.parametrize(
    ("obj", "path", "reason"),
    [
        (3.5, "$.record", "a float cannot be written"),
        (Scored(unregistered()), "$.record.curve", "a Curve is wanted here"),
        (Mixed((Power(), "x")), "$.record.curves[1]", "not a value of type str"),
        (Plain(real="3"), "$.record.real", "a number is wanted"),
        (Plain(whole=True), "$.record.whole", "a whole number is wanted"),
        (Plain(real=2**53 + 1), "$.record.real", "exactly"),
        (Plain(real=10**400), "$.record.real", "exactly"),
        (Plain(whole=10**4300), "$.record.whole", "4,300 digits"),
        (Plain(share=Fraction(1, 10**4300)), "$.record.share", "too many digits"),
        (Plain(text="\ud800"), "$.record.text", "surrogate"),
        (Plain(weights={3: 1.0}), "$.record.weights[3]", "a text is wanted"),
        (Plain(any=[1]), "$.record.any", "a plain value is wanted"),
        (Plain(any=datetime(2026, 1, 1)), "$.record.any", "a plain value"),  # noqa: DTZ001 - a moment without a zone is what is tried
        (Plain(pair=(1, "a", 2)), "$.record.pair", "a list of 2"),
        (Plain(mode="max"), "$.record.mode", 'one of "sum", "mean"'),
        (Columns(np.array([1, 2])), "$.record.values", "an array of float64"),
        (Columns(anything=np.array([1j])), "$.record.anything", "complex128"),
        (Raw(np.ma.masked_array([1.0], [True])), "$.record.array", "MaskedArray"),
        (Columns(anything=np.array([[]] * 2 + [None], dtype=object)), None, "a plain value"),
        (Columns(anything=np.array(["\udfff"], dtype=object)), None, "surrogate"),
        (Columns(anything=np.array(["12026-01-01"], dtype="M8[D]")), None, "years"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_path(obj, path, reason):
    with pytest.raises(InputError) as caught:
        to_json(obj)
    fault = caught.value.faults[0]
    assert reason in fault.reason
    assert path is None or fault.source == path


def test_a_mapping_that_would_be_read_as_a_number_is_refused():
    assert again(Plain(limit={"float": 1.0})).limit == {"float": 1.0}
    with pytest.raises(InputError, match="read as another type"):
        to_json(Texts({"float": "inf"}))
    assert again(Texts({"float": "x"})).by_name == {"float": "x"}


def test_all_faults_come_together_with_their_paths():
    text = envelope(
        {
            "kind": "test/curves.mixed",
            "curves": [
                {"kind": "test/curves.steps", "points": [[0, 1], [1], ["a", None]]},
                {"kind": "test/curves.power", "exponent": -1},
                {"kind": "test/curves.powr"},
                {"kind": "nobody/curves.power"},
                {"kind": "test/curves.steps", "pionts": []},
                {"kind": "test/not-a-curve"},
                {"exponent": 1},
                7,
            ],
            "by_name": {"东 区": {"kind": "test/curves.steps", "points": [[1, 0], [0, 0], [0, 1]]}},
            "unti": "x",
        }
    )
    told = {(fault.source, fault.reason): fault.repair for fault in faults_of(text)}
    at = "$.record.curves"
    steps = "$.record.by_name['东 区'] (curve)"
    expected = {
        (f"{at}[0].points[1]", "a list of 2 is wanted here, not of 1"): "write a list of 2",
        (f"{at}[0].points[2][0]", "a number is wanted here, not a text"): "write a number",
        (f"{at}[0].points[2][1]", "a number is wanted here, not null"): "write a number",
        (f"{at}[1]", "'exponent' must be >= 0: -1.0"): "correct the values of this record",
        (f"{at}[2].kind", "unknown kind"): "did you mean 'test/curves.power'?",
        (
            f"{at}[3].kind",
            "unknown kind",
        ): "import the package that defines this kind before reading",
        (f"{at}[4].pionts", "unknown key"): "did you mean 'points'?",
        (f"{at}[4].points", "this key is missing"): "add it",
        (f"{at}[7]", "a Curve is wanted here, not a number"): "write a Curve",
        (steps, "x does not rise"): "sort the points",
        ("$.record.unti", "unknown key"): "did you mean 'unit'?",
    }
    assert expected.items() <= told.items()
    assert (f"{at}[6].kind", "this key is missing") in told
    assert (f"{at}[5]", "a Curve is wanted here, not this kind") in told
    assert len([fault for fault in faults_of(text) if fault.source == steps]) == 2


def test_unknown_kinds_are_told_by_their_namespace():
    def repair(kind: str) -> str:
        return fault_of(envelope({"kind": kind})).repair

    assert repair("nobody/plain") == "import the package that defines this kind before reading"
    assert repair("tset/plain") == "did you mean 'test/plain'?"
    assert repair("test/plian") == "did you mean 'test/plain'?"
    assert repair("test/zzzzzz").startswith("use one of 'test/")


def test_the_first_error_of_a_class_is_kept_for_its_traceback():
    text = envelope({"kind": "test/curves.power", "exponent": -1})
    with pytest.raises(InputError) as caught:
        from_json(text)
    assert isinstance(caught.value.__cause__, ValueError)


def test_expectations():
    power = to_json(Power())
    assert from_json(power, expect=Curve) == Power()
    assert from_json(power, expect=Named) == Power()  # only a type checker can tell
    fault = fault_of(power, expect=Steps)
    assert fault.reason == "a Steps is wanted here, not this kind"
    assert fault.repair == "use one of 'test/curves.steps'"
    assert "a Curve is wanted" in fault_of(to_json(NoCurve()), expect=Curve).reason


@pytest.mark.parametrize(
    ("more", "path", "reason", "repair"),
    [
        ({"schema": "other"}, "$.schema", '"cascade_kpi" is wanted', "to_json"),
        ({"version": 2}, "$.version", "newer cascade_kpi (9.9)", "upgrade"),
        ({"version": 0}, "$.version", "unknown version", "write 1"),
        ({"version": "1"}, "$.version", "unknown version", "write 1"),
        ({"version": True}, "$.version", "unknown version", "write 1"),
        ({"recrod": 1}, "$.recrod", "unknown key", "did you mean 'record'?"),
        ({"record": [1]}, "$.record", "a record is wanted here, not a list", "write"),
        ({"record": {"kind": 3}}, "$.record.kind", "a kind is a text", "say which"),
    ],
)
def test_envelopes(more, path, reason, repair):
    whole = {"record": {"kind": "test/not-a-curve"}, "written_by": "9.9", **more}
    fault = fault_of(envelope(**whole))
    assert fault.source == path
    assert reason in fault.reason
    assert repair in fault.repair


def test_envelope_keys_that_are_missing():
    assert fault_of('{"a": 1, "b": 2}').source == "$.schema"
    assert fault_of("[1]").reason == "an object is wanted here"
    missing = faults_of('{"schema": "cascade_kpi"}')
    assert [fault.source for fault in missing] == ["$.version", "$.record"]


@pytest.mark.parametrize(
    ("field_json", "path", "reason"),
    [
        ('"real": NaN', ".real", "NaN is not JSON"),
        ('"real": -Infinity', ".real", "-Infinity is not JSON"),
        ('"real": 1e999', ".real", "too large for float64"),
        ('"real": 1' + "0" * 400, ".real", "too large for float64"),
        ('"real": null', ".real", "a number is wanted here, not null"),
        ('"real": true', ".real", "a number is wanted here, not true or false"),
        ('"real": {"float": "Inf"}', ".real", "not an object"),
        ('"whole": 1.0', ".whole", "a whole number is wanted"),
        ('"whole": ' + "9" * 5000, ".whole", "a whole number of 5,000 digits"),
        ('"whole": "1"', ".whole", "not a text"),
        ('"yes": 1', ".yes", "true or false is wanted here, not a number"),
        ('"none": 0', ".none", "null is wanted"),
        ('"text": "\\ud800"', ".text", "surrogate"),
        ('"node": 1.5', ".node", "a text or a whole number is wanted"),
        ('"better": "HIHGER"', ".better", "unknown choice"),
        ('"better": 1', ".better", 'one of "HIGHER", "LOWER", "MORE"'),
        ('"mode": "max"', ".mode", "unknown choice"),
        ('"day": "2026-02-30"', ".day", "not a date"),
        ('"day": "20260228"', ".day", "not the one spelling"),
        ('"share": "1/0"', ".share", "not a fraction"),
        ('"share": "1e999999999"', ".share", "not a fraction"),
        ('"share": "2/6"', ".share", "not the one spelling"),
        ('"price": "ten"', ".price", "not a decimal"),
        ('"any": [1]', ".any", "not a list"),
        ('"any": {"date": "x"}', ".any.date", "not a date"),
        ('"any": {"time": "x"}', ".any", "a plain value is wanted"),
        ('"limit": "x"', ".limit", "a number is wanted here, not a text"),
        ('"pair": [1, 2]', ".pair[1]", "a text is wanted"),
        ('"weights": []', ".weights", "an object is wanted"),
        ('"weights": {"a": 1, "a": 2}', ".weights.a", "more than once"),
        ('"by_id": [[1, []], [1, []]]', ".by_id[1]", "more than once"),
        ('"by_id": [[1.5, []]]', ".by_id[0][0]", "is wanted here, not a number"),
        ('"curve": {"kind": "test/not-a-curve"}', ".curve", "a Power or a Steps is wanted"),
        ('"text": "a", "text": "b"', ".text", "more than once"),
    ],
)
def test_values_of_another_type(field_json, path, reason):
    text = envelope(0).replace(": 0}", f': {{"kind": "test/plain", {field_json}}}}}')
    fault = fault_of(text)
    assert fault.source == f"$.record{path}"
    assert reason in fault.reason
    assert fault.repair


@pytest.mark.parametrize(
    ("array", "path", "reason"),
    [
        ({"shape": [1], "values": [1]}, "", "an array is wanted"),
        ({"array": "float64", "values": [1.0]}, ".shape", "missing"),
        ({"array": "float64", "shape": [1], "values": [1.0], "x": 1}, ".x", "unknown key"),
        ({"array": "f8,i4", "shape": [0], "values": []}, ".array", "unknown type of array"),
        ({"array": "float64", "shape": [2], "values": [1.0]}, ".shape", "do not make"),
        ({"array": "float64", "shape": [-1], "values": [1.0]}, ".shape", "do not make"),
        ({"array": "float64", "shape": [True], "values": [1.0]}, ".shape", "do not make"),
        ({"array": "float64", "shape": 1, "values": [1.0]}, ".shape", "do not make"),
        ({"array": "float64", "shape": [0, 10**30], "values": []}, ".shape", "do not make"),
        ({"array": "float64", "shape": [1], "values": 1.0}, ".values", "a list is wanted"),
        ({"array": "float64", "shape": [2], "values": [1, "2"]}, ".values[1]", "a number or null"),
        ({"array": "float64", "shape": [2], "values": [1, True]}, ".values[1]", "true or false"),
        ({"array": "float64", "shape": [1], "values": [10**400]}, ".values[0]", "too large"),
        ({"array": "float32", "shape": [1], "values": [1e300]}, ".values[0]", "range of float32"),
        ({"array": "int8", "shape": [2], "values": [1, 300]}, ".values[1]", "range of int8"),
        ({"array": "int64", "shape": [1], "values": [1.0]}, ".values[0]", "a whole number"),
        ({"array": "int64", "shape": [1], "values": [None]}, ".values[0]", "a whole number"),
        ({"array": "bool", "shape": [1], "values": [1]}, ".values[0]", "true or false is"),
        ({"array": "str", "shape": [1], "values": [1]}, ".values[0]", "a text is wanted"),
        ({"array": "object", "shape": [1], "values": [[]]}, ".values[0]", "a plain value"),
        ({"array": "object", "shape": [1], "values": ["\ud800"]}, ".values[0]", "surrogate"),
        ({"array": "datetime64[D]", "shape": [1], "values": ["today"]}, ".values[0]", "unit 'D'"),
        ({"array": "datetime64[D]", "shape": [1], "values": ["2026-02-30"]}, ".values[0]", "unit"),
        ({"array": "datetime64[D]", "shape": [1], "values": ["2026"]}, ".values[0]", "unit 'D'"),
    ],
)
def test_arrays_that_are_not(array, path, reason):
    fault = fault_of(envelope({"kind": "test/columns", "anything": array}))
    assert fault.source == f"$.record.anything{path}"
    assert reason in fault.reason


def test_an_array_of_another_type_than_the_field_wants():
    array = {"array": "int64", "shape": [1], "values": [1]}
    fault = fault_of(envelope({"kind": "test/columns", "values": array}))
    assert fault.reason == "an array of float64 is wanted here"


def test_faults_stop_when_nobody_reads_them_any_more():
    array = {"array": "bool", "shape": [50_000], "values": [1] * 50_000}
    assert len(faults_of(envelope({"kind": "test/columns", "anything": array}))) == 10_000
