"""What months and nodes share is told once: explanations of deep trees stay small."""

import pytest

import cascade_kpi as ck
from tests.properties.test_explanations import bits, same_bits

SALES = ck.Kpi("sales", "CNY", lot=1, split=ck.splits.ProRata("size"))


def chain(depth, **columns):
    ids = [f"n{i}" for i in range(depth)]
    table = {"id": ids, "parent": ["", *ids[:-1]], "size": [None] * (depth - 1) + [3]}
    return ck.OrgTree.from_table(table | columns)


def quarters(org):
    year = ck.cascade(org, [SALES], {"sales": 4_001}, periods="2027")
    return ck.phase(year, [f"2027Q{i}" for i in range(1, 5)], ck.profiles.Seasonal([4, 1, 2, 3]))


def asked(stage, node):
    return ck.explain(stage, node, kpi="sales", period="2027Q2")


def size(depth):
    return sum(1 for _ in asked(quarters(chain(depth)), f"n{depth - 1}").walk())


def test_what_is_walked_through_grows_with_the_depth_and_not_with_its_square():
    twice, once, none = size(80), size(40), size(20)
    assert twice - once == 2 * (once - none)


@pytest.mark.parametrize(
    "kpi", [ck.Kpi("sales", "CNY", split=ck.splits.Shared()), SALES], ids=["shared", "divided"]
)
def test_a_target_of_a_chain_is_made_again_without_telling_the_way_up_twice(kpi):
    year = ck.cascade(chain(60), [kpi], {"sales": 40}, periods="2027")
    why = ck.explain(year, "n59", kpi="sales")
    same_bits(why)
    assert sum(1 for _ in why.walk()) < 5 * 60


def test_nodes_of_one_label_are_not_taken_for_each_other():
    table = {
        "id": ["hq", "a", "b", "c", "d"],
        "parent": ["", "hq", "hq", "a", "b"],
        "label": ["hq", "Li", "Li", "Wu", "Wu"],
        "size": [None, None, None, 3, 1],
    }
    stage = quarters(ck.OrgTree.from_table(table, label="label"))
    for row, node in enumerate(stage.org.ids.tolist()):
        why = asked(stage, node)
        assert bits(why.value) == bits(float(stage.of("sales")[1, row]))
        same_bits(why)


def test_lines_far_down_say_their_level():
    year = ck.cascade(chain(50), [SALES], {"sales": 40}, periods="2027")
    lines = ck.explain(year, "n49", kpi="sales").text(depth=None).split("\n")
    margins = [len(line) - len(line.lstrip(" ")) for line in lines]
    assert max(margins) == 80
    assert any(line.startswith(" " * 80 + "lots of") for line in lines)  # the fortieth level
    assert any(line.startswith(" " * 80 + "[41] ") for line in lines)
    (last,) = [line for line in lines if "goals row 0" in line]
    assert last.strip().startswith("[51] goal of sales, n0")
