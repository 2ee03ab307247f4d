"""What changed between two sets of targets, for whom."""

from __future__ import annotations

import html
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import not_whole, refusals
from cascade_kpi._long import Columns, long_table, present, same, texts
from cascade_kpi._text import visible
from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.changing.counted import Counted
from cascade_kpi.changing.inputs import Inputs
from cascade_kpi.changing.matching import Matched, Status
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.targets.amounts import NO_LOTS, Amounts, Lots
from cascade_kpi.targets.targets import Targets

__all__ = ["Changes", "both_add_up", "compare", "laid"]

_ROUNDING = 1e-12  # of a sum of floats, relative to the sum of their sizes
_MOST = 10**9
_WORDS = np.array([status.name.lower() for status in Status], dtype=object)


@frozen(eq=False)
class _Makeup:
    """What a node's change is made up of, numbers (p, u) in the unit of counting."""

    children: FloatArray | IntArray
    came: FloatArray | IntArray
    left: FloatArray | IntArray
    own: FloatArray | IntArray


@frozen(hash=False)
class _Sides:
    """What is compared: what the JSON record of changes holds."""

    before: Targets
    after: Targets

    @classmethod
    def of(cls, changes: Changes) -> _Sides:
        """The two sides."""
        return cls(changes.before, changes.after)

    def make(self) -> Changes:
        """The changes again."""
        return compare(self.before, self.after)


