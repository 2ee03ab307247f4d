"""How far a weight can move before somebody's grade changes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._fields import not_texts, refusals
from cascade_kpi._long import Columns, long_table, texts
from cascade_kpi.comparing.weighing import (
    Reweighted,
    is_weighed,
    rounding_edges,
    why_not,
)
from cascade_kpi.errors import Fault, check, suggest, wants
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.combines import is_sum
from cascade_kpi.scoring.grades import Grades, graded
from cascade_kpi.scoring.score import Scores

__all__ = ["Tipping", "tipping"]

_END = 1e-9  # of the section's weight, that a weight stays clear of nothing and of all
_HALVINGS = 60
_CHUNK = 32_768
_OUTSIDE = "outside all grades"


@frozen(hash=False)
class _Tipping:
    """Whose weights are moved: what the JSON record holds."""

    scores: Scores
    nodes: tuple[str | int, ...] | None
    periods: tuple[str, ...]
    to: str | None
    digest: str | None = None

    @classmethod
    def of(cls, made: Tipping) -> _Tipping:
        """The scores, the nodes, the periods and the grade."""
        everybody = len(made.rows) == len(made.scores.org)
        nodes = None if everybody else tuple(made.scores.org.ids[made.rows].tolist())
        labels = tuple(made.scores.periods.labels[p] for p in made.period_rows)
        return cls(made.scores, nodes, labels, made.to, digest_of([made.lower, made.upper]))

    def make(self) -> Tipping:
        """The tipping weights again."""
        check(_untippable(self.scores, self.to))
        org, periods = self.scores.org, self.scores.periods
        rows = np.arange(len(org)) if self.nodes is None else org.rows(self.nodes)
        made = _made(self.scores, rows, tuple(map(periods.index, self.periods)), self.to)
        check_digest(self.digest, digest_of([made.lower, made.upper]))
        return made


@record("cascade_kpi/tipping", written_as=_Tipping)
@frozen(hash=False, repr=False)
class Tipping:
    """The weights at which grades change. Made by :func:`tipping`.

    Attributes
    ----------
    scores : Scores
    to : str or None
        The grade that is to be reached; None for any other than there is.
    rows : int64 array (m,)
        The nodes.
    period_rows : tuple of int
        The periods, q of them.
    parts : tuple of int
        Positions of the parts on the card that have a weight, c of them.
    lower, upper : float64 array (q, c, m)
        The nearest weight below and above the present one at which the grade changes;
        NaN where there is none, or it is not told.
    lower_codes, upper_codes : int64 array (q, c, m)
        Position of the grade there; -1 for above all, and one more than the last for below all.
    """

    scores: Scores
    to: str | None
    rows: IntArray = field(eq=CONTENT, converter=frozen_array)
    period_rows: tuple[int, ...]
    parts: tuple[int, ...]
    lower: FloatArray = field(eq=CONTENT, converter=frozen_array)
    upper: FloatArray = field(eq=CONTENT, converter=frozen_array)
    lower_codes: IntArray = field(eq=CONTENT, converter=frozen_array)
    upper_codes: IntArray = field(eq=CONTENT, converter=frozen_array)

    @property
    def periods(self) -> Periods:
        """The periods that are told."""
        labels = self.scores.periods.labels
        return Periods([labels[p] for p in self.period_rows])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts."""
        return tuple(self.scores.outline.names[i] for i in self.parts)

    @cached_property
    def untold(self) -> dict[str, str]:
        """Parts whose tipping weights are not told, and why."""
        told = {self.scores.outline.names[i]: why_not(self.scores, i) for i in self.parts}
        return {name: reason for name, reason in told.items() if reason}

    @cached_property
    def weight(self) -> FloatArray:
        """The weights as they are on the card, float64 (c, m), 0 for a part that is not on it."""
        return lock(np.stack([self.scores.weights(name)[self.rows] for name in self.names]))

    @cached_property
    def change(self) -> FloatArray:
        """The smallest change of the weight that tips, signed, float64 (q, c, m), NaN for none.

        Of two of one size, the fall.
        """
        down, up = self.lower - self.weight, self.upper - self.weight
        fall = np.isnan(up) | (-down <= up)
        return lock(np.where(fall, down, up))

    def table(self) -> Columns:
        """The weights as columns: one row a period, part and node that has it and a grade.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``part``, ``period``; ``weight``; ``lower`` and ``upper``, at which the grade
            changes, NaN for none; ``change``, the smaller one of the two; ``grade`` and
            ``becomes``, empty where no weight changes it.
        """
        org, labels = self.scores.org, self.scores.periods.labels
        codes = self.scores.grade_codes[list(self.period_rows)][:, self.rows]
        grade = graded(self.scores.grades, codes)
        becomes = self._becomes()
        shape = codes.shape
        says = [(codes >= 0) & (weight > 0) for weight in self.weight]
        columns: dict[str, Any] = {
            "weight": [np.broadcast_to(weight, shape) for weight in self.weight],
            "lower": list(self.lower.swapaxes(0, 1)),
            "upper": list(self.upper.swapaxes(0, 1)),
            "change": list(self.change.swapaxes(0, 1)),
            "grade": [grade] * len(self.parts),
            "becomes": list(becomes.swapaxes(0, 1)),
        }
        kept = [labels[p] for p in self.period_rows]
        table = long_table(
            org.ids[self.rows], kept, [(name, "") for name in self.names], says, columns
        )
        del table["unit"]
        named = {"part" if name == "kpi" else name: values for name, values in table.items()}
        return {**named, **{name: texts(named[name]) for name in ("grade", "becomes")}}

    def _becomes(self) -> Any:
        labels = np.array([*self.scores.grades, _OUTSIDE, _OUTSIDE, ""], dtype=object)
        down = self.change < 0
        code = np.where(down, self.lower_codes, self.upper_codes)
        code = np.where(code < 0, len(self.scores.grades) + 1, code)
        return labels[np.where(np.isnan(self.change), len(labels) - 1, code)]

    def __repr__(self) -> str:
        told = ~np.isnan(self.change)
        graded = self.scores.grade_codes[list(self.period_rows)][:, self.rows] >= 0
        people = int(told.any(axis=1).sum())
        goal = "another grade" if self.to is None else self.to
        text = f"<Tipping to {goal} over {', '.join(self.names)}: "
        text += f"{people:,} of {int(graded.sum()):,} by one weight"
        return f"{text}, not told: {', '.join(self.untold)}>" if self.untold else f"{text}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), self.to, self.lower, self.upper))


