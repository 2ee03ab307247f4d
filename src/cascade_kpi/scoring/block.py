"""The values of a card's parts for some nodes in one period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import Factory, evolve, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.absences import Absence, exceeds, most_items
from cascade_kpi.scoring.combines import Combine, Weight, takes_some
from cascade_kpi.scoring.having import MOST, Having
from cascade_kpi.scoring.places import Where, within
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import WeightTable

__all__ = ["Block", "Errors", "Joint", "Rating", "Sources", "Supposed", "Where"]

_FEW = 256  # nodes: fewer are not worth picking from


@runtime_checkable
class Rating(Protocol):
    """What several raters agreed on, as a scorecard reads it: consolidated ratings."""

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        ...

    @property
    def periods(self) -> Periods:
        """The periods."""
        ...

    @property
    def items(self) -> tuple[str, ...]:
        """The questions."""
        ...

    def at(self, item: str, p: int, nodes: Any) -> FloatArray:
        """Values on the raters' scale, float64 (m,), NaN where nothing counts."""
        ...


@frozen(eq=False)
class Sources:
    """What is scored, and by which card.

    Attributes
    ----------
    columns : mapping of str to float64 array (n,)
        Those columns of the tree that some rule needs, as numbers.
    """

    results: Results
    card: Scorecard
    table: WeightTable
    columns: Mapping[str, FloatArray]
    ratings: Rating | None = None


@frozen
class Joint:
    """How a section makes one value of its parts: a policy for what is absent, and a rule."""

    combine: Combine
    absence: Absence

    def __call__(
        self,
        points: Iterable[FloatArray],
        weights: Sequence[Weight],
        parents: Sequence[Callable[[], FloatArray]],
    ) -> FloatArray:
        """The value, float64 (m,), of the points of the parts and those one level up."""
        taken = _Taken(self.absence, points, weights, parents)
        value = self.combine(taken, weights)
        return value if self.absence.most >= 1 else taken.held(value)


class _Taken:
    """Points as they are combined: filled by a policy; counts what was absent on the way."""

    def __init__(
        self,
        absence: Absence,
        points: Iterable[FloatArray],
        weights: Sequence[Weight],
        parents: Sequence[Callable[[], FloatArray]],
    ) -> None:
        self._absence = absence
        self._sides = zip(points, weights, parents, strict=True)
        self._lost: Any = 0.0
        self._whole: Any = 0.0

    def __iter__(self) -> Iterator[FloatArray]:
        counts = self._absence.most < 1
        for each, weight, parent in self._sides:
            if counts:
                self._lost = self._lost + np.where(np.isnan(each), weight, 0.0)
                self._whole = self._whole + weight
            yield self._absence.fill(each, parent)

    def held(self, value: FloatArray) -> FloatArray:
        """The value, absent where more was than may be."""
        gone = exceeds(self._lost, self._absence.most, self._whole)
        return np.where(gone, np.nan, value)


class Errors(Protocol):
    """Errors of measurement that are added to what is read, by name and node."""

    def of_result(self, kpi: str, values: FloatArray, nodes: Where) -> FloatArray:
        """Results of some nodes with their errors."""
        ...

    def of_rating(self, question: str, values: FloatArray, nodes: Where) -> FloatArray:
        """What raters agreed on of some nodes with its errors."""
        ...

    def of_points(self, item: str, values: FloatArray, nodes: Where) -> FloatArray:
        """Points of an item of some nodes with their errors."""
        ...


@frozen
class Supposed:
    """What is taken to be otherwise than it is.

    Attributes
    ----------
    plain : bool
        No gates, and no adjustments.
    on_target : frozenset of int
        Positions of items that have the points of their target, where they count at all.
    topmost : bool
        Nothing is filled from one level up.
    errors : Errors or None
        What is added to what is measured.
    """

    plain: bool = False
    on_target: frozenset[int] = frozenset()
    topmost: bool = False
    errors: Errors | None = None


