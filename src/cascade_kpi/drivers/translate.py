"""Goals for defined KPIs, translated into goals for their drivers."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi._fields import as_number, as_texts, not_numbers, refusals
from cascade_kpi._long import Columns, keys, same, texts
from cascade_kpi.drivers.along import flows_refused
from cascade_kpi.drivers.demands import Demands
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.draw import draw_tree
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.errors import Fault, InputError, check, unlike
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.records import record
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["Start", "Translation", "Wishes", "in_lots", "translate"]

Place = tuple[Any, str]


@frozen
class Wishes:
    """What is asked of a driver tree.

    Attributes
    ----------
    goals : mapping of str to float
        Of defined KPIs, in their units.
    shares : mapping of str to mapping of str to float
        Per defined KPI, of each name in its formula the share that it takes of the change.
    fixed : tuple of str
        Names that stay where they are.
    """

    goals: Mapping[str, float]
    shares: Mapping[str, Mapping[str, float]]
    fixed: tuple[str, ...]


@frozen
class Start:
    """Where a translation sets out from.

    Attributes
    ----------
    base : Derived, Results, Targets, Translation, or mapping of str to float
    node : id or None
    period : str or None
        Of the base. With the node None if the base is numbers or another translation.
    to : str or None
        The period that the goals are for.
    """

    base: Base = field(repr=False)
    node: Any = None
    period: str | None = None
    to: str | None = None

    @property
    def place(self) -> Place | None:
        """The node and the period of the goals; None if the base was plain numbers."""
        if isinstance(self.base, Translation):
            return self.base.place
        return None if self.to is None else (self.node, self.to)


@frozen
class _Translating:
    """What :func:`translate` took."""

    model: DriverTree
    goals: Mapping[str, float]
    base: Derived | Results | Targets | Translation | Mapping[str, float]
    shares: Mapping[str, Mapping[str, float]]
    fixed: tuple[str, ...]
    node: int | str | None
    period: str | None
    to: str | None

    @classmethod
    def of(cls, made: Translation) -> _Translating:
        start, wishes = made.start, made.wishes
        place = start.node, start.period, start.to
        return cls(made.model, wishes.goals, start.base, wishes.shares, wishes.fixed, *place)

    def make(self) -> Translation:
        return translate(
            self.model,
            self.goals,
            self.base,
            shares=self.shares,
            fixed=self.fixed,
            node=self.node,
            period=self.period,
            to=self.to,
        )


@record("cascade_kpi/translation", written_as=_Translating)
@frozen(hash=False, repr=False)
class Translation:
    """Goals for drivers that give the goals for what is made of them.

    Made by :func:`translate`.

    Attributes
    ----------
    model : DriverTree
    wishes : Wishes
        The goals as they were stated, the shares, and what was fixed.
    start : Start
    base, exact, rounded : mapping of str to float
        Of every name, in its unit: where it stands; what it is to be; and the same once the
        goals of drivers that are divided are whole lots.
    """

    model: DriverTree
    wishes: Wishes
    start: Start
    base: Mapping[str, float] = field(eq=False, repr=False)
    exact: Mapping[str, float] = field(eq=False, repr=False)
    rounded: Mapping[str, float] = field(eq=False, repr=False)

    @property
    def stated(self) -> Mapping[str, float]:
        """The goals as they were stated."""
        return self.wishes.goals

    @property
    def place(self) -> Place | None:
        """The node and period where the goals stand; None if the base was plain numbers."""
        return self.start.place

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers that the stated goals come down to, in the order of the KPIs."""
        return self.model.drivers_of(*self.stated)

    @property
    def missed(self) -> dict[str, float]:
        """What the rounded goals give less each stated goal, in its unit."""
        return {name: self.rounded[name] - goal for name, goal in self.stated.items()}

    @property
    def goals(self) -> Columns:
        """The drivers' goals, rounded, as a table that :func:`cascade <cascade_kpi.cascade>` takes.

        ``node``, ``kpi``, ``period``, ``value``.

        Raises
        ------
        InputError
            If the base was plain numbers, which are of no node.
        """
        if self.place is None:
            repair = "use rounded, or translate from results, targets or derived values"
            raise InputError([Fault("goals", "plain numbers are of no node", repair)])
        node, period = self.place
        count = [len(self.drivers)]
        return {
            "node": keys([node] * len(self.drivers)),
            "kpi": texts(self.drivers),
            "period": same([period], count),
            "value": np.array([self.rounded[name] for name in self.drivers]),
        }

    def table(self) -> Columns:
        """Every name that the goals concern, as columns: definitions first.

        Returns
        -------
        dict of str to array (m,)
            ``kpi``, ``unit``; ``base``, ``exact``, ``rounded`` and ``change``, rounded less base,
            in that unit.
        """
        names = [name for name in self.model.definitions if name in self.stated]
        names += [name for name in self.model.below(*self.stated) if name not in names]
        columns = {
            which: np.array([values[name] for name in names])
            for which, values in (
                ("base", self.base),
                ("exact", self.exact),
                ("rounded", self.rounded),
            )
        }
        return {
            "kpi": texts(names),
            "unit": texts([self.model.unit(name) for name in names]),
            **columns,
            "change": columns["rounded"] - columns["base"],
        }

    def draw(self) -> str:
        """The tree below the stated goals as text: where each name stands and is to go."""
        tops = [name for name in self.stated if name not in self.model.below(*self.stated)]
        return draw_tree(tops, self.model.uses, self._line, limit=200)

    def _line(self, name: str) -> str:
        kpi = self.model.kpi(name)
        before, after = self.base[name], self.rounded[name]
        line = f"{name} {kpi.format(before)} → {kpi.format(after)}"
        missed = self.missed.get(name, 0.0)
        if abs(missed) >= 0.5 * 10.0**-kpi.decimals:
            line += f", {kpi.format(abs(missed))} {'above' if missed > 0 else 'below'} the goal"
        return line

    def __repr__(self) -> str:
        return self.draw()

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.draw())}</pre>"

    def __hash__(self) -> int:
        return hash((self.model, tuple(self.stated.items()), self.start.to))


