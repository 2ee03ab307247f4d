"""Results credited to who achieved them, and to the units of their days."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.credited import Credited, Met
from cascade_kpi.moving.intervals import overlaps, stamp
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.reports import Reports, read_reports
from cascade_kpi.moving.stays import Stays

__all__ = ["credit"]

_WHOLE = 1 - 1e-9  # shares that sum to so much are meant to be all of a node


def credit(moved: Moved, reports: object, *, name: str = "reports") -> Credited:
    """Results beside the targets that moved: by holder, by stint, and by unit as it stood.

    Parameters
    ----------
    moved : Moved
    reports : any table
        What was achieved: ``kpi``, and what its aggregate takes (``value``; ``numerator`` and
        ``denominator``; ``value`` and ``weight``) in KPI units; ``holder``, ``node`` or both, at
        an inner node its own and not what lies below; and its days: a ``date``, ``start`` and
        ``end``, both in it, or a ``period``. Days are not needed where there is one period.
    name : str
        What error messages call the table.

    Returns
    -------
    Credited

    Raises
    ------
    InputError
        Listing every fault of the table; reports of nobody who was there, those of a node
        whose holder cannot be told, and those that would count twice.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "units", lot=1)], {"sales": 730}, periods="2026")
    >>> stints = ck.Stints.from_table(
    ...     {
    ...         "holder": ["li", "li", "bo"],
    ...         "node": ["a", "b", "a"],
    ...         "start": ["2026-01-01", "2026-07-01", "2026-07-01"],
    ...         "end": ["2026-06-30", "", ""],
    ...     },
    ...     org,
    ... )
    >>> moved = ck.move(year, stints, by=ck.moves.FollowsPost())
    >>> done = ck.credit(
    ...     moved,
    ...     {
    ...         "node": ["a", "a", "b"],
    ...         "kpi": ["sales"] * 3,
    ...         "start": ["2026-01-01", "2026-07-01", "2026-07-01"],
    ...         "end": ["2026-06-30", "2026-12-31", "2026-12-31"],
    ...         "value": [200, 150, 180],
    ...     },
    ... )
    >>> table = done.by_stint("sales")
    >>> for row in zip(table["holder"], table["node"], table["target"], table["result"]):
    ...     print(*row)
    bo a 184.0 150.0
    li a 181.0 200.0
    li b 184.0 180.0
    >>> done.by_holder("sales")["result"]
    array([150., 380.])
    """
    check(unlike(moved, Moved, "moved", "move(…)"))
    read = read_reports(reports, moved, name)
    faults: list[Fault] = []
    met = _Meeting(moved, read, name).met(faults)
    _refuse_doubles(read, met, name, faults)
    check(sorted(faults, key=lambda fault: fault.row or 0))
    return Credited(moved, read, met)


@frozen(eq=False)
class _Meeting:
    """Which stints reports meet."""

    moved: Moved
    reports: Reports
    name: str

    def met(self, faults: list[Fault]) -> Met:
        """Every report with the stints that it is of; one with a node and none, of nobody."""
        reports, stays = self.reports, self.moved.portions.stays
        by_holder = np.flatnonzero(reports.holder >= 0)
        report, stay = _pairs(reports, by_holder, reports.holder, stays, stays.holder)
        node = reports.node[report]
        fits = (node < 0) | (node == stays.node[stay])
        report, stay = report[fits], stay[fits]
        self._refuse_absent(np.setdiff1d(by_holder, report), faults)
        alone = np.flatnonzero(reports.holder < 0)
        i, j = _pairs(reports, alone, reports.node, stays, stays.node)
        self._refuse_doubt(i, j, faults)
        report, stay = np.concatenate([report, i]), np.concatenate([stay, j])
        vacant = np.setdiff1d(alone, i)
        report = np.concatenate([report, vacant])
        stay = np.concatenate([stay, np.full(len(vacant), -1)])
        node = np.where(stay >= 0, np.append(stays.node, -1)[stay], reports.node[report])
        start = np.maximum(reports.start[report], np.append(stays.start, 0)[stay])
        end = np.minimum(reports.end[report], np.append(stays.end, 0)[stay])
        start = np.where(stay >= 0, start, reports.start[report])
        end = np.where(stay >= 0, end, reports.end[report])
        order = np.lexsort((stay, start, report))
        return Met(report[order], stay[order], node[order], start[order], end[order])

    def _refuse_absent(self, rows: IntArray, faults: list[Fault]) -> None:
        """Reports of holders who were not there on any of the days."""
        reports, moved = self.reports, self.moved
        for i in rows.tolist():
            days = told(int(reports.start[i]), int(reports.end[i]))
            node = int(reports.node[i])
            where = "" if node < 0 else f" at {moved.of_before.org.node(node).id!r}"
            faults.append(
                Fault(
                    self.name, f"has no stint{where}, {days}",
                    "correct the days or the holder, or add the stint",
                    row=int(reports.row[i]), column="holder",
                    value=moved.holders[reports.holder[i] : reports.holder[i] + 1].tolist()[0],
                )
            )  # fmt: skip

    def _refuse_doubt(self, report: IntArray, stay: IntArray, faults: list[Fault]) -> None:
        """Reports of nodes whose holder changes, or that are held in part."""
        reports, moved, stays = self.reports, self.moved, self.moved.portions.stays
        holder = stays.holder[stay]
        many, share = len(reports), moved.history.share[stays.stint[stay]]
        low, high = np.full(many, len(moved.holders)), np.full(many, -1)
        np.minimum.at(low, report, holder)
        np.maximum.at(high, report, holder)
        days = np.minimum(stays.end[stay], reports.end[report])
        days = days - np.maximum(stays.start[stay], reports.start[report]) + 1
        held = np.bincount(report, days * share, many)
        whole = reports.end - reports.start + 1
        doubtful = (high >= 0) & ((low != high) | (held < whole * _WHOLE))
        for i in np.flatnonzero(doubtful).tolist():
            when = told(int(reports.start[i]), int(reports.end[i]))
            if low[i] != high[i]:
                names = moved.holders[np.unique(holder[report == i])].tolist()
                listed = ", ".join(map(repr, names[:4])) + (", …" if len(names) > 4 else "")
                reason = f"{when} it was held by {listed}: whose it is cannot be told"
            else:
                reason = f"{when} {moved.holders[low[i]]!r} held it in part or on some of the days"
                reason += ": whose it is cannot be told"
            faults.append(
                Fault(
                    self.name, reason,
                    "name the holder, or report the days of each by themselves",
                    row=int(reports.row[i]), column="node",
                    value=moved.of_before.org.node(int(reports.node[i])).id,
                )
            )  # fmt: skip


def _pairs(
    reports: Reports, some: IntArray, key: IntArray, stays: Stays, known: IntArray
) -> tuple[IntArray, IntArray]:
    """Some reports and the stays of the same key with which they have days in common."""
    order = np.lexsort((stays.start, known))
    left = key[some], reports.start[some], reports.end[some]
    i, j, _, _ = overlaps(left, (known[order], stays.start[order], stays.end[order]))
    return some[i], order[j]


def _refuse_doubles(reports: Reports, met: Met, name: str, faults: list[Fault]) -> None:
    """Faults of reports that share days, unless each is of a single day."""
    if not len(met.report):
        return
    many = int(met.stay.max(initial=-1)) + 1
    place = np.where(met.stay >= 0, met.stay, many + met.node)
    key = reports.kpi[met.report] * (int(place.max()) + 1) + place
    long = reports.end[met.report] > reports.start[met.report]
    order = np.lexsort((met.report, ~long, met.start, key))
    key, long, at = key[order], long[order], met.report[order]
    start, end = stamp(key, met.start[order]), stamp(key, met.end[order])
    # Stamps of an earlier group are below those of a later one.
    before = np.maximum.accumulate(np.where(long, end, np.iinfo(np.int64).min))[:-1]
    # Of those that begin together the longer stand first: a single day is met by them alone.
    twice = before >= start[1:]
    known = {fault.row for fault in faults}
    for j in (np.flatnonzero(twice) + 1).tolist():
        i = j - 1
        while end[i] < start[j] or not long[i]:
            i -= 1
        row, first = int(reports.row[at[j]]), int(reports.row[at[i]])
        if not {row, first} & known:
            known.add(row)
            reason = f"it shares days with row {first}: they would count twice"
            repair = "keep one of them, or correct the days"
            faults.append(Fault(name, reason, repair, row=row))
