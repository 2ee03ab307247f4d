"""Targets under changes of people, posts and units within their periods."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, InputError, check, suggest, unlike
from cascade_kpi.moving.calendar import Calendar
from cascade_kpi.moving.clock import Clock
from cascade_kpi.moving.columns import codes, located
from cascade_kpi.moving.cutting import Cutting
from cascade_kpi.moving.days import CalendarDays, DayWeights
from cascade_kpi.moving.division import Own
from cascade_kpi.moving.history import Absences, History, Tenures
from cascade_kpi.moving.intervals import as_dates, as_days, overlaps
from cascade_kpi.moving.lawful import lawful
from cascade_kpi.moving.moved import Cause, Moved
from cascade_kpi.moving.moves import Cover, Policy
from cascade_kpi.moving.pieces import Pieces
from cascade_kpi.moving.reorganisation import Reorganisation
from cascade_kpi.moving.stints import Leaves, Stints
from cascade_kpi.moving.trees import Trees
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.targets import Targets

__all__ = ["move"]

_SUGGESTED = 20


def move(
    targets: Targets,
    stints: Stints,
    *,
    by: Policy,
    calendar: Calendar | None = None,
    units: Reorganisation | None = None,
    leaves: Leaves | None = None,
    cover: Cover = Cover(),  # noqa: B008 - it is frozen
    days: DayWeights = CalendarDays(),  # noqa: B008 - it is frozen
) -> Moved:
    """Who has how much of each target when people, posts and units change within the periods.

    Every target is cut into pieces by days, in whole lots: each belongs to one holder,
    or is a vacancy that is told, and counts in the units of its days. Pieces sum to the
    targets exactly.

    Parameters
    ----------
    targets : Targets
        Of the tree as it was before all changes.
    stints : Stints
        Who held what, when.
    by : Policy
        What a target follows: a rule of ``cascade_kpi.moves``, or your own.
    calendar : Calendar, optional
        The days of the periods, where their labels do not tell them.
    units : Reorganisation, optional
        Which units moved, and when.
    leaves : Leaves, optional
        Who was on leave, and when.
    cover : Cover
        Who carries vacancies and leave; the unit above, by default.
    days : DayWeights
        How much each day counts; all the same, by default.

    Returns
    -------
    Moved

    Raises
    ------
    InputError
        Listing periods whose days are not known, unknown nodes, leaves of holders without
        a stint, changes of units that cannot be made, assigned targets that are not
        whole lots, and gaps, where they are refused.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "post"], "parent": ["", "hq"]})
    >>> sales = ck.Kpi("sales", "units", lot=1, decimals=0)
    >>> year = ck.cascade(org, [sales], {"sales": 365}, periods="2026")
    >>> stints = ck.Stints.from_table(
    ...     {
    ...         "holder": ["li", "wang"],
    ...         "node": ["post", "post"],
    ...         "start": ["2025-05-01", "2026-08-01"],
    ...         "end": ["2026-06-30", ""],
    ...     },
    ...     org,
    ... )
    >>> moved = ck.move(year, stints, by=ck.moves.FollowsPost())
    >>> print(moved.of_node("post"))
    3 pieces of post
      2026-01-01 to 2026-06-30  181 days  li        at post  sales 181 units
      2026-07-01 to 2026-07-31   31 days  (vacant)  at post  sales 31 units
      2026-08-01 to 2026-12-31  153 days  wang      at post  sales 153 units
    """
    _refuse_others(targets, stints, by, cover, calendar=calendar, units=units, leaves=leaves)
    calendar = (Calendar.of(targets.periods) if calendar is None else calendar).within(
        targets.periods
    )
    faults: list[Fault] = []
    clock = _clock(calendar, days, faults)
    own = tuple(Own.of(targets, k, faults) for k in range(len(targets.kpis)))
    trees = _trees(targets, units, calendar, faults)
    history, away = _history(trees, stints, leaves, calendar, faults)
    check(faults)
    pieces = _pieces(targets, own, history, (clock.begins, away, cover), by)
    cause = Cause(targets, stints, leaves, units, calendar, by, cover, days)
    return Moved(cause, history, away, clock, pieces, own)


def _pieces(
    targets: Targets,
    own: tuple[Own | None, ...],
    history: History,
    how: tuple[IntArray, Absences, Cover],
    by: Policy,
) -> Pieces:
    """All pieces: those that somebody could hold, and those of cushions."""
    begins, away, cover = how
    divided, cushioned, shared = (np.zeros(len(targets.org), dtype=bool) for _ in range(3))
    for k, lots in enumerate(own):
        if lots is None:
            shared |= ~np.isnan(targets.values[k]).all(axis=0)
        else:
            divided |= (lots.held != NO_LOTS).any(axis=0)
            cushioned |= (lots.cushion != NO_LOTS).any(axis=0)
    origins = np.flatnonzero(divided | shared)
    cutting = Cutting(history, origins, begins, away, cover, divided)
    pieces = cutting.cut(_asked(by, history, origins))
    if not cushioned.any():
        return pieces
    cutting = Cutting(history, np.flatnonzero(cushioned), begins, away, Cover(), divided)
    return pieces.joined(cutting.cut(Tenures.none()).as_cushions())


def _refuse_others(targets: Any, stints: Any, by: Any, cover: Any, **others: Any) -> None:
    faults = unlike(targets, Targets, "targets", "cascade(…)")
    faults += unlike(stints, Stints, "stints", "Stints.from_table(…)")
    kinds = {"calendar": Calendar, "units": Reorganisation, "leaves": Leaves}
    makers = {"calendar": "Calendar.of(…)"}
    for name, value in others.items():
        if value is not None:
            made_by = makers.get(name, f"{kinds[name].__name__}.from_table(…)")
            faults += unlike(value, kinds[name], name, made_by)
    faults += unlike(cover, Cover, "cover", "moves.Cover(…)")
    if not is_a(by, Policy):
        repair = "use a rule of cascade_kpi.moves, such as FollowsPost()"
        faults.append(Fault("move", "not a policy", repair, column="by", value=by))
    check(faults)


def _clock(calendar: Calendar, days: DayWeights, faults: list[Fault]) -> Clock:
    try:
        return Clock.of(calendar, days)
    except InputError as error:
        faults += error.faults
        return Clock.of(calendar, CalendarDays())


def _trees(
    targets: Targets, units: Reorganisation | None, calendar: Calendar, faults: list[Fault]
) -> Trees:
    if units is None:
        return Trees.of(targets.org, faults=faults)
    first = int(calendar.bounds()[0][0])
    early = np.flatnonzero(as_days(units.start) < first)
    repair = "leave it out: the targets' tree is that of the first day, before changes on that day"
    faults += [
        Fault("units", f"before the calendar begins, on {as_dates(np.array(first))}", repair,
              row=int(units.row[i]), column="start", value=str(units.start[i]))
        for i in early.tolist()
    ]  # fmt: skip
    return units.trees(targets.org, faults)


def _history(
    trees: Trees, stints: Stints, leaves: Leaves | None, calendar: Calendar, faults: list[Fault]
) -> tuple[History, Absences]:
    """The stints and leaves of the calendar's days, by numbers."""
    begins, ends = calendar.bounds()
    first, last = int(begins[0]), int(ends[-1])
    listed = stints.holder.tolist() + ([] if leaves is None else leaves.holder.tolist())
    if len({isinstance(holder, str) for holder in listed}) > 1:
        reason = "stints have one type of holder's ids, leaves the other"
        faults.append(Fault("leaves", reason, "write both as text, or both as whole numbers"))
        leaves, listed = None, stints.holder.tolist()
    holders, code = codes(listed)
    node = located(trees.org, stints.node.tolist(), stints.row, ("stints", "node"), faults)
    start, end = as_days(stints.start), as_days(stints.end)
    some = np.flatnonzero((start <= last) & (end >= first) & (node >= 0))
    some = some[np.lexsort((code[some], start[some], node[some]))]
    share = np.where(np.isnan(stints.share), 1.0, stints.share)
    history = History(
        trees, first, last, holders, code[some], node[some],
        np.maximum(start[some], first), np.minimum(end[some], last), share[some],
        stints.row[some],
    )  # fmt: skip
    if leaves is None:
        return history, Absences.none()
    who, at = code[len(stints) :], np.argsort(code[: len(stints)], kind="stable")
    away = who, as_days(leaves.start), as_days(leaves.end)
    known = np.isin(who, code[at])
    faults += _strangers(stints, leaves, known)
    met = np.isin(np.arange(len(who)), overlaps(away, (code[at], start[at], end[at]))[0])
    faults += [
        Fault("leaves", "its holder has no stint on any of these days",
              "correct the days, or leave the row out", row=int(leaves.row[i]), column="start",
              value=str(leaves.start[i]))
        for i in np.flatnonzero(known & ~met).tolist()
    ]  # fmt: skip
    return history, Absences(*away, leaves.row)


