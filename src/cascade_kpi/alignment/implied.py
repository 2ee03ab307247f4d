"""The alignment that targets imply: who serves whom in a cascade, and with what share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_tuple
from cascade_kpi.alignment.align import Alignment, align
from cascade_kpi.alignment.goals import Goals
from cascade_kpi.alignment.links import Links
from cascade_kpi.alignment.shares import NEAR
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.splits.basic import OverAssigning
from cascade_kpi.targets.amounts import Lots
from cascade_kpi.targets.targets import Targets

__all__ = ["aligned_with"]

_ESCAPED = str.maketrans({"/": r"\/", "\\": r"\\"})


def aligned_with(targets: Targets, kpis: Iterable[str] | None = None) -> Alignment:
    """The goals and links that targets imply: what a cascade says, nobody types again.

    Every target becomes a goal ``kpi/node``, or ``kpi/period/node`` where there are several
    periods, owned by its node; a slash in a name is written as a backslash and a slash.
    Where a target is divided, each child's goal is a counted split of the parent's, with the
    share child ÷ parent; where it is shared, or the parent's is zero, it supports it. What
    a node was assigned for itself is a goal of its own, ``kpi/node/own``. Where a split
    hands down more than there is, what its children have beyond a target is the goal's
    margin. Targets that no target stands above are strategic.

    Parameters
    ----------
    targets : Targets
    kpis : iterable of str, optional
        Of which KPIs; of all by default.

    Returns
    -------
    Alignment
        Further goals and links are added by ``joined`` of its `goals` and `links`.

    Raises
    ------
    InputError
        If there is no such KPI, or a divided target is no share of its parent's: it has
        another sign, or is more than the whole.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 101}, periods="2027")
    >>> implied = ck.aligned_with(targets)
    >>> print(implied.draw())
    strategic goals
      sales, hq (hq, 100 % covered)
        50.5 %: sales, a (a)
        49.5 %: sales, b (b)
    """
    wants(targets, Targets, "targets", "cascade(…)")
    names = targets.kpis.names if kpis is None else as_tuple(kpis)
    if not isinstance(names, tuple) or not names:
        reason, repair = "not a list of KPIs", "name at least one in a list"
        check([Fault("targets", reason, repair, column="kpis", value=kpis)])
    chosen = [targets.kpis.index(name) for name in dict.fromkeys(names)]
    faults: list[Fault] = []
    rows = [_Row.of(targets, k, p, faults) for k in chosen for p in range(len(targets.periods))]
    check(faults)
    goals = _stacked([row.goals() for row in rows])
    links = _stacked([row.links() for row in rows])
    return align(Goals.from_table(goals, targets.org), Links.from_table(links))


@frozen(eq=False)
class _Row:
    """One KPI in one period.

    Attributes
    ----------
    target : float64 array (n,)
    share : float64 array (n,)
        Of the parent's target, NaN where it only supports it.
    own : int64 array
        Nodes that keep something beside their children.
    kept : float64 array
        What these keep, in KPI units.
    """

    targets: Targets
    k: int
    p: int
    target: FloatArray
    share: FloatArray
    own: IntArray
    kept: FloatArray

    @classmethod
    def of(cls, targets: Targets, k: int, p: int, faults: list[Fault]) -> _Row:
        kpi, org = targets.kpis.items[k], targets.org
        target = targets.values[k][p]
        above = np.where(org.parent >= 0, target[org.parent], np.nan)
        holds = targets.holds_own(k) and kpi.aggregate.makeup is Makeup.SUM
        share = np.full(len(org), np.nan)
        if holds or isinstance(targets.columns[k], Lots):
            np.divide(target, above, out=share, where=(above != 0) & ~np.isnan(above))
        none = np.zeros(0, dtype=np.int64)
        own, kept = none, np.zeros(0)
        if holds:
            rest = -targets.cushion(kpi.name)[p]
            with np.errstate(invalid="ignore"):
                own = np.flatnonzero((target != 0) & (np.abs(rest) > NEAR * np.abs(target)))
            kept = rest[own]
        row = cls(targets, k, p, target, share, own, kept)
        faults += row._odd()
        return row

    def _odd(self) -> list[Fault]:
        """A fault for each target that is no share of the one above it."""
        org, kpi = self.targets.org, self.targets.kpis.items[self.k]
        kept = self.kept / self.target[self.own]
        odd = [
            *np.flatnonzero((self.share < 0) | (self.share > 1)).tolist(),
            *self.own[(kept < 0) | (kept > 1)].tolist(),
        ]
        period = self.targets.periods.labels[self.p]
        reason = f"{kpi.name} in {period}: its target, or what it keeps, is no share of the whole"
        repair = "leave this KPI out with kpis=[…], and link its goals by hand"
        return [
            Fault("targets", reason, repair, value=org.ids[row : row + 1].tolist()[0])
            for row in odd
        ]

    @property
    def _there(self) -> IntArray:
        return np.flatnonzero(~np.isnan(self.target))

    def _ids(self, rows: IntArray) -> NDArray[Any]:
        """Ids of the goals of some nodes, object."""
        org, period = self.targets.org, self.targets.periods.labels[self.p]
        head = self.targets.kpis.names[self.k].translate(_ESCAPED)
        if len(self.targets.periods) > 1:
            head += "/" + period.translate(_ESCAPED)
        nodes = [f"{head}/{str(each).translate(_ESCAPED)}" for each in org.ids[rows].tolist()]
        return np.fromiter(nodes, dtype=object, count=len(nodes))

    def goals(self) -> dict[str, list[Any]]:
        """The goals, those of nodes as a whole and then those that nodes keep."""
        org, kpi, there = self.targets.org, self.targets.kpis.items[self.k], self._there
        n, own = len(there), len(self.own)
        above = np.where(org.parent >= 0, self.target[org.parent], np.nan)
        labels = org.labels[np.concatenate([there, self.own])].tolist()
        titles = [f"{kpi.name}, {label}" for label in labels]
        return {
            "goal": [*self._ids(there).tolist(), *(f"{id}/own" for id in self._ids(self.own))],  # noqa: A001 - an id it is
            "title": [*titles[:n], *(f"{title}, own" for title in titles[n:])],
            "owner": org.ids[np.concatenate([there, self.own])].tolist(),
            "kpi": [kpi.name] * (n + own),
            "value": [*self.target[there].tolist(), *self.kept.tolist()],
            "unit": [kpi.unit] * (n + own),
            "period": [self.targets.periods.labels[self.p]] * (n + own),
            "margin": [*self._margins()[there].tolist(), *[0.0] * own],
            "strategic": [*np.isnan(above[there]).tolist(), *[False] * own],
        }

    def _margins(self) -> FloatArray:
        """What the split hands down of each target beyond it on purpose, over the target."""
        kpi, org = self.targets.kpis.items[self.k], self.targets.org
        found = np.zeros(len(org))
        if isinstance(kpi.split, OverAssigning):
            stated = kpi.split.margins(org) > 0
            cushion = self.targets.cushion(kpi.name)[self.p]
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.where(stated, cushion / self.target, 0.0)
            found = np.where(np.isfinite(share) & (share > 0), share, 0.0)
        return found

    def links(self) -> dict[str, list[Any]]:
        """The links from children to parents, and from what nodes keep to their whole."""
        org = self.targets.org
        linked = self._there[org.parent[self._there] >= 0]
        linked = linked[~np.isnan(self.target[org.parent[linked]])]
        wholes = self._ids(self.own).tolist()
        shares = self.kept / self.target[self.own]
        return {
            "goal": [*self._ids(linked).tolist(), *(f"{id}/own" for id in wholes)],  # noqa: A001 - an id it is
            "serves": [*self._ids(org.parent[linked]).tolist(), *wholes],
            "share": [*self.share[linked].tolist(), *shares.tolist()],
        }


def _stacked(tables: list[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    return {name: [cell for table in tables for cell in table[name]] for name in tables[0]}
