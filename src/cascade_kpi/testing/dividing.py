"""Laws of splits, of their limits, and of the methods that make whole lots."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, IntArray, equal
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits import Limited, OverAssigning, Split
from cascade_kpi.kpis.splits.limits import Limit
from cascade_kpi.methods.method import Method, divided_by
from cascade_kpi.org.rollup import fold_children
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.amounts import MARGIN
from cascade_kpi.targets.asked import stretched
from cascade_kpi.targets.cascade import cascade
from cascade_kpi.testing.laws import law, laws

__all__ = ["check_limit", "check_method", "check_split", "shuffled"]


def shuffled(org: OrgTree) -> OrgTree:
    """The same tree from its rows in another order."""
    order = np.random.default_rng(7).permutation(len(org))
    parents = [org.ids[p] if p >= 0 else None for p in org.parent.tolist()]
    ids = org.ids.tolist()
    table: dict[str, Any] = {
        "id": [ids[i] for i in order],
        "parent": [parents[i] for i in order],
        "kind": org.kinds[order],
        "label": org.labels[order],
    }
    columns = {f"column {name}": values[order] for name, values in org.columns.items()}
    made = OrgTree.from_table({**table, **columns}, kind="kind", label="label", roots="many")
    plain = {name.removeprefix("column "): values for name, values in made.columns.items()}
    return attrs.evolve(made, columns=plain)


@laws
def check_split(split: Split, org: OrgTree, *, goal: float = 1_000.0) -> FloatArray:
    """A split answers for every node, whatever the order of rows, and conserves.

    Parameters
    ----------
    split : Split
    org : OrgTree
        A tree with the columns that it needs and one root.
    goal : float
        A whole number to hand down from the root.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import splits
    >>> org = OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> check_split(splits.Equal(), org)
    """
    law(isinstance(split.divides, bool), f"its divides is {split.divides!r}, not a truth value")
    answer: FloatArray = ask("it", split, org, shape=(len(org),))
    child = org.parent >= 0
    odd = child & (~np.isfinite(answer) | split.divides & (answer < 0))
    told = "claims are zero or more" if split.divides else "factors are finite"
    some = np.flatnonzero(odd)[:1].tolist()
    law(not some, f"it answers {answer[some]} at {org.ids[some]}, and {told}")
    law(equal(split(org), answer), "it answers another time with other bits")
    other = split(shuffled(org))
    at = np.flatnonzero(child & (other != answer))[:1]
    told = f"it answers {answer[at]} at {org.ids[at]}, and {other[at]} from the rows shuffled"
    law(not len(at), f"{told}: it depends on the order of the rows")
    if isinstance(split, Limited):
        low, high = split.limits(org)
        for name, bound in (("floors", low), ("caps", high)):
            _check_bound(f"its {name}", bound, org)
        again = split.limits(shuffled(org))
        law(equal(again, (low, high)), "its limits depend on the order of the rows")
    if split.divides:
        kpi = Kpi("goal", "units", split=split, lot=1)
        targets = cascade(org, [kpi], {"goal": goal}, periods="p").of("goal")[0]
        sums = fold_children(org.layout, targets, np.add)
        inner = ~org.is_leaf
        more = np.zeros(len(org), dtype=np.int64)
        if isinstance(split, OverAssigning):
            more = np.rint(split.margins(org) * MARGIN).astype(np.int64)
        whole = stretched(targets.astype(np.int64), more).astype(np.float64)
        law(equal(sums[inner], whole[inner]), "it gives children that miss their parent")
    return answer


def _check_bound(what: str, bound: Any, org: OrgTree) -> None:
    shape = len(org), "float64"
    told = f"{what} are {bound!r:.60}, not {shape[1]} of shape ({shape[0]},)"
    law(isinstance(bound, np.ndarray) and bound.dtype == np.float64, told)
    law(bound.shape == (len(org),), told)
    law(
        not np.isinf(bound).any(),
        f"{what} are infinite somewhere, where NaN says that there is none",
    )


@laws
def check_limit(limit: Limit, org: OrgTree) -> FloatArray:
    """A limit answers for every node, NaN where there is none, whatever the order of rows.

    Parameters
    ----------
    limit : Limit
    org : OrgTree
        A tree with the columns that it needs.

    Raises
    ------
    AssertionError
        With what it did.
    """
    answer: FloatArray = ask("it", limit, org, shape=(len(org),))
    _check_bound("its answers", answer, org)
    law(equal(limit(shuffled(org)), answer), "it depends on the order of the rows")
    return answer


@laws
def check_method(method: Method) -> IntArray:
    """A method divides all of it, within bounds, and each group whatever stands beside it.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import methods
    >>> check_method(methods.Webster())
    """
    rng = np.random.default_rng(5)
    claims = rng.integers(0, 50, (5, 200)).astype(np.float64)
    claims[0] = np.maximum(claims[0], 1.0)
    low = np.floor(rng.random(claims.shape) * 4) * np.rint(rng.random(claims.shape))
    free = rng.random(claims.shape) < 0.5
    high = np.where(free, np.inf, low + rng.integers(0, 9, claims.shape))
    high[0] = np.inf
    lots = low.sum(axis=0).astype(np.int64) + rng.integers(0, 60, 200)
    answer = divided_by(method, lots, claims, low, high)
    beyond = (claims == 0) & (answer > low)
    law(not beyond.any(), "it gives more than the floor to who has no claim")
    for g in range(0, 200, 40):
        one = slice(g, g + 1)
        alone = divided_by(method, lots[one], claims[:, one], low[:, one], high[:, one])
        law(equal(alone, answer[:, one]), "it divides a group otherwise beside other groups")
    even = divided_by(
        method, np.array([20]), np.ones((5, 1)), np.zeros((5, 1)), np.full((5, 1), np.inf)
    )
    law((even == 4).all(), "it divides 20 lots unevenly among five equal claims")
    return answer
