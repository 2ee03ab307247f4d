"""The command: what it prints, where, and the codes it ends with."""

import io
import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from cascade_kpi import demo
from cascade_kpi.cli import main
from cascade_kpi.cli.telling import say

NASTY = """\
\ufeffid,parent,kind,name,last_year
hq,,company,<script>alert(1)</script>,
east,hq,team,"=HYPERLINK(""x"")",
east,hq,team,given twice,
a,esat,person,unknown parent,12
b,c,person,"a line
break",1
c,b,person,\u202egnisrever,1
,hq,person,no id,1
d,d,person,its own parent,1
e,,person,a second root,1
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A folder with the demo's files."""
    folder = tmp_path_factory.mktemp("tables")
    demo.run(folder)
    return folder


@pytest.fixture
def write(tmp_path):
    """Write a file and answer its path as text."""

    def one(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    return one


def ended(capsys, *argv):
    """Exit code, lines of stdout, text of stderr."""
    code = main([str(argument) for argument in argv])
    told = capsys.readouterr()
    return code, told.out.splitlines(), told.err


# -- the command as such -------------------------------------------------------------------


def test_version(capsys):
    code, lines, _ = ended(capsys, "--version")
    assert code == 0
    assert lines[0].startswith("cascade_kpi ")


@pytest.mark.parametrize("argv", [["--help"], ["demo", "--help"], ["validate", "--help"]])
def test_help_tells_the_exit_codes(capsys, argv):
    code, lines, _ = ended(capsys, *argv)
    assert code == 0
    assert [line[:5] for line in lines[lines.index("exit codes:") + 1 :] if line[2:3].strip()] == [
        "  0  ",
        "  1  ",
        "  2  ",
        "  130",
        "  141",
    ]


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["dmeo"],
        ["demo"],
        ["validate"],
        ["validate", "x.csv", "--roots", "some"],
        ["validate", "x.csv", "--delimiter", ";;"],
        ["validate", "x.csv", "--encoding", "klingon"],
        ["validate", "x.csv", "--encoding", "rot13"],
        ["validate", "x.csv", "--periods", "2026,2026"],
    ],
    ids=" ".join,
)
def test_a_command_that_is_not_understood_ends_with_2(capsys, argv):
    code, lines, err = ended(capsys, *argv)
    assert code == 2
    assert not lines
    assert "error: " in err


