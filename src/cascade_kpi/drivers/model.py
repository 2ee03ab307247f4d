"""Driver trees: KPIs defined by formulas of others."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import (
    as_number,
    as_texts,
    is_a,
    not_numbers,
    not_texts,
    not_whole,
    refusals,
)
from cascade_kpi.drivers.draw import draw_tree
from cascade_kpi.drivers.expressions import Expression, names_in
from cascade_kpi.drivers.formulas import Formula, Load, Multiply, Number, compiled
from cascade_kpi.drivers.units import Unit
from cascade_kpi.errors import Fault, a_or_an, check, suggest
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.records import record

__all__ = ["DriverTree"]

_SHOWN = 8  # names of a circle
_NONE: Mapping[str, float] = MappingProxyType({})


def _mapping(values: Any) -> Any:
    return MappingProxyType(dict(values)) if isinstance(values, Mapping) else values


def _kpis(kpis: Any) -> Any:
    return kpis if isinstance(kpis, str | Mapping) else Kpis.of(kpis)


@record("cascade_kpi/drivers.tree")
@frozen(hash=False, repr=False)
class DriverTree:
    """KPIs defined by formulas of others, down to drivers that are reported.

    Parameters
    ----------
    definitions : mapping of str to Expression
        What each defined KPI is made of.
    kpis : Kpis
        The drivers. A defined KPI may be among them too, which gives it a unit, decimals and a
        direction; its value is made by its formula.
    units : mapping of str to str
        Units of defined KPIs; by default those of `kpis`, or what the formulas give.
    flows : iterable of str
        Defined KPIs that add up along time, as a revenue does that is made of a level and a
        rate: over periods that are taken together they are the sum of these periods'.

    Raises
    ------
    InputError
        Listing unknown names, circles, and units that do not fit.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> from cascade_kpi import D
    >>> kpis = ck.Kpis(
    ...     [
    ...         ck.Kpi("customers", "customers"),
    ...         ck.Kpi("arpu", "CNY/customers", aggregate=ck.aggregates.Ratio()),
    ...         ck.Kpi("cost", "CNY", better="lower"),
    ...     ]
    ... )
    >>> model = ck.DriverTree(
    ...     {"revenue": D("customers") * D("arpu"), "profit": D("revenue") - D("cost")}, kpis
    ... )
    >>> print(model.draw())
    profit [CNY] = revenue − cost
    ├─ revenue [CNY] = customers × arpu
    │  ├─ customers [customers]
    │  └─ arpu [CNY/customers]
    └─ cost [CNY]
    >>> model.compute({"customers": 200, "arpu": 50, "cost": 4_000})
    {'revenue': 10000.0, 'profit': 6000.0}
    """

    definitions: Mapping[str, Expression] = field(converter=_mapping)
    kpis: Kpis = field(converter=_kpis)
    units: Mapping[str, str] = field(factory=dict, converter=_mapping)
    flows: tuple[str, ...] = field(default=(), converter=as_texts)
    formulas: Mapping[str, Formula] = field(init=False, eq=False)

    @formulas.default
    def _compiled(self) -> Mapping[str, Formula]:
        """Every definition as steps, drivers of others before them."""
        check(self._unlike())
        faults = self._no_formulas() + self._unknown() + self._odd_units() + self._odd_flows()
        order = _ordered(self.definitions, faults)
        units = {name: self._told_unit(name) for name in (*self.drivers, *order)}
        for name in self.drivers:
            faults += _odd_unit(name, self.kpis[name].unit)
        made: dict[str, Formula] = {}
        for name in order:
            if is_a(self.definitions[name], Expression):
                told = compiled(name, self.definitions[name], units, units[name], faults)
                made[name], units[name] = told
        check(faults)
        return MappingProxyType(made)

    def _told_unit(self, name: str) -> Unit | None:
        """The unit that is stated for a name, None if there is none or it is odd."""
        text = self._stated(name)
        return None if text is None or _odd_unit(name, text) else Unit.parse(text)

    def _unlike(self) -> list[Fault]:
        faults: list[Fault] = []
        if not isinstance(self.definitions, Mapping):
            reason = f"a mapping is wanted, not {a_or_an(type(self.definitions).__name__)}"
            faults.append(Fault("driver tree", reason, "give {name: formula}"))
        elif not self.definitions:
            faults.append(Fault("driver tree", "no definition", "give one at least"))
        if not isinstance(self.kpis, Kpis):
            reason = f"Kpis are wanted, not {a_or_an(type(self.kpis).__name__)}"
            faults.append(Fault("driver tree", reason, "make them with Kpis(…)", column="kpis"))
        if not isinstance(self.units, Mapping):
            reason = f"a mapping is wanted, not {a_or_an(type(self.units).__name__)}"
            faults.append(Fault("driver tree", reason, "give {name: unit}", column="units"))
        return faults

    def _no_formulas(self) -> list[Fault]:
        """Names that are none, and definitions that are no formulas."""
        faults: list[Fault] = []
        for name, formula in self.definitions.items():
            faults += not_texts("driver tree", name=name)
            if not is_a(formula, Expression):
                reason, repair = "not a formula", "make it of D(…) and Constant(…) with + - * /"
                faults.append(Fault("driver tree", reason, repair, column=str(name), value=formula))
        return faults

    def _unknown(self) -> list[Fault]:
        known = (*self.kpis.names, *self.definitions)
        return [
            Fault("driver tree", "no such KPI", suggest(used, known), column=name, value=used)
            for name, formula in self.definitions.items()
            for used in names_in(formula)
            if used not in self.definitions and used not in self.kpis.names
        ]

    def _odd_units(self) -> list[Fault]:
        faults = []
        for name, unit in self.units.items():
            if name not in self.definitions:
                repair = suggest(name, self.definitions)
                if name in self.kpis.names:
                    repair = "a driver has the unit of its KPI"
                reason = "not defined here"
                faults.append(Fault("driver tree", reason, repair, column="units", value=name))
                continue
            odd = _odd_unit(name, unit)
            faults += odd
            own = self.kpis[name].unit if name in self.kpis.names else unit
            if not odd and own != unit:
                reason = f"its unit is {unit!r} here and {own!r} as a KPI"
                faults.append(Fault("driver tree", reason, "state it once", column=name))
        for name in self.definitions:
            if name in self.kpis.names and name not in self.units:
                faults += _odd_unit(name, self.kpis[name].unit)
        return faults

    def _odd_flows(self) -> list[Fault]:
        if not isinstance(self.flows, tuple):
            reason = f"a list is wanted, not {a_or_an(type(self.flows).__name__)}"
            return [Fault("driver tree", reason, "give names", column="flows", value=self.flows)]
        faults = []
        for name in dict.fromkeys(self.flows):
            repair = ""
            if isinstance(name, str) and name in self.kpis.names and name not in self.definitions:
                reason = "a driver, which combines along time as its KPI aggregates"
                repair = "leave it out, or use another aggregate, such as Last()"
            elif not isinstance(name, str) or name not in self.definitions:
                reason, repair = "not defined here", suggest(name, self.definitions)
            elif self.flows.count(name) > 1:
                reason, repair = "named twice", "name it once"
            if repair:
                faults.append(Fault("driver tree", reason, repair, column="flows", value=name))
        return faults

    def _stated(self, name: str) -> str | None:
        if name in self.kpis.names:
            return self.kpis[name].unit
        return self.units.get(name)

    @cached_property
    def _uses(self) -> Mapping[str, tuple[str, ...]]:
        return {name: names_in(formula) for name, formula in self.definitions.items()}

    @cached_property
    def drivers(self) -> tuple[str, ...]:
        """Names that formulas use and that have none themselves, in the order of the KPIs."""
        used = {name for names in self._uses.values() for name in names}
        return tuple(name for name in self.kpis.names if name in used - self.definitions.keys())

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """Definitions that no other uses."""
        used = {name for names in self._uses.values() for name in names}
        return tuple(name for name in self.definitions if name not in used)

    def uses(self, name: str) -> tuple[str, ...]:
        """Names that a definition is made of, in the order of its formula; none of a driver's."""
        return self._uses.get(self.known(name), ())

    def below(self, *names: str) -> tuple[str, ...]:
        """Definitions and drivers that some names are made of, themselves left out.

        Definitions first, in the tree's order, then drivers in the order of the KPIs.
        """
        found: set[str] = set()
        waiting = [used for name in names for used in self.uses(name)]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self._uses.get(here, ()))
        return tuple(name for name in (*self.definitions, *self.drivers) if name in found)

    def drivers_of(self, *names: str) -> tuple[str, ...]:
        """Drivers that some names come down to; a driver comes down to itself."""
        found = {*self.below(*names), *names}
        return tuple(name for name in self.drivers if name in found)

    def unit(self, name: str) -> str:
        """The unit of a driver or of a defined KPI."""
        told = self._stated(self.known(name))
        return str(self.formulas[name].unit) if told is None else told

    def kpi(self, name: str) -> Kpi:
        """A driver's KPI, or one that describes a defined KPI."""
        if self.known(name) in self.kpis.names:
            return self.kpis[name]
        return Kpi(name, self.unit(name) or "1")

    def known(self, name: object, *, defined: bool = False) -> str:
        """A name of the tree, once it is found to be one.

        Raises
        ------
        InputError
            If it is none, or not a defined one where that is wanted.
        """
        if isinstance(name, str) and (
            name in self.definitions or (not defined and name in self.drivers)
        ):
            return name
        names = (*self.definitions, *(() if defined else self.drivers))
        reason = "no such name in the driver tree"
        if defined and isinstance(name, str) and name in self.drivers:
            reason = "a driver, which has no formula"
        check([Fault("driver tree", reason, suggest(name, names), value=name)])
        raise AssertionError  # check has raised

    def adds_up(self, name: str) -> bool:
        """Whether a node's value is sure to be the sum of its children's and its own.

        So it is for a sum or difference of KPIs that add up, and for such times or over a
        constant. A product of KPIs may add up by what its factors mean, as customers × ARPU
        does; a formula cannot tell that, and the answer is False. Sure where every KPI in it
        is there for the same nodes.
        """
        sure = {name: self.kpis[name].aggregate.makeup is Makeup.SUM for name in self.drivers}
        fixed = dict.fromkeys(self.drivers, False)
        for each, formula in self.formulas.items():
            sure[each], fixed[each] = _adds_up(formula, sure, fixed)
        return sure[self.known(name)]

    def compute(
        self, values: Mapping[str, float], *, summed: Mapping[str, float] = _NONE
    ) -> dict[str, float]:
        """Every defined KPI from plain numbers of the drivers; NaN where it cannot be told.

        Parameters
        ----------
        values : mapping of str to float
            Of drivers, in their units; what is left out is absent. Other KPIs are not read.
        summed : mapping of str to float, optional
            Of flows, their sums over several periods, in place of what their formulas give.

        Raises
        ------
        InputError
            If a name is not a driver, a value not a number, or something is too large for a float.
        """
        given = dict(values) if isinstance(values, Mapping) else {"?": values}
        faults: list[Fault] = []
        known: dict[str, FloatArray] = {name: np.full((1, 1), np.nan) for name in self.drivers}
        for name, value in given.items():
            number = as_number(value)
            if name not in known:
                if name in self.kpis.names and name not in self.definitions:
                    continue  # a KPI that no formula uses
                faults.append(
                    Fault("compute", "no such driver", suggest(name, self.drivers), value=name)
                )
            elif isinstance(number, float) and math.isnan(number):
                continue
            elif odd := not_numbers("compute", **{str(name): number}):
                faults += odd
            else:
                known[name] = np.full((1, 1), number)
        check(faults)
        out: dict[str, float] = {}
        try:
            with np.errstate(over="raise", invalid="ignore"):
                for name, formula in self.formulas.items():
                    known[name] = formula.run(known.__getitem__)
                    if name in summed:
                        known[name] = np.full((1, 1), float(summed[name]))
        except FloatingPointError:
            repair = "correct the numbers, or use a larger unit"
            check([Fault("compute", "too large for a float", repair, column=name)])
        for name in self.definitions:
            out[name] = float(known[name][0, 0])
        return out

    def draw(self, *, limit: int = 200) -> str:
        """The tree as text, a line a name with its unit and its formula, at most `limit` lines."""
        check(not_whole("draw", 1, 1_000_000, limit=limit))
        return draw_tree(self.tops, self.uses, self.line, limit=limit)

    def line(self, name: str) -> str:
        """A name with its unit and its formula, as it is drawn."""
        unit = f" [{self.unit(name)}]" if self.unit(name) else ""
        formula = f" = {self.definitions[name]}" if name in self.definitions else ""
        return f"{name}{unit}{formula}{', adds up over time' if name in self.flows else ''}"

    def __repr__(self) -> str:
        return f"<DriverTree {', '.join(self.definitions)} of {', '.join(self.drivers)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.draw())}</pre>"

    def __hash__(self) -> int:
        return hash((tuple(self.definitions.items()), self.kpis.names))


