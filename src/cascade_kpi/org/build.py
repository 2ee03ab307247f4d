"""From rows (id, parent) to a tree laid out in preorder, checked on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.blame import Columns, faults_of, is_missing
from cascade_kpi.org.ids import IdIndex
from cascade_kpi.org.keys import listed
from cascade_kpi.org.words import stable_order

__all__ = ["Rows", "build_rows", "lay_out"]

Roots: TypeAlias = Literal["one", "many"]

_LEVELS = 500  # deeper trees have levels too thin to be worth an array each


@frozen(eq=False)
class Rows:
    """A tree, one entry a node, in preorder; siblings and roots by ascending id.

    Attributes
    ----------
    source_row : int64 array (n,)
        The input row of each node.
    parent : int64 array (n,)
        Position of the parent, -1 for a root.
    depth : int64 array (n,)
        Level below the root, which is level 0.
    size : int64 array (n,)
        Nodes in the subtree, the node itself included: the subtree of node i
        is the slice from i to i + size[i].
    input_index : IdIndex
        The rows of the ids in the input.
    """

    source_row: IntArray
    parent: IntArray
    depth: IntArray
    size: IntArray
    input_index: IdIndex = field(repr=False)

    def __len__(self) -> int:
        return len(self.parent)

    def index(self) -> IdIndex:
        """The positions of the ids in preorder, made from the index of the input."""
        return self.input_index.take(self.source_row)


def build_rows(
    ids: Any,
    parents: Any,
    *,
    roots: Roots,
    source: str,
    lines: Sequence[int] | None = None,
    id_column: str = "id",
    parent_column: str = "parent",
) -> Rows:
    """Check a table of ids and parents and lay the tree out.

    Parameters
    ----------
    ids : sequence or array (n,)
        All text, or all whole numbers of at most 64 bits, each once.
    parents : sequence or array (n,)
        Ids of other rows. None, "", NaN and the like make a root; floats
        such as 3.0, which a missing value turns a column into, are numbers.
    roots : {"one", "many"}
        Whether a second root is a fault.
    source : str
        What messages call the table.
    lines : sequence of int, optional
        The line of the file that each row came from.
    id_column, parent_column : str
        What messages call the columns.

    Raises
    ------
    InputError
        With every fault of every row: empty, wrong or repeated ids, unknown
        parents, cycles and what hangs below them, no root or too many.

    Examples
    --------
    >>> rows = build_rows(["b", "hq", "a"], ["hq", None, "hq"], roots="one", source="units")
    >>> rows.source_row, rows.parent, rows.size
    (array([1, 2, 0]), array([-1,  0,  0]), array([3, 1, 1]))
    """
    if roots not in ("one", "many"):
        check([Fault("roots", "unknown choice", suggest(roots, ["one", "many"]), value=roots)])
    ids, parents = (
        given if isinstance(given, (np.ndarray, list, tuple)) else listed(given)
        for given in (ids, parents)
    )
    made = _built(ids, parents, roots)
    if made is None:
        table = Columns(listed(ids), listed(parents), source, id_column, parent_column, lines)
        check(faults_of(table, roots))
        raise AssertionError("a table without faults must make a tree")
    return made


def _built(ids: Any, parents: Any, roots: Roots) -> Rows | None:
    """The tree, or None if anything at all looks wrong: nothing here says what."""
    try:
        index = IdIndex.of(ids)
    except (TypeError, OverflowError):
        return None
    if not len(index) or len(parents) != len(index) or len(index.repeated) or len(index.blank):
        return None
    parent = index.find(parents)
    tops = np.flatnonzero(parent < 0)
    if not len(tops) or (len(tops) > 1 and roots == "one"):
        return None
    if not _all_missing([parents[row] for row in tops.tolist()]):
        return None
    laid = lay_out(parent, index.order())
    if laid is None:
        return None
    source_row, above, depth, size = map(lock, laid)
    return Rows(source_row, above, depth, size, index)


def _all_missing(values: list[Any]) -> bool:
    try:
        return all(map(is_missing, set(values)))
    except TypeError:  # an unhashable value is no way to say that there is none
        return False


def lay_out(parent: IntArray, order: IntArray) -> tuple[IntArray, ...] | None:
    """source_row, parent, depth and size in preorder; None if a cycle keeps rows apart.

    Parameters
    ----------
    parent : int64 array (n,)
        Row of each row's parent, -1 for a root.
    order : int64 array (n,)
        The rows in ascending order of id.
    """
    n = len(parent)
    by_parent = parent[order]
    by_parent += 1
    children = order[stable_order([by_parent], [n.bit_length()])]  # roots first
    count = np.bincount(by_parent, minlength=n + 1)
    count[0], top = 0, int(count[0])
    return _by_level(parent, children, count[1:], top)


def _by_level(
    parent: IntArray, children: IntArray, count: IntArray, top: int
) -> tuple[IntArray, ...] | None:
    """Lay out level after level, each level as arrays.

    Parameters
    ----------
    children : (n,) int64 array
        Rows by (parent, id), the roots first.
    count : (n,) int64 array
        How many children each row has.
    top : int
        How many roots there are.
    """
    start = np.cumsum(count)
    start += top - count
    rows, widths, heads = [children[:top]], [], []
    while len(rows[-1]):
        if len(rows) > _LEVELS:
            return _by_node(parent, children, start, count, top)
        width = count[rows[-1]]
        head = np.flatnonzero(width)
        width = width[head]
        before = np.cumsum(width) - width
        first = np.repeat(start[rows[-1][head]] - before, width)
        first += np.arange(len(first))
        heads.append(head)
        widths.append(width)
        rows.append(children[first])
    rows.pop()
    if sum(map(len, rows)) < len(parent):
        return None
    return _placed(rows, heads, widths)


def _placed(
    rows: list[IntArray], heads: list[IntArray], widths: list[IntArray]
) -> tuple[IntArray, ...]:
    """Preorder from levels: sizes upwards, then positions downwards.

    ``heads[d]`` says which nodes of level d have children, and ``widths[d]``
    how many; their children follow each other in level d + 1.
    """
    sizes = [np.ones(len(level), np.int64) for level in rows]
    for d in range(len(rows) - 2, -1, -1):
        sizes[d][heads[d]] += np.add.reduceat(sizes[d + 1], np.cumsum(widths[d]) - widths[d])
    n = sum(map(len, rows))
    source_row, parent, depth, size = (np.empty(n, np.int64) for _ in range(4))
    at = np.cumsum(sizes[0]) - sizes[0]
    above = np.full(len(at), -1)
    for d, level in enumerate(rows):
        source_row[at], parent[at], depth[at], size[at] = level, above, d, sizes[d]
        if d + 1 < len(rows):
            width, over = widths[d], at[heads[d]]
            above = np.repeat(over, width)
            before = np.cumsum(sizes[d + 1]) - sizes[d + 1]
            at = before + np.repeat(over + 1 - before[np.cumsum(width) - width], width)
    return source_row, parent, depth, size


def _by_node(
    parent: IntArray, children: IntArray, start: IntArray, count: IntArray, top: int
) -> tuple[IntArray, ...] | None:
    """Lay out node by node, for trees that are hardly wider than they are deep."""
    below, first, end = children.tolist(), start.tolist(), (start + count).tolist()
    found: list[int] = []
    waiting = below[:top][::-1]
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting += below[first[row] : end[row]][::-1]
    n = len(parent)
    if len(found) < n:
        return None
    source_row = np.array(found, np.int64)
    position = np.empty(n + 1, np.int64)
    position[source_row], position[-1] = np.arange(n), -1
    above = position[parent[source_row]]
    ups = above.tolist()
    depth, size = [-1] * (n + 1), [1] * (n + 1)  # the last entry stands above the roots
    for i, up in enumerate(ups):
        depth[i] = depth[up] + 1
    for i in range(n - 1, -1, -1):
        size[ups[i]] += size[i]
    return source_row, above, np.array(depth[:n]), np.array(size[:n])
