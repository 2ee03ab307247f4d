"""What is written is read again as it was."""

from __future__ import annotations

import enum
import json
import math
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.errors import InputError
from cascade_kpi.records import from_json, load, record, save, to_json
from tests.records.samples import (
    Better,
    Columns,
    Digits,
    Hidden,
    Mixed,
    NoCurve,
    Number,
    Plain,
    Power,
    Scored,
    Steps,
    again,
    envelope,
    fault_of,
    unregistered,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
reals = st.floats(allow_nan=False)
curves = st.recursive(
    st.builds(Power, exponent=st.floats(0, allow_nan=False), unit=texts)
    | st.builds(Steps, st.sets(reals, max_size=3).map(lambda x: tuple((v, -v) for v in sorted(x)))),
    lambda inner: st.builds(Mixed, st.tuples(inner, inner), st.dictionaries(texts, inner)),
    max_leaves=5,
)
plains = st.builds(
    Plain,
    whole=st.integers(),
    real=reals,
    text=texts,
    yes=st.booleans(),
    node=texts | st.integers(),
    floor=st.none() | reals,
    number=st.integers() | reals,
    better=st.sampled_from(Better),
    mode=st.sampled_from(["sum", "mean"]),
    day=st.dates(),
    share=st.fractions(),
    price=st.decimals(allow_nan=False),
    any=st.none() | texts | st.integers() | reals | st.dates() | st.fractions() | st.booleans(),
    limit=reals | st.dictionaries(texts, reals, max_size=2),
    pair=st.tuples(st.integers(), texts),
    weights=st.dictionaries(texts | st.sampled_from(["kind", "float", "array"]), reals),
    by_id=st.dictionaries(texts | st.integers(), st.lists(texts, max_size=2).map(tuple)),
    curve=st.none() | st.builds(Power),
)


@given(plains)
def test_plain_fields_come_back_with_their_types(plain):
    read = again(plain)
    for name in ("node", "number", "any", "limit"):
        assert type(getattr(read, name)) is type(getattr(plain, name))
    assert math.copysign(1, read.real) == math.copysign(1, plain.real)
    assert list(read.weights) == list(plain.weights)


@given(curves)
def test_nested_rules_come_back(curve):
    assert again(Scored(curve)).curve == curve


@given(st.lists(st.floats(width=64), max_size=8))
def test_float_columns_come_back_bit_for_bit(values):
    array = np.array(values, dtype=np.float64)
    array[np.isnan(array)] = np.nan  # the usual NaN: others are not kept apart
    read = again(Columns(array)).values
    assert read.tobytes() == array.tobytes()
    assert not read.flags.writeable


@pytest.mark.parametrize(
    "array",
    [
        np.array([-0.0, 0.0, np.nan, np.inf, -np.inf, 5e-324, 1.7976931348623157e308]),
        np.array([], dtype=np.int64),
        np.zeros((0, 3)),
        np.zeros((2, 0, 1), dtype=bool),
        np.array(3.5),
        np.array([-(2**63), 2**63 - 1]),
        np.array([2**64 - 1], dtype=np.uint64),
        np.array([[True, False], [False, False]]),
        np.arange(6.0).reshape(2, 3).T,
        np.array([0.1, np.inf, np.nan], dtype=np.float32),
        np.array(["东区", "", 'a"\n'], dtype=object),
        np.array(["东区", "x"]),
        np.array(["a", 1, 2.0, None, True, date(2026, 3, 31), Fraction(1, 3)], dtype=object),
        np.array(["2026-03-31", "NaT"], dtype="datetime64[D]"),
        np.array(["2026-03-31T23:59:59.000001"], dtype="datetime64[us]"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_keep_type_shape_and_elements(array):
    read = again(Columns(anything=array, columns={"b": array, "a": array}))
    assert read.anything.dtype.kind == array.dtype.kind
    assert read.anything.shape == array.shape
    assert list(read.columns) == ["b", "a"]
    if array.dtype.kind == "O":
        assert list(map(type, read.anything)) == list(map(type, array))
    else:
        assert read.anything.dtype == array.dtype
        assert read.anything.tobytes() == array.tobytes()


def test_numbers_that_are_not_finite_are_tagged_and_the_text_is_strict_json():
    text = to_json(Columns(np.array([np.nan, np.inf])))
    tree = json.loads(text, parse_constant=pytest.fail)
    assert tree["record"]["values"] == {
        "array": "float64",
        "shape": [2],
        "values": [None, {"float": "inf"}],
    }
    assert from_json(to_json(Plain(real=-math.inf, floor=math.inf))).real == -math.inf
    assert math.isnan(from_json(to_json(Plain(floor=math.nan))).floor)
    assert from_json(to_json(Plain(floor=None))).floor is None
    array = np.array([math.nan, None], dtype=object)
    nan, none = from_json(to_json(Columns(anything=array))).anything
    assert math.isnan(nan)
    assert none is None


def test_numpy_scalars_and_text_subclasses_become_plain():
    class Colour(enum.StrEnum):
        RED = "red"

    plain = Plain(
        whole=np.int64(3), real=np.float32(0.5), yes=np.True_, text=Colour.RED, any=np.int8(1)
    )
    tree = json.loads(to_json(plain))["record"]
    assert (tree["whole"], tree["real"], tree["yes"]) == (3, 0.5, True)
    assert (tree["text"], tree["any"]) == ("red", 1)
    assert json.loads(to_json(Plain(real=3)))["record"]["real"] == 3.0


def test_private_and_hidden_fields():
    tree = json.loads(to_json(Hidden(secret=4, kind="person", rows=1)))["record"]
    assert tree == {"kind": "test/hidden", "secret": 4, "kind_": "person"}
    read = from_json(to_json(Hidden(secret=4, kind="person", rows=1)))
    assert (read.twice, read.kind, read.rows) == (8, "person", 7)


def test_a_class_may_be_written_as_another():
    assert json.loads(to_json(Number(305)))["record"] == {
        "kind": "test/number",
        "digits": [3, 0, 5],
    }
    assert again(Number(305)) == Number(305)
    fault = fault_of(envelope({"kind": "test/number", "digits": [3, 12]}), expect=Number)
    assert "must be < 10" in fault.reason
    fault = fault_of(envelope({"kind": "test/number", "digits": []}), expect=Number)
    assert "invalid literal" in fault.reason
    with pytest.raises(TypeError, match="needs of"):
        record("test/no-form", written_as=NoCurve)(Digits)


def test_the_document_is_laid_out_for_readers():
    text = to_json(Scored(Steps(((0.0, 0.0), (1.0, 100.0)))))
    assert '"points": [\n        [0.0, 0.0],\n        [1.0, 100.0]\n      ]' in text
    column = to_json(Columns(np.arange(1000.0)))
    assert any(len(line) > 5000 for line in column.splitlines())
    assert to_json(NoCurve(), indent=None).count("\n") == 0
    head = json.loads(text)
    assert list(head) == ["schema", "version", "written_by", "record"]
    assert head["version"] == 1


def test_a_document_written_by_hand_may_leave_out_defaults_and_points():
    text = envelope({"kind": "test/plain", "real": 3, "floor": 2, "better": "MORE"})
    read = from_json(text, expect=Plain)
    assert read == Plain(real=3.0, floor=2.0)
    assert type(read.real) is type(read.floor) is float


def test_bytes_and_byte_order_marks():
    text = to_json(NoCurve("东区"))
    assert "东区" in text
    for given_text in (text.encode(), text.encode("utf-8-sig"), bytearray(text.encode())):
        assert from_json(given_text) == NoCurve("东区")
    assert from_json("\ufeff" + text) == NoCurve("东区")
    assert "not UTF-8 from byte 0" in fault_of(text.encode("utf-16")).reason


def test_files(tmp_path):
    path = tmp_path / "rules.json"
    save(Power(2.0), path)
    assert path.read_text(encoding="utf-8") == to_json(Power(2.0)) + "\n"
    assert load(str(path), expect=Power) == Power(2.0)
    with pytest.raises(InputError, match="not registered"):
        save(unregistered(), path)
    assert load(path) == Power(2.0)  # untouched
    path.write_text(envelope({"kind": "test/curves.power", "exponent": "2"}))
    with pytest.raises(InputError, match=r"rules.json \$.record.exponent = '2': a number"):
        load(path)
    with pytest.raises(InputError, match="more than the limit of 10"):
        load(path, limit=10)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.json")
