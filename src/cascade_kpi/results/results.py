"""Results: actuals rolled up by each KPI's own aggregation."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, lock
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.missing import Missing
from cascade_kpi.org.infinite import infinite
from cascade_kpi.org.rollup import fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.change import Change, change
from cascade_kpi.targets.targets import Targets

__all__ = ["Results"]


@frozen(hash=False, repr=False)
class Results:
    """What every node has reached, beside what it was to reach.

    Made by :func:`measure` and :func:`over_periods`.

    Attributes
    ----------
    targets : Targets
    actuals : Actuals
    missing : Missing
        What became of reports that were due and did not come.
    inner : {"total", "own"}
        What a report at an inner node means.
    parts : tuple of tuple of float64 array (p, n)
        Per KPI, the parts of its aggregate, rolled up to every node.
    due, arrived : tuple of bool array (p, n)
        Per KPI, the leaves that were to report, and the nodes that did or
        that a total above stands for.
    held : tuple of bool array (p, n), or None
        Per KPI, the nodes whose value is held back because something below
        is missing; None where nothing is.
    counted : tuple of float64 array (p, n), or None
        Per KPI, the targets that results are set against, where they are not
        the targets themselves: see :meth:`counted_target`.
    source : Results or None
        The several periods that these results take together.
    """

    targets: Targets
    actuals: Actuals
    missing: Missing
    inner: str
    parts: tuple[tuple[FloatArray, ...], ...] = field(eq=CONTENT, repr=False)
    due: tuple[NDArray[np.bool_], ...] = field(eq=False)
    arrived: tuple[NDArray[np.bool_], ...] = field(eq=False)
    held: tuple[NDArray[np.bool_] | None, ...] = field(eq=False)
    counted: tuple[FloatArray | None, ...] = field(eq=False)
    source: Results | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        for k, (kpi, parts) in enumerate(zip(self.kpis, self.parts, strict=True)):
            roots = self.org.layout.roots  # what is infinite below is so, or absent, there too
            for part in parts:
                if not np.isfinite(part[:, roots]).all():
                    check(self._infinite(f"a part of {kpi.name}", part))
            with np.errstate(over="ignore"):
                values = self.at(k, slice(None), slice(None))
            if not np.may_share_memory(values, parts[0]):
                check(self._infinite(f"the result of {kpi.name}", values))
            if (counted := self.counted[k]) is not None:
                check(self._infinite(f"the target of what was reported of {kpi.name}", counted))

    def _infinite(self, what: str, values: FloatArray) -> list[Fault]:
        return infinite("results", what, self.org, self.periods.labels, values)

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.targets.org

    @property
    def kpis(self) -> Kpis:
        """The KPIs."""
        return self.targets.kpis

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.targets.periods

    def of(self, kpi: str) -> FloatArray:
        """Results of a KPI in its unit, float64 (p, n), NaN where absent."""
        return self.at(self.kpis.index(kpi), slice(None), slice(None))

    def at(self, k: int, period: Any, nodes: Any) -> FloatArray:
        """Results of the k-th KPI for some periods and nodes.

        `period` and `nodes` index the two axes of the arrays.
        """
        kpi: Kpi = self.kpis.items[k]
        held = self.held[k]
        values = kpi.aggregate.finish(*(_cut(part, period, nodes) for part in self.parts[k]))
        return values if held is None else np.where(_cut(held, period, nodes), np.nan, values)

    def counted_target(self, kpi: str) -> FloatArray:
        """The targets that the results are set against, float64 (p, n), in KPI units.

        Under ``renormalise`` a sum leaves out what was not reported; so does
        the target that it is set against: it is the node's target less those
        of the leaves below that were due and did not report. Elsewhere, and
        where nothing was reported at all, it is the target.
        """
        return self.counted_at(self.kpis.index(kpi), slice(None), slice(None))

    def counted_at(self, k: int, period: Any, nodes: Any) -> FloatArray:
        """Counted targets of the k-th KPI for some periods and nodes."""
        counted = self.counted[k]
        whole = self.targets.columns[k].values if counted is None else counted
        return np.asarray(_cut(whole, period, nodes))

    def coverage(self, kpi: str) -> FloatArray:
        """Share of the reports due at or below each node that arrived.

        float64 (p, n), 0 to 1, a pure number; NaN where none was due.
        """
        return _share(*self.reports(kpi))

    def reports(self, kpi: str) -> tuple[FloatArray, FloatArray]:
        """How many reports were due at or below each node, and how many arrived.

        Two float64 arrays (p, n) of whole numbers.
        """
        k = self.kpis.index(kpi)
        if self.source is not None:
            due, arrived = self.source.reports(kpi)
            return due.sum(axis=0, keepdims=True), arrived.sum(axis=0, keepdims=True)
        return self._count(self.due[k]), self._count(self.due[k] & self.arrived[k])

    def _count(self, mask: NDArray[np.bool_]) -> FloatArray:
        layout = self.org.layout
        return np.stack([fold_subtrees(layout, row, np.add) for row in mask.astype(np.float64)])

    def table(self) -> Columns:
        """The results as columns: one row a period, KPI and node, in that order.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``; ``result``, ``target`` and
            ``counted_target`` in that unit; ``due`` and ``arrived``, int64, the reports
            at or below the node; ``coverage``, their share. A row is there for a result,
            a target, or a report that was due.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
        >>> results = ck.measure(targets, {"node": ["a"], "kpi": ["sales"], "value": [40]})
        >>> for name, values in list(results.table().items())[4:]:
        ...     print(name, values.tolist())
        result [40.0, 40.0, nan]
        target [100.0, 50.0, 50.0]
        counted_target [50.0, 50.0, 50.0]
        due [2, 1, 1]
        arrived [1, 1, 0]
        coverage [0.5, 1.0, 0.0]
        """
        names = self.kpis.names
        values, targets = [self.of(kpi) for kpi in names], self.targets.values
        due, arrived = zip(*map(self.reports, names), strict=True)
        says = present(values, targets)
        for here, wanted in zip(says, due, strict=True):
            here |= wanted > 0
        columns = {
            "result": values,
            "target": targets,
            "counted_target": [self.counted_target(kpi) for kpi in names],
            "due": [count.astype(np.int64) for count in due],
            "arrived": [count.astype(np.int64) for count in arrived],
            "coverage": list(map(_share, due, arrived)),
        }
        units = [(kpi.name, kpi.unit) for kpi in self.kpis]
        return long_table(self.org.ids, self.periods.labels, units, says, columns)

    def what_if(self, node: object, kpi: str, *inputs: float, period: str | None = None) -> Change:
        """What one other report would make of the node and all its ancestors.

        Parameters
        ----------
        node : id
            Whose own report is replaced.
        kpi : str
        *inputs : float
            What the KPI's aggregate takes, in its order: a value, or a
            numerator and a denominator.
        period : str, optional
            Needed where there are several.

        Returns
        -------
        Change
            Values before and after, from the node up to the root, the same
            bits that measuring everybody again would give. The cost grows
            with the number of siblings along the path, not with the tree.
        """
        return change(self, node, kpi, inputs, period)

    def __repr__(self) -> str:
        return visible(
            f"<Results {', '.join(self.kpis.names)} × {len(self.periods)} × {self.org!r}, "
            f"missing: {self.missing.value}>"
        )

    def __hash__(self) -> int:
        return fingerprint((hash(self.targets), self.missing.value, self.inner))


def _cut(values: NDArray[Any], period: Any, nodes: Any) -> NDArray[Any]:
    """``values[period, nodes]``; rows of nodes are taken, which is four times as quick."""
    lines = values[period]
    if isinstance(nodes, np.ndarray) and nodes.dtype.kind == "i":
        return np.asarray(lines.take(nodes, axis=-1))
    return np.asarray(lines[..., nodes])


def _share(due: FloatArray, arrived: FloatArray) -> FloatArray:
    """What arrived of what was due; NaN where nothing was."""
    with np.errstate(invalid="ignore"):
        return np.where(due > 0, arrived / due, np.nan)


def held_back(org: OrgTree, lost: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nodes at or above anything that is lost, bool (p, n)."""
    rows = [fold_subtrees(org.layout, row, np.fmax) for row in lost.astype(np.float64)]
    return np.asarray(lock(np.stack(rows) > 0))
