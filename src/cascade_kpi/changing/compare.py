"""What changed between two of a kind: targets, or totals of everybody."""

from __future__ import annotations

from typing import Any, overload

from attrs import evolve

from cascade_kpi.changing import changes
from cascade_kpi.changing.changes import Changes
from cascade_kpi.comparing import compare as rules
from cascade_kpi.comparing.compare import Comparison, not_options
from cascade_kpi.comparing.pay import Pay
from cascade_kpi.comparing.pools import Grouping
from cascade_kpi.comparing.standings import Standing, not_standings
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.targets.targets import Targets

__all__ = ["compare"]


@overload
def compare(before: Targets, after: Targets) -> Changes: ...


@overload
def compare(
    before: Standing,
    after: Standing,
    *,
    pay: Pay | None = None,
    by: Grouping | str | None = None,
    pool: Grouping | str | None = None,
    kind: str | None = None,
) -> Comparison: ...


def compare(before: Any, after: Any, **options: Any) -> Changes | Comparison:
    """What changed between two sets of targets, or between two rules over everybody.

    Of targets: what changed, exactly, for whom. Nodes are matched by id, KPIs by name and
    periods by label; what only one side has is told.

    Of scores, over stints as well, and of blended, multiplied and calibrated ones: who moves,
    by how much, and what it costs. Both are of the same tree, periods, KPIs, and unit of totals.

    Parameters
    ----------
    before, after : Targets; or Scores, StintScores, Blended, Multiplied, Calibrated
        Or a stage of your own with `org`, `periods`, `total`, `grades` and `grade_codes`.
    pay : Pay, optional
        What a total or a grade is paid. This and what follows is not asked of targets.
    by : Grouping or column name, optional
        By which groups gains, losses and costs are told: all are one by default.
    pool : Grouping or column name, optional
        Within what people are ranked; everybody is one pool by default.
    kind : str, optional
        Who is compared; by default those without nodes below.

    Returns
    -------
    Changes or Comparison
        See :func:`cascade_kpi.comparing.compare` for the latter.

    Raises
    ------
    InputError
        If either is another stage. Of targets, if there is no node, KPI or period in
        common, or a KPI has another unit. Of totals, listing every way in which the two are
        not comparable, and how the pay does not fit.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> was = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 100}, periods="2027")
    >>> ck.compare(was, ck.recascade(was, goals={"sales": 111}))
    <Changes of sales × 1, nodes: 3 kept>
      sales, 2027: 3 more, 0 less, 0 same, 0 new, 0 gone
      goals: 1 changed
    """
    if isinstance(before, Targets) or isinstance(after, Targets):
        repair = "leave it out: it is not asked of targets"
        made_by = "cascade(…) or assign(…)"
        faults = [Fault("compare", "not asked", repair, column=name) for name in options]
        faults += unlike(before, Targets, "before", made_by)
        check(faults + unlike(after, Targets, "after", made_by))
        return changes.compare(before, after)
    faults = not_standings(before, after)
    if faults:
        repair = f"{faults[0].repair}, or both with cascade(…) or assign(…)"
        check([evolve(fault, repair=repair) for fault in faults] + not_options(**options))
    return rules(before, after, **options)
