"""Text on paper: how wide it is, and where it breaks."""

from __future__ import annotations

import unicodedata

__all__ = ["wrapped"]


def _em(character: str) -> float:
    """About how wide a character is, in its own size."""
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in " .,:;'!|ijlftI()[]-":
        return 0.4
    return 0.84 if character.isupper() or character in "mw%@" else 0.66


def wrapped(words: str, width: float, size: float, lines: int) -> list[str]:
    """Text broken into at most so many lines of a width, the last with dots if more is left.

    Examples
    --------
    >>> wrapped("Grow revenue from key accounts", 120, 14, 2)
    ['Grow revenue', 'from key…']
    """
    out, line, used = [], "", 0.0
    room = width / size
    for word in words.split():
        wide = sum(map(_em, word))
        if line and used + 0.4 + wide <= room:
            line, used = f"{line} {word}", used + 0.4 + wide
            continue
        if line:
            out.append(line)
        while wide > room:  # a word that is longer than a line is broken where the line ends
            n, used = 0, 0.0
            while n < len(word) and (n == 0 or used + _em(word[n]) <= room):
                used += _em(word[n])
                n += 1
            out.append(word[:n])
            word = word[n:]
            wide = sum(map(_em, word))
        line, used = word, wide
    out += [line] if line else []
    if len(out) <= lines:
        return out
    last = out[lines - 1]
    while last and sum(map(_em, last)) + 0.9 > room:
        last = last[:-1]
    return [*out[: lines - 1], f"{last.rstrip()}…"]
