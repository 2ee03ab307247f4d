"""How conflicts of goals are told: in amounts that add up, or in the ratios that were stated."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.ratios import Grain

__all__ = ["Telling", "TellingAmounts", "TellingRatios", "named"]

_LISTED = 6  # nodes in a message


class Telling(Protocol):
    """Lots of a KPI in the words of its goals. Lots are signed; rows are those of its tree."""

    @property
    def claim(self) -> str:
        """What a child's part is in proportion to, in a word."""
        ...

    def amount(self, row: int, lots: int) -> str:
        """The target of a node that has so many lots."""
        ...

    def apart(self, row: int, lots: int) -> str:
        """How far two targets of a node lie apart that differ by so many lots."""
        ...

    def together(self, row: int, below: Demanded) -> str:
        """What demands below a node make of it, as a clause."""
        ...

    def left(self, row: int, kept: int, rest: int) -> str:
        """What goals kept below a node that is to have nothing leave to the others, as a clause."""
        ...


@frozen(eq=False)
class Demanded:
    """Demands of some nodes that cannot be met together.

    Attributes
    ----------
    rows : int64 array (m,)
    lots : float64 array (m,)
        Signed.
    kept : bool array (m,)
        Which of them are goals; the others are limits.
    floors : bool
        Whether the limits are floors, or else caps.
    """

    rows: IntArray
    lots: FloatArray
    kept: NDArray[np.bool_]
    floors: bool

    @property
    def total(self) -> int:
        """All lots."""
        return int(self.lots.sum())

    @property
    def what(self) -> str:
        """What they are, in words."""
        limits = "floors" if self.floors else "caps"
        if not self.kept.any():
            return limits
        return "goals" if self.kept.all() else f"goals and {limits}"


def named(org: OrgTree, rows: IntArray) -> str:
    """Nodes by their ids, the first few of them."""
    ids = org.ids[rows].tolist()
    more = len(ids) - _LISTED
    return ", ".join(map(repr, ids[:_LISTED])) + (f" and {more} more" if more > 0 else "")


@frozen(eq=False)
class TellingAmounts:
    """Amounts in KPI units, which add up."""

    org: OrgTree
    kpi: Kpi
    claim: str = "claim"

    def amount(self, row: int, lots: int) -> str:  # noqa: ARG002 - a lot is the same everywhere
        """The amount."""
        return self.kpi.format(float(self.kpi.counted_in.values(np.array(lots))))

    def apart(self, row: int, lots: int) -> str:
        """The difference."""
        return self.amount(row, abs(lots))

    def together(self, row: int, below: Demanded) -> str:
        """Their sum."""
        who = named(self.org, np.sort(below.rows))
        return f"the {below.what} of {who} sum to {self.amount(row, below.total)}"

    def left(self, row: int, kept: int, rest: int) -> str:  # noqa: ARG002 - what is left says it
        """What is left."""
        return f"the goals kept below it leave {self.amount(row, rest)}"


@frozen(eq=False)
class TellingRatios:
    """Ratios at the expected volumes; lots are changes of numerators.

    Attributes
    ----------
    counted : Grain
    base : int64 array (n,)
        Base numerators in units.
    volumes : float64 array (n,)
    """

    org: OrgTree
    kpi: Kpi
    counted: Grain
    base: IntArray
    volumes: FloatArray
    claim: str = "pace"

    def amount(self, row: int, lots: int) -> str:
        """The ratio."""
        top = float(self.counted.values(np.array([self.base[row] + lots]))[0])
        volume = float(self.volumes[row])
        return self.kpi.format(top / volume if volume else math.nan)

    def apart(self, row: int, lots: int) -> str:
        """The difference, in points where the ratio is in per cent."""
        far = float(self.counted.values(np.array([abs(lots)]))[0] / self.volumes[row])
        return f"{far:,.3g} {self.kpi.gap_unit}"

    def together(self, row: int, below: Demanded) -> str:
        """The ratio of the node that follows, if all others stay where they are."""
        way = "at least" if below.floors else "at most"
        order = np.argsort(below.rows)
        order = order[self.volumes[below.rows[order]] > 0]
        demands = []
        for i in order.tolist():
            each, limit = int(below.rows[i]), "at its goal" if below.kept[i] else way
            what = self.amount(each, int(below.lots[i]))
            demands.append(f"{self.org.ids[each]!r} {limit} {what}")
        more = len(demands) - _LISTED
        who = ", ".join(demands[:_LISTED]) + (f" and {more} more" if more > 0 else "")
        return f"with {who} it is {way} {self.amount(row, below.total)}"

    def left(self, row: int, kept: int, rest: int) -> str:  # noqa: ARG002 - what is kept says it
        """The ratio that the goals kept make."""
        return f"the goals kept below it make it {self.amount(row, kept)}"
