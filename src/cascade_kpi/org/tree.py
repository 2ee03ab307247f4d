"""The organisation tree: columns in preorder, and views of them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import (
    CONTENT,
    FloatArray,
    IntArray,
    fingerprint,
    frozen_array,
    frozen_columns,
    lock,
)
from cascade_kpi._fields import not_whole
from cascade_kpi._long import Columns
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.missing import Missing
from cascade_kpi.org import columns
from cascade_kpi.org.draw import draw_rows
from cascade_kpi.org.groups import Groups
from cascade_kpi.org.layout import Layout
from cascade_kpi.org.node import Node
from cascade_kpi.org.rollup import CHILDREN, SUBTREES, Rollup
from cascade_kpi.org.words import stable_order
from cascade_kpi.records import record

if TYPE_CHECKING:
    from cascade_kpi.org.ids import IdIndex

__all__ = ["OrgTree"]

_SUGGESTED = 20
_MOST = 10**9

Predicate = Callable[["OrgTree"], NDArray[np.bool_]]


@frozen(hash=False)
class _Units:
    """A tree as the table it could have come from: what its JSON record holds.

    One row a node, in the tree's own order.

    Attributes
    ----------
    ids : array (n,)
    parents : object array (n,)
        Ids of the parents, None for roots.
    kinds, labels : object array of str (n,)
    columns : mapping of str to array (n,)
    """

    ids: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    parents: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    kinds: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    labels: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)

    @classmethod
    def of(cls, org: OrgTree) -> _Units:
        """The table of a tree."""
        return cls(org.ids, columns.parents(org, None), org.kinds, org.labels, org.columns)

    def make(self) -> OrgTree:
        """The tree again, with every check of a table."""
        check(
            [
                Fault(
                    "units",
                    f"{len(values)} entries beside {len(self.ids)} ids",
                    "give one a node",
                    column=name,
                )
                for name, values in self.columns.items()
                if values.shape != self.ids.shape
            ]
        )
        tree = OrgTree.from_table(
            {"id": self.ids, "parent": self.parents, "kind": self.kinds, "label": self.labels},
            kind="kind",
            label="label",
            roots="many",
        )
        order = tree.source_row
        columns = {name: values[order] for name, values in self.columns.items()}
        return attrs.evolve(tree, columns=columns)


@record("cascade_kpi/org_tree", written_as=_Units)
@frozen(eq=True, hash=False, repr=False)
class OrgTree:
    """An organisation: nodes in preorder, siblings in ascending order of id.

    Make one with :meth:`from_table`. A node is a row; every column has one
    entry a row, and a subtree is a slice of rows. What a node is (company,
    department, post, person) is data in `kinds`. Trees compare by content;
    `source_row` does not count.

    Attributes
    ----------
    ids : int64 or object array (n,)
        Ids as they were given, whole numbers or text.
    parent : int64 array (n,)
        Row of the parent; -1 for a root.
    depth : int64 array (n,)
        Level below the root, which is level 0.
    size : int64 array (n,)
        Number of nodes in the subtree, the node itself included.
    kinds : object array of str (n,)
        Kind of node; empty where the table has no such column.
    labels : object array of str (n,)
        What a person reads; the id where the table has no such column.
    columns : mapping of str to array (n,)
        Every other column of the table, as it was given.
    source_row : int64 array (n,)
        Row of the input table that each node came from.

    Examples
    --------
    >>> org = OrgTree.from_table({"id": ["hq", "east", "ann"], "parent": ["", "hq", "east"]})
    >>> print(org.draw())
    hq
    └─ east
       └─ ann
    >>> org["east"].children
    (Node('ann'),)
    """

    ids: NDArray[Any] = field(eq=CONTENT, repr=False, converter=frozen_array)
    parent: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    depth: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    size: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    kinds: NDArray[Any] = field(eq=CONTENT, repr=False, converter=frozen_array)
    labels: NDArray[Any] = field(eq=CONTENT, repr=False, converter=frozen_array)
    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, repr=False, converter=frozen_columns)
    source_row: IntArray = field(eq=False, repr=False, converter=np.asarray)
    _groups: dict[str, Groups] = field(factory=dict, init=False, eq=False, repr=False)

    @classmethod
    def from_table(
        cls,
        table: object,
        *,
        id: str = "id",  # noqa: A002 - the column's usual name reads best at the call
        parent: str = "parent",
        kind: str | None = None,
        label: str | None = None,
        roots: Literal["one", "many"] = "one",
        name: str = "units",
    ) -> OrgTree:
        """A tree from any table with one row a node.

        Parameters
        ----------
        table : mapping of columns, list of dicts, data frame, CSV path or Csv
            Its rows may stand in any order; the order changes nothing.
        id, parent : str
            Columns of ids, all text or all whole numbers, and of parents'
            ids. A blank parent makes a root.
        kind, label : str, optional
            Columns of what the node is and of what a person reads.
        roots : {"one", "many"}
            Whether a second root is a fault.
        name : str
            What error messages call the table.

        Raises
        ------
        InputError
            With every fault of the table: missing columns, ids that are
            empty, repeated, or of the wrong type, unknown parents, cycles,
            no root or too many.
        """
        from cascade_kpi.org.build import build_rows

        columns.check_names(name, id=id, parent=parent, kind=kind, label=label)
        faults: list[Fault] = []
        data = columns.read_units(table, (id, parent), name, faults)
        wanted = [c for c in (id, parent, kind, label) if c is not None]
        if faults:  # other columns than these two are not there to be read
            wanted = [id, parent]
        data.require([c for c in wanted if c not in (id, parent)], faults)
        texts = {c: data.texts(c, faults) for c in (kind, label) if c is not None and data.has(c)}
        faults += columns.changing(data, wanted)
        if not data.require([id, parent], faults):
            check(data.told(columns.named_otherwise(faults, id=id, parent=parent)))
        try:
            rows = build_rows(
                data.raw(id),
                data.raw(parent),
                roots=columns.roots_told(data, parent, roots),
                source=name,
                lines=data.lines,
                id_column=id,
                parent_column=parent,
            )
        except InputError as error:
            raise InputError(data.told([*faults, *error.faults])) from None
        check(data.told(faults))
        order = rows.source_row
        # Locked at once: a column that somebody could write to would be copied.
        ids = lock(columns.id_column(data.raw(id))[order])
        return cls(
            ids=ids,
            parent=rows.parent,
            depth=rows.depth,
            size=rows.size,
            kinds=columns.blank(len(order)) if kind is None else lock(texts[kind][order]),
            labels=columns.labels(None if label is None else texts[label][order], ids),
            columns=columns.others(data, wanted, order),
            source_row=order,
        )

    # -- size, identity ---------------------------------------------------------

    def __len__(self) -> int:
        return len(self.parent)

    def __hash__(self) -> int:
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> int:
        return fingerprint((self.ids, self.parent))

    @cached_property
    def _index(self) -> IdIndex:
        from cascade_kpi.org.ids import IdIndex

        return IdIndex.of(self.ids)

    @cached_property
    def layout(self) -> Layout:
        """Sibling groups in slot-major blocks, for sweeps over the tree."""
        return Layout.of(self.parent, self.depth)

    @cached_property
    def families(self) -> tuple[IntArray, IntArray]:
        """Rows by parent, int64 (n - roots,), and where families end among them, (n + 1,).

        The children of row r are ``rows[ends[r]:ends[r + 1]]``, ascending.
        """
        below = np.flatnonzero(self.parent >= 0)
        parents = self.parent[below]
        ends = np.zeros(len(self) + 1, dtype=np.int64)
        np.cumsum(np.bincount(parents, minlength=len(self)), out=ends[1:])
        by_parent = stable_order([parents], [len(self).bit_length()])
        return lock(below[by_parent]), lock(ends)

    # -- navigation -------------------------------------------------------------

    def row(self, id: object) -> int:  # noqa: A002 - an id is what it takes
        """Row of a node.

        Raises
        ------
        InputError
            If there is no such node; near misses are suggested.
        """
        row = self._index.find_one(id.id if isinstance(id, Node) else id)
        if row < 0:
            repair = suggest(id, self.ids.tolist())
            check([Fault("node", "no such node", repair, value=id)])
        return row

    def find(self, ids: Any) -> IntArray:
        """Rows of many nodes, int64, -1 for an id that is not there."""
        return self._index.find(columns.listed_ids(ids))

    def rows(self, ids: Iterable[object]) -> IntArray:
        """Rows of many nodes, int64.

        Raises
        ------
        InputError
            Listing every id that is not there.
        """
        wanted = list(columns.listed_ids(ids))
        found = self.find(wanted)
        unknown = np.flatnonzero(found < 0).tolist()
        known = self.ids.tolist() if unknown else []
        faults = []
        for count, i in enumerate(unknown):
            # Looking for a near miss compares many names: the first few are helped.
            repair = suggest(wanted[i], known) if count < _SUGGESTED else "name a node of the tree"
            faults.append(Fault("nodes", "no such node", repair, row=i, value=wanted[i]))
        check(faults)
        return found

    def __getitem__(self, id: object) -> Node:  # noqa: A002 - an id is what it takes
        return Node(self, self.row(id))

    def node(self, row: int) -> Node:
        """The node of a row.

        Raises
        ------
        InputError
            If there is no such row.
        """
        whole = isinstance(row, int | np.integer) and not isinstance(row, bool)
        if not whole or not 0 <= row < len(self):
            repair = f"rows are whole numbers from 0 to {len(self) - 1}"
            check([Fault("node", "no such row", repair, value=row)])
        return Node(self, int(row))

    def __contains__(self, id: object) -> bool:  # noqa: A002 - an id is what it takes
        return self._index.find_one(id) >= 0

    def __iter__(self) -> Iterator[Node]:
        return (Node(self, row) for row in range(len(self)))

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        """The nodes without a parent, in order of id."""
        return tuple(Node(self, row) for row in np.flatnonzero(self.parent < 0).tolist())

    @cached_property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Which nodes have no children, bool (n,)."""
        return lock(np.equal(self.size, 1))

    def select(self, predicate: Predicate | None = None, *, kind: str | None = None) -> IntArray:
        """Rows of the nodes of a kind, or for which a predicate holds, or both.

        Parameters
        ----------
        predicate : callable (org) -> bool array (n,), optional
        kind : str, optional
            A kind that occurs in the tree.

        Returns
        -------
        int64 array
            Ascending, thus in preorder.
        """
        mask = np.ones(len(self), dtype=bool)
        if kind is not None:
            mask &= self.kind_codes == self.kind_code(kind)
        if predicate is not None and not callable(predicate):
            repair = "pass a function of the tree, or kind=…"
            check([Fault("predicate", "not a function", repair, value=predicate)])
        if predicate is not None:
            holds = np.asarray(predicate(self))
            if holds.shape != mask.shape or holds.dtype != bool:
                reason = f"it answers {holds.dtype} of shape {holds.shape}"
                repair = f"answer one truth value a node, bool of shape ({len(self)},)"
                check([Fault("predicate", reason, repair)])
            mask &= holds
        return np.flatnonzero(mask)

    @cached_property
    def kind_names(self) -> tuple[str, ...]:
        """The kinds that occur, each once, in order of first appearance in preorder."""
        return tuple(dict.fromkeys(self.kinds.tolist()))

    @cached_property
    def kind_codes(self) -> IntArray:
        """Position of each node's kind in `kind_names`, int64 (n,)."""
        code = {name: i for i, name in enumerate(self.kind_names)}
        return lock(np.fromiter(map(code.__getitem__, self.kinds.tolist()), np.int64, len(self)))

    def kind_code(self, kind: str) -> int:
        """Position of a kind in `kind_names`.

        Raises
        ------
        InputError
            If no node is of that kind.
        """
        if not isinstance(kind, str) or kind not in self.kind_names:
            repair = suggest(kind, self.kind_names)
            check([Fault("kind", "no node is of this kind", repair, value=kind)])
        return self.kind_names.index(kind)

    def subtree(self, id: object) -> OrgTree:  # noqa: A002 - an id is what it takes
        """The node and everything below it, as a tree of its own."""
        row = self.row(id)
        part = slice(row, row + int(self.size[row]))
        parent = self.parent[part] - row
        parent[0] = -1
        return attrs.evolve(
            self,
            ids=self.ids[part],
            parent=parent,
            depth=self.depth[part] - self.depth[row],
            size=self.size[part],
            kinds=self.kinds[part],
            labels=self.labels[part],
            columns={name: values[part] for name, values in self.columns.items()},
            source_row=self.source_row[part],
        )

    # -- numbers ----------------------------------------------------------------

    def numbers(self, column: str) -> FloatArray:
        """A column as numbers, float64 (n,), NaN where it is blank.

        Raises
        ------
        InputError
            If there is no such column, or a cell is not a number.
        """
        return columns.numbers(self, column)

    def groups(self, column: str) -> Groups:
        """Nodes grouped by what a column says; made once and kept."""
        if column not in self._groups:
            columns.known(self, column)
            self._groups[column] = Groups.of(self.columns[column])
        return self._groups[column]

    def over_subtrees(self, missing: Missing | str = Missing.RENORMALISE) -> Rollup:
        """Aggregates of columns over every node's subtree, the node included.

        Examples
        --------
        >>> org = OrgTree.from_table({"id": [1, 2, 3], "parent": [None, 1, 1]})
        >>> org.over_subtrees().sum([0.0, 2.0, 3.0])
        array([5., 2., 3.])
        """
        return Rollup(self, SUBTREES, Missing.named(missing))

    def over_children(self, missing: Missing | str = Missing.RENORMALISE) -> Rollup:
        """Aggregates of columns over every node's children, the node left out."""
        return Rollup(self, CHILDREN, Missing.named(missing))

    def table(
        self,
        *,
        id: str = "id",  # noqa: A002 - as in from_table
        parent: str = "parent",
        kind: str = "kind",
        label: str = "label",
    ) -> Columns:
        """The tree as the table that :meth:`from_table` makes it of.

        Parameters
        ----------
        id, parent, kind, label : str
            What the tree's own columns are called.

        Returns
        -------
        dict of str to array (n,)
            One row a node, in the tree's own order: ids; ids of parents, blank (empty
            text, or None among whole numbers) for roots; kinds if any node has one;
            labels if any differs from its id; the further columns as they were given.
            Arrays may be the tree's own, which are read-only.

        Raises
        ------
        InputError
            If a further column is called as one of the tree's own.

        Examples
        --------
        >>> org = OrgTree.from_table({"id": ["b", "hq"], "parent": ["hq", ""], "staff": [3, None]})
        >>> for name, values in org.table().items():
        ...     print(name, values.tolist())
        id ['hq', 'b']
        parent ['', 'hq']
        staff [None, 3]
        """
        return columns.units_table(self, id, parent, kind, label)

    # -- people look ------------------------------------------------------------

    def draw(self, *, depth: int | None = None, limit: int = 60) -> str:
        """The tree as text, one node a line.

        Parameters
        ----------
        depth : int, optional
            Levels below the root to draw; all of them by default.
        limit : int
            Most lines; what is left out is said in a last line.
        """
        levels = 0 if depth is None else depth
        check(not_whole("draw", 0, _MOST, depth=levels, limit=limit))
        return draw_rows(self, depth=depth, limit=limit)

    def __repr__(self) -> str:
        levels = int(self.depth.max()) + 1
        return f"<OrgTree {len(self):,} nodes, {levels:,} levels>"

    def _repr_html_(self) -> str:
        drawn = html.escape(self.draw(limit=40))
        return f"<div>{html.escape(repr(self))}<pre>{drawn}</pre></div>"