@frozen(eq=False)
class Block:
    """Numbers of some nodes in one period, as the rules of a card read them.

    Sections are made once, in their order, and kept; items each time they are asked for.

    Attributes
    ----------
    supposed : Supposed
        What is taken to be otherwise than it is.
    """

    sources: Sources
    p: int
    nodes: Where
    supposed: Supposed = Supposed()
    made: dict[int, FloatArray] = Factory(dict)
    _weights: dict[int, Weight] = Factory(dict)

    # -- what rules may read ------------------------------------------------------

    def result(self, kpi: str) -> FloatArray:
        """Results of a KPI, in its unit."""
        results, errors = self.sources.results, self.supposed.errors
        values = results.at(results.kpis.index(kpi), self.p, self.nodes)
        return values if errors is None else errors.of_result(kpi, values, self.nodes)

    def target(self, kpi: str) -> FloatArray:
        """Targets that they are set against, in KPI units."""
        results = self.sources.results
        return results.counted_at(results.kpis.index(kpi), self.p, self.nodes)

    def better(self, kpi: str) -> Direction:
        """The KPI's direction."""
        return self.sources.results.kpis[kpi].better

    def column(self, name: str) -> FloatArray:
        """Cells of a column of the tree, as numbers."""
        known = self.sources.columns
        if name not in known:
            reason, repair = "a rule reads a column that it does not name", "name it in columns"
            check([Fault("scorecard", reason, repair, value=name)])
        return known[name][self.nodes]

    def rated(self, question: str) -> FloatArray:
        """What the raters agreed on, on their scale."""
        ratings = self.sources.ratings
        if ratings is None or question not in ratings.items:
            reason, repair = "no ratings of this question", "pass ratings=… that have it"
            check([Fault("score", reason, repair, value=question)])
            raise AssertionError  # check has raised
        values, errors = ratings.at(question, self.p, self.nodes), self.supposed.errors
        return values if errors is None else errors.of_rating(question, values, self.nodes)

    def attainment(self, item: str) -> FloatArray:
        """Attainment of an item of the card."""
        outline = self.sources.card.outline
        part = outline.parts[outline.position(item)]
        attained = getattr(part, "attained", None)
        if attained is None:
            reason, repair = "this part has no attainment", "look at its points"
            check([Fault("scorecard", reason, repair, value=item)])
            raise AssertionError  # check has raised
        values: FloatArray = attained(self)
        return values

    def points(self, part: str) -> FloatArray:
        """Points of an item, or the value of a section, of the card."""
        return self.value(self.sources.card.outline.position(part))

    # -- what they make -----------------------------------------------------------

    def value(self, i: int) -> FloatArray:
        """The value of the i-th part, float64 (m,), NaN where it has none or is not on a card."""
        outline = self.sources.card.outline
        for section in outline.needed(i):
            if section not in self.made:
                self.made[section] = self._section(section)
        return self.made[i] if i in self.made else self.item(i)

    def item(self, i: int) -> FloatArray:
        """Points of the i-th part, which is an item.

        Raises
        ------
        FloatingPointError
            If any are too large for a float.
        """
        part = self.sources.card.outline.parts[i]
        points: FloatArray = part.points(self)
        if i in self.supposed.on_target:
            points = part.at_target(self)
        if self.supposed.errors is not None:
            points = self.supposed.errors.of_points(part.name, points, self.nodes)
        if np.isinf(points).any():
            raise FloatingPointError
        return points

    @property
    def _size(self) -> int:
        return len(self.sources.table.group[self.nodes])

    @cached_property
    def _group(self) -> IntArray:
        """Group of each node; of one, where all are of the same."""
        group = self.sources.table.group[self.nodes]
        alike = len(group) > 0 and bool((group == group[0]).all())
        return group[:1] if alike else group

    def weight(self, i: int) -> Weight:
        """Weight of the i-th part: one number where all nodes are of one group."""
        known = self._weights
        if i not in known:
            weights = self.sources.table.by_part[i]
            alone = len(self._group) == 1
            known[i] = float(weights[self._group[0]]) if alone else weights.take(self._group)
        return known[i]

    def on(self, section: int) -> tuple[list[int], list[Weight]]:
        """The parts that are combined in a section for any of the nodes, and their weights."""
        inner = self.sources.card.outline.children[section]
        weights = [self.weight(i) for i in inner]
        used = [at for at, weight in enumerate(weights) if np.any(weight)]
        return [inner[at] for at in used], [weights[at] for at in used]

    def counted(self, section: int, i: int) -> FloatArray:
        """Points of a part of a section, after the gates."""
        outline = self.sources.card.outline
        points = self.made[i] if outline.is_section(i) else self.item_on(i)
        for gate in () if self.supposed.plain else outline.parts[section].gates:
            if gate.caps(outline.names[i]):
                points = gate(points, self)
        return points

    def item_on(self, i: int) -> FloatArray:
        """Points of an item for those nodes that have it; of others any number, at no weight.

        Nobody is refused for an item that is not on their card, whatever its numbers are.

        Raises
        ------
        FloatingPointError
            If any of those who have it have points that are too large for a float.
        """
        weight = self.weight(i)
        if isinstance(weight, float):
            return self.item(i) if weight > 0 else np.zeros(self._size)
        if len(weight) < _FEW or np.count_nonzero(weight) >= MOST * len(weight):
            return self._item_of_all(i)
        return self._item_of_those(i)

    def _item_of_all(self, i: int) -> FloatArray:
        """Points of an item, also for those that have it not, unless theirs cannot be made."""
        try:
            return self.item(i)
        except Exception:  # noqa: BLE001 - too large, or refused: perhaps of who has it not
            return self._item_of_those(i)

    def _item_of_those(self, i: int) -> FloatArray:
        """Points of an item for those that have it; 0 for others."""
        rows = np.flatnonzero(np.broadcast_to(self.weight(i), self._size) > 0)
        points = np.zeros(self._size)
        points[rows] = self._among(rows).item(i)
        return points

    def _among(self, rows: Where) -> Block:
        """Some of the nodes, read as these are."""
        if isinstance(rows, slice) and rows == slice(0, self._size):
            return self
        # Of its own class: what is pushed or tried of all is of some of them.
        return evolve(self, nodes=within(self.nodes, rows), made={}, weights={})

    def combined(self, section: int) -> FloatArray:
        """The value of a section before its adjustments."""
        value, card = self.joined(section), self.sources.card
        most = most_items(card.policy(card.outline.parts[section]))
        if most >= 1:
            return value
        return np.where(exceeds(self.absent(section), most, 1.0), np.nan, value)

    def absent(self, i: int) -> FloatArray:
        """How much of a part is absent, by the weights of its items, float64 (m,), 0 to 1.

        Parts of a section that is combined without weights count alike.
        """
        if not self.sources.card.outline.is_section(i):
            return np.isnan(self.item_on(i)).astype(np.float64)
        lost, whole = np.zeros(self._size), np.zeros(self._size)
        for part, weight in zip(*self.on(i), strict=True):
            lost = lost + weight * self.absent(part)
            whole = whole + weight
        return np.divide(lost, whole, out=np.zeros_like(lost), where=whole > 0)

    def joined(self, section: int) -> FloatArray:
        """The value of a section's parts, however many of the items within them are absent."""
        card = self.sources.card
        of = card.outline.parts[section]
        gates = () if self.supposed.plain else of.gates
        if len(self._group) > 1 and takes_some(of.combine) and not gates:
            return self._of_some(section)
        parts, weights = self.on(section)
        if not parts:
            return np.full(self._size, np.nan)
        points = (self.counted(section, i) for i in parts)
        joint = Joint(of.combine, card.policy(of))
        return joint(points, weights, [self.from_parents(i) for i in parts])

    def _of_some(self, section: int) -> FloatArray:
        """As `combined`, each part made for those nodes alone that have it."""
        card, table = self.sources.card, self.sources.table
        of = card.outline.parts[section]
        having = Having.of(card.outline.children[section], table.by_part, self._group)
        if not having.parts:
            return np.full(self._size, np.nan)
        return having.combined(of.combine, card.policy(of), self._made_of)

    def _made_of(self, i: int, rows: Where) -> tuple[FloatArray, Callable[[], FloatArray]]:
        """Points of a part for some of the nodes, and what those one level up have."""
        some = self._among(rows)
        section = self.sources.card.outline.is_section(i)
        if section:
            return self.made[i][rows], some.from_parents(i)
        points = self._item_of_all(i) if some is self else some.item(i)
        return points, some.from_parents(i)

    def from_parents(self, i: int) -> Callable[[], FloatArray]:
        """What the nodes one level up have for a part, when it is asked for."""

        def answer() -> FloatArray:
            org = self.sources.results.org
            parent = org.parent[self.nodes]
            if self.supposed.topmost:
                return np.full(len(parent), np.nan)
            supposed = evolve(self.supposed, topmost=True)
            above = Block(self.sources, self.p, np.maximum(parent, 0), supposed)
            return np.where(parent < 0, np.nan, above.value(i))

        return answer

    def _section(self, section: int) -> FloatArray:
        value = self.combined(section)
        for step in () if self.supposed.plain else self.sources.card.outline.parts[section].then:
            value = step(value, self)
        if np.isinf(value).any():
            raise FloatingPointError
        return value
