"""The page of a negotiation: where every target stands, and what was said round by round."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi.commitments.negotiation import Negotiation
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, unseen
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.strips import Scale, axis, dumbbell
from cascade_kpi.reporting.wording import count, day, listed, points

__all__ = ["talks_page"]

Key = tuple[Any, str, str]

_HEADS = ("target", "state", "whose word", "first word", "last word", "last plan")
_STATES = ("proposed", "countered", "agreed")  # what is open stands first
_LEGEND = (
    "The line is the first word on a target, the ring the last word, the dot what the last plan "
    "gives it; all as differences from the first word. What is open stands first."
)
_NOTHING = "Nothing is proposed."
_DECIMALS = 2
_NOTES = (
    "Values are in the units of their KPIs. Rounds are counted from 0, and are only added.",
    "What is agreed is certain in every later plan.",
    "Somebody else agrees than who spoke last, to the amount of the last plan.",
    "A plan is what was reconciled in its round: targets and all that stood, summed up exactly.",
)


def talks_page(talks: Negotiation, limits: Limits, title: str) -> Page:
    """The sections of a negotiation."""
    told = _Told(talks)
    sections = (
        ("standing", "Where it stands", (_Standing.of(told, limits.rows),)),
        ("rounds", "Round by round", (_rounds(told),)),
        ("said", "What was said", (_said(told, limits.rows),)),
        ("rules", "Rules and notes", (Notes(_NOTES),)),
    )
    return Page(title, _about(talks), sections, "Negotiation")


def _about(talks: Negotiation) -> str:
    if not talks.rounds:
        return count(0, "round")
    first, last = talks.rounds[0].when, talks.rounds[-1].when
    days = day(first) if first == last else f"{day(first)} to {day(last)}"
    sides = sorted({each.who for each in talks.rounds})
    return f"{count(len(talks), 'round')} · {days} · {listed(sides)}"


@frozen(eq=False)
class _Told:
    """What was said, and how its numbers are written."""

    talks: Negotiation

    @cached_property
    def first(self) -> Mapping[Key, float]:
        """The first word on every target."""
        found: dict[Key, float] = {}
        for each in self.talks.rounds:
            for at, value in zip(_keys(each.stated), each.stated["value"].tolist(), strict=True):
                found.setdefault(at, value)
        return found

    @cached_property
    def decimals(self) -> Mapping[str, int]:
        """Decimals of each KPI: as few as write all that was said and planned, at most two."""
        found: dict[str, int] = {}
        for each in self.talks.rounds:
            for table in (each.stated, each.outcome):
                names, values = table["kpi"].tolist(), table["value"].tolist()
                for kpi, value in zip(names, values, strict=True):
                    few = (n for n in range(_DECIMALS) if round(value, n) == value)
                    found[kpi] = max(found.get(kpi, 0), next(few, _DECIMALS))
        return found

    def number(self, kpi: str, value: float, sign: str = "") -> str:
        """A value of a KPI, its unit left off."""
        return points(value, self.decimals[kpi], sign)


@frozen(eq=False)
class _Line:
    """One target: where it stands."""

    at: Key
    state: str
    whose: str
    first: float
    last: float
    plan: float


@frozen(eq=False)
class _Standing:
    """All targets that were spoken of, by KPI and period."""

    told: _Told
    groups: tuple[tuple[str, tuple[_Line, ...], int], ...]

    @classmethod
    def of(cls, told: _Told, limit: int) -> _Standing:
        """The lines that are shown of each KPI and period, and how many are left out."""
        lines: dict[tuple[str, str], list[_Line]] = {}
        for line in _lines(told):
            lines.setdefault(line.at[1:], []).append(line)
        groups = []
        for (kpi, period), each in lines.items():
            each.sort(key=lambda line: line.state == "agreed")
            left = max(len(each) - limit, 0)
            groups.append((f"{kpi}, {period}", tuple(each[:limit]), left))
        return cls(told, tuple(groups))

    @property
    def lead(self) -> str:
        """How many stand where."""
        many = Counter(self.told.talks.status()["state"].tolist())
        states = [f"{many[state]:,} {state}" for state in _STATES if many[state]]
        return f"{count(sum(many.values()), 'target')} spoken of: {listed(states)}."

    def html(self) -> list[Element]:
        """For each KPI and period how far the targets have moved, as a picture and in numbers."""
        if not self.groups:
            return [el("p", _NOTHING)]
        out = [el("p", self.lead), el("p", _LEGEND, cls="note")]
        for title, lines, left in self.groups:
            out += [el("h3", name(title)), self._drawn(title, lines)]
            out += [el("p", note, cls="note") for note in _more(left)]
        return out

    def _drawn(self, title: str, lines: tuple[_Line, ...]) -> Element:
        ends = [v for each in lines for v in (each.last - each.first, each.plan - each.first)]
        scale, kpi = Scale.of(ends, []), lines[0].at[1]
        rows: list[list[Cell]] = []
        for each in lines:
            label, *cells = self._cells(each)
            words = f"{label}: last word {cells[3]}, last plan {cells[4]}"
            picture = dumbbell(scale, each.last - each.first, each.plan - each.first, words)
            rows.append([el("b", name(label)), picture, *map(name, cells)])
        low, high = (self.told.number(kpi, v, "+") if v else "" for v in (scale.low, scale.high))
        line = axis(scale, (low, "", high), f"from {low or 0} to {high or 0}")
        rows.append([unseen("scale"), line, *[""] * (len(_HEADS) - 1)])
        heads: list[Cell] = [_HEADS[0], unseen("first word, last word and plan"), *_HEADS[1:]]
        words = f"Where it stands: {title}"
        table = data_table(heads, rows, words=words, numbers=(4, 5, 6), cls="stacks")
        return el("div", table, cls="strips moves")

    def _cells(self, each: _Line) -> list[str]:
        kpi = each.at[1]
        values = (self.told.number(kpi, value) for value in (each.first, each.last, each.plan))
        return [str(each.at[0]), each.state, each.whose, *values]

    def markdown(self) -> list[str]:
        """The same tables, without the pictures."""
        if not self.groups:
            return [_NOTHING, ""]
        lines = [md.text(self.lead), ""]
        for title, each, left in self.groups:
            lines += md.heading(3, title)
            lines += md.table(_HEADS, [self._cells(line) for line in each], (3, 4, 5))
            for note in _more(left):
                lines += [note, ""]
        return lines


def _more(left: int) -> list[str]:
    return [f"… and {count(left, 'target')} more."] if left else []


def _lines(told: _Told) -> Iterator[_Line]:
    status = told.talks.status()
    columns = (status[key].tolist() for key in ("state", "by", "when", "value", "plan"))
    for at, state, by, when, value, plan in zip(_keys(status), *columns, strict=True):
        yield _Line(at, state, f"{by}, {day(when)}", told.first[at], value, plan)


def _rounds(told: _Told) -> Sheet:
    """Every round: who, when, of how many targets, and what moved in the plan."""
    rows = []
    for i, each in enumerate(told.talks.rounds):
        moved, far = 0, "–"
        if i:
            change = told.talks.moved(i - 1, i)
            moved, far = len(change["change"]), _furthest(told, change)
        spoken = count(len(each.stated["node"]), "target")
        rows.append((f"round {i}", day(each.when), each.who, each.act, spoken,
                     count(moved, "target") if i else "first plan", far))  # fmt: skip
    heads = ("round", "on", "who", "act", "of", "plan moved", "furthest")
    return Sheet("Rounds", heads, tuple(rows), (), 0, _NOTHING)


def _furthest(told: _Told, change: Mapping[str, Any]) -> str:
    """The target that moved furthest from one plan to the next."""
    far = np.abs(change["change"])
    if not np.isfinite(far).any():
        return "–"
    i = int(np.nanargmax(far))
    node, kpi, period = _keys(change)[i]
    moved = told.number(kpi, float(change["change"][i]), "+")
    return f"{node}, {kpi}, {period}: {moved}"


def _said(told: _Told, limit: int) -> Sheet:
    """Every word: what stood before it, and what plan followed."""
    rows, stood = [], dict[Key, float]()
    for i, each in enumerate(told.talks.rounds):
        plan = dict(zip(_keys(each.outcome), each.outcome["value"].tolist(), strict=True))
        words = zip(_keys(each.stated), each.stated["value"].tolist(),
                    each.stated["confidence"].tolist(), strict=True)  # fmt: skip
        for at, value, sure in words:
            numbers = (stood.get(at, math.nan), value, plan.get(at, math.nan))
            before, said, after = (told.number(at[1], number) for number in numbers)
            stood[at] = value
            confidence = sure if isinstance(sure, str) else f"{sure:g}"
            where = f"{at[0]}, {at[1]}, {at[2]}"
            rows.append((f"round {i}", each.who, where, before, said, confidence, after))
    heads = ("round", "who", "target", "stood", "said", "confidence", "plan")
    left = max(len(rows) - limit, 0)
    return Sheet("What was said", heads, tuple(rows[:limit]), (3, 4, 5, 6), left, "")


def _keys(table: Mapping[str, Any]) -> list[Key]:
    columns = (table[key].tolist() for key in ("node", "kpi", "period"))
    return list(zip(*columns, strict=True))
