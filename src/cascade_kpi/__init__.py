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
from cascade_kpi.targets.targets import Targets, assign

if TYPE_CHECKING:
    from cascade_kpi import blending, calibrating, comparing, examining, fitting, rating
    from cascade_kpi.agreements.performance_plan import PerformancePlan, performance_plan
    from cascade_kpi.alignment.align import Alignment, align
    from cascade_kpi.alignment.audit import Audit
    from cascade_kpi.alignment.budget import WeightBudget
    from cascade_kpi.alignment.budgets import WeightBudgets
    from cascade_kpi.alignment.goals import Goals
    from cascade_kpi.alignment.implied import aligned_with
    from cascade_kpi.alignment.links import Links
    from cascade_kpi.analysis.breakdown import Breakdown
    from cascade_kpi.analysis.gaps import Gaps, gaps
    from cascade_kpi.blending.blend import Blended, blend
    from cascade_kpi.blending.blend_stints import BlendedStints, blend_stints
    from cascade_kpi.blending.multiply import Multiplied, multiply
    from cascade_kpi.calibrating.calibrate import Calibrated, calibrate
    from cascade_kpi.changing.attribute import Attribution, attribute
    from cascade_kpi.changing.changes import Changes
    from cascade_kpi.changing.compare import compare
    from cascade_kpi.changing.recascade import recascade
    from cascade_kpi.changing.revise import revise
    from cascade_kpi.commitments import confidences, proportions
    from cascade_kpi.commitments.negotiation import Negotiation
    from cascade_kpi.commitments.reconcile import reconcile
    from cascade_kpi.commitments.reconciliation import Reconciliation
    from cascade_kpi.comparing.chances import GradeChances, grade_chances
    from cascade_kpi.comparing.compare import Comparison
    from cascade_kpi.comparing.pay import PayPerGrade, PayPerPoint
    from cascade_kpi.comparing.tipping import Tipping, tipping
    from cascade_kpi.drivers.contributions import Contributions, contributions
    from cascade_kpi.drivers.derive import Derived, derive
    from cascade_kpi.drivers.expressions import Constant, D
    from cascade_kpi.drivers.model import DriverTree
    from cascade_kpi.drivers.translate import Translation, translate
    from cascade_kpi.examining.examine import Examination, examine
    from cascade_kpi.explaining.explain import explain
    from cascade_kpi.explaining.explanation import Explanation
    from cascade_kpi.exposing.score_stints import StintScores, score_stints
    from cascade_kpi.judging import yardsticks
    from cascade_kpi.judging.fairness import Fairness, fairness
    from cascade_kpi.moving import moves
    from cascade_kpi.moving.calendar import Calendar
    from cascade_kpi.moving.credit import credit
    from cascade_kpi.moving.credited import Credited
    from cascade_kpi.moving.move import move
    from cascade_kpi.moving.moved import Moved
    from cascade_kpi.moving.reorganisation import Reorganisation
    from cascade_kpi.moving.stints import Leaves, Stints
    from cascade_kpi.phasing import profiles
    from cascade_kpi.phasing.itemise import itemise
    from cascade_kpi.phasing.phase import phase
    from cascade_kpi.plan import conditions
    from cascade_kpi.plan.improve import Plan, PlannedAction, improve
    from cascade_kpi.plan.playbook import Action, Playbook, Rule
    from cascade_kpi.rating.consolidate import Consolidated, consolidate
    from cascade_kpi.rating.ratings import Ratings
    from cascade_kpi.records import from_json, record, to_json
    from cascade_kpi.remaking.recipe import Recipe
    from cascade_kpi.reporting.report import Report, report
    from cascade_kpi.reporting.telling.tell import Told, tell
    from cascade_kpi.results.over import over_periods
    from cascade_kpi.scoring import (
        absences,
        adjustments,
        attainments,
        combines,
        curves,
        scales,
        triggers,
    )
    from cascade_kpi.scoring.adjustments import Gate
    from cascade_kpi.scoring.grades import Band, Grades
    from cascade_kpi.scoring.items import Item, Rated
    from cascade_kpi.scoring.score import Scores, score
    from cascade_kpi.scoring.scorecard import Scorecard
    from cascade_kpi.scoring.sections import Section
    from cascade_kpi.scoring.weights import Override, Weights
    from cascade_kpi.sweeping.sweep import Sweep, sweep
    from cascade_kpi.sweeping.variants import Variants
    from cascade_kpi.sweeping.weightings import Weightings
    from cascade_kpi.tables import Csv, write_csv
    from cascade_kpi.targets.cascade import cascade

