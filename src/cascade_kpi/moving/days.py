"""How much each day counts: calendar days, working days, or the days of a season."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi._fields import as_numbers, as_tuple, is_a, members, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.moving.calendar import Calendar
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.records import record
from cascade_kpi.tables import cells

__all__ = [
    "CalendarDays",
    "DayWeights",
    "Season",
    "WorkingDays",
    "as_day",
    "fall_due",
    "passed",
]

Days = NDArray[np.datetime64]

_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@runtime_checkable
class DayWeights(Protocol):
    """A rule that says how much each day counts."""

    def __call__(self, days: Days) -> FloatArray:
        """Weights, float64 (m,), finite, zero or more, of datetime64[D] days (m,).

        No period may have nothing but zeros.
        """
        ...


@record("cascade_kpi/moves.calendar_days")
@frozen
class CalendarDays:
    """Every day the same.

    Examples
    --------
    >>> CalendarDays()(np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]"))
    array([1., 1.])
    """

    def __call__(self, days: Days) -> FloatArray:
        """Ones."""
        return np.ones(len(days))


@record("cascade_kpi/moves.working_days")
@frozen
class WorkingDays:
    """Days on which people work count one, others nothing.

    Parameters
    ----------
    holidays : iterable of date
        Days of the week that are not worked all the same.
    also : iterable of date
        Days at the weekend, or holidays, that are worked all the same.
    week : str
        The days of the week that are worked.

    Examples
    --------
    >>> from datetime import date
    >>> rule = WorkingDays(holidays=[date(2026, 1, 1)], also=[date(2026, 1, 4)])
    >>> rule(np.arange("2026-01-01", "2026-01-06", dtype="datetime64[D]"))
    array([0., 1., 0., 1., 1.])
    """

    holidays: tuple[date, ...] = field(default=(), converter=as_tuple)
    also: tuple[date, ...] = field(default=(), converter=as_tuple)
    week: str = "Mon Tue Wed Thu Fri"

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        for name, days in (("holidays", self.holidays), ("also", self.also)):
            repair = "give dates, such as date(2026, 1, 1)"
            for i, day in members("working days", days, date, repair, faults, column=name):
                if isinstance(day, datetime):
                    reason = "a time of day where a date is expected"
                    faults.append(
                        Fault("working days", reason, repair, row=i, column=name, value=day)
                    )
        named = self.week.split() if isinstance(self.week, str) else []
        if not named or any(day not in _WEEK for day in named) or len(set(named)) < len(named):
            repair = "name each once, as in 'Mon Tue Wed Thu Fri'"
            faults.append(
                Fault(
                    "working days", "not days of the week", repair, column="week", value=self.week
                )
            )
        check(faults)

    def __call__(self, days: Days) -> FloatArray:
        """Ones and zeros."""
        number = (days.astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
        works = np.isin(number, [_WEEK.index(day) for day in self.week.split()])
        works &= ~np.isin(days, np.array(self.holidays, dtype="datetime64[D]"))
        works |= np.isin(days, np.array(self.also, dtype="datetime64[D]"))
        return works.astype(np.float64)


def _calendar(given: Any) -> Calendar:
    return Calendar.of(given)


@record("cascade_kpi/moves.season")
@frozen
class Season:
    """Shorter periods with weights of their own, each spread evenly over its days.

    Parameters
    ----------
    calendar : Calendar, or labels that tell their days
        Months of the year, say.
    weights : iterable of float
        One for each, zero or more: what a seasonal profile gives it.

    Examples
    --------
    >>> rule = Season(["2026-01", "2026-02"], [31, 56])
    >>> rule(np.array(["2026-01-31", "2026-02-01"], dtype="datetime64[D]"))
    array([1., 2.])
    """

    calendar: Calendar = field(converter=_calendar)
    weights: tuple[float, ...] = field(converter=as_numbers)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        many = len(self.calendar.spans)
        if not isinstance(self.weights, tuple) or len(self.weights) != many:
            reason = f"not a list of {many} weights"
            faults.append(Fault("season", reason, "give one a period", value=self.weights))
        else:
            for i, weight in enumerate(self.weights):
                odd = not_numbers("season", weight=weight)
                if not odd and weight < 0:
                    odd = [Fault("season", "negative", "it is zero or more", value=weight)]
                faults += [Fault("season", f.reason, f.repair, row=i, value=f.value) for f in odd]
        check(faults)

    def __call__(self, days: Days) -> FloatArray:
        """Each day's part of the weight of its period.

        Raises
        ------
        InputError
            If a day is in none of the periods.
        """
        first, last = self.calendar.bounds()
        number = days.astype(np.int64)
        at = np.searchsorted(first, number, "right") - 1
        outside = (at < 0) | (number > last[at])
        if outside.any():
            reason = f"{days[outside][0]} is in none of its periods"
            repair = "let its calendar have all days of the targets' periods"
            check([Fault("season", reason, repair)])
        return np.asarray((np.array(self.weights) / (last - first + 1))[at])


def passed(rule: DayWeights, calendar: Calendar) -> tuple[IntArray, ...]:
    """The weight of each period that has passed before each of its days, as whole numbers.

    Returns
    -------
    tuple of int64 array (days + 1,)
        One a period, from 0 to the period's weight.

    Raises
    ------
    InputError
        If the rule answers oddly, or gives a period no weight.
    """
    if not is_a(rule, DayWeights):
        repair = "use a rule of cascade_kpi.moves, such as CalendarDays()"
        check([Fault("days", "not a rule of days", repair, value=rule)])
    first, last = calendar.bounds()
    days = as_dates(np.arange(first[0], last[-1] + 1))
    try:
        weights: FloatArray = ask("it", partial(rule), days)
    except OddAnswer as odd:
        check([Fault("days", str(odd), "mend it", value=rule)])
    bad = np.flatnonzero(~np.isfinite(weights) | (weights < 0))
    if len(bad):
        told = f"weighs {days[bad[0]]} by {float(weights[bad[0]])!r}"
        check([Fault("days", told, "weights are finite, zero or more", value=rule)])
    ends = np.cumsum(last - first + 1)[:-1].tolist()
    parts = np.split(weights, ends)
    check(
        [
            Fault("days", f"no day of {label} counts", "give some of them weight", value=rule)
            for label, part in zip(calendar.spans, parts, strict=True)
            if not part.any()
        ]
    )
    return tuple(
        lock(np.concatenate([[0], np.cumsum(whole_claims(part[:, None])[:, 0])]).astype(np.int64))
        for part in parts
    )


def fall_due(lots: IntArray, weight: IntArray, whole: IntArray) -> IntArray:
    """Of lots, what has fallen due when some of the weight of all days has passed.

    ⌊lots·weight/whole + ½⌋, exactly, by the absolute value of the lots.

    Parameters
    ----------
    lots : int64 array
        Below 2^51 in absolute value.
    weight, whole : int64 array
        Zero or more, `weight` at most `whole`, below 2^52; nothing is due of a whole of zero.

    Examples
    --------
    >>> fall_due(np.array([10, 10, -10]), np.array([1, 2, 1]), np.array([4, 4, 4]))
    array([ 3,  5, -3])
    """
    amount, total = np.abs(lots), np.maximum(whole, 1)
    due = np.floor(amount * (weight / total)).astype(np.int64)
    # Exact although both products may wrap around: the quotient is off by one at the most.
    rest = amount * weight - due * total
    low, high = rest < 0, rest >= total
    due += high
    due -= low
    rest += low * total
    rest -= high * total
    due += 2 * rest >= total
    return np.asarray(np.sign(lots) * due)


def as_day(value: object, name: str) -> int:
    """A date, or text as yyyy-mm-dd, as a day.

    Raises
    ------
    InputError
        If it is anything else.
    """
    days, troubles = cells.dates([value])
    if troubles or days[0] is None:
        reason = troubles[0][1].reason if troubles else "no date"
        repair = "give a date, such as date(2026, 7, 1)"
        check([Fault(name, reason, repair, value=value)])
    return int(np.datetime64(days[0], "D").astype(np.int64))