@record("cascade_kpi/changes", written_as=_Sides)
@frozen(hash=False, repr=False)
class Changes:
    """Two sets of targets side by side. Made by :func:`compare`.

    Its rows are the u nodes of both: those of the later tree in its order, then
    those that are gone. Its KPIs and periods are those that both have.

    Attributes
    ----------
    before, after : Targets
    """

    before: Targets
    after: Targets

    @cached_property
    def nodes(self) -> Matched:
        """The nodes of both trees."""
        return Matched.of(self.before.org, self.after.org)

    @cached_property
    def kpis(self) -> Kpis:
        """The KPIs that both have, as the later targets have them."""
        return Kpis(kpi for kpi in self.after.kpis if kpi.name in self.before.kpis.names)

    @cached_property
    def periods(self) -> Periods:
        """The periods that both have, in the later order."""
        known = self.before.periods.labels
        return Periods(label for label in self.after.periods if label in known)

    @cached_property
    def inputs(self) -> Inputs:
        """What differs in what the targets were made from."""
        return Inputs(self.before, self.after, self.nodes)

    @property
    def ids(self) -> NDArray[Any]:
        """Ids of the nodes, (u,)."""
        return self.nodes.ids

    def status(self, node: object) -> str:
        """What became of a node: "kept", "moved", "new" or "gone"."""
        return str(_WORDS[self.nodes.status[self.nodes.place(node)]])

    # -- numbers ------------------------------------------------------------------

    @cached_property
    def _counted(self) -> tuple[Counted, ...]:
        return tuple(Counted.of([self._was(kpi.name), self._is(kpi.name)]) for kpi in self.kpis)

    def _was(self, kpi: str) -> Lots | Amounts:
        return laid(self.before, kpi, self.periods, self.nodes.was)

    def _is(self, kpi: str) -> Lots | Amounts:
        return laid(self.after, kpi, self.periods, self.nodes.now)

    def counted(self, kpi: str) -> Counted:
        """Both sides of a KPI in one unit of counting."""
        return self._counted[self.kpis.index(kpi)]

    def of_before(self, kpi: str) -> FloatArray:
        """The earlier targets, in KPI units, float64 (p, u), NaN where absent."""
        return self._was(self.kpis[kpi].name).values

    def of_after(self, kpi: str) -> FloatArray:
        """The later targets, in KPI units, float64 (p, u), NaN where absent."""
        return self._is(self.kpis[kpi].name).values

    def told(self, kpi: str) -> NDArray[np.bool_]:
        """Where a change can be told, bool (p, u)."""
        before, after = self.counted(kpi).there
        both = both_add_up(self.before, self.after, kpi)
        return before | after if both else before & after

    def of(self, kpi: str) -> FloatArray:
        """After − before in KPI units, float64 (p, u), NaN where it cannot be told.

        Of what adds up, no target on one side counts as nothing.
        """
        counted = self.counted(kpi)
        before, after = counted.sides
        with np.errstate(over="ignore"):  # told by node
            change = np.where(self.told(kpi), counted.values(after - before), np.nan)
        return lock(self.finite(f"the change of {kpi}", change))

    def finite(self, what: str, values: FloatArray) -> FloatArray:
        """Numbers of the nodes, (p, u), once they are found to be nowhere infinite.

        Raises
        ------
        InputError
            With the first node at which one is.
        """
        for p, place in np.argwhere(np.isinf(values))[:1].tolist():
            reason = f"{what} in {self.periods.labels[p]} is too large for a float"
            node = self.ids[place : place + 1].tolist()[0]
            check([Fault("changes", reason, "use a larger unit", value=node)])
        return values

    def lots_of(self, kpi: str) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
        """The same in whole lots of ``counted(kpi).lot``, masked where it cannot be told.

        Raises
        ------
        InputError
            If the targets of either side are not counted in lots.
        """
        counted = self.counted(kpi)
        if counted.lot is None:
            repair = "use of(…): they are differences of floats"
            check([Fault("changes", "not counted in lots", repair, value=kpi)])
        before, after = counted.sides
        masked: np.ma.MaskedArray[Any, np.dtype[np.int64]] = np.ma.masked_array(
            after - before, mask=~self.told(kpi)
        )
        return masked

    @cached_property
    def _makeups(self) -> tuple[_Makeup | None, ...]:
        return tuple(
            _made_up(self.nodes, self._counted[k])
            if both_add_up(self.before, self.after, kpi.name)
            else None
            for k, kpi in enumerate(self.kpis)
        )

    def _made(self, kpi: str, part: str) -> FloatArray:
        k = self.kpis.index(kpi)
        makeup = self._makeups[k]
        if makeup is None:
            return np.full(self.told(kpi).shape, np.nan)
        values = self._counted[k].values(getattr(makeup, part))
        return self.finite(f"the change of {kpi}", np.where(self.told(kpi), values, np.nan))

    def of_children(self, kpi: str) -> FloatArray:
        """The changes of the children that stayed, together, float64 (p, u)."""
        return self._made(kpi, "children")

    def came(self, kpi: str) -> FloatArray:
        """The later targets of the children that are new or moved here, float64 (p, u)."""
        return self._made(kpi, "came")

    def left(self, kpi: str) -> FloatArray:
        """Less the earlier targets of the children that are gone or moved away."""
        return self._made(kpi, "left")

    def own(self, kpi: str) -> FloatArray:
        """What of a node's change its children, before and after, do not make up."""
        return self._made(kpi, "own")

    # -- tables ---------------------------------------------------------------------

    def table(self) -> Columns:
        """The changes as columns: one row for each target of either side.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit`` of differences; ``status``: "kept",
            "moved", "new" or "gone"; ``before``, ``after``, ``change``; and of what adds
            up its makeup, ``children``, ``came``, ``left`` and ``own``. By period, KPI, node.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> was = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 100}, periods="2027")
        >>> table = ck.compare(was, ck.recascade(was, goals={"sales": 111})).table()
        >>> for name in ("node", "before", "after", "change"):
        ...     print(name, table[name].tolist())
        node ['hq', 'a', 'b']
        before [100.0, 50.0, 50.0]
        after [111.0, 56.0, 55.0]
        change [11.0, 6.0, 5.0]
        """
        names = self.kpis.names
        before, after = [self.of_before(k) for k in names], [self.of_after(k) for k in names]
        status = np.broadcast_to(_WORDS[self.nodes.status], before[0].shape)
        return long_table(
            self.ids,
            self.periods.labels,
            [(kpi.name, kpi.gap_unit) for kpi in self.kpis],
            present(before, after),
            {
                "status": [status] * len(names),
                "before": before,
                "after": after,
                "change": [self.of(k) for k in names],
                "children": [self.of_children(k) for k in names],
                "came": [self.came(k) for k in names],
                "left": [self.left(k) for k in names],
                "own": [self.own(k) for k in names],
            },
        )

    def ranked(
        self,
        kpi: str,
        period: str | None = None,
        *,
        kind: str | None = None,
        limit: int | None = None,
    ) -> Columns:
        """The nodes whose targets changed, the largest change by size first.

        Parameters
        ----------
        kpi : str
        period : str, optional
            Needed where there are several.
        kind : str, optional
            Only nodes of this kind.
        limit : int, optional
            No more rows than so many.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``label``, ``status``, ``before``, ``after``, ``change``. Ties keep
            the order of rows.
        """
        check([] if limit is None else not_whole("ranked", 1, _MOST, limit=limit))
        p, change = self.periods.index(period), self.of(kpi)
        nodes = self.nodes
        known = sorted({*self.before.org.kind_names, *self.after.org.kind_names})
        if kind is not None and kind not in known:
            check([Fault("ranked", "no node is of this kind", suggest(kind, known), value=kind)])
        line = change[p]
        mine = (np.nan_to_num(line) != 0) & (True if kind is None else nodes.kinds == kind)
        rows = np.flatnonzero(mine)
        order = rows[np.argsort(-np.abs(line[rows]), kind="stable")][:limit]
        return {
            "node": texts(nodes.ids[order]),
            "label": texts(nodes.labels[order]),
            "status": texts(_WORDS[nodes.status[order]]),
            "before": self.of_before(kpi)[p, order],
            "after": self.of_after(kpi)[p, order],
            "change": line[order],
        }

    def by_child(self, node: object, kpi: str, period: str | None = None) -> Breakdown:
        """A node's change split exactly over its children, the largest rise first.

        A child that is new or moved here brings its whole target, one that is gone
        or moved away takes its earlier one. What no child makes up stands under the node's
        own id.

        Raises
        ------
        InputError
            If the KPI does not add up.
        """
        place, p, item = self.nodes.place(node), self.periods.index(period), self.kpis[kpi]
        makeup = self._makeups[self.kpis.index(kpi)]
        if makeup is None:
            reason, repair = "it does not add up", "look at each child's own change"
            check([Fault("changes", reason, repair, value=kpi)])
            raise AssertionError  # check has raised
        counted = self.counted(kpi)
        before, after = (side[p] for side in counted.sides)
        nodes, entries = self.nodes, []
        here = np.flatnonzero((nodes.parent_was == place) | (nodes.parent_now == place))
        was, now = nodes.parent_was[here] == place, nodes.parent_now[here] == place
        brought = np.where(now, after[here], 0) - np.where(was, before[here], 0)
        words = np.where(was & now, "", np.where(now, " (came)", " (left)"))
        for child, value, word in zip(
            here.tolist(), counted.values(brought).tolist(), words.tolist(), strict=True
        ):
            key = nodes.ids[child : child + 1].tolist()[0]
            entries.append((key, f"{nodes.labels[child]}{word}", value, value))
        own = float(counted.values(makeup.own)[p, place])
        if own and len(here):
            key = nodes.ids[place : place + 1].tolist()[0]
            entries.append((key, f"{nodes.labels[place]} (own)", own, own))
        whole = float(self.of(kpi)[p, place])
        title = f"change of {item.name}, {nodes.labels[place]}, {self.periods.labels[p]}"
        entries = entries if whole == whole else []
        return Breakdown.ranked(title, item.gap_unit, whole, entries, decimals=item.decimals)

    # -- people look ------------------------------------------------------------------

    def summary(self) -> Columns:
        """How many gain and lose: one row a period and KPI.

        Returns
        -------
        dict of str to array (m,)
            ``kpi``, ``period``, ``unit``; ``more``, ``less``, ``same``: counts of nodes;
            ``new`` and ``gone``: those with a target on one side only.
        """
        parts = [(p, kpi) for p in range(len(self.periods)) for kpi in self.kpis]
        counts = [_counts(self, kpi.name, p) for p, kpi in parts]
        ones = [1] * len(parts)
        return {
            "kpi": same([kpi.name for _, kpi in parts], ones),
            "period": same([self.periods.labels[p] for p, _ in parts], ones),
            "unit": same([kpi.gap_unit for _, kpi in parts], ones),
            **{name: np.array([c[name] for c in counts], dtype=np.int64) for name in _COUNTS},
        }

    def __repr__(self) -> str:
        words = np.bincount(self.nodes.status, minlength=len(Status)).tolist()
        told = ", ".join(
            f"{n:,} {s.name.lower()}" for s, n in zip(Status, words, strict=True) if n or not s
        )
        lines = [f"<Changes of {', '.join(self.kpis.names)} × {len(self.periods)}, nodes: {told}>"]
        table = self.summary()
        for i, name in enumerate(table["kpi"].tolist()):
            counts = ", ".join(f"{int(table[word][i]):,} {word}" for word in _COUNTS)
            lines.append(f"  {name}, {table['period'][i]}: {counts}")
        lines += [f"  {line}" for line in self.inputs.lines()]
        return "\n".join(map(visible, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.before), hash(self.after), "changes"))


