"""A view of one node of a tree. No object is stored per node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from cascade_kpi.errors import Fault, check, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cascade_kpi.org.tree import OrgTree

__all__ = ["Node"]


@frozen(repr=False)
class Node:
    """One node of an :class:`OrgTree`: its tree and its row there.

    Two nodes are equal if their trees are equal and their rows are the same.
    """

    org: OrgTree = field()
    row: int = field()

    @property
    def id(self) -> Any:
        """The id as it was given."""
        return self.org.ids[self.row : self.row + 1].tolist()[0]

    @property
    def label(self) -> str:
        """What a person reads."""
        return str(self.org.labels[self.row])

    @property
    def kind(self) -> str:
        """What the node is."""
        return str(self.org.kinds[self.row])

    @property
    def level(self) -> int:
        """Levels below the root; 0 for a root."""
        return int(self.org.depth[self.row])

    @property
    def is_leaf(self) -> bool:
        """Whether it has no children."""
        return int(self.org.size[self.row]) == 1

    @property
    def parent(self) -> Node | None:
        """The parent, None for a root."""
        above = int(self.org.parent[self.row])
        return Node(self.org, above) if above >= 0 else None

    @property
    def child_rows(self) -> list[int]:
        """Rows of the children, ascending."""
        rows, size = [], self.org.size
        row, end = self.row + 1, self.row + int(size[self.row])
        while row < end:
            rows.append(row)
            row += int(size[row])
        return rows

    @property
    def children(self) -> tuple[Node, ...]:
        """The children, in order of id."""
        return self._nodes(self.child_rows)

    @property
    def ancestors(self) -> tuple[Node, ...]:
        """From the parent to the root."""
        found, node = [], self.parent
        while node is not None:
            found.append(node)
            node = node.parent
        return tuple(found)

    @property
    def descendants(self) -> tuple[Node, ...]:
        """Everything below, in preorder."""
        return self._nodes(range(self.row + 1, self.row + int(self.org.size[self.row])))

    @property
    def leaves(self) -> tuple[Node, ...]:
        """The nodes below that have no children; the node itself if it is a leaf."""
        part = self.org.size[self.row : self.row + int(self.org.size[self.row])]
        return self._nodes((self.row + np.flatnonzero(part == 1)).tolist())

    @property
    def path(self) -> tuple[Any, ...]:
        """Ids from the root to the node, both included."""
        return tuple(node.id for node in (*reversed(self.ancestors), self))

    def __getitem__(self, column: str) -> Any:
        """The node's entry in one of the tree's further columns."""
        if not isinstance(column, str) or column not in self.org.columns:
            repair = suggest(column, self.org.columns)
            check([Fault("node", "no such column", repair, value=column)])
        return self.org.columns[column][self.row : self.row + 1].tolist()[0]

    def _nodes(self, rows: Iterable[int]) -> tuple[Node, ...]:
        return tuple(Node(self.org, row) for row in rows)

    def __repr__(self) -> str:
        kind = f", kind={self.kind!r}" if self.kind else ""
        return f"Node({self.id!r}{kind})"
