"""Totals of people over their stints, by days and the weights of posts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._fields import not_whole, refusals
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.errors import check, unlike
from cascade_kpi.exposing.exposure import Exposure, weight_faults
from cascade_kpi.exposing.judging import judged
from cascade_kpi.exposing.means import means, shares
from cascade_kpi.exposing.rated import rating_faults
from cascade_kpi.exposing.tables import stint_table
from cascade_kpi.exposing.trees import nobody, people_of, taken
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.moving.credited import Credited
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.block import Rating
from cascade_kpi.scoring.grades import codes_of, graded, labels_of
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["StintScores", "score_stints"]

_LONGEST = 3_652_059  # days of all years that there are


@frozen(hash=False)
class _Scoring:
    """What is scored by what: what the JSON record of scores over stints holds."""

    credited: Credited
    scorecard: Scorecard
    least_days: int
    post_weight: str | None
    ratings: Rating | None = None
    digest: str | None = None

    @classmethod
    def of(cls, stage: StintScores) -> _Scoring:
        """The results and the rules."""
        digest = digest_of([stage.total])
        return cls(stage.credited, stage.scorecard, stage.least_days, stage.post_weight,
                   stage.ratings, digest)  # fmt: skip

    def make(self) -> StintScores:
        """The scores again."""
        stage = score_stints(
            self.credited,
            self.scorecard,
            ratings=self.ratings,
            least_days=self.least_days,
            post_weight=self.post_weight,
        )
        check_digest(self.digest, digest_of([stage.total]))
        return stage


@record("cascade_kpi/stint_scores", written_as=_Scoring)
@frozen(hash=False, repr=False)
class StintScores:
    """Everybody's total over their stints. Made by :func:`score_stints`.

    Attributes
    ----------
    credited : Credited
    scorecard : Scorecard
    least_days : int
        Days that count which a holder needs at a node in a period to be judged there.
    post_weight : str or None
        Column of the tree with the weights of posts; None where all weigh 1.
    ratings : optional
        What several raters agreed on about the people; None if nothing is scored by it.
    org : OrgTree
        The people, one root each.
    total : float64 array (p, n)
        In points; NaN for who has no stint that counts.
    stints : mapping
        Labels of periods to :class:`Scores` of the stints that are judged, one leaf each;
        without periods in which none is.
    exposure : Exposure
        Per row of ``by_stint``, what it counts.
    stint_total : float64 array (s,)
        Per row of ``by_stint``, its total in points; NaN where it has none.
    leaf : int64 array (s,)
        Per row of ``by_stint``, its row in the scores of its period; -1 if it is not judged.
    cell : int64 array (s,)
        Per row of ``by_stint``, its period × n + the row of its holder among the people.
    """

    credited: Credited
    scorecard: Scorecard
    least_days: int
    post_weight: str | None
    ratings: Rating | None
    org: OrgTree = field(eq=False, repr=False)
    total: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    stints: Mapping[str, Scores] = field(eq=False, repr=False)
    exposure: Exposure = field(eq=False, repr=False)
    stint_total: FloatArray = field(eq=False, repr=False, converter=frozen_array)
    leaf: IntArray = field(eq=False, repr=False, converter=frozen_array)
    cell: IntArray = field(eq=False, repr=False, converter=frozen_array)

    @property
    def kpis(self) -> Kpis:
        """The KPIs."""
        return self.credited.moved.of_before.kpis

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.credited.moved.of_before.periods

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty without grade bands."""
        return labels_of(self.scorecard.grades)

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        return codes_of(self.scorecard.grades, self.total)

    @cached_property
    def weights(self) -> FloatArray:
        """Per row of ``by_stint``, its part of the person's total, float64 (s,).

        Those of a person in a period sum to 1; NaN where the stint does not count.
        """
        return lock(shares(self.exposure.counts, self.counted, self.cell))

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which rows of ``by_stint`` count: those with a total, bool (s,)."""
        return ~np.isnan(self.stint_total)

    def table(self) -> Columns:
        """Every stint as columns, one row a period and stint, whether it counts or not.

        Returns
        -------
        dict of str to array (m,)
            ``holder``, ``node``, ``period``, ``start``, ``end``, both in it, ``parent``,
            ``manager``; ``days`` that count; ``share`` of the node; ``post_weight``;
            ``total`` of the stint in points, NaN where it has none; ``weight``, its part of
            the person's total, NaN where it does not count; ``why_not``, empty where it
            counts. As ``by_stint``, by period, holder, start and node.

        Examples
        --------
        See :func:`score_stints`.
        """
        return stint_table(self.credited.moved, self.exposure, self.stint_total, self.weights,
                           self.least_days)  # fmt: skip

    def totals(self) -> Columns:
        """Everybody's total as columns: one row a period and person with a stint in it.

        Returns
        -------
        dict of str to array (m,)
            ``node``, the person; ``period``; ``stints``, how many count; ``total`` in points,
            NaN where none does; ``grade``, empty where there is none. By period, then person.
        """
        here = np.bincount(self.cell, minlength=self.total.size).reshape(self.total.shape)
        many = np.bincount(self.cell[self.counted], minlength=self.total.size)
        grade = graded(self.grades, self.grade_codes)
        table = totals_table(
            self.org.ids,
            self.periods.labels,
            here > 0,
            {"stints": many.reshape(self.total.shape), "total": self.total, "grade": grade},
        )
        return {**table, "grade": texts(table["grade"])}

    def __repr__(self) -> str:
        there = int(np.count_nonzero(~np.isnan(self.total)))
        counted = int(np.count_nonzero(self.counted))
        return f"<StintScores {there:,} totals of {counted:,} stints, {len(self.counted):,} in all>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.credited), hash(self.scorecard), self.total))


def score_stints(
    credited: Credited,
    scorecard: Scorecard,
    *,
    ratings: Rating | None = None,
    least_days: int = 1,
    post_weight: str | None = None,
) -> StintScores:
    """Score every stint by the scorecard of its post, and everybody over their stints.

    A stint has its own target and its own result, and the weights of the group of the node
    that it is at. A person's total is the mean of their stints' by days that count, share
    of the node and weight of the post.

    Parameters
    ----------
    credited : Credited
        What :func:`cascade_kpi.credit` makes.
    scorecard : Scorecard
        Of the KPIs of the targets, for the groups of the nodes; an override of a node
        is of every stint there.
    ratings : optional
        What several raters agreed on about the holders, for items that are :class:`Rated`:
        of nodes whose ids are those of the holders, in whatever tree.
    least_days : int
        Days that count which a holder needs at a node in a period to be judged there.
    post_weight : str, optional
        Column of the tree by which days at several posts weigh, zero or more; of
        weight zero a post is not judged. All weigh 1 without one.

    Returns
    -------
    StintScores

    Raises
    ------
    InputError
        Listing every fault of the arguments: weights of posts that are blank or below zero,
        columns that the people are to have and the tree has, ratings of other periods,
        holders that the tree of the ratings lacks; and what :func:`cascade_kpi.score`
        refuses of stints.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "units", lot=1)], {"sales": 730}, periods="2026")
    >>> who = {"holder": ["li", "li"], "node": ["a", "b"], "start": ["2026-01-01", "2026-05-27"]}
    >>> stints = ck.Stints.from_table({**who, "end": ["2026-05-26", ""]}, org)
    >>> done = ck.credit(
    ...     ck.move(year, stints, by=ck.moves.FollowsPost()),
    ...     {
    ...         "holder": ["li", "li"],
    ...         "node": ["a", "b"],
    ...         "kpi": ["sales", "sales"],
    ...         "value": [146.0, 175.2],
    ...     },
    ... )
    >>> stage = ck.score_stints(done, ck.Scorecard([ck.Item("sales")], {"sales": 100}))
    >>> stage
    <StintScores 1 totals of 2 stints, 2 in all>
    >>> table = stage.table()
    >>> for row in zip(table["node"], table["days"], table["weight"], table["total"]):
    ...     print(*row)
    a 146 0.4 100.0
    b 219 0.6 80.0
    >>> stage.total
    array([[88.]])
    """
    faults = unlike(credited, Credited, "credited", "credit(…)")
    faults += unlike(scorecard, Scorecard, "scorecard", "Scorecard(…)")
    faults += not_whole("score_stints", 1, _LONGEST, least_days=least_days)
    if isinstance(credited, Credited):
        faults += taken(credited.moved.of_before.org) + weight_faults(credited.moved, post_weight)
        faults += nobody(credited.moved)
        if isinstance(scorecard, Scorecard):
            of = credited.moved.of_before
            faults += refusals(lambda card: card.check_against(of.kpis, of.org), scorecard)
    check(faults)
    moved = credited.moved
    exposure = Exposure.of(moved, least_days, post_weight)
    check(rating_faults(moved, ratings, exposure))
    people, row = people_of(moved)
    stints, leaf, totals = judged(credited, scorecard, exposure, ratings)
    cell = moved.stays.period * len(people) + row[moved.stays.holder]
    shape = len(moved.of_before.periods), len(people)
    total = means(totals, exposure.counts, cell, shape[0] * shape[1]).reshape(shape)
    stage = StintScores(
        credited, scorecard, least_days, post_weight, ratings, people, lock(total),
        MappingProxyType(stints), exposure, lock(totals), leaf, cell,
    )  # fmt: skip
    if scorecard.grades is not None:
        stage.grade_codes  # noqa: B018 - a total outside all bands is refused here
    return stage
