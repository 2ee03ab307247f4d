"""Calibrated grades: the smallest change of scored grades that meets quotas."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._fields import refusals
from cascade_kpi._long import Columns, keys, texts
from cascade_kpi._text import count
from cascade_kpi.calibrating.adjusting import Adjustment, Sitting
from cascade_kpi.calibrating.least import feasible, least_change
from cascade_kpi.calibrating.pools import Pooled, Pools, ranked
from cascade_kpi.calibrating.quotas import Quotas
from cascade_kpi.calibrating.scheme import Asked, Scheme
from cascade_kpi.errors import Fault, InputError, check, suggest, wants
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.grades import graded
from cascade_kpi.scoring.made_of import MadeOfScores
from cascade_kpi.scoring.standing import Standing, not_in_points

__all__ = ["Calibrated", "calibrate"]


@frozen(hash=False)
class _Calibrating:
    """What is calibrated by what: what the JSON record holds."""

    scores: Standing
    scheme: Scheme
    sittings: tuple[Sitting, ...] = ()
    digest: str | None = None

    @classmethod
    def of(cls, made: Calibrated) -> _Calibrating:
        """The scores, the rules, and what the committee decided."""
        digest = digest_of([made.grade_codes.astype(np.float64)])
        return cls(made.scores, made.scheme, made.sittings, digest)

    def make(self) -> Calibrated:
        """The calibrated grades again."""
        scheme = self.scheme
        made = calibrate(self.scores, scheme.quotas, scheme.pools, ties=scheme.ties)
        for sitting in self.sittings:
            made = made.adjust(sitting)
        check_digest(self.digest, digest_of([made.grade_codes.astype(np.float64)]))
        return made


@record("cascade_kpi/calibrated", written_as=_Calibrating)
@frozen(hash=False, repr=False)
class Calibrated(MadeOfScores):
    """Grades that meet quotas. Made by :func:`calibrate`.

    Attributes
    ----------
    scores : comparing.Standing
    scheme : Scheme
        Quotas, pools, and what settles ties.
    pooled : Pooled
        The pools of all periods.
    cuts : int64 array (grades + 1, m)
        How many people of each pool are calibrated to the first g grades, from 0 to all.
    sittings : tuple of Sitting
        What a committee changed since, in order.
    """

    scores: Standing
    scheme: Scheme
    pooled: Pooled = field(eq=False, repr=False)
    cuts: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    sittings: tuple[Sitting, ...] = ()

    @property
    def total(self) -> FloatArray:
        """Totals as scored, float64 (p, n), in points; only grades are calibrated."""
        return self.scores.total

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first."""
        return self.scores.grades

    @cached_property
    def rank(self) -> IntArray:
        """Place of everybody in their pool, 1 for the first, 0 for whoever is in none, (p, n)."""
        tie = _tie(self.org, self.scheme.ties)
        return lock(ranked(self.pooled, self.scores.total, tie, self.org.ids) + 1)

    @cached_property
    def calibrated_codes(self) -> IntArray:
        """Position of each grade before any committee, int64 (p, n); −1 where there is none.

        Whoever is in no pool keeps the scored grade.
        """
        inside = self.pooled.codes >= 0
        pool, rank = self.pooled.codes[inside], self.rank[inside]
        code = np.zeros(len(rank), dtype=np.int64)
        for cut in self.cuts[1:-1]:
            code += rank > cut[pool]
        codes = self.scores.grade_codes.copy()
        codes[inside] = code
        return lock(codes)

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, after committees, int64 (p, n); −1 for none."""
        codes = self.calibrated_codes.copy()
        for sitting in self.sittings:
            for each in sitting.adjustments:
                at = self.periods.index(each.period), self.org.row(each.node)
                codes[at] = self.grades.index(each.to)
        return lock(codes)

    @cached_property
    def asked(self) -> Asked:
        """What the quotas ask of each pool."""
        return _asked(self.scores, self.scheme, self.pooled)

    @property
    def steps(self) -> int:
        """How many grades people were moved by the quotas, all together."""
        return int(np.abs(self.calibrated_codes - self.scores.grade_codes).sum())

    def grade(self, node: object, period: str | None = None) -> str | None:
        """A node's grade, None where there is none."""
        code = int(self.grade_codes[self.periods.index(period), self.org.row(node)])
        return None if code < 0 else self.grades[code]

    def pool(self, node: object, period: str | None = None) -> str | None:
        """A node's pool, None where it is in none."""
        code = int(self.pooled.codes[self.periods.index(period), self.org.row(node)])
        return None if code < 0 else self.pooled.names[code]

    def decided(self, p: int, row: int) -> Adjustment | None:
        """The last adjustment of a node in a period, None where there is none."""
        found = None
        for sitting in self.sittings:
            for each in sitting.adjustments:
                if (self.periods.index(each.period), self.org.row(each.node)) == (p, row):
                    found = each
        return found

    def adjust(self, sitting: Sitting) -> Calibrated:
        """The same with what a committee decided, added to what it decided before.

        Raises
        ------
        InputError
            Listing adjustments of unknown nodes, periods and grades, of nodes that are in no
            pool, twice of one node, to the grade that it has, and by more than the sitting's
            steps from the calibrated grade; and quotas that do not hold any more.
        """
        wants(sitting, Sitting, "sitting", "calibrating.Sitting([…])")
        seen: set[tuple[int, int]] = set()
        faults = []
        for i, each in enumerate(sitting.adjustments):
            try:
                at = self.periods.index(each.period), self.org.row(each.node)
                reason, repair = self._misfit(at, each, sitting.steps)
                if at in seen:
                    reason, repair = "adjusted twice in one sitting", "keep one"
                seen.add(at)
            except InputError as error:
                faults += [evolve(fault, row=i) for fault in error.faults]
            else:
                if reason:
                    faults.append(Fault("sitting", reason, repair, row=i, value=each.node))
        check(faults)
        made = evolve(self, sittings=(*self.sittings, sitting))
        check(sitting.quotas.refused(_broken(made)))
        return made

    def _misfit(self, at: tuple[int, int], each: Adjustment, steps: int) -> tuple[str, str]:
        if each.to not in self.grades:
            return "no such grade", suggest(each.to, self.grades)
        if self.pooled.codes[at] < 0:
            return "in no pool", "adjust those who are calibrated"
        to = self.grades.index(each.to)
        if to == self.grade_codes[at]:
            return f"the grade is {each.to} already", "leave it out"
        far = abs(to - int(self.calibrated_codes[at]))
        if far > steps:
            was = self.grades[self.calibrated_codes[at]]
            return f"{far} steps from {was} to {each.to}", f"stay within {steps}"
        return "", ""

    def counts(self, codes: IntArray) -> IntArray:
        """How many of each pool have each grade, of codes (p, n): int64 (grades, m)."""
        inside, size = self.pooled.codes >= 0, len(self.pooled.sizes)
        at = codes[inside] * size + self.pooled.codes[inside]
        return np.bincount(at, minlength=len(self.grades) * size).reshape(-1, size)

    def table(self) -> Columns:
        """Everybody who has a total, as columns, by period and node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``; ``pool`` and ``rank`` in it, empty and 0 for whoever is not
            calibrated; ``total`` in points; ``grade`` as scored, ``calibrated`` by the quotas,
            ``final`` after committees; ``moved``, by how many grades from the scored to the
            final one, up is positive; ``reason`` and ``by`` of the last adjustment.
        """
        there = (self.scores.grade_codes >= 0) & ~np.isnan(self.scores.total)
        p, rows = np.nonzero(there)
        pools = np.array([*self.pooled.names, ""], dtype=object)
        reason, by = (np.full(there.shape, "", dtype=object) for _ in range(2))
        for sitting in self.sittings:
            for each in sitting.adjustments:
                at = self.periods.index(each.period), self.org.row(each.node)
                reason[at], by[at] = each.reason, each.by
        scored, final = self.scores.grade_codes, self.grade_codes
        return {
            "node": keys(self.org.ids[rows].tolist()),
            "period": texts(np.array(self.periods.labels, dtype=object)[p]),
            "pool": texts(pools[self.pooled.codes[there]]),
            "rank": self.rank[there],
            "total": self.scores.total[there],
            "grade": texts(graded(self.grades, scored[there])),
            "calibrated": texts(graded(self.grades, self.calibrated_codes[there])),
            "final": texts(graded(self.grades, final[there])),
            "moved": (scored - final)[there],
            "reason": texts(reason[there]),
            "by": texts(by[there]),
        }

    def by_pool(self) -> Columns:
        """The pools as columns: one row a pool and grade.

        Returns
        -------
        dict of str to array (m,)
            ``pool``, ``period``, ``people`` in it; ``grade``, and how many people have it as
            ``scored``, ``calibrated`` and ``final``.
        """
        counts = [
            self.counts(codes).T.ravel()
            for codes in (self.scores.grade_codes, self.calibrated_codes, self.grade_codes)
        ]
        times, pools = len(self.grades), len(self.pooled.names)
        names = np.array(self.pooled.names, dtype=object)
        labels = np.array(self.periods.labels, dtype=object)
        return {
            "pool": texts(np.repeat(names, times)),
            "period": texts(np.repeat(labels[self.pooled.period_codes], times)),
            "people": np.repeat(self.pooled.sizes, times),
            "grade": texts(np.tile(np.array(self.grades, dtype=object), pools)),
            **dict(zip(("scored", "calibrated", "final"), counts, strict=True)),
        }

    def by_quota(self) -> Columns:
        """What each quota asks of each pool, as columns.

        Returns
        -------
        dict of str to array (m,)
            ``quota``, as a clause; ``pool``, ``period``, ``grades``; ``low`` and ``high``, how
            many people it asks for; ``scored``, ``calibrated`` and ``final``, how many there are by
            score, by the quotas, and after committees.
        """
        counts = [
            np.cumsum(np.vstack([self.pooled.sizes * 0, self.counts(codes)]), axis=0)
            for codes in (self.scores.grade_codes, self.calibrated_codes, self.grade_codes)
        ]
        parts: dict[str, list[NDArray[Any]]] = {
            name: []
            for name in (
                "quota", "pool", "period", "grades", "low", "high", "scored", "calibrated", "final"
            )
        }  # fmt: skip
        names = np.array(self.pooled.names, dtype=object)
        labels = np.array(self.periods.labels, dtype=object)
        for rule, span, pools, (low, high) in self.asked.each():
            held = [each[span.stop, pools] - each[span.start, pools] for each in counts]
            grades = " or ".join(self.grades[span])
            told = [
                np.full(len(pools), rule.words(), dtype=object), names[pools],
                labels[self.pooled.period_codes[pools]], np.full(len(pools), grades, dtype=object),
            ]  # fmt: skip
            for name, values in zip(parts, [*told, low, high, *held], strict=True):
                parts[name].append(values)
        joined = {name: np.concatenate(values) for name, values in parts.items()}
        return {
            name: texts(each) if each.dtype == object else each for name, each in joined.items()
        }

    def __repr__(self) -> str:
        people = int(self.pooled.sizes.sum())
        moved = int(np.count_nonzero(self.calibrated_codes != self.scores.grade_codes))
        text = f"<Calibrated {count(people, 'grade')} in {count(len(self.pooled.names), 'pool')}"
        text += f", {moved:,} moved by {count(self.steps, 'step')}"
        decided = sum(len(each.adjustments) for each in self.sittings)
        return f"{text}, {decided:,} by committee>" if decided else f"{text}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), self.cuts, repr(self.sittings)))


