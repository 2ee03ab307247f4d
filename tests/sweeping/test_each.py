"""Many cards at once, against scoring by each of them."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.sweeping import each as module
from cascade_kpi.sweeping.each import Each
from tests.helpers import refused
from tests.scoring import test_rated as rated
from tests.sweeping.case import GRADES, card, results

CARD = card()
RESULTS = results(700)
BASE = ck.score(RESULTS, CARD)
MANY = ck.Variants.grid(
    CARD, {"sales.curve.floor": [0, 60], "churn.weight": [20, 30], "q.x.curve.cap": [90, 120]}
).cards


def test_items_that_several_cards_have_are_made_once(monkeypatch):
    made = []
    points = ck.Item.points

    def counted(self, reading):
        made.append((self.name, reading.p))
        return points(self, reading)

    monkeypatch.setattr(ck.Item, "points", counted)
    each = Each.of(BASE, MANY)
    made.clear()
    for nodes in each.blocks():
        list(each.totals(1, nodes))
    # Two curves of sales and of q.x; churn and the bonus are alike in all of the eight.
    assert sorted(made) == sorted(
        [("sales", 1)] * 2 + [("q.x", 1)] * 2 + [("churn", 1), ("bonus", 1)]
    )


@pytest.mark.parametrize("size", [7, 300, 65_536])
def test_they_are_made_for_those_alone_who_have_them(monkeypatch, size):
    monkeypatch.setattr(module, "_BLOCK", size)
    monkeypatch.setattr(module, "_LEAST", 1)
    each = Each.of(BASE, MANY)
    alone = [ck.score(RESULTS, one).total for one in MANY.values()]
    for p in range(2):
        for nodes in each.blocks():
            for k, totals in each.totals(p, nodes):
                assert totals.tobytes() == alone[k][p, nodes].tobytes()
        some = np.array([3, 5, 650])
        for k, totals in each.totals(p, some, range(2, 5)):
            assert 2 <= k < 5
            assert totals.tobytes() == alone[k][p, some].tobytes()


@pytest.mark.parametrize("size", [300, 65_536])
def test_points_of_a_few_are_made_for_each_who_lacks_them(monkeypatch, size):
    """Items that a third of the nodes have, and under the next card another third too."""
    monkeypatch.setattr(module, "_BLOCK", size)
    monkeypatch.setattr(module, "_LEAST", 1)
    items = [ck.Item(name, ck.curves.Linear(cap=120)) for name in ("sales", "churn", "q.x")]
    alone = {"shop": {"sales": 100}, "web": {"churn": 100}, "head": {"q.x": 100}}
    more = {
        "shop": {"sales": 50, "churn": 50},
        "web": {"churn": 60, "q.x": 40},
        "*": {"sales": 100},
    }
    cards = {
        name: ck.Scorecard(items, entry, grades=GRADES)
        for name, entry in (("alone", alone), ("more", more), ("again", alone))
    }
    each = Each.of(BASE, cards)
    for nodes in each.blocks():
        for k, totals in each.totals(0, nodes):
            told = ck.score(RESULTS, list(cards.values())[k]).total[0, nodes]
            assert totals.tobytes() == told.tobytes()
    made = []
    points = ck.Item.points

    def counted(self, reading):
        made.append(len(points(self, reading)))
        return points(self, reading)

    each = Each.of(BASE, {name: cards[name] for name in ("alone", "again")})
    monkeypatch.setattr(ck.Item, "points", counted)
    for nodes in each.blocks():
        list(each.totals(0, nodes))
    assert sum(made) == 700  # everybody has one item, and the second card finds it made


def test_blocks_are_smaller_where_more_is_kept():
    caps = {f"{cap}": attrs.evolve(CARD, parts=card().root) for cap in range(2)}
    assert list(Each.of(BASE, caps).blocks()) == [slice(0, 700)]
    each = Each.of(BASE, MANY)
    assert each.shared == 6
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_KEPT", 6 * 100)
        patch.setattr(module, "_LEAST", 10)
        assert [part.stop for part in each.blocks()] == [*range(100, 701, 100)]


@attrs.frozen
class Beside:
    """An item that looks at another part of its card."""

    name: str = "beside"
    kpis: tuple[str, ...] = ()

    def points(self, reading):
        return reading.points("sales") / 2

    def at_target(self, reading):
        return self.points(reading)


@attrs.frozen(eq=False)
class Odd:
    """A curve that cannot be compared."""

    def __call__(self, attainment):
        return attainment * 100

    __hash__ = None


def test_only_what_a_rule_alone_settles_is_kept():
    items = [ck.Item("sales"), Beside(), ck.Item("churn", Odd())]
    base = ck.Scorecard(items, {"sales": 50, "beside": 30, "churn": 20})
    steep = [ck.Item("sales", ck.curves.Linear(200)), *items[1:]]
    cards = {"base": base, "steep": attrs.evolve(base, parts=steep), "again": base}
    scores = ck.score(RESULTS, base)
    each = Each.of(scores, cards)
    assert each.codes[0] == (-1, 0, -1, 1)
    assert each.codes[1] == (-1, -1, -1, 1)
    alone = [ck.score(RESULTS, one).total for one in cards.values()]
    for nodes in each.blocks():
        for k, totals in each.totals(0, nodes):
            assert totals.tobytes() == alone[k][0, nodes].tobytes()


def test_equal_rules_that_are_not_the_same_are_kept_apart():
    curves = [ck.curves.Linear(floor=zero) for zero in (0.0, -0.0)]
    cards = {repr(c): ck.Scorecard([ck.Item("sales", c)], {"sales": 100}) for c in curves}
    assert Each.of(BASE, cards).shared == 0


def test_what_scoring_would_refuse_is_told_by_card_and_once():
    wrong = {
        "one": ck.Scorecard([ck.Item("nope")], {"nope": 100}, grades=GRADES),
        "two": ck.Scorecard([ck.Item("nope")], {"nope": 100}, grades=GRADES),
        "six": ck.Scorecard([ck.Item("sales"), ck.Item("neither")], {"sales": 100}, grades=GRADES),
        "good": CARD,
    }
    told = refused(ck.sweep, BASE, ck.Variants(wrong))
    assert [(f.value, f.reason) for f in told] == [
        ("nope", "no such KPI, under 'one' and 1 more"), ("neither", "no such KPI, under 'six'"),
    ]  # fmt: skip


def test_what_is_absent_is_refused_by_the_cards_that_refuse_it():
    strict = attrs.evolve(CARD, missing="refuse")
    alone = refused(ck.score, RESULTS, strict)
    told = refused(ck.sweep, BASE, ck.Variants({"mild": CARD, "strict": strict}))
    assert len(told) == len(alone)
    assert all(fault.reason.endswith(", under 'strict'") for fault in told)


def test_what_is_too_large_is_told_with_its_card():
    huge = attrs.evolve(CARD, parts=[ck.Item("sales", ck.curves.Linear(8e307))],
                        weights={"sales": 100})  # fmt: skip
    (told,) = refused(ck.sweep, BASE, ck.Variants({"mild": CARD, "huge": huge}))
    assert told.reason == "the total in Q1 is too large for a float, under 'huge'"


def test_a_total_outside_the_bands_of_its_own_card_is_refused():
    closed = ck.Grades([ck.Band("A", 90, 200), ck.Band("B", 60, 90), ck.Band("C", 30, 60)])
    cards = {"open": CARD, "closed": attrs.evolve(CARD, grades=closed)}
    alone = refused(ck.score, RESULTS, cards["closed"])
    told = refused(ck.sweep, BASE, ck.Variants(cards))
    assert told[0].value == min(fault.value for fault in alone)
    assert told[0].reason == "total outside all bands, under 'closed'"
    assert len(told) == 1


def test_any_number_of_weightings_is_taken_in_parts(monkeypatch):
    weightings = ck.Weightings.drawn({"sales": 2, "c": 1, "churn": 1, "q.x": 1}, 7, seed=1)
    mild = attrs.evolve(
        CARD, parts=[ck.Item(n) for n in ("sales", "churn", "q.x")], missing="zero",
        weights={"sales": 40, "churn": 30, "q.x": 30},
    )  # fmt: skip
    base = ck.score(RESULTS, mild)
    weightings = ck.Weightings(("sales", "churn", "q.x"), weightings.values[:, [0, 2, 3]])
    whole = ck.sweep(base, weightings)
    monkeypatch.setattr(module, "_CARDS", 3)
    parts = ck.sweep(base, weightings)
    assert parts == whole
    assert [each.begin for each in Each.parts(base, whole.names, whole.card)] == [0, 3, 6]
    assert parts.ranks() == whole.ranks()
    monkeypatch.undo()
    assert parts.ranks() == whole.ranks()


def test_ratings_are_those_of_the_base():
    card = ck.Scorecard(rated.PARTS, rated.WEIGHTS)
    scores = rated.scores(card)
    grid = ck.Variants.grid(card, {"teamwork.curve.slope": [10, 20], "sales.weight": [50, 70]})
    swept = ck.sweep(scores, grid)
    for k, one in enumerate(grid.cards.values()):
        assert swept.totals(k).tobytes() == rated.scores(one).total.tobytes()
    assert swept.high[0].tolist() == np.fmax.reduce([swept.totals(k)[0] for k in range(4)]).tolist()


def test_groups_of_nodes_that_cards_have_alike_are_kept_once():
    more = [ck.Override("n003", "sales", w, reason="r", by="hr") for w in (70, 60)]
    cards = {
        f"{floor} {one.weight}": ck.Scorecard(
            [ck.Item("sales", ck.curves.Linear(floor=floor)), ck.Item("churn")],
            ck.Weights({"*": {"sales": 70, "churn": 30}}, overrides=[
                one, ck.Override("n003", "churn", 100 - one.weight, reason="r", by="hr")]),
        )
        for floor in (0, 50) for one in more
    }  # fmt: skip
    each = Each.of(BASE, cards)
    assert len({id(sources.table.group) for sources in each.sources}) == 1
    for k, one in enumerate(cards.values()):
        ((_, made),) = each.totals(0, slice(0, len(BASE.org)), range(k, k + 1))
        np.testing.assert_array_equal(made, ck.score(RESULTS, one).total[0])
