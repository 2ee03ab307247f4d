"""The blocks in which a tree is swept."""

import numpy as np

import cascade_kpi as ck
from tests.helpers import org


def blocks(tree):
    return [(b.level, b.rows.tolist(), b.parents.tolist()) for b in tree.layout.down()]


def test_groups_of_one_span_lie_side_by_side():
    assert blocks(org()) == [(1, [[1], [4]], [0]), (2, [[5]], [4]), (2, [[2], [3]], [1])]
    twins = org({"r": "", "a": "r", "b": "r", "a1": "a", "a2": "a", "b1": "b", "b2": "b"})
    assert blocks(twins) == [(1, [[1], [4]], [0]), (2, [[2, 5], [3, 6]], [1, 4])]


def test_up_is_down_backwards():
    tree = org()
    assert [b.rows.tolist() for b in tree.layout.up()] == [
        b.rows.tolist() for b in tree.layout.down()
    ][::-1]
    assert len(tree.layout) == 3


def test_single_nodes_have_no_blocks():
    alone = ck.OrgTree.from_table({"id": [1, 2, 3], "parent": [None] * 3}, roots="many")
    assert blocks(alone) == []
    assert alone.over_subtrees().sum([1.0, 2, 3]).tolist() == [1, 2, 3]
    assert np.isnan(alone.over_children().sum([1.0, 2, 3])).all()
