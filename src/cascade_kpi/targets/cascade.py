"""Goals handed down a tree, level by level, for everybody at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from cascade_kpi.entries import Entries, read_entries
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.targets.goal import Goal
from cascade_kpi.targets.handed import hand_down
from cascade_kpi.targets.origins import Cascaded
from cascade_kpi.targets.targets import Targets

__all__ = ["cascade", "cascaded", "goals_table"]


def cascade(
    org: OrgTree,
    kpis: Kpis | Iterable[Kpi],
    goals: object,
    *,
    periods: Periods | str | Iterable[str] | None = None,
) -> Targets:
    """Goals decomposed to every node below them, by each KPI's own split.

    Children sum to their parent exactly, in whole lots, wherever the split
    divides. Goals that are stated at lower nodes are kept, and the rest is
    spread over their siblings.

    Parameters
    ----------
    org : OrgTree
    kpis : Kpis
    goals : mapping of KPI name to number, or any table
        Numbers are goals of the root, for one period. A table has the columns
        ``node``, ``kpi``, ``value``, in KPI units, and ``period``.
    periods : Periods, str or iterable of str, optional
        The periods; by default those of the table, sorted.

    Returns
    -------
    Targets
        For every node at or below a goal; a node above all goals has a target
        if it follows from those of all its children.

    Raises
    ------
    InputError
        Listing every fault of the table; goals that are not whole lots; goals
        that conflict; claims that are all zero where something is to be split;
        and what the split itself refuses.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "staff": [None, 2, 1]}
    ... )
    >>> kpi = ck.Kpi("sales", "units", split=ck.splits.ProRata("staff"), lot=1)
    >>> ck.cascade(org, [kpi], {"sales": 100}, periods="2026").lots_of("sales").tolist()
    [[100, 67, 33]]
    """
    wants(org, OrgTree, "org", "OrgTree.from_table(…)")
    kpis = Kpis.of(kpis)
    wanted = None if periods is None else Periods.of(periods)
    table = goals_table(org, goals, wanted)
    found, stated = read_entries(
        org, kpis, table, periods=wanted, inputs=lambda _: ("value",), name="goals"
    )
    return cascaded(org, kpis, found, stated)


def cascaded(org: OrgTree, kpis: Kpis, periods: Periods, stated: Entries) -> Targets:
    """Goals that have been read, decomposed.

    Raises
    ------
    InputError
        As :func:`cascade` does, of what is found below the table.
    """
    faults: list[Fault] = []
    columns = [
        hand_down(Goal(reach, kpi, periods, stated, k, faults))
        for k, (kpi, reach) in enumerate(zip(kpis, kpis.reaches(org), strict=True))
    ]
    check(faults)
    targets, fixed, bounds = zip(*columns, strict=True)
    return Targets(org, kpis, periods, Cascaded(stated, fixed, bounds), targets)


def goals_table(org: OrgTree, goals: object, periods: Periods | None) -> object:
    """Goals as a table: one value a KPI is a goal of the root, and read as a cell would be."""
    if isinstance(goals, Mapping) and _by_kpi(goals):
        return _at_root(org, goals, periods)
    return goals


def _by_kpi(goals: Mapping[object, object]) -> bool:
    """Whether a mapping gives one value a KPI, and not columns: any value that is none says so."""
    if not goals:
        return True
    single = [isinstance(value, Real | str | None) for value in goals.values()]
    columns = {name for name, one in zip(goals, single, strict=True) if not one}
    return any(single) and not columns & {"node", "kpi"}


def _at_root(
    org: OrgTree, goals: Mapping[Any, Any], periods: Periods | None
) -> dict[str, list[object]]:
    if periods is not None and len(periods) > 1:
        reason = f"{len(periods)} periods, and one number a KPI"
        check([Fault("goals", reason, "pass a table with the columns node, kpi, period, value")])
    roots = org.roots
    if len(roots) > 1:
        reason = f"there are {len(roots)} roots, and the goals name none"
        check([Fault("goals", reason, "pass a table with a column 'node'")])
    return {
        "node": [roots[0].id] * len(goals),
        "kpi": list(goals),
        "value": [_plain(value) for value in goals.values()],
    }


def _plain(value: Any) -> object:
    """A number as a float; the table's reader says what is wrong with anything else."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else value
