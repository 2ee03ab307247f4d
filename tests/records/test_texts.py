"""Texts that are broken, damaged, deep or long."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.errors import InputError
from cascade_kpi.records import from_json, kinds, to_json
from cascade_kpi.records._place import DEPTH
from tests.records.samples import (
    Columns,
    Deep,
    Mixed,
    NoCurve,
    Power,
    Steps,
    Tree,
    envelope,
    fault_of,
)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "empty", None),
        (" \n ", "empty", None),
        (7, "JSON text is wanted, not a value of type int", None),
        (None, "not a value of type NoneType", None),
        ('{"schema": "casc', "breaks off before its end (column 12)", 1),
        ('{\n"schema": "cascade_kpi",\n"version"', "breaks off", 3),
        ('{"schema": "cascade_kpi"} {}', "follows the end", 1),
        ("{'schema': 1}", "not JSON: expecting property name", 1),
        ('{"a": 1,\n "b": 01}', "not JSON: expecting ',' delimiter (column 8)", 2),
        ('{"a": "\t"}', "not JSON: invalid control character", 1),
        ("[" * 100_000, "nested more than 100 deep", None),
        ('{"a":' * 100_000, "nested more than 100 deep", None),
        ("[" * 101 + "]" * 101, "nested more than 100 deep", None),
    ],
)
def test_texts_that_are_not_json(text, reason, line):
    fault = fault_of(text)
    assert reason in fault.reason
    assert fault.line == line


def test_brackets_in_texts_and_side_by_side_are_not_nested():
    name = '[{"\\' * 200
    assert from_json(to_json(NoCurve(name))) == NoCurve(name)
    wide = Tree("root", tuple(Tree(str(i)) for i in range(300)))
    assert from_json(to_json(wide)) == wide


WORDS = """kind array shape values float date points curves limit any anything columns by_id
weights curve share inner row table"""
KEYS = st.sampled_from(WORDS.split())
SOUND = [kind for kind in kinds() if kind.startswith("test/") and "bad" not in kind]
TOKENS = st.sampled_from([*SOUND, "float64", "datetime64[D]", "object", "inf", "1/0", "NaT"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | TOKENS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner),
    max_leaves=12,
)


@given(TOKENS, st.dictionaries(KEYS, trees))
def test_no_document_ends_in_anything_but_an_object_or_an_input_error(kind, fields):
    with contextlib.suppress(InputError):
        assert to_json(from_json(envelope({**fields, "kind": kind})))


@given(st.data())
def test_no_damaged_text_ends_in_anything_but_an_object_or_an_input_error(data):
    text = bytearray(to_json(Columns(np.array([1.5, np.nan]), np.array(["é", 1], object))).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        assert to_json(from_json(text))


def test_every_truncation_is_told():
    text = to_json(Mixed((Power(), Steps(((0.0, -1e-5),)))))
    for end in range(len(text)):
        fault = fault_of(text[:end])
        assert "breaks off" in fault.reason or "empty" in fault.reason or "not JSON" in fault.reason


def test_importing_the_registry_does_not_import_what_reads_and_writes():
    code = (
        "import sys, cascade_kpi.records; "
        "print([m for m in sys.modules if m.startswith('cascade_kpi.records._')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_limit():
    text = to_json(NoCurve())
    assert from_json(text, limit=len(text)) == NoCurve()
    assert "more than the limit" in fault_of(text, limit=len(text) - 1).reason


def _chain(n: int) -> Tree:
    tree = Tree("leaf")
    for _ in range(n):
        tree = Tree("node", (tree,))
    return tree


def test_writer_and_reader_agree_on_how_deep_a_record_may_be():
    deepest = (DEPTH - 3) // 2  # a list and an object each; the envelope, the root, the last list
    assert from_json(to_json(_chain(deepest))).name == "node"
    with pytest.raises(InputError, match="nested more than 100 deep"):
        to_json(_chain(deepest + 1))
    with pytest.raises(InputError, match="nested more than 100 deep"):
        to_json(_chain(5000))


@pytest.mark.parametrize(
    ("leaf", "deepest"),
    [
        (Deep(), 98),
        (Deep(row=(1, 2)), 97),
        (Deep(items=()), 97),
        (Deep(table={}), 97),
        (Deep(array=np.zeros(1)), 96),  # the list of values is within an object
    ],
    ids=lambda value: None if isinstance(value, int) else "leaf",
)
def test_every_container_counts(leaf, deepest):
    tree = leaf
    for _ in range(deepest):
        tree = Deep(tree)
    assert from_json(to_json(tree)) == tree
    with pytest.raises(InputError, match="nested more than 100 deep"):
        to_json(Deep(tree))


@pytest.mark.parametrize("verb", [from_json, to_json])
def test_a_stack_that_is_nearly_full_is_told(verb):
    given_value = _chain(40) if verb is to_json else to_json(_chain(40))

    def down(n: int) -> Any:
        return down(n - 1) if n else verb(given_value)

    seen = set()
    for n in range(500, 1000, 20):
        try:
            down(n)
        except InputError as error:
            seen.add(error.faults[0].reason[:15])
        except RecursionError:  # before from_json was entered, or as it was
            break
    assert seen == {"nested too deep"}
