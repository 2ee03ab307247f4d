"""Why a number of a performance plan is what it is."""

from __future__ import annotations

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
from cascade_kpi.scoring.scorecard import Item

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
class Worth:
    """Points by their share of all weights. Inputs are the points, then the weights."""

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        points, *weights = inputs
        return weights[self.position] / sum(weights) * points

    def words(self) -> str:
        """The clause."""
        return "weight ÷ Σ weight × points"


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
    names = [item.kpi for item in content.items]
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
    def _scored(self) -> tuple[int, Item]:
        """Its place on the scorecard, and what stands there."""
        items = self.sources.scorecard.items
        (found,) = [(i, each) for i, each in enumerate(items) if each.kpi == self.item.kpi]
        return found

    def answers(self) -> Answers:
        """Every quantity by its name."""
        found: Answers = {"target": self.target, "weight": partial(self.weight, self.position)}
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
        return f"{what} of {self.item.kpi}, {self.plan.content.name}, {self.plan.content.period}"

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

    def weight(self, position: int) -> Explanation:
        """The weight of an item of the plan."""
        item = self.plan.content.items[position]
        group, _ = self.sources.weights
        stated = group if group in self.sources.scorecard.weights else "everybody"
        source = f"scorecard, weights of {stated}, {item.kpi}"
        told = self._given("weight", item.weight, "weight", source)
        name = f"weight of {item.kpi}, {self.plan.content.name}, {self.plan.content.period}"
        return attrs.evolve(told, name=name)

    def value(self, level: Level, name: str) -> Explanation:
        """A level in KPI units."""
        _, item = self._scored

        def expand() -> Many:
            return (self._attained(level, name), self.target(), *self._columns())

        rule = AtLevel(item.attainment, self._better)
        return self._made(name, level.value, self.item.unit, rule, expand)

    def _attained(self, level: Level, name: str) -> Explanation:
        """Where the curve is read: at one of its edges, or on target."""
        _, item = self._scored
        what, rule = f"attainment at {name}", item.attainment
        if name == "target" and isinstance(rule, Invertible):

            def expand() -> Many:
                return (self.target(), *self._columns())

            return self._made(what, level.attainment, "", OnTarget(rule, self._better), expand)
        return self._given(what, level.attainment, "", f"scorecard, {item.curve!r}")

    def _columns(self) -> Many:
        """What the attainment needs of the tree."""
        i, item = self._scored
        row = int(self.sources.org.source_row[self.sources.row])
        return tuple(
            self._given(name, value, self.item.unit, f"units row {row}, {name}")
            for name, value in zip(item.attainment.columns, self.sources.given(i), strict=True)
        )

    @property
    def _better(self) -> Direction:
        return self.sources.targets.kpis[self.item.kpi].better

    def points(self, level: Level, name: str) -> Explanation:
        """The points of a level."""
        _, item = self._scored
        return self._made(
            f"points at {name}",
            level.points,
            "points",
            Points(item.curve, level.attainment),
            lambda: (self._attained(level, name),),
        )

    def worth(self, level: Level, name: str) -> Explanation:
        """What a level brings to the total."""
        items = self.plan.content.items

        def expand() -> Many:
            return (self.points(level, name), *map(self.weight, range(len(items))))

        return self._made(f"worth at {name}", level.worth, "points", Worth(self.position), expand)

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
