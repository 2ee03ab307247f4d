"""Why a number of a performance plan is what it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi.agreements.content import PlanItem
from cascade_kpi.agreements.levels import Level, reached
from cascade_kpi.agreements.performance_plan import PerformancePlan
from cascade_kpi.agreements.sources import Sources
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.explaining.alignment import AlignmentExplainer
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import Points
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.scoring.attainments import Attainment, Invertible
from cascade_kpi.scoring.items import Item
from cascade_kpi.scoring.outline import Outline

__all__ = ["plan_answers"]

Many = tuple[Explanation, ...]
Answers = dict[str, Callable[[], Explanation]]


@frozen
class AtLevel:
    """Where in KPI units an attainment is reached. Inputs are it, the target, the columns."""

    rule: Attainment
    better: Direction

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        edge, target, *given = inputs
        return reached(self.rule, edge, target, self.better, tuple(given))[0]

    def words(self) -> str:
        """The clause."""
        return f"where that is attained, {self.rule!r}, {self.better!r}"


@frozen
class OnTarget:
    """What is attained on target. Inputs are the target, then the columns."""

    rule: Invertible
    better: Direction

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        target, *given = inputs
        return self.rule.on_target(target, self.better, *given)

    def words(self) -> str:
        """The clause."""
        return f"on target, {self.rule!r}, {self.better!r}"


@frozen
class Share:
    """A weight over the sum of all those beside it. Inputs are the weights."""

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[self.position] / sum(inputs)

    def words(self) -> str:
        """The clause."""
        return "weight ÷ Σ weight"


@frozen
class Worth:
    """Points by their share of the total. Inputs are the points, then shares from the top down."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        points, *shares = inputs
        return math.prod(shares) * points

    def words(self) -> str:
        """The clause."""
        return "weight ÷ Σ weight, down the sections, × points"


def plan_answers(plan: PerformancePlan, node: object, kpi: str | None, goal: object) -> Answers:
    """What can be asked of a performance plan.

    Raises
    ------
    InputError
        If it was read from JSON, without the stages; if the node is somebody else; if there
        is no such KPI or goal.
    """
    sources, content = plan.sources, plan.content
    if sources is None:
        reason = "the plan was read from JSON, without the stages that it was made from"
        repair = "make it again by performance_plan(…), and ask that"
        check([Fault("explain", reason, repair, value=content.person)])
        raise AssertionError  # check has raised
    if node is not None and node != content.person:
        reason = f"the plan is that of {content.person!r}"
        check([Fault("explain", reason, "leave the node out", column="node", value=node)])
    if goal is not None:
        return _of_goal(sources, goal)
    names = [item.name for item in content.items]
    if kpi is None or kpi not in names:
        reason = "which KPI?" if kpi is None else "not on the plan"
        repair = f"pass kpi=…, or goal=…: {suggest(kpi or '', names)}"
        check([Fault("explain", reason, repair, column="kpi", value=kpi)])
    return _ItemExplainer(plan, sources, names.index(str(kpi))).answers()


def _of_goal(sources: Sources, goal: object) -> Answers:
    if sources.alignment is None:
        reason, repair = "the plan was made without an alignment", "pass alignment=… to it"
        check([Fault("explain", reason, repair, column="goal", value=goal)])
        raise AssertionError  # check has raised
    at, of = sources.alignment.goals.position(goal), AlignmentExplainer(sources.alignment)
    return {"served": lambda: of.served(sources.row, at)}


