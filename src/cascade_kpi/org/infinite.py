"""Numbers that are too large for a float, told by the node at which they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.org.rollup import Combine, fold_subtrees, sweep_subtrees
from cascade_kpi.org.tree import OrgTree

__all__ = ["finite_array", "finite_rolled", "infinite"]


def infinite(
    source: str, what: str, org: OrgTree, labels: Sequence[str], values: FloatArray
) -> list[Fault]:
    """A fault for each period in which something is infinite, at the last such node.

    The last in preorder has no other below it: in a sweep up, it is where it arose.

    Parameters
    ----------
    source : str
    what : str
        What the values are: ``"the gap of sales"``.
    org : OrgTree
    labels : sequence of str
        Of the periods.
    values : float64 array (p, n)
    """
    odd = np.isinf(values)
    if not odd.any():
        return []
    repair = "correct the numbers or what the rules make of them, or use a larger unit"
    faults = []
    for p in np.flatnonzero(odd.any(axis=1)).tolist():
        rows = np.flatnonzero(odd[p])
        others = len(rows) - 1
        more = f", and at {others} other node{'s' * (others > 1)}" if others else ""
        reason = f"{what} in {labels[p]} is too large for a float here{more}"
        faults.append(Fault(source, reason, repair, value=org.ids[rows[-1]]))
    return faults


def finite_array(
    source: str, what: str, org: OrgTree, labels: Sequence[str], made: Callable[[], FloatArray]
) -> FloatArray:
    """What is made, float64 (p, n), once it is found to be nowhere infinite.

    Raises
    ------
    InputError
        See :func:`infinite`.
    """
    with np.errstate(over="ignore"):
        values = made()
    if faults := infinite(source, what, org, labels, values):
        raise InputError(faults)
    return values


def finite_rolled(
    source: str,
    what: str,
    org: OrgTree,
    labels: Sequence[str],
    own: FloatArray,
    *,
    combine: Combine,
) -> FloatArray:
    """Own values, float64 (p, n), combined over every subtree, nowhere infinite.

    Raises
    ------
    InputError
        See :func:`infinite`.
    """
    try:
        rows = [fold_subtrees(org.layout, row, combine) for row in own]
    except InputError:
        with np.errstate(over="ignore", invalid="ignore"):
            rows = [sweep_subtrees(org.layout, row, combine) for row in own]
        raise InputError(infinite(source, what, org, labels, np.stack(rows))) from None
    return rows[0][None, :] if len(rows) == 1 else np.stack(rows)
