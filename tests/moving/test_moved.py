"""What moved targets answer: sums, targets of a day, tables, explanations."""

from datetime import date

import numpy as np
import pytest
from attrs import fields

import cascade_kpi as ck
from cascade_kpi import moves
from tests.helpers import entries, org, refused
from tests.moving.cases import (
    MOVES,
    SALES,
    held,
    of_holders,
    of_units,
    year,
)


def test_what_does_not_add_up_is_the_mean_of_what_is_held():
    churn = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
    goals = {"node": ["hq", "ann", "cid"], "kpi": ["churn"] * 3, "value": [1.0, 2.0, 4.0]}
    targets = ck.cascade(org(), [churn], goals, periods="2026")
    moved = ck.move(targets, MOVES, by=moves.FollowsPost())
    found = of_holders(moved, "churn")
    assert found["li"] == pytest.approx((2 * 181 + 4 * 184) / 365, rel=1e-15)
    assert (found["bo"], found["cy"], found["di"]) == (2.0, 4.0, 1.0)
    (fault,) = refused(moved.by_unit, "churn")
    assert "units keep their targets" in fault.repair
    assert moved.targets(as_of="2026-05-01").of("churn").tolist() == targets.of("churn").tolist()
    assert np.isnan(moved.by_holder("churn")["lots"]).all()
    assert np.isnan(moved.table()["lots"]).all()


def test_targets_of_one_day_can_be_scored_and_phased_on():
    units = ck.Reorganisation.from_table(
        {"node": ["ann"], "parent": ["west"], "start": ["2026-07-01"]}, org()
    )
    moved = ck.move(year(), MOVES, by=moves.FollowsPost(), units=units)
    before, after = (moved.targets(as_of=day) for day in ("2026-06-30", date(2026, 7, 1)))
    assert before.of("sales").tolist() == year().of("sales").tolist()
    assert after.org == moved.tree("2026-07-01")
    found = dict(zip(after.org.ids.tolist(), after.of("sales")[0].tolist(), strict=True))
    assert found == {"hq": 1095, "east": 365, "bob": 365, "west": 730, "ann": 365, "cid": 365}
    results = ck.measure(
        after, entries(("ann", "sales", 300), ("cid", "sales", 400), ("bob", "sales", 1))
    )
    assert results.of("sales")[0, after.org.row("west")] == 700
    halves = ck.phase(after, ["2026H1", "2026H2"], ck.profiles.Even())
    assert halves.of("sales").sum(axis=0).tolist() == after.of("sales")[0].tolist()
    assert ck.explain(halves, "west", kpi="sales", period="2026H2").evaluate() == 365
    one = year(goals={"ann": 365})
    there = ck.move(one, MOVES, by=moves.FollowsPost()).targets(as_of="2026-07-01")
    assert there.of("sales").tobytes() == one.of("sales").tobytes()
    assert np.isnan(there.of("sales")[0, one.org.row("west")])
    for odd in ("2025-12-31", "2027-01-01", "1.7.2026", None):
        refused(moved.targets, odd)


def test_nothing_to_move():
    moved = ck.move(year(), held(), by=moves.FollowsPerson())
    assert of_holders(moved) == {}
    none = ck.Targets.from_columns(org(), [SALES], {}, periods="2026")
    for rule in (moves.FollowsPost(), moves.FollowsPerson(), moves.FollowsTerritory()):
        assert len(ck.move(none, MOVES, by=rule).pieces) == 0
        assert of_holders(ck.move(none, MOVES, by=rule)) == {}
        assert of_units(ck.move(none, MOVES, by=rule)) == {}
        assert len(ck.move(none, MOVES, by=rule).table()["node"]) == 0


def test_whole_number_ids():
    tree = ck.OrgTree.from_table({"id": [1, 2], "parent": [None, 1]})
    stints = ck.Stints.from_table(
        {"holder": [70], "node": [2], "start": ["2026-01-01"], "end": ["2026-12-30"]}, tree
    )
    moved = ck.move(year(goals={2: 365}, tree=tree), stints, by=moves.FollowsPost())
    assert moved.by_holder("sales")["holder"].tolist() == [70]
    table = moved.table()
    assert table["holder"].tolist() == [70, None]
    assert table["node"].dtype == np.int64
    assert table["carrier"].tolist() == [None, 1]
    assert ck.explain(moved, 2, kpi="sales").evaluate() == 365


def test_the_stage_is_a_value():
    one, two = (ck.move(year(), MOVES, by=moves.FollowsPost()) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != ck.move(year(), MOVES, by=moves.FollowsPerson())
    assert repr(one) == "<Moved sales: 8 pieces, 4 holders, by FollowsPost(at=())>"
    with pytest.raises(ValueError, match="read-only"):
        one.pieces.start[0] = 3
    for part in (one.clock, one.trees):
        values = [getattr(part, each.name) for each in fields(type(part))]
        arrays = [value for value in values if isinstance(value, np.ndarray)]
        assert arrays
        assert not any(array.flags.writeable for array in arrays)
    assert one.lots_of("sales").sum() == 1095
    assert one.of_holder("li")._repr_html_().startswith("<pre>2 pieces of li")
