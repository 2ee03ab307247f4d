"""Key performance indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import attrs
from attrs import field, frozen

from cascade_kpi._answers import odd_answers
from cascade_kpi._fields import (
    as_number,
    as_texts,
    as_tuple,
    is_a,
    members,
    not_numbers,
    not_texts,
    not_whole,
    refusals,
    unrefused,
)
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.kpis.aggregates import Aggregate, Sum
from cascade_kpi.kpis.directions import Direction, Higher, direction
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.kpis.misfits import misfits
from cascade_kpi.kpis.splits import Equal, Rated, Shared, Split
from cascade_kpi.kpis.trials import try_aggregate, try_direction
from cascade_kpi.methods.method import LargestRemainder, Method
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["Kpi", "Kpis"]


def _as_lot(lot: Any) -> Lot | None:
    return lot if lot is None or isinstance(lot, Lot) else Lot(lot)


def _lot(lot: Any) -> Any:
    return unrefused(_as_lot, lot)


def _better(better: Direction | str) -> Any:
    return unrefused(direction, better)


@record("cascade_kpi/kpi")
@frozen
class Kpi:
    """One indicator: what it is called, which way is good, how it moves in a tree.

    Parameters
    ----------
    name : str
        Its key in every table.
    unit : str
        Unit of every value: ``"CNY"``, ``"%"``, ``"customers"``.
    better : {"higher", "lower"} or Direction
        Which results are good.
    aggregate : Aggregate
        How reports combine over units and periods.
    split : Split or Rates, optional
        How a goal is handed down. By default a sum is divided equally, and
        anything else is shared, the same target for all. ``splits.Rates``
        gives each unit of a ratio a target of its own.
    lot : Lot, str, int or float, optional
        What a divided goal is counted in; 10^-decimals by default.
    decimals : int
        Decimals that are printed.
    method : Method
        How a divided goal becomes whole lots: by largest remainder, or by one
        of the divisor methods in ``cascade_kpi.methods``.
    at : str or iterable of str
        Kinds of node that report it: ``"shop"``. It reaches the lowest nodes
        of these kinds and everybody above them, nobody else. By default the
        leaves of the tree report it.

    Examples
    --------
    >>> Kpi("revenue", "CNY", lot=1_000)
    Kpi('revenue', 'CNY', better=Higher(), aggregate=Sum(), split=Equal(), lot=1000)
    """

    name: str
    unit: str
    better: Direction = field(factory=Higher, converter=_better)
    aggregate: Aggregate = field(factory=Sum)
    split: Split | Rated = field()
    lot: Lot | None = field(default=None, converter=_lot)
    decimals: int = 2
    method: Method = field(factory=LargestRemainder)
    at: tuple[str, ...] = field(default=(), converter=as_texts)

    @split.default
    def _usual_split(self) -> Split:
        return Equal() if isinstance(self.aggregate, Sum) else Shared()

    def __attrs_post_init__(self) -> None:
        faults = not_texts("kpi", name=self.name, unit=self.unit)
        faults += refusals(direction, self.better)
        if not is_a(self.aggregate, Aggregate):
            repair = "use one of cascade_kpi.aggregates, or an object with its methods"
            faults.append(
                Fault("kpi", "not an aggregate", repair, column="aggregate", value=self.aggregate)
            )
        else:
            faults += self._tried("aggregate", self.aggregate, try_aggregate)
        if is_a(self.better, Direction):
            faults += self._tried("better", self.better, try_direction)
        if not (is_a(self.split, Split) or is_a(self.split, Rated)):
            repair = "use one of cascade_kpi.splits, or an object with its method"
            faults.append(Fault("kpi", "not a split", repair, column="split", value=self.split))
        if not is_a(self.method, Method):
            repair = "use one of cascade_kpi.methods, or an object with their call"
            faults.append(Fault("kpi", "not a method", repair, column="method", value=self.method))
        faults += refusals(_as_lot, self.lot)
        faults += not_whole("kpi", 0, 12, decimals=self.decimals)
        repair = "name a kind of node, or several"
        for i, kind in members("kpi", self.at, str, repair, faults, column="at"):
            if not kind:
                faults.append(Fault("kpi", "empty", repair, row=i, column="at", value=kind))
        check(faults)
        check(misfits(self))

    def _tried(self, column: str, rule: Any, trial: Callable[[Any], None]) -> list[Fault]:
        family = "aggregate" if column == "aggregate" else "direction"
        repair = f"mend it; testing.check_{family} tells more"
        return odd_answers(f"kpi {self.name!r}", column, rule, lambda: trial(rule), repair)

    @property
    def counted_in(self) -> Lot:
        """The lot in which divided goals are counted."""
        return self.lot or Lot(f"1e-{self.decimals}" if self.decimals else "1")

    @property
    def divides(self) -> bool:
        """Whether a goal is divided among children, in whole lots."""
        return isinstance(self.split, Split) and self.split.divides

    def reach(self, org: OrgTree) -> Reach:
        """The nodes of a tree that report the KPI, and those above them.

        Raises
        ------
        InputError
            If no node is of a kind that is to report it.
        """
        try:
            return Reach.of(org, self.at)
        except InputError as error:
            raise InputError(
                attrs.evolve(fault, column=f"at of {self.name}") for fault in error.faults
            ) from None

    @property
    def gap_unit(self) -> str:
        """Unit of differences between values; percentage points for per cent."""
        return "pp" if self.unit == "%" else self.unit

    def format(self, value: float) -> str:
        """A value as people read it, with its unit; a dash where it is absent."""
        if not isinstance(as_number(value), float):
            check(not_numbers("kpi", value=value))
        if value != value:
            return "–"
        number = f"{round(value, self.decimals) + 0.0:,.{self.decimals}f}".replace("-", "−")
        return f"{number} {self.unit}"

    def __repr__(self) -> str:
        lot = f", lot={self.lot.size}" if self.lot else ""
        lot += f", at={', '.join(self.at)!r}" if self.at else ""
        return (
            f"Kpi({self.name!r}, {self.unit!r}, better={self.better!r}, "
            f"aggregate={self.aggregate!r}, split={self.split!r}{lot})"
        )


@record("cascade_kpi/kpis")
@frozen
class Kpis:
    """KPIs in the order in which they are shown and summed.

    Examples
    --------
    >>> kpis = Kpis([Kpi("revenue", "CNY"), Kpi("churn", "%", better="lower")])
    >>> kpis.index("churn")
    1
    """

    items: tuple[Kpi, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        first: dict[str, int] = {}
        for i, kpi in members("kpis", self.items, Kpi, "make each with Kpi(…)", faults):
            if first.setdefault(kpi.name, i) != i:
                reason = f"the same name as KPI {first[kpi.name]}"
                faults.append(Fault("kpis", reason, "name each once", row=i, value=kpi.name))
        if not faults and not self.items:
            faults.append(Fault("kpis", "no KPI", "name at least one"))
        check(faults)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(kpi.name for kpi in self.items)

    def index(self, name: str) -> int:
        """Position of a KPI, 0-based.

        Raises
        ------
        InputError
            If there is no such KPI.
        """
        if not isinstance(name, str) or name not in self.names:
            check([Fault("kpi", "no such KPI", suggest(name, self.names), value=name)])
        return self.names.index(name)

    def reaches(self, org: OrgTree) -> tuple[Reach, ...]:
        """What each KPI reaches of a tree.

        Raises
        ------
        InputError
            Listing every kind that is to report a KPI and that no node is of.
        """
        found: dict[tuple[str, ...], Reach] = {}
        faults: list[Fault] = []
        for kpi in self.items:
            if kpi.at not in found:
                try:
                    found[kpi.at] = kpi.reach(org)
                except InputError as error:
                    faults.extend(error.faults)
        check(faults)
        return tuple(found[kpi.at] for kpi in self.items)

    def __getitem__(self, name: str) -> Kpi:
        return self.items[self.index(name)]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Kpi]:
        return iter(self.items)

    @classmethod
    def of(cls, kpis: Kpis | Iterable[Kpi] | Sequence[Kpi]) -> Kpis:
        """KPIs from any iterable; KPIs are returned as they are."""
        return kpis if isinstance(kpis, Kpis) else cls(kpis)
