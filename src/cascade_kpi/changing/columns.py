"""Columns of two trees: what differs, what follows from leaves, and columns halfway."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.judging.history import summed
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.tables import read
from cascade_kpi.tables.cells import is_blank

__all__ = ["differ", "follows", "halfway", "resummed"]

_NEAR = 1e-9  # a total beside its parts agrees within this, relative to their sum

Mask = NDArray[np.bool_]


def differ(before: NDArray[Any], after: NDArray[Any]) -> Mask:
    """Which cells differ; blank ones, however they are written, do not."""
    if before.dtype.kind in "fiu" and after.dtype.kind in "fiu":
        return np.asarray((before != after) & ~(np.isnan(before) & np.isnan(after)))
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    return np.fromiter((_unlike(a, b) for a, b in pairs), dtype=bool, count=len(before))


def _unlike(a: object, b: object) -> bool:
    if a is b:
        return False
    gone = is_blank(a), is_blank(b)
    if any(gone):
        return not all(gone)
    return bool(a != b)


def _numbers(org: OrgTree, column: str) -> FloatArray | None:
    """A column as numbers; None where it is not there, or not of numbers."""
    if column not in org.columns:
        return None
    cells = org.columns[column]
    if cells.dtype.kind not in "fiu":
        first = next((cell for cell in cells.tolist() if not is_blank(cell)), None)
        faults: list[Fault] = []
        if first is not None:  # one cell tells of most columns that they are of text
            read({column: [first]}, name="units").numbers(column, faults)
        if first is None or faults:
            return None
    try:
        return org.numbers(column)
    except InputError:
        return None


def follows(org: OrgTree, column: str) -> Mask:
    """Which cells are the sum over the leaves below them, bool (n,)."""
    given = _numbers(org, column)
    if given is None:
        return np.zeros(len(org), dtype=bool)
    below = summed(org, given)
    with np.errstate(invalid="ignore"):
        near = np.abs(given - below) <= _NEAR * np.abs(below)
    return np.asarray(near & ~org.is_leaf)


def resummed(org: OrgTree, column: str, cells: NDArray[Any], sums: Mask) -> NDArray[Any]:
    """Cells of a column, (n,), where some are made the sum over the leaves anew."""
    if not sums.any():
        return cells
    faults: list[Fault] = []
    below = summed(org, read({column: cells}, name="units").numbers(column, faults))
    out = cells.astype(object) if cells.dtype.kind != "f" else cells.copy()
    rows = np.flatnonzero(sums)
    totals = below[rows]
    out[rows] = [None if v != v else v for v in totals.tolist()] if out.dtype == object else totals
    return out


def halfway(tree: OrgTree, other: OrgTree, column: str) -> NDArray[Any]:
    """A column of another tree for the nodes of this one.

    Nodes that are not there, or that are a leaf in one of the trees only, keep
    their own cells; sums over leaves are made anew.
    """
    found = other.find(tree.ids)
    usable = found >= 0
    usable[usable] = tree.is_leaf[usable] == other.is_leaf[found[usable]]
    own = tree.columns.get(column)
    theirs = other.columns[column]
    plain = own is not None and own.dtype == theirs.dtype
    out: NDArray[Any] = np.full(len(tree), None, dtype=theirs.dtype if plain else object)
    if own is not None:
        out[~usable] = own[~usable]
    out[usable] = theirs[found[usable]]
    sums = np.zeros(len(tree), dtype=bool)
    sums[usable] = follows(other, column)[found[usable]]
    if own is not None:
        sums[~usable] = follows(tree, column)[~usable]
    return resummed(tree, column, out, sums & ~tree.is_leaf)
