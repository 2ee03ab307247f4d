"""Published shares of seats by largest remainder, as lots of a goal.

Sources: M. L. Balinski and H. P. Young, "The quota method of apportionment", American
Mathematical Monthly 82 (1975), examples 1 and 2; wahlrecht.de; Wikipedia on Hare–Niemeyer.
"""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.targets.whole_lots import divide_lots, whole_claims
from tests.golden.published import rows

TRANSCRIBED = {
    "Balinski-Young 1975, example 1": (
        [5117, 4400, 162, 161, 160], 100, [51, 44, 2, 2, 1],
    ),
    "Balinski-Young 1975, example 2": ([9061, 7179, 5259, 3319, 1182], 26, [9, 7, 5, 4, 1]),
    "Hare-Niemeyer": ([216, 310, 22, 32], 60, [23, 32, 2, 3]),
    "largest remainder": ([47000, 16000, 15800, 12000, 6100, 3100], 10, [5, 2, 1, 1, 1, 0]),
}  # fmt: skip


def by_cascade(votes, seats):
    names = [f"party {i:02d}" for i in range(len(votes))]
    org = ck.OrgTree.from_table(
        {"id": ["house", *names], "parent": ["", *["house"] * len(names)], "votes": [None, *votes]}
    )
    kpi = ck.Kpi("seats", "seats", split=ck.splits.ProRata("votes"), lot=1)
    return ck.cascade(org, [kpi], {"seats": seats}, periods="x").lots_of("seats")[0, 1:].tolist()


def by_kernel(votes, seats):
    claims = whole_claims(np.array(votes, dtype=np.float64)[:, None])
    return divide_lots(np.array([seats]), claims)[:, 0].tolist()


ways = pytest.mark.parametrize("divide", [by_cascade, by_kernel])


@ways
@pytest.mark.parametrize("name", TRANSCRIBED)
def test_transcribed_examples(divide, name):
    votes, seats, expected = TRANSCRIBED[name]
    assert divide(votes, seats) == expected


@ways
def test_every_largest_remainder_row_of_the_table(divide):
    table = rows("apportionment", "small_tables.csv")
    table = [row for row in table if row["method"] == "largest_remainder"]
    assert len(table) == 6
    for row in table:
        votes = [float(x) for x in row["votes"].split(",")]
        expected = [int(x) for x in row["expected"].split(",")]
        assert divide(votes, int(row["seats"])) == expected, row["source"]
