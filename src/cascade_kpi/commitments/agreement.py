"""What was reconciled of one KPI: all that its agreed targets were made from."""

from __future__ import annotations

from typing import cast

from attrs import frozen

from cascade_kpi.commitments.confidences import Confidence
from cascade_kpi.commitments.demands import BothDemands, Optimum
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.targets.amounts import Lots
from cascade_kpi.targets.origins import Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["Agreement", "agreement_of"]


@frozen(eq=False)
class Agreement:
    """The sources of one KPI's agreed targets, and these.

    Attributes
    ----------
    whole : Targets
        From above.
    offers : Offers
    rule : Confidence
        How much the targets weigh.
    demands : BothDemands
    settled : tuple of Optimum
        By period.
    agreed : Lots
    """

    whole: Targets
    offers: Offers
    rule: Confidence
    demands: BothDemands
    settled: tuple[Optimum, ...]
    agreed: Lots


def agreement_of(targets: Targets, origin: Reconciled, k: int) -> Agreement | None:
    """What was agreed of the k-th KPI; None if its targets stayed as they were."""
    if origin.demands[k] is None:
        return None
    # `reconcile` alone makes this origin, and what is reconciled is in lots.
    lots = cast("Lots", targets.columns[k])
    told = origin.whole, origin.offers, origin.by[k], origin.demands[k], origin.settled[k]
    return Agreement(*told, lots)
