"""Targets against history and against peers, before they are handed out."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import refusals
from cascade_kpi._long import Columns, long_table, present, same, texts
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check, suggest, wants
from cascade_kpi.judging.history import Past, summed
from cascade_kpi.judging.judged import (
    Figures,
    Stretched,
    beside_peers,
    beyond_best,
    met_before,
    outlying,
    shares,
)
from cascade_kpi.judging.trials import odd_rules
from cascade_kpi.judging.yardsticks import (
    Base,
    ByKpi,
    Deviations,
    Fences,
    Latest,
    Material,
    Measure,
    Peers,
    Yardstick,
)
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.targets.targets import Targets

__all__ = ["Beside", "Fairness", "fairness"]

_ALWAYS = 3  # counts that are told also where they are zero
_WORDS = np.array(["too easy", "", "too hard"], dtype=object)


@frozen(eq=False)
class Beside:
    """One KPI of everybody beside their peers.

    Attributes
    ----------
    figures : tuple of Figures
        One for each period.
    deviation, load : float64 array (p, n)
    beyond : int64 array (p, n)
        On which side of the fences: −1 below, 1 above, else 0.
    outlier : int64 array (p, n)
        The same of those that differ from their peers by what is material.
    shift : float64 array (p, groups)
    """

    figures: tuple[Figures, ...]
    deviation: FloatArray
    beyond: IntArray
    outlier: IntArray
    load: FloatArray
    shift: FloatArray


@frozen(hash=False, repr=False)
class Fairness:
    """How hard every target is, against history and against peers. Made by :func:`fairness`.

    Nothing is stored but what it is made from; every array is computed when it
    is first asked for.

    Attributes
    ----------
    targets : Targets
    history : Past
    by : Yardstick
    """

    targets: Targets
    history: Past
    by: Yardstick

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

    @property
    def strangers(self) -> tuple[Any, ...]:
        """Ids that have a past and are not in the tree of the targets."""
        return self.history.strangers

    @cached_property
    def _groups(self) -> tuple[tuple[str, ...], IntArray]:
        return self.by.peers.groups(self.org)

    @property
    def group_names(self) -> tuple[str, ...]:
        """The groups of peers, in order of first appearance in the tree."""
        return self._groups[0]

    @property
    def group_codes(self) -> IntArray:
        """Every node's position in `group_names`, −1 for none, int64 (n,)."""
        return self._groups[1]

    @cached_property
    def stretches(self) -> tuple[Stretched, ...]:
        """Per KPI, the bases and stretches of everybody."""
        return tuple(
            Stretched.of(self.targets, k, past, self.by)
            for k, past in enumerate(self.history.cycles)
        )

    @cached_property
    def _beside(self) -> tuple[Beside, ...]:
        return tuple(self._compared(k) for k in range(len(self.kpis)))

    @cached_property
    def _capacity(self) -> FloatArray | None:
        by = self.by.capacity
        if by is None:
            return None
        values = self.org.numbers(by)
        return np.where(np.isnan(values), summed(self.org, values), values)

    def _compared(self, k: int) -> Beside:
        names, codes = self._groups
        fences, least = self.by.fences, self.by.peers.smallest
        stretched, values = self.stretches[k], self.targets.values[k]
        found = [beside_peers(line, codes, fences, least) for line in stretched.stretch]
        figures, deviation, beyond = zip(*found, strict=True)
        outlier = [
            outlying(each, told.at(told.median, codes), *both, kpi=self.kpis.items[k], by=self.by)
            for each, told, *both in zip(beyond, figures, values, stretched.base, strict=True)
        ]
        load, shift = np.full(values.shape, np.nan), np.full((len(values), len(names)), np.nan)
        if self.kpis.items[k].aggregate.makeup is Makeup.SUM:
            for p, target in enumerate(values):
                part = stretched.base[p] if self._capacity is None else self._capacity
                load[p], shift[p] = shares(target, part, codes, len(names))
        arrays = *map(np.stack, (deviation, beyond, outlier)), load, shift
        return Beside(figures, *map(lock, arrays))

    def beside(self, kpi: str) -> Beside:
        """A KPI's targets beside those of peers."""
        return self._beside[self.kpis.index(kpi)]

    def base(self, kpi: str) -> FloatArray:
        """What each target is set against, in KPI units, float64 (p, n), NaN where absent."""
        return self.stretches[self.kpis.index(kpi)].base

    def stretch(self, kpi: str) -> FloatArray:
        """What each target asks beyond its base, more is harder, float64 (p, n).

        A pure number for what adds up, else in :meth:`stretch_unit`; NaN where
        there is no target or no base, or the base is zero.
        """
        return self.stretches[self.kpis.index(kpi)].stretch

    def stretch_unit(self, kpi: str) -> str:
        """The unit of a KPI's stretch; empty for pure numbers."""
        item: Kpi = self.kpis[kpi]
        return self.by.measure(item).unit(item)

    def deviation(self, kpi: str) -> FloatArray:
        """How far each stretch lies from the median of its peers, in spreads, float64 (p, n).

        NaN without peers, or too few of them.
        """
        return self._beside[self.kpis.index(kpi)].deviation

    def outliers(self, kpi: str) -> IntArray:
        """Beyond the fences of its peers by what is material, int64 (p, n).

        −1 too easy, 1 too hard, else 0.
        """
        return self._beside[self.kpis.index(kpi)].outlier

    def least(self, kpi: str) -> FloatArray:
        """From which difference on a target is an outlier, in KPI units, float64 (p, n)."""
        k = self.kpis.index(kpi)
        item, values = self.kpis.items[k], self.targets.values[k]
        return np.stack([self.by.material(line, item) for line in values])

    def load(self, kpi: str) -> FloatArray:
        """Share of the group's targets over share of its base or capacity, float64 (p, n).

        A pure number, 1 for whoever carries their part; NaN for what does not
        add up, and where it cannot be told.
        """
        return self._beside[self.kpis.index(kpi)].load

    def beyond_best(self, kpi: str) -> FloatArray:
        """The stretch against the best past cycle, float64 (p, n): zero or less has been done."""
        k = self.kpis.index(kpi)
        past = self.history.cycles[k]
        if past is None:
            return np.full(self.targets.values[k].shape, np.nan)
        return beyond_best(self.targets, k, past, self.by)

    def met_before(self, kpi: str) -> FloatArray:
        """The share of past cycles in which the target would have been met, float64 (p, n).

        Of the cycles that a node has; NaN where it has none.
        """
        k = self.kpis.index(kpi)
        past = self.history.cycles[k]
        if past is None:
            return np.full(self.targets.values[k].shape, np.nan)
        return met_before(self.targets, k, past)

    def figures(self, kpi: str, period: str | None = None) -> Figures:
        """The figures of all groups, for one KPI in one period."""
        return self._beside[self.kpis.index(kpi)].figures[self.periods.index(period)]

    def table(self) -> Columns:
        """The judgement as columns: one row for each target, by period, KPI, node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``; in that unit ``target`` and ``base``;
            ``stretch`` in ``stretch_unit``, which is empty for pure numbers; ``group``,
            empty without one; ``deviation`` from its median, in spreads; ``least``, the
            difference in ``unit`` from which on it is an outlier; ``outlier``: "too easy",
            "too hard" or empty; ``load``; ``beyond_best``; ``met_before``.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table(
        ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "past": [None, 50, 40]}
        ... )
        >>> kpi = ck.Kpi("sales", "CNY", lot=1)
        >>> targets = ck.cascade(org, [kpi], {"sales": 100}, periods="2027")
        >>> ck.fairness(targets, "past", peers="past").table()["stretch"].round(3).tolist()
        [0.111, 0.0, 0.25]
        """
        names, shape = self.kpis.names, self.targets.values[0].shape
        labels = np.array([*self.group_names, ""], dtype=object)[self.group_codes]
        group = np.broadcast_to(labels, shape)
        units = [np.full(shape, self.stretch_unit(kpi), dtype=object) for kpi in names]
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(kpi.name, kpi.unit) for kpi in self.kpis],
            present(self.targets.values),
            {
                "target": self.targets.values,
                "base": [self.base(kpi) for kpi in names],
                "stretch": [self.stretch(kpi) for kpi in names],
                "stretch_unit": units,
                "group": [group] * len(names),
                "deviation": [self.deviation(kpi) for kpi in names],
                "least": [self.least(kpi) for kpi in names],
                "outlier": [_WORDS[self.outliers(kpi) + 1] for kpi in names],
                "load": [self.load(kpi) for kpi in names],
                "beyond_best": [self.beyond_best(kpi) for kpi in names],
                "met_before": [self.met_before(kpi) for kpi in names],
            },
        )

    def groups(self) -> Columns:
        """The groups as columns: one row a period, KPI and group with a stretch.

        Returns
        -------
        dict of str to array (m,)
            ``group``, ``kpi``, ``period``; ``unit`` of stretches, empty for pure numbers;
            ``count`` of stretches; in that unit ``median``, ``lower_quartile``,
            ``upper_quartile``, ``spread``, and the fences ``low`` and ``high``, NaN for
            groups too small to tell; ``too_easy``, ``too_hard`` and ``immaterial``, beyond
            the fences by less than what is material, counts; ``least`` and ``most``, the
            nodes that are least and most stretched; ``shift``, the part of the targets that
            would change hands for all loads to be 1.
        """
        parts = [
            (p, k, self._beside[k].figures[p])
            for p in range(len(self.periods))
            for k in range(len(self.kpis))
        ]
        counts = [len(each.names) for *_, each in parts]
        joined = {
            column: np.concatenate([getattr(each, name) for *_, each in parts])
            for column, name in _FIGURES.items()
        }
        flags = [self._flagged(p, k, each) for p, k, each in parts]
        names = np.array(self.group_names, dtype=object)
        return {
            "group": texts(names[np.concatenate([each.names for *_, each in parts])]),
            "kpi": same([self.kpis.names[k] for _, k, _ in parts], counts),
            "period": same([self.periods.labels[p] for p, *_ in parts], counts),
            "unit": same([self.stretch_unit(self.kpis.names[k]) for _, k, _ in parts], counts),
            **joined,
            "too_easy": np.concatenate([each[0] for each in flags]),
            "too_hard": np.concatenate([each[1] for each in flags]),
            "immaterial": np.concatenate([each[2] for each in flags]),
            "least": texts(self.org.ids[np.concatenate([each.first for *_, each in parts])]),
            "most": texts(self.org.ids[np.concatenate([each.last for *_, each in parts])]),
            "shift": np.concatenate([self._beside[k].shift[p, e.names] for p, k, e in parts]),
        }

    def _flagged(self, p: int, k: int, figures: Figures) -> tuple[IntArray, ...]:
        """How many of each group are too easy, too hard, and beyond a fence by too little."""
        beside = self._beside[k]
        outlier = beside.outlier[p]
        kinds = (outlier < 0, outlier > 0, (beside.beyond[p] != 0) & (outlier == 0))
        size = len(self.group_names)
        counts = [np.bincount(self.group_codes[rows], minlength=size) for rows in kinds]
        return tuple(np.asarray(each[figures.names], dtype=np.int64) for each in counts)

    def unjudged(self, kpi: str) -> NDArray[np.bool_]:
        """The stretches that have no peers, or too few of them to tell, bool (p, n)."""
        codes, figures = self.group_codes, self._beside[self.kpis.index(kpi)].figures
        lows = np.stack([each.at(each.low, codes) for each in figures])
        return ~np.isnan(self.stretch(kpi)) & np.isnan(lows)

    def without(self, kpi: str) -> NDArray[np.bool_]:
        """The targets that no stretch can be told of, bool (p, n)."""
        return ~np.isnan(self.targets.of(kpi)) & np.isnan(self.stretch(kpi))

    def __repr__(self) -> str:
        lines = [f"<Fairness of {self.targets!r}, peers by {self.by.peers.by}>"]
        for name in self.kpis.names:
            flags = self.outliers(name)
            counts = {
                "stretches": ~np.isnan(self.stretch(name)),
                "too hard": flags > 0,
                "too easy": flags < 0,
                "without enough peers": self.unjudged(name),
                "targets without a base": self.without(name),
            }
            told = [(what, int(np.count_nonzero(which))) for what, which in counts.items()]
            words = [f"{n:,} {what}" for i, (what, n) in enumerate(told) if n or i < _ALWAYS]
            lines.append(f"  {name}: {', '.join(words)}")
        if self.strangers:
            lines.append(f"  {len(self.strangers):,} with a past are not in the tree")
        return "\n".join(map(visible, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.targets), hash(self.by), "fairness"))


