"""Small pieces of the page that several sections use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light, Mark
from cascade_kpi.reporting.wording import STEP

__all__ = ["Cell", "data_table", "light_mark", "name", "section", "symbol", "unseen", "who"]

Cell = Element | str


def unseen(words: str) -> Element:
    """Words for those who listen to the page."""
    return el("span", words, cls="unseen")


def name(words: str) -> Element:
    """A name from data, set apart so that its writing direction stays its own."""
    return el("bdi", words)


def symbol(light: Mark) -> Element:
    """A light's shape, with its words for those who listen."""
    return el(
        "span",
        el("span", light.symbol, aria_hidden="true"),
        unseen(light.words),
        cls=f"light {light.key}",
        title=light.words,
    )


def light_mark(light: Light) -> Element:
    """A light's shape and words."""
    return el(
        "span",
        el("span", light.symbol, cls=f"light {light.key}", aria_hidden="true"),
        " ",
        light.words,
        cls="mark",
    )


def who(trail: Sequence[str], label: str, kind: str) -> Element:
    """A node by its path, its name and its kind."""
    steps = [el("span", name(step), STEP, cls="trail") for step in trail]
    small = el("small", " ", name(kind)) if kind else None
    return el("span", steps, el("b", name(label)), small, cls="who")


def section(key: str, title: str, *children: Element | None) -> Element:
    """A section with its heading, for links within the page."""
    heading = el("h2", title, id=f"{key}-title")
    return el("section", heading, children, id=key, aria_labelledby=f"{key}-title")


def data_table(
    heads: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    *,
    words: str,
    numbers: Iterable[int] = (),
    cls: str | None = None,
) -> Element:
    """A table in a box of its own.

    On a narrow screen it scrolls in its box, or, with ``cls="stacks"``, its
    rows become blocks, where each cell brings its column's heading.

    Parameters
    ----------
    heads : sequence of str or Element
    rows : iterable of sequences of Element or str
        The first cell of a row is its header.
    words : str
        What the table shows, for those who listen.
    numbers : iterable of int
        Columns of numbers, set to the right.
    """
    right = set(numbers)
    kinds = ["num" if i in right else None for i in range(len(heads))]
    told = [head if isinstance(head, str) else None for head in heads]
    tops = (
        el("th", head if words is None else name(words), scope="col", cls=kind)
        for head, words, kind in zip(heads, told, kinds, strict=True)
    )
    body = []
    for first, *rest in rows:
        cells = (
            el("td", c, cls=kind, data_head=shown)
            for c, shown, kind in zip(rest, told[1:], kinds[1:], strict=True)
        )
        body.append(el("tr", el("th", first, scope="row"), cells))
    inner = el(
        "table",
        el("caption", words, cls="unseen"),
        el("thead", el("tr", tops)),
        el("tbody", body),
        cls=cls,
    )
    return el("div", inner, cls="scroll", role="region", aria_label=words, tabindex=0)
