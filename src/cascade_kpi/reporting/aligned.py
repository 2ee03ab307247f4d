"""The sections of a report of an alignment: the map, coverage, plans, findings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi._text import plain
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.audit import Audit, Finding
from cascade_kpi.errors import Fault, check
from cascade_kpi.reporting.folding import Folded
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.standings import owner_of
from cascade_kpi.reporting.strategy_map import StrategyMap
from cascade_kpi.reporting.wording import attained, count, percent

__all__ = ["alignment_page", "audited", "focus_row"]

_NOTES = (
    "A goal's coverage is the sum of the shares of it that other goals carry, if counted.",
    "Landed is what of it arrives at goals with an owner that are split no further.",
    "A weight goes up to the goals served, in proportion to the weights of the links.",
    "It stops at the first strategic goal; on the map these have a stronger frame.",
    "An arrow goes from a goal to the goal that it serves.",
)


def audited(stage: Alignment | Audit) -> tuple[Alignment, Audit]:
    """An alignment with its findings, those with a budget if the stage has them."""
    if isinstance(stage, Audit):
        return stage.alignment, stage
    return stage, stage.audit()


def alignment_page(stage: Alignment | Audit, row: int | None, limits: Limits, title: str) -> Page:
    """The page of an alignment.

    Parameters
    ----------
    row : int or None
        Of the node whose goals it is about, with those of everybody below and all that
        they serve; everything if None.
    """
    aligned, audit = audited(stage)
    within = _within(aligned, row)
    folded = Folded.of(aligned, within, limits.goals)
    serving = _serving(aligned, row, limits.rows)
    sections = (
        ("map", "Strategy map", (StrategyMap(aligned, folded, limits.rows),)),
        ("coverage", "Coverage", (_coverage(aligned, within, limits.rows),)),
        ("serving", "What plans serve", (serving,)),
        ("findings", "Findings", (_findings(aligned, audit, within, row, limits.rows),)),
        ("notes", "Notes", (Notes(_NOTES),)),
    )
    return Page(title, _meta(aligned, within), sections, "Alignment report")


def _within(aligned: Alignment, row: int | None) -> NDArray[np.bool_]:
    """The goals that the page is about, bool (g,)."""
    if row is None:
        return np.ones(len(aligned.goals), dtype=bool)
    owner, graph = aligned.goals.owner, aligned.graph
    found = (owner >= row) & (owner < row + int(aligned.org.size[row]))
    for layer in reversed(graph.layers):
        found[graph.serves[graph.links_out(layer[found[layer]])]] = True
    return found


def _meta(aligned: Alignment, within: NDArray[np.bool_]) -> str:
    goals, graph = aligned.goals, aligned.graph
    links = int((within[graph.goal] & within[graph.serves]).sum())
    periods = sorted(set(goals.columns["period"][within].tolist()) - {""})
    parts = [
        count(int(within.sum()), "goal"),
        f"{int((goals.strategic & within).sum()):,} strategic",
    ]
    parts += [count(links, "link"), *periods[:3], *(["…"] if len(periods) > 3 else [])]
    return " · ".join(parts)


def _amount(value: float, unit: str) -> str:
    return "–" if math.isnan(value) else f"{plain(value).replace('-', '−')} {unit}".strip()


def _coverage(aligned: Alignment, within: NDArray[np.bool_], most: int) -> Sheet:
    """Goals with a coverage, strategic ones first."""
    table = aligned.coverage()
    at = np.flatnonzero(~np.isnan(aligned.covered))
    picked = np.flatnonzero(within[at])
    picked = picked[np.argsort(~table["strategic"][picked], kind="stable")]
    rows = []
    for i in picked[:most].tolist():
        unit, goal = str(table["unit"][i]), int(at[i])
        off = float(table["over"][i] - table["uncovered"][i])
        told = f"{'+' if off > 0 else '−'}{_amount(abs(off), unit)}" if off else "–"
        rows.append(
            (
                str(table["title"][i]),
                owner_of(aligned, goal),
                _amount(float(table["value"][i]), unit),
                attained(float(table["covered"][i])),
                attained(float(table["landed"][i])),
                "–" if math.isnan(off) else told,
            )
        )
    heads = ("goal", "owner", "amount", "covered", "landed", "over or uncovered")
    words = "Coverage of goals"
    left, nothing = len(picked) - len(rows), "No goal is split over others."
    return Sheet(words, heads, tuple(rows), (2, 3, 4, 5), left, nothing)


def _serving(aligned: Alignment, row: int | None, most: int) -> Sheet:
    """One row a plan: its weight, and the strategic goals that it serves."""
    org, plans = aligned.org, aligned.plans()
    count_of = np.bincount(aligned.goals.owner[aligned.goals.owner >= 0], minlength=len(org))
    nodes = np.flatnonzero(count_of)
    inside = np.ones(len(nodes), dtype=bool)
    if row is not None:
        inside = (nodes >= row) & (nodes < row + int(org.size[row]))
    picked = np.flatnonzero(inside & ~np.isnan(plans["weight"]))
    rows = [
        (
            str(org.labels[nodes[i]]),
            plain(float(plans["weight"][i])),
            _served(aligned, int(nodes[i]), float(plans["weight"][i])),
            _rest(float(plans["unaligned"][i]), float(plans["weight"][i])),
        )
        for i in picked[:most].tolist()
    ]
    heads = ("plan of", "weight", "serves", "unaligned")
    left, nothing = len(picked) - len(rows), "No goal has a weight."
    return Sheet("What plans serve", heads, tuple(rows), (1, 3), left, nothing)


def _served(aligned: Alignment, node: int, weight: float) -> str:
    ends, served = aligned.served.ends, aligned.served
    entries: IntArray = np.arange(ends[node], ends[node + 1])
    entries = entries[served.code[entries] < len(aligned.strategic)]
    best = entries[np.argsort(-served.value[entries], kind="stable")]
    told = [
        f"{aligned.goals.title[aligned.strategic[served.code[i]]]} {_part(served.value[i], weight)}"
        for i in best[:4].tolist()
    ]
    more = [f"and {len(best) - 4} more"] if len(best) > 4 else []
    return "; ".join([*told, *more]) or "–"


def _part(value: float, whole: float) -> str:
    return percent(value / whole) if whole > 0 else "–"


def _rest(value: float, whole: float) -> str:
    return _part(value, whole) if value > 0 else "–"


def _findings(
    aligned: Alignment, audit: Audit, within: NDArray[np.bool_], row: int | None, most: int
) -> Sheet:
    goal, owner = audit.goal, audit.owner
    meant = (goal >= 0) & within[goal] if len(within) else np.zeros(len(goal), dtype=bool)
    begin, end = (0, len(aligned.org)) if row is None else (row, row + int(aligned.org.size[row]))
    meant |= (goal < 0) & (owner >= begin) & (owner < end)
    at = np.flatnonzero(meant)
    found = list(map(audit.finding, at[:most].tolist()))
    rows = tuple(
        _finding(aligned, each, int(goal[i])) for each, i in zip(found, at.tolist(), strict=False)
    )
    heads = ("finding", "where", "figure", "what to do")
    return Sheet("Findings", heads, rows, (2,), len(at) - len(rows), "Nothing is amiss.")


def _finding(aligned: Alignment, each: Finding, goal: int) -> tuple[str, ...]:
    label = "" if each.owner is None else str(aligned.org[each.owner].label)
    where = f"plan of {label}"
    if goal >= 0:
        where = str(aligned.goals.title[goal]) + (f" ({label})" if label else "")
    reason = each.reason
    if each.about is not None:
        reason += f": {aligned.goals.title[aligned.goals.position(each.about)]}"
    return reason, where, _figure(each), each.repair


def _figure(each: Finding) -> str:
    if each.unit == "of it":
        return f"{percent(each.figure)} of it"
    return _amount(each.figure, each.unit)


def focus_row(aligned: Alignment, focus: object, period: object) -> int | None:
    """Row of the node that a report is about, None for everything.

    Raises
    ------
    InputError
        If there is no such node, or a period is asked for.
    """
    if period is not None:
        reason, repair = "an alignment has no periods to choose from", "leave it out"
        check([Fault("report", reason, repair, column="period", value=period)])
    return None if focus is None else aligned.org.row(focus)
