"""Two rules on one population: who moves, by how much, and what it costs."""

from __future__ import annotations

import html
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._breakdown import Breakdown
from cascade_kpi._fields import not_texts, not_whole, refusals
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.calibrating.pools import Everybody, Grouping
from cascade_kpi.comparing.items import parts_of_change
from cascade_kpi.comparing.pay import Pay, cents, known_columns, not_a_pay, unpayable
from cascade_kpi.comparing.pools import as_grouping, coded, not_a_grouping
from cascade_kpi.comparing.ranks import places
from cascade_kpi.comparing.standings import (
    Standing,
    ill_made,
    not_standings,
    once,
    unit_of,
    unlike_sides,
)
from cascade_kpi.comparing.telling import agreement, by_group, costs, told
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.grades import graded

__all__ = ["Comparison", "compare", "not_options"]

NEAR = 1e-9
_MOST = 10**9


@frozen(hash=False)
class _Comparing:
    """What is compared, and how: what the JSON record of a comparison holds."""

    before: Standing
    after: Standing
    pay: Pay | None
    by: Grouping
    pool: Grouping
    kind: str | None
    digest: str | None = None

    @classmethod
    def of(cls, made: Comparison) -> _Comparing:
        """The two sides and the rules."""
        digest = digest_of([made.before.total, made.after.total])
        return cls(made.before, made.after, made.pay, made.by, made.pool, made.kind, digest)

    def make(self) -> Comparison:
        """The comparison again."""
        made = compare(
            self.before, self.after, pay=self.pay, by=self.by, pool=self.pool, kind=self.kind
        )
        check_digest(self.digest, digest_of([made.before.total, made.after.total]))
        return made


