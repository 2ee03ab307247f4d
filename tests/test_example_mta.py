"""The example on a transport authority, against sums made by other means."""

import csv
import importlib.util
import math
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "mta_kpi"
TABLE = "mta_indicators_monthly.csv"
COLUMNS = ("INDICATOR_SEQ", "PARENT_SEQ", "AGENCY_NAME", "INDICATOR_NAME", "PERIOD_YEAR",
           "PERIOD_MONTH", "CATEGORY", "DESIRED_CHANGE", "INDICATOR_UNIT", "MONTHLY_TARGET",
           "MONTHLY_ACTUAL")  # fmt: skip
here = pytest.mark.skipif(not DATA.is_dir(), reason=f"the data set is not at {DATA}")

# Bridges and Tunnels, April 2010; the third is a part of the second.
ROWS = [
    ("1", "", "B", "Collisions", "2010", "4", "Safety Indicators", "D", "-", ".84", ".93"),
    ("2", "", "B", "Traffic", "2010", "4", "Service Indicators", "U", "-", "24,000", "24,600.00"),
    ("3", "2", "B", "One bridge", "2010", "4", "Service Indicators", "U", "-", "9", "1"),
    ("4", "", "B", "Tolls", "2010", "4", "Service Indicators", "U", "-", "5", ""),
]


@pytest.fixture(scope="module")
def example():
    path = ROOT / "docs" / "examples" / "mta.py"
    spec = importlib.util.spec_from_file_location("mta", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(folder, rows, columns=COLUMNS):
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return [str(folder)]


def test_a_small_table(example, capsys, tmp_path):
    assert example.main(written(tmp_path, ROWS)) == 0
    text = capsys.readouterr().out
    total = 0.6 * 100 * 24600 / 24000 + 0.4 * 100 * (2 - 0.93 / 0.84)
    assert re.search(rf"^B +{total:.1f}$", text, re.MULTILINE)
    assert "2 of 3 indicators have a result and a target" in text
    assert f"{100 * (2 - 0.93 / 0.84):.1f} %  Collisions, B" in text
    assert "One bridge" not in text


def test_more_than_half_of_a_section_blank_has_no_total(example, capsys, tmp_path):
    more = [("5", "", "B", "Lanes", *ROWS[3][4:])]
    assert example.main(written(tmp_path, ROWS + more)) == 0
    assert re.search(r"^B +–$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("rows", "columns", "told"),
    [
        (ROWS, (*COLUMNS[:-1], "ACTUAL"), "lacks MONTHLY_ACTUAL"),
        ([], COLUMNS, "lacks rows"),
        ([(*ROWS[0][:6], "Cost", *ROWS[0][7:])], COLUMNS, "a category without a weight"),
        ([(*ROWS[0][:7], "X", *ROWS[0][8:])], COLUMNS, "'X'"),
        ([(*ROWS[0][:9], "many", "1")], COLUMNS, "many"),
    ],
)
def test_what_is_not_the_table_is_told(example, capsys, tmp_path, rows, columns, told):
    assert example.main(written(tmp_path, rows, columns)) == 1
    assert told in capsys.readouterr().err


def test_no_folder_and_no_such_month(example, capsys, tmp_path):
    assert example.main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert example.main([*written(tmp_path, ROWS), "--month", "2012-12"]) == 2
    assert "no results of 2012-12; there are those of 2010-04 to 2010-04" in capsys.readouterr().err


@here
@pytest.mark.slow
def test_totals_of_december_2010_again(example, capsys):
    assert example.main([str(DATA), "--month", "2010-12"]) == 0
    told = dict(re.findall(r"^(\w.*?) {2,}.* ([\d.]+)$", capsys.readouterr().out, re.MULTILINE))
    with (DATA / TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["INDICATOR_SEQ"] for row in rows}
    points = {}
    for row in rows:
        target, actual = (float(row[name].replace(",", "") or "nan") for name in COLUMNS[-2:])
        when = row["PERIOD_YEAR"], row["PERIOD_MONTH"]
        part = row["PARENT_SEQ"] in known or when != ("2010", "12") or not target
        if part or math.isnan(target + actual):
            continue
        share = actual / target if row["DESIRED_CHANGE"] == "U" else 2 - actual / target
        sections = points.setdefault(row["AGENCY_NAME"], {"Se": [], "Sa": []})
        sections[row["CATEGORY"][:2]].append(min(max(100 * share, 0), 120))
    assert len(points) == 6
    for agency, sections in points.items():
        service, safety = (math.fsum(each) / len(each) for each in sections.values())
        assert float(told[agency]) == pytest.approx(0.6 * service + 0.4 * safety, abs=0.051)
