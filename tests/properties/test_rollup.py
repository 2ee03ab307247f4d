"""Roll-ups against an explicit summing matrix, and against plain Python, node by node."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.trees import children_of, cycled, orgs

GONE = math.nan
NUMBERS = st.one_of(
    st.just(GONE), st.integers(-100, 100).map(float), st.floats(-1e12, 1e12, allow_subnormal=False)
)


def summing_matrix(org, scope):
    """S[i, j] is 1 if node j counts for node i."""
    matrix = np.zeros((len(org), len(org)))
    for j in range(len(org)):
        if scope == "children":
            matrix[org.parent[j], j] = org.parent[j] >= 0
            continue
        i = j
        while i >= 0:
            matrix[i, j] = 1
            i = int(org.parent[i])
    return matrix


def folded(org, values, scope, combine):
    """Children in sibling order, then the node's own, absent ones skipped; Python floats."""
    out = [GONE] * len(org)
    for row, below in reversed(list(enumerate(children_of(org)))):
        source = values if scope == "children" else out
        line = [source[child] for child in below]
        line += [values[row]] if scope == "subtrees" else []
        for value in line:
            if not math.isnan(value):
                out[row] = value if math.isnan(out[row]) else combine(out[row], value)
    return out


def policed(org, values, missing, scope):
    """Values as the policy wants them, and the nodes that are held back."""
    leaf = org.is_leaf.tolist()
    need = [True] * len(org) if scope == "children" else leaf
    lost = [needed and math.isnan(value) for needed, value in zip(need, values, strict=True)]
    if missing == "zero":
        values = [0.0 if gone else value for gone, value in zip(lost, values, strict=True)]
    held = summing_matrix(org, scope) @ np.array(lost, dtype=float) > 0
    return values, held & (missing == "hold")


@st.composite
def columns(draw, largest=12):
    org = draw(orgs(largest))
    return org, cycled(draw, NUMBERS, len(org)), cycled(draw, st.integers(0, 9), len(org))


def over(org, scope, missing):
    return org.over_subtrees(missing) if scope == "subtrees" else org.over_children(missing)


scopes = pytest.mark.parametrize("scope", ["subtrees", "children"])
policies = pytest.mark.parametrize("missing", ["renormalise", "zero", "hold"])


@scopes
@policies
@settings(max_examples=40)
@given(case=columns())
def test_sums_are_the_summing_matrix_and_have_the_bits_of_the_stated_order(case, scope, missing):
    org, given_values, _ = case
    values, held = policed(org, given_values, missing, scope)
    got = over(org, scope, missing).sum(given_values)
    expected = np.where(held, GONE, folded(org, values, scope, float.__add__))
    assert got.tobytes() == expected.tobytes()
    matrix, there = summing_matrix(org, scope), ~np.isnan(values)
    dense = np.where(matrix @ there > 0, matrix @ np.where(there, values, 0.0), GONE)
    size = matrix @ np.abs(np.where(there, values, 0.0))
    assert np.array_equal(np.isnan(got), np.isnan(dense) | held)
    here = ~np.isnan(got)
    assert (np.abs(got - dense)[here] <= 1e-13 * size[here]).all()


@scopes
@policies
@settings(max_examples=30)
@given(case=columns())
def test_extremes_means_and_counts_agree_with_plain_python(case, scope, missing):
    org, given_values, weights = case
    values, held = policed(org, given_values, missing, scope)
    rollup, matrix = over(org, scope, missing), summing_matrix(org, scope)
    for got, choose in ((rollup.min(given_values), min), (rollup.max(given_values), max)):
        expected = np.where(held, GONE, folded(org, values, scope, choose))
        np.testing.assert_array_equal(got, expected)
    counts = matrix @ ~np.isnan(given_values)
    assert rollup.count(given_values).tolist() == counts.tolist()
    for heft, got in (
        (np.ones(len(org)), rollup.mean(given_values)),
        (np.array(weights, dtype=float), rollup.weighted_mean(given_values, weights)),
    ):
        there = ~np.isnan(values)
        top, bottom = (
            matrix @ np.where(there, np.array(values) * heft, 0.0),
            matrix @ (heft * there),
        )
        size = matrix @ np.abs(np.where(there, np.array(values) * heft, 0.0))
        absent = (bottom == 0) | held
        assert np.array_equal(np.isnan(got), absent)
        near = np.abs(got * bottom - top)[~absent] <= 1e-13 * size[~absent]
        assert near.all()


@given(columns())
def test_many_columns_at_once_have_the_bits_of_each_alone(case):
    org, values, weights = case
    both = np.column_stack([values, np.arange(len(org)) * 0.1, np.full(len(org), GONE)])
    together = org.over_subtrees().sum(both)
    alone = [org.over_subtrees().sum(column) for column in both.T]
    assert together.T.tobytes() == np.array(alone).tobytes()
    heavy = np.column_stack([weights] * 3)
    together = org.over_subtrees().weighted_mean(both, heavy)
    alone = [org.over_subtrees().weighted_mean(column, weights) for column in both.T]
    assert np.array_equal(together.T, np.array(alone), equal_nan=True)


@given(orgs())
def test_the_layout_holds_every_sibling_group_once_in_sibling_order(org):
    seen = {}
    levels = []
    for block in org.layout.down():
        levels.append(block.level)
        assert (org.depth[block.rows] == block.level).all()
        for parent, rows in zip(block.parents.tolist(), block.rows.T.tolist(), strict=True):
            assert seen.setdefault(parent, rows) is rows
    assert levels == sorted(levels)
    below = children_of(org)
    assert seen == {row: rows for row, rows in enumerate(below) if rows}
    assert [b.level for b in org.layout.up()] == levels[::-1]


@given(orgs(), st.data())
def test_a_subtree_is_the_tree_of_its_own_rows(org, data):
    row = data.draw(st.integers(0, len(org) - 1))
    part = org.subtree(org.ids.tolist()[row])
    rows = range(row, row + int(org.size[row]))
    ids = org.ids.tolist()
    table = {
        "id": [ids[i] for i in rows],
        "parent": [None if i == row else ids[org.parent[i]] for i in rows],
        "kind": org.kinds[row : rows.stop].tolist(),
    }
    fresh = ck.OrgTree.from_table(table | {c: v[list(rows)] for c, v in org.columns.items()},
                                  kind="kind")  # fmt: skip
    assert part == fresh
    assert hash(part) == hash(fresh)
    assert part.layout.rows.tolist() == fresh.layout.rows.tolist()
