"""Whole tables: apportioned, and rounded; ties, size, and what is refused."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import fitting
from cascade_kpi.fitting import exchange
from tests.helpers import refused

NAN = float("nan")


def test_of_equal_claims_the_earlier_column_is_served_first_in_every_row():
    seats = fitting.apportion(np.ones((2, 3)), rows=[2, 1], columns=[1, 1, 1]).values
    assert seats.tolist() == [[0, 1, 1], [1, 0, 0]]
    again = fitting.apportion(np.ones((3, 2)), rows=[1, 1, 1], columns=[2, 1]).values
    assert again.tolist() == seats.T.tolist()


@pytest.mark.parametrize("method", ["Adams", "Dean", "HuntingtonHill"])
def test_methods_that_give_everybody_one_first(method):
    weights = [[1000, 1], [1, 1000], [1, 0]]
    rule = getattr(ck.methods, method)()
    made = fitting.apportion(weights, rows=[5, 5, 1], columns=[6, 5], method=rule)
    assert (made.values >= 1).tolist() == [[True, True], [True, True], [True, False]]
    assert made.method == rule
    told = refused(fitting.apportion, weights, rows=[1, 9, 1], columns=[6, 5], method=rule)
    assert "0 has 1 lots, and 2 cells that get one first" in str(told[0])


def test_one_row_is_apportioned_as_the_divisor_method_does():
    votes = [[5117, 4400, 162, 161, 160]]  # Balinski and Young 1975, example 1
    columns = [52, 45, 1, 1, 1]
    made = fitting.apportion(votes, rows=[100], columns=columns, method=ck.methods.Jefferson())
    assert made.values.tolist() == [columns]


def test_lots_in_the_billions_are_met_to_the_last():
    rng = np.random.default_rng(1)
    weights = rng.random((40, 12)) ** 3 * (rng.random((40, 12)) > 0.4)
    lots = (weights * 4e10 * rng.random((40, 1)) * rng.random(12)).astype(np.int64)
    rows, columns = lots.sum(axis=1), lots.sum(axis=0)
    made = fitting.apportion(weights, rows=rows, columns=columns)
    assert (made.values.sum(axis=1) == rows).all()
    assert (made.values.sum(axis=0) == columns).all()
    shares = weights * made.row_multipliers[:, None] * made.column_multipliers
    assert (np.abs(shares - made.values) <= 0.5 + 1e-9 * made.values).all()


def test_an_even_table_needs_many_transfers_at_once():
    # Every row serves its first six columns; half of that has to go to the others.
    whole = fitting.round_to_margins(np.full((3000, 12), 0.5)).values
    assert (whole.sum(axis=0) == 1500).all()
    assert (whole.sum(axis=1) == 6).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": [[1, NAN], [1, 1]]}, "nothing is known of it"),
        ({"weights": [[1, -1], [1, 1]]}, "negative"),
        ({"weights": [1, 1]}, "a table of 1 axes"),
        ({"weights": [[1, 1e-20], [1, 1]]}, "next to nothing"),
        ({"rows": [1.5, 1.5]}, "a whole number of lots"),
        ({"rows": [1, 3]}, "rows sum to 4, columns to 3"),
        ({"rows": [1, 2, 3]}, "its shape is (3,)"),
        ({"rows": [-1, 4]}, "negative"),
        ({"rows": [1 << 50, 0], "columns": [1 << 50, 0]}, "use a larger lot"),
        ({"method": ck.methods.LargestRemainder()}, "not a divisor method"),
        ({"method": ck.methods.Webster}, "not a divisor method"),
        ({"axes": 5}, "an Axes is wanted"),
    ],
)
def test_apportionments_that_cannot_be_are_refused(change, said):
    given = {"weights": [[1, 2], [3, 4]], "rows": [1, 2], "columns": [2, 1], **change}
    told = refused(fitting.apportion, given.pop("weights"), **given)
    assert any(said in str(each) for each in told), told


def test_lines_that_block_lots_are_named():
    axes = fitting.Axes({"party": ["a", "b"], "district": ["x", "y"]})
    told = refused(fitting.apportion, [[1, 0], [1, 1]], rows=[3, 2], columns=[2, 3], axes=axes)
    assert told[0].reason == (
        "'a' of party is to hold 3 and has cells only in 'x' of district, which is to hold 2"
    )
    told = refused(fitting.apportion, [[0, 0], [1, 1]], rows=[1, 2], columns=[2, 1], axes=axes)
    assert told[0].reason == "'a' of party is to hold 1 and has no cell that may hold anything"


# ---------------------------------------------------------------------------- rounding


def test_a_fitted_table_is_rounded_to_its_own_margins():
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 10**9, 50)
    columns = rng.multinomial(rows.sum(), np.ones(7) / 7)
    fitted = fitting.fit(rng.random((50, 7)), {1: columns, 0: rows})
    whole = fitting.round_to_margins(fitted).values
    assert (whole.sum(axis=1) == rows).all()
    assert (whole.sum(axis=0) == columns).all()
    assert (np.abs(whole - fitted.values) < 1).all()


def test_whole_cells_stay_and_negative_ones_are_rounded_too():
    table = [[-1.5, 2.0, 0.5], [0.5, 3.0, -0.5]]
    whole = fitting.round_to_margins(table).values
    assert whole[:, 1].tolist() == [2, 3]
    assert (whole.sum(axis=1) == [1, 3]).all()
    assert (whole.sum(axis=0) == [-1, 5, 0]).all()
    nearly = np.array([[3 - 1e-12, 0.5, 0.5], [1.0, 0.5, 0.5]])
    assert fitting.round_to_margins(nearly).values[0, 0] == 3


def test_three_axes_are_rounded_where_two_margins_have_each_once():
    table = np.array([[[0.5, 0.5], [0.25, 0.75]], [[0.5, 0.5], [0.75, 0.25]]])
    whole = fitting.round_to_margins(table, {0: [2, 2], (1, 2): [[1, 1], [1, 1]]}).values
    assert whole.shape == table.shape
    assert (whole.sum(axis=(1, 2)) == 2).all()
    assert (whole.sum(axis=0) == 1).all()
    turned = fitting.round_to_margins(table.T, {(0, 1): [[1, 1], [1, 1]], 2: [2, 2]}).values
    assert (turned.sum(axis=2) == 1).all()


def test_a_table_of_three_axes_without_any_rounding_is_not_tried():
    # Halves where x + y + z is even. Whatever cell is rounded up forbids the three others.
    told = refused(fitting.round_to_margins, np.full((2, 2, 2), 0.5))
    assert "may not exist" in told[0].reason
    ones = np.ones((2, 2))
    three = {(0, 1): ones, (1, 2): ones, (0, 2): ones}
    told = refused(fitting.round_to_margins, fitting.fit(np.ones((2, 2, 2)), three))
    assert "may not exist" in told[0].reason


@pytest.mark.parametrize(
    ("table", "margins", "said"),
    [
        ([[0.5, 0.4], [0.5, 0.5]], None, "not a whole number"),
        ([[NAN, 0.5]], None, "nothing is known of it"),
        ([[1e300]], None, "floats have no fractions"),
        ([1.5, 0.5], None, "a table of one axis"),
        ([[0.5, 0.5], [0.5, 0.5]], {0: [1, 2], 1: [1, 2]}, "sums to 1, not to 2"),
        ([[0.5, 0.5], [0.5, 0.5]], {0: [1, 1]}, "and no others"),
        ([[0.5, 0.5], [0.5, 0.5]], {0: [1, 1], 2: [1, 1]}, "no such axis"),
        ("x", None, "numbers are needed"),
    ],
)
def test_tables_that_cannot_be_rounded_are_refused(table, margins, said):
    told = refused(fitting.round_to_margins, table, margins)
    assert any(said in str(each) for each in told), told


def test_a_coarse_fit_is_refused_rather_than_rounded_past_a_neighbour():
    table = np.array([[1.0, 1.0], [1.0, 1.0]])
    told = refused(fitting.round_to_margins, table + 1e-8, {0: [2, 2], 1: [3, 1]})
    assert "sums to 2.00000002, not to 3" in told[0].reason


def test_prices_of_columns_never_contradict_a_table_of_least_cost(monkeypatch):
    # Ways that are kept up to date lot by lot are those that all rows have.
    made = exchange._Ways.renew

    def checked(ways, cells, path, rows):
        made(ways, cells, path, rows)
        fresh = exchange._Ways.of(cells)
        assert (ways.price == fresh.price).all()
        there = fresh.price < exchange.NEVER
        assert (ways.row == fresh.row)[there].all()
        seen.append(1)

    seen = []
    monkeypatch.setattr(exchange._Ways, "renew", checked)
    for number in range(30):
        rng = np.random.default_rng(number)
        m, n = rng.integers(2, 12, 2)
        weights = rng.integers(0, 4, (m, n))
        lots = rng.integers(0, 5, (m, n)) * (weights > 0)
        fitting.apportion(weights, rows=lots.sum(axis=1), columns=lots.sum(axis=0))
    assert len(seen) > 20


def test_rows_get_their_lots_at_the_least_cost_wherever_they_begin():
    price = np.array([[3, 1, 2], [1, 1, 9], [2, 5, 2]]).T  # (columns, rows); each lot costs more

    def prices(column, row, lots):
        each = price[column, row]
        return each * (lots + 1), np.where(lots > 0, each * lots, -exchange.NEVER)

    rows = np.array([2, 4, 1])
    for begin in (np.zeros((3, 3)), np.diag(rows)[::-1], np.full((3, 3), 3)):
        lots = begin.astype(np.int64)
        exchange.hand_out(lots, rows, prices, np.zeros(3, dtype=np.int64))
        assert lots.sum(axis=0).tolist() == rows.tolist()
        cost = (price * lots * (lots + 1) // 2).sum(axis=0)
        assert cost.tolist() == [3, 6, 2]
