"""Many scorecards: given, or one card with its settings made otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, fingerprint
from cascade_kpi._fields import as_number, as_numbers, as_tuple, is_a, not_texts
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.records import record
from cascade_kpi.scoring.grades import labels_of
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.sweeping.paths import Path, parsed
from cascade_kpi.sweeping.setting import Value, with_settings
from cascade_kpi.sweeping.weightings import share_faults

__all__ = ["Variants"]

_MOST = 10_000
_COLUMNS = {
    "name", "period", "mean", "scored", "changed",
    "people", "spearman", "shift", "largest", "mover",
}  # fmt: skip
"""Of the tables in which settings are columns beside these."""

_MANY = f"more than {_MOST:,} variants"
_FEWER = "give fewer values, or sweep some settings after the others"

Said = Mapping[str, tuple[float | str, ...]]


def _cards(given: Any) -> Any:
    return MappingProxyType(dict(given)) if isinstance(given, Mapping) else given


def _said(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return MappingProxyType({name: as_numbers(values) for name, values in given.items()})


@record("cascade_kpi/variants")
@frozen(hash=False)
class Variants:
    """Many scorecards, each with a name.

    Parameters
    ----------
    cards : mapping of str to Scorecard
        From 1 to 10,000.
    settings : mapping of str to tuple of float or str, optional
        What each setting of :meth:`grid` is in each of the cards: a number, or what the
        value is called. It is told beside the names, and scores nothing.

    Raises
    ------
    InputError
        Listing cards that are none, names that are empty, and settings that are not told for
        every card.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> card = ck.Scorecard([ck.Item("sales"), ck.Item("churn")], {"sales": 70, "churn": 30})
    >>> for name in Variants.grid(
    ...     card, {"sales.curve.cap": [120, 150], "churn.weight": [30]}
    ... ).names:
    ...     print(name)
    sales.curve.cap = 120, churn.weight = 30
    sales.curve.cap = 150, churn.weight = 30
    """

    cards: Mapping[str, Scorecard] = field(eq=CONTENT, converter=_cards)
    settings: Said = field(eq=CONTENT, factory=dict, converter=_said)

    def __attrs_post_init__(self) -> None:
        given: Any = self.cards
        if not isinstance(given, Mapping) or not given:
            check([Fault("variants", "a mapping of names to scorecards is wanted",
                         "give {name: card}", column="cards", value=given)])  # fmt: skip
        if len(given) > _MOST:
            check([Fault("variants", f"{_MANY}: {len(given):,}", _FEWER)])
        faults = [fault for name in given for fault in not_texts("variants", name=name)]
        faults += [
            Fault("variants", "not a scorecard", "make it with Scorecard(…)", column=str(name),
                  value=card)
            for name, card in given.items()
            if not is_a(card, Scorecard)
        ]  # fmt: skip
        labels = {
            label
            for card in given.values()
            if is_a(card, Scorecard)
            for label in labels_of(card.grades)
        }
        taken = _COLUMNS | {f"with {label}" for label in labels}
        check(faults + _not_said(self.settings, len(given), taken))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the variants."""
        return tuple(self.cards)

    def __len__(self) -> int:
        return len(self.cards)

    def __hash__(self) -> int:
        return fingerprint((self.names, tuple(map(hash, self.cards.values()))))

    def __repr__(self) -> str:
        over = f" over {', '.join(self.settings)}" if self.settings else ""
        return f"<Variants {len(self):,} scorecards{over}>"

    @classmethod
    def grid(cls, card: Scorecard, settings: Mapping[str, Any]) -> Variants:
        """One card with every combination of the values of some settings.

        Parameters
        ----------
        card : Scorecard
        settings : mapping of str to list, or to mapping of str to value
            By path, such as ``"sales.curve.floor"``, ``"total.then.0.high"``,
            ``"sales.weight"``, ``"sales.weight.shop"`` for one group, ``"missing"`` or
            ``"grades"``, its values; a mapping also says what they are called. Weights are
            as on the card, the others of the section keep their proportions.

        Returns
        -------
        Variants
            The last setting changes fastest. The card as it is is among them only if the
            values say so.

        Raises
        ------
        InputError
            Listing settings that are not on the card or stated twice, values that the rules
            themselves refuse, weights that leave the others nothing to sum with, and values
            that are called alike; for more than 10,000 combinations.
        """
        check(unlike(card, Scorecard, "card", "Scorecard(…)"))
        wanted = _wanted(card, settings)
        size = math.prod(len(values) for _, values in wanted)
        if size > _MOST:
            sizes = " × ".join(f"{len(values):,}" for _, values in wanted)
            check([Fault("variants", f"{_MANY}: {sizes} = {size:,}", _FEWER)])
        combined = product(*(values for _, values in wanted))
        chosen = [dict(zip((path for path, _ in wanted), each, strict=True)) for each in combined]
        return _made(card, chosen)

    @classmethod
    def around(cls, card: Scorecard, share: float = 0.2) -> Variants:
        """Each weight in turn a share less and a share more, in every group that has it.

        The others of its section keep their proportions and make up the rest. It is
        :meth:`Weightings.around` for a card whose weights differ by group.

        Parameters
        ----------
        card : Scorecard
        share : float
            Above 0, at most 1: 0.2 is a fifth of each group's own weight. A weight never
            exceeds what is promised.

        Returns
        -------
        Variants
            Two a part, named after it: less, then more. None of a part that is alone in its
            section wherever it is.

        Raises
        ------
        InputError
            If the share is none, no weight can be moved, or the card has overrides.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> weights = {"shop": {"sales": 60, "calls": 40}, "web": {"sales": 20, "calls": 80}}
        >>> card = ck.Scorecard([ck.Item("sales"), ck.Item("calls")], weights)
        >>> less = Variants.around(card, 0.5).cards["sales −50 %"].weights.groups
        >>> print({group: dict(entry) for group, entry in less.items()})
        {'shop': {'sales': 30.0, 'calls': 70.0}, 'web': {'sales': 10.0, 'calls': 90.0}}
        """
        share = as_number(share)
        faults = unlike(card, Scorecard, "card", "Scorecard(…)")
        check(faults + share_faults("variants", share))
        cards = {}
        for name in card.outline.names[1:]:
            for sign, mark in ((-1, "−"), (1, "+")):
                settings = dict(_moved(card, name, 1 + sign * share))
                if settings:
                    made, wrong = with_settings(card, settings)
                    check(wrong)
                    cards[f"{name} {mark}{100 * share:g} %"] = made
        if not cards:
            reason, repair = "no weight can be moved", "use a card that weighs several parts"
            check([Fault("variants", reason, repair)])
        return cls(cards)


