"""The parts of a scorecard, numbered, and the order in which they can be computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from attrs import field, frozen

from cascade_kpi._fields import repeated
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.scoring.adjustments import Gate, Veto
from cascade_kpi.scoring.sections import Section
from cascade_kpi.scoring.triggers import AttainmentBelow, PointsBelow, Trigger, leaves

__all__ = ["DEEPEST", "Outline"]

DEEPEST = 64
"""Most sections within one another."""


@frozen(eq=False)
class Outline:
    """The parts of a card in the order in which they are shown, the root first.

    Attributes
    ----------
    parts : tuple of items and sections
    above : tuple of int
        Position of the section that each is in, −1 for the root.
    beside : tuple of bool
        Whether an adjustment of that section brings it, so that it is weighed nowhere.
    """

    parts: tuple[Any, ...] = field(repr=False)
    above: tuple[int, ...]
    beside: tuple[bool, ...]

    @classmethod
    def of(cls, root: Section) -> Outline:
        """The outline of a card.

        Raises
        ------
        InputError
            Listing names that occur twice, sections too deep within one another,
            gates that cap what is not in their section, triggers that ask for what is not
            on the card, and sections that cannot be computed before one another.
        """
        parts: list[Any] = []
        above: list[int] = []
        beside: list[bool] = []
        waiting: list[tuple[Any, int, bool, int]] = [(root, -1, False, 0)]
        faults = []
        while waiting:
            part, section, brought, depth = waiting.pop()
            if depth > DEEPEST:
                repair = "flatten the card"
                reason = f"more than {DEEPEST} sections within one another"
                faults.append(Fault("scorecard", reason, repair, value=part.name))
                continue
            parts.append(part)
            above.append(section)
            beside.append(brought)
            if isinstance(part, Section):
                at = len(parts) - 1
                extra = [(each, at, True, depth + 1) for step in part.then for each in step.brings]
                inner = [(each, at, False, depth + 1) for each in part.parts]
                waiting.extend(reversed(inner + extra))
        outline = cls(tuple(parts), tuple(above), tuple(beside))
        repair = "give one of them another name: Item(…, named=…)"
        faults += [
            Fault("scorecard", "two parts of one name", repair, column="parts", value=name)
            for name in repeated(outline.names)
        ]
        check(faults)
        check([*outline._misread(), *outline._unread()])
        check(outline._circular())
        return outline

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each part."""
        return tuple(part.name for part in self.parts)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def find(self, name: object) -> int:
        """Position of a part, −1 if there is none of this name."""
        return self._positions.get(name, -1) if isinstance(name, str) else -1

    def position(self, name: object) -> int:
        """Position of a part.

        Raises
        ------
        InputError
            If there is none of this name.
        """
        at = self.find(name)
        if at < 0:
            check([Fault("scorecard", "no part of this name", suggest(name, self.names),
                         value=name)])  # fmt: skip
        return at

    def is_section(self, i: int) -> bool:
        """Whether a part is a section."""
        return isinstance(self.parts[i], Section)

    def path(self, i: int) -> list[tuple[int, int]]:
        """Each part from the i-th up, with the section that it is in; none for the root."""
        path = []
        while i > 0:
            path.append((i, self.above[i]))
            i = self.above[i]
        return path

    def goes_up(self, i: int) -> bool:
        """Whether a part is combined into the total, rather than brought by an adjustment."""
        return not any(self.beside[part] for part, _ in self.path(i))

    @cached_property
    def items(self) -> tuple[int, ...]:
        """Positions of the items, in order."""
        return tuple(i for i in range(len(self.parts)) if not self.is_section(i))

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Per part, positions of the parts that are combined in it; none for an item."""
        inner: list[list[int]] = [[] for _ in self.parts]
        for i, (section, brought) in enumerate(zip(self.above, self.beside, strict=True)):
            if section >= 0 and not brought:
                inner[section].append(i)
        return tuple(map(tuple, inner))

    @property
    def has_rules(self) -> bool:
        """Whether any section has gates or adjustments."""
        return any(self.parts[i].gates or self.parts[i].then for i in self.order)

    def reads(self, i: int) -> Iterator[str]:
        """Names of what the gates and adjustments of a section look at."""
        section = self.parts[i]
        for rule in (*section.gates, *section.then):
            yield from rule.reads

    def triggers(self, i: int) -> Iterator[Trigger]:
        """What the gates and vetoes of a section ask, one by one."""
        section = self.parts[i]
        rules = (*section.gates, *section.then)
        return leaves(*(rule.when for rule in rules if isinstance(rule, Gate | Veto)))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of the sections, each after all those that it is made of or reads."""
        done: dict[int, None] = {}
        waiting = [(0, False)]
        while waiting:
            i, opened = waiting.pop()
            if i in done:
                continue
            if opened:
                done[i] = None
                continue
            waiting.append((i, True))
            waiting.extend((need, False) for need in reversed(self._needs[i]) if need not in done)
        return tuple(done)

    @cached_property
    def _needs(self) -> dict[int, tuple[int, ...]]:
        """Per section, the other sections that it is made of or reads."""
        needs = {}
        for i in range(len(self.parts)):
            if self.is_section(i):
                read = [self.find(name) for name in self.reads(i)]
                inner = dict.fromkeys([*self.children[i], *read])
                needs[i] = tuple(each for each in inner if each >= 0 and self.is_section(each))
        return needs

    def needed(self, i: int) -> tuple[int, ...]:
        """The sections, in order, that a part is computed by; itself if it is one."""
        return self._needed[i]

    @cached_property
    def _needed(self) -> tuple[tuple[int, ...], ...]:
        below: dict[int, set[int]] = {}
        for i in self.order:
            below[i] = {i}.union(*(below[each] for each in self._needs[i]))
        return tuple(
            tuple(each for each in self.order if each in below.get(i, ()))
            for i in range(len(self.parts))
        )

    def _misread(self) -> list[Fault]:
        """Gates that cap what is not a part of their section."""
        faults = []
        for i in range(len(self.parts)):
            if not self.is_section(i):
                continue
            inner = [self.names[each] for each in self.children[i]]
            faults += [
                Fault("scorecard", f"the gate caps no part of {self.names[i]}",
                      suggest(name, inner), column="gates", value=name)
                for gate in self.parts[i].gates
                for name in gate.parts
                if name not in inner
            ]  # fmt: skip
        return faults

    def _unread(self) -> list[Fault]:
        """Triggers that ask for the points of no part, or the attainment of what has none."""
        attain = [part.name for part in self.parts if hasattr(part, "attained")]
        faults = []
        for i in filter(self.is_section, range(len(self.parts))):
            for trigger in self.triggers(i):
                if isinstance(trigger, AttainmentBelow) and trigger.item not in attain:
                    named, known, what = trigger.item, attain, "an item with an attainment"
                elif isinstance(trigger, PointsBelow) and self.find(trigger.part) < 0:
                    named, known, what = trigger.part, list(self.names), "a part of the card"
                else:
                    continue
                reason = f"{self.names[i]} looks at it, and it is not {what}"
                repair = f"{suggest(named, known)}, or ask for the result of a KPI: ResultBelow(…)"
                faults.append(Fault("scorecard", reason, repair, column="when", value=named))
        return faults

    def _circular(self) -> list[Fault]:
        """Sections that need each other: what is left when all that can be computed is."""
        left = {i: set(needs) for i, needs in self._needs.items()}
        ready = [i for i, needs in left.items() if not needs]
        while ready:
            done = ready.pop()
            left.pop(done, None)
            for i, needs in left.items():
                if done in needs:
                    needs.discard(done)
                    if not needs:
                        ready.append(i)
        if not left:
            return []
        # From any that is left to one that it waits for, until one comes again: that is a ring.
        path = [min(left)]
        while True:
            following = min(left[path[-1]])
            if following in path:
                ring = path[path.index(following):]  # fmt: skip
                break
            path.append(following)
        told = " needs ".join(self.names[i] for i in [*ring, ring[0]])
        repair = "let a gate or an adjustment look at what does not contain it"
        return [Fault("scorecard", f"sections go round in a ring: {told}", repair, column="parts")]
