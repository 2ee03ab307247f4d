"""Tables of three ways: every one that there is is fitted, and of all others it is told why."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import fitting, methods
from cascade_kpi.fitting import newton
from cascade_kpi.fitting.lines import Lines, broadcast
from cascade_kpi.fitting.margins import Margin
from cascade_kpi.fitting.refuting import refute
from tests.helpers import refused

MARGINS = st.sampled_from(
    [
        [(0, 1), (1, 2), (0, 2)],
        [(0,), (1,), (2,)],
        [(0, 1), (1, 2)],
        [(0, 1), (2,)],
        [(0, 2), (1,), (1, 2)],
    ]
)
CHEAP = settings(max_examples=40)


def sums_of(table, axes):
    return table.sum(axis=tuple(a for a in range(table.ndim) if a not in axes))


@st.composite
def problems(draw, largest=5, orders=(1, 6, 10)):
    """A seed, and margins that another table with its zeros has; and that table."""
    shape = tuple(draw(st.integers(2, largest)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    wide = draw(st.sampled_from(orders))
    there = rng.random(shape) >= draw(st.sampled_from([0.0, 0.3, 0.6]))
    seed = there * 10.0 ** (wide * (rng.random(shape) - 0.5))
    other = there * 10.0 ** (wide * (rng.random(shape) - 0.5))
    other *= rng.random(shape) < draw(st.sampled_from([1.0, 0.8]))
    assume(other.any())
    other /= other.sum()
    return seed, {axes: sums_of(other, axes) for axes in draw(MARGINS)}, other


@CHEAP
@given(problems())
def test_every_table_that_there_is_is_fitted_however_wide_its_seed(case):
    seed, margins, _ = case
    fitted = fitting.fit(seed, margins)
    for axes, wanted in margins.items():
        assert (np.abs(sums_of(fitted.values, axes) - wanted) <= 1.01e-10 * wanted).all()
    assert not fitted.values[seed == 0].any()
    assert fitted.rounds < 64 + 500
    # The seed times factors, and nothing else: but for cells that are zero in every table.
    table = seed
    for margin, factor in zip(fitted.margins, fitted.factors, strict=True):
        table = table * broadcast(factor, margin.axes, 3)
    assert ((fitted.values == table) | (fitted.values == 0)).all()


@settings(max_examples=25)
@given(problems(orders=(0.5, 2)))
def test_the_answer_is_what_many_rounds_come_to(case):
    seed, margins, other = case
    assume((other[seed > 0] > 0).all())
    table = seed
    for _ in range(1000):
        for axes, wanted in margins.items():
            sums = sums_of(table, axes)
            factor = np.divide(wanted, sums, out=np.zeros(sums.shape), where=sums > 0)
            table = table * broadcast(factor, axes, 3)
    off = max(
        np.abs(sums_of(table, axes) - wanted)[wanted > 0].max() for axes, wanted in margins.items()
    )
    assume(off < 1e-12)
    steps = newton.fit_steeply(
        seed, tuple(Margin(axes, wanted) for axes, wanted in margins.items()), 1e-12, 500
    )
    steep = seed
    for axes, factor in zip(margins, steps.of, strict=True):
        steep = steep * broadcast(factor, axes, 3)
    assert np.allclose(fitting.fit(seed, margins).values, table, rtol=1e-6, atol=1e-9)
    assert np.allclose(steep, table, rtol=1e-6, atol=1e-9)


@CHEAP
@given(problems(orders=(1, 6)))
def test_conjugate_gradients_come_to_the_same(case):
    seed, margins, there_is = case
    asked = tuple(Margin(axes, wanted) for axes, wanted in margins.items())
    one = newton.fit_steeply(seed, asked, 1e-11, 300)
    before = newton._SOLVED
    try:
        newton._SOLVED = 0
        other = newton.fit_steeply(seed, asked, 1e-11, 300)
    finally:
        newton._SOLVED = before
    assert one.off <= 1e-11
    assert other.off <= 1e-11
    tables = []
    for found in (one, other):
        table = seed
        for margin, factor in zip(asked, found.of, strict=True):
            table = table * broadcast(factor, margin.axes, 3)
        tables.append(table[there_is > 0])  # a cell that is zero in every table is let go
    assert np.allclose(*tables, rtol=1e-5, atol=1e-9)


# ------------------------------------------------------------------- what cannot be met


@st.composite
def doubtful(draw):
    """Margins that sum alike and that may or may not be met, in whole numbers."""
    shape = tuple(draw(st.integers(2, 4)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    there = rng.random(shape) >= draw(st.sampled_from([0.0, 0.3]))
    table = rng.integers(0, draw(st.sampled_from([3, 10])), shape) * there
    assume(table.any())
    margins = {axes: sums_of(table, axes).astype(float) for axes in draw(MARGINS) if len(axes) > 1}
    assume(len(margins) > 1)
    changed = margins[draw(st.sampled_from(sorted(margins)))]
    for _ in range(draw(st.integers(1, 3))):  # sums of its rows and columns stay
        i, j = (rng.choice(n, 2, replace=False) for n in changed.shape)
        by = min(changed[i[0], j[0]], changed[i[1], j[1]], 2.0)
        changed[i, j] -= by
        changed[i, j[::-1]] += by
    return there * 10.0 ** rng.uniform(-3, 3, shape), margins


def conditions(lines):
    """A linear program's matrix: which cells each line has."""
    out = np.zeros((len(lines.wanted), lines.at.shape[1]))
    for at in lines.at:
        out[at, np.arange(len(at))] = 1
    return out