def _moved(card: Scorecard, name: str, factor: float) -> Iterator[tuple[Path, Value]]:
    """A part's weight in every group that has it beside others of its section."""
    outline = card.outline
    section = outline.above[outline.position(name)]
    beside = [outline.names[i] for i in outline.children[section]]
    for group, entry in card.weights.groups.items():
        weight = float(entry.get(name, 0.0))
        others = any(float(entry.get(each, 0.0)) > 0 for each in beside if each != name)
        if not weight or not others:
            continue
        faults: list[Fault] = []
        path = parsed(card, f"{name}.weight.{group}", faults)
        if path is None and not card.weights.overrides:
            continue  # weighed nowhere
        check(faults)
        if path is not None:
            now = min(weight * factor, card.weights.promised)
            yield path, Value(now, f"{now:g}")


def _wanted(card: Scorecard, settings: Any) -> list[tuple[Path, list[Value]]]:
    """Each setting with its values."""
    if not isinstance(settings, Mapping) or not settings:
        repair = "give {'part.field': [values]}"
        check([Fault("variants", "a mapping of settings to values is wanted", repair,
                     column="settings", value=settings)])  # fmt: skip
    faults: list[Fault] = []
    wanted, seen = [], dict[tuple[object, ...], str]()
    for text, given in settings.items():
        path = parsed(card, text, faults)
        values = _values(text, given, faults)
        if path is None:
            continue
        key = (path.steps, path.group, path.part if path.is_weight else -1)
        if seen.setdefault(key, path.text) != path.text:
            reason = f"the same as {seen[key]}"
            faults.append(
                Fault("variants", reason, "state one of them", column="settings", value=text)
            )
        wanted.append((path, values))
    check(faults)
    return wanted


def _values(text: object, given: Any, faults: list[Fault]) -> list[Value]:
    named = isinstance(given, Mapping)
    values = tuple(given.values()) if named else as_tuple(given)
    if not isinstance(values, tuple) or not values:
        repair = "give its values as a list, or {name: value}"
        faults.append(Fault("variants", "no values", repair, column=str(text), value=given))
        return []
    values = tuple(v.item() if isinstance(v, np.generic) else v for v in values)
    labels = [str(each) for each in given] if named else [_label(value) for value in values]
    made = [Value(value, label) for value, label in zip(values, labels, strict=True)]
    faults += [
        Fault("variants", "occurs twice", "keep one, or name the values: {name: value}",
              column=str(text), value=label)
        for label in dict.fromkeys(each for each in labels if labels.count(each) > 1)
    ]  # fmt: skip
    return made


def _label(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _made(card: Scorecard, chosen: list[dict[Path, Value]]) -> Variants:
    """A card of each combination; all faults of all of them, those alike once."""
    cards: dict[str, Scorecard] = {}
    faults: dict[str, Fault] = {}
    for settings in chosen:
        made, wrong = with_settings(card, settings)
        name = ", ".join(f"{p.text} = {v.label}" for p, v in settings.items())
        if name in cards:
            repair = "name the values: {name: value}"
            wrong = [Fault("variants", "two variants of one name", repair, value=name)]
        faults |= {str(fault): fault for fault in wrong}
        if made is not None:
            cards[name] = made
    check(list(faults.values()))
    said = {path.text: tuple(_number(settings[path]) for settings in chosen) for path in chosen[0]}
    return Variants(cards, said)


def _number(value: Value) -> float | str:
    number = as_number(value.value)
    return number if isinstance(number, float) and math.isfinite(number) else value.label


def _not_said(settings: Any, size: int, taken: set[str]) -> list[Fault]:
    if not isinstance(settings, Mapping):
        reason, repair = "a mapping is wanted", "leave it out, or give {name: values}"
        return [Fault("variants", reason, repair, column="settings", value=settings)]
    faults = []
    for name, values in settings.items():
        faults += not_texts("variants", setting=name)
        if name in taken:
            reason, repair = "a column of the tables is called so", "rename the setting"
            faults.append(Fault("variants", reason, repair, column="settings", value=name))
        sound = isinstance(values, tuple) and all(map(_is_told, values))
        if not sound or len(values) != size:
            reason = f"no finite number or text for each of {size:,} variants"
            faults.append(Fault("variants", reason, "give as many", column=str(name)))
    return faults


def _is_told(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))
