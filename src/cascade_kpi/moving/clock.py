"""How much of a period's weight has passed before a day."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import IntArray, frozen_array
from cascade_kpi.moving.calendar import Calendar
from cascade_kpi.moving.days import DayWeights, passed

__all__ = ["Clock"]


@frozen(eq=False)
class Clock:
    """The weights of all days, counted up within each period.

    Attributes
    ----------
    begins, ends : int64 array (p,)
        First and last day of each period.
    offset : int64 array (p,)
        Where each period's counts begin.
    counts : int64 array (days + p,)
    """

    begins: IntArray = field(converter=frozen_array)
    ends: IntArray = field(converter=frozen_array)
    offset: IntArray = field(converter=frozen_array)
    counts: IntArray = field(converter=frozen_array)

    @classmethod
    def of(cls, calendar: Calendar, rule: DayWeights) -> Clock:
        """The weights that a rule gives the days of a calendar."""
        counts = passed(rule, calendar)
        lengths = np.array([len(each) for each in counts])
        return cls(*calendar.bounds(), np.cumsum(lengths) - lengths, np.concatenate(counts))

    def before(self, period: IntArray, day: IntArray) -> IntArray:
        """What has passed of a period before a day of it, or before the day after it."""
        return np.asarray(self.counts[self.offset[period] + day - self.begins[period]])

    def whole(self, period: IntArray) -> IntArray:
        """A period's weight."""
        return self.before(period, self.ends[period] + 1)
