"""Floors, caps, margins and goals at lower nodes: met wherever they can be met at all."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.properties.test_explanations import same_bits
from tests.strategies.trees import children_of

splits, methods = ck.splits, ck.methods
METHODS = st.sampled_from(
    [
        methods.LargestRemainder(),
        methods.Adams(),
        methods.Dean(),
        methods.HuntingtonHill(),
        methods.Webster(),
        methods.ModifiedSainteLague(),
        methods.Jefferson(),
    ]
)


@st.composite
def limited(draw, largest=7, most=6):
    """A small tree with a floor, a cap and a goal for some of its nodes, and a root goal."""
    n = draw(st.integers(1, largest))
    above = [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]
    some = st.none() | st.integers(0, most)
    table = {
        "id": list(range(n)),
        "parent": [None if p < 0 else p for p in above],
        "weight": [None if i in above else draw(st.integers(1, 9)) for i in range(n)],
        "least": [None] + [draw(st.none() | st.integers(0, 3)) for _ in range(n - 1)],
        "most": [None] + [draw(some) for _ in range(n - 1)],
    }
    goals = {0: draw(st.integers(0, most))}
    for node in range(1, n):
        if draw(st.integers(0, 4)) == 0:
            goals[node] = draw(st.integers(0, most))
    return table, goals


def reached(org, lots):
    """Everybody's lots from those of the leaves."""
    total = list(lots)
    for row in range(len(org) - 1, 0, -1):
        total[org.parent[row]] += total[row]
    return total


def lawful(org, goals, lots):
    """Whether every floor, cap and goal is met."""
    for row, node in enumerate(org.ids.tolist()):
        least, most = org.columns["least"][row], org.columns["most"][row]
        kept = goals.get(node)
        if kept is not None and lots[row] != kept:
            return False
        if least is not None and lots[row] < least:
            return False
        if most is not None and lots[row] > most:
            return False
    return True


def can_be_met(org, goals):
    """By trying all divisions of the root's goal among the leaves."""
    leaves = np.flatnonzero(org.is_leaf).tolist()
    for share in itertools.product(range(goals[0] + 1), repeat=len(leaves)):
        if sum(share) != goals[0]:
            continue
        lots = [0] * len(org)
        for leaf, got in zip(leaves, share, strict=True):
            lots[leaf] = got
        if lawful(org, goals, reached(org, lots)):
            return True
    return False


def handed(org, goals, split, method, names=("2026",)):
    kpi = ck.Kpi("k", "pieces", split=split, lot=1, method=method)
    table = {
        "node": [node for node in goals for _ in names],
        "kpi": ["k"] * len(goals) * len(names),
        "period": list(names) * len(goals),
        "value": [float(goals[node]) for node in goals for _ in names],
    }
    return ck.cascade(org, [kpi], table, periods=names)


@settings(max_examples=150)
@given(limited(), METHODS)
def test_demands_are_met_exactly_when_they_can_be(case, method):
    table, goals = case
    org = ck.OrgTree.from_table(table)
    assume(len(np.flatnonzero(org.is_leaf)) <= 5)
    split = splits.Within(splits.Equal(), floor="least", cap="most")
    try:
        targets = handed(org, goals, split, method)
    except ck.InputError:
        assert not can_be_met(org, goals)
        return
    lots = np.asarray(targets.lots_of("k"))[0].tolist()
    for row, below in enumerate(children_of(org)):
        assert not below or lots[row] == sum(lots[child] for child in below)
    assert lawful(org, goals, lots)
    for node in org.ids.tolist():
        same_bits(ck.explain(targets, node, "k"))


@settings(max_examples=60)
@given(limited(), METHODS)
def test_a_loss_is_a_goal_seen_from_the_other_side(case, method):
    table, goals = case
    org = ck.OrgTree.from_table(table)
    other = ck.OrgTree.from_table(
        {
            **table,
            "least": [None if x is None else -x for x in table["most"]],
            "most": [None if x is None else -x for x in table["least"]],
        }
    )
    split = splits.Within(splits.Equal(), floor="least", cap="most")
    try:
        gain = np.asarray(handed(org, goals, split, method).lots_of("k"))
    except ck.InputError:
        with pytest.raises(ck.InputError):
            handed(other, {node: -value for node, value in goals.items()}, split, method)
        return
    assume(goals[0] > 0)
    loss = handed(other, {node: -value for node, value in goals.items()}, split, method)
    assert np.asarray(loss.lots_of("k")).tolist() == (-gain).tolist()
    for node in org.ids.tolist():
        same_bits(ck.explain(loss, node, "k"))


@settings(max_examples=60)
@given(limited(most=40), st.integers(0, 10_000), METHODS)
def test_children_have_the_margin_more_and_their_parent_what_it_was_given(case, margin, method):
    table, goals = case
    table["kind"] = [str(i % 2) for i in table["id"]]
    org = ck.OrgTree.from_table(table, kind="kind")
    kinds = [kind for kind in org.kind_names if kind == "1"]
    assume(kinds)
    split = splits.Over(
        splits.Within(splits.Equal(), floor="least", cap="most"), {"1": margin / 10_000}
    )
    try:
        targets = handed(org, goals, split, method)
    except ck.InputError:
        return
    lots = np.asarray(targets.lots_of("k"))[0].tolist()
    cushion = targets.cushion("k")[0]
    for row, below in enumerate(children_of(org)):
        if not below:
            assert np.isnan(cushion[row])
            continue
        more = round(lots[row] * margin / 10_000) if org.kinds[row] == "1" else 0
        got = sum(lots[child] for child in below)
        assert abs(got - lots[row] - more) <= (1 if more else 0)  # round() is of floats
        assert cushion[row] == got - lots[row]
    assert lawful(org, goals, lots)
    for node in org.ids.tolist():
        same_bits(ck.explain(targets, node, "k"))


@given(limited(), st.permutations(range(7)))
def test_the_order_of_rows_changes_nothing(case, order):
    table, goals = case
    n = len(table["id"])
    shuffled = {name: [column[i] for i in order if i < n] for name, column in table.items()}
    blend = splits.Blend([(2, splits.ProRata("weight")), (1, splits.Equal())])
    split = splits.Within(blend, floor="least", cap="most")
    made = []
    for each in (table, shuffled):
        try:
            targets = handed(ck.OrgTree.from_table(each), goals, split, methods.Webster())
            made.append(targets.of("k").tobytes())
        except ck.InputError as error:
            made.append([fault.reason for fault in error.faults])
    assert made[0] == made[1]
