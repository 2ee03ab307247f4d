"""Levels: whose total counts for a node, found for everybody at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import is_a, not_texts, not_whole, unrefused
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = [
    "AtNode",
    "OfKind",
    "Own",
    "ReportingLevel",
    "Top",
    "Up",
    "as_level",
    "level_or_as_it_is",
    "not_level",
]

_MOST = 10**9


@runtime_checkable
class ReportingLevel(Protocol):
    """A rule that finds for every node the one whose total counts."""

    @property
    def called(self) -> str:
        """What people call it, as ``"team"``."""
        ...

    def rows(self, org: OrgTree) -> IntArray:
        """Row of the node found for each node, int64 (n,): itself or one above; -1 for none.

        Raises
        ------
        InputError
            If the tree lacks what the level needs.
        """
        ...


@record("cascade_kpi/blending.own")
@frozen
class Own:
    """The node itself.

    Examples
    --------
    >>> org = OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> Own().rows(org)
    array([0, 1])
    """

    called: ClassVar[str] = "own"

    def rows(self, org: OrgTree) -> IntArray:
        """Each its own."""
        return np.arange(len(org))


@record("cascade_kpi/blending.at_node")
@frozen
class AtNode:
    """The node that a stint is at, with what it has as a node; of a node, itself.

    So whoever leads a unit can carry what the unit reached.

    Examples
    --------
    >>> org = OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> AtNode().rows(org)
    array([0, 1])
    """

    called: ClassVar[str] = "node"

    def rows(self, org: OrgTree) -> IntArray:
        """Each its own."""
        return np.arange(len(org))


@record("cascade_kpi/blending.up")
@frozen
class Up:
    """The node so many levels up.

    Parameters
    ----------
    levels : int
        1, the default, is the parent.

    Examples
    --------
    >>> org = OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "a"]})
    >>> Up(2).rows(org)
    array([-1, -1,  0])
    """

    levels: int = 1

    def __attrs_post_init__(self) -> None:
        check(not_whole("level", 1, _MOST, levels=self.levels))

    @property
    def called(self) -> str:
        """``"parent"``, or how many levels up."""
        return "parent" if self.levels == 1 else f"{self.levels} levels up"

    def rows(self, org: OrgTree) -> IntArray:
        """Parents of parents; -1 where the tree ends before."""
        # The k-th power of the map to the parent, by squaring; the last place stands for none.
        step, left = np.append(org.parent, -1), min(self.levels, len(org))
        found = np.append(np.arange(len(org)), -1)
        while left:
            if left & 1:
                found = step[found]
            step, left = step[step], left >> 1
        return found[:-1]


@record("cascade_kpi/blending.top")
@frozen
class Top:
    """The top of the reporting line; nobody for a root itself.

    Examples
    --------
    >>> org = OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "a"]})
    >>> Top().rows(org)
    array([-1,  0,  0])
    """

    called: ClassVar[str] = "root"

    def rows(self, org: OrgTree) -> IntArray:
        """The last root at or before a node in preorder is the one above it."""
        tops = np.where(org.parent < 0, np.arange(len(org)), 0)
        return np.where(org.parent < 0, -1, np.maximum.accumulate(tops))


@record("cascade_kpi/blending.of_kind")
@frozen
class OfKind:
    """The nearest node of a kind above.

    Parameters
    ----------
    kind : str
        One that occurs in the tree.

    Examples
    --------
    >>> table = {"id": ["hq", "a", "b"], "parent": ["", "hq", "a"], "kind": ["co", "team", "team"]}
    >>> org = OrgTree.from_table(table, kind="kind")
    >>> OfKind("team").rows(org)
    array([-1, -1,  1])
    """

    kind: str

    def __attrs_post_init__(self) -> None:
        check(not_texts("level", kind=self.kind))

    @property
    def called(self) -> str:
        """The kind; ``"kind own"`` for a kind that is called as another level is."""
        return f"kind {self.kind}" if self.kind in _NAMED else self.kind

    def rows(self, org: OrgTree) -> IntArray:
        """By a sweep from the roots down.

        Raises
        ------
        InputError
            If no node is of the kind.
        """
        marked = org.kind_codes == org.kind_code(self.kind)
        found = np.full(len(org), -1)
        # What a node hands to its children: itself if it is of the kind, else what it was handed.
        for block in org.layout.down():
            parents = block.parents
            handed = np.where(marked[parents], parents, found[parents])
            found[block.rows] = handed
        return found


_NAMED: dict[str, Callable[[], ReportingLevel]] = {
    "own": Own, "node": AtNode, "parent": Up, "root": Top,
}  # fmt: skip


def as_level(level: Any) -> Any:
    """A level as it is; a number as levels up, a text as the level or the kind of that name.

    Raises
    ------
    InputError
        If it is none of these.

    Examples
    --------
    >>> as_level("parent"), as_level(2), as_level("team")
    (Up(levels=1), Up(levels=2), OfKind(kind='team'))
    """
    if is_a(level, ReportingLevel):
        return level
    if isinstance(level, int) and not isinstance(level, bool):
        return Up(level)
    if isinstance(level, str):
        return _NAMED[level]() if level in _NAMED else OfKind(level)
    repair = "use 'own', 'node', 'parent', 'root', a kind, or a number of levels up"
    check([Fault("level", "not a level", repair, value=level)])
    return level


def level_or_as_it_is(level: Any) -> Any:
    """See :func:`as_level`; what is no level as it is, as converters of fields do."""
    return unrefused(as_level, level)


def not_level(source: str, level: ReportingLevel, org: OrgTree) -> list[Fault]:
    """Faults of a level in a tree: what it lacks, and finding anything but nodes above."""
    try:
        rows = level.rows(org)
    except InputError as error:
        return [evolve(fault, source=source) for fault in error.faults]
    if not isinstance(rows, np.ndarray) or rows.shape != (len(org),) or rows.dtype.kind != "i":
        reason, repair = (
            f"the level {level.called} answers no rows",
            "answer int64 (n,), -1 for none",
        )
        return [Fault(source, reason, repair, value=level)]
    here = np.arange(len(org))
    inside = (rows >= -1) & (rows < len(org))
    at = np.where(inside & (rows >= 0), rows, here)
    above = inside & (at <= here) & (here < at + org.size[at])
    reason = f"the level {level.called} finds what is not above it"
    return [
        Fault(source, reason, "find a node above", value=org.ids[row])
        for row in np.flatnonzero(~above).tolist()
    ]
