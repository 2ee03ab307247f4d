import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, curves, triggers
from tests.examining.case import ITEMS, KPIS, card, finding, results

SELLERS = {
    "a": (120, 100, 100), "b": (79.5, 101, 99.5), "c": (100, 99, 100), "e": (60, 100, 40),
}  # fmt: skip
IDS = ("a", "b", "c", "e", "d")


def examined(rows=None, **given):
    people = {**(SELLERS if rows is None else rows), "d": (None, 100, 100)}
    return ck.examine(card(**given), results(people, IDS))


def test_shares_are_covariances_over_the_variance_and_sum_to_one():
    found = examined()
    table = found.influence()
    rows = table["post"] == "seller"
    assert table["part"][rows].tolist() == ["revenue", "churn", "calls", "the rest"]
    assert table["weight"][rows].tolist() == [0.6, 0.3, 0.1, 0.0]
    assert table["share"][rows].sum() == pytest.approx(1)
    total = found.scores.total[0, found.scores.org.rows(list("abce"))]
    points = found.scores.points("revenue")[0, found.scores.org.rows(list("abce"))]
    want = np.cov(0.6 * points, total)[0, 1] / total.var(ddof=1)
    assert table["share"][rows][0] == pytest.approx(want)
    assert table["correlation"][rows][0] == pytest.approx(np.corrcoef(points, total)[0, 1])


def test_one_person_has_no_spread():
    table = examined().influence()
    assert np.isnan(table["share"][table["post"] == "clerk"]).all()


def test_influence_apart_from_weight_is_found():
    told = finding(examined(), "influence", "revenue")
    assert told.post == "seller"
    assert "weighs 60 %" in told.words


def test_what_an_absent_part_is_filled_with_is_its_contribution():
    rows = {**SELLERS, "c": (100, None, 100)}
    found = examined(rows, missing=absences.Neutral(70))
    row = found.scores.org.row("c")
    made = found.people.contributions(0)[:, row]
    assert made.tolist() == pytest.approx([60, 21, 10, 0])
    left_out = examined(rows).people.contributions(0)[:, row]
    assert left_out.tolist() == pytest.approx([100 * 6 / 7, 0, 100 / 7, 0])


def test_adjustments_are_the_rest():
    cap = adjustments.Within(high=100)
    found = examined(then=[cap])
    made = found.people.contributions(0)
    row = found.scores.org.row("a")
    assert made[-1, row] == pytest.approx(100 - (0.6 * 150 + 0.3 * 100 + 0.1 * 100))
    assert made[:, row].sum() == pytest.approx(100)


def test_a_section_that_is_not_additive_is_one_part():
    inner = ck.Section("both", ITEMS[1:], combines.Geometric())
    weights = {"*": {"revenue": 60, "both": 40, "churn": 50, "calls": 50}}
    rule = ck.Scorecard([ITEMS[0], inner], weights)
    found = ck.examine(rule, results(SELLERS, IDS[:4]))
    table = found.influence()
    assert table["part"].tolist() == ["revenue", "both", "churn", "calls", "the rest"]
    assert np.isnan(table["share"]).tolist() == [False, False, True, True, False]
    assert not np.isnan(table["correlation"][:4]).any()
    whole = ck.Scorecard(ck.Section("total", ITEMS, combines.Weakest()),
                         {"*": {"revenue": 1, "churn": 1, "calls": 1}})  # fmt: skip
    assert np.isnan(ck.examine(whole, results(SELLERS, IDS[:4])).influence()["share"]).all()


def test_a_push_over_a_jump_is_told_with_who_stands_before_it():
    found = examined()
    table = found.pushes()
    at = [i for i, n in enumerate(table["name"]) if (n, table["post"][i]) == ("revenue", "seller")]
    (i,) = at
    assert table["node"][i] == "b"
    # 79.5 → 80.5 is a jump of 50 points and 1.25 points along the line, × 60 %.
    assert table["most_gain"][i] == pytest.approx(0.6 * 51.25)
    assert table["crossing"][i] == 1
    calls = found.gains("calls")[0, found.scores.org.row("b")]
    assert calls == pytest.approx(5)
    # Less churn is better: the push goes down, and the gain up.
    churn = found.gains("churn")[0, found.scores.org.row("b")]
    assert churn == pytest.approx(0.3)
    told = [each for each in found.findings if each.kind == "push"]
    assert told[0].size == pytest.approx(0.6 * 51.25)
    assert told[0].words.startswith("revenue better by 1 % of the target takes 1 over a jump")


