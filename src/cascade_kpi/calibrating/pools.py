"""Pools: who is graded beside whom."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import is_a, not_texts, not_whole
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.judging.yardsticks import Peers
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["Column", "Everybody", "Grouping", "Groups", "Pooled", "Pools", "Under", "ranked"]

Mask = NDArray[np.bool_]
_MOST = 2**31


@frozen(eq=False)
class Groups:
    """Names (g,), the group of each node (n,), −1 for none, and the node it is below, or −1."""

    names: tuple[str, ...]
    codes: IntArray
    heads: IntArray


@runtime_checkable
class Grouping(Protocol):
    """What makes a pool."""

    def groups(self, org: OrgTree) -> Groups:
        """The groups of a tree's nodes. Raises InputError where the tree lacks what it needs."""
        ...


@record("cascade_kpi/calibrating.everybody")
@frozen
class Everybody:
    """One pool of all."""

    def groups(self, org: OrgTree) -> Groups:
        """One group."""
        return Groups(("everybody",), np.zeros(len(org), np.int64), np.array([-1]))


@record("cascade_kpi/calibrating.column")
@frozen
class Column:
    """Nodes with the same value in a column of the tree, or of the same ``"kind"``."""

    name: str

    def __attrs_post_init__(self) -> None:
        check(not_texts("pools", by=self.name))

    def groups(self, org: OrgTree) -> Groups:
        """A group of each value."""
        names, codes = Peers(self.name, 2).groups(org)
        return Groups(names, codes, np.full(len(names), -1))


@record("cascade_kpi/calibrating.under")
@frozen
class Under:
    """Nodes below the same unit: the nearest of a kind above them.

    Such a pool has a grade of its own, its unit's, on which its quotas may depend.
    """

    kind: str

    def __attrs_post_init__(self) -> None:
        check(not_texts("pools", kind=self.kind))

    def groups(self, org: OrgTree) -> Groups:
        """A group of each such unit, named by its id."""
        if self.kind not in org.kind_names:
            repair = suggest(self.kind, org.kind_names)
            check([Fault("pools", "no node is of this kind", repair, value=self.kind)])
        of_kind = org.kind_codes == org.kind_code(self.kind)
        heads = np.flatnonzero(of_kind)
        place = np.full(len(org), -1)
        place[heads] = np.arange(len(heads))
        codes = np.full(len(org), -1)
        for depth in range(1, int(org.depth.max(initial=0)) + 1):
            rows = np.flatnonzero(org.depth == depth)
            above = org.parent[rows]
            codes[rows] = np.where(of_kind[above], place[above], codes[above])
        return Groups(tuple(map(str, org.ids[heads].tolist())), codes, heads)


def _grouping(by: Any) -> Any:
    return Column(by) if isinstance(by, str) and by.strip() else by


@record("cascade_kpi/calibrating.pools")
@frozen
class Pools:
    """Who is graded beside whom.

    Parameters
    ----------
    by : column name, Under(kind) or Everybody()
        What makes a pool; everybody is one by default.
    least : int
        Groups with fewer people who have a total are pooled together.
    pooled : str
        The name of that pool.
    of : str, optional
        The kind of node that is calibrated; by default those without nodes below.

    Examples
    --------
    >>> Pools("department", least=8)
    Pools(by=Column(name='department'), least=8, pooled='others', of=None)
    """

    by: Grouping = field(factory=Everybody, converter=_grouping)
    least: int = 1
    pooled: str = "others"
    of: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = not_whole("pools", 1, _MOST, least=self.least)
        faults += not_texts("pools", pooled=self.pooled)
        faults += [] if self.of is None else not_texts("pools", of=self.of)
        if not is_a(self.by, Grouping):
            repair = "name a column, or use Under(kind) or Everybody()"
            faults.append(Fault("pools", "not a grouping", repair, column="by", value=self.by))
        check(faults)

    def people(self, org: OrgTree) -> Mask:
        """Who is calibrated, if they have a grade, bool (n,)."""
        if self.of is None:
            return org.is_leaf
        if self.of not in org.kind_names:
            repair = suggest(self.of, org.kind_names)
            check([Fault("pools", "no node is of this kind", repair, column="of", value=self.of)])
        return np.asarray(org.kind_codes == org.kind_code(self.of))


