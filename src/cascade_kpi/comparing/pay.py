"""What totals and grades cost: rules of pay, and sums of it in whole cents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask, odd_answers
from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_number, is_a, not_bounds, not_numbers, not_texts, not_whole
from cascade_kpi.comparing.standings import Standing, once
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = [
    "Pay",
    "PayPerGrade",
    "PayPerPoint",
    "cents",
    "known_columns",
    "not_a_pay",
    "try_pay",
    "unpayable",
]

_MOST = 2.0**53
_FINEST = 6  # decimals


@runtime_checkable
class Pay(Protocol):
    """What somebody is paid for a total and a grade.

    Attributes
    ----------
    unit : str
        Of the amounts.
    decimals : int
        To how many an amount is rounded when it is paid.
    columns : tuple of str
        Columns of the tree in which everybody who is paid needs a number.
    """

    @property
    def unit(self) -> str:
        """Of the amounts."""
        ...

    @property
    def decimals(self) -> int:
        """To how many an amount is rounded."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the tree that it needs."""
        ...

    def misfits(self, grades: tuple[str, ...]) -> list[Fault]:
        """Faults of it as the pay for these grades, which may be none."""
        ...

    def __call__(
        self, total: FloatArray, codes: IntArray, grades: tuple[str, ...], *columns: FloatArray
    ) -> FloatArray:
        """Amounts, float64 in the shape of the totals, NaN for who is not paid.

        Parameters
        ----------
        total : float64 array
            NaN for who is not scored.
        codes : int64 array
            Position of each grade in `grades`, -1 for none.
        grades : tuple of str
            Best first.
        *columns : float64 arrays
            Those that it names; NaN where they are blank.
        """
        ...

    def words(self) -> str:
        """What it pays, as a clause."""
        ...


