"""Targets of a year phased over its months."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import profiles
from cascade_kpi.errors import InputError

MONTHS = [f"2027-{month:02}" for month in range(1, 13)]
QUARTERS = [f"2027Q{quarter}" for quarter in range(1, 5)]
ORG = ck.OrgTree.from_table(
    {
        "id": ["hq", "n", "s", "n1", "n2", "n3", "s1"],
        "parent": ["", "hq", "hq", "n", "n", "n", "s"],
        "kind": ["company", "region", "region", *["shop"] * 4],
        "size": [None, None, None, 5, 3, 2, 7],
    },
    kind="kind",
)
SALES = ck.Kpi("sales", "CNY", split=ck.splits.ProRata("size"), lot=1)
CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
STOCK = ck.Kpi("stock", "customers", aggregate=ck.aggregates.Last(), split=SALES.split, lot=1)
YEAR = ck.cascade(ORG, [SALES, CHURN, STOCK], {"sales": 1_234, "churn": 2.5, "stock": 40},
                  periods="2027")  # fmt: skip
WAVE = profiles.Seasonal([8, 6, 9, 8, 8, 9, 10, 9, 8, 8, 8, 9])


def faults(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return [str(fault) for fault in caught.value.faults]


def children_sum(org, values):
    for row in range(len(org)):
        below = org.node(row).child_rows
        if below:
            assert (values[..., below].sum(axis=-1) == values[..., row]).all(), row


def test_months_sum_to_the_year_and_children_to_their_parent():
    months = ck.phase(YEAR, MONTHS, WAVE)
    lots = months.lots_of("sales").data
    assert (lots.sum(axis=0) == YEAR.lots_of("sales")[0]).all()
    children_sum(ORG, lots)
    assert months.periods.labels == tuple(MONTHS)


def test_ratios_and_levels_have_the_target_of_the_year_in_every_month():
    months = ck.phase(YEAR, MONTHS, WAVE)
    assert (months.of("churn") == 2.5).all()
    assert (months.of("stock") == YEAR.of("stock")).all()
    children_sum(ORG, months.of("stock"))


def test_the_root_gets_its_lots_by_largest_remainder_of_its_weights():
    months = ck.phase(YEAR, QUARTERS, profiles.Seasonal([1, 1, 1, 1]))
    assert months.of("sales")[:, 0].tolist() == [309, 309, 308, 308]


def test_the_year_is_measured_again_from_its_months():
    months = ck.phase(YEAR, MONTHS, WAVE)
    actuals = {"node": ["n1"] * 12, "kpi": ["sales"] * 12, "period": MONTHS, "value": [9.0] * 12}
    year = ck.over_periods(ck.measure(months, actuals, missing="zero"), "2027")
    assert year.targets.of("sales").tolist() == YEAR.of("sales").tolist()


def test_quarters_are_phased_again():
    quarters = ck.phase(YEAR, QUARTERS, profiles.Even())
    parts = {label: MONTHS[3 * i : 3 * i + 3] for i, label in enumerate(QUARTERS)}
    months = ck.phase(quarters, parts, profiles.Seasonal([1, 2, 1]))
    lots = months.lots_of("sales").data
    assert (lots.reshape(4, 3, -1).sum(axis=1) == quarters.lots_of("sales").data).all()
    children_sum(ORG, lots)


def test_each_kpi_may_have_a_profile_of_its_own():
    other = ck.Kpi("orders", "orders", split=ck.splits.Equal(), lot=1)
    year = ck.cascade(ORG, [SALES, other, CHURN], {"sales": 80, "orders": 80, "churn": 1},
                      periods="2027")  # fmt: skip
    halves = ck.phase(
        year, ["H1", "H2"], {"sales": profiles.Even(), "orders": profiles.Seasonal([3, 1])}
    )
    assert halves.of("sales")[:, 0].tolist() == [40, 40]
    assert halves.of("orders")[:, 0].tolist() == [60, 20]


def test_a_loss_is_phased_as_a_loss():
    year = ck.cascade(ORG, [SALES], {"sales": -100}, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Seasonal([1, 3]))
    assert halves.of("sales")[:, 0].tolist() == [-25, -75]
    children_sum(ORG, halves.of("sales"))
    assert (halves.of("sales") <= 0).all()


def test_a_child_of_the_other_sign_stands_beside_its_siblings():
    goals = {"node": ["hq", "n1"], "kpi": ["sales"] * 2, "value": [100, -20]}
    year = ck.cascade(ORG, [SALES], goals, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Even())
    assert halves.of("sales")[:, ORG.row("n1")].tolist() == [-10, -10]
    children_sum(ORG, halves.of("sales"))
    assert (halves.of("sales").sum(axis=0) == year.of("sales")[0]).all()


def test_goals_at_lower_nodes_alone_are_phased_there():
    goals = {"node": ["n"], "kpi": ["sales"], "value": [100]}
    year = ck.cascade(ORG, [SALES], goals, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Even())
    assert np.isnan(halves.of("sales")[:, ORG.row("s1")]).all()
    assert halves.of("sales")[:, ORG.row("n")].tolist() == [50, 50]


def test_a_cushion_is_phased_with_what_it_cushions():
    over = ck.Kpi("sales", "CNY", split=ck.splits.Over(SALES.split, {"region": 0.1}), lot=1)
    year = ck.cascade(ORG, [over], {"sales": 1_000}, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Seasonal([1, 3]))
    assert (halves.of("sales").sum(axis=0) == year.of("sales")[0]).all()
    n = ORG.row("n")
    assert halves.cushion("sales")[:, n].sum() == year.cushion("sales")[0, n]
    below = halves.of("sales")[:, ORG.node(n).child_rows].sum(axis=1)
    assert np.abs(below - 1.1 * halves.of("sales")[:, n]).max() <= 1


def test_a_kpi_that_branches_report_ends_there():
    region = ck.Kpi("sales", "CNY", split=ck.splits.Equal(), lot=1, at="region")
    year = ck.cascade(ORG, [region], {"sales": 101}, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Even())
    assert np.isnan(halves.of("sales")[:, ORG.row("n1")]).all()
    assert halves.of("sales")[:, ORG.rows(["hq", "n", "s"])].tolist() == [
        [51, 26, 25],
        [50, 25, 25],
    ]


def test_assigned_quotas_are_phased_with_what_managers_have_themselves():
    quotas = {"node": ["n", "n1", "n2", "s1"], "kpi": ["sales"] * 4, "value": [10, 30, 20, 41]}
    year = ck.assign(ORG, [SALES], quotas, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Seasonal([2, 3]))
    lots = halves.lots_of("sales")
    assert (lots.sum(axis=0) == year.of("sales")[0])[~np.isnan(year.of("sales")[0])].all()
    n, below = ORG.row("n"), ORG.rows(["n1", "n2"])
    own = lots[:, n] - lots[:, below].sum(axis=1)
    assert own.sum() == 10
    assert (own >= 0).all()
    assert np.isnan(halves.of("sales")[:, ORG.row("n3")]).all()
    assert ck.assign(ORG, [SALES], halves.table()).of("sales")[:, 0].tolist() == [40, 61]


def test_assigned_targets_that_are_no_whole_lots_are_refused_each():
    quotas = {"node": ["n1", "n2"], "kpi": ["sales"] * 2, "value": [1.5, 2.25]}
    year = ck.assign(ORG, [SALES], quotas, periods="2027")
    told = faults(ck.phase, year, QUARTERS, profiles.Even())
    assert len(told) == 2
    assert "'n1'" in told[0] and "1.5 is not a whole number of lots of 1" in told[0]  # noqa: PT018 - one message tells all


def test_a_shared_sum_is_divided_in_floats_at_each_node():
    shared = ck.Kpi("sales", "CNY", split=ck.splits.Shared())
    year = ck.cascade(ORG, [shared], {"sales": 10}, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Seasonal([1, 3]))
    assert halves.of("sales").tolist() == [[2.5] * 7, [7.5] * 7]


class Closed:
    """Nodes that are closed in some periods."""

    def __init__(self, **closed):
        self.closed = closed

    def __call__(self, org, kpi, labels):
        weights = np.ones((len(labels), len(org)))
        for node, months in self.closed.items():
            weights[np.ix_([labels.index(month) for month in months], [org.row(node)])] = 0.0
        return weights


def test_a_shop_that_is_closed_has_no_target_then():
    halves = ck.phase(YEAR, ["H1", "H2"], {"sales": Closed(n3=["H1"])})
    assert halves.of("sales")[:, ORG.row("n3")].tolist() == [0, YEAR.of("sales")[0, ORG.row("n3")]]
    children_sum(ORG, halves.of("sales"))


def test_periods_in_which_everybody_is_closed_are_named():
    told = faults(ck.phase, YEAR, ["H1", "H2"], {"sales": Closed(s1=["H2"])})
    reason = "sales in 2027: it has a target in H2, and no child has weight then"
    repair = "give a child some weight then, or change the profile of the node"
    assert told == [f"phase = 's': {reason}; {repair}"]


@pytest.mark.parametrize(
    ("periods", "by", "said"),
    [
        ([], WAVE, "no period"),
        (["a", "a"], profiles.Even(), "the same label"),
        ({"2028": ["a"]}, profiles.Even(), "no such period in the targets"),
        ({}, profiles.Even(), "no parts for a period of the targets"),
        (QUARTERS, WAVE, "12 weights for 4 periods"),
        (QUARTERS, {"sale": WAVE}, "no such KPI"),
        (QUARTERS, {}, "no profile for a KPI"),
        (QUARTERS, 5, "not a profile"),
        (QUARTERS, {"sales": profiles.Even(), "churn": profiles.Even()}, "not added up"),
        (QUARTERS, {"sales": lambda org, kpi, periods: 5}, "which is no array"),
        (QUARTERS, {"sales": lambda o, k, p: np.full((len(p), len(o)), -1.0)}, "weighs 'hq' by -1"),
        (QUARTERS, {"sales": lambda o, k, p: np.full((len(p), len(o)), np.nan)}, "by nan"),
        (QUARTERS, {"sales": lambda o, k, p: np.zeros((len(p), len(o)))}, "no weight at all"),
        (5, profiles.Even(), "periods"),
    ],
)
def test_what_is_wrong_is_told(periods, by, said):
    told = faults(ck.phase, YEAR, periods, by)
    assert any(said in each for each in told), told


def test_several_periods_need_to_be_told_apart():
    quarters = ck.phase(YEAR, QUARTERS, profiles.Even())
    assert "say which parts" in faults(ck.phase, quarters, MONTHS, WAVE)[0]


def test_something_else_than_targets_is_refused():
    assert "targets" in faults(ck.phase, {"sales": 5}, MONTHS, WAVE)[0]


def test_more_than_the_open_periods_can_hold_is_refused():
    # n1 has half of what n has, and n has no more than half in the second half of the year.
    told = faults(ck.phase, YEAR, ["H1", "H2"], {"sales": Closed(n1=["H1"], n2=["H1"])})
    assert len(told) == 1
    assert "'n': sales in 2027: the zero weights of its children leave no way" in told[0]
    assert "of its 363.00 CNY in H1 only 'n3' can have any, 145.00 CNY in all;" in told[0]


def test_children_that_have_more_than_their_open_periods_are_named():
    def late(org, kpi, labels):
        weights = np.full((2, len(org)), [[3.0], [1.0]])
        weights[0, org.row("n1")] = 0.0
        return weights

    told = faults(ck.phase, YEAR, ["H1", "H2"], {"sales": late})
    assert "the 363.00 CNY of 'n1' can only be in H2, where it has 181.00 CNY;" in told[0]


def test_the_order_of_the_rows_changes_no_bit():
    table = ORG.table()
    order = [3, 6, 0, 5, 2, 4, 1]
    mixed = {name: np.asarray(values)[order] for name, values in table.items()}
    org = ck.OrgTree.from_table(mixed, kind="kind")
    year = ck.cascade(org, YEAR.kpis, {"sales": 1_234, "churn": 2.5, "stock": 40}, periods="2027")
    assert (
        ck.phase(year, MONTHS, WAVE).of("sales") == ck.phase(YEAR, MONTHS, WAVE).of("sales")
    ).all()


def test_explained_to_goal_and_weights_and_made_again():
    months = ck.phase(YEAR, MONTHS, WAVE)
    why = ck.explain(months, "n2", kpi="sales", period="2027-03")
    assert why.value == why.evaluate() == months.of("sales")[2, ORG.row("n2")]
    told = why.text(depth=None, width=200)
    assert "goals row 0" in told and "Seasonal" in told and "both margins met" in told  # noqa: PT018 - one message tells all
    assert ", as above" in told
    why = ck.explain(months, "n2", kpi="churn", period="2027-03")
    assert why.evaluate() == 2.5


def test_quotas_phased_twice_are_explained_too():
    quotas = {"node": ["n", "n1", "n2", "s1"], "kpi": ["sales"] * 4, "value": [10, 30, 20, 41]}
    year = ck.assign(ORG, [SALES], quotas, periods="2027")
    halves = ck.phase(year, ["H1", "H2"], profiles.Seasonal([2, 3]))
    parts = {"H1": ["Q1", "Q2"], "H2": ["Q3", "Q4"]}
    quarters = ck.phase(halves, parts, profiles.Even())
    for targets in (halves, quarters):
        for period in targets.periods:
            for node in ("hq", "n", "n1", "s1"):
                why = ck.explain(targets, node, kpi="sales", period=period)
                assert why.evaluate() == why.value


def test_targets_that_came_as_arrays_are_not_counted_twice():
    org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    kpi = ck.Kpi("sales", "CNY", lot=1)
    whole = ck.Targets.from_columns(org, [kpi], {"sales": np.array([35.0, 10, 20])}, periods="y")
    halves = ck.phase(whole, ["h1", "h2"], ck.profiles.Even())
    assert halves.of("sales").sum(axis=0).tolist() == [35, 10, 20]
    for node in ("hq", "a", "b"):
        why = ck.explain(halves, node, kpi="sales", period="h2")
        assert why.evaluate() == why.value
