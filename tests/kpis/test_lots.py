"""Lots: exact decimal amounts."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused

SIZES = st.sampled_from(
    ["0.01", "1", "1000", "0.3", "0.7", "2.5", "0.000001", "37", "1e-12", "12.34"]
)


@given(SIZES, st.integers(-(1 << 50), 1 << 50))
def test_so_many_lots_are_the_nearest_float_and_are_read_back(size, lots):
    lot = ck.Lot(size)
    values = lot.values(np.array([lots]))
    assert values[0] == float(lots * Fraction(size))
    counts, fine = lot.whole(values)
    assert fine[0]
    assert counts[0] == lots


@given(SIZES, st.integers((1 << 50) + 1, (1 << 51) - 1))
def test_the_same_for_the_largest_goals(size, lots):
    lot = ck.Lot(size)
    values = lot.values(np.array([lots, -lots]))
    assert values.tolist() == [float(lots * Fraction(size)), float(-lots * Fraction(size))]
    counts, fine = lot.whole(values)
    assert fine.all()
    assert counts.tolist() == [lots, -lots]


@pytest.mark.parametrize(
    "size",
    [
        0,
        -1,
        "0.0",
        "-0.01",
        NAN,
        float("inf"),
        "abc",
        "",
        "1/3",
        "1e40",
        "٣",
        "1__0",
        "_1",
        "1_",
        " 1",
        "0x10",
        "1e99999999999999999999",
        None,
        True,
    ],
)
def test_a_lot_is_a_decimal_number_above_zero(size):
    (fault,) = refused(ck.Lot, size)
    assert fault.source == "lot"


def test_a_lot_of_thousands_of_digits_is_refused():
    refused(ck.Lot, 10**5000)


@pytest.mark.parametrize("size", ["1_000.5", "1e-2", ".5", "5.", "2E+3", 1e-05, 1_000_000.0])
def test_a_lot_may_be_written_in_any_plain_way(size):
    assert ck.Lot(size).exact == Fraction(str(size).replace("_", ""))


@pytest.mark.parametrize("size", ["0.5", 0.5, np.float64(0.5)])
def test_a_lot_may_come_as_text_or_as_a_number(size):
    assert ck.Lot(size).exact == Fraction(1, 2)


@pytest.mark.parametrize("size", [1000, np.int64(1000), "1_000"])
def test_a_lot_may_come_as_a_whole_number(size):
    assert ck.Lot(size).exact == 1000


@pytest.mark.parametrize(
    ("size", "amount", "below", "above"),
    [("0.01", 0.125, 0.12, 0.13), ("1000", -1500.0, -2000.0, -1000.0), ("0.3", 1.0, 0.9, 1.2)],
)
def test_what_is_not_whole_names_its_neighbours(size, amount, below, above):
    lot = ck.Lot(size)
    assert not lot.whole(np.array([amount]))[1][0]
    assert lot.nearest(amount) == (below, above)


def test_more_lots_than_are_exact_are_not_whole():
    counts, fine = ck.Lot(1).whole(np.array([2.0**51, 2.0**51 - 1, 1e300]))
    assert fine.tolist() == [False, True, False]
    assert counts.tolist() == [0, 2**51 - 1, 0]
