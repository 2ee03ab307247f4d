"""Ratings of several people made into scores."""

import attrs
import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import rating, testing
from cascade_kpi.records import record
from tests.helpers import NAN, refused
from tests.rating.case import ORG, SCALE, WEIGHTS, ratings, rows


def agreed(weights=WEIGHTS, table=None, audience=None, **options):
    return ck.consolidate(ratings(table), rating.Raters(weights, **options), audience)


def score(stage, node, item=None):
    return stage.of(item)[0, ORG.row(node)]


def test_a_score_weighs_the_means_of_relations():
    told = agreed()
    # li: manager 4, peers 3 and 2, one report 5 and one that could not tell, self 5
    assert score(told, "li") == (50 * 4 + 20 * 2.5 + 20 * 5 + 10 * 5) / 100
    # he has no reports: never asked, and their weight is spread
    assert score(told, "he") == (50 * 3 + 20 * 4.5 + 10 * 4) / 80
    assert np.isnan(score(told, "ma"))
    assert told.at("teamwork", 0, ORG.rows(["he", "li"])).tolist() == [3.5, 4.0]


def test_too_few_raters_do_not_count():
    told = agreed(least={"peer": 3})
    assert score(told, "li") == (50 * 4 + 20 * 5 + 10 * 5) / 80
    table = agreed(least={"peer": 3}, audience=rating.Office()).by_relation()
    at = table["relation"].tolist().index("peer", 4)  # he stands before li, both below wu
    assert table["node"][at] == "li"
    assert (table["mean"][at], table["weight"][at], table["note"][at]) == (2.5, 0.0, "missing")


def test_what_is_missing_holds_or_is_refused_but_what_was_never_asked_is_not_missing():
    held = agreed(least={"report": 2}, missing="hold", audience=rating.Office())
    assert np.isnan(score(held, "li"))
    assert score(held, "he") == 3.5  # he has no reports who could rate
    assert held.table()["note"].tolist() == ["", "missing"]
    (fault,) = refused(agreed, least={"report": 2}, missing="refuse")
    assert "teamwork in 2026: 1 of 2 in the relation report have rated" in fault.reason
    assert fault.value == "li"
    assert not np.isnan(score(agreed(missing="refuse"), "li"))
    (fault,) = refused(rating.Raters, WEIGHTS, missing="zero")
    assert "no rating is zero because it is missing" in fault.reason


def test_a_relation_that_weighs_nothing_is_shown_and_not_missing():
    weights = {**WEIGHTS, "self": 0, "report": 0}
    told = agreed(weights, least={"report": 2}, missing="hold")
    assert score(told, "li") == (50 * 4 + 20 * 2.5) / 70
    table = told.by_relation()
    own = [i for i, name in enumerate(table["relation"]) if name == "self"]
    assert table["mean"][own].tolist() == [4, 5]
    assert table["weight"][own].tolist() == [0, 0]


def test_weights_by_heads_and_weights_handed_on():
    assert score(agreed(rating.ByHeads()), "li") == (4 + 2 + 3 + 5 + 5) / 5
    handed = agreed(rating.HandedTo("manager", WEIGHTS))
    assert score(handed, "he") == (70 * 3 + 20 * 4.5 + 10 * 4) / 100
    refused(rating.HandedTo, "boss", WEIGHTS)
    # nobody to hand to: the weights stay where they are
    rule = rating.HandedTo("manager", WEIGHTS)
    assert rule(("peer", "self"), np.array([[2, 0]])).tolist() == [[20, 10]]
    assert rule(("manager", "peer"), np.array([[0, 0]])).tolist() == [[50, 20]]


def test_trimming_drops_ends_and_leaves_somebody():
    values = {"li": {"wu": 4, "li": 5, "he": 1, "ma": 5, "xu": 5, "zu": 2}}
    table = rows(values) + [
        {"node": "li", "rater": f"c{i}", "relation": "customer", "item": "teamwork",
         "period": "2026", "value": value}
        for i, value in enumerate([1, 4, 4, 5, 5])
    ]  # fmt: skip
    given = ratings(table, outside="customer")
    weights = {**WEIGHTS, "customer": 10}
    told = ck.consolidate(given, rating.Raters(weights, trim=rating.Drop(1)), rating.Office())
    means = dict(zip(told.relations, told.tally.means[0].tolist(), strict=True))
    # two peers, two reports: nobody would be left, so nobody is dropped
    assert means == {"customer": 13 / 3, "manager": 4, "peer": 3, "report": 3.5, "self": 5}
    assert told.tally.kept[0].tolist() == [3, 1, 2, 2, 1]
    share = attrs.evolve(told.by, trim=rating.DropShare(0.4))
    assert ck.consolidate(given, share).tally.kept[0].tolist() == [1, 1, 2, 2, 1]
    assert rating.DropShare(0.29)(np.arange(100), np.full(100, 100)).sum() == 42  # 28.999…96 is 29


def test_rounding_takes_no_mean_beyond_its_ratings():
    values = {"li": {"wu": 0.1, "li": 0.1, "he": 0.1, "ma": 0.1, "xu": 0.1, "zu": 0.1}}
    table = [{**row, "relation": "customer"} for row in rows(values) if row["rater"] != "li"]
    assert sum([0.1] * 3) / 3 > 0.1
    given = ratings(table[:3], scale=rating.Scale(0, 1, step=None))
    told = ck.consolidate(given, rating.Raters({"customer": 1}))
    assert score(told, "li") == told.tally.means[0, 0] == 0.1


