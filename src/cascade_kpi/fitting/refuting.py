"""Why three and more margins together cannot be met, though every two of them can.

By the lemma of J. Farkas (1902), margins have no table exactly when there are numbers for their
lines that sum to zero or less in every cell, and to more than zero over what the lines are to
hold: what the lines with positive numbers are to hold is then more than the others leave them.
The numbers are what is left of the margins by the nearest table; C. L. Lawson and R. J. Hanson,
*Solving Least Squares Problems*, 1974, chapter 23. Lines are left out, many at once and then one
by one, as long as the rest has no table either; of those that remain none can be left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["Refutation", "refute"]

_LINES = 400  # lines in all up to which they are looked for
_LARGEST = 12  # number of a line
_LEFT = 1e-9  # of the margins: what is left by less, floats do not tell from nothing

Mask = NDArray[np.bool_]


class Refutation(NamedTuple):
    """Lines that are to hold more than others leave them.

    Attributes
    ----------
    lines : int64 array (k,)
        Positions among the lines of all margins.
    times : int64 array (k,)
        How often each is counted: positive for those that are to hold too much, negative for
        those that leave too little. In every cell they sum to zero or less.
    """

    lines: IntArray
    times: IntArray


def refute(at: IntArray, wanted: FloatArray) -> Refutation | None:
    """The lines that leave the margins no way to be met; None if none are found.

    Parameters
    ----------
    at : int64 array (margins, cells)
        Lines of every cell that may hold something, counted through all margins.
    wanted : float64 array (lines,)
        What they are to hold, above zero.
    """
    if len(wanted) > _LINES:
        return None
    keep = np.ones(len(wanted), dtype=bool)
    left = _left(at, wanted, keep)
    if left is None:
        return None
    keep &= left != 0
    size = max(len(wanted) // 2, 1)
    while True:
        some = np.flatnonzero(keep)
        for chunk in np.split(some, range(size, len(some), size)):
            without = keep.copy()
            without[chunk] = False
            fewer = _left(at, wanted, without)
            if fewer is not None:
                keep, left = without & (fewer != 0), fewer
        if size == 1:
            return _in_whole_numbers(at, wanted, np.where(keep, left, 0.0))
        size //= 2


def _left(at: IntArray, wanted: FloatArray, keep: Mask) -> FloatArray | None:
    """Numbers of lines that prove that some of them cannot be met; None if they can be."""
    if not keep.any():
        return None
    cells = _distinct(at, keep)
    scale = np.append(np.where(keep, 1.0 / wanted, 0.0), 0.0)
    goal = np.append(np.where(keep, 1.0, 0.0), 0.0)
    table, held = np.zeros(cells.shape[1]), np.zeros(cells.shape[1], dtype=bool)
    rest = goal
    for _ in range(3 * len(wanted) if cells.size else 0):
        steep = np.where(held, -np.inf, (scale * rest)[cells].sum(axis=0))
        size = np.sqrt((scale**2)[cells].sum(axis=0))
        more = int((steep / np.where(size > 0, size, 1.0)).argmax())
        if not steep[more] > _LEFT * size[more]:
            break
        held[more] = True
        table = _nearest(cells, scale, goal, table, held)
        held &= table > 0
        rest = goal - scale * np.bincount(
            cells.ravel(), np.broadcast_to(table, cells.shape).ravel(), len(scale)
        )
    numbers = (scale * rest)[:-1]
    proof = float(rest[:-1][keep].sum()) > _LEFT * len(wanted)
    return np.where(np.abs(rest[:-1]) > _LEFT, numbers, 0.0) if proof else None


def _distinct(at: IntArray, keep: Mask) -> IntArray:
    """The lines of cells, one for all that are in the same of those kept; none is the last."""
    lines = np.where(keep[at], at, len(keep))
    return np.unique(lines[:, (lines < len(keep)).any(axis=0)], axis=1)


def _nearest(
    cells: IntArray, scale: FloatArray, goal: FloatArray, table: FloatArray, held: Mask
) -> FloatArray:
    """The nearest table of some cells, from one that holds nothing in the last of them."""
    while True:
        some = np.flatnonzero(held)
        parts = np.zeros((len(scale), len(some)))
        for lines in cells[:, some]:
            np.add.at(parts, (lines, np.arange(len(some))), scale[lines])
        best = np.zeros(len(table))
        best[some] = np.linalg.lstsq(parts, goal, rcond=None)[0]
        below = held & (best <= 0)
        if not below.any():
            return best
        step = float((table[below] / np.maximum(table[below] - best[below], 1e-300)).min())
        table = table + step * (best - table)
        held &= ~(below & (table <= 1e-14 * table.max(initial=0.0)))
        table = np.where(held, table, 0.0)


def _in_whole_numbers(at: IntArray, wanted: FloatArray, numbers: FloatArray) -> Refutation | None:
    """Small whole numbers in the same proportions, if they still prove it."""
    some = np.flatnonzero(numbers)
    if not some.size:
        return None
    parts = numbers[some] / np.abs(numbers[some]).min()
    for by in range(1, _LARGEST + 1):
        times = np.rint(parts * by)
        if np.abs(times - parts * by).max() > 0.01 * by or np.abs(times).max() > _LARGEST:
            continue
        every = np.zeros(len(wanted))
        every[some] = times
        over = float(every @ wanted)
        if every[at].sum(axis=0).max(initial=0.0) <= 0 and over > _LEFT * float(
            np.abs(every) @ wanted
        ):
            return Refutation(some, times.astype(np.int64))
    return None
