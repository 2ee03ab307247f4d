"""The divisor methods as rules: methods under which a larger goal takes nothing from anybody."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.methods.divisors import (
    ADAMS,
    DEAN,
    HUNTINGTON_HILL,
    JEFFERSON,
    MODIFIED_SAINTE_LAGUE,
    WEBSTER,
    Signpost,
    by_priority,
)
from cascade_kpi.records import record

__all__ = ["Adams", "Dean", "HuntingtonHill", "Jefferson", "ModifiedSainteLague", "Webster"]


@record("cascade_kpi/methods.adams")
@frozen
class Adams:
    """Every share is rounded up: d(k) = k.

    Favours small members most; everybody with a claim gets a lot before anybody gets two.
    """

    signpost: ClassVar[Signpost] = ADAMS

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        return by_priority(self.signpost, lots, claims, low, high)


@record("cascade_kpi/methods.dean")
@frozen
class Dean:
    """Shares are rounded at the harmonic mean: d(k) = 2k(k + 1)/(2k + 1).

    Everybody with a claim gets a lot first.
    """

    signpost: ClassVar[Signpost] = DEAN

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        return by_priority(self.signpost, lots, claims, low, high)


@record("cascade_kpi/methods.huntington_hill")
@frozen
class HuntingtonHill:
    """Shares are rounded at the geometric mean: d(k) = √(k(k + 1)).

    The method of the House of Representatives; everybody with a claim gets a lot first.
    """

    signpost: ClassVar[Signpost] = HUNTINGTON_HILL

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        return by_priority(self.signpost, lots, claims, low, high)


@record("cascade_kpi/methods.webster")
@frozen
class Webster:
    """Shares are rounded to the nearest: d(k) = k + ½.

    Also Sainte-Laguë's; favours neither small members nor large ones.
    """

    signpost: ClassVar[Signpost] = WEBSTER

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        return by_priority(self.signpost, lots, claims, low, high)


@record("cascade_kpi/methods.jefferson")
@frozen
class Jefferson:
    """Every share is rounded down: d(k) = k + 1.

    Also D'Hondt's; favours large members.
    """

    signpost: ClassVar[Signpost] = JEFFERSON

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        return by_priority(self.signpost, lots, claims, low, high)


@record("cascade_kpi/methods.modified_sainte_lague")
@frozen
class ModifiedSainteLague:
    """Webster's method with a first divisor of 0.7: d(0) = 0.7, d(k) = k + ½.

    Used in Norway, and in Sweden until 2014; a first lot is harder to come by.
    """

    signpost: ClassVar[Signpost] = MODIFIED_SAINTE_LAGUE

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        return by_priority(self.signpost, lots, claims, low, high)
