"""The stages that a performance plan was made from."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi.alignment.align import Alignment
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.targets.origins import Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["Sources"]


@frozen(eq=False)
class Sources:
    """Where what a plan says comes from.

    Attributes
    ----------
    targets : Targets
    scorecard : Scorecard
    row, p : int
        Of the person in the tree, and of the period.
    alignment : Alignment or None
    commitments : tuple of int
        Rows of the table that the person's commitments stand in.
    """

    targets: Targets
    scorecard: Scorecard
    row: int
    p: int
    alignment: Alignment | None
    commitments: tuple[int, ...]

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.targets.org

    def name_of(self, who: object) -> str:
        """What people read for a node, empty for an id that is none of the tree's."""
        return str(self.org[who].label) if who in self.org else ""

    @cached_property
    def weights(self) -> tuple[str, list[float]]:
        """The person's group on the scorecard, and its weight of each item."""
        table, group = self.scorecard.weight_table(self.org)
        code = int(group[self.row])
        return self.scorecard.group_names(self.org)[code], table[code].tolist()

    def target(self, kpi: str) -> float:
        """The target of a KPI, in its unit."""
        return float(self.targets.of(kpi)[self.p, self.row])

    def given(self, i: int) -> tuple[float, ...]:
        """The columns that the attainment of the i-th item needs, in KPI units."""
        return tuple(float(column[self.row]) for column in self.scorecard.given(self.org)[i])

    @property
    def offers(self) -> Offers | None:
        """What was offered when the targets were agreed, None if they were not."""
        origin = self.targets.origin
        offers = origin.offers if isinstance(origin, Reconciled) else None
        return offers if isinstance(offers, Offers) else None

    def offer(self, kpi: str) -> float:
        """What the person offered of a KPI, in its unit; NaN for nothing."""
        k, shape = self.targets.kpis.index(kpi), (len(self.targets.periods), len(self.org))
        if self.offers is None:
            return math.nan
        return float(self.offers.entries.dense("value", k, *shape)[self.p, self.row])

    def served(self, kpi: str) -> tuple[str, ...]:
        """Titles of the strategic goals that the person's goals of a KPI serve, by id."""
        if self.alignment is None:
            return ()
        goals, part = self.alignment.goals, self.alignment.part
        mine = (goals.owner == self.row) & (goals.columns["kpi"] == kpi)
        counts = np.diff(part.ends)
        there = np.repeat(mine, counts) & (part.value > 0)
        codes = np.unique(part.code[there])
        codes = codes[codes < len(self.alignment.strategic)]
        return tuple(goals.title[self.alignment.strategic[codes]].tolist())
