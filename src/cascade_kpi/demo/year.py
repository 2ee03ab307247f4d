"""What was asked for in 2026, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cascade_kpi.demo.chance import around, chance
from cascade_kpi.demo.units import COMPANY, NEW_BRANCH

__all__ = ["PERIODS", "actuals", "goals"]

PERIODS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")

Units = Mapping[str, list[Any]]

_SEASON = (0.23, 0.24, 0.25, 0.28)  # of a year's revenue
_GROWTH = 1.06
_COMPANY_GOALS = {
    "market share": (32.2, 32.4, 32.6, 32.8),
    "high-value retention": (96.0, 96.0, 96.5, 96.5),
    "churn": (2.4, 2.4, 2.3, 2.2),
    "receivable days": (40.0, 39.0, 38.0, 37.0),
}
_NEW_BRANCH_GOALS = {
    "market share": (6.0, 8.0, 10.0, 12.0),
    "revenue": (3_000_000, 5_000_000, 7_000_000, 9_000_000),
}

# The plot: a competitor opens shops in two branches of the River Delta in April; one
# branch of the North Lakes falls behind with collecting what it is owed.
_ATTACKED = {"R2B2": (1, 0.88), "R2B3": (1, 0.91)}  # from which quarter, what is left of sales
_SLOW_PAYERS = "R1B4"
_NOT_SURVEYED = ("R4B2", 2)  # the market share of that branch and quarter never came

Row = tuple[str, str, str, "int | None", "int | None", "int | None"]


def goals(units: Units) -> dict[str, list[Any]]:
    """The table of goals: the company's, and those of the branch that is new.

    Returns
    -------
    dict of columns
        ``node``, ``kpi``, ``period``, ``value`` in the unit of the KPI.
    """
    rows: list[tuple[str, str, str, float]] = []
    last_year = sum(sold for sold in units["last_year"] if sold is not None)
    for season, period in zip(_SEASON, PERIODS, strict=True):
        millions = int(last_year * _GROWTH * season / 1e6)
        rows.append((COMPANY, "revenue", period, millions * 1_000_000))
    for node, stated in ((COMPANY, _COMPANY_GOALS), (NEW_BRANCH, _NEW_BRANCH_GOALS)):
        for kpi, values in stated.items():
            rows += [(node, kpi, p, v) for p, v in zip(PERIODS, values, strict=True)]
    return _columns(("node", "kpi", "period", "value"), rows)


def actuals(units: Units) -> dict[str, list[Any]]:
    """The table of actuals: one row a report.

    People report revenue (``value``) and the ``numerator`` and ``denominator`` of
    retention, churn and receivable days; branches report those of market share.
    Some reports are missing, as they are in life.

    Returns
    -------
    dict of columns
        ``node``, ``kpi``, ``period``, ``value``, ``numerator``, ``denominator``.
    """
    people = list(_people(units))
    rows = [row for person in people for q in range(4) for row in _reports(*person, q)]
    rows += _shares(units, people)
    return _columns(("node", "kpi", "period", "value", "numerator", "denominator"), rows)


def _columns(names: tuple[str, ...], rows: list[Any]) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


Person = tuple[str, str, float, int]
"""Id, branch or region, revenue of a usual year in CNY, customers."""


def _people(units: Units) -> Iterator[Person]:
    rows = list(zip(units["id"], units["parent"], units["last_year"], strict=True))
    new = [sold for _, above, sold in rows if sold and above.startswith(NEW_BRANCH)]
    for id_, above, sold in rows:
        if sold is None:
            continue
        branch = above.split("T")[0]
        # What the pilot sold says little about a full year; its goal says more.
        usual = sold / sum(new) * 22.5e6 if branch == NEW_BRANCH else sold * _GROWTH
        yield id_, branch, usual, round(usual / 1_150)


def _reports(id_: str, branch: str, usual: float, customers: int, q: int) -> Iterator[Row]:
    """What one person reports for one quarter."""
    period = PERIODS[q]
    if chance("away", id_, q) < 0.012:
        return
    since, left = _ATTACKED.get(branch, (4, 1.0))
    attacked = q >= since
    skill = around(1.0, 0.07, "skill", id_) * around(1.0, 0.05, "luck", id_, q)
    season = (0.13, 0.21, 0.29, 0.37)[q] if branch == NEW_BRANCH else _SEASON[q]
    revenue = round(usual * season * skill * (left if attacked else 1.0))
    yield id_, "revenue", period, revenue, None, None

    high_value = max(round(customers * 0.08), 12)
    leaving = around(0.045 if attacked else 0.034, 0.009, "leaving", id_, q)
    yield (
        id_,
        "high-value retention",
        period,
        None,
        high_value - _of(high_value, leaving),
        high_value,
    )

    rate = around(0.031 if attacked else 0.0225, 0.003, "churn", id_, q)
    yield id_, "churn", period, None, _of(customers, rate), customers

    if chance("books open", id_, q) > 0.004:
        days = around(52.0 if branch == _SLOW_PAYERS else 36.5, 4.0, "days", id_, q)
        yield id_, "receivable days", period, None, round(revenue * days / 90.0), revenue


def _of(customers: int, share: float) -> int:
    return round(customers * max(share, 0.0))


def _shares(units: Units, people: list[Person]) -> list[Row]:
    """Market share, which is surveyed a branch at a time."""
    rows: list[Row] = []
    for id_, kind in zip(units["id"], units["kind"], strict=True):
        if kind != "branch":
            continue
        ours = sum(customers for _, branch, _, customers in people if branch == id_)
        since, _ = _ATTACKED.get(id_, (4, 1.0))
        for q, period in enumerate(PERIODS):
            share = around(0.335, 0.02, "share", id_) + 0.003 * q
            share -= 0.018 * max(q - since + 1, 0)
            mine = ours
            if id_ == NEW_BRANCH:  # a small place, where the company was not before
                share, mine = 0.055 + 0.02 * q, ours * (q + 2) // 12
            if (id_, q) != _NOT_SURVEYED:
                rows.append((id_, "market share", period, None, mine, round(mine / share)))
    return rows
