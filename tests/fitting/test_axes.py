"""Axes: long tables in and out, and what is refused."""

import numpy as np
import pytest

from cascade_kpi import fitting
from tests.helpers import refused

AXES = fitting.Axes({"node": ["east", "west"], "period": ["Q1", "Q2", "Q3"]})
ROWS = {"node": ["west", "east"], "period": ["Q3", "Q1"], "value": [7, 2.5]}


def test_a_long_table_is_read_in_whatever_order():
    table = AXES.read(ROWS)
    assert table.shape == (2, 3) == AXES.shape
    assert (table[1, 2], table[0, 0]) == (7, 2.5)
    assert np.isnan(table).sum() == 4
    backwards = {name: column[::-1] for name, column in ROWS.items()}
    assert table.tobytes() == AXES.read(backwards).tobytes()


def test_there_and_back():
    values = np.arange(6).reshape(2, 3)
    table = AXES.table(values, kpi="sales")
    assert list(table) == ["node", "period", "kpi", "value"]
    assert table["value"].dtype == np.int64
    assert (AXES.read(table) == values).all()
    years = fitting.Axes({"year": [2026, 2027]})
    assert years.table([1.5, 2])["year"].tolist() == [2026, 2027]
    assert years.read(years.table([1.5, 2])).tolist() == [1.5, 2]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({**ROWS, "node": ["west", "eats"]}, "did you mean 'east'?"),
        ({**ROWS, "node": ["west", None]}, "the label is blank"),
        ({**ROWS, "value": ["x", 1]}, "x"),
        ({"node": ["east"], "value": [1]}, "the column is missing"),
        ({**ROWS, "node": ["east", "east"], "period": ["Q1", "Q1"]}, "the same place as row 0"),
        (5, "not a table"),
    ],
)
def test_tables_that_cannot_be_read_are_refused(table, said):
    told = refused(AXES.read, table)
    assert any(said in str(each) for each in told), told


def test_labels_that_are_unknown_are_told_and_nothing_else_of_their_rows():
    told = refused(AXES.read, {**ROWS, "node": ["x", "y"], "period": ["Q1", "Q1"]})
    assert [(each.row, each.value) for each in told] == [(0, "x"), (1, "y")]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({}, "no named axes"),
        (["node"], "no named axes"),
        ({"node": []}, "no labels"),
        ({"node": "ab"}, "no labels"),
        ({"node": 5}, "no labels"),
        ({1: ["a"]}, "the name of an axis is text"),
        ({"node": ["a", "a"]}, "the same label as line 0"),
        ({"node": ["a", " "]}, "the label is blank"),
        ({"value": ["a"]}, "the numbers of a table have this name"),
        ({"node": ["a", None]}, "text or a whole number"),
        ({"node": ["a", 1]}, "together"),
    ],
)
def test_axes_that_are_none_are_refused(labels, said):
    assert any(said in str(each) for each in refused(fitting.Axes, labels))


def test_values_of_another_shape_and_columns_that_are_there_are_refused():
    assert "shape (2, 2)" in str(refused(AXES.table, [[1, 2], [3, 4]])[0])
    told = refused(AXES.table, np.ones((2, 3)), node="x", value="y")
    assert len(told) == 2
