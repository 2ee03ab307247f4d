"""build_rows against a simple dict of children, and every fault there is."""

import re
import time
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.errors import InputError
from cascade_kpi.org.build import build_rows

pd = pytest.importorskip("pandas")

MILLION = 1_000_000


def build(ids, parents, roots="many", **options):
    return build_rows(ids, parents, roots=roots, source="units", **options)


def faults(ids, parents, roots="one", **options):
    with pytest.raises(InputError) as caught:
        build(ids, parents, roots=roots, **options)
    return caught.value.faults


def told(ids, parents, roots="one", **options):
    """(row, column, reason) of every fault."""
    return [(f.row, f.column, f.reason) for f in faults(ids, parents, roots, **options)]


def simple_tree(ids, parents):
    """source_row, parent, depth, size by dicts and a stack."""
    row_of = {value: row for row, value in enumerate(ids)}
    below = {}
    for row in sorted(range(len(ids)), key=ids.__getitem__):
        below.setdefault(row_of.get(parents[row]), []).append(row)
    order, waiting = [], [(row, -1, 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, parent, depth = waiting.pop()
        waiting += [(c, len(order), depth + 1) for c in reversed(below.get(row, []))]
        order.append((row, parent, depth))
    size = [1] * len(order)
    for i in range(len(order) - 1, 0, -1):
        if order[i][1] >= 0:
            size[order[i][1]] += size[i]
    return [list(column) for column in zip(*order, strict=True)] + [size]


def columns(rows):
    return [a.tolist() for a in (rows.source_row, rows.parent, rows.depth, rows.size)]


@st.composite
def tables(draw, names=None):
    """Ids and parents of a random forest, its rows shuffled."""
    numbers = st.integers(-(1 << 63), (1 << 63) - 1)
    names = names or st.sampled_from([st.text(min_size=1, max_size=12).map("i{}".format), numbers])
    ids = draw(st.lists(draw(names), min_size=1, max_size=30, unique=True))
    above = [draw(st.integers(-1, i - 1)) for i in range(len(ids))]
    rows = draw(st.permutations(range(len(ids))))
    return [ids[i] for i in rows], [None if above[i] < 0 else ids[above[i]] for i in rows]


@given(tables())
def test_agrees_with_a_simple_implementation(table):
    rows = build(*table)
    assert columns(rows) == simple_tree(*table)
    assert rows.index().find(table[0])[rows.source_row].tolist() == list(range(len(rows)))


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_only_source_row(table, random):
    ids, parents = table
    order = random.sample(range(len(ids)), len(ids))
    one, other = build(ids, parents), build([ids[i] for i in order], [parents[i] for i in order])
    assert columns(one)[1:] == columns(other)[1:]
    assert [order[i] for i in other.source_row] == one.source_row.tolist()


@pytest.mark.parametrize("span", [1, 3, 40])
def test_thousands_of_rows_over_many_levels(span):
    rng = np.random.default_rng(span)
    above = [max(-1, i - 1 - int(j)) for i, j in enumerate(rng.integers(0, span, 4000))]
    rows = rng.permutation(4000).tolist()
    ids = [f"unit {i:04d}" for i in rows]
    parents = [f"unit {above[i]:04d}" if above[i] >= 0 else "" for i in rows]
    missing = [parent or None for parent in parents]
    assert columns(build(ids, parents)) == simple_tree(ids, missing)


@pytest.mark.parametrize("deep", [498, 499, 500, 501, 502, 900])
def test_both_layouts_agree_where_one_hands_over_to_the_other(deep):
    ids = [*range(deep), *range(5000, 5003)]
    parents = [None, *range(deep - 1), None, 5000, 0]
    assert columns(build(ids, parents)) == simple_tree(ids, parents)


def test_arrays_are_int64_and_read_only():
    rows = build(["b", "a"], ["a", None])
    for array in (rows.source_row, rows.parent, rows.depth, rows.size):
        assert array.dtype == np.int64
        assert not array.flags.writeable
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("ids", "parents"),
    [
        ([1, 2, 3], [None, 1, 1]),
        ([1, 2, 3], [float("nan"), 1.0, 1.0]),
        ([1, 2, 3], ["", 1, 1]),
        ([1, np.int64(2), np.int8(3)], [pd.NA, 1, np.float64(1)]),
        (np.array([1, 2, 3]), np.array([np.nan, 1, 1])),
        (np.array([1, 2, 3], np.uint8), np.array([None, 1, 1], object)),
        (["1", "2", "3"], ["", "1", "1"]),
        (("1", "2", "3"), (None, "1", "1")),
        (np.array(["1", "2", "3"]), np.array(["", "1", "1"])),
        (np.array(["1", "2", "3"], object), np.array([np.nan, "1", "1"], object)),
        (["1", np.str_("2"), "3"], [pd.NaT, "1", np.str_("1")]),
        (pd.Series([1, 2, 3], index=[7, 8, 9]), pd.Series([None, 1, 1], index=[7, 8, 9])),
        (["1" * 90, "2", "3"], [None, "1" * 90, "1" * 90]),
    ],
)
def test_kinds_of_columns(ids, parents):
    assert columns(build(ids, parents, roots="one")) == [
        [0, 1, 2],
        [-1, 0, 0],
        [0, 1, 1],
        [3, 1, 1],
    ]


def test_large_numbers_beside_missing_ones_are_exact():
    big = 2**53
    rows = build([big, big + 1, 5], [None, big, big + 1])
    assert columns(rows) == [[0, 1, 2], [-1, 0, 1], [0, 1, 2], [3, 2, 1]]


@pytest.mark.parametrize(
    "ids",
    [["a\nb", "a", "b"], ["a\0", "a", "\0a"], ["\ud800", "é", "名"], ["a" * 8, "a" * 9, "a" * 7]],
)
def test_odd_text(ids):
    parents = [None, ids[0], ids[1]]
    assert columns(build(ids, parents, roots="one"))[0] == [0, 1, 2]


def test_siblings_and_roots_are_in_order_of_code_points():
    ids = ["\U0001f600", "\uffff", "B", "a", "10", "9"]
    assert [ids[i] for i in build(ids, [None] * 6).source_row] == sorted(ids)
    assert [[10, 9, -1][i] for i in build([10, 9, -1], [None] * 3).source_row] == [-1, 9, 10]


@pytest.mark.slow
@pytest.mark.parametrize("ids", [[f"P{i:07d}" for i in range(MILLION)], list(range(MILLION))])
def test_a_chain_of_a_million(ids):
    start = time.perf_counter()
    rows = build(ids[::-1], [*ids[-2::-1], None], roots="one")
    assert time.perf_counter() - start < 30
    assert rows.depth[-1] == MILLION - 1
    assert np.array_equal(rows.size, np.arange(MILLION, 0, -1))
    assert np.array_equal(rows.source_row, np.arange(MILLION)[::-1])


# ── faults ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("empty", [None, "", "  \t", float("nan"), pd.NA, "\u3000"])
def test_empty_id(empty):
    assert told(["a", empty], [None, "a"]) == [(1, "id", "empty id")]


def test_a_missing_number_among_ids_blames_only_its_own_row():
    assert told([1.0, float("nan"), 3.0], [None, 1.0, 1.0]) == [(1, "id", "empty id")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "must be text or a whole number, not bool"),
        (1.5, "must be text or a whole number, not float"),
        (b"a", "must be text or a whole number, not bytes"),
        ([1], "must be text or a whole number, not list"),
        (1 << 64, "whole number beyond 64 bits"),
    ],
)
def test_values_of_the_wrong_kind(value, reason):
    assert told([1, value], [None, 1]) == [(1, "id", reason)]
    assert told([1, 2], [None, value]) == [(1, "parent", reason)]


