"""What is to be said of one node's card, part by part, in the order of the card."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.reporting.telling.items import ItemTeller
from cascade_kpi.reporting.telling.statements import (
    Part,
    Plain,
    Points,
    Ruled,
    Series,
    Share,
    Statement,
)
from cascade_kpi.scoring.adjustments import Gate, Veto
from cascade_kpi.scoring.brought import brought
from cascade_kpi.scoring.outline import Outline

__all__ = ["CardTeller"]

Said = list[Statement]

_MOST_LOST = 3


@frozen(eq=False)
class CardTeller:
    """Says how one node's total was made in one period.

    Attributes
    ----------
    of : ScoreExplainer
        From which every number comes.
    decimals : int
        Of points.
    """

    of: ScoreExplainer
    decimals: int

    @property
    def outline(self) -> Outline:
        """The parts of the card, numbered."""
        return self.of.scores.outline

    def _points(self, value: float, sign: str = "") -> Points:
        return Points(value, self.decimals, sign)

    def _part(self, i: int) -> Part:
        return Part(self.outline.names[i], root=i == 0)

    def paragraphs(self) -> Iterator[Said]:
        """What is said of each part: a section where it opens and where it closes."""
        waiting = [(0, False)]
        while waiting:
            i, closes = waiting.pop()
            if closes:
                yield [*self._closed(i), *self._counts(i)]
            elif self.outline.is_section(i):
                yield self._opened(i)
                inside = [*self.of.block.on(i)[0], *self._beside(i)]
                waiting += [(i, True), *((part, False) for part in reversed(inside))]
            else:
                yield [*ItemTeller(self.of, i, self.decimals).said(), *self._counts(i)]

    def _beside(self, i: int) -> list[int]:
        """Parts that the adjustments of a section bring onto the card."""
        above, beside = self.outline.above, self.outline.beside
        return [j for j in range(i + 1, len(above)) if above[j] == i and beside[j]]

    # -- sections -------------------------------------------------------------------

    def _opened(self, i: int) -> Said:
        parts, weights = self.of.block.on(i)
        if not parts:
            return [Statement("not_scored", {"section": self._part(i)})]
        combine = self.outline.parts[i].combine
        clauses = []
        for part, weight in zip(parts, weights, strict=True):
            fields = {"part": self._part(part), "weight": Plain(float(np.ravel(weight)[0]))}
            if combine.weighs:
                clauses.append(Statement("part_weighed", fields))
            else:
                clauses.append(Statement("part_alone", {"part": self._part(part)}))
        how = {"section": self._part(i), "how": Ruled(combine), "parts": Series(tuple(clauses))}
        return [Statement("section", how)]

    def _closed(self, i: int) -> Said:
        """The value of a section, and what each adjustment makes of it."""
        parts, _ = self.of.block.on(i)
        if i in self.of.secret:
            return [Statement("section_withheld", {"section": self._part(i)})]
        if not parts:
            return []
        value = self.of.combined(i).value
        if np.isnan(value):
            return [self._valueless(i, parts)]
        said = [Statement("gate_open", self._limit(gate)) for gate in self._idle_gates(i, parts)]
        together = {"section": self._part(i), "value": self._points(value)}
        said.append(Statement("together", together))
        for done, step in enumerate(self.outline.parts[i].then, 1):
            after = self.of.after(i, done).value
            said.append(self._stepped(step, value, after))
            value = after
        return said

    def _valueless(self, i: int, parts: list[int]) -> Statement:
        there = [part for part in parts if not np.isnan(self.of.filled(i, part).value)]
        if not there:
            return Statement("nothing_there", {"section": self._part(i)})
        section = self.outline.parts[i]
        policy = self.of.scores.scorecard.policy(section)
        return Statement("held", {"section": self._part(i), "policy": Ruled(policy)})

    def _limit(self, rule: Gate | Veto) -> dict[str, object]:
        return {"when": Ruled(rule.when), "most": Plain(rule.at)}

    def _stepped(self, step: object, before: float, after: float) -> Statement:
        moved = {"change": self._points(after - before, "+"), "after": self._points(after)}
        if isinstance(step, Veto):
            if after == before:
                return Statement("spared", self._limit(step))
            return Statement("vetoed", {**self._limit(step), **moved})
        if after == before:
            return Statement("idle", {"rule": Ruled(step)})
        return Statement("stepped", {"rule": Ruled(step), **moved})

    # -- what a part brings to its section --------------------------------------------

    def _counts(self, i: int) -> Said:
        """What gates and the policy leave of a part's points, and what they bring."""
        section = self.outline.above[i]
        if section < 0:
            return []
        if self.outline.beside[i]:
            return [Statement("beside", {"section": self._part(section)})]
        if section in self.of.secret:
            return []
        said = self._gated(section, i)
        own, counts = self.of.counted(section, i).value, self.of.filled(section, i).value
        policy = Ruled(self.of.scores.scorecard.policy(self.outline.parts[section]))
        if np.isnan(counts):
            return [*said, Statement("left_out", {"policy": policy})]
        if np.isnan(own):
            filled = {"policy": policy, "points": self._points(counts)}
            said.append(Statement("filled", filled))
        return [*said, *self._brings(section, i, counts)]

    def _gates(self, section: int, i: int) -> Iterator[tuple[int, float, float]]:
        """Each gate over a part, by its place, with the part's points before and after."""
        points, block = self.of.value(i).value, self.of.block
        for at, gate in enumerate(self.outline.parts[section].gates):
            if gate.caps(self.outline.names[i]):
                before, points = points, float(gate(np.array([points]), block)[0])
                yield at, before, points

    def _gated(self, section: int, i: int) -> Said:
        gates = self.outline.parts[section].gates
        return [
            Statement(
                "gated",
                {
                    **self._limit(gates[at]),
                    "before": self._points(before),
                    "after": self._points(after),
                },
            )
            for at, before, after in self._gates(section, i)
            if after < before
        ]

    def _idle_gates(self, i: int, parts: list[int]) -> list[Gate]:
        """Gates of a section that could cap some of its parts, and took nothing from any."""
        took: dict[int, bool] = {}
        for part in parts:
            for at, before, after in self._gates(i, part):
                took[at] = took.get(at, False) or after < before
        gates = self.outline.parts[i].gates
        return [gates[at] for at in sorted(took) if not took[at]]

    def _brings(self, section: int, i: int, points: float) -> Said:
        slopes = self.slopes(section)
        if slopes is None or np.isnan(self.of.combined(section).value):
            return []
        brings = slopes[i] * points
        fields = {"contribution": self._points(brings), "section": self._part(section)}
        if not self.outline.parts[section].combine.weighs:
            return [Statement("adds", fields)]
        fields |= {"points": self._points(points), "effective": Share(slopes[i])}
        return [Statement("contributes", fields)]

    def slopes(self, section: int) -> dict[int, float] | None:
        """What a point of each part adds to its section; None if that depends on points."""
        parts, weights = self.of.block.on(section)
        points = [np.array([self.of.filled(section, part).value]) for part in parts]
        combine = self.outline.parts[section].combine
        slopes = combine.slopes(points, [float(np.ravel(each)[0]) for each in weights])
        if slopes is None:
            return None
        return {part: float(np.ravel(each)[0]) for part, each in zip(parts, slopes, strict=True)}

    # -- the end ------------------------------------------------------------------------

    def losses(self) -> Said:
        """The items that lost most against those of all targets; none without a total to tell."""
        if 0 in self.of.secret or np.isnan(self.of.combined(0).value):
            return []
        found = []
        for i in self.outline.items:
            here = slice(self.of.row, self.of.row + 1)
            lost = float(brought(self.of.scores.kernel, i, self.of.p, here)[0])
            if round(lost, self.decimals) < 0:
                found.append((lost, i))
        if not found:
            return [Statement("no_loss")]
        clauses = tuple(
            Statement("loss", {"item": self._part(i), "lost": self._points(-lost)})
            for lost, i in sorted(found)[:_MOST_LOST]
        )
        return [Statement("lost_most", {"items": Series(clauses)})]
