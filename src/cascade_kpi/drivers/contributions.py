"""What each driver's change brings to the change of a defined KPI, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_columns, lock
from cascade_kpi._fields import as_tuple, refusals
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.analysis.gaps import bad_way
from cascade_kpi.drivers.along import flows_refused
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.drivers.summands import mean_over_orders, states, summands
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.org.infinite import finite_array
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record

__all__ = ["Contributions", "contributions"]

_MOST = 12  # drivers of one term: 4,096 evaluations
_LONGEST = 60  # characters of a formula in a message

Values = Mapping[str, FloatArray]


@frozen(hash=False)
class _Splitting:
    """What :func:`contributions` took."""

    before: Derived
    after: Derived
    name: str
    over: tuple[str, ...]
    periods: tuple[str, str] | None

    @classmethod
    def of(cls, made: Contributions) -> _Splitting:
        return cls(made.before, made.after, made.name, tuple(made.parts), made.compared)

    def make(self) -> Contributions:
        return contributions(
            self.before, self.after, self.name, over=self.over, periods=self.periods
        )


@record("cascade_kpi/contributions", written_as=_Splitting)
@frozen(hash=False, repr=False)
class Contributions:
    """The change of a defined KPI between two states, split over its drivers at every node.

    Made by :func:`contributions`.

    Attributes
    ----------
    before, after : Derived
    name : str
        The defined KPI.
    compared : (str, str) or None
        The period of `before` and the one of `after`; None where each is set against its like.
    change : float64 array (p, n)
        After less before, in the unit of `name`; NaN where either is absent.
    parts : mapping of str to float64 array (p, n)
        What each driver brings, in that unit; NaN where `change` is.
    """

    before: Derived
    after: Derived
    name: str
    compared: tuple[str, str] | None
    change: FloatArray = field(eq=CONTENT)
    parts: Mapping[str, FloatArray] = field(eq=CONTENT, converter=frozen_columns)

    @property
    def model(self) -> DriverTree:
        """The driver tree."""
        return self.after.model

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.after.org

    @property
    def periods(self) -> Periods:
        """Of the changes; ``"2025 → 2026"`` where two periods were compared."""
        return self.after.periods if self.compared is None else Periods(" → ".join(self.compared))

    def at(self, p: int) -> tuple[int, int]:
        """Where the p-th period of the changes lies in `before` and in `after`."""
        here, there = _slices(self.before, self.after, self.compared)
        return (here.start or 0) + p, (there.start or 0) + p

    def of(self, driver: str) -> FloatArray:
        """What a driver brings, in the unit of the KPI, float64 (p, n)."""
        if not isinstance(driver, str) or driver not in self.parts:
            check([Fault("driver", "no part here", suggest(driver, self.parts), value=driver)])
        return self.parts[driver]

    def by_driver(self, node: object, period: str | None = None) -> Breakdown:
        """The change at a node, split over the drivers, the most unfavourable first."""
        row, p = self.org.row(node), self.periods.index(period)
        kpi = self.model.kpi(self.name)
        whole = float(self.change[p, row])
        bad = bad_way(kpi, whole)
        entries = [
            (driver, driver, float(part[p, row]), float(part[p, row]) * bad)
            for driver, part in self.parts.items()
            if whole == whole
        ]
        title = f"change of {self.name}, {self.org.labels[row]}, {self.periods.labels[p]}"
        return Breakdown.ranked(title, kpi.gap_unit, whole, entries, decimals=kpi.decimals)

    def table(self) -> Columns:
        """The parts as columns: one row a period, driver and node that has a change.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi`` (the driver), ``period``, ``unit`` (of the KPI that changes); in
            that unit ``part``, what the driver brings, and ``change``, what all bring together.
        """
        parts = list(self.parts.values())
        unit = self.model.kpi(self.name).gap_unit
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(driver, unit) for driver in self.parts],
            present(parts),
            {"part": parts, "change": [self.change] * len(parts)},
        )

    def __hash__(self) -> int:
        return hash((self.before, self.after, self.name))

    def __repr__(self) -> str:
        return visible(
            f"<Contributions of {', '.join(self.parts)} to {self.name} × "
            f"{len(self.periods)} × {self.org!r}>"
        )


def contributions(
    before: Derived,
    after: Derived,
    name: str,
    *,
    over: Iterable[str] = (),
    periods: tuple[str, str] | None = None,
) -> Contributions:
    """What each driver's change brings to the change of a defined KPI, at every node.

    A driver's part is the mean, over all orders in which the drivers could change one after
    another, of what its own change brings: its Shapley value. The parts sum to the change.

    Parameters
    ----------
    before, after : Derived
        Of one driver tree and one organisation: plan and result, or last year and this.
    name : str
        A defined KPI.
    over : iterable of str, optional
        Names to split over; a formula is not looked into below them. By default its drivers.
    periods : (str, str), optional
        A period of `before` and one of `after` to compare; by default each period with its
        own like.

    Returns
    -------
    Contributions

    Raises
    ------
    InputError
        If the two are not of one tree and organisation, the periods differ, a name of `over` is not
        below, or more than 12 drivers stand in one term that is not a sum.

    Notes
    -----
    For a product of two factors the parts are those of Kitagawa, mean of the one times change
    of the other; for more see Das Gupta, *Standardization and Decomposition of Rates*, US Bureau
    of the Census, P23-186, 1993. Where a formula is a sum, its terms are split one by one,
    which gives the same parts.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> from cascade_kpi import D
    >>> org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    >>> kpis = ck.Kpis([ck.Kpi("customers", "customers"), ck.Kpi("price", "CNY/customers")])
    >>> targets = ck.cascade(org, kpis, {"customers": 100, "price": 50}, periods="2026")
    >>> reports = {"node": ["hq", "hq"], "kpi": ["customers", "price"], "value": [90, 54]}
    >>> model = ck.DriverTree({"revenue": D("customers") * D("price")}, kpis)
    >>> plan, result = (
    ...     ck.derive(model, stage) for stage in (targets, ck.measure(targets, reports))
    ... )
    >>> ck.contributions(plan, result, "revenue").by_driver("hq")
    change of revenue, hq, 2026: -140.00 CNY
      customers         -520.00   371.4 %   371.4 %
      price             +380.00  -271.4 %   100.0 %
    """
    wrong = unlike(before, Derived, "before", "derive(…)")
    check(wrong + unlike(after, Derived, "after", "derive(…)"))
    if before.model != after.model:
        check([Fault("after", "of another driver tree than before", "derive both with one tree")])
    if before.org is not after.org and before.org != after.org:
        check([Fault("after", "of another organisation", "derive both for one tree of units")])
    model = after.model
    name = model.known(name, defined=True)
    players = _players(model, name, over)
    opened = _opened(model, name, players)
    for side in (before, after):
        check(flows_refused("contributions", model, side.stage, opened))
    compared = _compared(before, after, periods)
    here, there = _slices(before, after, compared)
    old = {each: values[here] for each, values in before.values.items()}
    new = {each: values[there] for each, values in after.values.items()}
    found = _split(model, players, name, old, new)
    org = after.org
    labels = after.periods.labels if compared is None else (" → ".join(compared),)
    change = finite_array(
        "contributions", f"the change of {name}", org, labels, lambda: new[name] - old[name]
    )
    gone = np.isnan(change)
    parts = {
        each: lock(
            finite_array(
                "contributions",
                f"what {each} brings to {name}",
                org,
                labels,
                lambda part=found[each]: np.where(gone, np.nan, part),  # type: ignore[misc]  # no type is inferred of a default
            )
        )
        for each in players
    }
    return Contributions(before, after, name, compared, lock(change), MappingProxyType(parts))


def _split(
    model: DriverTree, players: tuple[str, ...], name: str, old: Values, new: Values
) -> dict[str, FloatArray]:
    """Per player, what it brings: summand by summand."""
    found = {player: np.zeros(new[name].shape) for player in players}
    with np.errstate(over="ignore", invalid="ignore"):
        for summand in summands(model, players, name):
            term = summand.term
            m = len(term.players)
            if m > _MOST:
                reason = (
                    f"{m} drivers in one term, {_short(term.text)}: their orders are too many; "
                    f"{_MOST} can be taken"
                )
                check([Fault("contributions", reason, "name fewer in over=…, nearer to the top")])
            brought = mean_over_orders(map(term.value, states(term.players, old, new)), m)
            for player, part in zip(term.players, brought, strict=True):
                found[player] += summand.times * part
    return found


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _players(model: DriverTree, name: str, over: object) -> tuple[str, ...]:
    """Where the way down from a name ends: at the names that are stated, and at drivers."""
    stops = (over,) if isinstance(over, str) else as_tuple(over)
    if not isinstance(stops, tuple):
        check([Fault("over", "not a list of names", "give names", value=over)])
    below = model.below(name)
    check(
        [
            Fault("over", f"not below {name}", suggest(stop, below), value=stop)
            for stop in stops
            if stop not in below
        ]
    )
    ends = {*stops, *model.drivers}
    reached: set[str] = set()
    waiting = list(model.uses(name))
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            if here not in ends:
                waiting.extend(model.uses(here))
    hidden = [stop for stop in stops if stop not in reached]
    repair = "name the one or the other"
    check([Fault("over", "below another that is named", repair, value=stop) for stop in hidden])
    return tuple(each for each in (*model.definitions, *model.drivers) if each in reached & ends)


def _opened(model: DriverTree, name: str, players: tuple[str, ...]) -> set[str]:
    """The definitions whose formulas are looked into."""
    opened, waiting = {name}, [name]
    while waiting:
        for used in model.uses(waiting.pop()):
            if used not in opened and used not in players:
                opened.add(used)
                waiting.append(used)
    return opened


def _compared(before: Derived, after: Derived, periods: object) -> tuple[str, str] | None:
    """A period of the one and one of the other; None for each with its own like."""
    if periods is None:
        if before.periods != after.periods:
            repair = "pass periods=(one of before, one of after)"
            check([Fault("contributions", "the periods differ", repair)])
        return None
    pair = as_tuple(periods)
    if not isinstance(pair, tuple) or len(pair) != 2:
        repair = "give one of before and one of after"
        check([Fault("periods", "not two periods", repair, value=periods)])
    check(refusals(before.periods.index, pair[0]) + refusals(after.periods.index, pair[1]))
    one, other = before.periods.index(pair[0]), after.periods.index(pair[1])
    return before.periods.labels[one], after.periods.labels[other]


def _slices(
    before: Derived, after: Derived, compared: tuple[str, str] | None
) -> tuple[slice, slice]:
    """Where the periods lie in the one and the other."""
    if compared is None:
        return slice(None), slice(None)
    one, other = before.periods.index(compared[0]), after.periods.index(compared[1])
    return slice(one, one + 1), slice(other, other + 1)
