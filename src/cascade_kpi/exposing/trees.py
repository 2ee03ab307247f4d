"""Stints as the leaves of an organisation, and the people who have them."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.errors import Fault
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.moved import Moved
from cascade_kpi.org.tree import OrgTree

__all__ = ["EXTRA", "nobody", "people_of", "stint_labels", "stints_of", "taken"]

EXTRA = ("last_post", "last_unit")
"""The columns of the tree of people beside those of the nodes."""


def stint_labels(moved: Moved, stays: IntArray) -> list[str]:
    """What people read of stints: who was where, from when to when."""
    all_stays, nodes = moved.stays, moved.of_before.org
    return [
        f"{who} at {where}, {told(start, end)}"
        for who, where, start, end in zip(
            moved.holder_ids(all_stays.holder[stays]).tolist(),
            nodes.labels[all_stays.node[stays]].tolist(),
            all_stays.start[stays].tolist(),
            all_stays.end[stays].tolist(),
            strict=True,
        )
    ]


def stints_of(moved: Moved, stays: IntArray) -> tuple[OrgTree, IntArray]:
    """Some stints as a tree without units, and which stint each of its rows is.

    Each has the kind and the columns of the node that it is at, and comes from the row
    of the table that the node came from.
    """
    org, node = moved.of_before.org, moved.stays.node[stays]
    who = moved.holder_ids(moved.stays.holder[stays]).tolist()
    begins = moved.stays.start[stays].astype("datetime64[D]").tolist()
    rows = list(zip(who, org.ids[node].tolist(), begins, strict=True))
    ids = [f"{holder} at {place} from {day}" for holder, place, day in rows]
    if len(set(ids)) < len(ids):  # "a at b" at "c", and "a" at "b at c"
        ids = [f"{holder!r} at {place!r} from {day}" for holder, place, day in rows]
    tree = _forest(ids, org.kinds[node], stint_labels(moved, stays))
    order = tree.source_row
    return _with(tree, org, node[order], {}), stays[order]


def people_of(moved: Moved) -> tuple[OrgTree, IntArray]:
    """Everybody who has a stint in the calendar as a tree without units.

    And the row in it of each of the holders, int64 (h,), -1 for who is not there.
    """
    org, stays = moved.of_before.org, moved.stays
    order = np.lexsort((-stays.node, stays.end, stays.holder))
    last = order[np.diff(stays.holder[order], append=-1) != 0]  # of each holder
    holder, node = stays.holder[last], stays.node[last]
    extra = {
        "last_post": moved.node_column(node),
        "last_unit": moved.node_column(stays.parent[last]),
    }
    ids = moved.holders[holder]
    tree = _forest(ids, org.kinds[node], [str(each) for each in ids.tolist()])
    at = tree.source_row
    row = np.full(len(moved.holders), -1)
    row[holder[at]] = np.arange(len(at))
    return _with(tree, org, node[at], {name: each[at] for name, each in extra.items()}), row


def taken(org: OrgTree) -> list[Fault]:
    """A fault for each column that the people are to have and the tree has already."""
    return [
        Fault("units", "a column of this name is made for the people", "rename it", column=name)
        for name in EXTRA
        if name in org.columns
    ]


def nobody(moved: Moved) -> list[Fault]:
    """A fault if there is nobody to be scored."""
    if len(moved.stays):
        return []
    labels = moved.of_before.periods.labels
    reason = f"nobody has a stint in {labels[0]}" + (f" to {labels[-1]}" if labels[1:] else "")
    return [Fault("stints", reason, "add who held what in these periods, or use score(…)")]


def _forest(ids: Any, kinds: NDArray[Any], labels: list[str]) -> OrgTree:
    """A tree of roots."""
    table = {"id": ids, "parent": [None] * len(ids), "kind": kinds, "label": labels}
    return OrgTree.from_table(table, kind="kind", label="label", roots="many", name="stints")


def _with(tree: OrgTree, org: OrgTree, node: IntArray, extra: dict[str, NDArray[Any]]) -> OrgTree:
    columns = {name: lock(values[node]) for name, values in org.columns.items()}
    return attrs.evolve(tree, columns={**columns, **extra}, source_row=org.source_row[node])
