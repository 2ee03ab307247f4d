"""What becomes of a part that has no points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, is_a, not_numbers
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.missing import Missing
from cascade_kpi.records import record

__all__ = [
    "Absence",
    "AtMost",
    "AtMostItems",
    "Hold",
    "Neutral",
    "Parents",
    "Refuse",
    "Renormalise",
    "Zero",
    "as_absence",
    "exceeds",
    "most_items",
]


_NEAR = 1e-9


@runtime_checkable
class Absence(Protocol):
    """A policy for the absent parts of a section. Absent is NaN; it is not zero.

    Attributes
    ----------
    most : float
        The greatest share of a section's weight, 0 to 1, that may be absent for it to
        have a value: with 1 any, with 0 none.
    refuses : bool
        Whether a section without a value because of it is refused.
    """

    @property
    def most(self) -> float:
        """The greatest share of the weight that may be absent."""
        ...

    @property
    def refuses(self) -> bool:
        """Whether a section that has no value for it is refused."""
        ...

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """Points, float64 (m,), absent ones filled; what stays NaN is left out with its weight.

        `parents` answers what the nodes one level up have for the same part.
        """
        ...

    def words(self) -> str:
        """What it does, as a clause."""
        ...


@record("cascade_kpi/absences.renormalise")
@frozen
class Renormalise:
    """Leave an absent part out, and its weight with it."""

    most: ClassVar[float] = 1.0
    refuses: ClassVar[bool] = False

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """The points as they are."""
        return points

    def words(self) -> str:
        """The clause."""
        return "its weight goes to the other items"


@record("cascade_kpi/absences.neutral")
@frozen
class Neutral:
    """Give an absent part stated points, with its full weight.

    Parameters
    ----------
    points : float
        Such as those of a result on target.
    """

    points: float = field(converter=as_number)
    most: ClassVar[float] = 1.0
    refuses: ClassVar[bool] = False

    def __attrs_post_init__(self) -> None:
        check(not_numbers("neutral", points=self.points))

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """The stated points where there are none."""
        return np.where(np.isnan(points), self.points, points)

    def words(self) -> str:
        """The clause."""
        return f"it counts as {self.points:g} points"


@record("cascade_kpi/absences.zero")
@frozen
class Zero:
    """Give an absent part no points, with its full weight."""

    most: ClassVar[float] = 1.0
    refuses: ClassVar[bool] = False

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """Zero where there are none."""
        return np.where(np.isnan(points), 0.0, points)

    def words(self) -> str:
        """The clause."""
        return "it gets no points"


@record("cascade_kpi/absences.parents")
@frozen
class Parents:
    """Take what the node one level up has for the part; leave it out if that has none either.

    What a parent has is its own: nothing is filled from further up.
    """

    most: ClassVar[float] = 1.0
    refuses: ClassVar[bool] = False

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """The parent's points where there are none."""
        absent = np.isnan(points)
        return np.where(absent, parents(), points) if absent.any() else points

    def words(self) -> str:
        """The clause."""
        return "it takes the points of the unit above"


@record("cascade_kpi/absences.hold")
@frozen
class Hold:
    """Give the section no value if any of its parts is absent."""

    most: ClassVar[float] = 0.0
    refuses: ClassVar[bool] = False

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """The points as they are."""
        return points

    def words(self) -> str:
        """The clause."""
        return "the total is held back"


@record("cascade_kpi/absences.refuse")
@frozen
class Refuse:
    """Refuse to score if any part is absent: an error lists them."""

    most: ClassVar[float] = 0.0
    refuses: ClassVar[bool] = True

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """The points as they are."""
        return points

    def words(self) -> str:
        """The clause."""
        return "nothing is scored"


_NAMED: dict[str, Callable[[], Absence]] = {
    "renormalise": Renormalise,
    "zero": Zero,
    "hold": Hold,
    "refuse": Refuse,
    "parents": Parents,
}