@record("cascade_kpi/comparison", written_as=_Comparing)
@frozen(hash=False, repr=False)
class Comparison:
    """Two standings of one population side by side. Made by :func:`compare`.

    Attributes
    ----------
    before, after : Standing
        Scores, blended, multiplied or calibrated ones, or of a stage of your own.
    pay : Pay or None
        What grades or points cost.
    by : Grouping
        By which groups gains, losses and costs are told.
    pool : Grouping
        Within what people are ranked.
    kind : str or None
        Who is compared: nodes of this kind; None for those without nodes below.
    """

    before: Standing
    after: Standing
    pay: Pay | None
    by: Grouping
    pool: Grouping
    kind: str | None
    _cents: tuple[FloatArray, FloatArray] | None = field(eq=False)

    @property
    def org(self) -> OrgTree:
        """The organisation, as after."""
        return self.after.org

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.after.periods

    @property
    def unit(self) -> str:
        """The unit of totals."""
        return unit_of(self.after)

    @cached_property
    def people(self) -> NDArray[np.bool_]:
        """Who is compared, bool (n,)."""
        return _people(self.org, self.kind)

    # -- totals and ranks ---------------------------------------------------------

    @cached_property
    def change(self) -> FloatArray:
        """Total after − before of every node, float64 (p, n), in the unit of totals.

        NaN where either is absent.
        """
        return lock(self.after.total - self.before.total)

    @cached_property
    def gains(self) -> IntArray:
        """1 for who gains, -1 for who loses, 0 for neither or not told, int64 (p, n).

        What differs by less than a billionth of the larger total is no change.
        """
        size = np.maximum(np.abs(self.before.total), np.abs(self.after.total))
        with np.errstate(invalid="ignore"):
            moved = np.abs(self.change) > NEAR * np.maximum(size, 1.0)
        return lock(np.where(moved, np.sign(np.nan_to_num(self.change)), 0).astype(np.int64))

    @cached_property
    def pools(self) -> tuple[tuple[str, ...], IntArray]:
        """Names of the pools, and everybody's, int64 (n,), -1 for who is not compared."""
        return coded(self.pool, self.org, self.people)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], IntArray]:
        """Names of the groups, and everybody's, int64 (n,), -1 for who is not compared."""
        return coded(self.by, self.org, self.people)

    def _ranks(self, side: Standing) -> IntArray:
        codes = self.pools[1]
        return lock(np.stack([places(total, codes) for total in side.total]))

    @cached_property
    def rank_before(self) -> IntArray:
        """Place in the pool before, int64 (p, n), the highest total 1, 0 for none."""
        return self._ranks(self.before)

    @cached_property
    def rank_after(self) -> IntArray:
        """Place in the pool after, int64 (p, n), the highest total 1, 0 for none."""
        return self._ranks(self.after)

    @cached_property
    def rank_moves(self) -> FloatArray:
        """Places gained, float64 (p, n): rank before − after, NaN without either."""
        both = (self.rank_before > 0) & (self.rank_after > 0)
        return lock(np.where(both, self.rank_before - self.rank_after, np.nan))

    def agreement(self) -> Columns:
        """How far the two orders agree: one row a period and pool.

        Returns
        -------
        dict of str to array (m,)
            ``pool``, ``period``; ``people`` with a total on both sides; ``kendall``, tau-b,
            and ``spearman``, pure numbers, NaN where a side has all the same total.
        """
        return agreement(self)

    # -- grades -------------------------------------------------------------------

    def transitions(self, period: str | None = None, group: str | None = None) -> IntArray:
        """How many have which grade before and after, int64 (grades before + 1, after + 1).

        Rows are grades before, columns grades after, best first; the last of each is who has
        none. The counts sum to the people compared, or to those of the group.

        Raises
        ------
        InputError
            If neither side has grades; if there is no such period or group.
        """
        was, now = len(self.before.grades) + 1, len(self.after.grades) + 1
        if was == now == 1:
            repair = "give the scorecards grades"
            check([Fault("compare", "neither side has grades", repair)])
        p, who = self.periods.index(period), self.people
        if group is not None:
            who = who & (self.groups[1] == self._group(group))
        one, two = (side.grade_codes[p, who] for side in (self.before, self.after))
        at = np.where(one < 0, was - 1, one) * now + np.where(two < 0, now - 1, two)
        return np.bincount(at, minlength=was * now).reshape(was, now)

    def _group(self, group: str) -> int:
        names = self.groups[0]
        if group not in names:
            check([Fault("compare", "no such group", suggest(group, names), value=group)])
        return names.index(group)

    @property
    def same_grades(self) -> bool:
        """Whether both sides have the same grades, so that a step up or down can be told."""
        return bool(self.before.grades) and self.before.grades == self.after.grades

    @cached_property
    def grade_moves(self) -> FloatArray:
        """Grades gained, float64 (p, n), up is positive; NaN without either, or of other grades."""
        one, two = self.before.grade_codes, self.after.grade_codes
        told = (one >= 0) & (two >= 0) & self.same_grades
        return lock(np.where(told, one - two, np.nan))

    # -- groups and costs ---------------------------------------------------------

    def by_group(self) -> Columns:
        """Who gains and who loses: one row a period and group.

        Returns
        -------
        dict of str to array (m,)
            ``group``, ``period``; ``people``; of them ``up``, ``down`` and ``same`` by total, and
            ``untold``, without a total on both sides; ``mean_change`` of those with both, in the
            unit of totals; ``grade_up`` and ``grade_down``.
        """
        return by_group(self)

    def paid(self) -> tuple[FloatArray, FloatArray]:
        """What everybody is paid before and after, float64 (p, n) each, in the unit of the pay.

        NaN for who is not paid, or not compared.

        Raises
        ------
        InputError
            If no pay was given.
        """
        pay, whole = self._asked_pay()
        one, two = (each / 10.0**pay.decimals for each in whole)
        return lock(one), lock(two)

    def _asked_pay(self) -> tuple[Pay, tuple[FloatArray, FloatArray]]:
        if self.pay is None or self._cents is None:
            check([Fault("compare", "no pay was given", "pass pay=… to compare(…)")])
            raise AssertionError  # check has raised
        return self.pay, self._cents

    def costs(self) -> Columns:
        """What both sides cost: one row a period and group, and one without a group for all.

        Returns
        -------
        dict of str to array (m,)
            ``group``, the last of a period ``all``; ``period``, ``unit``; ``before``, ``after`` and
            ``difference``; ``unpaid_before`` and ``unpaid_after``, who costs nothing because
            nothing is stated for them. Groups sum to the whole exactly, in whole units of the last
            decimal.

        Raises
        ------
        InputError
            If no pay was given.
        """
        pay, whole = self._asked_pay()
        return costs(self, pay, whole)

    # -- who moves ----------------------------------------------------------------

    def table(self) -> Columns:
        """Everybody who is compared as columns, by period and node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``, ``pool``, ``group``; ``before``, ``after`` and ``change`` of the
            total; ``rank_before``, ``rank_after``, 0 for none, and ``places`` gained;
            ``grade_before``, ``grade_after``, empty for none; with pay ``paid_before`` and
            ``paid_after``.
        """
        shape = self.change.shape
        columns: dict[str, Any] = {}
        for name, (names, codes) in (("pool", self.pools), ("group", self.groups)):
            columns[name] = np.broadcast_to(np.array([*names, ""], dtype=object)[codes], shape)
        columns |= {
            "before": self.before.total,
            "after": self.after.total,
            "change": self.change,
            "rank_before": self.rank_before,
            "rank_after": self.rank_after,
            "places": self.rank_moves,
            "grade_before": graded(self.before.grades, self.before.grade_codes),
            "grade_after": graded(self.after.grades, self.after.grade_codes),
        }
        if self.pay is not None:
            columns |= dict(zip(("paid_before", "paid_after"), self.paid(), strict=True))
        says = np.broadcast_to(self.people, shape)
        table = totals_table(self.org.ids, self.periods.labels, says, columns)
        return {name: texts(each) if each.dtype == object else each for name, each in table.items()}

    def movers(self, n: int = 10, period: str | None = None) -> Columns:
        """Who moves by most places, up or down: no more than n rows of :meth:`table`.

        By places, then by the change of the total, both by size; then in the tree's order. Who
        keeps the place is left out.

        Returns
        -------
        dict of str to array (m,)
            As :meth:`table`, with the ``label`` of the node.

        Raises
        ------
        InputError
            If n is no whole number from 1 on, or there is no such period.
        """
        check(not_whole("movers", 1, _MOST, n=n))
        p = self.periods.index(period)
        moves = np.where(self.people, np.abs(np.nan_to_num(self.rank_moves[p])), 0)
        rows = np.flatnonzero(moves)
        size = np.abs(self.change[p, rows])
        chosen = rows[np.lexsort((-size, -moves[rows]))][:n]
        table = self.table()
        mine = np.flatnonzero(table["period"] == self.periods.labels[p])
        at = mine[np.searchsorted(np.flatnonzero(self.people), chosen)]
        picked = {name: values[at] for name, values in table.items()}
        return {"node": picked.pop("node"), "label": texts(self.org.labels[chosen]), **picked}

    def in_parts(self, period: str | None = None) -> dict[str, FloatArray]:
        """What makes up the change of every node's total: name of the part to float64 (n,).

        In the unit of totals, NaN where a part is on neither side; see :meth:`by_item`. Over the
        parts that are there they sum to the change.

        Raises
        ------
        InputError
            If there is no such period.
        """
        rows = np.arange(len(self.org))
        return parts_of_change(self.before, self.after, self.periods.index(period), rows)

    def by_item(self, node: object, period: str | None = None) -> Breakdown:
        """The change of a node's total split over items and what follows them, losses first.

        Where both cards are sums of effective weights and points, an item brings what it
        contributes after less what it contributed before; one that only one card has, all of it.
        What gates and adjustments make of the total, and what comes from the totals of others, are
        parts of their own. Where a card is no such sum, all items are one part.

        Raises
        ------
        InputError
            If there is no such node or period.
        """
        row, p = self.org.row(node), self.periods.index(period)
        found = parts_of_change(self.before, self.after, p, np.array([row]))
        entries = [
            (name, name, float(values[0]), -float(values[0]))
            for name, values in found.items()
            if not np.isnan(values[0])
        ]
        title = f"change of the total, {self.org.labels[row]}, {self.periods.labels[p]}"
        return Breakdown.ranked(title, self.unit, float(self.change[p, row]), entries)

    def __repr__(self) -> str:
        return "\n".join(told(self))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((self.before.total, self.after.total, repr((self.pay, self.by))))


