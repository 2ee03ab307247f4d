"""English accident and emergency waits: a ratio of sums, never a mean of ratios.

Source: NHS England A&E attendances April 2016 to March 2019, as in the R package NHSRdatasets
(CC0). Share of attendances without a breach of four hours: 89.13 % in 2016/17, 88.34 % in
2017/18, 88.01 % in 2018/19.
"""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from tests.golden.published import rows

PUBLISHED = {"2016/17": 89.13, "2017/18": 88.34, "2018/19": 88.01}


def financial_year(period):
    year, month = int(period[:4]), int(period[5:7])
    first = year if month >= 4 else year - 1
    return f"{first}/{str(first + 1)[2:]}"


def reports(table):
    """One report a trust, kind of department and month: those within four hours, and all."""
    done = [float(row["attendances"]) - float(row["breaches"]) for row in table]
    return {
        "node": [f"{row['org_code']} {row['type']}" for row in table],
        "kpi": ["within 4 h"] * len(table),
        "period": [row["period"][:7] for row in table],
        "numerator": done,
        "denominator": [float(row["attendances"]) for row in table],
    }


def country(table):
    trusts = sorted({row["org_code"] for row in table})
    parts = sorted({(row["org_code"], row["type"]) for row in table})
    return ck.OrgTree.from_table(
        {
            "id": ["England", *trusts, *(f"{trust} {kind}" for trust, kind in parts)],
            "parent": ["", *["England"] * len(trusts), *(trust for trust, _ in parts)],
        }
    )


def test_the_published_ratio_of_sums_of_every_financial_year():
    table = rows("nhs_ae", "ae_attendances.csv")
    org = country(table)
    kpi = ck.Kpi("within 4 h", "%", aggregate=ck.aggregates.Ratio(100))
    assert len(org["England"].children) == 274
    for year, published in PUBLISHED.items():
        part = reports([row for row in table if financial_year(row["period"]) == year])
        months = sorted(set(part["period"]))
        assert len(months) == 12
        goals = {
            "node": ["England"] * 12, "kpi": ["within 4 h"] * 12, "period": months,
            "value": [95.0] * 12,
        }  # fmt: skip
        monthly = ck.measure(ck.cascade(org, [kpi], goals), part)
        whole = ck.over_periods(monthly, year)
        assert round(float(whole.of("within 4 h")[0, 0]), 2) == published
        assert whole.targets.of("within 4 h")[0, 0] == pytest.approx(95.0, rel=1e-12)
        top, bottom = np.sum(part["numerator"]), np.sum(part["denominator"])
        assert whole.of("within 4 h")[0, 0] == pytest.approx(100 * top / bottom, rel=1e-12)
        gap = ck.gaps(ck.score(whole, ck.Scorecard([ck.Item("within 4 h")], {"within 4 h": 100})))
        split = gap.by_child("England", "within 4 h")
        assert split.parts.sum() == pytest.approx(split.whole, rel=1e-10)


def test_two_trusts_of_one_month():
    """March 2017: RF4's and R1H's major departments, 2,879 and 5,902 breaches."""
    org = ck.OrgTree.from_table({"id": ["both", "RF4", "R1H"], "parent": ["", "both", "both"]})
    kpi = ck.Kpi("within 4 h", "%", aggregate=ck.aggregates.Ratio(100))
    actuals = {
        "node": ["RF4", "R1H"], "kpi": ["within 4 h"] * 2,
        "numerator": [21289 - 2879, 30210 - 5902], "denominator": [21289, 30210],
    }  # fmt: skip
    results = ck.measure(ck.cascade(org, [kpi], {"within 4 h": 95}, periods="2017-03"), actuals)
    assert [round(x, 2) for x in results.of("within 4 h")[0].tolist()] == [82.95, 80.46, 86.48]


def last_year(table, year):
    """The country with every department's attendances of a year, and those seen in four hours."""
    plain = country(table)
    seen, all_ = np.zeros(len(plain)), np.zeros(len(plain))
    for row in table:
        if financial_year(row["period"]) == year:
            at = plain.row(f"{row['org_code']} {row['type']}")
            all_[at] += float(row["attendances"])
            seen[at] += float(row["attendances"]) - float(row["breaches"])
    columns = {
        "attendances": np.where(plain.is_leaf, all_, np.nan),
        "in time": np.where(plain.is_leaf, seen, np.nan),
    }
    return attrs.evolve(plain, columns={**plain.columns, **columns})


PACES = {
    "uniform": ck.splits.Bounded(ck.splits.Uniform(), high=100),
    "towards the best": ck.splits.Towards("best"),
    "up to 98": ck.splits.UpTo(98),
}


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_a_national_goal_makes_trust_targets_whose_ratio_of_sums_it_is(pace):
    """95 % of attendances seen in four hours, at the volumes of 2017/18, from 88.34 %."""
    org = last_year(rows("nhs_ae", "ae_attendances.csv"), "2017/18")
    split = ck.splits.Rates("attendances", ("in time", "attendances"), pace)
    kpi = ck.Kpi("within 4 h", "%", aggregate=ck.aggregates.Ratio(100), split=split)
    targets = ck.cascade(org, [kpi], {"within 4 h": 95.0}, periods="2018/19")
    value, volume = targets.of("within 4 h")[0], targets.volumes("within 4 h")[0]
    base = split.paced(org, kpi.aggregate, kpi.better).baseline.rates
    assert round(float(base[0]), 2) == PUBLISHED["2017/18"]
    assert value[0] == 95.0
    there = ~np.isnan(value)
    assert (volume[there] > 0).all()
    assert np.nansum(volume[org.is_leaf]) == volume[0]
    for row in [0, *org["England"].child_rows]:
        below = [child for child in org.node(row).child_rows if there[child]]
        if below:  # the ratio of the sums over its departments, or its trusts
            sums = float(value[below] @ volume[below])
            assert sums == pytest.approx(value[row] * volume[row], rel=1e-12)
    leaf = org.is_leaf & there
    assert (value[leaf] <= 100.0).all()
    assert (value[leaf] >= base[leaf]).all()


def test_two_trusts_come_closer_or_keep_their_distance():
    """March 2017: RF4's and R1H's major departments, as above, to 90 % together."""
    volume, breaches = np.array([21289.0, 30210.0]), np.array([2879.0, 5902.0])
    org = ck.OrgTree.from_table(
        {
            "id": ["both", "RF4", "R1H"], "parent": ["", "both", "both"],
            "attendances": [None, *volume], "in time": [None, *(volume - breaches)],
        }
    )  # fmt: skip

    def made(pace):
        split = ck.splits.Rates("attendances", ("in time", "attendances"), pace)
        kpi = ck.Kpi("within 4 h", "%", aggregate=ck.aggregates.Ratio(100), split=split)
        return ck.cascade(org, [kpi], {"within 4 h": 90.0}, periods="2018-03").of("within 4 h")[0]

    base = 100 * (1 - breaches / volume)  # RF4 86.48, R1H 80.46
    needed = 100 * (1 - breaches.sum() / volume.sum())
    rows_ = org.rows(["RF4", "R1H"])
    np.testing.assert_allclose(made(ck.splits.Uniform())[rows_], base + (90 - needed), atol=1e-9)
    part = (90 - needed) / (95 - needed)
    np.testing.assert_allclose(
        made(ck.splits.Towards(95))[rows_], base + part * (95 - base), atol=1e-9
    )
    with pytest.raises(ck.InputError, match="1 fault"):  # the best, RF4, is below the goal
        made(ck.splits.UpTo("best"))
