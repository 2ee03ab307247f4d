"""Goals: what is to be reached, whose it is, and how much it weighs in its owner's plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
from cascade_kpi._fields import as_tuple, members, repeated
from cascade_kpi._long import Columns
from cascade_kpi.alignment import reading
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.tables import Table, take

if TYPE_CHECKING:
    from cascade_kpi.org.ids import IdIndex

__all__ = ["Goals"]

_TEXTS = ("title", "kpi", "unit", "period", "perspective")
_KNOWN = ("goal", "owner", *_TEXTS, "value", "weight", "margin", "strategic")
_HUGE = np.finfo(np.float64).max


@frozen(hash=False)
class _Table:
    """Goals as the table that they could have come from: what their JSON record holds."""

    org: OrgTree
    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)
    perspectives: tuple[str, ...] = ()

    @classmethod
    def of(cls, goals: Goals) -> _Table:
        """The table of goals."""
        return cls(goals.org, goals.table(), goals.perspectives)

    def make(self) -> Goals:
        """The goals again, with every check of a table."""
        return Goals.from_table(self.columns, self.org, perspectives=self.perspectives)


@record("cascade_kpi/goals", written_as=_Table)
@frozen(hash=False, repr=False)
class Goals:
    """Goals as columns, in ascending order of id. Make them with :meth:`from_table`.

    Attributes
    ----------
    org : OrgTree
        Whose nodes own them.
    ids : int64 or object array (g,)
    owner : int64 array (g,)
        Row of the tree, -1 for a goal that nobody owns.
    columns : mapping of str to array (g,)
        ``title``, ``kpi``, ``unit``, ``period``, ``perspective``, text and empty where
        there is none; ``value``, the amount in its unit, and ``weight`` in its owner's
        plan, NaN where absent; ``margin``, the part of the amount that is meant to be
        carried beyond it, zero or more; ``strategic``, bool.
    perspectives : tuple of str
        The lanes of a strategy map from the top down; empty if nobody put them in order.
    source_row : int64 array (g,)
        Row of the input table.
    """

    org: OrgTree
    ids: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    owner: IntArray = field(eq=CONTENT, converter=frozen_array)
    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)
    perspectives: tuple[str, ...] = field(default=(), converter=as_tuple)
    source_row: IntArray = field(eq=False, converter=frozen_array, kw_only=True)

    @classmethod
    def from_table(
        cls,
        table: object,
        org: OrgTree,
        *,
        kpis: Kpis | Iterable[Kpi] | None = None,
        period: str | None = None,
        perspectives: Iterable[str] = (),
        name: str = "goals",
    ) -> Goals:
        """Goals from any table with one row a goal.

        Parameters
        ----------
        table : any table
            Columns ``goal`` (an id, text or whole number), ``title`` and ``owner`` (a node's
            id; blank: nobody's). Optional are ``kpi``; ``value`` with ``unit`` and
            ``period``; ``perspective``; ``weight``, zero or more; ``margin``, the part of the
            amount that is handed down beyond it on purpose, 0.05 for 5 %; ``strategic``, yes
            or no.
            Without that last column the goals of the tree's roots are strategic.
        org : OrgTree
        kpis : Kpis, optional
            What KPIs there are. Their names are then checked, and their units stand in
            for blank ones.
        period : str, optional
            The period of amounts that name none.
        perspectives : iterable of str, optional
            The perspectives in the order of the map's lanes, the highest first.
        name : str
            What error messages call the table.

        Raises
        ------
        InputError
            Listing blank and repeated ids, unknown owners, KPIs and perspectives, amounts
            without a unit or a period, negative weights and margins, and what is no number.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "li"], "parent": ["", "hq"]})
        >>> goals = ck.Goals.from_table(
        ...     {
        ...         "goal": ["grow", "visits"],
        ...         "title": ["Grow revenue", "Visit every key account"],
        ...         "owner": ["hq", "li"],
        ...         "weight": [None, 40],
        ...     },
        ...     org,
        ... )
        >>> goals.strategic.tolist(), goals.weight.tolist()
        ([True, False], [nan, 40.0])
        """
        wrong = unlike(org, OrgTree, "org", "OrgTree.from_table(…)")
        check(wrong + _not_texts(period=period, name=name))
        known = None if kpis is None else Kpis.of(kpis)
        lanes = as_tuple(perspectives)
        faults = _not_lanes(lanes)
        check(faults)
        data = take(table, name=name)
        data.require(["goal", "title", "owner"], faults)
        data.misnamed(_KNOWN, faults)
        ids = reading.ids(data, "goal", faults)
        owner = _owners(data, org, faults)
        columns = _columns(data, faults)
        _fill(data, columns, known, period, faults)
        _outside(data, columns["perspective"], lanes, faults)
        columns["strategic"] = (
            reading.flags(data, "strategic", False, faults)  # noqa: FBT003 - of a blank cell
            if data.has("strategic")
            else np.isin(owner, np.flatnonzero(org.parent < 0))
        )
        faults += _repeats(data, ids)
        check(data.told(faults))
        order = _order(ids)
        return cls(
            org,
            lock(reading.objects(ids)[order]),
            lock(owner[order]),
            {column: lock(values[order]) for column, values in columns.items()},
            lanes,
            source_row=order,
        )

    # -- columns ------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.ids)

    def __hash__(self) -> int:
        return fingerprint((self.ids, self.owner, hash(self.org)))

    @property
    def title(self) -> NDArray[Any]:
        """What a person reads, object (g,)."""
        return self.columns["title"]

    @property
    def value(self) -> FloatArray:
        """Amounts, each in its unit, float64 (g,), NaN where a goal has none."""
        return self.columns["value"]

    @property
    def weight(self) -> FloatArray:
        """Weights in the owners' plans, float64 (g,), NaN where absent."""
        return self.columns["weight"]

    @property
    def margin(self) -> FloatArray:
        """The part of each amount that is meant to be carried beyond it, float64 (g,)."""
        return self.columns["margin"]

    @property
    def strategic(self) -> NDArray[np.bool_]:
        """Which goals are strategic, bool (g,)."""
        return self.columns["strategic"]

    # -- looking up ---------------------------------------------------------------

    @cached_property
    def _index(self) -> IdIndex:
        from cascade_kpi.org.ids import IdIndex  # noqa: PLC0415 - only who looks up needs it

        return IdIndex.of(self.ids)

    def find(self, ids: Any) -> IntArray:
        """Positions of goals, int64, -1 for an id that is not there."""
        return self._index.find(ids) if len(self) else np.full(len(ids), -1)

    def position(self, goal: object) -> int:
        """Position of a goal, 0-based.

        Raises
        ------
        InputError
            If there is no such goal; near misses are suggested.
        """
        at = self._index.find_one(goal) if len(self) else -1
        if at < 0:
            repair = suggest(goal, self.ids.tolist())
            check([Fault("goal", "no such goal", repair, value=goal)])
        return at

    def joined(self, other: Goals) -> Goals:
        """These goals and others of the same tree.

        Raises
        ------
        InputError
            If the tree is another one, or an id is there twice.
        """
        check(unlike(other, Goals, "goals", "Goals.from_table(…)"))
        if self.org != other.org:
            check([Fault("goals", "goals of another tree", "make both with the same OrgTree")])
        mine, theirs = self.table(), other.table()
        if self.perspectives and other.perspectives and self.perspectives != other.perspectives:
            reason = f"perspectives in another order: {', '.join(other.perspectives)}"
            check([Fault("goals", reason, "give both the same perspectives=…")])
        both = {name: [*mine[name].tolist(), *theirs[name].tolist()] for name in mine}
        lanes = self.perspectives or other.perspectives
        if lanes:
            lanes = tuple(dict.fromkeys([*lanes, *sorted(set(both["perspective"]) - {""})]))
        return Goals.from_table(both, self.org, perspectives=lanes)

    def table(self) -> Columns:
        """The goals as the table that :meth:`from_table` makes them of, by id.

        Returns
        -------
        dict of str to array (g,)
            ``goal``, ``owner`` (None where nobody owns it), ``title``, ``kpi``, ``unit``,
            ``period``, ``perspective``, ``value``, ``weight``, ``margin``, ``strategic``.
        """
        numbers = ("value", "weight", "margin", "strategic")
        return {
            "goal": self.ids,
            "owner": self.owner_ids,
            **{name: self.columns[name] for name in (*_TEXTS, *numbers)},
        }

    @property
    def owner_ids(self) -> NDArray[Any]:
        """Ids of the owners, object (g,), None where nobody owns a goal."""
        found = np.full(len(self), None, dtype=object)
        owned = np.flatnonzero(self.owner >= 0)
        found[owned] = self.org.ids[self.owner[owned]]
        return found

    def __repr__(self) -> str:
        return f"<Goals {len(self):,}, {int(self.strategic.sum()):,} strategic>"


