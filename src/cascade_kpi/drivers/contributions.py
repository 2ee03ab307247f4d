"""What each driver's change brings to the change of a defined KPI, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import factorial
from types import MappingProxyType

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_columns, lock
from cascade_kpi._fields import as_tuple
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.analysis.gaps import bad_way
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.formulas import Add, Formula, Load, Multiply, Number, Rescale, Step
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.org.infinite import finite_array
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods

__all__ = ["Contributions", "contributions"]

_MOST = 12  # drivers of one term: 4,096 evaluations
_LONGEST = 60  # characters of a formula in a message

Values = Mapping[str, FloatArray]


@frozen(hash=False, repr=False)
class Contributions:
    """The change of a defined KPI between two states, split over its drivers at every node.

    Made by :func:`contributions`.

    Attributes
    ----------
    before, after : Derived
    name : str
        The defined KPI.
    periods : Periods
        Of the changes; ``"2025 → 2026"`` where two periods were compared.
    change : float64 array (p, n)
        After less before, in the unit of `name`; NaN where either is absent.
    parts : mapping of str to float64 array (p, n)
        What each driver brings, in that unit; NaN where `change` is.
    """

    before: Derived
    after: Derived
    name: str
    periods: Periods
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
    axis, here, there = _axes(before, after, periods)
    old = {each: values[here] for each, values in before.values.items()}
    new = {each: values[there] for each, values in after.values.items()}
    split = _Split(model, players, old, new)
    org, labels = after.org, axis.labels
    change = finite_array(
        "contributions", f"the change of {name}", org, labels, lambda: new[name] - old[name]
    )
    gone = np.isnan(change)
    found = split.parts(name)
    parts = {
        each: lock(
            finite_array(
                "contributions",
                f"what {each} brings to {name}",
                org,
                labels,
                lambda part=found[each]: np.where(gone, np.nan, part),  # type: ignore[misc]
            )
        )
        for each in players
    }
    return Contributions(before, after, name, axis, lock(change), MappingProxyType(parts))


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


def _axes(before: Derived, after: Derived, periods: object) -> tuple[Periods, slice, slice]:
    """The periods of the changes, and where they lie in the one and the other."""
    if periods is None:
        if before.periods != after.periods:
            repair = "pass periods=(one of before, one of after)"
            check([Fault("contributions", "the periods differ", repair)])
        return after.periods, slice(None), slice(None)
    pair = as_tuple(periods)
    if not isinstance(pair, tuple) or len(pair) != 2:
        repair = "give one of before and one of after"
        check([Fault("periods", "not two periods", repair, value=periods)])
    one, other = before.periods.index(pair[0]), after.periods.index(pair[1])
    return (
        Periods(f"{before.periods.labels[one]} → {after.periods.labels[other]}"),
        slice(one, one + 1),
        slice(other, other + 1),
    )


@frozen(eq=False)
class _Split:
    """The parts of changes of one model, between old and new values."""

    model: DriverTree
    players: tuple[str, ...]
    old: Values
    new: Values

    def parts(self, name: str) -> dict[str, FloatArray]:
        """Per player, what it brings: sums are split term by term, what is left by Shapley."""
        shape = self.new[name].shape
        found = {player: np.zeros(shape) for player in self.players}
        weight = {name: 1.0}
        with np.errstate(over="ignore", invalid="ignore"):
            for each in reversed(list(self.model.formulas)):
                if each not in weight or (each in found and each != name):
                    continue
                steps = self.model.formulas[each].steps
                terms = [(len(steps) - 1, weight[each])]
                while terms:
                    i, times = terms.pop()
                    step = steps[i]
                    if isinstance(step.does, Load):
                        used = step.does.name
                        if used in found:
                            found[used] += times * (self.new[used] - self.old[used])
                        else:
                            weight[used] = weight.get(used, 0.0) + times
                    elif isinstance(step.does, Rescale):
                        terms.append((step.inputs[0], times * float(step.does.factor)))
                    elif isinstance(step.does, Add):
                        signs = zip(step.inputs, step.does.signs, strict=True)
                        terms += [(j, -times if sign == "-" else times) for j, sign in signs]
                    elif isinstance(step.does, Multiply):
                        alone = _one_moves(steps, i, times)
                        if alone is not None:
                            terms.append(alone)
                            continue
                        for player, part in self._shapley(each, i).items():
                            found[player] += times * part
        return found

    def _shapley(self, name: str, i: int) -> dict[str, FloatArray]:
        """Of one step of a definition, the Shapley value of every player in it."""
        term = _Term.of(self.model, self.players, name, i)
        m = len(term.players)
        if m > _MOST:
            reason = (
                f"{m} drivers in one term, {term.text}: their orders are too many; "
                f"{_MOST} can be taken"
            )
            check([Fault("contributions", reason, "name fewer in over=…, nearer to the top")])
        none = term.value(self.old)
        found = {player: np.zeros_like(none) for player in term.players}
        for chosen in range(1, 1 << m):
            inside = [bool(chosen >> k & 1) for k in range(m)]
            state = {
                player: (self.new if into else self.old)[player]
                for player, into in zip(term.players, inside, strict=True)
            }
            gain = term.value(state) - none
            size = sum(inside)
            for player, into in zip(term.players, inside, strict=True):
                if into:
                    found[player] += _orders(size - 1, m) * gain
                elif size < m:
                    found[player] -= _orders(size, m) * gain
        return found


def _orders(before: int, m: int) -> float:
    """The share of all orders of m in which given ones, so many, come right before another."""
    return factorial(before) * factorial(m - before - 1) / factorial(m)


def _one_moves(steps: Sequence[Step], i: int, times: float) -> tuple[int, float] | None:
    """The one factor that is no constant, times the others; None if there are several."""
    does = steps[i].does
    assert isinstance(does, Multiply)  # noqa: S101 - asked of products
    moving: list[int] = []
    for j, sign in zip(steps[i].inputs, does.signs, strict=True):
        other = steps[j].does
        if isinstance(other, Number):
            times = times / other.value if sign == "/" else times * other.value
        elif sign == "/":
            return None
        else:
            moving.append(j)
    return (moving[0], times) if len(moving) == 1 else None


@frozen(eq=False)
class _Term:
    """One step of a definition, as a function of the players in it."""

    text: str
    players: tuple[str, ...]
    formulas: Mapping[str, Formula]
    own: Formula

    @classmethod
    def of(cls, model: DriverTree, players: tuple[str, ...], name: str, i: int) -> _Term:
        whole = model.formulas[name].steps
        taken: list[int] = []
        waiting = [i]
        while waiting:
            here = waiting.pop()
            taken.append(here)
            waiting.extend(whole[here].inputs)
        taken.sort()
        place = {here: k for k, here in enumerate(taken)}
        steps = tuple(
            evolve(whole[here], inputs=tuple(place[j] for j in whole[here].inputs))
            for here in taken
        )
        reached: set[str] = set()
        names = [step.does.name for step in steps if isinstance(step.does, Load)]
        while names:
            used = names.pop()
            if used not in reached:
                reached.add(used)
                if used not in players:
                    names.extend(model.uses(used))
        inner = {
            each: formula
            for each, formula in model.formulas.items()
            if each in reached and each not in players
        }
        text = str(whole[i].source)
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        own = Formula(steps, model.formulas[name].unit)
        return cls(text, tuple(each for each in players if each in reached), inner, own)

    def value(self, state: Values) -> FloatArray:
        """The step's value, float64 (p, n), from those of the players."""
        known = {player: state[player] for player in self.players}
        for name, formula in self.formulas.items():
            known[name] = formula.run(known.__getitem__)
        return self.own.run(known.__getitem__)
