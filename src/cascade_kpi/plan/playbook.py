"""The user's playbook: actions, and the rules that choose among them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._fields import as_texts, as_tuple, is_a, members, not_texts, not_whole, repeated
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.plan.conditions import Condition
from cascade_kpi.records import record
from cascade_kpi.tables import Table, take

__all__ = ["Action", "Playbook", "Rule"]

_LONGEST = 3650
_DAYS = f"days are a whole number from 0 to {_LONGEST}"


@record("cascade_kpi/action")
@frozen
class Action:
    """Something that can be done about a gap.

    Parameters
    ----------
    name : str
        Its key in the playbook.
    text : str
        What is to be done, as people read it.
    owner : str
        Who sees to it: ``"self"``, ``"parent"`` (a root is its own), or a
        kind, meaning the nearest node of that kind from the node upwards.
    days : int
        Days from the start of the plan until it is due.
    """

    name: str
    text: str
    owner: str = "self"
    days: int = 30

    def __attrs_post_init__(self) -> None:
        faults = not_texts("action", name=self.name, text=self.text, owner=self.owner)
        check(faults + not_whole("action", 0, _LONGEST, days=self.days))


@record("cascade_kpi/rule")
@frozen
class Rule:
    """Where a condition on a KPI's gap holds, an action is planned.

    Parameters
    ----------
    kpi : str
    when : Condition
    action : str
        Name of an action of the playbook.
    kinds : str or iterable of str
        Kinds of node it is for; all kinds if empty.
    """

    kpi: str
    when: Condition
    action: str
    kinds: tuple[str, ...] = field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("rule", kpi=self.kpi, action=self.action)
        if not is_a(self.when, Condition):
            repair = "use one of cascade_kpi.conditions, or an object with its methods"
            faults.append(Fault("rule", "not a condition", repair, column="when", value=self.when))
        members("rule", self.kinds, str, "name each kind as text", faults, column="kinds")
        check(faults)


def _filled(data: Table, column: str, faults: list[Fault]) -> NDArray[np.object_]:
    """Texts, with a fault for each that is blank."""
    before = len(faults)
    texts = data.texts(column, faults)
    told = {fault.row for fault in faults[before:]}
    if data.has(column):
        faults.extend(
            data.fault("blank", "fill it in", row=row, column=column)
            for row, text in enumerate(texts.tolist())
            if not text.strip() and row not in told
        )
    return texts


@record("cascade_kpi/playbook")
@frozen
class Playbook:
    """Actions, and rules that choose them, first rule first.

    Raises
    ------
    InputError
        Listing actions of the same name and rules that name no action.

    Examples
    --------
    >>> from cascade_kpi.plan.conditions import AttainmentBelow
    >>> playbook = Playbook.from_table(
    ...     {"action": ["visits"], "text": ["Two joint visits a week"], "owner": ["team"]},
    ...     rules=[Rule("revenue", AttainmentBelow(0.9), "visits", kinds="person")],
    ... )
    >>> playbook.action("visits").owner
    'team'
    """

    actions: tuple[Action, ...] = field(converter=as_tuple)
    rules: tuple[Rule, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        make = "make it with Action(…)"
        actions = members("playbook", self.actions, Action, make, faults, column="actions")
        names = [action.name for _, action in actions]
        known = None if faults else names  # an action that is none may have any name
        faults += [
            Fault("playbook", "two actions of one name", "rename one", value=name)
            for name in repeated(names)
        ]
        make = "make it with Rule(…)"
        for i, rule in members("playbook", self.rules, Rule, make, faults, column="rules"):
            if known is not None and rule.action not in known:
                reason, repair = f"rule {i} names no action", suggest(rule.action, known)
                faults.append(Fault("playbook", reason, repair, value=rule.action))
        check(faults)

    @classmethod
    def from_table(
        cls, table: object, *, rules: Iterable[Rule], name: str = "playbook"
    ) -> Playbook:
        """A playbook from a table of actions.

        Parameters
        ----------
        table : any table
            Columns ``action`` and ``text``, and, optionally, ``owner`` and
            ``days``.
        rules : iterable of Rule

        Raises
        ------
        InputError
            With every fault of the table.
        """
        data = take(table, name=name)
        faults: list[Fault] = []
        names, texts = _filled(data, "action", faults), _filled(data, "text", faults)
        owners = data.texts("owner", faults) if data.has("owner") else np.full(data.n, "")
        days = data.numbers("days", faults) if data.has("days") else np.full(data.n, np.nan)
        told = {fault.row for fault in faults if fault.column == "days"}
        sound = np.isnan(days) | ((days == np.rint(days)) & (days >= 0) & (days <= _LONGEST))
        faults.extend(
            data.fault(_DAYS, "correct it", row=row, column="days", value=days[row])
            for row in np.flatnonzero(~sound).tolist()
            if row not in told
        )
        check(data.told(faults))
        actions = [
            Action(str(a), str(t), str(o) or "self", 30 if d != d else int(d))
            for a, t, o, d in zip(names, texts, owners, days.tolist(), strict=True)
        ]
        return cls(actions, rules)

    def action(self, name: str) -> Action:
        """The action of that name.

        Raises
        ------
        InputError
            If there is none.
        """
        for action in self.actions:
            if action.name == name:
                return action
        known = [action.name for action in self.actions]
        check([Fault("playbook", "no such action", suggest(name, known), value=name)])
        raise AssertionError  # check has raised
