"""What a comparison comes to: agreement of orders, groups, costs, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._long import Columns, same, texts
from cascade_kpi.comparing.counting import by_code, sums
from cascade_kpi.comparing.pay import Pay
from cascade_kpi.comparing.ranks import kendall, spearman
from cascade_kpi.errors import Fault, check

if TYPE_CHECKING:
    from cascade_kpi.comparing.compare import Comparison

__all__ = ["agreement", "by_group", "costs", "told"]


def agreement(made: Comparison) -> Columns:
    """How far the two orders agree, by period and pool."""
    names, codes = made.pools
    size, labels = len(names), made.periods.labels
    sides = list(zip(made.before.total, made.after.total, strict=True))
    there = [(codes >= 0) & ~np.isnan(one) & ~np.isnan(two) for one, two in sides]
    taus = [kendall(one, two, codes, size) for one, two in sides]
    rhos = [spearman(one, two, codes, size) for one, two in sides]
    return {
        "pool": texts(np.tile(np.array(names, dtype=object), len(labels))),
        "period": same(labels, [size] * len(labels)),
        "people": np.concatenate([np.bincount(codes[t], minlength=size) for t in there]),
        "kendall": np.concatenate(taus),
        "spearman": np.concatenate(rhos),
    }


def by_group(made: Comparison) -> Columns:
    """Who gains and who loses, by period and group."""
    names, codes = made.groups
    size, labels = len(names), made.periods.labels
    both = made.people & ~np.isnan(made.change)
    wanted = {
        "people": np.broadcast_to(made.people, both.shape),
        "up": both & (made.gains > 0),
        "down": both & (made.gains < 0),
        "same": both & (made.gains == 0),
        "untold": made.people & np.isnan(made.change),
    }
    grades = {"grade_up": made.grade_moves > 0, "grade_down": made.grade_moves < 0}
    total, count = sums(made.change, both, codes, size), by_code(both, codes, size)
    if np.isinf(total).any():
        check(
            [Fault("compare", "the sum of changes is too large for a float", "use a larger unit")]
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    return {
        "group": texts(np.tile(np.array(names, dtype=object), len(labels))),
        "period": same(labels, [size] * len(labels)),
        **{name: by_code(who, codes, size) for name, who in wanted.items()},
        "mean_change": mean,
        **{name: by_code(made.people & who, codes, size) for name, who in grades.items()},
    }


def costs(made: Comparison, pay: Pay, whole: tuple[FloatArray, FloatArray]) -> Columns:
    """What both sides cost, by period and group, of amounts in whole units."""
    names, codes = made.groups
    size, labels = len(names), made.periods.labels
    counted = [_with_all(_whole_sums(each, made.people, codes, size)) for each in whole]
    unpaid = [
        _with_all(by_code(made.people & np.isnan(each), codes, size).reshape(-1, size))
        for each in whole
    ]
    scale = 10.0**pay.decimals
    return {
        "group": texts(np.tile(np.array([*names, "all"], dtype=object), len(labels))),
        "period": same(labels, [size + 1] * len(labels)),
        "unit": same([pay.unit], [(size + 1) * len(labels)]),
        "before": counted[0] / scale,
        "after": counted[1] / scale,
        "difference": (counted[1] - counted[0]) / scale,
        "unpaid_before": unpaid[0],
        "unpaid_after": unpaid[1],
    }


def _whole_sums(
    whole: FloatArray, people: NDArray[np.bool_], codes: IntArray, size: int
) -> IntArray:
    """Sums of whole numbers by group, exactly, int64 (p, size)."""
    out = np.zeros((len(whole), size), dtype=np.int64)
    for line, values in zip(out, whole, strict=True):
        who = people & ~np.isnan(values)
        np.add.at(line, codes[who], values[who].astype(np.int64))
    return out


def _with_all(counts: IntArray) -> IntArray:
    """A row for each group and the sum of them, period after period."""
    return np.column_stack([counts, counts.sum(axis=1)]).ravel()


def told(made: Comparison) -> list[str]:
    """What a comparison comes to, line by line."""
    people = int(made.people.sum())
    lines = [f"<Comparison of {people:,} × {len(made.periods)}"]
    both, moved = made.people & ~np.isnan(made.change), made.people & (made.grade_moves != 0)
    table = made.agreement()
    for p, label in enumerate(made.periods.labels):
        up, down = (int((both[p] & (made.gains[p] == way)).sum()) for way in (1, -1))
        line = f"  {label}: {up:,} gain, {down:,} lose, {int(both[p].sum()) - up - down:,} the same"
        if made.same_grades:
            steps = int((moved[p] & ~np.isnan(made.grade_moves[p])).sum())
            line += f"; {steps:,} grades change"
        mine = table["period"] == label
        if int(mine.sum()) == 1:
            line += f"; tau-b {float(table['kendall'][mine][0]):.3f}"
        lines.append(line)
    if made.pay is not None:
        costs = made.costs()
        for i in range(len(made.groups[0]), len(costs["group"]), len(made.groups[0]) + 1):
            ends = f"{costs['after'][i]:,.{made.pay.decimals}f} {made.pay.unit}"
            lines.append(f"  costs, {costs['period'][i]}: "
                         f"{costs['before'][i]:,.{made.pay.decimals}f} to {ends}")  # fmt: skip
    return [*lines[:-1], f"{lines[-1]}>"]
