"""What a type checker sees of scores and of what follows them: read by mypy, never run."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import cascade_kpi as ck
from cascade_kpi import blending, calibrating, comparing

Floats = NDArray[np.float64]

card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, missing="hold")


def scored(results: ck.Results, agreed: ck.Consolidated) -> ck.Scores:
    """Scores."""
    scores = ck.score(results, card, ratings=agreed)
    assert_type(scores, ck.Scores)
    assert_type(scores.total, Floats)
    assert_type(scores.grade("li"), str | None)
    return scores


def over_stints(targets: ck.Targets, stints: ck.Stints, agreed: ck.Consolidated) -> ck.StintScores:
    """People over their stints."""
    moved = ck.move(targets, stints, by=ck.moves.FollowsPost())
    done = ck.credit(moved, {"holder": ["li"], "kpi": ["sales"], "value": [1.0]})
    over = ck.score_stints(done, card, ratings=agreed, least_days=60, post_weight="weight")
    assert_type(over, ck.StintScores)
    assert_type(over.stints["2026"], ck.Scores)
    return over


def passed_on(scores: ck.Scores, over: ck.StintScores) -> ck.Calibrated:
    """Totals passed on, and grades calibrated."""
    blended = ck.blend(scores, blending.Shares({"own": 70, "parent": 30}), units="blended")
    assert_type(blended, ck.Blended)
    assert_type(blended.parts("parent"), Floats)
    multiplied = ck.multiply(scores, blending.Coefficients("team", {"A": 1.2, "B": 1.0}))
    assert_type(multiplied, ck.Multiplied)
    carried = ck.blend_stints(over, scores, blending.Shares({"own": 70, "node": 30}))
    assert_type(carried, ck.BlendedStints)
    quotas = calibrating.Quotas([calibrating.AtMost("A", 0.2)])
    made = ck.calibrate(scores, quotas, calibrating.Pools("region"), ties="years")
    assert_type(made, ck.Calibrated)
    assert_type(ck.calibrate(carried, {"A": quotas, "*": quotas}), ck.Calibrated)
    assert_type(ck.multiply(made, blending.Coefficients("team", {"A": 1.2})), ck.Multiplied)
    sitting = calibrating.Sitting(
        [calibrating.Adjustment("li", "A", "kept the client", by="board")]
    )
    assert_type(made.adjust(sitting), ck.Calibrated)
    return made


def rules(
    scores: ck.Scores, made: ck.Calibrated, results: ck.Results, agreed: ck.Consolidated
) -> ck.Comparison:
    """Rules checked and compared."""
    assert_type(ck.examine(card, results, ratings=agreed), ck.Examination)
    assert_type(ck.sweep(scores, ck.Weightings.around({"sales": 100.0}, 0.1)), ck.Sweep)
    compared = ck.compare(scores, made, pay=ck.PayPerGrade({"A": 1.0, "B": 0.5}), by="region")
    assert_type(compared, ck.Comparison)
    assert_type(compared.by_item("li"), ck.Breakdown)
    assert_type(ck.tipping(scores, "li", to="A"), ck.Tipping)
    errors: dict[str, float | comparing.OfPoints] = {"sales": 2.0, "calls": comparing.OfPoints(3)}
    assert_type(ck.grade_chances(scores, errors, draws=100, seed=1), ck.GradeChances)
    return compared


def told(made: ck.Calibrated, over: ck.StintScores, compared: ck.Comparison) -> None:
    """Told, explained, shown, kept."""
    words = ck.tell(made, "li", language="zh")
    assert_type(words, ck.Told)
    assert_type(words.sentences, tuple[str, ...])
    assert_type(ck.explain(over, "li"), ck.Explanation)
    assert_type(ck.report(compared), ck.Report)
    assert_type(ck.from_json(ck.to_json(card), expect=ck.Scorecard), ck.Scorecard)
