"""Why a score of several people is what it is."""

import pytest

import cascade_kpi as ck
from cascade_kpi import rating
from tests.helpers import refused
from tests.rating.case import ORG, WEIGHTS, ratings, rows


def agreed(table=None, audience=None, **options):
    rule = rating.Raters(WEIGHTS, **options)
    return ck.consolidate(ratings(table), rule, audience or rating.Office())


def same(explanation):
    made = explanation.evaluate()
    return made == explanation.value or (made != made and explanation.value != explanation.value)


@pytest.mark.parametrize("audience", [rating.Office(), rating.Ratee(), rating.Ratee(2)])
@pytest.mark.parametrize("missing", ["renormalise", "hold"])
@pytest.mark.parametrize("corrected", [False, True])
def test_every_explanation_makes_the_same_bits(audience, missing, corrected):
    given = ratings([*rows(item="a"), *rows({"li": {"wu": 2, "li": 3}}, item="b")])
    rule = rating.Raters(WEIGHTS, {"report": 2}, rating.Drop(1), missing)
    source = rating.leniency(given) if corrected else given
    told = ck.consolidate(source, rule, audience)
    for node in ORG.ids.tolist():
        assert same(ck.explain(told, node))
        for item in told.items:
            for quantity in ("score", *told.relations):
                assert same(ck.explain(told, node, item=item, quantity=quantity))
    shown = told.shown("a")
    assert ck.explain(told, "he", item="a").value == pytest.approx(
        shown[0, ORG.row("he")], nan_ok=True, abs=0
    )


def test_down_to_the_rows():
    text = ck.explain(agreed(trim=rating.Drop(1)), "li", item="teamwork").text(None)
    how = "points  ← the mean of the ratings, Drop(low=1, high=1, leave=1)"
    assert text.splitlines() == [
        "teamwork of li, 2026 = 4 points  ← Σ weight·mean ÷ Σ weight, weights 50, 20, 20, 10",
        f"  teamwork of li, 2026, by manager = 4 {how}",
        "    rating by wu = 4 points  ← ratings row 0, value",
        f"  teamwork of li, 2026, by peer = 2.5 {how}",
        "    rating by he = 3 points  ← ratings row 2, value",
        "    rating by ma = 2 points  ← ratings row 3, value",
        f"  teamwork of li, 2026, by report = 5 {how}",
        "    rating by xu = 5 points  ← ratings row 4, value",
        "    rating by zu = absent  ← ratings row 5, value: could not tell",
        f"  teamwork of li, 2026, by self = 5 {how}",
        "    rating by li = 5 points  ← ratings row 1, value",
    ]


def test_who_is_dropped_is_told():
    table = [
        {"node": "li", "rater": f"c{i}", "relation": "customer", "item": "teamwork", "value": value}
        for i, value in enumerate([4, 4, 5, 5])
    ]
    given = ratings(table, outside="customer", periods="2026")
    rule = rating.Raters({"customer": 1}, trim=rating.Drop(1))
    text = ck.explain(ck.consolidate(given, rule, rating.Office()), "li", item="teamwork").text()
    dropped = [line.split()[2] for line in text.splitlines() if line.endswith("(dropped)")]
    assert dropped == ["c0", "c3"]  # the first by id at the low end, the last at the high end


def test_what_is_hidden_is_told_as_hidden():
    told = agreed(audience=rating.Ratee())
    text = ck.explain(told, "li", item="teamwork").text()
    assert "weighed means of 4 relations, not all shown: peer, report" in text
    assert "by peer = absent  ← not shown: 2 of 2 who were asked have rated" in text
    why = ck.explain(told, "he", item="teamwork")
    assert why.value != why.value
    assert "withheld: a mean that is hidden could be computed from it" in str(why)
    assert "withheld: one of its scores is" in str(ck.explain(told, "he"))
    few = agreed(audience=rating.Ratee(), least={"peer": 3, "report": 3})
    assert ck.explain(few, "he", item="teamwork").value == few.of()[0, ORG.row("he")]
    pairs = agreed(audience=rating.Ratee(2))
    assert "the mean of 2 ratings, 2 of 2 who were asked; single ones are not shown" in str(
        ck.explain(pairs, "he", item="teamwork")
    )


def test_nobody_was_asked():
    for item in (None, "teamwork"):
        why = ck.explain(agreed(), "ma", item=item)
        assert str(why).endswith("absent  ← nobody was asked")
    assert "nobody was asked" in str(ck.explain(agreed(), "he", item="teamwork", quantity="report"))


def test_nobody_could_tell():
    table = [{**row, "value": None} for row in rows() if row["rater"] in ("he", "ma")]
    told = agreed(table)
    assert "by peer = absent  ← none of 2 who were asked could tell" in str(
        ck.explain(told, "li", item="teamwork")
    )
    page = ck.report(rating.leniency(told.ratings)).markdown()
    assert "The mean of all ratings is – before and after." in page


def test_corrected_ratings_are_told_to_the_office_alone():
    told = ck.consolidate(rating.leniency(ratings()), rating.Raters(WEIGHTS), rating.Office())
    text = ck.explain(told, "li", item="teamwork", quantity="manager").text(None)
    assert "rating by wu, corrected = " in text
    assert "← rating − leniency + constant, within 1 to 5" in text
    assert "leniency = " in text
    ratee = ck.explain(told.seen_by(rating.Ratee()), "li", item="teamwork", quantity="manager")
    assert "leniency =" not in ratee.text(None)
    assert "corrected for leniency" in ratee.text(None)


def test_only_what_is_asked_of_ratings():
    refused(ck.explain, agreed(), "li", kpi="teamwork")
    refused(ck.explain, agreed(), "li", item="tact")
    refused(ck.explain, agreed(), "li", item="teamwork", quantity="points")
    refused(ck.explain, ratings(), "li")
