"""Fields of frozen classes: converted where they can be, and refused all together.

A converter never refuses: what it cannot convert it hands on as it is. The class
then looks at every field in ``__attrs_post_init__``, by the functions of this
module that answer faults, and tells them at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

from cascade_kpi.errors import Fault, InputError, a_or_an

__all__ = [
    "as_number",
    "as_numbers",
    "as_parts",
    "as_texts",
    "as_tuple",
    "is_a",
    "members",
    "not_bounds",
    "not_numbers",
    "not_texts",
    "not_whole",
    "refusals",
    "repeated",
    "unrefused",
]


def as_number(value: Any) -> Any:
    """A number as a float; anything else as it is, also truth values and huge numbers."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    return value


def as_tuple(values: Any) -> Any:
    """What has an order as a tuple; anything else, and a single text, as it is."""
    if isinstance(values, str | bytes | Mapping | set | frozenset):
        return values
    try:
        iterator = iter(values)
    except TypeError:
        return values
    return tuple(iterator)


def as_numbers(values: Any) -> Any:
    """What has an order as a tuple, its numbers as floats; anything else as it is."""
    each = as_tuple(values)
    return tuple(map(as_number, each)) if isinstance(each, tuple) else each


def as_texts(values: Any) -> Any:
    """A single text as a tuple of one; else as :func:`as_tuple`."""
    return (values,) if isinstance(values, str) else as_tuple(values)


def as_parts(make: Callable[[Any, Any], Any], values: Any) -> Any:
    """What has an order as a tuple, its pairs as what is made of them; anything else as it is."""
    listed = as_tuple(values)
    if not isinstance(listed, tuple):
        return listed
    pairs = (as_tuple(part) for part in listed)
    return tuple(make(*p) if isinstance(p, tuple) and len(p) == 2 else p for p in pairs)


def unrefused(convert: Callable[[Any], Any], value: Any) -> Any:
    """The value as a converter that may refuse makes it; as it is where that refuses."""
    try:
        return convert(value)
    except InputError:
        return value


def refusals(convert: Callable[[Any], Any], value: Any) -> list[Fault]:
    """What such a converter says about the value."""
    try:
        convert(value)
    except InputError as error:
        return list(error.faults)
    return []


def is_a(value: object, kind: type) -> bool:
    """Whether the value is an object of a class or Protocol, and not itself a class."""
    return isinstance(value, kind) and not isinstance(value, type)


def not_numbers(source: str, /, **numbers: object) -> list[Fault]:
    """A fault for each field that is not a finite number."""
    faults = []
    for column, value in numbers.items():
        if not isinstance(value, float):
            reason, repair = "not a number", "give a plain number"
        elif not math.isfinite(value):
            reason, repair = "not finite", "give a finite number"
        else:
            continue
        faults.append(Fault(source, reason, repair, column=column, value=value))
    return faults


def not_bounds(source: str, **numbers: object) -> list[Fault]:
    """The same of fields that may also be None."""
    return not_numbers(source, **{name: n for name, n in numbers.items() if n is not None})


def not_whole(source: str, least: int, most: int, /, **numbers: object) -> list[Fault]:
    """A fault for each field that is not a whole number in a range."""
    reason = f"not a whole number from {least:,} to {most:,}"
    return [
        Fault(source, reason, "correct it", column=column, value=value)
        for column, value in numbers.items()
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most
    ]


def not_texts(source: str, **texts: object) -> list[Fault]:
    """A fault for each field that is not a text that shows."""
    return [
        Fault(
            source,
            "empty" if isinstance(value, str) else "not text",
            f"give {column} as text",
            column=column,
            value=value,
        )
        for column, value in texts.items()
        if not isinstance(value, str) or not value.strip()
    ]


def members(
    source: str,
    values: Any,
    kind: type,
    repair: str,
    faults: list[Fault],
    *,
    column: str | None = None,
) -> list[tuple[int, Any]]:
    """The members of a field that are of a class, with their positions; a fault for each other.

    Parameters
    ----------
    values : tuple
        Of :func:`as_tuple`; anything else is one fault.
    repair : str
        How a member is made.
    """
    if not isinstance(values, tuple):
        reason = f"a list is wanted, not {a_or_an(type(values).__name__)}"
        faults.append(Fault(source, reason, f"give a list; {repair}", column=column, value=values))
        return []
    sound = []
    for i, value in enumerate(values):
        if is_a(value, kind):
            sound.append((i, value))
        else:
            reason = f"not {a_or_an(kind.__name__)}"
            faults.append(Fault(source, reason, repair, row=i, column=column, value=value))
    return sound


def repeated(names: Iterable[str]) -> list[str]:
    """Names that occur more than once, sorted."""
    return sorted(name for name, count in Counter(names).items() if count > 1)
