"""Blended totals over stints: people carry shares of the units that they were in."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import (
    CONTENT,
    FloatArray,
    IntArray,
    fingerprint,
    frozen_array,
    lock,
    refuse_overflow,
)
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.blending.bounds import Bound, Within, bound_faults
from cascade_kpi.blending.levels import Own
from cascade_kpi.blending.mixing import Line, Mixture, mix
from cascade_kpi.blending.shares import Absent, Shares
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.exposing.means import means
from cascade_kpi.exposing.means import shares as shares_of
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.grades import codes_of, graded
from cascade_kpi.scoring.made_of import MadeOfScores
from cascade_kpi.scoring.standing import Standing, bands_of, not_in_points

__all__ = ["BlendedStints", "blend_stints"]

_SUGGESTED = 50  # near misses are looked for this often: each look compares many names


@frozen(hash=False)
class _Blending:
    """What is blended with what: what the JSON record of stints with their units holds."""

    scores: StintScores
    above: Standing
    shares: Shares
    within: Bound
    digest: str | None = None

    @classmethod
    def of(cls, stage: BlendedStints) -> _Blending:
        """The stints, the units and the rules."""
        digest = digest_of([stage.total])
        return cls(stage.scores, stage.above, stage.shares, stage.within, digest)

    def make(self) -> BlendedStints:
        """The blended totals again."""
        stage = blend_stints(self.scores, self.above, self.shares, within=self.within)
        check_digest(self.digest, digest_of([stage.total]))
        return stage


@record("cascade_kpi/blended_stints", written_as=_Blending)
@frozen(hash=False, repr=False)
class BlendedStints(MadeOfScores):
    """Everybody's total over stints that carry units' totals. Made by :func:`blend_stints`.

    Attributes
    ----------
    scores : StintScores
    above : comparing.Standing
        The totals of the nodes.
    shares : Shares
    within : blending.Bound
        What each stint's mean was bounded by.
    stint_total : float64 array (s,)
        Per row of ``by_stint``, its total with what it carries, in points; NaN where it has none.
    total : float64 array (p, n)
        Of the people, in points; NaN for who has no stint that counts.
    """

    scores: StintScores
    above: Standing
    shares: Shares
    within: Bound
    stint_total: FloatArray = field(eq=False, repr=False, converter=frozen_array)
    total: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @property
    def kpis(self) -> Kpis:
        """The KPIs."""
        return self.scores.kpis

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty without grade bands."""
        return self.scores.grades

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        return codes_of(bands_of(self.scores), self.total)

    def grade(self, node: object, period: str | None = None) -> str | None:
        """A person's grade, None where there is none."""
        code = int(self.grade_codes[self.periods.index(period), self.org.row(node)])
        return None if code < 0 else self.grades[code]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which rows of ``by_stint`` count: those with a total, bool (s,)."""
        return ~np.isnan(self.stint_total)

    @cached_property
    def weights(self) -> FloatArray:
        """Per row of ``by_stint``, its part of the person's total, float64 (s,).

        Those of a person in a period sum to 1; NaN where the stint does not count.
        """
        return lock(shares_of(self.scores.exposure.counts, self.counted, self.scores.cell))

    @cached_property
    def carried(self) -> Carrying:
        """Who carries how much of whom."""
        return Carrying.of(self.scores, self.above, self.shares)

    def table(self) -> Columns:
        """Every stint that is judged as columns: one row a period and stint.

        Returns
        -------
        dict of str to array (m,)
            ``holder``, ``node``, ``period``, ``start``; ``own``, the stint's total as scored;
            of each level ``share of`` it, 0 to 1, and ``part of`` it, in points; ``bounded``,
            what the bound changed; ``total``, in points; ``weight``, its part of the person's
            total. As ``by_stint``.

        Examples
        --------
        See :func:`blend_stints`.
        """
        rows = np.flatnonzero(self.scores.exposure.judged)
        names = ("holder", "node", "period", "start")
        stints = self.scores.table()
        table: Columns = {name: stints[name][rows] for name in names}
        mixture = self.carried.mixture(rows)
        table["own"] = self.scores.stint_total[rows]
        for i, level in enumerate(self.shares.levels):
            table[f"share of {level.called}"] = mixture.shares[i]
            table[f"part of {level.called}"] = mixture.parts[i]
        table["bounded"] = self.stint_total[rows] - mixture.mean
        return {**table, "total": self.stint_total[rows], "weight": self.weights[rows]}

    def totals(self) -> Columns:
        """Everybody's total as columns: one row a period and person with a stint in it.

        Returns
        -------
        dict of str to array (m,)
            ``node``, the person; ``period``; ``stints``, how many count; ``own``, the total
            over stints as scored, and ``total``, in points, NaN where there is none; ``grade``,
            empty where there is none. By period, then person.
        """
        cell, size, shape = self.scores.cell, self.total.size, self.total.shape
        here = np.bincount(cell, minlength=size).reshape(shape)
        many = np.bincount(cell[self.counted], minlength=size).reshape(shape)
        columns: dict[str, Any] = {"stints": many, "own": self.scores.total, "total": self.total}
        columns["grade"] = graded(self.grades, self.grade_codes)
        table = totals_table(self.org.ids, self.periods.labels, here > 0, columns)
        return {**table, "grade": texts(table["grade"])}

    def __repr__(self) -> str:
        there = int(np.count_nonzero(~np.isnan(self.total)))
        levels = ", ".join(level.called for level in self.shares.levels)
        counted = int(np.count_nonzero(self.counted))
        return f"<BlendedStints {there:,} totals of {levels} over {counted:,} stints>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), hash(self.shares), self.total))


@frozen(eq=False)
class Carrying:
    """Which stints carry how much of which nodes.

    Attributes
    ----------
    node : int64 array (s,)
        Of each stint, the row of its node in the tree of the nodes' totals; -1 where it lacks.
    rows : tuple of int64 array (n,)
        One a level: the row found for each node, -1 for none.
    table : float64 array (groups, levels)
        Shares.
    group : int64 array (n,)
        Of each node.
    """

    scores: StintScores
    above: Standing
    shares: Shares
    node: IntArray
    rows: tuple[IntArray, ...]
    table: FloatArray
    group: IntArray

    @classmethod
    def of(cls, scores: StintScores, above: Standing, shares: Shares) -> Carrying:
        """Of stints, once the shares are found to fit."""
        moved = scores.credited.moved
        node = above.org.find(moved.of_before.org.ids.tolist())[moved.stays.node]
        table, group = shares.table(above.org)
        rows = tuple(level.rows(above.org) for level in shares.levels)
        return cls(scores, above, shares, node, rows, table, group)

    def lines(self, stints: IntArray) -> list[Line]:
        """Levels of some stints; the row of a stint itself is one beyond the nodes."""
        node, own = self.node[stints], self.scores.stint_total[stints]
        period = self.scores.credited.moved.stays.period[stints]
        lines = []
        for i, level in enumerate(self.shares.levels):
            share = self.table[self.group[node], i]
            if level == Own():
                lines.append(Line(share, own, np.full(len(stints), len(self.above.org))))
                continue
            at = self.rows[i][node]
            total = np.where(at < 0, np.nan, self.above.total[period, at])
            lines.append(Line(share, total, at))
        return lines

    def mixture(self, stints: IntArray) -> Mixture:
        """What the totals of some stints are mixed of."""
        here = np.full(len(stints), len(self.above.org))
        return mix(self.lines(stints), here, self.scores.stint_total[stints], self.shares)


def blend_stints(
    scores: StintScores, above: Standing, shares: Shares, *, within: Bound | None = None
) -> BlendedStints:
    """Have people's totals over stints carry stated shares of the units that they were in.

    Every stint is blended by the shares of the group of the node that it is at: its own
    total, ``"own"``, with the totals of that node, ``"node"``, and of those above it. A
    person's total is the mean of their blended stints by exposure.

    Parameters
    ----------
    scores : StintScores
    above : Scores, or Blended
        The totals of the nodes, of the same periods; its tree says who stands above.
    shares : Shares
    within : blending.Bound, optional
        How far others may take a stint's total from its own: ``blending.Within(10, 10)``.

    Returns
    -------
    BlendedStints

    Raises
    ------
    InputError
        If the shares do not fit the tree, or the periods differ; listing nodes of stints
        that the tree lacks; under `refuse`, every node that has nobody at a level of which
        a stint there carries a share, and every unit without a total.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "kind": ["team", "post", "post"]},
    ...     kind="kind",
    ... )
    >>> year = ck.cascade(org, [ck.Kpi("sales", "units", lot=1)], {"sales": 730}, periods="2026")
    >>> who = {"holder": ["li", "li", "wu"], "node": ["a", "b", "hq"]}
    >>> days = {"start": ["2026-01-01", "2026-05-27", "2026-01-01"], "end": ["2026-05-26", "", ""]}
    >>> moved = ck.move(year, ck.Stints.from_table({**who, **days}, org), by=ck.moves.FollowsPost())
    >>> sold = {"holder": ["li", "li"], "node": ["a", "b"], "kpi": ["sales"] * 2}
    >>> done = ck.credit(moved, {**sold, "value": [146.0, 175.2]})
    >>> card = ck.Scorecard([ck.Item("sales")], {"sales": 100})
    >>> reached = {"node": ["a", "b"], "kpi": ["sales"] * 2, "value": [365.0, 219.0]}
    >>> units = ck.score(ck.measure(year, reached), card)
    >>> shares = ck.blending.Shares({"post": {"own": 80, "parent": 20}, "team": {"node": 100}})
    >>> stage = ck.blend_stints(ck.score_stints(done, card), units, shares)
    >>> table = stage.table()
    >>> for row in zip(*(table[name] for name in ("holder", "node", "own", "total", "weight"))):
    ...     print(*row)
    li a 100.0 96.0 0.4
    li b 80.0 80.0 0.6
    wu hq nan 80.0 1.0
    >>> stage.total
    array([[86.4, 80. ]])
    """
    within = Within() if within is None else within
    wrong = unlike(scores, StintScores, "scores", "score_stints(…)") + not_in_points(above)
    wrong += unlike(shares, Shares, "shares", "blending.Shares(…)")
    check(wrong + bound_faults("blend_stints", "within", within))
    check(_strange(scores, above))
    shares.check_at(above.org)
    carried = Carrying.of(scores, above, shares)
    stints = np.flatnonzero(scores.exposure.judged)
    check(_nobody(carried, stints) + _missing(carried, stints))
    total = np.full(len(scores.stint_total), np.nan)
    with refuse_overflow("scores"):
        total[stints] = within(carried.mixture(stints).mean, scores.stint_total[stints])
    people = means(total, scores.exposure.counts, scores.cell, scores.total.size)
    stage = BlendedStints(
        scores, above, shares, within, lock(total), lock(people.reshape(scores.total.shape))
    )
    stage.grade_codes  # noqa: B018 - a total outside all bands is refused here
    return stage


def _strange(scores: StintScores, above: Standing) -> list[Fault]:
    """Other periods, and a fault for each node of a stint that the other tree lacks."""
    faults = []
    was, labels = scores.periods.labels, above.periods.labels
    if tuple(was) != tuple(labels):
        reason = f"totals of the periods {', '.join(labels)} above stints of {', '.join(was)}"
        faults.append(Fault("above", reason, "score both in the same periods"))
    moved = scores.credited.moved
    ids = moved.of_before.org.ids[np.unique(moved.stays.node[scores.exposure.judged])].tolist()
    lacking = [node for node, row in zip(ids, above.org.find(ids), strict=True) if row < 0]
    known = above.org.ids.tolist() if lacking else []
    for count, node in enumerate(lacking):
        repair = "score the tree that the stints are at"
        if count < _SUGGESTED:
            repair += f"; {suggest(node, known)}"
        faults.append(Fault("above", "no such node, and somebody has a stint there", repair,
                            value=node))  # fmt: skip
    return faults


def _nobody(carried: Carrying, stints: IntArray) -> list[Fault]:
    """Under `refuse`, a fault for each node of a stint that carries a share of nobody."""
    if carried.shares.nobody is not Absent.REFUSE:
        return []
    repair = "give its group other shares, or pass nobody='own' or another policy"
    faults = []
    for level, line in zip(carried.shares.levels, carried.lines(stints), strict=True):
        alone = np.unique(carried.node[stints][(line.share > 0) & (line.at < 0)])
        reason = f"{level.called}: there is none above"
        faults += [
            Fault("shares", reason, repair, value=node)
            for node in carried.above.org.ids[alone].tolist()
        ]
    return faults


def _missing(carried: Carrying, stints: IntArray) -> list[Fault]:
    """Under `refuse`, a fault for each unit that has no total to be carried."""
    if carried.shares.missing is not Absent.REFUSE:
        return []
    org, periods = carried.above.org, carried.scores.periods.labels
    period = carried.scores.credited.moved.stays.period[stints]
    counts = np.zeros((len(periods), len(org)), dtype=np.int64)
    for line in carried.lines(stints):
        asks = (line.share > 0) & (line.at >= 0) & (line.at < len(org)) & np.isnan(line.total)
        np.add.at(counts, (period[asks], line.at[asks]), 1)
    repair = "score it, or choose another policy for what is missing than 'refuse'"
    return [
        Fault("above", f"no total in {periods[p]}, of which {counts[p, row]:,} shares are carried",
              repair, value=org.ids[row])
        for p, row in np.argwhere(counts > 0).tolist()
    ]  # fmt: skip
