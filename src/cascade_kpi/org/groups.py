"""Nodes grouped by what a column of the tree says."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray, lock

__all__ = ["Groups"]


@frozen(eq=False)
class Groups:
    """The groups that a column makes, each named by the text of its cells.

    Attributes
    ----------
    names : tuple of str
        Each once, in order of first appearance in preorder.
    codes : int64 array (n,)
        Position of each node's group in `names`.
    cells : tuple
        The first of all cells that differ, in the same order; 1 is not true, nor "1".
    cell_codes : int64 array (n,)
        Position of each node's cell in `cells`.
    """

    names: tuple[str, ...]
    codes: IntArray
    cells: tuple[Any, ...]
    cell_codes: IntArray

    @classmethod
    def of(cls, column: NDArray[Any]) -> Groups:
        """Of a column, array (n,)."""
        keys = column.tolist()
        if set(map(type, keys)) == {str}:
            place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
            cells = tuple(place)
        else:
            keys = list(zip(map(type, keys), keys, strict=True))
            place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
            cells = tuple(cell for _, cell in place)
        cell_codes = lock(np.fromiter(map(place.__getitem__, keys), np.int64, len(keys)))
        code: dict[str, int] = {}
        group = np.array([code.setdefault(str(cell), len(code)) for cell in cells], np.int64)
        codes = cell_codes if len(code) == len(cells) else lock(group[cell_codes])
        return cls(tuple(code), codes, cells, cell_codes)
