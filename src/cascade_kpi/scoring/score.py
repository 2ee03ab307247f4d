"""Scores: the totals of everybody, and every number behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._long import Columns, long_table, texts, totals_table
from cascade_kpi.errors import check, unlike
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.block import Rating
from cascade_kpi.scoring.brought import PLAIN, slope_of
from cascade_kpi.scoring.grades import codes_of, graded, labels_of
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.lawful import sources_of
from cascade_kpi.scoring.outline import Outline
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Scores", "score"]


@frozen(hash=False)
class _Scoring:
    """What is scored by what: what the JSON record of scores holds."""

    results: Results
    scorecard: Scorecard
    ratings: Rating | None = None
    digest: str | None = None

    @classmethod
    def of(cls, scores: Scores) -> _Scoring:
        """The results, the scorecard and the ratings."""
        digest = digest_of([scores.total])
        return cls(scores.results, scores.scorecard, scores.ratings, digest)

    def make(self) -> Scores:
        """The scores again."""
        scores = score(self.results, self.scorecard, ratings=self.ratings)
        check_digest(self.digest, digest_of([scores.total]))
        return scores


@record("cascade_kpi/scores", written_as=_Scoring)
@frozen(hash=False, repr=False)
class Scores:
    """Totals of everybody under one scorecard. Made by :func:`score`.

    Attributes
    ----------
    results : Results
    scorecard : Scorecard
    total : float64 array (p, n)
        In points; NaN for a node that is not scored, or has nothing to score.
    """

    results: Results
    scorecard: Scorecard
    total: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    kernel: Kernel = field(eq=False)

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.results.org

    @property
    def kpis(self) -> Kpis:
        """The KPIs."""
        return self.results.kpis

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.results.periods

    @property
    def ratings(self) -> Rating | None:
        """What several raters agreed on; None if nothing is scored by it."""
        return self.kernel.sources.ratings

    @property
    def outline(self) -> Outline:
        """The parts of the card, numbered."""
        return self.scorecard.outline

    @property
    def kpi_items(self) -> tuple[str, ...]:
        """Names of the items that are of one KPI and named after it."""
        return tuple(item.name for item in self.scorecard.items if item.kpis == (item.name,))

    def _everybody(self, made: Callable[[int, slice], FloatArray]) -> FloatArray:
        everybody = slice(0, len(self.org))
        return lock(np.stack([made(p, everybody) for p in range(len(self.periods))]))

    def attainment(self, item: str) -> FloatArray:
        """What an item's curve was read at, float64 (p, n), NaN where absent."""
        i = self.outline.position(item)
        return self._everybody(lambda p, nodes: self.kernel.attainment(i, p, nodes))

    def points(self, part: str) -> FloatArray:
        """Points of an item, or the value of a section, float64 (p, n), NaN where absent."""
        i = self.outline.position(part)
        return self._everybody(lambda p, nodes: self.kernel.value(i, p, nodes))

    def weights(self, part: str) -> FloatArray:
        """Weight of a part for every node, float64 (n,); 0 if it is not on the card."""
        table = self.kernel.sources.table
        return np.asarray(table.weights[table.group, self.outline.position(part)])

    def effective(self, part: str) -> FloatArray:
        """What a point of a part adds to the total before adjustments, float64 (p, n).

        Its weight over the sum of those that counted, down the sections; zero for an
        absent part that is left out. NaN where there is no total, and where what a point
        adds depends on the other parts' points.
        """
        i = self.outline.position(part)
        return self._everybody(lambda p, nodes: slope_of(self.kernel.block(p, nodes, PLAIN), i))

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty without grade bands."""
        return labels_of(self.scorecard.grades)

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        return codes_of(self.scorecard.grades, self.total)

    def grade(self, node: object, period: str | None = None) -> str | None:
        """A node's grade, None where there is none."""
        code = int(self.grade_codes[self.periods.index(period), self.org.row(node)])
        return None if code < 0 else self.grades[code]

    def table(self) -> Columns:
        """Every part of everybody's scorecard as columns: one row a period, part and node.

        Returns
        -------
        dict of str to array (m,)
            ``node``; ``part``, an item or a section; ``period``; ``unit`` of the item's
            KPI; ``attainment``, what the curve was read at; ``points``; ``weight`` as on
            the scorecard; and ``effective_weight``: :meth:`effective`. By period, then
            part, then node, of nodes that have the part on their card.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
        >>> kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
        >>> targets = ck.cascade(org, kpis, {"sales": 10, "calls": 8}, periods="2026")
        >>> results = ck.measure(targets, {"node": ["a"], "kpi": ["sales"], "value": [9]})
        >>> card = ck.Scorecard([ck.Item("sales"), ck.Item("calls")], {"sales": 60, "calls": 40})
        >>> table = ck.score(results, card).table()
        >>> for name in ("node", "part", "points", "weight", "effective_weight"):
        ...     print(name, table[name].tolist())
        node ['hq', 'a', 'hq', 'a']
        part ['sales', 'sales', 'calls', 'calls']
        points [90.0, 90.0, nan, nan]
        weight [60.0, 60.0, 40.0, 40.0]
        effective_weight [1.0, 1.0, 0.0, 0.0]
        """
        names = self.outline.names[1:]
        weight = [np.broadcast_to(self.weights(name), self.total.shape) for name in names]
        table = long_table(
            self.org.ids,
            self.periods.labels,
            [(name, self._unit(name)) for name in names],
            [each > 0 for each in weight],
            {
                "attainment": [self._attained(name) for name in names],
                "points": [self.points(name) for name in names],
                "weight": weight,
                "effective_weight": [self.effective(name) for name in names],
            },
        )
        return {"part" if name == "kpi" else name: column for name, column in table.items()}

    def _unit(self, name: str) -> str:
        """The unit of an item's KPI; of points, where it is not of one KPI."""
        part = self.outline.parts[self.outline.position(name)]
        kpis = getattr(part, "kpis", ())
        return self.kpis[str(*kpis)].unit if len(kpis) == 1 else "points"

    def _attained(self, name: str) -> FloatArray | None:
        part = self.outline.parts[self.outline.position(name)]
        return self.attainment(name) if hasattr(part, "attained") else None

    def totals(self) -> Columns:
        """Everybody's total as columns: one row a period and node with a scorecard.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``; ``total`` in points, NaN where there was nothing to
            score; ``grade``, empty where there is none. By period, then node.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
        >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 10}, periods="2026")
        >>> results = ck.measure(targets, {"node": ["a"], "kpi": ["sales"], "value": [9]})
        >>> grades = ck.Grades.from_edges({"A": 95, "B": None})
        >>> card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=grades)
        >>> print(*(values.tolist() for values in ck.score(results, card).totals().values()))
        ['hq', 'a'] ['2026', '2026'] [90.0, 90.0] ['B', 'B']
        """
        weights = self.kernel.sources.table
        scored = np.any(weights.weights > 0, axis=1)[weights.group]
        grade = graded(self.grades, self.grade_codes)
        table = totals_table(
            self.org.ids,
            self.periods.labels,
            np.broadcast_to(scored, self.total.shape),
            {"total": self.total, "grade": grade},
        )
        return {**table, "grade": texts(table["grade"])}

    def __repr__(self) -> str:
        scored = int(np.count_nonzero(~np.isnan(self.total)))
        return (
            f"<Scores {scored:,} totals × {self.org!r}, missing: {self.scorecard.missing.words()}>"
        )

    def __hash__(self) -> int:
        return fingerprint((hash(self.results), hash(self.scorecard), self.total))


def score(results: Results, scorecard: Scorecard, *, ratings: Rating | None = None) -> Scores:
    """Score every node by the scorecard of its group.

    attainment → points by each item's curve → gates → combined in sections →
    adjustments → the total.

    Parameters
    ----------
    results : Results
    scorecard : Scorecard
    ratings : optional
        What several raters agreed on, for items that are :class:`Rated`.

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        If the scorecard does not fit the KPIs, the tree or the ratings; listing
        targets of zero that an attainment refuses, and columns that an adjustment needs
        and that are blank; under ``missing="refuse"``, listing every absent part.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
    >>> results = ck.measure(
    ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [40.0, 60.0]}
    ... )
    >>> ck.score(results, ck.Scorecard([ck.Item("sales")], {"sales": 100})).total
    array([[100.,  80., 120.]])
    """
    wrong = unlike(results, Results, "results", "measure(…)")
    check(wrong + unlike(scorecard, Scorecard, "scorecard", "Scorecard(…)"))
    kernel = Kernel(sources_of(results, scorecard, ratings))
    scores = Scores(results, scorecard, lock(kernel.totals()), kernel)
    if scorecard.grades is not None:
        scores.grade_codes  # noqa: B018 - a total outside all bands is refused here
    return scores
