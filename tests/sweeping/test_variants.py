"""Scorecards of one card with its settings made otherwise."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import refused
from tests.sweeping.case import GRADES, LINE, card, plain, results

CARD = card()
STEEP, FLAT = ck.curves.Linear(200), ck.curves.Linear(50, cap=60)


def grid(**settings):
    return ck.Variants.grid(CARD, {name.replace("__", "."): v for name, v in settings.items()})


def only(settings, scorecard=CARD):
    (made,) = ck.Variants.grid(scorecard, settings).cards.values()
    return made


def faults(settings, scorecard=CARD):
    return [(f.column, f.value, f.reason) for f in refused(ck.Variants.grid, scorecard, settings)]


# -- grids -----------------------------------------------------------------------------


def test_a_grid_is_every_combination_the_last_setting_fastest():
    made = grid(sales__curve__floor=[0, 5.5], churn__curve={"steep": STEEP, "flat": FLAT})
    assert made.names == (
        "sales.curve.floor = 0, churn.curve = steep",
        "sales.curve.floor = 0, churn.curve = flat",
        "sales.curve.floor = 5.5, churn.curve = steep",
        "sales.curve.floor = 5.5, churn.curve = flat",
    )
    assert made.settings == {
        "sales.curve.floor": (0.0, 0.0, 5.5, 5.5),
        "churn.curve": ("steep", "flat", "steep", "flat"),
    }
    for one, (floor, curve) in zip(
        made.cards.values(), [(0, STEEP), (0, FLAT), (5.5, STEEP), (5.5, FLAT)], strict=True
    ):
        assert one.items[0].curve == attrs.evolve(LINE, floor=floor)
        assert one.items[1].curve == curve
        assert one.weights == CARD.weights


def test_each_setting_reaches_its_place_and_no_other():
    wanted = {
        "q.x.curve.cap": [99],  # a part whose name has a dot
        "bonus.curve.slope": [20],  # brought by an adjustment
        "total.then.1.high": [110],
        "c.missing": ["zero"],
        "missing": ["hold"],
        "grades.bands.0.label": ["top"],
    }
    made = only(wanted)
    inner, add = made.root.parts[1], made.root.then[0]
    assert inner.parts[1] == ck.Item("q.x", ck.curves.Linear(cap=99))
    assert inner.parts[0] == ck.Item("churn", LINE)
    assert inner.missing == ck.absences.Zero()
    assert add.part.curve == ck.curves.Linear(20, cap=5)
    assert made.root.then[1] == ck.adjustments.Within(0, 110)
    assert made.missing == ck.absences.Hold()
    assert made.grades.labels == ("top", "B", "C")
    assert made.root.parts[0] is CARD.root.parts[0]


def test_of_parts_whose_names_begin_alike_the_longest_counts():
    items = [ck.Item("a", LINE), ck.Item("b", LINE, named="a.curve")]
    two = ck.Scorecard(items, {"a": 50, "a.curve": 50})
    made = only({"a.curve.curve.cap": [99], "a.curve.curve.floor": [1]}, two)
    assert made.items[1].curve == ck.curves.Linear(floor=1, cap=99)
    assert made.items[0] == items[0]


def test_what_stands_in_a_curve_is_set_after_the_curve():
    for order in (["sales.curve", "sales.curve.cap"], ["sales.curve.cap", "sales.curve"]):
        values = {"sales.curve": [FLAT], "sales.curve.cap": [55]}
        assert only({name: values[name] for name in order}).items[0].curve.cap == 55
    text = "variants, sales.curve.cap = 55: Steps has no field cap"
    with pytest.raises(ck.InputError, match=text):
        only({"sales.curve": [ck.curves.Steps([(1, 100)])], "sales.curve.cap": [55]})


def test_settings_of_one_rule_are_made_at_once():
    made = only({"churn.curve.floor": [130], "churn.curve.cap": [150]})
    assert made.items[1].curve == ck.curves.Linear(floor=130, cap=150)


def test_any_numbers_will_do_as_values():
    made = ck.Variants.grid(CARD, {"sales.curve.floor": np.linspace(0, 1, 3)})
    assert made.settings["sales.curve.floor"] == (0.0, 0.5, 1.0)
    assert made.names[1] == "sales.curve.floor = 0.5"


# -- weights -----------------------------------------------------------------------------


def test_a_weight_is_set_in_every_group_that_has_it_and_the_others_make_up_the_rest():
    made = plain(only({"churn.weight": [40]}))
    assert made["shop"] == {"sales": 70, "c": 30, "churn": 40, "q.x": 60}
    assert made["web"] == {"sales": 40, "c": 60, "churn": 40, "q.x": 60}
    assert made["*"] == {"sales": 100}


def test_a_weight_may_be_set_in_one_group_beside_all_others():
    made = plain(only({"churn.weight": [40], "churn.weight.web": [10], "sales.weight.shop": [50]}))
    assert made["shop"] == {"sales": 50, "c": 50, "churn": 40, "q.x": 60}
    assert made["web"] == {"sales": 40, "c": 60, "churn": 10, "q.x": 90}


def test_several_weights_of_a_section_that_are_set_are_all_kept():
    items = [ck.Item(name) for name in "abcd"]
    four = ck.Scorecard(items, dict(zip("abcd", [40, 30, 20, 10], strict=True)))
    made = plain(only({"a.weight": [10], "b.weight": [60]}, four))["*"]
    assert made == {"a": 10, "b": 60, "c": 20, "d": 10}
    made = plain(only({"a.weight": [0], "b.weight": [70]}, four))["*"]
    assert made == {"a": 0, "b": 70, "c": 20, "d": 10}


def test_a_weight_that_is_set_to_what_it_is_changes_no_bit():
    weights = {"a": 7.6, "b": 34.0, "c": 7.9, "d": 50.50000000000001}
    rest = [weights[name] for name in "bcd"]
    assert [(100 - 7.6) * (each / sum(rest)) for each in rest] != rest
    odd = ck.Scorecard([ck.Item(name) for name in weights], weights)
    assert plain(only({"a.weight": [7.6]}, odd)) == plain(odd)


def test_what_is_in_a_section_that_weighs_nothing_goes_with_it():
    assert plain(only({"c.weight.shop": [0]}))["shop"] == {"sales": 100.0, "c": 0.0}
    assert plain(only({"sales.weight.web": [100]}))["web"] == {"sales": 100.0, "c": 0.0}


def test_weights_that_cannot_be_set_say_why():
    told = faults({"sales.weight.shop": [60], "c.weight.shop": [20], "churn.weight": [101, "x"]})
    assert [column for column, _, _ in told] == [
        "churn.weight = 101", "sales.weight.shop = 60, c.weight.shop = 20", "churn.weight = x",
    ]  # fmt: skip
    told = faults({"sales.weight.shop": [60, 90], "c.weight.shop": [20]})
    assert [(column, reason) for column, _, reason in told] == [
        ("sales.weight.shop = 60, c.weight.shop = 20",
         "nothing else makes up 20 of the weights of total for 'shop'"),
        ("sales.weight.shop = 90, c.weight.shop = 20",
         "the weights of total for 'shop' that are set sum to 110 of 100"),
    ]  # fmt: skip
    (told,) = faults({"sales.weight": [50]})
    assert told[2] == "nothing else makes up 50 of the weights of total for '*'"


def test_weights_that_are_nowhere_are_refused():
    fixed = ck.Weights(CARD.weights.groups, overrides=[ck.Override("n001", "c", 10, "new", "me")])
    assert faults({"sales.weight": [50]}, attrs.evolve(CARD, weights=fixed))[0][2].startswith(
        "the card has weights of single nodes"
    )
    told = faults({"bonus.weight": [1], "total.weight": [1], "sales.weight.shops": [1]})
    assert [value for _, value, _ in told] == ["bonus.weight", "total.weight", "sales.weight.shops"]
    plain_sum = ck.Scorecard(ck.Section("s", [ck.Item("a")], ck.combines.Sum()), {"a": 1})
    assert faults({"a.weight": [2]}, plain_sum)[0][2] == "a is weighed nowhere"
    two = ck.Scorecard([ck.Item("a"), ck.Item("b")], {"a": 100})
    assert faults({"b.weight": [2]}, two)[0][2] == "no group has b on its card"
    assert plain(only({"b.weight.*": [2]}, two)) == {"*": {"a": 98, "b": 2}}


def test_around_is_a_share_of_each_group_s_own_weight():
    made = ck.Variants.around(CARD, 0.5)
    assert made.names == tuple(f"{n} {m}50 %" for n in ("sales", "c", "churn", "q.x") for m in "−+")
    less, more = (plain(made.cards[f"sales {mark}50 %"]) for mark in "−+")
    assert (less["shop"]["sales"], less["web"]["sales"], less["*"]["sales"]) == (35, 20, 100)
    assert (more["shop"]["sales"], more["web"]["sales"]) == (100, 60)
    assert made.cards["churn −50 %"].items == CARD.items
    one = {"a": 60, "b": 30, "c": 10}
    alike = ck.Variants.around(ck.Scorecard([ck.Item(n) for n in one], one), 0.2)
    rows = [list(plain(each)["*"].values()) for each in alike.cards.values()]
    np.testing.assert_allclose(rows, ck.Weightings.around(one).values)


def test_around_needs_a_share_and_something_to_move():
    assert refused(ck.Variants.around, CARD, 0)[0].column == "share"
    alone = ck.Scorecard([ck.Item("a")], {"a": 100})
    assert refused(ck.Variants.around, alone)[0].reason == "no weight can be moved"
    fixed = ck.Weights(CARD.weights.groups, overrides=[ck.Override("n001", "c", 10, "new", "me")])
    told = refused(ck.Variants.around, attrs.evolve(CARD, weights=fixed))
    assert "single nodes" in told[0].reason


# -- faults --------------------------------------------------------------------------------


def test_every_fault_of_every_setting_is_told_at_once():
    wanted = {
        "slaes.curve": [1], "sales": [3], 7: [1], "total.parts.0.curve": [LINE],
        "sales.curve": [LINE], "missing": "zero", "grades": [GRADES, GRADES], "churn.curve": [],
    }  # fmt: skip
    told = faults(wanted)
    assert [(column, value if column == "settings" else "") for column, value, _ in told] == [
        ("settings", "slaes.curve"), ("settings", "sales"), ("settings", 7),
        ("settings", "sales.curve"), ("missing", ""), ("grades", ""), ("churn.curve", ""),
    ]  # fmt: skip
    assert "did you mean 'sales'?" in str(refused(ck.Variants.grid, CARD, wanted)[0])


def test_every_value_that_a_rule_refuses_is_told_by_its_setting():
    told = faults(
        {
            "sales.crve.floor": [1],
            "churn.curve.cap": [150, -1],
            "churn.curve.floor": [130],
            "total.then.7.high": [1],
            "missing": ["nope", "hold"],
            "q.x.curve": [LINE, 5],
            "q.x.curve.kap": [4],
        }
    )
    assert [(column, reason.split(",")[0]) for column, _, reason in told] == [
        ("total.then.7.high = 1", "nothing at position 7 of a list of 2"),
        ("sales.crve.floor = 1", "Item has no field crve"),
        ("q.x.curve.kap = 4", "Linear has no field kap"),
        ("missing = nope", "scorecard"),
        ("q.x.curve.kap = 4", "int has no field kap"),
        ("q.x.curve = 5", "item"),
        ("churn.curve.cap = -1, churn.curve.floor = 130",
         "linear curve: the floor 130 is above the cap -1"),
    ]  # fmt: skip


@attrs.frozen
class Fussy:
    """A curve that refuses by an error of its own."""

    size: float = attrs.field(default=1.0, converter=float)

    def __call__(self, attainment):
        return attainment * self.size


def test_a_rule_of_a_user_s_own_is_set_too_and_refuses_in_its_own_words():
    own = only({"sales.curve": {"fussy": Fussy()}})
    assert only({"sales.curve.size": [2]}, own).items[0].curve == Fussy(2)
    ((column, _, reason),) = faults({"sales.curve.size": ["much"]}, own)
    assert column == "sales.curve.size = much"
    assert reason == "Fussy: could not convert string to float: 'much'"


def test_there_are_at_most_ten_thousand():
    many = {"sales.curve.cap": range(101, 202), "churn.curve.cap": range(100)}
    assert faults(many)[0][2] == "more than 10,000 variants: 101 × 100 = 10,100"
    cards = dict.fromkeys(map(str, range(10_001)), CARD)
    assert refused(ck.Variants, cards)[0].reason == "more than 10,000 variants: 10,001"


def test_cards_of_any_kind_have_names():
    told = refused(ck.Variants, {"": CARD, "b": 3}, {"x": (1.0,), "y": 4})
    assert [each.column for each in told] == ["name", "b", "x", "y"]
    for given in (None, {}, [CARD]):
        assert refused(ck.Variants, given)[0].column == "cards"
    assert refused(ck.Variants, {"a": CARD}, 3)[0].column == "settings"
    assert refused(ck.Variants.grid, CARD, {})[0].column == "settings"
    assert refused(ck.Variants.grid, 3, {"a.b": [1]})[0].source == "card"


def test_two_variants_of_one_name_are_refused():
    one = {"x, churn.curve = y": STEEP, "x": FLAT}
    other = {"y": STEEP, "y, churn.curve = y": FLAT}
    # Names of values may look like settings.
    told = faults({"sales.curve": one, "churn.curve": other})
    assert told[0][2] == "two variants of one name"


def test_it_goes_through_json_with_its_order():
    made = grid(sales__curve__floor=[5, 0], churn__weight=[30, 20])
    back = ck.from_json(ck.to_json(made))
    assert (back, hash(back), back.names) == (made, hash(made), made.names)
    assert ck.Variants(dict(reversed(made.cards.items()))) != ck.Variants(made.cards)


def test_a_sweep_over_variants_goes_through_json():
    base = ck.score(results(), CARD)
    swept = ck.sweep(base, grid(sales__curve__floor=[5, 0], missing=["zero", "hold"]))
    back = ck.from_json(ck.to_json(swept))
    assert (back, hash(back)) == (swept, hash(swept))
    text = ck.to_json(swept).replace('"floor": 5.0', '"floor": 50.0')
    assert refused(ck.from_json, text)


# -- settings that would miss what they name ---------------------------------------------


def test_a_part_that_another_setting_replaces_is_not_mistaken_for_what_stands_there():
    sales, inner = CARD.root.parts
    for settings, name in (
        ({"total.parts": {"turned": (inner, sales)}, "sales.curve": [STEEP]}, "sales"),
        ({"c.parts": {"turned": inner.parts[::-1]}, "churn.curve": [STEEP]}, "churn"),
    ):
        (told,) = faults(settings)
        assert told[0] == f"{name}.curve = {STEEP!r}"
        assert told[2] == f"another setting takes {name} from its place"
    steeper = tuple(attrs.evolve(part, curve=STEEP) for part in inner.parts)
    made = only({"c.parts": {"steeper": steeper}, "churn.curve.cap": [150]})
    assert [item.curve.cap for item in made.items[1:3]] == [150, STEEP.cap]


def test_a_weight_in_a_section_that_a_group_lacks_is_not_lost():
    (told,) = faults({"churn.weight.*": [100]})
    assert told[0] == "churn.weight.* = 100"
    assert told[2].startswith("churn is in c, which '*' does not have")
    both = ck.Variants.grid(CARD, {"c.weight.*": [0, 20], "churn.weight.*": [100]})
    assert [plain(each)["*"] for each in both.cards.values()] == [
        {"sales": 100}, {"sales": 80.0, "c": 20.0, "churn": 100.0},
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["name", "period", "mean", "changed", "mover", "with A", "", 3])
def test_settings_that_would_hide_a_column_of_the_tables_are_refused(name):
    assert refused(ck.Variants, {"base": CARD}, {name: [1.0]})


def test_settings_are_told_by_finite_numbers_whole_ones_too():
    made = ck.Variants({"base": CARD, "same": CARD}, {"x": [1, np.float64(2)]})
    assert made.settings["x"] == (1.0, 2.0)
    for value in (np.nan, np.inf, True, None):
        (told,) = refused(ck.Variants, {"base": CARD}, {"x": [value]})
        assert told.column == "x"
