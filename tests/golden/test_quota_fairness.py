"""Quotas of a real sales force against what the same people had sold a year before.

AdventureWorks (microsoft/sql-server-samples, microsoftlearning/PL-300): 17 holders of
quarterly quotas, their sales by quarter, and who reports to whom.
"""

import statistics
from collections import defaultdict

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import yardsticks
from tests.golden.published import rows

QUARTERS = [f"2019Q{q}" for q in (1, 2, 3, 4)]
BEFORE = [f"2018Q{q}" for q in (1, 2, 3, 4)]
POST = "Sales Representative"


@pytest.fixture(scope="module")
def force():
    people = rows("adventureworks", "sales_reporting_tree.csv")
    sold = rows("adventureworks", "salesforce_quarterly_quota_vs_actual.csv")
    org = ck.OrgTree.from_table(
        {
            "id": [row["BusinessEntityID"] for row in people],
            "parent": [row["ManagerID"] for row in people],
            "post": [row["JobTitle"] for row in people],
        }
    )
    return org, {row["BusinessEntityID"]: row["JobTitle"] for row in people}, sold


def long(sold, quarters, column, least=0.0):
    picked = [r for r in sold if r["quarter"] in quarters and float(r[column]) > least]
    return {
        "node": [row["BusinessEntityID"] for row in picked],
        "kpi": ["sales"] * len(picked),
        "period": [row["quarter"] for row in picked],
        "value": [float(row[column]) for row in picked],
    }


@pytest.fixture(scope="module")
def judged(force):
    org, _, sold = force
    kpi = ck.Kpi("sales", "USD")
    targets = ck.assign(org, [kpi], long(sold, QUARTERS, "quota"), periods=QUARTERS)
    history = ck.measure(
        ck.assign(org, [kpi], long(sold, BEFORE, "quota"), periods=BEFORE),
        long(sold, BEFORE, "actual_sales", least=-1.0),
        inner="own",
    )
    return ck.fairness(targets, history, peers="post", fences=yardsticks.Deviations(3.5))


def by_person(sold):
    """{(person, quarter): (quota, sales)} by the plain way."""
    return {
        (row["BusinessEntityID"], row["quarter"]): (float(row["quota"]), float(row["actual_sales"]))
        for row in sold
    }


def stretches(force, quarter):
    """Of every holder without anybody below: quota over sales a year before, less one."""
    org, _, sold = force
    known, before = by_person(sold), quarter.replace("2019", "2018")
    found = {}
    for (person, when), (quota, _) in known.items():
        past = known.get((person, before), (0.0, 0.0))[1]
        if when == quarter and org.is_leaf[org.row(person)] and past > 0:
            found[person] = quota / past - 1.0
    return found


@pytest.mark.parametrize("quarter", QUARTERS)
def test_stretch_of_every_holder(force, judged, quarter):
    org, _, _ = force
    p, wanted = QUARTERS.index(quarter), stretches(force, quarter)
    assert len(wanted) >= 9
    stretch = judged.stretch("sales")[p]
    for person, value in wanted.items():
        assert stretch[org.row(person)] == pytest.approx(value, rel=1e-12)
    known = {org.row(person) for person in wanted}
    leaves = set(np.flatnonzero(org.is_leaf & ~np.isnan(stretch)).tolist())
    assert leaves == known


@pytest.mark.parametrize("quarter", QUARTERS)
def test_median_spread_and_outliers_of_the_representatives(force, judged, quarter):
    org, post, _ = force
    p = QUARTERS.index(quarter)
    mine = {n: v for n, v in stretches(force, quarter).items() if post[n] == POST}
    median = statistics.median(mine.values())
    spread = 1.4826 * statistics.median(abs(v - median) for v in mine.values())
    figures = judged.figures("sales", quarter)
    g = figures.names.tolist().index(judged.group_names.index(POST))
    assert figures.counts[g] == len(mine)
    assert figures.median[g] == pytest.approx(median, rel=1e-12)
    assert figures.spread[g] == pytest.approx(spread, rel=1e-12)
    for person, value in mine.items():
        row = org.row(person)
        assert judged.deviation("sales")[p, row] == pytest.approx((value - median) / spread)
        way = (abs(value - median) > 3.5 * spread) * (1 if value > median else -1)
        assert judged.outliers("sales")[p, row] == way


def test_managers_are_set_against_all_below_them(force, judged):
    org, _, sold = force
    managers = {row["BusinessEntityID"]: row["ManagerID"] for row in rows(
        "adventureworks", "sales_reporting_tree.csv"
    )}  # fmt: skip
    for p, quarter in enumerate(QUARTERS):
        sums = defaultdict(lambda: [0.0, 0.0])
        for (person, when), (quota, sales) in by_person(sold).items():
            above = person
            while above:
                if when == quarter:
                    sums[above][0] += quota
                elif when == BEFORE[p]:
                    sums[above][1] += sales
                above = managers[above]
        for manager in ("1", "273", "274"):
            quota, past = sums[manager]
            got = judged.stretch("sales")[p, org.row(manager)]
            assert got == pytest.approx(quota / past - 1.0, rel=1e-12)


def test_stretches_are_explained_to_the_rows(judged, force):
    org, _, _ = force
    stretch = judged.stretch("sales")
    for p, row in np.argwhere(~np.isnan(stretch)).tolist()[:25]:
        why = ck.explain(judged, org.node(row).id, "sales", QUARTERS[p])
        assert why.evaluate() == why.value
