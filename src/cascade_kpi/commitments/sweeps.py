"""Least squares under the sums of a tree, in two sweeps: the kernel of reconciling.

Every node states a demand y of weight w, or none (w = 0), and the children of a parent sum to it,
or to a stated multiple of it. What minimises Σ w·(x − y)² is found as in Gaussian elimination along
the tree, which is the Kalman filter's gain at every parent: upward, what lies below a node is
summed up by the total m that it would like best and by its leeway v, one over the weight of that
wish; downward, what a parent has more or less than its children would like is shared by their
leeway. It equals S (SᵀWS)⁻¹ SᵀW y, the generalised least squares of G. Athanasopoulos and others,
*European Journal of Operational Research* 262, 2017, without any matrix.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.org.bands import Band, added
from cascade_kpi.org.layout import Layout

__all__ = ["Stated", "Swept", "handed", "lifted", "met", "optimum", "shares_of", "sweep"]

_PLAIN = 2.0**50  # below, one is more than a rounding error beside it

Mask = NDArray[np.bool_]


def met(
    first: FloatArray, trust: FloatArray, other: FloatArray, belief: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Two demands at one node as one: their weighted mean, and the sum of their weights.

    What has no weight may be NaN.
    """
    weight = trust + belief
    with np.errstate(invalid="ignore"):
        part = np.where(np.isinf(belief), 1.0, belief / np.where(weight > 0, weight, 1.0))
        part = np.where(np.isinf(trust), 0.0, part)
        both = first + part * (other - first)
    value = np.where(part == 0.0, first, np.where(part == 1.0, other, both))
    return np.where(weight > 0, value, 0.0), weight


