"""Stints as a table: what each counts, and why some do not."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi._long import Columns, texts
from cascade_kpi.exposing.exposure import Exposure
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moved import Moved

__all__ = ["reasons", "stint_table"]


def reasons(exposure: Exposure, total: FloatArray, least_days: int) -> list[str]:
    """Why each stint does not count; empty where it does."""
    told = np.full(len(total), "", dtype=object)
    told[np.isnan(total)] = "nothing to score"
    short = exposure.there < least_days
    told[short] = [
        f"{many:,} {'day' if many == 1 else 'days'} that count there, fewer than {least_days:,}"
        for many in exposure.there[short].tolist()
    ]
    told[exposure.days == 0] = "no day that counts"
    told[exposure.post == 0] = "the post weighs zero"
    return [str(each) for each in told.tolist()]


def stint_table(
    moved: Moved, exposure: Exposure, total: FloatArray, weight: FloatArray, least_days: int
) -> Columns:
    """One row a period and stint."""
    stays = moved.stays
    return {
        "holder": moved.holder_column(stays.holder),
        "node": moved.node_column(stays.node),
        "period": moved.named(0, stays.period)["period"],
        "start": as_dates(stays.start),
        "end": as_dates(stays.end),
        "parent": moved.node_column(stays.parent),
        "manager": moved.holder_column(stays.manager),
        "days": exposure.days.copy(),
        "share": exposure.share.copy(),
        "post_weight": exposure.post.copy(),
        "total": total.copy(),
        "weight": weight.copy(),
        "why_not": texts(reasons(exposure, total, least_days)),
    }
