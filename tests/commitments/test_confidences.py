"""How much targets weigh, by rule."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import confidences, testing
from cascade_kpi.records import record
from tests.helpers import org, refused

TREE = org(
    kind=["company", "region", "region", "person", "person", "person"], trust=[9, 3, 3, 1, 1, 2]
)
INF = np.inf
RULES = {
    confidences.Equal(2): [2, 2, 2, 2, 2, 2],
    confidences.Equal("certain"): [INF] * 6,
    confidences.Structural(): [1 / 3, 1 / 2, 1, 1, 1, 1],
    confidences.ByLevel(["certain", 0, 1]): [INF, 0, 1, 1, 0, 1],
    confidences.ByLevel([5]): [5] * 6,
    confidences.ByKind({"company": "certain", "person": 2}): [INF, 0, 2, 2, 0, 2],
    confidences.ByKind({"company": 3}, otherwise=1): [3, 1, 1, 1, 1, 1],
    confidences.Column("trust"): [9, 3, 1, 1, 3, 2],
    confidences.BottomUp(): [0, 0, 1, 1, 0, 1],
    confidences.TopDown(): [INF, 0, 0, 0, 0, 0],
    confidences.MiddleOut(1): [0, INF, 0, 0, INF, 0],
}


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_the_weights_of_every_rule(rule):
    np.testing.assert_array_equal(rule(TREE), RULES[rule])
    testing.check_confidence(rule, TREE)
    testing.check_record(rule)


def test_a_leaf_above_the_middle_is_certain_as_well():
    tree = org({"hq": "", "shop": "hq", "region": "hq", "a": "region"})
    assert confidences.MiddleOut(2)(tree).tolist() == [0, 0, INF, INF]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: confidences.Equal(-1), "negative"),
        (lambda: confidences.Equal(INF), "infinite"),
        (lambda: confidences.Equal(float("nan")), "not a confidence"),
        (lambda: confidences.Equal("sure"), "not a confidence"),
        (lambda: confidences.Equal(1e-200), "not between"),
        (lambda: confidences.ByLevel([]), "not a list"),
        (lambda: confidences.ByLevel(3), "not a list"),
        (lambda: confidences.ByLevel("certain"), "not a list"),
        (lambda: confidences.ByLevel([1, None]), "not a confidence"),
        (lambda: confidences.ByKind([1]), "not a mapping"),
        (lambda: confidences.ByKind({"x": -1}), "negative"),
        (lambda: confidences.ByKind({1: 1}), "not a kind"),
        (lambda: confidences.ByKind({"shop": 1})(TREE), "no node is of this kind"),
        (lambda: confidences.Column(""), "not a name"),
        (lambda: confidences.Column("turst")(TREE), "did you mean 'trust'|no such column"),
        (lambda: confidences.MiddleOut(-1), "not a whole number"),
    ],
)
def test_what_is_no_confidence(make, told):
    import re

    assert any(re.search(told, str(fault)) for fault in refused(make))


def test_a_column_is_filled_for_every_node():
    tree = org(trust=[None, 1, 1, -1, 1, 1])
    told = [str(fault) for fault in refused(confidences.Column("trust"), tree)]
    assert told == [
        "units row 0, trust: blank; give a confidence",
        "units row 3, trust = -1.0: negative; a confidence is zero or more",
    ]


@record("tests/confidences.odd")
@frozen
class Odd:
    how: str

    def __call__(self, tree):
        answer = {
            "negative": np.full(len(tree), -1.0),
            "absent": np.full(len(tree), np.nan),
            "tiny": np.full(len(tree), 1e-300),
            "whole": np.ones(len(tree), dtype=int),
            "rows": tree.source_row + 1.0,
        }
        return answer[self.how]


@pytest.mark.parametrize("how", ["negative", "absent", "tiny", "whole", "rows"])
def test_a_rule_that_is_odd_is_caught_by_the_law(how):
    with pytest.raises(AssertionError, match="it "):
        testing.check_confidence(Odd(how), TREE)


@pytest.mark.parametrize("how", ["negative", "absent", "tiny", "whole"])
def test_and_refused_by_name_where_it_is_used(how):
    targets = ck.cascade(TREE, [ck.Kpi("k", "x", lot=1)], {"k": 9}, periods="p")
    offers = {"node": ["ann"], "kpi": ["k"], "value": [3]}
    told = refused(ck.reconcile, targets, offers, confidence=Odd(how))
    assert told[0].value == Odd(how)
