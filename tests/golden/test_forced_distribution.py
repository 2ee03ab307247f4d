"""How quotas of a calibration become whole numbers.

Source: SAP Knowledge Base Article 2245773: four people, 33.3, 33.4 and 33.3 %. Published are the
ideal numbers, their whole parts and their decimals. That the fourth place goes to the largest
decimal is this library's reading of "sorted next": the article's last row is not to be seen.
"""

import numpy as np
import pytest

from cascade_kpi import calibrating
from cascade_kpi.calibrating import shares
from tests.golden.published import rows

# Bin: per cent, ideal number, whole part, decimals.
PUBLISHED = {
    "Low": (33.3, 1.332, 1, 0.332),
    "Medium": (33.4, 1.336, 1, 0.336),
    "High": (33.3, 1.332, 1, 0.332),
}


@pytest.mark.parametrize("grade", PUBLISHED)
def test_ideal_whole_and_decimal(grade):
    per_cent, ideal, whole, decimals = PUBLISHED[grade]
    exact = shares.exact(per_cent) / 100 * 4
    assert (float(exact), int(exact), float(exact % 1)) == (ideal, whole, decimals)


def test_the_fourth_place_goes_to_the_largest_decimal():
    quota = calibrating.Ideal({grade: round(row[0] / 100, 3) for grade, row in PUBLISHED.items()})
    found = [(int(b.low[0]), int(b.high[0])) for b in quota.bounds(np.array([4]))]
    assert found == [(1, 1), (2, 2), (1, 1)]
    assert all(low >= row[2] for (low, _), row in zip(found, PUBLISHED.values(), strict=True))


def test_the_table_says_what_is_transcribed():
    table = rows("forced_distribution", "sap_kba_2245773.csv")
    columns = ("target_pct", "published_ideal", "published_whole", "published_decimal")
    told = {row["bin"]: tuple(float(row[name]) for name in columns) for row in table}
    assert told == PUBLISHED
    assert {row["subjects"] for row in table} == {"4"}
