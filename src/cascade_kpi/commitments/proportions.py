"""The usual proportions by which what is known above is divided below: splits of a KPI.

C. W. Gross and J. E. Sohl, "Disaggregation methods to expedite product line forecasting",
*Journal of Forecasting* 9, 1990, compare proportions of history; G. Athanasopoulos, R. A. Ahmed
and R. J. Hyndman, *International Journal of Forecasting* 25, 2009, take those of forecasts.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.org.rollup import fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.results.actuals import Actuals

__all__ = ["AverageProportions", "ForecastProportions", "ProportionsOfAverages"]


def _odd_history(history: object, of: object) -> list[Fault]:
    faults = unlike(history, Actuals, "history", "Actuals.from_table(…)")
    if faults or not isinstance(history, Actuals):
        return faults
    names = history.kpis.names
    if not isinstance(of, str) or of not in names:
        return [Fault("proportions", "no such KPI in the history", suggest(of, names), value=of)]
    if history.kpis[of].aggregate.makeup is not Makeup.SUM:
        reason, repair = "a KPI that does not add up", "take one whose reports are summed"
        return [Fault("proportions", reason, repair, value=of)]
    return []


@frozen
class _OfHistory:
    """Proportions of what leaves have reported."""

    history: Actuals
    of: str
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        check(_odd_history(self.history, self.of))


def _reported(history: Actuals, of: str, org: OrgTree) -> FloatArray:
    """What every leaf reported in every period, (p, n), zero at inner nodes.

    Raises
    ------
    InputError
        Listing leaves without a report, and negative ones.
    """
    reports = history.inputs[history.kpis.index(of)][0]
    found = history.org.find(org.ids)
    values = np.where(found >= 0, reports[:, found], np.nan)
    values[:, ~org.is_leaf] = 0.0
    faults = [
        Fault(
            "history",
            f"no report of {of} in {history.periods.labels[p]}",
            "state it, zero if there was nothing",
            value=org.node(row).id,
        )
        for p, row in np.argwhere(np.isnan(values)).tolist()
    ]
    faults += [
        Fault("history", f"{of} in {history.periods.labels[p]} is negative", "correct it",
              value=org.node(row).id)
        for p, row in np.argwhere(values < 0).tolist()
    ]  # fmt: skip
    check(faults)
    return values


@record("cascade_kpi/proportions.average")
@frozen
class AverageProportions(_OfHistory):
    """A leaf's share of the whole in each past period, averaged: average historical proportions.

    Periods in which the whole is zero say nothing and are left out.

    Parameters
    ----------
    history : Actuals
        Reports of every leaf in every period.
    of : str
        The KPI of the history.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> past = {"node": ["a", "b"] * 2, "kpi": ["sales"] * 4, "period": ["1", "1", "2", "2"]}
    >>> kpis = [ck.Kpi("sales", "CNY", lot=1)]
    >>> history = ck.Actuals.from_table(org, kpis, {**past, "value": [10, 30, 20, 20]})
    >>> AverageProportions(history, "sales")(org)
    array([1.   , 0.375, 0.625])
    """

    def __call__(self, org: OrgTree) -> FloatArray:
        """Mean shares, summed over leaves, (n,).

        Raises
        ------
        InputError
            Listing leaves that the history has no report of, or a negative one.
        """
        values = _reported(self.history, self.of, org)
        roots = org.layout.roots
        top = np.repeat(roots, org.size[roots])  # of each node: subtrees are slices of rows
        shares = np.zeros(len(org))
        counted = np.zeros(len(org))
        for period in values:
            whole = fold_subtrees(org.layout, period, np.add)[top]
            shares += np.divide(period, whole, out=np.zeros(len(org)), where=whole > 0)
            counted += whole > 0
        return fold_subtrees(org.layout, shares / np.maximum(counted, 1.0), np.add)


@record("cascade_kpi/proportions.of_averages")
@frozen
class ProportionsOfAverages(_OfHistory):
    """A leaf's past average as a share of everybody's: proportions of the historical averages.

    Parameters
    ----------
    history : Actuals
        Reports of every leaf in every period.
    of : str
        The KPI of the history.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> past = {"node": ["a", "b"] * 2, "kpi": ["sales"] * 4, "period": ["1", "1", "2", "2"]}
    >>> kpis = [ck.Kpi("sales", "CNY", lot=1)]
    >>> history = ck.Actuals.from_table(org, kpis, {**past, "value": [10, 30, 20, 20]})
    >>> ProportionsOfAverages(history, "sales")(org)
    array([40., 15., 25.])
    """

    def __call__(self, org: OrgTree) -> FloatArray:
        """Averages, summed over leaves, (n,), in the history's unit.

        Raises
        ------
        InputError
            Listing leaves that the history has no report of, or a negative one.
        """
        values = _reported(self.history, self.of, org)
        total = np.zeros(len(org))
        for period in values:
            total += period
        return fold_subtrees(org.layout, total / len(values), np.add)


@record("cascade_kpi/proportions.forecast")
@frozen
class ForecastProportions:
    """Each child's forecast as a share of those of its siblings: forecast proportions.

    Level by level: a node's forecast need not be the sum of those below it.

    Parameters
    ----------
    column : str
        A column of the tree with the forecast of every node, zero or more;
        those of roots are not read.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "next": [None, 30, 50]}
    ... )
    >>> kpi = ck.Kpi("sales", "CNY", lot=1, split=ForecastProportions("next"))
    >>> ck.cascade(org, [kpi], {"sales": 100}, periods="2027").of("sales")
    array([[100.,  38.,  62.]])
    """

    column: str = field()
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.column, str) or not self.column.strip():
            repair = "name a column of the tree"
            check([Fault("proportions", "not a name", repair, column="column", value=self.column)])

    def __call__(self, org: OrgTree) -> FloatArray:
        """The forecasts, (n,); zero at the roots.

        Raises
        ------
        InputError
            If there is no such column, or entries are blank or negative.
        """
        values = np.array(org.numbers(self.column), dtype=np.float64)
        values[org.parent < 0] = 0.0
        check(
            [
                Fault("units", "blank" if values[row] != values[row] else "negative",
                      "give the forecast, zero or more", row=int(org.source_row[row]),
                      column=self.column, value=org.node(row).id)
                for row in np.flatnonzero(np.isnan(values) | (values < 0)).tolist()
            ]
        )  # fmt: skip
        return values
