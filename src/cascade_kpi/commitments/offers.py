"""What was offered from below, and between which limits: two long tables."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_array
from cascade_kpi.commitments.confidences import CERTAIN, odd_weight, odd_weights
from cascade_kpi.entries import Entries, read_entries
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.tables import Table, take

__all__ = ["Offers", "read_offers"]

_NOTHING: dict[str, list[object]] = {"node": [], "kpi": [], "value": []}


@frozen(hash=False)
class Offers:
    """Commitments and limits, as they were stated.

    Attributes
    ----------
    entries : Entries
        Commitments, in KPI units.
    belief : float64 array (m,)
        The confidence in each; infinite if it is certain.
    limits : Entries
        Where limits are stated.
    floor, cap : float64 array (k,)
        The limits, in KPI units; NaN where there is none.
    """

    entries: Entries
    belief: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    limits: Entries
    floor: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    cap: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    def believed(self, k: int, periods: int, nodes: int) -> FloatArray:
        """The confidence in the offers of a KPI, (periods, nodes), zero where there is none."""
        return np.nan_to_num(_dense(self.entries, self.belief, k, (periods, nodes)), posinf=np.inf)

    def within(self, k: int, periods: int, nodes: int) -> tuple[FloatArray, FloatArray]:
        """The limits of a KPI, (periods, nodes), NaN where there is none."""
        shape = (periods, nodes)
        return _dense(self.limits, self.floor, k, shape), _dense(self.limits, self.cap, k, shape)

    def about(self, k: int) -> bool:
        """Whether anything is said of a KPI."""
        return bool((self.entries.kpi == k).any() or (self.limits.kpi == k).any())


def _dense(entries: Entries, values: FloatArray, k: int, shape: tuple[int, int]) -> FloatArray:
    told = attrs.evolve(entries, values={"told": values})
    return told.dense("told", k, *shape)


def read_offers(
    org: OrgTree, kpis: Kpis, periods: Periods, offers: object, limits: object
) -> Offers:
    """The two tables; None stands for one without rows.

    Raises
    ------
    InputError
        Listing every fault of both.
    """
    faults: list[Fault] = []
    read = partial(_read, org, kpis, periods)
    told = [read(offers, "offers", faults=faults), read(limits, "limits", faults=faults)]
    check(faults)
    (given, stated), (bounds, within) = (each for each in told if each is not None)
    belief = _believed(given, faults)[stated.row]
    floor, cap = (_limit(bounds, column, faults)[within.row] for column in ("floor", "cap"))
    if not (bounds.has("floor") or bounds.has("cap")) and bounds.n:
        repair = "give what each node has at least, or at most"
        faults.append(Fault("limits", "neither a column 'floor' nor 'cap'", repair))
    with np.errstate(invalid="ignore"):
        crossed = np.flatnonzero(floor > cap).tolist()
    for i in crossed:
        reason = f"above the cap {float(cap[i])!r}"
        faults.append(
            bounds.fault(reason, "lower the floor, or raise the cap", row=int(within.row[i]),
                         column="floor", value=float(floor[i]))
        )  # fmt: skip
    check(faults)
    return Offers(stated, belief, within, floor, cap)


def _read(
    org: OrgTree,
    kpis: Kpis,
    periods: Periods,
    table: object,
    name: str,
    *,
    faults: list[Fault],
) -> tuple[Table, Entries] | None:
    data = None
    if table is None:
        return take(_NOTHING, name=name), Entries.none()
    try:
        data = take(table, name=name)
        inputs = ("value",) if name == "offers" else ()
        also = ("confidence",) if name == "offers" else ("floor", "cap")
        data.misnamed(("node", "kpi", "period", *inputs, *also), odd := list[Fault]())
        check(odd)
        wanted = periods
        if not data.has("period") and len(periods) > 1:
            reason = f"no column 'period', and the targets are of {len(periods)} periods"
            check([Fault(name, reason, "add the column")] if data.n else [])
            wanted = Periods(periods.labels[0])
        _, entries = read_entries(
            org, kpis, data, periods=wanted, inputs=lambda _: inputs, name=name
        )
    except InputError as error:
        faults.extend(error.faults)
        if data is not None:  # what else is wrong is told along with it
            for column in ("floor", "cap") if name == "limits" else ():
                _limit(data, column, faults)
            if name == "offers":
                _believed(data, faults)
        return None
    return data, entries if len(entries) else Entries.none()


def _believed(data: Table, faults: list[Fault]) -> FloatArray:
    """The confidence in every row: one, unless the table says."""
    column = "confidence"
    if not data.has(column):
        return np.ones(data.n)
    raw = data.raw(column)
    cells = raw if isinstance(raw, list) else raw.tolist()
    certain = np.array([isinstance(c, str) and c.strip() == CERTAIN for c in cells], dtype=bool)
    plain = [None if sure else cell for sure, cell in zip(certain.tolist(), cells, strict=True)]
    odd: list[Fault] = []
    weights = attrs.evolve(data, columns={**data.columns, column: plain}).numbers(column, odd)
    told = {fault.row for fault in odd}
    faults.extend(odd)
    blank = np.isnan(weights) & ~certain
    for row in np.flatnonzero(blank).tolist():
        if row not in told:
            repair = "give a number, zero or more, or 'certain'"
            faults.append(data.fault("blank", repair, row=row, column=column))
    for row in np.flatnonzero(~blank & ~certain & odd_weights(weights)).tolist():
        weight = float(weights[row])
        faults += [
            data.fault(fault.reason, fault.repair, row=row, column=column, value=weight)
            for fault in odd_weight("offers", weight)
        ]
    return np.where(certain, np.inf, weights)


def _limit(data: Table, column: str, faults: list[Fault]) -> FloatArray:
    if not data.has(column):
        return np.full(data.n, np.nan)
    return data.numbers(column, faults)
