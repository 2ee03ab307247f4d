"""Objects to JSON documents and back, as texts and as files.

Whatever does the work is imported when it is called: most programs that
import the library's rules read no document, and it takes 10 ms.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar, overload

from attrs import evolve

from cascade_kpi._fields import not_whole
from cascade_kpi.errors import Fault, InputError, check

__all__ = ["from_json", "load", "save", "to_json"]

_T = TypeVar("_T")

_LIMIT = 256 * 2**20
_MOST = 2**62


def to_json(obj: object, *, indent: int | None = 2) -> str:
    """A registered object as a JSON document.

    Parameters
    ----------
    obj : object
        An object whose class, and the classes of the objects in it, are
        registered with :func:`record`.
    indent : int or None, default 2
        Spaces a level; lists of plain values stay on one line. None writes
        everything on one line without spaces.

    Returns
    -------
    str
        The same text for equal objects in any process: fields in the order
        declared, mappings in theirs. ``from_json`` makes an equal object of
        it; floats, arrays included, come back bit for bit (every NaN as the
        usual one).

    Raises
    ------
    InputError
        A class is not registered, a value is not of its field's annotated
        type, cannot be written, or is nested more than 100 deep; each with
        its path.
    TypeError
        A field's annotation cannot be resolved, or there is no way to write
        its type.

    Examples
    --------
    >>> from attrs import frozen
    >>> from cascade_kpi.records import record, to_json
    >>> @record("acme/curves.steps")
    ... @frozen
    ... class Steps:
    ...     points: tuple[tuple[float, float], ...]
    >>> print(to_json(Steps(((0.0, 0.0), (1.0, 100.0)))))
    {
      "schema": "cascade_kpi",
      "version": 1,
      "written_by": "cascade_kpi ...",
      "record": {
        "kind": "acme/curves.steps",
        "points": [
          [0.0, 0.0],
          [1.0, 100.0]
        ]
      }
    }
    """
    from cascade_kpi.records import _envelope  # noqa: PLC0415 - see the top

    check(not_whole("to_json", 0, 80, indent=0 if indent is None else indent))
    return _envelope.write(obj, indent)


@overload
def from_json(text: str | bytes, *, expect: None = None, limit: int = _LIMIT) -> Any: ...
@overload
def from_json(text: str | bytes, *, expect: type[_T], limit: int = _LIMIT) -> _T: ...
def from_json(text: str | bytes, *, expect: type[Any] | None = None, limit: int = _LIMIT) -> Any:
    """The object that a JSON document describes.

    Parameters
    ----------
    text : str or bytes
        A document of :func:`to_json`, or one written by hand; bytes are
        UTF-8, with or without a byte order mark.
    expect : type, optional
        The class that is wanted, a base class or Protocol of it; by default
        any registered one.
    limit : int, default 268435456
        The greatest length of the text, in characters or bytes.

    Returns
    -------
    object
        Made by its class's own constructor. Fields with a default may be
        missing in the document.

    Raises
    ------
    InputError
        Every fault of the document, with its path: an unknown schema,
        version, kind or key, a key that is missing or there twice, a value
        of another type, whatever a class itself refused, and every way in
        which a text is not JSON. Nothing is returned in part.
    TypeError
        As for :func:`to_json`: a class is at fault, not the document.

    Examples
    --------
    >>> from cascade_kpi.records import from_json
    >>> from_json('{"schema": "cascade_kpi", "version": 1, "record": {"kind": "acme/nothing"}}')
    Traceback (most recent call last):
    ...
    cascade_kpi.errors.InputError: 1 fault
      $.record.kind = 'acme/nothing': unknown kind; ...
    """
    from cascade_kpi.records import _envelope  # noqa: PLC0415 - see the top

    check(not_whole("from_json", 0, _MOST, limit=limit))
    return _envelope.read(text, expect, limit)


def save(obj: object, path: str | os.PathLike[str], *, indent: int | None = 2) -> None:
    """Write an object to a JSON file in UTF-8; see :func:`to_json`.

    Raises
    ------
    InputError, TypeError
        As :func:`to_json`; then the file has not been touched.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> from attrs import frozen
    >>> from cascade_kpi.records import load, record, save
    >>> @record("acme/grade")
    ... @frozen
    ... class Grade:
    ...     label: str
    >>> save(Grade("优秀"), "grade.json")
    >>> load("grade.json", expect=Grade)
    Grade(label='优秀')
    """
    file = _path(path)
    text = to_json(obj, indent=indent)
    file.write_bytes(f"{text}\n".encode())


@overload
def load(path: str | os.PathLike[str], *, expect: None = None, limit: int = _LIMIT) -> Any: ...
@overload
def load(path: str | os.PathLike[str], *, expect: type[_T], limit: int = _LIMIT) -> _T: ...
def load(
    path: str | os.PathLike[str], *, expect: type[Any] | None = None, limit: int = _LIMIT
) -> Any:
    """Read an object from a JSON file; see :func:`from_json`.

    Raises
    ------
    InputError, TypeError
        As :func:`from_json`; each fault names the file.
    OSError
        The file cannot be read.
    """
    place = _path(path)
    check(not_whole("from_json", 0, _MOST, limit=limit))
    with place.open("rb") as file:
        text = file.read(limit + 1)  # never more than that of an endless file
    try:
        return from_json(text, expect=expect, limit=limit)
    except InputError as error:
        name = place.name
        faults = [evolve(fault, source=f"{name} {fault.source}") for fault in error.faults]
        raise InputError(faults) from error.__cause__


def _path(path: str | os.PathLike[str]) -> Path:
    try:
        place = Path(path)
        if b"\0" not in os.fsencode(place):
            return place
    except (TypeError, ValueError):  # no path at all, or one that no file can have
        pass
    raise InputError([Fault("json", "not a path", "pass text or a path object", value=path)])
