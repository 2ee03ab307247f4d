"""Weightings given, drawn, changed one at a time, and read from tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import refused
from tests.sweeping.case import results

WIDE = {"name": ["old", "new"], "sales": [70, 50], "churn": [30, 50.5]}


def test_a_wide_table_has_a_row_a_weighting():
    read = ck.Weightings.from_table(WIDE)
    assert read == ck.Weightings(["sales", "churn"], [[70, 30], [50, 50.5]], ["old", "new"])


def test_without_names_they_are_numbered():
    table = {"sales": [70, 50], "churn": [30, 50]}
    assert ck.Weightings.from_table(table).names == ("1", "2")
    named = ck.Weightings.from_table({"how": ["x", "y"], **table}, named="how")
    assert (named.names, named.items) == (("x", "y"), ("sales", "churn"))


def test_what_a_long_table_leaves_out_weighs_nothing():
    table = {"name": ["b", "a", "b"], "item": ["y", "x", "x"], "weight": [1, 2, 3]}
    read = ck.Weightings.from_table(table)
    assert (read.names, read.items) == (("b", "a"), ("y", "x"))
    assert read.values.tolist() == [[1, 3], [0, 2]]


def test_any_table_of_the_house_is_read(tmp_path):
    path = tmp_path / "weightings.csv"
    path.write_text("name,sales,churn\nold,70,30\nnew,50,50.5\n", encoding="utf-8")
    records = [dict(zip(WIDE, row, strict=True)) for row in zip(*WIDE.values(), strict=True)]
    one = ck.Weightings.from_table(WIDE)
    assert ck.Weightings.from_table(path) == ck.Weightings.from_table(records) == one
    path.write_text("name,sales,churn\nold,70\nnew,50,-1\n", encoding="utf-8")
    told = refused(ck.Weightings.from_table, path, name="tries")
    assert [(each.source, each.row, each.line) for each in told] == [
        ("tries", 0, 2), ("tries", 1, 3),
    ]  # fmt: skip


@given(st.data())
def test_a_long_table_and_a_wide_one_say_the_same(data):
    shape = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 4)))
    values = data.draw(
        st.lists(
            st.lists(st.integers(0, 9), min_size=shape[1], max_size=shape[1]).filter(any),
            min_size=shape[0], max_size=shape[0],
        )
    )  # fmt: skip
    names, items = ([f"{mark}{i}" for i in range(n)] for mark, n in zip("ni", shape, strict=True))
    wide = {"name": names, **dict(zip(items, np.transpose(values).tolist(), strict=True))}
    cells = [(n, i, w) for n, row in zip(names, values, strict=True)
             for i, w in zip(items, row, strict=True)]  # fmt: skip
    long = dict(zip(("name", "item", "weight"), map(list, zip(*cells, strict=True)), strict=True))
    read = ck.Weightings.from_table(long)
    assert read == ck.Weightings.from_table(wide)
    assert read.values.tolist() == values


def rows(faults):
    return [(fault.row, fault.column) for fault in faults]


def test_everything_wrong_with_a_wide_table_is_told_by_its_row():
    table = {"name": ["a", "a", "", "d"], "s": [1, -1, 0, "x"], "c": [None, 2, 0, 1]}
    assert rows(refused(ck.Weightings.from_table, table)) == [
        (3, "s"), (0, "c"), (1, "s"), (2, "name"), (1, "name"), (2, None),
    ]  # fmt: skip


def test_everything_wrong_with_a_long_table_is_told_by_its_row():
    table = {
        "name": ["a", "a", "", "b", "c"],
        "item": ["s", "s", "c", "", "s"],
        "weight": [1, -1, 0, "x", 0],
    }
    assert rows(refused(ck.Weightings.from_table, table)) == [
        (2, "name"), (3, "item"), (3, "weight"), (1, "weight"), (1, "item"), (4, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ({"name": ["a"]}, [None]),
        ({"s": [], "c": []}, [None]),
        ({"name": ["a"], "item": ["s"], "wieght": [1]}, ["weight"]),
    ],
)
def test_a_table_that_can_be_none_is_refused(table, columns):
    told = refused(ck.Weightings.from_table, table)
    assert set(columns) <= {fault.column for fault in told}
    assert "weightings" in {fault.source for fault in told}


def test_what_is_wrong_with_weights_is_told_together():
    with pytest.raises(ck.InputError) as error:
        ck.Weightings(["a", "a"], [[1, -1], [0, 0], [1, np.inf]])
    assert len(error.value.faults) == 4
    with pytest.raises(ck.InputError, match="of shape"):
        ck.Weightings(["a", "b"], [[1, 2, 3]])
    with pytest.raises(ck.InputError, match="not a share"):
        ck.Weightings.around({"a": 1}, 2)


def test_draws_are_of_their_seed_and_keep_what_weighs_nothing():
    first, again = (ck.Weightings.drawn({"a": 1, "b": 0, "c": 3}, 50, seed=9) for _ in range(2))
    assert first == again
    assert first != ck.Weightings.drawn({"a": 1, "b": 0, "c": 3}, 50, seed=10)
    assert not first.values[:, 1].any()
    np.testing.assert_allclose(first.values.sum(axis=1), 4)


def test_each_weight_in_turn_is_less_and_more_and_the_sum_is_kept():
    around = ck.Weightings.around({"a": 60, "b": 30, "c": 10}, 0.5)
    assert around.names[:3] == ("a −50 %", "a +50 %", "b −50 %")
    np.testing.assert_allclose(around.values.sum(axis=1), 100)
    np.testing.assert_allclose(around.values[0], [30, 52.5, 17.5])
    np.testing.assert_allclose(around.values[5], [60 * 85 / 90, 30 * 85 / 90, 15])
    assert ck.Weightings.around({"a": 90, "b": 10}, 0.5).values[1].tolist() == [100, 0]


@pytest.mark.parametrize("row", [[1e308, 1e308], [5e-324, 0], [1e-250, 2e-250], [1e201, 1]])
def test_weights_whose_sum_cannot_be_scaled_are_refused_by_name(row):
    told = refused(ck.Weightings, ["a", "b"], [[1, 2], row], ["old", "new"])
    assert [(each.row, each.value) for each in told] == [(1, "new")]
    assert "weights sum to" in told[0].reason
    for make in (ck.Weightings.around, lambda of: ck.Weightings.drawn(of, 2, seed=1)):
        assert "weights sum to" in refused(make, dict(zip("ab", row, strict=True)))[0].reason


@pytest.mark.parametrize("unit", [1e-199, 1e198])
def test_weights_are_scaled_whatever_unit_they_are_in(unit):
    items = [ck.Item("sales"), ck.Item("churn")]
    base = ck.score(results(), ck.Scorecard(items, {"sales": 50, "churn": 50}))
    plain, scaled = (
        ck.sweep(base, ck.Weightings(["sales", "churn"], [[3 * by, 7 * by]])) for by in (1, unit)
    )
    np.testing.assert_allclose(scaled.high, plain.high, rtol=1e-12)
    np.testing.assert_allclose(scaled.totals(0), plain.totals(0), rtol=1e-12)


def test_rows_of_several_lengths_are_refused():
    assert refused(ck.Weightings, ["a", "b"], [[1], [1, 2]])


@pytest.mark.parametrize("concentration", [1e101, 1e-101])
def test_a_concentration_that_cannot_be_drawn_by_is_refused(concentration):
    weights = {"a": 1e199, "b": 1e198}
    (told,) = refused(ck.Weightings.drawn, weights, 2, seed=1, concentration=concentration)
    assert told.column == "concentration"


def test_a_weight_that_is_alone_cannot_be_moved_around():
    for weights, share in (({"a": 60}, 0.5), ({"a": 60, "b": 0}, 1)):
        (told,) = refused(ck.Weightings.around, weights, share)
        assert told.reason == "no weight can be moved"
