"""The example on a real sales force, against sums made by other means."""

import csv
import importlib.util
import re
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "adventureworks"
FILES = (
    "sales_reporting_tree.csv",
    "salesforce_quarterly_quota_vs_actual.csv",
    "dw2020_sales_lines.csv.gz",
)
here = pytest.mark.skipif(not DATA.is_dir(), reason=f"the data set is not at {DATA}")


@pytest.fixture(scope="module")
def example():
    path = ROOT / "docs" / "examples" / "adventureworks.py"
    spec = importlib.util.spec_from_file_location("adventureworks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text.replace(",", "").replace("−", "-"))


@here
def test_the_published_figures_are_computed(example, capsys, tmp_path):
    out = tmp_path / "report.html"
    assert example.main([str(DATA), "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert (
        "attainment 84.4 % over the 146 complete person-quarters, 8 of them at or above 100 %"
        in text
    )
    assert "19 people, 17 of them with quotas" in text
    assert "Stephen Jiang" in out.read_text(encoding="utf-8")

    complete = [row for row in rows(FILES[1]) if row["complete_quarter"] == "1"]
    quota, sold = (sum(float(row[c]) for row in complete) for c in ("quota", "actual_sales"))
    assert len(complete) == 146
    assert round(100 * sold / quota, 1) == 84.4
    assert sum(float(row["actual_sales"]) >= float(row["quota"]) for row in complete) == 8


@here
def test_managers_are_rolled_up_with_all_below_them(example, capsys, tmp_path):
    assert example.main([str(DATA), "--out", str(tmp_path / "report.md")]) == 0
    table = {}
    for line in capsys.readouterr().out.splitlines():
        match = re.match(r" *(\S.*?) +(\d+) +([\d,]+) +([\d,]+) +(-[\d,]+) +([\d.]+) %$", line)
        if match:
            table[match[1]] = [number(cell) for cell in match.groups()[1:]]

    units = {row["BusinessEntityID"]: row for row in rows(FILES[0])}
    sums = defaultdict(lambda: [0.0, 0.0])
    for row in rows(FILES[1]):
        above = row["BusinessEntityID"] if row["complete_quarter"] == "1" else ""
        while above:
            sums[above][0] += float(row["quota"])
            sums[above][1] += float(row["actual_sales"])
            above = units[above]["ManagerID"]
    managers = {row["ManagerID"] for row in units.values()} - {""}
    assert len(table) == len(managers) == 5
    for id_ in managers:
        name = units[id_]["Name"] or units[id_]["JobTitle"]
        _, quota, sales, gap, attained = table[name]
        assert quota == pytest.approx(sums[id_][0], abs=0.51)
        assert sales == pytest.approx(sums[id_][1], abs=0.51)
        assert gap == pytest.approx(sums[id_][1] - sums[id_][0], abs=0.51)
        assert attained == pytest.approx(100 * sums[id_][1] / sums[id_][0], abs=0.051)


@here
def test_gaps_are_ranked_from_the_widest(example, capsys, tmp_path):
    assert example.main([str(DATA), "--out", str(tmp_path / "report.html")]) == 0
    widest = capsys.readouterr().out.split("Widest gaps")[1].split("\n\n")[0].splitlines()[1:]
    complete = [row for row in rows(FILES[1]) if row["complete_quarter"] == "1"]
    gap = defaultdict(float)
    for row in complete:
        if row["ManagerID"] != "273":  # those who report to the vice president manage
            gap[row["Name"]] += float(row["actual_sales"]) - float(row["quota"])
    told = [re.match(r"  (.*?) +(-[\d,]+)$", line).groups() for line in widest]
    assert [name for name, _ in told] == sorted(gap, key=gap.__getitem__)[:5]
    assert all(number(amount) == pytest.approx(gap[name], abs=0.51) for name, amount in told)


@here
def test_sales_lines_that_do_not_add_up_are_refused(example, capsys, tmp_path):
    for name in FILES:
        shutil.copy(DATA / name, tmp_path / name)
        (tmp_path / name).chmod(0o644)
    quotas = tmp_path / FILES[1]
    lines = quotas.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = lines[1].replace("22584.66", "22584.67")
    assert changed != lines[1]
    quotas.write_text("".join([lines[0], changed, *lines[2:]]), encoding="utf-8")
    assert example.main([str(tmp_path), "--out", str(tmp_path / "report.html")]) == 1
    assert "the sales of 274 in 2017Q3 differ" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()


def test_a_folder_that_is_not_there_is_told(example, capsys, tmp_path):
    assert example.main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere is no directory" in capsys.readouterr().err
    assert example.main([str(tmp_path)]) == 2
    assert f"lacks {', '.join(FILES)}" in capsys.readouterr().err
