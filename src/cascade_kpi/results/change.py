"""One other report, and what it makes of every ancestor."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from cascade_kpi._fields import as_number
from cascade_kpi._long import Columns, keys, same
from cascade_kpi.errors import Fault, check
from cascade_kpi.org.rollup import Combine, add_present

if TYPE_CHECKING:
    from cascade_kpi.results.results import Results

__all__ = ["Change", "change", "fold_values"]


@frozen
class Change:
    """Values of one KPI in one period, before and after one report changes.

    Attributes
    ----------
    kpi, unit, period : str
    nodes : tuple of ids
        The node, its parent, and so on up to the root.
    before, after : tuple of float
        In `unit`, one a node; NaN is absent.
    """

    kpi: str
    unit: str
    period: str
    nodes: tuple[Any, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]

    def table(self) -> Columns:
        """The change as columns: one row a node, from the changed one up to the root.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``; ``before`` and ``after`` in that unit.
        """
        count = [len(self.nodes)]
        return {
            "node": keys(self.nodes),
            "kpi": same([self.kpi], count),
            "period": same([self.period], count),
            "unit": same([self.unit], count),
            "before": np.array(self.before, dtype=np.float64),
            "after": np.array(self.after, dtype=np.float64),
        }


def change(
    results: Results, node: object, kpi: str, inputs: tuple[float, ...], period: str | None
) -> Change:
    """See :meth:`Results.what_if`."""
    k, p = results.kpis.index(kpi), results.periods.index(period)
    item = results.kpis.items[k]
    numbers = all(isinstance(number, float) for number in map(as_number, inputs))
    wrong = not numbers or not all(map(math.isfinite, inputs))
    if wrong or len(inputs) != len(item.aggregate.inputs):
        reason = f"{inputs!r} where {' and '.join(item.aggregate.inputs)} are needed"
        check([Fault("what if", reason, "pass finite numbers in that order", value=kpi)])
    if results.source is not None:
        repair = "ask the results of one period: they are the source of these"
        check([Fault("what if", "these results take several periods together", repair)])
    walk = _Walk.of(results, k, p)
    path = walk.path(results.org.row(node))
    if item.at and not item.reach(results.org).within[path[0]]:
        repair = f"ask about one that reports it, {' or '.join(item.at)}, or a node above"
        check([Fault("what if", f"{kpi} does not reach this node", repair, value=node)])
    walk.refuse_doubling(path)
    own = walk.own_parts(path, inputs)
    alone = results.inner == "total"  # what is reported stands for all that lies below
    parts = [own[0] if alone else walk.joined(path[0], (-1, ()), own[0])]
    held = [not alone and walk.others_held(path[0], -1)]
    for i, (below, row) in enumerate(pairwise(path), start=1):
        parts.append(walk.joined(row, (below, parts[-1]), own[i]))
        held.append(held[-1] or walk.others_held(row, below))
    rows = np.array(path)
    with np.errstate(over="ignore"):
        after: list[float] = item.aggregate.finish(*np.array(parts).T).tolist()
    for row, part, value in zip(path, parts, after, strict=True):
        if any(map(math.isinf, (*part, value))):
            reason = f"{kpi} would be too large for a float"
            check([Fault("what if", reason, "use a larger unit", value=results.org.ids[row])])
    return Change(
        kpi,
        item.unit,
        results.periods.labels[p],
        tuple(results.org.ids[rows].tolist()),
        tuple(results.at(k, p, rows).tolist()),
        tuple(math.nan if lost else value for lost, value in zip(held, after, strict=True)),
    )


@frozen(eq=False)
class _Walk:
    """Scalar access to one KPI's columns in one period, for a walk up a path.

    Memoryviews hand out Python floats several times as fast as arrays do.
    """

    results: Results
    k: int
    combine: Combine
    below: Any  # memoryviews, all of them; their types know whole numbers only
    ends: Any
    size: Any
    parent: Any
    own: tuple[Any, ...]
    parts: tuple[Any, ...]
    held: Any

    @classmethod
    def of(cls, results: Results, k: int, p: int) -> _Walk:
        """The columns of the k-th KPI in the p-th period."""
        held = results.held[k]
        below, ends = results.org.families
        return cls(
            results,
            k,
            results.kpis.items[k].aggregate.combine,
            below.data,
            ends.data,
            results.org.size.data,
            results.org.parent.data,
            tuple(memoryview(array[p]) for array in results.actuals.inputs[k]),
            tuple(memoryview(array[p]) for array in results.parts[k]),
            None if held is None else memoryview(held[p]),
        )

    def path(self, row: int) -> list[int]:
        """The row and its ancestors up to the root."""
        rows = [row]
        while self.parent[rows[-1]] >= 0:
            rows.append(self.parent[rows[-1]])
        return rows

    def children(self, row: int) -> list[int]:
        """Rows of the children, in sibling order."""
        children: list[int] = self.below[self.ends[row] : self.ends[row + 1]].tolist()
        return children

    def own_parts(self, path: list[int], first: tuple[float, ...]) -> list[tuple[float, ...]]:
        """Parts of what each node of the path reports itself, the first anew."""
        columns = [[column[row] for row in path] for column in self.own]
        for column, value in zip(columns, first, strict=True):
            column[0] = float(value) + 0.0  # -0.0 is read as 0.0, as in tables
        with np.errstate(over="ignore"):
            parts = self.results.kpis.items[self.k].aggregate.parts(*map(np.array, columns))
        return list(zip(*(part.tolist() for part in parts), strict=True))

    def joined(
        self, row: int, changed: tuple[int, tuple[float, ...]], own: tuple[float, ...]
    ) -> tuple[float, ...]:
        """Parts of a node: its children's, one of them changed, and then its own."""
        rows = self.children(row)
        if not rows:
            return own
        child, other = changed
        at = rows.index(child) if other else -1
        joined = []
        for i, column in enumerate(self.parts):
            values = [column[r] for r in rows]
            if other:
                values[at] = other[i]
            values.append(own[i])
            joined.append(fold_values(self.combine, values))
        return tuple(joined)

    def others_held(self, row: int, child: int) -> bool:
        """Whether another child than the changed one holds the node back."""
        held = self.held
        return held is not None and any(held[r] for r in self.children(row) if r != child)

    def refuse_doubling(self, path: list[int]) -> None:
        """Refuse a report that would be counted beside a total it is part of."""
        if self.results.inner != "total":
            return
        reported, ids = self.own[0], self.results.org.ids
        clash = [r for r in path[1:] if not math.isnan(reported[r])]
        if math.isnan(reported[path[0]]):
            below = range(path[0] + 1, path[0] + self.size[path[0]])
            clash += [r for r in below if not math.isnan(reported[r])][:1]
        check(
            [
                Fault(
                    "what if",
                    f"{ids[r]!r} has reported as well, and one report would hold the other",
                    "change that report, or measure with inner='own'",
                    value=ids[path[0]],
                )
                for r in clash
            ]
        )


def fold_values(combine: Combine, values: list[float]) -> float:
    """The fold of the sweeps, on scalars: the same order, the same bits."""
    if combine is add_present:
        total = math.nan
        for value in values:
            if value == value:
                total = total + value if total == total else value
        return total
    present = [value for value in values if value == value]
    if not present:
        return math.nan
    cell = np.array(present[:1])
    for value in present[1:]:
        combine(cell, np.array([value]), cell)
    return float(cell[0])
