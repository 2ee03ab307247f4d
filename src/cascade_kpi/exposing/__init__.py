"""Scores over stints: of people who joined, left, were away, moved, or held several posts."""

from cascade_kpi.exposing.exposure import Exposure
from cascade_kpi.exposing.score_stints import StintScores, score_stints

__all__ = ["Exposure", "StintScores", "score_stints"]
