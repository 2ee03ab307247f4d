"""Which ratings of a relation are left out before their mean is taken."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import as_number, not_numbers, not_whole
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Drop", "DropShare", "KeepAll", "Trim"]

_MOST = 10**9
_NEAR = 1e-9  # a share of a count that is whole but for rounding is whole


@runtime_checkable
class Trim(Protocol):
    """Which ratings are kept, by their rank among those of one relation.

    See :func:`cascade_kpi.testing.check_trim` for the laws.
    """

    def __call__(self, ranks: IntArray, counts: IntArray) -> NDArray[np.bool_]:
        """Whether each rating is kept, bool (m,); at least one of every relation is.

        Parameters
        ----------
        ranks : int64 array (m,)
            The place of each in ascending order, 0 for the lowest.
        counts : int64 array (m,)
            How many ratings its relation has, one or more.
        """
        ...


@record("cascade_kpi/rating.keep_all")
@frozen
class KeepAll:
    """All ratings are kept."""

    def __call__(self, ranks: IntArray, counts: IntArray) -> NDArray[np.bool_]:
        """True throughout."""
        return np.ones(ranks.shape, dtype=bool)


def _inner(
    ranks: IntArray, counts: IntArray, low: IntArray, high: IntArray, least: int
) -> NDArray[np.bool_]:
    """All but so many at either end; all where fewer than the least would be left."""
    enough = counts - low - high >= least
    inside = (ranks >= low) & (ranks < counts - high)
    return np.asarray(inside | ~enough, dtype=bool)


@record("cascade_kpi/rating.drop")
@frozen
class Drop:
    """The lowest and the highest ratings are dropped, so many of each.

    Parameters
    ----------
    low, high : int
        How many at each end, zero or more.
    leave : int
        Where fewer would be left nobody is dropped, 1 or more.

    Examples
    --------
    >>> ranks = np.arange(5)
    >>> Drop(1)(ranks, np.full(5, 5)).tolist()
    [False, True, True, True, False]
    >>> Drop(1, leave=4)(ranks, np.full(5, 5)).tolist()
    [True, True, True, True, True]
    """

    low: int = 1
    high: int = field()
    leave: int = field(default=1, kw_only=True)

    @high.default
    def _as_many(self) -> int:
        return self.low

    def __attrs_post_init__(self) -> None:
        ends = not_whole("drop", 0, _MOST, low=self.low, high=self.high)
        check(ends + not_whole("drop", 1, _MOST, leave=self.leave))

    def __call__(self, ranks: IntArray, counts: IntArray) -> NDArray[np.bool_]:
        """All but the ends."""
        return _inner(ranks, counts, np.array(self.low), np.array(self.high), self.leave)


@record("cascade_kpi/rating.drop_share")
@frozen
class DropShare:
    """A share of the ratings is dropped at either end, rounded down: the trimmed mean.

    Parameters
    ----------
    share : float
        At each end, from 0 to below 0.5.
    leave : int
        Where fewer would be left nobody is dropped, 1 or more.

    Examples
    --------
    >>> DropShare(0.2)(np.arange(5), np.full(5, 5)).tolist()
    [False, True, True, True, False]
    """

    share: float = field(converter=as_number)
    leave: int = field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("drop share", share=self.share)
        if not faults and not 0 <= self.share < 0.5:
            repair = "drop less than half at each end"
            faults.append(Fault("drop share", "not from 0 to below 0.5", repair, column="share",
                                value=self.share))  # fmt: skip
        check(faults + not_whole("drop share", 1, _MOST, leave=self.leave))

    def __call__(self, ranks: IntArray, counts: IntArray) -> NDArray[np.bool_]:
        """All but the ends."""
        ends = np.floor(self.share * counts + _NEAR).astype(np.int64)
        return _inner(ranks, counts, ends, ends, self.leave)
