"""bigtree: a node object per person, linked through a dict.

Its own constructors from relations take time with the square of the rows
(6 s at 10,000), so nodes are made and linked one by one.
"""

from __future__ import annotations

import numpy as np
from bigtree import Node, postorder_iter, preorder_iter
from job import Job
from organisation import KPIS, Organisation

NAME = "bigtree"
REASONS = {
    "score_roll_up": "loops over node objects; see networkx and its own roll_up",
    "cascade_lots": "loops over node objects; see networkx and its own roll_up",
    "update_one": "its walk is the dict walk of plain Python, with more look-ups",
}


def _link(ids: list[str], parents: list[str | None]) -> dict[str, Node]:
    """Nodes by id; bigtree itself refuses a node under its own descendant."""
    nodes = {name: Node(name) for name in ids}
    if len(nodes) < len(ids):
        raise ValueError("duplicate ids")
    for name, above in zip(ids, parents, strict=True):
        if above is not None:
            nodes[name].parent = nodes[above]  # KeyError: unknown parent
    return nodes


def build(case: Organisation) -> Job:
    """Linking checks loops; one walk from the root finds depths."""

    def run(ids: list[str], parents: list[str | None]) -> tuple[list[int], list[int]]:
        nodes = _link(ids, parents)
        row = {name: i for i, name in enumerate(ids)}
        depth = [-1] * len(ids)
        stack = [(nodes[ids[parents.index(None)]], 0)]
        while stack:
            node, level = stack.pop()
            depth[row[node.name]] = level
            stack.extend((child, level + 1) for child in node.children)
        parent = [row[above] if above is not None else -1 for above in parents]
        return parent, depth

    return Job(run, np.array, case.lists)


def roll_up(case: Organisation) -> Job:
    """Attributes of node objects, children first."""
    ids, parents = case.lists()
    tree = _link(ids, parents)[ids[parents.index(None)]]
    row = {node: i for i, node in enumerate(ids)}
    for node in preorder_iter(tree):
        node.values = np.nan_to_num(case.values[row[node.name]])

    def run() -> None:
        for node in postorder_iter(tree):
            node.total = sum((child.total for child in node.children), node.values)

    def answer(_: None) -> np.ndarray:
        out = np.empty((len(ids), len(KPIS)))
        for node in preorder_iter(tree):
            out[row[node.name]] = node.total
        return out

    return Job(run, answer)
