"""Ratings as target + rater, by least squares, in components that hang together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.rating.sums import sums_by

__all__ = ["Additive", "components"]

_NEAR = 1e-13
_MOST = 1_000


def components(target: IntArray, rater: IntArray, targets: int, raters: int) -> IntArray:
    """The component of each rater: connected by chains of common targets, int64 (raters,).

    Numbered from 0 in order of their first rater. By hooking each node to the least label
    of its neighbours and halving the paths to it: O(log n) rounds over the ratings.

    Examples
    --------
    >>> components(np.array([0, 0, 1]), np.array([0, 1, 2]), 2, 3).tolist()
    [0, 0, 1]
    """
    label = np.arange(targets + raters)
    other = rater + targets
    while True:
        one, two = label[target], label[other]
        low, high = np.minimum(one, two), np.maximum(one, two)
        apart = np.flatnonzero(low != high)
        if not len(apart):
            break
        np.minimum.at(label, high[apart], low[apart])
        while True:
            above = label[label]
            if np.array_equal(above, label):
                break
            label = above
    own = label[targets:]
    _, first, code = np.unique(own, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(place[code])


@frozen(eq=False)
class Additive:
    """Raters' effects once targets are fitted, and what is left.

    Attributes
    ----------
    component : int64 array (r,)
        Of each rater.
    counts : int64 array (r,)
        Ratings of each.
    effect : float64 array (r,)
        Weighed by counts they sum to zero in each component.
    information : float64 array (r,)
        Ratings of each, less their own part in the targets' means: what is left to tell an
        effect by.
    explained, left : float
        Sum of squares of the effects beyond targets, and of the residuals.
    freedom : tuple of int
        Degrees of freedom of both.
    """

    component: IntArray
    counts: IntArray
    effect: FloatArray
    information: FloatArray
    explained: float
    left: float
    freedom: tuple[int, int]

    @classmethod
    def of(cls, target: IntArray, rater: IntArray, values: FloatArray) -> Additive:
        """The fit of ratings.

        Parameters
        ----------
        target, rater : int64 array (m,)
            From 0, every one of them with a rating. No rater rates a target twice.
        values : float64 array (m,)
        """
        targets, raters = (int(each.max()) + 1 if len(each) else 0 for each in (target, rater))
        component = components(target, rater, targets, raters)
        counts = np.bincount(rater, minlength=raters).astype(np.int64)
        of = np.bincount(target, minlength=targets)
        information = sums_by(rater, 1 - 1 / of[target], raters)
        means = sums_by(target, values, targets) / of
        inside = values - means[target]

        def less_targets(effect: FloatArray) -> FloatArray:
            """What is left of an effect in each rating once targets are fitted."""
            each = effect[rater]
            return np.asarray(each - (sums_by(target, each, targets) / of)[target])

        def normal(effect: FloatArray) -> FloatArray:
            return sums_by(rater, less_targets(effect), raters)

        wanted = sums_by(rater, inside, raters)
        effect = _centred(_solved(normal, wanted, information), counts, component)
        rest = inside - less_targets(effect)
        groups = int(component.max()) + 1 if raters else 0
        freedom = raters - groups, len(values) - targets - raters + groups
        explained = max(float((inside**2).sum()) - float((rest**2).sum()), 0.0)
        return cls(component, counts, effect, information, explained,
                   float((rest**2).sum()), freedom)  # fmt: skip


def _centred(effect: FloatArray, counts: IntArray, component: IntArray) -> FloatArray:
    """Effects less their mean, weighed by counts, in each component."""
    size = int(component.max()) + 1 if len(component) else 0
    top = sums_by(component, np.multiply(counts, effect), size)
    mean = top / sums_by(component, counts.astype(np.float64), size)
    return np.asarray(effect - mean[component])


def _solved(
    normal: Callable[[FloatArray], FloatArray], wanted: FloatArray, scale: FloatArray
) -> FloatArray:
    """The effects by conjugate gradients, each rater scaled by their information.

    The equations are as singular as there are components, and consistent. M. R. Hestenes and
    E. Stiefel, "Methods of conjugate gradients for solving linear systems" (1952).
    """
    inverse = np.where(scale > 1e-9, 1 / np.where(scale > 1e-9, scale, 1.0), 0.0)
    x, r = np.zeros_like(wanted), wanted
    z = inverse * r
    p, rho = z, float((r * z).sum())
    end = _NEAR**2 * rho
    for _ in range(_MOST):
        if not rho > end:
            break
        q = normal(p)
        step = rho / float((p * q).sum())
        x = x + step * p
        r = r - step * q
        z = inverse * r
        rho, before = float((r * z).sum()), rho
        p = z + (rho / before) * p
    return x
