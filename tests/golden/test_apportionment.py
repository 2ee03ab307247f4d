"""Published shares of seats, as lots of a goal: largest remainder and the divisor methods.

Sources: US Census Bureau, 2020; national council elections of Austria; M. L. Balinski and
H. P. Young, "The quota method of apportionment", American Mathematical Monthly 82 (1975),
examples 1 and 2; wahlrecht.de; Wikipedia on Hare–Niemeyer.
"""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.remainders import divide_lots
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


METHODS = {
    "adams": ck.methods.Adams(),
    "dean": ck.methods.Dean(),
    "huntington-hill": ck.methods.HuntingtonHill(),
    "jefferson": ck.methods.Jefferson(),
    "largest_remainder": ck.methods.LargestRemainder(),
    "modified_saintelague": ck.methods.ModifiedSainteLague(),
    "quota": ck.methods.Quota(),
    "webster": ck.methods.Webster(),
}
EXAMPLE_1 = [5117, 4400, 162, 161, 160]  # Balinski and Young 1975, of 100 seats
BY_METHOD = {
    "adams": [51, 43, 2, 2, 2],
    "dean": [51, 43, 2, 2, 2],
    "huntington-hill": [51, 43, 2, 2, 2],
    "jefferson": [52, 45, 1, 1, 1],
    "quota": [52, 44, 2, 1, 1],
    "webster": [51, 43, 2, 2, 2],
}


def seats_of(method, votes, seats, low=0):
    claims = whole_claims(np.array(votes, dtype=np.float64)[:, None])
    no = np.full(claims.shape, float(low))
    return method(np.array([seats]), claims, no, np.full(claims.shape, np.inf))[:, 0].tolist()


@pytest.mark.parametrize("name", BY_METHOD)
def test_transcribed_methods(name):
    assert seats_of(METHODS[name], EXAMPLE_1, 100) == BY_METHOD[name]


def test_every_small_table_of_a_method():
    table = rows("apportionment", "small_tables.csv")
    assert len(table) == 28
    for row in table:
        votes = [float(x) for x in row["votes"].split(",")]
        expected = [int(x) for x in row["expected"].split(",")]
        assert seats_of(METHODS[row["method"]], votes, int(row["seats"])) == expected, row


def test_the_house_of_representatives_of_2020():
    table = rows("apportionment", "us_2020_census.csv")
    people = [float(row["appPop"]) for row in table]
    expected = [int(row["reps"]) for row in table]
    assert sum(expected) == 435
    assert seats_of(ck.methods.HuntingtonHill(), people, 435, low=1) == expected
    assert seats_of(ck.methods.HuntingtonHill(), people, 435) == expected  # one each by itself


def test_the_national_council_of_austria():
    table = rows("apportionment", "austria_nr.csv")
    years = sorted({row["year"] for row in table})
    assert len(years) == 9
    for year in years:
        parties = [row for row in table if row["year"] == year]
        votes = np.array([float(row["votes"]) for row in parties])
        expected = [int(row["seats"] or 0) for row in parties]
        counted = np.where(votes >= 0.04 * votes.sum(), votes, 0.0)
        assert seats_of(ck.methods.Jefferson(), counted, sum(expected)) == expected, year
