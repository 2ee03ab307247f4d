"""A sweep as columns: by node, by weighting or card, and by setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.scoring.grades import graded
from cascade_kpi.sweeping.ranks import named, told

if TYPE_CHECKING:
    from cascade_kpi.sweeping.sweep import Sweep

__all__ = ["by_node", "by_setting", "by_way"]


def by_node(swept: Sweep) -> Columns:
    """Everybody with a total in the base or by any weighting or card."""
    scores = swept.scores
    columns: dict[str, Any] = {"total": scores.total, "low": swept.low, "high": swept.high}
    columns["spread"] = swept.high - swept.low
    if scores.grades:
        columns["grade"] = graded(scores.grades, scores.grade_codes)
        columns["robustness"] = swept.robustness()
    for label in scores.grades:
        columns[f"share of {label}"] = swept.share(label)
    says = ~np.isnan(scores.total) | ~np.isnan(swept.low)
    table = totals_table(scores.org.ids, scores.periods.labels, says, columns)
    return {name: texts(each) if each.dtype == object else each for name, each in table.items()}


def by_way(swept: Sweep) -> Columns:
    """One row a weighting or card and period."""
    columns: dict[str, Any] = named(swept)
    columns |= {"mean": swept.mean.ravel(), "scored": swept.scored.ravel()}
    if swept.scores.grades:
        columns["changed"] = swept.changed.ravel()
    for g, label in enumerate(swept.scores.grades):
        columns[f"with {label}"] = swept.graded[:, :, g].ravel()
    return columns


def by_setting(swept: Sweep) -> Columns:
    """One row a setting, value and period: means over the cards that have the value."""
    settings = getattr(swept.over, "settings", {})
    rows: list[tuple[str, str, int, FloatArray, FloatArray]] = []
    for name, values in settings.items():
        for value in dict.fromkeys(values):
            mine = np.array([each == value for each in values])
            means = _mean(swept.mean[mine]), _mean(swept.changed[mine].astype(np.float64))
            rows.append((name, told(value), int(mine.sum()), *means))
    labels, count = swept.periods.labels, len(swept.periods)
    columns: dict[str, Any] = {
        "setting": texts([name for name, *_ in rows for _ in labels]),
        "value": texts([value for _, value, *_ in rows for _ in labels]),
        "period": texts([label for _ in rows for label in labels]),
        "cards": np.repeat(np.array([n for *_, n, _, _ in rows], dtype=np.int64), count),
        "mean": np.array([row[3] for row in rows], dtype=np.float64).ravel(),
    }
    if swept.scores.grades:
        columns["changed"] = np.array([row[4] for row in rows], dtype=np.float64).ravel()
    return columns


def _mean(values: FloatArray) -> FloatArray:
    """Means over the first axis of what is there, NaN where nothing is."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    sums = np.where(there, values, 0.0).sum(axis=0)
    return np.asarray(sums / np.where(count > 0, count, np.nan))
