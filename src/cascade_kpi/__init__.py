"""Performance management as composable frozen objects over arrays.

tables ─▶ OrgTree, Kpis ─▶ cascade ─▶ Targets ─▶ measure ─▶ Results ─▶ score ─▶ Scores
─▶ gaps ─▶ Gaps ─▶ improve ─▶ Plan ─▶ report

Every verb takes frozen stages and returns the next one, which refers to what it
was made from. Rules live in the namespaces ``splits``, ``aggregates``,
``directions``, ``attainments``, ``curves`` and ``conditions``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_kpi import methods
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.kpis import aggregates, directions, splits
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.missing import Missing
from cascade_kpi.org.node import Node
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.records.registry import defer
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.change import Change
from cascade_kpi.results.measure import measure
from cascade_kpi.results.results import Results
from cascade_kpi.scoring import attainments, curves
from cascade_kpi.scoring.grades import Band, Grades
from cascade_kpi.scoring.score import Scores, score
from cascade_kpi.scoring.scorecard import Item, Scorecard
from cascade_kpi.targets.targets import Targets, assign

if TYPE_CHECKING:
    from cascade_kpi import fitting
    from cascade_kpi.analysis.breakdown import Breakdown
    from cascade_kpi.analysis.gaps import Gaps, gaps
    from cascade_kpi.explaining.explain import explain
    from cascade_kpi.explaining.explanation import Explanation
    from cascade_kpi.phasing import profiles
    from cascade_kpi.phasing.itemise import itemise
    from cascade_kpi.phasing.phase import phase
    from cascade_kpi.plan import conditions
    from cascade_kpi.plan.improve import Plan, PlannedAction, improve
    from cascade_kpi.plan.playbook import Action, Playbook, Rule
    from cascade_kpi.records import from_json, record, to_json
    from cascade_kpi.reporting.report import Report, report
    from cascade_kpi.results.over import over_periods
    from cascade_kpi.tables import Csv, write_csv
    from cascade_kpi.targets.cascade import cascade

__all__ = [
    "Action",
    "Actuals",
    "Band",
    "Breakdown",
    "Change",
    "Csv",
    "Explanation",
    "Fault",
    "Gaps",
    "Grades",
    "InputError",
    "Item",
    "Kpi",
    "Kpis",
    "Lights",
    "Limits",
    "Lot",
    "Missing",
    "Node",
    "OrgTree",
    "Periods",
    "Plan",
    "PlannedAction",
    "Playbook",
    "Report",
    "Results",
    "Rule",
    "Scorecard",
    "Scores",
    "Targets",
    "aggregates",
    "assign",
    "attainments",
    "cascade",
    "conditions",
    "curves",
    "directions",
    "explain",
    "fitting",
    "from_json",
    "gaps",
    "improve",
    "itemise",
    "measure",
    "methods",
    "over_periods",
    "phase",
    "profiles",
    "record",
    "report",
    "score",
    "splits",
    "to_json",
    "write_csv",
]

defer("cascade_kpi.phasing.profiles", "cascade_kpi.plan.conditions", "cascade_kpi.plan.playbook")

# What a program that imports the package to score does not need is looked up when it
# is first used: making a class costs most of a millisecond.
_LATE = {
    "Action": "cascade_kpi.plan.playbook",
    "Breakdown": "cascade_kpi.analysis.breakdown",
    "Csv": "cascade_kpi.tables",
    "Explanation": "cascade_kpi.explaining.explanation",
    "Gaps": "cascade_kpi.analysis.gaps",
    "Plan": "cascade_kpi.plan.improve",
    "PlannedAction": "cascade_kpi.plan.improve",
    "Playbook": "cascade_kpi.plan.playbook",
    "Lights": "cascade_kpi.reporting.lights",
    "Limits": "cascade_kpi.reporting.limits",
    "Report": "cascade_kpi.reporting.report",
    "Rule": "cascade_kpi.plan.playbook",
    "cascade": "cascade_kpi.targets.cascade",
    "explain": "cascade_kpi.explaining.explain",
    "from_json": "cascade_kpi.records",
    "gaps": "cascade_kpi.analysis.gaps",
    "improve": "cascade_kpi.plan.improve",
    "itemise": "cascade_kpi.phasing.itemise",
    "over_periods": "cascade_kpi.results.over",
    "phase": "cascade_kpi.phasing.phase",
    "record": "cascade_kpi.records",
    "report": "cascade_kpi.reporting.report",
    "to_json": "cascade_kpi.records",
    "write_csv": "cascade_kpi.tables",
}

_ROOMS = {
    "conditions": "cascade_kpi.plan.conditions",
    "demo": "cascade_kpi.demo",
    "fitting": "cascade_kpi.fitting",
    "profiles": "cascade_kpi.phasing.profiles",
    "records": "cascade_kpi.records",
    "tables": "cascade_kpi.tables",
    "testing": "cascade_kpi.testing",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("cascade-kpi")
    if name in _ROOMS:
        return import_module(_ROOMS[name])
    if name not in _LATE:
        raise AttributeError(f"module 'cascade_kpi' has no attribute {name!r}")
    value = getattr(import_module(_LATE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_ROOMS, "__version__"})