def lifted(
    value: FloatArray, weight: FloatArray, below: FloatArray, leeway: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What a node would like best, with what is below it.

    Parameters
    ----------
    value, weight : float64 arrays
        The node's own demand; infinite weight if it is certain.
    below, leeway : float64 arrays
        What its children would like it to have, and their leeway; infinite if
        nothing binds them.

    Returns
    -------
    best, leeway, gain : float64 arrays
        `gain` is the part of the own demand in `best`.
    """
    product = weight * leeway  # 0·∞ is not a number, and no gain
    more = 1.0 + product
    gain = product / more
    best = below + gain * (value - below)
    left = leeway / more
    if product.min(initial=1.0) > 0.0 and product.max(initial=1.0) < _PLAIN:
        return best, left, gain
    kept = np.isinf(product)
    odd = np.isnan(product)
    gain[kept], gain[odd] = 1.0, 0.0
    best = below + gain * (value - below)
    np.copyto(best, value, where=gain == 1.0)
    np.copyto(left, 1.0 / weight, where=kept)
    nothing = weight == 0
    np.copyto(left, leeway, where=nothing)
    # Certain above what is certain: they agree, or it was refused.
    np.copyto(left, 0.0, where=(leeway == 0) | np.isposinf(weight))
    return best, left, gain


def handed(has: FloatArray, below: FloatArray, best: FloatArray, share: FloatArray) -> FloatArray:
    """What children get: what they would like, and their share of what is over or lacking.

    Parameters
    ----------
    has, below : float64 arrays (groups,)
        What the parent has for them, and what they would like together.
    best, share : float64 arrays (span, groups)
    """
    return np.asarray(best + share * (has - below))


@frozen(eq=False)
class Stated:
    """What the nodes of a tree demand, in sweep order.

    Attributes
    ----------
    value, weight : float64 array (n,)
        Demands, zero where there is none; weights zero or more, infinite if certain.
    claim : float64 array (n,), or None
        By which children that nothing binds divide what is left to them.
    ends : bool array (n,), or None
        Inner nodes with nobody below who takes part; who takes no part is
        certain of zero.
    factor : float64 array (n,), or None
        How many times a node its children sum to; once if it is None.
    """

    value: FloatArray
    weight: FloatArray
    claim: FloatArray | None = None
    ends: Mask | None = None
    factor: FloatArray | None = None

    def factors(self, band: Band) -> FloatArray | float:
        """How many times each parent the children of a band sum to."""
        return 1.0 if self.factor is None else np.asarray(self.factor[band.above])

    @property
    def settles_all(self) -> bool:
        """Whether every node demands something, so that nothing is left to claims."""
        return bool(self.weight.min(initial=1.0) > 0.0)


@frozen(eq=False)
class _Summed:
    """A tree after the sweep up, in sweep order.

    Attributes
    ----------
    best, leeway : float64 array (n,)
        What lies at and below a node sums up to; infinite leeway if nothing binds it.
    together, way : float64 array (groups,)
        What the children of a parent would like together, and their leeway.
    """

    best: FloatArray
    leeway: FloatArray
    together: FloatArray
    way: FloatArray


@frozen(eq=False)
class Swept:
    """A tree after both sweeps, in sweep order.

    Attributes
    ----------
    best, leeway : float64 array (n,)
        What lies at and below a node sums up to; infinite leeway if nothing binds it.
    together, way : float64 array (groups,)
        What the children of a parent would like together, and their leeway.
    found : float64 array (n,)
        The optimum; NaN where no demand settles it.
    """

    layout: Layout
    stated: Stated
    best: FloatArray
    leeway: FloatArray
    together: FloatArray
    way: FloatArray
    found: FloatArray

    @cached_property
    def below(self) -> FloatArray:
        """What the children of a node would like together, (n,), zero for leaves."""
        below = np.zeros(len(self.best))
        below[self.layout.above] = self.together
        return below

    @cached_property
    def gain(self) -> FloatArray:
        """The part of a node's own demand in its best, (n,)."""
        gain = np.where(self.stated.weight == 0, 0.0, 1.0)  # of a leaf
        with np.errstate(divide="ignore", invalid="ignore"):
            for band in self.layout.bands_up():
                told = self.together[band.groups], self.way[band.groups]
                gain[band.above] = _lifted(self.stated, band, *told)[2]
        return gain

    @cached_property
    def share(self) -> FloatArray:
        """The part that a child gets of what its parent has beyond `together`, (n,)."""
        share = np.zeros(len(self.best))
        with np.errstate(divide="ignore", invalid="ignore"):
            for band in self.layout.bands_down():
                way = self.way[band.groups]
                band.part(share)[:] = _shares(band, self.leeway, way, self.stated.claim)
        return share


def sweep(layout: Layout, stated: Stated) -> Swept:
    """The least weighted squared adjustment under which every sum holds, and the way to it.

    Parameters
    ----------
    layout : Layout
    stated : Stated
        Certain demands that conflict, and claims that are all zero where
        something is left, are told before or after by whoever asks.
    """
    summed = _up(layout, stated)
    found = summed.best.copy()
    _down(layout, stated, summed, found)
    return Swept(layout, stated, summed.best, summed.leeway, summed.together, summed.way, found)


def optimum(layout: Layout, stated: Stated) -> FloatArray:
    """What :func:`sweep` finds, (n,), in sweep order; nothing else is kept."""
    summed = _up(layout, stated)
    _down(layout, stated, summed, summed.best)
    return summed.best


def _up(layout: Layout, stated: Stated) -> _Summed:
    together, way = np.empty(len(layout.parents)), np.empty(len(layout.parents))
    with np.errstate(divide="ignore", invalid="ignore"):
        # A leaf is a node below which nothing binds: its own demand is all there is.
        leeway, best = 1.0 / stated.weight, stated.value.copy()
        for band in layout.bands_up():
            likes, ways = band.sums(band.part(best)), band.sums(band.part(leeway))
            together[band.groups], way[band.groups] = likes, ways
            best[band.above], leeway[band.above], _ = _lifted(stated, band, likes, ways)
    return _Summed(best, leeway, together, way)


def _lifted(
    stated: Stated, band: Band, likes: FloatArray, ways: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What the parents of a band would like best."""
    above = band.above
    if stated.ends is not None:
        ways = np.where(stated.ends[above], np.inf, ways)
    if stated.factor is not None:
        factor = stated.factor[above]
        likes, ways = likes / factor, ways / (factor * factor)
    return lifted(stated.value[above], stated.weight[above], likes, ways)


def _down(layout: Layout, stated: Stated, summed: _Summed, found: FloatArray) -> None:
    """Turn what everybody would like best into what they get, in place."""
    tops = slice(0, len(layout.roots))
    found[tops][np.isposinf(summed.leeway[tops])] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        for band in layout.bands_down():
            over = found[band.above]
            if stated.factor is not None:
                over *= stated.factor[band.above]
            over -= summed.together[band.groups]
            got = _shares(band, summed.leeway, summed.way[band.groups], stated.claim)
            got *= band.each(over)
            likes = band.part(found)
            lost = np.isnan(over)
            if lost.any():  # nothing settles the parent: who is settled keeps what it likes
                free = np.isposinf(band.part(summed.leeway))
                np.copyto(got, np.where(free, np.nan, 0.0), where=band.each(lost))
            likes += got


def _shares(
    band: Band, leeway: FloatArray, way: FloatArray, claim: FloatArray | None
) -> FloatArray:
    """The children's shares of what is over or lacking, a new array shaped as the band is."""
    ways = band.part(leeway)
    if way.min() > 0.0 and way.max() < np.inf:
        return np.asarray(ways / band.each(way))
    claims = None if claim is None else band.lined(band.part(claim), 0.0)
    return np.asarray(band.unlined(shares_of(band.lined(ways, 0.0), way, claims)))


def shares_of(ways: FloatArray, way: FloatArray, claims: FloatArray | None) -> FloatArray:
    """The children's shares of what is over or lacking, float64 (span, groups).

    By leeway; where nothing binds some of them, these alone share it, by claim.

    Parameters
    ----------
    ways : float64 array (span, groups)
        The children's leeway.
    way : float64 array (groups,)
        Its sum.
    claims : float64 array (span, groups), or None
        Equal if there are none.
    """
    shares = ways / way
    shares[:, way == 0] = 0.0
    loose = np.isposinf(way)
    if loose.any():
        free = np.isposinf(ways[:, loose])
        mine = np.ones(ways.shape) if claims is None else claims
        shares[:, loose] = _by_claim(mine[:, loose], free)
    return np.asarray(shares)


def _by_claim(claims: FloatArray, free: Mask) -> FloatArray:
    """The shares of those whom nothing binds, in proportion to their claims."""
    mine = np.where(free, claims, 0.0)
    scaled = mine / np.maximum(mine.max(axis=0), 1e-300)  # their sum is then finite
    total = added(scaled)
    return np.asarray(scaled / np.where(total > 0, total, 1.0))