def test_a_push_that_opens_a_gate_counts_what_it_opens():
    gate = ck.Gate(triggers.AttainmentBelow("calls", 1.0), at=50, parts=["revenue"])
    found = examined({**SELLERS, "a": (120, 100, 99.5)}, gates=[gate])
    gain = found.gains("calls")[0, found.scores.org.row("a")]
    assert gain == pytest.approx(0.6 * 100 + 0.1 * 50)


def test_a_push_to_a_better_grade_is_counted():
    rows = {**SELLERS, "a": (105.7, 100, 40)}  # 0.6·114.25 + 30 → 98.55
    grades = ck.Grades.from_edges({"A": 99.0, "B": None})
    found = examined(rows, grades=grades)
    row = found.scores.org.row("a")
    assert found.people.raising["revenue"][0, row]
    assert not found.people.raising["churn"][0, row]


def test_a_push_of_what_few_have_on_their_card_pays_these():
    """Only d, one of five, has calls: they are made for d alone."""
    weights = {"seller": {"revenue": 60, "churn": 40}, "clerk": {"calls": 50, "churn": 50}}
    items = [ck.Item(name) for name in ("revenue", "churn", "calls")]
    rows = {**SELLERS, "d": (None, 90, 40)}
    found = ck.examine(card(items, weights, None), results(rows, IDS), step=0.1)
    paid = dict(zip(found.scores.org.ids.tolist(), found.gains("calls")[0].tolist(), strict=True))
    assert paid == pytest.approx({"a": 0, "b": 0, "c": 0, "d": 5, "e": 0})


def test_where_on_target_is_best_a_push_stops_there():
    kpi = ck.Kpi("stock", "days", better=ck.directions.OnTarget(), aggregate=ck.aggregates.Mean())
    tree = ck.OrgTree.from_table({"id": ["a", "b", "c"], "parent": [""] * 3}, roots="many")
    goals = {"node": ["a", "b", "c"], "kpi": ["stock"] * 3, "value": [100.0] * 3,
             "period": ["2026"] * 3}  # fmt: skip
    targets = ck.assign(tree, [kpi], goals, periods="2026")
    done = ck.measure(targets, {"node": ["a", "b", "c"], "kpi": ["stock"] * 3,
                                "value": [98.0, 100.5, 100.0]})  # fmt: skip
    rule = ck.Scorecard([ck.Item("stock", curves.Linear())], {"stock": 100})
    assert ck.examine(rule, done).gains("stock")[0] == pytest.approx([1.0, 0.5, 0.0])


def test_influence_is_explained_down_to_the_reports_and_to_the_same_bits():
    found = examined(missing=absences.Neutral(70), then=[adjustments.Within(high=100)])
    for part in ("revenue", "churn", "calls"):
        why = ck.explain(found, "b", kpi=part)
        assert why.evaluate() == why.value
        assert why.value == found.people.influence[0][2][found.card.outline.position(part)]
        assert len(why.inputs) == 8  # four contributions, four totals
        one = ck.explain(found, "b", kpi=part, quantity="contribution")
        assert one.evaluate() == one.value
    assert "actuals row" in ck.explain(found, "b", kpi="revenue").text(None)
    with pytest.raises(ck.InputError, match="not on the card of this node"):
        ck.explain(found, "d", kpi="revenue")
    with pytest.raises(ck.InputError, match="it is of no people"):
        ck.explain(ck.examine(card(), KPIS), "b", kpi="revenue")


def test_what_the_card_does_not_read_is_refused():
    with pytest.raises(ck.InputError, match="not read by the card"):
        examined().gains("accidents")


def test_an_examination_of_people_is_kept():
    found = examined()
    back = ck.from_json(ck.to_json(found))
    assert back == found
    assert back.table()["words"].tolist() == found.table()["words"].tolist()
    assert ck.examine(card(), KPIS).on(found.scores) == found
    assert ck.examine(card(), found.scores).findings == found.findings
    with pytest.raises(ck.InputError, match="by another card"):
        ck.examine(card(grades=None), found.scores)


def rated_world(audience=None):
    """Three rated from 1 to 5 by others, scored by nothing else."""
    tree = ck.OrgTree.from_table({"id": ["hq", "a", "b", "c"], "parent": ["", *["hq"] * 3]})
    kpi = ck.Kpi("sales", "x", aggregate=ck.aggregates.Mean())
    targets = ck.cascade(tree, [kpi], {"sales": 10}, periods="2026")
    done = ck.measure(targets, {"node": ["a"], "kpi": ["sales"], "value": [9.0]})
    given = {
        "node": ["a", "b", "c"], "rater": ["x"] * 3, "relation": ["customer"] * 3,
        "item": ["service"] * 3, "value": [5, 3, 4], "period": ["2026"] * 3,
    }  # fmt: skip
    ratings = ck.Ratings.from_table(given, tree, scale=ck.rating.Scale(1, 5), outside=["customer"],
                                    periods="2026")  # fmt: skip
    agreed = ck.consolidate(ratings, ck.rating.Raters({"customer": 100}), audience)
    return done, agreed


