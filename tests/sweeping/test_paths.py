"""Where settings stand on a card."""

import attrs
import pytest

import cascade_kpi as ck
from cascade_kpi.sweeping.paths import fields_of, parsed, stepped
from tests import test_testing as tried
from tests.helpers import refused
from tests.scoring.parts import ABSENCES, ADJUSTMENTS, COMBINES
from tests.sweeping.case import LINE, card

CARD = card()


def same(scorecard, prefix, rule):
    """Each field of a rule set to what it is, one by one and all at once."""
    fields = {f"{prefix}.{name}": {"same": value} for name, value in fields_of(rule).items()}
    for settings in [*({path: values} for path, values in fields.items()), fields]:
        if settings:
            (made,) = ck.Variants.grid(scorecard, settings).cards.values()
            assert made == scorecard


@pytest.mark.parametrize("curve", tried.CURVES, ids=lambda each: type(each).__name__)
def test_every_field_of_every_curve_can_be_set(curve):
    same(ck.Scorecard([ck.Item("a", curve)], {"a": 100}), "a.curve", curve)


@pytest.mark.parametrize("rule", tried.ATTAINMENTS, ids=lambda each: type(each).__name__)
def test_every_field_of_every_attainment_can_be_set(rule):
    same(ck.Scorecard([ck.Item("a", LINE, rule)], {"a": 100}), "a.attainment", rule)


@pytest.mark.parametrize("rule", [*COMBINES, *ABSENCES], ids=lambda each: type(each).__name__)
def test_every_field_of_what_a_section_does_can_be_set(rule):
    what = "combine" if rule in COMBINES else "missing"
    root = ck.Section("s", [ck.Item("a"), ck.Item("b")], **{what: rule})
    weights = {"a": 40, "b": 60} if root.combine.weighs else {"a": 1}
    same(ck.Scorecard(root, weights), f"s.{what}", rule)


@pytest.mark.parametrize("step", ADJUSTMENTS, ids=lambda each: type(each).__name__)
def test_every_field_of_every_adjustment_can_be_set(step):
    other = "b" if step.brings or not step.reads else step.reads[0]  # on the card, as it is read
    parts = [ck.Item("a"), ck.Item(other)]
    made = ck.Scorecard(ck.Section("s", parts, then=[step]), {"a": 40, other: 60})
    same(made, "s.then.0", step)


def test_every_part_of_a_card_is_found_in_it():
    for name in CARD.outline.names:
        part = CARD.outline.parts[CARD.outline.position(name)]
        faults = []
        path = parsed(CARD, f"{name}.x", faults)
        at = CARD
        for step in path.steps[:-1]:
            at, fault = stepped(at, step)
            assert fault is None
        assert at is part
        assert not faults


@attrs.frozen
class Twice:
    """A step of a user's own that keeps its part where nobody finds it."""

    held: tuple

    brings = property(lambda self: (self.held[0][0],))
    reads, columns = (), ()

    def __call__(self, value, reading):
        return value

    def words(self):
        return "nothing"


def test_a_part_that_stands_in_a_rule_of_one_s_own_is_not_found():
    root = ck.Section("s", [ck.Item("a")], then=[Twice(((ck.Item("b"),),))])
    faults = []
    assert parsed(ck.Scorecard(root, {"a": 100}), "b.curve", faults) is None
    assert faults[0].reason == "the part stands in a rule of your own"
    made = ck.Variants.grid(
        ck.Scorecard(root, {"a": 100}), {"s.then.0.held.0.0.curve": {"flat": LINE}}
    )
    (one,) = made.cards.values()
    assert one.items[1].curve == LINE


def test_a_part_may_be_called_after_a_setting_of_the_card():
    names = ("grades.x", "missing.y", "weight")
    items = [ck.Item(kpi, LINE, named=name) for kpi, name in zip("abc", names, strict=True)]
    odd = ck.Scorecard(
        items, dict(zip(names, (50, 30, 20), strict=True)), grades=ck.Grades.from_edges({"A": None})
    )
    settings = {
        "grades.x.curve.cap": [90], "missing.y.weight": [20], "weight.weight": [30],
        "weight.curve.cap": [80], "grades.bands.0.label": ["Z"], "missing": ["zero"],
    }  # fmt: skip
    (made,) = ck.Variants.grid(odd, settings).cards.values()
    assert [item.curve.cap for item in made.items] == [90, 120, 80]
    assert made.weights.groups["*"] == {"grades.x": 50.0, "missing.y": 20.0, "weight": 30.0}
    assert (made.grades.labels, made.missing) == (("Z",), ck.absences.Zero())
    (told,) = refused(ck.Variants.grid, odd, {"grades.x": [1]})
    assert told.reason == "names a part and none of its fields"