def test_floats_are_no_ids():
    assert [f.row for f in faults([1.0, 2.0], [None, 1.0])][:2] == [0, 1]


def test_mixed_ids_are_told_once():
    (fault,) = faults(["a", 1, "b"], [None, "a", "a"])
    assert (fault.row, fault.value) == (1, 1)
    assert fault.reason == "ids are mixed: 2 are text and 1 are numbers"


def test_duplicates_name_the_first_row():
    assert told(["a", "b", "b", "b"], [None, "a", "a", "b"]) == [
        (2, "id", "duplicate id, first given in row 1"),
        (3, "id", "duplicate id, first given in row 1"),
        (3, "parent", "its own parent"),
    ]


def test_unknown_parent_suggests_a_near_miss():
    (fault,) = faults(["east", "b"], [None, "esat"])
    assert (fault.row, fault.column, fault.value) == (1, "parent", "esat")
    assert fault.repair == "did you mean 'east'?"


def test_unknown_parent_written_as_the_other_kind():
    assert "a number" in faults([7, 8], [None, "7"])[0].repair
    assert "text" in faults(["7", "8"], [None, 7])[0].repair


def test_self_parent():
    assert told(["a", "b", "c"], [None, "b", "b"]) == [
        (1, "parent", "its own parent"),
        (2, "parent", "1 row hangs below the cycle of 'b': 'c'"),
    ]


def test_each_cycle_is_told_once_from_its_smallest_row():
    ids, parents = ["r", "x", "a", "b", "c", "y"], [None, "y", "b", "c", "a", "x"]
    assert told(ids, parents) == [
        (1, "parent", "cycle of 2, each naming the next as its parent: 'x' → 'y' → 'x'"),
        (2, "parent", "cycle of 3, each naming the next as its parent: 'a' → 'b' → 'c' → 'a'"),
    ]


def test_long_cycles_and_long_lists_are_cut():
    around = told(list(range(20)), [19, *range(19)])[0][2]
    assert around.startswith("cycle of 20")
    assert around.endswith("0 → 19 → 18 → 17 → 16 → 15 → 14 → 13 → …")
    behind = told([*range(22)], [None, 1] + [1] * 20)[1]
    assert behind == (
        2,
        "parent",
        "20 rows hang below the cycle of 1: 2, 3, 4, 5, 6, 7, 8, 9, …",
    )