__all__ = [
    "Action",
    "Actuals",
    "Alignment",
    "Attribution",
    "Audit",
    "Band",
    "Blended",
    "BlendedStints",
    "Breakdown",
    "Calendar",
    "Calibrated",
    "Change",
    "Changes",
    "Comparison",
    "Consolidated",
    "Constant",
    "Contributions",
    "Credited",
    "Csv",
    "D",
    "Derived",
    "DriverTree",
    "Examination",
    "Explanation",
    "Fairness",
    "Fault",
    "Gaps",
    "Gate",
    "Goals",
    "GradeChances",
    "Grades",
    "InputError",
    "Item",
    "Kpi",
    "Kpis",
    "Leaves",
    "Lights",
    "Limits",
    "Links",
    "Lot",
    "Missing",
    "Moved",
    "Multiplied",
    "Negotiation",
    "Node",
    "OrgTree",
    "Override",
    "PayPerGrade",
    "PayPerPoint",
    "PerformancePlan",
    "Periods",
    "Plan",
    "PlannedAction",
    "Playbook",
    "Rated",
    "Ratings",
    "Recipe",
    "Reconciliation",
    "Reorganisation",
    "Report",
    "Results",
    "Rule",
    "Scorecard",
    "Scores",
    "Section",
    "StintScores",
    "Stints",
    "Sweep",
    "Targets",
    "Tipping",
    "Told",
    "Translation",
    "Variants",
    "WeightBudget",
    "WeightBudgets",
    "Weightings",
    "Weights",
    "absences",
    "adjustments",
    "aggregates",
    "align",
    "aligned_with",
    "assign",
    "attainments",
    "attribute",
    "blend",
    "blend_stints",
    "blending",
    "calibrate",
    "calibrating",
    "cascade",
    "combines",
    "compare",
    "comparing",
    "conditions",
    "confidences",
    "consolidate",
    "contributions",
    "credit",
    "curves",
    "derive",
    "directions",
    "examine",
    "examining",
    "explain",
    "fairness",
    "fitting",
    "from_json",
    "gaps",
    "grade_chances",
    "improve",
    "itemise",
    "measure",
    "methods",
    "move",
    "moves",
    "multiply",
    "over_periods",
    "performance_plan",
    "phase",
    "profiles",
    "proportions",
    "rating",
    "recascade",
    "reconcile",
    "record",
    "report",
    "revise",
    "scales",
    "score",
    "score_stints",
    "splits",
    "sweep",
    "tell",
    "tipping",
    "to_json",
    "translate",
    "triggers",
    "write_csv",
    "yardsticks",
]

defer("cascade_kpi.scoring.score")
defer("cascade_kpi.judging.yardsticks")
defer("cascade_kpi.phasing.profiles", "cascade_kpi.plan.conditions", "cascade_kpi.plan.playbook")
defer(
    "cascade_kpi.drivers.model",
    "cascade_kpi.drivers.derive",
    "cascade_kpi.drivers.contributions",
    "cascade_kpi.drivers.translate",
)
defer("cascade_kpi.scoring.scales")
defer(
    "cascade_kpi.commitments.confidences",
    "cascade_kpi.commitments.negotiation",
    "cascade_kpi.commitments.proportions",
    "cascade_kpi.commitments.reconciliation",
)
defer("cascade_kpi.remaking.recipe", "cascade_kpi.remaking.measured", "cascade_kpi.judging.written")
defer("cascade_kpi.fitting")
defer("cascade_kpi.calibrating", "cascade_kpi.comparing", "cascade_kpi.examining")
defer(*(f"cascade_kpi.moving.{name}" for name in ("reorganisation", "stints", "moves", "written")))
defer("cascade_kpi.blending")
defer("cascade_kpi.exposing.score_stints")
defer(*(f"cascade_kpi.sweeping.{name}" for name in ("weightings", "variants", "sweep")))
defer("cascade_kpi.changing.attribute", "cascade_kpi.analysis.gaps")
defer("cascade_kpi.agreements.performance_plan")
defer("cascade_kpi.rating", "cascade_kpi.rating.ratings", "cascade_kpi.rating.consolidate")
defer("cascade_kpi.alignment.budgets", "cascade_kpi.alignment.written")

