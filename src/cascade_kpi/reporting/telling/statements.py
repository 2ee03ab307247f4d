"""What is said of a total, in no language yet: phrases by name, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from cascade_kpi.kpis.kpi import Kpi

__all__ = [
    "Amount",
    "Apart",
    "Attained",
    "Curved",
    "Part",
    "Plain",
    "Points",
    "Ruled",
    "Series",
    "Share",
    "Statement",
]


@frozen
class Part:
    """A part of the card; the root is the total."""

    name: str
    root: bool = False


@frozen
class Points:
    """Points, at so many decimals; with ``sign="+"`` a difference."""

    value: float
    decimals: int
    sign: str = ""


@frozen
class Plain:
    """A number as it was given, such as a weight or a level in a rule."""

    value: float


@frozen
class Amount:
    """A value of a KPI in its unit."""

    kpi: Kpi
    value: float


@frozen
class Apart:
    """A difference of two values of a KPI in its unit."""

    kpi: Kpi
    value: float


@frozen
class Share:
    """A part of one, told as per cent."""

    value: float


@frozen
class Attained:
    """An attainment, told as per cent."""

    value: float


@frozen(eq=False)
class Ruled:
    """A rule, told in words."""

    rule: object


@frozen(eq=False)
class Curved:
    """A curve, told in words; its levels in a unit if it is read in one, else as per cent."""

    curve: object
    at: float
    unit: str | None = None


@frozen(eq=False)
class Statement:
    """One sentence, or a clause of one.

    Attributes
    ----------
    phrase : str
        Its name in :data:`~cascade_kpi.reporting.telling.FIELDS`, and in the phrases of a language.
    fields : mapping of str to what it is about
        A text, one of the kinds of this module, or a clause; numbers as the stage holds them.
    """

    phrase: str
    fields: Mapping[str, object] = Factory(dict)


@frozen(eq=False)
class Series:
    """Several clauses, told as a list."""

    clauses: tuple[Statement, ...]
