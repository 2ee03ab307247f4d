"""Targets of several sides in one unit: whole lots of one size, or floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import InputError
from cascade_kpi.kpis.lots import LARGEST, Lot
from cascade_kpi.targets.amounts import NO_LOTS, Amounts, Lots

__all__ = ["Counted", "common_lot"]

_DIGITS = 80  # more than two lots have together


def common_lot(lots: Sequence[Lot]) -> Lot | None:
    """The largest lot of which all are whole multiples; None if it is too small to count in.

    Examples
    --------
    >>> common_lot([Lot("0.3"), Lot("0.02")])
    Lot(size='0.02')
    """
    size = lots[0].exact
    for lot in lots[1:]:
        other = lot.exact
        top = math.gcd(size.numerator * other.denominator, other.numerator * size.denominator)
        size = Fraction(top, size.denominator * other.denominator)
    with localcontext() as context:
        context.prec = _DIGITS
        text = f"{Decimal(size.numerator) / Decimal(size.denominator):f}"
    try:
        return Lot(text)
    except InputError:
        return None


@frozen(eq=False)
class Counted:
    """Numbers of several sides, each int64 lots or float64 amounts, of one shape.

    Attributes
    ----------
    lot : Lot or None
        What is counted; None for amounts.
    sides : tuple of array (p, u)
        Zero where there is nothing.
    there : tuple of bool array (p, u)
        Where there is something.
    """

    lot: Lot | None
    sides: tuple[FloatArray | IntArray, ...]
    there: tuple[NDArray[np.bool_], ...]

    @classmethod
    def of(cls, columns: Sequence[Lots | Amounts]) -> Counted:
        """Several sides in whole lots if all are and that can be, else in amounts."""
        there = tuple(~np.isnan(column.values) for column in columns)
        counted = [column for column in columns if isinstance(column, Lots)]
        lot = common_lot([c.lot for c in counted]) if len(counted) == len(columns) else None
        if lot is not None:
            sides = [_in_lots(column, lot) for column in counted]
            whole = [side for side in sides if side is not None]
            if len(whole) == len(sides):
                return cls(lot, tuple(whole), there)
        amounts = [np.where(t, c.values, 0.0) for t, c in zip(there, columns, strict=True)]
        return cls(None, tuple(amounts), there)

    def values(self, differences: FloatArray | IntArray) -> FloatArray:
        """Differences of sides in KPI units."""
        if self.lot is None:
            return np.asarray(differences, dtype=np.float64)
        return self.lot.values(np.asarray(differences, dtype=np.int64))


def _in_lots(column: Lots, lot: Lot) -> IntArray | None:
    """Counts of a smaller lot, zero where there is none; None where they are too many."""
    times = int(column.lot.exact / lot.exact)
    counts = np.where(column.counts == NO_LOTS, 0, column.counts)
    if times > 1 and np.abs(counts).max(initial=0) >= LARGEST // times:
        return None
    return counts * times
