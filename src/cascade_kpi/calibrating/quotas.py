"""Quotas: how many people of a pool may have, or must have, which grades."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from attrs import field, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import as_number, as_texts, as_tuple, members, not_numbers, repeated
from cascade_kpi._text import percent
from cascade_kpi.calibrating import shares
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record

__all__ = ["AtLeast", "AtMost", "Between", "Bound", "Ideal", "Quota", "Quotas"]


@frozen(eq=False)
class Bound:
    """So many people of each pool in some grades, at least and at most, int64 (m,) each."""

    grades: tuple[str, ...]
    low: IntArray
    high: IntArray


@runtime_checkable
class Quota(Protocol):
    """A rule on how many people of a pool have some grades."""

    def bounds(self, sizes: IntArray) -> tuple[Bound, ...]:
        """What it asks of pools of these sizes, int64 (m,)."""
        ...

    def words(self) -> str:
        """The rule, as a clause."""
        ...


def _not_shares(**given: Any) -> list[Fault]:
    """A fault for each field that is not a share."""
    faults = not_numbers("quota", **given)
    wrong = {fault.column for fault in faults}
    return faults + [
        Fault("quota", "not from 0 to 1", "give 20 % as 0.20", column=name, value=share)
        for name, share in given.items()
        if name not in wrong and not 0 <= share <= 1
    ]


def _not_labels(grades: Any) -> list[Fault]:
    faults: list[Fault] = []
    found = members("quota", grades, str, "name it as the bands do", faults, column="grades")
    if isinstance(grades, tuple) and not grades:
        faults.append(Fault("quota", "no grades", "name at least one", column="grades"))
    return faults + [
        Fault("quota", "the grade occurs twice", "name it once", column="grades", value=label)
        for label in repeated(label for _, label in found)
    ]


def _listed(grades: tuple[str, ...]) -> str:
    return " or ".join(grades)


@record("cascade_kpi/calibrating.at_most")
@frozen
class AtMost:
    """At most ⌊share·n⌋ of n people in these grades together.

    Parameters
    ----------
    grades : label, or list of labels beside each other
    share : float
        From 0 to 1, read as the decimal it is written as.

    Examples
    --------
    >>> AtMost("A", 0.29).words()
    'at most 29 % A'
    """

    grades: tuple[str, ...] = field(converter=as_texts)
    share: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_labels(self.grades) + _not_shares(share=self.share))

    def bounds(self, sizes: IntArray) -> tuple[Bound, ...]:
        """At most so many, of pools of these sizes."""
        return (Bound(self.grades, sizes * 0, shares.at_most(self.share, sizes)),)

    def words(self) -> str:
        """The rule, as a clause."""
        return f"at most {percent(self.share)} {_listed(self.grades)}"


@record("cascade_kpi/calibrating.at_least")
@frozen
class AtLeast:
    """At least ⌈share·n⌉ of n people in these grades together.

    Parameters
    ----------
    grades : label, or list of labels beside each other
    share : float
        From 0 to 1, read as the decimal it is written as.

    Examples
    --------
    >>> AtLeast(["D", "E"], 0.05).words()
    'at least 5 % D or E'
    """

    grades: tuple[str, ...] = field(converter=as_texts)
    share: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_labels(self.grades) + _not_shares(share=self.share))

    def bounds(self, sizes: IntArray) -> tuple[Bound, ...]:
        """At least so many, of pools of these sizes."""
        return (Bound(self.grades, shares.at_least(self.share, sizes), sizes),)

    def words(self) -> str:
        """The rule, as a clause."""
        return f"at least {percent(self.share)} {_listed(self.grades)}"


@record("cascade_kpi/calibrating.between")
@frozen
class Between:
    """From ⌈least·n⌉ to ⌊most·n⌋ of n people in these grades together.

    Parameters
    ----------
    grades : label, or list of labels beside each other
    least, most : float
        Shares from 0 to 1, read as the decimals they are written as.

    Examples
    --------
    >>> Between(["A", "B"], 0.3, 0.5).words()
    '30 % to 50 % A or B'
    """

    grades: tuple[str, ...] = field(converter=as_texts)
    least: float = field(converter=as_number)
    most: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = _not_labels(self.grades) + _not_shares(least=self.least, most=self.most)
        if not faults and self.least > self.most:
            reason = f"least is above most, {self.most:g}"
            faults.append(Fault("quota", reason, "swap them", column="least", value=self.least))
        check(faults)

    def bounds(self, sizes: IntArray) -> tuple[Bound, ...]:
        """From so many to so many, of pools of these sizes."""
        low, high = shares.at_least(self.least, sizes), shares.at_most(self.most, sizes)
        return (Bound(self.grades, low, high),)

    def words(self) -> str:
        """The rule, as a clause."""
        return f"{percent(self.least)} to {percent(self.most)} {_listed(self.grades)}"


def _per_grade(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return MappingProxyType({grade: as_number(share) for grade, share in given.items()})


@record("cascade_kpi/calibrating.ideal")
@frozen(hash=False)
class Ideal:
    """An ideal distribution: of n people so many of each grade, by largest remainder.

    Parameters
    ----------
    shares : mapping of grade to float
        From 0 to 1, of every grade, summing to 1 as the decimals they are written as.

    Examples
    --------
    Four people at 33.3, 33.4 and 33.3 %:

    >>> import numpy as np
    >>> ideal = Ideal({"Low": 0.333, "Medium": 0.334, "High": 0.333})
    >>> [int(bound.high[0]) for bound in ideal.bounds(np.array([4]))]
    [1, 2, 1]
    """

    shares: Mapping[str, float] = field(converter=_per_grade)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.shares, Mapping):
            reason, repair = "a mapping is wanted", "give each grade its share"
            check([Fault("quota", reason, repair, column="shares", value=self.shares)])
        faults = _not_labels(tuple(self.shares))
        faults += _not_shares(**{str(grade): share for grade, share in self.shares.items()})
        if not faults and (total := sum(map(shares.exact, self.shares.values()))) != 1:
            reason = "the shares do not sum to 1"
            repair = "correct them"
            faults.append(Fault("quota", reason, repair, column="shares", value=float(total)))
        check(faults)

    def __hash__(self) -> int:
        return hash(tuple(self.shares.items()))

    def bounds(self, sizes: IntArray) -> tuple[Bound, ...]:
        """Exactly so many of each grade, of pools of these sizes."""
        counts = shares.whole_numbers(tuple(self.shares.values()), sizes)
        return tuple(
            Bound((grade,), count, count) for grade, count in zip(self.shares, counts, strict=True)
        )

    def words(self) -> str:
        """The rule, as a clause."""
        each = ", ".join(f"{percent(share)} {grade}" for grade, share in self.shares.items())
        return f"ideally {each}"


@record("cascade_kpi/calibrating.quotas")
@frozen
class Quotas:
    """Quotas that hold together in a pool.

    Parameters
    ----------
    rules : list of AtMost, AtLeast, Between or Ideal

    Examples
    --------
    >>> print(Quotas([AtMost("A", 0.2), AtLeast(["D", "E"], 0.05)]))
    at most 20 % A; at least 5 % D or E
    """

    rules: tuple[Quota, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        made = "make it with AtMost(…), AtLeast(…), Between(…) or Ideal(…)"
        members("quotas", self.rules, Quota, made, faults, column="rules")
        if isinstance(self.rules, tuple) and not self.rules:
            faults.append(Fault("quotas", "no quotas", "give at least one", column="rules"))
        check(faults)

    def unfit(self, labels: tuple[str, ...]) -> list[Fault]:
        """The faults of quotas that do not fit these grades, best first."""
        faults = []
        for i, rule in enumerate(self.rules):
            named = rule.grades if isinstance(rule, AtMost | AtLeast | Between) else ()
            if isinstance(rule, Ideal):
                named = tuple(rule.shares)
            unknown = [grade for grade in named if grade not in labels]
            faults += [
                Fault("quotas", "no such grade", suggest(g, labels), row=i, value=g)
                for g in unknown
            ]
            places = sorted(labels.index(grade) for grade in named if grade in labels)
            if unknown:
                continue
            if isinstance(rule, Ideal):
                faults += [
                    Fault("quotas", f"no share of {g!r}", "give one, 0 perhaps", row=i)
                    for g in labels
                    if g not in named
                ]
            elif places != list(range(places[0], places[-1] + 1)):
                between = [labels[g] for g in range(places[0], places[-1]) if g not in places]
                reason = "the grades are not beside each other"
                repair = f"name {_listed(tuple(between))} too, or give a quota for each run"
                faults.append(Fault("quotas", reason, repair, row=i, value=list(named)))
        return faults

    def __str__(self) -> str:
        return "; ".join(rule.words() for rule in self.rules)