Base = Derived | Results | Targets | Translation | Mapping[str, float]


def translate(
    model: DriverTree,
    goals: Mapping[str, float],
    base: Base,
    *,
    shares: Mapping[str, Mapping[str, float]] | None = None,
    fixed: Iterable[str] = (),
    node: object = None,
    period: str | None = None,
    to: str | None = None,
) -> Translation:
    """Goals for defined KPIs at one node, taken down to goals for their drivers.

    Parameters
    ----------
    model : DriverTree
    goals : mapping of str to float
        Goals of defined KPIs, in their units. One that stands below another is kept.
    base : Results, Targets, Derived, Translation, or mapping of str to float
        Where the drivers stand now; the rounded goals of another translation.
    shares : mapping of str to mapping of str to float, optional
        Per defined KPI, of each name in its formula the share that it takes of the change; zero
        or more, one in sum. Not needed where one name can move.
    fixed : iterable of str, optional
        Names that stay where they are, with all below them.
    node : id, optional
        Of a base with several nodes; the root by default.
    period : str, optional
        Of the base; needed where there are several.
    to : str, optional
        The period that the goals are for; that of the base by default.

    Returns
    -------
    Translation

    Raises
    ------
    InputError
        Listing goals of what is not defined; shares that are missing, negative or not one in
        sum; names that are asked for two values; products that go through zero;
        drivers without a base; goals that what is kept rules out.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> from cascade_kpi import D
    >>> kpis = [ck.Kpi("customers", "customers", lot=1), ck.Kpi("price", "CNY/customers")]
    >>> model = ck.DriverTree({"revenue": D("customers") * D("price")}, kpis)
    >>> plan = ck.translate(
    ...     model,
    ...     {"revenue": 12_100},
    ...     {"customers": 100, "price": 100},
    ...     shares={"revenue": {"customers": 0.5, "price": 0.5}},
    ... )
    >>> plan
    revenue 10,000.00 CNY → 12,100.00 CNY
    ├─ customers 100.00 customers → 110.00 customers
    └─ price 100.00 CNY/customers → 110.00 CNY/customers
    """
    check(unlike(model, DriverTree, "model", "DriverTree(…)"))
    faults: list[Fault] = []
    stated = _goals(model, goals, faults)
    given: dict[str, float] = {}
    start = Start(base)
    try:
        below = {*stated, *model.below(*stated)}
        given, start = _standing(model, base, node, period, to, names=below)
    except InputError as error:
        faults += error.faults
    names = as_texts(fixed)
    demands = Demands.of(model, stated, given, shares=shares, fixed=names, faults=faults)
    check(faults)
    exact = {**given, **demands.met()}
    rounded = {
        name: _rounded(model, name, value) if name in model.drivers_of(*stated) else value
        for name, value in exact.items()
    }
    before, after, whole = (
        MappingProxyType({**each, **model.compute(each)}) for each in (given, exact, rounded)
    )
    agreed = {name: MappingProxyType(each) for name, each in demands.agreed.items()}
    wishes = Wishes(MappingProxyType(stated), MappingProxyType(agreed), names)
    return Translation(model, wishes, start, before, after, whole)