@frozen(eq=False)
class _ItemExplainer:
    """Explains the numbers of one KPI of a plan."""

    plan: PerformancePlan
    sources: Sources
    position: int

    @property
    def item(self) -> PlanItem:
        """What the plan says of it."""
        item: PlanItem = self.plan.content.items[self.position]
        return item

    @property
    def _outline(self) -> Outline:
        return self.sources.scorecard.outline

    @property
    def _scored(self) -> Item:
        """What stands on the scorecard."""
        scored: Item = self._outline.parts[self.sources.items[self.position]]
        return scored

    def answers(self) -> Answers:
        """Every quantity by its name."""
        found: Answers = {
            "target": self.target,
            "weight": partial(self.weight, self.sources.items[self.position]),
        }
        names = [level.name for level in self.item.levels]
        for i, level in enumerate(self.item.levels):
            name = level.name
            if names.count(name) > 1:
                name = f"{name} {names[: i + 1].count(name)}"
            if name != "target":
                found[name] = partial(self.value, level, name)
            found[f"points of {name}"] = partial(self.points, level, name)
            found[f"worth of {name}"] = partial(self.worth, level, name)
        if not np.isnan(self.item.offer):
            found["offer"] = self.offer
        mine = [i for i, each in enumerate(self.plan.content.commitments) if self._is_mine(i)]
        for n, i in enumerate(mine, start=1):
            found["commitment" if len(mine) == 1 else f"commitment {n}"] = partial(self.promised, i)
        return found

    def _name(self, what: str) -> str:
        return f"{what} of {self.item.name}, {self.plan.content.name}, {self.plan.content.period}"

    def _made(
        self, what: str, value: float, unit: str, operation: Operation, expand: Callable[[], Many]
    ) -> Explanation:
        period = self.plan.content.period
        return Explanation(self._name(what), value, unit, period, operation, "", expand)

    def _given(self, what: str, value: float, unit: str, source: str) -> Explanation:
        period = self.plan.content.period
        return Explanation(self._name(what), value, unit, period, None, source)

    def target(self) -> Explanation:
        """The target, by what made it."""
        targets = self.sources.targets
        k = targets.kpis.index(self.item.kpi)
        return target_explainer(targets, k, self.sources.p).explain(self.sources.row)

    def weight(self, i: int) -> Explanation:
        """The weight of the i-th part of the scorecard."""
        weights, group = self.sources.scorecard.weights, self.sources.group
        part, person = self._outline.names[i], self.plan.content.person
        stated = f"weights of {group if group in weights.groups else 'everybody'}"
        if any((each.node, each.part) == (person, part) for each in weights.overrides):
            stated = f"override of {person}"
        told = self._given(
            "weight", self.sources.weights[i], "weight", f"scorecard, {stated}, {part}"
        )
        name = f"weight of {part}, {self.plan.content.name}, {self.plan.content.period}"
        return attrs.evolve(told, name=name)

    def value(self, level: Level, name: str) -> Explanation:
        """A level in KPI units."""
        item = self._scored

        def expand() -> Many:
            return (self._attained(level, name), self.target(), *self._columns())

        rule = AtLevel(item.attainment, self._better)
        return self._made(name, level.value, self.item.unit, rule, expand)

    def _attained(self, level: Level, name: str) -> Explanation:
        """Where the curve is read: at one of its edges, or on target."""
        item = self._scored
        what, rule = f"attainment at {name}", item.attainment
        if name == "target" and isinstance(rule, Invertible):

            def expand() -> Many:
                return (self.target(), *self._columns())

            return self._made(what, level.attainment, "", OnTarget(rule, self._better), expand)
        return self._given(what, level.attainment, "", f"scorecard, {item.curve!r}")

    def _columns(self) -> Many:
        """What the attainment needs of the tree."""
        item = self._scored
        row = int(self.sources.org.source_row[self.sources.row])
        return tuple(
            self._given(name, value, self.item.unit, f"units row {row}, {name}")
            for name, value in zip(item.attainment.columns, self.sources.given(item), strict=True)
        )

    @property
    def _better(self) -> Direction:
        return self.sources.targets.kpis[self.item.kpi].better

    def points(self, level: Level, name: str) -> Explanation:
        """The points of a level."""
        item = self._scored
        return self._made(
            f"points at {name}",
            level.points,
            "points",
            Points(item.curve, level.attainment),
            lambda: (self._attained(level, name),),
        )

    def worth(self, level: Level, name: str) -> Explanation:
        """What a level brings to the total."""

        def expand() -> Many:
            return (self.points(level, name), *self._shares())

        return self._made(f"worth at {name}", level.worth, "points", Worth(), expand)

    def _shares(self) -> Many:
        """The share of each section in the one above it, from the top down, and the item's."""
        outline, i = self._outline, self.sources.items[self.position]
        shares = []
        while i > 0:
            section = outline.above[i]
            if outline.parts[section].combine.weighs and not outline.beside[i]:
                shares.append(self._share(i, outline.children[section]))
            i = section
        return tuple(reversed(shares))

    def _share(self, i: int, beside: tuple[int, ...]) -> Explanation:
        weights = [self.weight(each) for each in beside if self.sources.weights[each]]
        share = Share([each for each in beside if self.sources.weights[each]].index(i))
        value = share(*(each.value for each in weights))
        name = f"share of {self._outline.names[i]}, {self.plan.content.name}"
        made = self._made("share", value, "", share, lambda: tuple(weights))
        return attrs.evolve(made, name=f"{name}, {self.plan.content.period}")

    def offer(self) -> Explanation:
        """What the person offered."""
        offers, sources = self.sources.offers, self.sources
        assert offers is not None  # noqa: S101 - there is an offer
        k = sources.targets.kpis.index(self.item.kpi)
        entry = offers.entries.row_of(sources.row, k, sources.p)
        return self._given("offer", self.item.offer, self.item.unit, f"offers row {entry}, value")

    def _is_mine(self, i: int) -> bool:
        each = self.plan.content.commitments[i]
        return bool(each.kpi == self.item.kpi and not np.isnan(each.value))

    def promised(self, i: int) -> Explanation:
        """The amount of a commitment."""
        each = self.plan.content.commitments[i]
        source = f"commitments row {self.sources.commitments[i]}, value"
        return self._given("commitment", each.value, each.unit, source)
