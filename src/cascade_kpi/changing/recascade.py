"""New targets of old ones, with some of their inputs changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi._fields import members, refusals
from cascade_kpi.changing.columns import follows, resummed
from cascade_kpi.entries import Entries, read_entries
from cascade_kpi.errors import Fault, InputError, check, suggest, unlike, wants
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.remaking.recipe import follow
from cascade_kpi.remaking.roots import Stated, root_of
from cascade_kpi.remaking.steps import replaced, stages_of, step_of
from cascade_kpi.targets.targets import Targets

__all__ = ["moved_entries", "recascade"]


def recascade(
    targets: Targets,
    *,
    goals: object = None,
    withdraw: object = None,
    drivers: Mapping[str, Any] | None = None,
    org: OrgTree | None = None,
    kpis: Kpis | Iterable[Kpi] | None = None,
) -> Targets:
    """Cascade again, with some of the inputs changed and all others kept.

    Targets that were phased, itemised or reconciled since are phased, itemised
    and reconciled again by the same inputs: see :func:`revise` to change these.

    Parameters
    ----------
    targets : Targets
        Of any steps. What is changed is what the first of them were made from.
    goals : mapping of KPI name to number, or any table, optional
        As for :func:`cascade`: they replace those stated for the same node, KPI
        and period, or join the others. Of targets that were assigned, a table of these.
    withdraw : any table, optional
        Columns ``node``, ``kpi``, and ``period`` where there are several: goals
        that were stated, and are no longer.
    drivers : mapping of column name to values, optional
        For each column of the tree a mapping of ids to new cells, or a list or array
        of all its cells in the tree's order, which may be a new column. Entries
        that were the sum over the leaves below are summed again.
    org : OrgTree, optional
        Another tree. Every goal that is kept must find its node in it, and so must
        every offer and limit.
    kpis : Kpis, optional
        KPIs that replace those of the same names, among the parts of an itemised one too.

    Returns
    -------
    Targets
        Rows of its goals, where messages and explanations name them, count the
        goals that were kept, in their order, and then the new ones.

    Raises
    ------
    InputError
        Listing every fault of the changes; and all that :func:`cascade` refuses, or
        the first of the steps that cannot be made again, under its place in the recipe.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "staff": [None, 2, 1]}
    ... )
    >>> kpi = ck.Kpi("sales", "units", split=ck.splits.ProRata("staff"), lot=1)
    >>> targets = ck.cascade(org, [kpi], {"sales": 100}, periods="2027")
    >>> ck.recascade(targets, goals={"sales": 120}).of("sales")
    array([[120.,  80.,  40.]])
    >>> ck.recascade(targets, drivers={"staff": {"b": 2}}).of("sales")
    array([[100.,  50.,  50.]])
    """
    wants(targets, Targets, "targets", "cascade(…)")
    first, *others = stages_of(targets)
    root, steps = root_of(first), [step_of(stage) for stage in others]
    faults = [] if org is None else unlike(org, OrgTree, "org", "OrgTree.from_table(…)")
    found: list[dict[str, Kpi]] = []
    names = dict.fromkeys(name for stage in (first, *others) for name in stage.kpis.names)
    faults += refusals(lambda given: found.append(_replacing(names, given)), kpis)
    check(faults)
    tree, rules = first.org if org is None else org, found[0]
    made: list[OrgTree] = []
    faults += refusals(lambda given: made.append(_driven(tree, given)), drivers)
    tree = made[0] if made else tree
    stated = root.stated(first)
    kept, lost = moved_entries(stated, first.org, tree)
    read = _Read(tree, replaced(first.kpis, rules), first.periods, root, faults)
    away, added = read.entries(withdraw, "withdraw", ()), read.entries(goals, "goals", ("value",))
    gone = read.keys(away)
    faults += _not_stated(first, read, kept, gone)
    faults += _lost(first, stated, lost)
    check(faults)
    stay = ~np.isin(read.keys(kept), np.r_[gone, read.keys(added)])
    again = root.made(tree, read.kpis, read.periods, _joined(kept, stay, added))
    return follow(again, [step.ruled(rules) for step in steps])


def _replacing(names: Collection[str], given: Any) -> dict[str, Kpi]:
    """KPIs by the names of those that they replace."""
    if given is None:
        return {}
    faults: list[Fault] = []
    items = given.items if isinstance(given, Kpis) else given
    items = (items,) if isinstance(items, Kpi) else items
    listed = tuple(items) if isinstance(items, list | tuple) else items
    sound = members("kpis", listed, Kpi, "make each with Kpi(…)", faults)
    new = {kpi.name: kpi for _, kpi in sound}
    faults += [
        Fault("kpis", "no KPI of this name to replace", suggest(name, names), value=name)
        for name in new
        if name not in names
    ]
    check(faults)
    return new


def _driven(org: OrgTree, given: Any) -> OrgTree:
    """A tree with other cells in some columns."""
    if given is None:
        return org
    if not isinstance(given, Mapping):
        reason, repair = "not a mapping", "give {column: {id: value}}, or {column: array}"
        raise InputError([Fault("drivers", reason, repair)])
    faults: list[Fault] = []
    columns = dict(org.columns)
    for name, cells in given.items():
        if isinstance(cells, Mapping):
            if name not in org.columns:
                repair = f"{suggest(name, org.columns)}, or give all of its cells"
                faults.append(Fault("drivers", "no such column", repair, value=name))
                continue
            faults += refusals(partial(_set, org, columns, name), cells)
        else:
            faults += refusals(partial(_put, org, columns, name), cells)
    check(faults)
    return attrs.evolve(org, columns=columns)


def _set(org: OrgTree, columns: dict[str, Any], name: str, cells: Mapping[Any, Any]) -> None:
    """Put some cells into a column; sums over leaves follow."""
    check(_changing(name, cells.values()))
    rows = org.rows(list(cells))
    column = org.columns[name].astype(object)
    column[rows] = list(cells.values())
    sums = follows(org, name)
    sums[rows] = False
    columns[name] = lock(resummed(org, name, column, sums))


def _put(org: OrgTree, columns: dict[str, Any], name: Any, cells: Any) -> None:
    """Put all cells of a column."""
    if not isinstance(name, str) or not name.strip():
        repair = "name a column as text"
        raise InputError([Fault("drivers", "not a name", repair, value=name)])
    sized = isinstance(cells, list | tuple) or (isinstance(cells, np.ndarray) and cells.ndim == 1)
    if not sized or len(cells) != len(org):
        repair = f"give {{id: value}}, or one cell for each of the {len(org)} nodes"
        raise InputError([Fault("drivers", "not a column", repair, column=name)])
    if isinstance(cells, np.ma.MaskedArray):
        cells = cells.tolist()  # None where masked: what lies below must not show through
    if not isinstance(cells, np.ndarray):
        check(_changing(name, cells))
        listed = np.empty(len(cells), dtype=object)
        listed[:] = list(cells)
        cells = listed
    columns[name] = lock(np.array(cells))


def _changing(name: str, cells: Iterable[Any]) -> list[Fault]:
    """A fault for each cell that could be changed later."""
    repair = "give text, a number, a date or another value that does not change"
    return [
        Fault("drivers", f"a {type(cell).__name__} in a cell", repair, column=name)
        for cell in cells
        if type(cell).__hash__ is None
    ]


@frozen(eq=False)
class _Read:
    """Tables of goals, read for one tree; keys of what they are for; and the faults met."""

    org: OrgTree
    kpis: Kpis
    periods: Periods
    root: type[Stated]
    faults: list[Fault]

    def entries(self, table: object, name: str, inputs: tuple[str, ...]) -> Entries:
        """The entries of a table; none if it is refused, and noted."""
        nothing = np.zeros(0, dtype=np.int64)
        empty = Entries(nothing, nothing, nothing, {"value": np.zeros(0)}, nothing)
        if table is None:
            return empty
        try:
            given = self.root.as_table(self.org, table, self.periods) if inputs else table
            return read_entries(
                self.org, self.kpis, given, periods=self.periods, inputs=lambda _: inputs, name=name
            )[1]
        except InputError as error:
            self.faults.extend(error.faults)
            return empty

    def keys(self, entries: Entries) -> IntArray:
        """One number for each node, KPI and period."""
        at = entries.kpi * len(self.periods) + entries.period
        return np.asarray(at * len(self.org) + entries.node)


def moved_entries(entries: Entries, before: OrgTree, after: OrgTree) -> tuple[Entries, IntArray]:
    """Entries of one tree for another, and positions of those whose node is not there."""
    if before is after:
        return entries, np.zeros(0, dtype=np.int64)
    node = after.find(before.ids[entries.node])
    there = node >= 0
    return _picked(attrs.evolve(entries, node=node), there), np.flatnonzero(~there)


def _picked(entries: Entries, which: Any) -> Entries:
    return Entries(
        entries.node[which],
        entries.kpi[which],
        entries.period[which],
        {name: values[which] for name, values in entries.values.items()},
        entries.row[which],
    )


def _not_stated(targets: Targets, read: _Read, kept: Entries, gone: IntArray) -> list[Fault]:
    """A fault for each goal that is withdrawn and was not stated."""
    strange = gone[~np.isin(gone, read.keys(kept))]
    faults = []
    for key in strange.tolist():
        at, row = divmod(key, len(read.org))
        k, p = divmod(at, len(read.periods))
        reason = f"no goal of {targets.kpis.names[k]} in {read.periods.labels[p]} was stated here"
        repair = "leave the row out"
        faults.append(Fault("withdraw", reason, repair, value=read.org.node(row).id))
    return faults


def _lost(targets: Targets, goals: Entries, lost: IntArray) -> list[Fault]:
    """A fault for each goal whose node is not in the new tree."""
    faults = []
    for i in lost.tolist():
        name, label = targets.kpis.names[goals.kpi[i]], targets.periods.labels[goals.period[i]]
        reason = f"the goal of {name} in {label} finds no such node in the new tree"
        repair = "withdraw it before the tree is changed: recascade(targets, withdraw=…)"
        node = targets.org.node(int(goals.node[i])).id
        faults.append(Fault("goals", reason, repair, row=int(goals.row[i]), value=node))
    return faults


def _joined(kept: Entries, stay: Any, added: Entries) -> Entries:
    """Goals that are kept and new ones, sorted by KPI, period and node."""
    old = _picked(kept, stay)
    place = np.empty(len(old), dtype=np.int64)
    place[np.argsort(old.row, kind="stable")] = np.arange(len(old))
    node, kpi, period = (
        np.r_[getattr(old, name), getattr(added, name)] for name in ("node", "kpi", "period")
    )
    row = np.r_[place, added.row + len(old)]
    values = np.r_[old.values["value"], added.values["value"]]
    order = np.lexsort((node, period, kpi))
    return Entries(node[order], kpi[order], period[order], {"value": values[order]}, row[order])
