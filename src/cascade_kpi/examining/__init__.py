"""Examining: what a scoring rule says of itself, before anybody is scored by it."""

from cascade_kpi.examining.domains import Domain, Spanning
from cascade_kpi.examining.examine import Examination, examine
from cascade_kpi.examining.findings import Finding
from cascade_kpi.examining.profiles import Profile

__all__ = ["Domain", "Examination", "Finding", "Profile", "Spanning", "examine"]
