"""The law of policies: nothing is lost or doubled, whatever moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.moving.calendar import Calendar
from cascade_kpi.moving.days import DayWeights, passed
from cascade_kpi.moving.move import move
from cascade_kpi.moving.moves import Policy
from cascade_kpi.moving.stints import Stints
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.targets import Targets
from cascade_kpi.testing.laws import law, laws

__all__ = ["check_days", "check_policy"]


@laws
def check_policy(policy: Policy, /, targets: Targets, stints: Stints, **changes: Any) -> FloatArray:
    """A policy places every target's lots once, whatever the order of rows.

    Parameters
    ----------
    policy : Policy
    targets : Targets
        With what the policy needs; something in them is counted in lots.
    stints : Stints
    **changes
        Of :func:`cascade_kpi.move`: ``calendar``, ``units``, ``leaves``, ``cover``, ``days``.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 9}, periods="2026")
    >>> stints = ck.Stints.from_table(
    ...     {"holder": ["li"], "node": ["a"], "start": ["2026-03-01"], "end": [""]}, org
    ... )
    >>> check_policy(ck.moves.FollowsPost(), year, stints)
    """
    moved = move(targets, stints, by=policy, **changes)
    for own, lots in zip(moved.own, moved.lots_or_none, strict=True):
        if own is None or lots is None:
            continue
        total = np.zeros_like(own.held)
        at = moved.pieces.period, moved.pieces.origin
        np.add.at(total, at, np.where(lots == NO_LOTS, 0, lots))
        wanted = sum(np.where(each == NO_LOTS, 0, each) for each in (own.held, own.cushion))
        law(total == wanted, "the pieces do not sum to the targets")
    table = {name: column[::-1] for name, column in stints.table().items()}
    other = move(targets, Stints.from_table(table), by=policy, **changes)
    law(
        other.pieces == moved.pieces,
        "it depends on the order of the rows, or on how often it is asked",
    )
    law(any(lots is not None for lots in moved.lots_or_none), "nothing here is counted in lots")
    return moved.pieces.share


@laws
def check_days(rule: DayWeights, calendar: Calendar) -> FloatArray:
    """A rule of days weighs every day by itself, zero or more, and some day of every period.

    Parameters
    ----------
    rule : DayWeights
    calendar : Calendar
        Whose days it is asked about.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_days(ck.moves.WorkingDays(), ck.Calendar.of("2026"))
    """
    counts = np.concatenate(passed(rule, calendar)).astype(np.float64)
    begins, ends = calendar.bounds()
    days = np.arange(begins[0], ends[-1] + 1).astype("datetime64[D]")
    weights = rule(days)
    law(rule(days[::-1]) == weights[::-1], "it depends on the order of the days")
    for at in (0, len(days) // 2, len(days) - 1):
        law(
            rule(days[at : at + 1]) == weights[at],
            "it weighs a day otherwise if asked about it alone",
        )
    return counts
