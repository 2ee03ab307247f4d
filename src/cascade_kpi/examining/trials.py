"""A card at results that were chosen for it: what it says of nobody, by its own arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault
from cascade_kpi.examining.domains import way_of
from cascade_kpi.examining.intervals import Interval
from cascade_kpi.examining.profiles import NEAR, Profile
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.scoring.attainments import Invertible
from cascade_kpi.scoring.block import Block, Sources
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.triggers import ResultAtLeast, ResultBelow
from cascade_kpi.scoring.trying import odd_rules
from cascade_kpi.scoring.weights import WeightTable

__all__ = ["Bench", "State", "levels_of"]

_MIXED = 400  # states in which everything is something else
_ABSENT = 0.3  # of what is mixed, in half of those states
_FEW = 3  # states that rules are tried in before they are relied on
_FACTORS = (0.5, 1.5, 0.25, 2.0, 0.0, 4.0)  # of the target, that a column is tried as
_PLAIN = np.array([-1.0, 0.0, 0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 2.0])

State = Mapping[str, FloatArray]
"""Per KPI its results, and per question its ratings, float64 (m,), NaN where absent."""


@frozen(eq=False)
class Trial(Block):
    """Nodes without a tree: all of one post, each with results of its own."""

    state: State = field(factory=dict, kw_only=True)
    bench: Any = field(default=None, kw_only=True)

    def result(self, kpi: str) -> FloatArray:
        """The results that were chosen."""
        return self.state[kpi] if kpi in self.state else np.full(self._size, np.nan)

    def target(self, kpi: str) -> FloatArray:
        """The target that the bench has for the KPI."""
        return np.full(self._size, self.bench.targets.get(kpi, 1.0))

    def better(self, kpi: str) -> Direction:
        """The KPI's direction."""
        direction: Direction = self.bench.kpis[kpi].better
        return direction

    def column(self, name: str) -> FloatArray:
        """The number that the bench has for a column."""
        return np.full(self._size, self.bench.columns.get(name, 1.0))

    def rated(self, question: str) -> FloatArray:
        """The ratings that were chosen."""
        return self.state[question]

    def from_parents(self, i: int) -> Any:
        """Nothing: there is nobody above."""
        return lambda: np.full(self._size, np.nan)

    @property
    def _size(self) -> int:
        return len(self.sources.table.group)


