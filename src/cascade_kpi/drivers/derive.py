"""Driver trees evaluated at every node and period, on that node's own rolled-up drivers."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, frozen_columns, lock
from cascade_kpi._fields import not_whole, refusals
from cascade_kpi._long import Columns, long_table, present
from cascade_kpi._text import visible
from cascade_kpi.drivers.along import flows_refused, parts_of, summed
from cascade_kpi.drivers.draw import draw_tree
from cascade_kpi.drivers.formulas import Look, Multiply, Step
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.drivers.slopes import slopes_of
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.missing import Missing, lost_faults
from cascade_kpi.org.infinite import finite_array, infinite
from cascade_kpi.org.rollup import add_present, fold_children
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["Derived", "derive", "flow_due"]

Mask = NDArray[np.bool_]

_LISTED = 6  # nodes in a message


@frozen(hash=False)
class _Deriving:
    """What :func:`derive` took."""

    model: DriverTree
    stage: Results | Targets
    missing: Missing
    by_zero: Literal["absent", "refuse"]

    @classmethod
    def of(cls, derived: Derived) -> _Deriving:
        by_zero: Any = derived.by_zero
        return cls(derived.model, derived.stage, derived.missing, by_zero)

    def make(self) -> Derived:
        return derive(self.model, self.stage, missing=self.missing, by_zero=self.by_zero)


@record("cascade_kpi/derived", written_as=_Deriving)
@frozen(hash=False, repr=False)
class Derived:
    """Every defined KPI of a driver tree, and its drivers, at every node and period.

    Made by :func:`derive`.

    Attributes
    ----------
    model : DriverTree
    stage : Results or Targets
        What the drivers were taken from.
    missing : Missing
        What became of drivers that are absent.
    by_zero : {"absent", "refuse"}
        What became of a division by zero.
    values : mapping of str to float64 array (p, n)
        Per name, in its unit, NaN where absent.
    of_periods : Derived or None
        The same of the periods that the stage takes together, where the tree has flows.
    """

    model: DriverTree
    stage: Results | Targets
    missing: Missing
    by_zero: str
    values: Mapping[str, FloatArray] = field(eq=CONTENT, converter=frozen_columns)
    of_periods: Derived | None = field(default=None, eq=False)

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.stage.org

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.stage.periods

    def of(self, name: str) -> FloatArray:
        """Values of a defined KPI or a driver in its unit, float64 (p, n), NaN where absent."""
        return self.values[self.model.known(name)]

    def beyond_children(self, name: str) -> FloatArray:
        """A node's value less the sum of its children's, float64 (p, n), in the unit of `name`.

        Zero, but for rounding, where the KPI adds up and the node has nothing of its own;
        NaN for leaves, and where something is absent.
        """
        values = self.of(name)
        below = np.stack([fold_children(self.org.layout, row, add_present) for row in values])
        return lock(values - below)

    def coverage(self, name: str) -> FloatArray:
        """The least coverage of the drivers that a value needs, float64 (p, n), 0 to 1.

        Where they differ, a difference or ratio sets what some reported against what others
        did; `measure(…, missing="hold")` holds such values back.

        Raises
        ------
        InputError
            If the values are of targets, which have none.
        """
        if not isinstance(self.stage, Results):
            check([Fault("coverage", "targets have none", "ask it of values of results")])
            raise AssertionError  # check has raised
        each = [self.stage.coverage(driver) for driver in self.model.drivers_of(name)]
        out = np.full((len(self.periods), len(self.org)), np.nan)
        for coverage in each:
            np.fmin(out, coverage, out=out)
        return lock(out)

    def slopes(self, name: str) -> dict[str, FloatArray]:
        """How fast a value changes with each of its drivers: exact derivatives.

        Per driver float64 (p, n), in units of `name` for one unit of the driver, all
        other drivers as they are; NaN where the value is absent.
        """
        below = (self.model.known(name, defined=True), *self.model.below(name))
        check(flows_refused("slopes", self.model, self.stage, below))
        found = slopes_of(self.model, self.values, name)
        gone = np.isnan(self.of(name))
        labels = self.periods.labels
        return {
            driver: lock(
                finite_array(
                    "driver tree",
                    f"the slope of {name} with {driver}",
                    self.org,
                    labels,
                    lambda slope=slope: np.where(gone, np.nan, slope),  # type: ignore[misc]  # no type is inferred of a default
                )
            )
            for driver, slope in found.items()
        }

    def elasticities(self, name: str) -> dict[str, FloatArray]:
        """By how many per cent a value changes if a driver changes by one: ∂R/∂x · x/R.

        Per driver float64 (p, n), pure numbers; NaN where the value is absent or zero.
        """
        value = self.of(name)
        whole = np.where(value == 0, np.nan, value)
        labels = self.periods.labels
        return {
            driver: lock(
                finite_array(
                    "driver tree",
                    f"the elasticity of {name} to {driver}",
                    self.org,
                    labels,
                    lambda slope=slope, x=self.values[driver]: slope * x / whole,  # type: ignore[misc]  # no type is inferred of a default
                )
            )
            for driver, slope in self.slopes(name).items()
        }

    def table(self) -> Columns:
        """The defined KPIs as columns: one row for each value, by period, KPI, node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``, and ``value`` in that unit.
        """
        names = list(self.model.definitions)
        values = [self.values[name] for name in names]
        return long_table(
            self.org.ids,
            self.periods.labels,
            [(name, self.model.unit(name)) for name in names],
            present(values),
            {"value": values},
        )

    def draw(self, node: object, period: str | None = None, *, limit: int = 200) -> str:
        """The tree as text with the values of a node, at most `limit` lines."""
        check(not_whole("draw", 1, 1_000_000, limit=limit))
        row, p = self.org.row(node), self.periods.index(period)

        def told(name: str) -> str:
            value = float(self.values[name][p, row])
            formula = self.model.definitions.get(name)
            shown = self.model.kpi(name).format(value)
            made = "" if formula is None else f" = {formula}"
            summed = self.of_periods is not None and name in self.model.flows
            return f"{name} {shown}{made}{', summed over periods' if summed else ''}"

        return draw_tree(self.model.tops, self.model.uses, told, limit=limit)

    def __repr__(self) -> str:
        names = ", ".join(self.model.definitions)
        return visible(f"<Derived {names} × {len(self.periods)} × {self.org!r}>")

    def _repr_html_(self) -> str:
        first, last = self.org.ids[0], self.periods.labels[-1]
        return f"<pre>{html.escape(self.draw(first, last))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.model), hash(self.stage), self.missing.value, self.by_zero))


def derive(
    model: DriverTree,
    stage: Results | Targets,
    *,
    missing: Missing | str = Missing.HOLD,
    by_zero: Literal["absent", "refuse"] = "absent",
) -> Derived:
    """Every defined KPI at every node and period, on that node's own rolled-up drivers.

    Parameters
    ----------
    model : DriverTree
    stage : Results or Targets
    missing : Missing or str
        What becomes of a driver that is absent where it was due: ``hold`` makes what needs it
        absent, ``zero`` counts it as zero where it is a sum, ``refuse`` raises.
    by_zero : {"absent", "refuse"}
        What becomes of a division by zero.

    Returns
    -------
    Derived

    Raises
    ------
    InputError
        If a driver is not in the stage, or in another unit; under ``refuse`` with
        every node at which a driver is absent, or a divisor zero; with the node at which
        something is too large for a float.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> from cascade_kpi import D
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> kpis = ck.Kpis([ck.Kpi("sales", "CNY"), ck.Kpi("visits", "visits")])
    >>> goals = {"sales": 90, "visits": 40}
    >>> results = ck.measure(
    ...     ck.cascade(org, kpis, goals, periods="2026"),
    ...     {
    ...         "node": ["a", "b", "a", "b"],
    ...         "kpi": ["sales", "sales", "visits", "visits"],
    ...         "value": [60, 30, 10, 20],
    ...     },
    ... )
    >>> model = ck.DriverTree({"sales per visit": D("sales") / D("visits")}, kpis)
    >>> ck.derive(model, results).of("sales per visit")
    array([[3. , 6. , 1.5]])
    """
    wrong = unlike(model, DriverTree, "model", "DriverTree(…)")
    if not isinstance(stage, Results | Targets):
        reason = f"Results or Targets are wanted, not a {type(stage).__name__}"
        wrong.append(Fault("stage", reason, "make them with measure(…) or cascade(…)"))
    if by_zero not in ("absent", "refuse"):
        repair = "use 'absent' or 'refuse'"
        wrong.append(Fault("by_zero", "no such policy", repair, value=by_zero))
    check(wrong + refusals(_policy, missing))
    policy = _policy(missing)
    values = _drivers(model, stage, policy)
    apart = parts_of(stage) if model.flows else None
    of_periods = None
    if apart is not None:
        of_periods = derive(model, apart, missing=policy, by_zero=by_zero)
    zeros = _Zeros(stage, [])
    shape = len(stage.periods), len(stage.org)
    try:
        with np.errstate(over="raise", invalid="ignore"):
            for name, formula in model.formulas.items():
                look = zeros.of(name) if by_zero == "refuse" else None
                if of_periods is not None and name in model.flows:
                    made = _along(of_periods, name)
                else:
                    made = formula.run(values.__getitem__, look)
                values[name] = lock(made if made.shape == shape else np.full(shape, made[0, 0]))
    except FloatingPointError:
        check(_too_large(model, stage, values))
        raise
    check(zeros.faults)
    return Derived(model, stage, policy, by_zero, MappingProxyType(values), of_periods)


def _along(parts: Derived, name: str) -> FloatArray:
    """A flow over all periods, float64 (1, n)."""
    stage, due = parts.stage, flow_due(parts, name)
    label = " + ".join(stage.periods.labels[:2]) + (" + …" if len(stage.periods) > 2 else "")
    return finite_array(
        "driver tree",
        f"{name} over the periods",
        stage.org,
        (label,),
        lambda: summed(parts.values[name], due),
    )


def _policy(missing: Missing | str) -> Missing:
    policy = Missing.named(missing)
    if policy is Missing.RENORMALISE:
        repair = "use 'hold', 'zero' or 'refuse'"
        check([Fault("missing", "a formula has no weights to spread", repair, value=policy.value)])
    return policy


def flow_due(parts: Derived, name: str) -> Mask:
    """Where a driver was due that a value needs, bool (p, n)."""
    due = np.zeros((len(parts.periods), len(parts.org)), dtype=bool)
    for driver in parts.model.drivers_of(name):
        due |= _due(parts.stage, driver)
    return due


def _drivers(
    model: DriverTree, stage: Results | Targets, missing: Missing
) -> dict[str, FloatArray]:
    """Values of the drivers, once what is absent has been dealt with."""
    what = "results" if isinstance(stage, Results) else "targets"
    faults: list[Fault] = []
    values: dict[str, FloatArray] = {}
    for name in model.drivers:
        if name not in stage.kpis.names:
            repair = suggest(name, stage.kpis.names)
            faults.append(Fault("driver tree", f"no such KPI in the {what}", repair, value=name))
            continue
        unit = stage.kpis[name].unit
        if unit != model.kpis[name].unit:
            reason = f"in {unit} in the {what}, in {model.kpis[name].unit} in the tree"
            faults.append(Fault("driver tree", reason, "use the same KPI", value=name))
            continue
        array = stage.of(name)
        if missing is not Missing.HOLD and np.isnan(array).any():
            lost = np.isnan(array) & _due(stage, name)
            if missing is Missing.REFUSE:
                faults += lost_faults(what, name, stage.org.ids, stage.periods.labels, lost)
            elif stage.kpis[name].aggregate.makeup is Makeup.SUM:  # an absent ratio is 0 of 0
                array = np.where(lost, 0.0, array)
        values[name] = lock(array)
    check(faults)
    return values


def _due(stage: Results | Targets, name: str) -> Mask:
    """Where a driver was to be, bool (p, n): due in results; reached, in targets."""
    if isinstance(stage, Results):
        due, _ = stage.reports(name)
        return np.asarray(due > 0)
    return stage.kpis[name].reach(stage.org).within[None, :]


@frozen(eq=False)
class _Zeros:
    """Divisors that are zero, told by node."""

    stage: Results | Targets
    faults: list[Fault]

    def of(self, name: str) -> Look:
        """What looks at the operators of one definition."""

        def look(step: Step, operands: Sequence[FloatArray], _: FloatArray) -> None:
            if not isinstance(step.does, Multiply) or "/" not in step.does.signs:
                return
            gone = np.zeros((1, 1), dtype=bool)
            for operand in operands:
                gone = gone | np.isnan(operand)
            for i, (sign, operand) in enumerate(zip(step.does.signs, operands, strict=True)):
                if sign == "/" and (operand == 0).any():
                    self._tell(name, str(step.source.operands[i]), (operand == 0) & ~gone)  # type: ignore[attr-defined]  # it has been looked at

        return look

    def _tell(self, name: str, divisor: str, zero: Mask) -> None:
        org, labels = self.stage.org, self.stage.periods.labels
        zero = np.broadcast_to(zero, (len(labels), len(org)))
        for p in np.flatnonzero(zero.any(axis=1)).tolist():
            ids = org.ids[zero[p]].tolist()
            more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
            where = ", ".join(map(repr, ids[:_LISTED]))
            reason = f"{name} in {labels[p]} divides by zero: {divisor} is 0 at {where}{more}"
            repair = "correct it, or take by_zero='absent'"
            self.faults.append(Fault("driver tree", reason, repair, column=name))


def _too_large(
    model: DriverTree, stage: Results | Targets, values: Mapping[str, FloatArray]
) -> list[Fault]:
    """Where the first definition that is too large for a float is so."""
    name = next(name for name in model.formulas if name not in values)
    faults: list[Fault] = []
    shape = len(stage.periods), len(stage.org)

    def look(step: Step, _: Sequence[FloatArray], made: FloatArray) -> None:
        if not faults:
            what = f"{name}, {step.source},"
            whole = np.broadcast_to(made, shape)
            faults.extend(infinite("driver tree", what, stage.org, stage.periods.labels, whole))

    with np.errstate(over="ignore", invalid="ignore"):
        model.formulas[name].run(values.__getitem__, look)
    return faults
