"""Why a total is what it is under one of the weightings or cards of a sweep."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from cascade_kpi.explaining.answers import Answers
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.scoring.score import score
from cascade_kpi.sweeping.sweep import Sweep
from cascade_kpi.sweeping.variants import Variants

__all__ = ["sweep_answers"]


def sweep_answers(stage: Sweep, node: object, kpi: str | None, period: str | None) -> Answers:
    """The total of the base, or the points of a part, and that under every weighting or card.

    Everybody is scored by the one card that is asked for.
    """
    row, p = stage.org.row(node), stage.periods.index(period)
    base = ScoreExplainer(stage.scores, row, p)
    if kpi is None:
        answers: Answers = {"total": base.total}
    else:
        if not _in_some_card(stage, kpi):
            base.scores.outline.position(kpi)
        answers = {"points": lambda: base.value(base.scores.outline.position(kpi))}
    under = {name: partial(_under, stage, k, (row, p), kpi) for k, name in enumerate(stage.names)}
    return {**answers, **under}


def _in_some_card(stage: Sweep, part: str) -> bool:
    """Whether a variant has the part, which the base need not have."""
    over = stage.over
    return isinstance(over, Variants) and any(
        card.outline.find(part) >= 0 for card in over.cards.values()
    )


def _under(stage: Sweep, k: int, at: tuple[int, int], part: str | None) -> Explanation:
    """The total of one node, or the points of a part, under the k-th."""
    scores = score(stage.scores.results, stage.card(k), ratings=stage.scores.ratings)
    of = ScoreExplainer(scores, *at)
    why = of.total() if part is None else of.value(scores.outline.position(part))
    return evolve(why, name=f"{why.name}, under {stage.names[k]}")