@frozen(eq=False)
class Bench:
    """A card, ready to be tried.

    Attributes
    ----------
    targets : mapping of KPI to float
        Chosen so that no attainment refuses them.
    columns : mapping of column to float
    tried : mapping of KPI or question to float64 array
        Results, or ratings, at which something may change, ascending.
    """

    card: Scorecard
    kpis: Kpis
    targets: Mapping[str, float]
    columns: Mapping[str, float]
    tried: Mapping[str, FloatArray]

    @classmethod
    def of(cls, card: Scorecard, kpis: Kpis, profiles: Mapping[int, Profile]) -> Bench:
        """With results at which the curves and the triggers of the card change."""
        levels = levels_of(card)
        items = [(i, card.outline.parts[i]) for i in card.outline.items]
        read = [name for _, item in items for name in item.kpis] + list(levels)
        targets, columns = dict[str, float](), dict[str, float]()
        for name in dict.fromkeys(read):
            known = [abs(level) for level in levels.get(name, ()) if level]
            targets[name] = known[0] if known else 100.0
        for _, item in items:
            if isinstance(item, Item):
                _settle(item, kpis, targets, columns)
        tried: dict[str, list[FloatArray]] = {name: [] for name in targets}
        for i, item in items:
            if isinstance(item, Item):
                tried[item.kpi].append(_results(item, profiles[i], kpis, targets, columns))
            elif isinstance(item, Rated):
                tried.setdefault(item.question, []).append(profiles[i].places)
            else:
                for name in item.kpis:
                    tried[name].append(_PLAIN * targets[name])
        for name, at in levels.items():
            edges = np.array(at)
            tried[name].append(np.r_[edges, edges - 1e-9 * (1 + np.abs(edges)), edges - 1])
        bench = cls(card, kpis, targets, columns, {})
        made = {name: _ascending(parts) for name, parts in tried.items()}
        for i, item in items:
            if isinstance(item, Item):
                made[item.kpi] = bench._inside(item, profiles[i], made[item.kpi])
        return evolve(bench, tried=made)

    def with_columns(self, columns: Mapping[str, Interval]) -> Bench:
        """With numbers in columns that no attainment needs, as they are for somebody."""
        used = {
            n for item in self.card.items if isinstance(item, Item) for n in item.attainment.columns
        }
        known = {name: each.low for name, each in columns.items() if name not in used}
        return evolve(self, columns={**self.columns, **known}) if known else self

    def _inside(self, item: Item, profile: Profile, results: FloatArray) -> FloatArray:
        """Those results at which an item is read within its domain."""
        attained = self._attained(item, results)
        off = NEAR * (1 + np.abs(attained))
        low, high = profile.domain.low, profile.domain.high
        kept = results[(attained >= low - off) & (attained <= high + off)]
        return kept if len(kept) else results[:1]

    def _attained(self, item: Item, results: FloatArray) -> FloatArray:
        target, columns = self.targets[item.kpi], self.columns
        arrays = [np.full(len(results), columns.get(n, 1.0)) for n in item.attainment.columns]
        better = self.kpis[item.kpi].better
        with np.errstate(all="ignore"):
            return item.attainment(results, np.full(len(results), target), better, *arrays)

    def _block(self, weights: FloatArray, state: State) -> Trial:
        """Nodes of a post, each in another state."""
        size = len(next(iter(state.values()))) if state else 1
        table = WeightTable(("",), weights[None, :], np.zeros(size, dtype=np.int64))
        nobody: Any = None
        sources = Sources(nobody, self.card, table, {})
        return Trial(sources, 0, slice(0, size), state=state, bench=self)

    def odd(self, weights: FloatArray) -> list[Fault]:
        """Faults of gates, adjustments and ways to combine that answer oddly in some states."""
        few = {name: column[:_FEW] for name, column in self.states.items()}
        return odd_rules(self._block(weights, few))

    def values(self, weights: FloatArray, state: State, parts: Sequence[int]) -> list[FloatArray]:
        """Values of parts for a post in each of some states, float64 (m,) each.

        Raises
        ------
        FloatingPointError
            If any is too large for a float.
        """
        block = self._block(weights, state)
        with np.errstate(all="ignore"):
            return [np.asarray(block.value(i), dtype=np.float64) for i in parts]

    @cached_property
    def states(self) -> State:
        """Everything at its least, in the middle, at its most; single ones absent; and mixed.

        The same every time: what is mixed is drawn by a fixed rule.
        """
        rows: list[list[float]] = []
        names = list(self.tried)
        if not names:
            return {"": np.zeros(1)}  # the items read nothing that could be otherwise
        ends = [self.tried[name] for name in names]
        ordered = [each[self._order(name)] for name, each in zip(names, ends, strict=True)]
        bases = [
            [float(each[int(share * (len(each) - 1))]) for each in ordered]
            for share in (0.0, 0.5, 1.0)
        ]
        rows += bases
        for base in bases:
            for i, each in enumerate(ordered):
                ends_of = (*each[[0, -1]].tolist(), np.nan)
                rows += [[*base[:i], value, *base[i + 1 :]] for value in ends_of]
                rows.append([base[i] if j == i else np.nan for j in range(len(names))])
        draw = np.random.default_rng(20_11)
        mixed = [
            np.stack([each[draw.integers(len(each), size=_MIXED)] for each in ends], axis=1)
            for _ in range(2)
        ]
        mixed[1][draw.random(mixed[1].shape) < _ABSENT] = np.nan
        columns = np.vstack([np.array(rows, dtype=np.float64), *mixed]).T
        return dict(zip(names, columns, strict=True))

    @cached_property
    def full(self) -> NDArray[np.bool_]:
        """In which states everything is reported."""
        return np.asarray(~np.isnan(np.stack(list(self.states.values()))).any(axis=0))

    def sweeps(self, weights: FloatArray, name: str, bases: int) -> tuple[FloatArray, FloatArray]:
        """Totals as one KPI's results, or a question's ratings, go through what is tried.

        Returns
        -------
        values : float64 array (v,)
        totals : float64 array (bases, v)
            All others the same in a row, everything reported.
        """
        values, picked = self.tried[name], self.picked(bases)
        state = {n: np.repeat(column[picked], len(values)) for n, column in self.states.items()}
        state[name] = np.tile(values, len(picked))
        (totals,) = self.values(weights, state, [0])
        return values, totals.reshape(len(picked), len(values))

    def picked(self, bases: int) -> IntArray:
        """Some of the states in which everything is reported, as many as are asked for."""
        full = np.flatnonzero(self.full)
        return np.asarray(full[np.unique(np.linspace(0, len(full) - 1, bases).astype(np.intp))])

    def along(self, weights: FloatArray, name: str, base: int, values: FloatArray) -> FloatArray:
        """Totals as one KPI's results go through some, all others as in a state, float64 (v,)."""
        state = {n: np.full(len(values), column[base]) for n, column in self.states.items()}
        (totals,) = self.values(weights, {**state, name: values}, [0])
        return totals

    def _order(self, name: str) -> IntArray:
        """What is tried of a KPI or a question, from the fewest points to the most."""
        values, points = self.tried[name], np.zeros(len(self.tried[name]))
        for item in self.card.items:
            if isinstance(item, Item) and item.kpi == name:
                points += np.nan_to_num(item.curve(self._attained(item, values)))
            elif isinstance(item, Rated) and item.question == name:
                points += np.nan_to_num(item.curve(values))
        return np.lexsort((self.way(name) * values, points))

    def way(self, name: str) -> int:
        """1 where more of it is better, −1 where less is, 0 where neither is."""
        return way_of(self.kpis[name].better) if name in self.targets else 1


