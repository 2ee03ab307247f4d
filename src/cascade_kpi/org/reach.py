"""The part of a tree that a KPI reaches: the nodes that report it and all above them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.errors import Fault, check, suggest

if TYPE_CHECKING:
    from cascade_kpi.org.tree import OrgTree

__all__ = ["Reach", "unknown_kinds"]

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Reach:
    """The nodes that report something, and those above them.

    Make one with :meth:`of`.

    Attributes
    ----------
    org : OrgTree
        The whole tree, n nodes.
    tree : OrgTree
        The m nodes that are reached, whose leaves are the reporters; `org`
        itself if it is all of it.
    rows : int64 array (m,)
        Their rows in `org`, ascending.
    reporters : bool array (n,)
        The nodes that report.
    """

    org: OrgTree
    tree: OrgTree
    rows: IntArray
    reporters: Mask

    @classmethod
    def of(cls, org: OrgTree, kinds: Iterable[str] = ()) -> Reach:
        """What is reached if nodes of these kinds report; all leaves if none is named.

        Of nodes of these kinds that lie below each other the lowest report.

        Raises
        ------
        InputError
            Listing the kinds that no node is of.
        """
        wanted = tuple(kinds)
        if not wanted:
            return cls(org, org, org.layout.all_rows, org.is_leaf)
        check(unknown_kinds("kpi", wanted, org))
        codes = [org.kind_names.index(kind) for kind in wanted]
        named = np.isin(org.kind_codes, codes)
        reporters = named & (_inside(org, named) == 1)
        rows = np.flatnonzero(_inside(org, reporters) > 0)
        return cls(org, _kept(org, rows), rows, lock(reporters))

    @property
    def is_whole(self) -> bool:
        """Whether every node is reached."""
        return self.tree is self.org

    @property
    def within(self) -> Mask:
        """The nodes that are reached, bool (n,)."""
        mask = np.zeros(len(self.org), dtype=bool)
        mask[self.rows] = True
        return mask

    def narrowed(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values (…, n) of the nodes that are reached, (…, m)."""
        return values if self.is_whole else np.take(values, self.rows, axis=-1)

    def spread(self, values: NDArray[Any], absent: Any) -> NDArray[Any]:
        """Values (…, m) of the nodes that are reached, and what the others have, (…, n)."""
        if self.is_whole:
            return values
        out = np.full((*values.shape[:-1], len(self.org)), absent, dtype=values.dtype)
        out[..., self.rows] = values
        return out

    def children(self, row: int) -> list[int]:
        """Rows, in the whole tree, of a node's children that are reached."""
        rows = self.org.node(row).child_rows
        if self.is_whole:
            return rows
        place = np.searchsorted(self.rows, rows)
        found = self.rows.take(place, mode="clip") == rows
        return [row for row, reached in zip(rows, found.tolist(), strict=True) if reached]


def _inside(org: OrgTree, marked: Mask) -> IntArray:
    """How many nodes of each subtree are marked: a subtree is a slice of rows."""
    before = np.zeros(len(org) + 1, dtype=np.int64)
    np.cumsum(marked, out=before[1:])
    counts: IntArray = before[np.arange(len(org)) + org.size] - before[:-1]
    return counts


def _kept(org: OrgTree, rows: IntArray) -> OrgTree:
    """A tree of some rows, among them all above any of them."""
    within = np.zeros(len(org), dtype=bool)
    within[rows] = True
    place = np.cumsum(within) - 1
    parent = org.parent[rows]
    return attrs.evolve(
        org,
        ids=lock(org.ids[rows]),
        parent=lock(np.where(parent < 0, -1, place[parent])),
        depth=lock(org.depth[rows]),
        size=lock(_inside(org, within)[rows]),
        kinds=lock(org.kinds[rows]),
        labels=lock(org.labels[rows]),
        columns={name: lock(values[rows]) for name, values in org.columns.items()},
        source_row=lock(org.source_row[rows]),
    )


def unknown_kinds(
    source: str, kinds: Iterable[str], org: OrgTree, *, column: str | None = None
) -> list[Fault]:
    """A fault for each kind that no node is of."""
    known = org.kind_names
    return [
        Fault(source, "no node is of this kind", suggest(kind, known), column=column, value=kind)
        for kind in kinds
        if kind not in known
    ]
