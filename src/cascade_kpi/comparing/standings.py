"""What can be compared: any stage with totals and grades of everybody."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, a_or_an, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.standing import Standing, unit_of

__all__ = [
    "Standing",
    "ill_made",
    "not_standings",
    "once",
    "scores_behind",
    "unit_of",
    "unlike_sides",
]


def scores_behind(standing: Standing) -> Scores | None:
    """The scores that a standing is, or was made of; None if it does not say."""
    found = standing if isinstance(standing, Scores) else getattr(standing, "scores", None)
    return found if isinstance(found, Scores) else None


def not_standings(before: object, after: object) -> list[Fault]:
    """A fault for each side that has no totals and grades of everybody."""
    repair = "make both with score(…), score_stints(…), blend(…), multiply(…) or calibrate(…)"
    return [
        Fault("compare", f"{a_or_an(type(side).__name__)} has no totals of everybody", repair,
              column=name)
        for name, side in (("before", before), ("after", after))
        if not is_a(side, Standing)
    ]  # fmt: skip


def ill_made(before: Standing, after: Standing) -> list[Fault]:
    """Faults of what two stages, which may be a user's own, answer of everybody."""
    faults = []
    for name, side in (("before", before), ("after", after)):
        made = type(side).__name__
        repair = f"mend {made}: see comparing.Standing"
        faults += [Fault("compare", f"its {why}", repair, column=name) for why in _odd(side)]
    return faults


def _odd(side: Standing) -> Iterator[str]:
    """What is not as a standing's, each as a clause."""
    if not isinstance(side.org, OrgTree) or not isinstance(side.periods, Periods):
        yield "org is no OrgTree, or its periods are no Periods"
        return
    if not isinstance(getattr(side, "unit", "points"), str):
        yield "unit is no text"
    shape, labels = (len(side.periods), len(side.org)), side.grades
    told = f"array of the shape {shape}, periods and nodes"
    if not _is_array(side.total, shape, "fiu"):
        yield f"total is no {told}, of numbers"
    elif np.isinf(side.total).any():
        yield "total is not finite for everybody"
    if not isinstance(labels, tuple) or not all(isinstance(each, str) for each in labels):
        yield "grades are no tuple of texts"
    elif not _is_array(side.grade_codes, shape, "iu"):
        yield f"grade_codes are no {told}, of whole numbers"
    elif (np.asarray(side.grade_codes) >= len(labels)).any() or (side.grade_codes < -1).any():
        yield "grade_codes are not all positions in its grades, or -1"


def _is_array(given: object, shape: tuple[int, int], kinds: str) -> bool:
    return isinstance(given, np.ndarray) and given.shape == shape and given.dtype.kind in kinds


def once(faults: list[Fault]) -> list[Fault]:
    """Faults without those that are told already; what both sides have is told once."""
    return list({str(fault): fault for fault in faults}.values())


def unlike_sides(before: Standing, after: Standing) -> list[Fault]:
    """Faults of two standings that are not of the same tree, periods, unit and KPIs."""
    faults = _trees(before.org, after.org)
    was, now = tuple(before.periods.labels), tuple(after.periods.labels)
    if was != now:
        reason = f"periods {', '.join(was[:4])} and {', '.join(now[:4])}"
        faults.append(Fault("compare", reason, "score both sides in the same periods"))
    one, two = unit_of(before), unit_of(after)
    if one != two:
        reason = f"totals in {one or 'pure numbers'} and in {two or 'pure numbers'}"
        faults.append(Fault("compare", reason, "compare like with like"))
    faults += _kpis(scores_behind(before), scores_behind(after))
    return faults or _too_far(before, after)


def _too_far(before: Standing, after: Standing) -> list[Fault]:
    """Totals whose difference is too large for a float."""
    with np.errstate(over="ignore"):
        far = np.isinf(after.total - before.total)
    reason, repair = "the change of the total is too large for a float", "use a larger unit"
    return [
        Fault("compare", f"{reason}, in {after.periods.labels[p]}", repair, value=after.org.ids[i])
        for p, i in np.argwhere(far)[:1].tolist()
    ]


def _trees(was: OrgTree, now: OrgTree) -> list[Fault]:
    if was is now:
        return []
    faults = []
    one, two = set(was.ids.tolist()), set(now.ids.tolist())
    repair = "score both sides on one tree"
    for name, mine, other in (("before", one, two), ("after", two, one)):
        alone = sorted(mine - other, key=str)
        if alone:
            reason = f"{len(alone):,} nodes that the other side has not"
            faults.append(Fault("compare", reason, repair, column=name, value=alone[0]))
    if faults:
        return faults
    moved = (was.parent != now.parent) | (was.kinds != now.kinds)
    if moved.any():
        reason = f"{int(moved.sum()):,} nodes have another parent or kind after than before"
        node = now.ids[moved][:1].tolist()[0]
        faults.append(Fault("compare", reason, repair, value=node))
    return faults


def _kpis(was: Scores | None, now: Scores | None) -> list[Fault]:
    if was is None or now is None or was.kpis is now.kpis:
        return []
    faults = []
    for side, mine, other in (("before", was.kpis, now.kpis), ("after", now.kpis, was.kpis)):
        faults += [
            Fault("compare", "a KPI that the other side has not", suggest(name, other.names),
                  column=side, value=name)
            for name in mine.names
            if name not in other.names
        ]  # fmt: skip
    for name in filter(now.kpis.names.__contains__, was.kpis.names):
        one, two = was.kpis[name], now.kpis[name]
        if (one.unit, one.better) != (two.unit, two.better):
            reason = f"{one.unit}, {one.better!r} before, and {two.unit}, {two.better!r} after"
            faults.append(Fault("compare", reason, "score both by one KPI", value=name))
    return faults
