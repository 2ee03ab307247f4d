"""What `move` makes: every target in pieces, each with its days, its holder and its place."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint
from cascade_kpi._long import Columns, same, texts
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.moving.calendar import Calendar
from cascade_kpi.moving.clock import Clock
from cascade_kpi.moving.columns import Ids
from cascade_kpi.moving.days import DayWeights, as_day
from cascade_kpi.moving.division import Own
from cascade_kpi.moving.excerpt import Excerpt
from cascade_kpi.moving.history import Absences, History
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moves import Cover, Policy
from cascade_kpi.moving.pieces import HELD, LEAVE, STATES, VACANT, Pieces
from cascade_kpi.moving.portions import Portions
from cascade_kpi.moving.reorganisation import Reorganisation
from cascade_kpi.moving.stays import Stays
from cascade_kpi.moving.stints import Leaves, Stints
from cascade_kpi.moving.summing import Sized, or_blank
from cascade_kpi.moving.trees import Trees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.targets import Targets

if TYPE_CHECKING:
    from cascade_kpi.kpis.kpi import Kpi

from cascade_kpi.moving.standing import standing

__all__ = ["Cause", "Moved"]


@frozen(hash=False)
class Cause:
    """What pieces were made from.

    Attributes
    ----------
    targets : Targets
    stints : Stints
    leaves : Leaves or None
    units : Reorganisation or None
    calendar : Calendar
    by : Policy
    cover : Cover
    days : DayWeights
    """

    targets: Targets
    stints: Stints
    leaves: Leaves | None
    units: Reorganisation | None
    calendar: Calendar
    by: Policy
    cover: Cover
    days: DayWeights


@frozen(hash=False, repr=False)
class Moved:
    """Targets in pieces: who had how much of each, on which days, and in which unit.

    Attributes
    ----------
    cause : Cause
        What they were made from.
    history : History
        Who was where, and in which tree.
    away : Absences
        Who was on leave.
    clock : Clock
        The weights of the days.
    pieces : Pieces
        Days, holders and places, the same for every KPI.
    own : tuple of Own, or None
        Per KPI, what every node has beside its children's; None where targets are not divided.
    """

    cause: Cause
    history: History = field(eq=False, repr=False)
    away: Absences = field(eq=False, repr=False)
    clock: Clock = field(eq=False, repr=False)
    pieces: Pieces = field(repr=False)
    own: tuple[Own | None, ...] = field(eq=False, repr=False)

    @property
    def holders(self) -> Ids:
        """Ids of everybody who has a stint, in ascending order, array (h,)."""
        return self.history.holders

    @property
    def trees(self) -> Trees:
        """The tree, and what became of it."""
        return self.history.trees

    @property
    def of_before(self) -> Targets:
        """The targets before all changes."""
        return self.cause.targets

    @cached_property
    def sized(self) -> Sized:
        """The pieces, and how much each is."""
        return Sized(self.of_before, self.own, self.clock, self.pieces)

    @property
    def lots_or_none(self) -> tuple[IntArray | None, ...]:
        """Per KPI, the lots of every piece; None where targets are not divided."""
        return self.sized.lots

    @property
    def weight(self) -> FloatArray:
        """What every piece's days and share weigh."""
        return self.sized.weight

    @cached_property
    def stays(self) -> Stays:
        """The stints in the calendar, one by one."""
        return Stays.of(self.history, self.clock.begins)

    @cached_property
    def portions(self) -> Portions:
        """The targets stint by stint."""
        return Portions.of(self)

    def lots_of(self, kpi: str) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
        """Every piece's lots of a KPI, int64 (m,), masked where its origin has none.

        Raises
        ------
        InputError
            If the KPI's targets are not counted in lots.
        """
        masked: np.ma.MaskedArray[Any, np.dtype[np.int64]] = np.ma.masked_equal(
            self._divided(kpi), NO_LOTS
        )
        return masked

    def of(self, kpi: str) -> FloatArray:
        """Every piece of a KPI in its unit, float64 (m,), NaN where its origin has no target.

        Of what is counted in lots, the amount of its lots; of what is shared and adds up over
        periods, the target by the weight of its days; of anything else, the target itself.
        """
        return self.sized.values(self.of_before.kpis.index(kpi))

    # -- who has what -------------------------------------------------------------

    def of_holder(self, holder: object) -> Excerpt:
        """The pieces that somebody holds, and those of their leave.

        Raises
        ------
        InputError
            If nobody of that name has a stint.
        """
        code = self.holder(holder)
        return Excerpt(self, np.flatnonzero(self.pieces.holder == code), str(holder))

    def of_node(self, node: object) -> Excerpt:
        """The pieces of a node's own target.

        Raises
        ------
        InputError
            If there is no such node.
        """
        row = self.of_before.org.row(node)
        label = str(self.of_before.org.labels[row])
        return Excerpt(self, np.flatnonzero(self.pieces.origin == row), label)

    def uncovered(self) -> Excerpt:
        """The pieces that nobody holds: vacancies and leave."""
        state = self.pieces.state
        rows = np.flatnonzero((state == VACANT) | (state == LEAVE))
        return Excerpt(self, rows, "what nobody holds")

    def holder(self, holder: object) -> int:
        """Position of a holder in `holders`.

        Raises
        ------
        InputError
            If nobody of that name has a stint; near misses are suggested.
        """
        known = self.holders.tolist()
        if isinstance(holder, bool) or holder not in known:
            check([Fault("holder", "has no stint", suggest(holder, known), value=holder)])
        return int(known.index(holder))

    def by_holder(self, kpi: str) -> Columns:
        """What everybody has of a KPI, one row a period and holder.

        Returns
        -------
        dict of str to array
            ``holder``, ``kpi``, ``period``, ``unit``; ``target`` in that unit, the sum of
            the pieces that they hold, or, of what does not add up, the mean of their
            targets by days and shares; ``lots`` of it, and ``carried``, what vacancies and
            leave bring to the units that they alone hold, told apart, in the same unit;
            both NaN where the KPI's targets are not counted in lots. Only for whom there is any.
        """
        k, pieces, many = self.of_before.kpis.index(kpi), self.pieces, len(self.holders)
        cells = len(self.of_before.periods) * many
        keeper = np.where(pieces.keeper >= 0, pieces.period * many + pieces.keeper, -1)
        mine = np.where(pieces.state == HELD, pieces.period * many + pieces.holder, -1)
        target, lots = self.sized.summed(k, mine, cells)
        carried = np.full(cells, np.nan)
        if self.lots_or_none[k] is not None:
            carried, _ = self.sized.summed(k, keeper, cells)
        found = np.flatnonzero(~(np.isnan(target) & np.isnan(carried)))
        columns = {"target": target[found], "lots": lots[found], "carried": carried[found]}
        if self.lots_or_none[k] is not None:  # who has none of what is counted has none
            columns = {name: np.nan_to_num(values) for name, values in columns.items()}
        return {
            "holder": self.holder_column(found % max(many, 1)),
            **self.named(k, found // max(many, 1)),
            **columns,
        }

    def by_stint(self, kpi: str) -> Columns:
        """What everybody has of a KPI, stint by stint, one row a period and stint.

        A stint has several rows where its node was put below another parent.

        Returns
        -------
        dict of str to array
            ``holder``, ``node``, ``kpi``, ``period``, ``unit``; ``start``, ``end``, both in
            it, and ``days``; ``leave``, on how many of them the holder was on leave;
            ``share`` of the node; ``parent``, the node above; ``manager``, who alone held
            that on the last day; ``lots`` and ``target`` in that unit, NaN where the stint
            has none. By period, holder and start.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> year = ck.cascade(
        ...     org, [ck.Kpi("sales", "units", lot=1)], {"sales": 730}, periods="2026"
        ... )
        >>> stints = ck.Stints.from_table(
        ...     {
        ...         "holder": ["li", "li"],
        ...         "node": ["a", "b"],
        ...         "start": ["2026-01-01", "2026-07-01"],
        ...         "end": ["2026-06-30", ""],
        ...     },
        ...     org,
        ... )
        >>> table = ck.move(year, stints, by=ck.moves.FollowsPost()).by_stint("sales")
        >>> for row in zip(table["node"], table["days"], table["target"]):
        ...     print(*row)
        a 181 181.0
        b 184 184.0
        """
        return self.portions.table(self.of_before.kpis.index(kpi))

    def by_unit(self, kpi: str) -> Columns:
        """What stood at or below every unit of a KPI in the periods, one row a period and node.

        Returns
        -------
        dict of str to array
            ``node``, ``kpi``, ``period``, ``unit``; ``target`` in that unit and ``lots``,
            of all pieces that stood at or below the unit on their days; of these ``held``,
            ``leave``, ``vacant`` and ``cushion``, in the same unit.

        Raises
        ------
        InputError
            If the KPI's targets are not counted in lots: units keep them.
        """
        lots, pieces = self._divided(kpi), self.pieces
        tree, periods = self.trees.number(pieces.start), len(self.of_before.periods)
        some = np.flatnonzero(lots != NO_LOTS)
        many = len(STATES) * periods
        line = pieces.state[some] * periods + pieces.period[some]
        tree, place = (np.concatenate([each, each]) for each in (tree[some], pieces.place[some]))
        below = self.trees.sums(
            tree, place, np.concatenate([line, many + pieces.period[some]]),
            np.concatenate([lots[some], np.ones(len(some), dtype=np.int64)]), many + periods,
        )  # fmt: skip
        sums = below[:many].reshape(len(STATES), periods, len(self.of_before.org))
        at, rows = np.nonzero(below[many:])
        values = self._kpi(kpi).counted_in.values
        total = sums.sum(axis=0)[at, rows]
        return {
            "node": self.node_column(rows),
            **self.named(self.of_before.kpis.index(kpi), at),
            "target": values(total),
            "lots": total.astype(np.float64),
            **{name: values(sums[s, at, rows]) for s, name in enumerate(STATES)},
        }

    def targets(self, as_of: object) -> Targets:
        """All targets undivided, on the tree of one day and where they stand on it.

        What was handed down in lots is rolled up again, so that children sum to their
        parents and the company has what it had; other targets stay at their nodes.

        Parameters
        ----------
        as_of : date, or text as yyyy-mm-dd
            A day of the calendar.
        """
        day = as_day(as_of, "as_of")
        first, last = int(self.clock.begins[0]), int(self.clock.ends[-1])
        if not first <= day <= last:
            begin, end = as_dates(np.array([first, last]))
            reason, repair = "not a day of the calendar", f"give one from {begin} to {end}"
            check([Fault("as_of", reason, repair, value=str(as_dates(np.array(day))))])
        return standing(self, day)

    def tree(self, as_of: object) -> OrgTree:
        """The tree as it was on a day."""
        return self.trees.on(as_day(as_of, "as_of"))[0]

    def table(self) -> Columns:
        """All pieces as columns: one row a piece and KPI, by period, KPI, node and day.

        Returns
        -------
        dict of str to array (m,)
            ``node`` whose target it is of; ``kpi``, ``period``, ``unit``; ``holder``,
            blank of a vacancy; ``state``: held, leave, vacant or cushion; ``place``;
            ``carrier`` and ``keeper`` of what is not held; ``start``, ``end``, both in
            it, and ``days``; ``share``; ``lots``, NaN where the KPI's targets are not
            counted in them; ``target``, as :meth:`of` has it.
        """
        return Excerpt(self, np.arange(len(self.pieces)), "all").table()

    # -- helpers ----------------------------------------------------------------

    def _kpi(self, kpi: str) -> Kpi:
        return self.of_before.kpis.items[self.of_before.kpis.index(kpi)]

    def _divided(self, kpi: str) -> IntArray:
        lots = self.lots_or_none[self.of_before.kpis.index(kpi)]
        if lots is None:
            repair = "use by_holder(…), or targets.of(…): units keep their targets"
            raise InputError([Fault("moved", "not counted in lots", repair, value=kpi)])
        return lots

    def named(self, k: int, period: IntArray) -> Columns:
        """Columns that name the k-th KPI, its unit and periods."""
        labels = np.array(self.of_before.periods.labels, dtype=object)
        kpi, many = self.of_before.kpis.items[k], [len(period)]
        return {
            "kpi": same([kpi.name], many),
            "period": texts(labels[period]),
            "unit": same([kpi.unit], many),
        }

    def holder_column(self, codes: IntArray) -> Ids:
        """Ids of holders as a column of a table; blank for nobody."""
        return _column(or_blank(self.holders, codes), self.holders)

    def node_column(self, rows: IntArray) -> Ids:
        """Ids of nodes as a column of a table; blank for none."""
        ids = self.of_before.org.ids
        return _column(or_blank(ids, rows), ids)

    def holder_ids(self, codes: IntArray) -> Ids:
        """Ids of holders; blank for nobody."""
        return or_blank(self.holders, codes)

    def __repr__(self) -> str:
        names = ", ".join(self.of_before.kpis.names)
        return visible(
            f"<Moved {names}: {len(self.pieces):,} pieces, {len(self.holders):,} holders, "
            f"by {self.cause.by!r}>"
        )

    def __hash__(self) -> int:
        return fingerprint((hash(self.of_before), self.pieces.start, self.pieces.holder))


def _column(found: Ids, ids: Ids) -> Ids:
    """Text as text; whole numbers as such, unless one is blank."""
    if ids.dtype == object:
        return texts(found)
    return found if any(each is None for each in found.tolist()) else found.astype(ids.dtype)
