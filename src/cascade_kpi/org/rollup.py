"""Aggregation over children and over subtrees: the numpy kernels and their face.

The order of a sum is fixed: the children's values one after another in sibling
order, then the node's own value. Every kernel here keeps it, so that a sum has
the same bits whichever kernel made it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, refuse_overflow
from cascade_kpi.errors import Fault, check
from cascade_kpi.missing import Missing, as_missing
from cascade_kpi.org.layout import Block, Layout

if TYPE_CHECKING:
    from cascade_kpi.org.tree import OrgTree

__all__ = [
    "CHILDREN",
    "SUBTREES",
    "Combine",
    "Rollup",
    "Scope",
    "add_present",
    "fold_children",
    "fold_subtrees",
    "sweep_children",
    "sweep_subtrees",
]

Combine = Callable[[FloatArray, FloatArray, FloatArray], object]
"""Combines two arrays into the third: ``np.add``, ``np.fmin``, :func:`add_present`."""

_CHUNK = 32_768  # values of a line that are folded at once: a few of these fit the cache
_WIDE = 64  # a group wider than this, in a block with few groups, is folded along itself


def add_present(a: FloatArray, b: FloatArray, out: FloatArray) -> FloatArray:
    """Sum of what is present: NaN only where both are NaN."""
    gone_a, gone_b = np.isnan(a), np.isnan(b)
    if not (gone_a.any() or gone_b.any()):
        return np.add(a, b, out=out)
    # Adding -0.0 changes no bit of anything; 0.0 would change the sign of a zero.
    np.add(np.where(gone_a, -0.0, a), np.where(gone_b, -0.0, b), out=out)
    np.copyto(out, np.nan, where=gone_a & gone_b)
    return out


def fold_subtrees(layout: Layout, values: FloatArray, combine: Combine) -> FloatArray:
    """Every node's own value combined with those of all its descendants.

    Parameters
    ----------
    layout : Layout
    values : float64 array (n,) or (n, k)
        Own values, rows in preorder.
    combine : callable
        Associative in the mathematical sense; applied in the stated order.

    Returns
    -------
    float64 array, shape of `values`
    """
    with refuse_overflow("values"):
        return sweep_subtrees(layout, values, combine)


def sweep_subtrees(layout: Layout, values: FloatArray, combine: Combine) -> FloatArray:
    """The same, overflow left to whoever asks."""
    out = np.array(values, dtype=np.float64)
    if combine is add_present and not _any_absent(out):
        combine = np.add  # the same sums without looking for absence
    for block in layout.up():
        for begin, end in _chunks(block, out):
            parents = block.parents[begin:end]
            below = _fold_block(block.rows[:, begin:end], out, combine)
            own = out.take(parents, axis=0)
            combine(below, own, own)
            out[parents] = own
    return out


def fold_children(layout: Layout, values: FloatArray, combine: Combine) -> FloatArray:
    """The values of every node's children combined; NaN for a leaf."""
    with refuse_overflow("values"):
        return sweep_children(layout, values, combine)


def sweep_children(layout: Layout, values: FloatArray, combine: Combine) -> FloatArray:
    """The same, overflow left to whoever asks."""
    out = np.full(values.shape, np.nan)
    for block in layout.up():
        for begin, end in _chunks(block, values):
            below = _fold_block(block.rows[:, begin:end], values, combine)
            out[block.parents[begin:end]] = below
    return out


def _any_absent(values: FloatArray) -> bool:
    """Whether anything is NaN; where much is absent, the first look tells."""
    return any(
        bool(np.isnan(values[begin : begin + _CHUNK]).any())
        for begin in range(0, len(values), _CHUNK)
    )


