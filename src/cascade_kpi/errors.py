"""Faults of an input, told all at once.

Every reader and checker of the library gathers :class:`Fault` objects while
it goes on reading, and raises one :class:`InputError` at the end that lists
them all. Nothing is half-applied: an input that raises has changed nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from attrs import field, frozen, has

from cascade_kpi._text import visible

__all__ = ["Fault", "InputError", "check", "suggest", "unlike", "wants"]

_SHOWN = 20
_WIDTH = 60
_COMPARED = 100


def _short(value: object) -> str:
    """A one-line repr that stays readable however long the value is.

    Escapes keep newlines, bidirectional marks and other control
    characters visible, so that a message cannot be reordered or
    forged by the data it quotes; printable letters of any script stay.
    """
    if isinstance(value, MappingProxyType):
        value = dict(value)  # as it was given
    try:
        text = repr(value[:200] if isinstance(value, str) else value)
    except ValueError:  # a whole number of thousands of digits has no repr
        text = f"<{type(value).__name__}>"
    text = visible(text)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


@frozen
class Fault:
    """One thing that is wrong with an input.

    Attributes
    ----------
    source : str
        The input it was found in: ``"units"``, ``"actuals"``, ``"scorecard"``.
    reason : str
        What is wrong, in one clause.
    repair : str
        What to do about it, in one clause that starts with a verb.
    row : int or None
        0-based position of the data row, None where no row is at fault.
    column : str or None
        The column or field, None where no single one is at fault.
    value : object
        The value that was met, None where there is none to show.
    line : int or None
        1-based line in the file the row was read from, if it was a file.
    """

    source: str
    reason: str
    repair: str
    row: int | None = field(default=None, kw_only=True)
    column: str | None = field(default=None, kw_only=True)
    value: object = field(default=None, kw_only=True)
    line: int | None = field(default=None, kw_only=True)

    def __str__(self) -> str:
        place = visible(str(self.source))
        if self.row is not None:
            place += f" row {self.row}"
        if self.line is not None:
            place += f" (line {self.line})"
        if self.column is not None:
            place += f", {visible(str(self.column))}"
        if self.value is not None:
            place += f" = {_short(self.value)}"
        return f"{place}: {self.reason}; {self.repair}"


class InputError(ValueError):
    """An input was refused; ``faults`` lists every reason.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.

    Examples
    --------
    >>> raise InputError([Fault("units", "empty id", "give the unit an id", row=3)])
    Traceback (most recent call last):
    ...
    cascade_kpi.errors.InputError: 1 fault
      units row 3: empty id; give the unit an id
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self._message())

    def _message(self) -> str:
        n = len(self.faults)
        lines = [f"{n} fault" if n == 1 else f"{n} faults"]
        lines += [f"  {fault}" for fault in self.faults[:_SHOWN]]
        if n > _SHOWN:
            lines.append(f"  … and {n - _SHOWN} more in .faults")
        return "\n".join(lines)


def check(faults: Sequence[Fault]) -> None:
    """Raise :class:`InputError` if there are any faults."""
    if faults:
        raise InputError(faults)


def unlike(value: object, kind: type, name: str, made_by: str) -> list[Fault]:
    """A fault if a value is not of the class that a verb takes."""
    if isinstance(value, kind):
        return []
    reason = f"{a_or_an(kind.__name__)} is wanted, not {a_or_an(type(value).__name__)}"
    return [Fault(name, reason, _held(value, kind) or f"make it with {made_by}")]


def a_or_an(name: str) -> str:
    """A name with its article.

    Examples
    --------
    >>> a_or_an("int"), a_or_an("Kpi")
    ('an int', 'a Kpi')
    """
    return f"{'an' if name[:1].upper() in 'AEIO' else 'a'} {name}"


def _held(value: object, kind: type) -> str:
    """How to take what is wanted out of a stage that has it, empty if it has none.

    A user who goes on from a later stage has what is wanted in hand already.
    """
    name = kind.__name__.lower()
    if not has(type(value)):
        return ""
    held = getattr(value, name, None)
    if isinstance(held, kind):
        return f"pass its .{name}"
    return f"pass what its .{name}(…) answers" if callable(held) else ""


def wants(value: object, kind: type, name: str, made_by: str) -> None:
    """Refuse a value that is not of the class that a verb takes.

    Raises
    ------
    InputError
    """
    check(unlike(value, kind, name, made_by))


def _comparable(name: object) -> str:
    """The beginning of a name, less what people mistype; comparing costs by its length."""
    text = name if isinstance(name, str) else _short(name)
    return text[:_COMPARED].strip().casefold()


def suggest(name: object, candidates: Iterable[object]) -> str:
    """A repair clause that names the nearest known name, if one is near.

    Parameters
    ----------
    name : object
        What was met.
    candidates : iterable of object
        What is known. At most the first 20,000 are compared, so that a
        misspelling in a huge table costs no more than in a small one.

    Returns
    -------
    str
        ``"did you mean 'east'?"`` or, with nothing near,
        ``"use one of 'east', 'west'"`` (the first five).

    Examples
    --------
    >>> suggest("esat", ["east", "north"])
    "did you mean 'east'?"
    """
    import difflib

    known: dict[str, object] = {}
    for candidate in candidates:
        known.setdefault(_comparable(candidate), candidate)
        if len(known) >= 20_000:
            break
    near = difflib.get_close_matches(_comparable(name), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {_short(known[near[0]])}?"
    few = ", ".join(_short(value) for value in list(known.values())[:5])
    more = ", …" if len(known) > 5 else ""
    return f"use one of {few}{more}" if few else "define it first"
