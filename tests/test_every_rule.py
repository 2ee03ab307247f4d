"""No rule of the library goes untried: each has a sample that keeps its law and its JSON.

Rules are found, not listed: by the registry of records, and by the Protocols that the laws
of `cascade_kpi.testing` are about.
"""

import inspect
import pkgutil
from importlib import import_module
from typing import Any, get_type_hints

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import (
    blending,
    calibrating,
    comparing,
    confidences,
    moves,
    profiles,
    proportions,
    testing,
    yardsticks,
)
from cascade_kpi.records import kinds
from tests import test_testing as tried
from tests.commitments.test_confidences import RULES as CONFIDENCES
from tests.commitments.test_confidences import TREE
from tests.moving.cases import MOVES
from tests.moving.cases import year as targets_of_a_year
from tests.phasing.test_profiles import DRIVEN, FULL, HALVES
from tests.phasing.test_profiles import SALES as PHASED
from tests.rating.case import RULES as RATING
from tests.scoring.parts import ABSENCES, ADJUSTMENTS, COMBINES, ITEMS, TRIGGERS
from tests.scoring.test_scales import CONVERSIONS, HUNDRED, LETTERS

ORG = attrs.evolve(tried.ORG, columns={**tried.ORG.columns, "next": np.arange(1.0, 9.0)})
PAST = ck.Actuals.from_table(
    ORG,
    [ck.Kpi("sales", "CNY")],
    {"node": ["ann", "bo", "cy", "di", "ed"], "kpi": ["sales"] * 5, "value": [3, 1, 4, 1, 5]},
    periods="2025",
)
SAMPLES: list[Any] = [
    *tried.CURVES, *tried.SPLITS, *tried.LIMITS, *tried.PACES, *tried.METHODS, *tried.AGGREGATES,
    *tried.DIRECTIONS, *tried.ATTAINMENTS, *tried.CONDITIONS, *CONFIDENCES,
    *tried.BLEND.parts, *tried.MIXED.parts, tried.SOLVED.split,
    profiles.Even(), profiles.Seasonal([1, 2]), profiles.Learned(FULL),
    profiles.Columns(["x", "y"]),
    proportions.AverageProportions(PAST, "sales"),
    proportions.ProportionsOfAverages(PAST, "sales"),
    proportions.ForecastProportions("next"),
    moves.FollowsPost(), moves.FollowsPerson(), moves.FollowsTerritory(), moves.Cover("company"),
    moves.CalendarDays(), moves.WorkingDays(),
    moves.Season([f"2026-{month:02}" for month in range(1, 13)], range(1, 13)),
    *CONVERSIONS, HUNDRED, LETTERS,
    blending.Own(), blending.AtNode(), blending.Up(), blending.Up(2), blending.Top(),
    blending.OfKind("area"),
    blending.Within(down=10, up=5), blending.Between(0, 120),
    blending.Shares({"area": {"own": 70, 1: 30}, "*": {"own": 1, 2: 99}}, nobody="hold"),
    blending.Coefficients("area", {"A": 1.2, "B": 1}, {"A": 1.1, "B": 0.9}, of="person"),
    yardsticks.Latest(), yardsticks.Average(), yardsticks.Best(),
    yardsticks.Relative(), yardsticks.InUnits(),
    yardsticks.Deviations(2), yardsticks.Quartiles(), yardsticks.Peers("post", 3),
    yardsticks.OfTarget(), yardsticks.Amount(2), yardsticks.ByKpi({"sales": 2}),
    yardsticks.Yardstick(
        base=yardsticks.Best(),
        measures={"churn": yardsticks.Relative()},
        material={"churn": 0.3},
    ),
    *RATING,
    *ABSENCES, *COMBINES, *TRIGGERS, *ADJUSTMENTS, *ITEMS,
    calibrating.AtMost("A", 0.2), calibrating.AtLeast(["D", "E"], 0.05),
    calibrating.Between(["A", "B"], 0.3, 0.5), calibrating.Ideal({"A": 0.3, "B": 0.7}),
    calibrating.Quotas([calibrating.AtMost("A", 0.2)]),
    calibrating.Everybody(), calibrating.Column("post"), calibrating.Under("team"),
    calibrating.Pools("post", least=3),
    calibrating.Scheme(calibrating.Quotas([calibrating.AtMost("A", 0.2)])),
    calibrating.Held(), calibrating.Waived(), calibrating.Adjustment("ann", "A", "why", "board"),
    calibrating.Sitting([calibrating.Adjustment("ann", "A", "why", "board")]),
    ck.PayPerGrade({"A": 0.2, "B": 0.1, "C": 0}, of="salary", unscored=0.05, unit="CNY"),
    ck.PayPerPoint(0.01, "salary", above=60, most=50), comparing.Siblings(),
    comparing.OfResult(2), comparing.OfPoints(1.5),
]  # fmt: skip


def gaps():
    """Gaps of one KPI over the tree of `tests.test_testing`."""
    kpi = ck.Kpi("sales", "CNY", split=ck.splits.ProRata("staff"), lot=1)
    targets = ck.cascade(ORG, [kpi], {"sales": 997}, periods="2026")
    actuals = {"node": ["ann", "cy", "di"], "kpi": ["sales"] * 3, "value": [180.0, 39.0, 480.0]}
    card = ck.Scorecard([ck.Item("sales")], {"sales": 100})
    return ck.gaps(ck.score(ck.measure(targets, actuals), card))


