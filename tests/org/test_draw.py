"""Trees as text."""

import cascade_kpi as ck
from tests.helpers import org


def test_branches():
    assert org().draw() == "hq\n├─ east\n│  ├─ ann\n│  └─ bob\n└─ west\n   └─ cid"


def test_levels_and_lines_can_be_cut():
    assert org().draw(depth=1).splitlines() == ["hq", "├─ east", "└─ west"]
    assert org().draw(depth=0) == "hq"
    assert org().draw(limit=2).splitlines() == ["hq", "├─ east", "… and 4 more"]


def test_several_roots_and_kinds():
    table = {"id": ["b", "a", "c"], "parent": ["", "", "a"], "kind": ["x", "x", ""]}
    tree = ck.OrgTree.from_table(table, kind="kind", roots="many")
    assert tree.draw() == "a  [x]\n└─ c\nb  [x]"


def test_names_cannot_break_or_turn_lines():
    tree = ck.OrgTree.from_table(
        {"id": [1], "parent": [None], "n": ["x\ny\u202ez"], "k": ["a\rb"]}, kind="k", label="n"
    )
    assert tree.draw() == "x\\u000ay\\u202ez  [a\\u000db]"
    assert "日本" in org({"日本": ""}).draw()
