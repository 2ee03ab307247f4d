"""Stints one by one: cut at the periods' ends, and where the node is put below another parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.history import NOBODY, Absences, History
from cascade_kpi.moving.intervals import cover, cut, overlaps, points
from cascade_kpi.moving.pieces import HELD, Pieces
from cascade_kpi.moving.trees import Trees

if TYPE_CHECKING:
    from cascade_kpi.moving.moved import Moved

__all__ = ["Share", "Stays"]


@frozen(eq=False)
class Stays:
    """Days of one period on which a holder is at a node below one parent.

    Attributes
    ----------
    stint : int64 array (s,)
        Which of the history's stints each is of.
    period, start, end : int64 array (s,)
        Ordered by period, holder, start and node.
    parent, manager : int64 array (s,)
        Row of the node above, -1 for none; who alone holds that on the last day.
    """

    history: History
    stint: IntArray
    period: IntArray
    start: IntArray
    end: IntArray
    parent: IntArray
    manager: IntArray

    @classmethod
    def of(cls, history: History, begins: IntArray) -> Stays:
        """All stints of a history, cut.

        Parameters
        ----------
        begins : int64 array (p,)
            First day of each period.
        """
        trees, nodes = history.trees, np.unique(history.node)
        later = np.tile(begins[1:], len(nodes))
        edges = np.concatenate(
            [points(np.repeat(nodes, len(begins) - 1), later), points(trees.node, trees.start)]
        )
        stint, start, end = cut(*history.stints, np.unique(edges))
        period = np.searchsorted(begins, start, "right") - 1
        node = history.node[stint]
        order = np.lexsort((node, start, history.holder[stint], period))
        stint, start, end = stint[order], start[order], end[order]
        parent = trees.parent_on(node[order], start)
        manager = np.full(len(stint), NOBODY)
        below = np.flatnonzero(parent >= 0)
        manager[below] = history.sole_holder(parent[below], end[below])
        return cls(history, stint, period[order], start, end, parent, manager)

    def __len__(self) -> int:
        return len(self.stint)

    @property
    def holder(self) -> IntArray:
        """Positions in the history's holders, int64 (s,)."""
        return self.history.holder[self.stint]

    @property
    def node(self) -> IntArray:
        """Rows of the first tree, int64 (s,)."""
        return self.history.node[self.stint]

    def leave(self, away: Absences) -> IntArray:
        """On how many days of each its holder was on leave, int64 (s,)."""
        i, _, start, end = overlaps(
            (self.holder, self.start, self.end), (away.holder, away.start, away.end)
        )
        return np.bincount(i, end - start + 1, len(self)).astype(np.int64)

    def at(self, holder: IntArray, place: IntArray, day: IntArray) -> IntArray:
        """Which stay somebody's piece at a place belongs to on a day; -1 for none at all.

        The one at the nearest node at or above the place, else their first in the tree.
        """
        found = self._above(holder, place, day)
        lost = np.flatnonzero(found < 0)
        by_holder = np.lexsort((self.node, self.holder))
        known = self.holder[by_holder], self.start[by_holder], self.end[by_holder]
        i, j, _, _ = overlaps((holder[lost], day[lost], day[lost]), known)
        first = np.flatnonzero(np.diff(i, prepend=-1))
        found[lost[i[first]]] = by_holder[j[first]]
        return found

    def _above(self, holder: IntArray, place: IntArray, day: IntArray) -> IntArray:
        """The holder's stay at the nearest node at or above the place, -1 for none."""
        trees: Trees = self.history.trees
        n = len(trees.org)
        key = self.holder * n + self.node
        order = np.lexsort((self.start, key))
        known = key[order], self.start[order], self.end[order]
        found, at = np.full(len(place), -1), place
        some = np.arange(len(place))
        while len(some):
            hit = cover(*known, holder[some] * n + at, day[some])
            found[some[hit >= 0]] = order[hit[hit >= 0]]
            above = trees.parent_on(at, day[some])
            on = (hit < 0) & (above >= 0)
            some, at = some[on], above[on]
        return found


@frozen(eq=False)
class Share:
    """What is held of targets, by stays.

    Attributes
    ----------
    pieces : Pieces
        Those of the targets; what is held is cut where the stays of its holder are.
    which : int64 array (m,)
        The piece that each is a part of.
    stay : int64 array (m,)
        -1 of what is not held.
    """

    pieces: Pieces
    which: IntArray
    stay: IntArray

    @classmethod
    def of(cls, moved: Moved, stays: Stays) -> Share:
        """The pieces of moved targets, each with its stay.

        Raises
        ------
        InputError
            If a policy gives somebody a target on days on which they are nowhere.
        """
        pieces = moved.pieces
        who = np.where(pieces.state == HELD, pieces.holder, NOBODY)
        holder = stays.holder
        edges = points(
            np.concatenate([holder, holder]), np.concatenate([stays.start, stays.end + 1])
        )
        which, start, end = cut(who, pieces.start, pieces.end, edges)
        columns = {
            each.name: getattr(pieces, each.name)[which]
            for each in attrs.fields(Pieces)
            if each.name not in ("start", "end", "run_start", "run_end")
        }
        finer = attrs.evolve(pieces, **columns, start=start, end=end)
        stay = np.full(len(which), -1)
        held = np.flatnonzero(who[which] >= 0)
        stay[held] = stays.at(finer.holder[held], finer.place[held], start[held])
        lost = held[stay[held] < 0]
        check(
            [
                Fault(
                    "policy", f"somebody who is nowhere has a target, "
                    f"{told(int(start[i]), int(end[i]))}",
                    "let it give targets to who is somewhere",
                    value=moved.holder_ids(finer.holder[i : i + 1])[0],
                )
                for i in lost.tolist()
            ]
        )  # fmt: skip
        return cls(finer, which, stay)