def solvable(matrix, wanted):
    linprog = pytest.importorskip("scipy.optimize").linprog
    if not matrix.shape[1]:
        return not wanted.any()
    return linprog(np.zeros(matrix.shape[1]), A_eq=matrix, b_eq=wanted, method="highs").status == 0


@settings(max_examples=100)
@given(doubtful())
def test_what_a_linear_program_finds_no_table_for_is_refused_by_name(case):
    seed, margins = case
    asked = tuple(Margin(axes, wanted) for axes, wanted in margins.items())
    lines = Lines.of(seed, asked)
    matrix = conditions(lines)
    there = solvable(matrix, lines.wanted)
    if there:
        fitting.fit(seed, margins)
    else:
        told = refused(fitting.fit, seed, margins)
        assert all("is to hold" in f.reason or "are to hold" in f.reason for f in told)
    found = refute(lines.at, lines.wanted)
    assert (found is None) == there
    if found is None:
        return
    counted = np.zeros(len(lines.wanted))
    counted[found.lines] = found.times
    assert (counted @ matrix <= 0).all()
    assert counted @ lines.wanted > 0
    for line in found.lines:
        others = found.lines[found.lines != line]
        assert solvable(matrix[others], lines.wanted[others])


# ------------------------------------------------------------------------- explanations


@CHEAP
@given(problems(largest=3), st.integers(0, 2**32))
def test_every_cell_is_made_again_from_what_explains_it(case, which):
    seed, margins, _ = case
    fitted = fitting.fit(seed, margins)
    rng = np.random.default_rng(which)
    at = tuple(int(rng.integers(n)) for n in seed.shape)
    why = ck.explain(fitted, at)
    assert why.evaluate() == why.value == fitted.values[at]


@CHEAP
@given(
    st.integers(0, 2**32),
    st.sampled_from(
        [
            methods.Webster(), methods.Jefferson(), methods.Adams(), methods.Dean(),
            methods.HuntingtonHill(), methods.ModifiedSainteLague(),
        ]
    ),
)  # fmt: skip
def test_lots_are_made_again_from_quotients_whatever_the_ties(which, method):
    rng = np.random.default_rng(which)
    shape = tuple(rng.integers(1, 6, 2))
    weights = rng.integers(0, rng.choice([2, 5, 1000]), shape).astype(float)
    lots = rng.integers(0, rng.choice([2, 4, 30]), shape) * (weights > 0)
    try:
        made = fitting.apportion(
            weights, rows=lots.sum(axis=1), columns=lots.sum(axis=0), method=method
        )
    except ck.InputError:
        assume(False)
    for at in np.ndindex(*shape):
        why = ck.explain(made, at)
        assert why.evaluate() == why.value == made.values[at]
        for each in why.inputs:
            assert each.evaluate() == each.value
