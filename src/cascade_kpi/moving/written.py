"""Moved targets and credited results as JSON: what they are made from, and made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_columns
from cascade_kpi.moving.calendar import Calendar
from cascade_kpi.moving.credit import credit
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.days import DayWeights
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.move import move
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.moves import Cover, Policy
from cascade_kpi.moving.reorganisation import Reorganisation
from cascade_kpi.moving.stints import Leaves, Stints
from cascade_kpi.records import record
from cascade_kpi.targets.targets import Targets

__all__ = ["CreditedForm", "MovedForm"]


@frozen(hash=False)
class MovedForm:
    """What `move` takes."""

    targets: Targets
    stints: Stints
    by: Policy
    calendar: Calendar
    units: Reorganisation | None
    leaves: Leaves | None
    cover: Cover
    days: DayWeights

    @classmethod
    def of(cls, moved: Moved) -> MovedForm:
        """What some targets were moved by."""
        cause = moved.cause
        return cls(
            cause.targets, cause.stints, cause.by, cause.calendar, cause.units, cause.leaves,
            cause.cover, cause.days,
        )  # fmt: skip

    def make(self) -> Moved:
        """The moved targets again, with all checks of `move`."""
        return move(
            self.targets, self.stints, by=self.by, calendar=self.calendar, units=self.units,
            leaves=self.leaves, cover=self.cover, days=self.days,
        )  # fmt: skip


@frozen(hash=False)
class CreditedForm:
    """What `credit` takes; the reports in the order of their rows."""

    moved: Moved
    reports: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)

    @classmethod
    def of(cls, credited: Credited) -> CreditedForm:
        """What some results were credited by."""
        moved, reports = credited.moved, credited.reports
        order = np.argsort(reports.row, kind="stable")
        names = np.array(moved.of_before.kpis.names, dtype=object)
        table = {
            "kpi": names[reports.kpi[order]],
            "start": as_dates(reports.start[order]),
            "end": as_dates(reports.end[order]),
            **{name: values[order] for name, values in reports.values.items()},
        }
        if (reports.holder >= 0).any():
            table["holder"] = moved.holder_column(reports.holder[order])
        if (reports.node >= 0).any() or "holder" not in table:
            table["node"] = moved.node_column(reports.node[order])
        return cls(moved, table)

    def make(self) -> Credited:
        """The credited results again, with all checks of `credit`."""
        return credit(self.moved, dict(self.reports))


record("cascade_kpi/moved", written_as=MovedForm)(Moved)
record("cascade_kpi/credited", written_as=CreditedForm)(Credited)
