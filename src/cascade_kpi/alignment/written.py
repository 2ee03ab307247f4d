"""Alignments and audits as what they are made of: goals and links, and a budget."""

from __future__ import annotations

from attrs import frozen

from cascade_kpi.alignment.align import Alignment, align
from cascade_kpi.alignment.audit import Audit
from cascade_kpi.alignment.goals import Goals
from cascade_kpi.alignment.kept import Budget
from cascade_kpi.alignment.links import Links
from cascade_kpi.records import record

__all__ = ["Aligned", "Audited"]


@frozen
class Aligned:
    """What the JSON record of an alignment holds."""

    goals: Goals
    links: Links

    @classmethod
    def of(cls, aligned: Alignment) -> Aligned:
        """The goals and links of an alignment."""
        return cls(aligned.goals, aligned.links)

    def make(self) -> Alignment:
        """The alignment again, with every check."""
        return align(self.goals, self.links)


@frozen
class Audited:
    """What the JSON record of an audit holds."""

    alignment: Alignment
    budget: Budget | None = None

    @classmethod
    def of(cls, found: Audit) -> Audited:
        """The alignment and the budget of an audit."""
        return cls(found.alignment, found.budget)

    def make(self) -> Audit:
        """The audit again."""
        return self.alignment.audit(self.budget)


record("cascade_kpi/alignment", written_as=Aligned)(Alignment)
record("cascade_kpi/audit", written_as=Audited)(Audit)
