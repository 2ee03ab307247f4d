"""The embedded case: a mobile operator's sales force, its year, and its report.

Company, people, places and numbers are invented. Nothing in the library knows of
this package; it uses what every user has.

case ─▶ files (tables, rules) ─▶ read back ─▶ the whole cycle ─▶ report, Summary
"""

from cascade_kpi.demo.case import Case, case
from cascade_kpi.demo.run import run
from cascade_kpi.demo.summary import Summary

__all__ = ["Case", "Summary", "case", "run"]