def test_the_package_runs_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["cascade_kpi", "--version"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("cascade_kpi", run_name="__main__")
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith("cascade_kpi ")


def test_a_reader_that_has_seen_enough_gets_no_traceback(write):
    rows = "\n".join(f"n{i},nobody" for i in range(20_000))
    path = write("units.csv", f"id,parent\n{rows}\n")
    command = [sys.executable, "-m", "cascade_kpi", "validate", path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout.readline().startswith("units")
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("rows", [1, 20_000])
def test_a_full_disk_is_told(write, rows):
    text = "\n".join(f"n{i},nobody" for i in range(rows))
    command = [
        sys.executable,
        "-m",
        "cascade_kpi",
        "validate",
        write("u.csv", f"id,parent\n{text}\n"),
    ]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("python -m cascade_kpi: the output cannot be written: ")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that can close its output")
def test_an_output_that_is_closed_is_told(write):
    command = [sys.executable, "-m", "cascade_kpi", "validate", write("u.csv", "id,parent\nhq,\n")]
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "stdout is closed" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interruption_has_its_own_code(monkeypatch, capsys, write):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("cascade_kpi.cli.validate.Checks.run", interrupted)
    assert ended(capsys, "validate", write("u.csv", "id\n"))[0] == 130


def test_what_a_terminal_or_an_encoding_cannot_take_is_escaped():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="")
    say("\x1b[31m \u202e 优秀 \ud800 plain", stream)
    stream.flush()
    assert raw.getvalue() == b"\\u001b[31m \\u202e \\u4f18\\u79c0 \\ud800 plain\n"


# -- demo ----------------------------------------------------------------------------------


def test_demo_tells_progress_on_stderr_and_its_summary_on_stdout(capsys, tmp_path):
    out = tmp_path / "made" / "here"
    code, lines, err = ended(capsys, "demo", "--out", out)
    assert code == 0
    steps = err.splitlines()
    assert [line[:5] for line in steps] == [f"[{i}/8]" for i in range(1, 9)]
    assert all(re.match(r"\[\d/8\] +\d+\.\d s  \w+: ", line) for line in steps)
    assert err.isprintable() or set(filter(lambda c: not c.isprintable(), err)) == {"\n"}
    assert re.match(r"Yunqiao Mobile in 2026: \d+\.\d points, grade [A-E]$", lines[0])
    text = "\n".join(lines)
    assert re.search(r"^revenue +[\d,]+ CNY +[\d,]+ CNY +\d+\.\d %", text, re.MULTILINE)
    assert "Worst region: River Delta" in text
    assert re.search(r"2026Q4 by itself, .*\nPlan: \d+ actions", text)
    named = lines[-1].removeprefix(f"Written to {out}: ").split(", ")
    assert {*named, "about.txt"} == {path.name for path in out.iterdir()}


def test_demo_refuses_a_folder_with_other_files_unless_forced(capsys, tmp_path):
    (tmp_path / "units.csv").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine too")
    code, lines, err = ended(capsys, "demo", "--out", tmp_path)
    assert (code, lines) == (2, [])
    assert "'notes.txt'" in err
    assert "--force" in err
    assert (tmp_path / "units.csv").read_text() == "mine"
    assert ended(capsys, "demo", "--out", tmp_path, "--force")[0] == 0
    assert (tmp_path / "units.csv").read_text().startswith("id,parent,")
    assert (tmp_path / "notes.txt").read_text() == "mine too"
    # Marked as the demo's now, but for the one file that is not.
    (tmp_path / "notes.txt").unlink()
    assert ended(capsys, "demo", "--out", tmp_path)[0] == 0


def test_demo_writes_nothing_where_it_cannot_write_everything(capsys, tmp_path):
    (tmp_path / "report.html").mkdir()
    (tmp_path / "units.csv").write_text("mine")
    code, lines, err = ended(capsys, "demo", "--out", tmp_path, "--force")
    assert (code, lines) == (2, [])
    assert "report.html: not a file that can be replaced" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "units.csv"]
    assert (tmp_path / "units.csv").read_text() == "mine"


def test_demo_cannot_write_into_a_file(capsys, write):
    path = write("taken", "")
    for out in (path, f"{path}/below"):
        code, lines, err = ended(capsys, "demo", "--out", out)
        assert (code, lines) == (2, [])
        assert "director" in err


# -- validate ------------------------------------------------------------------------------


def test_every_fault_of_a_nasty_table_is_told_on_a_line_of_its_own(capsys, write):
    path = write("units.csv", NASTY)
    code, lines, err = ended(capsys, "validate", path, "--kind", "kind", "--label", "name")
    assert (code, err) == (1, "")
    *faults, count = lines
    assert count == f"7 faults in {path}"
    told = [re.match(r"units row (\d) \(line (\d+)\), (id|parent) = ", line) for line in faults]
    assert [match.groups() for match in told] == [
        ("0", "2", "id"),  # one of two roots
        ("2", "4", "id"),  # twice
        ("3", "5", "parent"),  # unknown
        ("4", "6", "parent"),  # a cycle of two
        ("6", "9", "id"),  # none; the line break within row 4 counts
        ("7", "10", "parent"),  # its own
        ("8", "11", "id"),  # the other root
    ]
    assert "did you mean 'east'?" in faults[2]
    assert all(line.isprintable() for line in lines)


def test_dangerous_names_are_no_faults(capsys, write):
    path = write("units.csv", '\ufeffid,parent,name\nhq,,"<b>=1+1\n\u202e"\n=cmd,hq,@x\n')
    assert ended(capsys, "validate", path, "--label", "name") == (0, ["no faults: 2 units"], "")


def test_a_name_cannot_forge_a_line(capsys, write):
    path = write(
        "units.csv", 'id,parent,"a\nno faults: 9 units","a\nno faults: 9 units"\nhq,,1,2\n'
    )
    code, lines, _ = ended(capsys, "validate", path)
    assert code == 1
    assert len(lines) == 2
    assert lines[1] == f"1 fault in {path}"


def test_the_demo_has_no_faults(capsys, tables):
    code, lines, err = validate_all(capsys, tables)
    assert (code, err) == (0, "")
    assert re.fullmatch(r"no faults: 5\d\d units, 5 KPIs, 28 goals, 6,\d\d\d actuals", lines[0])