def _strangers(stints: Stints, leaves: Leaves, known: NDArray[np.bool_]) -> list[Fault]:
    """Leaves of holders without a stint: a misspelt name must not drop a leave."""
    names = list(dict.fromkeys(stints.holder.tolist()))
    faults = []
    for count, i in enumerate(np.flatnonzero(~known).tolist()):
        holder = leaves.holder.tolist()[i]
        # Looking for a near miss compares many names: the first few are helped.
        repair = suggest(holder, names) if count < _SUGGESTED else "name a holder of a stint"
        row = int(leaves.row[i])
        faults.append(
            Fault("leaves", "no stint of this holder", f"{repair}, or leave the row out", row=row,
                  column="holder", value=holder)
        )  # fmt: skip
    return faults


def _asked(by: Policy, history: History, origins: IntArray) -> Tenures:
    """What a policy answers, once it is found to be lawful."""
    try:
        answer = by(history, origins)
    except InputError:
        raise
    except Exception as error:
        reason = f"it raises {type(error).__name__}: {error!s:.80}"
        check([Fault("policy", reason, "mend it; testing.check_policy tells more", value=by)])
        raise AssertionError from error  # it has been refused
    told = lawful(answer, history, origins)
    repair = "mend it; testing.check_policy tells more"
    check([Fault("policy", reason, repair, value=by) for reason in told])
    return answer
