"""Two trees side by side: nodes matched by id."""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.tree import OrgTree

__all__ = ["Matched", "Status"]


class Status(IntEnum):
    """What became of a node."""

    KEPT = 0
    MOVED = 1
    NEW = 2
    GONE = 3


@frozen(eq=False)
class Matched:
    """The nodes of two trees: those of the later in its order, then those that are gone.

    Attributes
    ----------
    was, now : int64 array (u,)
        Row of each in the earlier and in the later tree, −1 where it is not there.
    """

    before: OrgTree
    after: OrgTree
    was: IntArray
    now: IntArray

    @classmethod
    def of(cls, before: OrgTree, after: OrgTree) -> Matched:
        """Match two trees.

        Raises
        ------
        InputError
            If they have no node in common.
        """
        if before is after:
            rows = np.arange(len(after))
            return cls(before, after, rows, rows)
        was = before.find(after.ids)
        known = np.zeros(len(before), dtype=bool)
        known[was[was >= 0]] = True
        if not known.any():
            first = after.node(0).id
            repair = f"compare targets of one organisation; {suggest(first, before.ids.tolist())}"
            check([Fault("compare", "no node is in both trees", repair, value=first)])
        gone = np.flatnonzero(~known)
        now = np.r_[np.arange(len(after)), np.full(len(gone), -1)]
        return cls(before, after, np.r_[was, gone], now)

    def __len__(self) -> int:
        return len(self.was)

    @cached_property
    def ids(self) -> NDArray[Any]:
        """Their ids."""
        gone = self.was[len(self.after) :]
        return lock(np.concatenate([self.after.ids, self.before.ids[gone]]))

    @cached_property
    def labels(self) -> NDArray[Any]:
        """What a person reads, the later one."""
        gone = self.was[len(self.after) :]
        return lock(np.concatenate([self.after.labels, self.before.labels[gone]]))

    @cached_property
    def kinds(self) -> NDArray[Any]:
        """What each is, the later one."""
        gone = self.was[len(self.after) :]
        return lock(np.concatenate([self.after.kinds, self.before.kinds[gone]]))

    @cached_property
    def _place(self) -> IntArray:
        """Where each row of the earlier tree stands here."""
        place = np.empty(len(self.before), dtype=np.int64)
        there = self.was >= 0
        place[self.was[there]] = np.flatnonzero(there)
        return place

    @cached_property
    def parent_was(self) -> IntArray:
        """Where each one's earlier parent stands here, −1 for none."""
        above = np.where(self.was >= 0, self.before.parent[self.was], -1)
        return np.where(above >= 0, self._place[above], -1)

    @cached_property
    def parent_now(self) -> IntArray:
        """Where each one's later parent stands here, −1 for none."""
        return np.where(self.now >= 0, self.after.parent[self.now], -1)

    @cached_property
    def status(self) -> IntArray:
        """What became of each, a :class:`Status`, int64 (u,)."""
        moved = np.where(self.parent_was == self.parent_now, int(Status.KEPT), int(Status.MOVED))
        fresh = np.where(self.was < 0, int(Status.NEW), moved)
        return lock(np.where(self.now < 0, int(Status.GONE), fresh))

    def from_before(self, values: NDArray[Any], absent: Any) -> NDArray[Any]:
        """Values (…, n) of the earlier tree, (…, u)."""
        return np.where(self.was >= 0, values[..., self.was], absent)

    def from_after(self, values: NDArray[Any], absent: Any) -> NDArray[Any]:
        """Values (…, n) of the later tree, (…, u)."""
        return np.where(self.now >= 0, values[..., self.now], absent)

    def place(self, node: object) -> int:
        """Where a node stands here.

        Raises
        ------
        InputError
            If it is in neither tree.
        """
        if node in self.after:
            return self.after.row(node)
        if node in self.before:
            return int(self._place[self.before.row(node)])
        check([Fault("node", "in neither tree", suggest(node, self.ids.tolist()), value=node)])
        raise AssertionError  # check has raised
