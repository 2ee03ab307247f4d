"""Scorecards of a transport authority: six agencies, 147 indicators, 72 months.

Source: performance indicators of the Metropolitan Transportation Authority of New York (open data),
each with its desired change: up, down, or none. Months reach to 2014, results to May 2011. No score
is published; here attainments and totals are computed again in plain Python, number by number.
"""

import math
from collections import Counter

import numpy as np
import pytest

import cascade_kpi as ck
from tests.golden.published import rows

WAYS = {"U": ck.directions.Higher(), "D": ck.directions.Lower(), "N": ck.directions.OnTarget()}
MOST = 1.2
# Transcribed, April 2010: agency, indicator, desired change, target and actual as written.
SOME = [
    ("Bridges and Tunnels", "Collisions with Injury Rate", "D", ".84", ".93"),
    ("Bridges and Tunnels", "Employee Lost Time Rate", "D", "2.70", "8.30"),
    ("Bridges and Tunnels", "Total Traffic", "U", "24,317,079.00", "24,570,400.00"),
    ("LI Bus", "Mean Distance Between Failures - LI Bus", "U", "3,204.00", "4,009.00"),
    ("LI Bus", "Total Paratransit Ridership - LI Bus", "U", "", "33,444.00"),
    ("LI Bus", "Customer Accident Injury Rate - LI Bus", "D", "1.07", "2.62"),
    ("LI Bus", "Total Ridership - LI Bus", "U", "2,529,982.00", "2,675,240.00"),
    ("LI Bus", "Employee Lost Time Rate - LI Bus", "D", "3.43", ".00"),
    ("LI Bus", "Collisions with Injury Rate - LI Bus", "D", "2.28", "2.77"),
    ("LI Bus", "% of Completed Trips - LI Bus", "U", "99.40", "98.98"),
    ("LI Bus", "Rockville Centre Depot - % of Completed Trips", "U", "99.40", "98.70"),
    ("LI Bus", "Norman J. Levy Depot - % of Completed Trips", "U", "99.40", "99.11"),
    ("LI Bus", "Bus Passenger Wheelchair Lift Usage - LI Bus", "N", "", "398.00"),
]
COLUMNS = ("AGENCY_NAME", "INDICATOR_NAME", "DESIRED_CHANGE", "MONTHLY_TARGET", "MONTHLY_ACTUAL")
# By hand: three times as much time lost as aimed at has no points; none lost has no more than 120.
TOTALS = {
    "Bridges and Tunnels": (200 - 93 / 0.84 + 0 + 100 * 24570400 / 24317079) / 3,
    "LI Bus": (
        120 + 0 + 100 * 2675240 / 2529982 + 120 + (200 - 277 / 2.28)
        + (9898 + 9870 + 9911) / 99.40
    ) / 8,
}  # fmt: skip


def number(text):
    """A figure as the authority writes it: 2,200.00, or blank where it is not yet reported."""
    return float(text.replace(",", "") or "nan")


def test_monthly_indicators_of_a_transport_authority():
    """Desired change up, down or none; blanks stay absent, and only good results attain 1."""
    table = rows("mta_kpi", "mta_indicators_monthly.csv")

    seen = {}
    for letter, better in WAYS.items():
        part = [row for row in table if row["DESIRED_CHANGE"] == letter]
        target, actual = (
            np.array([number(row[name]) for row in part])
            for name in ("MONTHLY_TARGET", "MONTHLY_ACTUAL")
        )
        blank = np.isnan(target) | np.isnan(actual)
        found = ck.attainments.Proportion("met")(actual, target, better)
        assert (np.isnan(found) == blank).all()
        some = ~blank & (target > 0)
        good = {"U": actual >= target, "D": actual <= target, "N": actual == target}[letter]
        assert ((found >= 1) == good)[some].all()
        seen[letter] = (len(part), int(blank.sum()))
    # Nothing of what has no desired change has a target.
    assert seen == {"U": (5532, 2295), "D": (828, 281), "N": (144, 144)}


def plain(letter, target, actual):
    """What is attained by a row of the table, by hand; None where nothing can be said."""
    if math.isnan(target) or math.isnan(actual) or target == 0:
        return None
    return actual / target if letter == "U" else 2 - actual / target


def name_of(row):
    return f"{row['AGENCY_NAME']}: {row['INDICATOR_NAME']}"


def month_of(row):
    return f"{row['PERIOD_YEAR']}-{int(row['PERIOD_MONTH']):02}"


def long_table(table, column):
    """The cells of a column that are not blank."""
    table = [row for row in table if row[column]]
    return {
        "node": [row["AGENCY_NAME"] for row in table],
        "kpi": [name_of(row) for row in table],
        "period": [month_of(row) for row in table],
        "value": [number(row[column]) for row in table],
    }


