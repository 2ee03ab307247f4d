"""Published fits, and seats of parliaments in which both margins are met.

Sources: the packages ipfn 1.4.4 (Wikipedia's table, Berkeley admissions) and mipfp (example 2 of
Ipfp); official results of Uri 2020 and Zug 2018; Wikipedia, "Biproportional apportionment" (en)
and "Doppelter Pukelsheim" (de).
"""

import csv
import json

import numpy as np
import pytest

from cascade_kpi import fitting
from tests.golden.published import DATA, rows


def document(name):
    path = DATA / "ipf" / name
    if not path.is_file():
        pytest.skip(f"published table not here: {path}")
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    with path.open(encoding="utf-8", newline="") as file:
        return [[float(cell) for cell in row] for row in csv.reader(file)]


def test_mipfp_example_2_transcribed():
    seed = np.ones((2, 4, 2))
    seed[0] = [[4, 1], [1, 1], [10, 1], [1, 6]]
    margins = {0: [50, 16], (1, 2): [[10, 4], [4, 4], [22, 4], [4, 14]]}
    published = [[[8, 2], [2, 2], [20, 2], [2, 12]], [[2, 2], [2, 2], [2, 2], [2, 2]]]
    assert np.abs(fitting.fit(seed, margins).values - published).max() < 1e-7


def test_mipfp_example_2():
    case = document("mipfp_example2.json")
    fitted = fitting.fit(case["seed"], {0: case["V1"], (1, 2): case["V2V3"]})
    assert np.abs(fitted.values - case["result"]).max() < 1e-7


def test_the_table_of_wikipedia():
    margins = document("wikipedia_margins.json")
    margins = {0: margins["row_totals"], 1: margins["col_totals"]}
    fitted = fitting.fit(document("wikipedia_seed.csv"), margins)
    assert np.abs(fitted.values - document("wikipedia_result.csv")).max() < 1e-7


def test_berkeley_admissions_with_five_margins():
    case = document("berkeley_3d.json")
    margins = {
        0: case["xipp"], 1: case["xpjp"], 2: case["xppk"],
        (0, 1): case["xijp"], (1, 2): case["xpjk"],
    }  # fmt: skip
    fitted = fitting.fit(case["seed"], margins)
    assert np.abs(fitted.values - case["result"]).max() < 1e-7


def check_seats(weights, seats):
    weights, seats = np.array(weights, dtype=float), np.array(seats)
    made = fitting.apportion(weights, rows=seats.sum(axis=1), columns=seats.sum(axis=0))
    assert (made.values == seats).all()
    shares = weights * made.row_multipliers[:, None] * made.column_multipliers
    assert (np.floor(shares + 0.5) == seats).all()


def test_wikipedia_transcribed():
    votes = [[123, 45, 815], [912, 714, 414], [312, 255, 215]]
    check_seats(votes, [[1, 0, 4], [4, 4, 3], [2, 1, 1]])
    votes = [[51, 98, 45], [60, 100, 120], [63, 102, 144]]
    check_seats(votes, [[1, 2, 1], [1, 2, 2], [2, 1, 3]])


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("uri_2020", (4, 4)),
        ("zug_2018", (7, 11)),
        ("wikipedia_de", (3, 3)),
        ("wikipedia_en", (3, 3)),
    ],
)
def test_seats_of_both_margins(name, shape):
    table = rows("biproportional", f"{name}.csv")
    lines, columns = (list(dict.fromkeys(row[axis] for row in table)) for axis in ("row", "col"))
    assert (len(lines), len(columns)) == shape
    axes = fitting.Axes({"row": lines, "col": columns})
    check_seats(axes.read(table, "weight"), axes.read(table, "seats").astype(int))
