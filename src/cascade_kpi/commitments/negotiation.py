"""Rounds of proposal, counter-proposal and agreement: a record to which rounds are only added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_columns
from cascade_kpi._fields import as_tuple, members, not_texts, not_whole
from cascade_kpi._long import Columns, keys, texts
from cascade_kpi.commitments.confidences import CERTAIN
from cascade_kpi.commitments.reconciliation import Reconciliation
from cascade_kpi.errors import Fault, InputError, check, wants
from cascade_kpi.records import record
from cascade_kpi.records.digests import digest_of
from cascade_kpi.tables import take

__all__ = ["Negotiation", "Round"]

Act = Literal["proposal", "counter-proposal", "agreement"]
_ACTS = ("proposal", "counter-proposal", "agreement")
_AT = ("node", "kpi", "period")

Key = tuple[Any, Any, Any]


class _State(NamedTuple):
    """Where one target stands after some rounds."""

    state: str
    who: str
    when: date
    value: float
    confidence: Any


def _columns(given: Any) -> Any:
    return frozen_columns(given) if isinstance(given, Mapping) else given


@record("cascade_kpi/negotiation.round")
@frozen(hash=False)
class Round:
    """One round: who said what, when, and what plan followed.

    Attributes
    ----------
    who : str
    when : date
    act : "proposal", "counter-proposal" or "agreement"
    stated : mapping of str to array (m,)
        ``node``, ``kpi``, ``period``, ``value`` in KPI units, ``confidence``: what was
        proposed, or agreed to.
    outcome : mapping of str to array (k,)
        ``node``, ``kpi``, ``period``, ``value``: the plan that followed.
    """

    who: str
    when: date
    act: Act
    stated: Mapping[str, NDArray[Any]] = field(eq=CONTENT, repr=False, converter=_columns)
    outcome: Mapping[str, NDArray[Any]] = field(eq=CONTENT, repr=False, converter=_columns)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("round", who=self.who)
        if not isinstance(self.when, date) or isinstance(self.when, datetime):
            faults.append(Fault("round", "not a date", "give the day", column="when",
                                value=self.when))  # fmt: skip
        if self.act not in _ACTS:
            repair = f"it is one of {', '.join(_ACTS)}"
            faults.append(Fault("round", "no such act", repair, column="act", value=self.act))
        for name, more in (("stated", ("value", "confidence")), ("outcome", ("value",))):
            table = getattr(self, name)
            wanted = {*_AT, *more}
            sound = isinstance(table, Mapping) and wanted == set(table)
            if not sound or len({len(column) for column in table.values()}) != 1:
                repair = f"it has the columns {', '.join(sorted(wanted))}, of one length"
                faults.append(Fault("round", "not such a table", repair, column=name))
        check(faults)

    def __hash__(self) -> int:
        return hash((self.who, self.when, self.act, len(self.stated["node"])))


@frozen(hash=False)
class Negotiation:
    """What was proposed, countered and agreed, round by round, and what plan followed each time.

    A target is open until somebody else than who proposed last agrees to it; what is
    agreed stays as it is. Rounds are added, never changed.

    It is made for what people talk about, up to some ten thousand targets: every entry of
    every round is kept as a Python value, and adding a round goes through all rounds again.
    For a million targets call :func:`reconcile` with the offers of the day, and keep those.

    Parameters
    ----------
    about : str
    rounds : iterable of Round

    Examples
    --------
    >>> from datetime import date
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 100}, periods="2027")
    >>> talks = ck.Negotiation("sales of 2027")
    >>> offer = {"node": ["a"], "kpi": ["sales"], "value": [40]}
    >>> plan = ck.reconcile(targets, talks.standing(offer))
    >>> talks = talks.propose(plan, who="a", when=date(2026, 11, 2))
    >>> talks = talks.agree({"node": ["a"], "kpi": ["sales"]}, who="hq", when=date(2026, 11, 9))
    >>> talks.status()["state"].tolist(), talks.status()["value"].tolist()
    (['agreed'], [46.0])
    >>> ck.from_json(ck.to_json(talks)) == talks
    True
    """

    about: str
    rounds: tuple[Round, ...] = field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("negotiation", about=self.about)
        members("negotiation", self.rounds, Round, "add rounds with propose(…)", faults,
                column="rounds")  # fmt: skip
        check(faults)
        _replayed(self.rounds)

    def standing(self, proposed: object = None) -> Columns:
        """The last word on every target, as :func:`reconcile` takes offers.

        What is agreed is certain; what is proposed anew takes the place of earlier proposals.

        Parameters
        ----------
        proposed : any table, optional
            As offers are.

        Raises
        ------
        InputError
            If anything is proposed that is agreed already.
        """
        states = _replayed(self.rounds)
        rows = {
            at: (state.value, CERTAIN if state.state == "agreed" else state.confidence)
            for at, state in states.items()
        }
        faults: list[Fault] = []
        if proposed is not None:
            for i, (at, value, confidence) in enumerate(self._proposed(proposed)):
                if at in states and states[at].state == "agreed":
                    faults.append(_agreed_already(at, states[at], row=i))
                rows[at] = value, confidence
        check(faults)
        told = list(rows.values())
        table = _table(
            list(rows), value=[value for value, _ in told], confidence=[sure for _, sure in told]
        )
        if not self.rounds and rows and not any(at[2] for at in rows):
            del table["period"]  # the targets are of one, and it is not known here
        return table

    def propose(self, plan: Reconciliation, *, who: str, when: date) -> Negotiation:
        """The same with a round in which somebody proposes: what is new in the plan's offers.

        Raises
        ------
        InputError
            If the plan leaves out what stood, or changes what is agreed; if the day is
            before that of the last round.
        """
        return self._with_plan(plan, who, when, "proposal")

    def counter(self, plan: Reconciliation, *, who: str, when: date) -> Negotiation:
        """The same with a round in which somebody answers what others have proposed.

        Raises
        ------
        InputError
            As :meth:`propose`; and where nobody else has proposed anything.
        """
        return self._with_plan(plan, who, when, "counter-proposal")

    def agree(self, to: object, *, who: str, when: date) -> Negotiation:
        """The same with a round in which somebody agrees to targets of the last plan.

        Parameters
        ----------
        to : any table
            Columns ``node``, ``kpi``, and ``period`` where there are several.

        Raises
        ------
        InputError
            If there is no plan, or nothing in it for one of them; if one is agreed
            already, or who agrees proposed it last.
        """
        if not self.rounds:
            check([Fault("negotiation", "nothing is proposed", "propose first")])
        last = self.rounds[-1].outcome
        found = dict(zip(_keys(last), last["value"].tolist(), strict=True))
        rows, faults = [], []
        for i, (at, _, _) in enumerate(self._proposed(to, value=False)):
            if at not in found:
                reason = f"no target of {at[1]} in {at[2]} in the last plan"
                faults.append(Fault("negotiation", reason, "name one that has", row=i, value=at[0]))
            rows.append(at)
        check(faults)
        stated = _table(rows, value=[found[at] for at in rows], confidence=[CERTAIN] * len(rows))
        return attrs.evolve(
            self, rounds=(*self.rounds, Round(who, when, "agreement", stated, last))
        )

    def status(self) -> Columns:
        """Where every target stands that was spoken of, in the order in which it first was.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``; ``state``, ``"proposed"``, ``"countered"`` or
            ``"agreed"``; ``by`` and ``when``, whose last word that was; ``value`` of that word,
            and ``plan``, that of the last plan, in KPI units.
        """
        states = _replayed(self.rounds)
        plan: dict[Key, float] = {}
        if self.rounds:
            last = self.rounds[-1].outcome
            plan = dict(zip(_keys(last), last["value"].tolist(), strict=True))
        told = list(states.values())
        table = _table(list(states), value=[s.value for s in told])
        value = table.pop("value")
        return table | {
            "state": texts([s.state for s in told]),
            "by": texts([s.who for s in told]),
            "when": np.array([s.when for s in told], dtype="datetime64[D]"),
            "value": value.astype(np.float64),
            "plan": np.array([plan.get(at, np.nan) for at in states], dtype=np.float64),
        }

    def moved(self, first: int, last: int = -1) -> Columns:
        """What moved between the plans of two rounds, counted from 0, −1 being the last.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``; ``before``, ``after`` and ``change``, in KPI units.
        """
        n = len(self.rounds)
        check(not_whole("negotiation", -n, n - 1, first=first, last=last))
        before, after = self.rounds[first].outcome, self.rounds[last].outcome
        old = dict(zip(_keys(before), before["value"].tolist(), strict=True))
        new = dict(zip(_keys(after), after["value"].tolist(), strict=True))
        at = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        was = np.array([old.get(key, np.nan) for key in at], dtype=np.float64)
        now = np.array([new.get(key, np.nan) for key in at], dtype=np.float64)
        table = _table(at, value=[])
        del table["value"]
        return table | {"before": was, "after": now, "change": now - was}

    def _proposed(self, table: object, *, value: bool = True) -> list[tuple[Key, Any, Any]]:
        """Rows of a table of offers: where, how much, how sure."""
        data = take(table, name="proposal")
        faults: list[Fault] = []
        data.require(["node", "kpi", *(["value"] if value else [])], faults)
        known = {at[2] for each in self.rounds for at in _keys(each.outcome)}
        if not data.has("period") and len(known) > 1:
            reason = "no column 'period', and the plan is of several"
            faults.append(data.fault(reason, "add the column"))
        check(faults)
        period = [next(iter(known), "")] * data.n
        columns = [_cells(data.raw(name)) for name in ("node", "kpi")]
        columns.append(_cells(data.raw("period")) if data.has("period") else period)
        values = data.numbers("value", faults).tolist() if value else [np.nan] * data.n
        check(data.told(faults))
        sure = _cells(data.raw("confidence")) if data.has("confidence") else [1.0] * data.n
        return list(zip(zip(*columns, strict=True), values, sure, strict=True))

    def _with_plan(self, plan: Reconciliation, who: str, when: date, act: Act) -> Negotiation:
        wants(plan, Reconciliation, "plan", "reconcile(…)")
        states, offered = _replayed(self.rounds), _offered(plan)
        faults, rows = [], {}
        for at, state in states.items():
            if at not in offered:
                reason = f"{at[1]} in {at[2]}: what stood is not among the plan's offers"
                repair = "reconcile with standing(…) of this negotiation"
                faults.append(Fault("negotiation", reason, repair, value=at[0]))
            elif state.state == "agreed" and offered[at] != (state.value, CERTAIN):
                faults.append(_agreed_already(at, state))
        for at, (value, confidence) in offered.items():
            stood = states.get(at)
            if stood is None or (
                stood.state != "agreed" and (stood.value, stood.confidence) != (value, confidence)
            ):
                rows[at] = value, confidence
        check(faults)
        stated = _table(list(rows), value=[v for v, _ in rows.values()],
                        confidence=[c for _, c in rows.values()])  # fmt: skip
        table = plan.table()
        there = ~np.isnan(table["agreed"])
        outcome = {name: table[name][there] for name in _AT} | {"value": table["agreed"][there]}
        return attrs.evolve(self, rounds=(*self.rounds, Round(who, when, act, stated, outcome)))

    def __len__(self) -> int:
        return len(self.rounds)

    def __hash__(self) -> int:
        return hash((self.about, self.rounds))


def _cells(column: Any) -> list[Any]:
    values: list[Any] = column.tolist() if hasattr(column, "tolist") else list(column)
    return values


def _keys(table: Mapping[str, NDArray[Any]]) -> list[Key]:
    return list(zip(*(table[name].tolist() for name in _AT), strict=True))


def _table(at: list[Key], **columns: list[Any]) -> Columns:
    names = [[key[i] for key in at] for i in range(3)]
    table = {"node": keys(names[0]), "kpi": texts(names[1]), "period": texts(names[2])}
    for name, values in columns.items():
        kind = object if name == "confidence" else np.float64
        table[name] = np.array(values, dtype=kind)
    return table


def _offered(plan: Reconciliation) -> dict[Key, tuple[float, Any]]:
    """The offers of a plan, and the confidence in each."""
    org, entries = plan.targets.org, plan.offers.entries
    at = zip(
        org.ids[entries.node].tolist(),
        [plan.targets.kpis.names[k] for k in entries.kpi.tolist()],
        [plan.targets.periods.labels[p] for p in entries.period.tolist()],
        strict=True,
    )
    sure = [CERTAIN if np.isinf(b) else b for b in plan.offers.belief.tolist()]
    values = entries.values["value"].tolist() if len(entries) else []
    return dict(zip(at, zip(values, sure, strict=True), strict=True))


def _agreed_already(at: Key, state: _State, row: int | None = None) -> Fault:
    reason = f"{at[1]} in {at[2]} was agreed by {state.who} on {state.when}"
    return Fault("negotiation", reason, "what is agreed stays: leave it as it is", row=row,
                 value=at[0])  # fmt: skip


def _replayed(rounds: Iterable[Round]) -> dict[Key, _State]:
    """Where every target stands after some rounds.

    Raises
    ------
    InputError
        Listing every round that is not lawful after those before it.
    """
    states: dict[Key, _State] = {}
    faults: list[Fault] = []
    latest = date.min
    for i, each in enumerate(rounds):
        if each.when < latest:
            reason, repair = f"before {latest}, the day of the round before", "keep the order"
            faults.append(Fault("negotiation", reason, repair, row=i, value=each.when))
        latest = max(latest, each.when)
        faults += _unlawful(i, each, states)
        name = {"proposal": "proposed", "counter-proposal": "countered"}.get(each.act, "agreed")
        told = zip(_keys(each.stated), each.stated["value"].tolist(),
                   each.stated["confidence"].tolist(), strict=True)  # fmt: skip
        states |= {at: _State(name, each.who, each.when, v, c) for at, v, c in told}
    if faults:
        raise InputError(faults)
    return states


def _unlawful(i: int, each: Round, states: Mapping[Key, _State]) -> list[Fault]:
    """What a round may not say of targets that stand so."""
    faults = []
    if each.act != "agreement" and not len(each.stated["node"]):
        faults.append(Fault("negotiation", "nothing new is proposed", "leave it out", row=i))
    if each.act == "agreement" and not i:
        faults.append(Fault("negotiation", "nothing is proposed", "propose first", row=i))
    for at in _keys(each.stated):
        stood = states.get(at)
        if stood is not None and stood.state == "agreed":
            faults.append(_agreed_already(at, stood, row=i))
        elif each.act == "counter-proposal" and (stood is None or stood.who == each.who):
            reason = f"{at[1]} in {at[2]}: nobody else has proposed anything there"
            repair = "propose it instead"
            faults.append(Fault("negotiation", reason, repair, row=i, value=at[0]))
        elif each.act == "agreement" and stood is not None and stood.who == each.who:
            reason = f"{at[1]} in {at[2]}: {each.who} proposed it last"
            faults.append(Fault("negotiation", reason, "the other side agrees", row=i, value=at[0]))
    return faults


@frozen(hash=False)
class _Written:
    """How talks are written: with a digest, since rounds are added and never changed."""

    about: str
    rounds: tuple[Round, ...]
    digest: str

    @classmethod
    def of(cls, talks: Negotiation) -> _Written:
        """The talks as they stand."""
        return cls(talks.about, talks.rounds, _digest(talks))

    def make(self) -> Negotiation:
        """The talks again, if they are those that were written."""
        talks = Negotiation(self.about, self.rounds)
        if _digest(talks) != self.digest:
            reason, repair = (
                "the rounds are not those that were written",
                "read the document as it was",
            )
            check([Fault("digest", reason, repair, value=self.digest)])
        return talks


def _digest(talks: Negotiation) -> str:
    parts: list[str | NDArray[Any]] = [talks.about]
    for each in talks.rounds:
        parts += [each.who, each.when.isoformat(), each.act]
        for table in (each.stated, each.outcome):
            for name in sorted(table):
                cells = table[name]
                parts.append(name)
                parts += [cells] if cells.dtype.kind == "f" else map(repr, cells.tolist())
    return digest_of(parts)


record("cascade_kpi/negotiation", written_as=_Written)(Negotiation)
