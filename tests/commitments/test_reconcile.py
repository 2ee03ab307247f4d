"""Targets and offers, agreed: the stage, who moved, and every refusal."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import confidences, splits
from tests.helpers import NAN, entries, org, refused

KINDS = ["company", "region", "region", "person", "person", "person"]
TREE = org(kind=KINDS, size=[None, None, None, 3, 1, 2])
SALES = ck.Kpi("sales", "CNY", lot=1, split=splits.ProRata("size"))
CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
TARGETS = ck.cascade(TREE, [SALES, CHURN], {"sales": 120, "churn": 2}, periods="2027")
# rows of the tree: hq, east, ann, bob, west, cid: 120, 80, 60, 20, 40, 40
COLUMNS = ("node", "kpi", "value", "confidence")


def offers(*rows):
    return entries(*rows, columns=COLUMNS[: len(rows[0])])


def sales(agreed):
    return agreed.targets.of("sales")[0].tolist()


def limits(*rows):
    return entries(*rows, columns=("node", "kpi", "floor", "cap"))


def told(call, *args, **kwargs):
    return [str(fault) for fault in refused(call, *args, **kwargs)]


# ------------------------------------------------------------------------- what is agreed


def test_offers_and_targets_meet_by_confidence():
    table = offers(("ann", "sales", 30, 1), ("bob", "sales", 20, 1), ("cid", "sales", 40, 1))
    kept = ck.reconcile(TARGETS, table, confidence=confidences.ByKind({"company": "certain"}))
    assert sales(kept) == [120, 70, 40, 30, 50, 50]  # 90 were offered, 10 more each
    trusting = ck.reconcile(TARGETS, table, confidence=confidences.ByKind({"company": 1e-9}))
    assert sales(trusting) == [90, 50, 30, 20, 40, 40]


def test_a_certain_offer_is_kept_and_the_others_move():
    table = offers(("ann", "sales", 30, "certain"))
    agreed = ck.reconcile(TARGETS, table, confidence=confidences.ByLevel(["certain", 1]))
    assert sales(agreed)[0] == 120
    assert sales(agreed)[2] == 30


def test_a_kpi_that_nobody_speaks_of_keeps_its_targets():
    agreed = ck.reconcile(TARGETS, offers(("ann", "sales", 30)))
    assert agreed.targets.of("churn").tobytes() == TARGETS.of("churn").tobytes()
    assert agreed.optimum("churn").tobytes() == TARGETS.of("churn").tobytes()
    assert ck.explain(agreed, "ann", kpi="churn").text(0) == ck.explain(
        TARGETS, "ann", kpi="churn"
    ).text(0)


def test_without_offers_nothing_moves():
    agreed = ck.reconcile(TARGETS)
    assert sales(agreed) == TARGETS.of("sales")[0].tolist()
    assert not len(agreed.moves()["node"])


def test_limits_of_the_round_and_of_the_split_are_kept():
    table = offers(("ann", "sales", 30), ("bob", "sales", 20), ("cid", "sales", 40))
    agreed = ck.reconcile(TARGETS, table, limits=limits(("ann", "sales", 50, None),
                                                        ("hq", "sales", None, 100)))  # fmt: skip
    values = sales(agreed)
    assert values[2] >= 50
    assert values[0] <= 100
    within = ck.Kpi("sales", "CNY", lot=1, split=splits.Within(SALES.split, floor=50))
    cascaded = ck.cascade(TREE, [within], {"sales": 200}, periods="2027")
    agreed = ck.reconcile(cascaded, offers(("bob", "sales", 10, 9)))
    assert sales(agreed)[3] == 50


def test_what_is_certain_divides_by_the_split_where_nothing_else_counts():
    agreed = ck.reconcile(
        TARGETS, offers(("east", "sales", 60, "certain")), confidence=confidences.TopDown()
    )
    assert sales(agreed) == [120, 60, 45, 15, 60, 60]


def test_offers_alone_without_any_target():
    nothing = ck.Targets.from_columns(TREE, ck.Kpis([SALES]), {}, periods="2027")
    table = offers(("ann", "sales", 30), ("bob", "sales", 20))
    agreed = ck.reconcile(nothing, table)
    np.testing.assert_array_equal(agreed.targets.of("sales")[0], [50, 50, 30, 20, NAN, NAN])
    why = ck.explain(agreed, "hq", kpi="sales")
    assert why.evaluate() == why.value == 50


def test_quotas_of_managers_are_one_more_part_of_the_sum():
    quotas = entries(("east", "sales", 10), ("ann", "sales", 30), ("bob", "sales", 20))
    given = ck.assign(TREE, [SALES], quotas, periods="2027")
    agreed = ck.reconcile(given, offers(("ann", "sales", 45)))
    values = sales(agreed)
    assert agreed.targets.holds_own(0)
    own = values[1] - values[2] - values[3]
    assert 0 < own < 10  # it gives way as the others do
    assert np.isnan(values[4])  # no quota, no offer: no part in it
    mine = ck.reconcile(given, offers(("east", "sales", 45)), inner="own")
    assert sales(mine)[1] > sales(agreed)[1]
    halves = ck.phase(mine.targets, ["H1", "H2"], ck.profiles.Even())
    assert (halves.of("sales").sum(axis=0)[:4] == mine.targets.of("sales")[0, :4]).all()
    for row in range(4):
        why = ck.explain(halves, TREE.ids[row], kpi="sales", period="H2")
        assert why.evaluate() == why.value


def test_the_agreed_plan_goes_on_into_every_stage():
    agreed = ck.reconcile(TARGETS, offers(("ann", "sales", 30), ("cid", "sales", 55)))
    months = ck.phase(agreed.targets, ["H1", "H2"], ck.profiles.Even())
    assert months.of("sales").sum(axis=0).tolist() == sales(agreed)
    again = ck.reconcile(agreed.targets, offers(("bob", "sales", 1)))
    assert again.before is agreed.targets
    why = ck.explain(again, "bob", kpi="sales")
    assert why.evaluate() == why.value
    results = ck.measure(agreed.targets, entries(("ann", "sales", 10), ("bob", "sales", 10)))
    assert (
        ck.explain(results, "east", kpi="sales", quantity="target").evaluate() == sales(agreed)[1]
    )
    table = agreed.targets.table()
    assert ck.assign(TREE, [SALES, CHURN], table).of("sales")[0].tolist() == sales(agreed)
    assert agreed == ck.reconcile(TARGETS, offers(("ann", "sales", 30), ("cid", "sales", 55)))
    assert hash(agreed) == hash(
        ck.reconcile(TARGETS, offers(("ann", "sales", 30), ("cid", "sales", 55)))
    )
    assert repr(agreed).startswith("<Reconciliation of sales × <Targets sales, churn")


def test_several_periods_are_agreed_each_by_itself():
    halves = ck.phase(TARGETS, ["H1", "H2"], ck.profiles.Even())
    table = entries(("ann", "sales", "H1", 20), columns=("node", "kpi", "period", "value"))
    agreed = ck.reconcile(halves, table)
    assert (agreed.targets.of("sales")[1] == halves.of("sales")[1]).all()
    assert (agreed.targets.of("sales")[0] != halves.of("sales")[0]).any()


def test_a_loss_is_reconciled_as_a_loss():
    loss = ck.cascade(TREE, [SALES], {"sales": -120}, periods="2027")
    agreed = ck.reconcile(loss, offers(("ann", "sales", -30)))
    values = sales(agreed)
    assert values[0] == values[1] + values[4]
    assert -60 < values[2] < -30


# ---------------------------------------------------------------------- who moved, and why


def test_the_table_and_the_moves():
    table = offers(("ann", "sales", 30, 3), ("cid", "sales", 40, "certain"))
    agreed = ck.reconcile(TARGETS, table)
    whole, moves = agreed.table(), agreed.moves()
    assert len(whole["node"]) == 12
    assert whole["belief"][:6].tolist()[2] == 3
    assert whole["belief"][5] == np.inf
    assert set(moves["kpi"].tolist()) == {"sales"}
    ann = moves["node"].tolist().index("ann")
    assert moves["from_target"][ann] == moves["agreed"][ann] - 60
    assert moves["from_offer"][ann] == moves["agreed"][ann] - 30
    assert (moves["pulled_by"][ann], moves["side"][ann]) == ("ann", "offer")
    assert "cid" not in moves["pulled_by"].tolist()  # it offered what was asked


def test_the_pulls_of_a_node_sum_to_its_move():
    table = offers(("ann", "sales", 31), ("cid", "sales", 55))
    agreed = ck.reconcile(TARGETS, table, limits=limits(("bob", "sales", None, 15)))
    for node, target in zip(TREE.ids, TARGETS.of("sales")[0], strict=True):
        pulls = agreed.pulls(node, "sales")
        assert pulls["side"][-1] == "rounding"
        moved = agreed.targets.of("sales")[0, TREE.row(node)] - target
        assert pulls["pull"].sum() == pytest.approx(moved, abs=1e-9)
        sizes = np.abs(pulls["pull"][:-1])
        assert (np.diff(sizes) <= 0).all()
    assert agreed.pulls("bob", "sales")["side"][0] == "limit"


def test_an_influence_is_what_one_more_unit_moves():
    def optimum(ann, cid):
        return ck.reconcile(
            TARGETS, offers(("ann", "sales", ann, 2), ("cid", "sales", cid, 5))
        ).optimum("sales")[0]

    agreed = ck.reconcile(TARGETS, offers(("ann", "sales", 31, 2), ("cid", "sales", 55, 5)))
    more = optimum(32, 55) - optimum(31, 55)
    for row, node in enumerate(TREE.ids):
        pulls = agreed.pulls(node, "sales")
        by = dict(zip(pulls["node"][:-1], pulls["influence"][:-1], strict=True))
        assert by["ann"] == pytest.approx(more[row], abs=1e-9)


# --------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (offers(("anna", "sales", 3)), "no such node; did you mean 'ann'?"),
        (offers(("ann", "sale", 3)), "no such KPI; did you mean 'sales'?"),
        (offers(("ann", "sales", 3), ("ann", "sales", 4)), "stands in row 0 already"),
        (offers(("ann", "sales", None)), "blank"),
        (offers(("ann", "sales", 3, -1)), "negative; a confidence is zero or more"),
        (offers(("ann", "sales", 3, np.inf)), "infinite"),
        (offers(("ann", "sales", 3, None)), "blank; give a number, zero or more, or 'certain'"),
        (offers(("ann", "sales", 3, "sure")), "confidence = 'sure'"),
        (offers(("ann", "sales", 3, 1e-200)), "not between 1e-100 and 1e100"),
        (offers(("ann", "churn", 3)), "a KPI that does not add up"),
        (offers(("ann", "sales", 3.5, "certain")), "certain, and 3.5 is not whole lots of 1"),
        (offers(("ann", "sales", 1e16)), "more than 2^51 lots"),
        ({"node": ["ann"], "kpi": ["sales"]}, "no column 'value'|missing"),
        ({"node": ["ann"], "kpi": ["sales"], "period": ["2028"], "value": [1]}, "no such period"),
        (3, "is not a table"),
    ],
)
def test_offers_that_are_refused(table, reason):
    import re

    assert any(re.search(reason, fault) or reason in fault
               for fault in told(ck.reconcile, TARGETS, table))  # fmt: skip


def test_all_faults_of_both_tables_together():
    table = offers(("anna", "sales", 3, 1), ("ann", "sales", 3, 1))
    bad = limits(("zoe", "sales", 1, None))
    found = told(ck.reconcile, TARGETS, table, limits=bad)
    assert [fault.split(" row")[0] for fault in found] == ["offers", "limits"]
    found = told(ck.reconcile, TARGETS, offers(("ann", "sales", 3, -1), ("bob", "sales", 3, -2)),
                 limits=limits(("ann", "sales", 9, 4)))  # fmt: skip
    assert len(found) == 3
    assert found[2] == (
        "limits row 0, floor = 9.0: above the cap 4.0; lower the floor, or raise the cap"
    )


def test_demands_that_cannot_be_met_together_are_named_the_fewest():
    table = offers(("ann", "sales", 70, "certain"), ("bob", "sales", 1, "certain"),
                   ("cid", "sales", 60, "certain"))  # fmt: skip
    (fault,) = refused(ck.reconcile, TARGETS, table, confidence=confidences.ByLevel(["certain", 1]))
    assert "its target is certain, 120.00 CNY, and 'ann', 'cid' need 130.00 CNY" in fault.reason
    assert fault.value == "hq"
    (fault,) = refused(ck.reconcile, TARGETS, offers(("ann", "sales", 30, "certain")),
                       confidence=confidences.ByKind({"person": "certain"}))  # fmt: skip
    assert (fault.source, fault.row) == ("offers", 0)
    assert "cannot both be" in fault.reason
    found = told(ck.reconcile, TARGETS, offers(("ann", "sales", 30)),
                 limits=limits(("hq", "sales", 200, None), ("east", "sales", None, 90),
                               ("west", "sales", None, 80)))  # fmt: skip
    assert "its floor is 200.00 CNY, and 'east', 'west' allow 170.00 CNY" in found[0]
    assert len(found) == 1


def test_confidence_of_zero_on_everything():
    table = offers(("ann", "sales", 30, 0))
    (fault,) = refused(ck.reconcile, TARGETS, table, confidence=0)
    assert fault.value == "hq"
    assert "no demand that has a confidence settles it" in fault.reason


def test_what_is_settled_by_claims_alone_cannot_have_limits():
    bound = limits(("ann", "sales", 9, None))
    found = told(
        ck.reconcile, TARGETS, offers(("east", "sales", 60)),
        confidence=confidences.TopDown(), limits=bound,
    )  # fmt: skip
    assert "settled by its claim alone, and there are floors or caps" in found[0]


def test_claims_that_are_all_zero_where_something_is_left():
    nobody = org(kind=KINDS, size=[None, None, None, 0, 0, 2])
    targets = ck.cascade(nobody, [SALES], {"sales": 120}, periods="2027")
    found = told(ck.reconcile, targets, offers(("east", "sales", 60, "certain")),
                 confidence=confidences.TopDown())  # fmt: skip
    assert "claims are all zero" in found[0]


def test_a_node_that_a_kpi_does_not_reach():
    region = ck.Kpi("sales", "CNY", lot=1, at="region")
    targets = ck.cascade(TREE, [region], {"sales": 120}, periods="2027")
    assert "does not reach this node" in told(ck.reconcile, targets, offers(("ann", "sales", 3)))[0]
    agreed = ck.reconcile(targets, offers(("east", "sales", 90)))
    assert np.isnan(agreed.targets.of("sales")[0, TREE.row("ann")])
    assert ck.explain(agreed, "ann", kpi="sales").source == "nothing is demanded there"
    (fault,) = refused(agreed.pulls, "ann", "sales")
    assert "nothing of sales was reconciled there" in fault.reason


@pytest.mark.parametrize(
    "options",
    [
        {"confidence": "sure"}, {"confidence": None}, {"confidence": -1},
        {"confidence": {"sale": 1}}, {"confidence": {"sales": "x"}},
        {"confidence": confidences.ByKind({"shop": 1})}, {"inner": "half"}, {"inner": None},
        {"limits": 3}, {"limits": {"node": ["ann"], "kpi": ["sales"]}},
        {"limits": {"node": ["ann"], "kpi": ["sales"], "floor": ["x"]}},
    ],
)  # fmt: skip
def test_wrong_arguments(options):
    assert refused(ck.reconcile, TARGETS, offers(("ann", "sales", 30)), **options)


def test_targets_are_wanted():
    assert "a Targets is wanted" in told(ck.reconcile, TREE)[0]
    assert "not reconciled targets" in told(ck.Reconciliation, TARGETS)[0]


def test_faults_of_every_column_of_both_tables_are_told_at_once():
    table = {"node": ["nobody"], "kpi": ["sales"], "value": ["x"], "confidence": [-1]}
    bounds = {"node": ["nobody"], "kpi": ["sales"], "floor": ["low"], "cap": [1]}
    faults = refused(ck.reconcile, TARGETS, table, limits=bounds)
    assert sorted((fault.source, fault.column) for fault in faults) == [
        ("limits", "floor"), ("limits", "node"),
        ("offers", "confidence"), ("offers", "node"), ("offers", "value"),
    ]  # fmt: skip


@pytest.mark.filterwarnings("error")
def test_an_offer_of_more_lots_than_all_floats_is_refused():
    tree = ck.OrgTree.from_table({"id": ["c", "a"], "parent": ["", "c"]})
    targets = ck.cascade(tree, [ck.Kpi("k", "x", decimals=2)], {"k": 1}, periods="p")
    offer = {"node": ["a"], "kpi": ["k"], "value": [1e308]}
    (fault,) = refused(ck.reconcile, targets, offer)
    assert "2^51 lots" in fault.reason


# ----------------------------------------------------------- limits of wholes, misspelt columns


def halves(goal=1300):
    """Two halves of a year in which everybody has nine tenths of last year's at least."""
    tree = ck.OrgTree.from_table(
        {"id": ["c", "a", "b"], "parent": ["", "c", "c"], "last": [None, 600, 600]}
    )
    split = splits.Within(splits.ProRata("last"), floor=splits.Times("last", 0.9))
    year = ck.cascade(tree, [ck.Kpi("s", "x", lot=1, split=split)], {"s": goal}, periods="2027")
    return ck.phase(year, ["H1", "H2"], ck.profiles.Even())


