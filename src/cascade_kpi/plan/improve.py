"""From gaps to an improvement plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask, odd_answers
from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array
from cascade_kpi._long import Columns, same, texts
from cascade_kpi._text import visible
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.plan.playbook import Playbook, Rule

__all__ = ["Plan", "PlannedAction", "improve"]


_EVIDENCE = ("actual", "level", "shortfall", "attainment", "points")


@frozen
class PlannedAction:
    """One action of a plan, with all that it rests on.

    Attributes
    ----------
    node : id
        The person or unit.
    kpi, unit, period : str
        What falls short, in which unit and period.
    actual, level, shortfall : float
        Result, the level to reach (the target), and how far off, in `unit`.
    attainment, points : float
        Pure number; points that the item brings to the total's gap.
    action, text : str
        What is to be done.
    owner : id
    due : date
    why : str
        The rule, in words.
    """

    node: Any
    kpi: str
    unit: str
    period: str
    actual: float
    level: float
    shortfall: float
    attainment: float
    points: float
    action: str
    text: str
    owner: Any
    due: date
    why: str


@frozen(hash=False, repr=False)
class Plan:
    """Planned actions, by node in preorder, then KPI, then rule.

    Attributes
    ----------
    gaps : Gaps
    playbook : Playbook
    period : str
        The period whose gaps the plan answers.
    start : date
    node, rule, owner : int64 array (m,)
        Row of the node, position of the rule, row of the owner.
    """

    gaps: Gaps
    playbook: Playbook
    period: str
    start: date
    node: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    rule: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    owner: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.gaps.org

    def __len__(self) -> int:
        return len(self.node)

    def __iter__(self) -> Iterator[PlannedAction]:
        return iter(self.rows())

    def of(self, node: object) -> tuple[PlannedAction, ...]:
        """The actions planned for one node."""
        row = self.org.row(node)
        return self.rows(np.flatnonzero(self.node == row))

    def rows(self, which: IntArray | None = None) -> tuple[PlannedAction, ...]:
        """Planned actions as objects; for some positions only, if given."""
        which = np.arange(len(self)) if which is None else which
        kpis = {self.playbook.rules[r].kpi for r in set(self.rule[which].tolist())}
        evidence = {kpi: self._evidence(kpi) for kpi in kpis}
        return tuple(self._row(i, evidence) for i in which.tolist())

    def _evidence(self, kpi: str) -> tuple[FloatArray, ...]:
        """What the actions for a KPI rest on, float64 (n,) each, as `_EVIDENCE` names them."""
        p, results = self.gaps.periods.index(self.period), self.gaps.scores.results
        return (
            results.of(kpi)[p],
            results.counted_target(kpi)[p],
            self.gaps.shortfall(kpi)[p],
            self.gaps.scores.attainment(kpi)[p],
            self.gaps.in_points(kpi)[p],
        )

    def _row(self, i: int, evidence: dict[str, tuple[Any, ...]]) -> PlannedAction:
        row, rule = int(self.node[i]), self.playbook.rules[int(self.rule[i])]
        action = self.playbook.action(rule.action)
        actual, level, short, attained, points = (float(a[row]) for a in evidence[rule.kpi])
        ids = self.org.ids[[row, int(self.owner[i])]].tolist()
        return PlannedAction(
            node=ids[0],
            kpi=rule.kpi,
            unit=self.gaps.kpis[rule.kpi].unit,
            period=self.period,
            actual=actual,
            level=level,
            shortfall=short,
            attainment=attained,
            points=points,
            action=action.name,
            text=action.text,
            owner=ids[1],
            due=self.start + timedelta(days=action.days),
            why=f"{rule.kpi}: {rule.when.words()}",
        )

    def table(self) -> Columns:
        """The plan as columns: one row an action, in the order of the plan.

        Returns
        -------
        dict of str to array (m,)
            The attributes of :class:`PlannedAction`, by their names: ids, texts,
            float64, and `due` as datetime64[D].
        """
        rules = self.playbook.rules
        actions = [self.playbook.action(rule.action) for rule in rules]
        days = np.array([action.days for action in actions], dtype="timedelta64[D]")
        ids, start = self.org.ids, np.datetime64(self.start)
        evidence = self._numbers()

        def told(values: Iterable[str]) -> NDArray[Any]:
            return texts(np.array(list(values), dtype=object)[self.rule])

        return {
            "node": texts(ids[self.node]),
            "kpi": told(rule.kpi for rule in rules),
            "unit": told(self.gaps.kpis[rule.kpi].unit for rule in rules),
            "period": same([self.period], [len(self)]),
            **dict(zip(_EVIDENCE, evidence, strict=True)),
            "action": told(action.name for action in actions),
            "text": told(action.text for action in actions),
            "owner": texts(ids[self.owner]),
            "due": start + days[self.rule],
            "why": told(f"{rule.kpi}: {rule.when.words()}" for rule in rules),
        }

    def _numbers(self) -> NDArray[np.float64]:
        """The evidence of every planned action, float64 (5, m)."""
        out = np.empty((len(_EVIDENCE), len(self)))
        kpi_of = np.array([self.gaps.kpis.index(rule.kpi) for rule in self.playbook.rules])
        for k in np.unique(kpi_of[self.rule]).tolist() if len(self) else ():
            mine = kpi_of[self.rule] == k
            for row, numbers in zip(out, self._evidence(self.gaps.kpis.names[k]), strict=True):
                row[mine] = numbers[self.node[mine]]
        return out

    def __repr__(self) -> str:
        people = len(np.unique(self.node))
        return visible(
            f"<Plan {len(self):,} actions for {people:,} nodes, {self.period}, from {self.start}>"
        )

    def __hash__(self) -> int:
        return fingerprint((hash(self.gaps), self.period, str(self.start), self.node, self.rule))


def improve(gaps: Gaps, playbook: Playbook, *, start: date, period: str | None = None) -> Plan:
    """Choose an action wherever a rule's condition holds.

    Where several rules choose the same action for the same node and KPI, the
    first of them counts.

    Parameters
    ----------
    gaps : Gaps
    playbook : Playbook
    start : date
        Day from which the actions' days count.
    period : str, optional
        Whose gaps are answered; the last period by default.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        Listing rules for unknown KPIs or kinds, and nodes above which there
        is no owner of the kind that an action wants.
    """
    faults = unlike(gaps, Gaps, "gaps", "gaps(…)")
    faults += unlike(playbook, Playbook, "playbook", "Playbook(…)")
    if isinstance(start, datetime) or not isinstance(start, date):
        repair = "pass datetime.date(2026, 7, 1)"
        faults.append(Fault("plan", "start is not a date", repair, column="start", value=start))
    check(faults)
    label = gaps.periods.labels[-1] if period is None else period
    p = gaps.periods.index(label)
    _check_rules(gaps, playbook)
    chosen: dict[tuple[str, str], np.ndarray[Any, Any]] = {}
    nodes, rules = [], []
    for r, rule in enumerate(playbook.rules):
        holds = _where(gaps, rule)[p]
        if rule.kinds:
            codes = [gaps.org.kind_code(kind) for kind in rule.kinds]
            holds &= np.isin(gaps.org.kind_codes, codes)
        before = chosen.setdefault((rule.kpi, rule.action), np.zeros(len(holds), dtype=bool))
        rows = np.flatnonzero(holds & ~before)
        before |= holds
        nodes.append(rows)
        rules.append(np.full(len(rows), r))
    node = np.concatenate([np.zeros(0, dtype=np.int64), *nodes])
    rule_of = np.concatenate([np.zeros(0, dtype=np.int64), *rules])
    kpi_of = np.array([gaps.kpis.index(rule.kpi) for rule in playbook.rules], dtype=np.int64)
    order = np.lexsort((rule_of, kpi_of[rule_of], node))
    node, rule_of = node[order], rule_of[order]
    return Plan(
        gaps, playbook, label, start, node, rule_of, _owners(gaps.org, playbook, node, rule_of)
    )


def _where(gaps: Gaps, rule: Rule) -> NDArray[np.bool_]:
    """Where a rule's condition holds, once its answer is found to be one."""
    shape = (len(gaps.periods), len(gaps.org))
    answers = []

    def tried() -> None:
        asked = ask("the condition", rule.when, gaps, rule.kpi, dtype=np.bool_, shape=shape)
        answers.append(np.array(asked))
        words = rule.when.words()
        if not isinstance(words, str) or not words.strip():
            raise OddAnswer(f"the condition has {words!r} for its words")

    repair = f"answer truth values of shape {shape}, and words; testing.check_condition tells more"
    check(odd_answers("rule", rule.kpi, rule.when, tried, repair))
    return answers[0]


