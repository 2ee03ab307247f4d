"""How the goal of a ratio is handed down: by a change of its numerator, which adds up."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, lock
from cascade_kpi._fields import as_tuple, is_a, members, not_texts
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.aggregates import Aggregate
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.kpis.splits.basic import Split, summed_drivers, unit_faults
from cascade_kpi.org.rollup import sweep_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["Banded", "Baseline", "Pace", "Paced", "Rates", "Uniform", "not_a_pace"]

_NEAR = 1e-9

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Baseline:
    """Where the units of a ratio set out from.

    Attributes
    ----------
    org : OrgTree
        The nodes that the KPI reaches, n of them.
    better : Direction
        Which ratios are good.
    volumes : float64 array (n,)
        Expected denominators, zero or more; of an inner node, the sum over its leaves.
    rates : float64 array (n,)
        Base ratios in KPI units; of an inner node, at the expected volumes. NaN
        where there is no volume.
    """

    org: OrgTree
    better: Direction
    volumes: FloatArray
    rates: FloatArray

    @property
    def units(self) -> Mask:
        """The leaves that have a volume, bool (n,)."""
        return self.org.is_leaf & (self.volumes > 0)


@runtime_checkable
class Pace(Protocol):
    """How far units move from their base when the whole moves."""

    def __call__(self, baseline: Baseline) -> FloatArray:
        """Points of change of each unit, against those of the others, float64 (n,).

        Finite, zero or more, at the leaves that have a volume
        (``baseline.units``); other entries are not read.
        """
        ...


@runtime_checkable
class Banded(Pace, Protocol):
    """A pace under which targets have a least and a most."""

    def bounds(self, baseline: Baseline) -> tuple[FloatArray, FloatArray]:
        """Least and greatest targets in KPI units, two float64 (n,), NaN where there is none."""
        ...


@frozen(eq=False)
class Paced:
    """What a ratio's split says of a tree.

    Attributes
    ----------
    baseline : Baseline
    pace : float64 array (n,)
        At the leaves that have a volume; zero elsewhere.
    low, high : float64 array (n,)
        Least and greatest targets in KPI units, NaN where there is none.
    """

    baseline: Baseline
    pace: FloatArray
    low: FloatArray
    high: FloatArray


def _base(base: Any) -> Any:
    return base if isinstance(base, str) else as_tuple(base)


@record("cascade_kpi/splits.uniform")
@frozen
class Uniform:
    """Every unit moves by the same points."""

    def __call__(self, baseline: Baseline) -> FloatArray:
        """Ones, (n,)."""
        return np.ones(len(baseline.org))


def not_a_pace(source: str, pace: object, row: int | None = None) -> list[Fault]:
    """A fault unless something is a pace; a split is none, though it is called as well."""
    if is_a(pace, Pace) and not is_a(pace, Split):
        return []
    reason = "a split, not a pace" if is_a(pace, Split) else "not a pace"
    repair = "use splits.Uniform(), splits.Towards(…), or an object with their call"
    return [Fault(source, reason, repair, row=row, value=pace)]


@record("cascade_kpi/splits.rates")
@frozen
class Rates:
    """Unit targets of a ratio whose sums, at expected volumes, meet the goal at every node.

    The goal asks for a change of the numerator, goal·volume less the base
    numerators; that change is divided among the units in proportion to
    volume·pace.

    Parameters
    ----------
    volume : str
        Column of the tree: the denominator expected of each leaf, zero or more.
    base : str or tuple of str
        Column with each leaf's base ratio, in KPI units; or the columns of
        what the KPI's aggregate takes as a report, such as the numerators and
        denominators of last year.
    pace : Pace
        How many points each unit moves, against the others: ``Uniform``
        unless stated.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {
    ...         "id": ["hq", "a", "b"],
    ...         "parent": ["", "hq", "hq"],
    ...         "customers": [None, 300, 100],
    ...         "last_year": [None, 2.0, 4.0],
    ...     }
    ... )
    >>> def targets(pace):
    ...     kpi = ck.Kpi(
    ...         "churn",
    ...         "%",
    ...         better="lower",
    ...         aggregate=ck.aggregates.Ratio(100),
    ...         split=ck.splits.Rates("customers", "last_year", pace),
    ...     )
    ...     return ck.cascade(org, [kpi], {"churn": 2.25}, periods="2027").of("churn")
    >>> targets(ck.splits.Uniform())
    array([[2.25, 1.75, 3.75]])
    >>> targets(ck.splits.Towards("best"))
    array([[2.25, 2.  , 3.  ]])
    """

    volume: str
    base: str | tuple[str, ...] = field(converter=_base)
    pace: Pace = field(factory=Uniform)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("rates", volume=self.volume)
        repair = "name a column of ratios, or those of numerators and denominators"
        if not isinstance(self.base, str):
            members("rates", self.base, str, repair, faults, column="base")
        if self.base in ("", ()):
            faults.append(Fault("rates", "empty", repair, column="base", value=self.base))
        check(faults + not_a_pace("rates", self.pace))

    def paced(self, org: OrgTree, aggregate: Aggregate, better: Direction) -> Paced:
        """Volumes, base ratios, paces and bounds of a tree.

        Raises
        ------
        InputError
            Listing blank, negative and inconsistent entries of the columns, or
            what is odd about the pace.
        """
        baseline = self._baseline(org, aggregate, better)
        pace = _asked(self.pace, "it", self.pace, baseline)
        units = baseline.units
        odd = np.flatnonzero(units & ~(np.isfinite(pace) & (pace >= 0)))[:1]
        if odd.size:
            told = f"it answers {float(pace[odd[0]])!r} at {org.ids[odd[0]]!r}"
            _refuse_pace(self.pace, f"{told}, and a pace is finite, zero or more")
        low = high = np.broadcast_to(np.nan, len(org))
        if isinstance(self.pace, Banded):
            low, high = self._bounds(baseline)
        return Paced(baseline, np.where(units, pace, 0.0), low, high)

    def _bounds(self, baseline: Baseline) -> tuple[FloatArray, FloatArray]:
        pace: Any = self.pace
        found = []
        for i, name in enumerate(("least", "most")):
            bound = _asked(pace, f"its {name}", lambda given, i=i: pace.bounds(given)[i], baseline)
            if np.isinf(bound).any():
                _refuse_pace(pace, f"its {name} is infinite somewhere, and NaN says none")
            found.append(bound)
        low, high = found
        return low, high

    def _baseline(self, org: OrgTree, aggregate: Aggregate, better: Direction) -> Baseline:
        faults: list[Fault] = []
        volumes = np.zeros(len(org))
        columns: list[FloatArray] = []
        try:
            repair = "give it a number; zero if nothing is expected of it"
            volumes = summed_drivers(org, self.volume, org.numbers(self.volume), blank=repair)
        except InputError as error:
            faults += error.faults
        for name in self._columns:
            try:
                columns.append(org.numbers(name))
            except InputError as error:
                faults += [fault for fault in error.faults if fault not in faults]
        check(faults)
        wanted = org.is_leaf & (volumes > 0)
        repair = "give it what it had, or what a unit like it has"
        for name, given in zip(self._columns, columns, strict=True):
            blank = wanted & np.isnan(given)
            faults += unit_faults(org, name, given, blank, reason="a leaf is blank", repair=repair)
        check(faults)
        leaves = self._of_leaves(org, aggregate, columns, wanted)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = sweep_subtrees(org.layout, np.where(wanted, leaves * volumes, 0.0), np.add)
        if not np.isfinite(sums).all():
            reason = "volume times base is too large for a float"
            check([Fault("units", reason, "use a larger unit", column=self._columns[0])])
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = np.where(volumes > 0, np.where(org.is_leaf, leaves, sums / volumes), np.nan)
        if isinstance(self.base, str):
            check(_inner_rates(org, self.base, columns[0], rates))
        return Baseline(org, better, lock(volumes), lock(rates))

    @property
    def _columns(self) -> tuple[str, ...]:
        return (self.base,) if isinstance(self.base, str) else self.base

    def _of_leaves(
        self, org: OrgTree, aggregate: Aggregate, columns: list[FloatArray], wanted: Mask
    ) -> FloatArray:
        """Base ratios of the leaves that have a volume; NaN elsewhere."""
        if isinstance(self.base, str):
            return np.where(wanted, columns[0], np.nan)
        with np.errstate(over="ignore"):  # beyond all floats there is no ratio: a fault below
            top, bottom = aggregate.parts(*columns)
            rates = aggregate.finish(top, bottom)
        name, given = self._columns[-1], columns[-1]
        negative = org.is_leaf & (bottom < 0)
        repair = "a denominator, or a weight, is zero or more"
        faults = unit_faults(org, name, given, negative, reason="negative", repair=repair)
        gone = wanted & ~negative & ~np.isfinite(rates)
        repair = "give it what it had, or what a unit like it has, or no volume"
        faults += unit_faults(org, name, given, gone, reason="no base ratio", repair=repair)
        faults += _inner_parts(org, self._columns, columns, (top, bottom))
        check(faults)
        return np.where(wanted, rates, np.nan)


def _asked(rule: Pace, what: str, call: Any, baseline: Baseline) -> FloatArray:
    """A pace's answer, once it is found to be an array of numbers."""
    try:
        answer: FloatArray = ask(what, call, baseline, shape=(len(baseline.org),))
    except OddAnswer as odd:
        _refuse_pace(rule, str(odd))
        raise AssertionError from odd  # it has been refused
    return answer