def _ascending(parts: Sequence[FloatArray]) -> FloatArray:
    values = np.unique(np.concatenate([*parts, np.zeros(0)]))
    values = values[np.isfinite(values)]
    return values if len(values) else np.zeros(1)


def levels_of(card: Scorecard) -> dict[str, list[float]]:
    """Per KPI, the levels of its result that triggers ask for."""
    found: dict[str, list[float]] = {}
    for i in card.outline.order:
        for trigger in card.outline.triggers(i):
            if isinstance(trigger, ResultBelow | ResultAtLeast):
                found.setdefault(trigger.kpi, []).append(trigger.level)
    return found


def _settle(
    item: Item, kpis: Kpis, targets: Mapping[str, float], columns: dict[str, float]
) -> None:
    """Choose numbers for the columns that an attainment needs, such that it is not refused."""
    names, target = item.attainment.columns, targets[item.kpi]
    open_ = [name for name in names if name not in columns]
    better = kpis[item.kpi].better
    for first in _FACTORS:
        for second in _FACTORS:
            given = dict(columns)
            given |= {n: target * f for n, f in zip(open_, (first, second), strict=False)}
            arrays = [np.array([given.get(name, 1.0)]) for name in names]
            with np.errstate(all="ignore"):
                refused = item.attainment.refuses(np.array([target]), better, *arrays)
            if not refused.any():
                columns.update({name: given.get(name, 1.0) for name in open_})
                return
            if not open_:
                return


def _results(
    item: Item,
    profile: Profile,
    kpis: Kpis,
    targets: Mapping[str, float],
    columns: Mapping[str, float],
) -> FloatArray:
    """Results at which an item is read where its points may change."""
    target, better, rule = targets[item.kpi], kpis[item.kpi].better, item.attainment
    given = [columns.get(name, 1.0) for name in rule.columns]
    places = profile.places if len(profile.places) else _PLAIN
    if not isinstance(rule, Invertible):
        found = (places * target).tolist()
    else:
        found = [end for x in places.tolist() for end in rule.result(x, target, better, *given)]
        near = [x * (1 + sign * 1e-9) for x in found for sign in (-1, 1) if np.isfinite(x)]
        found += near
    return np.array(found, dtype=np.float64)
