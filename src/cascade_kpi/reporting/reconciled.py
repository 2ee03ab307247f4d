"""What was agreed between targets and offers: who moved how far, and which demand pulled."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._long import Columns
from cascade_kpi.commitments.reconciliation import Reconciliation
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, unseen, who
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.strips import Scale, axis, dumbbell
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import amount, count, number, signed

__all__ = ["Agreed"]

_HEADS = ("target", "offer", "agreed", "from target", "from offer", "pulled by")
_PULLS = ("demand", "of", "pulled most", "furthest")


@frozen(eq=False)
class Move:
    """One node whose agreed amount is not its target, or not its offer."""

    row: int
    target: float
    offer: float
    agreed: float
    pulled_by: str

    @property
    def size(self) -> float:
        """How far it is from its target, or else from its offer."""
        far = self.agreed - (self.offer if math.isnan(self.target) else self.target)
        return abs(far) if math.isfinite(far) else 0.0

    def told(self, kpi: Kpi) -> list[str]:
        """The cells of its row."""
        sides = [number(kpi, value) for value in (self.target, self.offer, self.agreed)]
        far = [self.agreed - self.target, self.agreed - self.offer]
        return [*sides, *(signed(each, "", kpi.decimals).strip() for each in far), self.pulled_by]


@frozen(eq=False)
class Pull:
    """A demand that is the strongest on somebody, on how many, and how far at most."""

    demand: str
    side: str
    nodes: int
    furthest: float

    def told(self, kpi: Kpi) -> list[str]:
        """The cells of its row."""
        far = signed(self.furthest, kpi.unit, kpi.decimals)
        return [self.demand, self.side, count(self.nodes, "node"), far]


@frozen(eq=False)
class Outcome:
    """One KPI: what both sides demanded below the node in focus, and what was made of it.

    Attributes
    ----------
    lead : str
        The node in focus, and how many of those below have more or less.
    moves : tuple of Move
        The furthest first.
    pulls : tuple of Pull
        Those that pulled the most nodes first.
    """

    kpi: Kpi
    lead: str
    moves: tuple[Move, ...]
    pulls: tuple[Pull, ...]

    @property
    def title(self) -> str:
        """The KPI and its unit."""
        return f"{self.kpi.name}, in {self.kpi.unit}"


@frozen(eq=False)
class Agreed:
    """What was agreed in one period."""

    view: View
    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, view: View, agreed: Reconciliation) -> Agreed:
        """All KPIs that were reconciled."""
        moves = agreed.moves()
        moves = _part(moves, np.flatnonzero(moves["period"] == view.period))
        rows = view.org.find(moves["node"])
        inside = (rows >= view.row) & (rows < view.end)
        outcomes = tuple(
            _outcome(view, agreed, kpi, _part(moves, which), rows[which])
            for kpi in agreed.targets.kpis
            if agreed.concerns(kpi.name)
            for which in (np.flatnonzero(inside & (moves["kpi"] == kpi.name)),)
        )
        return cls(view, outcomes)

    def html(self) -> list[Element]:
        """For each KPI who moved, as a picture and in numbers, and which demands pulled."""
        out = [el("p", _LEGEND, cls="note")] if self.outcomes else [el("p", _NOTHING)]
        for each in self.outcomes:
            out += [el("h3", name(each.title)), el("p", name(each.lead))]
            if each.moves:
                out += [self._moved(each), self._pulled(each)]
            out += [el("p", note, cls="note") for note in self._notes(each)]
        return out

    def _moved(self, each: Outcome) -> Element:
        shown = each.moves[: self.view.limits.parts]
        ends = [v for m in shown for v in (m.agreed - m.target, m.offer - m.target)]
        scale = Scale.of(ends, [])
        rows: list[list[Cell]] = []
        for m in shown:
            label = self.view.name(m.row)
            words = f"{label}: agreed {amount(each.kpi, m.agreed)}"
            told: list[Cell] = [name(cell) for cell in m.told(each.kpi)]
            picture: Cell = ""
            if not math.isnan(m.target):
                picture = dumbbell(scale, m.offer - m.target, m.agreed - m.target, words)
            kind = str(self.view.org.kinds[m.row])
            rows.append([who(self.view.trail(m.row), label, kind), picture, *told])
        low, high = (
            signed(v, "", each.kpi.decimals).strip() if v else "" for v in (scale.low, scale.high)
        )
        line = axis(scale, (low, "", high), f"from {low or 0} to {high or 0}")
        rows.append([unseen("scale"), line, *[""] * len(_HEADS)])
        words = f"Who moved: {each.kpi.name}"
        heads: list[Cell] = ["who", unseen("target, offer and agreed"), *_HEADS]
        table = data_table(heads, rows, words=words, numbers=range(2, 7), cls="stacks")
        return el("div", table, cls="strips moves")

    def _pulled(self, each: Outcome) -> Element:
        rows: list[list[Cell]] = [
            [name(cell) for cell in pull.told(each.kpi)]
            for pull in each.pulls[: self.view.limits.names]
        ]
        words = f"Which demands pulled: {each.kpi.name}"
        return data_table(list(_PULLS), rows, words=words, numbers=(2, 3), cls="stacks")

    def _notes(self, each: Outcome) -> list[str]:
        left, rest = len(each.moves) - self.view.limits.parts, len(each.pulls)
        notes = [f"And {count(left, 'smaller move')}."] if left > 0 else []
        rest -= self.view.limits.names
        return [*notes, f"And {count(rest, 'other demand')} that pulled."] if rest > 0 else notes

    def markdown(self) -> list[str]:
        """The same tables, without the pictures."""
        lines: list[str] = [] if self.outcomes else [_NOTHING, ""]
        for each in self.outcomes:
            lines += [*md.heading(3, each.title), md.text(each.lead), ""]
            if each.moves:
                shown = each.moves[: self.view.limits.parts]
                rows = [[self.view.name(m.row), *m.told(each.kpi)] for m in shown]
                lines += md.table(["who", *_HEADS], rows, range(1, 6))
                pulls = [pull.told(each.kpi) for pull in each.pulls[: self.view.limits.names]]
                lines += md.table(_PULLS, pulls, (2, 3))
            for note in self._notes(each):
                lines += [md.text(note), ""]
        return lines


_LEGEND = (
    "The line is the target from above, the ring what was offered from below, the dot what was "
    "agreed; all as differences from the target. Each node names the demand that pulled it most."
)
_NOTHING = "Nothing was to be reconciled."


def _part(table: Columns, which: IntArray) -> Columns:
    return {key: column[which] for key, column in table.items()}


def _outcome(
    view: View, agreed: Reconciliation, kpi: Kpi, moves: Columns, rows: IntArray
) -> Outcome:
    by = [view.name(row) if row >= 0 else "" for row in view.org.find(moves["pulled_by"]).tolist()]
    demands = list(zip(by, moves["side"].tolist(), strict=True))
    told = [", ".join(demand) if demand[0] else "rounding" for demand in demands]
    sides = zip(rows.tolist(), *(moves[key].tolist() for key in ("target", "offer", "agreed")),
                told, strict=True)  # fmt: skip
    lines = sorted((Move(*each) for each in sides), key=lambda move: (-move.size, move.row))
    furthest: dict[tuple[str, str], float] = {}
    for demand, pull in zip(demands, moves["pull"].tolist(), strict=True):
        if demand[0] and abs(pull) >= abs(furthest.get(demand, 0.0)):
            furthest[demand] = pull
    many = Counter(demands)
    order = sorted(furthest, key=lambda demand: (-many[demand], demand))
    pulls = (Pull(*demand, many[demand], furthest[demand]) for demand in order)
    return Outcome(kpi, _lead(view, agreed, kpi), tuple(lines), tuple(pulls))


def _lead(view: View, agreed: Reconciliation, kpi: Kpi) -> str:
    """What was asked and offered, what was agreed, and how many have more or less."""
    part, p = slice(view.row, view.end), view.p
    target, after = (stage.of(kpi.name)[p, part] for stage in (agreed.before, agreed.targets))
    offer = agreed.offered(kpi.name)[p, part]
    far = after - target
    more, less, same = (int(np.count_nonzero(side)) for side in (far > 0, far < 0, far == 0))
    offered = int(np.count_nonzero(~np.isnan(offer)))
    kept = int(np.count_nonzero(offer == after))
    mine = f"{view.name(view.row)}: {amount(kpi, float(target[0]))} from above"
    if not math.isnan(float(offer[0])):
        mine += f", {amount(kpi, float(offer[0]))} from below"
    return (
        f"{mine}, {amount(kpi, float(after[0]))} agreed. Of those with a target, "
        f"{more:,} have more than it, {less:,} less, {same:,} the same; "
        f"of {count(offered, 'offer')}, {kept:,} {'is' if kept == 1 else 'are'} agreed as made."
    )
