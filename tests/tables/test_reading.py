"""Any table in: every kind of source, every cell, every fault told."""

import datetime as dt
import subprocess
import sys
from types import MappingProxyType

import numpy as np
import pytest

from cascade_kpi.errors import Fault, InputError
from cascade_kpi.tables import Csv, Table, read

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

IDS = ["hq", "east", "west"]
PARENT = [None, "hq", "hq"]
GOAL = [10.5, None, -3.0]
HEADS = [3, 2, 1]
SINCE = [dt.date(2026, 1, 31), None, dt.date(1999, 12, 1)]
COLUMNS = {"id": IDS, "parent": PARENT, "goal": GOAL, "heads": HEADS, "since": SINCE}
CSV = "id,parent,goal,heads,since\nhq,,10.5,3,2026-01-31\neast,hq,,2,\nwest,hq,-3,1,1999-12-01\n"


def records():
    rows = [dict(zip(COLUMNS, cells, strict=True)) for cells in zip(*COLUMNS.values(), strict=True)]
    del rows[1]["goal"]  # a missing key is a blank
    return [rows[0], MappingProxyType(rows[1]), rows[2]]


def arrays():
    return {
        "id": np.array(IDS),
        "parent": np.array(PARENT, dtype=object),
        "goal": np.ma.masked_array([10.5, 99.0, -3.0], mask=[False, True, False]),
        "heads": np.array(HEADS, dtype=np.uint8),
        "since": np.array(SINCE, dtype="datetime64[s]"),
    }


def arrow_backed():
    return pa.table(COLUMNS).to_pandas(types_mapper=pd.ArrowDtype)


def series():
    return {
        "id": pd.Series(IDS),
        "parent": pl.Series(PARENT),
        "goal": pa.array(GOAL),
        "heads": pd.array(HEADS, dtype="Int64"),
        "since": pd.Index(pd.to_datetime(SINCE)),
    }


SOURCES = {
    "mapping of lists": lambda: COLUMNS,
    "mapping of tuples": lambda: {name: tuple(cells) for name, cells in COLUMNS.items()},
    "mapping of arrays": arrays,
    "mapping of series": series,
    "records": records,
    "tuple of records": lambda: tuple(records()),
    "table": lambda: read(COLUMNS, name="before"),
    "pandas": lambda: pd.DataFrame(COLUMNS),
    "pandas with another index": lambda: pd.DataFrame(COLUMNS, index=[7, 7, 2]),
    "pandas, object columns": lambda: pd.DataFrame(COLUMNS, dtype=object),
    "pandas, arrow-backed": arrow_backed,
    "pandas, categories": lambda: pd.DataFrame(COLUMNS).astype({"parent": "category"}),
    "polars": lambda: pl.DataFrame(COLUMNS),
    "polars, lazy": lambda: pl.LazyFrame(COLUMNS),
    "polars, categories": lambda: pl.DataFrame(COLUMNS).cast({"parent": pl.Categorical}),
    "arrow": lambda: pa.table(COLUMNS),
}


def faults_of(source, **options):
    with pytest.raises(InputError) as refused:
        read(source, name="units", **options)
    return list(refused.value.faults)


@pytest.fixture(params=[*SOURCES, "csv", "csv with a path object", "csv of another form"])
def source(request, tmp_path):
    if request.param in SOURCES:
        return SOURCES[request.param]()
    path = tmp_path / "units.csv"
    if request.param == "csv of another form":
        path.write_text(CSV.replace(",", ";"), encoding="gb18030")
        return Csv(path, delimiter=";", encoding="gb18030")
    path.write_text(CSV, encoding="utf-8")
    return str(path) if request.param == "csv" else path


def test_every_kind_of_source_gives_the_same_table(source):
    table = read(source, name="units")
    faults = []
    assert table.name == "units"
    assert table.n == 3
    assert list(table.columns) == list(COLUMNS)
    assert table.ids("id", faults) == IDS
    assert table.ids("parent", faults) == PARENT
    assert table.texts("parent", faults).tolist() == ["", "hq", "hq"]
    goal = table.numbers("goal", faults)
    assert goal.dtype == np.float64
    np.testing.assert_array_equal(goal, [10.5, np.nan, -3.0])
    np.testing.assert_array_equal(table.numbers("heads", faults), [3.0, 2.0, 1.0])
    assert table.dates("since", faults).tolist() == SINCE
    assert faults == []


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind.startswith(("pa", "po", "ar"))])
def test_text_columns_of_frames_are_lists_of_text_and_none(kind):
    raw = read(SOURCES[kind](), name="units").raw("parent")
    assert type(raw) is list
    assert raw == PARENT
    assert raw[0] is None


def test_arrays_are_passed_on_untouched():
    parent = np.array([-1, 0, 0])
    table = read({"id": np.array(IDS), "parent": parent}, name="units")
    assert table.raw("parent") is parent
    assert table.raw("id").dtype.kind == "U"


