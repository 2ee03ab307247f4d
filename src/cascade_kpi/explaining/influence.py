"""Why a part of a card decides as much as it does."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from cascade_kpi.errors import Fault, check
from cascade_kpi.examining.people import People, shares
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.scores import TELLS, ScoreExplainer
from cascade_kpi.scoring.brought import PLAIN

__all__ = ["InfluenceExplainer"]

Many = tuple[Explanation, ...]


@frozen
class ShareOf:
    """A part's share in the variance of totals. Inputs are contributions, then the totals."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        half = len(inputs) // 2
        given = np.array(inputs, dtype=np.float64)
        return float(shares(given[None, :half], given[half:])[0])

    def words(self) -> str:
        """The clause."""
        return "covariance of contributions and totals ÷ variance of totals"


@frozen
class Contributed:
    """Points times what a point adds, down the sections; nothing for what is left out."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        made = np.float64(0.0 if np.isnan(inputs[0]) else inputs[0])
        for slope in inputs[1:]:
            made = made * (0.0 if np.isnan(slope) else slope)
        return float(made)

    def words(self) -> str:
        """The clause."""
        return "points × what a point adds, down the sections; 0 if it is left out"


@frozen(eq=False)
class InfluenceExplainer:
    """Explains the influence of one part among the people of a post in one period."""

    people: People
    i: int
    p: int

    @property
    def _name(self) -> str:
        name: str = self.people.facts.card.outline.names[self.i]
        return name

    def share(self, row: int) -> Explanation:
        """The share of the part in the variance of the totals of a node's post."""
        people = self.people
        codes = people.facts.posts.codes
        g = -1 if codes is None else int(codes[row])
        if g < 0 or not people.facts.posts.weights[g, self.i] > 0:
            check([Fault("explain", "not on the card of this node", "name a part that it has",
                         value=self._name)])  # fmt: skip
        ((_, _, found, _),) = [e for e in people.influence if e[:2] == (self.p, g)]
        post, period = people.facts.posts.names[g], people.scores.periods.labels[self.p]
        name, value = f"influence of {self._name}, {post}, {period}", float(found[self.i])
        rows = people.members(g, self.p).tolist()
        if self.i not in people.contributing:
            source = "it is in a section that is not additive, or brought by an adjustment"
            return Explanation(name, value, "", period, None, source)
        if any(self._of(each).secret & {0, self.i} for each in rows):
            return Explanation(name, float("nan"), "", period, None, TELLS)

        def expand() -> Many:
            totals = [self._of(each).total() for each in rows]
            return (*map(self.contribution, rows), *totals)

        return Explanation(name, value, "", period, ShareOf(), "", expand)

    def _of(self, row: int) -> ScoreExplainer:
        return ScoreExplainer(self.people.scores, row, self.p)

    def contribution(self, row: int) -> Explanation:
        """What the part contributes to the total of a node, in points."""
        scores = evolve(self._of(row), supposed=PLAIN)
        at = self.people.contributing.index(self.i)
        value = float(self.people.contributions(self.p)[at, row])
        name = scores.name(f"contribution of {self._name}")
        if self.i in scores.secret:
            return Explanation(name, float("nan"), "points", scores.period, None, TELLS)

        def expand() -> Many:
            return scores.slopes_to(self.i)

        return Explanation(name, value, "points", scores.period, Contributed(), "", expand)