def in_first(value, *confidence):
    names = ("node", "kpi", "period", "value", "confidence")[: 4 + len(confidence)]
    return entries(("a", "s", "H1", value, *confidence), columns=names)


def test_limits_of_a_year_do_not_hold_in_each_half():
    plan = ck.reconcile(halves(), in_first(300)).targets.of("s")
    assert plan[:, 0].sum() < 1300
    assert (plan[:, 1] < 540).all()  # the floor of the year
    assert (plan[:, 1:].sum(axis=0) >= 540).all()


def test_halves_that_do_not_keep_the_limits_of_their_year_are_refused():
    (text,) = told(ck.reconcile, halves(), in_first(50, "certain"))
    assert "targets = 'a': s in 2027: its parts come to 375" in text
    assert "its floor by the split is 540" in text
    ck.reconcile(halves(), in_first(225, "certain"))


def test_columns_that_are_almost_one_that_is_not_there_are_refused():
    table = offers(("ann", "sales", 30))
    assert (
        "almost the column 'confidence'"
        in told(ck.reconcile, TARGETS, {**table, "confidnce": [2]})[0]
    )
    cap = {"node": ["ann"], "kpi": ["sales"], "flor": [10], "cap": [None]}
    assert "almost the column 'floor'" in told(ck.reconcile, TARGETS, table, limits=cap)[0]
    goals = {"node": ["hq"], "kpi": ["sales"], "value": [5], "perod": ["2027"]}
    assert "almost the column 'period'" in told(ck.cascade, TREE, [SALES], goals, periods="2027")[0]
    ck.reconcile(TARGETS, {**table, "remark": ["as agreed"]})
