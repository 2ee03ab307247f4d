"""Every law of splits, broken alone, is caught and named, with the split that breaks it."""

import numpy as np
import pytest
from attrs import frozen

from cascade_kpi import testing
from cascade_kpi.records import record
from tests.helpers import org
from tests.laws.breaking import ASKED, caught

TREE = org(staff=[None, None, None, 3, 4, 5])


def _writes_to_the_tree(tree):
    tree.columns["staff"][...] = 0
    return np.ones(len(tree))


SPLITS = {
    "no answer": (lambda o: None, "answers None"),
    "a list": (lambda o: [1.0] * len(o), "no array"),
    "too few": (lambda o: np.ones(2), r"answers shape \(2,\)"),
    "whole numbers": (lambda o: np.ones(len(o), dtype=int), "answers int64"),
    "NaN": (lambda o: np.where(np.arange(len(o)) == 2, np.nan, 1), r"\[nan\] at \['ann'\]"),
    "negative": (lambda o: -np.ones(len(o)), "claims are zero or more"),
    "not pure": (lambda o: np.ones(len(o)) * (ASKED.append(1) or len(ASKED)), "another time"),
    "by row": (lambda o: 1.0 + o.source_row, "depends on the order of the rows"),
    "nothing": (lambda o: np.zeros(len(o)), "raises InputError: .*zero"),
    "an exception": (lambda o: 1 / 0, "raises ZeroDivisionError"),
    "a write": (_writes_to_the_tree, "raises ValueError: .*read-only"),
}


@record("laws/split")
@frozen
class Split:
    how: str
    divides: bool = True

    def __call__(self, tree):
        return SPLITS[self.how][0](tree)


@pytest.mark.parametrize("how", SPLITS)
def test_a_split(how):
    caught(testing.check_split, Split(how), f"(?s){SPLITS[how][1]}", TREE)


def test_a_split_divides_or_not():
    caught(testing.check_split, Split("by row", None), "divides is None", TREE)
    testing.check_split(Split("negative", divides=False), TREE)
    caught(testing.check_split, Split("NaN", divides=False), "factors are finite", TREE)
