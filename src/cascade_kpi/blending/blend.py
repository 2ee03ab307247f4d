"""Blended totals: everybody's own, with stated shares of those above."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import (
    CONTENT,
    FloatArray,
    IntArray,
    fingerprint,
    frozen_array,
    lock,
    refuse_overflow,
)
from cascade_kpi._fields import refusals, unrefused
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.blending.bounds import Bound, Within, bound_faults
from cascade_kpi.blending.mixing import Carried, Mixture, blocks
from cascade_kpi.blending.shares import Absent, Shares
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.grades import codes_of, graded
from cascade_kpi.scoring.made_of import MadeOfScores
from cascade_kpi.scoring.score import Scores

__all__ = ["Blended", "UnitTotals", "blend"]


class UnitTotals(Enum):
    """Which totals of the units above are carried.

    Attributes
    ----------
    OWN
        Their own, as scored: a stated share is the share.
    BLENDED
        As blended, from the top down: a unit hands on what it carries itself.
    """

    OWN = "own"
    BLENDED = "blended"


def _as_unit_totals(which: UnitTotals | str) -> Any:
    try:
        return UnitTotals(which)
    except ValueError:
        repair = suggest(which, [member.value for member in UnitTotals])
        reason = "no such totals of units"
        check([Fault("blend", reason, repair, column="units", value=which)])


@frozen(hash=False)
class _Blending:
    """What is blended, and how: what the JSON record of blended totals holds."""

    scores: Scores
    shares: Shares
    units: UnitTotals
    within: Bound
    digest: str | None = None

    @classmethod
    def of(cls, blended: Blended) -> _Blending:
        """The scores and the rules."""
        digest = digest_of([blended.total])
        return cls(blended.scores, blended.shares, blended.units, blended.within, digest)

    def make(self) -> Blended:
        """The blended totals again."""
        blended = blend(self.scores, self.shares, units=self.units, within=self.within)
        check_digest(self.digest, digest_of([blended.total]))
        return blended


@record("cascade_kpi/blended", written_as=_Blending)
@frozen(hash=False, repr=False)
class Blended(MadeOfScores):
    """Everybody's total with stated shares of those above. Made by :func:`blend`.

    Attributes
    ----------
    scores : Scores
    shares : Shares
    units : UnitTotals
    within : blending.Bound
        What the mean was bounded by.
    total : float64 array (p, n)
        In points; NaN where there is none.
    """

    scores: Scores
    shares: Shares
    units: UnitTotals
    within: Bound
    total: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @property
    def own(self) -> FloatArray:
        """Everybody's own total, float64 (p, n), in points."""
        return self.scores.total

    @cached_property
    def carried(self) -> Carried:
        """Who carries how much of whom."""
        return Carried.of(self.shares, self.org)

    def _mixture(self, p: int) -> Mixture:
        """What everybody's mean is mixed of in one period."""
        handed = self.own if self.units is UnitTotals.OWN else self.total
        return self.carried.mixture(self.own[p], handed[p], np.arange(len(self.org)))

    def parts(self, level: object) -> FloatArray:
        """What a level brings to the mean, float64 (p, n), in points; NaN where nothing.

        Raises
        ------
        InputError
            If nobody carries a share of it.
        """
        i = self.shares.level(level)
        return lock(np.stack([self._mixture(p).parts[i] for p in range(len(self.periods))]))

    def counted(self, level: object) -> FloatArray:
        """The share of a level in the mean, float64 (p, n), 0 to 1.

        Zero for one that is left out; a level's share of the node's own total, where
        the policy put it there, included.

        Raises
        ------
        InputError
            If nobody carries a share of it.
        """
        i = self.shares.level(level)
        return lock(np.stack([self._mixture(p).shares[i] for p in range(len(self.periods))]))

    @cached_property
    def bounded(self) -> FloatArray:
        """What the bound gave, or took if below zero, float64 (p, n), in points."""
        means = np.stack([self._mixture(p).mean for p in range(len(self.periods))])
        return lock(self.total - means)

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty without grade bands."""
        return self.scores.grades

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        return codes_of(self.scores.scorecard.grades, self.total)

    def grade(self, node: object, period: str | None = None) -> str | None:
        """A node's grade, None where there is none."""
        code = int(self.grade_codes[self.periods.index(period), self.org.row(node)])
        return None if code < 0 else self.grades[code]

    def table(self) -> Columns:
        """Everybody's total as columns: one row a period and node with a total of either kind.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``; ``own``, its total as scored; of each level ``share of``
            it, 0 to 1, as :meth:`counted`, and ``part of`` it, in points; ``bounded``, what
            the bound changed; ``total``, in points; ``grade``, empty where there is none.
            By period, then node.

        Examples
        --------
        See :func:`blend`.
        """
        mixtures = [self._mixture(p) for p in range(len(self.periods))]
        columns: dict[str, Any] = {"own": self.own}
        for i, level in enumerate(self.shares.levels):
            columns[f"share of {level.called}"] = np.stack([each.shares[i] for each in mixtures])
            columns[f"part of {level.called}"] = np.stack([each.parts[i] for each in mixtures])
        columns |= {"bounded": self.bounded, "total": self.total}
        columns["grade"] = graded(self.grades, self.grade_codes)
        says = ~(np.isnan(self.own) & np.isnan(self.total))
        table = totals_table(self.org.ids, self.periods.labels, says, columns)
        return {**table, "grade": texts(table["grade"])}

    def __repr__(self) -> str:
        there = int(np.count_nonzero(~np.isnan(self.total)))
        levels = ", ".join(level.called for level in self.shares.levels)
        return f"<Blended {there:,} totals of {levels} × {self.org!r}, units: {self.units.value}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), hash(self.shares), self.total))


