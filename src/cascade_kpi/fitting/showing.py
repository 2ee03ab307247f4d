"""Tables that were made, as text, as columns and as a small picture."""

from __future__ import annotations

import html

import numpy as np

from cascade_kpi._long import Columns
from cascade_kpi._text import plain, visible
from cascade_kpi.fitting.problem import Made

__all__ = ["heat_table", "long_form", "told_as"]

_SHOWN = 12  # rows and columns
_DARKEST = 0.45  # opacity


def long_form(made: Made, constants: dict[str, str]) -> Columns:
    """The table in the long form; axes without names as ``axis 0`` and so on."""
    return made.problem.labelled.table(made.values, **constants)


def told_as(made: Made, *words: str) -> str:
    """A line of text: the kind, the axes and what else there is to say."""
    axes = made.problem.labelled
    sizes = " × ".join(f"{name} {n:,}" for name, n in zip(axes.names, axes.shape, strict=True))
    return visible(f"<{type(made).__name__} of {', '.join((sizes, *words))}>")


def heat_table(made: Made) -> str:
    """A small table for notebooks: darker where a cell holds more, sums beside.

    Of three and more axes, the sums over all but the first two.
    """
    axes = made.problem.labelled
    rows, *others = axes.labels.values()
    table = np.asarray(made.values).reshape(len(rows), len(others[0]) if others else 1, -1)
    table = table.sum(axis=2)
    columns = list(map(str, others[0])) if others else ["value"]
    more = ["…"] if len(columns) > _SHOWN else []
    shown = table[:_SHOWN, :_SHOWN]
    most = float(np.abs(shown).max(initial=0.0)) or 1.0
    heads = [" × ".join(axes.names[:2]), *columns[:_SHOWN], *more, "Σ"]
    lines = ["".join(_tag("th", head) for head in heads)]
    for label, cells, total in zip(rows, shown.tolist(), table.sum(axis=1).tolist(), strict=False):
        line = [_tag("th", label), *(_tag("td", _short(x), abs(x) / most) for x in cells)]
        lines.append("".join([*line, *(_tag("td", x) for x in (*more, _short(total)))]))
    if len(rows) > _SHOWN:
        lines.append(_tag("th", f"… and {len(rows) - _SHOWN:,} more"))
    ends = ["Σ", *map(_short, table.sum(axis=0)[:_SHOWN].tolist()), *more, _short(table.sum())]
    lines.append("".join(_tag("th", end) for end in ends))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<div>{html.escape(repr(made))}<table>{body}</table></div>"


def _tag(kind: str, content: object, heat: float = 0.0) -> str:
    style = "text-align:right" if kind == "td" else ""
    style += f";background:rgba(31,119,180,{_DARKEST * heat:.2f})" if heat else ""
    written = f' style="{style}"' if style else ""
    return f"<{kind}{written}>{html.escape(visible(str(content)))}</{kind}>"


def _short(value: float) -> str:
    """A number of six digits at most."""
    return plain(float(f"{value:.6g}"))
