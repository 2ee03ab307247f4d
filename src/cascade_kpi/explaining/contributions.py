"""What a driver brings to a change: the states on the way, and the mean over their orders."""

from __future__ import annotations

from functools import partial
from math import factorial

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.contributions import Contributions
from cascade_kpi.drivers.formulas import Formula, Load
from cascade_kpi.drivers.summands import Summand, mean_over_orders, summands
from cascade_kpi.explaining.derived import DerivedExplainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.formulas import FormulaExplainer, Run, shortened
from cascade_kpi.explaining.operations import AsFirst

__all__ = ["ContributionExplainer"]

Many = tuple[Explanation, ...]


@frozen
class AfterLessBefore:
    """The first input less the second."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.subtract(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return "after − before"


@frozen
class Brought:
    """A player's mean over all orders, so many times.

    Inputs are the values of every state, as `states` orders them.
    """

    player: str
    k: int
    m: int
    times: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        found = mean_over_orders((np.full(1, value) for value in inputs), self.m)
        return float((0.0 + self.times * found[self.k])[0])

    def words(self) -> str:
        """The clause."""
        factor = "" if self.times == 1.0 else f", times {self.times:,.10g}"
        if self.m == 1:
            return f"after − before{factor}"
        orders = "both orders" if self.m == 2 else f"the {factorial(self.m):,} orders"
        return (
            f"mean over {orders} in which {self.m} drivers can change of what {self.player} "
            f"brings{factor}"
        )


@frozen
class PartsAdded:
    """What the driver brings in every term, one after another."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        out = np.zeros(1)
        for value in inputs:
            out += value
        return float(out[0])

    def words(self) -> str:
        """The clause."""
        return "sum over the terms that it stands in"


@frozen(eq=False)
class ContributionExplainer:
    """Explains the parts of a change at one node in one period of the changes."""

    made: Contributions
    row: int
    p: int
    runs: dict[tuple[int, int], dict[str, Run]] = field(factory=dict)

    @property
    def _sides(self) -> tuple[DerivedExplainer, DerivedExplainer]:
        here, there = self.made.at(self.p)
        before = DerivedExplainer(self.made.before, self.row, here)
        return before, DerivedExplainer(self.made.after, self.row, there)

    def _side(self, name: str, *, new: bool) -> Explanation:
        """A name before, or after; the two share nothing that is known by a key."""
        before, after = self._sides
        words = "after" if new else "before"
        told = (after if new else before).explain(name)
        key = ("side", name) if told.key is None else told.key
        return evolve(told, name=f"{words}: {told.name}", key=key).within(words)

    @property
    def _unit(self) -> str:
        return self.made.model.kpi(self.made.name).gap_unit

    @property
    def _period(self) -> str:
        return self.made.periods.labels[self.p]

    def _named(self, what: str) -> str:
        return f"{what}, {self.made.org.labels[self.row]}, {self._period}"

    def change(self) -> Explanation:
        """After − before, in the unit of the KPI."""
        name = self.made.name
        value = float(self.made.change[self.p, self.row])
        return Explanation(
            self._named(f"change of {name}"),
            value,
            self._unit,
            self._period,
            AfterLessBefore(),
            "",
            lambda: (self._side(name, new=True), self._side(name, new=False)),
            "change",
        )

    def part(self, player: str) -> Explanation:
        """What a driver brings, in the unit of the KPI."""
        value = float(self.made.of(player)[self.p, self.row])
        title = self._named(f"what {player} brings to {self.made.name}")
        told = (title, value, self._unit, self._period)
        if np.isnan(self.made.change[self.p, self.row]):
            return Explanation(
                *told, AsFirst("absent, as the change is"), "", lambda: (self.change(),)
            )
        made = self.made
        found = enumerate(summands(made.model, tuple(made.parts), made.name))
        mine = [(i, each) for i, each in found if player in each.term.players]
        if len(mine) == 1:
            i, only = mine[0]
            return Explanation(*told, _rule(only, player), "", lambda: self._evaluations(i, only))
        return Explanation(
            *told, PartsAdded(), "", lambda: tuple(self._in(i, each, player) for i, each in mine)
        )

    def _in(self, i: int, summand: Summand, player: str) -> Explanation:
        """What the driver brings in one of several terms."""
        rule = _rule(summand, player)
        inputs = self._evaluations(i, summand)
        value = rule(*(each.value for each in inputs))
        title = self._named(f"what {player} brings in {shortened(summand.term.text)}")
        return Explanation(title, value, self._unit, self._period, rule, "", lambda: inputs)

    def _evaluations(self, i: int, summand: Summand) -> Many:
        """The term in every state, the first with nobody changed."""
        return tuple(self._state(i, summand, c) for c in range(1 << len(summand.term.players)))

    def _state(self, i: int, summand: Summand, chosen: int) -> Explanation:
        """The term in one state."""
        term = summand.term
        if isinstance(term.own.steps[-1].does, Load):
            return self._side(term.players[0], new=bool(chosen))
        new = [name for k, name in enumerate(term.players) if chosen >> k & 1]
        words = f"{', '.join(new)} after"
        if len(new) in {0, len(term.players)}:
            words = "all after" if new else "all before"
        title = self._named(f"{shortened(term.text)} with {words}")
        return self._formula(_State(i, summand, chosen), "").whole(title, term.text)

    def _formula(self, state: _State, name: str) -> FormulaExplainer:
        """Of a definition below the term of a state, or of the term itself."""
        return FormulaExplainer(
            state.formula(name),
            name or self.made.name,
            self._ran(state)[name],
            partial(self._loaded, state),
            self._named,
            self._period,
            ("state", state.i, state.chosen, name),
        )

    def _loaded(self, state: _State, used: str) -> Explanation:
        """A driver before or after, or a definition in this state."""
        players = state.summand.term.players
        if used in players:
            return self._side(used, new=bool(state.chosen >> players.index(used) & 1))
        title = self._named(f"{used}, in this state")
        return self._formula(state, used).whole(title, self.made.model.definitions[used])

    def _ran(self, state: _State) -> dict[str, Run]:
        """All steps of the term and of the definitions below it, in a state."""
        at = state.i, state.chosen
        if at not in self.runs:
            term = state.summand.term
            known: dict[str, FloatArray] = {}
            for k, player in enumerate(term.players):
                side = self._side(player, new=bool(state.chosen >> k & 1))
                known[player] = np.full((1, 1), side.value)
            made: dict[str, Run] = {}
            with np.errstate(over="ignore", invalid="ignore"):
                for name, formula in term.formulas.items():
                    made[name] = formula.states(known.__getitem__)
                    last = made[name][-1]
                    assert last is not None  # noqa: S101 - all are kept
                    known[name] = last
                made[""] = term.own.states(known.__getitem__)
            self.runs[at] = made
        return self.runs[at]


@frozen(eq=False)
class _State:
    """One state of the i-th summand: which of its drivers have changed."""

    i: int
    summand: Summand
    chosen: int

    def formula(self, name: str) -> Formula:
        """Of a definition below the term; of the term itself without a name."""
        return self.summand.term.formulas[name] if name else self.summand.term.own


def _rule(summand: Summand, player: str) -> Brought:
    players = summand.term.players
    return Brought(player, players.index(player), len(players), summand.times)
