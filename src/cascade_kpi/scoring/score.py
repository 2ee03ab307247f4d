"""Scores: the totals of everybody, and every number behind them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Scores", "score"]


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
