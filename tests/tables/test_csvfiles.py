"""CSV files: what is read, what is refused, and that what is written reads back."""

import codecs
import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.errors import InputError
from cascade_kpi.tables import Csv, read, write_csv
from cascade_kpi.tables.cells import is_plain_number

pd = pytest.importorskip("pandas")


@pytest.fixture
def saved(tmp_path):
    def save(content):
        path = tmp_path / "units.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def tree_faults(source):
    with pytest.raises(InputError) as refused:
        ck.OrgTree.from_table(source)
    return list(refused.value.faults)


def faults_of(source):
    with pytest.raises(InputError) as refused:
        read(source, name="units")
    return list(refused.value.faults)


# Reading


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_know_the_line_they_start_on(saved, end):
    text = '\n\nid,note\na,"one\n\ntwo"\n\nb,"x"\n\n\nc,\n\n'
    if end != "\n":
        text = text.replace("\n", end)
    table = read(saved(text), name="units")
    assert table.raw("id") == ["a", "b", "c"]
    assert table.raw("note") == [f"one{end}{end}two", "x", ""]
    assert table.lines == [4, 8, 11]


def test_cells_are_kept_to_the_character(saved):
    table = read(saved('id, name\n a ,"say ""hi"", you"\n=1+1,5" pipe\n,""\n'), name="units")
    assert dict(table.columns) == {
        "id": [" a ", "=1+1", ""],
        " name": ['say "hi", you', '5" pipe', ""],
    }


def test_a_line_of_delimiters_is_a_row_and_the_last_line_needs_no_end(saved):
    table = read(saved("id,name\na,b\n,\nc,d"), name="units")
    assert table.raw("id") == ["a", "", "c"]


def test_a_header_alone_is_a_table_without_rows(saved):
    table = read(saved("id,name\n"), name="units")
    assert (table.n, table.lines, list(table.columns)) == (0, [], ["id", "name"])


def test_many_rows_stay_in_step(saved):
    n = 20_001
    table = read(saved("id,x\n" + "".join(f"a{i},{i}\n" for i in range(n))), name="units")
    assert table.raw("id") == [f"a{i}" for i in range(n)]
    np.testing.assert_array_equal(table.numbers("x", []), np.arange(n))
    assert table.lines == list(range(2, n + 2))


