"""What a stage knows: itself and the stages it was made from."""

from __future__ import annotations

from attrs import frozen

from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.changing.attribute import Attribution
from cascade_kpi.changing.changes import Changes
from cascade_kpi.commitments.reconciliation import Reconciliation
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.judging.fairness import Fairness
from cascade_kpi.plan.improve import Plan
from cascade_kpi.reporting.wholes import Span
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.score import Scores
from cascade_kpi.targets.targets import Targets

__all__ = ["Layers", "Stage"]

Stage = Targets | Results | Scores | Gaps | Plan | Fairness | Changes | Attribution | Reconciliation


@frozen(eq=False)
class Layers:
    """The stages behind a report, None from the first one on that is not reached."""

    targets: Targets
    results: Results | None
    scores: Scores | None
    gaps: Gaps | None
    plan: Plan | None
    fairness: Fairness | None = None
    changes: Changes | None = None
    parts: Attribution | None = None
    agreed: Reconciliation | None = None

    def span(self, p: int) -> Span | None:
        """The longer period that a period is a part of, None if its targets were not phased."""
        return Span.of(self.targets, p)

    @classmethod
    def of(cls, stage: Stage) -> Layers:
        """A stage with all that it was made from.

        Raises
        ------
        InputError
            If it is not a stage.
        """
        if isinstance(stage, Fairness):
            return cls(stage.targets, None, None, None, None, fairness=stage)
        if isinstance(stage, Reconciliation):
            return cls(stage.targets, None, None, None, None, agreed=stage)
        parts = stage if isinstance(stage, Attribution) else None
        changes = stage if parts is None else parts.changes
        if isinstance(changes, Changes):
            return cls(changes.after, None, None, None, None, changes=changes, parts=parts)
        plan = stage if isinstance(stage, Plan) else None
        # Not by truth: a plan without actions has length zero and is a plan.
        below = stage if plan is None else plan.gaps
        gaps = below if isinstance(below, Gaps) else None
        below = below if gaps is None else gaps.scores
        scores = below if isinstance(below, Scores) else None
        below = below if scores is None else scores.results
        results = below if isinstance(below, Results) else None
        targets = below if results is None else results.targets
        if not isinstance(targets, Targets):
            # A stage without a page of its own shows the targets that it holds.
            (fault,) = unlike(stage, Targets, "report", "cascade(…)")
            reason = "no page is made of it"
            repair = (
                "give targets, results, scores, scores over stints, gaps, a plan, fairness, "
                "changes, their attribution, a reconciliation, a negotiation, moved targets, an "
                "alignment, an audit, a performance plan, derived values, a translation, a fitted "
                "table, a rule check, a comparison of rules, calibrated grades, tipping weights "
                "or chances of grades"
            )
            if fault.repair.startswith("pass "):
                repair = fault.repair
            elif getattr(stage, "scores", None) is not None:
                repair = "pass its .scores, calibrate(…) it, or compare(…) it with another rule"
            check([Fault("report", reason, repair, value=type(stage).__name__)])
            raise AssertionError  # check has raised
        return cls(targets, results, scores, gaps, plan)
