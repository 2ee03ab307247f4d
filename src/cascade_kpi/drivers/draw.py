"""Driver trees as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cascade_kpi._text import visible

__all__ = ["draw_tree"]


def draw_tree(
    tops: Iterable[str],
    below: Callable[[str], tuple[str, ...]],
    told: Callable[[str], str],
    *,
    limit: int,
) -> str:
    """One line a name, with the branches drawn in front; what was drawn before is not repeated.

    Parameters
    ----------
    tops : iterable of str
    below : callable (name) -> names that it is made of
    told : callable (name) -> its line
    limit : int
        Most lines.
    """
    lines: list[str] = []
    drawn: set[str] = set()
    waiting = [(name, "", "") for name in reversed(list(tops))]
    while waiting:
        if len(lines) >= limit:
            lines.append("…")
            break
        name, branch, margin = waiting.pop()
        under = below(name)
        again = name in drawn and bool(under)
        drawn.add(name)
        lines.append(f"{branch}{visible(told(name))}{', as above' if again else ''}")
        last = len(under) - 1
        for i in reversed(range(len(under))):
            if not again:
                ends = i == last
                step = "└─ " if ends else "├─ "
                waiting.append((under[i], margin + step, margin + ("   " if ends else "│  ")))
    return "\n".join(lines)
