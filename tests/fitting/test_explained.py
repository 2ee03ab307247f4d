"""Why a cell is what it is, and how a table is shown."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import fitting, methods
from tests.helpers import refused

AXES = fitting.Axes({"node": ["harbour", "market"], "period": ["Q1", "Q2", "Q3"]})
SEED = np.array([[0.0, 80, 120], [60, 50, 40]])
MARGINS = {"node": [170, 150], "period": [70, 100, 150]}


def fitted():
    return fitting.fit(SEED, MARGINS, axes=AXES)


def test_a_fitted_cell_is_the_seed_times_the_factors_that_were_found():
    table = fitted()
    why = ck.explain(table, ("harbour", "Q2"))
    seed, by_node, by_period = why.inputs
    assert (seed.value, seed.source) == (80, "seed, cell (0, 1)")
    assert by_node.value == table.factors[0][0]
    assert by_period.value == table.factors[1][1]
    assert "the line sums to 170" in by_node.operation.words() or "169.99" in str(by_node)
    (margin,) = by_period.inputs
    assert (margin.value, margin.name) == (100, "margin of Q2 (period)")
    assert margin.source == "margins, period, line 1"
    assert why.evaluate() == why.value == table.values[0, 1] == 80 * by_node.value * by_period.value


def test_a_cell_that_no_table_fills_says_so():
    table = fitting.fit([[1, 1], [1, 0]], {0: [5, 5], 1: [5, 5]})
    why = ck.explain(table, (0, 0))
    assert why.value == why.evaluate() == 0
    assert "zero in every table" in str(why)
    assert [each.value for each in why.inputs] == [1, 5, 5]


def test_lots_say_what_the_quotient_is_and_who_else_was_near():
    posts = fitting.apportion(SEED, rows=[4, 5], columns=[2, 3, 4], axes=AXES)
    assert posts.values.tolist() == [[0, 1, 3], [2, 2, 1]]
    why = ck.explain(posts, ("harbour", "Q3"))
    quotient, last, in_row, in_column = why.inputs
    weight, row, column = quotient.inputs
    assert weight.value == 120
    assert row.value * column.value * 120 == pytest.approx(quotient.value, rel=1e-15)
    assert 2.5 <= quotient.value <= 3.5
    assert "between the signposts 2.5 and 3.5" in str(why)
    assert "its divisor is" in str(why)
    assert last.value == pytest.approx(quotient.value / 2.5, rel=1e-15)
    assert last.value >= 1 >= max(in_row.value, in_column.value)
    assert in_row.name == "lot 2 of harbour × Q2"
    assert in_column.name == "lot 2 of market × Q3"
    assert ck.explain(posts, ("harbour", "Q3"), quantity="quotient").value == quotient.value
    assert "not above 0.5, the first signpost" in str(ck.explain(posts, ("harbour", "Q1")))


def test_a_tie_is_told_as_it_was_settled():
    lots = fitting.apportion(np.ones((2, 3)), rows=[2, 1], columns=[1, 1, 1])
    for at in np.ndindex(2, 3):
        why = ck.explain(lots, at)
        assert why.evaluate() == why.value == lots.values[at]


@pytest.mark.parametrize("method", [methods.Adams(), methods.HuntingtonHill(), methods.Dean()])
def test_a_first_lot_of_its_own_needs_no_signpost(method):
    lots = fitting.apportion([[9, 1], [1, 9]], rows=[4, 3], columns=[4, 3], method=method)
    for at in np.ndindex(2, 2):
        why = ck.explain(lots, at)
        assert why.evaluate() == why.value == lots.values[at]
        assert all(np.isfinite(each.value) for _, each in why.walk())


def test_a_rounded_cell_goes_down_to_the_seed():
    whole = fitting.round_to_margins(fitted())
    why = ck.explain(whole, ("market", "Q3"))
    before, *margins = why.inputs
    assert before.name == "fitted market × Q3"
    assert before.inputs[0].value == 40
    assert [each.value for each in margins] == [150, 150]
    up = int(whole.values[1, 2] > before.value)
    assert ("its floor", "its ceiling")[up] in str(why)
    assert why.evaluate() == why.value == whole.values[1, 2]


def test_what_is_as_good_as_whole_is_rounded_to_that():
    whole = fitting.round_to_margins([[2 - 1e-12, 0.5, 0.5], [1, 0.5, 0.5]])
    why = ck.explain(whole, (0, 0))
    assert "whole as it is" in str(why)
    assert why.evaluate() == why.value == 2
    assert "has 1 of 2 fractions rounded up" in str(ck.explain(whole, (1, 1)))


def test_cells_that_are_not_there_are_refused():
    table = fitted()
    told = refused(ck.explain, table, ("harbor", "Q9"))
    assert [each.column for each in told] == ["node", "period"]
    assert "harbour" in told[0].repair
    assert "2 labels" in refused(ck.explain, table, "harbour")[0].reason
    assert "('harbour', 'Q1')" in refused(ck.explain, table, "harbour", "Q1")[0].repair
    assert "no such quantity" in str(refused(ck.explain, table, ("harbour", "Q1"), quantity="x")[0])
    three = fitting.fit(np.ones((2, 2, 2)), {(0, 1): [[1, 2], [3, 4]]})
    assert ck.explain(three, (1, 0, 1)).value == 1.5


def test_tables_out_have_the_axes_as_columns():
    whole = fitting.round_to_margins(fitted())
    long = whole.table(kpi="sales")
    assert list(long) == ["node", "period", "kpi", "value"]
    assert long["value"].tolist() == whole.values.ravel().tolist()
    unnamed = fitting.apportion([[1, 1]], rows=[2], columns=[1, 1]).table()
    assert {name: each.tolist() for name, each in unnamed.items()} == {
        "axis 0": [0, 0],
        "axis 1": [0, 1],
        "value": [1, 1],
    }


def test_it_is_shown_small_and_escaped():
    axes = fitting.Axes({"<b>": ["<i>", *map(str, range(40))], "y": list(range(30))})
    table = fitting.fit(np.ones((41, 30)), {0: np.ones(41)}, axes=axes)
    shown = table._repr_html_()
    assert repr(table).startswith("<Fitted of <b> 41 × y 30, 2 rounds, residual ")
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;i&gt;" in shown
    assert "… and 29 more" in shown
    assert shown.count("<td") == 12 * 14
    lots = fitting.apportion([[1, 1]], rows=[2], columns=[1, 1])
    assert repr(lots) == "<Apportionment of axis 0 1 × axis 1 2, 2 lots by Webster()>"
    assert repr(fitting.round_to_margins(lots.values * 1.0)).endswith("0 changed in all>")
    one = fitting.fit([3, 1], {0: [5, 6]})
    assert one._repr_html_().count("<td") == 4
