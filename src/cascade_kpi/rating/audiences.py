"""Who may see which ratings, and what must be hidden lest it be computed back."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import as_texts, members, not_whole
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Audience", "Office", "Ratee", "suppressed"]

Mask = NDArray[np.bool_]
_MOST = 10**9


@runtime_checkable
class Audience(Protocol):
    """How many raters of a relation must have rated for their mean to be shown.

    See :func:`cascade_kpi.testing.check_audience` for the laws.
    """

    def __call__(self, relations: tuple[str, ...]) -> IntArray:
        """The least number of ratings of each relation, int64 (r,).

        Zero for a relation that is open: its raters are named anyway, and single
        ratings are shown.
        """
        ...


@record("cascade_kpi/rating.office")
@frozen
class Office:
    """Who runs the survey: sees everything."""

    def __call__(self, relations: tuple[str, ...]) -> IntArray:
        """Zero throughout."""
        return np.zeros(len(relations), dtype=np.int64)


@record("cascade_kpi/rating.ratee")
@frozen
class Ratee:
    """Who is rated, and whoever reads the result with them.

    Parameters
    ----------
    least : int
        Ratings with which the mean of an anonymous relation is shown, 2 or more.
    named : tuple of str
        Relations whose raters are known anyway. All others are anonymous.

    Examples
    --------
    >>> Ratee()(("customer", "manager", "peer", "self")).tolist()
    [3, 0, 3, 0]
    """

    least: int = 3
    named: tuple[str, ...] = field(default=("self", "manager"), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = not_whole("ratee", 2, _MOST, least=self.least)
        members("ratee", self.named, str, "write each as text", faults, column="named")
        check(faults)

    def __call__(self, relations: tuple[str, ...]) -> IntArray:
        """Zero for those that are named, else the least."""
        least = [0 if name in self.named else self.least for name in relations]
        return np.array(least, dtype=np.int64)


def suppressed(least: IntArray, counts: IntArray, counted: Mask) -> tuple[Mask, Mask]:
    """Which means are hidden, and which scores must be withheld.

    Parameters
    ----------
    least : int64 array (r,)
        Of an audience; zero for open relations.
    counts : int64 array (g, r)
        Ratings of g scores by relation.
    counted : bool array (g, r)
        Which relations a score is made of.

    Returns
    -------
    hidden : bool array (g, r)
    withheld : bool array (g,)

    Examples
    --------
    Two peers are too few; one of three customers' and reports' means goes with them, that of
    the fewest.

    >>> least, counts = np.array([3, 0, 3, 3]), np.array([[6, 1, 2, 4]])
    >>> suppressed(least, counts, counts > 0)
    (array([[False, False,  True,  True]]), array([False]))
    """
    can = least > 0
    hidden = can & (counts > 0) & (counts < least)
    candidates = can & counted & ~hidden
    for _ in range(len(least)):  # relations, each hidden at most once
        unsafe = np.flatnonzero(_tells(least, counts, hidden & counted) & candidates.any(axis=1))
        if not len(unsafe):
            break
        few = np.where(candidates[unsafe], counts[unsafe], np.iinfo(np.int64).max)
        at = few.argmin(axis=1)  # the first by name among the fewest
        hidden[unsafe, at] = True
        candidates[unsafe, at] = False
    return hidden, _tells(least, counts, hidden & counted)


def _tells(least: IntArray, counts: IntArray, secret: Mask) -> Mask:
    """Whether the hidden part of a score is so little that the score tells it, bool (g,)."""
    if not secret.shape[1]:
        return np.zeros(len(secret), dtype=bool)
    together = np.where(secret, counts, 0).sum(axis=1)
    wanted = np.where(secret, least, 0).max(axis=1)
    return np.asarray(together < wanted)  # one alone is hidden because it has fewer
