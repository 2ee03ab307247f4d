"""Languages: phrases and words for rules, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._fields import not_texts
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.reporting import wording
from cascade_kpi.reporting.telling.phrases import FIELDS
from cascade_kpi.reporting.telling.statements import (
    Amount,
    Apart,
    Attained,
    Curved,
    Part,
    Plain,
    Points,
    Ruled,
    Series,
    Share,
    Statement,
)
from cascade_kpi.scoring.curves import said, shape_of
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["At", "Language", "Say"]

At = Callable[[float], str]
"""A level of a curve as text."""

Say = Callable[[object], str]
"""Another rule in words."""


@frozen(eq=False, repr=False)
class Language:
    """How statements are said in a language.

    Parameters
    ----------
    name : str
        By which it is asked for: ``"en"``.
    phrases : mapping of str to str
        A template for each phrase of :data:`~cascade_kpi.reporting.telling.FIELDS`, with
        its fields in braces; one may leave fields out, and use no others.
    curves : mapping of type to callable
        Of a curve and of a callable that says a level of it.
    rules : mapping of type to callable
        Triggers, absences, combines, attainments and adjustments in words: of the rule
        and of a callable that says another.
    listed : callable
        Makes one text of several.
    gap : str
        Between two sentences.

    Raises
    ------
    InputError
        Listing phrases that lack, are unknown, or use what they are not about.

    Notes
    -----
    A rule that is in no table, such as one of a user's own, is said by its `words`, a
    curve by the piece of its shape that was reached; if it has none, by its repr.

    Examples
    --------
    >>> from attrs import evolve
    >>> from cascade_kpi.reporting.telling import ENGLISH, Statement
    >>> ENGLISH.told(Statement("graded", {"grade": "A"}))
    'That is grade A.'
    >>> short = evolve(ENGLISH, name="short", phrases={**ENGLISH.phrases, "graded": "{grade}!"})
    >>> short.told(Statement("graded", {"grade": "A"}))
    'A!'
    """

    name: str
    phrases: Mapping[str, str]
    curves: Mapping[type, Callable[[Any, At], str]]
    rules: Mapping[type, Callable[[Any, Say], str]]
    listed: Callable[[list[str]], str] = field(default=wording.listed)
    gap: str = " "

    def __attrs_post_init__(self) -> None:
        check(not_texts("language", name=self.name) + list(self._misfits()))

    def _misfits(self) -> Iterable[Fault]:
        lacking = [name for name in FIELDS if name not in self.phrases]
        for name in lacking:
            repair = f"say it with {', '.join(FIELDS[name]) or 'no fields'}"
            yield Fault("language", "the phrase lacks", repair, column="phrases", value=name)
        for name, template in self.phrases.items():
            if name not in FIELDS:
                repair = suggest(name, tuple(FIELDS))
                yield Fault("language", "no such phrase", repair, column="phrases", value=name)
                continue
            for used in _fields_of(template):
                if used not in FIELDS[name]:
                    reason = f"the phrase {name} has no field {used!r}"
                    repair = f"use {', '.join(FIELDS[name]) or 'none'}"
                    yield Fault("language", reason, repair, column="phrases", value=template)

    # -- saying -------------------------------------------------------------------

    def told(self, statement: Statement) -> str:
        """A statement as a sentence, or as the clause that it is."""
        known = {name: self._word(each) for name, each in statement.fields.items()}
        return self.phrases[statement.phrase].format(**known)

    def _word(self, about: object) -> str:
        if isinstance(about, Series):
            return self.listed([self.told(each) for each in about.clauses])
        if isinstance(about, Statement):
            return self.told(about)
        if isinstance(about, Part):
            return self.phrases["root"] if about.root else visible(about.name)
        if isinstance(about, Ruled):
            return self.rule(about.rule)
        if isinstance(about, Curved):
            return self._curve(about)
        write = _NUMBERS.get(type(about))
        return visible(str(about)) if write is None else visible(write(about))

    def rule(self, rule: object) -> str:
        """A rule in words; one that is not in the table by its own, or by its repr."""
        known = self.rules.get(type(rule))
        if known is not None:
            return known(rule, self.rule)
        words = getattr(rule, "words", None)
        return visible(words() if callable(words) else repr(rule))

    def _curve(self, about: Curved) -> str:
        """A curve in words; one that is not in the table by the piece that was reached."""
        unit = about.unit

        def at(level: float) -> str:
            return f"{level * 100:.10g} %" if unit is None else f"{level:.10g} {unit}".strip()

        known = self.curves.get(type(about.curve))
        if known is not None:
            return visible(known(about.curve, at))
        shape = shape_of(about.curve)
        if shape is not None and not np.isnan(about.at):
            return self.told(_piece(shape, about.at, at))
        own = said(about.curve, about.at)
        return visible(f"{about.curve!r}: {own}") if own else self.rule(about.curve)


def _fields_of(template: str) -> list[str]:
    """What stands in the braces of a template, with all that follows a name there."""
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def _piece(shape: Shape, x: float, at: At) -> Statement:
    """The piece of a curve that an attainment falls on."""

    def points(value: float) -> str:
        return f"{value:.10g}"

    i, last = int(shape.place(np.array(x))), len(shape.edges)
    if i > 0 and shape.edges[i - 1] == x:
        return Statement("piece_at", {"x": at(x), "y": points(shape.at[i - 1])})
    if i == 0:
        return Statement("piece_below", {"x": at(shape.edges[0])})
    if i == last:
        return Statement("piece_above", {"x": at(shape.edges[-1])})
    ends = {"x0": at(shape.edges[i - 1]), "x1": at(shape.edges[i])}
    if shape.slope[i] == 0:
        return Statement("piece_level", {**ends, "y": points(shape.left[i])})
    name = "piece_curve" if np.isnan(shape.slope[i]) else "piece_line"
    return Statement(name, {**ends, "y0": points(shape.left[i]), "y1": points(shape.right[i])})


_NUMBERS: dict[type, Callable[[Any], str]] = {
    Points: lambda of: wording.points(of.value, of.decimals, of.sign),
    Plain: lambda of: f"{of.value:g}",
    Amount: lambda of: wording.amount(of.kpi, of.value),
    Apart: lambda of: wording.signed(of.value, of.kpi.unit, of.kpi.decimals),
    Share: lambda of: wording.percent(of.value),
    Attained: lambda of: wording.attained(of.value),
}
