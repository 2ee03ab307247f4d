"""The lot of a KPI: the smallest amount in which its goals are counted."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["LARGEST", "Lot"]

_DIGITS = 16  # of a lot, before and after the point
_WHOLE = "[0-9]+(?:_[0-9]+)*"
_DECIMAL = re.compile(rf"(?:{_WHOLE}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?")
LARGEST = 1 << 51  # lots of one goal: products with claims then stay exact


def _as_text(size: Any) -> str:
    plain = size.item() if isinstance(size, np.generic) else size
    if isinstance(plain, int) and plain.bit_length() > 1024:
        return hex(plain)  # Python refuses to write thousands of decimal digits
    return plain if isinstance(plain, str) else repr(plain)


@record("cascade_kpi/lot")
@frozen
class Lot:
    """An exact amount, in the unit of its KPI.

    A lot of 0.01 is one hundredth, not the binary float nearest to it: n lots
    are n divided by 100, rounded once.

    Parameters
    ----------
    size : str, int, float
        A decimal number above zero, such as ``"0.01"`` or ``1_000``.

    Examples
    --------
    >>> Lot("0.01").values(np.array([1, 3]))
    array([0.01, 0.03])
    >>> Lot(1_000).whole(np.array([1_250_000.0, 1_500.0]))
    (array([1250,    0]), array([ True, False]))
    """

    size: str = field(converter=_as_text)

    def __attrs_post_init__(self) -> None:
        exact = Fraction(0)
        if _DECIMAL.fullmatch(self.size):  # Decimal reads the digits of every script
            amount = Decimal(self.size.replace("_", ""))
            if abs(amount.adjusted()) < _DIGITS:  # else a fraction is huge
                exact = Fraction(amount)
        if not 0 < exact < LARGEST or exact.denominator >= LARGEST:
            reason = "a lot is a decimal number above zero"
            check([Fault("lot", reason, "write it as '0.01' or 1000", value=self.size)])

    @property
    def exact(self) -> Fraction:
        """The lot as a fraction."""
        return Fraction(Decimal(self.size.replace("_", "")))

    def values(self, lots: IntArray) -> FloatArray:
        """Amounts of so many lots, float64, each rounded once."""
        exact = self.exact
        values: FloatArray = lots * np.float64(exact.numerator) / np.float64(exact.denominator)
        large = np.abs(lots) > (1 << 53) // exact.numerator  # the product may not be a float
        if exact.denominator > 1 and large.any():
            whole = lots[large].tolist()
            values[large] = [n * exact.numerator / exact.denominator for n in whole]
        return values

    def whole(self, amounts: FloatArray) -> tuple[IntArray, NDArray[np.bool_]]:
        """How many lots each amount is, and whether it is a whole number of them.

        An amount is whole if it is the float nearest to that many lots, which
        is what a table that says 0.07 holds. Where it is not whole, or more
        than 2^51 lots, the first answer is 0.
        """
        exact = self.exact
        with np.errstate(over="ignore"):  # more lots than all floats fit nowhere
            near = np.rint(amounts / np.float64(exact.numerator) * np.float64(exact.denominator))
        fits = np.abs(near) < LARGEST
        lots = np.where(fits, near, 0.0).astype(np.int64)
        fine = fits & (self.values(lots) == amounts)
        return np.where(fine, lots, 0), fine

    def nearest(self, amount: float) -> tuple[float, float]:
        """The amounts just below and just above that are whole lots."""
        lots = Fraction(Decimal(repr(float(amount)))) / self.exact
        below = lots.numerator // lots.denominator
        return float(below * self.exact), float((below + 1) * self.exact)
