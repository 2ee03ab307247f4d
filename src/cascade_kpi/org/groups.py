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
    """

    names: tuple[str, ...]
    codes: IntArray
    cells: tuple[Any, ...]

    @classmethod
    def of(cls, column: NDArray[Any]) -> Groups:
        """Of a column, array (n,)."""
        keys = column.tolist()
        code: dict[str, int] = {}
        if set(map(type, keys)) == {str}:
            cells = tuple(dict.fromkeys(keys))
            place = {cell: code.setdefault(cell, len(code)) for cell in cells}
        else:
            keys = list(zip(map(type, keys), keys, strict=True))
            told = dict.fromkeys(keys)
            cells = tuple(cell for _, cell in told)
            place = {key: code.setdefault(str(key[1]), len(code)) for key in told}
        codes = np.fromiter(map(place.__getitem__, keys), np.int64, len(keys))
        return cls(tuple(code), lock(codes), cells)
