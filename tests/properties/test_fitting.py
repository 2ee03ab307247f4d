"""Tables from their margins: exact, zeros kept, possible exactly when a linear program says so."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import fitting
from cascade_kpi.fitting.blocking import blocking, possible

METHODS = st.sampled_from(
    [
        ck.methods.Webster(),
        ck.methods.Jefferson(),
        ck.methods.Adams(),
        ck.methods.HuntingtonHill(),
        ck.methods.ModifiedSainteLague(),
    ]
)
CHEAP = settings(max_examples=60)


@st.composite
def seeds(draw, largest=6, zeros=(0.0, 0.3, 0.6), axes=2, spreads=(0.0, 1.0, 12.0)):
    """A table with some zeros, and another with the same zeros or more."""
    shape = tuple(draw(st.integers(1, largest)) for _ in range(axes))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    there = rng.random(shape) >= draw(st.sampled_from(zeros))
    spread = draw(st.sampled_from(spreads))
    seed = there * np.exp(spread * rng.random(shape)) * (0.5 + rng.random(shape))
    other = there * (rng.random(shape) >= draw(st.sampled_from([0.0, 0.2]))) * rng.random(shape)
    return seed, other * draw(st.sampled_from([1.0, 1e-6, 1e9]))


@st.composite
def whole_tables(draw, largest=5, most=6):
    """Weights and margins that may or may not be met."""
    seed, _ = draw(seeds(largest))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    if draw(st.booleans()):
        lots = rng.integers(0, most, seed.shape) * (seed > 0)
        return seed, lots.sum(axis=1), lots.sum(axis=0)
    rows = rng.integers(0, most, seed.shape[0])
    return seed, rows, rng.multinomial(rows.sum(), np.ones(seed.shape[1]) / seed.shape[1])


def solvable(support, rows, columns, cell=None):
    """By a linear program: whether there is a table; or the most that a cell can hold."""
    linprog = pytest.importorskip("scipy.optimize").linprog

    cells = np.argwhere(support)
    if not len(cells):
        return not rows.any()
    sums = np.zeros((len(rows) + len(columns), len(cells)))
    sums[cells[:, 0], np.arange(len(cells))] = 1
    sums[len(rows) + cells[:, 1], np.arange(len(cells))] = 1
    cost = np.zeros(len(cells)) if cell is None else -(cells == cell).all(axis=1).astype(float)
    found = linprog(cost, A_eq=sums, b_eq=np.concatenate([rows, columns]), bounds=(0, None))
    return found.status == 0 if cell is None else -found.fun


def sums_of(table, axes):
    return table.sum(axis=tuple(a for a in range(table.ndim) if a not in axes))


# ------------------------------------------------------------------------------ fitting


@CHEAP
@given(seeds())
def test_margins_are_met_and_zeros_kept(case):
    seed, other = case
    assume(other.any())
    fitted = fitting.fit(seed, {0: other.sum(axis=1), 1: other.sum(axis=0)})
    for a in range(2):
        wanted = other.sum(axis=1 - a)
        assert (np.abs(fitted.values.sum(axis=1 - a) - wanted) <= 1.01e-10 * wanted).all()
    assert not fitted.values[seed == 0].any()
    assert fitted.residual <= 1e-10
    # Ratios across are those of the seed wherever there is something in all four cells.
    there = (fitted.values > 1e-9 * fitted.values.max()).astype(bool)
    for (i, k), (j, h) in product(*(combinations(range(n), 2) for n in seed.shape)):
        if there[np.ix_([i, k], [j, h])].all():
            ours, theirs = (t[i, j] * t[k, h] / (t[i, h] * t[k, j]) for t in (fitted.values, seed))
            assert ours == pytest.approx(theirs, rel=1e-6)


@CHEAP
@given(seeds(largest=4, axes=3, spreads=(0.0, 2.0)), st.sampled_from([
    [(0,), (1,), (2,)], [(0, 1), (2,)], [(0, 1), (1, 2)], [(0, 1), (1, 2), (0, 2)], [(0,), (2,)],
    [(1,)], [(0, 1, 2)], [(2,), (0, 1), (0,)],
]))  # fmt: skip
def test_three_ways_are_met_too(case, ways):
    seed, _ = case
    rng = np.random.default_rng(len(ways))
    # Margins of the seed times factors: there is a table without further zeros.
    other = seed * np.exp(rng.random(seed.shape))
    assume(seed.any())
    fitted = fitting.fit(seed, {axes: sums_of(other, axes) for axes in ways})
    for axes in ways:
        wanted = sums_of(other, axes)
        assert (np.abs(sums_of(fitted.values, axes) - wanted) <= 1.01e-10 * wanted).all()
    assert not fitted.values[seed == 0].any()
    made = seed.copy()
    for margin, factor in zip(fitted.margins, fitted.factors, strict=True):
        made = made * factor.reshape(
            [n if a in margin.axes else 1 for a, n in enumerate(made.shape)]
        )
    assert np.allclose(made, fitted.values, rtol=1e-9)


@CHEAP
@given(seeds(), st.sampled_from([1e-9, 3.0, 2.0**80]))
def test_the_unit_of_the_seed_changes_nothing(case, factor):
    seed, other = case
    assume(other.any())
    margins = {0: other.sum(axis=1), 1: other.sum(axis=0)}
    one, another = (fitting.fit(each, margins).values for each in (seed, seed * factor))
    assert np.allclose(one, another, rtol=1e-7, atol=1e-9 * other.max())
    if factor == 2.0**80:
        assert one.tobytes() == another.tobytes()


@CHEAP
@given(seeds(), st.randoms(use_true_random=False))
def test_lines_in_another_order_have_the_same_table(case, random):
    seed, other = case
    assume(other.any())
    rows, columns = (random.sample(range(n), n) for n in seed.shape)
    at = np.ix_(rows, columns)
    one = fitting.fit(seed, {0: other.sum(axis=1), 1: other.sum(axis=0)}).values
    margins = {1: other.sum(axis=0)[columns], 0: other.sum(axis=1)[rows]}
    assert np.allclose(fitting.fit(seed[at], margins).values, one[at], atol=1e-8 * other.max())


@CHEAP
@given(whole_tables())
def test_a_fit_is_refused_exactly_when_there_is_no_table(case):
    seed, rows, columns = case
    try:
        fitting.fit(seed, {0: rows / 7, 1: columns / 7})
        met = True
    except ck.InputError:
        met = False
    assert met == solvable(seed > 0, rows, columns)


# ------------------------------------------------------------------------- what blocks


@CHEAP
@given(whole_tables(largest=6), st.sampled_from([1.0, 1 / 7, 1e12 / 3]))
def test_lines_that_are_named_block_and_none_can_be_left_out(case, unit):
    seed, rows, columns = case
    support, sums = seed > 0, (rows * unit, columns * unit)
    block = blocking(support, *sums)
    assert (block is None) == solvable(support, rows, columns)
    if block is None:
        return
    reach, (mine, others) = (support, sums) if block.axis == 0 else (support.T, sums[::-1])
    assert block.reach.tolist() == np.flatnonzero(reach[block.lines].any(axis=0)).tolist()
    assert mine[block.lines].sum() > others[block.reach].sum() + 0.5 * unit
    for size in range(1, len(block.lines)):
        for some in map(list, combinations(block.lines.tolist(), size)):
            room = others[reach[some].any(axis=0)].sum()
            assert mine[some].sum() <= room + 1e-6 * unit


@settings(max_examples=30)
@given(whole_tables(largest=4))
def test_cells_that_are_zero_in_every_table_are_found(case):
    seed, rows, columns = case
    support = seed > 0
    assume(solvable(support, rows, columns))
    found = possible(support, rows.astype(float), columns.astype(float))
    assert not (found & ~support).any()
    for cell in np.argwhere(support):
        assert found[tuple(cell)] == (solvable(support, rows, columns, cell) > 1e-7)


# ------------------------------------------------------------------------------- whole


@CHEAP
@given(whole_tables(), METHODS)
def test_whole_tables_are_made_exactly_when_there_are_any(case, method):
    weights, rows, columns = case
    first = (weights > 0) * int(method.signpost.above(0) == 0)
    left = rows - first.sum(axis=1), columns - first.sum(axis=0)
    there = all((each >= 0).all() for each in left) and solvable(weights > 0, *left)
    try:
        made = fitting.apportion(weights, rows=rows, columns=columns, method=method)
    except ck.InputError:
        assert not there
        return
    assert there
    seats = made.values
    assert seats.dtype == np.int64
    assert (seats >= first).all()
    assert not seats[weights == 0].any()
    assert (seats.sum(axis=1) == rows).all()
    assert (seats.sum(axis=0) == columns).all()
    # Every cell is rounded at a signpost, which its share may touch: then it is a tie.
    shares = weights * made.row_multipliers[:, None] * made.column_multipliers
    above, below = (
        [float(part(k)) for k in range(int(seats.max()) + 2)]
        for part in (method.signpost.above, method.signpost.below)
    )
    posts = (np.array(above) / np.array(below)) ** (1 / method.signpost.power)
    held = made.row_multipliers[:, None] * made.column_multipliers * (weights > 0) > 0
    low = np.where(seats > 0, posts[np.maximum(seats - 1, 0)], 0.0)
    assert (shares <= posts[seats] * (1 + 1e-9)).all()
    assert (shares >= low * (1 - 1e-9))[held].all()
    assert not seats[~held].any()


@CHEAP
@given(whole_tables(), st.randoms(use_true_random=False))
def test_scales_and_order_of_lines_change_no_lots(case, random):
    weights, rows, columns = case
    try:
        seats = fitting.apportion(weights, rows=rows, columns=columns).values
    except ck.InputError:
        return
    order = [random.sample(range(n), n) for n in weights.shape]
    scale = [np.array([random.choice([0.5, 1.0, 3.0, 1e4]) for _ in each]) for each in order]
    at = np.ix_(*order)
    other = (weights * scale[0][:, None] * scale[1])[at]
    again = fitting.apportion(other, rows=rows[order[0]], columns=columns[order[1]]).values
    # Weights are drawn at random, so that there are no ties.
    assert (again == seats[at]).all()


def least_change(table):
    """The least sum of absolute changes among all roundings, by trying each."""
    low = np.floor(table)
    best, (m, n) = np.inf, table.shape
    for up in product(*([0, 1] if f else [0] for f in (table - low).ravel())):
        whole = low + np.reshape(up, (m, n))
        if all((whole.sum(axis=a) == table.sum(axis=a)).all() for a in range(2)):
            best = min(best, np.abs(whole - table).sum())
    return best


@st.composite
def whole_margins(draw, largest):
    """A table in eighths whose sums are whole."""
    m, n = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    parts = rng.integers(-20, 40, (m, n))
    if draw(st.booleans()):
        parts[rng.random((m, n)) < 0.3] = 0
    parts[:, -1] -= parts.sum(axis=1) % 8
    parts[-1] -= parts.sum(axis=0) % 8
    return parts / 8


@CHEAP
@given(whole_margins(3))
def test_no_rounding_changes_less(table):
    whole = fitting.round_to_margins(table).values
    assert np.abs(whole - table).sum() == least_change(table)


@given(whole_margins(9), st.randoms(use_true_random=False))
def test_cells_are_their_floors_or_ceilings_and_sums_are_kept(table, random):
    whole = fitting.round_to_margins(table).values
    assert whole.dtype == np.int64
    assert ((whole == np.floor(table)) | (whole == np.ceil(table))).all()
    for a in range(2):
        assert (whole.sum(axis=a) == table.sum(axis=a)).all()
    order = np.ix_(*(random.sample(range(n), n) for n in table.shape))
    change, again = (
        np.abs(made - cells).sum()
        for made, cells in (
            (whole, table),
            (fitting.round_to_margins(table[order]).values, table[order]),
        )
    )
    assert change == again


@CHEAP
@given(st.integers(0, 1 << 32), st.integers(1, 6), st.integers(1, 6))
def test_without_ties_lines_in_another_order_are_rounded_alike(number, m, n):
    rng = np.random.default_rng(number)
    lots = rng.integers(0, 9, (m, n))
    seed = rng.random((m, n)) + 0.05
    fitted = fitting.fit(seed, {0: lots.sum(axis=1), 1: lots.sum(axis=0)})
    whole = fitting.round_to_margins(fitted).values
    order = np.ix_(rng.permutation(m), rng.permutation(n))
    at = fitted.values[order]
    margins = {0: at.sum(axis=1), 1: at.sum(axis=0)}
    assert (fitting.round_to_margins(at, margins).values == whole[order]).all()
