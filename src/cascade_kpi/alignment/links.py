"""Links: which goal serves which, with what share of its amount and what weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from cascade_kpi._long import Columns
from cascade_kpi.alignment import reading
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.records import record
from cascade_kpi.tables import Table, take

__all__ = ["Links"]

_KNOWN = ("goal", "serves", "kind", "share", "weight", "counted")
_KINDS = ("split", "supports")
_HUGE = np.finfo(np.float64).max


@frozen(hash=False)
class _Table:
    """Links as the table that they could have come from: what their JSON record holds."""

    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)

    @classmethod
    def of(cls, links: Links) -> _Table:
        """The table of links."""
        return cls(links.table())

    def make(self) -> Links:
        """The links again, with every check of a table."""
        return Links.from_table(self.columns)


@record("cascade_kpi/links", written_as=_Table)
@frozen(hash=False, repr=False)
class Links:
    """Links between goals as columns, by goal, then by the goal that it serves.

    Made by :meth:`from_table`.

    Attributes
    ----------
    goal, serves : int64 or object array (m,)
        Ids of the goal that serves, and of the goal that is served.
    share : float64 array (m,)
        The part of the served goal's amount that the goal carries, from 0 to 1; NaN for
        a link that only supports.
    weight : float64 array (m,)
        Of the link among those out of the same goal, zero or more; NaN where none is
        stated.
    counted : bool array (m,)
        Whether the link covers the amount, or is aligned and no more.
    source_row : int64 array (m,)
        Row of the input table.
    """

    goal: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    serves: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    share: FloatArray = field(eq=CONTENT, converter=frozen_array)
    weight: FloatArray = field(eq=CONTENT, converter=frozen_array)
    counted: NDArray[np.bool_] = field(eq=CONTENT, converter=frozen_array)
    source_row: IntArray = field(eq=False, converter=frozen_array, kw_only=True)

    @classmethod
    def from_table(cls, table: object, *, name: str = "links") -> Links:
        """Links from any table with one row a link.

        Parameters
        ----------
        table : any table
            Columns ``goal`` and ``serves``, both ids of goals. Optional are ``share``, from
            0 to 1, which makes the link a split; ``weight``, zero or more; ``counted``,
            yes or no, yes if blank; and ``kind``, ``split`` or ``supports``, for tables
            that say so: it has to agree with the share.
        name : str
            What error messages call the table.

        Raises
        ------
        InputError
            Listing blank ids, goals that serve themselves, links that are there twice,
            shares below 0 or above 1, negative weights, unknown kinds, a split without a
            share and a support with one.

        Examples
        --------
        >>> links = Links.from_table(
        ...     {"goal": ["east", "visits"], "serves": ["grow", "east"], "share": [0.6, None]}
        ... )
        >>> links.kinds.tolist()
        ['split', 'supports']
        """
        data = take(table, name=name)
        faults: list[Fault] = []
        data.require(["goal", "serves"], faults)
        data.misnamed(_KNOWN, faults)
        goal, serves = reading.ids(data, "goal", faults), reading.ids(data, "serves", faults)
        reason = "a share is from 0 to 1"
        share = reading.numbers_within(data, "share", (0.0, 1.0), reason, faults)
        weight = reading.numbers_within(data, "weight", (0.0, _HUGE), "negative", faults)
        counted = reading.flags(data, "counted", True, faults)  # noqa: FBT003 - of a blank cell
        faults += _odd_kinds(data, share, faults)
        faults += _odd_pairs(data, goal, serves)
        check(data.told(faults))
        pairs: list[Any] = list(zip(goal, serves, strict=True))
        order = np.array(sorted(range(data.n), key=pairs.__getitem__), dtype=np.int64)
        return cls(
            lock(reading.objects(goal)[order]),
            lock(reading.objects(serves)[order]),
            lock(share[order]),
            lock(weight[order]),
            lock(counted[order]),
            source_row=order,
        )

    def __len__(self) -> int:
        return len(self.goal)

    def __hash__(self) -> int:
        return fingerprint((self.goal, self.serves, self.share))

    @property
    def kinds(self) -> NDArray[Any]:
        """``"split"`` or ``"supports"``, object (m,)."""
        found = np.full(len(self), "supports", dtype=object)
        found[self.is_split] = "split"
        return found

    @property
    def is_split(self) -> NDArray[np.bool_]:
        """Which links carry an amount, bool (m,)."""
        return ~np.isnan(self.share)

    def joined(self, other: Links) -> Links:
        """These links and others.

        Raises
        ------
        InputError
            If a link is in both.
        """
        check(unlike(other, Links, "links", "Links.from_table(…)"))
        mine, theirs = self.table(), other.table()
        return Links.from_table(
            {name: [*mine[name].tolist(), *theirs[name].tolist()] for name in mine}
        )

    def table(self) -> Columns:
        """The links as the table that :meth:`from_table` makes them of.

        Returns
        -------
        dict of str to array (m,)
            ``goal``, ``serves``, ``kind``, ``share``, ``weight``, ``counted``; by goal,
            then by the goal served.
        """
        return {
            "goal": self.goal,
            "serves": self.serves,
            "kind": self.kinds,
            "share": self.share,
            "weight": self.weight,
            "counted": self.counted,
        }

    def __repr__(self) -> str:
        return f"<Links {len(self):,}, {int(self.is_split.sum()):,} of them splits>"


def _odd_kinds(data: Table, share: FloatArray, before: list[Fault]) -> list[Fault]:
    """Faults of kinds that there are not, or that the share contradicts."""
    if not data.has("kind"):
        return []
    faults: list[Fault] = []
    told = {fault.row for fault in before if fault.column == "share"}
    kinds = data.texts("kind", faults).tolist()
    unread = {fault.row for fault in faults}
    for row, kind in enumerate(kinds):
        absent = bool(np.isnan(share[row])) and row not in told
        if row in unread or not kind:
            continue
        if kind not in _KINDS:
            reason, repair = "no such kind of link", suggest(kind, _KINDS)
        elif kind == "split" and absent:
            reason, repair = "a split without a share", "state its share, or write supports"
        elif kind == "supports" and not absent:
            reason, repair = (
                "what supports carries no share",
                "leave the share blank, or write split",
            )
        else:
            continue
        faults.append(data.fault(reason, repair, row=row, column="kind", value=kind))
    return faults


def _odd_pairs(data: Table, goal: reading.Ids, serves: reading.Ids) -> list[Fault]:
    """Faults of links to oneself, and of links that are there twice."""
    faults = []
    first: dict[Any, int] = {}
    for row, pair in enumerate(zip(goal, serves, strict=True)):
        if None in pair:
            continue
        if pair[0] == pair[1]:
            reason, repair = "a goal cannot serve itself", "name the goal that it serves"
        elif first.setdefault(pair, row) != row:
            reason = f"the link to {pair[1]!r} stands in row {first[pair]} already"
            repair = "keep one of the rows"
        else:
            continue
        faults.append(data.fault(reason, repair, row=row, column="goal", value=pair[0]))
    return faults
