"""What is compared: stages of the library and of a user's own, and all that is wrong at once."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from tests.calibrating.cases import scored
from tests.helpers import refused

SCORES = scored({"a": ("x", 85), "b": ("x", 70), "c": ("y", None)})
NODES = len(SCORES.org)


@attrs.frozen
class Stage:
    """A stage of a user's own, as good as scores."""

    org: object = SCORES.org
    periods: object = SCORES.periods
    total: object = attrs.field(factory=SCORES.total.copy, eq=False)
    grades: object = SCORES.grades
    grade_codes: object = attrs.field(factory=SCORES.grade_codes.copy, eq=False)
    unit: object = "points"


def test_a_sound_stage_of_ones_own_is_compared():
    assert ck.compare(SCORES, Stage()).transitions().sum() == 3
    whole = ck.compare(Stage(total=np.ones((1, NODES), dtype=int)), SCORES)
    assert whole.change[0, SCORES.org.row("a")] == 84


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({"org": None}, "org is no OrgTree"),
        ({"periods": ["2026"]}, "periods are no Periods"),
        ({"unit": 3}, "unit is no text"),
        ({"total": None}, "total is no array"),
        ({"total": np.ones(NODES)}, "total is no array"),
        ({"total": np.ones((1, NODES - 1))}, "total is no array"),
        ({"total": np.full((1, NODES), "x")}, "of numbers"),
        ({"total": np.full((1, NODES), np.inf)}, "not finite"),
        ({"grades": None}, "no tuple of texts"),
        ({"grades": (1, 2)}, "no tuple of texts"),
        ({"grade_codes": None}, "grade_codes are no array"),
        ({"grade_codes": np.zeros((1, NODES))}, "of whole numbers"),
        ({"grade_codes": np.zeros(NODES, dtype=int)}, "grade_codes are no array"),
        ({"grade_codes": np.full((1, NODES), 5)}, "not all positions"),
        ({"grade_codes": np.full((1, NODES), -2)}, "not all positions"),
        ({"grades": (), "grade_codes": np.zeros((1, NODES), dtype=int)}, "not all positions"),
    ],
)
def test_an_odd_stage_of_ones_own_is_refused_on_either_side(odd, told):
    for sides, column in (((Stage(**odd), SCORES), "before"), ((SCORES, Stage(**odd)), "after")):
        (fault,) = refused(ck.compare, *sides)
        assert (fault.column, told in fault.reason) == (column, True)
        assert fault.repair == "mend Stage: see comparing.Standing"


def test_all_that_is_wrong_is_told_at_once():
    wrong = {"pay": 3, "by": 4, "pool": 5, "kind": 6}
    faults = refused(ck.compare, None, SCORES.results, **wrong)
    assert [fault.column for fault in faults] == ["before", "after", "by", "pool", None, "kind"]
    both = refused(ck.compare, Stage(org=None), Stage(unit=2), **wrong)
    assert [fault.column for fault in both] == ["before", "after", "by", "pool", None, "kind"]
    targets = SCORES.results.targets
    assert [f.source for f in refused(ck.compare, targets, None, pay=3)] == ["compare", "after"]


def test_stages_of_the_wrong_kind_are_told_what_makes_the_right_one():
    told = refused(ck.compare, SCORES.results, SCORES.results)
    assert all("score_stints(…)" in fault.repair for fault in told)
    assert all("cascade(…)" in fault.repair for fault in told)
    (one,) = refused(ck.comparing.compare, SCORES, SCORES.results)
    assert "score_stints(…)" in one.repair
    assert "cascade" not in one.repair
