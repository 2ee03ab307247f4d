"""Every law, broken alone, is caught and named, with the rule that breaks it."""

from typing import Any

import attrs
import numpy as np
import pytest
from attrs import field, frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.kpis.aggregates import Makeup, add_present
from cascade_kpi.records import record
from tests.helpers import gaps_of, measured, org


def caught(check, rule, law, *args):
    with pytest.raises(AssertionError, match=law) as told:
        check(rule, *args)
    assert str(told.value).startswith(f"{rule!r}: it")


# ---------------------------------------------------------------------------- curves

ASKED = []


def _in_place(x):
    np.multiply(x, 100.0, out=x)
    return x.copy()


def _counts(x):
    ASKED.append(1)
    return x + len(ASKED)


CURVES = {
    "no answer": (lambda x: None, "answers None"),
    "a list": (list, "answers .*no array"),
    "whole numbers": (lambda x: np.ones(x.shape, dtype=int), "answers int64, not float64"),
    "half the digits": (lambda x: x.astype(np.float32), "answers float32"),
    "one too few": (lambda x: x[1:], r"answers shape \(15,\), not \(16,\)"),
    "a number for NaN": (np.nan_to_num, "answers 0.0 to NaN"),
    "NaN for a number": (lambda x: np.where(x < 0, np.nan, x), "answers NaN to -1000000000.0"),
    "infinity": (lambda x: np.where(x > 1e6, np.inf, x), "answers inf to 1000000000.0"),
    "an exception": (lambda x: x.no_such_thing, "raises AttributeError: .*no_such_thing"),
    "written to": (_in_place, "writes to what it is given"),
    "not pure": (_counts, "another time"),
    "one after another": (lambda x: np.cumsum(x * 0 + 1) + x * 0, "alone"),
    "the mean of all": (lambda x: x - (np.nanmean(x) if x.size else 0), "alone"),
    "otherwise when alone": (lambda x: x + (x.size == 1), "answers .* alone, .* among others"),
    "otherwise from behind": (
        lambda x: x + (np.isnan(x[:1]).sum()) * (x.size > 1),
        "in another order",
    ),
    "otherwise among many": (lambda x: x + (x.size > 1000), "among many"),
    "otherwise in a square": (lambda x: x + x.ndim, "in two dimensions"),
    "nothing for nothing": (lambda x: x + (x.ravel()[0] > 1e99), "raises IndexError"),
}


@record("laws/curve")
@frozen
class Curve:
    how: str

    def __call__(self, x):
        return CURVES[self.how][0](x)


@pytest.mark.parametrize("how", CURVES)
def test_a_curve(how):
    caught(testing.check_curve, Curve(how), CURVES[how][1])


def test_a_curve_is_tried_on_further_samples():
    CURVES["infinite at 7"] = (lambda x: np.where(x == 7, np.inf, x), "")
    odd = Curve("infinite at 7")
    testing.check_curve(odd)
    with pytest.raises(AssertionError, match=r"answers inf to 7\.0"):
        testing.check_curve(odd, samples=np.array([7.0]))


@record("test_laws/spiked")
@frozen
class Spiked:
    start: float

    def __call__(self, attainment):
        spike = (attainment >= self.start) & (attainment < self.start + 0.004)
        return np.where(np.isnan(attainment), np.nan, np.where(spike, 80.0, 0.0))

    def shape(self):
        return ck.curves.Shape([0.5, 0.9], [0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0])


def test_a_curve_jumps_at_its_edges_alone():
    caught(testing.check_curve, Spiked(0.611), r"jumps at \[0\.61")


@record("test_laws/backwards")
@frozen
class Backwards:
    off: float

    def shortfall(self, actual, target):
        return np.maximum(target - actual, 0.0)

    def proportion(self, actual, target):
        return 1 + (actual - target) / np.abs(target)

    def reaching(self, attainment, target):
        return target + (attainment - 1) * abs(target) + self.off, np.nan


def test_a_direction_that_is_asked_backwards():
    testing.check_direction(Backwards(0.0))
    caught(testing.check_direction, Backwards(1.0), "for an attainment of 0.5 of 100.0, where it")


@record("test_laws/inverted")
@frozen
class Inverted(ck.attainments.Result):
    off: float

    def result(self, attainment, target, better, *columns):
        return attainment + self.off, np.nan


def test_an_attainment_that_is_taken_back():
    testing.check_attainment(Inverted(0.0))
    caught(testing.check_attainment, Inverted(2.0), "for an attainment of 0.5, where it attains")


@record("test_laws/spanned")
@frozen
class Spanned(ck.attainments.Result):
    high: float

    def span(self, better):
        return -1e9, self.high


