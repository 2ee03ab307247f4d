"""Blended totals: shares, levels, policies, bounds, grades, records, on one small company."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi._arrays import equal
from cascade_kpi.blending import Between, OfKind, Own, Shares, Top, Up, Within
from tests.blending.case import GRADES, OWN, UNITS, scored, total
from tests.helpers import refused
from tests.properties.test_explanations import same_bits

SCORES = scored()
ALONE = {"own": 100}
SHARES = Shares(
    {"person": {"own": 70, "team": 20, "company": 10}, "team": {"own": 80, "root": 20}, "*": ALONE},
    nobody="own",
)


def shares(person, **options):
    return Shares({"person": person, "*": ALONE}, **options)


def blended(person, scores=SCORES, **options):
    policies = {name: options.pop(name) for name in ("missing", "nobody") if name in options}
    return ck.blend(scores, shares(person, **policies), **options)


def test_a_total_carries_the_stated_shares():
    got = ck.blend(SCORES, SHARES)
    assert total(got, "ann") == (70 * 90 + 20 * 110 + 10 * 100) / 100
    assert total(got, "t1") == (80 * 110 + 20 * 100) / 100
    assert total(got, "east") == 120
    assert got.parts("team")[0, got.org.row("ann")] == 22
    assert got.counted("own")[0, got.org.row("ann")] == 0.7


def test_units_hand_on_their_own_totals_unless_they_are_to_be_blended_first():
    got = ck.blend(SCORES, SHARES, units="blended")
    assert total(got, "ann") == (70 * 90 + 20 * 108 + 10 * 100) / 100


def test_one_hundred_percent_of_its_own_keeps_every_bit():
    got = ck.blend(SCORES, Shares({"own": 100, "parent": 0}))
    assert np.nan_to_num(got.total).tobytes() == np.nan_to_num(SCORES.total).tobytes()


def test_a_level_that_alone_counts_is_taken_as_it_is():
    odd = 0.03  # 70 times this, over 70, is another float
    assert 70 * odd / 70 != odd
    got = blended({"own": 70, "parent": 30}, scored({"co": 1, "ann": odd}))
    assert total(got, "ann") == odd


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("parent", {"ann": "t1", "di": "west", "t1": "east", "co": None}),
        (2, {"ann": "east", "di": "co", "t1": "co", "east": None}),
        (10**9, {"ann": None, "co": None}),
        ("root", {"ann": "co", "east": "co", "co": None}),
        ("region", {"ann": "east", "cy": "west", "t1": "east", "east": None}),
        ("own", {"ann": "ann", "co": "co"}),
    ],
)
def test_levels_find_whom_they_name(level, expected):
    org = SCORES.org
    (found,) = shares({level: 100}).shares["person"]
    rows = found.rows(org)
    got = {node: rows[org.row(node)] for node in expected}
    assert {n: None if r < 0 else org.ids[r] for n, r in got.items()} == expected


def test_the_nearest_of_a_kind_above_counts_and_never_itself():
    units = {
        "id": ["a", "b", "c", "d"],
        "parent": ["", "a", "b", "c"],
        "kind": ["t", "t", "p", "t"],
    }
    org = ck.OrgTree.from_table(units, kind="kind")
    assert OfKind("t").rows(org).tolist() == [-1, 0, 1, 1]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("renormalise", 60.0), ("own", (70 * 60 + 20 * 60 + 10 * 100) / 100), ("hold", math.nan)],
)
def test_a_unit_without_a_total(policy, expected):
    # cy is in t2, which nobody scored
    got = blended({"own": 70, "parent": 30} if policy == "renormalise" else
                  {"own": 70, "parent": 20, "root": 10}, missing=policy)  # fmt: skip
    assert total(got, "cy") == pytest.approx(expected, nan_ok=True)
    assert total(got, "di") != 95


def test_missing_units_are_refused_with_how_many_carry_them():
    faults = refused(blended, {"own": 70, "parent": 30}, missing="refuse")
    assert [(f.value, f.reason) for f in faults] == [
        ("t2", "no total in 2026, of which 1 shares are carried")
    ]


@pytest.mark.parametrize(
    ("policy", "expected"), [("renormalise", 95.0), ("own", 95.0), ("hold", math.nan)]
)
def test_nobody_at_a_level(policy, expected):
    got = blended({"own": 70, "team": 30}, nobody=policy)
    assert total(got, "di") == pytest.approx(expected, nan_ok=True)


def test_nobody_at_a_level_is_refused_for_all_nodes_by_default():
    faults = refused(ck.blend, SCORES, Shares({"own": 50, "region": 50}))
    assert [f.value for f in faults] == ["co", "east", "west"]


@pytest.mark.parametrize("policy", ["renormalise", "own", "hold"])
def test_who_was_not_scored_is_not_blended(policy):
    scores = scored({k: v for k, v in OWN.items() if k != "ann"})
    got = blended({"own": 70, "parent": 30}, scores, missing=policy)
    assert math.isnan(total(got, "ann"))
    # unless nothing of their own is carried
    assert total(blended({"parent": 100}, scores, missing=policy), "ann") == 110


def test_bounds_hold_what_others_may_do():
    shares = {"own": 50, "parent": 50}
    free = blended(shares, missing="own")
    got = blended(shares, missing="own", within=Within(down=5, up=8))
    assert total(free, "ann") == 100
    assert total(free, "bo") == 120
    assert total(got, "ann") == 98
    assert total(got, "bo") == 125
    assert got.bounded[0, got.org.row("bo")] == 5
    assert total(blended(shares, missing="own", within=Between(most=99)), "bo") == 99


def test_bounds_are_applied_before_anybody_else_reads_the_total():
    half = {"team": {"own": 50, "parent": 50}, "person": {"own": 50, "team": 50}, "*": ALONE}
    shares = Shares(half, nobody="own")
    got = ck.blend(SCORES, shares, units="blended", within=Within(down=2, up=2))
    assert total(got, "t1") == 112
    assert total(got, "ann") == 92
    free = ck.blend(SCORES, shares, units="blended")
    assert total(free, "ann") == (90 + 115) / 2


def test_grades_are_those_of_the_card_after_blending():
    got = ck.blend(SCORES, SHARES)
    assert got.grade("ann") == "B"
    assert got.grade("t2") is None
    lifted = blended({"own": 10, "root": 90})
    assert (SCORES.grade("ann"), lifted.grade("ann")) == ("B", "B")
    assert lifted.grade("bo") == "A"
    narrow = scored(grades=ck.Grades([ck.Band("all", 55, 131)]))
    refused(ck.blend, narrow, SHARES, within=Between(most=50))


def test_groups_by_a_column():
    got = ck.blend(SCORES, Shares({"lead": {"own": 50, "parent": 50}, "*": ALONE}, by="role"))
    assert total(got, "di") == (95 + 80) / 2
    assert total(got, "ann") == 90


def test_a_column_in_which_two_values_have_one_text_is_refused():
    mixed = {**UNITS, "role": ["", "", "", "", "", 1, "1", 1, 2]}
    (fault,) = refused(ck.blend, scored(units=mixed), Shares(ALONE, by="role"))
    assert fault.value == "1"


def test_a_misfit_is_told_all_at_once():
    wrong = Shares({"person": {"own": 50, "tem": 50}, "regon": ALONE, "team": {"dept": 100}})
    faults = refused(ck.blend, SCORES, wrong)
    assert {f.value for f in faults} == {"tem", "regon", "dept", "company", "region"}
    refused(ck.blend, SCORES, Shares(ALONE, by="rol"))


def test_two_levels_that_are_one_for_all_of_a_group_are_refused():
    (fault,) = refused(blended, {"own": 50, "root": 25, "company": 25})
    assert fault.value == "person"
    assert "root and company" in fault.reason
    # of the company neither finds anybody, which is for the policy to settle
    ck.blend(
        SCORES,
        Shares({"company": {"own": 50, "parent": 25, 2: 25}, "*": ALONE}, nobody="own"),
    )
    # team and parent meet for all but di, who has no team
    blended({"own": 50, "team": 25, "parent": 25}, nobody="own")


def test_faults_of_shares_are_told_together():
    faults = refused(
        Shares,
        {"a": {"parent": 50, 1: 50}, "b": {"own": -1, "root": "x"}, "c": {"own": 90}, "d": {},
         "e": {"own": 0}, "f": {2.5: 100}},
        missing="zero", promised=100,
    )  # fmt: skip
    told = " ".join(str(f) for f in faults)
    for piece in ("1 and 'parent' are one level", "share of own", "share of root", "sum to 90",
                  "no shares", "all shares are zero", "not a level", "no such policy"):  # fmt: skip
        assert piece in told, piece


def test_an_own_level_must_find_nodes_above():
    class Below(Own):
        called = "below"

        def rows(self, org):
            return np.minimum(np.arange(len(org)) + 1, len(org) - 1)

    faults = refused(blended, {Below(): 100})
    assert "finds what is not above it" in faults[0].reason


@pytest.mark.parametrize("units", ["own", "blended"])
@pytest.mark.parametrize("within", [None, Within(3, 2)])
def test_every_total_is_made_again_from_what_it_is_made_of(units, within):
    for policy in ("renormalise", "own", "hold"):
        policies = Shares(dict(SHARES.shares), missing=policy, nobody=policy)
        got = ck.blend(SCORES, policies, units=units, within=within)
        for node in got.org.ids.tolist():
            why = ck.explain(got, node)
            same_bits(why)
            assert equal(np.array([why.value]), np.array([total(got, node)]))


def test_an_explanation_says_whose_totals_it_is_made_of():
    text = ck.explain(ck.blend(SCORES, SHARES, within=Within(10, 10)), "di").text(depth=2)
    assert "none above; nobody: own" in text
    assert "total, co, 2026 = 100 points" in text
    assert "70 of own + 20 of team + 10 of company, of 100" in text
    assert ck.explain(ck.blend(SCORES, SHARES), "di", quantity="own").value == 95
    refused(ck.explain, ck.blend(SCORES, SHARES), "di", kpi="person")


def test_it_is_written_as_what_it_was_made_of():
    got = ck.blend(SCORES, SHARES, units="blended", within=Within(3, 2))
    back = ck.from_json(ck.to_json(got))
    assert back == got
    assert hash(back) == hash(got)
    assert str(ck.explain(back, "ann")) == str(ck.explain(got, "ann"))
    text = ck.to_json(got).replace('"down": 3.0', '"down": 1.0')
    assert any("other values" in f.reason for f in refused(ck.from_json, text))


def test_the_table_has_own_shares_parts_and_total():
    table = ck.blend(SCORES, SHARES).table()
    at = table["node"].tolist().index("di")
    row = {name: values[at] for name, values in table.items()}
    assert row["own"] == 95
    assert row["share of team"] == 0.2  # which went to its own
    assert row["part of team"] == 19
    assert row["total"] == row["part of own"] + row["part of team"] + row["part of company"]
    assert row["grade"] == "B"
    assert "t2" not in table["node"].tolist()


def test_rows_of_the_tables_in_any_order_change_no_bit():
    order = [3, 8, 0, 5, 7, 1, 2, 6, 4]
    units = {name: [column[i] for i in order] for name, column in UNITS.items()}
    other = scored(dict(reversed(OWN.items())), units, GRADES)
    for units in ("own", "blended"):
        one, two = (ck.blend(scores, SHARES, units=units) for scores in (SCORES, other))
        assert one.total.tobytes() == two.total.tobytes()


def test_levels_of_one_form_are_equal():
    assert shares({"parent": 100}) == shares({1: 100}) == shares({Up(): 100})
    assert shares({"root": 100}) == shares({Top(): 100})
    other = shares({"own": 50, "root": 50}), shares({"root": 50, "own": 50})
    assert other[0] != other[1]  # parts are added up in another order
    assert shares({OfKind("parent"): 100}) != shares({"parent": 100})


def test_totals_too_large_for_a_float_are_refused():
    huge = scored({"co": 1e305, "ann": 1e305})
    refused(ck.blend, huge, Shares({"own": 5e4, "root": 5e4}, promised=1e5, nobody="own"))


def test_what_is_asked_of_no_level_or_by_another_name_is_refused():
    got = ck.blend(SCORES, SHARES)
    assert repr(got).startswith("<Blended 8 totals of own, team, company, root × ")
    refused(got.parts, "region")
    refused(got.parts, None)
    refused(ck.blend, SCORES, SHARES, units="passed")
    refused(ck.blend, SCORES, SHARES, within=5)
    assert ck.blend(scored(grades=None), SHARES).grade("ann") is None


def test_bounds_refuse_what_bounds_nothing():
    refused(Within, -1, -2)
    refused(Between, 3, 2)
