"""Claims as whole numbers, so that shares of a goal can be compared exactly."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray

__all__ = ["BITS", "whole_claims"]

BITS = 51  # of a group's claims, and of a goal in lots: their remainders are then exact


def whole_claims(claims: FloatArray) -> FloatArray:
    """Claims as whole numbers whose sum in each group is below 2^52.

    Parameters
    ----------
    claims : float64 array (span, groups)
        Finite, zero or more; a column is a sibling group.

    Returns
    -------
    float64 array (span, groups)
        The claims themselves in groups of whole numbers that sum to less than
        2^51; elsewhere the claims times the power of two that gives the
        largest of s claims 51 bits less those of s, rounded half to even.
    """
    with np.errstate(over="ignore"):  # a sum beyond all floats is no small one
        whole = (np.floor(claims) == claims).all(axis=0) & (claims.sum(axis=0) < 2.0**BITS)
    if whole.all():
        return claims
    # By the largest claim and the span: unlike a sum of floats, these are the same
    # in whatever order, and beside whatever other groups, the claims are read.
    bits = BITS - (len(claims) - 1).bit_length()
    largest = claims.max(axis=0)
    exponent = np.where(whole | (largest == 0), 0, bits - np.frexp(largest)[1])
    return np.rint(np.ldexp(claims, exponent))
