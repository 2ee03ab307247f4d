"""Ask any stage why a value is what it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cascade_kpi.agreements.performance_plan import PerformancePlan
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.blending.blend import Blended
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.changing.attribute import Attribution
from cascade_kpi.changing.changes import Changes
from cascade_kpi.commitments.negotiation import Negotiation
from cascade_kpi.commitments.reconciliation import Reconciliation
from cascade_kpi.comparing.compare import Comparison
from cascade_kpi.comparing.standings import Standing
from cascade_kpi.drivers.contributions import Contributions
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.translate import Translation
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.examining.examine import Examination
from cascade_kpi.explaining.alignment import AlignmentExplainer
from cascade_kpi.explaining.answers import Answers, named, not_asked
from cascade_kpi.explaining.blending import BlendExplainer
from cascade_kpi.explaining.changes import ChangeExplainer
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.comparisons import ComparisonExplainer
from cascade_kpi.explaining.contributions import ContributionExplainer
from cascade_kpi.explaining.derived import DerivedExplainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.exposures import ExposureExplainer
from cascade_kpi.explaining.fairness import StretchExplainer
from cascade_kpi.explaining.fits import ApportionmentExplainer, FitExplainer, RoundingExplainer
from cascade_kpi.explaining.gaps import GapExplainer
from cascade_kpi.explaining.influence import InfluenceExplainer
from cascade_kpi.explaining.moving import moved_answers
from cascade_kpi.explaining.plans import plan_answers
from cascade_kpi.explaining.ratings import RatingExplainer
from cascade_kpi.explaining.results import ResultExplainer
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.explaining.slopes import SlopeExplainer
from cascade_kpi.explaining.standings import calibration_of, carried_of, multiplied_of
from cascade_kpi.explaining.sweeps import sweep_answers
from cascade_kpi.explaining.talks import talk_answers
from cascade_kpi.explaining.translations import TranslationExplainer
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.fitting import Apportionment, Fitted, Rounded
from cascade_kpi.judging.fairness import Fairness
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.moved import Moved
from cascade_kpi.plan.improve import Plan
from cascade_kpi.rating.consolidate import Consolidated
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.score import Scores
from cascade_kpi.sweeping.sweep import Sweep
from cascade_kpi.targets.targets import Targets

__all__ = ["explain"]

Stage = (
    Targets
    | Reconciliation
    | Negotiation
    | Moved
    | Credited
    | Fairness
    | Changes
    | Attribution
    | Results
    | Derived
    | Contributions
    | Translation
    | Scores
    | Calibrated
    | Blended
    | Multiplied
    | StintScores
    | BlendedStints
    | Comparison
    | Sweep
    | Gaps
    | Plan
    | Alignment
    | Fitted
    | Apportionment
    | Rounded
    | PerformancePlan
    | Consolidated
    | Examination
)


def explain(
    stage: Stage,
    node: object = None,
    kpi: str | None = None,
    period: str | None = None,
    quantity: str | None = None,
    *,
    goal: object = None,
    item: str | None = None,
    stint: object = None,
) -> Explanation:
    """Why a value of a stage is what it is, down to the input rows.

    Parameters
    ----------
    stage : Targets, Reconciliation, Negotiation, Moved, Credited, Fairness, Changes, Attribution, \
