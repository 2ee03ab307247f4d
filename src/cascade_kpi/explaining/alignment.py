"""Why a goal is covered as it is, and what a plan's weight serves."""

from __future__ import annotations

from functools import partial

import numpy as np
from attrs import frozen

from cascade_kpi.alignment.align import Alignment
from cascade_kpi.errors import Fault, check
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import ProductOf

__all__ = ["AlignmentExplainer"]

Many = tuple[Explanation, ...]
_ALL = "all of it: it is that strategic goal"


@frozen
class _Added:
    """Inputs added one after another."""

    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        total = 0.0
        for value in inputs:
            total += value
        return total

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class _Proportion:
    """One of the weights out of a goal over their sum."""

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        total = 0.0
        for value in inputs:
            total += value
        return float(np.divide(inputs[self.position], total))

    def words(self) -> str:
        """The clause."""
        return "its weight over the weights of all links out of the goal"


@frozen(eq=False)
class AlignmentExplainer:
    """Explains coverage, and what weight serves."""

    stage: Alignment

    # -- downwards ------------------------------------------------------------------

    def covered(self, goal: int) -> Explanation:
        """The shares into a goal."""
        return Explanation(
            f"coverage of {self._name(goal)}",
            float(self.stage.covered[goal]),
            "",
            self._period(goal),
            _Added("shares of the counted splits into it, added"),
            "",
            lambda: tuple(map(self._share, self._splits_into(goal))),
        )

    def landed(self, goal: int) -> Explanation:
        """What arrives at goals with an owner that are split no further."""
        value, name = float(self.stage.landed[goal]), f"landed of {self._name(goal)}"
        period, key = self._period(goal), ("landed", goal)
        if np.isnan(self.stage.covered[goal]):
            owned = int(self.stage.goals.owner[goal]) >= 0
            why = "split no further" + (", and owned" if owned else ", and nobody owns it")
            return Explanation(name, value, "", period, None, f"{self._row(goal)}, {why}")
        made = _Added("share × what has landed, over the counted splits into it")
        expand = partial(self._landings, goal)
        return Explanation(name, value, "", period, made, "", expand, key)

    def _landings(self, goal: int) -> Many:
        return tuple(map(self._landing, self._splits_into(goal)))

    def _landing(self, link: int) -> Explanation:
        below = int(self.stage.graph.goal[link])
        value = float(self.stage.links.share[link] * self.stage.landed[below])
        return Explanation(
            f"landed by {self._name(below)}",
            value,
            "",
            self._period(below),
            ProductOf("share × what has landed of it"),
            "",
            lambda: (self._share(link), self.landed(below)),
        )

    def _splits_into(self, goal: int) -> list[int]:
        links = self.stage.graph.links_into(np.array([goal]))
        return [int(link) for link in links[self.stage.counted_splits[links]]]

    def _share(self, link: int) -> Explanation:
        below = int(self.stage.graph.goal[link])
        value = float(self.stage.links.share[link])
        source = f"{self._link_row(link)}, share"
        name = f"share of {self._name(below)}"
        return Explanation(name, value, "", self._period(below), None, source)

    # -- upwards --------------------------------------------------------------------

    def served(self, node: int, goal: int) -> Explanation:
        """The weight of a node's plan that serves a strategic goal."""
        end = self._end(goal)
        value = self.stage.served.of(node, end)
        label = str(self.stage.org.labels[node])
        return Explanation(
            f"weight of {label} serving {self._name(goal)}",
            0.0 if value is None else value,
            "weight",
            "",
            _Added("weight × the part that serves it, over its goals"),
            "",
            lambda: self._plan(node, end),
        )

    def _end(self, goal: int) -> int:
        end = int(self.stage.ends[goal])
        if end < 0:
            known = self.stage.goals.ids[self.stage.strategic].tolist()
            named = ", ".join(map(repr, known[:5])) or "none"
            value = self.stage.goals.ids[goal : goal + 1].tolist()[0]
            repair = f"ask for one that is: {named}"
            check([Fault("explain", "not a strategic goal", repair, column="goal", value=value)])
        return end

    def _plan(self, node: int, end: int) -> Many:
        goals = self.stage.goals
        mine = np.flatnonzero((goals.owner == node) & ~np.isnan(goals.weight)).tolist()
        return tuple(
            self._weighed(goal, end) for goal in mine if self.stage.part.of(goal, end) is not None
        )

    def _weighed(self, goal: int, end: int) -> Explanation:
        weight, part = float(self.stage.goals.weight[goal]), self.part(goal, end)
        stated = Explanation(
            f"weight of {self._name(goal)}",
            weight,
            "weight",
            "",
            None,
            f"{self._row(goal)}, weight",
        )
        return Explanation(
            f"weight by {self._name(goal)}",
            weight * part.value,
            "weight",
            "",
            ProductOf("weight × the part that serves it"),
            "",
            lambda: (stated, part),
        )

    def part(self, goal: int, end: int) -> Explanation:
        """The part of a goal's weight that serves a strategic goal, 0 to 1."""
        value = self.stage.part.of(goal, end)
        name = f"part of {self._name(goal)} serving {self._name(int(self.stage.strategic[end]))}"
        if int(self.stage.ends[goal]) == end:
            return Explanation(name, 1.0, "", "", None, _ALL)
        made = _Added("proportion × the part of the goal served, over its links")
        expand = partial(self._ways, goal, end)
        return Explanation(
            name, 0.0 if value is None else value, "", "", made, "", expand, ("part", goal, end)
        )

    def _ways(self, goal: int, end: int) -> Many:
        graph, stage = self.stage.graph, self.stage
        links = graph.links_out(np.array([goal])).tolist()
        return tuple(
            self._way(link, end)
            for link in links
            if stage.proportion[link] > 0
            and stage.part.of(int(graph.serves[link]), end) is not None
        )

    def _way(self, link: int, end: int) -> Explanation:
        above = int(self.stage.graph.serves[link])
        proportion, part = self._proportion(link), self.part(above, end)
        return Explanation(
            f"part by {self._name(above)}",
            proportion.value * part.value,
            "",
            "",
            ProductOf("proportion × the part of the goal served"),
            "",
            lambda: (proportion, part),
        )

    def _proportion(self, link: int) -> Explanation:
        graph, weight = self.stage.graph, self.stage.links.weight
        links = graph.links_out(graph.goal[link : link + 1]).tolist()
        inputs = tuple(
            Explanation(
                f"weight of the link to {self._name(int(graph.serves[each]))}",
                1.0 if np.isnan(weight[each]) else float(weight[each]),
                "",
                "",
                None,
                self._link_row(each)
                + (", no weight: all alike" if np.isnan(weight[each]) else ", weight"),
            )
            for each in links
        )
        name = f"proportion of the link to {self._name(int(graph.serves[link]))}"
        value = float(self.stage.proportion[link])
        made = _Proportion(links.index(link))
        return Explanation(name, value, "", "", made, "", lambda: inputs)

    # -- names ----------------------------------------------------------------------

    def _name(self, goal: int) -> str:
        return str(self.stage.goals.ids[goal])

    def _period(self, goal: int) -> str:
        return str(self.stage.goals.columns["period"][goal])

    def _row(self, goal: int) -> str:
        return f"goals row {int(self.stage.goals.source_row[goal])}"

    def _link_row(self, link: int) -> str:
        return f"links row {int(self.stage.links.source_row[link])}"
