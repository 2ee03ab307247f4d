"""A scorecard with some of its settings made otherwise, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from cascade_kpi._fields import as_number
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.sweeping.paths import Path, Step, stepped
from cascade_kpi.sweeping.reweighing import Wanted, reweighed

__all__ = ["Value", "with_settings"]

_REFUSALS = (ValueError, TypeError, ArithmeticError, LookupError)


@attrs.frozen(eq=False)
class Value:
    """One value of a setting, and what it is called."""

    value: Any
    label: str


Settings = Mapping[Path, Value]


def _named(settings: Settings, under: tuple[Step, ...] = ()) -> str:
    """The settings below a place, as they are told."""
    return ", ".join(
        f"{path.text} = {each.label}"
        for path, each in settings.items()
        if path.steps[: len(under)] == under
    )


def with_settings(card: Scorecard, settings: Settings) -> tuple[Scorecard | None, list[Fault]]:
    """The card as set, or None and all that is wrong with it.

    Every object that a setting stands in is built anew once, from all its fields together.
    """
    rules = {path: each for path, each in settings.items() if not path.is_weight}
    weights, faults = _weights(card, {p: each for p, each in settings.items() if p.is_weight})
    made, more = _rules(card, rules)
    faults += more
    if faults or not weights:
        return (None if faults else made), faults
    try:
        return attrs.evolve(made, weights=weights), []
    except InputError as error:
        return None, [_told(settings, (), fault) for fault in error.faults]


def _weights(card: Scorecard, settings: Settings) -> tuple[Any, list[Fault]]:
    if not settings:
        return None, []
    faults, wanted = [], []
    for path, each in settings.items():
        weight, told = as_number(each.value), f"{path.text} = {each.label}"
        if not isinstance(weight, float) or not 0 <= weight <= card.weights.promised:
            reason = f"no weight from 0 to {card.weights.promised:g}"
            faults.append(Fault("variants", reason, "give a number", column=told))
            continue
        wanted.append(Wanted(card.outline.names[path.part], path.group, weight, told))
    made, wrong = reweighed(card, tuple(wanted))
    repair = "leave something for the others, or set it group by group"
    faults += [Fault("variants", reason, repair, column=told) for told, reason in wrong]
    return made, faults


def _rules(card: Scorecard, settings: Settings) -> tuple[Any, list[Fault]]:
    """From the top down what stands at each place, then from the bottom up what is made of it."""
    faults: list[Fault] = []
    own = {path.steps: each.value for path, each in settings.items()}
    places = list(dict.fromkeys(steps[:d] for steps in own for d in range(len(steps) + 1)))
    held: dict[tuple[Step, ...], Any] = {(): card}
    for place in sorted(places, key=len)[1:]:
        if place[:-1] not in held:
            continue
        value, fault = stepped(held[place[:-1]], place[-1])
        if fault is not None:
            faults.append(attrs.evolve(fault, column=_named(settings, place)))
            continue
        value = own.get(place, value)
        moved = _elsewhere(card, settings, place, value)
        faults += moved
        if not moved:
            held[place] = value
    for place in sorted(places, key=len, reverse=True):
        below = {
            each[-1]: held[each] for each in places if each and each[:-1] == place and each in held
        }
        if not below:
            continue
        faults += _refused(settings, held, place, below)
    return held[()], faults


def _elsewhere(
    card: Scorecard, settings: Settings, place: tuple[Step, ...], held: Any
) -> list[Fault]:
    """Settings of a part in whose place another setting has put another part."""
    names = card.outline.names
    return [
        Fault("variants", f"another setting takes {names[path.part]} from its place",
              "set it in what that gives", column=f"{path.text} = {each.label}")
        for path, each in settings.items()
        if path.depth and path.steps[: path.depth] == place
        and getattr(held, "name", None) != names[path.part]
    ]  # fmt: skip


def _refused(
    settings: Settings, held: dict[tuple[Step, ...], Any], place: tuple[Step, ...], below: Any
) -> list[Fault]:
    """Make an object anew from what now stands below it; why not, if it refuses."""
    try:
        held[place] = _evolved(held[place], below)
    except InputError as error:
        return [_told(settings, place, fault) for fault in error.faults]
    except _REFUSALS as error:
        fault = Fault(type(held[place]).__name__, str(error), "give what the rule takes")
        return [_told(settings, place, fault)]
    return []


def _told(settings: Settings, place: tuple[Step, ...], fault: Fault) -> Fault:
    """What an object found in itself, by the settings of its fields that it comes from."""
    fields = {p: v for p, v in settings.items() if p.steps and p.steps[:-1] == place}
    mine = {p: each for p, each in fields.items() if p.steps[-1] == fault.column}
    column = _named(mine or fields or settings, place)
    where = fault.source if fault.column is None else f"{fault.source}, {fault.column}"
    return Fault("variants", f"{where}: {fault.reason}", fault.repair, column=column)


def _evolved(obj: Any, changes: Mapping[Any, Any]) -> Any:
    if isinstance(obj, tuple):
        return tuple(changes.get(at, each) for at, each in enumerate(obj))
    return attrs.evolve(obj, **changes)
