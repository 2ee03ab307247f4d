"""What is known of a card by itself, post by post."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault
from cascade_kpi.examining.breaks import breaks
from cascade_kpi.examining.intervals import Interval
from cascade_kpi.examining.order import Fall, doubts, swept
from cascade_kpi.examining.profiles import Profile, Verdict
from cascade_kpi.examining.reach import Mode, Reach, reaches
from cascade_kpi.examining.trials import Bench
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.scoring.block import Sources
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import EVERYBODY

__all__ = ["Bounds", "Facts", "Posts"]

_CLOSE = 1e-6  # a bound that is come so near to is reached
_FAR = 1e6  # points beyond which there is no end


@frozen(eq=False)
class Posts:
    """The posts whose totals differ by their weights.

    Attributes
    ----------
    names : tuple of str
    weights, nominal : float64 array (posts, parts)
    columns : tuple of mapping of str to Interval
        What is known of the columns of the tree for each.
    codes : int64 array (n,) or None
        Each node's post, −1 for those that are not scored; None without people.
    """

    names: tuple[str, ...]
    weights: FloatArray
    nominal: FloatArray
    columns: tuple[Mapping[str, Interval], ...]
    codes: IntArray | None = None

    @classmethod
    def of_card(cls, card: Scorecard) -> Posts:
        """The groups of a card's weights."""
        table = card.weights.by_group(card.outline)
        kept = np.flatnonzero(table.weights.any(axis=1))
        several = len(table.names) > 1
        everybody = "everybody else" if several else "everybody"
        names = tuple(everybody if n == EVERYBODY else n for n in table.names)
        nominal = table.nominal(card.outline)
        told = tuple(names[g] for g in kept.tolist())
        return cls(told, table.weights[kept], nominal[kept], ({},) * len(kept))

    @classmethod
    def of_people(cls, sources: Sources) -> Posts:
        """The groups, and the nodes with overrides, that some node of a tree is of."""
        table = sources.table
        size = np.bincount(table.group, minlength=len(table.names))
        kept = np.flatnonzero(table.weights.any(axis=1) & (size > 0))
        place = np.full(len(table.names), -1)
        place[kept] = np.arange(len(kept))
        codes = place[table.group]
        columns = []
        for g in range(len(kept)):
            rows = codes == g
            ends = {name: values[rows] for name, values in sources.columns.items()}
            known = {name: v[~np.isnan(v)] for name, v in ends.items()}
            columns.append({n: Interval(v.min(), v.max()) for n, v in known.items() if len(v)})
        nominal = table.nominal(sources.card.outline)
        names = tuple(table.names[g] for g in kept.tolist())
        return cls(names, table.weights[kept], nominal[kept], tuple(columns), codes)


@frozen(eq=False)
class Bounds:
    """From where to where a value may come, and whether the card itself comes there.

    Attributes
    ----------
    low, high : float
        In points; infinite where there is no end, or none is known.
    low_reached, high_reached : bool
        Whether a try came to within a millionth of it, or beyond a million without an end.
    met : (float, float)
        The least and the most that the tries met; NaN if none had a value.
    """

    low: float
    high: float
    low_reached: bool
    high_reached: bool
    met: tuple[float, float]

    @classmethod
    def of(cls, within: Interval, values: FloatArray) -> Bounds:
        """The bounds of an interval, beside what was met."""
        known = values[~np.isnan(values)]
        least, most = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
        room = [_CLOSE * (1 + abs(end)) if np.isfinite(end) else 0.0 for end in within.ends]
        low = least <= (within.low + room[0] if np.isfinite(within.low) else -_FAR)
        high = most >= (within.high - room[1] if np.isfinite(within.high) else _FAR)
        met = float(least), float(most)
        return cls(within.low + 0.0, within.high + 0.0, bool(low), bool(high), met)

    @property
    def words(self) -> str:
        """Both ends, and which of them is reached."""
        return f"{_end(self.low, self.low_reached)} to {_end(self.high, self.high_reached)}"


def _end(value: float, reached: bool) -> str:  # noqa: FBT001 - a fact that is told
    if np.isinf(value):
        return "no end" if reached else "not known"
    return f"{value:.6g}" if reached else f"{value:.6g} (outer)"