def _refuse_pace(rule: Pace, told: str) -> None:
    check([Fault("the pace", told, "mend it; testing.check_pace tells more", value=rule)])


def _inner_rates(org: OrgTree, name: str, given: FloatArray, rates: FloatArray) -> list[Fault]:
    """Inner entries of a column of ratios that say otherwise than the leaves below them."""
    stated = ~org.is_leaf & ~np.isnan(given)
    same = np.abs(given - rates) <= _NEAR * np.maximum(np.abs(rates), 1.0)
    return [
        Fault(
            "units",
            f"differs from {float(rates[row])!r}, what follows from its leaves and their volumes",
            "leave it blank, or correct it",
            row=int(org.source_row[row]),
            column=name,
            value=float(given[row]),
        )
        for row in np.flatnonzero(stated & ~same).tolist()
    ]


def _inner_parts(
    org: OrgTree, names: tuple[str, ...], columns: list[FloatArray], parts: tuple[FloatArray, ...]
) -> list[Fault]:
    """Inner entries of reports that say otherwise than the leaves below them."""
    leaf = org.is_leaf
    stated = ~leaf & ~np.isnan(np.stack(columns)).all(axis=0)
    if not stated.any():
        return []
    same = np.ones(len(org), dtype=bool)
    for part in parts:
        own = np.where(leaf & ~np.isnan(part), part, 0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            below = sweep_subtrees(org.layout, own, np.add)
            size = sweep_subtrees(org.layout, np.abs(own), np.add)
            same &= np.abs(part - below) <= _NEAR * size
    reason, repair = "differs from the sum over its leaves", "leave it blank, or correct it"
    name, given = names[0], columns[0]
    return unit_faults(org, name, given, stated & ~same, reason=reason, repair=repair)
