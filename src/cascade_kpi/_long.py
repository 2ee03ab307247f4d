"""Long tables of a stage: one row for each period, KPI and node that has something to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "keys", "long_table", "present", "same", "texts", "totals_table"]

Columns: TypeAlias = "dict[str, NDArray[Any]]"
"""Names of columns to arrays of one length."""

PerKpi: TypeAlias = "Sequence[NDArray[Any] | None]"
"""One array (p, n) a KPI; None for a KPI that has no such number."""

_ALL = slice(None)


def texts(values: Iterable[str] | NDArray[Any]) -> NDArray[Any]:
    """Texts as a column: objects, but typed text where there are none.

    Frames tell the type of objects by looking at them; of none they make objects.
    """
    column = values if isinstance(values, np.ndarray) else np.array(list(values), dtype=object)
    return column if len(column) or column.dtype != object else np.zeros(0, dtype=np.str_)


def keys(values: Sequence[Any]) -> NDArray[Any]:
    """Ids or names as a column: texts, or int64 where all are whole numbers."""
    return texts(values) if any(isinstance(v, str) for v in values) else np.array(values, np.int64)


def same(labels: Iterable[str], counts: Sequence[int]) -> NDArray[Any]:
    """Each label so many times, as a column of text."""
    return texts(np.repeat(np.array(list(labels), dtype=object), counts))


def present(*columns: PerKpi) -> list[NDArray[np.bool_]]:
    """Per KPI, where any of the columns has a number, bool (p, n)."""
    out = []
    for arrays in zip(*columns, strict=True):
        first, *others = [~np.isnan(array) for array in arrays if array is not None]
        for other in others:
            first |= other
        out.append(first)
    return out


def long_table(
    ids: NDArray[Any],
    periods: Sequence[str],
    kpis: Sequence[tuple[str, str]],
    says: Sequence[NDArray[np.bool_]],
    columns: Mapping[str, PerKpi],
) -> Columns:
    """Arrays (periods, nodes) of every KPI as one table in the long form.

    Parameters
    ----------
    ids : array (n,)
        Ids of the nodes, in the tree's own order.
    periods : sequence of str
    kpis : sequence of (name, unit)
    says : sequence of bool array (p, n)
        Per KPI, where there is a row.
    columns : mapping of str to sequence of arrays (p, n), or None
        Per column and KPI, the numbers; NaN throughout for None.

    Returns
    -------
    dict of str to array (m,)
        ``node``, ``kpi``, ``period``, ``unit``, and the columns; by period, then KPI,
        then node. The arrays are new.
    """
    blocks = [(p, k) for p in range(len(periods)) for k in range(len(kpis))]
    # A slice where everybody has a row: taking all of an array is cheaper than picking it.
    rows = [_ALL if says[k][p].all() else np.flatnonzero(says[k][p]) for p, k in blocks]
    nodes = [ids[part] for part in rows]
    counts = list(map(len, nodes))
    table = {
        "node": texts(np.concatenate(nodes)),
        "kpi": same([kpis[k][0] for _, k in blocks], counts),
        "period": same([periods[p] for p, _ in blocks], counts),
        "unit": same([kpis[k][1] for _, k in blocks], counts),
    }
    for name, arrays in columns.items():
        pieces = [
            np.full(count, np.nan) if (array := arrays[k]) is None else array[p][part]
            for (p, k), part, count in zip(blocks, rows, counts, strict=True)
        ]
        table[name] = np.concatenate(pieces)
    return table


def totals_table(
    ids: NDArray[Any],
    periods: Sequence[str],
    says: NDArray[np.bool_],
    columns: Mapping[str, NDArray[Any]],
) -> Columns:
    """Arrays (periods, nodes) as one table: ``node``, ``period``, columns; by period, then node.

    `says` is where there is a row, bool (p, n).
    """
    at, nodes = np.nonzero(says)
    own = {name: values[at, nodes] for name, values in columns.items()}
    counts = np.bincount(at, minlength=len(periods)).tolist()
    return {"node": texts(ids[nodes]), "period": same(periods, counts), **own}