def test_rows_behind_a_cycle_are_counted_through_several_levels():
    ids, parents = ["r", "a", "b", "e", "d", "c"], [None, "b", "a", "d", "c", "a"]
    assert told(ids, parents)[1] == (
        3,
        "parent",
        "3 rows hang below the cycle of 'a': 'e', 'd', 'c'",
    )


def test_a_cycle_beside_a_deep_chain():
    (fault,) = faults([*range(900), -1, -2], [None, *range(899), -2, -1])
    assert fault.reason == "cycle of 2, each naming the next as its parent: -1 → -2 → -1"


@pytest.mark.parametrize("value", [Decimal("sNaN"), {}, np.array([1, 2]), b""])
def test_parents_that_cannot_even_be_compared(value):
    (fault,) = faults(["a", "b"], [None, value], roots="many")
    assert fault.reason.startswith("must be text or a whole number, not ")


def test_cycles_are_found_beside_duplicates():
    reasons = [reason for _, _, reason in told(["r", "a", "b", "a"], [None, "b", "a", "r"])]
    assert reasons[0].startswith("duplicate id")
    assert reasons[1].startswith("cycle of 2")


def test_no_root():
    reasons = [reason for _, _, reason in told(["a", "b"], ["b", "a"])]
    assert reasons[-1] == "no root: every row names a parent"


def test_several_roots_are_listed_where_one_is_wanted():
    assert told(["a", "b", "c"], [None, "", "a"]) == [
        (0, "id", "one of 2 roots, where one is wanted"),
        (1, "id", "one of 2 roots, where one is wanted"),
    ]
    assert len(build(["a", "b", "c"], [None, "", "a"], roots="many")) == 3


def test_columns_of_different_lengths():
    assert told(["a", "b"], [None]) == [(None, None, "2 entries in id but 1 in parent")]
    assert told(["a"], [None, "zz"]) == [(None, None, "1 entries in id but 2 in parent")]


def test_no_rows():
    assert told([], []) == [(None, None, "no rows")]
    assert told(np.array([]), np.array([])) == [(None, None, "no rows")]


def test_unknown_choice_of_roots():
    assert faults(["a"], [None], roots="on")[0].repair == "did you mean 'one'?"


def test_every_fault_at_once():
    table = [
        ("hq", None),
        ("east", "hq"),
        ("", "hq"),
        (True, "hq"),
        (7, "hq"),
        ("east", "hq"),
        ("ann", "esat"),
        ("bob", "bob"),
        ("x", "y"),
        ("y", "x"),
        ("z", "y"),
        ("top", ""),
        ("eve", 2.5),
        ("kim", "bob"),
    ]
    ids, parents = map(list, zip(*table, strict=True))
    found = faults([*ids, "last"], parents, lines=range(2, 17))
    assert [(f.row, f.line, f.reason.split(",")[0].split(":")[0]) for f in found] == [
        (None, None, "15 entries in id but 14 in parent"),
        (2, 4, "empty id"),
        (3, 5, "must be text or a whole number"),
        (4, 6, "ids are mixed"),
        (5, 7, "duplicate id"),
        (6, 8, "unknown parent"),
        (7, 9, "its own parent"),
        (12, 14, "must be text or a whole number"),
        (13, 15, "1 row hangs below the cycle of 'bob'"),
        (8, 10, "cycle of 2"),
        (10, 12, "1 row hangs below the cycle of 'x'"),
        (0, 2, "one of 2 roots"),
        (11, 13, "one of 2 roots"),
    ]
    assert all(re.match(r"(give|write|did|name|break)\b", fault.repair) for fault in found)


def test_columns_are_called_what_they_are_called():
    found = faults(["a", "a"], [None, "q"], id_column="unit", parent_column="boss")
    assert [fault.column for fault in found] == ["unit", "boss"]


def test_thousands_of_unknown_parents_do_not_take_minutes():
    ids = [f"u{i}" for i in range(30_000)]
    start = time.perf_counter()
    found = faults(ids, [None, *(f"w{i}x" for i in range(29_999))])
    assert len(found) == 29_999
    assert time.perf_counter() - start < 20


@given(tables(), st.data())
def test_a_broken_tree_is_always_refused(table, data):
    ids, parents = table
    row = data.draw(st.integers(0, len(ids) - 1))
    lower = data.draw(st.sampled_from(build(ids, parents).source_row.tolist()))
    rows = build(ids, parents)
    at = rows.source_row.tolist()
    i = at.index(row)
    inside = at[i : i + int(rows.size[i])]
    broken = [*parents]
    broken[row] = ids[lower if lower in inside else row]  # a parent from below, or itself
    found = faults(ids, broken, roots="many")
    assert any("cycle of" in f.reason or f.reason == "its own parent" for f in found)
