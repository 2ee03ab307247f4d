"""Fairness as what it is made of: targets, reports of the past, yardstick."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from cascade_kpi._fields import as_tuple
from cascade_kpi.errors import Fault, check
from cascade_kpi.judging.fairness import Fairness, fairness
from cascade_kpi.judging.history import PastColumns, rolled
from cascade_kpi.judging.yardsticks import Yardstick
from cascade_kpi.records import record
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["Judged"]


@frozen(hash=False)
class Judged:
    """What the JSON record of a fairness holds.

    Attributes
    ----------
    targets : Targets
    reports : tuple of Actuals
        Those of the past, each once.
    reported : mapping of KPI name to int
        Which of them a KPI's history is in.
    columns : mapping of KPI name to tuple of str
        The columns of the tree that a KPI's history is in.
    by : Yardstick
    """

    targets: Targets
    reports: tuple[Actuals, ...] = field(converter=as_tuple)
    reported: Mapping[str, int]
    columns: Mapping[str, tuple[str, ...]]
    by: Yardstick

    @classmethod
    def of(cls, judged: Fairness) -> Judged:
        """What a fairness is made of.

        Raises
        ------
        InputError
            If its history are results that are not those of their reports alone: of another
            policy for what is missing, or taken together over periods.
        """
        reports: list[Actuals] = []
        reported, columns = {}, {}
        faults: list[Fault] = []
        for kpi, source in zip(judged.kpis.names, judged.history.sources, strict=True):
            if isinstance(source, PastColumns):
                columns[kpi] = source.names
            elif isinstance(source, Results):
                known = [i for i, each in enumerate(reports) if each is source.actuals]
                if not known:
                    faults += _not_of_reports(source)
                    reports.append(source.actuals)
                reported[kpi] = known[0] if known else len(reports) - 1
        check(faults)
        return cls(judged.targets, tuple(reports), reported, columns, judged.by)

    def make(self) -> Fairness:
        """The fairness again, with every check.

        Raises
        ------
        InputError
            If a KPI is said to be in reports that there are not.
        """
        many = len(self.reports)
        check(
            [
                Fault("history", f"there are {many} reports", "count from 0", value=kpi)
                for kpi, i in self.reported.items()
                if not 0 <= i < many
            ]
        )
        history: dict[str, object] = {kpi: list(names) for kpi, names in self.columns.items()}
        history |= {kpi: self.reports[i] for kpi, i in self.reported.items()}
        by = self.by
        return fairness(
            self.targets,
            history,
            by.peers,
            base=by.base,
            fences=by.fences,
            measures=by.measures,
            capacity=by.capacity,
            material=by.material,
        )


def _not_of_reports(source: Results) -> list[Fault]:
    """A fault unless results are those that their reports come to by themselves."""
    again = rolled(source.actuals)
    same = all(
        np.array_equal(again.of(kpi), source.of(kpi), equal_nan=True) for kpi in source.kpis.names
    )
    if same and source.source is None:
        return []
    reason = "its history are results that are not those of their reports alone"
    return [Fault("history", reason, "give fairness(…) the reports, and write that")]


record("cascade_kpi/fairness", written_as=Judged)(Fairness)