@frozen(eq=False)
class Facts:
    """A card, its KPIs and posts, and what follows from them alone.

    Attributes
    ----------
    profiles : mapping of position to Profile
        Of the items.
    """

    card: Scorecard
    kpis: Kpis
    posts: Posts
    profiles: Mapping[int, Profile]

    @cached_property
    def reach(self) -> list[tuple[Reach, Reach]]:
        """Per post, intervals with everything reported, and with whatever absent."""
        columns = dict(enumerate(self.posts.columns))
        return reaches(self.card, self.profiles, self.posts.weights, columns)

    @cached_property
    def bench(self) -> Bench:
        """The card, ready to be tried."""
        return Bench.of(self.card, self.kpis, self.profiles)

    @property
    def odd(self) -> list[Fault]:
        """Faults of rules that answer oddly; of people they are told as these are scored."""
        if self.posts.codes is not None or not len(self.posts.weights):
            return []
        return self.bench.odd(self.posts.weights.max(axis=0))  # whatever is on any post's card

    @cached_property
    def bounds(self) -> list[dict[int, tuple[Bounds, Bounds]]]:
        """Per post, of each part on its card: with everything reported, and whatever absent."""
        full = self.bench.full
        return [
            {
                i: (
                    Bounds.of(reported.values.get(i, absent.values[i]), each[full]),
                    Bounds.of(absent.values[i], each),
                )
                for i, each in values.items()
            }
            for (reported, absent), values in zip(self.reach, self._met_values, strict=True)
        ]

    @cached_property
    def _met_values(self) -> list[dict[int, FloatArray]]:
        """Per post, of each part on its card, the values in all states that are tried."""
        out = []
        for g, (_, absent) in enumerate(self.reach):
            on = [i for i in absent.values if self.posts.weights[g, i] > 0]
            out.append(dict(zip(on, self._tried(g, on, self.bench.states), strict=True)))
        return out

    def _tried(self, g: int, parts: list[int], state: Mapping[str, FloatArray]) -> list[FloatArray]:
        """Values of parts in each state; NaN throughout if they cannot be computed."""
        try:
            return self.benches[g].values(self.posts.weights[g], state, parts)
        except (FloatingPointError, KeyError):
            return [np.full(len(next(iter(state.values()))), np.nan)] * len(parts)

    @cached_property
    def benches(self) -> list[Bench]:
        """Per post, the bench with a number that the column has for somebody there."""
        return [self.bench.with_columns(columns) for columns in self.posts.columns]

    @cached_property
    def _swept(self) -> list[tuple[Fall | None, bool]]:
        found: list[tuple[Fall | None, bool]] = []
        for bench, weights in zip(self.benches, self.posts.weights, strict=True):
            try:
                found.append(swept(bench, weights))
            except (FloatingPointError, KeyError):
                found.append((None, False))
        return found

    @property
    def falls(self) -> list[Fall | None]:
        """Per post, the deepest fall of the total as a result becomes better."""
        return [each for each, _ in self._swept]

    @cached_property
    def doubts(self) -> list[list[str]]:
        """Per post, why its total is not proved to be monotone."""
        return [doubts(absent, self.kpis) for _, absent in self.reach]

    def monotone(self, g: int) -> Verdict:
        """Whether a better result never brings a lower total, for a post."""
        if self.falls[g] is not None:
            return "no"
        return "not known" if self.doubts[g] else "yes"

    def continuous(self, g: int) -> Verdict:
        """Whether the total of a post has no jumps, those of gates and vetoes included."""
        if not breaks(self.reach[g][1], self.kpis):
            return "yes"
        return "no" if self._swept[g][1] else "not known"

    def grades(self, g: int, mode: Mode = "whatever absent") -> dict[str, Verdict]:
        """Per grade, whether some total of a post gets it; none without grades."""
        bands = self.card.grades
        if bands is None or 0 not in self.bounds[g]:
            return {}
        found = self.bounds[g][0][mode == "whatever absent"]
        low, high = bands.rounded(np.array([found.low, found.high])).tolist()
        met = self._met(g, bands, mode)
        told: dict[str, Verdict] = {}
        for band in bands.bands:
            least, most = band.ends
            if least > high or most <= low:
                told[band.label] = "no"
            else:
                told[band.label] = "yes" if band.label in met else "not known"
        return told

    def _met(self, g: int, bands: Grades, mode: Mode) -> set[str]:
        totals = self._met_values[g][0]
        if mode == "all reported":
            totals = totals[self.bench.full]
        places = np.unique(bands.places(totals[~np.isnan(totals)])).tolist()
        return {bands.labels[at] for at in places if 0 <= at < len(bands.labels)}
