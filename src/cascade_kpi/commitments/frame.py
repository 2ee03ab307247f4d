"""Where a KPI's amounts stand: the nodes that it reaches, and what some of them have themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, everywhere, is_everywhere
from cascade_kpi.org.layout import Layout
from cascade_kpi.org.reach import Reach
from cascade_kpi.targets.amounts import MARGIN

__all__ = ["Frame"]

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Frame:
    """A tree in which what a node has for itself is one more child, the last.

    Attributes
    ----------
    reach : Reach
        The nodes that the KPI reaches.
    layout : Layout
        Of the m rows of the frame.
    node : int64 array (m,)
        Row of each in `reach.tree`; of an own part, the node that has it.
    own : bool array (m,)
        Which of them are own parts.
    parent : int64 array (m,)
        Row of the parent in the frame, −1 for roots.
    margin : int64 array (m,), or None
        What children have beyond a node, in ten-thousandths of it, in sweep order;
        None if nowhere anything.
    """

    reach: Reach
    layout: Layout
    node: IntArray
    own: Mask
    parent: IntArray
    margin: IntArray | None = None

    @classmethod
    def of(cls, reach: Reach, owners: Mask, margin: IntArray | None = None) -> Frame:
        """The frame of a tree some of whose inner nodes have something of their own.

        Parameters
        ----------
        reach : Reach
        owners : bool array (n,)
            Who has, by row of `reach.tree`; nobody who has a margin.
        margin : int64 array (n,), optional
            By row of `reach.tree`.
        """
        frame = cls._bare(reach, owners)
        if margin is None:
            return frame
        mine = np.where(frame.own, 0, margin[frame.node])
        return evolve(frame, margin=frame.layout.swept(mine))

    @classmethod
    def _bare(cls, reach: Reach, owners: Mask) -> Frame:
        tree = reach.tree
        n = len(tree)
        if not owners.any():
            nobody = np.zeros(n, dtype=bool)
            return cls(reach, tree.layout, tree.layout.all_rows, nobody, tree.parent)
        nodes = np.flatnonzero(owners)
        end = nodes + tree.size[nodes]  # behind the subtree, and those inside it first
        order = np.lexsort((-tree.depth[nodes], end))
        nodes, end = nodes[order], end[order]
        mine = end + np.arange(len(nodes))
        theirs = np.arange(n) + np.searchsorted(end, np.arange(n), side="right")
        own = np.zeros(n + len(nodes), dtype=bool)
        own[mine] = True
        node = np.empty(len(own), dtype=np.int64)
        node[mine], node[theirs] = nodes, np.arange(n)
        parent = np.where(own, theirs[node], -1)
        has = tree.parent >= 0
        parent[theirs[has]] = theirs[tree.parent[has]]
        depth = tree.depth[node] + own
        return cls(reach, Layout.of(parent, depth), node, own, parent)

    @cached_property
    def factor(self) -> FloatArray | None:
        """How many times each node its children sum to, float64 (m,), in sweep order."""
        return None if self.margin is None else 1.0 + self.margin / MARGIN

    @property
    def whole(self) -> IntArray:
        """Rows of the nodes themselves, in the tree's order, int64 (n,)."""
        return np.flatnonzero(~self.own)

    def __len__(self) -> int:
        return len(self.node)

    def filled(self, totals: NDArray[Any], own: NDArray[Any]) -> FloatArray:
        """Values (…, n) of all nodes of the organisation, and those of own parts, as (…, m).

        Not to be written to: where there are no own parts, they may be `totals` itself.
        """
        totals = self.reach.narrowed(totals)
        if not self.own.any():
            return totals
        own = self.reach.narrowed(own)
        return np.where(self.own, own[..., self.node], totals[..., self.node])

    def at_rows(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values (n,) of the nodes that the KPI reaches, (m,): an own part has its node's."""
        return values[self.node] if self.own.any() else values

    def spread(self, values: NDArray[Any], absent: Any) -> NDArray[Any]:
        """Values (…, m) at the nodes themselves, (…, n) for all nodes of the organisation."""
        whole = values[..., self.whole] if self.own.any() else values
        return self.reach.spread(whole, absent)

    def swept(
        self, rows: NDArray[Any], turned: Callable[[NDArray[Any]], FloatArray] | None = None
    ) -> FloatArray:
        """Values (p, m) by row as (p, m) in sweep order; see :meth:`Layout.swept`."""
        if is_everywhere(rows):
            return rows if turned is None else everywhere(turned(rows[:1, :1])[0, 0], rows.shape)
        lines = [self.layout.swept(line, turned) for line in rows]
        return np.stack(lines) if len(lines) > 1 else lines[0][np.newaxis]

    def spread_swept(
        self,
        values: NDArray[Any],
        absent: Any,
        turned: Callable[[NDArray[Any]], NDArray[Any]] | None = None,
    ) -> NDArray[Any]:
        """Values (m,) in sweep order at the nodes themselves, (n,) for the organisation."""
        return self.spread(self.layout.rowed(values, turned), absent)

    def org_row(self, row: int) -> int:
        """Row in the organisation of the node that a row stands at."""
        return int(self.reach.rows[self.node[row]])

    def row_at(self, org_row: int) -> int | None:
        """Row of the frame of a node itself; None if the KPI does not reach it."""
        place = int(np.searchsorted(self.reach.rows, org_row))
        if place == len(self.reach.rows) or self.reach.rows[place] != org_row:
            return None
        return int(self.whole[place])

    def margin_of(self, row: int) -> int:
        """What the children of a row have beyond it, in ten-thousandths of it."""
        return 0 if self.margin is None else int(self.margin[self.place_of(row)])

    def factor_of(self, row: int) -> float:
        """How many times a row its children sum to."""
        return 1.0 + self.margin_of(row) / MARGIN

    def place_of(self, row: int) -> int:
        """Where a row stands in sweep order."""
        return int(self.layout.place[row])

    def children(self, row: int) -> list[int]:
        """Rows of a row's children, in order, its own part last."""
        order, begins = self._families
        rows: list[int] = order[begins[row] : begins[row + 1]].tolist()
        return rows

    @cached_property
    def _families(self) -> tuple[IntArray, IntArray]:
        """Rows by parent, and where the children of each begin."""
        order = np.argsort(self.parent, kind="stable")
        return order, np.searchsorted(self.parent[order], np.arange(len(self) + 1))
