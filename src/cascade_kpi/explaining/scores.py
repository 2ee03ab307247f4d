"""Why a score is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import Attained, Points
from cascade_kpi.explaining.ratings import RatingExplainer
from cascade_kpi.explaining.reading import (
    AbsentShare,
    Combining,
    Enough,
    Filling,
    Key,
    Recorded,
    Replayed,
    Shares,
    Slope,
)
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.rating.consolidate import Consolidated
from cascade_kpi.scoring.absences import most_items
from cascade_kpi.scoring.block import Block, Joint, Supposed
from cascade_kpi.scoring.brought import path_of
from cascade_kpi.scoring.items import Item
from cascade_kpi.scoring.kernel import REAL
from cascade_kpi.scoring.score import Scores

__all__ = ["TELLS", "ScoreExplainer"]

TELLS = "withheld: it tells of a score by several raters that is withheld"

Many = tuple[Explanation, ...]
Expand = Callable[[], Many]


@frozen(eq=False)
class ScoreExplainer:
    """Explains the scores of one node in one period, as they are or as supposed."""

    scores: Scores
    row: int
    p: int
    supposed: Supposed = REAL

    def name(self, what: str) -> str:
        """A quantity's name."""
        return f"{what}, {self.scores.org.labels[self.row]}, {self.period}"

    @property
    def period(self) -> str:
        """The period's label."""
        label: str = self.scores.periods.labels[self.p]
        return label

    @property
    def block(self) -> Block:
        """The numbers of the node."""
        return self.scores.kernel.block(self.p, np.array([self.row]), self.supposed)

    def _made(
        self, what: str, value: float, operation: Operation, expand: Expand, unit: str = "points"
    ) -> Explanation:
        return Explanation(self.name(what), value, unit, self.period, operation, "", expand)

    def _leaf(self, what: str, value: float, unit: str, source: str) -> Explanation:
        return Explanation(self.name(what), value, unit, self.period, None, source)

    def _value(self, i: int) -> float:
        kernel, here = self.scores.kernel, np.array([self.row])
        return float(kernel.value(i, self.p, here, self.supposed)[0])

    # -- parts of the card ----------------------------------------------------------

    def total(self) -> Explanation:
        """The node's total, in points."""
        return self.value(0)

    def value(self, i: int) -> Explanation:
        """The value of a part: of a section after its adjustments, or an item's points."""
        if i in self.secret:
            made = self._withheld(i)
        elif not self.scores.outline.is_section(i):
            made = self.points(i)
        else:
            steps = () if self.supposed.plain else self.scores.outline.parts[i].then
            made = self.after(i, len(steps))
        return evolve(made, key=("part", i, self.row, self.p, self.supposed))

    @cached_property
    def secret(self) -> frozenset[int]:
        """Parts that would tell a score by several raters that is withheld from its audience."""
        outline, rater = self.scores.outline, self.rater
        if rater is None:
            return frozenset()
        found = {i for i in outline.items if self._reads_withheld(rater, i)}
        for i in outline.order:
            read = {outline.find(name) for name in outline.reads(i)}
            beside = {j for j, above in enumerate(outline.above) if above == i}
            if found & (read | beside) or self._asks_secret(i):
                found.add(i)
        return frozenset(found)

    @cached_property
    def rater(self) -> RatingExplainer | None:
        """Explains what several raters agreed on about the node; None without raters."""
        agreed = self.scores.ratings
        if isinstance(agreed, Consolidated):
            return RatingExplainer(agreed, self.row, self.p)
        return None

    def _reads_withheld(self, rater: RatingExplainer, i: int) -> bool:
        item = self.scores.outline.parts[i]
        if isinstance(item, Item) or not float(np.ravel(self.block.weight(i))[0]):
            return False
        recorded = Recorded(self.block)
        item.points(recorded)
        asked = [name for kind, name in recorded.read if kind == "rated"]
        return any(rater.is_withheld(rater.agreed.items.index(name)) for name in asked)

    def _asks_secret(self, i: int) -> bool:
        """Whether a section takes what is withheld from one level up."""
        parent, (parts, _) = int(self.scores.org.parent[self.row]), self.block.on(i)
        asked = {parts[at] for at in self.combining(i).asked} if parts else set()
        if not asked or parent < 0 or self.supposed.topmost:
            return False
        above = evolve(self, row=parent, supposed=evolve(self.supposed, topmost=True))
        return bool(asked & above.secret)

    def _withheld(self, i: int) -> Explanation:
        """What is told of a part that is withheld, with what it is made of as far as it is not."""
        reason = "withheld: a score by several raters that is withheld could be computed from it"
        outline, title = self.scores.outline, self._title(i)
        if not outline.is_section(i):
            title = f"points of {outline.names[i]}"
        parts = self.block.on(i)[0] if outline.is_section(i) else []
        return Explanation(
            self.name(title),
            float("nan"),
            "points",
            self.period,
            None,
            reason,
            lambda: tuple(map(self.value, parts)) if parts else self._ratings_of(i),
        )

    def _ratings_of(self, i: int) -> Many:
        recorded = Recorded(self.block)
        self.scores.outline.parts[i].points(recorded)
        return tuple(self._read(recorded, key) for key in recorded.read if key[0] == "rated")

    def _title(self, i: int) -> str:
        name = self.scores.outline.names[i] if i else "total"
        return f"{name}{self._tag}"

    @property
    def _tag(self) -> str:
        return " without gates and adjustments" if self.supposed.plain else ""

    def after(self, i: int, done: int) -> Explanation:
        """A section's value after the first so many of its adjustments."""
        if done == 0:
            return self.combined(i)
        step = self.scores.outline.parts[i].then[done - 1]
        return self._step(self._title(i), step, self.after(i, done - 1), step.words())

    def _step(
        self, title: str, call: Callable[..., FloatArray], before: Explanation, phrase: str
    ) -> Explanation:
        recorded = Recorded(self.block)
        value = float(call(np.array([before.value]), recorded)[0])
        operation = self._replayed(call, recorded, phrase)
        reads = operation.read
        return self._made(
            title, value, operation, lambda: (before, *map(partial(self._read, recorded), reads))
        )

    def _replayed(
        self, call: Callable[..., FloatArray], recorded: Recorded, phrase: str
    ) -> Replayed:
        return Replayed(call, tuple(recorded.read), self.block.better, phrase)

    def _read(self, recorded: Recorded, key: Key) -> Explanation:
        """What a rule read, explained."""
        kind, name = key
        value = float(np.broadcast_to(recorded.read[key], 1)[0])
        if kind == "points":
            return self.value(self.scores.outline.position(name))
        if kind == "attainment":
            return self.attainment(self.scores.outline.position(name))
        if kind == "column":
            source = f"units row {int(self.scores.org.source_row[self.row])}, {name}"
            return self._leaf(name, value, "", source)
        if kind == "rated":
            return self._rated(name)
        of = self.of(name)
        return of.explain(self.row) if kind == "result" else of.counted(self.row)

    def _rated(self, question: str) -> Explanation:
        """What the raters agreed on, as far as those may see for whom the ratings are."""
        rater = self.rater
        if rater is not None:
            return rater.score(rater.agreed.items.index(question))
        value = float(self.block.rated(question)[0])
        return self._leaf(f"rating of {question}", value, "points", "as it was given")

    def combined(self, i: int) -> Explanation:
        """A section's value before its adjustments."""
        card = self.scores.scorecard
        most = most_items(card.policy(card.outline.parts[i]))
        joined = self._joined(i)
        if most >= 1 or not self.block.on(i)[0]:
            return joined
        value = float(self._combined(i, Block.combined)[0])
        return self._made(self._title(i), value, Enough(most), lambda: (joined, self._absent(i)))

    def _absent(self, i: int) -> Explanation:
        """How much of a section is absent, by the weights of its items."""
        items: list[int] = []

        def shares(section: int) -> Shares:
            told = []
            for part, weight in zip(*self.block.on(section), strict=True):
                inner = self.scores.outline.is_section(part)
                if not inner:
                    items.append(part)
                told.append((float(np.ravel(weight)[0]), shares(part) if inner else None))
            return tuple(told)

        operation = AbsentShare(shares(i))
        value = float(self._combined(i, Block.absent)[0])
        what = f"absent of {self._title(i)}"
        return self._made(what, value, operation, lambda: tuple(map(self.value, items)), unit="")

    def _joined(self, i: int) -> Explanation:
        """A section's value, however many of the items within it are absent."""
        card = self.scores.scorecard
        parts, _ = self.block.on(i)
        value = float(self._combined(i, Block.joined)[0])
        if not parts:
            reason = f"no weights for this {card.weights.by}: not scored"
            return self._leaf(self._title(i), value, "points", reason)
        combining = self.combining(i)
        return self._made(self._title(i), value, combining, lambda: self.inputs_of(i, combining))

    def made(self, what: str, value: float, operation: Operation, inputs: Many) -> Explanation:
        """A quantity made of others; a pure number."""
        return self._made(what, value, operation, lambda: inputs, unit="")

    def _combined(self, i: int, how: Callable[[Block, int], FloatArray]) -> FloatArray:
        kernel, here = self.scores.kernel, np.array([self.row])

        def make(block: Block) -> FloatArray:
            block.value(i)
            return how(block, i)

        return kernel.made(make, self.p, here, self.supposed)

    def combining(self, i: int) -> Combining:
        """How a section's parts are combined, and for which of them the unit above is asked."""
        card, block = self.scores.scorecard, self.block
        block.value(i)
        section = card.outline.parts[i]
        parts, weights = block.on(i)
        asked: list[int] = []

        def from_above(at: int) -> FloatArray:
            asked.append(at)
            return block.from_parents(parts[at])()

        joint = Joint(section.combine, card.policy(section))
        points = [block.counted(i, part) for part in parts]
        joint(points, weights, [partial(from_above, at) for at in range(len(parts))])
        return Combining(joint, tuple(map(float, weights)), tuple(asked))

    def slopes_to(self, i: int) -> Many:
        """Points of a part, and what a point of it adds at each level up to the total."""
        path, slopes = path_of(self.block, i), []
        for part, section in path:
            combining = self.combining(section)
            parts, _ = self.block.on(section)
            slope = Slope(combining, parts.index(part))
            inputs = self.inputs_of(section, combining)
            value = slope(*(each.value for each in inputs))
            title = f"what a point of {self.scores.outline.names[part]} adds"
            slopes.append(self.made(title, value, slope, inputs))
        return (self.filled(path[0][1], i), *slopes)

    def inputs_of(self, i: int, combining: Combining) -> Many:
        """Points of a section's parts, and those of the unit above that are asked for."""
        parts, _ = self.block.on(i)
        above = [self._parents(parts[at]) for at in combining.asked]
        return (*(self.counted(i, part) for part in parts), *above)

    def filled(self, section: int, i: int) -> Explanation:
        """Points of a part of a section as they count: filled, where the policy does so."""
        made, block = self.counted(section, i), self.block
        policy = self.scores.scorecard.policy(self.scores.outline.parts[section])
        if not np.isnan(made.value):
            return made
        value = float(policy.fill(np.array([np.nan]), block.from_parents(i))[0])
        if np.isnan(value):
            return made
        title = f"points of {self.scores.outline.names[i]} that count"
        return self._made(title, value, Filling(policy), lambda: (made, self._parents(i)))

    def _parents(self, i: int) -> Explanation:
        parent = int(self.scores.org.parent[self.row])
        if parent < 0 or self.supposed.topmost:
            reason = "nothing one level up to take it from"
            return self._leaf(self.scores.outline.names[i], float("nan"), "points", reason)
        supposed = evolve(self.supposed, topmost=True)
        return ScoreExplainer(self.scores, parent, self.p, supposed).value(i)

    def counted(self, section: int, i: int) -> Explanation:
        """Points of a part of a section, after its gates."""
        made, outline = self.value(i), self.scores.outline
        for gate in () if self.supposed.plain else outline.parts[section].gates:
            if gate.caps(outline.names[i]):
                title = f"points of {outline.names[i]} that count"
                made = self._step(title, gate, made, gate.words())
        return made

    # -- items ------------------------------------------------------------------------

    def points(self, i: int) -> Explanation:
        """Points of the i-th part, which is an item."""
        item, value = self.scores.outline.parts[i], self._value(i)
        on_target = i in self.supposed.on_target
        if not isinstance(item, Item):
            call = item.at_target if on_target else item.points
            recorded = Recorded(self.block)
            call(recorded)
            operation = self._replayed(call, recorded, repr(item))
            return self._made(
                f"points of {item.name}",
                value,
                operation,
                lambda: tuple(map(partial(self._read, recorded), operation.read)),
            )
        if on_target:
            return self.points_at_target(i)
        attained = self.attainment(i)
        by = Points(item.curve, attained.value)
        return self._made(f"points of {item.name}", value, by, lambda: (attained,))

    def attainment(self, i: int) -> Explanation:
        """What the i-th part's curve is read at."""
        item = self.scores.outline.parts[i]
        value = float(self.scores.kernel.attainment(i, self.p, np.array([self.row]))[0])
        of = self.of(item.kpi)
        return self._made(
            f"attainment of {item.name}",
            value,
            Attained(item.attainment, of.kpi.better),
            lambda: (of.explain(self.row), of.counted(self.row), *self._columns(item)),
            unit="",
        )

    def points_at_target(self, i: int) -> Explanation:
        """Points the i-th part, an item, would have on target."""
        item, kernel = self.scores.outline.parts[i], self.scores.kernel
        here = np.array([self.row])
        value = float(kernel.at_target(i, self.p, here)[0])
        title = f"points of {item.name} at target"
        if not isinstance(item, Item):
            return evolve(self.points(i), name=self.name(title), value=value)
        of = self.of(item.kpi)
        attained = float(kernel.made(item.attained_at_target, self.p, here)[0])
        why = self._made(
            f"attainment of {item.name} at target",
            attained,
            Attained(item.attainment, of.kpi.better),
            lambda: (of.counted(self.row), of.counted(self.row), *self._columns(item)),
            unit="",
        )
        return self._made(title, value, Points(item.curve, attained), lambda: (why,))

    def of(self, kpi: str) -> ResultExplainer:
        """Explains a KPI's results and targets."""
        return ResultExplainer(self.scores.results, self.scores.kpis.index(kpi), self.p)

    def _columns(self, item: Item) -> Many:
        """What the attainment needs of the tree."""
        columns, unit = self.scores.kernel.sources.columns, self.of(item.kpi).kpi.unit
        row = int(self.scores.org.source_row[self.row])
        return tuple(
            self._leaf(name, float(columns[name][self.row]), unit, f"units row {row}, {name}")
            for name in item.attainment.columns
        )
