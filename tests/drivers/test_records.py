"""Derived values, contributions and translations as records."""

import json

import pytest

import cascade_kpi as ck
from tests.drivers.case import SHARES, model, refused, results, targets
from tests.drivers.test_explained import translations


def sides():
    return ck.derive(model(), targets()), ck.derive(model(), results())


STAGES = {
    "of targets": lambda: sides()[0],
    "of results": lambda: ck.derive(model(), results(), missing="zero", by_zero="absent"),
    "contributions": lambda: ck.contributions(*sides(), "profit"),
    "contributions over": lambda: ck.contributions(*sides(), "margin", over=["revenue", "cost"]),
    "contributions of periods": lambda: ck.contributions(
        *sides(), "profit", periods=("2026", "2026")
    ),
}


@pytest.mark.parametrize("name", STAGES)
def test_derived_values_and_contributions_are_made_again(name):
    made = STAGES[name]()
    text = ck.to_json(made)
    again = ck.from_json(text, expect=type(made))
    assert again == made
    assert hash(again) == hash(made)
    assert ck.to_json(again) == text
    for node in ("hq", "b"):
        one, other = (
            ck.explain(stage, node, "revenue" if name.startswith("of") else None)
            for stage in (made, again)
        )
        assert one.text(None) == other.text(None)


@pytest.mark.parametrize("name", translations())
def test_translations_are_made_again(name):
    made = translations()[name]
    text = ck.to_json(made)
    again = ck.from_json(text, expect=type(made))
    assert again == made
    assert hash(again) == hash(made)
    assert ck.to_json(again) == text
    for which in ("base", "exact", "rounded"):
        values = [repr(dict(getattr(stage, which))) for stage in (made, again)]
        assert values[0] == values[1]
    for driver in made.drivers:
        one, other = (ck.explain(stage, kpi=driver) for stage in (made, again))
        assert one.text(None) == other.text(None)


def test_what_was_tampered_with_is_refused_with_its_path():
    tree = json.loads(ck.to_json(translations()["results"]))
    tree["record"]["shares"]["profit"]["cost"] = 0.4
    (fault,) = refused(ck.from_json, json.dumps(tree))
    assert fault.startswith("$.record")
    assert "its shares sum to 1.1" in fault
    tree = json.loads(ck.to_json(sides()[1]))
    tree["record"]["by_zero"] = "ignore"
    (fault,) = refused(ck.from_json, json.dumps(tree))
    assert fault.startswith("$.record.by_zero")
    tree = json.loads(ck.to_json(ck.contributions(*sides(), "profit")))
    tree["record"]["name"] = "proft"
    (fault,) = refused(ck.from_json, json.dumps(tree))
    assert "did you mean 'profit'?" in fault


def test_translations_that_differ_are_not_equal():
    first = translations()["results"]
    other = ck.translate(model(), {"profit": 2_001}, results(), shares=SHARES, to="2027")
    assert first != other
    assert first == translations()["results"]
