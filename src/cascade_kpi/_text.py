"""Text that is shown to people: nothing in it may hide or reorder anything."""

from __future__ import annotations

import unicodedata

__all__ = ["count", "percent", "plain", "visible"]

# They join letters in Persian, Indic scripts and emoji, and reorder nothing.
_JOINERS = "\u200c\u200d"


def visible(text: str, keep: str = "") -> str:
    r"""The text with every character that would not show written as an escape.

    Line breaks, controls, bidirectional marks, lone surrogates and unassigned
    code points become ``\u202e`` and the like, so that a name can neither
    break nor reorder the lines around it; spaces of any kind stay.

    Parameters
    ----------
    text : str
    keep : str
        Further characters that stay as they are.

    Examples
    --------
    >>> print(visible("Ann" + chr(0x202E) + "Wu"))
    Ann\u202eWu
    """
    if text.isprintable():
        return text
    return "".join(
        c
        if c.isprintable() or c in _JOINERS or c in keep or unicodedata.category(c) == "Zs"
        else _escape(c)
        for c in text
    )


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def plain(value: float) -> str:
    """A number as it was written, up to twelve digits: ``1,234,567`` or ``0.955``."""
    return f"{value:,.12g}"


def percent(share: float) -> str:
    """A share as a percentage, as it was written: ``95.5 %``."""
    return f"{share * 100:,.10g} %"


def count(n: int, one: str, many: str | None = None) -> str:
    """A number of things: "1 unit", "1,200 units"."""
    return f"{n:,} {one if n == 1 else (many or one + 's')}"
