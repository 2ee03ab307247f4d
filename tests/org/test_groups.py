"""Nodes grouped by what a column of the tree says."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.org.groups import Groups


def test_groups_are_named_in_order_of_appearance_and_told_apart_by_type():
    groups = Groups.of(np.array(["b", "a", "b"], dtype=object))
    assert (groups.names, groups.codes.tolist(), groups.cells) == (
        ("b", "a"),
        [0, 1, 0],
        ("b", "a"),
    )
    mixed = Groups.of(np.array([1, "1", True, 1], dtype=object))
    assert (mixed.names, mixed.codes.tolist()) == (("1", "True"), [0, 0, 1, 0])
    assert list(map(repr, mixed.cells)) == ["1", "'1'", "True"]


def test_a_tree_keeps_them_and_a_part_of_it_has_its_own():
    org = ck.OrgTree.from_table(
        {"id": ["a", "b", "c"], "parent": ["", "a", "b"], "post": ["x", "y", "y"]}
    )
    assert org.groups("post") is org.groups("post")
    assert org.subtree("b").groups("post").names == ("y",)
    with pytest.raises(ck.InputError, match="no such column"):
        org.groups("pots")
