"""The report laid out: as one HTML page, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from cascade_kpi.drivers.derive import Derived
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.actions import Actions
from cascade_kpi.reporting.blocks import name, section
from cascade_kpi.reporting.cards import Cards
from cascade_kpi.reporting.changes import Changed
from cascade_kpi.reporting.cushions import Cushions
from cascade_kpi.reporting.drivers import derived_drivers
from cascade_kpi.reporting.elements import Element, el, render, stylesheet
from cascade_kpi.reporting.fairness import Fair
from cascade_kpi.reporting.falls import Falls
from cascade_kpi.reporting.reconciled import Agreed
from cascade_kpi.reporting.rules import Rules
from cascade_kpi.reporting.standing import Standing
from cascade_kpi.reporting.style import CSS
from cascade_kpi.reporting.summary import Summary
from cascade_kpi.reporting.tree import Tree
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import STEP, count

__all__ = ["Page", "Section"]

# Nothing may be fetched and nothing may run; styles stand in the page.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


class Section(Protocol):
    """A part of the page, and the same in Markdown."""

    def html(self) -> Sequence[Element]:
        """Its elements."""
        ...

    def markdown(self) -> list[str]:
        """Its lines."""
        ...


@frozen(eq=False)
class Page:
    """The sections of a report, as far as its stage knows them.

    Attributes
    ----------
    sections : tuple of (key, title, parts)
    about : str
        What stands above the title.
    """

    title: str
    meta: str
    sections: tuple[tuple[str, str, tuple[Section, ...]], ...]
    about: str = "Performance report"

    @classmethod
    def of(cls, view: View, title: str, drivers: Derived | None = None) -> Page:
        """All sections that the view has numbers for."""
        layers = view.layers
        sections: list[tuple[str, str, tuple[Section, ...]]] = [
            ("summary", "Summary", (Summary.of(view), Standing.of(view))),
            ("organisation", "Organisation", (Tree.of(view),)),
            ("scorecards", "Scorecards" if view.knows_scores else "Figures", (Cards.of(view),)),
        ]
        cushions = Cushions.of(view)
        if cushions is not None:
            sections.append(("cushions", "Over-assignment", (cushions,)))
        if drivers is not None:
            tree = derived_drivers(drivers, view.row, view.p, view.lights)
            sections.append(("drivers", "Drivers", (tree,)))
        if layers.fairness is not None:
            sections.insert(1, ("fairness", "Fairness", (Fair.of(view, layers.fairness),)))
        if layers.agreed is not None:
            sections.insert(1, ("agreed", "What was agreed", (Agreed.of(view, layers.agreed),)))
        if layers.changes is not None:
            changed = Changed.of(view, layers.changes, layers.parts)
            sections.insert(1, ("changes", "Who gains, who loses", (changed,)))
        if layers.gaps is not None:
            sections.append(("gaps", "Gaps", (Falls.of(view, layers.gaps),)))
        if layers.plan is not None:
            sections.append(("plan", "Improvement plan", (Actions.of(view, layers.plan),)))
        sections.append(("rules", "Rules and notes", (Rules.of(view),)))
        return cls(title, _meta(view), tuple(sections))

    def html(self) -> str:
        """One page that needs nothing but itself."""
        links = [el("li", el("a", heading, href=f"#{key}")) for key, heading, _ in self.sections]
        body = el(
            "body",
            el(
                "header",
                el("p", self.about, cls="eyebrow"),
                el("h1", name(self.title)),
                el("p", name(self.meta), cls="meta"),
                cls="top",
            ),
            el("nav", el("ul", links), aria_label="Sections"),
            el(
                "main",
                (
                    section(key, heading, *(e for part in parts for e in part.html()))
                    for key, heading, parts in self.sections
                ),
            ),
            el("footer", el("p", "Every number is computed from the tables the report was given.")),
        )
        return "<!DOCTYPE html>\n" + render(el("html", self._head(), body, lang="en"))

    def _head(self) -> Element:
        return el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("meta", name="referrer", content="no-referrer"),
            el("link", rel="icon", href="data:,"),
            el("title", self.title),
            stylesheet(CSS),
        )

    def markdown(self) -> str:
        """The same sections as Markdown with tables."""
        lines = [*md.heading(1, self.title), md.text(self.meta), ""]
        for _, heading, parts in self.sections:
            lines += md.heading(2, heading)
            for part in parts:
                lines += part.markdown()
        return "\n".join(lines).rstrip() + "\n"


def _meta(view: View) -> str:
    path = [*_above(view), view.name(view.row)]
    nodes = view.end - view.row
    levels = int(view.org.depth[view.row : view.end].max() - view.org.depth[view.row]) + 1
    when = f"{view.period} of {view.whole}" if view.whole else view.period
    parts = [STEP.join(path), when, view.many(nodes), count(levels, "level")]
    roots = len(view.org.roots)
    if roots > 1:
        parts.append(f"one of {roots:,} trees")
    return " · ".join(parts)


def _above(view: View) -> list[str]:
    """Names from the root to the parent of the node in focus, the nearest ones."""
    names: list[str] = []
    above = int(view.org.parent[view.row])
    while above >= 0 and len(names) < 6:
        names.append(view.name(above))
        above = int(view.org.parent[above])
    return [*(["…"] if above >= 0 else []), *reversed(names)]