def test_numbers_are_a_copy_that_later_writes_do_not_reach():
    goal = np.array([1.0, 2.0])
    got = read({"goal": goal}, name="goals").numbers("goal", [])
    goal[0] = 99
    assert got.tolist() == [1.0, 2.0]


def test_whole_numbers_among_blanks_keep_every_digit():
    big = 2**53 + 1
    for source in (
        pd.DataFrame({"id": pd.array([big, None], dtype="Int64")}),
        pl.DataFrame({"id": [big, None]}),
        pa.table({"id": [big, None]}),
        {"id": pa.array([big, None])},
    ):
        assert read(source, name="units").ids("id", []) == [big, None]


def test_reading_plain_kinds_imports_no_frame_library(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(CSV, encoding="utf-8")
    program = (
        "import sys; from cascade_kpi.tables import read, write_csv\n"
        f"read({str(path)!r}, name='t'); read([{{'a': 1}}], name='t')\n"
        "read({'a': [1]}, name='t'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"narwhals", "pandas", "polars", "pyarrow"} & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    "source", [None, 3, b"units.csv", {"id"}, iter([]), np.zeros((2, 2)), pd.Series([1]), object()]
)
def test_what_is_no_table_is_refused_with_what_is(source):
    (fault,) = faults_of(source)
    assert fault.source == "units"
    assert type(source).__name__ in fault.reason
    for kind in ("mapping", "records", "pandas", "CSV"):
        assert kind in fault.repair


@pytest.mark.parametrize("source", [{}, [{}], pd.DataFrame(), pl.DataFrame(), []])
def test_tables_without_columns_are_refused(source):
    (fault,) = faults_of(source)
    assert "no columns" in fault.reason


def test_a_table_without_rows_is_a_table():
    table = read({"id": [], "goal": np.empty(0)}, name="units")
    assert table.n == 0
    assert table.numbers("id", []).shape == (0,)


def test_columns_of_odd_length_are_each_told():
    faults = faults_of({"a": [1], "b": [1, 2], "c": (1, 2), "d": np.arange(4)})
    assert [fault.column for fault in faults] == ["a", "d"]
    assert "1 rows where the others have 2" in faults[0].reason
    assert "4 rows where the others have 2" in faults[1].reason


@pytest.mark.parametrize(
    "values",
    ["abc", 3, None, {"x": 1}, {1, 2}, (x for x in "ab"), np.float64(1), b"ab", np.array(3)],
)
def test_values_that_are_no_column_are_refused_with_the_rest(values):
    faults = faults_of({"id": IDS, "bad": values, "worse": np.zeros((3, 1))})
    assert [fault.column for fault in faults] == ["bad", "worse"]
    assert "2 dimensions" in faults[1].reason


@pytest.mark.parametrize(
    "source",
    [
        {1: [1], "id": ["x"], None: [2]},
        [{1: 1, "id": "x", None: 2}],
        pd.DataFrame([[1, "x", 2]], columns=[1, "id", None]),
    ],
)
def test_column_names_are_text(source):
    faults = faults_of(source)
    assert len(faults) == 2
    assert faults[0].value == 1
    assert all("not text" in fault.reason for fault in faults)


@pytest.mark.parametrize(
    "source",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]),
    ],
)
def test_frames_with_a_name_twice_are_refused(source):
    (fault,) = faults_of(source)
    assert "more than one column" in fault.reason


def test_records_that_are_none_are_told_by_row():
    faults = faults_of([{"id": 1}, [1], {"id": 2}, "x"])
    assert [fault.row for fault in faults] == [1, 3]


def test_missing_columns_are_suggested_and_told_once():
    table = read({"Id": IDS, "goal": GOAL}, name="units")
    faults = []
    assert table.require(["goal"], faults)
    assert not table.require(["goal", "id", "parent"], faults)
    assert table.has("goal")
    assert not table.has("id")
    assert table.ids("id", faults) == [None] * 3
    assert np.isnan(table.numbers("id", faults, blank="refuse")).all()
    assert table.texts("id", faults).tolist() == [""] * 3
    assert table.dates("id", faults).tolist() == [None] * 3
    assert [fault.column for fault in faults] == ["id", "parent"]
    assert "did you mean 'Id'?" in faults[0].repair
    with pytest.raises(InputError, match="did you mean 'Id'"):
        table.raw("id")


def test_a_fault_of_the_table_knows_its_line(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text('id\n"a\nb"\nc\n', encoding="utf-8")
    fault = read(path, name="units").fault("bad", "mend it", row=1, column="id", value="c")
    assert fault == Fault("units", "bad", "mend it", row=1, column="id", value="c", line=4)
    assert read({"id": IDS}, name="units").fault("bad", "mend it", row=1).line is None


def test_tables_show_their_columns_not_their_cells():
    assert repr(read({"id": IDS, "goal": GOAL}, name="units")) == (
        "Table(name='units', columns=['id', 'goal'], n=3)"
    )
    assert isinstance(read({"id": IDS}, name="units"), Table)
