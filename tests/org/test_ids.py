"""IdIndex against a dict, over every kind of id that takes another way inside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.org import slots
from cascade_kpi.org.ids import IdIndex
from cascade_kpi.org.words import stable_order

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too
ODD_TEXT = st.text("\0\n a\ud800é", max_size=6)
PREFIXED = st.integers(0, 300).map("employee-number-{:09d}".format)
LONG_TEXT = st.text("ab", min_size=0, max_size=90)
WIDTHS = st.sampled_from([7, 8, 9, 15, 16, 17, 63, 64, 65]).flatmap(
    lambda width: st.text("xyz", min_size=width, max_size=width)
)
TEXTS = st.one_of(*[st.lists(s, max_size=40) for s in (ANY_TEXT, ODD_TEXT, PREFIXED, LONG_TEXT)])
NUMBERS = st.lists(
    st.one_of(st.integers(-9, 30), st.integers(-(1 << 63), (1 << 63) - 1)), max_size=40
)


def first_rows(ids):
    rows = {}
    for row, value in enumerate(ids):
        rows.setdefault(value, row)
    return rows


def by_id(ids):
    """Rows by id; text by its UTF-8 bytes."""
    if ids and isinstance(ids[0], str):
        return sorted(range(len(ids)), key=lambda row: ids[row].encode("utf-8", "surrogatepass"))
    return sorted(range(len(ids)), key=ids.__getitem__)


def assert_same_as_dict(ids, wanted):
    index, rows = IdIndex.of(ids), first_rows(ids)
    expected = [rows.get(value, -1) for value in wanted]
    assert index.find(wanted).tolist() == expected
    assert [index.find_one(value) for value in wanted] == expected
    assert index.first.tolist() == [rows[value] for value in ids]
    assert index.repeated.tolist() == [i for i, value in enumerate(ids) if rows[value] != i]
    assert index.order().tolist() == by_id(ids)
    assert index.find(wanted).dtype == index.order().dtype == np.int64
    assert len(index) == len(ids)


@given(TEXTS, st.lists(st.one_of(ANY_TEXT, ODD_TEXT, PREFIXED, LONG_TEXT), max_size=10))
def test_text_is_found_as_in_a_dict(ids, wanted):
    assert_same_as_dict(ids, wanted + ids[::-1])


@given(st.lists(WIDTHS, max_size=20), st.lists(WIDTHS, max_size=10))
def test_text_about_the_width_of_words(ids, wanted):
    assert_same_as_dict(ids, wanted + [value[:-1] for value in ids] + ids)


@given(NUMBERS, NUMBERS)
def test_numbers_are_found_as_in_a_dict(ids, wanted):
    assert_same_as_dict(ids, wanted + ids[::-1])


@pytest.mark.parametrize("ids", [[f"P{i:05d}" for i in range(60_000)], list(range(0, 180_000, 3))])
def test_many_ids_over_several_chunks(ids):
    rng = np.random.default_rng(3)
    ids = [ids[i] for i in rng.integers(0, len(ids), len(ids))]
    step = 97
    index, rows = IdIndex.of(ids), first_rows(ids)
    assert index.first.tolist() == [rows[value] for value in ids]
    assert index.order().tolist() == by_id(ids)
    assert [index.find_one(value) for value in ids[::step]] == index.find(ids)[::step].tolist()


def test_trailing_nul_and_padding_are_not_confused():
    index = IdIndex.of(["a", "b", "a\0b"])
    assert index.find(["a\0", "a", "", "\0", "a\0b", "a\0b\0"]).tolist() == [-1, 0, -1, -1, 2, -1]
    assert index.find_one("a\0") == -1
    assert IdIndex.of(["a\0", "a"]).find(["a", "a\0", "a\0\0"]).tolist() == [1, 0, -1]


def test_a_longer_text_with_the_same_first_words_is_not_found():
    index = IdIndex.of(["abcdefgh", "abcdefgi"])
    assert index.find(["abcdefghi", "abcdefg"]).tolist() == [-1, -1]
    assert index.find_one("abcdefghi") == -1


def test_text_that_differs_only_in_bits_that_ids_share_is_not_found():
    # These ids differ in one character only; the rest is squeezed out.
    index = IdIndex.of(["team-of-the-east-1", "team-of-the-east-2"])
    assert index.find(["Team-of-the-east-1", "team-of-the-east-2"]).tolist() == [-1, 1]
    assert index.find_one("Team-of-the-east-1") == -1


def test_text_sorts_by_code_point_not_by_utf16():
    ids = ["\U0001f600", "\uffff", "é", "z", "ze", "e"]
    assert [ids[i] for i in IdIndex.of(ids).order()] == sorted(ids)


def test_values_of_other_kinds_are_not_found():
    text, number = IdIndex.of(["1", "True", "None"]), IdIndex.of([0, 1, 2])
    odd = [None, 1, 1.5, True, float("nan"), [], b"1"]
    assert text.find(odd).tolist() == [-1] * 7
    assert number.find([None, "1", 1.5, True, np.True_, float("nan"), [], 1 << 70]).tolist() == (
        [-1] * 8
    )
    assert [number.find_one(value) for value in odd] == [-1, 1, -1, -1, -1, -1, -1]
    assert [text.find_one(value) for value in odd] == [-1] * 7


def test_floats_of_whole_numbers_find_them_exactly():
    big = 2**53 + 1
    index = IdIndex.of([big, 7, big - 1])
    assert index.find([7.0, float(big), big]).tolist() == [1, 2, 0]
    assert index.find(np.array([7.0, np.nan, np.inf])).tolist() == [1, -1, -1]


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint64, object])
def test_arrays_of_numbers(dtype):
    index = IdIndex.of(np.array([5, 3, 9], dtype))
    assert index.find(np.array([9, 3, 4], dtype)).tolist() == [2, 1, -1]
    assert index.find(np.array([2**63 + 5], np.uint64)).tolist() == [-1]
    assert index.find_one(np.int32(3)) == 1


@pytest.mark.parametrize("dtype", ["U3", object])
def test_arrays_of_text(dtype):
    index = IdIndex.of(np.array(["e", "cc", "i"], dtype))
    assert index.find(np.array(["i", "cc", "x"], dtype)).tolist() == [2, 1, -1]
    assert index.find_one(np.str_("cc")) == 1


def test_blank_ids_are_told():
    ids = ["a", "", " a", " \t\n", "\u3000", "\u3042", "\x1f", "\N{NO-BREAK SPACE}b"]
    assert IdIndex.of(ids).blank.tolist() == [1, 3, 4, 6]


@pytest.mark.parametrize(
    "ids", [["a", 1], [1, "a"], [True], [1, True], [1.0], [None], ["a", None], [b"a"], [[]]]
)
def test_what_cannot_be_an_id_is_refused(ids):
    with pytest.raises(TypeError, match="all text or all whole numbers: row"):
        IdIndex.of(ids)


def test_numbers_beyond_64_bits_are_refused():
    with pytest.raises(OverflowError, match="row 1"):
        IdIndex.of([1, 1 << 63])


@pytest.mark.parametrize(
    "ids",
    [
        ["hq", "east", "ann", "bob"],
        ["x" * 80, "y" * 80, "z", "\0"],
        [4, 2, 1, 3],
        [10**15, -(10**15), 5, 0],
    ],
)
def test_take_is_the_index_of_the_reordered_ids(ids):
    order = np.array([2, 0, 3, 1])
    moved = [ids[i] for i in order]
    index = IdIndex.of(ids).take(order)
    assert index.find([*ids, "no", -77]).tolist() == [1, 3, 0, 2, -1, -1]
    assert [index.find_one(value) for value in moved] == [0, 1, 2, 3]
    assert index.order().tolist() == by_id(moved)


def test_take_moves_blank_rows_and_refuses_what_it_cannot_reorder():
    assert IdIndex.of(["a", "", "b"]).take(np.array([1, 2, 0])).blank.tolist() == [0]
    with pytest.raises(ValueError, match="every row once"):
        IdIndex.of(["a", "a"]).take(np.array([1, 0]))
    with pytest.raises(ValueError, match="every row once"):
        IdIndex.of(["a", "b"]).take(np.array([1]))


def colliding(n):
    """Numbers that all hash to slot 0: the hash is undone, for small results."""
    inverse = pow(0x9E37_79B9_7F4A_7C15, -1, 1 << 64)
    numbers = []
    for i in range(n):
        mixed = i * inverse % (1 << 64)
        for _ in range(3):  # undoes x ^ x >> 29
            mixed = i * inverse % (1 << 64) ^ mixed >> 29
        numbers.append(mixed)
    return numbers


def test_ids_chosen_to_collide_stay_correct():
    numbers = colliding(400)
    column = np.array(numbers, np.uint64)
    assert slots.Hashed.of((column,)) is None  # or this test tests nothing
    ids = [number - (1 << 63) for number in numbers]  # the lowest of them has key 0
    assert min(ids) == -(1 << 63)
    assert_same_as_dict(ids * 2, [*ids, 5])


def test_a_table_of_colliding_keys_agrees_with_a_dict():
    keys = colliding(300) * 2
    column = np.array(keys, np.uint64)
    table, first = slots.Colliding.of((column,))
    assert first.tolist() == list(range(300)) * 2
    assert table.many((column[::-1],)).tolist() == first[::-1].tolist()
    assert [table.one((key,)) for key in [*keys[:3], 3]] == [0, 1, 2, -1]
    moved = table.moved((column,), np.arange(600)[::-1])
    assert moved.one((keys[0],)) == 599


@given(st.lists(st.integers(0, (1 << 40) - 1), max_size=50))
def test_stable_order_sorts_and_keeps_ties(keys):
    column = np.array(keys, np.uint64)
    low = np.array([i % 2 for i in range(len(keys))], np.int64)
    expected = sorted(range(len(keys)), key=lambda i: (keys[i], i % 2))
    assert stable_order([column, low], [40, 1]).tolist() == expected
