"""Trees: columns, navigation, selecting, and every fault at once."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, org, refused

KINDS = ["co", "team", "team", "person", "person", "person"]


def test_rows_are_in_preorder_with_siblings_by_id():
    tree = org({"b": "r", "a": "r", "r": "", "z": "a", "y": "a", "10": "b", "9": "b"})
    assert tree.ids.tolist() == ["r", "a", "y", "z", "b", "10", "9"]
    assert tree.parent.tolist() == [-1, 0, 1, 1, 0, 4, 4]
    assert tree.depth.tolist() == [0, 1, 2, 2, 1, 2, 2]
    assert tree.size.tolist() == [7, 3, 1, 1, 3, 1, 1]
    assert tree.source_row.tolist() == [2, 1, 4, 3, 0, 5, 6]
    numbers = ck.OrgTree.from_table({"id": [10, 9, -1, 2], "parent": [2, 2, 2, None]})
    assert numbers.ids.tolist() == [2, -1, 9, 10]


def test_columns_kinds_and_labels():
    table = {
        "key": [1, 2, 3],
        "boss": [None, 1, 1],
        "what": ["co", "", "x"],
        "say": ["All", "", "C"],
        "staff": [7, 8, 9],
    }
    tree = ck.OrgTree.from_table(table, id="key", parent="boss", kind="what", label="say")
    assert tree.kinds.tolist() == ["co", "", "x"]
    assert tree.labels.tolist() == ["All", "2", "C"]
    assert list(tree.columns) == ["staff"]
    assert tree.numbers("staff").tolist() == [7, 8, 9]
    assert org().kinds.tolist() == [""] * 6
    assert org().labels.tolist() == org().ids.tolist()


def test_columns_stay_what_they_were_given_as():
    tree = org(code=["007", "", "1", "2", "3", "4"], n=["1", "2.5", "", "n/a", "5", "6"])
    assert tree["hq"]["code"] == "007"
    (fault,) = refused(tree.numbers, "n")
    assert (fault.row, fault.column, fault.value) == (3, "n", "n/a")
    np.testing.assert_array_equal(tree.numbers("code"), [7, NAN, 2, 3, 1, 4])
    (fault,) = refused(tree.numbers, "cod")
    assert "'code'" in fault.repair


def test_every_fault_of_a_table_at_once():
    table = {
        "id": ["a", "b", "b", "", "c", "d", "e"],
        "parent": ["", "a", "a", "a", "d", "c", "aa"],
        "kind": ["x", 5, "x", "x", "x", "x", "x"],
    }
    faults = refused(ck.OrgTree.from_table, table, kind="kind")
    assert {fault.row for fault in faults} >= {1, 2, 3, 6}
    assert {4, 5} & {fault.row for fault in faults}  # the cycle of c and d


def test_roots():
    table = {"id": ["b", "a", "c"], "parent": ["", "", "a"]}
    refused(ck.OrgTree.from_table, table)
    tree = ck.OrgTree.from_table(table, roots="many")
    assert [node.id for node in tree.roots] == ["a", "b"]
    refused(ck.OrgTree.from_table, {"id": ["a"], "parent": ["a"]})


def test_looking_up():
    tree = org()
    assert tree.row("bob") == 3
    assert tree.rows(["bob", "hq"]).tolist() == [3, 0]
    assert tree.find(["bob", "x"]).tolist() == [3, -1]
    assert "bob" in tree
    assert "x" not in tree
    (fault,) = refused(tree.row, "bbo")
    assert "'bob'" in fault.repair
    faults = refused(tree.rows, ["hq", "x", "y"])
    assert [fault.row for fault in faults] == [1, 2]


def test_text_and_numbers_are_different_ids():
    numbers = ck.OrgTree.from_table({"id": [7, 8], "parent": [None, 7]})
    words = ck.OrgTree.from_table({"id": ["7", "8"], "parent": ["", "7"]})
    assert 7 in numbers
    assert "7" not in numbers
    assert "7" in words
    assert 7 not in words
    assert numbers != words


def test_selecting_by_kind_and_by_predicate():
    tree = org(kind=KINDS, staff=[9, 1, 5, 1, 2, 3])
    assert tree.select(kind="team").tolist() == [1, 4]
    assert tree.select(lambda t: t.numbers("staff") > 2).tolist() == [0, 4, 5]
    assert tree.select(lambda t: t.numbers("staff") > 2, kind="team").tolist() == [4]
    assert tree.select().tolist() == [0, 1, 2, 3, 4, 5]
    (fault,) = refused(tree.select, kind="tema")
    assert "'team'" in fault.repair
    assert tree.kind_names == ("co", "team", "person")


def test_a_subtree_starts_anew():
    part = org(kind=KINDS).subtree("east")
    assert part.ids.tolist() == ["east", "ann", "bob"]
    assert part.parent.tolist() == [-1, 0, 0]
    assert part.depth.tolist() == [0, 1, 1]
    assert part["ann"].path == ("east", "ann")
    assert "hq" not in part


def test_trees_compare_by_content_and_cannot_be_written_to():
    assert org() == org()
    assert hash(org()) == hash(org())
    assert org() != org(kind=KINDS)
    tree = org(x=[1, 2, 3, 4, 5, 6])
    for array in (tree.ids, tree.parent, tree.kinds, tree.columns["x"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    with pytest.raises(TypeError):
        tree.columns["y"] = 1


def test_what_the_caller_does_to_its_own_arrays_later_does_not_matter():
    given = np.array([1.0, 2.0])
    tree = ck.OrgTree.from_table({"id": ["a", "b"], "parent": ["", "a"], "x": given})
    given[:] = 0
    assert tree.columns["x"].tolist() == [1, 2]


def test_what_people_see():
    tree = org({"<b>": "", "a": "<b>"})
    assert repr(tree) == "<OrgTree 2 nodes, 2 levels>"
    assert "<b>" not in tree._repr_html_()
    assert len(tree) == 2
    assert [node.id for node in tree] == ["<b>", "a"]


@pytest.mark.parametrize("n", [3_000])
def test_a_long_chain_is_no_recursion(n):
    tree = ck.OrgTree.from_table({"id": list(range(n)), "parent": [None, *range(n - 1)]})
    assert tree.over_subtrees().sum(np.ones(n))[0] == n
    assert len(tree[n - 1].ancestors) == n - 1
    assert len(tree.draw(limit=5).splitlines()) == 6
    hash(tree)


def test_a_tree_with_blanks_among_objects_equals_itself_read_again():
    tree = org(note=["a", NAN, None, 1, NAN, "b"])
    assert tree == org(note=["a", float("nan"), None, 1, float("nan"), "b"])
    assert ck.from_json(ck.to_json(tree)) == tree


@pytest.mark.parametrize("cell", [[1], {}, {1}, np.array([1]), bytearray(b"x")])
def test_a_cell_that_could_change_is_refused_with_the_other_faults(cell):
    table = {"id": ["a", "b"], "parent": ["", "zz"], "note": ["x", cell]}
    faults = refused(ck.OrgTree.from_table, table)
    assert {(fault.row, fault.column) for fault in faults} == {(1, "note"), (1, "parent")}
    ck.OrgTree.from_table(table | {"parent": ["", "a"], "note": ["x", (1, 2)]})


def test_a_node_stands_for_its_id():
    tree = org()
    assert tree.row(tree["east"]) == tree.row("east")
    assert tree[tree["ann"]].id == "ann"


def test_a_missing_column_of_ids_names_the_option():
    (fault,) = refused(ck.OrgTree.from_table, {"unit": ["a"], "parent": [""]})
    assert fault.repair.endswith("or pass id='its name'")
