"""One node's view of its tree."""

import cascade_kpi as ck
from tests.helpers import org, refused

KINDS = ["co", "team", "team", "person", "person", "person"]


def ids(nodes):
    return [node.id for node in nodes]


def test_walking():
    tree = org(kind=KINDS)
    hq, east, ann = tree["hq"], tree["east"], tree["ann"]
    assert ids(hq.children) == ["east", "west"]
    assert ids(hq.descendants) == ["east", "ann", "bob", "west", "cid"]
    assert ids(hq.leaves) == ["ann", "bob", "cid"]
    assert ids(ann.leaves) == ["ann"]
    assert ids(ann.ancestors) == ["east", "hq"]
    assert ann.path == ("hq", "east", "ann")
    assert (hq.level, east.level, ann.level) == (0, 1, 2)
    assert hq.parent is None
    assert ann.parent == east
    assert ann.children == ann.descendants == ()
    assert (ann.is_leaf, east.is_leaf) == (True, False)
    assert east.row == 1


def test_what_it_is():
    tree = ck.OrgTree.from_table(
        {"id": [1, 2], "parent": [None, 1], "k": ["co", ""], "n": ["All", "East"], "x": [3, 4.5]},
        kind="k",
        label="n",
    )
    assert (tree[2].label, tree[2].kind, tree[2]["x"]) == ("East", "", 4.5)
    assert type(tree[2].id) is int
    assert repr(tree[1]) == "Node(1, kind='co')"
    assert repr(tree[2]) == "Node(2)"
    (fault,) = refused(tree[2].__getitem__, "y")
    assert "'x'" in fault.repair


def test_nodes_of_equal_trees_are_equal():
    assert org()["ann"] == org()["ann"]
    assert hash(org()["ann"]) == hash(org()["ann"])
    assert org()["ann"] != org()["bob"]
    assert org()["ann"] != org(x=[1] * 6)["ann"]
