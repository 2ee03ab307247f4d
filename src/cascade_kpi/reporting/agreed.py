"""The page of a performance plan: what is read at the talk, and signed."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import frozen

from cascade_kpi._text import plain
from cascade_kpi.agreements.agreement import State, Step
from cascade_kpi.agreements.commitments import Commitment
from cascade_kpi.agreements.content import PlanContent, PlanItem
from cascade_kpi.agreements.levels import Level
from cascade_kpi.agreements.performance_plan import PerformancePlan
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import day, percent, points

__all__ = ["plan_page"]

_ABSENT = "–"
_LEVELS = ("threshold", "target", "stretch")


def plan_page(plan: PerformancePlan, title: str) -> Page:
    """The sections that the plan has something for, the agreement last."""
    content = plan.content
    sections: list[tuple[str, str, tuple[Section, ...]]] = []
    sections.append(("kpis", "What is to be reached", (Levels(content),)))
    if content.serves:
        sections.append(("serves", "Goals served", (_serves(plan),)))
    if _others(content):
        some = len(_others(content)) < len(content.commitments)
        heading = "Further commitments" if some else "Commitments"
        sections.append(("commitments", heading, (_commitments(content),)))
    if content.duties:
        sections.append(("duties", "Duties", (Notes(content.duties),)))
    sections.append(("agreement", "Agreement", (Signatures(plan), _steps(plan))))
    manager = f"reports to {content.manager.name}" if content.manager else ""
    parts = (content.name, content.post, content.period, manager, plan.state.value)
    return Page(title, " · ".join(filter(None, parts)), tuple(sections), "Performance plan")


# ------------------------------------------------------------------------- KPIs


@frozen(eq=False)
class Reach:
    """A level as it is read: what is to be reached, and what that pays."""

    value: str
    worth: str

    @classmethod
    def of(cls, item: PlanItem, level: Level | None) -> Reach:
        """The words for a level; a dash where the KPI has none, or none that can be reached."""
        if level is None or _beyond(item, level):
            return cls(_ABSENT, "")
        return cls(_value(item, level), f"{points(level.worth)} points")

    @property
    def cell(self) -> Cell:
        """For a page: the amount, and below it what it pays."""
        if not self.worth:
            return self.value
        return el(
            "span",
            el("span", name(self.value), cls="row"),
            el("small", self.worth, cls="row"),
        )

    @property
    def text(self) -> str:
        """The same on one line."""
        return f"{self.value} ({self.worth})" if self.worth else self.value


@frozen(eq=False)
class Levels:
    """One row a KPI: its weight, its levels with what each pays, what it serves, what is promised.

    Attributes
    ----------
    content : PlanContent
    """

    content: PlanContent

    @property
    def _named(self) -> tuple[str, ...]:
        """The columns of levels: those that any KPI has."""
        items = self.content.items
        return tuple(n for n in _LEVELS if any(item.level(n) for item in items))

    @property
    def _extra(self) -> tuple[str, ...]:
        """The further columns, as far as any KPI has something for them."""
        items = self.content.items
        told = {
            "further levels": any(_between(item) for item in items),
            "serves": any(item.serves for item in items),
            "commitment": any(self._promised(item) for item in items),
        }
        return tuple(what for what, there in told.items() if there)

    def _told(self, item: PlanItem, what: str) -> list[str]:
        """The words of a further column, line by line."""
        found = {"further levels": _between, "commitment": self._promised}
        told = found[what](item) if what in found else list(item.serves)
        return told or [_ABSENT]

    def _promised(self, item: PlanItem) -> list[str]:
        """What was offered of a KPI, and what the person commits to."""
        offered = []
        if not math.isnan(item.offer):
            offered.append(f"offered {_number(item, item.offer)} {item.unit}")
        mine = [each for each in self.content.commitments if each.kpi == item.kpi]
        return [*offered, *map(_promise, mine)]

    def _weight(self, share: float) -> str:
        whole = round(100 * share, 9)
        return f"{plain(whole)} %" if whole == int(whole) else percent(share)

    def _whole(self) -> str:
        return self._weight(math.fsum(item.share for item in self.content.items))

    def _totals(self) -> list[str]:
        """What the plan pays with every KPI at a level; a dash where one has no such level."""
        found = []
        for level in self._named:
            each = [(item, item.level(level)) for item in self.content.items]
            worths = [at.worth for item, at in each if at is not None and not _beyond(item, at)]
            whole = len(worths) == len(each)
            found.append(f"{points(math.fsum(worths))} points" if whole else _ABSENT)
        return found

    @property
    def _heads(self) -> list[str]:
        return ["KPI", "weight", *self._named, *self._extra]

    def html(self) -> list[Element]:
        """The table, a row for the whole below it."""
        rows: list[list[Cell]] = [
            [
                name(item.name),
                self._weight(item.share),
                *(Reach.of(item, item.level(level)).cell for level in self._named),
                *(
                    el(
                        "span",
                        [el("span", name(line), cls="row") for line in self._told(item, what)],
                    )
                    for what in self._extra
                ),
            ]
            for item in self.content.items
        ]
        if len(rows) > 1:
            rows.append(["all together", self._whole(), *self._totals(), *[""] * len(self._extra)])
        numbers = range(1, 2 + len(self._named))
        words = "What is to be reached, and what each level pays"
        table = data_table(self._heads, rows, words=words, numbers=numbers, cls="stacks")
        return [el("div", table, cls="levels"), el("p", _PAYS, cls="note")]

    def markdown(self) -> list[str]:
        """The same table."""
        rows = [
            [
                item.name,
                self._weight(item.share),
                *(Reach.of(item, item.level(level)).text for level in self._named),
                *("; ".join(self._told(item, what)) for what in self._extra),
            ]
            for item in self.content.items
        ]
        if len(rows) > 1:
            rows.append(["all together", self._whole(), *self._totals(), *[""] * len(self._extra)])
        return [*md.table(self._heads, rows, range(1, 2 + len(self._named))), _PAYS, ""]


_PAYS = "Points are those that a level brings to the total, by the weight of its KPI."


def _beyond(item: PlanItem, level: Level) -> bool:
    """Whether no result reaches a level, although there is a target."""
    return math.isnan(level.value) and not math.isnan(item.target)


def _number(item: PlanItem, value: float) -> str:
    return f"{round(value, item.decimals) + 0.0:,.{item.decimals}f}".replace("-", "−")


def _value(item: PlanItem, level: Level) -> str:
    if math.isnan(level.value):
        return _ABSENT
    if math.isnan(level.upper):
        return f"{_number(item, level.value)} {item.unit}"
    between = " to " if level.name == "target" else " or "
    return f"{_number(item, level.value)}{between}{_number(item, level.upper)} {item.unit}"


def _between(item: PlanItem) -> list[str]:
    """The levels that are neither threshold nor target nor stretch."""
    return [Reach.of(item, level).text for level in item.levels if level.name == "level"]


# ------------------------------------------------------------------ goals, promises


def _serves(plan: PerformancePlan) -> Sheet:
    rows = [(each.title, plain(each.weight), percent(each.share)) for each in plan.content.serves]
    heads = ("goal", "weight", "of the plan")
    return Sheet("Strategic goals served", heads, tuple(rows), (1, 2), 0, "")


def _promise(each: Commitment) -> str:
    """A commitment in words: what, how much, by when."""
    amount = "" if math.isnan(each.value) else f", {plain(each.value)} {each.unit}"
    due = "" if each.due is None else f", by {day(each.due)}"
    return f"{each.text}{amount}{due}"


def _others(content: PlanContent) -> list[Commitment]:
    """The commitments that stand beside none of the KPIs."""
    kpis = {item.kpi for item in content.items}
    return [each for each in content.commitments if each.kpi not in kpis]


def _commitments(content: PlanContent) -> Notes:
    return Notes(tuple(map(_promise, _others(content))))


# ------------------------------------------------------------------------ agreement


@frozen(eq=False)
class Signatures:
    """Where each side signs: who and when, or a line to sign on."""

    plan: PerformancePlan

    def _sides(self) -> Iterable[tuple[str, str, Step | None]]:
        content, agreed = self.plan.content, self.plan.agreement.agreed
        yield "employee", content.name, agreed(State.AGREED_BY_EMPLOYEE)
        manager = content.manager.name if content.manager else ""
        yield "manager", manager, agreed(State.AGREED_BY_MANAGER)

    def _words(self, side: str, who: str, step: Step | None) -> tuple[str, str]:
        """Who signs, and how far they have."""
        if step is None:
            return who or side, "not agreed yet"
        return step.who, f"agreed on {day(step.on)}"

    def html(self) -> list[Element]:
        """Two fields side by side, as at the foot of a letter."""
        fields = []
        for side, known, step in self._sides():
            who, told = self._words(side, known, step)
            cls = "sign-here open" if step is None else "sign-here"
            parts = (el("b", name(who)), el("span", told), el("small", side))
            fields.append(el("div", *(el("p", part) for part in parts), cls=cls))
        state = el("p", "This plan is ", el("b", self.plan.state.value), ".", cls="lead small")
        return [state, el("div", fields, cls="signatures")]

    def markdown(self) -> list[str]:
        """The same as a list."""
        lines = [f"This plan is **{self.plan.state.value}**.", ""]
        for side, known, step in self._sides():
            who, told = self._words(side, known, step)
            lines.append(f"- {md.text(who)} ({side}): {told}")
        return [*lines, ""]


@frozen(eq=False)
class _Steps:
    """The steps of the agreement, under a heading of their own."""

    sheet: Sheet

    def html(self) -> list[Element]:
        """The table."""
        return [el("h3", self.sheet.words), *self.sheet.html()]

    def markdown(self) -> list[str]:
        """The same."""
        return [*md.heading(3, self.sheet.words), *self.sheet.markdown()]


def _steps(plan: PerformancePlan) -> _Steps:
    rows = [
        (step.state.value, step.who, day(step.on), step.note or _ABSENT)
        for step in plan.agreement.steps
    ]
    heads, nothing = ("step", "by", "on", "note"), "A draft: nothing has been proposed yet."
    return _Steps(Sheet("Steps so far", heads, tuple(rows), (), 0, nothing))