@pytest.mark.parametrize(
    ("mark", "codec", "asked"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
        (b"", "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (b"", "gb18030", "gb18030"),
        (b"", "utf-8", "utf-8-sig"),
    ],
)
def test_encodings_are_read_without_their_mark(saved, mark, codec, asked):
    path = saved(mark + "编号,x\n东,1\n".encode(codec))
    table = read(Csv(path, encoding=asked), name="units")
    assert dict(table.columns) == {"编号": ["东"], "x": ["1"]}


@pytest.mark.parametrize(
    ("content", "asked", "repair"),
    [
        (codecs.BOM_UTF16_LE + "id".encode("utf-16-le"), "utf-8", 'encoding="utf-16"'),
        (codecs.BOM_UTF32_LE + "id".encode("utf-32-le"), "utf-8", 'encoding="utf-32"'),
        (codecs.BOM_UTF32_LE + "id".encode("utf-32-le"), "utf-16", 'encoding="utf-32"'),
        (codecs.BOM_UTF16_LE + "id".encode("utf-16-le"), "utf-16-be", 'encoding="utf-16"'),
        (codecs.BOM_UTF8 + b"id", "gb18030", 'encoding="utf-8"'),
        ("id".encode("utf-16-le"), "utf-16", 'encoding="utf-16-le"'),
    ],
)
def test_a_mark_that_says_otherwise_is_refused(saved, content, asked, repair):
    (fault,) = faults_of(Csv(saved(content), encoding=asked))
    assert repair in fault.repair


def test_bytes_that_are_not_utf8_are_told_with_offset_and_line(saved):
    for mark in (b"", codecs.BOM_UTF8):
        content = mark + "id\nöst\n".encode() + "东\n".encode("gb18030")
        (fault,) = faults_of(saved(content))
        assert fault.line == 3
        assert f"offset {len(content) - 3}" in fault.reason
        assert 'encoding="gb18030"' in fault.repair


def test_encodings_that_fail_without_an_offset(saved):
    (fault,) = faults_of(Csv(saved(b"a-!!"), encoding="punycode"))
    assert "not valid punycode" in fault.reason


def test_a_file_cut_within_a_character_is_refused(saved):
    (fault,) = faults_of(saved("id\n东".encode()[:-1]))
    assert fault.line == 2


def test_nul_characters_are_refused_with_their_line(saved):
    (fault,) = faults_of(saved(b"id\na\nb\0\n"))
    assert fault.line == 3
    assert "NUL" in fault.reason


@pytest.mark.parametrize("magic", [b"PK\x03\x04..", b"PAR1\x15\0", b"\x1f\x8b\x08"])
def test_files_of_other_kinds_are_named(saved, magic):
    (fault,) = faults_of(saved(magic))
    assert "not a CSV" in fault.reason


@pytest.mark.parametrize("other", [";", "\t", "|"])
@pytest.mark.parametrize("header", ["id{0}name{0}a,b", "id{0}name", '"id"{0}"name"', '"id"{0}name'])
def test_another_delimiter_is_told_not_guessed(saved, other, header):
    text = header.format(other)
    if "," in text:
        text = text.replace(",", "")
    (fault,) = faults_of(saved(f"{text}\n1{other}2\n"))
    assert fault.repair == f"pass Csv(path, delimiter={other!r})"
    assert fault.line == 1
    (fault,) = faults_of(Csv(saved("id,name\n1,2\n"), delimiter=other))
    assert fault.repair == "pass Csv(path, delimiter=',')"


def test_a_quoted_name_may_contain_another_delimiter(saved):
    assert read(saved('"a;b"\n1\n'), name="units").raw("a;b") == ["1"]


def test_header_and_rows_are_told_together(saved):
    faults = faults_of(saved('id,,id, \n1,2,3,4\n1,2\n\n1,2,"3\n3",4,5\n'))
    assert [(fault.row, fault.line) for fault in faults] == [
        (None, 1),
        (None, 1),
        (None, 1),
        (1, 3),
        (2, 5),
    ]
    assert "column 2 of 4 has no name" in faults[0].reason
    assert faults[1].column == "id"
    assert "2 cells where the header has 4" in faults[3].reason
    assert faults[4].value == ["1", "2", "3\n3", "4", "5"]


def test_stray_quotes_are_told_and_reading_goes_on(saved):
    faults = faults_of(saved('id,x\n"a"b,1\nc\nd,"2\n\n3\n'))
    assert [(fault.row, fault.line) for fault in faults] == [(0, 2), (1, 3), (2, 4)]
    assert "after its closing quote" in faults[0].reason
    assert "never closed" in faults[2].reason


def test_a_quote_never_closed_in_the_header(saved):
    (fault,) = faults_of(saved('id,"x\n1,2\n'))
    assert "never closed" in fault.reason


def test_a_cell_beyond_the_limit_of_csv_is_told(saved):
    cell = "x" * (csv.field_size_limit() + 1)
    faults = faults_of(saved(f'id,x\n1\n1,"{cell}\n,,,\n'))
    assert [(fault.row, fault.line) for fault in faults] == [(0, 2), (1, 3)]
    assert f"longer than {csv.field_size_limit()}" in faults[1].reason


@pytest.mark.parametrize("content", ["", "\n\r\n\n", "\ufeff"])
def test_an_empty_file_is_refused(saved, content):
    (fault,) = faults_of(saved(content))
    assert "empty" in fault.reason


def test_files_that_cannot_be_opened(tmp_path):
    for path, reason in [
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "a directory"),
        ("a\0b", "no such file|cannot be read"),
        ("x" * 5000, "cannot be read"),
    ]:
        (fault,) = faults_of(path)
        assert any(one in fault.reason for one in reason.split("|"))
        assert fault.value == str(path)


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\r", "\0", None])
@pytest.mark.parametrize("encoding", ["utf8x", "base64", "", None, "a\0"])
def test_the_form_is_checked_before_the_file(delimiter, encoding):
    faults = faults_of(Csv("none.csv", delimiter=delimiter, encoding=encoding))
    assert [fault.value for fault in faults] == [delimiter, encoding]


