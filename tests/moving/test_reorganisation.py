"""Units that move: trees of days, and what cannot be."""

import pytest

import cascade_kpi as ck
from cascade_kpi.records import from_json, to_json
from tests.helpers import entries, org, refused


def table(*rows):
    return entries(*rows, columns=("node", "parent", "start"))


def test_the_tree_of_each_day():
    units = ck.Reorganisation.from_table(
        table(
            ("east", "west", "2026-03-01"),
            ("ann", "hq", "2026-05-01"),
            ("east", "hq", "2026-07-01"),
        ),
        org(),
    )
    for day, above in (("2026-02-28", ("hq", "east")), ("2026-03-01", ("west", "east")),
                       ("2026-05-01", ("west", "hq")), ("2026-07-01", ("hq", "hq"))):  # fmt: skip
        tree = units.tree(org(), on=day)
        assert (tree["east"].parent.id, tree["ann"].parent.id) == above
        plain = {node.id: node.parent.id if node.parent else "" for node in tree}
        again = ck.OrgTree.from_table({"id": list(plain), "parent": list(plain.values())})
        assert again == tree
    assert from_json(to_json(units)) == units
    assert ck.Reorganisation.from_table(units.table(), org()) == units
    assert repr(units) == "<Reorganisation, 3 rows>"


def test_units_may_change_places_on_one_day():
    rows = [("east", "ann", "2026-03-01"), ("ann", "hq", "2026-03-01")]
    units = ck.Reorganisation.from_table(table(*rows), org())
    tree = units.tree(org(), on="2026-03-01")
    assert tree["east"].parent.id == "ann"
    assert ck.Reorganisation.from_table(table(*rows[::-1]), org()) == units


def test_a_unit_in_its_own_subtree_is_refused_with_the_way_round():
    rows = [
        ("west", "east", "2026-03-01"),
        ("east", "cid", "2026-04-01"),
        ("hq", "ann", "2026-05-01"),
    ]
    faults = refused(ck.Reorganisation.from_table, table(*rows), org())
    assert [fault.row for fault in faults] == [1, 2]
    assert (
        "on 2026-04-01 it would stand below itself: 'east' below 'cid' below 'west'"
        in faults[0].reason
    )


def test_every_fault_is_told_with_its_row():
    rows = [("easst", "west", "2026-03-01"), ("east", "wset", "2026-03-01")]
    faults = refused(ck.Reorganisation.from_table, table(*rows), org())
    assert [(f.row, f.column, f.repair) for f in faults] == [
        (0, "node", "did you mean 'east'?"), (1, "parent", "did you mean 'west'?"),
    ]  # fmt: skip
    rows = [("", "west", "2026-03-01"), ("east", "", "2026-03-01"), ("ann", "ann", "2026-03-01"),
            ("bob", "west", "1.3.2026"), ("cid", "hq", "2026-03-01"), ("cid", "east", "2026-03-01"),
            ("cid", "east", "")]  # fmt: skip
    faults = refused(ck.Reorganisation.from_table, table(*rows), org())
    assert {(f.row, f.column) for f in faults} == {
        (0, "node"), (1, "parent"), (2, "parent"), (3, "start"), (5, "node"), (6, "start"),
    }  # fmt: skip
    assert any("what is dissolved stays in the tree" in f.repair for f in faults)


def test_a_day_is_a_day():
    units = ck.Reorganisation.from_table(table(("east", "west", "2026-03-01")))
    for odd in ("2026-3-1", None, 5, "soon"):
        with pytest.raises(ck.InputError):
            units.tree(org(), on=odd)
