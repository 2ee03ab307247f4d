"""Scores: the totals of everybody, and every number behind them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._long import Columns, long_table, texts, totals_table
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.missing import Missing
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.kernel import Kernel, weighted_mean
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Scores", "score"]


@frozen(hash=False)
class _Scoring:
    """What is scored by what: what the JSON record of scores holds."""

    results: Results
    scorecard: Scorecard
    digest: str | None = None

    @classmethod
    def of(cls, scores: Scores) -> _Scoring:
        """The results and the scorecard."""
        return cls(scores.results, scores.scorecard, digest_of([scores.total]))

    def make(self) -> Scores:
        """The scores again."""
        scores = score(self.results, self.scorecard)
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

    def item(self, kpi: str) -> int:
        """Position of a KPI's item on the scorecard.

        Raises
        ------
        InputError
            If it is not on it.
        """
        names = [item.kpi for item in self.scorecard.items]
        if kpi not in names:
            check([Fault("scorecard", "no item of this KPI", suggest(kpi, names), value=kpi)])
        return names.index(kpi)

    def _per_period(self, cells: Any) -> FloatArray:
        everybody = slice(0, len(self.org))
        return lock(np.stack([cells(p, everybody) for p in range(len(self.periods))]))

    def attainment(self, kpi: str) -> FloatArray:
        """What the item's curve was read at, float64 (p, n), NaN where absent."""
        i = self.item(kpi)
        return self._per_period(lambda p, nodes: self.kernel.attainment(i, p, nodes))

    def points(self, kpi: str) -> FloatArray:
        """Points of the item, float64 (p, n), NaN where absent."""
        i = self.item(kpi)
        return self._per_period(lambda p, nodes: self.kernel.points(i, p, nodes))

    def weights(self, kpi: str) -> FloatArray:
        """Weight of the item for every node, float64 (n,); 0 if it is not on the card."""
        return np.asarray(self.kernel.weights[self.kernel.group, self.item(kpi)])

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty without grade bands."""
        bands = self.scorecard.grades
        return () if bands is None else bands.labels

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        bands = self.scorecard.grades
        return lock(np.full(self.total.shape, -1) if bands is None else bands.codes(self.total))

    def grade(self, node: object, period: str | None = None) -> str | None:
        """A node's grade, None where there is none."""
        code = int(self.grade_codes[self.periods.index(period), self.org.row(node)])
        return None if code < 0 else self.grades[code]

    def table(self) -> Columns:
        """Every item of everybody's scorecard as columns: one row a period, item and node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit`` of the KPI; ``attainment``, what the
            curve was read at; ``points``; ``weight`` as on the scorecard; and
            ``effective_weight``, that weight over the sum of those that counted, 0 to 1:
            zero for an absent item that is left out, NaN where there is no total. By
            period, then item, then node, of nodes that the item weighs something for.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
        >>> kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
        >>> targets = ck.cascade(org, kpis, {"sales": 10, "calls": 8}, periods="2026")
        >>> results = ck.measure(targets, {"node": ["a"], "kpi": ["sales"], "value": [9]})
        >>> card = ck.Scorecard([ck.Item("sales"), ck.Item("calls")], {"sales": 60, "calls": 40})
        >>> table = ck.score(results, card).table()
        >>> for name in ("node", "kpi", "points", "weight", "effective_weight"):
        ...     print(name, table[name].tolist())
        node ['hq', 'a', 'hq', 'a']
        kpi ['sales', 'sales', 'calls', 'calls']
        points [90.0, 90.0, nan, nan]
        weight [60.0, 60.0, 40.0, 40.0]
        effective_weight [1.0, 1.0, 0.0, 0.0]
        """
        weights = [self.weights(item.kpi) for item in self.scorecard.items]
        periods = [self._items(p, weights) for p in range(len(self.periods))]
        attainment, points, effective = (
            [np.stack(each) for each in zip(*rows, strict=True)]
            for rows in zip(*periods, strict=True)
        )
        shape = self.total.shape
        weight = [np.broadcast_to(each, shape) for each in weights]
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(item.kpi, self.kpis[item.kpi].unit) for item in self.scorecard.items],
            [each > 0 for each in weight],
            {
                "attainment": attainment,
                "points": points,
                "weight": weight,
                "effective_weight": effective,
            },
        )

    def _items(self, p: int, weights: list[FloatArray]) -> tuple[list[FloatArray], ...]:
        """Attainment, points and effective weight of every item in one period, (n,) each."""
        kernel, missing, everybody = self.kernel, self.scorecard.missing, slice(0, len(self.org))
        items = self.scorecard.items
        attainment = [kernel.attainment(i, p, everybody) for i in range(len(items))]
        points = [item.curve(at) for item, at in zip(items, attainment, strict=True)]
        alike = len(kernel.weights) == 1
        _, counted = weighted_mean(
            points, kernel.weights[0].tolist() if alike else weights, missing
        )
        base = np.where(np.isnan(self.total[p]), np.nan, counted)
        effective = [weight / base for weight in weights]
        if missing is Missing.RENORMALISE:
            for share, item in zip(effective, points, strict=True):
                share[np.isnan(item) & ~np.isnan(base)] = 0.0
        return attainment, points, effective

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
        scored = np.any(self.kernel.weights[self.kernel.group] > 0, axis=1)
        grade = np.array([*self.grades, ""], dtype=object)[self.grade_codes]  # -1 is the last
        table = totals_table(
            self.org.ids,
            self.periods.labels,
            np.broadcast_to(scored, self.total.shape),
            {"total": self.total, "grade": grade},
        )
        return {**table, "grade": texts(table["grade"])}

    def __repr__(self) -> str:
        scored = int(np.count_nonzero(~np.isnan(self.total)))
        return f"<Scores {scored:,} totals × {self.org!r}, missing: {self.scorecard.missing.value}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.results), hash(self.scorecard), self.total))


def score(results: Results, scorecard: Scorecard) -> Scores:
    """Score every node by the scorecard of its group.

    attainment → points by each item's curve → Σ weight·points ÷ Σ weight.

    Parameters
    ----------
    results : Results
    scorecard : Scorecard

    Returns
    -------
    Scores

    Raises
    ------
    InputError
        If the scorecard does not fit the KPIs or the tree; listing targets
        of zero that an attainment refuses; under ``missing="refuse"``, listing
        every item without a result.

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
    kernel = Kernel.of(results, scorecard)
    scores = Scores(results, scorecard, lock(kernel.totals()), kernel)
    if scorecard.grades is not None:
        scorecard.grades.codes(scores.total)
    return scores