Results, Derived, Contributions, Translation, Scores, Calibrated, Blended, Multiplied, \
StintScores, BlendedStints, Comparison, Sweep, Gaps, Plan, Alignment, PerformancePlan, Fitted, \
Apportionment, fitting.Rounded, Consolidated or Examination
    node : id
        Of moved targets and credited results: of a holder, or of a unit; of scores over
        stints of a person. Not needed for the
        coverage of a goal, nor of a performance plan, which is of one.
        Of a fitted, apportioned or rounded table: a tuple of labels, one for each axis.
    kpi : str, optional
        Needed but for the total of scores, sweeps and gaps, and the change of contributions.
    period : str, optional
        Needed where there are several; a plan of either kind has its own.
    quantity : str, optional
        One of those in the notes; the first of its line by default.
    goal : id, optional
        Of an alignment: the goal whose coverage is asked for, or, with a node, the
        strategic goal that its weight serves; of a performance plan that goal.
    item : str, optional
        Of consolidated ratings; their overall score without one.
    stint : id or (id, day), optional
        Of moved targets and credited results: the node of a row of ``by_stint`` of the
        holder, with the day on which the row begins if the holder has several there.

    Returns
    -------
    Explanation
        ``print`` it, ask it for ``text(depth=…)``, or let it ``evaluate()``.

    Raises
    ------
    InputError
        If there is no such node, KPI, period or quantity.

    Notes
    -----
    What can be asked:

    - of targets ``"target"``; of a negotiation ``"value"``, the last word on a target, and
      ``"plan"``, what the last plan gives it;
    - of moved targets ``"holder"``, or ``"unit"`` for what stood at or below a node, whichever
      the id is of; of credited results these too, and before them ``"result"`` of a holder and
      ``"unit result"``; with a stint ``"target"``, and of credited results before it ``"result"``;
    - of fairness ``"stretch"``, ``"base"``, ``"deviation"``, ``"least"``, from which difference
      on a target is an outlier, and ``"outlier"``; of changes ``"change"``, and of
      an attribution its parts too, ``"tree"``, ``"drivers"``, ``"rules"`` and ``"goals"``;
    - of results ``"result"``, ``"target"``; of derived values ``"value"``, and for each driver
      below it, as of ``arpu``, ``"slope with arpu"`` and ``"elasticity to arpu"``;
    - of contributions ``"part"``, what the driver named as `kpi` brings, or without ``"change"``;
      of a translation ``"rounded"``, ``"exact"``, ``"base"``, and of a goal ``"missed"``;
    - of scores ``"points"``, ``"attainment"``, or without a KPI ``"total"``; of
      blended and multiplied totals ``"total"``, and ``"own"`` as scored; of scores over
      stints ``"total"``;
    - of calibrated grades ``"final"``, ``"calibrated"`` and ``"scored"``, places from 1, the best,
      and ``"rank"`` in the pool;
    - of a comparison ``"change"`` of the total, ``"before"`` and ``"after"``;
      of a sweep ``"total"`` of the base, or with a part as `kpi` ``"points"``, and the same
      under each weighting or card by its name;
    - of gaps ``"gap"``, ``"shortfall"``, ``"points"``, ``"to_parent"``, a part of the parent's
      gap, or without a KPI ``"total"``; of a plan ``"shortfall"``;
    - of a table made by ``fitting`` ``"value"``, and of an apportionment its ``"quotient"``;
    - of an examination of people, with a part as `kpi`, ``"influence"`` among those of the
      node's post, and ``"contribution"`` to its total;
    - of an alignment ``"served"`` with a node, else ``"covered"``, ``"landed"``;
    - of a performance plan with a KPI ``"target"``, ``"weight"``, each level, as
      ``"threshold"``, in KPI units, ``"points of threshold"`` and ``"worth of threshold"``, and
      as far as there are any ``"offer"`` and ``"commitment"``; with a goal ``"served"``;
    - of consolidated ratings ``"score"`` or the name of a relation, or without an item
      ``"overall"``; told as far as their audience may see.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 101}, periods="2026")
    >>> why = ck.explain(targets, "a", kpi="sales")
    >>> print(why)
    target of sales, a, 2026 = 51 CNY  ← in lots of 1
      lots of sales, a, 2026 = 51 lots  ← Equal(): the parent's lots by largest remainder, child 1
        lots of sales, hq, 2026 = 101 lots  ← counted in lots of 1
          goal of sales, hq, 2026 = 101 CNY  ← goals row 0, value
        claim of a = 1 claim  ← Equal() on units row 1
        claim of b = 1 claim  ← Equal() on units row 2
    >>> why.evaluate() == why.value
    True
    """
    if isinstance(stage, Moved | Credited):
        not_asked(goal=goal, item=item)
        return _one(moved_answers(stage, node, kpi, period, stint), quantity)
    not_asked(stint=stint)
    if isinstance(stage, Alignment):
        not_asked(kpi=kpi, period=period, item=item)
        return _one(_of_alignment(stage, node, goal), quantity)
    if isinstance(stage, PerformancePlan):
        not_asked(period=None if period == stage.content.period else period)
        return _one(plan_answers(stage, node, kpi, goal), quantity)
    not_asked(goal=goal)
    if isinstance(stage, Consolidated):
        not_asked(kpi=kpi)
        return _one(_of_ratings(stage, node, item, period), quantity)
    not_asked(item=item)
    for kind, choose in _CHOICES.items():
        if isinstance(stage, kind):
            answers = choose(stage, node, kpi, period)
            break
    else:
        repair = "pass one of: "
        others = (*_CHOICES, Moved, Credited, Alignment, PerformancePlan, Consolidated)
        repair += ", ".join(each.__name__ for each in others)
        check([Fault("explain", f"not a stage: {type(stage).__name__}", repair)])
    return _one(answers, quantity)


def _one(answers: Answers, quantity: str | None) -> Explanation:
    wanted = next(iter(answers)) if quantity is None else quantity
    if not isinstance(wanted, str) or wanted not in answers:
        check([Fault("explain", "no such quantity here", suggest(wanted, answers), value=wanted)])
    return answers[wanted]()


def _of_alignment(stage: Alignment, node: object, goal: object) -> Answers:
    if goal is None:
        known = stage.goals.ids[stage.strategic].tolist()
        check([Fault("explain", "which goal?", f"pass goal=…: {suggest('', known)}")])
    at, of = stage.goals.position(goal), AlignmentExplainer(stage)
    if node is not None:
        row = stage.org.row(node)
        return {"served": lambda: of.served(row, at)}
    return {"covered": lambda: of.covered(at), "landed": lambda: of.landed(at)}


def _of_ratings(stage: Consolidated, node: object, item: str | None, period: str | None) -> Answers:
    of = RatingExplainer(stage, stage.org.row(node), stage.periods.index(period))
    if item is None:
        return {"overall": of.overall}
    i = stage.ratings.item(item)
    answers: Answers = {name: partial(of.mean, i, r) for r, name in enumerate(stage.relations)}
    return {"score": lambda: of.score(i), **answers}


def _of_targets(stage: Targets, node: object, kpi: str | None, period: str | None) -> Answers:
    k = stage.kpis.index(named(kpi, stage.kpis.names))
    row, of = stage.org.row(node), target_explainer(stage, k, stage.periods.index(period))
    return {"target": lambda: of.explain(row)}


def _of_agreed(stage: Reconciliation, node: object, kpi: str | None, period: str | None) -> Answers:
    return _of_targets(stage.targets, node, kpi, period)


def _of_results(stage: Results, node: object, kpi: str | None, period: str | None) -> Answers:
    k = stage.kpis.index(named(kpi, stage.kpis.names))
    row, of = stage.org.row(node), ResultExplainer(stage, k, stage.periods.index(period))
    return {"result": lambda: of.explain(row), "target": lambda: of.target(row)}


def _of_derived(stage: Derived, node: object, kpi: str | None, period: str | None) -> Answers:
    model = stage.model
    name = model.known(named(kpi, tuple(model.definitions)))
    of = DerivedExplainer(stage, stage.org.row(node), stage.periods.index(period))
    answers: Answers = {"value": lambda: of.explain(name)}
    for driver in model.drivers_of(name) if name in model.definitions else ():
        slope = SlopeExplainer(of, name, driver)
        answers |= {f"slope with {driver}": slope.slope}
        answers |= {f"elasticity to {driver}": slope.elasticity}
    return answers


def _of_contributions(
    stage: Contributions, node: object, kpi: str | None, period: str | None
) -> Answers:
    of = ContributionExplainer(stage, stage.org.row(node), stage.periods.index(period))
    if kpi is None or kpi == stage.name:
        return {"change": of.change}
    stage.of(kpi)
    return {"part": lambda: of.part(kpi)}


def _of_translation(
    stage: Translation, node: object, kpi: str | None, period: str | None
) -> Answers:
    not_asked(node=node, period=period)  # it is of one
    known = (*stage.model.definitions, *stage.model.drivers)
    name, of = stage.model.known(named(kpi, known)), TranslationExplainer(stage)
    answers: Answers = {
        "rounded": lambda: of.rounded(name),
        "exact": lambda: of.exact(name),
        "base": lambda: of.base(name),
    }
    return {**answers, "missed": lambda: of.missed(name)} if name in stage.stated else answers


def _of_scores(stage: Scores, node: object, kpi: str | None, period: str | None) -> Answers:
    of = ScoreExplainer(stage, stage.org.row(node), stage.periods.index(period))
    if kpi is None:
        return {"total": of.total}
    i = stage.outline.position(kpi)
    answers: Answers = {"points": lambda: of.value(i)}
    if hasattr(stage.outline.parts[i], "attained"):
        answers["attainment"] = lambda: of.attainment(i)
    return answers


def _of_calibrated(stage: Calibrated, node: object, kpi: str | None, period: str | None) -> Answers:
    not_asked(kpi=kpi)
    of = calibration_of(stage, stage.org.row(node), stage.periods.index(period))
    return {
        "final": of.final,
        "calibrated": of.calibrated,
        "scored": of.scored,
        "rank": of.rank,
    }


def _of_blended(stage: Blended, node: object, kpi: str | None, period: str | None) -> Answers:
    not_asked(kpi=kpi)
    of = BlendExplainer(stage, stage.org.row(node), stage.periods.index(period))
    return {"total": of.total, "own": of.scores.total}


def _of_multiplied(stage: Multiplied, node: object, kpi: str | None, period: str | None) -> Answers:
    not_asked(kpi=kpi)
    of = multiplied_of(stage, stage.org.row(node), stage.periods.index(period))
    return {"total": of.total, "own": of.own}


def _of_stints(stage: StintScores, node: object, kpi: str | None, period: str | None) -> Answers:
    not_asked(kpi=kpi)
    of = ExposureExplainer(stage, stage.org.row(node), stage.periods.index(period))
    return {"total": of.total}


def _of_carried(stage: BlendedStints, node: object, kpi: str | None, period: str | None) -> Answers:
    not_asked(kpi=kpi)
    of = carried_of(stage, stage.org.row(node), stage.periods.index(period))
    return {"total": of.total, "own": of.own.total}


def _of_comparison(stage: Comparison, node: object, kpi: str | None, period: str | None) -> Answers:
    not_asked(kpi=kpi)
    sides = stage.before, stage.after
    totals = tuple(partial(_total_of, side, node, period) for side in sides)
    of = ComparisonExplainer(stage, stage.org.row(node), stage.periods.index(period), totals)
    return {"change": of.change, "before": of.before, "after": of.after}


def _total_of(side: Standing, node: object, period: str | None) -> Explanation | None:
    """Why a standing's total is what it is; None if it does not say."""
    for stage in (side, getattr(side, "scores", None)):
        for kind, choose in _CHOICES.items():
            if isinstance(stage, kind):
                answers = choose(stage, node, None, period)
                if "total" in answers:
                    return answers["total"]()
    return None


