"""Which days a period has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.periods import Periods
from cascade_kpi.records import record

__all__ = ["Calendar"]

_DAY = timedelta(days=1)
_LABEL = re.compile(
    r"(?P<year>[0-9]{4})(?:-?(?:H(?P<half>[12])|Q(?P<quarter>[1-4]))"
    r"|-(?P<month>[0-9]{2})|-W(?P<week>[0-9]{2}))?"
)
_KNOWN = "2026, 2026H1, 2026Q1, 2026-03 or 2026-W09"


def _spans(spans: Any) -> Any:
    if not isinstance(spans, Mapping):
        return spans
    pairs = {label: tuple(s) if isinstance(s, list) else s for label, s in spans.items()}
    return MappingProxyType(pairs)


def _months(year: int, first: int, many: int) -> tuple[date, date]:
    after = year * 12 + first - 1 + many
    last = date.max if after >= 10_000 * 12 else date(after // 12, after % 12 + 1, 1) - _DAY
    return date(year, first, 1), last


def _told(label: str) -> tuple[date, date] | None:
    """First and last day of a label, None if it does not say."""
    match = _LABEL.fullmatch(label)
    if match is None or int(match["year"]) < 1:
        return None
    year = int(match["year"])
    if match["half"]:
        return _months(year, 6 * int(match["half"]) - 5, 6)
    if match["quarter"]:
        return _months(year, 3 * int(match["quarter"]) - 2, 3)
    if match["month"]:
        month = int(match["month"])
        return _months(year, month, 1) if 1 <= month <= 12 else None
    if match["week"]:
        try:
            monday = date.fromisocalendar(year, int(match["week"]), 1)
            return monday, monday + 6 * _DAY
        except (ValueError, OverflowError):
            return None
    return _months(year, 1, 12)


@record("cascade_kpi/calendar")
@frozen(hash=False)
class Calendar:
    """The first and the last day of every period, both in it.

    Parameters
    ----------
    spans : mapping of str to (date, date)
        In order; each period begins on the day after the one before ends.

    Raises
    ------
    InputError
        Listing what is no date, ends before it begins, overlaps, leaves a
        hole or is out of order.

    Examples
    --------
    >>> Calendar.of(["2028Q1", "2028Q2"]).days("2028Q1")
    91
    >>> from datetime import date
    >>> Calendar({"FY26": (date(2026, 4, 1), date(2027, 3, 31))}).days("FY26")
    365
    """

    spans: Mapping[str, tuple[date, date]] = field(converter=_spans)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.spans, Mapping):
            repair = "write {'2026': (date(2026, 1, 1), date(2026, 12, 31))}"
            check([Fault("calendar", "not a mapping of periods to days", repair, value=self.spans)])
        Periods(tuple(self.spans))
        faults = [f for label, span in self.spans.items() for f in _odd(label, span)]
        check(faults)
        labels = list(self.spans)
        for before, label in pairwise(labels):
            faults += self._after(before, label)
        check(faults)

    def _after(self, before: str, label: str) -> list[Fault]:
        """What is wrong with a period's following another."""
        (begun, ended), (start, end) = self.spans[before], self.spans[label]
        if ended < date.max and start == ended + _DAY:
            return []
        if end < begun:
            reason, repair = f"it comes before {before}", "put the periods in order in time"
        elif start <= ended:
            reason = f"it overlaps {before}, {begun} to {ended}"
            repair = "let it begin on the day after, or move within one of them at a time"
        else:
            hole, last = ended + _DAY, start - _DAY
            reason, repair = f"{hole} to {last} are in no period", "name the periods between"
        return [Fault("calendar", reason, repair, column=label, value=f"{start} to {end}")]

    def __hash__(self) -> int:
        return hash(tuple(self.spans.items()))

    @property
    def periods(self) -> Periods:
        """The labels, in order."""
        return Periods(tuple(self.spans))

    def days(self, label: str) -> int:
        """How many days a period has.

        Raises
        ------
        InputError
            If there is no such period.
        """
        first, last = self.spans[self.periods.labels[self.periods.index(label)]]
        return (last - first).days + 1

    def bounds(self) -> tuple[IntArray, IntArray]:
        """First and last days as counts from 1 January 1970, int64 (p,)."""
        days = np.array(list(self.spans.values()), dtype="datetime64[D]").astype(np.int64)
        return days[:, 0], days[:, 1]

    @classmethod
    def of(cls, periods: Calendar | Periods | str | Iterable[str]) -> Calendar:
        """The calendar that labels such as 2026, 2026H1, 2026Q1, 2026-03 or 2026-W09 tell.

        Weeks are those of ISO 8601. A calendar is returned as it is.

        Raises
        ------
        InputError
            Listing labels that do not tell their days, and periods that do not
            follow each other.
        """
        if isinstance(periods, Calendar):
            return periods
        labels = Periods.of(periods).labels
        spans = {label: _told(label) for label in labels}
        check(
            [
                Fault(
                    "calendar",
                    f"its days cannot be told from a label other than {_KNOWN}",
                    f"state them: Calendar({{{label!r}: (date(…), date(…))}})",
                    value=label,
                )
                for label, span in spans.items()
                if span is None
            ]
        )
        return cls({label: span for label, span in spans.items() if span is not None})

    def within(self, periods: Periods) -> Calendar:
        """The calendar of some of the periods.

        Raises
        ------
        InputError
            Listing periods that it does not have, or that do not follow each other.
        """
        check(
            [
                Fault("calendar", "a period of the targets is not in it",
                      suggest(label, self.spans), value=label)
                for label in periods
                if label not in self.spans
            ]
        )  # fmt: skip
        return Calendar({label: self.spans[label] for label in periods})


def _odd(label: str, span: Any) -> list[Fault]:
    """What is wrong with the days of one period."""
    repair = "give its first and its last day, (date(2026, 1, 1), date(2026, 12, 31))"
    if not isinstance(span, tuple) or len(span) != 2:
        return [Fault("calendar", "not a pair of days", repair, column=label, value=span)]
    faults = [
        Fault("calendar", f"a {type(day).__name__} is no date", repair, column=label, value=day)
        for day in span
        if not isinstance(day, date) or isinstance(day, datetime)
    ]
    if not faults and span[1] < span[0]:
        reason = "it ends before it begins"
        faults.append(Fault("calendar", reason, repair, column=label, value=span))
    return faults
