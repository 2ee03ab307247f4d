"""What every stage has of the scores that it was made of."""

from __future__ import annotations

from typing import Any

from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods

__all__ = ["MadeOfScores"]


class MadeOfScores:
    """A stage whose organisation and periods are those of its `scores`."""

    __slots__ = ()

    scores: Any

    @property
    def org(self) -> OrgTree:
        """The organisation; over stints the people, one root each."""
        made: OrgTree = self.scores.org
        return made

    @property
    def periods(self) -> Periods:
        """The periods."""
        made: Periods = self.scores.periods
        return made