def _goals(model: DriverTree, goals: object, faults: list[Fault]) -> dict[str, float]:
    if not isinstance(goals, Mapping) or not goals:
        check([Fault("goals", "no goals", "give {name: number} of defined KPIs", value=goals)])
        raise AssertionError  # check has raised
    stated = {}
    for name, value in goals.items():
        unknown = refusals(partial(model.known, defined=True), name)
        faults += [Fault("goals", f.reason, f.repair, value=name) for f in unknown]
        number = as_number(value)
        faults += not_numbers("goals", **{str(name): number})
        stated[name] = number
    return stated if not faults else {}


def _standing(
    model: DriverTree,
    base: object,
    node: object,
    period: str | None,
    to: str | None,
    *,
    names: set[str],
) -> tuple[dict[str, float], Start]:
    """Where the drivers stand, and where that is."""
    if to is not None and (not isinstance(to, str) or not to.strip()):
        check([Fault("to", "no label of a period", "name the period of the goals", value=to)])
    if isinstance(base, Mapping | Translation):
        places = {"node": node, "period": period, "to": to}
        check(
            [
                Fault("translate", "the base has no nodes or periods to pick", f"leave {k} out")
                for k, value in places.items()
                if value is not None
            ]
        )
        if isinstance(base, Translation):
            _same_model(model, base.model)
            return {name: base.rounded[name] for name in model.drivers}, Start(base)
        odd = refusals(model.compute, base)
        check([evolve(fault, source="base") for fault in odd])
        known = {name: as_number(base.get(name, math.nan)) for name in model.drivers}
        there = {name: value for name, value in known.items() if not math.isnan(value)}
        return known, Start(MappingProxyType(there))
    if not isinstance(base, Derived | Results | Targets):
        reason = f"no base: {type(base).__name__}"
        check([Fault("base", reason, "give results, targets, derived values, or numbers")])
        raise AssertionError  # check has raised
    if isinstance(base, Derived):
        _same_model(model, base.model)
    given, row, p = _at_node(model, base, node, period)
    check(flows_refused("base", model, base.stage if isinstance(base, Derived) else base, names))
    label = base.periods.labels[p]
    return given, Start(base, base.org.node(row).id, label, label if to is None else to)


def _at_node(
    model: DriverTree, base: Derived | Results | Targets, node: object, period: str | None
) -> tuple[dict[str, float], int, int]:
    """Where the drivers stand at a node in a period, its row, and the period's position."""
    roots = base.org.roots
    if node is None and len(roots) > 1:
        check([Fault("translate", f"there are {len(roots)} roots", "pass node=…")])
    row = base.org.row(roots[0].id if node is None else node)
    p = base.periods.index(period)
    kpis = base.stage.kpis if isinstance(base, Derived) else base.kpis
    check(
        [
            Fault(
                "base",
                f"no {name} in {model.kpis[name].unit} there",
                "use the same KPIs",
                value=name,
            )
            for name in model.drivers
            if name not in kpis.names or kpis[name].unit != model.kpis[name].unit
        ]
    )
    found = {name: float(base.of(name)[p, row]) for name in model.drivers}
    return found, row, p


def _same_model(model: DriverTree, other: DriverTree) -> None:
    if other != model:
        check([Fault("base", "of another driver tree", "make it with this one")])


def _rounded(model: DriverTree, name: str, value: float) -> float:
    """A driver's goal in whole lots, half to even, if it is divided; else as it is."""
    kpi = model.kpis[name]
    if not kpi.divides or value != value:
        return value
    return in_lots(kpi.counted_in, value)


def in_lots(lot: Lot, value: float) -> float:
    """A value in whole lots, half to even."""
    return float(round(Fraction(value) / lot.exact) * lot.exact)