def as_absence(given: Any) -> Any:
    """The policy of a name; anything else as it is."""
    if isinstance(given, Missing):
        return _NAMED[given.value]()
    if isinstance(given, str) and given in _NAMED:
        return _NAMED[given]()
    return given


def not_an_absence(source: str, column: str, given: object) -> list[Fault]:
    """A fault if it is no policy."""
    if is_a(given, Absence):
        return []
    repair = "use one of cascade_kpi.absences, or an object with its methods"
    if isinstance(given, str):
        repair = suggest(given, _NAMED)
    return [Fault(source, "no such policy for absent parts", repair, column=column, value=given)]


def exceeds(lost: FloatArray, most: float, whole: Any) -> NDArray[np.bool_]:
    """Whether more is absent than a share of the whole, bool (m,); exactly so much is not more.

    Sums of weights such as 0.1 and 0.2 come out in the last places of floats.
    """
    more: NDArray[np.bool_] = np.greater(lost, most * whole * (1 + _NEAR))
    return more


def most_items(policy: Absence) -> float:
    """The greatest share of the weight of items, those of sections within too, that may lack."""
    return float(getattr(policy, "most_items", 1.0))


def _share_faults(source: str, share: Any, then: object) -> list[Fault]:
    faults = not_numbers(source, share=share)
    if not faults and not 0 <= share <= 1:
        reason, repair = "not a share", "give a number from 0 to 1"
        faults = [Fault(source, reason, repair, column="share", value=share)]
    return faults + not_an_absence(source, "then", then)


@frozen
class _Limited:
    """Another policy, up to a share that may be absent."""

    share: float = field(converter=as_number)
    then: Absence = field(factory=Renormalise, converter=as_absence)

    def __attrs_post_init__(self) -> None:
        check(_share_faults("at most", self.share, self.then))

    @property
    def refuses(self) -> bool:
        """As the other policy."""
        return self.then.refuses

    def fill(self, points: FloatArray, parents: Callable[[], FloatArray]) -> FloatArray:
        """As the other policy."""
        return self.then.fill(points, parents)


@record("cascade_kpi/absences.at_most")
@frozen
class AtMost(_Limited):
    """Not scored where more than a share of the weight is absent; else another policy.

    Parameters
    ----------
    share : float
        0 to 1; exactly so much may be absent.
    then : Absence or str
        For what is absent below that.

    Examples
    --------
    >>> AtMost(0.25, "zero").words()
    'it gets no points; not scored where more than 25 % of the weight is absent'
    """

    @property
    def most(self) -> float:
        """The lesser of the two."""
        return min(self.share, self.then.most)

    @property
    def most_items(self) -> float:
        """As the other policy."""
        return most_items(self.then)

    def words(self) -> str:
        """The clause."""
        told = f"not scored where more than {100 * self.share:g} % of the weight is absent"
        return f"{self.then.words()}; {told}"


@record("cascade_kpi/absences.at_most_items")
@frozen
class AtMostItems(_Limited):
    """Not scored where items of more than a share of the weight are absent; else another policy.

    Items are counted wherever they stand in the section: those of a section within it as
    parts of that section's weight. As the policy of the card's own section it counts the
    whole card.

    Parameters
    ----------
    share : float
        0 to 1; exactly so much may be absent.
    then : Absence or str
        For what is absent below that.

    Examples
    --------
    >>> AtMostItems(0.5).words()
    'its weight goes to the other items; not scored where items of more than 50 % of the weight \
are absent'
    """

    @property
    def most(self) -> float:
        """As the other policy."""
        return self.then.most

    @property
    def most_items(self) -> float:
        """The lesser of the two."""
        return min(self.share, most_items(self.then))

    def words(self) -> str:
        """The clause."""
        told = (
            f"not scored where items of more than {100 * self.share:g} % of the weight are absent"
        )
        return f"{self.then.words()}; {told}"
