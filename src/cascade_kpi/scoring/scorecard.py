"""Scorecards: which parts count for whom, by which rules, with which weight."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import field, frozen

from cascade_kpi._fields import as_tuple, is_a, refusals, unrefused
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.scoring.absences import Absence, Renormalise, as_absence, not_an_absence
from cascade_kpi.scoring.drawing import draw_card
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.items import Scored
from cascade_kpi.scoring.outline import Outline
from cascade_kpi.scoring.sections import Section
from cascade_kpi.scoring.triggers import ResultAtLeast, ResultBelow
from cascade_kpi.scoring.weights import Weights, as_weights

__all__ = ["Scorecard"]

_ROOT = "total"
_OF_RESULT = (ResultBelow, ResultAtLeast)


def _root(given: Any) -> Any:
    """A section as it is; a list of parts as those of a section named ``total``."""
    if isinstance(given, Section):
        return given
    parts = as_tuple(given)
    if isinstance(parts, tuple) and parts and all(_is_part(part) for part in parts):
        return Section(_ROOT, parts)
    return parts


def _weights(given: Any) -> Any:
    return unrefused(as_weights, given)


def _is_part(given: object) -> bool:
    return is_a(given, Scored) or is_a(given, Section)


@record("cascade_kpi/scorecard")
@frozen(hash=False)
class Scorecard:
    """Which parts count for whom, by which rules, with which weight.

    Parameters
    ----------
    parts : Section, or iterable of Item, Rated, Section and items of your own
        What the total is made of; a list is a section of the name ``total``, combined
        by the weighted mean.
    weights : Weights, or a mapping
        Names of parts to weights, the same for everybody, or group to such a mapping.
    missing : Absence or str
        What becomes of an absent part, where its section has no policy of its own:
        ``"renormalise"``, ``"zero"``, ``"hold"``, ``"refuse"``, ``"parents"``.
    grades : Grades, optional

    Raises
    ------
    InputError
        Listing names that occur twice; weights of unknown parts, and of parts of a
        section that is not on the card; weights that are negative, not finite, all zero, or
        do not sum to what is promised; gates and adjustments that go round in a ring;
        triggers that ask for the points or the attainment of what is not on the card.

    Examples
    --------
    >>> from cascade_kpi.scoring.items import Item
    >>> card = Scorecard([Item("revenue"), Item("churn")], {"revenue": 70, "churn": 30})
    >>> card.weights.groups["*"]["churn"]
    30
    >>> print(card)
    total  Mean()
    ├─ revenue (70)  Linear(slope=100.0, floor=0.0, cap=None)
    └─ churn (30)  Linear(slope=100.0, floor=0.0, cap=None)
    absent elsewhere: its weight goes to the other items
    """

    root: Section = field(converter=_root, alias="parts")
    weights: Weights = field(converter=_weights)
    missing: Absence = field(factory=Renormalise, converter=as_absence)
    grades: Grades | None = None

    def __attrs_post_init__(self) -> None:
        faults = []
        if not is_a(self.root, Section):
            faults += _not_parts(self.root)
        if isinstance(self.weights, Mapping):
            faults += refusals(as_weights, self.weights)
            faults += self._sound_misfits()
        elif not is_a(self.weights, Weights):
            repair = "give {name: weight}, {group: {name: weight}} or Weights(…)"
            faults.append(
                Fault("scorecard", "not weights", repair, column="weights", value=self.weights)
            )
        faults += not_an_absence("scorecard", "missing", self.missing)
        if self.grades is not None and not is_a(self.grades, Grades):
            reason, repair = "not grades", "make them with Grades(…), or leave them out"
            faults.append(Fault("scorecard", reason, repair, column="grades", value=self.grades))
        check(faults)
        check(self.weights.misfits(self.outline))

    def _sound_misfits(self) -> list[Fault]:
        """Faults of those groups' weights that can be looked at, beside others that cannot."""
        if not is_a(self.root, Section) or refusals(Outline.of, self.root):
            return []
        given: Any = self.weights
        nested = all(isinstance(entry, Mapping) for entry in given.values())
        sound = {g: e for g, e in given.items() if nested and not refusals(Weights, {g: e})}
        return Weights(sound).misfits(self.outline) if sound else []

    def __hash__(self) -> int:
        return hash((self.root, self.weights, self.missing, self.grades))

    def __str__(self) -> str:
        return draw_card(self)

    @cached_property
    def outline(self) -> Outline:
        """The parts, numbered."""
        return Outline.of(self.root)

    @property
    def items(self) -> tuple[Any, ...]:
        """The items of all sections, in order."""
        return tuple(self.outline.parts[i] for i in self.outline.items)

    def policy(self, section: Section) -> Absence:
        """What becomes of an absent part of a section."""
        return self.missing if section.missing is None else section.missing

    def unknown(self, kpis: Kpis) -> list[Fault]:
        """Faults of KPIs that the card reads and that there are not."""
        faults = [
            Fault("scorecard", "no such KPI", suggest(name, kpis.names), value=name)
            for item in self.items
            for name in item.kpis
            if name not in kpis.names
        ]
        known = (*self.outline.names, *kpis.names)
        for i in self.outline.order:
            looks = f"{self.outline.names[i]} looks at"
            reason = f"{looks} what is neither a part of the card nor a KPI"
            faults += [
                Fault("scorecard", reason, suggest(name, known), value=name)
                for name in self.outline.reads(i)
                if name not in known
            ]
            # A part may be called otherwise than its KPI.
            asked = (t for t in self.outline.triggers(i) if isinstance(t, _OF_RESULT))
            reason = f"{looks} the result of what is a part of the card and no KPI"
            faults += [
                Fault("scorecard", reason, suggest(trigger.kpi, kpis.names), value=trigger.kpi)
                for trigger in asked
                if trigger.kpi in known and trigger.kpi not in kpis.names
            ]
        return faults

    def check_against(self, kpis: Kpis, org: OrgTree) -> None:
        """Refuse a scorecard that does not fit these KPIs and this tree.

        Raises
        ------
        InputError
            Listing unknown KPIs, groups that no node belongs to, and columns that
            the tree lacks.
        """
        check(self.unknown(kpis) + self.weights.strangers(org))


def _not_parts(given: Any) -> list[Fault]:
    make = "make it with Item(…), Rated(…) or Section(…)"
    if not isinstance(given, tuple):
        return [Fault("scorecard", "a list is wanted", make, column="items", value=given)]
    if not given:
        return [Fault("scorecard", "no items or no weights", "give at least one of each")]
    return [
        Fault("scorecard", "not a part of a scorecard", make, row=i, column="items", value=part)
        for i, part in enumerate(given)
        if not _is_part(part)
    ]
