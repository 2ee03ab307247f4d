"""What every node's plan is to keep to, whatever says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.org.tree import OrgTree

__all__ = ["Budget", "Demands", "Kept"]

Demands = tuple[float | None, float | None, float | None, float | None, float | None]
"""Least and most of a weight, total of a plan, fewest and most goals; None for none."""

_NOTHING: Demands = (None, None, None, None, None)


@frozen(eq=False)
class Kept:
    """What every node's plan is to keep to.

    Attributes
    ----------
    meant : bool array (n,)
        Whose plans are looked at.
    least : float64 array (n,)
        Of a goal's weight; NaN where nothing is demanded.
    most : float64 array (n,)
        Of a goal's weight, likewise.
    total : float64 array (n,)
        Of the plan's weights, likewise.
    fewest, greatest : float64 array (n,)
        Numbers of goals; NaN likewise.
    """

    meant: NDArray[np.bool_]
    least: FloatArray
    most: FloatArray
    total: FloatArray
    fewest: FloatArray
    greatest: FloatArray

    @classmethod
    def of(cls, demands: Sequence[Demands], which: IntArray) -> Kept:
        """What each node keeps to, by the position of its demands, −1 for who is not meant."""
        table = np.array([*demands, _NOTHING], dtype=np.float64)  # the last row is that of none
        return cls(which >= 0, *table[which].T)


@runtime_checkable
class Budget(Protocol):
    """What the weights of all plans are to keep to."""

    def kept(self, org: OrgTree, owned: NDArray[np.bool_]) -> Kept:
        """What every node's plan is to keep to.

        Parameters
        ----------
        owned : bool array (n,)
            Who owns a goal.
        """
        ...
