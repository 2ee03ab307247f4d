"""The two sweeps against the dense closed form, and the active set against a bounded solver."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.commitments.bounded import held_at, sweep_within
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.sweeps import Stated, lifted, met, optimum, sweep
from cascade_kpi.org.bands import added
from tests.helpers import org

INF, NAN = np.inf, np.nan


def random_tree(rng, largest):
    n = int(rng.integers(1, largest + 1))
    above = [None, *(int(rng.integers(max(0, i - 5), i)) for i in range(1, n))]
    return ck.OrgTree.from_table({"id": list(range(n)), "parent": above})


def summing(tree, factor=None):
    """The matrix S: what each node has of each leaf, where children sum to so many times it."""
    leaves = np.flatnonzero(tree.is_leaf)
    s = np.zeros((len(tree), len(leaves)))
    s[leaves, np.arange(len(leaves))] = 1.0
    for row in range(len(tree) - 1, 0, -1):
        above = tree.parent[row]
        s[above] += s[row] / (1.0 if factor is None else factor[above])
    return s


def swept(tree, value, weight, **more):
    order = tree.layout.order
    found = sweep(tree.layout, Stated(value[order], weight[order], **more)).found
    out = np.empty(len(tree))
    out[order] = found
    return out


def dense(tree, value, weight, factor=None):
    s, w = summing(tree, factor), np.diag(weight)
    return s @ np.linalg.solve(s.T @ w @ s, s.T @ w @ value)


def within(tree, value, weight, low, high, factor=None):
    order = tree.layout.order
    stated = Stated(value[order], weight[order], factor=None if factor is None else factor[order])
    limits = FloorsAndCaps(low[order], high[order])
    out = np.empty(len(tree))
    out[order] = sweep_within(tree.layout, stated, limits)[0].found
    return out


@pytest.mark.parametrize("seed", range(40))
def test_the_sweeps_equal_the_dense_closed_form(seed):
    rng = np.random.default_rng(seed)
    tree = random_tree(rng, 25)
    value = rng.normal(0, 100, len(tree))
    weight = np.where(rng.random(len(tree)) < 0.3, 0.0, 10.0 ** rng.uniform(-3, 3, len(tree)))
    weight[tree.is_leaf] = 10.0 ** rng.uniform(-3, 3, int(tree.is_leaf.sum()))
    value[weight == 0] = 0.0
    np.testing.assert_allclose(
        swept(tree, value, weight), dense(tree, value, weight), rtol=1e-9, atol=1e-8
    )
    factor = np.where(rng.random(len(tree)) < 0.5, 1.0, 1.0 + rng.random(len(tree)))
    np.testing.assert_allclose(
        swept(tree, value, weight, factor=factor[tree.layout.order]),
        dense(tree, value, weight, factor), rtol=1e-9, atol=1e-8,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_on_the_way_makes_no_difference(seed):
    rng = np.random.default_rng(seed)
    tree = random_tree(rng, 400)
    stated = Stated(rng.normal(0, 9, len(tree)), rng.uniform(0.5, 2, len(tree)))
    assert optimum(tree.layout, stated).tobytes() == sweep(tree.layout, stated).found.tobytes()


def test_certain_demands_are_the_limit_of_ever_greater_weights():
    rng = np.random.default_rng(7)
    tree = random_tree(rng, 20)
    value, weight = rng.normal(0, 100, len(tree)), rng.uniform(1, 2, len(tree))
    sure = [0, len(tree) - 1]
    great = weight.copy()
    great[sure] = 1e9
    weight[sure] = INF
    found = swept(tree, value, weight)
    assert (found[sure] == value[sure]).all()
    np.testing.assert_allclose(found, dense(tree, value, great), atol=1e-4)


def test_what_nothing_settles_is_absent_and_what_lies_below_keeps_its_demand():
    tree = org({"hq": "", "a": "hq", "b": "hq"})
    found = swept(tree, np.array([0.0, 5.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_array_equal(found, [NAN, 5, NAN])


def test_what_no_demand_settles_is_divided_by_claims():
    tree = org({"hq": "", "a": "hq", "b": "hq", "c": "hq"})
    claim = np.array([1.0, 7.0, 1.0, 3.0])
    found = swept(
        tree, np.array([100.0, 20.0, 0.0, 0.0]), np.array([INF, 2.0, 0.0, 0.0]), claim=claim
    )
    np.testing.assert_allclose(found, [100, 20, 20, 60])


def test_two_demands_at_one_node():
    def both(*demands):
        return tuple(float(x[0]) for x in met(*(np.array([d]) for d in demands)))

    assert both(10.0, 1.0, 20.0, 3.0) == (17.5, 4.0)
    assert both(10.0, INF, 20.0, 3.0) == (10.0, INF)
    assert both(10.0, 3.0, 20.0, INF) == (20.0, INF)
    assert both(NAN, 0.0, 20.0, 3.0) == (20.0, 3.0)
    assert both(10.0, 1.0, NAN, 0.0) == (10.0, 1.0)
    assert both(NAN, 0.0, NAN, 0.0) == (0.0, 0.0)
    assert both(0.1, 1.0, 0.1, 0.3)[0] == 0.1  # what agrees is not moved by a rounding error


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        ((5.0, 0.0, 8.0, 2.0), (8.0, 2.0, 0.0)),  # no demand of its own
        ((5.0, 0.0, 8.0, INF), (8.0, INF, 0.0)),
        ((5.0, 4.0, 8.0, INF), (5.0, 0.25, 1.0)),  # nothing binds below
        ((5.0, INF, 8.0, 2.0), (5.0, 0.0, 1.0)),  # certain
        ((5.0, INF, 8.0, INF), (5.0, 0.0, 1.0)),
        ((5.0, INF, 5.0, 0.0), (5.0, 0.0, 0.0)),  # certain above what is certain
        ((5.0, 4.0, 8.0, 0.0), (8.0, 0.0, 0.0)),
        ((5.0, 0.5, 8.0, 2.0), (6.5, 1.0, 0.5)),
        ((5.0, 1e100, 8.0, 1e100), (5.0, 1e-100, 1.0)),
    ],
)
def test_what_a_node_would_like_best(demand, expected):
    with np.errstate(invalid="ignore", divide="ignore"):
        got = lifted(*(np.array([x]) for x in demand))
    assert tuple(float(x[0]) for x in got) == expected


def test_sums_have_the_same_bits_alone_and_among_others():
    cells = np.random.default_rng(3).normal(0, 1, (100, 70))
    alone = [added(cells[:, [i]])[0] for i in range(70)]
    assert added(cells).tolist() == alone


@pytest.mark.parametrize("margins", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_the_optimum_within_limits_is_that_of_a_bounded_solver(seed, margins):
    rng = np.random.default_rng(seed)
    tree = random_tree(rng, 10)
    n = len(tree)
    value = rng.integers(-50, 50, n).astype(float)
    weight = np.where(tree.is_leaf | (rng.random(n) < 0.6), rng.integers(1, 6, n), 0).astype(float)
    value[weight == 0] = 0.0
    leaf = rng.integers(-30, 30, n)[tree.is_leaf].astype(float)
    factor = 1.0 + rng.integers(0, 3, n) / 10 if margins else np.ones(n)
    s = summing(tree, factor)
    inside = s @ leaf
    low = np.where(rng.random(n) < 0.5, inside - rng.integers(0, 12, n), -INF)
    high = np.where(rng.random(n) < 0.5, inside + rng.integers(0, 12, n), INF)
    found = within(tree, value, weight, low, high, factor)
    assert (found >= low).all()
    assert (found <= high).all()
    best = solved(tree, value, weight, low, high, s)

    def cost(x):
        return float(weight @ (x - value) ** 2)

    assert cost(found) <= cost(best) + 1e-5 * (1 + cost(best))
    np.testing.assert_allclose(found, s @ found[tree.is_leaf], atol=1e-9)
    np.testing.assert_allclose(found, best, atol=0.02)


def solved(tree, value, weight, low, high, s):
    """The optimum by sequential quadratic programming over the leaves."""
    minimize = pytest.importorskip("scipy.optimize").minimize
    leaves = np.flatnonzero(tree.is_leaf)
    inner = ~tree.is_leaf
    limits = []
    for bound, sign in ((low, 1), (high, -1)):
        which = inner & np.isfinite(bound)
        if which.any():
            limits.append(
                {"type": "ineq", "jac": lambda b, w=which, sign=sign: sign * s[w],
                 "fun": lambda b, w=which, sign=sign, bound=bound: sign * (s[w] @ b - bound[w])}
            )  # fmt: skip
    done = minimize(
        lambda b: weight @ (s @ b - value) ** 2,
        np.zeros(len(leaves)),
        jac=lambda b: 2 * s.T @ (weight * (s @ b - value)),
        bounds=list(zip(low[leaves], high[leaves], strict=True)),
        constraints=limits,
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-13},
    )
    return s @ done.x


@pytest.mark.parametrize("seed", range(20))
def test_the_one_sweep_up_already_finds_what_is_held(seed):
    """The rounds behind it mend rounding errors; they do not search."""
    rng = np.random.default_rng(seed)
    tree = random_tree(rng, 200)
    n = len(tree)
    value, weight = rng.normal(0, 50, n), rng.uniform(0.5, 2, n)
    low, high = value - rng.uniform(0, 40, n), value + rng.uniform(0, 40, n)
    low[~tree.is_leaf], high[~tree.is_leaf] = -INF, INF
    order = tree.layout.order
    stated, limits = Stated(value[order], weight[order]), FloorsAndCaps(low[order], high[order])
    held = held_at(tree.layout, stated, limits)
    _, last = sweep_within(tree.layout, stated, limits)
    np.testing.assert_array_equal(held, last)
    assert 0 < (~np.isnan(held)).sum() < n or n < 4
