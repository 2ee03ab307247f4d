"""Results as what they were measured from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import attrs
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_columns
from cascade_kpi.missing import Missing
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.remaking.told import renumbered, told
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.measure import measure
from cascade_kpi.results.over import over_periods
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["Measuring", "Spanning"]


@runtime_checkable
class ResultsRoot(Protocol):
    """What results are made from."""

    def make(self) -> Results:
        """The results. Raises InputError, listing every fault."""
        ...


@record("cascade_kpi/recipes.measure")
@frozen(hash=False)
class Measuring:
    """What :func:`measure <cascade_kpi.measure>` took, actuals as a table with its rows.

    Attributes
    ----------
    targets : Targets
    actuals : mapping of str to array (m,), or Actuals
        ``node``, ``kpi``, ``period``, and what the KPIs take; Actuals if they came as arrays.
    missing : Missing
    inner : "total" or "own"
    """

    targets: Targets
    actuals: Mapping[str, NDArray[Any]] | Actuals = field(eq=CONTENT, repr=False)
    missing: Missing
    inner: Literal["total", "own"]

    @classmethod
    def of(cls, results: Results) -> Measuring:
        """What some results were measured from."""
        targets, given = results.targets, results.actuals
        actuals: Any = given
        if given.entries is not None:
            actuals = frozen_columns(told(targets, given.entries, **given.entries.values))
        inner: Any = results.inner
        return cls(targets, actuals, results.missing, inner)

    def make(self) -> Results:
        """The results, measured again."""
        actuals, targets = self.actuals, self.targets
        if not isinstance(actuals, Actuals):
            axes = targets.org, targets.kpis
            read = Actuals.from_table(*axes, actuals, periods=targets.periods)
            assert read.entries is not None  # noqa: S101 - of a table
            entries = renumbered(read.entries, actuals, "actuals")
            actuals = attrs.evolve(read, entries=entries)
        return measure(targets, actuals, missing=self.missing, inner=self.inner)


@record("cascade_kpi/recipes.over_periods")
@frozen(hash=False)
class Spanning:
    """What :func:`over_periods <cascade_kpi.over_periods>` took."""

    results: Results
    label: str

    def make(self) -> Results:
        """The results of all periods together."""
        return over_periods(self.results, self.label)


@frozen(hash=False)
class _Made:
    """What the JSON record of results holds."""

    by: ResultsRoot
    digest: str | None = None

    @classmethod
    def of(cls, results: Results) -> _Made:
        """What some results were made from."""
        by: ResultsRoot = Measuring.of(results)
        if results.source is not None:
            by = Spanning(results.source, results.periods.labels[0])
        return cls(by, _digest(results))

    def make(self) -> Results:
        """The results again."""
        results = self.by.make()
        check_digest(self.digest, _digest(results))
        return results


def _digest(results: Results) -> str:
    return digest_of(results.of(name) for name in results.kpis.names)


record("cascade_kpi/results", written_as=_Made)(Results)