# What a program that imports the package to set targets does not need is looked up when
# it is first used: making a class costs most of a millisecond.
_LATE = {
    "Action": "cascade_kpi.plan.playbook",
    "Alignment": "cascade_kpi.alignment.align",
    "Attribution": "cascade_kpi.changing.attribute",
    "Audit": "cascade_kpi.alignment.audit",
    "Band": "cascade_kpi.scoring.grades",
    "Blended": "cascade_kpi.blending.blend",
    "BlendedStints": "cascade_kpi.blending.blend_stints",
    "Breakdown": "cascade_kpi.analysis.breakdown",
    "Calendar": "cascade_kpi.moving.calendar",
    "Calibrated": "cascade_kpi.calibrating.calibrate",
    "Changes": "cascade_kpi.changing.changes",
    "Comparison": "cascade_kpi.comparing.compare",
    "Consolidated": "cascade_kpi.rating.consolidate",
    "Constant": "cascade_kpi.drivers.expressions",
    "Contributions": "cascade_kpi.drivers.contributions",
    "Credited": "cascade_kpi.moving.credited",
    "Csv": "cascade_kpi.tables",
    "D": "cascade_kpi.drivers.expressions",
    "Derived": "cascade_kpi.drivers.derive",
    "DriverTree": "cascade_kpi.drivers.model",
    "Examination": "cascade_kpi.examining.examine",
    "Explanation": "cascade_kpi.explaining.explanation",
    "Fairness": "cascade_kpi.judging.fairness",
    "Gaps": "cascade_kpi.analysis.gaps",
    "Gate": "cascade_kpi.scoring.adjustments",
    "Goals": "cascade_kpi.alignment.goals",
    "GradeChances": "cascade_kpi.comparing.chances",
    "Grades": "cascade_kpi.scoring.grades",
    "Item": "cascade_kpi.scoring.items",
    "Leaves": "cascade_kpi.moving.stints",
    "Lights": "cascade_kpi.reporting.lights",
    "Limits": "cascade_kpi.reporting.limits",
    "Links": "cascade_kpi.alignment.links",
    "Moved": "cascade_kpi.moving.moved",
    "Multiplied": "cascade_kpi.blending.multiply",
    "Negotiation": "cascade_kpi.commitments.negotiation",
    "Override": "cascade_kpi.scoring.weights",
    "PayPerGrade": "cascade_kpi.comparing.pay",
    "PayPerPoint": "cascade_kpi.comparing.pay",
    "PerformancePlan": "cascade_kpi.agreements.performance_plan",
    "Plan": "cascade_kpi.plan.improve",
    "PlannedAction": "cascade_kpi.plan.improve",
    "Playbook": "cascade_kpi.plan.playbook",
    "Rated": "cascade_kpi.scoring.items",
    "Ratings": "cascade_kpi.rating.ratings",
    "Recipe": "cascade_kpi.remaking.recipe",
    "Reconciliation": "cascade_kpi.commitments.reconciliation",
    "Reorganisation": "cascade_kpi.moving.reorganisation",
    "Report": "cascade_kpi.reporting.report",
    "Rule": "cascade_kpi.plan.playbook",
    "Scorecard": "cascade_kpi.scoring.scorecard",
    "Scores": "cascade_kpi.scoring.score",
    "Section": "cascade_kpi.scoring.sections",
    "StintScores": "cascade_kpi.exposing.score_stints",
    "Stints": "cascade_kpi.moving.stints",
    "Tipping": "cascade_kpi.comparing.tipping",
    "Told": "cascade_kpi.reporting.telling.tell",
    "Translation": "cascade_kpi.drivers.translate",
    "WeightBudget": "cascade_kpi.alignment.budget",
    "WeightBudgets": "cascade_kpi.alignment.budgets",
    "Weights": "cascade_kpi.scoring.weights",
    "align": "cascade_kpi.alignment.align",
    "aligned_with": "cascade_kpi.alignment.implied",
    "attribute": "cascade_kpi.changing.attribute",
    "blend": "cascade_kpi.blending.blend",
    "blend_stints": "cascade_kpi.blending.blend_stints",
    "calibrate": "cascade_kpi.calibrating.calibrate",
    "cascade": "cascade_kpi.targets.cascade",
    "compare": "cascade_kpi.changing.compare",
    "consolidate": "cascade_kpi.rating.consolidate",
    "contributions": "cascade_kpi.drivers.contributions",
    "credit": "cascade_kpi.moving.credit",
    "derive": "cascade_kpi.drivers.derive",
    "examine": "cascade_kpi.examining.examine",
    "explain": "cascade_kpi.explaining.explain",
    "fairness": "cascade_kpi.judging.fairness",
    "from_json": "cascade_kpi.records",
    "gaps": "cascade_kpi.analysis.gaps",
    "grade_chances": "cascade_kpi.comparing.chances",
    "improve": "cascade_kpi.plan.improve",
    "itemise": "cascade_kpi.phasing.itemise",
    "move": "cascade_kpi.moving.move",
    "multiply": "cascade_kpi.blending.multiply",
    "over_periods": "cascade_kpi.results.over",
    "performance_plan": "cascade_kpi.agreements.performance_plan",
    "phase": "cascade_kpi.phasing.phase",
    "recascade": "cascade_kpi.changing.recascade",
    "reconcile": "cascade_kpi.commitments.reconcile",
    "record": "cascade_kpi.records",
    "report": "cascade_kpi.reporting.report",
    "revise": "cascade_kpi.changing.revise",
    "score": "cascade_kpi.scoring.score",
    "score_stints": "cascade_kpi.exposing.score_stints",
    "tell": "cascade_kpi.reporting.telling.tell",
    "tipping": "cascade_kpi.comparing.tipping",
    "to_json": "cascade_kpi.records",
    "translate": "cascade_kpi.drivers.translate",
    "write_csv": "cascade_kpi.tables",
    "Sweep": "cascade_kpi.sweeping.sweep",
    "Variants": "cascade_kpi.sweeping.variants",
    "Weightings": "cascade_kpi.sweeping.weightings",
    "sweep": "cascade_kpi.sweeping.sweep",
}

_ROOMS = {
    "absences": "cascade_kpi.scoring.absences",
    "adjustments": "cascade_kpi.scoring.adjustments",
    "attainments": "cascade_kpi.scoring.attainments",
    "blending": "cascade_kpi.blending",
    "calibrating": "cascade_kpi.calibrating",
    "combines": "cascade_kpi.scoring.combines",
    "comparing": "cascade_kpi.comparing",
    "conditions": "cascade_kpi.plan.conditions",
    "confidences": "cascade_kpi.commitments.confidences",
    "curves": "cascade_kpi.scoring.curves",
    "demo": "cascade_kpi.demo",
    "examining": "cascade_kpi.examining",
    "fitting": "cascade_kpi.fitting",
    "moves": "cascade_kpi.moving.moves",
    "profiles": "cascade_kpi.phasing.profiles",
    "proportions": "cascade_kpi.commitments.proportions",
    "rating": "cascade_kpi.rating",
    "records": "cascade_kpi.records",
    "scales": "cascade_kpi.scoring.scales",
    "tables": "cascade_kpi.tables",
    "testing": "cascade_kpi.testing",
    "triggers": "cascade_kpi.scoring.triggers",
    "yardsticks": "cascade_kpi.judging.yardsticks",
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
