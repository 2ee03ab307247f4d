"""What nodes have reached in the past, found for the nodes that have targets now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, lock
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.rollup import add_present, fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.measure import measure
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["Past", "PastColumns", "Source", "rolled", "summed"]

_FILES = (".csv", ".tsv", ".txt")  # a text that ends so was meant as a file
_SUGGESTED = 20  # near misses are looked for this often


@frozen
class PastColumns:
    """A history in columns of the tree, one a period, the earliest first."""

    names: tuple[str, ...]


Source = Results | PastColumns
"""Where the history of one KPI came from."""


@frozen(hash=False)
class Past:
    """The past of every KPI, for the nodes of the targets.

    Attributes
    ----------
    sources : tuple of Results, PastColumns or None
        Per KPI, where it came from; None for no history.
    cycles : tuple of float64 array (c, p, n), or None
        Per KPI, in its unit, the earliest cycle first; NaN is absent.
    strangers : tuple of ids
        Nodes that have a past and are not in the tree of the targets.
    """

    sources: tuple[Source | None, ...] = field(eq=False, repr=False)
    cycles: tuple[FloatArray | None, ...] = field(eq=CONTENT, repr=False)
    strangers: tuple[Any, ...]

    @classmethod
    def of(cls, targets: Targets, given: object) -> Past:
        """The history of targets' KPIs.

        Parameters
        ----------
        targets : Targets
        given : Results, Actuals, column name, list of these names, any table, or mapping
            One for all KPIs that it speaks of; or a mapping of KPI names to
            results, actuals or columns.

        Raises
        ------
        InputError
            Listing all that does not fit.
        """
        faults: list[Fault] = []
        sources = _sources(targets, given, faults)
        cycles: list[FloatArray | None] = []
        strangers: dict[Any, None] = {}
        for k, source in enumerate(sources):
            lines = None if source is None else _lines(targets, k, source, strangers, faults)
            cycles.append(None if lines is None else _in_cycles(targets, k, lines, faults))
        check(faults)
        _refuse_nothing(targets, cycles, tuple(strangers))
        return cls(tuple(sources), tuple(cycles), tuple(strangers))


def _sources(targets: Targets, given: object, faults: list[Fault]) -> list[Source | None]:
    """Per KPI, where its history comes from."""
    names = targets.kpis.names
    if isinstance(given, Mapping) and not {"node", "kpi"} <= set(given):
        faults += [
            Fault("history", "no such KPI in the targets", suggest(name, names), value=name)
            for name in given
            if name not in names
        ]
        made = {name: _source(targets, each, faults) for name, each in given.items()}
        return [made.get(name) for name in names]
    source = _source(targets, given, faults)
    if isinstance(source, Results):
        return [source if name in source.kpis.names else None for name in names]
    if source is not None and len(names) > 1:
        repair = f"say of which: {{{names[0]!r}: {source.names[0]!r}}}"
        faults.append(Fault("history", f"columns for {len(names)} KPIs", repair))
        return [None] * len(names)
    return [source] * len(names)


def _source(targets: Targets, given: object, faults: list[Fault]) -> Source | None:
    """One history as it is kept."""
    if isinstance(given, Results):
        return given
    if (
        isinstance(given, str)
        and given.lower().endswith(_FILES)
        and given not in targets.org.columns
    ):
        reason = "a text names a column of the units, and there is none of this name"
        faults.append(Fault("history", reason, f"a file is Csv({given!r})", value=given))
        return None
    # Only lists are lists of names: a frame, too, has its columns' names as its members.
    listed = (given,) if isinstance(given, str) else given
    if (
        isinstance(listed, list | tuple)
        and listed
        and all(isinstance(name, str) for name in listed)
    ):
        return PastColumns(tuple(listed))
    try:
        reports = (
            given
            if isinstance(given, Actuals)
            else Actuals.from_table(targets.org, targets.kpis, given, name="history")
        )
        return rolled(reports)
    except InputError as error:
        faults.extend(error.faults)
        return None


def rolled(reports: Actuals) -> Results:
    """Reports of everybody with all below them: results beside no targets at all."""
    nothing = Targets.from_columns(reports.org, reports.kpis, {}, periods=reports.periods)
    return measure(nothing, reports)


def _lines(
    targets: Targets,
    k: int,
    source: Source,
    strangers: dict[Any, None],
    faults: list[Fault],
) -> FloatArray | None:
    """What the targets' nodes have reached of one KPI, period by period, (h, n)."""
    kpi, org = targets.kpis.items[k], targets.org
    if isinstance(source, PastColumns):
        return _columns(org, kpi, source, faults)
    if kpi.name not in source.kpis.names:
        repair = suggest(kpi.name, source.kpis.names)
        faults.append(Fault("history", "no such KPI in it", repair, value=kpi.name))
        return None
    if source.kpis[kpi.name].unit != kpi.unit:
        reason = f"{kpi.name} is in {source.kpis[kpi.name].unit}, and its targets in {kpi.unit}"
        faults.append(Fault("history", reason, "bring both to one unit", value=kpi.name))
        return None
    values = source.of(kpi.name)
    if source.org is org or source.org == org:
        return values
    found = source.org.find(org.ids)
    known = np.zeros(len(source.org), dtype=bool)
    known[found[found >= 0]] = True
    lost = ~known & ~np.isnan(values).all(axis=0)
    strangers.update(dict.fromkeys(source.org.ids[lost].tolist()))
    return np.where(found >= 0, values[:, found], np.nan)


def _columns(org: OrgTree, kpi: Kpi, source: PastColumns, faults: list[Fault]) -> FloatArray | None:
    lines = []
    for name in source.names:
        try:
            lines.append(org.numbers(name))
        except InputError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    if len(lines) < len(source.names):
        return None
    if kpi.aggregate.makeup is Makeup.SUM:
        lines = [np.where(np.isnan(line), summed(org, line), line) for line in lines]
    return np.stack(lines)


def summed(org: OrgTree, values: FloatArray) -> FloatArray:
    """The sum over the leaves at or below every node, of those that have a value, (n,)."""
    leaves = np.where(org.is_leaf, values, np.nan)
    return fold_subtrees(org.layout, leaves, add_present)


def _in_cycles(
    targets: Targets, k: int, lines: FloatArray, faults: list[Fault]
) -> FloatArray | None:
    """Periods as whole cycles of the targets' periods, (c, p, n)."""
    p = len(targets.periods)
    if len(lines) % p or not len(lines):
        reason = f"{len(lines)} periods are no whole cycles of the {p} of the targets"
        repair = "give as many as the targets have, or twice as many, in order"
        faults.append(Fault("history", reason, repair, value=targets.kpis.names[k]))
        return None
    return lock(np.array(lines.reshape(-1, p, len(targets.org))))


def _refuse_nothing(
    targets: Targets, cycles: list[FloatArray | None], strangers: tuple[Any, ...]
) -> None:
    """Refuse a history that says nothing of anybody who has a target."""
    for values, past in zip(targets.values, cycles, strict=True):
        if past is not None and (~np.isnan(past) & ~np.isnan(values)).any():
            return
    ids = targets.org.ids.tolist()
    faults = [
        Fault("history", "nothing in it is of a node with a target", "give the past of these nodes")
    ]
    faults += [
        Fault("history", "no such node in the tree of the targets", suggest(node, ids), value=node)
        for node in strangers[:_SUGGESTED]
    ]
    check(faults)
