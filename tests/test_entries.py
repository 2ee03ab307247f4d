"""Long tables as entries, sorted, with their rows."""

import numpy as np

import cascade_kpi as ck
from cascade_kpi.entries import aligned, read_entries
from tests.helpers import NAN, entries, org, refused

KPIS = ck.Kpis([ck.Kpi("b", "x"), ck.Kpi("a", "x", aggregate=ck.aggregates.Ratio())])
COLUMNS = "node", "kpi", "period", "value", "numerator", "denominator"
ROWS = [
    ("bob", "a", "Q2", None, 1, 2),
    ("ann", "a", "Q2", None, 3, 4),
    ("cid", "b", "Q1", -0.0, None, None),
    ("hq", "a", "Q1", None, 5, 6),
]


def read(rows=ROWS, periods=None):
    return read_entries(
        org(), KPIS, entries(*rows, columns=COLUMNS), periods=periods,
        inputs=lambda kpi: kpi.aggregate.inputs, name="actuals",
    )  # fmt: skip


def test_entries_are_sorted_by_kpi_period_and_node_and_know_their_rows():
    periods, got = read()
    assert periods.labels == ("Q1", "Q2")
    assert got.kpi.tolist() == [0, 1, 1, 1]
    assert got.period.tolist() == [0, 0, 1, 1]
    assert got.node.tolist() == [5, 0, 2, 3]
    assert got.row.tolist() == [2, 3, 1, 0]
    assert len(got) == 4


def test_an_entry_is_found_by_its_place():
    _, got = read()
    assert got.row_of(2, 1, 1) == 1
    assert got.row_of(2, 1, 0) is None
    assert got.row_of(2, 0, 1) is None


def test_dense_arrays_are_nan_where_there_is_no_entry():
    _, got = read()
    np.testing.assert_array_equal(
        got.dense("denominator", 1, 2, 6), [[6, *[NAN] * 5], [NAN, NAN, 4, 2, NAN, NAN]]
    )


def test_a_negative_zero_becomes_a_plain_one():
    _, got = read()
    assert got.dense("value", 0, 2, 6)[0, 5].tobytes() == np.float64(0.0).tobytes()


def test_aligned_arrays():
    faults = []
    periods = ck.Periods("p")
    given = np.arange(6.0)
    made = aligned(org(), periods, given, "x", faults)
    given[0] = 9
    assert made.tolist() == [[0, 1, 2, 3, 4, 5]]
    given.setflags(write=False)
    assert np.shares_memory(aligned(org(), periods, given, "x", faults), given)
    assert aligned(org(), periods, range(6), "x", faults).shape == (1, 6)
    assert faults == []
    for bad in (["a"] * 6, [1.0] * 5, np.ones((2, 6)), [np.inf] * 6, [True] * 6):
        aligned(org(), periods, bad, "x", faults)
    assert len(faults) == 5


def read_file(tmp_path, text):
    (tmp_path / "actuals.csv").write_text(text)
    return refused(
        read_entries, org(), KPIS, tmp_path / "actuals.csv", periods=None,
        inputs=lambda kpi: kpi.aggregate.inputs, name="actuals",
    )  # fmt: skip


def test_a_ragged_row_is_one_fault_among_the_others(tmp_path):
    text = "node,kpi,value,period\nann,b,1,500,Q1\nbob,b\nann,b,x,Q1\nzed,b,1,Q1\n"
    faults = read_file(tmp_path, text)
    told = [(fault.row, fault.line, fault.column) for fault in faults]
    assert sorted(told, key=str) == [
        (0, 2, None), (1, 3, None), (2, 4, "value"), (3, 5, "node"),
    ]  # fmt: skip


def test_a_missing_column_does_not_hide_the_faults_of_the_others(tmp_path):
    faults = read_file(tmp_path, "node,period,value\nann,Jan,x\nzed,Feb,1\n")
    assert sorted((fault.column, fault.row) for fault in faults if fault.row is not None) == [
        ("node", 1), ("value", 0),
    ]  # fmt: skip
    assert [fault.column for fault in faults if fault.row is None] == ["kpi", "period"]
    faults = read_file(tmp_path, "unit,kpi,period,value\nann,b,Q1,x\nann,c,Q1,1\nann,b,Q1,\n")
    assert [(fault.column, fault.row) for fault in faults] == [
        ("node", None), ("kpi", 1), ("value", 0), ("value", 2),
    ]  # fmt: skip
    faults = read_file(tmp_path, "node,period,numerator,denominator\nann,Q1,x,-1\n")
    assert [f.column for f in faults] == ["kpi", "numerator", "denominator"]
    assert [f.column for f in read_file(tmp_path, "x\n1\n")][:2] == ["node", "kpi"]


def test_labels_of_thousands_of_digits_are_put_in_order():
    rows = [("ann", "b", f"Q{'1' * 5000}", 1, None, None), ("ann", "b", "Q2", 1, None, None)]
    (fault,) = refused(read, rows)
    assert fault.column == "period"


def test_a_column_that_lacks_altogether_is_one_fault():
    table = {"node": ["ann", "bob"], "kpi": ["sales"] * 2, "goal": [1, 2]}
    (fault,) = refused(ck.cascade, org(), [ck.Kpi("sales", "CNY")], table, periods="p")
    assert (fault.reason, fault.column, fault.row) == ("the column is missing", "value", None)


def test_periods_that_are_no_text_are_told_once():
    table = {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "value": [1, 2], "period": [2026.5, 2027.5]}
    (fault,) = refused(ck.cascade, org(), [ck.Kpi("sales", "CNY")], table)
    assert fault.column == "period"
