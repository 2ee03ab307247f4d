"""Gaps per node and KPI, and their exact split over children and over KPIs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, fingerprint, lock
from cascade_kpi._long import Columns, long_table, present, totals_table
from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.analysis.split import split_gap
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.directions import ways
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.infinite import finite_array
from cascade_kpi.org.rollup import add_present
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.scoring.brought import brought, by_rules
from cascade_kpi.scoring.score import Scores

__all__ = ["Gaps", "bad_way", "gaps"]


@record("cascade_kpi/gaps")
@frozen(hash=False, repr=False)
class Gaps:
    """Results less targets, for everybody. Made by :func:`gaps`.

    Nothing is stored but the scores that the gaps follow from; every array is
    computed when it is asked for.

    Attributes
    ----------
    scores : Scores
    """

    scores: Scores

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.scores.org

    @property
    def kpis(self) -> Kpis:
        """The KPIs."""
        return self.scores.kpis

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.scores.periods

    def of(self, kpi: str) -> FloatArray:
        """Result − target in KPI units, float64 (p, n), NaN where either is absent.

        The target is that of what was reported: :meth:`Results.counted_target`.
        """
        results = self.scores.results
        return self._finite(
            f"the gap of {kpi}", lambda: results.of(kpi) - results.counted_target(kpi)
        )

    def shortfall(self, kpi: str) -> FloatArray:
        """The unfavourable part of the gap by the KPI's direction, zero or more.

        float64 (p, n), in KPI units, NaN where result or target is absent.
        """
        results = self.scores.results
        item: Kpi = self.kpis[kpi]
        return self._finite(
            f"the shortfall of {kpi}",
            lambda: item.better.shortfall(results.of(kpi), results.counted_target(kpi)),
        )

    def _finite(self, what: str, made: Callable[[], FloatArray]) -> FloatArray:
        return finite_array("gaps", what, self.org, self.periods.labels, made)

    def to_parent(self, kpi: str) -> FloatArray:
        """What each node brings to its parent's gap, in KPI units, float64 (p, n).

        A parent's gap is the sum of what its children bring and of what it
        reported, or kept of its target, itself (:meth:`kept`). NaN for roots,
        and where the parent has no gap.
        """
        brought, _ = self._split[self.kpis.index(kpi)]
        return brought

    def kept(self, kpi: str) -> FloatArray:
        """The part of each inner node's gap that no child brings, float64 (p, n).

        In KPI units; NaN for leaves and where there is no gap.
        """
        _, kept = self._split[self.kpis.index(kpi)]
        return kept

    @cached_property
    def _split(self) -> tuple[tuple[FloatArray, FloatArray], ...]:
        split = []
        for k, name in enumerate(self.kpis.names):
            with np.errstate(over="ignore"):  # told by node
                brought, kept = split_gap(self.scores.results, k)
            self._finite(f"a part of the gap of {name}", partial(np.asarray, brought))
            self._finite(f"a part of the gap of {name}", partial(np.asarray, kept))
            split.append((brought, kept))
        return tuple(split)

    def in_points(self, item: str) -> FloatArray:
        """What an item brings to the total's gap, in points, float64 (p, n).

        Weight·(points − points at target) ÷ Σ weight, down the sections. Over the items, and
        with what :attr:`by_rules` brings, it sums to :attr:`total`. Where a section is combined
        by a rule in which what a point adds depends on the other parts, what the total
        changes by as the item goes on target, those before it on the card being there
        already. NaN where the item is absent or not on the card.
        """
        i = self.scores.outline.position(item)
        if i not in self.scores.outline.items:
            repair = "name one of its items"
            check([Fault("gaps", "a section of the card, not an item", repair, value=item)])
        return self._in_points[i]

    @cached_property
    def _in_points(self) -> dict[int, FloatArray]:
        """Per item of the scorecard, what it brings to the total's gap."""
        outline = self.scores.outline
        return {
            i: self._over_periods(f"the gap in points of {outline.names[i]}", partial(brought, i=i))
            for i in outline.items
        }

    @cached_property
    def by_rules(self) -> FloatArray:
        """What gates and adjustments bring to the total's gap, in points, float64 (p, n).

        The total less what it would be without them.
        """
        return self._over_periods("what the rules make of the total", by_rules)

    def _over_periods(self, what: str, made: Callable[..., FloatArray]) -> FloatArray:
        kernel, everybody = self.scores.kernel, slice(0, len(self.org))

        def each() -> FloatArray:
            with np.errstate(over="ignore"):
                return np.stack(
                    [made(kernel, p=p, nodes=everybody) for p in range(len(self.periods))]
                )

        return lock(self._finite(what, each))

    @cached_property
    def total(self) -> FloatArray:
        """Total − total with every item on target and no rules after, in points, float64 (p, n)."""
        out = np.full(self.scores.total.shape, np.nan)
        with np.errstate(over="ignore"):  # told by node
            for part in (*self._in_points.values(), self._rules_or_nothing):
                out = add_present(out, part, np.empty_like(out))
        gap = lock(np.where(np.isnan(self.scores.total), np.nan, out))
        return self._finite("the gap of the total", lambda: gap)

    @property
    def _rules_or_nothing(self) -> FloatArray:
        """What the rules bring; NaN where there are none, so that nothing is added."""
        if not self.scores.outline.has_rules:
            return np.full(self.scores.total.shape, np.nan)
        return self.by_rules

    def table(self) -> Columns:
        """The gaps as columns: one row a period, KPI and node, in that order.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit`` of gaps (``pp`` for per cent); in that
            unit ``gap``, ``shortfall``, ``to_parent``, what the node brings to its
            parent's gap, and ``kept``, what no child of it brings; ``share``, `to_parent`
            over the parent's gap, NaN where that is zero; ``points``, what the item
            brings to the total's gap. A row is there for any of these numbers.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
        >>> results = ck.measure(
        ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [40.0, 52.0]}
        ... )
        >>> gap = ck.gaps(ck.score(results, ck.Scorecard([ck.Item("sales")], {"sales": 100})))
        >>> for name in ("node", "gap", "to_parent", "share"):
        ...     print(name, gap.table()[name].tolist())
        node ['hq', 'a', 'b']
        gap [-8.0, -10.0, 2.0]
        to_parent [nan, -10.0, 2.0]
        share [nan, 1.25, -0.25]
        """
        names = self.kpis.names
        gap, brought = [self.of(kpi) for kpi in names], [self.to_parent(kpi) for kpi in names]
        on_card = self.scores.kpi_items
        points = [self.in_points(kpi) if kpi in on_card else None for kpi in names]
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(kpi.name, kpi.gap_unit) for kpi in self.kpis],
            present(gap, brought, points),
            {
                "gap": gap,
                "shortfall": [self.shortfall(kpi) for kpi in names],
                "to_parent": brought,
                "share": list(map(self._share, gap, brought)),
                "kept": [self.kept(kpi) for kpi in names],
                "points": points,
            },
        )

    def _share(self, gap: FloatArray, brought: FloatArray) -> FloatArray:
        """What is brought over the parent's gap, (p, n); NaN for roots and a gap of zero."""
        whole = np.where(gap == 0, np.nan, gap)
        return brought / whole[:, self.org.parent]  # NaN is brought by roots

    def totals(self) -> Columns:
        """The gap of everybody's total as columns: one row a period and node with a total.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``; ``gap`` in points, NaN where it cannot be told. By
            period, then node.
        """
        says = ~np.isnan(self.scores.total)
        return totals_table(self.org.ids, self.periods.labels, says, {"gap": self.total})

    def by_child(self, node: object, kpi: str, period: str | None = None) -> Breakdown:
        """A node's gap split exactly over its children, the worst first.

        Parts are in KPI units. What the node itself reported, or kept of its
        target, stands as a part under its own id.
        """
        row, p, item = self.org.row(node), self.periods.index(period), self.kpis[kpi]
        if item.aggregate.makeup is Makeup.OTHER:
            reason = f"{item.aggregate!r} does not say how a gap splits"
            check([Fault("gaps", reason, "give the aggregate a makeup", value=kpi)])
        whole = float(self.of(kpi)[p, row])
        brought, own = self.to_parent(kpi)[p], float(self.kept(kpi)[p, row])
        children = self.org[node].child_rows
        bad = bad_way(item, whole)
        result = self.scores.results.of(kpi)[p]
        entries = [
            (
                self.org.node(child).id,
                str(self.org.labels[child]),
                float(brought[child]),
                brought[child] * bad,
            )
            for child in children
            if brought[child] == brought[child]
            and (brought[child] or result[child] == result[child])
        ]
        if children and own:
            label = f"{self.org.labels[row]} (own)"
            entries.append((self.org.node(row).id, label, own, own * bad))
        if whole != whole:
            entries = []  # there is nothing to split
        title = f"gap of {item.name}, {self.org.labels[row]}, {self.periods.labels[p]}"
        return Breakdown.ranked(title, item.gap_unit, whole, entries, decimals=item.decimals)

    def by_kpi(self, node: object, period: str | None = None) -> Breakdown:
        """The gap of a node's total split exactly over its items and the rules after them."""
        row, p = self.org.row(node), self.periods.index(period)
        whole = float(self.total[p, row])
        parts = [(item.name, self.in_points(item.name)) for item in self.scores.scorecard.items]
        parts += [("gates and adjustments", self._rules_or_nothing)]
        entries = []
        for name, values in parts:
            part = float(values[p, row])
            if part == part and whole == whole:
                entries.append((name, name, part, -part))
        title = f"gap of the total, {self.org.labels[row]}, {self.periods.labels[p]}"
        return Breakdown.ranked(title, "points", whole, entries)

    def __repr__(self) -> str:
        return f"<Gaps of {self.scores!r}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), "gaps"))


def bad_way(kpi: Kpi, whole: float) -> float:
    """+1 if more of the KPI is worse, −1 if less is; where both are, the whole's own way."""
    up, down = ways(kpi.better)
    if up and down:
        return -1.0 if whole < 0 else 1.0
    return 1.0 if up else -1.0


def gaps(scores: Scores) -> Gaps:
    """Gaps between results and targets, in KPI units and in points.

    Parameters
    ----------
    scores : Scores

    Returns
    -------
    Gaps

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
    >>> results = ck.measure(
    ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [40.0, 52.0]}
    ... )
    >>> gap = ck.gaps(ck.score(results, ck.Scorecard([ck.Item("sales")], {"sales": 100})))
    >>> gap.by_child("hq", "sales")
    gap of sales, hq, 2026: -8.00 CNY
      a          -10.00   125.0 %   125.0 %
      b           +2.00   -25.0 %   100.0 %
    """
    wants(scores, Scores, "scores", "score(…)")
    return Gaps(scores)