def validate_all(capsys, tables, *more, **instead):
    """Validate the demo's files, some of them replaced by others."""
    files = {name: str(tables / f"{name}.csv") for name in ("units", "goals", "actuals")}
    files |= {"kpis": str(tables / "kpis.json")} | instead
    argv = ["validate", files.pop("units"), "--kind", "kind", "--label", "name"]
    return ended(capsys, *argv, *[x for k, v in files.items() for x in (f"--{k}", v)], *more)


def test_a_faulty_table_does_not_hide_the_faults_of_the_others(capsys, tables, write):
    code, lines, _ = validate_all(
        capsys,
        tables,
        units=write("units.csv", NASTY),
        kpis=write("kpis.json", '{"schema": "cascade_kpi", "version": 9, "record": {}}'),
        goals=write("goals.csv", "node,kpi,period,value\nhq,revenue,2026,1\nhqq,churn,2026,1\n"),
        actuals=write("actuals.csv", "node,kpi,period,numerator\nhq,churn,2026,many\n"),
    )
    assert code == 1
    # In the order of the files on the command line, which is that of `instead` above.
    sources = [re.split(r"[ ,]", line)[0] for line in lines[:-1]]
    assert sources == ["units"] * 7 + ["kpis.json", "goals", "actuals"]
    assert "'hqq': no such node; did you mean 'hq'?" in lines[8]
    assert "'many'" in lines[9]
    assert lines[-1] == "10 faults in 4 of 4 files"


def test_tables_that_cannot_be_read_at_all_leave_the_rest_checked(capsys, tables, write):
    repeated = "node,kpi,period,value\nR1,revenue,2026,1\nR1,revenue,2026,2\n"
    code, lines, _ = validate_all(
        capsys,
        tables,
        units=write("units.csv", "id;parent\nhq;\n"),
        goals=write("goals.csv", repeated),
        actuals=write("actuals.csv", "unit,kpi\nR1,revenue\n"),
    )
    assert code == 1
    assert "delimiter=';'" in lines[0]
    assert "stands in row 0 already" in lines[1]
    assert "actuals, node: the column is missing" in lines[2]
    assert lines[-1] == "3 faults in 3 of 4 files"


def test_ragged_rows_are_told_once_and_the_other_rows_checked(capsys, tables, write):
    code, lines, _ = validate_all(
        capsys,
        tables,
        units=write(
            "units.csv", "id,parent,kind,name,last_year\nhq\neast,hq,x,x,1\na,esat,x,x,1\n"
        ),
        goals=write("goals.csv", "node,kpi,value\nhq,revenue\nhqq,revenue,1\nhq,1,000,1\n"),
        actuals=write("actuals.csv", "node,value,kpi\nhq,1\n"),
    )
    assert code == 1
    assert [line.partition(":")[0] for line in lines[:2]] == [
        "units row 0 (line 2) = ['hq']", "units row 2 (line 4), parent = 'esat'",
    ]  # fmt: skip
    assert [line[:23] for line in lines[3:6]] == [
        "goals row 0 (line 2) = ", "goals row 1 (line 3), n", "goals row 2 (line 4) = ",
    ]  # fmt: skip
    assert lines[7].startswith("actuals row 0 (line 2) = ")
    assert lines[-1] == "8 faults in 3 of 4 files"


def test_kpis_and_columns_that_are_lacking_together(capsys, tables, write):
    code, lines, _ = validate_all(
        capsys, tables, kpis=write("kpis.json", "{"), goals=write("goals.csv", "node,value\nR1,1\n")
    )
    assert code == 1
    assert any("goals, kpi: the column is missing" in line for line in lines)
    assert lines[-1].endswith("2 of 4 files")


def test_what_only_the_stages_can_tell_is_told(capsys, tables, write):
    goals = "node,kpi,period,value\ncompany,revenue,2026,1000500\n"
    actuals = "node,kpi,period,value\nR1,revenue,2026,5\nP0001,revenue,2026,5\n"
    goals, actuals = write("goals.csv", goals), write("actuals.csv", actuals)
    code, lines, _ = validate_all(capsys, tables, goals=goals, actuals=actuals)
    assert code == 1
    assert "1,000,000" in lines[0]  # the nearest whole lots
    assert "count twice" in "\n".join(lines)
    code, lines, _ = validate_all(capsys, tables, "--inner", "own", goals=goals, actuals=actuals)
    assert "count twice" not in "\n".join(lines)