def _of_gaps(stage: Gaps, node: object, kpi: str | None, period: str | None) -> Answers:
    of = GapExplainer(stage, stage.org.row(node), stage.periods.index(period))
    if kpi is None:
        return {"total": of.total, "rules": of.rules}
    if kpi in stage.scores.outline.names and kpi not in stage.kpis.names:
        return {"points": lambda: of.points(kpi)}
    return {
        "gap": lambda: of.gap(kpi),
        "shortfall": lambda: of.shortfall(kpi),
        "points": lambda: of.points(kpi),
        "to_parent": lambda: of.to_parent(kpi),
    }


def _of_examination(
    stage: Examination, node: object, kpi: str | None, period: str | None
) -> Answers:
    if stage.people is None:
        check([Fault("explain", "it is of no people", "examine(card, results)")])
        raise AssertionError  # check has raised
    outline, scores = stage.card.outline, stage.people.scores
    i, row = outline.position(named(kpi, outline.names[1:])), scores.org.row(node)
    of = InfluenceExplainer(stage.people, i, scores.periods.index(period))
    answers: Answers = {"influence": lambda: of.share(row)}
    if i in stage.people.contributing:
        answers["contribution"] = lambda: of.contribution(row)
    return answers


def _of_plan(stage: Plan, node: object, kpi: str | None, period: str | None) -> Answers:
    gaps = stage.gaps
    name = named(kpi, gaps.kpis.names)
    of = GapExplainer(gaps, gaps.org.row(node), gaps.periods.index(period or stage.period))
    return {"shortfall": lambda: of.shortfall(name)}