def blend(
    scores: Scores,
    shares: Shares,
    *,
    units: UnitTotals | str = UnitTotals.OWN,
    within: Bound | None = None,
) -> Blended:
    """Have everybody's total carry stated shares of the totals above.

    Parameters
    ----------
    scores : Scores
    shares : Shares
        How much of whose total each group carries.
    units : UnitTotals or its name
        Whether units hand on their own totals, or what these are once blended.
    within : blending.Bound, optional
        How far others may take a total from the node's own: ``blending.Within(10, 10)``.

    Returns
    -------
    Blended

    Raises
    ------
    InputError
        If the shares do not fit the tree; under `refuse`, listing every node that has
        nobody at a level it carries a share of, and every unit without a total.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
    >>> results = ck.measure(
    ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [40.0, 60.0]}
    ... )
    >>> scores = ck.score(results, ck.Scorecard([ck.Item("sales")], {"sales": 100}))
    >>> shares = ck.blending.Shares({"own": 70, "parent": 30}, nobody="own")
    >>> blended = ck.blend(scores, shares)
    >>> blended.total
    array([[100.,  86., 114.]])
    >>> for name, values in blended.table().items():
    ...     print(name, values.tolist())
    node ['hq', 'a', 'b']
    period ['2026', '2026', '2026']
    own [100.0, 80.0, 120.0]
    share of own [0.7, 0.7, 0.7]
    part of own [70.0, 56.0, 84.0]
    share of parent [0.3, 0.3, 0.3]
    part of parent [30.0, 30.0, 30.0]
    bounded [0.0, 0.0, 0.0]
    total [100.0, 86.0, 114.0]
    grade ['', '', '']
    """
    within = Within() if within is None else within
    wrong = unlike(scores, Scores, "scores", "score(…)")
    if isinstance(scores, StintScores):
        wrong = [Fault("scores", "they are over stints", "use blend_stints(…)")]
    wrong += unlike(shares, Shares, "shares", "blending.Shares(…)")
    check(wrong + refusals(_as_unit_totals, units) + bound_faults("blend", "within", within))
    which = unrefused(_as_unit_totals, units)
    shares.check_against(scores.org)
    carried = Carried.of(shares, scores.org)
    check(_nobody(scores, carried))
    with refuse_overflow("scores"):
        total = _own(scores, carried, within, which)
    check(_missing(scores, carried, total if which is UnitTotals.BLENDED else scores.total))
    blended = Blended(scores, shares, which, within, lock(total))
    if scores.scorecard.grades is not None:
        blended.grade_codes  # noqa: B018 - a total outside all bands is refused here
    return blended


def _own(scores: Scores, carried: Carried, within: Bound, units: UnitTotals) -> FloatArray:
    """Blended totals, float64 (p, n)."""
    total = np.empty(scores.total.shape)
    for p, own in enumerate(scores.total):
        handed = own if units is UnitTotals.OWN else total[p]
        for nodes in _in_order(scores.org, units):
            mean = carried.mixture(own, handed, nodes).mean
            total[p, nodes] = within(mean, own[nodes])
    return total


def _in_order(org: OrgTree, units: UnitTotals) -> Iterator[IntArray]:
    """Everybody in blocks; none with somebody above who comes later, where that matters."""
    if units is UnitTotals.OWN:
        yield from blocks(np.arange(len(org)))
        return
    order = np.argsort(org.depth, kind="stable")
    ends = np.cumsum(np.bincount(org.depth)).tolist()
    for begin, end in zip([0, *ends], ends, strict=False):
        yield from blocks(order[begin:end])


def _nobody(scores: Scores, carried: Carried) -> list[Fault]:
    """Under `refuse`, a fault for each node that carries a share of nobody."""
    if carried.policies.nobody is not Absent.REFUSE:
        return []
    repair = "give its group other shares, or pass nobody='own' or another policy"
    return [
        Fault("shares", f"{level.called}: there is none above", repair, value=scores.org.ids[row])
        for i, level in enumerate(carried.policies.levels)
        for row in np.flatnonzero(carried.carries(i) & (carried.rows[i] < 0)).tolist()
    ]


def _missing(scores: Scores, carried: Carried, handed: FloatArray) -> list[Fault]:
    """Under `refuse`, a fault for each unit that has no total to be carried."""
    if carried.policies.missing is not Absent.REFUSE:
        return []
    faults, nodes = [], len(scores.org)
    repair = "score it, or choose another policy for what is missing than 'refuse'"
    for p, label in enumerate(scores.periods.labels):
        counts = np.zeros(nodes, dtype=np.int64)
        for i, rows in enumerate(carried.rows):
            asks = carried.carries(i) & (rows >= 0) & (rows != np.arange(nodes))
            counts += np.bincount(rows[asks], minlength=nodes)
        for row in np.flatnonzero((counts > 0) & np.isnan(handed[p])).tolist():
            reason = f"no total in {label}, of which {counts[row]:,} shares are carried"
            faults.append(Fault("scores", reason, repair, value=scores.org.ids[row]))
    return faults
