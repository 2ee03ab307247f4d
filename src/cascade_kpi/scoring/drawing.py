"""Scorecards as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cascade_kpi._text import visible

if TYPE_CHECKING:
    from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["draw_card"]


def draw_card(card: Scorecard) -> str:
    """One line a part, in the order of the card, with its weights, and the rules after it."""
    lines = list(_section(card, 0, "", ""))
    lines.append(f"absent elsewhere: {card.missing.words()}")
    if card.grades is not None:
        lines.append(f"grades: {', '.join(map(_band, card.grades.bands))}")
    lines += [
        f"{each.node} by {each.by}: {each.part} weighs {each.weight:g}, {each.reason}"
        for each in card.weights.overrides
    ]
    return "\n".join(map(visible, lines))


def _section(card: Scorecard, i: int, first: str, others: str) -> Iterator[str]:
    """A part, and all that is in it."""
    outline = card.outline
    part: Any = outline.parts[i]
    weights = _weights(card, i)
    if not outline.is_section(i):
        yield f"{first}{outline.names[i]}{weights}  {getattr(part, 'curve', part)!r}"
        return
    yield f"{first}{outline.names[i]}{weights}  {part.combine!r}"
    inner = [j for j, above in enumerate(outline.above) if above == i]
    rules = [f"gate: {gate.words()}" for gate in part.gates]
    rules += [f"then {step.words()}" for step in part.then]
    if part.missing is not None:
        rules.append(f"absent: {part.missing.words()}")
    for place, j in enumerate(inner):
        last = place == len(inner) - 1 and not rules
        branch, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield from _section(card, j, others + branch, others + below)
    for place, rule in enumerate(rules):
        yield f"{others}{'└─ ' if place == len(rules) - 1 else '├─ '}{rule}"


def _weights(card: Scorecard, i: int) -> str:
    """The weights of a part, one where all groups have the same."""
    name = card.outline.names[i]
    if i == 0 or card.outline.beside[i]:
        return ""
    told = {group: entry[name] for group, entry in card.weights.groups.items() if name in entry}
    if not told:
        return ""
    if [*told] == ["*"]:
        return f" ({told['*']:g})"
    return f" ({', '.join(f'{group} {weight:g}' for group, weight in told.items())})"


def _band(band: Any) -> str:
    return f"{band.label}" if band.low is None else f"{band.label} from {band.low:g}"