def _not_texts(**texts: object) -> list[Fault]:
    return [
        Fault("goals", "not a text that shows", f"give {key}='…'", column=key, value=value)
        for key, value in texts.items()
        if value is not None and (not isinstance(value, str) or not value.strip())
    ]


def _not_lanes(lanes: Any) -> list[Fault]:
    faults: list[Fault] = []
    repair = "name each perspective as text, the highest lane first"
    sound = [lane for _, lane in members("goals", lanes, str, repair, faults)]
    faults += [
        Fault("goals", "not a text that shows", repair, column="perspectives", value=lane)
        for lane in sound
        if not lane.strip()
    ]
    return faults + [
        Fault("goals", "named twice", "name it once", column="perspectives", value=lane)
        for lane in repeated(sound)
    ]


def _owners(data: Table, org: OrgTree, faults: list[Fault]) -> IntArray:
    """Rows of the tree, -1 where nobody owns the goal."""
    if not data.has("owner"):
        return np.full(data.n, -1)
    before = len(faults)
    cells = data.ids("owner", faults)
    told = {fault.row for fault in faults[before:]}
    found = org.find(cells) if data.n else np.zeros(0, dtype=np.int64)
    bad = [
        row
        for row in np.flatnonzero(found < 0).tolist()
        if cells[row] is not None and row not in told
    ]

    def unknown(row: int, repair: str) -> Fault:
        repair += ", or leave it blank if nobody owns the goal"
        return data.fault("no such node", repair, row=row, column="owner", value=cells[row])

    known = org.ids.tolist() if bad else []
    faults += reading.near_misses(cells, bad, known, "nodes", unknown)
    return found


