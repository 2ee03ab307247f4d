"""Intervals of days, many at once: overlaps, cuts, and what covers a day.

Days are int64 counts from 1 January 1970, as numpy's datetime64[D] counts them. Both
ends of an interval belong to it.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = [
    "FAR",
    "FIRST",
    "Segments",
    "as_dates",
    "as_days",
    "cover",
    "cut",
    "expand",
    "overlaps",
    "points",
    "segments",
    "stamp",
]

Mask = NDArray[np.bool_]

FAR = 2_932_896
"""31 December 9999, the last day that there is."""

FIRST = -719_162
"""1 January of the year 1, the first day that there is."""

_BITS = 22  # of a day, from the first to the last


def as_days(dates: NDArray[np.datetime64]) -> IntArray:
    """Dates as days; those that are not there as the last day that there is."""
    return np.where(np.isnat(dates), FAR, dates.astype("datetime64[D]").astype(np.int64))


def as_dates(days: IntArray) -> NDArray[np.datetime64]:
    """Days as dates."""
    return np.asarray(days).astype("datetime64[D]")


def stamp(key: IntArray, day: IntArray) -> IntArray:
    """A key and a day as one number, in the order of keys, then days."""
    return (key << _BITS) + (day - FIRST)


def points(key: IntArray, day: IntArray) -> IntArray:
    """Days at which intervals of a key are to be cut, each once, in order."""
    return np.unique(stamp(key, day))


def expand(counts: IntArray) -> tuple[IntArray, IntArray]:
    """For so many of each: which one it is, and its number among them, int64 (sum,)."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - (np.cumsum(counts) - counts)[which]


def cut(
    key: IntArray, start: IntArray, end: IntArray, at: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Intervals cut before the days of their key.

    Parameters
    ----------
    key, start, end : int64 array (m,)
    at : int64 array
        Of :func:`points`.

    Returns
    -------
    which : int64 array (c,)
        The interval that each piece is of; pieces follow each other as these do.
    start, end : int64 array (c,)

    Examples
    --------
    >>> one = np.array([0])
    >>> cut(one, np.array([1]), np.array([9]), points(np.array([0, 0, 7]), np.array([4, 9, 5])))
    (array([0, 0, 0]), array([1, 4, 9]), array([3, 8, 9]))
    """
    low = np.searchsorted(at, stamp(key, start), "right")
    many = np.searchsorted(at, stamp(key, end), "right") - low
    which, number = expand(many + 1)
    if not len(at):
        return which, start[which], end[which]
    days = (at & ((1 << _BITS) - 1)) + FIRST
    before = np.maximum(low[which] + number - 1, 0)
    after = np.minimum(low[which] + number, len(at) - 1)
    return (
        which,
        np.where(number == 0, start[which], days[before]),
        np.where(number == many[which], end[which], days[after] - 1),
    )


def cover(key: IntArray, start: IntArray, end: IntArray, of: IntArray, day: IntArray) -> IntArray:
    """Which interval covers a day of a key, -1 for none.

    Parameters
    ----------
    key, start, end : int64 array (m,)
        Ordered by key and start; those of one key do not overlap.
    of, day : int64 array (q,)
        What is looked for.
    """
    if not len(key):
        return np.full(len(of), -1)
    last = np.searchsorted(stamp(key, start), stamp(of, day), "right") - 1
    found = np.maximum(last, 0)
    there = (last >= 0) & (key[found] == of) & (end[found] >= day)
    return np.where(there, found, -1)


def overlaps(
    left: tuple[IntArray, IntArray, IntArray], right: tuple[IntArray, IntArray, IntArray]
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Every pair of intervals of the same key that have days in common.

    Parameters
    ----------
    left, right : key, start, end, each int64 array
        Those of `right` ordered by key.

    Returns
    -------
    i, j : int64 array (pairs,)
        Positions in both, ordered by i.
    start, end : int64 array (pairs,)
        The days in common.
    """
    begin = np.searchsorted(right[0], left[0], "left")
    many = np.searchsorted(right[0], left[0], "right") - begin
    i, number = expand(many)
    j = begin[i] + number
    start = np.maximum(left[1][i], right[1][j])
    end = np.minimum(left[2][i], right[2][j])
    both = start <= end
    return i[both], j[both], start[both], end[both]


@frozen(eq=False)
class Segments:
    """Intervals of keys cut where any interval of the key begins or ends.

    Attributes
    ----------
    key, start, end : int64 array (s,)
        Ordered by key and start.
    """

    key: IntArray
    start: IntArray
    end: IntArray

    def lines(self, key: IntArray, start: IntArray, end: IntArray) -> tuple[IntArray, IntArray]:
        """Which intervals, and in which segment, each is a line of, int64 (lines,)."""
        which, begin, _ = cut(key, start, end, stamp(self.key, self.start))
        return which, np.searchsorted(stamp(self.key, self.start), stamp(key[which], begin))

    def sums(self, segment: IntArray, share: FloatArray) -> FloatArray:
        """Sum of the lines' shares in each segment, in their order, float64 (s,)."""
        return np.bincount(segment, share, len(self.key)).astype(np.float64, copy=False)


def segments(
    whole: tuple[IntArray, IntArray, IntArray],
    parts: tuple[IntArray, IntArray, IntArray],
    at: IntArray | None = None,
) -> Segments:
    """The wholes, key, start and end, cut where parts of their key begin or end.

    Parameters
    ----------
    whole : ordered by key and start
    at : int64 array, optional
        Further :func:`points`.
    """
    key, start, end = parts
    edges = points(np.concatenate([key, key]), np.concatenate([start, end + 1]))
    if at is not None:
        edges = np.union1d(edges, at)
    which, begin, stop = cut(*whole, edges)
    return Segments(whole[0][which], begin, stop)
