"""Rules in words."""

from attrs import frozen

import cascade_kpi as ck
from cascade_kpi.reporting import words
from cascade_kpi.reporting.curves import curve_words
from tests.test_testing import ATTAINMENTS


def test_kpis_of_every_kind():
    made = ck.Kpi("k", "d", ck.directions.OnTarget(2), ck.aggregates.Last(ck.aggregates.Mean()))
    assert words.kpi_words(made) == (
        "best on target, within 2 d; the last period's level, the mean of the reports over units; "
        "the same target for all"
    )
    made = ck.Kpi("k", "%", "lower", split=ck.splits.ProRata("base"))
    assert words.kpi_words(made).endswith("goals divided in proportion to base")


def test_the_targets_of_a_ratio():
    splits = ck.splits
    mixed = splits.Mixed([(1, splits.Uniform()), (2, splits.Towards(splits.Times("peers")))])

    def told(pace, base="last_year"):
        split = splits.Rates("customers", base, pace)
        made = ck.Kpi("k", "%", "lower", ck.aggregates.Ratio(100), split=split)
        start = "lower is better; a ratio of two sums, times 100; every unit's own target, "
        assert words.kpi_words(made).startswith(start)
        return words.kpi_words(made).removeprefix(start)

    end = ", from its base in last_year at its volume in customers"
    assert told(splits.Uniform()) == f"by the same points{end}"
    assert told(splits.Towards()) == f"towards the best{end}"
    assert told(splits.UpTo(2.5)) == f"towards 2.5 and not past it{end}"
    bounded = splits.Bounded(mixed, points=1, low=0, high="most")
    assert told(bounded) == (
        "1 × by the same points and 2 × towards peers, by points of at most 1, not below 0, "
        f"not above most{end}"
    )
    assert "its base in lost and base at" in told(splits.Uniform(), ("lost", "base"))

    class Own:
        def __call__(self, baseline):
            return baseline.rates

        def __repr__(self):
            return "Own()"

    assert told(Own()).startswith("by Own(), ")


def test_attainments_and_policies():
    told = words.attainment_words(ck.attainments.Proportion("met"))
    assert "a target of zero counts as met or not" in told
    assert words.attainment_words(ck.attainments.Progress("base")) == (
        "the way gone from base to the target"
    )
    assert len({words.missing_words(policy) for policy in ck.Missing}) == 4
    for rule in ATTAINMENTS:
        assert type(rule).__name__ not in words.attainment_words(rule)
    own = ck.attainments.Goalposts(100, "best", scale="logarithm")
    told = "the way from the worst, 100, to the best, best, by logarithms"
    assert words.attainment_words(own) == told
    assert words.attainment_words(ck.attainments.Rounded(own, 1)).endswith(
        "by logarithms, rounded to 1 decimal"
    )


def test_a_rule_of_the_users_own_stands_as_it_prints():
    @frozen
    class Root:
        power: float

        def __call__(self, attainment):
            return attainment**self.power

    assert curve_words(Root(0.5), ck.attainments.Proportion(), "CNY").endswith("Root(power=0.5)")


def test_grades_from_the_best_down():
    grades = ck.Grades.from_edges({"A": 90, "B": 70, "C": None}, decimals=0)
    assert words.grade_words(grades) == [
        ("A", "from 90"),
        ("B", "from 70 below 90"),
        ("C", "below 70"),
    ]
    assert words.grade_words(ck.Grades.from_edges({"all": None})) == [("all", "every total")]