def _table(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return MappingProxyType({name: as_number(value) for name, value in given.items()})


def _not_money(source: str, of: Any, unit: Any, decimals: Any) -> list[Fault]:
    faults = not_texts(source, unit=unit) + not_whole(source, 0, _FINEST, decimals=decimals)
    return faults if of is None else faults + not_texts(source, of=of)


@record("cascade_kpi/comparing.pay_per_grade")
@frozen(hash=False)
class PayPerGrade:
    """A stated amount for every grade, or a share of a column such as base pay.

    Parameters
    ----------
    table : mapping of grade to number
        Every grade of both sides. Amounts of money, or with `of` pure numbers.
    of : str, optional
        Column of the tree that it is a share of, in the unit of the pay.
    unscored : float, optional
        The same for who has no grade; by default they are not paid, and told apart.
    unit : str
    decimals : int
        To how many an amount is rounded.

    Examples
    --------
    >>> import numpy as np
    >>> pay = PayPerGrade({"A": 0.2, "B": 0.1, "C": 0}, of="salary", unit="CNY")
    >>> codes, salary = np.array([0, 2, -1]), np.array([50_000.0, 40_000.0, 30_000.0])
    >>> pay(np.array([95.0, 60.0, np.nan]), codes, ("A", "B", "C"), salary)
    array([10000.,     0.,    nan])
    """

    table: Mapping[str, float] = field(converter=_table)
    of: str | None = None
    unscored: float | None = field(default=None, converter=as_number, kw_only=True)
    unit: str = field(default="money", kw_only=True)
    decimals: int = field(default=2, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = _not_money("pay", self.of, self.unit, self.decimals)
        faults += not_bounds("pay", unscored=self.unscored)
        if not isinstance(self.table, Mapping) or not self.table:
            repair = "give each grade what it pays"
            faults.append(
                Fault("pay", "a mapping is wanted", repair, column="table", value=self.table)
            )
        else:
            for name, value in self.table.items():
                faults += not_texts("pay", grade=name) + not_numbers("pay", **{str(name): value})
        check(faults)

    def __hash__(self) -> int:
        return hash((tuple(self.table.items()), self.of, self.unscored, self.unit, self.decimals))

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that it is a share of."""
        return () if self.of is None else (self.of,)

    def misfits(self, grades: tuple[str, ...]) -> list[Fault]:
        """Grades without an amount."""
        if not grades:
            repair = "give the scorecard grades, or use PayPerPoint(…)"
            return [Fault("pay", "there are no grades to pay by", repair)]
        return [
            Fault("pay", "no amount for this grade", "give it one", column="table", value=name)
            for name in grades
            if name not in self.table
        ]

    def __call__(
        self, total: FloatArray, codes: IntArray, grades: tuple[str, ...], *columns: FloatArray
    ) -> FloatArray:
        """The grade's amount, or its share of the column."""
        none = np.nan if self.unscored is None else self.unscored
        rates = np.array([*(self.table[name] for name in grades), none], dtype=np.float64)
        amounts = rates[codes]  # -1 is the last
        return np.asarray(amounts * columns[0] if columns else amounts)

    def words(self) -> str:
        """The clause."""
        told = ", ".join(f"{name} {value:g}" for name, value in self.table.items())
        ends = "" if self.of is None else f" of {self.of}"
        who = "" if self.unscored is None else f", unscored {self.unscored:g}"
        return f"{told}{who}{ends}, in {self.unit}"


@record("cascade_kpi/comparing.pay_per_point")
@frozen
class PayPerPoint:
    """So much for every point of the total, or such a share of a column.

    rate · min(max(total − above, 0), most) [· column]

    Parameters
    ----------
    rate : float
        For a point, an amount of money, or a share of the column.
    of : str, optional
        Column of the tree that it is a share of, in the unit of the pay.
    above : float
        Points from which on it is paid.
    most : float, optional
        Most points that are paid.
    unit : str
    decimals : int
        To how many an amount is rounded.

    Examples
    --------
    >>> import numpy as np
    >>> pay = PayPerPoint(0.01, of="salary", above=60, most=50, unit="CNY")
    >>> total, salary = np.array([50.0, 80.0, 200.0, np.nan]), np.full(4, 1000.0)
    >>> pay(total, np.full(4, -1), (), salary)
    array([  0., 200., 500.,  nan])
    """

    rate: float = field(converter=as_number)
    of: str | None = None
    above: float = field(default=0.0, converter=as_number, kw_only=True)
    most: float | None = field(default=None, converter=as_number, kw_only=True)
    unit: str = field(default="money", kw_only=True)
    decimals: int = field(default=2, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = _not_money("pay", self.of, self.unit, self.decimals)
        faults += not_numbers("pay", rate=self.rate, above=self.above)
        wrong = not_bounds("pay", most=self.most)
        if not wrong and self.most is not None and self.most < 0:
            wrong = [Fault("pay", "below zero", "give 0 or more", column="most", value=self.most)]
        check(faults + wrong)

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that it is a share of."""
        return () if self.of is None else (self.of,)

    def misfits(self, grades: tuple[str, ...]) -> list[Fault]:
        """None: it looks at no grades."""
        return []

    def __call__(
        self,
        total: FloatArray,
        codes: IntArray,
        grades: tuple[str, ...],
        *columns: FloatArray,
    ) -> FloatArray:
        """The rate times the points that are paid."""
        most = np.inf if self.most is None else self.most
        amounts = self.rate * np.clip(total - self.above, 0.0, most)
        return np.asarray(amounts * columns[0] if columns else amounts)

    def words(self) -> str:
        """The clause."""
        ends = "" if self.of is None else f" of {self.of}"
        told = f"{self.rate:g}{ends} a point"
        told += f" above {self.above:g}" if self.above else ""
        told += "" if self.most is None else f", of no more than {self.most:g} points"
        return f"{told}, in {self.unit}"


# ------------------------------------------------------------------------------ paying


def not_a_pay(given: object) -> list[Fault]:
    """A fault if it is none."""
    if not is_a(given, Pay):
        repair = "use PayPerGrade(…) or PayPerPoint(…), or an object with their methods"
        return [Fault("pay", "not a rule of pay", repair, value=given)]
    return []


def try_pay(pay: Pay, grades: tuple[str, ...]) -> FloatArray:
    """What it pays on samples, once it is found to answer as it must.

    Raises
    ------
    OddAnswer
    """
    if not isinstance(pay.unit, str) or not isinstance(pay.decimals, int):
        raise OddAnswer("its unit is no text, or its decimals are no whole number")
    total = np.array([90.0, 75.5, 0.0, -5.0, 130.0, np.nan])
    codes = np.array([0, 1, 2, 2, 0, -1]) % max(len(grades), 1) if grades else np.full(6, -1)
    codes = np.where(np.isnan(total), -1, codes)
    columns = [np.array([1e4, 2e4, 3e4, 4e4, 5e4, 6e4]) + i for i in range(len(pay.columns))]
    answer = ask("it", lambda t, c, *cells: pay(t, c, grades, *cells), total, codes, *columns)
    if np.isinf(answer).any():
        raise OddAnswer("it pays what is not finite")
    return np.asarray(answer)


def unpayable(pay: Pay, before: Standing, after: Standing) -> list[Fault]:
    """Faults of a pay for two standings, before anybody is paid."""
    faults = [fault for side in (before, after) for fault in pay.misfits(side.grades)]
    faults = once(faults)
    if faults:
        return faults
    repair = "mend it; testing.check_pay tells more"
    return odd_answers(
        "compare", "pay", pay, lambda: [try_pay(pay, s.grades) for s in (before, after)], repair
    )


def cents(
    pay: Pay, sides: Sequence[Standing], org: OrgTree, people: NDArray[np.bool_]
) -> tuple[FloatArray, ...]:
    """What everybody is paid, in units of the last decimal: whole numbers, NaN for none, (p, n).

    Amounts are rounded half to even.

    Raises
    ------
    InputError
        Listing who is paid by a column in which they are blank; amounts, and sums of them, that
        are too large to be told in whole units; columns that are no numbers.
    """
    columns, faults = [], list[Fault]()
    for name in pay.columns:
        try:
            columns.append(org.numbers(name))
        except InputError as error:
            faults += error.faults
    check(faults)
    made = [_cents(pay, side, org, people, columns, faults=faults) for side in sides]
    check(once(faults or [fault for each in made for fault in _too_much(each)]))
    return tuple(made)


def _cents(
    pay: Pay,
    standing: Standing,
    org: OrgTree,
    people: NDArray[np.bool_],
    columns: Sequence[FloatArray],
    *,
    faults: list[Fault],
) -> FloatArray:
    """What everybody is paid on one side."""
    rows, ids = np.flatnonzero(people), org.ids
    shape = standing.total.shape
    out = np.full(shape, np.nan)
    for p in range(shape[0]):
        total, codes = standing.total[p, rows], standing.grade_codes[p, rows]
        with np.errstate(over="ignore", invalid="ignore"):
            # What a blank cell makes absent and a number would not is a blank that matters.
            amounts = pay(total, codes, standing.grades, *(each[rows] for each in columns))
            filled = [np.where(np.isnan(each[rows]), 1.0, each[rows]) for each in columns]
            blank = np.isnan(amounts) & ~np.isnan(pay(total, codes, standing.grades, *filled))
            whole = np.rint(amounts * 10.0**pay.decimals)
        for row in rows[blank].tolist():
            reason = f"no {' or '.join(pay.columns)}, and pay is by it"
            faults.append(Fault("units", reason, "give the node a number",
                                row=int(org.source_row[row]), value=ids[row]))  # fmt: skip
        for row in rows[np.abs(whole) >= _MOST].tolist():
            reason = f"the pay in {standing.periods.labels[p]} is too large"
            faults.append(Fault("pay", reason, "use a larger unit", value=ids[row]))
        out[p, rows] = whole
    return out


def _too_much(whole: FloatArray) -> list[Fault]:
    """A fault if sums of amounts would not be told in whole units any more."""
    if not (np.nansum(np.abs(whole), axis=1) >= _MOST).any():
        return []
    return [Fault("pay", "the sum of the pay is too large", "use a larger unit")]


def known_columns(pay: Pay, org: OrgTree) -> list[Fault]:
    """A fault for each column that the tree lacks."""
    return [
        Fault("pay", "no such column", suggest(name, org.columns), column="of", value=name)
        for name in pay.columns
        if name not in org.columns
    ]