def test_an_attainment_keeps_to_the_span_that_it_tells():
    testing.check_attainment(Spanned(1e9))
    caught(testing.check_attainment, Spanned(1.0), "and its span is -1000000000.0 to 1.0")


# --------------------------------------------------------------------------- records


def _identity(self, x):
    return np.array(x)


@attrs.define(hash=True)
class Mutable:
    slope: float = 1.0
    __call__ = _identity


@record("laws/unhashable")
@frozen
class Unhashable:
    levels: Any = field(factory=lambda: {"a": 1.0})
    __call__ = _identity


@record("laws/identity")
@frozen(eq=False)
class ByIdentity:
    __call__ = _identity


@record("laws/forgetful")
@frozen
class Forgetful:
    slope: float = field(default=1.0, metadata={"record": False})
    __call__ = _identity


@record("laws/hash")
@frozen(hash=False, eq=True)
class OtherHash:
    __call__ = _identity

    def __hash__(self):
        return id(self)


@record("laws/looks")
@frozen(repr=False)
class OtherLooks:
    __call__ = _identity

    def __repr__(self):
        return f"OtherLooks at {id(self)}"


@record("laws/shy")
@frozen(repr=False)
class Shy:
    __call__ = _identity

    def __repr__(self):
        raise RuntimeError


@record("laws/memory")
@frozen
class Memory:
    """Equal to its copy, and answers by what the copy does not have."""

    slope: float = field(default=1.0, eq=False, repr=False, metadata={"record": False})

    def __call__(self, x):
        return x * self.slope


@frozen
class Unregistered:
    __call__ = _identity


class Plain:
    __call__ = _identity

    def __repr__(self):
        return "Plain()"


@pytest.mark.parametrize(
    ("rule", "law"),
    [
        (Plain(), "not an attrs class"),
        (Mutable(), "not frozen: slope can be set"),
        (Unregistered(), "does not go through JSON"),
        (Unhashable(), "no hash|through JSON"),
        (ByIdentity(), "unequal"),
        (Forgetful(2.0), r"unequal: Forgetful\(slope=1.0\)"),
        (OtherHash(), "another hash"),
        (Memory(2.0), "otherwise than the copy"),
    ],
)
def test_a_record(rule, law):
    caught(testing.check_curve, rule, law)
    if law != "otherwise than the copy":
        caught(testing.check_record, rule, law)


def test_a_record_that_looks_otherwise_or_cannot_be_looked_at():
    with pytest.raises(AssertionError, match="looking like"):
        testing.check_record(OtherLooks())
    with pytest.raises(AssertionError, match="<Shy, whose repr fails>: it raises RuntimeError"):
        testing.check_record(Shy())


# ---------------------------------------------------------------------------- splits

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


# ------------------------------------------------------------------------ aggregates


def _mean_of_two(a, b, out):
    both = np.where(np.isnan(a), b, np.where(np.isnan(b), a, (a + b) / 2))
    out[...] = both


def _first(a, b, out):
    out[...] = np.where(np.isnan(a), b, a)


def _later(a, b, out):
    out[...] = np.where(np.isnan(b), a, b)


def _rounded(a, b, out):
    add_present(a, b, out)
    np.round(out, -2, out=out)


AGGREGATES = {
    "no parts": ({"parts": lambda x: None}, "parts answer None"),
    "a list of parts": ({"parts": lambda x: [x]}, "no tuple"),
    "parts too many": ({"parts": lambda x: (x, x)}, "its parts are 2"),
    "parts for nothing": ({"parts": lambda x: (np.nan_to_num(x),)}, "part 1 answers 0.0 to NaN"),
    "parts that know each other": ({"parts": lambda x: (x - x[..., :1] * 0 + x.size,)}, "alone"),
    "a part that raises": ({"parts": lambda x: 1 / 0}, "part 1 raises ZeroDivisionError"),
    "a value for nothing": ({"finish": np.nan_to_num}, "finish answers 0.0 to NaN"),
    "values that know each other": ({"finish": lambda x: x + x.size}, "its finish .* alone"),
    "a finish of two": ({"finish": lambda x, y: x}, "its finish raises TypeError"),
    "contaminated": ({"combine": np.add}, "its combine makes"),
    "nothing put out": ({"combine": lambda a, b, out: a + b}, "its combine makes"),
    "an exception": ({"combine": lambda a, b: a}, "its combine raises TypeError"),
    "means of means": ({"combine": _mean_of_two}, "its combine .* not associative"),
    "rounded on the way": ({"combine": _rounded}, "its combine"),
    "the first alone": ({"combine": _first}, "in other groups"),
    "means of means in time": ({"along": _mean_of_two}, "its along .* not associative"),
    "a product for a sum": (
        {"combine": lambda a, b, out: _apply(np.multiply, a, b, out)},
        "its makeup is a sum, and that is none",
    ),
    "a sum for an extreme": ({"makeup": Makeup.EXTREME}, "extreme, and that is neither"),
    "no makeup": ({"makeup": "sum"}, "its makeup is 'sum'"),
    "a sum for a ratio": (
        {"parts": lambda x: (x, x * 0 + 1), "makeup": Makeup.RATIO, "finish": lambda n, d: n + d},
        "ratio, and that is none",
    ),
    "a ratio of the greatest": (
        {
            "parts": lambda x: (x, x * 0 + 1),
            "makeup": Makeup.RATIO,
            "finish": lambda n, d: n / d,
            "combine": np.fmax,
        },
        "does not add",
    ),
    "a ratio of nothing": (
        {
            "parts": lambda x: (x, x * 0 + 1),
            "makeup": Makeup.RATIO,
            "finish": lambda n, d: n / np.maximum(d, 1),
        },
        "1 divided by 0",
    ),
    "inputs in one word": ({"inputs": "value"}, "its inputs are 'value'"),
}