_COUNTS = ("more", "less", "same", "new", "gone")


def _counts(changes: Changes, kpi: str, p: int) -> dict[str, int]:
    before, after = (there[p] for there in changes.counted(kpi).there)
    line, both = np.nan_to_num(changes.of(kpi)[p]), before & after
    masks = (both & (line > 0), both & (line < 0), both & (line == 0), after & ~before)
    found = (*masks, before & ~after)
    return {name: int(np.count_nonzero(mask)) for name, mask in zip(_COUNTS, found, strict=True)}


def both_add_up(before: Targets, after: Targets, kpi: str) -> bool:
    """Whether a KPI adds up on both sides."""
    return all(side.kpis[kpi].aggregate.makeup is Makeup.SUM for side in (before, after))


def laid(targets: Targets, kpi: str, periods: Periods, rows: IntArray) -> Lots | Amounts:
    """One KPI's targets for some periods and some rows, −1 for a row that is not there."""
    column = targets.columns[targets.kpis.index(kpi)]
    lines = [targets.periods.index(label) for label in periods]
    if isinstance(column, Lots):
        counts = np.where(rows >= 0, column.counts[lines][:, rows], NO_LOTS)
        return Lots(column.lot, lock(counts))
    return Amounts(lock(np.where(rows >= 0, column.values[lines][:, rows], np.nan)))


