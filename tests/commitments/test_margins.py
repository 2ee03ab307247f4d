"""Reconciling what is handed down with a margin: children sum to their parent and its margin."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import confidences, splits
from cascade_kpi.commitments.wholes import for_children
from tests.helpers import refused

MARGINS = {"company": 0.05, "region": 0.035}


def force(rng):
    """A company, regions, teams and people, with a margin at the two highest levels."""
    rows = [("hq", "", "company", None)]
    for r in range(int(rng.integers(1, 4))):
        rows.append((f"r{r}", "hq", "region", None))
        for t in range(int(rng.integers(1, 4))):
            team = f"r{r}t{t}"
            rows.append((team, f"r{r}", "team", None))
            rows += [
                (f"{team}p{p}", team, "person", int(rng.integers(1, 9)))
                for p in range(int(rng.integers(1, 5)))
            ]
    table = dict(zip(("id", "parent", "kind", "size"), zip(*rows, strict=True), strict=True))
    return ck.OrgTree.from_table(table, kind="kind")


def handed_down(tree, goal=1_000):
    kpi = ck.Kpi("sales", "CNY", lot=1, split=splits.Over(splits.ProRata("size"), MARGINS))
    return ck.cascade(tree, [kpi], {"sales": goal}, periods="2027")


def offered(rng, targets):
    tree = targets.org
    rows = np.sort(rng.permutation(len(tree))[: int(rng.integers(1, 6))])
    values = np.maximum(targets.of("sales")[0, rows] + rng.integers(-20, 40, len(rows)), 0.0)
    weights = rng.integers(1, 5, len(rows)).astype(float)
    return {"node": [str(i) for i in tree.ids[rows]], "kpi": ["sales"] * len(rows),
            "value": values.tolist(), "confidence": weights.tolist()}  # fmt: skip


def holds(targets):
    """Whether the children of everybody divide its lots and its margin, to the lot."""
    tree, lots = targets.org, np.asarray(targets.lots_of("sales")[0])
    below = np.zeros(len(tree), dtype=np.int64)
    np.add.at(below, tree.parent[1:], lots[1:])
    margin = np.array([round(10_000 * MARGINS.get(kind, 0.0)) for kind in tree.kinds])
    given = for_children(lots.astype(float), margin)
    return (below == given)[~tree.is_leaf].all()


@pytest.mark.parametrize("seed", range(25))
def test_every_margin_holds_in_whole_lots_and_every_number_is_explained(seed):
    rng = np.random.default_rng(seed)
    targets = handed_down(force(rng), int(rng.integers(-900, 2_000)))
    agreed = ck.reconcile(targets, offered(rng, targets))
    assert holds(targets)
    assert holds(agreed.targets)
    # One lot, and what rounding carries down three levels with their margins.
    assert (np.abs(agreed.targets.of("sales") - agreed.optimum("sales")) < 2.0).all()
    node = str(rng.choice(targets.org.ids))
    why = ck.explain(agreed, node, kpi="sales")
    assert why.evaluate() == why.value == agreed.targets.of("sales")[0, targets.org.row(node)]


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_that_fits_moves_nobody(seed):
    targets = handed_down(force(np.random.default_rng(seed)), 777)
    same = {"node": [str(i) for i in targets.org.ids], "kpi": ["sales"] * len(targets.org),
            "value": targets.of("sales")[0].tolist()}  # fmt: skip
    assert (ck.reconcile(targets, same).targets.of("sales") == targets.of("sales")).all()


@pytest.mark.parametrize("seed", range(8))
def test_limits_and_what_is_certain_hold_beside_a_margin(seed):
    rng = np.random.default_rng(seed)
    targets = handed_down(force(rng))
    person = str(targets.org.ids[targets.org.is_leaf][0])
    cap = targets.of("sales")[0, targets.org.row(person)] - 2
    agreed = ck.reconcile(
        targets,
        offered(rng, targets),
        confidence=confidences.ByLevel(["certain", 1]),
        limits={"node": [person], "kpi": ["sales"], "cap": [cap]},
    )
    assert holds(agreed.targets)
    assert agreed.targets.of("sales")[0, 0] == 1_000
    assert agreed.targets.of("sales")[0, targets.org.row(person)] <= cap


@pytest.mark.parametrize("seed", range(8))
def test_pulls_are_all_of_the_move_but_rounding_and_the_strongest_is_the_first(seed):
    rng = np.random.default_rng(seed)
    targets = handed_down(force(rng))
    agreed = ck.reconcile(targets, offered(rng, targets))
    rounded = agreed.targets.of("sales")[0] - agreed.optimum("sales")[0]
    moves = agreed.moves()
    for node, pull in zip(moves["node"], moves["pull"], strict=True):
        pulls = agreed.pulls(node, "sales")
        assert pulls["pull"][-1] == pytest.approx(rounded[targets.org.row(node)], abs=1e-9)
        assert abs(pull) == pytest.approx(abs(pulls["pull"][0]), rel=1e-9)


def test_an_influence_is_what_one_more_unit_moves():
    targets = handed_down(force(np.random.default_rng(4)))
    person = str(targets.org.ids[targets.org.is_leaf][1])

    def optimum(value):
        offer = {"node": [person], "kpi": ["sales"], "value": [value], "confidence": [2]}
        return ck.reconcile(targets, offer)

    more = optimum(51).optimum("sales")[0] - optimum(50).optimum("sales")[0]
    agreed = optimum(50)
    for row, node in enumerate(targets.org.ids):
        pulls = agreed.pulls(node, "sales")
        by = dict(
            zip(zip(pulls["node"], pulls["side"], strict=True), pulls["influence"], strict=True)
        )
        assert by[person, "offer"] == pytest.approx(more[row], abs=1e-9)


def test_nothing_is_ones_own_beside_a_margin():
    targets = handed_down(force(np.random.default_rng(1)))
    offer = {"node": ["r0"], "kpi": ["sales"], "value": [5]}
    (fault,) = refused(ck.reconcile, targets, offer, inner="own")
    assert "hands down more than it has" in fault.reason


def test_demands_that_no_margin_meets_are_refused():
    tree = ck.OrgTree.from_table(
        {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "kind": ["company", "p", "p"]},
        kind="kind",
    )
    kpi = ck.Kpi(
        "sales", "CNY", lot=1, decimals=0, split=splits.Over(splits.Equal(), {"company": 0.5})
    )
    targets = ck.cascade(tree, [kpi], {"sales": 10}, periods="2027")
    sure = {
        "node": ["a", "b"],
        "kpi": ["sales"] * 2,
        "value": [8, 9],
        "confidence": ["certain"] * 2,
    }
    (fault,) = refused(ck.reconcile, targets, sure, confidence=confidences.ByLevel(["certain", 1]))
    assert (
        "its target is certain, 10 CNY, 15 CNY with its margin, and 'a', 'b' need 17"
        in fault.reason
    )
    torn = sure | {"value": [4, 4]}  # 5 hand down 8 as 7.5 is rounded to it; 6 hand down 9
    agreed = ck.reconcile(targets, torn)
    assert agreed.targets.of("sales")[0].tolist() == [5, 4, 4]
    (fault,) = refused(ck.reconcile, targets, sure | {"value": [3, 4]})
    assert "no whole lots and their margin" in fault.reason
