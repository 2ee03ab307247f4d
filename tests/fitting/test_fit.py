"""A seed fitted to margins: what is answered, and what is refused."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import fitting
from tests.helpers import refused

NAN = float("nan")
SEED = [[40, 30], [35, 50]]
MARGINS = {0: [100, 200], 1: [120, 180]}
AXES = fitting.Axes({"node": ["east", "west"], "period": ["Q1", "Q2"]})


def test_the_table_is_the_seed_times_factors():
    fitted = fitting.fit(SEED, MARGINS)
    rows, columns = fitted.factors
    assert np.allclose(fitted.values, SEED * rows[:, None] * columns, rtol=1e-12)
    assert fitted.values.sum(axis=1) == pytest.approx([100, 200], rel=1e-10)
    assert fitted.values.sum(axis=0) == pytest.approx([120, 180], rel=1e-10)
    # The odds ratio of the seed stays: 40 · 50 / (30 · 35).
    (a, b), (c, d) = fitted.values
    assert a * d / (b * c) == pytest.approx(2000 / 1050, rel=1e-9)
    assert 1 < fitted.rounds < 30


def test_rounds_and_residual_are_those_of_the_answer():
    fitted = fitting.fit(SEED, MARGINS, tolerance=1e-3)
    finer = fitting.fit(SEED, MARGINS, tolerance=1e-12)
    assert fitted.rounds < finer.rounds
    for each, near in ((fitted, 1e-3), (finer, 1e-12)):
        off = [np.abs(each.values.sum(axis=1 - a) / MARGINS[a] - 1).max() for a in range(2)]
        assert each.residual == pytest.approx(max(off), abs=1e-15)
        assert each.residual <= near


def test_answers_cannot_be_changed_and_compare_by_content():
    one, another = fitting.fit(SEED, MARGINS), fitting.fit(SEED, MARGINS)
    assert one == another
    assert one != fitting.fit(SEED, MARGINS, axes=AXES)
    with pytest.raises(ValueError, match="read-only"):
        one.values[0, 0] = 5


def test_what_was_given_is_not_changed():
    seed, rows = np.array(SEED, dtype=float), np.array([100.0, 200])
    fitted = fitting.fit(seed, {0: rows, 1: [120, 180]})
    rows[0] = 7
    seed[0] = 0
    assert fitted.margins[0].values.tolist() == [100, 200]
    assert fitted.values[0].sum() == pytest.approx(100)


def test_a_line_that_is_to_hold_nothing_holds_nothing():
    fitted = fitting.fit([[1, 1], [5, 5], [0, 0]], {0: [10, 0, 0], 1: [4, 6]})
    assert fitted.values.tolist() == [[4, 6], [0, 0], [0, 0]]


def test_one_margin_and_margins_of_nothing():
    assert fitting.fit(SEED, {1: [150, 8]}).values.tolist() == [[80, 3], [70, 5]]
    assert not fitting.fit(SEED, {0: [0, 0], 1: [0, 0]}).values.any()
    assert fitting.fit([3, 1], {0: [5, 6]}).values.tolist() == [5, 6]


def test_a_cell_that_is_zero_in_every_table_is_zero_at_once():
    # West has all of Q1, so east can have none; rounds alone would never come to an end.
    fitted = fitting.fit([[1, 1], [1, 0]], {0: [5, 5], 1: [5, 5]})
    assert fitted.values == pytest.approx(np.array([[0, 5], [5, 0]]))
    assert fitted.values[0, 0] == 0
    three = fitting.fit(
        np.array([[[1, 1], [1, 0]]] * 2), {(0, 1): [[5, 5], [4, 6]], (0, 2): [[5, 5], [6, 4]]}
    )
    assert three.values == pytest.approx(np.array([[[0, 5], [5, 0]], [[0, 4], [6, 0]]]))


@pytest.mark.parametrize("order", [1, -1])
def test_seeds_that_rounds_alone_come_near_too_slowly_are_fitted(order):
    # One cell is to hold next to nothing: rounds alone take 69,075 of them.
    margins = {0: [1, 0.9999][::order], 1: [1, 0.9999]}
    fitted = fitting.fit([[1, 1], [1, 0]][::order], margins)
    assert fitted.values[::order] == pytest.approx(np.array([[0.0001, 0.9999], [0.9999, 0]]))
    assert fitted.residual <= 1e-10
    assert 64 < fitted.rounds < 100


def test_steps_that_would_go_back_and_forth_are_shortened():
    # Whole steps of Newton's method are off by 1.1 and by 1.0 of a margin in turn, for ever.
    seed = np.array(
        [
            [5.25703161e02, 0, 1.09978134e05, 0, 2.00857879e01, 0],
            [2.21905928e02, 0, 4.16531833e02, 0, 2.98293950e03, 0],
            [0, 2.79753019e02, 5.66730087e01, 0, 8.13833830e00, 1.24552583e05],
            [0, 1.18355074e02, 4.20041494e03, 1.89431921e00, 5.11138280e04, 0],
            [0, 0, 0, 7.27678239e01, 0, 0],
        ]
    )
    other = np.array(
        [
            [0.36377843, 0, 0.84854484, 0, 0.74807484, 0],
            [0.52533189, 0, 0.48485497, 0, 0.89690578, 0],
            [0, 0.35379186, 0.63391473, 0, 0.06224738, 0.78944535],
            [0, 0.93982419, 0.24146149, 0.96314212, 0.23207461, 0],
            [0, 0, 0, 0.83472548, 0, 0],
        ]
    )
    fitted = fitting.fit(seed, {0: other.sum(axis=1), 1: other.sum(axis=0)})
    assert fitted.residual <= 1e-10
    assert fitted.rounds < 100


def test_margins_are_called_by_the_names_of_axes():
    fitted = fitting.fit(SEED, {"period": [120, 180], "node": [100, 200]}, axes=AXES)
    assert fitted.values == pytest.approx(fitting.fit(SEED, MARGINS).values, rel=1e-9)
    assert [margin.axes for margin in fitted.margins] == [(1,), (0,)]


def test_a_margin_of_two_axes_may_be_given_in_either_order():
    seed = np.arange(1.0, 13).reshape(2, 3, 2)
    wanted = seed.sum(axis=1) * 2
    one, other = (
        fitting.fit(seed, {axes: values, 1: [50, 52, 54]}).values
        for axes, values in (((0, 2), wanted), ((2, 0), wanted.T))
    )
    assert (one == other).all()


# ----------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("seed", "margins", "said"),
    [
        ([[1, NAN], [1, 1]], MARGINS, "nothing is known of it at (0, 1)"),
        ([[1, -2], [1, 1]], MARGINS, "negative at (0, 1)"),
        ([[1, np.inf], [1, 1]], MARGINS, "infinite at (0, 1)"),
        ([["a", "b"]], MARGINS, "numbers are needed"),
        ([], MARGINS, "no cells"),
        (5, MARGINS, "no cells"),
        (SEED, {}, "no margins"),
        (SEED, [[100, 200], [120, 180]], "no margins"),
        (SEED, {2: [1, 2]}, "no such axis"),
        (SEED, {-1: [1, 2]}, "no such axis"),
        (SEED, {True: [1, 2]}, "no such axis"),
        (SEED, {(0, 0): [1, 2]}, "no such axis"),
        (SEED, {(): 5}, "no such axis"),
        (SEED, {"node": [1, 2]}, "no such axis"),
        (SEED, {0: [100, 200], (0,): [100, 200]}, "given twice"),
        (SEED, {0: [100, 200, 1]}, "its shape is (3,)"),
        (SEED, {0: [100, NAN]}, "nothing is known of it at 1"),
        (SEED, {0: [100, -200]}, "negative at 1"),
        (SEED, {0: "ab"}, "numbers are needed"),
        (SEED, {0: [100, 200], 1: [120, 181]}, "its sum is 300, that of axis 1 301"),
        ([[0, 0], [1, 1]], MARGINS, "0 is to hold 100 and has no entry"),
    ],
)
def test_what_is_wrong_is_told(seed, margins, said):
    told = refused(fitting.fit, seed, margins)
    assert any(said in str(each) for each in told), told


def test_all_of_it_is_told_at_once():
    told = refused(fitting.fit, [[1, -1], [1, 1]], {0: [1, NAN], 5: [1]}, tolerance=0, rounds=0)
    assert len(told) == 5
    told = refused(fitting.fit, SEED, MARGINS, axes=["node"])
    assert "an Axes is wanted" in str(told[0])
    told = refused(fitting.fit, [[1, 2, 3]], {"node": [1], "month": [1, 2]}, axes=AXES)
    assert "shape (1, 3) is not that of the axes" in str(told[0])


def test_margins_that_disagree_by_little_are_told_by_how_much():
    told = refused(fitting.fit, SEED, {0: [100, 200], 1: [120, 180 + 1e-10]}, tolerance=1e-13)
    assert "sum is 300, that of axis 1 300, 9.99876e-11 apart" in str(told[0])


def test_margins_disagree_on_the_axis_that_they_share():
    margins = {(0, 1): [[1, 2], [3, 4]], (1, 2): [[2, 2], [3, 2]]}
    told = refused(fitting.fit, np.ones((2, 2, 2)), margins)
    assert [each.reason for each in told] == [
        "its sum at 1 of axis 1 is 6, that of axis 1 × axis 2 5, 1 apart"
    ]


def test_lines_that_block_are_named_by_their_labels():
    axes = fitting.Axes({"node": ["coast", "inland", "north"], "period": ["Q1", "Q2"]})
    seed = [[1, 1], [0, 1], [0, 3]]
    margins = {"node": [10, 8, 9], "period": [12, 15]}
    told = refused(fitting.fit, seed, margins, axes=axes)
    assert [each.reason for each in told] == [
        "'Q1' of period is to hold 12 and has cells only in 'coast' of node, which is to hold 10"
    ]


def test_of_many_lines_that_block_the_fewest_are_named():
    seed = np.ones((300, 4))
    seed[:200, 2:] = 0
    rows = np.ones(300)
    rows[7] = 60
    margins = {0: rows, 1: [100, 100, 79.5, 79.5]}
    told = refused(fitting.fit, seed, margins)
    assert told[0].reason.startswith("2, 3 of axis 1 are to hold 159 and have cells only in 200, ")
    assert told[0].reason.endswith("and 94 more of axis 0, which are to hold 100")


def test_two_margins_of_three_that_block_are_named():
    seed = np.ones((2, 2, 2))
    seed[1, 0, 0] = 0
    margins = {(0, 1): [[1, 4], [3, 1]], (0, 2): [[3, 2], [2, 2]], (1, 2): [[2, 2], [3, 2]]}
    told = refused(fitting.fit, seed, margins)
    assert told[0].reason == (
        "(1, 0) of axis 0 × axis 1 is to hold 3 and has cells only in (1, 1) of axis 0 × axis 2, "
        "which is to hold 2"
    )


def test_what_three_margins_together_do_not_allow_is_told_by_the_line_that_is_farthest_off():
    # Every two of these can be met: x ≠ y in 8 of 20, y ≠ z in 8, but x ≠ z in 18.
    same, other = [[6, 4], [4, 6]], [[1, 9], [9, 1]]
    margins = {(0, 1): same, (1, 2): same, (0, 2): other}
    told = refused(fitting.fit, np.ones((2, 2, 2)), margins, rounds=100)
    assert told[0].reason.startswith("not met in 100 rounds: (")
    # x = y and y = z, and x ≠ z: what two of them leave is not enough for the third.
    same, other = [[1, 0], [0, 1]], [[0, 1], [1, 0]]
    margins = {(0, 1): same, (1, 2): same, (0, 2): other}
    told = refused(fitting.fit, np.ones((2, 2, 2)), margins, rounds=100)
    assert "has no cell that may hold anything" in told[0].reason


def test_too_few_rounds_are_told():
    told = refused(fitting.fit, SEED, MARGINS, rounds=1)
    assert "not met in 1 rounds" in told[0].reason


def test_it_is_looked_up_late():
    assert ck.fitting is fitting
    assert "fitting" in dir(ck)


def test_what_is_masked_is_not_fitted_by_what_lies_below_the_mask():
    seed = np.ma.array(SEED, mask=[[True, False], [False, False]])
    (fault,) = refused(fitting.fit, seed, MARGINS)
    assert fault.source == "seed"
    assert "nothing is known of it" in fault.reason


def test_sums_beyond_all_floats_are_refused():
    huge = [1e308, 1e308]
    faults = refused(fitting.fit, np.full((2, 2), 1e308), {0: huge, 1: huge})
    assert [fault.source for fault in faults] == ["seed", "margins", "margins"]
    assert all("largest float" in fault.reason for fault in faults)
