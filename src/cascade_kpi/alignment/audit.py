"""What is amiss in an alignment, as a table of findings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array
from cascade_kpi._fields import not_whole
from cascade_kpi._long import Columns, texts
from cascade_kpi._text import plain, visible
from cascade_kpi.alignment.carry import added
from cascade_kpi.alignment.graph import ranges
from cascade_kpi.alignment.kept import Budget
from cascade_kpi.alignment.shares import NEAR, near, off_whole
from cascade_kpi.errors import Fault, check, suggest, wants

if TYPE_CHECKING:
    from cascade_kpi.alignment.align import Alignment

__all__ = ["FINDINGS", "Audit", "Finding", "audit"]

FINDINGS = MappingProxyType(
    {
        "orphan": ("serves nothing, and is not strategic", "link it to a goal that it serves"),
        "unowned": ("nobody owns it", "name its owner"),
        "unsupported": ("no goal serves it", "link the goals that serve it"),
        "uncovered": ("part of it is carried by no goal", "split the rest over further goals"),
        "over": (
            "more of it is carried than there is",
            "lower shares, mark a link as not counted, or state the margin if it is meant",
        ),
        "doubled": (
            "doubly counted: its amount reaches this goal on several ways",
            "count one of the ways, or state the amount that its shares add up to",
        ),
        "differs": ("its amount is not what its shares make it", "correct the amount or a share"),
        "unweighed": ("no weight in its owner's plan", "state its weight, 0 if it has none"),
        "light": ("a weight below the least", "raise it, or drop the goal"),
        "heavy": ("a weight above the most", "lower it, or divide the goal"),
        "total": ("the plan's weights do not sum to the total", "correct the weights"),
        "few": ("fewer goals than the least number", "add goals"),
        "many": ("more goals than the greatest number", "drop goals, or take some together"),
    }
)
"""Each kind of finding with its reason and its repair, in the order in which they are told."""

_MOST = 10**9
_OF_PEOPLE = {"total", "few", "many"}


@frozen
class Finding:
    """One finding of an audit.

    Attributes
    ----------
    kind : str
        One of :data:`FINDINGS`.
    goal, owner : id or None
        Of which goal, and whose; no goal for a plan as a whole.
    about : id or None
        The strategic goal that is reached on several ways.
    figure : float
        In `unit`: what is uncovered, over or off; how many ways; a weight or a number of
        goals. NaN where there is none.
    unit : str
    """

    kind: str
    goal: Any
    owner: Any
    about: Any
    figure: float
    unit: str

    @property
    def reason(self) -> str:
        """What is amiss, in a clause."""
        return FINDINGS[self.kind][0]

    @property
    def repair(self) -> str:
        """What to do about it, in a clause."""
        return FINDINGS[self.kind][1]

    def __str__(self) -> str:
        place = f"plan of {self.owner!r}" if self.kind in _OF_PEOPLE else f"goal {self.goal!r}"
        if self.owner is not None and self.kind not in _OF_PEOPLE:
            place += f" of {self.owner!r}"
        amount = "" if np.isnan(self.figure) else f", {plain(self.figure)} {self.unit}".rstrip()
        about = "" if self.about is None else f" {self.about!r}"
        return visible(f"{self.kind}: {place}{amount}: {self.reason}{about}; {self.repair}")


@frozen(hash=False, repr=False)
class Audit:
    """Findings as columns: by kind, then by goal, or by node for whole plans.

    Made by :meth:`Alignment.audit`.

    Attributes
    ----------
    alignment : Alignment
    kind : object array of str (f,)
    goal : int64 array (f,)
        Position of the goal, -1 for a plan as a whole.
    owner : int64 array (f,)
        Row of the node, -1 where nobody owns the goal.
    about : int64 array (f,)
        Position of the strategic goal that is doubly reached, else -1.
    figure : float64 array (f,)
    unit : object array of str (f,)
    budget : WeightBudget, WeightBudgets or None
        What the plans were held to.
    """

    alignment: Alignment = field(eq=False)
    kind: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    goal: IntArray = field(eq=CONTENT, converter=frozen_array)
    owner: IntArray = field(eq=CONTENT, converter=frozen_array)
    about: IntArray = field(eq=CONTENT, converter=frozen_array)
    figure: FloatArray = field(eq=CONTENT, converter=frozen_array)
    unit: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    budget: Budget | None = None

    def __len__(self) -> int:
        return len(self.kind)

    def __iter__(self) -> Iterator[Finding]:
        return (self.finding(i) for i in range(len(self)))

    def finding(self, i: int) -> Finding:
        """The finding of one row of the table."""
        goals, org = self.alignment.goals, self.alignment.org

        def one(ids: NDArray[Any], at: int) -> Any:
            return ids[at : at + 1].tolist()[0] if at >= 0 else None

        return Finding(
            str(self.kind[i]),
            one(goals.ids, int(self.goal[i])),
            one(org.ids, int(self.owner[i])),
            one(goals.ids, int(self.about[i])),
            float(self.figure[i]),
            str(self.unit[i]),
        )

    def of(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind.

        Raises
        ------
        InputError
            If there is no such kind.
        """
        if not isinstance(kind, str) or kind not in FINDINGS:
            check([Fault("audit", "no such kind of finding", suggest(kind, FINDINGS), value=kind)])
        return tuple(self.finding(i) for i in np.flatnonzero(self.kind == kind).tolist())

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind that occurs, in the order of `FINDINGS`."""
        found = self.kind.tolist()
        return {kind: found.count(kind) for kind in FINDINGS if kind in found}

    def table(self) -> Columns:
        """The findings as columns.

        Returns
        -------
        dict of str to array (f,)
            ``finding``, ``goal``, ``owner`` and ``about`` (None where there is none),
            ``figure``, ``unit``, ``reason``, ``repair``.
        """

        def picked(ids: NDArray[Any], at: IntArray) -> NDArray[Any]:
            found = np.full(len(at), None, dtype=object)
            found[at >= 0] = ids[at[at >= 0]]
            return texts(found)

        words = [FINDINGS[kind] for kind in self.kind.tolist()]
        return {
            "finding": texts(self.kind),
            "goal": picked(self.alignment.goals.ids, self.goal),
            "owner": picked(self.alignment.org.ids, self.owner),
            "about": picked(self.alignment.goals.ids, self.about),
            "figure": self.figure,
            "unit": texts(self.unit),
            "reason": texts(reason for reason, _ in words),
            "repair": texts(repair for _, repair in words),
        }

    def draw(self, *, limit: int = 60) -> str:
        """The findings as text, one a line; what is left out is said in a last line."""
        check(not_whole("draw", 0, _MOST, limit=limit))
        lines = [str(self.finding(i)) for i in range(min(limit, len(self)))]
        if len(self) > limit:
            lines.append(f"… and {len(self) - limit:,} more")
        return "\n".join(lines) if lines else "nothing is amiss"

    def __str__(self) -> str:
        return self.draw()

    def __repr__(self) -> str:
        told = ", ".join(f"{n} {kind}" for kind, n in self.counts.items())
        return f"<Audit {len(self):,} findings{': ' if told else ''}{told}>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - only notebooks need it

        return f"<div>{escape(repr(self))}<pre>{escape(self.draw(limit=40))}</pre></div>"


Columnar = tuple[IntArray, IntArray, IntArray, FloatArray, NDArray[Any]]


def audit(aligned: Alignment, budget: Budget | None = None) -> Audit:
    """The findings of an alignment; see :meth:`Alignment.audit`."""
    if budget is not None:
        wants(budget, Budget, "budget", "WeightBudget(…) or WeightBudgets(…)")
    amounts = _Amounts.of(aligned)
    doubled = _doubled(aligned, amounts)
    looks: list[tuple[str, Columnar]] = [
        ("orphan", _goals(aligned, aligned.orphan, aligned.goals.weight, "weight")),
        ("unowned", _goals(aligned, aligned.goals.owner < 0)),
        ("unsupported", _goals(aligned, _unsupported(aligned))),
        *_coverage(aligned),
        ("doubled", doubled),
        ("differs", _differs(aligned, amounts, doubled[0])),
    ]
    if budget is not None:
        looks += _plans(aligned, budget)
    kinds = [np.full(len(found[0]), kind, dtype=object) for kind, found in looks]
    goal, owner, about, figure, unit = (
        np.concatenate(each) for each in zip(*(found for _, found in looks), strict=True)
    )
    return Audit(aligned, np.concatenate(kinds), goal, owner, about, figure, unit, budget)


def _goals(
    aligned: Alignment,
    which: NDArray[np.bool_],
    figure: FloatArray | None = None,
    unit: str | NDArray[Any] = "",
) -> Columnar:
    """Findings of goals where `which` holds."""
    at = np.flatnonzero(which)
    n = len(at)
    units = np.full(n, unit, dtype=object) if isinstance(unit, str) else unit[at]
    figures = np.full(n, np.nan) if figure is None else figure[at]
    return at, aligned.goals.owner[at], np.full(n, -1), figures, units


def _unsupported(aligned: Alignment) -> NDArray[np.bool_]:
    """Strategic goals that no goal serves, and of which no amount is told to be uncovered."""
    nobody = np.diff(aligned.graph.into_ends) == 0
    return np.asarray(aligned.goals.strategic & nobody & np.isnan(aligned.covered))


def _coverage(aligned: Alignment) -> list[tuple[str, Columnar]]:
    lacking, beyond = off_whole(aligned.covered, aligned.goals.margin)
    value, unit = np.abs(aligned.goals.value), aligned.goals.columns["unit"]
    stated = ~np.isnan(value)
    units = np.where(stated, unit, "of it").astype(object)
    found = []
    for kind, off in (("uncovered", lacking), ("over", beyond)):
        amount = np.where(stated, value * off, off)
        found.append((kind, _goals(aligned, (off > 0) & (amount > 0), amount, units)))
    return found


@frozen(eq=False)
class _Amounts:
    """Amounts of goals against what their counted splits make them.

    It says something of goals of which they themselves and all that they are split from
    have amounts of one unit and period.

    Attributes
    ----------
    total : float64 array (g,)
        Σ share × amount served.
    sums, each : bool array (g,)
        Whether the amount is that sum; whether it is what every single split makes it.
    says : bool array (g,)
    """

    total: FloatArray
    sums: NDArray[np.bool_]
    each: NDArray[np.bool_]
    says: NDArray[np.bool_]

    @classmethod
    def of(cls, aligned: Alignment) -> _Amounts:
        goals, graph = aligned.goals, aligned.graph
        links, n = np.flatnonzero(aligned.counted_splits), len(goals)
        goal, to = graph.goal[links], graph.serves[links]
        alike = ~np.isnan(goals.value[goal]) & ~np.isnan(goals.value[to])
        for column in ("unit", "period"):
            alike &= np.asarray(goals.columns[column][goal] == goals.columns[column][to], bool)
        parts = np.where(alike, aligned.links.share[links] * goals.value[to], 0.0)
        total: FloatArray = np.bincount(goal, weights=parts, minlength=n).astype(np.float64)
        every = np.bincount(goal, minlength=n)

        def all_of(which: NDArray[np.bool_]) -> NDArray[np.bool_]:
            return np.asarray(np.bincount(goal[which], minlength=n) == every)

        says = (every > 0) & all_of(alike)
        return cls(
            total,
            says & near(goals.value, total),
            says & all_of(near(goals.value[goal], parts)),
            says,
        )


def _differs(aligned: Alignment, amounts: _Amounts, doubled: IntArray) -> Columnar:
    """Goals whose amount is neither the sum of what it carries nor every part of it."""
    which = amounts.says & ~amounts.sums & ~amounts.each
    which[doubled] = False
    off = aligned.goals.value - amounts.total
    return _goals(aligned, which, off, aligned.goals.columns["unit"])


def _doubled(aligned: Alignment, amounts: _Amounts) -> Columnar:
    """Goals whose amount reaches a strategic goal by several of their own counted splits."""
    graph, carried = aligned.graph, aligned.carried
    links = np.flatnonzero(aligned.counted_splits)
    count = np.bincount(graph.goal[links], minlength=graph.n)
    links = links[(count[graph.goal[links]] > 1) & ~amounts.sums[graph.goal[links]]]
    above = graph.serves[links]
    counts = carried.ends[above + 1] - carried.ends[above]
    ends = carried.code[ranges(carried.ends[above], counts)]
    width = len(aligned.strategic) + 1
    key, ways = added(np.repeat(graph.goal[links], counts) * width + ends, np.ones(len(ends)))
    key, ways = key[ways > 1], ways[ways > 1]
    goal = key // width
    units = np.full(len(key), "ways", dtype=object)
    return goal, aligned.goals.owner[goal], aligned.strategic[key % width], ways, units


def _plans(aligned: Alignment, budget: Budget) -> list[tuple[str, Columnar]]:
    goals, org = aligned.goals, aligned.org
    owned = goals.owner >= 0
    count = np.bincount(goals.owner[owned], minlength=len(org))
    kept = budget.kept(org, count > 0)
    mine = owned & kept.meant[goals.owner]
    weight, plan, number = goals.weight, aligned.plan_weight, count.astype(np.float64)

    def of_people(which: NDArray[np.bool_], figure: FloatArray, unit: str) -> Columnar:
        at = np.flatnonzero(kept.meant & which)
        none = np.full(len(at), -1)
        return none, at, none, figure[at], np.full(len(at), unit, dtype=object)

    light, heavy = weight < kept.least[goals.owner], weight > kept.most[goals.owner]
    off = np.abs(plan - kept.total) > NEAR * kept.total
    return [
        ("unweighed", _goals(aligned, mine & np.isnan(weight))),
        ("light", _goals(aligned, mine & light, weight, "weight")),
        ("heavy", _goals(aligned, mine & heavy, weight, "weight")),
        ("total", of_people(off, plan, "weight")),
        ("few", of_people(number < kept.fewest, number, "goals")),
        ("many", of_people(number > kept.greatest, number, "goals")),
    ]
