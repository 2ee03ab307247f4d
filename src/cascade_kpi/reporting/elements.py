"""HTML and SVG as values: text and attributes are escaped here, and only here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from attrs import frozen

from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check

__all__ = ["Element", "el", "render", "stylesheet"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_VOID = frozenset({"br", "col", "hr", "link", "meta"})
_OUTWARD = frozenset({"href", "src", "srcset", "action", "poster", "data"})
# A line break after these tells nothing to a browser and much to someone who reads the source.
_LINES = frozenset(
    [
        "article",
        "details",
        "div",
        "h1",
        "h2",
        "h3",
        "head",
        "header",
        "li",
        "link",
        "meta",
        "nav",
        "p",
        "section",
        "style",
        "summary",
        "table",
        "tbody",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)


@frozen
class Element:
    """An element with its attributes and children. Made by :func:`el`."""

    tag: str
    attributes: tuple[tuple[str, str | None], ...]
    children: tuple[Element | str, ...]

    def __str__(self) -> str:
        return render(self)


def el(
    tag: str,
    *children: Element | str | Iterable[Element | str | None] | None,
    **attributes: str | float | None,
) -> Element:
    """An element.

    Parameters
    ----------
    tag : str
    *children : Element, str, None, or iterables of these
        Text is data: it is escaped when the element is written. None is left
        out.
    **attributes : str, int, float, True or None
        ``cls`` is written ``class``, an underscore as a hyphen. True makes an
        attribute without a value, None leaves it out.

    Raises
    ------
    InputError
        If a name is not one of HTML, an attribute would run a script, or a
        link leads out of the page.

    Examples
    --------
    >>> print(el("td", "1 < 2 & 3", cls="num", title='"', hidden=True))
    <td class="num" title="&quot;" hidden>1 &lt; 2 &amp; 3</td>
    """
    written = tuple(
        (name, None if value is True else str(value))
        for name, value in ((_written(name), value) for name, value in attributes.items())
        if value is not None and value is not False
    )
    faults = [
        Fault("page", "not a name of HTML", "use letters, digits and hyphens", value=name)
        for name in (tag, *(name for name, _ in written))
        if not _NAME.fullmatch(name) or name.lower().startswith("on") or name.lower() == "script"
    ]
    faults += [
        Fault("page", "a link that leads out of the page", "begin it with #", value=value)
        for name, value in written
        if name.lower() in _OUTWARD and not str(value).startswith(("#", "data:,"))
    ]
    check(faults)
    return Element(tag, written, tuple(_flat(children)))


def stylesheet(css: str) -> Element:
    """A style element. Its text is the program's own: it is not escaped.

    Raises
    ------
    InputError
        If the text could end the element.
    """
    if "<" in css:
        check([Fault("page", "a style sheet with '<' in it", "write it without")])
    return Element("style", (), (css,))


def _written(name: str) -> str:
    return "class" if name == "cls" else name.rstrip("_").replace("_", "-")


def _flat(
    children: Iterable[Element | str | Iterable[Element | str | None] | None],
) -> Iterable[Element | str]:
    for child in children:
        if isinstance(child, Element | str):
            yield child
        elif child is not None:
            yield from (part for part in child if part is not None)


def render(root: Element) -> str:
    """The element as text. A stack rather than recursion: pages may nest deeply."""
    out: list[str] = []
    # What is still to be written, the next last; text that is already markup stands in a tuple.
    stack: list[Element | str | tuple[str]] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            out.append(node[0])
        elif isinstance(node, str):
            out.append(html.escape(visible(node), quote=False))
        else:
            attributes = "".join(
                f" {name}" if value is None else f' {name}="{html.escape(visible(value))}"'
                for name, value in node.attributes
            )
            out.append(f"<{node.tag}{attributes}>")
            line = "\n" if node.tag in _LINES else ""
            if node.tag in _VOID:
                out.append(line)
                continue
            stack.append((f"</{node.tag}>{line}",))
            if node.tag == "style":
                out.extend(str(child) for child in node.children)
            else:
                stack.extend(reversed(node.children))
    return "".join(out)