def tipping(
    scores: Scores,
    node: object = None,
    period: str | None = None,
    *,
    to: str | None = None,
    kind: str | None = None,
) -> Tipping:
    """The smallest change of each weight at which somebody's grade changes.

    One weight of one person is moved at a time, as an override would; the other weights of
    its section keep their proportions to one another and make up the rest, so that
    the section sums to what it did. A weight moves between nothing and the whole.

    Parameters
    ----------
    scores : Scores
        With grades.
    node : id, optional
        Everybody by default.
    period : str, optional
        All periods by default.
    to : str, optional
        The grade that is to be reached; any other than there is by default.
    kind : str, optional
        Nodes of this kind, instead of one node.

    Returns
    -------
    Tipping

    Raises
    ------
    InputError
        Listing scores without grades, a card on which no part has a weight, and a node, kind,
        period or grade that there is not; if both a node and a kind are given.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
    >>> targets = ck.cascade(org, kpis, {"sales": 200, "calls": 20}, periods="2026")
    >>> results = ck.measure(targets, {
    ...     "node": ["a", "b"] * 2, "kpi": ["sales"] * 2 + ["calls"] * 2, "value": [96, 80, 8, 8],
    ... })  # fmt: skip
    >>> grades = ck.Grades.from_edges({"A": 90, "B": None}, decimals=0)
    >>> items = [ck.Item("sales"), ck.Item("calls")]
    >>> card = ck.Scorecard(items, {"sales": 50, "calls": 50}, grades=grades)
    >>> tip = ck.tipping(ck.score(results, card), "a")
    >>> for name in ("part", "weight", "lower", "upper", "grade", "becomes"):
    ...     print(name, tip.table()[name].tolist())
    part ['sales', 'calls']
    weight [50.0, 50.0]
    lower [nan, 40.625]
    upper [59.375, nan]
    grade ['B', 'B']
    becomes ['A', 'A']

    From 59.375 on, the total is 89.5, which rounds to 90.
    """
    wants(scores, Scores, "scores", "score(…)")
    faults = _untippable(scores, to)
    faults += _not_there(scores, node, period, kind)
    check(faults)
    every = range(len(scores.periods))
    rows = _rows(scores, node, kind)
    return _made(scores, rows, tuple(every if period is None else [scores.periods.index(period)]),
                 to)  # fmt: skip


def _untippable(scores: Scores, to: object) -> list[Fault]:
    """Faults of scores whose grades no weight tips, and of a grade that there is not."""
    faults = []
    if not scores.grades:
        faults.append(Fault("tipping", "the scores have no grades", "give the scorecard grades"))
    elif to is not None and to not in scores.grades:
        repair = suggest(to, scores.grades)
        faults.append(Fault("tipping", "no such grade", repair, column="to", value=to))
    if not any(is_weighed(scores.outline, i) for i in range(len(scores.outline.parts))):
        repair = "combine a section by combines.Mean() or combines.Geometric()"
        faults.append(Fault("tipping", "no part of the card has a weight", repair))
    return faults


def _not_there(scores: Scores, node: object, period: object, kind: str | None) -> list[Fault]:
    """Faults of a node, kind and period as those of some scores."""
    faults = [] if period is None else refusals(scores.periods.index, period)
    if node is None:
        wrong = [] if kind is None else not_texts("tipping", kind=kind)
        return faults + (wrong or refusals(lambda each: _rows(scores, None, each), kind))
    if kind is not None:
        reason, repair = "both a node and a kind", "name one of them"
        faults.append(Fault("tipping", reason, repair, column="kind", value=kind))
    return faults + refusals(scores.org.row, node)