def _check_rules(gaps: Gaps, playbook: Playbook) -> None:
    items = list(gaps.scores.kpi_items)
    faults = [
        Fault(
            "playbook", f"rule {r}: no item of this KPI", suggest(rule.kpi, items), value=rule.kpi
        )
        for r, rule in enumerate(playbook.rules)
        if rule.kpi not in items
    ]
    kinds = gaps.org.kind_names
    faults += [
        Fault("playbook", f"rule {r}: no node is of this kind", suggest(kind, kinds), value=kind)
        for r, rule in enumerate(playbook.rules)
        for kind in rule.kinds
        if kind not in kinds
    ]
    faults += [
        Fault(
            "playbook",
            f"the owner of {action.name!r} is no kind of node",
            suggest(action.owner, ["self", "parent", *kinds]),
            value=action.owner,
        )
        for action in playbook.actions
        if action.owner not in ("self", "parent", *kinds)
    ]
    check(faults)


def _owners(org: OrgTree, playbook: Playbook, node: IntArray, rule: IntArray) -> IntArray:
    """Row of the owner of every planned action."""
    owner = node.copy()
    faults = []
    for r, item in enumerate(playbook.rules):
        action = playbook.action(item.action)
        mine = np.flatnonzero(rule == r)
        if action.owner == "self" or not len(mine):
            continue
        rows = node[mine]
        if action.owner == "parent":
            owner[mine] = np.where(org.parent[rows] < 0, rows, org.parent[rows])
            continue
        found = _nearest(org, org.kind_code(action.owner))[rows]
        owner[mine] = found
        for row in rows[found < 0].tolist():
            reason = f"no {action.owner!r} at or above it to own {action.name!r}"
            repair = "name another owner, or limit the rule to other kinds"
            faults.append(Fault("playbook", reason, repair, value=org.ids[row]))
    check(faults)
    return owner


def _nearest(org: OrgTree, kind: int) -> IntArray:
    """Row of the nearest node of a kind at or above every node; -1 for none."""
    nearest = np.where(org.kind_codes == kind, np.arange(len(org)), -1)
    for block in org.layout.down():
        above = nearest[block.parents]
        nearest[block.rows] = np.where(nearest[block.rows] < 0, above, nearest[block.rows])
    return nearest
