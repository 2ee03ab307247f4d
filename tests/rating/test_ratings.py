"""Tables of ratings, read, refused, written."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import rating
from tests.helpers import NAN, refused
from tests.rating.case import ORG, SCALE, ratings, rows


def row(node="li", rater="wu", relation="manager", item="teamwork", value=4, **more):
    return {
        "node": node,
        "rater": rater,
        "relation": relation,
        "item": item,
        "value": value,
        **more,
    }


def test_rows_stand_by_item_period_node_relation_and_rater():
    table = ratings([*rows(item="b"), *rows(item="a", period="2025")]).table()
    keys = ["item", "period", "node", "relation", "rater"]
    listed = list(zip(*(table[key].tolist() for key in keys), strict=True))
    node = {id_: row for row, id_ in enumerate(ORG.ids.tolist())}
    assert listed == sorted(listed, key=lambda key: (*key[:2], node[key[2]], key[3], node[key[4]]))


def test_a_blank_value_is_asked_and_not_rated():
    given = ratings()
    assert len(given) == 10
    assert int(np.isnan(given.values).sum()) == 1
    assert "9 of 10 asked, of 2 by 6 raters" in repr(given)


def test_everything_wrong_with_a_table_is_told_at_once():
    table = [
        row(node="xuu"),
        row(rater="he", relation="peer", value=5.5),
        row(rater="ma", relation="peer", value=3.5),
        row(rater="li", relation="peer"),
        row(rater="xu", relation="self"),
        row(rater="zu", relation=""),
        row(rater="nobody", relation="peer"),
        row(value=3),
        row(relation="peer"),
        row(rater="he", item="tact", relation="peer"),
    ]
    faults = refused(ratings, table, items=["teamwork"], periods="2026")
    told = {(fault.row, fault.column) for fault in faults}
    assert told == {
        (0, "node"), (1, "value"), (2, "value"), (3, "relation"), (4, "rater"), (5, "relation"),
        (6, "rater"), (8, "rater"), (9, "item"),
    }  # fmt: skip
    by_row = {fault.row: str(fault) for fault in faults}
    assert "did you mean 'xu'?" in by_row[0]
    assert "not on the scale of teamwork, 1 to 5, steps of 1" in by_row[1]
    assert "name the relation self" in by_row[3]
    assert "in row 7 already" in by_row[8]
    assert "outside=…" in by_row[6]


def test_raters_outside_of_the_tree_may_be_of_any_kind():
    table = [row(rater=7, relation="customer"), row(rater="7", relation="customer"),
             row(rater="wu"), row(rater="", relation="customer")]  # fmt: skip
    (fault,) = refused(ratings, table, outside=["customer"], periods="2026")
    assert (fault.row, fault.column, fault.reason) == (3, "rater", "blank")
    given = ratings(table[:3], outside=["customer"], periods="2026")
    assert given.table()["rater"].tolist() == [7, "7", "wu"]
    back = ck.from_json(ck.to_json(given))
    assert back == given
    assert hash(back) == hash(given)


def test_an_outsider_may_be_of_the_tree_all_the_same():
    given = ratings([row(rater="wu", relation="customer")], outside="customer", periods="2026")
    assert given.rows.rater.tolist() == [ORG.row("wu")]


def test_each_item_may_have_its_scale():
    table = [row(item="a", value=5), row(item="b", value=90)]
    given = ratings(table, scale={"b": rating.Scale(0, 100), "a": SCALE}, periods="2026")
    assert given.items == ("b", "a")
    assert given.survey.common is None
    faults = refused(ratings, table, scale={"a": SCALE, "c": 5}, periods="2026")
    assert [(fault.source, fault.column) for fault in faults] == [("scale", "c")]
    faults = refused(ratings, table, items=["a", "b"], scale={"a": SCALE, "c": SCALE})
    assert [(fault.source, fault.column or fault.value) for fault in faults] == [
        ("scale", "c"), ("scale", "b"),
    ]  # fmt: skip
    faults = refused(ratings, table, scale={"a": SCALE, "c": SCALE}, periods="2026")
    assert [(fault.row, fault.value) for fault in faults] == [(1, "b")]
    (fault,) = refused(ratings, table, scale=5, periods="2026")
    assert fault.source == "scale"
    back = ck.from_json(ck.to_json(given))
    assert back == given
    assert back.items == ("b", "a")


@pytest.mark.parametrize(
    "scale",
    [(5, 1), (1, 1), (1, NAN), (1, 5, 3), (1, 5, 0), (1, 5, -1), ("x", 5), (-1e308, 1e308),
     (0, 1e-101, None), (0, 1, 1e-12), (1, 5, 8)],
)  # fmt: skip
def test_odd_scales_are_refused(scale):
    refused(rating.Scale, *scale)


def test_a_scale_knows_its_steps():
    assert rating.Scale(1, 5).steps == 5
    assert rating.Scale(0, 1, 0.1).steps == 11
    assert rating.Scale(0, 1, step=None).steps is None
    tenths = np.arange(11) * 0.1  # 0.30000000000000004 is a step
    assert not rating.Scale(0, 1, 0.1).faulty(tenths).any()
    assert rating.Scale(0, 1, 0.1).faulty(np.array([0.05, 1.0000001, -0.1])).all()
    assert rating.Scale(1, 5).chance == 2.0
    assert rating.Scale(0, 1, step=None).chance == pytest.approx(1 / 12)


def test_only_some_of_them():
    given = ratings([*rows(item="a"), *rows(item="b")])
    peers = given.only(relation="peer", item="a")
    assert set(peers.table()["relation"].tolist()) == {"peer"}
    assert len(peers) == 4
    refused(given.only, relation="pear")
    refused(given.only, item="c")
    refused(given.only, period="2027")
    assert len(given.only(period="2026")) == len(given)


def test_a_survey_tells_its_faults_together():
    faults = refused(rating.Survey, ["a", "a"], [SCALE], own="x", outside=["x"])
    assert [fault.column for fault in faults] == ["scales", "items", "outside"]


def test_no_ratings_are_ratings():
    none = {name: [] for name in ("node", "rater", "relation", "item", "value")}
    given = ratings(none, periods="2026", items=["teamwork"])
    assert len(given) == 0
    agreed = ck.consolidate(given, rating.Raters({"manager": 1}))
    assert np.isnan(agreed.of("teamwork")).all()
    assert len(agreed.table()["node"]) == len(agreed.by_relation()["node"]) == 0
    lenient = rating.leniency(given)
    assert lenient.components == 0
    assert len(lenient.table()["rater"]) == 0
    assert np.isnan(rating.alpha(given))
    assert np.isnan(rating.icc(given)["1,1"].value)
    assert np.isnan(rating.rwg(given)).all()
    assert ck.from_json(ck.to_json(given)) == given


def test_contradictions_are_told_and_not_refused():
    table = [*rows(), row(node="xu", rater="wu", relation="manager", period="2026")]
    given = ratings(table)
    told = rating.contradictions(given)
    assert list(zip(told["node"], told["rater"], told["row"], strict=True)) == [("xu", "wu", 10)]
    assert not len(rating.contradictions(given, {"manager": rating.Above(2)})["row"])
    assert told["relation"].tolist() == ["manager"]
    named = rating.contradictions(given, {"manager": rating.InColumn("boss")})
    assert named["row"].tolist() == [10]
    faults = refused(rating.contradictions, given, {"boss": rating.Above(), "peer": 5})
    assert len(faults) == 2
    refused(rating.contradictions, given, {"manager": rating.InColumn("x")})
    refused(rating.contradictions, given, 5)
    refused(rating.contradictions, given, {"peer": lambda org, rater, ratee: 1})


def test_the_tree_ties_people():
    rater, ratee = (each.ravel() for each in np.meshgrid(range(6), range(6), indexing="ij"))
    ids = ORG.ids.tolist()

    def tied(tie):
        held = tie(ORG, rater, ratee)
        return {(ids[a], ids[b]) for a, b in zip(rater[held], ratee[held], strict=True)}

    children = {("wu", "li"), ("wu", "he"), ("wu", "ma"), ("li", "xu"), ("li", "zu")}
    assert tied(rating.Above()) == tied(rating.InColumn("boss")) == children
    assert tied(rating.Above(2)) == children | {("wu", "xu"), ("wu", "zu")}
    assert tied(rating.Below()) == {(b, a) for a, b in children}
    sides = {("li", "he"), ("li", "ma"), ("he", "ma"), ("xu", "zu")}
    assert tied(rating.Beside()) == sides | {(b, a) for a, b in sides}


def test_rows_that_explanations_name_come_back_from_json():
    given = ratings()
    some = given.only(relation="peer")
    assert len(some) < len(given)
    for each in (given, some):
        back = ck.from_json(ck.to_json(each))
        assert back.table()["value"].tolist() == pytest.approx(
            each.table()["value"].tolist(), nan_ok=True
        )
        assert back.rows.source_row.tolist() == each.rows.source_row.tolist()
    document = ck.to_json(some)
    numbers = str(sorted(some.rows.source_row.tolist()))[1:-1].replace(" ", "")
    for odd in (numbers.replace(numbers[0], "-1", 1), ",".join(["1"] * len(some))):
        changed = "".join(document.split()).replace(numbers, odd)
        assert changed != "".join(document.split())
        (fault,) = refused(ck.from_json, changed)
        assert fault.reason == "rows that are not numbered"
