"""How a result is set against its target before a curve gives it points."""

from cascade_kpi.scoring.attainments.basic import Attainment, Progress, Proportion, Result

__all__ = ["Attainment", "Progress", "Proportion", "Result"]
