"""Results of who was where: by holder, by stint, and by unit as it stood."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.helpers import entries, org, refused
from tests.moving.cases import LEAVES, MOVES, held, rows_of, year

WHO = ("holder", "node", "kpi", "start", "end", "value")
UNITS = ck.Reorganisation.from_table(
    {"node": ["east"], "parent": ["west"], "start": ["2026-10-01"]}, org()
)


def moved(**changes):
    return ck.move(year(), MOVES, by=moves.FollowsPost(), **changes)


def credited(*rows, stage=None, columns=WHO):
    return ck.credit(stage or moved(), entries(*rows, columns=columns))


def by(table, *keys, of="result"):
    """{keys: value} of a table."""
    return {tuple(row[key] for key in keys): row[of] for row in rows_of(table)}


def at(node, start, end, value, holder=None):
    return (holder, node, "sales", start, end, value)


DONE = [
    at("ann", "2026-01-01", "2026-06-30", 200),
    at("ann", "2026-07-01", "2026-07-31", 5),  # while it is vacant
    at("ann", "2026-08-01", "2026-12-31", 100),
    at("cid", "2026-01-01", "2026-06-30", 150),
    at("cid", "2026-07-01", "2026-12-31", 190),
]


def test_results_by_node_and_day_are_those_of_who_was_there():
    done = credited(*DONE)
    assert by(done.by_stint("sales"), "holder", "node") == pytest.approx(
        {("bo", "ann"): 100, ("cy", "cid"): 150, ("di", "east"): np.nan,
         ("li", "ann"): 200, ("li", "cid"): 190}, nan_ok=True
    )  # fmt: skip
    holders = done.by_holder("sales")
    assert by(holders, "holder") == {("bo",): 100, ("cy",): 150, ("li",): 390}
    assert by(holders, "holder", of="target") == {("bo",): 153, ("cy",): 181, ("li",): 365}
    assert by(holders, "holder", of="counted_target") == by(holders, "holder", of="target")
    units = done.by_unit("sales")
    assert by(units, "node") == pytest.approx(
        {("hq",): 645, ("east",): 305, ("ann",): 305, ("bob",): np.nan, ("west",): 340,
         ("cid",): 340}, nan_ok=True
    )  # fmt: skip


def test_each_stint_has_its_days_its_parent_and_its_manager():
    stage = moved(units=UNITS, leaves=LEAVES)
    rows = {(r["holder"], r["node"], str(r["start"])): r for r in rows_of(stage.by_stint("sales"))}
    li = rows["li", "ann", "2026-01-01"]
    assert (str(li["end"]), li["days"], li["leave"]) == ("2026-06-30", 181, 10)
    assert (li["parent"], li["manager"], li["target"], li["share"]) == ("east", "di", 171, 1.0)
    assert rows["bo", "ann", "2026-08-01"]["manager"] == ""
    # east itself is put below west: di, who left it in July, never saw that.
    assert rows["di", "east", "2026-01-01"]["parent"] == "hq"
    stints = held(("ed", "east", "2026-01-01", ""), ("li", "ann", "2026-01-01", ""))
    stage = ck.move(year(), stints, by=moves.FollowsPost(), units=UNITS)
    parents = [(r["node"], str(r["start"]), r["parent"], r["manager"], r["days"])
               for r in rows_of(stage.by_stint("sales"))]  # fmt: skip
    assert parents == [
        ("east", "2026-01-01", "hq", "", 273), ("east", "2026-10-01", "west", "", 92),
        ("ann", "2026-01-01", "east", "ed", 365),
    ]  # fmt: skip


@pytest.mark.parametrize("rule", [moves.FollowsPost(), moves.FollowsPerson()], ids=repr)
def test_stints_sum_to_their_holders(rule):
    stage = ck.move(year(), MOVES, by=rule, units=UNITS, leaves=LEAVES)
    table, sums = stage.by_stint("sales"), {}
    for row in rows_of(table):
        if row["target"] == row["target"]:
            sums[row["holder"]] = sums.get(row["holder"], 0) + row["target"]
    holders = stage.by_holder("sales")
    known = dict(zip(holders["holder"], holders["target"], strict=True))
    assert sums == {who: target for who, target in known.items() if who in sums}
    assert sum(sums.values()) == sum(known.values())


def test_who_has_no_target_where_they_are_has_none_and_not_zero():
    stage = ck.move(year(), MOVES, by=moves.FollowsPerson())
    targets = by(stage.by_stint("sales"), "holder", "node", of="target")
    assert np.isnan(targets["bo", "ann"])
    assert (targets["li", "ann"], targets["li", "cid"]) == (181, 184)


def test_a_post_whose_territory_is_elsewhere_has_its_pieces():
    areas = ck.OrgTree.from_table(
        {"id": ["hq", "p1", "p2", "a1"], "parent": ["", "hq", "hq", "p1"],
         "kind": ["unit", "post", "post", "area"]}, kind="kind",
    )  # fmt: skip
    units = ck.Reorganisation.from_table(
        {"node": ["a1"], "parent": ["p2"], "start": ["2026-12-01"]}, areas
    )
    stints = held(("li", "p1", "2026-01-01", ""), ("li", "p2", "2026-06-01", ""))
    stage = ck.move(year(goals={"a1": 365}, tree=areas), stints, units=units,
                    by=moves.FollowsTerritory("post"))  # fmt: skip
    assert by(stage.by_stint("sales"), "node", of="target") == {("p1",): 334, ("p2",): 31}


def test_a_report_by_holder_that_lies_astride_counts_for_the_holder_and_for_units_above_all_of_it():
    rows = [
        ("li", None, "sales", "2026-05-01", "2026-05-31", 10),
        ("li", None, "sales", "2026-06-01", "2026-07-31", 7),  # from ann to cid
        ("cy", "cid", "sales", "2026-03-01", "2026-03-31", 4),
    ]
    done = credited(*rows)
    stints = by(done.by_stint("sales"), "holder", "node")
    assert np.isnan(stints["li", "ann"])
    assert np.isnan(stints["li", "cid"])
    assert stints["cy", "cid"] == 4
    assert by(done.by_holder("sales"), "holder")["li",] == 17
    units = by(done.by_unit("sales"), "node")
    assert units["hq",] == 21
    assert all(np.isnan(units[name,]) for name in ("east", "ann", "west", "cid"))
    table = done.astride()
    assert [(row["report"], row["node"], str(row["start"])) for row in rows_of(table)] == [
        (1, "ann", "2026-06-01"), (1, "cid", "2026-07-01"),
    ]  # fmt: skip


def test_units_count_a_report_in_the_tree_of_its_days():
    stage = moved(units=UNITS)
    rows = [at("ann", "2026-08-01", "2026-09-30", 60), at("ann", "2026-10-01", "2026-12-31", 90)]
    units = by(credited(*rows, stage=stage).by_unit("sales"), "node")
    assert (units["ann",], units["east",], units["west",], units["hq",]) == (150, 150, 90, 150)
    whole = credited(at("ann", "2026-08-01", "2026-12-31", 150), stage=stage)
    units = by(whole.by_unit("sales"), "node")
    assert (units["ann",], units["east",], units["hq",]) == (150, 150, 150)
    assert np.isnan(units["west",])  # from October on
    assert by(whole.by_stint("sales"), "holder", "node")["bo", "ann"] == 150


def test_without_moves_units_have_what_measure_gives_them():
    targets = year()
    stints = held(*[(who, who, "2026-01-01", "") for who in ("ann", "bob", "cid")])
    reports = entries(("ann", "sales", 0.1), ("bob", "sales", 0.2), ("cid", "sales", 0.3),
                      ("east", "sales", 0.7))  # fmt: skip
    stage = ck.move(targets, stints, by=moves.FollowsPost())
    table = ck.credit(stage, reports).by_unit("sales")
    results = ck.measure(targets, reports, inner="own")
    assert table["result"].tolist() == results.of("sales")[0].tolist()
    assert table["target"].tolist() == targets.of("sales")[0].tolist()


def test_what_was_not_reported_is_not_counted_as_a_target():
    done = credited(at("ann", "2026-01-01", "2026-06-30", 200))
    holders = done.by_holder("sales")
    assert by(holders, "holder", of="counted_target")["li",] == 181
    units = done.by_unit("sales")
    # bo's 153, cy's 181 and li's 184 at cid are left out; vacancies stay in.
    assert by(units, "node", of="counted_target")["hq",] == 1095 - 153 - 181 - 184
    assert by(units, "node", of="counted_target")["ann",] == 181 + 31


def test_ratios_are_made_of_their_parts():
    churn = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
    goals = {"node": ["hq", "ann", "cid"], "kpi": ["churn"] * 3, "value": [1.0, 2.0, 4.0]}
    stage = ck.move(
        ck.cascade(org(), [churn], goals, periods="2026"), MOVES, by=moves.FollowsPost()
    )
    table = {"node": ["ann", "cid"], "kpi": ["churn"] * 2, "date": ["2026-06-30", "2026-07-01"],
             "numerator": [1, 9], "denominator": [100, 300]}  # fmt: skip
    done = ck.credit(stage, table)
    assert by(done.by_stint("churn"), "holder", "node")["li", "ann"] == 1.0
    assert by(done.by_holder("churn"), "holder")["li",] == 2.5
    assert by(done.by_holder("churn"), "holder", of="target")["li",] == pytest.approx(
        (2 * 181 + 4 * 184) / 365
    )
    units = by(done.by_unit("churn"), "node")
    assert (units["hq",], units["ann",], units["cid",]) == (2.5, 1.0, 3.0)
    assert by(done.by_unit("churn"), "node", of="target")["hq",] == 1.0


def test_many_sales_may_be_of_one_day_and_their_order_changes_no_bit():
    rng = np.random.default_rng(3)
    many = 400
    table = {
        "node": rng.choice(["ann", "cid"], many),
        "kpi": ["sales"] * many,
        "date": np.datetime64("2026-02-01") + rng.integers(0, 20, many),
        "value": rng.random(many),
    }
    one = ck.credit(moved(), table)
    order = rng.permutation(many)
    other = ck.credit(moved(), {name: np.array(column)[order] for name, column in table.items()})
    for name in ("by_stint", "by_holder", "by_unit"):
        for column, values in getattr(one, name)("sales").items():
            again = getattr(other, name)("sales")[column]
            np.testing.assert_array_equal(values, again)
    total = one.by_holder("sales")["result"]
    assert np.nansum(total) == pytest.approx(sum(table["value"]))
    assert repr(one) == "<Credited 400 reports of sales, 4 holders>"


def test_periods_may_stand_for_days_and_may_be_left_out():
    months = ck.phase(year(goals={"ann": 120}), ["2026H1", "2026H2"], ck.profiles.Even())
    stage = ck.move(months, MOVES, by=moves.FollowsPost())
    table = {"holder": ["li", "li", "bo"], "kpi": ["sales"] * 3,
             "period": ["2026H1", "2026H2", "2026H2"], "value": [50, 60, 70]}  # fmt: skip
    found = by(ck.credit(stage, table).by_holder("sales"), "holder", "period")
    assert found == pytest.approx(
        {("li", "2026H1"): 50, ("li", "2026H2"): 60, ("bo", "2026H2"): 70}, nan_ok=True
    )
    one = ck.credit(moved(), {"holder": ["li"], "kpi": ["sales"], "value": [400]})
    assert by(one.by_holder("sales"), "holder")["li",] == 400


# ------------------------------------------------------------------------ bad input


def test_what_cannot_be_told_is_refused_all_at_once():
    rows = [
        at("ann", "2026-01-01", "2026-09-30", 1),  # li, then nobody, then bo
        at("ann", "2026-06-01", "2026-07-31", 1),  # li, then nobody
        at("ann", "2026-06-01", "2026-06-30", 1, "bo"),  # bo is not there
        at(None, "2026-07-05", "2026-07-06", 1, "bo"),  # nor anywhere
    ]
    faults = refused(credited, *rows)
    assert [fault.row for fault in faults] == [0, 1, 2, 3]
    assert "held by 'bo', 'li'" in faults[0].reason
    assert "on some of the days" in faults[1].reason
    assert "has no stint at 'ann'" in faults[2].reason
    assert "has no stint, 2026-07-05" in faults[3].reason
    assert all("name the holder" in fault.repair for fault in faults[:2])


def test_two_at_one_post_need_a_name():
    pair = [("li", "ann", "2026-01-01", "", 0.5), ("bo", "ann", "2026-01-01", "", 0.5)]
    stints = held(*pair, columns=("holder", "node", "start", "end", "share"))
    stage = ck.move(year(), stints, by=moves.FollowsPost())
    refused(credited, at("ann", "2026-02-01", "2026-02-01", 3), stage=stage)
    done = credited(at("ann", "2026-02-01", "2026-02-01", 3, "li"), stage=stage)
    assert by(done.by_holder("sales"), "holder")["li",] == 3
    half = held(pair[0], columns=("holder", "node", "start", "end", "share"))
    stage = ck.move(year(), half, by=moves.FollowsPost())
    (fault,) = refused(credited, at("ann", "2026-02-01", "2026-02-01", 3), stage=stage)
    assert "in part" in fault.reason


def test_what_would_count_twice_is_refused():
    rows = [
        at("ann", "2026-01-01", "2026-06-30", 1),
        at("ann", "2026-02-01", "2026-02-01", 1),
        at(None, "2026-03-01", "2026-03-31", 1, "li"),
        at("bob", "2026-01-01", "2026-01-31", 1),
        at("bob", "2026-01-31", "2026-02-28", 1),
        at("cid", "2026-01-31", "2026-01-31", 1),
        at("cid", "2026-01-31", "2026-01-31", 1),
    ]
    faults = refused(credited, *rows)
    assert [(fault.row, fault.reason[:29]) for fault in faults] == [
        (1, "it shares days with row 0: th"), (2, "it shares days with row 0: th"),
        (4, "it shares days with row 3: th"),
    ]  # fmt: skip


def test_a_day_and_a_longer_report_that_begin_together_count_twice():
    rows = [at("ann", "2026-01-01", "2026-01-01", 1), at("ann", "2026-01-01", "2026-01-31", 1)]
    for given in (rows, rows[::-1]):
        (fault,) = refused(credited, *given)
        assert "shares days with row" in fault.reason
    credited(at("ann", "2026-01-01", "2026-01-31", 1), at("ann", "2026-02-01", "2026-02-01", 1))


def test_cells_are_read_as_in_every_table():
    table = {
        "holder": ["li", "lu", "", "li", "li", "li"],
        "node": ["", "", "", "anne", "", ""],
        "kpi": ["sales", "sales", "sales", "sale", "sales", "sales"],
        "start": [
            "2026-02-30",
            "2026-01-01",
            "2026-01-01",
            "2026-01-01",
            "2025-12-31",
            "2026-12-31",
        ],
        "end": ["2026-03-01", "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-01", ""],
        "value": [1, 1, 1, 1, "1,2", ""],
    }
    faults = refused(ck.credit, moved(), table)
    told = {(fault.row, fault.column) for fault in faults}
    assert told >= {(0, "start"), (1, "holder"), (2, None), (3, "node"), (3, "kpi"), (4, "start"),
                    (4, "value"), (5, "end"), (5, "value")}  # fmt: skip
    base = {"holder": ["li"], "kpi": ["sales"], "value": [1]}
    (fault,) = refused(ck.credit, moved(), {**base, "date": ["2026-01-01"], "period": ["2026"]})
    assert "in several ways" in fault.reason
    (fault,) = refused(ck.credit, moved(), {"kpi": ["sales"], "value": [1]})
    assert "no column 'holder'" in fault.reason
    (fault,) = refused(ck.credit, moved(), {**base, "holder": [7]})
    assert "they are text" in fault.repair
    refused(ck.credit, 5, base)
    refused(ck.credit, moved(), {**base, "date": [""]})


def test_levels_are_not_achieved_over_days():
    staff = ck.Kpi("staff", "people", aggregate=ck.aggregates.Last())
    targets = ck.assign(org(), [staff], {"node": ["ann"], "kpi": ["staff"], "value": [3]},
                        periods="2026")  # fmt: skip
    stage = ck.move(targets, MOVES, by=moves.FollowsPost())
    (fault,) = refused(ck.credit, stage, {"holder": ["li"], "kpi": ["staff"], "value": [3]})
    assert "measure it by node" in fault.repair


def test_a_policy_that_gives_targets_to_who_is_nowhere_is_told():
    def everything_to_the_first(history, origins):
        n = len(origins)
        whole = np.full(n, history.first), np.full(n, history.last)
        return moves.Tenures(origins, np.zeros(n, dtype=np.int64), origins, *whole, np.ones(n))

    stage = ck.move(year(), MOVES, by=everything_to_the_first)
    faults = refused(stage.by_stint, "sales")
    assert all(fault.value == "bo" for fault in faults)


def test_nothing_reported_and_nobody_there():
    empty = {"holder": [], "kpi": [], "value": []}
    done = ck.credit(moved(), empty)
    assert np.isnan(done.by_stint("sales")["result"]).all()
    assert len(done.astride()["report"]) == 0
    nobody = ck.move(year(), held(), by=moves.FollowsPost())
    assert len(nobody.by_stint("sales")["holder"]) == 0
    done = ck.credit(nobody, entries(("ann", "sales", 3)))
    assert by(done.by_unit("sales"), "node")["hq",] == 3
    assert len(done.by_holder("sales")["holder"]) == 0


# --------------------------------------------------------------------------- why


def test_every_result_is_explained_down_to_its_reports():
    rows = [
        *DONE[:3],
        ("cy", "cid", "sales", "2026-03-01", "2026-03-31", 0.1),
        ("cy", None, "sales", "2026-04-01", "2026-04-01", 0.2),
        ("cy", None, "sales", "2026-04-01", "2026-04-01", 0.3),
        ("li", None, "sales", "2026-07-01", "2026-12-31", 0.7),
        ("di", "east", "sales", "2026-02-01", "2026-02-28", 1.3),
    ]
    done = credited(*rows, stage=moved(units=UNITS))
    for who, found in by(done.by_holder("sales"), "holder").items():
        why = ck.explain(done, who[0], kpi="sales")
        np.testing.assert_equal([why.value, why.evaluate()], [found, found])
    for unit, found in by(done.by_unit("sales"), "node").items():
        why = ck.explain(done, unit[0], kpi="sales", quantity="unit result")
        np.testing.assert_equal([why.value, why.evaluate()], [found, found])
    text = ck.explain(done, "cy", kpi="sales").text(depth=None)
    assert "reports row 3, value; by stints row 3 (cy at cid, 2020-01-01 to 2026-06-30)" in text
    text = ck.explain(done, "ann", kpi="sales").text(depth=None)
    assert "reports row 1, value; nobody's: no stint of ann on these days" in text
    held = ck.explain(done, "west", kpi="sales")  # bo's report is of the days before and after
    assert np.isnan(held.evaluate())
    assert "reports row 2, value" in held.text()
    assert ck.explain(done, "li", kpi="sales", quantity="holder").value == 365
    refused(ck.explain, done, "lu", kpi="sales")
    assert np.isnan(ck.explain(credited(*DONE), "di", kpi="sales").value)


def test_ratios_are_explained_by_their_parts():
    churn = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
    targets = ck.cascade(org(), [churn], {"churn": 5}, periods="2026")
    stage = ck.move(targets, MOVES, by=moves.FollowsPost(), units=UNITS)
    table = {
        "node": ["ann", "cid", "ann"],
        "kpi": ["churn"] * 3,
        "date": ["2026-06-30", "2026-07-01", "2026-11-01"],
        "numerator": [1, 9, 2],
        "denominator": [100, 300, 70],
    }
    done = ck.credit(stage, table)
    for unit, found in by(done.by_unit("churn"), "node").items():
        why = ck.explain(done, unit[0], kpi="churn")
        np.testing.assert_equal([why.value, why.evaluate()], [found, found])
    assert ck.explain(done, "li", kpi="churn").evaluate() == 2.5
