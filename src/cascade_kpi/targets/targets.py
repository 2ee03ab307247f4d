"""Targets: what every node is to reach, per KPI and period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.entries import Column, Entries, aligned, read_entries
from cascade_kpi.errors import Fault, InputError, check, unlike
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.infinite import finite_rolled, infinite
from cascade_kpi.org.rollup import add_present, fold_children
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.targets.amounts import NO_LOTS, Amounts, Lots
from cascade_kpi.targets.origins import Assigned, Cascaded, Itemised, Phased, Reconciled
from cascade_kpi.targets.own import own_amounts
from cascade_kpi.targets.ratios import Ratios, unscaled

__all__ = ["Targets", "assign", "assigned", "rolls_up"]


@frozen(hash=False, repr=False)
class Targets:
    """What every node is to reach, per KPI and period.

    Attributes
    ----------
    org : OrgTree
    kpis : Kpis
    periods : Periods
        The axes.
    origin : Cascaded, Assigned, Phased, Itemised or Reconciled
        What the targets were made from.
    columns : tuple of Lots, Ratios or Amounts
        Per KPI, whole lots where goals were divided, counted numerators where a
        ratio's change was, else amounts.
    """

    org: OrgTree
    kpis: Kpis
    periods: Periods
    origin: Cascaded | Assigned | Phased | Itemised | Reconciled
    columns: tuple[Lots | Amounts | Ratios, ...] = field(repr=False)

    def __attrs_post_init__(self) -> None:
        for kpi, column in zip(self.kpis, self.columns, strict=True):
            if not isinstance(column, Lots):  # whole lots are finite
                what = f"the target of {kpi.name}"
                check(infinite("targets", what, self.org, self.periods.labels, column.values))

    @property
    def values(self) -> tuple[FloatArray, ...]:
        """Per KPI, targets in KPI units, float64 (p, n), NaN where absent."""
        return tuple(column.values for column in self.columns)

    @cached_property
    def accepted(self) -> set[tuple[str, object]]:
        """KPIs with attainments of the library that were found to refuse none of their targets.

        Kept so that scoring by another card, or by other weights, need not look again.
        """
        return set()

    def of(self, kpi: str) -> FloatArray:
        """Targets of a KPI in its unit, float64 (p, n), NaN where absent."""
        return self.values[self.kpis.index(kpi)]

    def lots_of(self, kpi: str) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
        """Targets of a KPI in whole lots, int64 (p, n), masked where absent.

        Raises
        ------
        InputError
            If the KPI's targets are not counted in lots.
        """
        column = self.columns[self.kpis.index(kpi)]
        if not isinstance(column, Lots):
            repair = "use of(…): shared and assigned targets are not divided"
            raise InputError([Fault("targets", "not counted in lots", repair, value=kpi)])
        masked: np.ma.MaskedArray[Any, np.dtype[np.int64]] = np.ma.masked_equal(
            column.counts, NO_LOTS
        )
        return masked

    def numerators(self, kpi: str) -> FloatArray:
        """Numerators that targets of a ratio come to at the expected volumes, float64 (p, n).

        As reports state them, so without the scale of a per cent; NaN where there
        is no target. Children sum to their parent.

        Raises
        ------
        InputError
            If the KPI's targets were not made by ``splits.Rates``.
        """
        column = self._ratios(kpi)
        return lock(unscaled(self.kpis[kpi].aggregate, column.numerators))

    def volumes(self, kpi: str) -> FloatArray:
        """Denominators that targets of a ratio were made for, float64 (p, n), NaN without target.

        Raises
        ------
        InputError
            If the KPI's targets were not made by ``splits.Rates``.
        """
        return lock(self._ratios(kpi).denominators)

    def _ratios(self, kpi: str) -> Ratios:
        column = self.columns[self.kpis.index(kpi)]
        if not isinstance(column, Ratios):
            repair = "give the KPI a split such as splits.Rates(…), with volumes"
            raise InputError([Fault("targets", "no volumes are expected", repair, value=kpi)])
        return column

    def _of_ratios(self, made: Callable[[str], FloatArray]) -> list[FloatArray | None]:
        """What is told of every KPI whose targets are ratios; None for the others."""
        told = zip(self.kpis.names, self.columns, strict=True)
        return [made(name) if isinstance(column, Ratios) else None for name, column in told]

    def margin(self, k: int) -> IntArray | None:
        """What children of each node have beyond its target of the k-th KPI.

        In ten-thousandths of the target, int64 (n,); None if nowhere anything.
        """
        if isinstance(self.origin, Phased | Itemised | Reconciled):
            return self.origin.whole.margin(self._of_whole(k))
        bounds = self.origin.bounds[k] if isinstance(self.origin, Cascaded) else None
        return bounds.margin if bounds is not None and bounds.margin.any() else None

    def holds_own(self, k: int) -> bool:
        """Whether a node's target of the k-th KPI is its own and its children's together."""
        if isinstance(self.origin, Reconciled) and self.origin.demands[k] is not None:
            return bool(self.origin.demands[k].frame.own.any())
        if isinstance(self.origin, Phased | Itemised | Reconciled):
            return self.origin.whole.holds_own(self._of_whole(k))
        return isinstance(self.origin, Assigned) and rolls_up(self.kpis.items[k])

    def _of_whole(self, k: int) -> int:
        """Position of the KPI that the k-th was spread or carried from."""
        return self.origin.of_whole(k) if isinstance(self.origin, Itemised) else k

    def behind(self, k: int) -> tuple[Targets, int]:
        """The targets whose verb made the k-th KPI's, and its position there.

        These themselves, unless a later verb was about other KPIs and carried this one.
        """
        targets = self
        while _is_carried(targets.origin, k):
            targets, k = targets.origin.whole, targets._of_whole(k)  # type: ignore[union-attr]  # it has been looked at
        return targets, k

    def cushion(self, kpi: str) -> FloatArray:
        """What a node's children have beyond its own target, float64 (p, n), in KPI units.

        Zero where they sum to it, as they do unless the split assigns more
        than there is; NaN for leaves, and where a target is absent.
        """
        values = self.of(kpi)
        below = np.stack([fold_children(self.org.layout, row, add_present) for row in values])
        return lock(below - values)

    def table(self) -> Columns:
        """The targets as columns: one row for each target, by period, KPI, node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``; ``target`` in that unit, of the node
            as a whole; ``lots``, NaN where the KPI's targets are not counted in them;
            ``value``, the node's own target as :func:`assign` takes it: of a sum what
            the target holds beyond the children's, else the target. Where a KPI has
            ``splits.Rates``, also ``numerator`` and ``denominator``, what the targets
            come to at the expected volumes.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> kpis = ck.Kpis([ck.Kpi("sales", "CNY", lot=10)])
        >>> targets = ck.cascade(org, kpis, {"sales": 90}, periods="2026")
        >>> table = targets.table()
        >>> for name in ("node", "target", "lots", "value"):
        ...     print(name, table[name].tolist())
        node ['hq', 'a', 'b']
        target [90.0, 50.0, 40.0]
        lots [9.0, 5.0, 4.0]
        value [0.0, 50.0, 40.0]
        >>> ck.assign(org, kpis, table).of("sales")
        array([[90., 50., 40.]])
        """
        lots = [c.counts.astype(float) if isinstance(c, Lots) else None for c in self.columns]
        own = [own_amounts(self, k) for k in range(len(self.kpis))]
        columns: dict[str, Sequence[FloatArray | None]] = {
            "target": self.values,
            "lots": lots,
            "value": own,
        }
        if any(isinstance(column, Ratios) for column in self.columns):
            columns |= {
                "numerator": self._of_ratios(self.numerators),
                "denominator": self._of_ratios(self.volumes),
            }
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(kpi.name, kpi.unit) for kpi in self.kpis],
            present(self.values),
            columns,
        )

    def __repr__(self) -> str:
        return visible(
            f"<Targets {', '.join(self.kpis.names)} × {len(self.periods)} × {self.org!r}>"
        )

    def __hash__(self) -> int:
        return fingerprint((self.periods.labels, self.kpis.names, hash(self.org)))

    @classmethod
    def from_columns(
        cls,
        org: OrgTree,
        kpis: Kpis,
        columns: Mapping[str, Any],
        *,
        periods: Periods | str,
    ) -> Targets:
        """Targets of every node from arrays in the tree's own row order.

        Parameters
        ----------
        columns : mapping of KPI name to array (n,) or (p, n)
            The target of each node as a whole, in KPI units; NaN for none.
            They are taken as they are, not rolled up. KPIs that are left out
            have no targets.

        Raises
        ------
        InputError
            Listing unknown KPIs and arrays of the wrong shape or type.
        """
        wrong = unlike(org, OrgTree, "org", "OrgTree.from_table(…)")
        check(wrong + unlike(columns, Mapping, "columns", "{KPI name: array}"))
        kpis, periods = Kpis.of(kpis), Periods.of(periods)
        faults = [
            Fault("targets", "no such KPI", "name it in kpis", column=name)
            for name in columns
            if name not in kpis.names
        ]
        none = np.full((len(periods), len(org)), np.nan)
        amounts = tuple(
            aligned(org, periods, columns[kpi.name], f"targets of {kpi.name}", faults)
            if kpi.name in columns
            else none
            for kpi in kpis
        )
        faults += _unreached(org, kpis, periods, amounts, None)
        check(faults)
        return cls(org, kpis, periods, Assigned(None, amounts), tuple(map(Amounts, amounts)))


def assign(
    org: OrgTree,
    kpis: Kpis,
    table: object,
    *,
    periods: Periods | str | None = None,
) -> Targets:
    """Targets that are given to nodes, rolled up to everybody above them.

    Quotas of a sales force: each holder has one, and a manager's target is
    the manager's own and all those below. A KPI whose parts cannot be known
    from its target, a ratio or a mean, is not rolled up: it has targets where
    they are stated.

    Parameters
    ----------
    org : OrgTree
    kpis : Kpis
    table : any table
        Columns ``node``, ``kpi``, ``value`` in KPI units, and ``period``.
    periods : Periods or str, optional
        Which periods there are; the table's own labels, sorted, by default.

    Returns
    -------
    Targets

    Raises
    ------
    InputError
        Listing every fault of the table.
    """
    kpis = Kpis.of(kpis)
    wanted = None if periods is None else Periods.of(periods)
    found, given = read_entries(
        org, kpis, table, periods=wanted, inputs=lambda _: ("value",), name="targets"
    )
    return assigned(org, kpis, found, given)


def assigned(org: OrgTree, kpis: Kpis, periods: Periods, given: Entries) -> Targets:
    """Targets that have been read, rolled up.

    Raises
    ------
    InputError
        As :func:`assign` does, of what is found below the table.
    """
    own = tuple(given.dense("value", k, len(periods), len(org)) for k in range(len(kpis)))
    check(_unreached(org, kpis, periods, own, given))
    columns = tuple(
        Amounts(lock(_rolled(org, kpi, periods.labels, values)))
        for kpi, values in zip(kpis, own, strict=True)
    )
    return Targets(org, kpis, periods, Assigned(given, own), columns)


def _unreached(
    org: OrgTree,
    kpis: Kpis,
    periods: Periods,
    columns: tuple[FloatArray, ...],
    given: Entries | None,
) -> list[Fault]:
    return [
        fault
        for k, (kpi, reach) in enumerate(zip(kpis, kpis.reaches(org), strict=True))
        for fault in Column("targets", kpi, periods, given, k).unreached(reach, columns[k])
    ]


def rolls_up(kpi: Kpi) -> bool:
    """Whether targets of a KPI can be rolled up: its value is its only part."""
    return kpi.aggregate.makeup in {Makeup.SUM, Makeup.EXTREME}


def _rolled(org: OrgTree, kpi: Kpi, labels: tuple[str, ...], own: FloatArray) -> FloatArray:
    if not rolls_up(kpi):
        return own
    what = f"the target of {kpi.name}"
    return finite_rolled("targets", what, org, labels, own, combine=kpi.aggregate.combine)


def _is_carried(origin: object, k: int) -> bool:
    """Whether the k-th KPI's targets are as they were before."""
    if isinstance(origin, Itemised):
        return not origin.parts.start <= k < origin.parts.stop
    return isinstance(origin, Reconciled) and origin.demands[k] is None