def _of_fairness(stage: Fairness, node: object, kpi: str | None, period: str | None) -> Answers:
    k = stage.kpis.index(named(kpi, stage.kpis.names))
    row, of = stage.org.row(node), StretchExplainer(stage, k, stage.periods.index(period))
    return {
        "stretch": lambda: of.stretch(row),
        "base": lambda: of.base(row),
        "deviation": lambda: of.deviation(row),
        "least": lambda: of.least(row),
        "outlier": lambda: of.outlier(row),
    }


def _of_changes(stage: Changes, node: object, kpi: str | None, period: str | None) -> Answers:
    k = stage.kpis.index(named(kpi, stage.kpis.names))
    of = ChangeExplainer(stage, None, k, stage.periods.index(period), stage.nodes.place(node))
    return {"change": of.change}


def _of_attribution(
    stage: Attribution, node: object, kpi: str | None, period: str | None
) -> Answers:
    changes = stage.changes
    k = changes.kpis.index(named(kpi, changes.kpis.names))
    place, p = changes.nodes.place(node), changes.periods.index(period)
    of = ChangeExplainer(changes, stage, k, p, place)
    return {"change": of.change, **{kind: partial(of.part, kind) for kind in stage.order}}


def _of_table(
    stage: Fitted | Apportionment | Rounded, node: object, kpi: str | None, period: str | None
) -> Answers:
    if kpi is not None or period is not None:
        labels = tuple(each for each in (node, kpi, period) if each is not None)
        repair = f"pass {labels!r}, as one tuple"
        check([Fault("explain", "a cell is asked for by the labels of its lines", repair)])
    at = stage.problem.cell(node if isinstance(node, tuple) else (node,))
    if isinstance(stage, Apportionment):
        of = ApportionmentExplainer(stage)
        return {"value": lambda: of.explain(at), "quotient": lambda: of.quotient(at)}
    maker = FitExplainer(stage) if isinstance(stage, Fitted) else RoundingExplainer(stage)
    return {"value": lambda: maker.explain(at)}


_CHOICES: dict[type, Callable[[Any, object, str | None, str | None], Answers]] = {
    Targets: _of_targets,
    Reconciliation: _of_agreed,
    Negotiation: talk_answers,
    Results: _of_results,
    Derived: _of_derived,
    Contributions: _of_contributions,
    Translation: _of_translation,
    Scores: _of_scores,
    Calibrated: _of_calibrated,
    Blended: _of_blended,
    Multiplied: _of_multiplied,
    StintScores: _of_stints,
    BlendedStints: _of_carried,
    Comparison: _of_comparison,
    Sweep: sweep_answers,
    Gaps: _of_gaps,
    Plan: _of_plan,
    Fairness: _of_fairness,
    Examination: _of_examination,
    Changes: _of_changes,
    Attribution: _of_attribution,
    Fitted: _of_table,
    Apportionment: _of_table,
    Rounded: _of_table,
}
