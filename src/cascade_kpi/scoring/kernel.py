"""The arithmetic of a scorecard over everybody, in blocks of nodes that fit the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NoReturn

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.scoring.absences import most_items
from cascade_kpi.scoring.block import Block, Sources, Supposed, Where

__all__ = ["REAL", "Kernel"]

REAL = Supposed()
"""Everything is as it is."""

_BLOCK = 131_072  # nodes; smaller blocks lose to call overhead, larger ones leave the cache

Made = Callable[[Block], FloatArray]


@frozen(eq=False)
class Kernel:
    """One scorecard over one set of results, ready to be computed anywhere."""

    sources: Sources

    def block(self, p: int, nodes: Where, supposed: Supposed = REAL) -> Block:
        """The numbers of some nodes in one period."""
        return Block(self.sources, p, nodes, supposed)

    def made(self, make: Made, p: int, nodes: Where, supposed: Supposed = REAL) -> FloatArray:
        """What is made of a block of some nodes.

        Raises
        ------
        InputError
            Naming what is too large for a float.
        """
        try:
            return self._strictly(make, p, nodes, supposed)
        except FloatingPointError:
            self._too_large(make, p, np.arange(len(self.sources.results.org))[nodes])

    def _strictly(self, make: Made, p: int, nodes: Where, supposed: Supposed = REAL) -> FloatArray:
        with np.errstate(over="raise", invalid="ignore"):
            return make(self.block(p, nodes, supposed))

    def value(self, i: int, p: int, nodes: Where, supposed: Supposed = REAL) -> FloatArray:
        """The value of a part, in points, NaN where it has none."""
        return self.made(lambda block: block.value(i), p, nodes, supposed)

    def attainment(self, i: int, p: int, nodes: Where) -> FloatArray:
        """What an item's curve is read at."""
        name = self.sources.card.outline.names[i]
        return self.made(lambda block: block.attainment(name), p, nodes)

    def at_target(self, i: int, p: int, nodes: Where) -> FloatArray:
        """Points an item would have if its result were its target."""
        item = self.sources.card.outline.parts[i]
        return self.made(item.at_target, p, nodes)

    def totals(self) -> FloatArray:
        """Totals of everybody, in points, float64 (p, n).

        Raises
        ------
        InputError
            Naming what is too large for a float. Under a policy that refuses,
            listing every part without points.
        """
        periods, nodes = len(self.sources.results.periods), len(self.sources.results.org)
        out = np.full((periods, nodes), np.nan)
        for p in range(periods):
            for part in self.blocks():
                out[p, part] = self.value(0, p, part)
        self.refuse_missing()
        return out

    def blocks(self) -> Iterator[slice]:
        """Everybody, in blocks."""
        nodes = len(self.sources.results.org)
        for begin in range(0, nodes, _BLOCK):
            yield slice(begin, min(begin + _BLOCK, nodes))

    def _too_large(self, make: Made, p: int, rows: NDArray[np.intp]) -> NoReturn:
        """Name the first node, and the part of the card, that is too large for a float."""
        while len(rows) > 1:
            half = rows[: len(rows) // 2]
            try:
                self._strictly(make, p, half)
            except FloatingPointError:
                rows = half
            else:
                rows = rows[len(half) :]
        told = self._culprit(p, rows) or "a number"
        reason = f"{told} is too large for a float"
        repair = "correct the numbers or what the rules make of them, or use a larger unit"
        raise InputError(
            [Fault("score", reason, repair, value=self.sources.results.org.ids[rows[0]])]
        )

    def _culprit(self, p: int, rows: NDArray[np.intp]) -> str:
        outline, label = self.sources.card.outline, self.sources.results.periods.labels[p]
        weight = self.sources.table.by_part[:, self.sources.table.group[rows[0]]]
        for i in sorted(outline.items, key=lambda i: weight[i] == 0):  # first those on its card
            name = outline.names[i]
            tries: list[tuple[str, Made]] = [(f"points of {name}", partial(_value, i=i))]
            if hasattr(outline.parts[i], "attained"):
                tries.insert(0, (f"attainment of {name}", partial(_attained, name=name)))
            tries.append((f"points at target of {name}", outline.parts[i].at_target))
            for what, make in tries:
                if self._fails(make, p, rows):
                    of = self._made_of(i, what, p, rows)
                    return f"{what} in {label}, made of {of}," if of else f"{what} in {label}"
        for i in outline.order:
            if self._fails(partial(_value, i=i), p, rows):
                what = "the total" if i == 0 else f"the value of {outline.names[i]}"
                return f"{what} in {label}"
        return ""

    def _fails(self, make: Made, p: int, rows: NDArray[np.intp]) -> bool:
        try:
            return bool(np.isinf(self._strictly(make, p, rows)).any())
        except FloatingPointError:
            return True

    def _made_of(self, i: int, what: str, p: int, rows: NDArray[np.intp]) -> str:
        """The numbers that an item's points, or its attainment, are made of."""
        part, block = self.sources.card.outline.parts[i], self.block(p, rows)
        with np.errstate(all="ignore"):
            if hasattr(part, "attained") and not what.startswith("attainment"):
                numbers = [part.attained(block)[0]]
            else:
                numbers = [of(kpi)[0] for kpi in part.kpis for of in (block.result, block.target)]
        return ", ".join(f"{float(number)!r}" for number in numbers)

    def refuse_missing(self) -> None:
        """Refuse what is absent under a policy that refuses.

        Raises
        ------
        InputError
            Listing every part without points.
        """
        card = self.sources.card
        sections = [i for i in card.outline.order if card.policy(card.outline.parts[i]).refuses]
        faults: list[Fault] = []
        for p in range(len(self.sources.results.periods)) if sections else ():
            for part in self.blocks():
                for section in sections:
                    faults += self._missing(p, part, section)
        check(faults)

    def _looked_at(self, block: Block, section: int) -> Iterator[int]:
        """The parts that a section's policy counts: its own, or the items down to the bottom."""
        card = self.sources.card
        deep = most_items(card.policy(card.outline.parts[section])) < 1
        for i in block.on(section)[0]:
            if deep and card.outline.is_section(i):
                yield from self._items_of(block, i)
            else:
                yield i

    def _items_of(self, block: Block, section: int) -> Iterator[int]:
        for i in block.on(section)[0]:
            if block.sources.card.outline.is_section(i):
                yield from self._items_of(block, i)
            else:
                yield i

    def _missing(self, p: int, nodes: Where, section: int) -> list[Fault]:
        """A fault for each absent part of a section that has no value for it."""
        results, outline = self.sources.results, self.sources.card.outline
        rows = np.arange(len(results.org))[nodes]
        held = rows[np.isnan(self.value(section, p, rows))]
        if not len(held):
            return []
        block = self.block(p, held)
        faults = []
        for i in self._looked_at(block, section):
            having = held[np.broadcast_to(np.asarray(block.weight(i)) > 0, held.shape)]
            for row in having[np.isnan(self.value(i, p, having))].tolist():
                reason = f"no {outline.names[i]} in {results.periods.labels[p]} to score"
                repair = "report it, or choose another policy than 'refuse'"
                faults.append(Fault("score", reason, repair, value=results.org.ids[row]))
        return faults


def _value(block: Block, i: int) -> FloatArray:
    return block.value(i)


def _attained(block: Block, name: str) -> FloatArray:
    return block.attainment(name)
