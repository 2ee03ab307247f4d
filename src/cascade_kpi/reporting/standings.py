"""How goals stand, and whose they are, as people read it."""

from __future__ import annotations

import math
from enum import Enum

from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.shares import NEAR
from cascade_kpi.reporting.wording import attained

__all__ = ["GoalState", "owner_of"]


class GoalState(Enum):
    """How a goal stands: by a shape, in words, and then by colour."""

    WHOLE = ("●", "green")
    PART = ("▲", "amber")
    NOTHING = ("■", "red")
    PLAIN = ("", "grey")

    @property
    def symbol(self) -> str:
        """The shape."""
        return self.value[0]

    @property
    def key(self) -> str:
        """Its name in style sheets."""
        return self.value[1]

    @classmethod
    def of(cls, aligned: Alignment, goal: int) -> tuple[GoalState, str]:
        """How a goal stands, with the words for it."""
        covered = float(aligned.covered[goal])
        if int(aligned.goals.owner[goal]) < 0:
            return cls.NOTHING, "nobody owns it"
        if bool(aligned.orphan[goal]):
            return cls.NOTHING, "serves nothing"
        if math.isnan(covered):
            return cls.PLAIN, ""
        if abs(covered - 1) <= NEAR:
            return cls.WHOLE, "covered"
        margin = float(aligned.goals.margin[goal])
        if 0 < covered - 1 <= margin + NEAR:
            return cls.WHOLE, f"{attained(covered)} covered, as meant"
        standing = cls.NOTHING if covered == 0 else cls.PART
        return standing, f"{attained(covered)} covered"


def owner_of(aligned: Alignment, goal: int) -> str:
    """What a person reads for a goal's owner."""
    at = int(aligned.goals.owner[goal])
    return str(aligned.org.labels[at]) if at >= 0 else "nobody"
