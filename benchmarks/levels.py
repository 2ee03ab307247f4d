"""The tree level by level: the form in which an expert's peer would keep it.

Making it belongs to a peer's own build and is never timed here.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from organisation import Organisation

__all__ = ["Levels", "closure"]

Ints = NDArray[np.int64]


@frozen(eq=False)
class Levels:
    """Nodes sorted by depth, then by parent, then by id.

    The children of a node lie together, the earlier sibling first.

    Attributes
    ----------
    order : (n,) int
        Input row at each position.
    parent : (n,) int
        Position of the parent, -1 for the root; ascending.
    start : (depth + 2,) int
        Level d is ``start[d]:start[d + 1]``.
    """

    order: Ints
    parent: Ints
    start: Ints

    @classmethod
    def of(cls, organisation: Organisation) -> Levels:
        n = len(organisation)
        by_id = np.argsort(organisation.ids, kind="stable")
        rows = by_id[np.argsort(organisation.depth[by_id], kind="stable")]
        start = np.concatenate([[0], np.cumsum(np.bincount(organisation.depth))])
        position = np.full(n, -1, dtype=np.int64)
        order = np.empty(n, dtype=np.int64)
        parent = np.full(n, -1, dtype=np.int64)
        position[rows[0]] = 0
        order[0] = rows[0]
        for lo, hi in pairwise(start[1:].tolist()):
            above = position[organisation.parent[rows[lo:hi]]]
            sort = np.argsort(above, kind="stable")
            order[lo:hi] = rows[lo:hi][sort]
            parent[lo:hi] = above[sort]
            position[order[lo:hi]] = np.arange(lo, hi)
        return cls(order, parent, start)

    def __len__(self) -> int:
        """The number of levels."""
        return len(self.start) - 1

    def rows(self, d: int) -> slice:
        """The positions of level d."""
        return slice(int(self.start[d]), int(self.start[d + 1]))

    def above(self, d: int) -> Ints:
        """Position of each node's parent, counted within level d - 1."""
        return self.parent[self.rows(d)] - self.start[d - 1]

    def group(self, d: int) -> Ints:
        """Number of the sibling group each node of level d is in, from 0."""
        parent = self.parent[self.rows(d)]
        return np.cumsum(np.diff(parent, prepend=parent[0]) > 0)

    def group_below(self, d: int) -> Ints:
        """Number of the sibling group that each node of level d leads; -1 for leaves."""
        groups = np.full(int(self.start[d + 1] - self.start[d]), -1)
        managers = np.unique(self.above(d + 1))
        groups[managers] = np.arange(len(managers))
        return groups


def closure(parent: Ints) -> tuple[Ints, Ints]:
    """Every pair (node or one of those above it, node) of a tree."""
    node = np.arange(len(parent))
    above = node
    pairs = []
    while len(node):
        pairs.append((above, node))
        over = parent[above]
        node, above = node[over >= 0], over[over >= 0]
    return np.concatenate([a for a, _ in pairs]), np.concatenate([d for _, d in pairs])
