"""What explains a target: by what it was made from."""

from __future__ import annotations

from cascade_kpi.commitments.agreement import agreement_of
from cascade_kpi.explaining.agreements import AgreementExplainer
from cascade_kpi.explaining.phases import Explainer, SpreadExplainer, spread_of
from cascade_kpi.explaining.rates import RateExplainer
from cascade_kpi.explaining.targets import TargetExplainer
from cascade_kpi.targets.origins import Itemised, Phased, Reconciled
from cascade_kpi.targets.ratios import Ratios
from cascade_kpi.targets.targets import Targets

__all__ = ["target_explainer"]


def target_explainer(targets: Targets, k: int, p: int) -> Explainer:
    """What explains the targets of one KPI in one period."""
    targets, k = targets.behind(k)
    if isinstance(targets.origin, Phased | Itemised):
        return SpreadExplainer(*spread_of(targets, k, p), target_explainer)
    if isinstance(targets.origin, Reconciled):
        about = agreement_of(targets, targets.origin, k)
        if about is None:
            return target_explainer(targets.origin.whole, k, p)
        return AgreementExplainer(targets, k, p, about, target_explainer)
    if isinstance(targets.columns[k], Ratios):
        return RateExplainer(targets, k, p)
    return TargetExplainer(targets, k, p)