def _apply(ufunc, a, b, out):
    out[...] = np.where(np.isnan(a), b, np.where(np.isnan(b), a, ufunc(a, b)))


@record("laws/aggregate")
@frozen
class Aggregate:
    how: str

    def _way(self, name, usual):
        return AGGREGATES[self.how][0].get(name, usual)

    @property
    def inputs(self):
        return self._way("inputs", ("value",))

    @property
    def makeup(self):
        return self._way("makeup", Makeup.SUM)

    @property
    def combine(self):
        return self._way("combine", add_present)

    @property
    def along(self):
        return self._way("along", add_present)

    def parts(self, *inputs):
        return self._way("parts", lambda x: (x,))(*inputs)

    def finish(self, *parts):
        return self._way("finish", lambda x: x)(*parts)


@pytest.mark.parametrize("how", AGGREGATES)
def test_an_aggregate(how):
    caught(testing.check_aggregate, Aggregate(how), AGGREGATES[how][1])


def test_what_comes_later_is_lawful_over_periods():
    AGGREGATES["later"] = ({"along": _later}, "")
    testing.check_aggregate(Aggregate("later"))


# ------------------------------------------------------------------------ directions

DIRECTIONS = {
    "below zero": ({"shortfall": lambda a, t: t - a}, "shortfall .* below zero"),
    "short on target": (
        {"shortfall": lambda a, t: np.abs(a - t) + 1},
        "falls short of .* on target",
    ),
    "not 1 on target": ({"proportion": lambda a, t: a / t + 1}, "does not attain 1"),
    "better when worse": (
        {"proportion": lambda a, t: 2 - a / t},
        "attains more where it falls short",
    ),
    "a number for NaN": (
        {"shortfall": lambda a, t: np.where(a < t, t - a, 0.0)},
        "shortfall answers .* NaN",
    ),
    "no target needed": ({"proportion": lambda a, t: a * 0 + 1}, "proportion answers 1.0 to .*NaN"),
    "NaN": ({"proportion": lambda a, t: np.where(a < 0, np.nan, a / t)}, "proportion answers NaN"),
    "infinite": (
        {"proportion": lambda a, t: np.where(a > 140, np.inf, a / t)},
        "answers inf to 150",
    ),
    "none": ({"shortfall": lambda a, t: None}, "shortfall answers None"),
    "an exception": ({"shortfall": lambda a, t: 1 / 0}, "shortfall raises Zero"),
    "in place": ({"proportion": lambda a, t: np.divide(a, t, out=t).copy()}, "proportion writes"),
    "by the mean": (
        {"proportion": lambda a, t: a / np.nanmean(np.r_[t.ravel(), 1]) + t * 0},
        "its proportion .* alone",
    ),
}


@record("laws/direction")
@frozen
class Direction:
    how: str

    def shortfall(self, actual, target):
        usual = ck.directions.Higher().shortfall
        return DIRECTIONS[self.how][0].get("shortfall", usual)(actual, target)

    def proportion(self, actual, target):
        usual = ck.directions.Higher().proportion
        return DIRECTIONS[self.how][0].get("proportion", usual)(actual, target)


@pytest.mark.parametrize("how", DIRECTIONS)
def test_a_direction(how):
    caught(testing.check_direction, Direction(how), DIRECTIONS[how][1])


# ----------------------------------------------------------------------- attainments

