"""Goals and links taken together: faults of both, coverage, served weight, tables."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.alignment.case import GOALS, LINKS, aligned, goals, rows, simple
from tests.helpers import org, refused


def test_coverage_is_the_sum_of_counted_shares_and_absent_where_nobody_splits():
    table = aligned().coverage()
    assert rows(table, "goal", "covered", "uncovered", "over") == [
        ("east", 0.75, 15.0, 0.0),
        ("rev", 0.9, 10.0, 0.0),
    ]
    assert table["value"].tolist() == [60.0, 100.0]


def test_an_amount_that_nobody_carries_or_supports_is_not_covered_at_all():
    found = simple(["s", "t", "u", "a"], [("a", "t")], owner=["hq", "hq", "hq", "ann"],
                   value=[10, 10, None, None])  # fmt: skip
    assert rows(found.coverage(), "goal", "covered", "uncovered") == [("s", 0.0, 10.0)]
    assert found.audit().counts == {"unsupported": 1, "uncovered": 1}


def test_landed_follows_the_shares_down_to_goals_with_an_owner():
    found = aligned()
    # 0.6 of rev goes to east, of which 0.75 lands with ann; 0.3 lands with the west itself.
    assert rows(found.coverage(), "goal", "landed") == [("east", 0.75), ("rev", 0.75)]


def test_what_is_not_counted_covers_nothing_and_passes_weight():
    links = {**LINKS, "counted": ["", "", "no", "", "", "", "no", ""]}
    found = ck.align(goals(), ck.Links.from_table(links))
    assert dict(rows(found.coverage(), "goal", "covered"))["rev"] == 0.3
    assert rows(found.serves(), "node", "goal", "weight", "counted")[3] == ("east", "rev", 100, 0)


def test_weight_stops_at_the_first_strategic_goal_on_its_way():
    found = rows(aligned().serves(), "node", "goal", "weight", "counted", "share")
    assert found == [
        ("hq", "keep", 20.0, 20.0, 0.2),
        ("hq", "rev", 60.0, 60.0, 0.6),
        ("hq", "train", 20.0, 20.0, 0.2),
        ("east", "rev", 100.0, 100.0, 1.0),
        # ann1 brings 60 by the east; ann2 a quarter of 40 by ann1, not counted; the rest to keep.
        ("ann", "keep", 30.0, 30.0, 0.3),
        ("ann", "rev", 70.0, 60.0, 0.7),
        ("bob", "train", 70.0, 70.0, 0.7),
        ("west", "rev", 100.0, 100.0, 1.0),
    ]


def test_plans_tell_what_serves_nothing():
    table = aligned().plans()
    assert rows(table, "node", "goals", "weight", "aligned", "unaligned", "share")[3] == (
        "bob", 2, 100.0, 70.0, 30.0, 0.7,
    )  # fmt: skip
    assert table["unaligned"].sum() == 30


def test_a_goal_without_a_weight_adds_nothing_and_is_counted():
    found = simple(["s", "a", "b"], [("a", "s"), ("b", "s")], strategic=[True, False, False],
                   weight=[None, 4, None])  # fmt: skip
    assert rows(found.plans(), "goals", "unweighed", "weight", "aligned") == [(3, 2, 4.0, 4.0)]
    nothing = simple(["s", "a"], [("a", "s")], strategic=[True, False])
    (row,) = rows(nothing.plans(), "weight", "aligned", "share")
    assert all(np.isnan(row))
    assert len(nothing.serves()["node"]) == 0


def test_carries_multiplies_shares_down_every_chain():
    found = aligned().carries()
    assert rows(found, "goal", "carries", "share", "amount", "unit") == [
        ("ann1", "rev", 0.45, 45.0, "CNY"),
        ("east", "rev", 0.6, 60.0, "CNY"),
        ("west", "rev", 0.3, 30.0, "CNY"),
    ]


def test_without_the_column_the_goals_of_roots_are_strategic():
    assert goals().ids[goals().strategic].tolist() == ["keep", "rev", "train"]
    marked = {**GOALS, "strategic": ["x" and "yes", *[""] * 8]}
    assert goals(table=marked).ids[goals(table=marked).strategic].tolist() == ["rev"]


def test_matrix_is_the_dense_form_of_serves():
    found = aligned()
    dense = found.matrix(["bob", "ann"])
    assert found.goals.ids[found.strategic].tolist() == ["keep", "rev", "train"]
    assert dense.tolist() == [[0, 0, 70], [30, 70, 0]]
    assert found.matrix().shape == (6, 3)


def test_table_holds_every_goal():
    table = aligned().table()
    assert rows(table, "goal", "layer", "orphan", "aligned")[-4:] == [
        ("lone", 0, True, 0.0), ("rev", 0, False, 1.0), ("train", 2, False, 1.0),
        ("west", 1, False, 1.0),
    ]  # fmt: skip


def test_all_faults_of_links_come_together():
    ids = ["a", "b", "c", "d", "e", "f"]
    table = {"goal": ids, "title": ids, "owner": ["ann"] * 6}
    links = ck.Links.from_table(
        {
            "goal": ["a", "b", "c", "c", "d", "e", "f", "x"],
            "serves": ["b", "a", "d", "zz", "e", "d", "a", "a"],
            "weight": [None, None, 1, None, None, 0, None, None],
        }
    )
    faults = refused(ck.align, goals(table=table), links)
    told = [(f.row, f.column, f.value, f.reason) for f in faults]
    assert told == [
        (3, "serves", "zz", "no such goal"),
        (7, "goal", "x", "no such goal"),
        (None, "weight", "e", "all weights of its links are zero"),
        (None, "serves", None, "goals serve each other in a circle: 'a' → 'b' → 'a'"),
        (None, "serves", None, "goals serve each other in a circle: 'd' → 'e' → 'd'"),
    ]


def test_some_weights_stated_and_some_not_is_refused_by_row():
    table = {"goal": ["a", "b", "c"], "title": ["a", "b", "c"], "owner": ["ann"] * 3}
    links = ck.Links.from_table({"goal": ["c", "c"], "serves": ["a", "b"], "weight": [1, None]})
    (fault,) = refused(ck.align, goals(table=table), links)
    assert (fault.row, fault.reason) == (1, "no weight, where other links of 'c' have one")


def test_a_link_to_an_unknown_goal_names_the_near_miss():
    links = ck.Links.from_table({"goal": ["ann1"], "serves": ["eats"]})
    (fault,) = refused(ck.align, goals(), links)
    assert fault.repair == "did you mean 'east'?"
    (fault,) = refused(ck.align, goals(), ck.Links.from_table({"goal": [7], "serves": [8]}))[:1]
    assert fault.repair == "ids of these goals are text; give the same type"


def test_a_long_cycle_is_named_in_short():
    ids = [f"g{i:02d}" for i in range(30)]
    table = {"goal": ids, "title": ids, "owner": ["ann"] * 30}
    links = ck.Links.from_table({"goal": ids, "serves": [*ids[1:], ids[0]]})
    (fault,) = refused(ck.align, goals(table=table), links)
    assert "'g00' → 'g01'" in fault.reason
    assert "(24 more) → 'g00'" in fault.reason


@pytest.mark.parametrize("wrong", [None, 5, "x", {}])
def test_wrong_arguments(wrong):
    assert refused(ck.align, wrong, ck.Links.from_table(LINKS))[0].source == "goals"
    assert refused(ck.align, goals(), wrong)[0].source == "links"


def test_sums_beyond_a_float_are_refused():
    table = {"goal": ["a", "b"], "title": ["a", "b"], "owner": ["ann"] * 2, "weight": [1e308] * 2}
    links = ck.Links.from_table({"goal": [], "serves": []})
    (fault,) = refused(ck.align, goals(table=table), links)
    assert (fault.value, fault.column) == ("ann", "weight")


def test_no_goals_and_no_links_is_an_empty_alignment():
    empty = goals(table={"goal": [], "title": [], "owner": []})
    found = ck.align(empty, ck.Links.from_table({"goal": [], "serves": []}))
    assert len(found.coverage()["goal"]) == len(found.serves()["node"]) == 0
    assert len(found.plans()["node"]) == len(found.audit()) == 0
    assert found.draw() == ""
    assert found.matrix().shape == (6, 0)


def test_ids_may_be_whole_numbers():
    tree = ck.OrgTree.from_table({"id": [1, 2], "parent": [None, 1]})
    table = {"goal": [30, 4], "title": ["a", "b"], "owner": [2, None], "weight": [5, None]}
    marked = ck.Goals.from_table({**table, "strategic": [False, True]}, tree)
    found = ck.align(marked, ck.Links.from_table({"goal": [30], "serves": [4]}))
    assert rows(found.serves(), "node", "goal", "weight") == [(2, 4, 5.0)]
    assert found.goals.owner_ids.tolist() == [None, 2]


DRAWN = """\
financial
  Grow revenue (hq, 90 % covered)
    60 %: Revenue of the east (east, 75 % covered)
      75 %: Sell to key accounts (ann)
        supports, not counted: Visit key accounts (ann)
    supports: Keep key accounts (hq), see customer
    30 %: Revenue of the west (west)