_FIGURES = {
    "count": "counts",
    "median": "median",
    "lower_quartile": "lower",
    "upper_quartile": "upper",
    "spread": "spread",
    "low": "low",
    "high": "high",
}


def fairness(
    targets: Targets,
    history: object,
    peers: Peers | str = "kind",
    *,
    base: Base | None = None,
    fences: Fences | None = None,
    measures: Mapping[str, Measure] | None = None,
    capacity: str | None = None,
    material: Material | Mapping[str, Material | float] | None = None,
) -> Fairness:
    """How hard every target is, against what was reached and against peers.

    Parameters
    ----------
    targets : Targets
    history : Results, Actuals, column name or list of these, any table, or a mapping
        In periods as long as those of the targets, whole cycles of them, in
        order. Several columns are several periods. A mapping gives each KPI its
        own. Text is a column of the tree: pass a path as ``Path(…)`` or ``Csv(…)``.
    peers : Peers or str
        ``"kind"``, or the column of the tree in which peers have the same value,
        such as the post.
    base : Base, optional
        What of the past a target is set against: ``Latest()`` by default.
    fences : Fences, optional
        Beyond which a stretch is an outlier: ``Deviations(3.5)`` by default.
    measures : mapping of KPI name to Measure, optional
        How stretch is measured, where not as usual.
    capacity : str, optional
        Column beside whose shares those of targets are set; the base by default.
    material : Material or mapping of KPI name to Material or float, optional
        By how much a target beyond the fences must differ from its peers to be told:
        ``yardsticks.OfTarget(0.05)``, 5 % of the target, by default. A number is in the KPI's
        unit.

    Returns
    -------
    Fairness

    Raises
    ------
    InputError
        Listing every fault of the arguments and of the history; no such column;
        a history that says nothing of anybody who has a target.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {
    ...         "id": ["hq", *"abcdef"],
    ...         "parent": ["", *["hq"] * 6],
    ...         "post": [None, *["seller"] * 6],
    ...         "last_year": [None, 100, 110, 95, 105, 98, 40],
    ...     }
    ... )
    >>> kpi = ck.Kpi("sales", "CNY", lot=1)
    >>> targets = ck.cascade(org, [kpi], {"sales": 630}, periods="2027")
    >>> judged = ck.fairness(targets, "last_year", peers="post")
    >>> judged.stretch("sales").round(2)
    array([[ 0.15,  0.05, -0.05,  0.11,  0.  ,  0.07,  1.62]])
    >>> judged.outliers("sales")
    array([[0, 0, 0, 0, 0, 0, 1]])
    """
    wants(targets, Targets, "targets", "cascade(…)")
    by = Yardstick(
        peers,
        Latest() if base is None else base,
        Deviations() if fences is None else fences,
        measures,
        capacity,
        material,
    )
    faults: list[Fault] = [
        Fault("measures", "no such KPI", suggest(name, targets.kpis.names), value=name)
        for name in by.measures
        if name not in targets.kpis.names
    ]
    if isinstance(by.material, ByKpi):
        faults += by.material.unknown(targets.kpis)
    faults += odd_rules(by, targets.kpis) + refusals(by.peers.groups, targets.org)
    if capacity is not None:
        faults += refusals(targets.org.numbers, capacity)
    found: list[Past] = []
    faults += refusals(lambda given: found.append(Past.of(targets, given)), history)
    check(faults)
    judged = Fairness(targets, found[0], by)
    judged.stretches  # noqa: B018 - what is too large for a float is refused here
    return judged