def test_ratings_are_read_on_their_scale_and_pushed_along_it():
    done, agreed = rated_world()
    rule = ck.Scorecard([ck.Rated("service", curves.Linear(20))], {"service": 100})
    found = ck.examine(rule, done, ratings=agreed)
    assert found.items()["low"].tolist() == [1.0]
    assert found.bounds()["high"].tolist() == [100.0, 100.0]
    gains = found.gains("service")[0, done.org.rows(["a", "b", "c"])]
    assert gains == pytest.approx([0.0, 0.8, 0.8])  # a has the most there is
    assert found.verdicts()["monotone"].tolist() == ["yes"]
    alone = ck.examine(rule, done.kpis)
    assert alone.verdicts()["bounded"].tolist() == ["no"]
    assert ck.from_json(ck.to_json(found)) == found


def test_what_is_withheld_from_an_audience_is_not_explained():
    done, agreed = rated_world(ck.rating.Ratee())  # one rating each: too few to be told
    rule = ck.Scorecard([ck.Item("sales"), ck.Rated("service", curves.Linear(20))],
                        {"sales": 50, "service": 50})  # fmt: skip
    found = ck.examine(rule, done, ratings=agreed)
    for quantity in ("influence", "contribution"):
        why = ck.explain(found, "a", kpi="service", quantity=quantity)
        assert np.isnan(why.value)
        assert "withheld" in why.source
    assert np.isnan(ck.explain(found, "a", kpi="sales", quantity="influence").value)
    assert ck.explain(found, "a", kpi="sales", quantity="contribution").value == 45


@frozen
class Given:
    """An item of a user's own that reads nothing."""

    name = "given"
    kpis = ()

    def points(self, reading):
        return np.full_like(reading.target("sales"), 7.0)

    def at_target(self, reading):
        return self.points(reading)


def test_an_item_of_ones_own_is_not_known():
    rule = ck.Scorecard([Given()], {"given": 100})
    found = ck.examine(rule, [ck.Kpi("sales", "x")])
    assert found.verdicts()["bounded"].tolist() == ["not known"]
    assert finding(found, "not known", "given").words == "its points do not come of a curve"
    assert found.bounds()["reached"].tolist() == ["neither", "neither"]


def test_a_finding_counts_people_of_its_post_alone():
    people = {**SELLERS, "d": (None, 100, 99.5)}
    found = ck.examine(card(), results(people, IDS))
    (told,) = [e for e in found.findings if e.kind == "push" and e.words.startswith("calls")]
    assert found.people.crossing["calls"].sum() == 2  # a seller's, too
    assert told.post == "clerk"
    assert "takes 1 over a jump" in told.words


@pytest.mark.parametrize("rules", [{}, {"missing": "hold"}, {"combine": combines.Sum()}], ids=str)
@pytest.mark.parametrize("each", [4, 100], ids=["few nodes", "many"])
def test_a_push_of_what_few_have_is_felt(rules, each):
    """An item that few have is made for those alone, of their results as they are pushed."""
    posts = ["x", *["y"] * 4] * each
    ids = [f"n{i:03}" for i in range(len(posts))]
    org = ck.OrgTree.from_table({"id": ids, "parent": [""] * len(ids), "kind": posts}, kind="kind",
                                roots="many")  # fmt: skip
    kpis = [ck.Kpi(name, "u", aggregate=ck.aggregates.Mean()) for name in "kl"]
    table = {
        "node": ids * 2,
        "kpi": ["k"] * len(ids) + ["l"] * len(ids),
        "value": [50.0] * 2 * len(ids),
    }
    targets = ck.assign(org, ck.Kpis(kpis), {**table, "value": [100.0] * 2 * len(ids)}, periods="1")
    root = ck.Section("total", [ck.Item("k"), ck.Item("l")], **rules)
    made = ck.Scorecard(root, {"x": {"k": 50, "l": 50}, "y": {"k": 0, "l": 100}})
    gains = ck.examine(made, ck.measure(targets, table)).people.gains["k"]
    one = 1.0 if "combine" in rules else 0.5
    assert gains[0] == pytest.approx([one, 0, 0, 0, 0] * each)
