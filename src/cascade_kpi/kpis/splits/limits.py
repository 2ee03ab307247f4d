"""Splits with a least and a most for every node, and with more handed down than there is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, as_texts, is_a, members, not_numbers, not_texts
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.splits.basic import Limited, OverAssigning, Split
from cascade_kpi.org.reach import Reach, unknown_kinds
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = [
    "Amount",
    "Limit",
    "Over",
    "Times",
    "Within",
    "as_limit",
    "limits_of",
    "margins_of",
    "refuse_shared",
]

_DECIMALS = 4  # of a margin


def limits_of(split: Split, org: OrgTree) -> tuple[FloatArray, FloatArray]:
    """Floors and caps of any split in KPI units, (n,), NaN where there is none."""
    if isinstance(split, Limited):
        return split.limits(org)
    return np.full(len(org), np.nan), np.full(len(org), np.nan)


def margins_of(split: Split, org: OrgTree) -> FloatArray:
    """Margins of any split, (n,), zero where nothing is added."""
    return split.margins(org) if isinstance(split, OverAssigning) else np.zeros(len(org))


def refuse_shared(source: str, split: Split, row: int | None = None) -> list[Fault]:
    """A fault unless a split divides."""
    if is_a(split, Split) and split.divides:
        return []
    reason, repair = "not a split that divides", "use one such as splits.ProRata(…)"
    return [Fault(source, reason, repair, row=row, value=split)]


@runtime_checkable
class Limit(Protocol):
    """A least or a most, for some nodes of a tree."""

    def __call__(self, org: OrgTree) -> FloatArray:
        """In KPI units, float64 (n,), NaN for nodes that have none."""
        ...


@record("cascade_kpi/splits.amount")
@frozen
class Amount:
    """The same amount for every leaf, or for every node of some kinds.

    Parameters
    ----------
    amount : float
        In KPI units.
    at : str or iterable of str
        Kinds of node; leaves by default.
    """

    amount: float = field(converter=as_number)
    at: tuple[str, ...] = field(default=(), converter=as_texts)

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("amount", amount=self.amount)
        members("amount", self.at, str, "name a kind of node", faults, column="at")
        check(faults)

    def __call__(self, org: OrgTree) -> FloatArray:
        """In KPI units, (n,).

        Raises
        ------
        InputError
            If no node is of a kind.
        """
        return np.where(Reach.of(org, self.at).reporters, self.amount, np.nan)


@record("cascade_kpi/splits.times")
@frozen
class Times:
    """A column of the tree times a factor: 0.9 of last year's result.

    Parameters
    ----------
    column : str
        In KPI units; a node that is blank there has no limit of its own.
    factor : float
        Zero or more.
    """

    column: str
    factor: float = field(default=1.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("times", column=self.column) + not_numbers("times", factor=self.factor)
        if isinstance(self.factor, float) and self.factor < 0:
            reason, repair = "a factor is zero or more", "give 0.9 for 10 % less"
            faults.append(Fault("times", reason, repair, column="factor", value=self.factor))
        check(faults)

    def __call__(self, org: OrgTree) -> FloatArray:
        """In KPI units, (n,)."""
        return org.numbers(self.column) * self.factor


def as_limit(limit: Any) -> Any:
    """A column name or a number as a limit; anything else as it is."""
    if isinstance(limit, str):
        return Times(limit)
    return Amount(limit) if isinstance(as_number(limit), float) else limit


@record("cascade_kpi/splits.within")
@frozen
class Within:
    """By another split, but nobody below a floor or above a cap.

    What would lie outside is put at its floor or cap, and the rest is spread
    over the others by their claims. A node gets at least what the floors below
    it need and at most what the caps below it allow. Where that cannot be, the
    demands that conflict are named.

    Parameters
    ----------
    split : Split
        A dividing split.
    floor, cap : Limit, column name, or number, optional
        A column is in KPI units; a number is for every leaf.

    Examples
    --------
    No more than 10 % less than last year, and no more than 30 % more:

    >>> Within(ProRata("market"), floor=Times("last_year", 0.9), cap=Times("last_year", 1.3))
    Within(split=ProRata(driver='market'), floor=Times(column='last_year', factor=0.9), \
cap=Times(column='last_year', factor=1.3))
    """

    split: Split
    floor: Limit | None = field(default=None, converter=as_limit, kw_only=True)
    cap: Limit | None = field(default=None, converter=as_limit, kw_only=True)
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = refuse_shared("within", self.split)
        for name, limit in (("floor", self.floor), ("cap", self.cap)):
            if limit is not None and not is_a(limit, Limit):
                repair = "give a number, a column, splits.Amount(…) or splits.Times(…)"
                faults.append(Fault("within", "not a limit", repair, column=name, value=limit))
        if self.floor is None and self.cap is None:
            repair = "give one, or use the split alone"
            faults.append(Fault("within", "neither a floor nor a cap", repair))
        check(faults)

    def __call__(self, org: OrgTree) -> FloatArray:
        """The split's claims, (n,)."""
        return self.split(org)

    def limits(self, org: OrgTree) -> tuple[FloatArray, FloatArray]:
        """Floors and caps in KPI units, (n,), the split's own among them."""
        low, high = limits_of(self.split, org)
        if self.floor is not None:
            low = np.fmax(low, self.floor(org))
        if self.cap is not None:
            high = np.fmin(high, self.cap(org))
        return low, high

    def margins(self, org: OrgTree) -> FloatArray:
        """Those of the split."""
        return margins_of(self.split, org)


