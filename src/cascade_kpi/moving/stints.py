"""Who held which post or territory when, and who was on leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array, lock
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.moving.columns import (
    Dates,
    Ends,
    Ids,
    as_ids,
    codes,
    located,
    read_days,
    read_ids,
    told,
)
from cascade_kpi.moving.intervals import as_days, segments, stamp
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

if TYPE_CHECKING:
    from cascade_kpi._long import Columns
    from cascade_kpi.tables import Table

from cascade_kpi.tables import take

__all__ = ["Leaves", "Stints"]

_NEAR = 1e-9  # shares that sum to this much more than 1 are meant to sum to 1


@frozen(hash=False)
class _StintRows:
    """Stints as their table: what their JSON record holds."""

    holder: Ids = field(eq=CONTENT, converter=frozen_array)
    node: Ids = field(eq=CONTENT, converter=frozen_array)
    start: Dates = field(eq=CONTENT, converter=frozen_array)
    end: Dates = field(eq=CONTENT, converter=frozen_array)
    share: FloatArray = field(eq=CONTENT, converter=frozen_array)

    @classmethod
    def of(cls, stints: Stints) -> _StintRows:
        """The table of some stints, in the order of its rows."""
        at = np.argsort(stints.row, kind="stable")
        return cls(
            stints.holder[at], stints.node[at], stints.start[at], stints.end[at], stints.share[at]
        )

    def make(self) -> Stints:
        """The stints again, with every check of a table."""
        return _stints(_checked(self, "stints"), None, "inclusive")


@record("cascade_kpi/stints", written_as=_StintRows)
@frozen(hash=False, repr=False)
class Stints:
    """Who held which node of a tree, from which day to which.

    Make them with :meth:`from_table`. Both days belong to a stint. Rows stand by
    node, start and holder, whatever the order of the table.

    Attributes
    ----------
    holder, node : int64 or object array (m,)
        Ids as they were given.
    start, end : datetime64 array (m,), in days
        First and last day; NaT for an end that is still open.
    share : float64 array (m,)
        Of the node, where several hold it at once; NaN for all of it.
    row : int64 array (m,)
        Row of the table that each came from; does not count when they are compared.

    Examples
    --------
    >>> stints = Stints.from_table(
    ...     {
    ...         "holder": ["li", "wang"],
    ...         "node": ["post", "post"],
    ...         "start": ["2025-05-01", "2026-07-01"],
    ...         "end": ["2026-06-30", ""],
    ...     }
    ... )
    >>> stints
    <Stints of 2 holders at 1 node, 2 rows>
    """

    holder: Ids = field(eq=CONTENT, converter=frozen_array)
    node: Ids = field(eq=CONTENT, converter=frozen_array)
    start: Dates = field(eq=CONTENT, converter=frozen_array)
    end: Dates = field(eq=CONTENT, converter=frozen_array)
    share: FloatArray = field(eq=CONTENT, converter=frozen_array)
    row: IntArray = field(eq=False, converter=frozen_array)

    @classmethod
    def from_table(
        cls,
        table: object,
        org: OrgTree | None = None,
        *,
        ends: Ends = "inclusive",
        name: str = "stints",
    ) -> Stints:
        """Stints from any table with columns ``holder``, ``node``, ``start`` and ``end``.

        Parameters
        ----------
        table : any table
            Dates, or text as yyyy-mm-dd; a blank ``end`` is still open, and so is one
            far ahead such as 9999-01-01. ``share``, above 0 and at most 1, where several
            hold a node at once, or nobody holds the rest of it.
        org : OrgTree, optional
            In which the nodes are looked for; :func:`cascade_kpi.move` does so again.
        ends : {"inclusive", "exclusive"}
            Whether the day that ``end`` names belongs to the stint. It does not where
            the next stint starts on that same day.
        name : str
            What error messages call the table.

        Raises
        ------
        InputError
            Listing blanks, unknown nodes, what is no date, ends before starts, stints
            given twice, those that overlap without shares, and shares above 1 in sum.
        """
        check([] if org is None else unlike(org, OrgTree, "org", "OrgTree.from_table(…)"))
        return _stints(take(table, name=name), org, ends)

    def __len__(self) -> int:
        return len(self.holder)

    def table(self) -> Columns:
        """The stints as the table that :meth:`from_table` makes them of; ends included."""
        return {
            "holder": self.holder, "node": self.node, "start": self.start, "end": self.end,
            "share": self.share,
        }  # fmt: skip

    def __repr__(self) -> str:
        who, where = len(set(self.holder.tolist())), len(set(self.node.tolist()))
        return (
            f"<Stints of {who:,} holder{'s' * (who != 1)} at {where:,} node{'s' * (where != 1)}, "
            f"{len(self):,} rows>"
        )


def _checked(rows: Any, name: str) -> Table:
    """The columns of a record as a table."""
    columns = {field.name: getattr(rows, field.name) for field in rows.__attrs_attrs__}
    return take(columns, name=name)


def _stints(data: Table, org: OrgTree | None, ends: Ends) -> Stints:
    faults: list[Fault] = []
    data.require(["holder", "node", "start", "end"], faults)
    data.misnamed(("holder", "node", "start", "end", "share"), faults)
    holder, node = read_ids(data, "holder", faults), read_ids(data, "node", faults)
    start, end = read_days(data, faults, ends=ends)
    share = _shares(data, faults)
    if org is not None and data.has("node"):
        located(org, node, np.arange(data.n), (data.name, "node"), faults)
    bad = [fault.row for fault in faults]
    if None not in bad:
        sound = np.setdiff1d(np.arange(data.n), np.array(bad, dtype=np.int64))
        posts, at = codes(node)
        _, who = codes(holder)
        rows = _Rows(who[sound], at[sound], as_days(start[sound]), as_days(end[sound]),
                     share[sound], sound)  # fmt: skip
        _overlaps(data, rows, posts, faults)
    check(data.told(faults))
    order = np.lexsort((who, start, at))
    return Stints(
        lock(as_ids(holder)[order]), lock(as_ids(node)[order]), lock(start[order]),
        lock(end[order]), lock(share[order]), lock(order),
    )  # fmt: skip


def _shares(data: Table, faults: list[Fault]) -> FloatArray:
    if not data.has("share"):
        return np.full(data.n, np.nan)
    share = data.numbers("share", faults)
    repair = "give the part of the node, 0.5 for a half; leave it blank for all of it"
    faults += [
        data.fault("not above 0 and at most 1", repair, row=row, column="share",
                   value=float(share[row]))
        for row in np.flatnonzero((share <= 0) | (share > 1)).tolist()
    ]  # fmt: skip
    return share


@frozen(eq=False)
class _Rows:
    """Sound rows: codes of holders and nodes, days, shares, rows of the table."""

    who: IntArray
    at: IntArray
    start: IntArray
    end: IntArray
    share: FloatArray
    row: IntArray

    def take(self, order: IntArray) -> _Rows:
        """Some of them, in that order."""
        return _Rows(
            self.who[order], self.at[order], self.start[order], self.end[order],
            self.share[order], self.row[order],
        )  # fmt: skip

    def told(self, i: int) -> str:
        """One as messages name it."""
        return f"row {self.row[i]} ({told(int(self.start[i]), int(self.end[i]))})"


def _overlaps(data: Table, rows: _Rows, posts: Ids, faults: list[Fault]) -> None:
    """Faults of stints that overlap: of one holder, without shares, or beyond the whole."""
    known: set[int] = set()
    same = rows.take(np.lexsort((rows.row, rows.end, rows.start, rows.who, rows.at)))
    for i, j in _meeting(same, same.at * (int(same.who.max(initial=0)) + 1) + same.who):
        known.add(int(same.row[j]))
        twice = same.start[i] == same.start[j] and same.end[i] == same.end[j]
        reason = f"the same stint as row {same.row[i]}" if twice else f"overlaps {same.told(i)}"
        reason += "" if twice else " of the same holder at the same node"
        repair = "delete one of them" if twice else "end the one before the other starts"
        faults.append(data.fault(reason, repair, row=int(same.row[j]), column="start"))
    rows = rows.take(np.lexsort((rows.row, rows.end, rows.start, rows.at)))
    for i, j in _meeting(rows, rows.at):
        if int(rows.row[j]) in known or not np.isnan([rows.share[i], rows.share[j]]).any():
            continue
        known.add(int(rows.row[j]))
        day_too_many = rows.end[i] == rows.start[j]
        reason = f"overlaps {rows.told(i)} at {posts[rows.at[j]]!r}, and not both have a share"
        repair = "state a share of each, or correct the days"
        if day_too_many:
            repair += "; if ends are the first days after, pass ends='exclusive'"
        faults.append(data.fault(reason, repair, row=int(rows.row[j]), column="start"))
    if not known:
        _beyond(data, rows, posts, faults)


def _meeting(rows: _Rows, group: IntArray) -> list[tuple[int, int]]:
    """Rows that start before an earlier one of their group ends: that one, and the row."""
    if len(group) < 2:
        return []
    furthest = np.maximum.accumulate(stamp(group, rows.end))
    hit = furthest[:-1] >= stamp(group[1:], rows.start[1:])  # stamps of earlier groups are less
    pairs = []
    for j in (np.flatnonzero(hit) + 1).tolist():
        i = j - 1
        while rows.end[i] < rows.start[j]:
            i -= 1
        pairs.append((i, j))
    return pairs


def _beyond(data: Table, rows: _Rows, posts: Ids, faults: list[Fault]) -> None:
    """A fault for every node and days in which its shares sum to more than 1."""
    shared = np.unique(rows.at[~np.isnan(rows.share)])  # elsewhere no two overlap
    rows, nodes = rows.take(np.flatnonzero(np.isin(rows.at, shared))), shared
    if not len(nodes):
        return
    first, last = int(rows.start.min()), int(rows.end.max())
    whole = (nodes, np.full(len(nodes), first), np.full(len(nodes), last))
    parts = (rows.at, rows.start, rows.end)
    cells = segments(whole, parts)
    which, segment = cells.lines(*parts)
    share = np.where(np.isnan(rows.share), 1.0, rows.share)
    order = np.lexsort((rows.who[which], segment))
    sums = cells.sums(segment[order], share[which][order])
    for s in np.flatnonzero(sums > 1 + _NEAR).tolist():
        days = told(int(cells.start[s]), int(cells.end[s]))
        met = sorted(rows.row[which[segment == s]].tolist())
        listed = ", ".join(map(str, met[:6])) + (", …" if len(met) > 6 else "")
        reason = f"{days}: the shares of rows {listed} sum to {sums[s]:.6g}"
        repair = "let them sum to 1 at most"
        where = f"at {posts[cells.key[s]]!r}, {reason}"
        faults.append(data.fault(where, repair, row=met[-1], column="share"))


@frozen(hash=False)
class _LeaveRows:
    """Leaves as their table: what their JSON record holds."""

    holder: Ids = field(eq=CONTENT, converter=frozen_array)
    start: Dates = field(eq=CONTENT, converter=frozen_array)
    end: Dates = field(eq=CONTENT, converter=frozen_array)

    @classmethod
    def of(cls, leaves: Leaves) -> _LeaveRows:
        """The table of some leaves, in the order of its rows."""
        at = np.argsort(leaves.row, kind="stable")
        return cls(leaves.holder[at], leaves.start[at], leaves.end[at])

    def make(self) -> Leaves:
        """The leaves again, with every check of a table."""
        return _leaves(_checked(self, "leaves"), "inclusive")


@record("cascade_kpi/leaves", written_as=_LeaveRows)
@frozen(hash=False, repr=False)
class Leaves:
    """Who was on leave, from which day to which, whatever they held.

    Make them with :meth:`from_table`. Rows stand by holder and start.

    Attributes
    ----------
    holder : int64 or object array (m,)
    start, end : datetime64 array (m,), in days
        First and last day; NaT for an end that is still open.
    row : int64 array (m,)
        Row of the table that each came from; does not count when they are compared.

    Examples
    --------
    >>> Leaves.from_table({"holder": ["li"], "start": ["2026-03-01"], "end": ["2026-05-31"]})
    <Leaves, 1 row>
    """

    holder: Ids = field(eq=CONTENT, converter=frozen_array)
    start: Dates = field(eq=CONTENT, converter=frozen_array)
    end: Dates = field(eq=CONTENT, converter=frozen_array)
    row: IntArray = field(eq=False, converter=frozen_array)

    @classmethod
    def from_table(cls, table: object, *, ends: Ends = "inclusive", name: str = "leaves") -> Leaves:
        """Leaves from any table with columns ``holder``, ``start`` and ``end``.

        Raises
        ------
        InputError
            Listing blanks, what is no date, ends before starts, and leaves of one
            holder that overlap.
        """
        return _leaves(take(table, name=name), ends)

    def __len__(self) -> int:
        return len(self.holder)

    def table(self) -> Columns:
        """The leaves as the table that :meth:`from_table` makes them of; ends included."""
        return {"holder": self.holder, "start": self.start, "end": self.end}

    def __repr__(self) -> str:
        return f"<Leaves, {len(self):,} row{'s' * (len(self) != 1)}>"


def _leaves(data: Table, ends: Ends) -> Leaves:
    faults: list[Fault] = []
    data.require(["holder", "start", "end"], faults)
    holder = read_ids(data, "holder", faults)
    start, end = read_days(data, faults, ends=ends)
    _, who = codes(holder)
    bad = [fault.row for fault in faults]
    if None not in bad:
        sound = np.setdiff1d(np.arange(data.n), np.array(bad, dtype=np.int64))
        none = np.full(len(sound), np.nan)
        rows = _Rows(who[sound], who[sound], as_days(start[sound]), as_days(end[sound]), none,
                     sound)  # fmt: skip
        rows = rows.take(np.lexsort((rows.row, rows.end, rows.start, rows.who)))
        for i, j in _meeting(rows, rows.who):
            reason = f"overlaps {rows.told(i)} of the same holder"
            repair = "make one leave of the two, or correct the days"
            faults.append(data.fault(reason, repair, row=int(rows.row[j]), column="start"))
    check(data.told(faults))
    order = np.lexsort((start, who))
    return Leaves(
        lock(as_ids(holder)[order]), lock(start[order]), lock(end[order]), lock(order)
    )  # fmt: skip
