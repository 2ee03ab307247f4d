"""Numbers in groups, sorted once for all groups together."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["NEAR", "Groups"]

NEAR = 1e-9
"""Numbers that lie no further apart than this differ by rounding alone."""


@frozen(eq=False)
class Groups:
    """Numbers in groups, those of a group together and ascending.

    Attributes
    ----------
    values : float64 array (m,)
    counts : int64 array (g,)
        How many each group has, one or more.
    order : int64 array (m,)
        Where each number stood in what the groups were made of.
    names : int64 array (g,)
        The code of each group, ascending.
    """

    values: FloatArray
    counts: IntArray
    order: IntArray
    names: IntArray

    @classmethod
    def of(cls, values: FloatArray, codes: IntArray) -> Groups:
        """The groups of numbers by their codes; absent numbers and negative codes are left out.

        Examples
        --------
        >>> import numpy as np
        >>> groups = Groups.of(np.array([3.0, 1.0, 2.0, np.nan]), np.array([1, 0, 1, 1]))
        >>> groups.values, groups.counts
        (array([1., 2., 3.]), array([1, 2]))
        """
        there = np.flatnonzero((codes >= 0) & ~np.isnan(values))
        order = there[np.lexsort((values[there], codes[there]))]
        names, counts = np.unique(codes[order], return_counts=True)
        return cls(values[order], counts.astype(np.int64), order, names.astype(np.int64))

    def __len__(self) -> int:
        return len(self.counts)

    @cached_property
    def begins(self) -> IntArray:
        """Where each group begins among the values, int64 (g,)."""
        return np.asarray(np.cumsum(self.counts) - self.counts)

    @cached_property
    def members(self) -> IntArray:
        """The group of each value, int64 (m,)."""
        return np.repeat(np.arange(len(self)), self.counts)

    @cached_property
    def medians(self) -> FloatArray:
        """The median of each group, float64 (g,)."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> FloatArray:
        """The quantile of each group, interpolated linearly, float64 (g,).

        Type 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical
        packages", *The American Statistician* 50 (1996).
        """
        place = share * (self.counts - 1)
        below = np.floor(place).astype(np.int64)
        low = self.values[self.begins + below]
        high = self.values[self.begins + np.minimum(below + 1, self.counts - 1)]
        part = place - below
        # Halves of each, not of the difference, which need not be finite; equal ones as they are.
        between = low * (1.0 - part) + high * part
        return np.asarray(np.where(low == high, low, between), dtype=np.float64)

    def sums(self) -> FloatArray:
        """The sum of each group, float64 (g,)."""
        sums = np.zeros(len(self))
        if len(self):
            np.add.reduceat(self.values, self.begins, out=sums)
        return sums

    def apart(self) -> Groups:
        """How far each lies from the median of its group, sorted anew.

        What lies no further than 1e-9 does not lie apart.
        """
        far = np.abs(self.values - self.medians[self.members])
        far = np.where(far <= NEAR, 0.0, far)
        order = np.lexsort((far, self.members))
        return Groups(far[order], self.counts, self.order[order], self.names)
