"""Laws that every rule keeps, for the tests of packages that bring their own.

Each ``check_…`` tries a rule on fixed samples and raises AssertionError with
the rule, the law that it breaks, what it was asked and what it answered; so it
does if the rule raises an exception of its own. The library's own rules are
held to the same laws. Nothing beyond the library is needed; hypothesis tests
may call the checks with rules they have drawn.
"""

from cascade_kpi.testing.aggregating import check_aggregate
from cascade_kpi.testing.carding import (
    check_absence,
    check_adjustment,
    check_combine,
    check_item,
    check_trigger,
)
from cascade_kpi.testing.committing import check_confidence
from cascade_kpi.testing.dividing import check_limit, check_method, check_split
from cascade_kpi.testing.judging import check_base, check_fences, check_material, check_measure
from cascade_kpi.testing.laws import check_record
from cascade_kpi.testing.moving import check_days, check_policy
from cascade_kpi.testing.pacing import check_pace, check_rated
from cascade_kpi.testing.passing import check_bound, check_level
from cascade_kpi.testing.paying import check_pay
from cascade_kpi.testing.phasing import check_profile
from cascade_kpi.testing.rating import (
    check_audience,
    check_metric,
    check_tie,
    check_trim,
    check_weighting,
)
from cascade_kpi.testing.scaling import check_conversion
from cascade_kpi.testing.scoring import (
    check_attainment,
    check_condition,
    check_curve,
    check_direction,
)

__all__ = [
    "check_absence",
    "check_adjustment",
    "check_aggregate",
    "check_attainment",
    "check_audience",
    "check_base",
    "check_bound",
    "check_combine",
    "check_condition",
    "check_confidence",
    "check_conversion",
    "check_curve",
    "check_days",
    "check_direction",
    "check_fences",
    "check_item",
    "check_level",
    "check_limit",
    "check_material",
    "check_measure",
    "check_method",
    "check_metric",
    "check_pace",
    "check_pay",
    "check_policy",
    "check_profile",
    "check_rated",
    "check_record",
    "check_split",
    "check_tie",
    "check_trigger",
    "check_trim",
    "check_weighting",
]
