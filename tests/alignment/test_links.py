"""Links from a table, and what is refused there."""

import numpy as np

import cascade_kpi as ck
from tests.alignment.case import LINKS, goals
from tests.helpers import refused


def test_a_share_makes_a_split_and_blank_counts():
    links = ck.Links.from_table(LINKS)
    table = links.table()
    at = table["goal"].tolist().index("east")
    assert (table["kind"][at], table["share"][at], table["counted"][at]) == ("split", 0.6, True)
    assert links.is_split.sum() == 3
    assert (~links.counted).sum() == 1
    assert ck.Links.from_table({"goal": ["a"], "serves": ["b"]}).kinds.tolist() == ["supports"]


def test_all_faults_of_a_table_come_together():
    table = {
        "goal": ["a", "b", "c", "", "d", "e", "e", "f", "g"],
        "serves": ["a", "a", "a", "a", "a", "a", "a", "a", None],
        "kind": ["", "split", "supports", "", "spilt", "split", "split", "", ""],
        "share": [None, None, 0.5, None, None, 1.5, 0.2, -0.1, None],
        "weight": [None, None, None, None, None, None, None, -2, "x"],
        "counted": ["", "", "", "", "", "", "", "maybe", ""],
    }
    faults = refused(ck.Links.from_table, table)
    assert {(f.row, f.column) for f in faults} == {
        (0, "goal"), (1, "kind"), (2, "kind"), (3, "goal"), (4, "kind"), (5, "share"),
        (6, "goal"), (7, "share"), (7, "weight"), (7, "counted"), (8, "serves"), (8, "weight"),
    }  # fmt: skip
    repairs = {(f.row, f.column): f.repair for f in faults}
    assert repairs[4, "kind"] == "did you mean 'split'?"


def test_zero_is_a_share_and_a_weight():
    links = ck.Links.from_table({"goal": ["a"], "serves": ["b"], "share": [0], "weight": [0]})
    assert links.kinds.tolist() == ["split"]
    assert links.weight.tolist() == [0.0]


def test_joined_takes_both_and_refuses_a_link_that_is_in_both():
    one = ck.Links.from_table({"goal": ["a"], "serves": ["b"], "share": [0.1]})
    two = ck.Links.from_table({"goal": ["a"], "serves": ["c"]})
    assert len(one.joined(two)) == 2
    assert "already" in refused(one.joined, one)[0].reason
    refused(one.joined, None)


def test_rows_in_another_order_are_the_same_links():
    back = {name: column[::-1] for name, column in LINKS.items()}
    assert ck.Links.from_table(back) == ck.Links.from_table(LINKS)
    assert hash(ck.Links.from_table(back)) == hash(ck.Links.from_table(LINKS))


def test_round_trip_through_json_with_every_check():
    links = ck.Links.from_table(LINKS)
    text = ck.to_json(links)
    assert ck.from_json(text) == links
    faults = refused(ck.from_json, text.replace("0.75", "1.75"))
    assert faults[0].reason.endswith("a share is from 0 to 1")
    assert "$.record" in faults[0].source
    assert np.isnan(ck.from_json(text).share).sum() == 5


def test_misspelt_columns_are_told():
    (fault,) = refused(ck.Links.from_table, {"goal": ["a"], "serves": ["b"], "shares": [1]})
    assert fault.column == "shares"


def test_ids_beyond_64_bits_are_refused():
    (fault,) = refused(ck.Links.from_table, {"goal": [10**40], "serves": [1]})
    assert (fault.row, fault.column, fault.reason) == (0, "goal", "beyond 64 bits")
    table = {"goal": [2**63], "title": ["a"], "owner": ["ann"]}
    assert refused(goals, table=table)[0].reason == "beyond 64 bits"
    refused(goals().position, 10**40)
