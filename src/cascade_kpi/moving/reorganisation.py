"""Units that move: which was below which from when on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, IntArray, frozen_array, lock
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.moving.columns import Dates, Ids, as_ids, codes, located, read_days, read_ids
from cascade_kpi.moving.intervals import as_days
from cascade_kpi.moving.trees import Trees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

if TYPE_CHECKING:
    from cascade_kpi._long import Columns
    from cascade_kpi.tables import Table

from cascade_kpi.moving.days import as_day
from cascade_kpi.tables import take

__all__ = ["Reorganisation"]


@frozen(hash=False)
class _UnitRows:
    """Changes of units as their table: what their JSON record holds."""

    node: Ids = field(eq=CONTENT, converter=frozen_array)
    parent: Ids = field(eq=CONTENT, converter=frozen_array)
    start: Dates = field(eq=CONTENT, converter=frozen_array)

    @classmethod
    def of(cls, units: Reorganisation) -> _UnitRows:
        """The table of some changes, in the order of its rows."""
        at = np.argsort(units.row, kind="stable")
        return cls(units.node[at], units.parent[at], units.start[at])

    def make(self) -> Reorganisation:
        """The changes again, with every check of a table that needs no tree."""
        return Reorganisation.from_table(
            {"node": self.node, "parent": self.parent, "start": self.start}
        )


@record("cascade_kpi/reorganisation", written_as=_UnitRows)
@frozen(hash=False, repr=False)
class Reorganisation:
    """Which units were put below which others, and from which day on.

    Make it with :meth:`from_table`. Rows stand by start and node.

    Attributes
    ----------
    node, parent : int64 or object array (m,)
        Ids of what moves, with all below it, and of where it then stands.
    start : datetime64 array (m,), in days
        First day there.
    row : int64 array (m,)
        Row of the table that each came from; does not count when they are compared.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "east", "west", "team"], "parent": ["", "hq", "hq", "east"]}
    ... )
    >>> units = ck.Reorganisation.from_table(
    ...     {"node": ["team"], "parent": ["west"], "start": ["2026-07-01"]}, org
    ... )
    >>> print(units.tree(org, on="2026-07-01").draw())
    hq
    ├─ east
    └─ west
       └─ team
    """

    node: Ids = field(eq=CONTENT, converter=frozen_array)
    parent: Ids = field(eq=CONTENT, converter=frozen_array)
    start: Dates = field(eq=CONTENT, converter=frozen_array)
    row: IntArray = field(eq=False, converter=frozen_array)

    @classmethod
    def from_table(
        cls, table: object, org: OrgTree | None = None, *, name: str = "units"
    ) -> Reorganisation:
        """Changes from any table with columns ``node``, ``parent`` and ``start``.

        Parameters
        ----------
        table : any table
            Its rows may stand in any order.
        org : OrgTree, optional
            The tree before all of them, in which they are tried;
            :func:`cascade_kpi.move` does so again.
        name : str
            What error messages call the table.

        Raises
        ------
        InputError
            Listing blanks, what is no date, units that are moved twice on one day or
            below themselves; with a tree, unknown units, and those that would come to
            stand in their own subtree.
        """
        check([] if org is None else unlike(org, OrgTree, "org", "OrgTree.from_table(…)"))
        made = _units(take(table, name=name), org)
        if org is not None:
            faults: list[Fault] = []
            made.trees(org, faults, name=name)
            check(faults)
        return made

    def __len__(self) -> int:
        return len(self.node)

    def trees(self, org: OrgTree, faults: list[Fault], *, name: str = "units") -> Trees:
        """The trees that a tree becomes; what is wrong with the changes goes to `faults`."""
        before = len(faults)
        node = located(org, self.node.tolist(), self.row, (name, "node"), faults)
        parent = located(org, self.parent.tolist(), self.row, (name, "parent"), faults)
        if len(faults) > before:
            return Trees.of(org, faults=faults)
        return Trees.of(org, node, parent, as_days(self.start), faults=faults, name=name,
                        source=self.row)  # fmt: skip

    def tree(self, org: OrgTree, on: object) -> OrgTree:
        """The tree as it is on a day.

        Parameters
        ----------
        org : OrgTree
            As it was before all changes.
        on : date, or text as yyyy-mm-dd
        """
        faults = unlike(org, OrgTree, "org", "OrgTree.from_table(…)")
        check(faults)
        trees = self.trees(org, faults)
        check(faults)
        return trees.on(as_day(on, "on"))[0]

    def table(self) -> Columns:
        """The changes as the table that :meth:`from_table` makes them of."""
        return {"node": self.node, "parent": self.parent, "start": self.start}

    def __repr__(self) -> str:
        return f"<Reorganisation, {len(self):,} row{'s' * (len(self) != 1)}>"


def _units(data: Table, org: OrgTree | None = None) -> Reorganisation:
    faults: list[Fault] = []
    data.require(["node", "parent", "start"], faults)
    node = read_ids(data, "node", faults)
    before = len(faults)
    parent = read_ids(data, "parent", faults)
    for i in range(before, len(faults)):
        if faults[i].reason == "blank":
            repair = "name the unit it is put below; what is dissolved stays in the tree, empty"
            faults[i] = data.fault("blank", repair, row=faults[i].row, column="parent")
    if org is not None:
        for column, ids in (("node", node), ("parent", parent)):
            if data.has(column):
                located(org, ids, np.arange(data.n), (data.name, column), faults)
    start, _ = read_days(data, faults, ends=None)
    told = {fault.row for fault in faults}
    for row, (one, above) in enumerate(zip(node, parent, strict=True)):
        if one == above and row not in told:
            repair = "name another unit, or delete the row"
            faults.append(
                data.fault("put below itself", repair, row=row, column="parent", value=above)
            )
    _, at = codes(node)
    order = np.lexsort((np.arange(data.n), at, start))
    again = (at[order][1:] == at[order][:-1]) & (start[order][1:] == start[order][:-1])
    for i in (np.flatnonzero(again) + 1).tolist() if None not in told else ():
        row, first = int(order[i]), int(order[i - 1])
        reason = f"moved on that day already, in row {first}"
        faults.append(
            data.fault(reason, "keep one of the rows", row=row, column="node", value=node[row])
        )
    check(data.told(faults))
    return Reorganisation(
        lock(as_ids(node)[order]), lock(as_ids(parent)[order]), lock(start[order]), lock(order)
    )  # fmt: skip