def _broken(made: Calibrated) -> list[Fault]:
    table = made.by_quota()
    off = (table["final"] < table["low"]) | (table["final"] > table["high"])
    return [
        Fault(
            "sitting",
            f"{table['final'][i]:,} people, not {table['low'][i]:,} to {table['high'][i]:,}: "
            f"{table['quota'][i]}",
            "change somebody else the other way, or waive quotas by Waived()",
            column="pool",
            value=table["pool"][i],
        )
        for i in np.flatnonzero(off).tolist()
    ]


def _tie(org: OrgTree, column: str | None) -> FloatArray:
    return np.zeros(len(org)) if column is None else org.numbers(column)


def _asked(scores: Standing, scheme: Scheme, pooled: Pooled) -> Asked:
    own = np.where(pooled.heads < 0, -1, scores.grade_codes[pooled.period_codes, pooled.heads])
    return Asked.of(scheme, pooled, scores.grades, own)


def calibrate(
    scores: Standing,
    quotas: Quotas | Mapping[str, Quotas],
    pools: Pools | None = None,
    *,
    ties: str | None = None,
) -> Calibrated:
    """The grades that meet quotas with the smallest change of those that were scored.

    Parameters
    ----------
    scores : Scores or StintScores, or Blended or Multiplied
        With grades, in points.
    quotas : Quotas, or mapping of grade to Quotas
        A mapping gives them by the grade of the pool's own unit, of pools made with
        :class:`~cascade_kpi.calibrating.pools.Under`; ``"*"`` is for all others.
    pools : Pools, optional
        Everybody is one pool by default.
    ties : str, optional
        Column of the tree by which people of the same total are ranked, highest first and
        those without a number last; then, and by default, by the text of their ids.

    Returns
    -------
    Calibrated

    Raises
    ------
    InputError
        Listing every fault of the arguments; scores without grades; unknown grades, and
        quotas on grades that are not beside each other; who has a grade and no pool; pools
        that cannot meet their quotas, with the fewest quotas that conflict.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> from cascade_kpi.calibrating import AtMost, Quotas
    >>> org = ck.OrgTree.from_table({"id": ["hq", *"abcd"], "parent": ["", *["hq"] * 4]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 400}, periods="2026")
    >>> sold = {"node": list("abcd"), "kpi": ["sales"] * 4, "value": [99, 97, 95, 60]}
    >>> grades = ck.Grades.from_edges({"A": 90, "B": 80, "C": None})
    >>> card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=grades)
    >>> scores = ck.score(ck.measure(targets, sold), card)
    >>> made = ck.calibrate(scores, Quotas([AtMost("A", 0.5)]))
    >>> made
    <Calibrated 4 grades in 1 pool, 1 moved by 1 step>
    >>> made.table()["calibrated"][1:].tolist()
    ['A', 'A', 'B', 'C']
    """
    faults = not_in_points(scores)
    if isinstance(scores, Calibrated):
        faults = [Fault("scores", "calibrated already", "pass its .scores, or adjust(…) it")]
    built: list[Scheme] = []
    faults += refusals(
        lambda given: built.append(Scheme(given, Pools() if pools is None else pools, ties)), quotas
    )
    check(faults)
    scheme = built[0]
    faults = scheme.unfit(scores.grades)
    faults += [
        evolve(each, source="calibrate", column="ties")
        for each in refusals(lambda name: _tie(scores.org, name), ties)
    ]
    found: list[Pooled] = []
    graded = (scores.grade_codes >= 0) & ~np.isnan(scores.total)
    if scores.grades:
        faults += refusals(
            lambda each: found.append(Pooled.of(each, scores.org, graded)), scheme.pools
        )
    check(faults)
    pooled = found[0]
    return Calibrated(scores, scheme, pooled, _cuts(scores, scheme, pooled))


def _cuts(scores: Standing, scheme: Scheme, pooled: Pooled) -> IntArray:
    """Cumulative counts of the calibrated grades, (grades + 1, m)."""
    asked = _asked(scores, scheme, pooled)
    bounds = asked.bounds()
    never = np.flatnonzero(~feasible(bounds))
    several = len(scores.periods) > 1
    names = [
        f"{pooled.names[i]}, {scores.periods.labels[pooled.period_codes[i]]}"
        if several
        else pooled.names[i]
        for i in never.tolist()
    ]
    check(asked.conflicts(never, names))
    inside, size = pooled.codes >= 0, len(pooled.sizes)
    at = scores.grade_codes[inside] * size + pooled.codes[inside]
    counts = np.bincount(at, minlength=len(scores.grades) * size).reshape(-1, size)
    scored = np.cumsum(np.vstack([pooled.sizes * 0, counts]), axis=0)
    return least_change(bounds, scored)