def test_goals_that_conflict_and_drivers_that_are_lacking(capsys, tables, write):
    over = "node,kpi,period,value\ncompany,revenue,2026Q1,1000\nR1,revenue,2026Q1,9000\n"
    code, lines, _ = validate_all(
        capsys, tables, "--actuals", tables / "actuals.csv", goals=write("g.csv", over)
    )
    assert code == 1
    units = (tables / "units.csv").read_text(encoding="utf-8")
    owing = re.sub(r"^(P0001,.*,)\d+$", r"\g<1>-5", units, flags=re.MULTILINE)
    code, lines, _ = validate_all(capsys, tables, units=write("units.csv", owing))
    assert code == 1
    assert lines[0].startswith("units row")
    assert "negative" in lines[0]
    assert lines[1].endswith("1 of 4 files")


def test_periods_that_are_named_are_the_only_ones(capsys, tables):
    code, lines, _ = validate_all(capsys, tables, "--periods", "2026Q1, 2026Q2,2026Q3")
    assert code == 1
    assert "period = '2026Q4': no such period" in lines[0]
    code, lines, _ = validate_all(capsys, tables, "--periods", "2026Q1,2026Q2,2026Q3,2026Q4")
    assert code == 0


def test_other_columns_delimiters_and_encodings(capsys, write):
    path = write("units.csv", "工号;上级\n张;\n李;张\n", "gb18030")
    names = ["--id", "工号", "--parent", "上级"]
    code, lines, _ = ended(capsys, "validate", path, *names)
    assert code == 1
    assert "gb18030" in lines[0]
    form = ["--encoding", "gb18030", "--delimiter", ";"]
    assert ended(capsys, "validate", path, *names, *form)[:2] == (0, ["no faults: 2 units"])
    path = write("units.tsv", "id\tparent\nhq\t\nx\t\n")
    argv = ["validate", path, "--delimiter", "tab", "--roots", "many"]
    assert ended(capsys, *argv)[:2] == (0, ["no faults: 2 units"])


def test_json_holds_the_same_faults(capsys, write):
    path = write("units.csv", NASTY)
    code, lines, _ = ended(capsys, "validate", path, "--json")
    assert code == 1
    told = json.loads("\n".join(lines))
    assert told["files"] == [path]
    assert told["count"] == len(told["faults"]) == 7
    assert told["faults"][2] == {
        "file": path,
        "source": "units",
        "row": 3,
        "line": 5,
        "column": "parent",
        "value": "esat",
        "reason": told["faults"][2]["reason"],
        "repair": "did you mean 'east'?",
    }
    assert ended(capsys, "validate", write("fine.csv", "id,parent\nhq,\n"), "--json")[0] == 0


def test_json_shows_values_that_it_has_no_form_for_as_text(capsys, tables, write):
    units = (tables / "units.csv").read_text(encoding="utf-8")
    blank = re.sub(r"^(P0001,.*,)\d+$", r"\g<1>", units, flags=re.MULTILINE)
    code, lines, _ = validate_all(capsys, tables, "--json", units=write("units.csv", blank))
    assert code == 1
    (fault,) = json.loads("\n".join(lines))["faults"]
    assert fault["column"] == "last_year"
    assert fault["value"] in (None, "nan")


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_files_that_cannot_be_read_end_with_2(capsys, tmp_path, tables, name):
    path = tmp_path / name
    code, lines, err = ended(capsys, "validate", path)
    assert (code, lines) == (2, [])
    assert str(path) in err
    assert validate_all(capsys, tables, goals=str(path))[0] == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_is_refused_rather_than_waited_for(capsys, tmp_path, tables):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, lines, err = ended(capsys, "validate", pipe)
    assert (code, lines) == (2, [])
    assert "not a regular file" in err
    assert validate_all(capsys, tables, actuals=str(pipe))[0] == 2


def test_goals_without_kpis_cannot_be_checked(capsys, tables):
    units, goals = tables / "units.csv", tables / "goals.csv"
    code, lines, err = ended(capsys, "validate", units, "--goals", goals)
    assert (code, lines) == (2, [])
    assert "--kpis" in err