def _columns(data: Table, faults: list[Fault]) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {}
    for column in _TEXTS:
        if column != "title" or data.has("title"):
            columns[column] = reading.texts(data, column, faults)
        else:  # it is told already
            columns[column] = np.full(data.n, "?", dtype=object)
    faults += [
        data.fault("blank", "say what is to be reached", row=row, column="title")
        for row, title in enumerate(columns["title"].tolist())
        if not title.strip() and not any(f.row == row and f.column == "title" for f in faults)
    ]
    columns["value"] = reading.numbers_within(data, "value", (-_HUGE, _HUGE), "too large", faults)
    for column in ("weight", "margin"):
        columns[column] = reading.numbers_within(data, column, (0.0, _HUGE), "negative", faults)
    columns["margin"] = np.where(np.isnan(columns["margin"]), 0.0, columns["margin"])
    return columns


def _fill(
    data: Table,
    columns: dict[str, NDArray[Any]],
    kpis: Kpis | None,
    period: str | None,
    faults: list[Fault],
) -> None:
    """Units from KPIs and the period for all; a fault for each amount that lacks either."""
    named = columns["kpi"].tolist()
    if kpis is not None:
        bad = [row for row, kpi in enumerate(named) if kpi and kpi not in kpis.names]
        known = list(kpis.names)

        def unknown(row: int, repair: str) -> Fault:
            return data.fault("no such KPI", repair, row=row, column="kpi", value=named[row])

        faults += reading.near_misses(named, bad, known, "KPIs", unknown)
        units = {kpi.name: kpi.unit for kpi in kpis}
        blank = columns["unit"] == ""
        columns["unit"] = np.where(blank, [units.get(kpi, "") for kpi in named], columns["unit"])
        columns["unit"] = columns["unit"].astype(object)
    stated = ~np.isnan(columns["value"])
    if period is not None:
        columns["period"] = np.where(columns["period"] == "", period, columns["period"])
        columns["period"] = columns["period"].astype(object)
    for column, repair in (
        ("unit", "write its unit, or pass kpis=… that have one"),
        ("period", "write the period that it is for, or pass period='2027'"),
    ):
        rows = np.flatnonzero(stated & (columns[column] == "")).tolist()
        faults += [
            data.fault(f"an amount without a {column}", repair, row=row, column=column)
            for row in rows[: None if data.has(column) else 1]  # a lacking column is told once
        ]


def _outside(data: Table, found: NDArray[Any], lanes: tuple[str, ...], faults: list[Fault]) -> None:
    """A fault for each perspective that is not one of those in order."""
    if not lanes:
        return
    cells = found.tolist()
    bad = [row for row, cell in enumerate(cells) if cell and cell not in lanes]

    def unknown(row: int, repair: str) -> Fault:
        reason = "not one of the perspectives"
        return data.fault(reason, repair, row=row, column="perspective", value=cells[row])

    faults += reading.near_misses(cells, bad, list(lanes), "perspectives", unknown)


def _repeats(data: Table, ids: reading.Ids) -> list[Fault]:
    first: dict[str | int, int] = {}
    repair = "give every goal an id of its own"
    return [
        data.fault(
            f"duplicate id, first given in row {first[cell]}",
            repair,
            row=row,
            column="goal",
            value=cell,
        )
        for row, cell in enumerate(ids)
        if cell is not None and first.setdefault(cell, row) != row
    ]


def _order(ids: reading.Ids) -> IntArray:
    """Rows in ascending order of id."""
    from cascade_kpi.org.ids import IdIndex  # noqa: PLC0415 - as above

    if not ids:
        return np.zeros(0, dtype=np.int64)
    return IdIndex.of(reading.objects(ids)).order()
