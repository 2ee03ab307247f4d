"""One stint's target and result, asked why."""

from datetime import date

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from tests.helpers import org, refused
from tests.moving.cases import LEAVES, MOVES, SALES, held, year
from tests.moving.test_credit import DONE, UNITS, at, credited, moved
from tests.properties.test_explanations import bits, same_bits


def every(stage, table, quantity):
    """Every row of a table by stint is explained to the bit."""
    told = {}
    columns = zip(*(table[key].tolist() for key in ("holder", "node", "start")), strict=True)
    for (who, node, start), value in zip(columns, table[quantity].tolist(), strict=True):
        kpi = str(table["kpi"][0])
        why = ck.explain(stage, who, kpi=kpi, stint=(node, start), quantity=quantity)
        assert bits(why.value) == bits(value)
        same_bits(why)
        told[who, node, str(start)] = why.text(depth=None)
    return told


def test_each_stint_has_the_reports_of_its_own_days():
    done = credited(*DONE, stage=moved(units=UNITS))
    told = every(done, done.by_stint("sales"), "result")
    text = told["li", "ann", "2026-01-01"]
    assert "result of sales, li at ann, 2026-01-01 to 2026-06-30, 2026 = 200 units" in text
    assert "reports row 0, value; by stints row 0" in text
    assert "reports row 4" not in text
    text = told["di", "east", "2026-01-01"]
    assert text.endswith("= absent  ← there is no report")
    text = told["bo", "ann", "2026-08-01"]  # east is put below west in October, ann stays in east
    assert "reports row 2, value" in text


def test_a_report_of_several_stints_is_held_back_from_each_and_they_are_named():
    long = at(None, "2026-01-01", "2026-12-31", 400, holder="li")
    done = credited(long)
    told = every(done, done.by_stint("sales"), "result")
    for node, start in (("ann", "2026-01-01"), ("cid", "2026-07-01")):
        first, report = told["li", node, start].split("\n")
        assert first.endswith(
            "= absent  ← held back: these are of several stints at once, "
            "and are not divided among them"
        )
        assert "= 400 units  ← reports row 0, value; by stints row 0" in report
        assert "and stints row 1" in report


@pytest.mark.parametrize(
    "by", [moves.FollowsPost(), moves.FollowsTerritory(), moves.FollowsPerson()]
)
def test_each_stint_has_its_pieces_cut_where_the_holders_stints_are(by):
    stage = ck.move(year(), MOVES, by=by, units=UNITS, leaves=LEAVES)
    told = every(stage, stage.by_stint("sales"), "target")
    assert any("sum of its pieces" in text for text in told.values())
    if isinstance(by, moves.FollowsPerson):  # their year goes with them, and is cut in July
        text = told["li", "cid", "2026-07-01"]
        assert "of sales, ann, 2026-07-11 to 2026-12-31" in text
        assert "2026-06" not in text.split("\n")[2]


def test_a_stint_that_is_written_as_two_has_a_part_of_one_piece_each():
    twice = held(("li", "ann", "2026-01-01", "2026-03-31"), ("li", "ann", "2026-04-01", ""))
    stage = ck.move(year(), twice, by=moves.FollowsPost())
    assert stage.by_stint("sales")["target"].tolist() == [90, 275]
    assert len(stage.of_holder("li")) == 1
    told = every(stage, stage.by_stint("sales"), "target")
    text = told["li", "ann", "2026-04-01"]
    assert "due by their end less due by their beginning" in text
    assert "cut here by stints row 0, end, stints row 1, start" in text


@pytest.mark.parametrize("kpi", ["shared", "mean"])
def test_what_is_not_divided_goes_by_the_days_of_the_stint(kpi):
    aggregate = {"shared": ck.aggregates.Sum(), "mean": ck.aggregates.Ratio(100)}[kpi]
    one = ck.Kpi("k", "CNY", aggregate=aggregate, split=ck.splits.Shared())
    targets = ck.cascade(org(), [one], {"k": 3.7}, periods="2026")
    stage = ck.move(targets, MOVES, by=moves.FollowsPost(), units=UNITS)
    every(stage, stage.by_stint("k"), "target")


def test_a_stint_is_asked_for_by_its_node_and_by_its_day_where_there_are_several():
    twice = held(("li", "ann", "2026-01-01", "2026-02-28"), ("li", "ann", "2026-05-01", ""))
    stage = ck.move(year(), twice, by=moves.FollowsPost())
    (fault,) = refused(ck.explain, stage, "li", kpi="sales", stint="ann")
    assert "li has several there in 2026" in str(fault)
    assert "2026-01-01, 2026-05-01" in fault.repair
    values = [
        ck.explain(stage, "li", kpi="sales", stint=("ann", day)).value
        for day in ("2026-05-01", date(2026, 5, 1), np.datetime64("2026-05-01"))
    ]
    assert values == [245.0] * 3
    for stint, reason in (
        ("bob", "li has no stint there"),
        ("dan", "no such node"),
        (("ann", "2026-05-02"), "li has none that begins then"),
        (("ann", "May"), "May"),
    ):
        (fault,) = refused(ck.explain, stage, "li", kpi="sales", stint=stint)
        assert reason in str(fault)
    (fault,) = refused(ck.explain, stage, "east", kpi="sales", stint="ann")
    assert "has no stint" in str(fault)
    (fault,) = refused(ck.explain, year(), "ann", kpi="sales", stint="ann")
    assert "not asked of this stage" in str(fault)
    (fault,) = refused(ck.explain, stage, "li", kpi="sales", stint=("ann", "2026-05-01"),
                       quantity="result")  # fmt: skip
    assert "no such quantity" in str(fault)


def test_a_stint_of_one_period_is_not_that_of_another():
    goals = {"node": ["ann"] * 2, "kpi": ["sales"] * 2, "period": ["2026H1", "2026H2"],
             "value": [181, 368]}  # fmt: skip
    stage = ck.move(
        ck.assign(org(), [SALES], goals),
        held(("li", "ann", "2026-01-01", "")),
        by=moves.FollowsPost(),
    )
    found = [
        ck.explain(stage, "li", kpi="sales", period=half, stint="ann").value
        for half in ("2026H1", "2026H2")
    ]
    assert found == [181, 368]