def _chunks(block: Block, values: FloatArray) -> list[tuple[int, int]]:
    groups = block.rows.shape[1]
    step = max(1, _CHUNK // (1 if values.ndim == 1 else values.shape[1]))
    return [(begin, min(begin + step, groups)) for begin in range(0, groups, step)]


def _fold_block(rows: IntArray, values: FloatArray, combine: Combine) -> FloatArray:
    span, groups = rows.shape
    if span > _WIDE and groups < _WIDE:
        return _fold_wide(values[rows], combine)
    total: FloatArray = values.take(rows[0], axis=0)
    if span == 1:
        return total
    line = np.empty_like(total)
    if combine is add_present:
        return _add_lines(rows, values, total, line)
    for siblings in rows[1:]:
        # Rows are known to be in range: "clip" only spares the check, and a copy.
        values.take(siblings, axis=0, out=line, mode="clip")
        combine(total, line, total)
    return total


def _add_lines(
    rows: IntArray, values: FloatArray, total: FloatArray, line: FloatArray
) -> FloatArray:
    """Sums of what is present, looking at each value for its absence once."""
    absent = np.isnan(total)
    np.copyto(total, -0.0, where=absent)  # adding -0.0 changes no bit of anything
    gone = np.empty_like(absent)
    for siblings in rows[1:]:
        values.take(siblings, axis=0, out=line, mode="clip")
        np.isnan(line, out=gone)
        if gone.any():
            np.copyto(line, -0.0, where=gone)
        np.logical_and(absent, gone, out=absent)
        np.add(total, line, out=total)
    np.copyto(total, np.nan, where=absent)
    return total


def _fold_wide(values: FloatArray, combine: Combine) -> FloatArray:
    """The same fold, in the same order, along few but wide groups.

    ``np.add.accumulate`` adds strictly one after another, where
    ``np.add.reduce`` may add in pairs and give other bits.
    """
    if combine is add_present:
        gone = np.isnan(values)
        total: FloatArray = np.add.accumulate(np.where(gone, -0.0, values), axis=0)[-1]
        total[gone.all(axis=0)] = np.nan
        return total
    if isinstance(combine, np.ufunc):
        return np.asarray(combine.accumulate(values, axis=0)[-1])
    total = np.array(values[0])
    for line in values[1:]:
        combine(total, line, total)
    return total


def _columns(org: OrgTree, values: Any, name: str) -> FloatArray:
    masked = isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "fiub"
    array = np.asarray(values.astype(np.float64).filled(np.nan) if masked else values)
    if array.dtype.kind not in "fiub":
        reason = f"numbers are needed, not dtype {array.dtype}"
        check([Fault(name, reason, "pass numeric columns")])
    if array.ndim not in (1, 2) or array.shape[0] != len(org):
        reason = f"shape {array.shape} where ({len(org)},) or ({len(org)}, k) is needed"
        check([Fault(name, reason, "give one row a node, in the tree's own order")])
    array = np.asarray(array, dtype=np.float64)
    if np.isinf(array).any():
        check([Fault(name, "infinite values", "give finite numbers, NaN where absent")])
    return array


def _leaves_need(org: OrgTree) -> NDArray[np.bool_]:
    return org.is_leaf


def _children_need(org: OrgTree) -> NDArray[np.bool_]:
    return np.asarray(org.parent >= 0)


def _subtree_sizes(org: OrgTree) -> IntArray:
    return org.size


def _family_sizes(org: OrgTree) -> IntArray:
    return np.bincount(org.parent[org.parent >= 0], minlength=len(org)).astype(np.int64)


@frozen
class Scope:
    """Which nodes an aggregate is over, and which of them must have a value.

    Attributes
    ----------
    name : str
    fold : callable (layout, values, combine) -> values
    needs : callable (org) -> bool array (n,)
        Nodes whose value, when absent, is missing rather than not there.
    nodes : callable (org) -> int64 array (n,)
        How many nodes the aggregate of each node is over.
    """

    name: str
    fold: Callable[[Layout, FloatArray, Combine], FloatArray]
    needs: Callable[[OrgTree], NDArray[np.bool_]]
    nodes: Callable[[OrgTree], IntArray]


SUBTREES = Scope("subtrees", fold_subtrees, _leaves_need, _subtree_sizes)
"""A node and all its descendants. A leaf without a value is missing; an inner
node without one merely has none of its own, and one that it has counts: a
sales manager's own sales are part of the team's."""

CHILDREN = Scope("children", fold_children, _children_need, _family_sizes)
"""A node's children, without the node. A leaf has none: absent, count 0."""


@frozen
class Rollup:
    """Aggregates of numeric columns, (n,) or (n, k), rows in the tree's order.

    Made by :meth:`~cascade_kpi.OrgTree.over_subtrees` and
    :meth:`~cascade_kpi.OrgTree.over_children`. Each aggregate has the shape of
    `values`; NaN is absent, and `missing` says what becomes of it.
    """

    org: OrgTree = field(repr=False)
    scope: Scope
    missing: Missing = field(default=Missing.RENORMALISE, converter=as_missing)

    def sum(self, values: Any) -> FloatArray:
        """Sums, in the unit of `values`."""
        return self._fold(_columns(self.org, values, "values"), add_present)

    def count(self, values: Any) -> IntArray:
        """How many values are present, int64."""
        return self._present(_columns(self.org, values, "values")).astype(np.int64)

    def mean(self, values: Any) -> FloatArray:
        """Means of the values that stand there, in the unit of `values`.

        Every value has weight one: the mean over a subtree is not the mean of
        the children's means.
        """
        own = self._needed(_columns(self.org, values, "values"))
        count = self._present(own)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(count > 0, self._fold(own, add_present) / count, np.nan)

    def weighted_mean(self, values: Any, weights: Any) -> FloatArray:
        """Weighted means, Σ value·weight / Σ weight, in the unit of `values`.

        Divided last; absent where the weights sum to zero. `weights` has the
        shape of `values` and is zero or more; a value whose weight is absent
        counts as absent.

        Raises
        ------
        InputError
            If a weight is negative, or the shapes differ.
        """
        own, heft = _columns(self.org, values, "values"), _columns(self.org, weights, "weights")
        if own.shape != heft.shape:
            reason = f"shape {heft.shape} beside values of shape {own.shape}"
            check([Fault("weights", reason, "give one weight a value")])
        _refuse(self.org, heft < 0, "weights", "negative", "weights are zero or more")
        own = self._needed(np.where(np.isnan(heft), np.nan, own))
        heft = np.where(np.isnan(own), np.nan, np.where(np.isnan(heft), 1.0, heft))
        with refuse_overflow("values"), np.errstate(invalid="ignore", divide="ignore"):
            top, bottom = self._fold(own * heft, add_present), self._fold(heft, add_present)
            return np.where(bottom > 0, top / bottom, np.nan)

    def min(self, values: Any) -> FloatArray:
        """Least values, in the unit of `values`."""
        return self._fold(_columns(self.org, values, "values"), np.fmin)

    def max(self, values: Any) -> FloatArray:
        """Greatest values, in the unit of `values`."""
        return self._fold(_columns(self.org, values, "values"), np.fmax)

    def _present(self, values: FloatArray) -> FloatArray:
        """How many values are present in the scope of every node, as floats."""
        here = ~np.isnan(values)
        if here.all():
            everything = self.scope.nodes(self.org).astype(np.float64)
            return (
                everything
                if values.ndim == 1
                else np.repeat(everything[:, None], values.shape[1], axis=1)
            )
        counts = self.scope.fold(self.org.layout, here.astype(np.float64), np.add)
        return np.where(np.isnan(counts), 0.0, counts)

    def _fold(self, values: FloatArray, combine: Combine) -> FloatArray:
        own = self._needed(values)
        out = self.scope.fold(self.org.layout, own, combine)
        if self.missing is Missing.HOLD:
            gone = self._absent(own).astype(np.float64)
            out[self.scope.fold(self.org.layout, gone, np.fmax) > 0] = np.nan
        return out

    def _needed(self, values: FloatArray) -> FloatArray:
        """The values as the policy wants them before they are folded."""
        if self.missing is Missing.ZERO:
            return np.where(self._absent(values), 0.0, values)
        if self.missing is Missing.REFUSE:
            repair = "give it a value, or choose another policy"
            _refuse(self.org, self._absent(values), "values", "absent", repair)
        return values

    def _absent(self, values: FloatArray) -> NDArray[np.bool_]:
        needs = self.scope.needs(self.org)
        return np.isnan(values) & (needs if values.ndim == 1 else needs[:, None])


def _refuse(org: OrgTree, bad: NDArray[np.bool_], name: str, reason: str, repair: str) -> None:
    if bad.any():
        rows = np.flatnonzero(bad.reshape(len(org), -1).any(axis=1))
        check([Fault(name, reason, repair, value=node) for node in org.ids[rows].tolist()])