GIVEN = {  # what a law is tried with, beside the rule
    testing.check_condition: lambda: (gaps(), "sales"),
    testing.check_confidence: lambda: (TREE,),
    testing.check_days: lambda: (ck.Calendar.of("2026"),),
    testing.check_level: lambda: (ORG,),
    testing.check_limit: lambda: (ORG,),
    testing.check_pace: lambda: (tried.RATED, tried.SOLVED),
    testing.check_rated: lambda: (tried.RATED, tried.SOLVED),
    testing.check_policy: lambda: (targets_of_a_year(), MOVES),
    testing.check_profile: lambda: (DRIVEN, PHASED, HALVES),
    testing.check_split: lambda: (ORG,),
    testing.check_tie: lambda: (ORG,),
}


def laws():
    """Every public law of a Protocol, by the Protocol of the rule that it takes first."""
    found = {}
    for name in testing.__all__:
        check = getattr(testing, name)
        asked = inspect.unwrap(check)
        first = next(iter(inspect.signature(asked).parameters))
        family = get_type_hints(asked)[first]
        if family is not object:
            assert family not in found, f"two laws of {family}"
            found[family] = check
    return found


LAWS = laws()
ROOMS = {name: getattr(ck, name) for name in ck.__all__ if inspect.ismodule(getattr(ck, name))}


def members(family):
    """What a Protocol asks for."""
    own = [each for each in family.__mro__ if getattr(each, "_is_protocol", False)]
    names = {name for each in own for name in (*vars(each), *vars(each).get("__annotations__", ()))}
    return {name for name in names if not name.startswith("_")} | {"__call__"} & names


def asked(call):
    return list(inspect.signature(call).parameters)


def fits(cls, family):
    """Whether a class answers what the Protocol asks, by its names and by theirs."""
    if not all(hasattr(cls, name) for name in members(family)):
        return False
    called = [name for name in members(family) if callable(getattr(family, name, None))]
    pairs = [(getattr(cls, name), getattr(family, name)) for name in called]
    return all(callable(mine) and asked(mine) == asked(theirs) for mine, theirs in pairs)


def family_of(cls, room=None):
    """The Protocol with a law that says most about a class; None if there is none.

    Where two say as much, the one that the room of the rule offers.
    """
    fitting = [family for family in LAWS if fits(cls, family)]
    most = max((len(members(family)) for family in fitting), default=0)
    best = [family for family in fitting if len(members(family)) == most]
    if len(best) > 1:
        best = [each for each in best if getattr(room, each.__name__, None) is each]
    assert len(best) <= 1, f"{cls} may be any of {best}"
    return best[0] if best else None


def room_of(kind):
    return ROOMS.get(kind.removeprefix("cascade_kpi/").partition(".")[0])


RULES = {
    kind: cls
    for kind, cls in kinds().items()
    if kind.startswith("cascade_kpi/") and (room_of(kind) or family_of(cls))
}


@pytest.mark.parametrize("kind", RULES)
def test_has_a_sample_that_keeps_its_law(kind):
    cls, room = RULES[kind], room_of(kind)
    samples = [sample for sample in SAMPLES if type(sample) is cls]
    assert samples, f"no sample of {cls.__name__}: give one in SAMPLES"
    law = LAWS.get(family_of(cls, room), testing.check_record)
    for sample in samples:
        law(sample, *GIVEN.get(law, tuple)())
        testing.check_record(sample)


def test_every_law_is_tried_on_a_rule():
    tried_on = {family_of(cls, room_of(kind)) for kind, cls in RULES.items()}
    assert tried_on - {None} == set(LAWS)


def test_what_has_no_law_is_no_rule_that_is_called():
    without = {kind for kind, cls in RULES.items() if family_of(cls, room_of(kind)) is None}
    assert {kind for kind in without if "__call__" in vars(RULES[kind])} == set()


def test_every_class_that_a_law_is_about_can_be_written():
    names = [each.name for each in pkgutil.walk_packages(ck.__path__, "cascade_kpi.")]
    plain = [name for name in names if not name.endswith("__main__") and ".testing" not in name]
    written = set(kinds().values())
    found = {
        cls
        for name in plain
        for cls in vars(import_module(name)).values()
        if isinstance(cls, type) and attrs.has(cls) and cls.__module__ == name
        and any(fits(cls, family) for family in LAWS)
    }  # fmt: skip
    assert found - written == {ck.Lights}  # colours of a report, which no record has


def test_a_rule_without_a_sample_would_be_found():
    @attrs.frozen
    class New:
        def __call__(self, attainment):
            return attainment

    assert family_of(New) is ck.curves.Curve
    assert family_of(type(tried.BLEND)) is ck.splits.Split
    assert family_of(ck.splits.Times, ck.splits) is ck.splits.Limit
    assert family_of(confidences.Column, confidences) is confidences.Confidence
    assert family_of(moves.Cover) is family_of(ck.Kpi) is None