def test_a_number_is_no_path():
    (fault,) = faults_of(Csv(0))  # open(0) would wait for the keyboard
    assert "path" in fault.reason


# Writing

UNGUARDED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(
    lambda text: not text.startswith(("=", "+", "-", "@", "\t", "\r"))
)


@given(
    st.lists(UNGUARDED.filter(str.strip), min_size=1, max_size=4, unique=True).flatmap(
        lambda names: st.tuples(
            st.just(names), st.lists(st.tuples(*[UNGUARDED for _ in names]), max_size=6)
        )
    )
)
def test_any_text_comes_back(tmp_path_factory, table):
    names, rows = table
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    path = tmp_path_factory.mktemp("csv") / "units.csv"
    write_csv(columns, path)
    got = read(path, name="units")
    assert dict(got.columns) == columns
    assert list(got.columns) == names


@given(st.lists(st.floats(allow_infinity=False) | st.none(), min_size=1))
def test_any_float_comes_back_to_the_bit(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("csv") / "goals.csv"
    write_csv({"goal": cells}, path)
    got = read(path, name="goals").numbers("goal", [])
    expected = np.array(cells, dtype=np.float64)
    np.testing.assert_array_equal(
        np.signbit(got), np.signbit(np.where(expected == expected, expected, got))
    )
    np.testing.assert_array_equal(got, expected)


@given(st.sampled_from("=+-@\t\r"), UNGUARDED)
def test_what_a_spreadsheet_would_run_is_written_with_an_apostrophe(tmp_path_factory, sign, rest):
    text = sign + rest
    assume(not any(c.isdigit() for c in rest))
    path = tmp_path_factory.mktemp("csv") / "units.csv"
    write_csv({"id": [text], text: ["x"]}, path)
    assert dict(read(path, name="units").columns) == {"id": ["'" + text], "'" + text: ["x"]}


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ODD = st.one_of(
    TEXTS,
    st.builds(
        "{}{}{}".format, st.sampled_from(["", "'", "''"]), st.sampled_from("=+-@\t\r'"), TEXTS
    ),
    st.sampled_from(['"', '"=1"', "a\nb", "\r\n", "-5", "'-5", "+1e3", "华东", "", " ", "=", "'="]),
)


@given(
    st.lists(ODD.filter(str.strip), min_size=1, max_size=3, unique=True),
    st.lists(ODD, max_size=4),
    st.lists(st.floats(allow_infinity=False), max_size=4),
    st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4),
)
def test_a_table_that_was_written_is_read_the_same(tmp_path_factory, names, texts, floats, whole):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    n = min(len(texts), len(floats), len(whole))
    table = {
        "floats": np.array(floats[:n], dtype=np.float64),
        "whole": np.array(whole[:n], dtype=np.int64),
        **{f"{name}.": np.array(texts[:n], dtype=object) for name in names},
    }
    write_csv(table, path)
    got = read(Csv(path, guard="remove"), name="t")
    assert list(got.columns) == list(table)
    bits = got.numbers("floats", []).view(np.int64)
    there = ~np.isnan(table["floats"])
    assert bits[there].tolist() == table["floats"].view(np.int64)[there].tolist()
    np.testing.assert_array_equal(got.numbers("floats", []), table["floats"])
    assert list(map(int, got.raw("whole"))) == whole[:n]
    for name in names:
        assert got.raw(f"{name}.") == texts[:n]