def _rows(scores: Scores, node: object, kind: str | None) -> IntArray:
    if node is not None:
        return np.array([scores.org.row(node)])
    if kind is None:
        return np.arange(len(scores.org))
    return np.flatnonzero(scores.org.kind_codes == scores.org.kind_code(kind))


def _made(scores: Scores, rows: IntArray, periods: tuple[int, ...], to: str | None) -> Tipping:
    outline = scores.outline
    parts = tuple(i for i in range(len(outline.parts)) if is_weighed(outline, i))
    shape = (len(periods), len(parts), len(rows))
    weights = [np.full(shape, np.nan) for _ in range(2)]
    codes = [np.full(shape, -1, dtype=np.int64) for _ in range(2)]
    goal = None if to is None else scores.grades.index(to)
    for q, p in enumerate(periods):
        for c, i in enumerate(parts):
            if why_not(scores, i):
                continue
            for begin in range(0, len(rows), _CHUNK):
                chunk = slice(begin, begin + _CHUNK)
                found = _tipped(scores, p, rows[chunk], i, goal)
                for side in range(2):
                    weights[side][q, c, chunk], codes[side][q, c, chunk] = found[side]
    return Tipping(scores, to, rows, periods, parts, *map(lock, weights), *map(lock, codes))


Found = tuple[tuple[FloatArray, IntArray], tuple[FloatArray, IntArray]]


def _tipped(scores: Scores, p: int, rows: IntArray, i: int, goal: int | None) -> Found:
    """The weights and grades at which the grades of some nodes change, below and above."""
    bands = scores.scorecard.grades
    assert bands is not None  # noqa: S101 - refused before
    made = Reweighted.of(scores, p, rows, i)
    # Who has no grade, has not the part, or nothing else in its section, tips nowhere.
    codes = scores.grade_codes[p, rows]
    free = (codes >= 0) & (made.weight > 0) & (made.weight < made.whole)
    free &= np.full(len(rows), fill_value=True) if goal is None else codes != goal
    which = np.flatnonzero(free)
    if scores.outline.has_rules or not _is_linear(scores, i):
        return _searched(_Search(made, bands, codes, goal), which)
    return _closed(made, bands, codes, which, goal)


def _is_linear(scores: Scores, i: int) -> bool:
    """Whether the section is a weighted mean, and all above it are sums of slopes and points."""
    outline = scores.outline
    return all(is_sum(outline.parts[section].combine) for _, section in outline.path(i))


def _closed(
    made: Reweighted, bands: Grades, codes: IntArray, which: IntArray, goal: int | None
) -> Found:
    """By solving for the totals at which grades begin and end."""
    sides = [(np.full(len(codes), np.nan), np.full(len(codes), -1)) for _ in range(2)]
    lows, highs = rounding_edges(bands)
    at = np.maximum(codes, 0)
    better = (highs[at], codes - 1), (lows[at], codes + 1)
    if goal is not None:
        worse = codes > goal
        better = (
            (np.where(worse, lows[goal], np.inf), np.full(len(codes), goal)),
            (np.where(worse, -np.inf, highs[goal]), np.full(len(codes), goal)),
        )
    free = np.zeros(len(codes), dtype=bool)
    free[which] = True
    for edge, becomes in better:
        told = free & np.isfinite(edge)
        found = np.where(told, made.solved(np.where(np.isfinite(edge), edge, 0.0)), np.nan)
        for (weights, reached), beyond in zip(
            sides, (found < made.weight, found > made.weight), strict=True
        ):
            np.copyto(weights, found, where=beyond)
            np.copyto(reached, becomes, where=beyond)
    return sides[0], sides[1]


def _searched(search: _Search, which: IntArray) -> Found:
    """By halving between the present weight and the ends: totals go one way on either side."""
    size, made, sides = len(search.codes), search.made, []
    for end in (_END, 1.0 - _END):
        weights, reached = np.full(size, np.nan), np.full(size, -1)
        outer = made.whole[which] * end
        crossed, _ = search.crossed(which, outer)
        at, far, near = which[crossed], outer[crossed], made.weight[which[crossed]]
        for _ in range(_HALVINGS if len(at) else 0):
            middle = near + (far - near) / 2
            over, _ = search.crossed(at, middle)
            far, near = np.where(over, middle, far), np.where(over, near, middle)
        if len(at):
            weights[at], reached[at] = far, search.crossed(at, far)[1]
        sides.append((weights, reached))
    return sides[0], sides[1]


@frozen(eq=False)
class _Search:
    """Whose grades are to change, and to which."""

    made: Reweighted
    bands: Grades
    codes: IntArray
    goal: int | None

    def crossed(self, which: IntArray, weight: FloatArray) -> tuple[NDArray[np.bool_], IntArray]:
        """Whether grades have changed at such weights, and what they are."""
        if not len(which):
            return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
        found, was = self.bands.places(self.made.totals(weight, which)), self.codes[which]
        if self.goal is None:
            return found != was, found
        return np.where(was > self.goal, found <= self.goal, found >= self.goal), found
