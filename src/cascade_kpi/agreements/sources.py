"""The stages that a performance plan was made from."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi.alignment.align import Alignment
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.scoring.items import Item
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import WeightTable
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
    def _table(self) -> WeightTable:
        return self.scorecard.weights.table(self.org, self.scorecard.outline)

    @property
    def _code(self) -> int:
        return int(self._table.group[self.row])

    @property
    def group(self) -> str:
        """The person's group on the scorecard."""
        return self._table.names[self._code]

    @cached_property
    def weights(self) -> list[float]:
        """The person's weight of each part of the scorecard."""
        found: list[float] = self._table.weights[self._code].tolist()
        return found

    @cached_property
    def worth(self) -> list[float]:
        """What a point of each part is worth in the person's total, if nothing is absent."""
        found: list[float] = self._table.nominal(self.scorecard.outline)[self._code].tolist()
        return found

    @cached_property
    def items(self) -> tuple[int, ...]:
        """Positions of those items of the person's card that are of a KPI."""
        outline = self.scorecard.outline
        return tuple(
            i for i in outline.items if self.weights[i] and isinstance(outline.parts[i], Item)
        )

    def target(self, kpi: str) -> float:
        """The target of a KPI, in its unit."""
        return float(self.targets.of(kpi)[self.p, self.row])

    def given(self, item: Item) -> tuple[float, ...]:
        """The columns that the attainment of an item needs, in KPI units."""
        return tuple(float(self.org.numbers(c)[self.row]) for c in item.attainment.columns)

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