def test_the_overall_score_weighs_items():
    table = [*rows(item="a"), *rows({"li": {"wu": 2}}, item="b")]
    told = agreed(table=table)
    a, b = told.of("a"), told.of("b")
    li, he = ORG.row("li"), ORG.row("he")
    assert told.overall()[0, li] == (a[0, li] + b[0, li]) / 2
    assert told.overall()[0, he] == a[0, he]  # nobody was asked about b
    weighed = agreed(table=table, items={"a": 3, "b": 1})
    assert weighed.overall()[0, li] == (3 * a[0, li] + b[0, li]) / 4
    faults = refused(agreed, table=table, items={"a": 3, "c": 1})
    assert [fault.value for fault in faults] == ["b", "c"]
    assert told.totals()["node"].tolist() == ["he", "li"]
    empty = [*rows(item="a"), *rows({"li": {"wu": None}}, item="b")]
    assert np.isnan(agreed(table=empty, missing="hold").overall()[0, li])
    assert agreed(table=empty).overall()[0, li] == a[0, li]


def test_items_on_different_scales_have_no_overall_score():
    table = [*rows(item="a"), *rows({"li": {"wu": 90}}, item="b")]
    given = ratings(table, scale={"a": SCALE, "b": rating.Scale(0, 100)})
    told = ck.consolidate(given, rating.Raters(WEIGHTS))
    assert told.of("b")[0, ORG.row("li")] == 90
    refused(told.overall)
    refused(told.totals)


def test_relations_without_a_weight_are_refused():
    faults = refused(agreed, {"manager": 1, "pear": 2})
    assert [fault.value for fault in faults] == ["peer", "report", "self"]
    assert "did you mean 'pear'?" in faults[0].repair
    refused(rating.ByRelation, {"manager": 0})
    refused(rating.ByRelation, {"manager": -1, "peer": NAN, "": 3})
    refused(rating.ByRelation, {})


def test_everything_wrong_with_rules_is_told_at_once():
    faults = refused(rating.Raters, 5, {"peer": 0}, "x", "never", {"a": "b"})
    assert [fault.column for fault in faults] == [
        "weights", "least of peer", "trim", None, "a",
    ]  # fmt: skip
    faults = refused(ck.consolidate, None, None, 5)
    assert [fault.source for fault in faults] == ["ratings", "raters", "audience"]
    for make in (rating.Drop, rating.DropShare):
        refused(make, -1)
        refused(make, 0.5)
        refused(make, 0, leave=0)
    refused(rating.Ratee, 1)


def test_a_weighting_that_weighs_too_much_is_refused():
    (fault,) = refused(agreed, Heavy())
    assert "not from 0 to 1e12" in fault.reason


@record("test_consolidate/holes")
@frozen
class Holes:
    def __call__(self, ranks, counts):
        return ranks % 2 == 0


@record("test_consolidate/none")
@frozen
class Nobody:
    def __call__(self, ranks, counts):
        return ranks < 0


@record("test_consolidate/negative")
@frozen
class Negative:
    def __call__(self, relations, counts):
        return counts - 1.0


@record("test_consolidate/heavy")
@frozen
class Heavy:
    def __call__(self, relations, counts):
        return counts * 1e300


@record("test_consolidate/curious")
@frozen
class Curious:
    def __call__(self, relations):
        return np.ones(len(relations), dtype=np.int64)


@record("test_consolidate/many")
@frozen
class Crowd:
    def __call__(self, relations):
        return np.full(len(relations), len(relations), dtype=np.int64)


@record("test_consolidate/flat")
@frozen
class Flat:
    def __call__(self, values, counts):
        return np.zeros((len(values), len(values)))


@record("test_consolidate/everybody")
@frozen
class Everybody:
    def __call__(self, org, rater, ratee):
        return np.ones(len(rater), dtype=bool)


@pytest.mark.parametrize(
    ("check", "rule", "broken"),
    [
        (testing.check_trim, Holes(), "drops some between"),
        (testing.check_trim, Nobody(), "keeps nobody"),
        (testing.check_weighting, Negative(), "not from 0"),
        (testing.check_audience, Curious(), "mean of one"),
        (testing.check_audience, Crowd(), "depends on the others"),
        (testing.check_metric, Flat(), "not apart"),
    ],
)
def test_broken_laws_are_told(check, rule, broken):
    with pytest.raises(AssertionError, match=broken):
        check(rule)


def test_ties_to_oneself_are_told():
    with pytest.raises(AssertionError, match="to themself"):
        testing.check_tie(Everybody(), ORG)


def test_odd_rules_are_refused_by_name():
    faults = refused(agreed, Negative(), trim=Nobody())
    assert [fault.column for fault in faults] == ["trim", "weights"]
    assert "testing.check_trim tells more" in faults[0].repair
    refused(agreed().seen_by, "ratee")


def test_what_is_printed_says_for_whom():
    told = agreed()
    assert "for Ratee(least=3" in repr(told)
    assert "2 scores, 1 withheld" in repr(told)
    assert told._repr_html_().startswith("<pre>&lt;Consolidated")
    assert hash(told) != hash(told.seen_by(rating.Office()))
    assert told == agreed()