def scored(table):
    """One card an agency and month, of all indicators that ever have a target, each alike."""
    agencies = sorted({row["AGENCY_NAME"] for row in table})
    org = ck.OrgTree.from_table(
        {
            "id": ["MTA", *agencies],
            "parent": ["", *["MTA"] * len(agencies)],
            "kind": ["authority", *agencies],
        },
        kind="kind",
    )
    ways = {name_of(row): WAYS[row["DESIRED_CHANGE"]] for row in table}
    kpis = [
        ck.Kpi(name, "x", better, aggregate=ck.aggregates.Mean()) for name, better in ways.items()
    ]
    aimed = {name_of(row): row["AGENCY_NAME"] for row in table if row["MONTHLY_TARGET"]}
    weights = {}
    for agency in agencies:
        names = [name for name, owner in aimed.items() if owner == agency]
        weights[agency] = dict.fromkeys(names, 100 / len(names))
    attained = ck.attainments.Proportion(zero="exclude")
    curve = ck.curves.Linear(cap=100 * MOST)
    card = ck.Scorecard([ck.Item(name, curve, attained) for name in aimed], weights)
    periods = sorted({month_of(row) for row in table})
    targets = ck.assign(
        org, ck.Kpis(kpis), long_table(table, "MONTHLY_TARGET"), periods=ck.Periods.of(periods)
    )
    return ck.score(ck.measure(targets, long_table(table, "MONTHLY_ACTUAL")), card)


def test_transcribed_cards():
    month = {"PERIOD_YEAR": "2010", "PERIOD_MONTH": "4"}
    scores = scored([dict(zip(COLUMNS, row, strict=True)) | month for row in SOME])
    found = {agency: scores.total[0, scores.org.row(agency)] for agency in TOTALS}
    assert found == pytest.approx(TOTALS, rel=1e-12)
    rate = scores.attainment("Bridges and Tunnels: Employee Lost Time Rate")
    assert rate[0, scores.org.row("Bridges and Tunnels")] == pytest.approx(2 - 8.3 / 2.7)


@pytest.fixture(scope="module")
def table():
    found = rows("mta_kpi", "mta_indicators_monthly.csv")
    assert len(found) == 6504
    assert len({name_of(row) for row in found}) == 147
    return found


def test_the_table_says_what_is_transcribed(table):
    told = {tuple(row[name] for name in COLUMNS) for row in table if month_of(row) == "2010-04"}
    assert {*SOME} <= told


@pytest.fixture(scope="module")
def scores(table):
    return scored(table)


@pytest.mark.slow
def test_every_attainment_again(table, scores):
    periods, found, checked = scores.periods.labels, {}, 0
    for row in table:
        name = name_of(row)
        if name not in scores.outline.names:  # never a target
            continue
        if name not in found:
            found[name] = scores.attainment(name)
        cell = periods.index(month_of(row)), scores.org.row(row["AGENCY_NAME"])
        target, actual = number(row["MONTHLY_TARGET"]), number(row["MONTHLY_ACTUAL"])
        wanted = plain(row["DESIRED_CHANGE"], target, actual)
        value = float(found[name][cell])
        assert math.isnan(value) if wanted is None else value == pytest.approx(wanted, rel=1e-12)
        checked += wanted is not None
    assert len(found) == 142
    assert checked == 3764


@pytest.mark.slow
def test_every_total_again(table, scores):
    cards = {}
    for row in table:
        target, actual = number(row["MONTHLY_TARGET"]), number(row["MONTHLY_ACTUAL"])
        share = plain(row["DESIRED_CHANGE"], target, actual)
        if share is not None:
            points = 100 * min(max(share, 0.0), MOST)
            cards.setdefault((month_of(row), row["AGENCY_NAME"]), []).append(points)
    seen = 0
    for p, month in enumerate(scores.periods.labels):
        for agency in scores.org.ids.tolist():
            total, card = float(scores.total[p, scores.org.row(agency)]), cards.get((month, agency))
            if card is None:
                assert math.isnan(total)
                continue
            assert total == pytest.approx(math.fsum(card) / len(card), rel=1e-12)
            seen += 1
    assert seen == len(cards)
    assert np.isfinite(scores.total).sum() == seen


def test_which_rows_have_no_target_or_no_actual(table):
    def blank(row):
        lacks = [w for w in ("target", "actual") if not row[f"MONTHLY_{w.upper()}"]]
        if lacks:
            return " and ".join(lacks)
        return "aims at zero" if number(row["MONTHLY_TARGET"]) == 0 else "complete"

    assert Counter(map(blank, table)) == {
        "complete": 3764,
        "target": 1047,
        "actual": 1182,
        "target and actual": 491,
        "aims at zero": 20,
    }
    # Trains that run no more are aimed at zero per cent: that is no target.
    zero = {row["INDICATOR_NAME"] for row in table if number(row["MONTHLY_TARGET"]) == 0}
    assert {name.rpartition(" - ")[2] for name in zero} == {"V Line", "W Line"}
    never = {name_of(row): 0 for row in table}
    for row in table:
        never[name_of(row)] += row["MONTHLY_TARGET"] != ""
    never = {name.rpartition(" - ")[0] for name, months in never.items() if not months}
    assert {name.partition(": ")[2] for name in never} == {
        "Total Paratransit Ridership",
        "Bus Passenger Wheelchair Lift Usage",
    }
