"""Cells read as numbers, ids, texts and dates through the accessors of a table."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.errors import InputError
from cascade_kpi.tables import read

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


# Numbers


def numbers(cells, **options):
    faults = []
    return read({"x": cells}, name="goals").numbers("x", faults, **options), faults


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12.0),
        ("-12.5", -12.5),
        ("+.5", 0.5),
        ("5.", 5.0),
        (" 1e3\t", 1000.0),
        ("2.5E-1", 0.25),
        ("007", 7.0),
        ("9007199254740992", 2.0**53),
        ("12345678901234567.5", 12345678901234567.5),
        (Decimal("0.1"), 0.1),
        (2**60, 2.0**60),
        (np.float32(0.5), 0.5),
        (np.int8(-3), -3.0),
        (1.5, 1.5),
        ("", np.nan),
        ("  ", np.nan),
        (None, np.nan),
        (float("nan"), np.nan),
        (Decimal("NaN"), np.nan),
        (pd.NA, np.nan),
        (pd.NaT, np.nan),
        (np.datetime64("NaT"), np.nan),
    ],
)
@pytest.mark.parametrize("beside", [[], ["x"], [3], [object()]])
def test_a_number_reads_the_same_whatever_stands_beside_it(cell, number, beside):
    values, faults = numbers([cell, *beside])
    np.testing.assert_array_equal(values[0], number)
    assert all(fault.row == 1 for fault in faults)


REFUSED = [
    ("1,234", "write 1234 without thousands separators, or 1.234"),
    ("-1,234,567.5", "write -1234567.5 without thousands separators"),
    ("12,5", "write 12.5 with a decimal point"),
    ("1 234", "write 1234 without"),
    ("1\u00a0234", "write 1234 without"),
    ("1_000", "write 1000 without"),
    ("12%", "write 0.12, or 12 if the KPI's unit is %"),
    ("-0.5 %", "write -0.005, or -0.5 if"),
    ("12\uff05", "write 0.12, or 12 if"),
    ("n/a", "leave the cell blank"),
    ("NaN", "leave the cell blank"),
    ("-inf", "leave the cell blank"),
    ("Infinity", "leave the cell blank"),
    ("-", "leave the cell blank"),
    ("#N/A", "leave the cell blank"),
    ("\uff11\uff12", "write 12 in plain digits"),
    ("\u221215", "write -15 in plain"),
    ("\u0661\u0662", "write a plain number"),
    ("1.2.3", "write a plain number"),
    ("1e", "write a plain number"),
    ("0x10", "write a plain number"),
    ("1\n2", "write a plain number"),
    ("9" * 100_000 + "x", "write a plain number"),
    ("1e999", "larger unit"),
    ("9007199254740993", "larger unit"),
    ("0" * 5000 + "9007199254740993", "larger unit"),
    (2**53 + 1, "larger unit"),
    (-(2**53) - 1, "larger unit"),
    (10**400, "larger unit"),
    (Decimal(2**53 + 1), "larger unit"),
    (Decimal("Infinity"), "leave the cell blank"),
    (float("inf"), "leave the cell blank"),
    (np.float32("-inf"), "leave the cell blank"),
    (True, "write 1 or 0"),
    (np.False_, "write 1 or 0"),
    (dt.date(2026, 1, 1), "give the number itself"),
    (np.datetime64("2026-01-01"), "give the number itself"),
    (1j, "write a plain number"),
    (b"12", "write a plain number"),
    ([1], "write a plain number"),
]


@pytest.mark.parametrize(("cell", "repair"), REFUSED, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("beside", [None, "3", 3, 2.5, Decimal(3)])
def test_what_is_no_plain_number_is_refused_by_its_row(cell, repair, beside):
    values, faults = numbers([beside, cell])
    assert np.isnan(values[1])
    assert np.isnan(values[0]) == (beside is None)
    (fault,) = faults
    assert (fault.source, fault.row, fault.column) == ("goals", 1, "x")
    assert repair in fault.repair
    assert str(InputError(faults))  # the value can be shown, however large


def test_numeric_arrays_are_checked_as_a_whole():
    values, faults = numbers(np.array([1.0, np.inf, np.nan, -np.inf]))
    np.testing.assert_array_equal(values, [1.0, np.nan, np.nan, np.nan])
    assert [fault.row for fault in faults] == [1, 3]
    values, faults = numbers(np.array([2**53, 2**53 + 1, 2**63 - 1, -(2**63)]))
    assert [fault.row for fault in faults] == [1, 2]
    assert [fault.value for fault in faults] == [2**53 + 1, 2**63 - 1]
    assert values[3] == -(2.0**63)
    _, faults = numbers(np.array([2**64 - 1], dtype=np.uint64))
    assert [fault.row for fault in faults] == [0]


@pytest.mark.parametrize(
    "column",
    [
        np.array([True, False]),
        np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]"),
        np.array([1j, 2j]),
        pl.Series([True, False]),
    ],
)
def test_a_column_of_a_wrong_type_is_one_fault(column):
    values, faults = numbers(column, blank="refuse")
    assert np.isnan(values).all()
    (fault,) = faults
    assert fault.row is None
    assert "not numbers" in fault.reason


def test_blank_cells_are_refused_on_request_beside_other_faults():
    values, faults = numbers(["1", "", "x", None], blank="refuse")
    np.testing.assert_array_equal(values, [1.0, np.nan, np.nan, np.nan])
    assert sorted((fault.row, fault.reason) for fault in faults) == [
        (1, "the cell is blank"),
        (2, "not a plain number"),
        (3, "the cell is blank"),
    ]
    with pytest.raises(ValueError, match="'missing' or 'refuse'"):
        numbers([1], blank="zero")


@given(st.lists(st.floats(allow_infinity=False) | st.integers(-(2**53), 2**53) | st.none()))
def test_numbers_and_their_text_are_the_same_numbers(cells):
    values, faults = numbers(cells)
    written = ["" if cell is None or cell != cell else repr(cell) for cell in cells]
    read_back, text_faults = numbers(written)
    assert faults == text_faults == []
    np.testing.assert_array_equal(values, read_back)


@given(st.text(alphabet="0123456789+-.eE \t\n,_%naif\u0661\uff11", max_size=8))
def test_a_text_is_read_alike_alone_and_among_other_cells(text):
    quick, quick_faults = numbers([text])
    slow, slow_faults = numbers([text, b""])
    np.testing.assert_array_equal(quick[0], slow[0])
    assert [f.repair for f in quick_faults] == [f.repair for f in slow_faults if f.row == 0]


# Ids, texts, dates


def test_ids_are_text_or_whole_numbers_as_given():
    table = read({"id": [" a ", "", None, 7, np.int64(8), 3.0, np.nan, "007"]}, name="units")
    faults = []
    ids = table.ids("id", faults)
    assert ids == [" a ", None, None, 7, 8, 3, None, "007"]
    assert [type(one) for one in ids if one is not None] == [str, int, int, int, str]
    assert faults == []


@pytest.mark.parametrize("cell", [1.5, True, b"a", 2.0**53, float("inf"), dt.date(2026, 1, 1)])
def test_other_ids_are_refused(cell):
    faults = []
    assert read({"id": ["a", cell]}, name="units").ids("id", faults) == ["a", None]
    assert [fault.row for fault in faults] == [1]


def test_ids_of_numpy_columns():
    table = read(
        {"i": np.arange(2), "f": np.array([np.nan, 1]), "b": np.array([True, False])}, name="units"
    )
    faults = []
    assert table.ids("i", faults) == [0, 1]
    assert table.ids("f", faults) == [None, 1]
    assert faults == []
    assert table.ids("b", faults) == [None, None]
    assert len(faults) == 1


def test_texts_are_kept_to_the_letter_and_numbers_refused():
    faults = []
    cells = [" a ", np.str_("b"), None, 7, pd.NA]
    texts = read({"x": cells}, name="units").texts("x", faults)
    assert texts.dtype == object
    assert texts.tolist() == [" a ", "b", "", "", ""]
    assert [type(text) for text in texts] == [str] * 5
    (fault,) = faults
    assert (fault.row, fault.value) == (3, 7)
    assert "'7'" in fault.repair


def test_texts_of_a_numeric_column_are_one_fault_unless_it_is_blank():
    table = read({"x": np.array([1, 2]), "y": np.array([np.nan, np.nan])}, name="units")
    faults = []
    assert table.texts("y", faults).tolist() == ["", ""]
    assert table.dates("y", faults).tolist() == [None, None]
    assert faults == []
    table.texts("x", faults)
    table.dates("x", faults)
    assert [fault.row for fault in faults] == [None, None]


DAY = dt.date(2026, 2, 28)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-02-28", DAY),
        (" 2026-02-28 ", DAY),
        (DAY, DAY),
        (dt.datetime(2026, 2, 28), DAY),  # noqa: DTZ001 - a moment without a zone is what is tried
        (pd.Timestamp(2026, 2, 28), DAY),
        (np.datetime64("2026-02-28", "ns"), DAY),
        ("", None),
        (" ", None),
        (None, None),
        (pd.NaT, None),
        (np.nan, None),
    ],
)
def test_dates_are_read(cell, day):
    faults = []
    (got,) = read({"x": [cell]}, name="actions").dates("x", faults)
    assert got == day
    assert got is None or type(got) is dt.date
    assert faults == []


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-30",
        "28/02/2026",
        "20260228",
        "2026-2-28",
        "2026-W09-6",
        "2026-02-28T00:00:00",
        "\uff12026-02-28",
        20260228,
        46081.0,
        dt.datetime(2026, 2, 28, 1),  # noqa: DTZ001 - a moment without a zone is what is tried
        dt.datetime(2026, 2, 28, tzinfo=dt.UTC),
        pd.Timestamp(2026, 2, 28) + pd.Timedelta(1, "ns"),
        np.datetime64("2026-02-28T00:00:00.000000001"),
        np.datetime64("2026-02"),
        np.datetime64("20260-02-28"),
    ],
)
def test_other_dates_are_refused_by_row(cell):
    faults = []
    got = read({"x": [DAY, cell]}, name="actions").dates("x", faults)
    assert got.tolist() == [DAY, None]
    (fault,) = faults
    assert fault.row == 1
    assert str(fault)


@pytest.mark.parametrize(
    ("cell", "repair"),
    [
        (46081, "46081 is 2026-02-28"),
        (46081.5, "46081.5 is 2026-02-28"),
        ("46081", "46081 is 2026-02-28"),
        (np.int64(46081), "46081 is 2026-02-28"),
        ("2026-02-28 00:00:00.000", "write 2026-02-28"),
        ("2026-02-28T07:30", "write 2026-02-28"),
        ("2026/2/28", "write 2026-02-28"),
        ("28.02.2026", "write the date as yyyy-mm-dd, such as"),
        (20260228, "write the date as yyyy-mm-dd, such as"),
        (float("inf"), "write the date as yyyy-mm-dd, such as"),
        (10**400, "write the date as yyyy-mm-dd, such as"),
        (True, "write the date as yyyy-mm-dd, such as"),
        ("2026-02-28 " * 9, "write the date as yyyy-mm-dd, such as"),
    ],
)
def test_what_a_cell_probably_meant_is_told_and_not_taken(cell, repair):
    faults = []
    assert read({"x": [DAY, cell]}, name="a").dates("x", faults).tolist() == [DAY, None]
    (fault,) = faults
    assert repair in fault.repair


@pytest.mark.parametrize(
    ("column", "repair"),
    [([46081, 46082], "46081 is 2026-02-28"), ([np.nan, 46081.0], "46081 is 2026-02-28"),
     ([np.inf, 1.0], "such as"), ([3, 4], "such as")],
)  # fmt: skip
def test_a_column_of_numbers_is_told_as_the_days_of_a_spreadsheet(column, repair):
    faults = []
    read({"x": np.array(column)}, name="a").dates("x", faults)
    (fault,) = faults
    assert fault.row is None
    assert repair in fault.repair


def test_columns_of_numpy_dates_are_checked_as_a_whole():
    cells = np.array(["2026-02-28", "2026-02-28T01", "NaT", "20000-01-01"], dtype="datetime64[s]")
    faults = []
    assert read({"x": cells}, name="a").dates("x", faults).tolist() == [DAY, None, None, None]
    assert [fault.row for fault in faults] == [1, 3]
    assert faults[0].value == "2026-02-28T01:00:00"
    read({"x": cells.astype("datetime64[M]")}, name="a").dates("x", faults)
    assert faults[2].row is None


def test_times_with_a_zone_are_not_shifted_to_another_day():
    zoned = pl.Series([dt.datetime(2026, 2, 28)]).dt.replace_time_zone("Asia/Shanghai")  # noqa: DTZ001 - a moment without a zone is what is tried
    faults = []
    assert read({"x": zoned}, name="a").dates("x", faults).tolist() == [None]
    assert "time zone" in faults[0].reason
