"""The frame with own parts, and optima made whole."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.commitments.frame import Frame
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.wholes import made_top, whole_family
from cascade_kpi.org.bands import family_of
from cascade_kpi.org.reach import Reach
from tests.helpers import org

INF = np.inf


def column(*values):
    return np.array(values, dtype=float)[:, None]


def whole(total, found, low=None, high=None):
    low = column(*([-INF] * len(found) if low is None else low))
    high = column(*([INF] * len(found) if high is None else high))
    band, room = family_of(len(found)), FloorsAndCaps(low, high)
    lots = np.empty((len(found), 1))
    whole_family(band, np.array([float(total)]), column(*found), room, lots)
    return lots[:, 0].tolist()


def test_what_is_left_goes_to_the_largest_remainders_and_ties_to_the_earlier():
    assert whole(10, [2.5, 3.7, 3.8]) == [2, 4, 4]
    assert whole(7, [2.5, 2.5, 1.5]) == [3, 3, 1]
    assert whole(-7, [-2.5, -2.5, -2.5]) == [-2, -2, -3]


def test_what_is_nearly_whole_is_whole():
    assert whole(5, [2.9999999999, 2.0000000001]) == [3, 2]
    assert whole(3, [0.9999999999, 0.9999999999, 0.9999999999]) == [1, 1, 1]


def test_nobody_is_taken_beyond_what_the_subtree_can_have():
    # Rounding errors took the optimum below the caps of the first two.
    assert whole(12, [4.4, 3.4, 3.2], high=[4, 3, INF]) == [4, 3, 5]
    assert whole(8, [4.0, 3.0, 3.0], low=[4, -INF, -INF]) == [4, 2, 2]


def test_tops_are_rounded_half_to_even_within_what_they_can_have():
    found = np.array([2.5, 3.5, -0.5, 7.2])
    high = np.array([INF, INF, INF, 7.0])
    assert made_top(found, FloorsAndCaps(np.full(4, -INF), high)).tolist() == [2, 4, 0, 7]
    assert made_top(np.array([6.2]), FloorsAndCaps(np.array([7.0]), np.array([INF]))).tolist() == [
        7
    ]


def framed(tree, *owners):
    mask = np.zeros(len(tree), dtype=bool)
    mask[tree.rows(owners)] = True
    return Frame.of(Reach.of(tree), mask)


def test_own_parts_are_the_last_children_of_their_nodes():
    tree = org({"hq": "", "a": "hq", "b": "hq", "b1": "b", "b2": "b"})
    frame = framed(tree, "hq", "b")
    names = [
        f"{tree.ids[node]}{'*' if own else ''}"
        for node, own in zip(frame.node, frame.own, strict=True)
    ]
    assert names == ["hq", "a", "b", "b1", "b2", "b*", "hq*"]
    assert frame.parent.tolist() == [-1, 0, 0, 2, 2, 2, 0]
    assert frame.children(0) == [1, 2, 6]
    assert frame.children(2) == [3, 4, 5]
    assert [frame.row_at(row) for row in range(5)] == [0, 1, 2, 3, 4]
    assert frame.spread(np.arange(7.0), np.nan).tolist() == [0, 1, 2, 3, 4]
    filled = frame.filled(np.arange(5.0), np.arange(5.0) * 10)
    assert filled.tolist() == [0, 1, 2, 3, 4, 20, 0]


def test_a_chain_of_managers_who_all_sell():
    tree = org({"a": "", "b": "a", "c": "b"})
    sales = ck.Kpi("sales", "CNY", lot=1)
    quotas = {"node": ["a", "b", "c"], "kpi": ["sales"] * 3, "value": [10, 20, 30]}
    given = ck.assign(tree, [sales], quotas, periods="p")
    offers = {"node": ["c"], "kpi": ["sales"], "value": [36]}
    agreed = ck.reconcile(given, offers, confidence=ck.confidences.ByLevel(["certain", 1]))
    assert agreed.targets.of("sales")[0, 0] == 60
    found = agreed.optimum("sales")[0]
    # Totals 60, 50, 30 and own parts of a, b: 10 (certain, as the root's demands are) and 20.
    np.testing.assert_allclose(found, [60, 50, 32], atol=1e-9)
    for node in tree.ids:
        why = ck.explain(agreed, node, kpi="sales")
        assert why.evaluate() == why.value


def test_a_certain_target_leaves_no_part_to_an_offer_at_its_node():
    tree = org({"hq": "", "a": "hq", "b": "hq"})
    targets = ck.cascade(tree, [ck.Kpi("k", "x", lot=1)], {"k": 100}, periods="p")
    offers = {"node": ["hq", "a"], "kpi": ["k"] * 2, "value": [80, 40]}
    agreed = ck.reconcile(targets, offers, confidence=ck.confidences.ByLevel(["certain", 1]))
    pulls = agreed.pulls("a", "k")
    assert pulls["node"].tolist() == ["a", "a"]
    assert pulls["side"].tolist() == ["offer", "rounding"]
    assert pulls["pull"].sum() == pytest.approx(agreed.targets.of("k")[0, 1] - 50)
    moves = agreed.moves()
    assert moves["pulled_by"].tolist()[1:] == ["a", "a"]
