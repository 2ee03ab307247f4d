"""Calls of trees, their nodes and what is rolled up over them."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import ONES, TREE, UNITS

SUMS = TREE.over_subtrees()


CALLS = {
    "OrgTree.from_table": (
        ck.OrgTree.from_table,
        {"table": UNITS, "id": "id", "parent": "parent", "kind": None, "label": None,
         "roots": "one", "name": "units"},
    ),
    "OrgTree.row": (TREE.row, {"id": "ann"}),
    "OrgTree.find": (TREE.find, {"ids": ["ann"]}),
    "OrgTree.rows": (TREE.rows, {"ids": ["ann"]}),
    "OrgTree.node": (TREE.node, {"row": 0}),
    "OrgTree[]": (TREE.__getitem__, {"id": "ann"}),
    "in OrgTree": (TREE.__contains__, {"id": "ann"}),
    "OrgTree.select": (TREE.select, {"kind": ""}),
    "OrgTree.kind_code": (TREE.kind_code, {"kind": ""}),
    "OrgTree.subtree": (TREE.subtree, {"id": "ann"}),
    "OrgTree.numbers": (TREE.numbers, {"column": "x"}),
    "OrgTree.over_children": (TREE.over_children, {"missing": "zero"}),
    "OrgTree.draw": (TREE.draw, {"depth": 1, "limit": 1}),
    "Rollup.sum": (SUMS.sum, {"values": ONES}),
    "Rollup.weighted_mean": (SUMS.weighted_mean, {"values": ONES, "weights": ONES}),
    "Node[]": (TREE["ann"].__getitem__, {"column": "x"}),
}  # fmt: skip
