"""The operations of a cascade: how one family's lots are divided."""

from __future__ import annotations

import math
import re
from enum import Enum

import numpy as np
from attrs import frozen

from cascade_kpi._text import percent
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.method import Method
from cascade_kpi.org.rollup import add_present
from cascade_kpi.results.change import fold_values
from cascade_kpi.targets.amounts import MARGIN
from cascade_kpi.targets.asked import stretched
from cascade_kpi.targets.room import least_above, most_above

__all__ = ["Divided", "Least", "Most", "Role", "Stretched", "Towards", "WithoutMargin"]


class Role(Enum):
    """What is known of a sibling when its family's lots are divided.

    Attributes
    ----------
    count : int
        How many inputs tell it.
    """

    KEPT = "kept"  # its lots
    FREE = "free"  # its claim
    FROM = "from"  # its claim and its least
    UP_TO = "up to"  # its claim and its most
    WITHIN = "within"  # its claim, its least and its most

    @property
    def count(self) -> int:
        """How many inputs tell it."""
        return {Role.KEPT: 1, Role.FREE: 1, Role.WITHIN: 3}.get(self, 2)

    def bounds(self, told: list[float]) -> tuple[float, float, float]:
        """Claim, least and most."""
        least = told[1] if self in {Role.FROM, Role.WITHIN} else 0.0
        most = told[-1] if self in {Role.UP_TO, Role.WITHIN} else math.inf
        return told[0], least, most


@frozen
class Divided:
    """A node's lots: those of its family, by its claims and bounds.

    Inputs are the lots to divide, then, sibling by sibling, what its role says.
    """

    position: int
    roles: tuple[Role, ...]
    method: Method
    split: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        sign = -1 if inputs[0] < 0 else 1
        left, at = sign * int(inputs[0]), 1
        columns = []
        for role in self.roles:
            mine = list(inputs[at : at + role.count])
            at += role.count
            if role is Role.KEPT:
                left -= sign * int(mine[0])
                columns.append((0.0, 0.0, 0.0))
            else:
                columns.append(role.bounds(mine))
        claims, low, high = np.array(columns).T[:, :, None]
        lots = self.method(np.array([left]), whole_claims(claims), low, high)
        return float(sign * lots[self.position, 0])

    def words(self) -> str:
        """The clause."""
        method = re.sub(r"(?<!^)(?=[A-Z])", " ", type(self.method).__name__).lower()
        return f"{self.split}: the parent's lots by {method}, child {self.position + 1}"


@frozen
class Stretched:
    """A parent's lots and a margin: what its children divide."""

    margin: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        sign = -1 if inputs[0] < 0 else 1
        lots = stretched(np.array([sign * int(inputs[0])]), np.array([self.margin]))
        return float(sign * lots[0])

    def words(self) -> str:
        """The clause."""
        return f"the parent's lots and {percent(self.margin / MARGIN)} over"


@frozen
class Least:
    """The larger of a node's own floor and what the floors below it need."""

    margin: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        own = 0.0 if math.isnan(inputs[0]) else inputs[0]
        below = least_above(np.array([sum(inputs[1:])]), np.array([self.margin]))
        return max(own, float(below[0]), 0.0)

    def words(self) -> str:
        """The clause."""
        return "the larger of its own floor and what its children's floors need"


@frozen
class Most:
    """The smaller of a node's own cap and what the caps below it allow."""

    margin: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        own = math.inf if math.isnan(inputs[0]) else inputs[0]
        if len(inputs) == 1:
            return own
        below = most_above(np.array([sum(inputs[1:])]), np.array([self.margin]))
        return min(own, float(below[0]))

    def words(self) -> str:
        """The clause."""
        return "the smaller of its own cap and what its children's caps allow"


@frozen
class Towards:
    """Lots that are kept, counted in the direction of the goal above."""

    sign: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return self.sign * inputs[0] + 0.0

    def words(self) -> str:
        """The clause."""
        return "its goal, which is kept"


@frozen
class WithoutMargin:
    """Targets of children as a part of their parent's, which has a margin less."""

    margin: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return fold_values(add_present, list(inputs)) / (1.0 + self.margin / MARGIN)

    def words(self) -> str:
        """The clause."""
        return f"over its children, without the {percent(self.margin / MARGIN)} over"
