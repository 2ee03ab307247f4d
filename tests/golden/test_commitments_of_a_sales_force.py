"""Quarterly quotas and a conflicting second set of targets, reconciled on the real tree.

Source: AdventureWorks of Microsoft: 163 quarterly quotas of 17 people (sql-server-samples), and
809 monthly targets of 18 people (PL-300 labs), 2.6 times the quotas. The monthly targets of
managers are taken for their whole teams.
"""

from collections import Counter

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import confidences
from tests.golden.published import rows

SALES = ck.Kpi("sales", "USD", lot=1_000, decimals=0)


@pytest.fixture(scope="module")
def sides():
    units = rows("adventureworks", "sales_reporting_tree.csv")
    org = ck.OrgTree.from_table(
        {
            "id": [row["BusinessEntityID"] for row in units],
            "parent": [row["ManagerID"] for row in units],
        }
    )
    quotas = rows("adventureworks", "salesforce_quarterly_quota_vs_actual.csv")
    assert len(quotas) == 163
    targets = ck.assign(
        org,
        [SALES],
        {
            "node": [row["BusinessEntityID"] for row in quotas],
            "kpi": ["sales"] * len(quotas),
            "period": [row["quarter"] for row in quotas],
            "value": [float(row["quota"]) for row in quotas],
        },
    )
    return targets, offered(targets)


def offered(targets):
    """The monthly targets, summed over the quarters that have quotas."""
    person = {
        row["EmployeeID"]: row["BusinessEntityID"]
        for row in rows("adventureworks", "dw2020_salesperson.csv")
    }
    months = rows("adventureworks", "dw2020_monthly_targets.csv")
    assert len(months) == 809
    sums = Counter()
    for row in months:
        year, month, _ = row["TargetMonth"].split("-")
        quarter = f"{year}Q{(int(month) + 2) // 3}"
        if quarter in targets.periods.labels:
            sums[person[row["EmployeeID"]], quarter] += float(row["TargetAmount"])
    return {
        "node": [who for who, _ in sums],
        "kpi": ["sales"] * len(sums),
        "period": [quarter for _, quarter in sums],
        "value": list(sums.values()),
    }


# Thousands of USD in 2020Q1: quotas with all below, monthly targets, agreed; whose demand pulled.
WHO = {
    "1": (8051, None, 6519, "273"),
    "273": (8051, 6000, 6519, "273"),
    "274": (5573, 4750, 4811, "273"),
    "275": (849, 1200, 881, "275"),
    "276": (894, 1900, 1254, "276"),
    "277": (714, 550, 489, "277"),
    "278": (280, 900, 447, "278"),
    "279": (538, 600, 426, "280"),
    "280": (343, 2850, 1453, "280"),
    "281": (614, 1500, 914, "281"),
    "282": (569, 900, 591, "282"),
    "283": (234, 1050, 499, "283"),
    "284": (454, 1100, 634, "284"),
    "285": (406, 175, 183, "273"),
    "286": (399, 210, 262, "273"),
    "287": (2072, 1500, 1525, "273"),
    "288": (366, 400, 311, "273"),
    "289": (883, 1050, 895, "289"),
    "290": (707, 700, 632, "273"),
}


def agreed_by(sides, confidence, **options):
    targets, offers = sides
    return ck.reconcile(targets, offers, confidence=confidence, **options)


def test_every_sum_holds_in_every_quarter(sides):
    targets, offers = sides
    assert len(offers["node"]) == 180  # person-quarters
    agreed = agreed_by(sides, confidences.Structural())
    table = agreed.targets.table()
    for quarter, total in zip(
        targets.periods.labels, agreed.targets.of("sales")[:, 0].tolist(), strict=True
    ):
        assert table["value"][table["period"] == quarter].sum() == total


def test_who_moved_in_the_last_complete_quarter(sides):
    agreed = agreed_by(sides, confidences.Structural())
    moves = agreed.moves()
    last = moves["period"] == "2020Q1"
    columns = [moves[name][last].tolist() for name in ("node", "target", "offer", "agreed")]
    told = {
        node: (target / 1e3, None if offer != offer else offer / 1e3, at / 1e3, by)
        for node, target, offer, at, by in zip(
            *columns, moves["pulled_by"][last].tolist(), strict=True
        )
    }
    assert told == WHO
    pulls = agreed.pulls("274", "sales", period="2020Q1")
    assert pulls["pull"].sum() == pytest.approx((4811 - 5573) * 1e3, abs=1e-3)
    assert pulls["node"][:2].tolist() == ["273", "274"]


def test_the_optimum_is_that_of_dense_least_squares(sides):
    targets, offers = sides
    org, last = targets.org, targets.periods.index("2020Q1")
    found = agreed_by(sides, confidences.Structural()).optimum("sales")[last]
    own = targets.origin.own[0][last]
    parts = [row for row in range(len(org)) if org.is_leaf[row] or own[row] == own[row]]
    s = np.array([[float(r <= part < r + org.size[r]) for part in parts] for r in range(len(org))])
    weight = 1 / np.array([org.is_leaf[r : r + org.size[r]].sum() for r in range(len(org))])
    lines, wanted, weights = [*s], [*targets.of("sales")[last]], [*weight]
    for i, part in enumerate(parts):
        if not org.is_leaf[part]:  # a manager's own quota is one more demand
            lines.append(np.eye(len(parts))[i])
            wanted.append(own[part])
            weights.append(weight[part])
    for node, quarter, value in zip(*(offers[n] for n in ("node", "period", "value")), strict=True):
        if quarter == "2020Q1":
            lines.append(s[org.row(node)])
            wanted.append(value)
            weights.append(1.0)
    root = np.sqrt(weights)
    best = np.linalg.lstsq(np.array(lines) * root[:, None], wanted * root, rcond=None)[0]
    np.testing.assert_allclose(found, s @ best, rtol=1e-9)


def test_a_certain_top_is_kept_and_nobody_falls_below_a_floor(sides):
    targets, _ = sides
    rule = confidences.ByLevel(["certain", 1])
    floor = {"node": ["282"], "kpi": ["sales"], "period": ["2020Q1"], "floor": [600_000]}
    free, kept = agreed_by(sides, rule), agreed_by(sides, rule, limits=floor)
    top, last = targets.org.row("1"), targets.periods.index("2020Q1")
    row = targets.org.row("282")
    assert (kept.targets.of("sales")[:, top] == targets.of("sales")[:, top]).all()
    assert free.targets.of("sales")[last, row] == 445_000
    assert kept.targets.of("sales")[last, row] == 600_000
    np.testing.assert_array_equal(kept.targets.of("sales")[:last], free.targets.of("sales")[:last])
