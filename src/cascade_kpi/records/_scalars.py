"""How plain values are written and read: strictly, a text is never taken for a number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from cascade_kpi.errors import suggest
from cascade_kpi.records._place import NOT_FINITE, Codec, Place, form, get, keys_once

__all__ = [
    "ANY",
    "BOOL",
    "FLOAT",
    "INT",
    "LONE",
    "NULL",
    "STR",
    "TEXTS",
    "Choice",
    "Float",
    "choice_of_enum",
    "choice_of_texts",
]

#: Half of a surrogate pair: lawful in a JSON escape and in a str, in no file.
LONE: Final = re.compile("[\ud800-\udfff]")

_NONE: Final[frozenset[str]] = frozenset()
# Python converts no longer whole numbers from text, so none are written.
_WHOLE = 10**4300
_TAGS = {repr(value): {"float": tag} for tag, value in NOT_FINITE.items()}


class Null:
    """None."""

    wants = "null"
    forms = frozenset({"null"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return value is None

    def encode(self, value: None, at: Place) -> None:  # noqa: ARG002 - forms are called alike
        return value

    def decode(self, json: None, at: Place) -> None:  # noqa: ARG002 - forms are called alike
        return json


class Bool:
    """True or False, numpy's included; never 0 or 1."""

    wants = "true or false"
    forms = frozenset({"bool"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return isinstance(value, bool | np.bool_)

    def encode(self, value: bool | np.bool_, at: Place) -> bool:  # noqa: ARG002, FBT001 - data, not a switch
        return bool(value)

    def decode(self, json: bool, at: Place) -> bool:  # noqa: ARG002, FBT001 - data, not a switch
        return json


class Int:
    """A whole number, written without a point: 1.0 is none."""

    wants = "a whole number"
    forms = frozenset({"int"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return isinstance(value, int | np.integer) and not isinstance(value, bool)

    def encode(self, value: int | np.integer[Any], at: Place) -> int | None:
        whole = int(value)
        if abs(whole) >= _WHOLE:
            at.fault("a whole number of more than 4,300 digits", "scale it")
            return None
        return whole

    def decode(self, json: int, at: Place) -> int:  # noqa: ARG002 - forms are called alike
        return json


@frozen(eq=False, repr=False)  # made at import: attrs compiles each method
class Float:
    """A float64; a document may say it without a point.

    In an array, where None cannot be meant, NaN is null.
    """

    wants: str = "a number"
    nan: dict[str, str] | None = field(factory=lambda: {"float": "nan"})
    forms = frozenset({"float", "tagged"})
    also: frozenset[str] = frozenset({"int"})

    def holds(self, value: object) -> bool:
        return isinstance(value, float | np.floating | int | np.integer) and not isinstance(
            value, bool
        )

    def encode(self, value: Any, at: Place) -> Any:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isnan(number):
            return self.nan
        if number != value:
            at.fault("float64 does not hold this number exactly", "round it first", value)
            return None
        return number if math.isfinite(number) else dict(_TAGS[repr(number)])

    def decode(self, json: Any, at: Place) -> float | None:
        if json is None:
            return math.nan
        if isinstance(json, dict):
            return NOT_FINITE[json["float"]]
        try:
            number = float(json)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            at.fault("the number is too large for float64", 'scale it, or write {"float": "inf"}')
            return None
        return number


class Str:
    """A text of whole characters."""

    wants = "a text"
    forms = frozenset({"text"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return isinstance(value, str)

    def encode(self, value: str, at: Place) -> str | None:
        return self.decode(str.__str__(value), at)  # the plain text of a str subclass

    def decode(self, json: str, at: Place) -> str | None:
        if not json.isascii() and LONE.search(json):
            at.fault("the text has half of a surrogate pair", "write the whole character", json)
            return None
        return json


@frozen(eq=False, repr=False)
class Text:
    """A value with one exact spelling, such as a date.

    ``tag`` is its key where the type is not known from the field:
    ``{"date": "2026-03-31"}``.
    """

    tag: str
    type: type
    read: Callable[[str], object]
    example: str
    forms = frozenset({"text"})
    also = _NONE

    @property
    def wants(self) -> str:
        return f'a {self.tag} such as "{self.example}"'

    def holds(self, value: object) -> bool:
        # Not isinstance: a datetime is a date, but is not written as one.
        return type(value) is self.type

    def encode(self, value: object, at: Place) -> str | None:
        try:
            return str(value)
        except ValueError:  # a Fraction of more than 4300 digits
            at.fault(f"the {self.tag} has too many digits", "round it")
            return None

    def decode(self, json: str, at: Place) -> object:
        try:
            value = self.read(json)
            spelling = str(value)
        except (ValueError, ArithmeticError):
            at.fault(f"not a {self.tag}", f'write it as "{self.example}"', json)
            return None
        if spelling != json:
            at.fault(f"not the one spelling of this {self.tag}", f'write "{spelling}"', json)
            return None
        return value


@frozen(eq=False, repr=False)
class Choice:
    """One of a few named values: the members of an Enum, the texts of a Literal."""

    names: tuple[str, ...]
    values: tuple[object, ...]
    forms = frozenset({"text"})
    also = _NONE

    @property
    def wants(self) -> str:
        few = ", ".join(f'"{name}"' for name in self.names[:5])
        return f"one of {few}" + (", …" if len(self.names) > 5 else "")

    def holds(self, value: object) -> bool:
        return any(type(value) is type(known) and value == known for known in self.values)

    def encode(self, value: object, at: Place) -> str:  # noqa: ARG002 - forms are called alike
        return self.names[self.values.index(value)]

    def decode(self, json: str, at: Place) -> object:
        if json not in self.names:
            at.fault("unknown choice", suggest(json, self.names), json)
            return None
        return self.values[self.names.index(json)]


class Plain:
    """Any one plain value; the types that JSON lacks carry a tag."""

    wants = "a plain value"
    forms = frozenset({"null", "bool", "int", "float", "tagged", "text", "object"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return any(codec.holds(value) for codec in (*_JSON.values(), *TEXTS))

    def encode(self, value: object, at: Place) -> Any:
        for codec in _JSON.values():
            if codec.holds(value):
                return codec.encode(value, at)
        text = next(codec for codec in TEXTS if codec.holds(value))
        return {text.tag: text.encode(value, at)}

    def decode(self, json: Any, at: Place) -> Any:
        codec = _JSON.get(form(json))
        if codec is not None:
            return codec.decode(json, at)
        keys_once(json, at)
        for text in TEXTS:
            if list(json) == [text.tag]:
                return get(text, json[text.tag], at.key(text.tag))
        at.fault("a plain value is wanted here, not an object", "write a number or a text")
        return None


def choice_of_enum(members: type[Enum]) -> Choice:
    """The members by name; an alias is read as its member and never written."""
    return Choice(tuple(members.__members__), tuple(members.__members__.values()))


def choice_of_texts(texts: Iterable[str]) -> Choice:
    """The texts of a Literal, as they are."""
    names = tuple(texts)
    return Choice(names, names)


def _fraction(text: str) -> Fraction:
    # Fraction itself also reads "1e999999999", and would compute it.
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator or "1"))


NULL = Null()
BOOL = Bool()
INT = Int()
FLOAT = Float()
STR = Str()
TEXTS = (
    Text("date", date, date.fromisoformat, "2026-03-31"),
    Text("fraction", Fraction, _fraction, "1/3"),
    Text("decimal", Decimal, Decimal, "0.10"),
)
ANY = Plain()
# In this order: a whole number is held by Float too.
_JSON: dict[str, Codec] = {
    "null": NULL,
    "bool": BOOL,
    "int": INT,
    "float": FLOAT,
    "tagged": FLOAT,
    "text": STR,
}
