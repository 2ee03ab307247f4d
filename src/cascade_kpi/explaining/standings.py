"""Why somebody's total, or their grade, is what it is, whatever stage it is of."""

from __future__ import annotations

from cascade_kpi.blending.blend import Blended
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.explaining.blending import BlendExplainer
from cascade_kpi.explaining.calibrations import CalibrationExplainer
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.exposures import ExposureExplainer
from cascade_kpi.explaining.multiplied import MultipliedExplainer
from cascade_kpi.explaining.over_stints import CarriedExplainer
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.standing import Standing, unit_of

__all__ = ["calibration_of", "carried_of", "grade_of", "multiplied_of", "total_of"]


def total_of(standing: Standing, row: int, p: int) -> Explanation:
    """The total of a row in a period; as the stage has it, where that is one of a user's own."""
    if isinstance(standing, Scores):
        return ScoreExplainer(standing, row, p).total()
    if isinstance(standing, StintScores):
        return ExposureExplainer(standing, row, p).total()
    if isinstance(standing, Blended):
        return BlendExplainer(standing, row, p).total()
    if isinstance(standing, BlendedStints):
        return carried_of(standing, row, p).total()
    if isinstance(standing, Multiplied):
        return multiplied_of(standing, row, p).total()
    if isinstance(standing, Calibrated):
        return total_of(standing.scores, row, p)
    label = standing.periods.labels[p]
    name = f"total, {standing.org.labels[row]}, {label}"
    source = f"as {type(standing).__name__} has it"
    value = float(standing.total[p, row])
    return Explanation(name, value, unit_of(standing), label, None, source)


def grade_of(standing: Standing, row: int, p: int) -> Explanation | None:
    """The place of a row's grade, 1 for the best; None where it is the band of its total."""
    if isinstance(standing, Calibrated):
        return calibration_of(standing, row, p).final()
    return None


def carried_of(stage: BlendedStints, row: int, p: int) -> CarriedExplainer:
    """Explains a blended total over stints."""
    return CarriedExplainer(stage, row, p, total_of)


def calibration_of(stage: Calibrated, row: int, p: int) -> CalibrationExplainer:
    """Explains a calibrated grade."""
    return CalibrationExplainer(stage, row, p, total_of)


def multiplied_of(stage: Multiplied, row: int, p: int) -> MultipliedExplainer:
    """Explains a multiplied total."""
    return MultipliedExplainer(stage, row, p, total_of, grade_of)
