"""One person's performance plan: what is to be reached, what it is worth, who agreed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._fields import as_tuple, members, not_texts
from cascade_kpi._long import Columns, texts
from cascade_kpi._text import visible
from cascade_kpi.agreements.agreement import Agreement, State
from cascade_kpi.agreements.commitments import commitments_of
from cascade_kpi.agreements.content import Party, PlanContent, PlanItem, Served
from cascade_kpi.agreements.levels import levels_of
from cascade_kpi.agreements.sources import Sources
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.records import record
from cascade_kpi.scoring.items import Item
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.targets.targets import Targets

__all__ = ["PerformancePlan", "performance_plan"]

_OPEN = (State.DRAFT, State.REOPENED)


@frozen
class _Document:
    """What of a plan stands in its JSON record: what it says, and the agreement."""

    content: PlanContent
    agreement: Agreement

    @classmethod
    def of(cls, plan: PerformancePlan) -> _Document:
        """The document of a plan."""
        return cls(plan.content, plan.agreement)

    def make(self) -> PerformancePlan:
        """The plan again, without the stages that it was made from."""
        return PerformancePlan(self.content, self.agreement)


@record("cascade_kpi/performance_plan", written_as=_Document)
@frozen
class PerformancePlan:
    """A performance plan and how far it is agreed. Made by :func:`performance_plan`.

    Parameters
    ----------
    content : PlanContent
    agreement : Agreement
    sources : Sources or None
        The stages that it was made from, for :func:`explain`; None for a plan that was read
        from JSON, which says all that it says without them.

    Raises
    ------
    InputError
        If the agreement is somebody else's, or was made on other content.
    """

    content: PlanContent
    agreement: Agreement
    sources: Sources | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = unlike(self.content, PlanContent, "plan", "performance_plan(…)")
        check(faults + unlike(self.agreement, Agreement, "plan", "Agreement(…)"))
        if self.agreement.employee != self.content.person:
            reason = f"the plan is that of {self.content.person!r}"
            repair = "give the agreement of the same person"
            value = self.agreement.employee
            faults.append(Fault("plan", reason, repair, column="agreement", value=value))
        digest = self.content.digest() if self.agreement.round else ""
        faults += [
            Fault(
                "plan",
                f"it says something else than was {step.state.value} on {step.on}",
                "reopen it, change it with revised(…), and propose it again",
                column="content",
            )
            for step in self.agreement.round
            if step.content != digest
        ][:1]
        check(faults)

    @property
    def state(self) -> State:
        """Where the agreement stands."""
        return self.agreement.state

    def move(self, state: State | str, *, by: Any, on: date, note: str = "") -> PerformancePlan:
        """The plan with one step more; this one stays as it is.

        Parameters
        ----------
        state : State or str
            ``"proposed"``, ``"agreed by employee"``, ``"agreed by manager"``, ``"signed"``,
            ``"refused"`` or ``"reopened"``.
        by : id
            Who takes the step. The name of a node of the tree is written beside it.
        on : date
        note : str

        Raises
        ------
        InputError
            If that may not follow; what may is named.
        """
        name = self.content.name_of(by)
        if not name and self.sources is not None:
            name = self.sources.name_of(by)
        content = self.content.digest()
        step = {"by": by, "on": on, "note": note, "name": name, "content": content}
        return attrs.evolve(self, agreement=self.agreement.add(state, **step))

    def revised(self, other: PerformancePlan) -> PerformancePlan:
        """What another plan of the person says, under the agreement of this one.

        Raises
        ------
        InputError
            If it is neither a draft nor reopened: what was proposed stays as it is.
        """
        check(unlike(other, PerformancePlan, "plan", "performance_plan(…)"))
        if self.state not in _OPEN:
            repair = "have it refused or signed, and reopen it"
            check([Fault("plan", f"it is {self.state.value}", repair, value=self.content.person)])
        return PerformancePlan(other.content, self.agreement, other.sources)

    def table(self) -> Columns:
        """The levels as columns: one row for each KPI and level.

        Returns
        -------
        dict of str to array (m,)
            ``node``; ``item``, as it is called on the scorecard, and its ``kpi``; ``period``,
            ``unit``; ``level``, its name; ``attainment``;
            ``value`` and ``upper``, in the unit; ``points``, ``weight`` and ``worth``.
        """
        rows = [(item, level) for item in self.content.items for level in item.levels]
        n = len(rows)
        person = np.full(n, self.content.person, dtype=object)
        numbers = ("attainment", "value", "upper", "points", "worth")
        return {
            "node": texts(person),
            "item": texts(item.name for item, _ in rows),
            "kpi": texts(item.kpi for item, _ in rows),
            "period": texts([self.content.period] * n),
            "unit": texts(item.unit for item, _ in rows),
            "level": texts(level.name for _, level in rows),
            **{name: np.array([getattr(each, name) for _, each in rows]) for name in numbers},
            "weight": np.array([item.weight for item, _ in rows]),
        }

    def __repr__(self) -> str:
        said = f"{self.content.name}, {self.content.period}: {len(self.content.items)} KPIs"
        return visible(f"<PerformancePlan of {said}, {self.state.value}>")


def performance_plan(
    stage: Targets | Scores,
    person: object,
    scorecard: Scorecard | None = None,
    *,
    duties: Iterable[str] = (),
    alignment: Alignment | None = None,
    commitments: object = None,
    period: str | None = None,
) -> PerformancePlan:
    """One person's performance plan, as a draft.

    Parameters
    ----------
    stage : Targets or Scores
        Where the targets come from.
    person : id
        Of a node that the scorecard has weights for.
    scorecard : Scorecard, optional
        Needed with targets; that of the scores by default.
    duties : iterable of str
        Of the post.
    alignment : Alignment, optional
        Of the same tree: which strategic goals the person's goals serve.
    commitments : any table, optional
        Columns ``commitment`` and, optionally, ``node`` (others than the person are left
        out), ``kpi``, ``value`` with ``unit``, and ``due``, a date.
    period : str, optional
        Needed where there are several.

    Returns
    -------
    PerformancePlan

    Raises
    ------
    InputError
        If there is no such person or period, or the person has no weights; and listing
        every fault of the scorecard, the duties and the commitments.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "li"], "parent": ["", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 200}, periods="2027")
    >>> curve = ck.curves.Piecewise([(0.8, 60), (1, 100), (1.2, 130)], below=0)
    >>> card = ck.Scorecard([ck.Item("sales", curve)], {"sales": 100})
    >>> plan = ck.performance_plan(targets, "li", card, duties=["Look after key accounts"])
    >>> for level in plan.content.items[0].levels:
    ...     print(level.name, level.value, level.points)
    threshold 160.0 60.0
    target 200.0 100.0
    stretch 240.0 130.0
    """
    targets, card = _sources(stage, scorecard)
    faults: list[Fault] = []
    told = members(
        "plan", as_tuple(duties), str, "write each duty as text", faults, column="duties"
    )
    for i, duty in told:
        faults += [attrs.evolve(f, row=i) for f in not_texts("plan", duties=duty)]
    if alignment is not None:
        faults += unlike(alignment, Alignment, "alignment", "align(…)")
    check(faults)
    org = targets.org
    row, p = org.row(person), targets.periods.index(period)
    if alignment is not None and alignment.org != org:
        check([Fault("alignment", "of another tree", "make both with the same OrgTree")])
    above = int(org.parent[row])
    rows, committed = ((), ()) if commitments is None else commitments_of(commitments, org, row)
    sources = Sources(targets, card, row, p, alignment, rows)
    content = PlanContent(
        org.node(row).id,
        str(org.labels[row]),
        str(org.kinds[row]),
        Party(org.node(above).id, str(org.labels[above])) if above >= 0 else None,
        targets.periods.labels[p],
        tuple(duty for _, duty in told),
        _items(sources),
        () if alignment is None else _served(alignment, row),
        committed,
    )
    return PerformancePlan(content, Agreement(content.person), sources)


def _sources(stage: object, scorecard: object) -> tuple[Targets, Scorecard]:
    """The targets, and the scorecard that they are scored by."""
    if isinstance(stage, Scores):
        targets, card = stage.results.targets, stage.scorecard if scorecard is None else scorecard
    else:
        check(unlike(stage, Targets, "stage", "cascade(…), or score(…)"))
        assert isinstance(stage, Targets)  # noqa: S101 - it has been refused
        targets, card = stage, scorecard
    check(unlike(card, Scorecard, "scorecard", "Scorecard(…)"))
    assert isinstance(card, Scorecard)  # noqa: S101 - it has been refused
    card.check_against(targets.kpis, targets.org)
    return targets, card


def _items(sources: Sources) -> tuple[PlanItem, ...]:
    targets, card = sources.targets, sources.scorecard
    if not sources.weights[0]:
        reason = f"the scorecard has no weights for {card.weights.by} {sources.group!r}"
        repair = "weigh its items for them, or ask for somebody else"
        value = targets.org.node(sources.row).id
        check([Fault("plan", reason, repair, value=value)])
    return tuple(_item(sources, i) for i in sources.items)


def _item(sources: Sources, i: int) -> PlanItem:
    item: Item = sources.scorecard.outline.parts[i]
    kpi, target = sources.targets.kpis[item.kpi], sources.target(item.kpi)
    return PlanItem(
        item.name,
        kpi.name,
        kpi.unit,
        kpi.decimals,
        sources.weights[i],
        sources.worth[i],
        target,
        levels_of(item, target, kpi.better, sources.given(item), sources.worth[i]),
        sources.served(kpi.name),
        sources.offer(kpi.name),
    )


def _served(alignment: Alignment, row: int) -> tuple[Served, ...]:
    """Strategic goals by the weight that serves them, the most first, ties by id."""
    served, goals = alignment.served, alignment.goals
    whole = float(alignment.plan_weight[row])
    found = []
    for entry in range(int(served.ends[row]), int(served.ends[row + 1])):
        code = int(served.code[entry])
        if code < len(alignment.strategic):
            goal, weight = int(alignment.strategic[code]), float(served.value[entry])
            share = weight / whole if whole > 0 else math.nan
            found.append(Served(str(goals.ids[goal]), str(goals.title[goal]), weight, share))
    return tuple(sorted(found, key=lambda each: -each.weight))