customer
  Keep key accounts (hq)
    supports: Visit key accounts (ann), as above
    supports: Train the sales force (hq), see learning
learning
  Train the sales force (hq)
    supports: Learn to sell (bob)
serving nothing
  Tidy the archive (bob)"""


def test_drawing_names_lanes_from_what_others_lead_up_to():
    assert aligned().draw() == DRAWN
    assert aligned().draw(limit=2).splitlines()[-1] == "… and 8 goals more"
    assert "&lt;" in simple(["<b>"])._repr_html_()


def test_equal_by_content_and_hashed_alike():
    assert aligned() == aligned()
    assert hash(aligned()) == hash(aligned())
    assert aligned() != simple(["a"])
    assert org() == aligned().org


ADDED = "proportion × the part of the goal served, over its links"
OVER = "its weight over the weights of all links out of the goal"
WHY = f"""\
weight of ann serving rev = 70 weight  ← weight × the part that serves it, over its goals
  weight by ann1 = 60 weight  ← weight × the part that serves it
    weight of ann1 = 60 weight  ← goals row 5, weight
    part of ann1 serving rev = 1  ← {ADDED}
      part by east = 1  ← proportion × the part of the goal served
        proportion of the link to east = 1  ← {OVER}
          weight of the link to east = 1  ← links row 4, no weight: all alike
        part of east serving rev = 1  ← {ADDED}
          part by rev = 1  ← proportion × the part of the goal served
            proportion of the link to rev = 1  ← {OVER}
              weight of the link to rev = 1  ← links row 2, no weight: all alike
            part of rev serving rev = 1  ← all of it: it is that strategic goal
  weight by ann2 = 10 weight  ← weight × the part that serves it
    weight of ann2 = 40 weight  ← goals row 6, weight
    part of ann2 serving rev = 0.25  ← {ADDED}
      part by ann1 = 0.25  ← proportion × the part of the goal served
        proportion of the link to ann1 = 0.25  ← {OVER}
          weight of the link to ann1 = 1  ← links row 6, weight
          weight of the link to keep = 3  ← links row 5, weight
        part of ann1 serving rev = 1  ← {ADDED}, as above"""


def test_a_served_weight_is_explained_to_rows():
    why = ck.explain(aligned(), "ann", goal="rev")
    assert why.evaluate() == why.value == 70.0
    assert why.text(depth=None) == WHY


def test_coverage_is_explained_to_rows_and_wrong_questions_are_refused():
    found = aligned()
    assert ck.explain(found, goal="rev").text().splitlines() == [
        "coverage of rev = 0.9  ← shares of the counted splits into it, added",
        "  share of east = 0.6  ← links row 2, share",
        "  share of west = 0.3  ← links row 3, share",
    ]
    landed = ck.explain(found, goal="rev", quantity="landed")
    assert landed.evaluate() == landed.value == 0.75
    assert "goals row 4, split no further, and owned" in landed.text(None)
    assert ck.explain(found, "cid", goal="rev").evaluate() == 0
    assert refused(ck.explain, found)[0].repair.startswith("pass goal=…: use one of 'keep'")
    assert refused(ck.explain, found, "ann", goal="east")[0].reason == "not a strategic goal"
    assert refused(ck.explain, found, "anm", goal="rev")[0].repair == "did you mean 'ann'?"
    assert refused(ck.explain, found, goal="rev", kpi="x")[0].column == "kpi"
    assert refused(ck.explain, found, goal="rev", quantity="landd")[0].repair[-9:] == "'landed'?"
