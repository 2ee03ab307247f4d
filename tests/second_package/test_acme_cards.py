"""An item and a way to combine of another package: lawful, recorded, scored, explained."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import from_json, to_json
from tests.second_package.acme_rules import Balance, Harmonic

NAMES = ["ann", "bo", "cy"]
ORG = ck.OrgTree.from_table({"id": ["hq", *NAMES], "parent": ["", "hq", "hq", "hq"]})
KPIS = ck.Kpis(
    [ck.Kpi(name, "CNY", aggregate=ck.aggregates.Mean()) for name in ("sales", "margin", "calls")]
)
TARGETS = ck.cascade(ORG, KPIS, dict.fromkeys(KPIS.names, 100), periods="2026")
ROWS = [
    ("ann", "sales", 110), ("ann", "margin", 90), ("ann", "calls", 50),
    ("bo", "sales", 120), ("bo", "calls", 80), ("cy", "sales", 80), ("cy", "margin", 80),
]  # fmt: skip
RESULTS = ck.measure(TARGETS, dict(zip(("node", "kpi", "value"), map(list, zip(*ROWS, strict=True)),
                                       strict=True)))  # fmt: skip
CARD = ck.Scorecard(
    ck.Section("total", [Balance("sales", "margin"), ck.Item("calls")], Harmonic()),
    {"sales with margin": 40, "calls": 60},
)


def test_keep_the_public_laws():
    testing.check_item(Balance("sales", "margin"))
    testing.check_combine(Harmonic())


@pytest.mark.parametrize("rule", [Balance("a", "b", 3), Harmonic()], ids=repr)
def test_come_back_from_json(rule):
    testing.check_record(rule)
    assert '"kind": "acme/' in to_json(rule)


def test_come_back_in_a_card_and_in_scores():
    text = to_json(CARD)
    assert from_json(text) == CARD
    assert all(f'"acme/{kind}"' in text for kind in ("items.balance", "combines.harmonic"))
    scores = ck.score(RESULTS, CARD)
    assert from_json(to_json(scores)) == scores


def test_score():
    scores = ck.score(RESULTS, CARD)
    rows = ORG.rows(NAMES)
    assert scores.points("sales with margin")[0, rows] == pytest.approx(
        [60, np.nan, 100], nan_ok=True
    )
    assert scores.total[0, rows] == pytest.approx([100 / (40 / 60 + 60 / 50), 80, 100])


def test_are_explained_and_their_gaps_add_up():
    scores = ck.score(RESULTS, CARD)
    gaps = ck.gaps(scores)
    for node in ORG:
        told = ck.explain(scores, node.id)
        assert told.evaluate() == told.value == scores.total[0, node.row]
        parts = [gaps.in_points(item.name)[0, node.row] for item in CARD.items]
        assert np.nansum(parts) == pytest.approx(gaps.total[0, node.row])
    text = ck.explain(scores, "ann").text(None)
    assert "Harmonic(), weights 40, 60" in text
    assert "Balance(one='sales', other='margin'" in text
    assert "actuals row 1, value" in text
