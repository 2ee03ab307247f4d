"""Cards that are not scored where items of too much of the whole card are absent."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines
from cascade_kpi.records import from_json, to_json
from tests.helpers import NAN, refused
from tests.properties.test_explanations import same_bits

KPIS = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in "abcde"]
WEIGHTS = {"results": 70, "a": 50, "b": 50, "conduct": 30, "c": 20, "d": 80}


def scored(reported, missing="renormalise", inner=None, weights=None, combine=None):
    tree = ck.OrgTree.from_table({"id": ["hq", "li"], "parent": ["", "hq"]})
    targets = ck.cascade(tree, KPIS, dict.fromkeys("abcde", 100), periods="p")
    table = {"node": ["li"] * len(reported), "kpi": [*reported], "value": [90] * len(reported)}
    results = ck.measure(targets, table)
    parts = [
        ck.Section("results", [ck.Item("a"), ck.Item("b")], missing=inner),
        ck.Section("conduct", [ck.Item("c"), ck.Item("d")], combine or combines.Mean(), inner),
    ]
    root = ck.Section("total", parts, missing=missing, then=[adjustments.Add(ck.Item("e"))])
    return ck.score(results, ck.Scorecard(root, weights or WEIGHTS))


def total(*given, **options):
    return float(scored(*given, **options).total[0, 1])


@pytest.mark.parametrize(
    ("reported", "absent"),
    [
        ("abcd", 0),
        ("acd", 0.35),
        ("bd", 0.41),
        ("cd", 0.7),
        ("ab", 0.3),
        ("d", 0.76),
        ("abde", 0.06),
    ],
)
def test_items_are_counted_through_sections_by_their_weights(reported, absent):
    extra = 90 if "e" in reported else 0
    for share, value in ((absent, 90), (max(0, absent - 1e-6), 90 if absent == 0 else NAN)):
        given = total(reported, missing=absences.AtMostItems(share))
        assert given == pytest.approx(value + extra, nan_ok=True)


def test_what_is_filled_in_a_section_is_absent_all_the_same():
    assert total("ac", inner="zero") == pytest.approx(0.7 * 45 + 0.3 * 18)
    assert total("ac", inner="zero", missing=absences.AtMostItems(0.59)) == pytest.approx(36.9)
    assert np.isnan(total("ac", inner="zero", missing=absences.AtMostItems(0.58)))


def test_parts_without_weights_count_alike_and_what_is_not_on_the_card_does_not():
    free = {"results": 70, "a": 50, "b": 50, "conduct": 30}
    policy = absences.AtMostItems(0.15)
    assert not np.isnan(total("abc", weights=free, combine=combines.Weakest(), missing=policy))
    policy = absences.AtMostItems(0.149)
    assert np.isnan(total("abc", weights=free, combine=combines.Weakest(), missing=policy))
    only = {"results": 100, "a": 50, "b": 50}
    assert total("ab", weights=only, missing=absences.AtMostItems(0)) == 90


def test_the_other_policy_still_holds():
    both = absences.AtMostItems(0.5, absences.AtMost(0.2))
    assert np.isnan(total("ab", missing=both))  # conduct is 30 of 100
    assert total("abd", missing=both) == 90
    for outer in (absences.AtMost, absences.AtMostItems):
        assert np.isnan(total("abd", missing=outer(0.9, absences.AtMostItems(0.05))))


def test_shares_are_taken_as_they_are_written():
    weights = {"results": 0.7, "a": 0.5, "b": 0.5, "conduct": 0.3, "c": 0.1 + 0.2, "d": 0.7}
    given = ck.Weights(weights, promised=1)
    assert total("abd", weights=given, inner=absences.AtMost(0.3)) == 90
    assert total("abd", weights=given, missing=absences.AtMostItems(0.09)) == 90


@pytest.mark.parametrize("reported", ["abcd", "ac", "d", ""])
def test_it_is_explained_to_the_bit_and_told(reported):
    scores = scored(reported, missing=absences.AtMostItems(0.6))
    why = ck.explain(scores, "li")
    assert np.array_equal(why.value, scores.total[0, 1], equal_nan=True)
    same_bits(why)
    text = why.text(depth=None)
    assert "absent of total, li, p = " in text
    for language in ("en", "zh"):
        sentences = ck.tell(scores, "li", language=language).sentences
        assert ("60 %" in sentences[-2]) == (reported == "d")
    assert from_json(to_json(scores)) == scores


@pytest.mark.parametrize("missing", ["hold", absences.AtMostItems(0.2)])
def test_nothing_is_said_to_have_lost_points_of_a_total_that_there_is_not(missing):
    told = ck.tell(scored("ac", missing=missing, inner="hold"), "li")
    assert told.sentences[0] == "li has no total for p."
    assert "lost" not in told.text()


def test_refusing_lists_the_items_that_are_absent():
    faults = refused(scored, "ac", missing=absences.AtMostItems(0.5, "refuse"))
    assert [(fault.value, fault.reason) for fault in faults if fault.value == "li"] == [
        ("li", "no b in p to score"), ("li", "no d in p to score"),
    ]  # fmt: skip
    assert total("ac", missing=absences.AtMostItems(0.6, "refuse")) == 90


def test_shares_that_are_none_are_refused():
    for share in (-0.1, 1.1, NAN, "x"):
        assert refused(absences.AtMostItems, share)[0].column == "share"
    faults = refused(absences.AtMostItems, 2, "zeroo")
    assert [fault.column for fault in faults] == ["share", "then"]
