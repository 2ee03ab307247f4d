"""Results as what they are made of: targets and reports, or the periods that they take together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import attrs
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_columns
from cascade_kpi.missing import Missing
from cascade_kpi.records import record
from cascade_kpi.remaking.told import renumbered, told
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.measure import measure
from cascade_kpi.results.over import over_periods
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["Measuring", "ResultsMade", "TakingTogether"]


@runtime_checkable
class Making(Protocol):
    """How results were made."""

    def results(self) -> Results:
        """The results, checked. Raises InputError, listing every fault."""
        ...


@record("cascade_kpi/recipes.measure")
@frozen(hash=False)
class Measuring:
    """What :func:`measure <cascade_kpi.measure>` took.

    Attributes
    ----------
    targets : Targets
    actuals : mapping of str to array (m,), or Actuals
        The reports as a table: ``node``, ``kpi``, ``period``, what the KPIs take, and maybe
        ``row``; the actuals themselves if they were not made from one.
    missing : Missing
    inner : "total" or "own"
    """

    targets: Targets
    actuals: Actuals | None
    reports: Mapping[str, NDArray[Any]] | None = field(
        eq=CONTENT, repr=False, converter=attrs.converters.optional(frozen_columns)
    )
    missing: Missing
    inner: Literal["total", "own"]

    @classmethod
    def of(cls, results: Results) -> Measuring:
        """What some results were measured from."""
        targets, actuals, entries = results.targets, results.actuals, results.actuals.entries
        inner: Any = results.inner
        if entries is None:
            return cls(targets, actuals, None, results.missing, inner)
        return cls(targets, None, told(targets, entries, **entries.values), results.missing, inner)

    def results(self) -> Results:
        """The results, measured."""
        actuals = self.actuals
        if self.reports is not None:
            targets = self.targets
            table = {name: cells for name, cells in self.reports.items() if name != "row"}
            made = Actuals.from_table(targets.org, targets.kpis, table, periods=targets.periods)
            assert made.entries is not None  # noqa: S101 - made from a table
            actuals = attrs.evolve(made, entries=renumbered(made.entries, self.reports, "actuals"))
        return measure(self.targets, actuals, missing=self.missing, inner=self.inner)


@record("cascade_kpi/recipes.over_periods")
@frozen(hash=False)
class TakingTogether:
    """What :func:`over_periods <cascade_kpi.over_periods>` took."""

    source: Results
    label: str

    def results(self) -> Results:
        """The periods, taken together."""
        return over_periods(self.source, self.label)


@frozen(hash=False)
class ResultsMade:
    """How results are written: as what they were made from."""

    made_by: Making

    @classmethod
    def of(cls, results: Results) -> ResultsMade:
        """How some results were made."""
        if results.source is None:
            return cls(Measuring.of(results))
        return cls(TakingTogether(results.source, results.periods.labels[0]))

    def make(self) -> Results:
        """The results, made again."""
        return self.made_by.results()


record("cascade_kpi/results", written_as=ResultsMade)(Results)
