"""The improvement plan, person by person and unit by unit."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.plan.improve import Plan, PlannedAction
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, symbol, who
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import STEP, amount, attained, count, day, signed

__all__ = ["Actions", "Finding", "Folder"]


@frozen(eq=False)
class Finding:
    """A KPI that falls short, and what is planned about it, each with its owner's name."""

    light: Light
    actions: tuple[tuple[PlannedAction, str], ...]

    @property
    def evidence(self) -> PlannedAction:
        """Any of the actions: they rest on the same numbers."""
        return self.actions[0][0]


@frozen(eq=False)
class Folder:
    """All that is planned for one node."""

    name: str
    kind: str
    trail: tuple[str, ...]
    findings: tuple[Finding, ...]


@frozen(eq=False)
class Actions:
    """The plan below the node in focus.

    Attributes
    ----------
    whole, shown, nodes : int
        Actions, those that are listed, and nodes that have some.
    kinds : tuple of (action's text, how many)
    """

    view: View
    plan: Plan
    whole: int
    shown: int
    nodes: int
    kinds: tuple[tuple[str, int], ...]
    folders: tuple[Folder, ...]

    @classmethod
    def of(cls, view: View, plan: Plan) -> Actions:
        """The actions that the limits allow: those that answer the greatest losses."""
        which = np.flatnonzero((plan.node >= view.row) & (plan.node < view.end))
        rules, times = np.unique(plan.rule[which], return_counts=True)
        texts: dict[str, int] = {}
        for rule, n in zip(rules.tolist(), times.tolist(), strict=True):
            text = plan.playbook.action(plan.playbook.rules[rule].action).text
            texts[text] = texts.get(text, 0) + n
        kinds = sorted(texts.items(), key=lambda item: -item[1])
        most = view.limits.names
        if len(kinds) > most:
            rest = kinds[most:]
            others = f"{count(len(rest), 'other action')} of the playbook"
            kinds = [*kinds[:most], (others, sum(n for _, n in rest))]
        nodes = len(np.unique(plan.node[which]))
        shown = _dearest(view, plan, which)
        folders = _folders(view, plan, shown)
        return cls(view, plan, len(which), len(shown), nodes, tuple(kinds), folders)

    @property
    def lead(self) -> str:
        """How much is planned for how many."""
        if not self.whole:
            return f"No action is planned for {self.plan.period}: no rule of the playbook applies."
        people = count(self.nodes, "person or unit", "people and units")
        lead = f"{count(self.whole, 'action')} for {people}, answering the gaps of "
        lead += f"{self.plan.period}, from {day(self.plan.start)} on."
        if self.shown < self.whole:
            lead += f" The {self.shown:,} that answer the greatest losses of points are listed."
        return lead

    def _evidence(self, action: PlannedAction) -> str:
        """Result against target, what is lacking, and what it costs the total."""
        kpi = self.view.layers.targets.kpis[action.kpi]
        off = signed(action.shortfall, kpi.unit, kpi.decimals).removeprefix("+")
        return (
            f"{amount(kpi, action.actual)} against {amount(kpi, action.level)} "
            f"({attained(action.attainment)}): off by {off}, "
            f"{self.view.in_points(action.points, '+')} points to the total"
        )

    def _level(self, action: PlannedAction) -> str:
        kpi = self.view.layers.targets.kpis[action.kpi]
        return f"{action.kpi} {amount(kpi, action.level)}, the target of {action.period}"

    # -- HTML -------------------------------------------------------------------

    def html(self) -> list[Element]:
        """The actions in use, then a block for each person or unit."""
        parts = [el("p", self.lead, cls="lead small")]
        if self.kinds:
            rows: list[list[Cell]] = [[name(text), f"{n:,}"] for text, n in self.kinds]
            words = "How often each action is planned"
            parts.append(data_table(["action", "times"], rows, words=words, numbers=(1,)))
        return [*parts, el("div", (self._folder(f) for f in self.folders), cls="folders")]

    def _folder(self, folder: Folder) -> Element:
        heading = el("h3", who(folder.trail, folder.name, folder.kind))
        findings = (self._finding(finding) for finding in folder.findings)
        return el("article", heading, el("ul", findings), cls="folder")

    def _finding(self, finding: Finding) -> Element:
        evidence = finding.evidence
        fact = el(
            "p",
            symbol(finding.light),
            " ",
            el("b", name(evidence.kpi)),
            f" {self._evidence(evidence)}",
            cls="fact",
        )
        return el("li", fact, (self._action(*action) for action in finding.actions))

    def _action(self, action: PlannedAction, owner: str) -> Element:
        terms = (
            ("owner", owner),
            ("due", day(action.due)),
            ("reach", self._level(action)),
            ("why", action.why),
        )
        pairs = (el("div", el("dt", term), el("dd", name(told))) for term, told in terms)
        return el("div", el("p", name(action.text), cls="todo"), el("dl", pairs), cls="action")

    # -- Markdown ---------------------------------------------------------------

    def markdown(self) -> list[str]:
        """A heading and a table for each person or unit."""
        lines = [md.text(self.lead), ""]
        heads = ["deficiency", "action", "reach", "owner", "due", "why"]
        for folder in self.folders:
            kind = f" ({folder.kind})" if folder.kind else ""
            lines += md.heading(3, STEP.join((*folder.trail, folder.name)) + kind)
            rows = [
                [
                    f"{finding.light.symbol} {action.kpi} {self._evidence(action)}",
                    action.text,
                    self._level(action),
                    owner,
                    day(action.due),
                    action.why,
                ]
                for finding in folder.findings
                for action, owner in finding.actions
            ]
            lines += md.table(heads, rows)
        return lines


def _dearest(view: View, plan: Plan, which: IntArray) -> IntArray:
    """Positions of the actions that are listed, in the plan's order."""
    most = view.limits.actions
    if len(which) <= most:
        return which
    lost = np.full(len(which), np.nan)
    for column in view.columns:
        rules = [r for r, rule in enumerate(plan.playbook.rules) if rule.kpi == column.kpi.name]
        mine = np.isin(plan.rule[which], rules)
        lost[mine] = column.lost[plan.node[which[mine]]]
    return np.sort(which[np.argsort(lost, kind="stable")[:most]])


def _folders(view: View, plan: Plan, which: IntArray) -> tuple[Folder, ...]:
    found: dict[int, dict[str, list[tuple[PlannedAction, str]]]] = {}
    for i, action in zip(which.tolist(), plan.rows(which), strict=True):
        by_kpi = found.setdefault(int(plan.node[i]), {})
        by_kpi.setdefault(action.kpi, []).append((action, view.name(int(plan.owner[i]))))
    return tuple(
        Folder(
            view.name(row),
            str(view.org.kinds[row]),
            view.trail(row),
            tuple(
                Finding(view.lights(actions[0][0].attainment), tuple(actions))
                for actions in by_kpi.values()
            ),
        )
        for row, by_kpi in found.items()
    )
