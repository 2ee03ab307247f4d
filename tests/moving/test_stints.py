"""Tables of who was where: every fault told at once, nothing guessed."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.records import from_json, to_json
from tests.helpers import entries, org, refused

NAMES = ("holder", "node", "start", "end")


def table(*rows, columns=NAMES):
    return entries(*rows, columns=columns)


def test_dates_of_every_kind_are_days():
    pd = pytest.importorskip("pandas")

    rows = {
        "holder": ["li"] * 4,
        "node": ["ann", "bob", "cid", "east"],
        "start": ["2026-01-01", date(2026, 1, 1), np.datetime64("2026-01-01"),
                  pd.Timestamp("2026-01-01")],
        "end": [None, "", float("nan"), pd.NaT],
    }  # fmt: skip
    stints = ck.Stints.from_table(rows, org())
    assert (stints.start == np.datetime64("2026-01-01")).all()
    assert np.isnat(stints.end).all()
    assert ck.Stints.from_table(pd.DataFrame(rows)) == stints


def test_ends_that_are_left_out():
    rows = table(
        ("li", "ann", "2026-01-01", "2026-02-01"), ("bo", "ann", "2026-02-01", "9999-01-01")
    )
    stints = ck.Stints.from_table(rows, ends="exclusive")
    assert stints.end.astype(str).tolist() == ["2026-01-31", "9998-12-31"]
    (fault,) = refused(ck.Stints.from_table, rows)
    assert "overlaps row 0 (2026-01-01 to 2026-02-01)" in fault.reason
    assert "ends='exclusive'" in fault.repair
    (fault,) = refused(ck.Stints.from_table, rows, ends="exclusiv")
    assert "did you mean 'exclusive'?" in fault.repair


def test_every_fault_is_told_with_its_row():
    rows = {
        "holder": ["li", "", "bo", "cy", "di", "ed", "fa"],
        "node": ["ann", "bob", "anna", "cid", "east", "west", ""],
        "start": ["2026-01-01", "2026-01-01", "01/02/2026", "", "2026-05-01", "2026-01-01 10:00",
                  "2026-01-01"],
        "end": ["2026-13-01", "", "", "", "2026-04-01",
                datetime(2026, 1, 1, tzinfo=UTC), 20260101],
        "share": ["", "", "", "", "1.5", "0", "half"],
    }  # fmt: skip
    faults = refused(ck.Stints.from_table, rows, org())
    told = {(fault.row, fault.column) for fault in faults}
    assert told == {
        (0, "end"), (1, "holder"), (2, "node"), (2, "start"), (3, "start"), (4, "end"),
        (4, "share"), (5, "start"), (5, "end"), (5, "share"), (6, "node"), (6, "end"),
        (6, "share"),
    }  # fmt: skip
    by_place = {(fault.row, fault.column): fault for fault in faults}
    assert by_place[2, "node"].repair == "did you mean 'ann'?"
    assert "yyyy-mm-dd" in by_place[2, "start"].repair
    assert "time zone" in by_place[5, "end"].reason
    assert "ends before it starts" in by_place[4, "end"].reason


def test_missing_columns_are_named():
    faults = refused(ck.Stints.from_table, {"holder": ["li"], "nod": ["ann"], "start": [None]})
    assert [fault.column for fault in faults if "missing" in fault.reason] == ["node", "end"]
    assert "did you mean 'nod'?" in faults[0].repair


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("li", "ann", "2026-01-01", ""), ("li", "ann", "2026-01-01", "")],
         "the same stint as row 0"),
        ([("li", "ann", "2026-03-01", ""), ("li", "ann", "2026-01-01", "2026-03-01")],
         "overlaps row 1 (2026-01-01 to 2026-03-01) of the same holder"),
        ([("li", "ann", "2026-01-01", ""), ("bo", "ann", "2026-06-01", "")],
         "overlaps row 0 (from 2026-01-01 on) at 'ann', and not both have a share"),
        ([("li", "ann", "2026-01-01", "2026-12-31"), ("bo", "ann", "2026-02-01", "2026-02-03"),
          ("cy", "ann", "2026-12-31", "")], "overlaps row 0"),
    ],
)  # fmt: skip
def test_overlaps_without_shares_are_refused(rows, reason):
    faults = refused(ck.Stints.from_table, table(*rows))
    assert any(reason in fault.reason for fault in faults)
    assert len(faults) == len(rows) - 1


def test_shares_sum_to_one_at_most():
    columns = (*NAMES, "share")
    rows = [("li", "ann", "2026-01-01", "", 0.7), ("bo", "ann", "2026-02-01", "2026-02-28", 0.3)]
    ck.Stints.from_table(table(*rows, columns=columns))
    rows += [("cy", "ann", "2026-02-28", "", 0.2)]
    (fault,) = refused(ck.Stints.from_table, table(*rows, columns=columns))
    assert "2026-02-28 to 2026-02-28: the shares of rows 0, 1, 2 sum to 1.2" in fault.reason
    thirds = [(who, "ann", "2026-01-01", "", 1 / 3) for who in ("li", "bo", "cy")]
    ck.Stints.from_table(table(*thirds, columns=columns))


def test_ids_are_text_or_whole_numbers_and_not_both():
    numbers = {
        "holder": [7, 8.0],
        "node": ["ann", "bob"],
        "start": ["2026-01-01"] * 2,
        "end": ["", ""],
    }
    assert ck.Stints.from_table(numbers).holder.tolist() == [7, 8]
    (fault,) = refused(ck.Stints.from_table, {**numbers, "holder": [7, "li"]})
    assert "mixed" in fault.reason
    (fault,) = refused(ck.Stints.from_table, {**numbers, "holder": [7, 10**30]})
    assert "64 bits" in fault.reason
    (fault, _) = refused(ck.Stints.from_table, {**numbers, "node": [1, 2]}, org())
    assert "give the same type" in fault.repair


def test_the_order_of_rows_is_not_kept_and_json_gives_them_back():
    rows = [("li", "ann", "2026-01-01", "2026-02-01"), ("bo", "bob", "2026-01-01", ""),
            ("bo", "ann", "2026-03-01", "")]  # fmt: skip
    stints = ck.Stints.from_table(table(*rows))
    assert stints == ck.Stints.from_table(table(*rows[::-1]))
    assert from_json(to_json(stints)) == stints
    assert ck.Stints.from_table(stints.table()) == stints
    assert repr(stints) == "<Stints of 2 holders at 2 nodes, 3 rows>"
    empty = ck.Stints.from_table(table(columns=NAMES))
    assert len(empty) == 0
    assert from_json(to_json(empty)) == empty


def test_a_document_is_checked_as_a_table_is():
    sound = ck.Stints.from_table(table(("li", "ann", "2026-01-01", "2026-02-01")))
    broken = to_json(sound).replace('"2026-02-01"', '"2025-02-01"')
    with pytest.raises(ck.InputError, match="ends before it starts"):
        from_json(broken)


def test_leaves():
    columns = ("holder", "start", "end")
    leaves = ck.Leaves.from_table(table(("li", "2026-01-01", "2026-01-31"), columns=columns))
    assert from_json(to_json(leaves)) == leaves
    assert ck.Leaves.from_table(leaves.table()) == leaves
    assert repr(leaves) == "<Leaves, 1 row>"
    rows = [("li", "2026-01-01", "2026-01-31"), ("li", "2026-01-31", ""), ("", "x", "")]
    faults = refused(ck.Leaves.from_table, table(*rows, columns=columns))
    assert [(f.row, f.column) for f in faults] == [(2, "holder"), (2, "start"), (1, "start")]
    assert "overlaps row 0" in faults[-1].reason
