"""An agreement between two sides: steps that are only ever added."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from cascade_kpi._fields import as_tuple, members
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record

__all__ = ["Agreement", "State", "Step", "lawful"]


class State(Enum):
    """Where an agreement stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    AGREED_BY_EMPLOYEE = "agreed by employee"
    AGREED_BY_MANAGER = "agreed by manager"
    SIGNED = "signed"
    REFUSED = "refused"
    REOPENED = "reopened"

    @classmethod
    def named(cls, state: State | str) -> State:
        """The state of that name; a state is returned as it is.

        Raises
        ------
        InputError
            If there is no such state.
        """
        if isinstance(state, State):
            return state
        names = [each.value for each in cls]
        if not isinstance(state, str) or state not in names:
            check([Fault("agreement", "no such state", suggest(state, names), value=state)])
        return cls(state)


lawful = MappingProxyType(
    {
        State.DRAFT: (State.PROPOSED,),
        State.PROPOSED: (State.AGREED_BY_EMPLOYEE, State.REFUSED),
        State.AGREED_BY_EMPLOYEE: (State.AGREED_BY_MANAGER, State.REFUSED),
        State.AGREED_BY_MANAGER: (State.SIGNED, State.REFUSED),
        State.SIGNED: (State.REOPENED,),
        State.REFUSED: (State.REOPENED,),
        State.REOPENED: (State.PROPOSED,),
    }
)
"""Which states may follow each."""


@record("cascade_kpi/agreement.step")
@frozen
class Step:
    """One step of an agreement.

    Attributes
    ----------
    state : State
    by : str or int
        Id of who took it.
    on : date
    note : str
    content : str
        Digest of what the document said.
    name : str
        Of who took it, as people read it; empty if it is not known.
    """

    state: State
    by: str | int
    on: date
    note: str = ""
    content: str = ""
    name: str = ""

    def __attrs_post_init__(self) -> None:
        faults = []
        if not isinstance(self.state, State):
            names = [each.value for each in State]
            repair = suggest(self.state, names)
            faults.append(Fault("step", "no such state", repair, column="state", value=self.state))
        whole = isinstance(self.by, int) and not isinstance(self.by, bool)
        if not whole and not (isinstance(self.by, str) and self.by.strip()):
            repair = "give the id of who took it"
            faults.append(Fault("step", "nobody", repair, column="by", value=self.by))
        if not isinstance(self.on, date) or isinstance(self.on, datetime):
            repair = "give a date, as date(2027, 1, 15)"
            faults.append(Fault("step", "not a day", repair, column="on", value=self.on))
        for column in ("note", "content", "name"):
            if not isinstance(getattr(self, column), str):
                value = getattr(self, column)
                faults.append(Fault("step", "not text", "write text", column=column, value=value))
        check(faults)

    @property
    def who(self) -> str:
        """Who took it, as people read it."""
        return self.name or str(self.by)


@record("cascade_kpi/agreement")
@frozen
class Agreement:
    """Steps in their order; none yet is a draft.

    Parameters
    ----------
    employee : str or int
        Id of the person whose document it is.
    steps : iterable of Step

    Raises
    ------
    InputError
        Listing steps that may not follow the one before, days that go back, an employee's
        side that somebody else agreed to, and a manager's that the employee did.

    Examples
    --------
    >>> from datetime import date
    >>> talk = Agreement("li").add("proposed", by="east", on=date(2027, 1, 11))
    >>> talk.add("agreed by employee", by="li", on=date(2027, 1, 12)).state
    <State.AGREED_BY_EMPLOYEE: 'agreed by employee'>
    """

    employee: str | int
    steps: tuple[Step, ...] = field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        steps = members("agreement", self.steps, Step, "make it with Step(…)", faults)
        check(faults)
        before, day = State.DRAFT, date.min
        for i, step in steps:
            faults += self._odd(i, step, before, day)
            before, day = step.state, step.on
        check(faults)

    def _odd(self, i: int, step: Step, before: State, day: date) -> list[Fault]:
        def fault(column: str, value: object, reason: str, repair: str) -> Fault:
            return Fault("agreement", reason, repair, row=i, column=column, value=value)

        faults = []
        if step.state not in lawful[before]:
            allowed = " or ".join(each.value for each in lawful[before])
            reason = f"it cannot follow on {before.value}"
            faults.append(fault("state", step.state.value, reason, f"what follows is {allowed}"))
        if step.on < day:
            repair = "steps are added in the order of their days"
            faults.append(fault("on", step.on, f"earlier than the step before, {day}", repair))
        mine = step.by == self.employee
        if step.state is State.AGREED_BY_EMPLOYEE and not mine:
            reason = f"the plan is that of {self.employee!r}"
            faults.append(fault("by", step.by, reason, "the employee's side is agreed by them"))
        if step.state is State.AGREED_BY_MANAGER and mine:
            reason = "the employee cannot agree for the manager"
            faults.append(fault("by", step.by, reason, "name the manager"))
        return faults

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.steps[-1].state if self.steps else State.DRAFT

    @property
    def round(self) -> tuple[Step, ...]:
        """The steps since it was last reopened, that step left out."""
        opened = [i for i, step in enumerate(self.steps) if step.state is State.REOPENED]
        return self.steps[opened[-1] + 1 :] if opened else self.steps

    def agreed(self, state: State) -> Step | None:
        """The step by which one side agreed in this round, None if it has not."""
        if self.state is State.REFUSED:
            return None
        return next((step for step in self.round if step.state is state), None)

    def add(
        self,
        state: State | str,
        *,
        by: Any,
        on: date,
        note: str = "",
        content: str = "",
        name: str = "",
    ) -> Agreement:
        """The agreement with one step more; this one stays as it is.

        Raises
        ------
        InputError
            If the step may not follow.
        """
        step = Step(State.named(state), by, on, note, content, name)
        return Agreement(self.employee, (*self.steps, step))