def _people(org: OrgTree, kind: str | None) -> NDArray[np.bool_]:
    return org.is_leaf if kind is None else np.asarray(org.kind_codes == org.kind_code(kind))


def not_options(**given: Any) -> list[Fault]:
    """Faults of what says how to compare, looked at alone."""
    faults = []
    for name in ("by", "pool"):
        rule = as_grouping(given.get(name))
        faults += [] if rule is None else not_a_grouping("compare", name, rule)
    pay, kind = given.get("pay"), given.get("kind")
    faults += [] if pay is None else not_a_pay(pay)
    return faults + ([] if kind is None else not_texts("compare", kind=kind))


def compare(
    before: Standing,
    after: Standing,
    *,
    pay: Pay | None = None,
    by: Grouping | str | None = None,
    pool: Grouping | str | None = None,
    kind: str | None = None,
) -> Comparison:
    """Set two standings of one population side by side.

    Parameters
    ----------
    before, after : Scores, Blended, Multiplied, Calibrated or a stage of your own
        Of the same tree, periods, KPIs, and unit of totals.
    pay : Pay, optional
        What a total or a grade is paid.
    by : Grouping or column name, optional
        By which groups gains, losses and costs are told: all are one by default.
    pool : Grouping or column name, optional
        Within what people are ranked; everybody is one pool by default.
    kind : str, optional
        Who is compared; by default those without nodes below.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        Listing what a stage of your own answers otherwise than it must; every way in
        which the two are not comparable; a pay that does not fit
        the grades or the tree, with everybody who is blank in its column.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b", "c"], "parent": ["", "hq", "hq", "hq"]})
    >>> kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
    >>> targets = ck.cascade(org, kpis, {"sales": 300, "calls": 30}, periods="2026")
    >>> done = {
    ...     "node": ["a", "b", "c"] * 2,
    ...     "kpi": ["sales"] * 3 + ["calls"] * 3,
    ...     "value": [100, 90, 70, 7, 9, 10],
    ... }
    >>> results = ck.measure(targets, done)
    >>> grades = ck.Grades.from_edges({"A": 90, "B": None})
    >>> items = [ck.Item("sales"), ck.Item("calls")]
    >>> cards = [
    ...     ck.Scorecard(items, {"sales": share, "calls": 100 - share}, grades=grades)
    ...     for share in (80, 30)
    ... ]
    >>> compared = ck.compare(*(ck.score(results, card) for card in cards))
    >>> compared
    <Comparison of 3 × 1
      2026: 1 gain, 1 lose, 1 the same; 2 grades change; tau-b -1.000>
    >>> compared.transitions().tolist()
    [[1, 1, 0], [1, 0, 0], [0, 0, 0]]
    >>> compared.movers()["node"].tolist(), compared.movers()["places"].tolist()
    (['a', 'c'], [-2.0, 2.0])
    >>> compared.by_item("a")
    change of the total, a, 2026: -15.00 points
      sales          -50.00   333.3 %   333.3 %
      calls          +35.00  -233.3 %   100.0 %
    """
    faults = not_standings(before, after) or ill_made(before, after)
    check(faults + not_options(pay=pay, by=by, pool=pool, kind=kind))
    pool, by = (Everybody() if each is None else as_grouping(each) for each in (pool, by))
    org = after.org
    faults = unlike_sides(before, after) + refusals(lambda each: _people(org, each), kind)
    faults += [f for rule in (by, pool) for f in refusals(rule.groups, org)]
    if pay is not None:
        faults += unpayable(pay, before, after) + known_columns(pay, org)
    check(once(faults))
    whole = None
    if pay is not None:
        people = _people(org, kind)
        one, two = cents(pay, (before, after), org, people)
        whole = (one, two)
    return Comparison(before, after, pay, by, pool, kind, whole)
