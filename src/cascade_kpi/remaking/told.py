"""Entries as tables by ids, KPI names and period labels, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._long import Columns, texts
from cascade_kpi.entries import Entries
from cascade_kpi.errors import Fault, check
from cascade_kpi.targets.targets import Targets

__all__ = ["known", "renumbered", "told"]

ROW = "row"


def told(targets: Targets, entries: Entries, **values: FloatArray) -> Columns:
    """The table that entries of some targets came from, in the order of its rows.

    Returns
    -------
    dict of str to array (m,)
        ``node``, ``kpi``, ``period`` and the values; ``row`` too where rows are
        numbered otherwise than from 0 on, as they are where some were left out.
    """
    order = np.argsort(entries.row, kind="stable")
    names, labels = (
        np.array(each, dtype=object) for each in (targets.kpis.names, targets.periods.labels)
    )
    table: Columns = {
        "node": texts(targets.org.ids[entries.node[order]]),
        "kpi": texts(names[entries.kpi[order]]),
        "period": texts(labels[entries.period[order]]),
        **{name: column[order] for name, column in values.items()},
    }
    rows = entries.row[order]
    if not np.array_equal(rows, np.arange(len(rows))):
        table[ROW] = rows
    return table


def renumbered(entries: Entries, table: Mapping[str, NDArray[Any]], name: str) -> Entries:
    """Entries that were read from such a table, with the rows that it names.

    Raises
    ------
    InputError
        If these are not whole numbers, zero or more, each once.
    """
    if ROW not in table:
        return entries
    rows: IntArray = table[ROW]
    fine = rows.dtype.kind in "iu" and rows.shape == (len(entries),)
    if not fine or (rows < 0).any() or len(np.unique(rows)) < len(rows):
        repair = "number each row once, from 0 on, or leave the column out"
        check([Fault(name, "rows that are not numbered", repair, column=ROW)])
    return attrs.evolve(entries, row=rows.astype(np.int64)[entries.row])


def known(targets: Targets, table: Mapping[str, NDArray[Any]]) -> Columns:
    """The rows of such a table whose node, KPI and period some targets have."""
    there = targets.org.find(table["node"]) >= 0
    names = {"kpi": targets.kpis.names, "period": targets.periods.labels}
    for column, labels in names.items():
        there &= np.isin(table[column].astype(str), labels)
    out = {name: cells[there] for name, cells in table.items()}
    if not there.all() and ROW not in out:
        out[ROW] = np.flatnonzero(there)
    return out