def _margins(margins: Any) -> Any:
    """Margins as the texts they were written as; anything else as it is."""
    if not isinstance(margins, Mapping):
        return margins
    numbers = {kind: as_number(value) for kind, value in margins.items()}
    texts = {kind: repr(n) if isinstance(n, float) else n for kind, n in numbers.items()}
    plain = {
        kind: f"{Decimal(t).normalize():f}" if _is_margin(t) else t for kind, t in texts.items()
    }
    return MappingProxyType(plain)


def _is_margin(text: object) -> bool:
    try:
        margin = Decimal(text) if isinstance(text, str) and text.isascii() else Decimal(-1)
    except InvalidOperation:
        return False
    return margin.is_finite() and 0 <= margin <= 1 and margin == round(margin, _DECIMALS)


@record("cascade_kpi/splits.over")
@frozen(hash=False)
class Over:
    """By another split, more than there is: the children divide a target and a margin.

    A cushion against shortfalls: the children of a node sum to its target
    times one plus the margin, in whole lots, half to even. How much it is
    stands in :meth:`Targets.cushion`.

    Parameters
    ----------
    split : Split
        A dividing split.
    margins : mapping of kind to number
        For children of nodes of that kind: ``{"region": "0.05"}`` for 5 %. From
        0 to 1, four decimals.
    """

    split: Split
    margins_of_kinds: Mapping[str, str] = field(alias="margins", converter=_margins)
    divides: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = refuse_shared("over", self.split)
        repair = "give 0.05 for 5 %, for each kind of node"
        if not isinstance(self.margins_of_kinds, Mapping):
            reason = "not a mapping of kinds to margins"
            faults.append(Fault("over", reason, repair, value=self.margins_of_kinds))
            check(faults)
        reason = "a margin is 0 to 1, of four decimals"
        faults += [
            Fault("over", reason, repair, column=str(kind), value=text)
            for kind, text in self.margins_of_kinds.items()
            if not isinstance(kind, str) or not _is_margin(text)
        ]
        check(faults)

    def __hash__(self) -> int:
        return hash((self.split, frozenset(self.margins_of_kinds.items())))

    def __call__(self, org: OrgTree) -> FloatArray:
        """The split's claims, (n,)."""
        return self.split(org)

    def limits(self, org: OrgTree) -> tuple[FloatArray, FloatArray]:
        """Those of the split."""
        return limits_of(self.split, org)

    def margins(self, org: OrgTree) -> FloatArray:
        """Margins of every node, (n,).

        Raises
        ------
        InputError
            Listing the kinds that no node is of.
        """
        known = org.kind_names
        check(unknown_kinds("over", self.margins_of_kinds, org))
        table = np.array([float(self.margins_of_kinds.get(kind, 0.0)) for kind in known])
        if margins_of(self.split, org).any():
            reason = "what is assigned over is assigned over again"
            check([Fault("over", reason, "state each margin once", value=self.split)])
        return np.asarray(table[org.kind_codes])
