"""The cells that may hold something, each by the lines that it is in."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.fitting.margins import Margin

__all__ = ["Lines", "broadcast"]


class Lines(NamedTuple):
    """Lines that are to hold something, counted through all margins, and the cells in them.

    Attributes
    ----------
    at : int64 array (margins, cells)
        Of every cell of the seed above zero that is in no line that is to hold nothing.
    wanted : float64 array (lines,)
        What each is to hold, above zero.
    ends : tuple of int
        Where each margin ends among the lines.
    places : tuple of int64 arrays
        For each margin, positions of its lines in it.
    cells : bool array of the seed's shape
    """

    at: IntArray
    wanted: FloatArray
    ends: tuple[int, ...]
    places: tuple[IntArray, ...]
    cells: NDArray[np.bool_]

    @classmethod
    def of(cls, seed: FloatArray, margins: tuple[Margin, ...]) -> Lines:
        """Of a seed and its margins."""
        cells = seed > 0
        for margin in margins:
            cells &= broadcast(margin.values > 0, margin.axes, seed.ndim)
        where = np.nonzero(cells)
        at = np.empty((len(margins), len(where[0])), dtype=np.int64)
        places, ends = list[IntArray](), list[int]()
        for m, margin in enumerate(margins):
            live = margin.values.ravel() > 0
            number = np.cumsum(live) - 1 + (ends[-1] if ends else 0)
            flat = np.ravel_multi_index([where[a] for a in margin.axes], margin.values.shape)
            at[m] = number[flat]
            places.append(np.flatnonzero(live))
            ends.append(len(places[-1]) + (ends[-1] if ends else 0))
        wanted = np.concatenate(
            [each.values.ravel()[p] for each, p in zip(margins, places, strict=True)]
        )
        return cls(at, wanted, tuple(ends), tuple(places), cells)

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Lines that have a cell, bool (lines,)."""
        return np.bincount(self.at.ravel(), minlength=len(self.wanted)) > 0


def broadcast(values: NDArray[Any], axes: tuple[int, ...], ndim: int) -> NDArray[Any]:
    """Numbers of lines, ready to meet a table of so many axes."""
    shape = [1] * ndim
    for a, n in zip(axes, values.shape, strict=True):
        shape[a] = n
    return values.reshape(shape)
