"""Where on a scorecard a setting stands."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
from attrs import frozen

from cascade_kpi.errors import Fault, suggest
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Path", "Step", "fields_of", "parsed", "stepped"]

Step = str | int
"""A field of a class by the name of its argument, or a position in a tuple."""

CARD = ("missing", "grades")
WEIGHT = "weight"


@frozen
class Path:
    """One setting of a card, found.

    Attributes
    ----------
    text : str
        As it was written.
    steps : tuple of str or int
        From the card down to what is set; empty for a weight.
    part : int
        Position of the part of the card, -1 for the card itself.
    depth : int
        So many of the steps lead to that part.
    group : str or None
        Whose weight is set; None for every group that has the part.
    """

    text: str
    steps: tuple[Step, ...] = ()
    part: int = -1
    depth: int = 0
    group: str | None = None

    @property
    def is_weight(self) -> bool:
        """Whether it is a weight."""
        return not self.steps


@frozen(slots=False, eq=False)
class _Places:
    """Where the parts of a card stand in it."""

    card: Scorecard

    @cached_property
    def of_parts(self) -> tuple[tuple[Step, ...] | None, ...]:
        """The way from the card to each part; None if it cannot be told."""
        outline = self.card.outline
        ways: list[tuple[Step, ...] | None] = [("parts",)]
        for i in range(1, len(outline.parts)):
            section = ways[outline.above[i]]
            here = self._inside(outline.parts[outline.above[i]], i)
            ways.append(None if section is None or here is None else (*section, *here))
        return tuple(ways)

    def _inside(self, section: Any, i: int) -> tuple[Step, ...] | None:
        part = self.card.outline.parts[i]
        if not self.card.outline.beside[i]:
            return ("parts", next(at for at, each in enumerate(section.parts) if each is part))
        for at, step in enumerate(section.then):
            for name, held in fields_of(step).items():
                if held is part:
                    return ("then", at, name)
        return None


def fields_of(obj: object) -> dict[str, Any]:
    """What an attrs object holds, by the names of its arguments; nothing for any other."""
    if isinstance(obj, type) or not attrs.has(type(obj)):
        return {}
    kind: Any = type(obj)
    return {str(each.alias): getattr(obj, each.name) for each in attrs.fields(kind) if each.init}


def stepped(obj: object, step: Step) -> tuple[Any, Fault | None]:
    """What stands one step further; a fault where nothing does."""
    if isinstance(step, int):
        if isinstance(obj, tuple) and step < len(obj):
            return obj[step], None
        size = f"a list of {len(obj)}" if isinstance(obj, tuple) else "what is no list"
        reason, repair = f"nothing at position {step} of {size}", "count from 0"
        return None, Fault("variants", reason, repair)
    held = fields_of(obj)
    if step in held:
        return held[step], None
    reason = f"{type(obj).__name__} has no field {step}"
    return None, Fault("variants", reason, suggest(step, held) if held else "set all of it")


def parsed(card: Scorecard, text: object, faults: list[Fault]) -> Path | None:
    """A setting found on a card; None and a fault where it is not."""

    def refuse(reason: str, repair: str) -> Path | None:
        faults.append(Fault("variants", reason, repair, column="settings", value=text))
        return None

    if not isinstance(text, str):
        return refuse("a setting is a text", "write it as 'part.field'")
    names, outline = text.split("."), card.outline
    if text in CARD:
        return Path(text, (text,))
    for size in range(len(names) - 1, 0, -1):
        i = outline.find(".".join(names[:size]))
        if i >= 0:
            break
    else:
        if outline.find(text) >= 0:
            return refuse("names a part and none of its fields", f"write {text}.… with a field")
        if names[0] in CARD:
            return Path(text, (names[0], *map(_step, names[1:])))
        return refuse("no part of this name", suggest(names[0], (*outline.names, *CARD)))
    rest = names[size:]
    if rest[0] == WEIGHT:
        return _weight(card, text, i, rest[1:], faults)
    way = _Places(card).of_parts[i]
    if way is None:
        return refuse("the part stands in a rule of your own", "give it as a field of that rule")
    return Path(text, (*way, *map(_step, rest)), i, len(way))


def _step(name: str) -> Step:
    return int(name) if name.isdecimal() else name


def _weight(
    card: Scorecard, text: str, i: int, rest: list[str], faults: list[Fault]
) -> Path | None:
    outline, groups = card.outline, card.weights.groups
    name, group = outline.names[i], ".".join(rest) if rest else None
    section = outline.parts[outline.above[i]] if i else None
    reason = ""
    if section is None or outline.beside[i] or not section.combine.weighs:
        reason, repair = f"{name} is weighed nowhere", "set a weight of a part that is weighed"
    elif group is not None and group not in groups:
        reason, repair = f"no weights of the group {group!r}", suggest(group, groups)
    elif group is None and not any(float(entry.get(name, 0)) > 0 for entry in groups.values()):
        reason, repair = f"no group has {name} on its card", f"name one: {text}.group"
    elif card.weights.overrides:
        reason = "the card has weights of single nodes, whose sums could not be kept"
        repair = "take the overrides off the card"
    if reason:
        faults.append(Fault("variants", reason, repair, column="settings", value=text))
        return None
    return Path(text, (), i, group=group)
