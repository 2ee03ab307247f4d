"""The page of targets that moved: who was where, what they had of each target, and the sums."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cascade_kpi._text import visible
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.pieces import CUSHION, HELD, LEAVE, STATES, VACANT
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.moving import Moving
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.strands import people, units
from cascade_kpi.reporting.wording import amount, count
from cascade_kpi.targets.amounts import NO_LOTS

__all__ = ["moves_page"]

_LONGEST = 120  # characters of a rule in a sentence


def moves_page(stage: Moved | Credited, row: int, p: int, limits: Limits, title: str) -> Page:
    """The page of one period, of what stood at or below one node.

    Parameters
    ----------
    row, p : int
        Of the node in the first tree, and position of the period.
    """
    view = Moving.of(stage, row, p, limits)
    sections = (
        ("sums", "Nothing lost, nothing doubled", (_sums(view),)),
        ("units", "Posts and units", (units(view),)),
        ("people", "People", (people(view),)),
        ("carried", "Vacancies and leave", (_carried(view),)),
        ("pieces", "Pieces", (_pieces(view),)),
        ("changes", "Units that moved", (_changes(view),)),
        ("rules", "Rules and notes", (Notes(tuple(_notes(view))),)),
    )
    about = "Moves and results" if view.credited is not None else "Moves report"
    return Page(title, _meta(view), sections, about)


def _meta(view: Moving) -> str:
    days = f"{view.day(view.span.first)} to {view.day(view.span.last)}"
    many = len(view.moved.of_before.periods)
    of = [f"one of {many} periods"] if many > 1 else []
    return " · ".join([
        view.name(view.row), view.period, *of, days, count(len(view.pieces), "piece"),
        count(len(np.unique(view.stays_holder)), "person", "people"),
    ])  # fmt: skip


def _sums(view: Moving) -> Sheet:
    """Per KPI what the company was to reach, and what its pieces come to, by state."""
    moved, p = view.moved, view.p
    pieces, rows = moved.pieces, []
    for k, kpi in enumerate(moved.of_before.kpis):
        own, lots = moved.own[k], moved.lots_or_none[k]
        if own is None or lots is None:
            continue
        before = sum(int(each[p][each[p] != NO_LOTS].sum()) for each in (own.held, own.cushion))
        there = (lots != NO_LOTS) & (pieces.period == p)
        parts = [int(lots[there & (pieces.state == state)].sum())
                 for state in (HELD, LEAVE, VACANT, CUSHION)]  # fmt: skip
        told = [amount(kpi, float(kpi.counted_in.values(np.array([n]))[0]))
                for n in (before, *parts, sum(parts), sum(parts) - before)]  # fmt: skip
        rows.append((kpi.name, *told))
    heads = ("KPI", "before", "held", "on leave", "vacant", "cushions", "all pieces", "difference")
    return Sheet(
        "Targets of the company and the sums of their pieces", heads, tuple(rows),
        tuple(range(1, 8)), 0, "No target is counted in lots: each counts by days.",
    )  # fmt: skip


def _carried(view: Moving) -> Sheet:
    """What nobody holds, and who carries it."""
    pieces, moved = view.moved.pieces, view.moved
    state = pieces.state[view.pieces]
    some = view.pieces[((state == VACANT) | (state == LEAVE)) & view.is_divided(view.pieces)]
    some = some[np.lexsort((pieces.start[some], pieces.origin[some]))]
    rows = []
    for i in some[: view.limits.rows].tolist():
        holder, keeper = int(pieces.holder[i]), int(pieces.keeper[i])
        why = f"{moved.holders[holder]} on leave" if holder >= 0 else "vacant"
        kept = str(moved.holders[keeper]) if keeper >= 0 else "–"
        rows.append((
            view.name(int(pieces.origin[i])), why, *view.days(i), view.name(int(pieces.carrier[i])),
            kept, *view.amounts(i),
        ))  # fmt: skip
    heads = ("target of", "why", "from", "to", "days", "carried by", "there", *view.kpi_names)
    numbers = (4, *range(7, 7 + len(view.kpis)))
    return Sheet("Vacancies and leave", heads, tuple(rows), numbers, len(some) - len(rows),
                 "Every day of every target is held.")  # fmt: skip


def _pieces(view: Moving) -> Sheet:
    """The pieces of targets that are cut at all."""
    pieces, moved = view.moved.pieces, view.moved
    held = pieces.state[view.pieces] == HELD
    some = view.pieces[view.is_divided(view.pieces) | held & view.has_target(view.pieces)]
    period = np.flatnonzero(pieces.period == view.p)
    many = np.bincount(pieces.origin[period[view.has_target(period)]],
                       minlength=len(moved.trees.org))  # fmt: skip
    some = some[(many[pieces.origin[some]] > 1) | (pieces.state[some] != HELD)]
    some = some[np.lexsort((pieces.start[some], pieces.origin[some]))]
    rows = []
    for i in some[: view.limits.rows].tolist():
        holder, state = int(pieces.holder[i]), int(pieces.state[i])
        who = str(moved.holders[holder]) if holder >= 0 else "–"
        rows.append((
            view.name(int(pieces.origin[i])), *view.days(i), who, STATES[state],
            view.name(int(pieces.place[i])), f"{pieces.share[i]:g}", *view.amounts(i),
        ))  # fmt: skip
    heads = ("target of", "from", "to", "days", "whose", "state", "counts at", "share",
             *view.kpi_names)  # fmt: skip
    numbers = (3, 7, *range(8, 8 + len(view.kpis)))
    return Sheet("Pieces of targets that are divided over days", heads, tuple(rows), numbers,
                 len(some) - len(rows), "No target is cut: everybody stayed.")  # fmt: skip


def _changes(view: Moving) -> Sheet:
    trees = view.moved.trees
    some = np.flatnonzero(
        (trees.start >= view.span.first) & (trees.start <= view.span.last) & view.ever[trees.node]
    )
    before = trees.parent_on(trees.node[some], trees.start[some] - 1)
    rows = [
        (view.name(int(trees.node[i])), view.day(int(trees.start[i])),
         view.name(int(was)) if was >= 0 else "–", view.name(int(trees.parent[i])))
        for i, was in list(zip(some, before, strict=True))[: view.limits.rows]
    ]  # fmt: skip
    heads = ("unit", "on", "from below", "to below")
    left = len(some) - len(rows)
    return Sheet("Units that moved", heads, tuple(rows), (), left, "No unit moved.")


def _notes(view: Moving) -> Iterable[str]:
    cause = view.moved.cause
    reason = getattr(cause.by, "reason", "")
    rule = visible(f"{cause.by!r:.{_LONGEST}}")
    yield f"A target is {reason}: {rule}." if reason else f"Targets follow {rule}."
    yield (
        f"What nobody holds is carried by: {cause.cover.vacancy.value}; "
        f"days of leave by: {cause.cover.leave.value}."
    )
    yield f"Days are counted by {visible(f'{cause.days!r:.{_LONGEST}}')}."
    yield "Each piece counts in the units that stood above it on its days."
    whole = [kpi.name for k, kpi in enumerate(view.moved.of_before.kpis)
             if view.moved.lots_or_none[k] is None]  # fmt: skip
    if len(view.known) > len(view.kpis):
        shown = ", ".join(view.kpi_names)
        yield f"Of {count(len(view.known), 'KPI')} with targets the tables show {shown}."
    if whole:
        yield f"Not divided in lots, and so not among the sums: {', '.join(whole)}."
    if view.credited is not None:
        yield "A result is credited to who was there, whatever a target follows."
        astride = len(np.unique(view.credited.astride()["report"]))
        if astride:
            told = count(astride, "report is", "reports are")
            yield f"{told} of several stints at once: these have no result of their own."
    first, last = as_dates(np.array([view.span.first, view.span.last]))
    yield f"Drawn are the days from {first} to {last}."
