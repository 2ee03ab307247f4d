"""Actuals as they were reported: one entry a node, KPI and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, frozen_array
from cascade_kpi._fields import as_tuple
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.entries import NOT_NEGATIVE, Column, Entries, aligned, read_entries
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record

__all__ = ["Actuals"]


def _inputs(kpi: Kpi) -> tuple[str, ...]:
    return kpi.aggregate.inputs


def _frozen(inputs: Iterable[Iterable[Any]]) -> Any:
    each = as_tuple(inputs)
    return tuple(map(_arrays, each)) if isinstance(each, tuple) else each


def _arrays(arrays: Iterable[Any]) -> Any:
    return tuple(map(frozen_array, arrays)) if isinstance(arrays, tuple | list) else arrays


def _numeric(array: np.ndarray[Any, Any], shape: tuple[int, int]) -> bool:
    return bool(array.shape == shape and array.dtype.kind == "f")


@record("cascade_kpi/actuals")
@frozen(hash=False, repr=False)
class Actuals:
    """Reports of every node, as they came, not rolled up.

    Attributes
    ----------
    org : OrgTree
    kpis : Kpis
    periods : Periods
        The axes.
    inputs : tuple of tuple of float64 array (p, n)
        Per KPI, one array for each input of its aggregate (a value; or a
        numerator and a denominator), NaN where nothing was reported.
    entries : Entries or None
        The table's rows, to trace a value back; None for arrays.
    """

    org: OrgTree
    kpis: Kpis
    periods: Periods
    inputs: tuple[tuple[FloatArray, ...], ...] = field(eq=CONTENT, converter=_frozen)
    entries: Entries | None = field(default=None, eq=False, metadata={"record": False})

    def __attrs_post_init__(self) -> None:
        check(
            unlike(self.org, OrgTree, "org", "OrgTree.from_table(…)")
            + unlike(self.kpis, Kpis, "kpis", "Kpis(…)")
            + unlike(self.periods, Periods, "periods", "Periods(…)")
            + unlike(self.inputs, tuple, "inputs", "a tuple of arrays for each KPI")
        )
        shape = len(self.periods), len(self.org)
        faults = []
        if len(self.inputs) != len(self.kpis):
            reason = f"inputs of {len(self.inputs)} KPIs beside {len(self.kpis)}"
            faults.append(Fault("actuals", reason, "give those of each KPI"))
        for kpi, arrays in zip(self.kpis, self.inputs, strict=False):
            wanted = kpi.aggregate.inputs
            sound = isinstance(arrays, tuple) and len(arrays) == len(wanted)
            if not sound or any(not _numeric(array, shape) for array in arrays):
                reason = f"not {len(wanted)} arrays of shape {shape}"
                faults.append(Fault("actuals", reason, "report periods × nodes", column=kpi.name))
            elif any(np.isinf(array).any() for array in arrays):
                repair = "give finite numbers, NaN where nothing was reported"
                faults.append(Fault("actuals", "infinite values", repair, column=kpi.name))
            else:
                faults += _unfit(kpi, arrays)
        check(faults)
        check(
            [
                fault
                for k, (kpi, reach) in enumerate(
                    zip(self.kpis, self.kpis.reaches(self.org), strict=True)
                )
                for fault in Column("actuals", kpi, self.periods, self.entries, k).unreached(
                    reach, self.inputs[k][0]
                )
            ]
        )

    @classmethod
    def from_table(
        cls,
        org: OrgTree,
        kpis: Kpis | Iterable[Kpi],
        table: object,
        *,
        periods: Periods | str | None = None,
        name: str = "actuals",
    ) -> Actuals:
        """Actuals from any long table.

        Parameters
        ----------
        table : any table
            Columns ``node``, ``kpi``, ``period``, and what the KPIs'
            aggregates take: ``value``, or ``numerator`` and ``denominator``,
            or ``value`` and ``weight``, in KPI units.
        periods : Periods or str, optional
            Which periods may occur; the table's own, sorted, by default.

        Raises
        ------
        InputError
            Listing unknown nodes, KPIs and periods, repeated entries, and
            values that are blank, not numbers, or not finite.
        """
        kpis = Kpis.of(kpis)
        wanted = None if periods is None else Periods.of(periods)
        found, entries = read_entries(org, kpis, table, periods=wanted, inputs=_inputs, name=name)
        shape = len(found), len(org)
        inputs = tuple(
            tuple(entries.dense(column, k, *shape) for column in _inputs(kpi))
            for k, kpi in enumerate(kpis)
        )
        return cls(org, kpis, found, inputs, entries)

    @classmethod
    def from_columns(
        cls,
        org: OrgTree,
        kpis: Kpis | Iterable[Kpi],
        columns: Mapping[str, Any],
        *,
        periods: Periods | str,
    ) -> Actuals:
        """Actuals from arrays in the tree's own row order.

        Parameters
        ----------
        columns : mapping of KPI name to array, or tuple of arrays
            One array (n,) or (p, n) for each input of the KPI's aggregate,
            NaN where nothing was reported. A KPI that is left out has no
            reports.

        Raises
        ------
        InputError
            Listing unknown KPIs and arrays of the wrong number, shape or type.
        """
        wrong = unlike(org, OrgTree, "org", "OrgTree.from_table(…)")
        check(wrong + unlike(columns, Mapping, "columns", "{KPI name: array}"))
        kpis, periods = Kpis.of(kpis), Periods.of(periods)
        faults = [
            Fault("actuals", "no such KPI", "name it in kpis", column=name)
            for name in columns
            if name not in kpis.names
        ]
        inputs = tuple(_aligned(org, kpi, periods, columns, faults) for kpi in kpis)
        check(faults)
        return cls(org, kpis, periods, inputs)

    def table(self) -> Columns:
        """The reports as :meth:`from_table` takes them, by period, KPI, node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit`` of the KPI, and a column for each
            input that any KPI's aggregate takes, NaN where its own takes none.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
        >>> kpis = ck.Kpis([ck.Kpi("sales", "CNY")])
        >>> actuals = ck.Actuals.from_columns(org, kpis, {"sales": [np.nan, 7]}, periods="2026")
        >>> table = actuals.table()
        >>> print(*(values.tolist() for values in table.values()))
        ['a'] ['sales'] ['2026'] ['CNY'] [7.0]
        >>> ck.Actuals.from_table(org, kpis, table) == actuals
        True
        """
        given = [
            dict(zip(kpi.aggregate.inputs, arrays, strict=True))
            for kpi, arrays in zip(self.kpis, self.inputs, strict=True)
        ]
        names = dict.fromkeys(name for inputs in given for name in inputs)
        columns = {name: [inputs.get(name) for inputs in given] for name in names}
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(kpi.name, kpi.unit) for kpi in self.kpis],
            present(*columns.values()),
            columns,
        )

    def __hash__(self) -> int:
        return fingerprint((self.periods.labels, self.kpis.names, hash(self.org)))

    def __repr__(self) -> str:
        count = sum(int((~np.isnan(arrays[0])).sum()) for arrays in self.inputs)
        what = "1 report" if count == 1 else f"{count:,} reports"
        return visible(f"<Actuals {what} of {', '.join(self.kpis.names)} × {len(self.periods)}>")


def _aligned(
    org: OrgTree,
    kpi: Kpi,
    periods: Periods,
    columns: Mapping[str, Any],
    faults: list[Fault],
) -> tuple[FloatArray, ...]:
    wanted = kpi.aggregate.inputs
    if kpi.name not in columns:
        return tuple(np.full((len(periods), len(org)), np.nan) for _ in wanted)
    given = columns[kpi.name]
    parts = given if isinstance(given, tuple) else (given,)
    if len(parts) != len(wanted):
        reason = f"{len(parts)} arrays where {' and '.join(wanted)} are needed"
        faults.append(Fault("actuals", reason, "pass a tuple of them", column=kpi.name))
        return tuple(np.full((len(periods), len(org)), np.nan) for _ in wanted)
    arrays = tuple(aligned(org, periods, part, f"actuals of {kpi.name}", faults) for part in parts)
    faults += _unfit(kpi, arrays)
    return arrays


def _unfit(kpi: Kpi, arrays: tuple[FloatArray, ...]) -> list[Fault]:
    """Inputs of one KPI that do not go together, or cannot be volumes."""
    wanted = kpi.aggregate.inputs
    faults = [
        Fault("actuals", f"negative {name}", "make it zero or more", column=kpi.name)
        for name, array in zip(wanted, arrays, strict=True)
        if name in NOT_NEGATIVE and (array < 0).any()
    ]
    if len(arrays) > 1:
        gone = [np.isnan(array) for array in arrays]
        if any((one != gone[0]).any() for one in gone[1:]):
            reason = f"{' and '.join(wanted)} are not absent at the same nodes"
            faults.append(Fault("actuals", reason, "report both or neither", column=kpi.name))
    return faults
