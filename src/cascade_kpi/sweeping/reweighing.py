"""Weights of a card with some of them set, the others of a section in proportion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from cascade_kpi.scoring.outline import Outline
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import Weights

__all__ = ["Wanted", "reweighed"]

_NEAR = 1e-9

Entry = dict[str, float]


@frozen
class Wanted:
    """One weight that is set: of a part, in a group, and by which setting."""

    part: str
    group: str | None
    weight: float
    setting: str


def reweighed(card: Scorecard, wanted: tuple[Wanted, ...]) -> tuple[Weights, list[tuple[str, str]]]:
    """The weights of a card with some of them set.

    Returns
    -------
    weights : Weights
    faults : list of (settings, reason)
        What cannot be set.
    """
    groups: dict[str, Mapping[str, float]] = {}
    faults: list[tuple[str, str]] = []
    for group, entry in card.weights.groups.items():
        mine = {each.part: each for each in wanted if each.group is None}
        mine = {n: each for n, each in mine.items() if float(entry.get(n, 0.0)) > 0}
        mine |= {each.part: each for each in wanted if each.group == group}
        groups[group] = _entry(card, group, dict(entry), mine, faults)
    return evolve(card.weights, groups=groups), faults


def _entry(
    card: Scorecard,
    group: str,
    entry: Entry,
    wanted: Mapping[str, Wanted],
    faults: list[tuple[str, str]],
) -> Entry:
    """The weights of one group."""
    outline, promised = card.outline, card.weights.promised
    faults += _off(outline, group, entry, wanted)
    # A card that has them already stays as it is, to the bit.
    fixed = {n: w for n, w in wanted.items() if float(entry.get(n, 0.0)) != w.weight}
    sections = {outline.above[outline.position(name)] for name in fixed}
    for section in sorted(sections):
        inner = [outline.names[child] for child in outline.children[section]]
        kept = [name for name in inner if name in wanted]
        others = [n for n in inner if n not in wanted and float(entry.get(n, 0.0)) > 0]
        left = promised - sum(wanted[name].weight for name in kept)
        whole = sum(float(entry[name]) for name in others)
        told = ", ".join(wanted[name].setting for name in kept)
        where = f"the weights of {outline.names[section]} for {group!r}"
        if left < -_NEAR * promised:
            faults.append(
                (told, f"{where} that are set sum to {promised - left:g} of {promised:g}")
            )
        elif not whole and left > _NEAR * promised:
            faults.append((told, f"nothing else makes up {left:g} of {where}"))
        else:
            entry |= {name: wanted[name].weight for name in kept}
            entry |= {n: max(left, 0.0) * (float(entry[n]) / whole) for n in others}
    return _without_what_is_off(outline, entry)


def _off(
    outline: Outline, group: str, entry: Entry, wanted: Mapping[str, Wanted]
) -> Iterator[tuple[str, str]]:
    """Weights that would count for nothing: in sections that the group does not have."""
    within = _within_what_is_off(outline, entry | dict.fromkeys(wanted, 1.0))
    for name, each in wanted.items():
        i = outline.position(name)
        if within[i]:
            section = outline.names[outline.above[i]]
            told = f"{name} is in {section}, which {group!r} does not have unless its weight is set"
            yield each.setting, told


def _without_what_is_off(outline: Outline, entry: Entry) -> Entry:
    """Without the weights of what is in sections that now weigh nothing."""
    within = _within_what_is_off(outline, entry)
    for name, off in zip(outline.names, within, strict=True):
        if off:
            entry.pop(name, None)
    return entry


def _within_what_is_off(outline: Outline, entry: Entry) -> list[bool]:
    """Of each part, whether a section that it is in weighs nothing."""
    off, within = [False] * len(outline.parts), [False] * len(outline.parts)
    for i in range(1, len(off)):
        section = outline.above[i]
        off[i] = within[i] = off[section]
        if not within[i] and outline.is_section(i) and outline.parts[section].combine.weighs:
            off[i] = not outline.beside[i] and not float(entry.get(outline.names[i], 0.0))
    return within