def _made_up(nodes: Matched, counted: Counted) -> _Makeup:
    """The change of every node by its children, before and after."""
    with np.errstate(over="ignore", invalid="ignore"):  # told by node
        return _parts(nodes, counted)


def _parts(nodes: Matched, counted: Counted) -> _Makeup:
    before, after = counted.sides
    change = after - before
    stayed = (nodes.parent_was == nodes.parent_now) & (nodes.was >= 0) & (nodes.now >= 0)
    children = _summed(change, nodes.parent_now, stayed)
    came = _summed(after, nodes.parent_now, ~stayed)
    left = -_summed(before, nodes.parent_was, ~stayed)
    own = change - children - came - left
    if counted.lot is None:
        size = np.abs(before) + np.abs(after)
        size += _summed(np.abs(after), nodes.parent_now, nodes.now >= 0)
        size += _summed(np.abs(before), nodes.parent_was, nodes.was >= 0)
        own = np.where(np.abs(own) <= _ROUNDING * size, 0.0, own)
    return _Makeup(children, came, left, own)


def _summed(
    values: FloatArray | IntArray, parents: IntArray, which: NDArray[np.bool_]
) -> FloatArray | IntArray:
    """The values of some nodes added at their parents, in order of rows, (p, u)."""
    out = np.zeros_like(values)
    rows = np.flatnonzero(which & (parents >= 0))
    for line, given in zip(out, values, strict=True):
        np.add.at(line, parents[rows], given[rows])
    return out


def compare(before: Targets, after: Targets) -> Changes:
    """What changed between two sets of targets, exactly, for whom.

    Nodes are matched by id, KPIs by name and periods by label; what only one
    side has is told.

    Parameters
    ----------
    before, after : Targets

    Returns
    -------
    Changes

    Raises
    ------
    InputError
        If either is another stage; if there is no node, KPI or period in
        common; if a KPI has another unit.
    """
    made_by = "cascade(…) or assign(…)"
    check(unlike(before, Targets, "before", made_by) + unlike(after, Targets, "after", made_by))
    faults = []
    pairs = (
        ("KPI", before.kpis.names, after.kpis.names),
        ("period", before.periods.labels, after.periods.labels),
    )
    for what, was, now in pairs:
        if not set(was) & set(now):
            reason = f"no {what} is on both sides: {', '.join(was[:4])}; {', '.join(now[:4])}"
            faults.append(Fault("compare", reason, f"compare targets with a {what} in common"))
    for name in filter(after.kpis.names.__contains__, before.kpis.names):
        one, two = before.kpis[name].unit, after.kpis[name].unit
        if one != two:
            reason = f"its unit was {one} and is {two}"
            faults.append(Fault("compare", reason, "bring both to one unit", value=name))
    faults += refusals(lambda org: Matched.of(before.org, org), after.org)
    check(faults)
    return Changes(before, after)
