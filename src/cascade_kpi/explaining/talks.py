"""Why a negotiated value is what it is: who said it, in which round, in answer to what."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.commitments.negotiation import Negotiation
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.explaining.answers import Answers, named
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import AsFirst

__all__ = ["talk_answers"]

Many = tuple[Explanation, ...]

_STATES = {"proposal": "proposed", "counter-proposal": "countered", "agreement": "agreed"}


@frozen(eq=False)
class TalksExplainer:
    """Explains one target of a negotiation.

    Attributes
    ----------
    talks : Negotiation
    node : object
    kpi, period : str
    """

    talks: Negotiation
    node: Any
    kpi: str
    period: str

    @property
    def _target(self) -> str:
        return f"{self.kpi}, {self.node}, {self.period}"

    @cached_property
    def said(self) -> tuple[tuple[int, int], ...]:
        """Round and row of every word on the target, the last word last."""
        rows = [self._rows(each.stated) for each in self.talks.rounds]
        return tuple((i, int(row)) for i, each in enumerate(rows) for row in each)

    @cached_property
    def planned(self) -> tuple[int, ...]:
        """The row of the target in every round's plan, −1 where it is not in it."""
        rows = [self._rows(each.outcome) for each in self.talks.rounds]
        return tuple(int(each[-1]) if len(each) else -1 for each in rows)

    def _rows(self, table: Any) -> IntArray:
        found = (table["node"] == self.node) & (table["kpi"] == self.kpi)
        return np.flatnonzero(found & (table["period"] == self.period))

    def _amount(self, i: int) -> float:
        """What the plan of a round gives it."""
        row = self.planned[i]
        return float(self.talks.rounds[i].outcome["value"][row]) if row >= 0 else np.nan

    def _is_agreed(self, word: tuple[int, int], value: float) -> bool:
        """Whether a row of a round was an agreement on a value."""
        said = self.talks.rounds[word[0]]
        return said.act == "agreement" and bool(value == said.stated["value"][word[1]])

    def word(self) -> Explanation:
        """The last word on the target, in KPI units."""
        return self._word(len(self.said) - 1)

    def plan(self) -> Explanation:
        """What the last plan gives it, in KPI units; absent if it is not in it."""
        return self._plan(len(self.talks.rounds) - 1)

    def _word(self, n: int) -> Explanation:
        """A word, and what it answers."""
        i, row = self.said[n]
        each = self.talks.rounds[i]
        value = float(each.stated["value"][row])
        name = f"{self._target}, {_STATES[each.act]} by {each.who} on {each.when}"
        agreed = each.act == "agreement" and i > 0 and value == self._amount(i - 1)
        if n == 0 and not agreed:
            return Explanation(name, value, "", self.period, None, self._stated(i, row))
        phrase = f"{each.act} of round {i}, stated row {row}: "
        phrase += f"the amount of the plan of round {i - 1}" if agreed else "in place of what stood"

        def expand() -> Many:
            said = f"{self._target}, said in round {i}"
            first = self._plan(i - 1) if agreed else Explanation(
                said, value, "", self.period, None, self._stated(i, row)
            )  # fmt: skip
            return (first, self._word(n - 1)) if n else (first,)

        return Explanation(name, value, "", self.period, AsFirst(phrase), "", expand, ("word", n))

    def _stated(self, i: int, row: int) -> str:
        """Where a word stands."""
        sure = self.talks.rounds[i].stated["confidence"][row]
        confidence = sure if isinstance(sure, str) else f"{sure:g}"
        return f"round {i}, stated row {row}, value; confidence {confidence}"

    def _plan(self, i: int) -> Explanation:
        """What the plan of a round gives the target."""
        each, row, value = self.talks.rounds[i], self.planned[i], self._amount(i)
        name = f"{self._target}, plan of round {i}"
        told = [n for n, (at, _) in enumerate(self.said) if at < i]
        word = self.said[told[-1]] if told else None
        if word is not None and self._is_agreed(word, value):
            phrase, expand = "agreed before, and so certain", lambda: (self._word(told[-1]),)
        elif each.act == "agreement" and i and value == self._amount(i - 1):
            phrase, expand = "agreeing moves nobody", lambda: (self._plan(i - 1),)
        else:
            where = f"outcome row {row}, value" if row >= 0 else "not in its outcome"
            source = f"round {i}, {where}: {each.act} of {each.who} on {each.when}"
            return Explanation(name, value, "", self.period, None, source)
        return Explanation(name, value, "", self.period, AsFirst(phrase), "", expand, ("plan", i))


def talk_answers(stage: Negotiation, node: object, kpi: str | None, period: str | None) -> Answers:
    """Answers about one target of a negotiation.

    Raises
    ------
    InputError
        If nothing is proposed, or the target was neither spoken of nor planned.
    """
    if not stage.rounds:
        check([Fault("explain", "nothing is proposed", "propose first")])
    spoken = {at for each in stage.rounds for at in _keys(each.stated)}
    known = [*spoken, *_keys(stage.rounds[-1].outcome)]
    kpis = tuple(dict.fromkeys(sorted(at[1] for at in known)))
    name, labels = named(kpi, kpis), sorted({at[2] for at in known})
    if period is None and len(labels) > 1:
        check([Fault("explain", "which period?", f"pass period=…: {suggest('', labels)}")])
    label = labels[0] if period is None else period
    if (node, name, label) not in set(known):
        nodes = list(dict.fromkeys(at[0] for at in known if at[1:] == (name, label)))
        reason = f"no target of {name} in {label} is spoken of or planned there"
        repair = suggest(node, nodes) if nodes else f"ask for one of {', '.join(kpis)}"
        check([Fault("explain", reason, repair, value=node)])
    of = TalksExplainer(stage, node, name, label)
    answers: Answers = {"value": of.word} if of.said else {}
    return {**answers, "plan": of.plan}


def _keys(table: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
    columns = (table[name].tolist() for name in ("node", "kpi", "period"))
    return list(zip(*columns, strict=True))
