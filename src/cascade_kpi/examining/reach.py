"""From where to where every part of a card may come, for one post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import Factory, evolve, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.examining.intervals import ANYTHING, Interval, combined, filled, scaled
from cascade_kpi.examining.profiles import Profile
from cascade_kpi.scoring.absences import most_items
from cascade_kpi.scoring.adjustments import Add, Adjustment, Gate, Multiply, Scale, Veto, Within
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.triggers import (
    AllOf,
    AnyOf,
    AttainmentBelow,
    PointsBelow,
    Trigger,
    leaves,
)

__all__ = ["Mode", "Reach", "reaches", "settled", "when"]

Mode = Literal["all reported", "whatever absent"]
Holds = Literal["never", "sometimes", "always"]

_NEUTRAL: dict[type, float] = {Add: 0.0, Multiply: 1.0}


@frozen(eq=False)
class Reach:
    """The intervals of one post's parts.

    Attributes
    ----------
    card : Scorecard
    profiles : mapping of position to Profile
    weights : float64 array (parts,)
    columns : mapping of str to Interval
        What is known of the columns of the tree.
    mode : {"all reported", "whatever absent"}
    above : mapping of position to Interval
        What those one level up may have.
    values : dict of position to Interval
        Of every part that may have a value.
    counted : dict of position to Interval
        Of every part that is combined, after the gates of its section.
    stepped : dict of (position, int) to Interval
        Of the value of a section before each of its adjustments.
    """

    card: Scorecard
    profiles: Mapping[int, Profile]
    weights: FloatArray
    columns: Mapping[str, Interval]
    mode: Mode
    above: Mapping[int, Interval] = Factory(dict)
    values: dict[int, Interval] = Factory(dict)
    counted: dict[int, Interval] = Factory(dict)
    stepped: dict[tuple[int, int], Interval] = Factory(dict)

    def made(self) -> Reach:
        """With the intervals of all parts, in the order in which they are computed."""
        outline = self.card.outline
        for i in outline.items:
            profile = self.profiles[i]
            self.values[i] = Interval(profile.least, profile.most)
        for section in outline.order:
            value = self._section(section)
            if value is not None:
                self.values[section] = value
        return self

    def _section(self, section: int) -> Interval | None:
        of = self.card.outline.parts[section]
        value = self._combined(section)
        if value is None:
            return None
        for n, step in enumerate(of.then):
            self.stepped[section, n] = value
            value = self._stepped(step, value)
        return value

    def _combined(self, section: int) -> Interval | None:
        outline = self.card.outline
        of = outline.parts[section]
        on = [i for i in outline.children[section] if self.weights[i] > 0 and i in self.values]
        if not on:
            return None
        for i in on:
            value = self.values[i]
            for gate in of.gates:
                if type(gate) is not Gate:
                    value = ANYTHING
                elif gate.caps(outline.names[i]):
                    value = value.capped(gate.at, when(gate.when, self))
            self.counted[i] = value
        weights = [float(self.weights[i]) for i in on]
        parts = [self.counted[i] for i in on]
        if self.mode == "all reported":
            return combined(of.combine, parts, weights, 0.0, "there")
        policy = self.card.policy(of)
        told = [filled(policy, self.counted[i], self.above.get(i)) for i in on]
        gone = "left out" if any(each == "left out" for _, each in told) else "there"
        most = policy.most
        if not any(outline.is_section(i) for i in on):
            most = min(most, most_items(policy))  # how much of sections lacks is not looked at
        return combined(of.combine, [part for part, _ in told], weights, most, gone)

    def _stepped(self, step: Adjustment, value: Interval) -> Interval:
        if type(step) is Within:
            low = float("-inf") if step.low is None else step.low
            return value.clipped(low, float("inf") if step.high is None else step.high)
        if type(step) is Veto:
            return value.capped(step.at, when(step.when, self))
        if type(step) is Scale:
            factor = self.columns.get(step.column, Interval(0.0, float("inf")))
            return scaled(value, factor.low, factor.high)
        if type(step) is Add or type(step) is Multiply:
            i = self.card.outline.position(step.part.name)
            neutral = _NEUTRAL[type(step)]
            nothing = Interval(neutral, neutral)
            part = self.values.get(i, nothing)
            if self.mode == "whatever absent":
                part = part.hull(nothing)
            return value.plus(part) if type(step) is Add else value.times(part)
        return ANYTHING


def when(trigger: Trigger, reach: Reach) -> Holds:
    """Whether a trigger holds, as far as intervals tell; what is absent triggers nothing."""
    told = _when(trigger, reach)
    absent = reach.mode == "whatever absent"
    return "sometimes" if absent and told == "always" else told


def settled(trigger: Trigger, reach: Reach) -> bool:
    """Whether no result changes whether a trigger holds, as long as the same are absent.

    What always holds does not where it is absent: so of several, each is to be settled.
    """
    if _when(trigger, reach) == "never":
        return True
    return all(_when(each, reach) != "sometimes" for each in leaves(trigger))


def _when(trigger: Trigger, reach: Reach) -> Holds:
    if isinstance(trigger, AnyOf | AllOf):
        inner = [_when(each, reach) for each in trigger.triggers]
        decisive: Holds = "always" if isinstance(trigger, AnyOf) else "never"
        other: Holds = "never" if isinstance(trigger, AnyOf) else "always"
        if decisive in inner:
            return decisive
        return other if all(each == other for each in inner) else "sometimes"
    if isinstance(trigger, AttainmentBelow):
        i = reach.card.outline.find(trigger.item)
        domain = reach.profiles[i].domain
        off = 0.0 if domain.decimals is None else 10.0**-domain.decimals
        return _below(Interval(domain.low - off, domain.high + off), trigger.level)
    if isinstance(trigger, PointsBelow):
        value = reach.values.get(reach.card.outline.find(trigger.part))
        return "never" if value is None else _below(value, trigger.level)
    return "sometimes"


def _below(value: Interval, level: float) -> Holds:
    if value.low >= level:
        return "never"
    return "always" if value.high < level else "sometimes"


def reaches(
    card: Scorecard,
    profiles: Mapping[int, Profile],
    weights: FloatArray,
    columns: Mapping[int, Mapping[str, Interval]],
) -> list[tuple[Reach, Reach]]:
    """Per post, the intervals with everything reported, and with whatever absent.

    Parameters
    ----------
    weights : float64 array (posts, parts)
    columns : mapping of post to what is known of its columns
    """
    first = [
        Reach(card, profiles, row, columns.get(g, {}), "whatever absent").made()
        for g, row in enumerate(weights)
    ]
    above: dict[int, Interval] = {}
    for each in first:
        for i, value in each.values.items():
            above[i] = above[i].hull(value) if i in above else value
    out = []
    for each in first:
        fresh = evolve(each, values={}, counted={}, stepped={})
        full = evolve(fresh, mode="all reported", values={}, counted={}, stepped={}).made()
        out.append((full, evolve(fresh, above=above).made()))
    return out
