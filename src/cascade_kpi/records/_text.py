"""JSON text to a tree of plain values and back; every way a text can be broken is told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from cascade_kpi.errors import Fault, InputError
from cascade_kpi.records._place import DEPTH, Object, Token

__all__ = ["parse", "render"]

_WIDTH = 88

# Possessive, so that a text without a closing quote costs no more than one with it.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


def parse(text: str | bytes, limit: int) -> Any:
    """The tree of a JSON text.

    Parameters
    ----------
    text : str or bytes
        Bytes are UTF-8; a byte order mark at the start is skipped.
    limit : int
        The greatest length in characters (of a str) or in bytes.

    Returns
    -------
    None, bool, int, float, str, list, Object or Token
        Objects as :class:`Object`, with their repeated keys; numbers that
        JSON does not have as :class:`Token`.

    Raises
    ------
    InputError
        Not text, too long, nested too deep, or not JSON: with line and column.
    """
    read = _as_str(text, limit)
    if _deeper(read):
        raise _error(f"lists and objects are nested more than {DEPTH} deep", "flatten them")
    try:
        return _loads(read)
    except json.JSONDecodeError as error:
        raise _broken(error) from None


def render(tree: Any, indent: int | None) -> str:
    """The text of a tree: no NaN, no trailing spaces, letters of any script as they are.

    With an indent, lists of plain values stay on one line however long they
    are: a column of an organisation is one line.
    """
    if indent is None:
        return json.dumps(tree, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _pretty(tree, " " * indent, "\n")


def _as_str(text: object, limit: int) -> str:
    if not isinstance(text, str | bytes | bytearray):
        raise _error(
            f"JSON text is wanted, not a value of type {type(text).__name__}",
            "pass a str or UTF-8 bytes, or call load() with a path",
        )
    if len(text) > limit:
        raise _error(
            f"the text has {len(text):,} characters, more than the limit of {limit:,}",
            "raise the limit if you trust where it comes from",
        )
    if isinstance(text, bytes | bytearray):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _error(
                f"the bytes are not UTF-8 from byte {error.start} on", "save the file as UTF-8"
            ) from None
    text = text.removeprefix("\ufeff")
    if not text or text.isspace():
        raise _error("the text is empty", "pass a document that to_json wrote")
    return text


def _deeper(text: str) -> bool:
    """Whether brackets nest deeper than DEPTH; found without nesting anything."""
    if text.count("[") + text.count("{") <= DEPTH:
        return False
    brackets = _NOT_BRACKETS.sub("", _STRING.sub("", text))
    codes = np.frombuffer(brackets.encode(), dtype=np.uint8)
    # The closing bracket of each pair is the opening one plus 2.
    steps = np.where((codes == ord("[")) | (codes == ord("{")), np.int8(1), np.int8(-1))
    return bool(np.cumsum(steps, dtype=np.int32).max(initial=0) > DEPTH)


def _loads(text: str) -> Any:
    hooks: dict[str, Any] = {"object_pairs_hook": _object, "parse_constant": _constant}
    try:
        return json.loads(text, **hooks)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A whole number of more digits than Python converts. Read again, slower, so as to
        # find its place: a hook for numbers costs a call for each.
        return json.loads(text, parse_int=_whole, **hooks)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        repeated = {name: None for name, _ in pairs if name in seen or seen.add(name)}  # type: ignore[func-returns-value]  # add answers None, which is false
        found.repeated = tuple(repeated)
    return found


def _constant(name: str) -> Token:
    tag = name.replace("Infinity", "inf").lower()
    return Token(f"{name} is not JSON", f'write {{"float": "{tag}"}}, or null for NaN in an array')


def _whole(digits: str) -> int | Token:
    try:
        return int(digits)
    except ValueError:
        return Token(f"a whole number of {len(digits):,} digits", "write a number that is meant")


def _error(reason: str, repair: str, line: int | None = None) -> InputError:
    return InputError([Fault("$", reason, repair, line=line)])


def _broken(error: json.JSONDecodeError) -> InputError:
    if error.msg.startswith("Extra data"):
        reason, repair = "something follows the end of the document", "remove it"
    elif error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
        reason, repair = "the text breaks off before its end", "use the complete file"
    else:
        reason = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        repair = "correct the text there"
    return _error(f"{reason} (column {error.colno})", repair, error.lineno)


def _flat(tree: Any) -> bool:
    """Whether nothing in it is nested; looked at by the whole, not element by element."""
    members = tree.values() if isinstance(tree, Mapping) else tree
    return {dict, list}.isdisjoint(map(type, members))


def _pretty(tree: Any, step: str, margin: str) -> str:
    """Text over several lines; ``margin`` is the line break and the spaces after it."""
    if not isinstance(tree, dict | list):
        return json.dumps(tree, ensure_ascii=False, allow_nan=False)
    if _flat(tree):
        line = json.dumps(tree, ensure_ascii=False, allow_nan=False)
        if isinstance(tree, list) or len(line) + len(margin) < _WIDTH:
            return line
    inner = margin + step
    if isinstance(tree, dict):
        parts = [
            f"{json.dumps(name, ensure_ascii=False)}: {_pretty(member, step, inner)}"
            for name, member in tree.items()
        ]
        return f"{{{inner}{f',{inner}'.join(parts)}{margin}}}"
    parts = [_pretty(member, step, inner) for member in tree]
    return f"[{inner}{f',{inner}'.join(parts)}{margin}]"
