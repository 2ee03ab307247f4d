"""Markdown from data: every character that Markdown would read is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cascade_kpi._text import visible

__all__ = ["cell", "heading", "table", "text"]

# Emphasis, code, links, HTML, tables, strikethrough, entities, mathematics, mentions, headings.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&$@#!{}])")
# What makes a list, a rule or an underlined heading, but only at the beginning of a line.
_LEADING = re.compile(r"^(?:([-+=:])|(\d+)([.)](?=\s|$)))")
# Addresses that GitHub would make into links.
_ADDRESS = re.compile(r"(?i)(\bwww)(\.)|(\b(?:https?|ftp|mailto|xmpp))(:)")


def cell(data: str) -> str:
    r"""Data as Markdown that shows it as it is, within a line.

    Examples
    --------
    >>> print(cell("a|b *c*"))
    a\|b \*c\*
    """
    shown = _SPECIAL.sub(r"\\\1", visible(data)).strip()
    return _ADDRESS.sub(lambda m: f"{m[1] or m[3]}\\{m[2] or m[4]}", shown)


def text(data: str) -> str:
    r"""Data as Markdown that shows it as it is, at the beginning of a line.

    Examples
    --------
    >>> print(text("1. Ann"))
    1\. Ann
    """
    return _LEADING.sub(_escaped_lead, cell(data))


def _escaped_lead(match: re.Match[str]) -> str:
    sign, digits, dot = match.groups()
    return f"\\{sign}" if sign else f"{digits}\\{dot}"


def heading(level: int, data: str) -> list[str]:
    """A heading with a line between it and what follows."""
    return [f"{'#' * level} {text(data)}", ""]


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()
) -> list[str]:
    """A table of data, every cell escaped.

    Parameters
    ----------
    headers : sequence of str
    rows : iterable of sequences of str
    numbers : iterable of int
        Columns that are set to the right.
    """
    right = set(numbers)
    rule = ["---:" if i in right else "---" for i in range(len(headers))]
    lines = [_row(map(cell, headers)), _row(rule)]
    lines += [_row(map(cell, row)) for row in rows]
    return [*lines, ""]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