@given(ODD)
def test_no_written_text_is_a_formula(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv({"x": ["a", text]}, path)
    (_, cell) = read(path, name="t").raw("x")
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or is_plain_number(cell)


def test_a_guard_is_kept_unless_it_is_to_be_removed(saved):
    text = "'=id,x\n'=1+1,'a\n''@,'5\n"
    kept = read(saved(text), name="t")
    assert dict(kept.columns) == {"'=id": ["'=1+1", "''@"], "x": ["'a", "'5"]}
    removed = read(Csv(saved(text), guard="remove"), name="t")
    assert dict(removed.columns) == {"=id": ["=1+1", "'@"], "x": ["'a", "'5"]}
    (fault,) = faults_of(Csv(saved("=a,'=a\n1,2\n"), guard="remove"))
    assert "more than one column" in fault.reason
    (fault,) = faults_of(Csv(saved(text), guard="drop"))
    assert (fault.column, fault.value) == ("guard", "drop")


def test_a_file_that_is_there_is_replaced_only_if_asked(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(InputError) as refused:
        write_csv({"a": [1]}, path)
    assert "existing='replace'" in refused.value.faults[0].repair
    with pytest.raises(InputError) as refused:
        write_csv({"a": [1]}, path, existing=True)
    assert refused.value.faults[0].column == "existing"
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(InputError):
        write_csv({"a": [1]}, tmp_path / "b.csv")
    monkeypatch.setattr("os.path.lexists", lambda _: False)  # it came to be after the look
    with pytest.raises(FileExistsError):
        write_csv({"a": [1]}, path)
    assert path.read_text() == "before"
    write_csv({"a": [1], "b": [2]}, path, existing="replace")
    assert path.read_text() == "a,b\n1,2\n"


def test_the_table_comes_before_the_path(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("id\n1\n")
    with pytest.raises(InputError) as refused:
        write_csv(source, {"a": [1]})
    assert "path" in refused.value.faults[0].reason


def test_a_stage_is_written_as_its_table(tmp_path):
    org = ck.OrgTree.from_table({"id": ["hq", "=a", "'@b"], "parent": ["", "hq", "hq"]})
    kpis = [ck.Kpi("s", "CNY"), ck.Kpi("r", "%", aggregate=ck.aggregates.Ratio(100))]
    actuals = ck.Actuals.from_columns(
        org,
        kpis,
        {"s": [np.nan, 0.1, -3e-9], "r": ([np.nan, 1, 2], [np.nan, 3, np.pi])},
        periods="p",
    )
    assert ck.write_csv is write_csv
    ck.write_csv(org, tmp_path / "units.csv")
    ck.write_csv(actuals, tmp_path / "actuals.csv")
    again = ck.OrgTree.from_table(ck.Csv(tmp_path / "units.csv", guard="remove"))
    assert again == org
    read_back = ck.Csv(tmp_path / "actuals.csv", guard="remove")
    assert ck.Actuals.from_table(again, kpis, read_back) == actuals


def test_the_form_of_every_kind_of_cell(tmp_path):
    midnight = dt.datetime(2026, 1, 31)  # noqa: DTZ001 - a moment without a zone is what is tried
    path = tmp_path / "all.csv"
    write_csv(
        {
            "text": ["a,b", 'say "hi"', None, "-5", "-5+cmd"],
            "number": [-1.5, np.float32(0.5), float("nan"), 10**20, Decimal("-0.10")],
            "array": np.array([0.1, np.nan, -2, 1e300, 3]),
            "whole": np.array([1, -2, 3, 4, 5], dtype=np.int8),
            "day": [dt.date(2026, 1, 31), midnight, pd.NaT, midnight.replace(hour=9), True],
            "days": np.array(["2026-01-31"] * 4 + ["NaT"], dtype="datetime64[ns]"),
            "due": np.array(["NaT"] + ["2027-02-01"] * 4, dtype="datetime64[D]"),
        },
        path,
    )
    assert path.read_bytes().decode() == (
        "text,number,array,whole,day,days,due\n"
        '"a,b",-1.5,0.1,1,2026-01-31,2026-01-31,\n'
        '"say ""hi""",0.5,,-2,2026-01-31,2026-01-31,2027-02-01\n'
        ",,-2.0,3,,2026-01-31,2027-02-01\n"
        "-5,100000000000000000000,1e+300,4,2026-01-31T09:00:00,2026-01-31,2027-02-01\n"
        "'-5+cmd,-0.10,3.0,5,True,,2027-02-01\n"
    )


def test_a_file_can_be_copied_through_a_table(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    write_csv(pd.DataFrame({"id": ["east", "西"], "gap": [-1.25, None]}), first)
    write_csv(read(first, name="gaps"), second)
    assert first.read_bytes() == second.read_bytes() == "id,gap\neast,-1.25\n西,\n".encode()


def test_blank_cells_of_a_single_column_are_rows(tmp_path):
    write_csv({"x": [None, "", "a"]}, tmp_path / "a.csv")
    assert read(tmp_path / "a.csv", name="a").raw("x") == ["", "", "a"]


def test_what_would_not_read_back_is_refused_and_nothing_written(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("before")
    bad = [np.inf, "a\0", "\ud800", "x" * (csv.field_size_limit() + 1), [1], b"x"]
    with pytest.raises(InputError) as refused:
        write_csv(
            {"x": [1, *bad], "y\0": [Decimal("Infinity")] * 7, " ": [1] * 7},
            path,
            existing="replace",
        )
    faults = refused.value.faults
    assert [(fault.row, fault.column) for fault in faults] == [
        (None, None),
        *((row, "x") for row in range(1, 7)),
        *((row, "y\0") for row in range(7)),
        (None, None),
        (None, None),
    ]
    assert path.read_text() == "before"


def test_arrays_and_plain_columns_are_checked_too(tmp_path):
    columns = {
        "float": np.array([1.0, np.inf]),
        "long": np.array(["1", "1e400"], dtype=np.longdouble),
        "object": np.array([1, [2]], dtype=object),
        "text": ["a", "b\0"],
        "letters": ["a", "\udc80"],
    }
    with pytest.raises(InputError) as refused:
        write_csv(columns, tmp_path / "a.csv")
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (1, column) for column in columns
    ]


def test_writing_checks_the_columns(tmp_path):
    for columns in ({}, {"a": [1], "b": [1, 2]}, {" ": [1]}):
        with pytest.raises(InputError):
            write_csv(columns, tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").exists()
    with pytest.raises(OSError, match="directory"):
        write_csv({"a": [1]}, Path(tmp_path), existing="replace")


# Rows that cannot be read, and the others


def test_a_ragged_row_is_one_fault_among_the_others(saved):
    path = saved("id,parent,kind\nhq,\neast,hq,team\na,esat,x\na,east,x\nb,hq,x,y\n,hq,x\nc,b,x\n")
    # The root that lacks a cell and the b that has one too many are known to those below them.
    told = [(fault.row, fault.line, fault.column) for fault in tree_faults(path)]
    assert sorted(told) == [
        (0, 2, None),
        (2, 4, "parent"),
        (3, 5, "id"),
        (4, 6, None),
        (5, 7, "id"),
    ]


def test_a_row_without_its_parent_makes_no_second_root(saved):
    faults = tree_faults(saved("id,x,parent\nhq,1,\neast,1\nann,1,east\n"))
    assert [(fault.row, fault.line) for fault in faults] == [(1, 3)]
    faults = tree_faults(saved("id,x,parent\nhq,1,\neast,1,hq,1\nann,1,east\nhq2,1,\n"))
    assert [fault.row for fault in faults] == [1, 0, 3]


def test_a_byte_that_is_no_text_leaves_the_other_rows_checked(saved):
    path = saved(
        "id,parent\nhq,\nöst,hq\n东,hq\n西,hq\na,esat\n".encode().replace(b"\xe4\xb8\x9c", b"\xff")
    )
    faults = tree_faults(path)
    assert [(fault.line, fault.column) for fault in faults] == [(4, None), (6, "parent")]
    assert "more" not in faults[0].reason
    faults = tree_faults(saved(b"id,parent\nhq,\n\xff,hq\n\xfe,zz\na\0,hq\nx\n"))
    assert [(fault.row, fault.line) for fault in faults] == [(None, 3), (4, 6)]
    assert faults[0].reason.endswith("and 2 more such lines")
    assert [fault.line for fault in faults_of(saved(b"id,\xff\nhq,1\nx\n"))] == [1, 3]


def test_a_table_of_which_rows_are_unread_is_never_taken(saved):
    path = saved("id,parent\nhq,\neast,hq\nx\n")
    assert [fault.row for fault in faults_of(path)] == [2]
    assert [fault.row for fault in tree_faults(path)] == [2]