@frozen(eq=False)
class Pooled:
    """The pools of all periods, one after the other.

    Attributes
    ----------
    names : tuple of str
    period_codes, sizes, heads : int64 array (m,)
        Period of each pool, its people, and the row of its unit, −1 without one.
    codes : int64 array (p, n)
        Everybody's pool, −1 for none.
    """

    names: tuple[str, ...]
    period_codes: IntArray
    sizes: IntArray
    heads: IntArray
    codes: IntArray

    @classmethod
    def of(cls, pools: Pools, org: OrgTree, graded: Mask) -> Pooled:
        """The pools of those who have a grade, bool (p, n).

        Raises
        ------
        InputError
            Listing who has a grade and no pool; if nobody has; if the name for
            small groups is that of a group.
        """
        groups, there = pools.by.groups(org), graded & pools.people(org)
        faults = [
            Fault(
                "pools", "in no pool", "fill in what makes pools, or leave them unscored", value=i
            )
            for i in org.ids[there.any(axis=0) & (groups.codes < 0)].tolist()
        ]
        if not there.any():
            repair = "say by of=… which kind of node is calibrated"
            faults.append(Fault("pools", "nobody who is to be calibrated has a grade", repair))
        if pools.pooled in groups.names and pools.least > 1:
            reason, repair = "a group has this name", "give another"
            value = pools.pooled
            faults.append(Fault("pools", reason, repair, column="pooled", value=value))
        check(faults)
        names, heads = (*groups.names, pools.pooled), np.append(groups.heads, -1)
        codes = np.full(graded.shape, -1)
        found: list[IntArray] = []
        sizes: list[IntArray] = []
        for p, here in enumerate(there):
            group = groups.codes[here]
            counts = np.bincount(group, minlength=len(names))
            group = np.where(counts[group] < pools.least, len(names) - 1, group)
            counts = np.bincount(group, minlength=len(names))
            present = np.flatnonzero(counts)
            place = np.full(len(names), -1)
            place[present] = sum(map(len, found)) + np.arange(len(present))
            codes[p, here] = place[group]
            found.append(present)
            sizes.append(counts[present])
        at = np.concatenate(found)
        periods = np.repeat(np.arange(len(found)), [len(each) for each in found])
        return cls(
            tuple(names[g] for g in at.tolist()), periods, np.concatenate(sizes), heads[at], codes
        )


def ranked(pooled: Pooled, total: FloatArray, tie: FloatArray, ids: NDArray[Any]) -> IntArray:
    """Everybody's place in their pool, the first 0, −1 for none, int64 (p, n).

    By total, then by `tie` (n,), highest first and NaN last, then by the text of the id.
    """
    who = np.flatnonzero(pooled.codes >= 0)
    pool, points = pooled.codes.ravel()[who], total.ravel()[who]
    second = tie[who % len(tie)]
    second = np.where(np.isnan(second), np.inf, -second)
    order = np.lexsort((second, -points, pool))
    same = np.zeros(len(who), dtype=bool)
    alike = np.ones(max(len(who) - 1, 0), dtype=bool)
    for key in (pool, points, second):
        alike &= key[order][1:] == key[order][:-1]
    same[order[1:]] |= alike
    same[order[:-1]] |= alike
    third = np.zeros(len(who), dtype=np.int64)
    if same.any():
        texts = ids[who[same] % len(tie)]
        whole = np.array([not isinstance(each, str) for each in texts.tolist()])
        byid = np.lexsort((whole, np.array(list(map(str, texts.tolist())))))
        third[np.flatnonzero(same)[byid]] = np.arange(len(byid))
        order = np.lexsort((third, second, -points, pool))
    begins = np.cumsum(pooled.sizes) - pooled.sizes
    place = np.full(pooled.codes.size, -1)
    place[who[order]] = np.arange(len(who)) - begins[pool[order]]
    return place.reshape(pooled.codes.shape)