def _odd_unit(name: str, unit: object) -> list[Fault]:
    """What is wrong with the unit of a name."""
    if not isinstance(unit, str):
        reason, repair = "its unit is not text", "give it as text"
        return [Fault("driver tree", reason, repair, column=name, value=unit)]
    odd = refusals(Unit.parse, unit)
    return [Fault("driver tree", f.reason, f.repair, column=name, value=unit) for f in odd]


def _ordered(definitions: Mapping[str, Expression], faults: list[Fault]) -> list[str]:
    """Names so that what a definition uses comes before it; a fault for each circle met."""
    order: list[str] = []
    state: dict[str, int] = {}
    for top in definitions:
        waiting: list[tuple[str, bool]] = [(top, False)]
        path: list[str] = []
        while waiting:
            name, ready = waiting.pop()
            if ready:
                order.append(path.pop())
                state[name] = 2
            elif state.get(name) == 1:
                circle = [*path[path.index(name) :], name]
                shown = circle if len(circle) <= _SHOWN else [*circle[:_SHOWN], "…", name]
                reason = f"it is made of itself: {' → '.join(shown)}"
                repair = "leave one of these out of the formula of another"
                faults.append(Fault("driver tree", reason, repair, column=name))
            elif name not in state:
                state[name] = 1
                path.append(name)
                waiting.append((name, True))
                under = [used for used in names_in(definitions[name]) if used in definitions]
                waiting.extend((used, False) for used in reversed(under))
    return order


def _adds_up(
    formula: Formula, sure: Mapping[str, bool], fixed: Mapping[str, bool]
) -> tuple[bool, bool]:
    """Whether a formula's value adds up, and whether it is the same number everywhere."""
    adds: list[bool] = []
    still: list[bool] = []
    for step in formula.steps:
        if isinstance(step.does, Load):
            add, same = sure[step.does.name], fixed[step.does.name]
        elif isinstance(step.does, Number):
            add, same = False, True
        elif isinstance(step.does, Multiply):
            moving = [i for i in step.inputs if not still[i]]
            over = [i for i, sign in zip(step.inputs, step.does.signs, strict=True) if sign == "/"]
            same = not moving
            add = len(moving) == 1 and adds[moving[0]] and moving[0] not in over
        else:
            add = all(adds[i] for i in step.inputs)
            same = all(still[i] for i in step.inputs)
        adds.append(add)
        still.append(same)
    return adds[-1], still[-1]