ATTAINMENTS = {
    "refuses all": ({"refuses": lambda t: t < np.inf}, "refuses a usual target"),
    "refuses the absent": ({"refuses": np.isnan}, "refuses a usual target of 100, or an absent"),
    "no mask": ({"refuses": lambda t: t * 0}, "its refuses answers float64, not bool"),
    "one mask": ({"refuses": lambda t: np.bool_(0)}, "its refuses answers .*no array"),
    "a mask by the first": (
        {"refuses": lambda t: (t == 0) | (t[:1].sum() < 0)},
        "its refuses .* in another order|alone",
    ),
    "divided by zero": ({"refuses": lambda t: np.zeros(t.shape, bool)}, "it answers -?inf to"),
    "a number for NaN": ({"call": lambda a, t, b: np.nan_to_num(a / t)}, "it answers 0.0 to NaN"),
    "NaN": ({"call": lambda a, t, b: np.log(a)}, "it answers NaN to -10|inf"),
    "no column needed": ({"columns": ("b",)}, "it answers -0.1 to -10.0, 100.0, NaN"),
    "a column that is none": ({"columns": (7,)}, r"its columns are \(7,\)"),
    "one column for many": ({"columns": "b"}, "its columns are 'b'"),
    "an exception": ({"call": lambda a, t, b: 1 / 0}, "it raises ZeroDivisionError"),
    "in place": ({"call": lambda a, t, b: np.divide(a, t, out=a).copy()}, "writes to what"),
    "ranks": (
        {"call": lambda a, t, b: np.where(np.isnan(a), a, 1.0 * np.argsort(np.argsort(a)))},
        "alone",
    ),
}


@record("laws/attainment")
@frozen
class Attainment:
    how: str

    @property
    def columns(self):
        return ATTAINMENTS[self.how][0].get("columns", ())

    def __call__(self, actual, target, better, *columns):
        call = ATTAINMENTS[self.how][0].get("call", lambda a, t, b: a / t)
        return call(actual, target, columns)

    def refuses(self, target, better, *columns):
        return ATTAINMENTS[self.how][0].get("refuses", lambda t: np.equal(t, 0))(target)


@pytest.mark.parametrize("how", ATTAINMENTS)
def test_an_attainment(how):
    caught(testing.check_attainment, Attainment(how), ATTAINMENTS[how][1])


# ------------------------------------------------------------------------ conditions

CONDITIONS = {
    "none": (lambda g: None, "answers None"),
    "one answer": (lambda g: np.bool_(1), "no array"),
    "numbers": (lambda g: g.of("k"), "answers float64, not bool"),
    "the wrong way round": (lambda g: (g.of("k") < 0).T, r"answers shape \(6, 1\), not \(1, 6\)"),
    "in the dark": (lambda g: np.ones((1, 6), bool), r"holds at \['.*'\], where there is no gap"),
    "not pure": (
        lambda g: (g.of("k") < 0) & bool(ASKED.append(1) or len(ASKED) % 2),
        "differently again",
    ),
    "an exception": (lambda g: g.nothing, "raises AttributeError"),
    "a write": (lambda g: g.scores.total.fill(1), "raises ValueError: .*read-only"),
}


@record("laws/condition")
@frozen
class Condition:
    how: str
    clause: str | None = "below"

    def __call__(self, gaps, kpi):
        return CONDITIONS[self.how][0](gaps)

    def words(self):
        return self.clause


@pytest.fixture(scope="module")
def gaps():
    return gaps_of(measured(org(), ck.Kpi("k", "x"), 12, {"ann": 1.0, "cid": 9.0}))


@pytest.mark.parametrize("how", CONDITIONS)
def test_a_condition(how, gaps):
    ASKED.clear()
    caught(testing.check_condition, Condition(how), CONDITIONS[how][1], gaps, "k")


@pytest.mark.parametrize("clause", [None, " "])
def test_a_condition_has_words(clause, gaps):
    CONDITIONS["lawful"] = (lambda g: g.of("k") < 0, "")
    testing.check_condition(Condition("lawful"), gaps, "k")
    caught(testing.check_condition, Condition("lawful", clause), "no words", gaps, "k")


def test_every_family_has_its_check():
    families = (
        "absence", "adjustment", "aggregate", "attainment", "audience", "base", "bound", "combine",
        "condition", "confidence", "conversion", "curve", "days", "direction", "fences", "item",
        "level", "limit", "material", "measure", "method", "metric", "pace", "pay", "policy",
        "profile", "rated", "split", "tie", "trigger", "trim", "weighting",
    )  # fmt: skip
    assert {f"check_{family}" for family in families} | {"check_record"} == set(testing.__all__)
