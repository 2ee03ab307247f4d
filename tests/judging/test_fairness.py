"""Targets against history and against peers."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import yardsticks
from tests.helpers import NAN, org, refused

SALES = ck.Kpi("sales", "CNY", lot=1)
CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
SEVEN = {"hq": "", **dict.fromkeys("abcdefg", "hq")}


def sellers(**columns):
    return org(SEVEN, post=["", *["seller"] * 7], **columns)


def given(tree, values, kpi=SALES, periods="2027"):
    """Targets by node."""
    column = np.full((len(ck.Periods.of(periods)), len(tree)), NAN)
    for node, each in values.items():
        column[:, tree.row(node)] = each
    return ck.Targets.from_columns(tree, ck.Kpis([kpi]), {kpi.name: column}, periods=periods)


def reports(values, periods=("2026",), kpi="sales"):
    return [
        {"node": node, "kpi": kpi, "period": period, "value": value}
        for node, each in values.items()
        for period, value in zip(periods, np.atleast_1d(each).tolist(), strict=True)
        if value == value
    ]


def test_stretch_deviation_and_outliers_of_one_post():
    past = dict(zip("abcdefg", [100, 100, 100, 100, 100, 100, 100], strict=True))
    wanted = dict(zip("abcdefg", [100, 102, 104, 106, 108, 150, 90], strict=True))
    judged = ck.fairness(given(sellers(), wanted), reports(past), peers="post")
    stretch = judged.stretch("sales")[0, 1:]
    assert stretch == pytest.approx([0.0, 0.02, 0.04, 0.06, 0.08, 0.5, -0.1])
    spread = 1.4826 * 0.04
    assert judged.deviation("sales")[0, 1:] == pytest.approx((stretch - 0.04) / spread)
    assert judged.outliers("sales").tolist() == [[0, 0, 0, 0, 0, 0, 1, 0]]
    assert np.isnan(judged.deviation("sales")[0, 0])  # no post, no peers
    tight = ck.fairness(
        given(sellers(), wanted), reports(past), "post", fences=yardsticks.Quartiles(1.0)
    )
    # quartiles 0.01 and 0.07, one distance beyond: from −0.05 to 0.13
    figures = tight.figures("sales")
    assert [float(each[0]) for each in (figures.low, figures.high)] == pytest.approx([-0.05, 0.13])
    assert tight.outliers("sales").tolist() == [[0, 0, 0, 0, 0, 0, 1, -1]]


TIGHT = dict(zip("abcdefg", [108, 108.1, 107.9, 108.2, 107.8, 110, 108], strict=True))


def test_two_points_more_in_a_tight_group_are_not_material():
    past = reports(dict.fromkeys("abcdefg", 100))
    judged = ck.fairness(given(sellers(), TIGHT), past, "post")
    assert judged.deviation("sales")[0, 6] > 3.5
    assert judged.outliers("sales").tolist() == [[0] * 8]
    assert judged.groups()["immaterial"].tolist() == [1]
    assert judged.least("sales")[0, 6] == 5.5
    strict = ck.fairness(given(sellers(), TIGHT), past, "post", material=yardsticks.Amount(1.9))
    assert strict.outliers("sales").tolist() == [[0, 0, 0, 0, 0, 0, 1, 0]]
    assert strict.groups()["immaterial"].tolist() == [0]
    assert ck.from_json(ck.to_json(strict.by)) == strict.by


def test_what_is_material_counts_in_both_directions_and_in_the_kpi_s_unit():
    wanted = dict(zip("abcdefg", [1.9, 1.9, 1.9, 1.9, 1.9, 2.15, 1.6], strict=True))
    targets = given(sellers(past=[NAN, *[2.0] * 7]), wanted, CHURN)
    for amount, told in ((0.2, [1, -1]), (0.25, [1, 0]), (0.3, [0, 0])):
        judged = ck.fairness(
            targets,
            "past",
            "post",
            fences=yardsticks.Deviations(1),
            material={"churn": amount},
        )
        easy, hard = targets.org.row("f"), targets.org.row("g")
        assert judged.outliers("churn")[0, [hard, easy]].tolist() == told


def test_why_a_target_is_an_outlier_makes_itself_again():
    wanted = dict(zip("abcdefg", [100, 102, 104, 106, 108, 150, 90], strict=True))
    judged = ck.fairness(given(sellers(), wanted), reports(dict.fromkeys("abcdefg", 100)), "post")
    for node in ("a", "f", "hq"):
        for quantity in ("outlier", "least"):
            why = ck.explain(judged, node, "sales", quantity=quantity)
            assert np.array_equal(why.evaluate(), why.value, equal_nan=True)
    assert ck.explain(judged, "f", "sales", quantity="outlier").value == 1
    assert "what is material by OfTarget(share=0.05)" in str(
        ck.explain(judged, "f", "sales", quantity="least")
    )


def test_what_is_material_of_no_kpi_is_refused():
    (told,) = map(
        str,
        refused(
            ck.fairness, given(sellers(), TIGHT), reports({"a": 1}), "post", material={"sale": 3}
        ),
    )
    assert "no such KPI" in told
    assert "'sales'" in told


def test_no_history_is_absent_and_told():
    past = dict(zip("abcdef", [100, 100, 100, 0, -50, 90], strict=True))
    judged = ck.fairness(given(sellers(), dict.fromkeys("abcdefg", 110)), reports(past), "post")
    stretch = judged.stretch("sales")[0]
    assert np.isnan(stretch[[0, 4, 7]]).all()  # hq, the zero, and g
    assert stretch[5] == pytest.approx(3.2)
    assert judged.without("sales").tolist() == [[False, *[False] * 3, True, False, False, True]]
    assert "2 targets without a base" in repr(judged)


def test_groups_too_small_to_tell_have_figures_and_no_fences():
    past = dict(zip("abcd", [100, 100, 100, 100], strict=True))
    wanted = dict(zip("abcd", [100, 100, 100, 900], strict=True))
    judged = ck.fairness(given(sellers(), wanted), reports(past), "post")
    table = judged.groups()
    assert table["count"].tolist() == [4]
    assert table["median"].tolist() == [0.0]
    assert np.isnan(table["high"][0])
    assert np.isnan(table["spread"][0])
    assert not judged.outliers("sales").any()
    assert np.isnan(judged.deviation("sales")).all()
    smaller = ck.fairness(
        given(sellers(), wanted),
        reports(past),
        yardsticks.Peers("post", 4),
        fences=yardsticks.Deviations(3),
    )
    assert smaller.outliers("sales")[0, 4] == 1


def test_ratios_are_stretched_in_points_and_lower_is_better():
    targets = given(sellers(), dict.fromkeys("abcdefg", 2.0), CHURN)
    rows = [
        {"node": n, "kpi": "churn", "period": "2026", "numerator": top, "denominator": 1000}
        for n, top in zip("abcdefg", [25, 22, 20, 21, 23, 24, 18], strict=True)
    ]
    judged = ck.fairness(targets, rows, "post")
    assert judged.stretch("churn")[0, 1:] == pytest.approx([0.5, 0.2, 0, 0.1, 0.3, 0.4, -0.2])
    assert judged.stretch_unit("churn") == "pp"
    assert judged.base("churn")[0, 0] == pytest.approx(153 / 70)  # the ratio of the sums
    assert np.isnan(judged.load("churn")).all()
    relative = ck.fairness(targets, rows, "post", measures={"churn": yardsticks.Relative()})
    assert relative.stretch("churn")[0, 1] == pytest.approx(0.2)


def test_cycles_of_periods_are_set_against_their_own():
    quarters = ["2027H1", "2027H2"]
    targets = given(sellers(), dict.fromkeys("abcdefg", np.array([60, 120])), periods=quarters)
    past = {"a": [40, 100, 50, 100], "b": [60, 90, NAN, 120]}
    labels = ["2025H1", "2025H2", "2026H1", "2026H2"]
    judged = ck.fairness(targets, reports(past, labels), "post")
    assert judged.base("sales")[:, 1].tolist() == [50.0, 100.0]
    assert judged.stretch("sales")[:, 1] == pytest.approx([0.2, 0.2])
    assert np.isnan(judged.base("sales")[0, 2])
    mean = ck.fairness(targets, reports(past, labels), "post", base=yardsticks.Average())
    assert mean.base("sales")[:, 1:3].tolist() == [[45.0, 60.0], [100.0, 105.0]]
    assert judged.beyond_best("sales")[:, 1:3] == pytest.approx(np.array([[0.2, 0.0], [0.2, 0.0]]))
    assert judged.met_before("sales")[:, 1:3].tolist() == [[0.0, 1.0], [0.0, 0.5]]
    assert np.isnan(judged.met_before("sales")[:, 3]).all()
    (fault,) = refused(ck.fairness, targets, reports({"a": [1, 2, 3]}, labels[:3]), "post")
    assert "3 periods are no whole cycles of the 2" in str(fault)


def test_load_is_a_share_beside_a_share():
    tree = org(SEVEN, post=["", *["seller"] * 7], staff=[None, 1, 1, 2, 1, 1, 1, 1])
    wanted = dict(zip("abcdefg", [50, 30, 20, 0, 0, 0, 0], strict=True))
    past = dict(zip("abcdefg", [40, 40, 20, 0, 0, 0, 0], strict=True))
    judged = ck.fairness(given(tree, wanted), reports(past), "post")
    assert judged.load("sales")[0, 1:4] == pytest.approx([1.25, 0.75, 1.0])
    assert judged.groups()["shift"] == pytest.approx([0.1])
    headcount = ck.fairness(given(tree, wanted), reports(past), "post", capacity="staff")
    assert headcount.load("sales")[0, 1:4] == pytest.approx([4.0, 2.4, 0.8])


def test_columns_of_the_tree_are_a_history():
    tree = org(
        {"hq": "", "r": "hq", "a": "r", "b": "r", "s": "hq"},
        kind=["", "region", "p", "p", "region"],
        y25=[None, None, 10, None, 7],
        y26=[None, 99, 20, None, 8],
    )
    targets = ck.cascade(tree, [SALES], {"sales": 60}, periods="2027")
    judged = ck.fairness(targets, ["y25", "y26"], yardsticks.Peers("kind", 2))
    assert judged.base("sales").tolist()[0][:3] == [28.0, 99.0, 20.0]  # 20 and 8 are the leaves
    best = ck.fairness(targets, {"sales": ["y25", "y26"]}, base=yardsticks.Best())
    assert best.base("sales").tolist()[0][:3] == [28.0, 99.0, 20.0]
    for node in ("hq", "r", "a", "b"):
        why = ck.explain(judged, node, "sales")
        assert np.array_equal(why.evaluate(), why.value, equal_nan=True)
    assert "the sum over its leaves" in ck.explain(judged, "hq", "sales", quantity="base").text()


@pytest.mark.parametrize(
    "frame",
    [
        ("pandas", "DataFrame"),
        ("polars", "DataFrame"),
        ("polars", "LazyFrame"),
        ("pyarrow", "table"),
    ],
)
def test_a_frame_is_a_table_and_no_list_of_columns(frame):
    module, make = frame
    made = getattr(pytest.importorskip(module), make)
    targets, rows = given(sellers(), {"a": 60, "b": 40}), reports({"a": 50, "b": 30})
    table = {name: [row[name] for row in rows] for name in rows[0]}
    judged = ck.fairness(targets, made(table), "post")
    plain = ck.fairness(targets, rows, "post")
    assert np.array_equal(judged.stretch("sales"), plain.stretch("sales"), equal_nan=True)


def test_nobody_can_write_into_what_was_judged():
    judged = ck.fairness(given(sellers(), {"a": 60, "b": 40}), reports({"a": 50}), "post")
    for column in (judged.stretch, judged.base, judged.deviation, judged.outliers, judged.load):
        assert not column("sales").flags.writeable


def test_history_of_an_earlier_tree_is_found_by_id():
    earlier = org({"hq": "", "ann": "hq", "old": "hq", "gone": "old"})
    history = ck.Actuals.from_table(earlier, [SALES], reports({"ann": 10, "gone": 5}, ("2026",)))
    later = org(kind=["x"] * 6)
    judged = ck.fairness(ck.cascade(later, [SALES], {"sales": 60}, periods="2027"), history)
    assert judged.strangers == ("old", "gone")
    assert "2 with a past are not in the tree" in repr(judged)
    assert judged.base("sales")[0, later.row("hq")] == 15.0  # in the tree it came with
    assert judged.stretch("sales")[0, later.row("ann")] == pytest.approx(0.5)
    assert "it is not in the history" in ck.explain(judged, "cid", "sales").text(3)
    why = ck.explain(judged, "hq", "sales")
    assert why.evaluate() == why.value


@pytest.mark.parametrize("quantity", ["stretch", "base", "deviation"])
def test_explanations_make_the_same_bits(quantity):
    rng = np.random.default_rng(3)
    past = {n: rng.uniform(50, 150, size=3) for n in "abcdefg"}
    labels = ["2024", "2025", "2026"]
    wanted = {n: float(rng.integers(60, 190)) for n in "abcdefg"}
    for fences in (yardsticks.Deviations(), yardsticks.Quartiles()):
        for base in (yardsticks.Latest(), yardsticks.Average(), yardsticks.Best()):
            judged = ck.fairness(
                given(sellers(), wanted), reports(past, labels), "post", base=base, fences=fences
            )
            for node in "abcdefg":
                why = ck.explain(judged, node, "sales", quantity=quantity)
                assert why.evaluate() == why.value
    assert "actuals row" in why.text(None)


def test_what_does_not_fit_is_told_at_once():
    tree = sellers()
    targets = given(tree, dict.fromkeys("abcdefg", 1.0))
    faults = refused(
        ck.fairness, targets, reports({"aa": 1, "zz": 2}), "pots",
        capacity="staf", measures={"sale": yardsticks.Relative()},
    )  # fmt: skip
    told = "\n".join(map(str, faults))
    assert "did you mean 'post'" in told
    assert "history row 0, node = 'aa': no such node; did you mean 'a'?" in told
    assert "history row 1, node = 'zz'" in told
    assert "no such column" in told
    assert "did you mean 'sales'" in told
    assert len(faults) == 5


def test_a_history_of_nobody_is_refused_with_near_misses():
    other = org({"HQ": "", "ab": "HQ"})
    history = ck.Actuals.from_table(other, [SALES], reports({"ab": 1}))
    targets = given(org({"hq": "", "abc": "hq"}, kind=["x", "x"]), {"abc": 3.0})
    faults = refused(ck.fairness, targets, history)
    assert [f.reason for f in faults] == [
        "nothing in it is of a node with a target",
        "no such node in the tree of the targets",
        "no such node in the tree of the targets",
    ]
    assert "did you mean 'hq'" in str(faults[1])
    assert "did you mean 'abc'" in str(faults[2])
    blank = org({"hq": "", "abc": "hq"}, kind=["x", "x"], past=[None, None])
    refused(ck.fairness, given(blank, {"abc": 3.0}), "past")


def test_histories_that_cannot_be_understood_are_refused():
    tree = sellers(past=[None, 1, 2, 3, 4, 5, 6, 7])
    one = given(tree, dict.fromkeys("abcdefg", 1.0))
    two = ck.cascade(tree, [SALES, CHURN], {"sales": 7, "churn": 2}, periods="2027")
    assert "columns for 2 KPIs" in str(refused(ck.fairness, two, "past", "post")[0])
    for targets in (one, two):
        (fault,) = refused(ck.fairness, targets, "actuals.csv", "post")
        assert "a file is Csv('actuals.csv')" in str(fault)
    assert "did you mean 'past'" in str(refused(ck.fairness, one, "pasd", "post")[0])
    assert "did you mean 'sales'" in str(refused(ck.fairness, one, {"sale": "past"}, "post")[0])
    units = ck.Actuals.from_table(tree, [ck.Kpi("sales", "kCNY")], reports({"a": 1}))
    assert "in kCNY, and its targets in CNY" in str(refused(ck.fairness, one, units, "post")[0])
    refused(ck.fairness, one, None, "post")
    refused(ck.fairness, one, [], "post")
    refused(ck.fairness, None, "past")
    assert "no node has a kind" in str(refused(ck.fairness, one, "past")[0])


def test_numbers_and_texts_that_look_alike_are_no_post():
    tree = ck.OrgTree.from_table(
        {"id": ["a", "b"], "parent": ["", "a"], "grade": [1, "1"], "past": [1, 2]}
    )
    (fault,) = refused(ck.fairness, given(tree, {"a": 1.0}), "past", "grade")
    assert "write it alike everywhere" in str(fault)


def test_one_kpi_with_a_history_and_one_without():
    tree = sellers(past=[None, 1, 2, 3, 4, 5, 6, 7])
    targets = ck.cascade(tree, [SALES, CHURN], {"sales": 70, "churn": 2}, periods="2027")
    judged = ck.fairness(targets, {"sales": "past"}, "post")
    assert np.isnan(judged.stretch("churn")).all()
    assert np.isnan(judged.met_before("churn")).all()
    assert "churn: 0 stretches, 0 too hard, 0 too easy, 8 targets without a base" in repr(judged)
    assert "no history is given" in ck.explain(judged, "a", "churn").text()
    table = judged.table()
    assert len(table["node"]) == 16
    assert set(table["outlier"].tolist()) <= {"", "too hard", "too easy"}
    assert set(judged.groups()["kpi"].tolist()) == {"sales"}


def test_the_most_stretched_of_equals_is_the_first():
    past = dict.fromkeys("abcdefg", 100)
    wanted = dict(zip("abcdefg", [100, 120, 90, 120, 90, 100, 120], strict=True))
    table = ck.fairness(given(sellers(), wanted), reports(past), "post").groups()
    assert (table["least"].tolist(), table["most"].tolist()) == (["c"], ["b"])


def test_it_is_a_frozen_value_that_compares_by_content():
    past = reports(dict.fromkeys("abcdefg", 100))
    one, two = (
        ck.fairness(given(sellers(), dict.fromkeys("abcdefg", 110.0)), past, "post")
        for _ in range(2)
    )
    assert one == two
    assert hash(one) == hash(two)
    assert one != attrs.evolve(one, by=yardsticks.Yardstick("post", yardsticks.Best()))
    assert "<pre>" in one._repr_html_()


def test_a_stretch_too_large_for_a_float_is_refused():
    targets = given(sellers(), {"a": 1.7e308})
    (fault,) = refused(
        ck.fairness, targets, reports({"a": -1.7e308}), "post",
        measures={"sales": yardsticks.InUnits()},
    )  # fmt: skip
    assert "the stretch of sales in 2027 is too large" in str(fault)


def histories():
    past = reports({node: [100, 90] for node in "abcdefg"}, ("2025", "2026"))
    both = given(sellers(past=[NAN, *[1.0] * 7]), TIGHT)
    two = ck.Targets.from_columns(
        both.org,
        ck.Kpis([SALES, CHURN]),
        {"sales": both.of("sales"), "churn": both.of("sales") / 50},
        periods="2027",
    )
    base = {"base": yardsticks.Best(), "fences": yardsticks.Quartiles(1), "material": {"sales": 2}}
    actuals = ck.Actuals.from_table(both.org, [SALES], past)
    return {
        "a table": ck.fairness(both, past, "post", **base),
        "a column": ck.fairness(both, "past", "post", capacity="past"),
        "by KPI": ck.fairness(two, {"sales": actuals, "churn": ["past", "past"]}, "post"),
    }  # fmt: skip


@pytest.mark.parametrize("how", ["a table", "a column", "by KPI"])
def test_it_is_written_as_what_it_is_made_of_and_made_again(how):
    judged = histories()[how]
    again = ck.from_json(ck.to_json(judged))
    assert again == judged
    assert ck.explain(again, "a", "sales").value == ck.explain(judged, "a", "sales").value
    assert again.table()["outlier"].tolist() == judged.table()["outlier"].tolist()


def test_what_is_no_longer_so_is_refused_with_its_place():
    text = ck.to_json(histories()["a table"])
    (fault,) = refused(ck.from_json, text.replace('"sales": 0', '"sales": 3'))
    assert fault.reason == "there are 1 reports"
    faults = refused(ck.from_json, text.replace('"times": 1.0', '"times": -1.0'))
    assert "by.fences" in faults[0].source


def test_results_of_several_periods_taken_together_are_not_written():
    targets = given(sellers(), TIGHT)
    rows = reports({node: [60, 40] for node in "abcdef"}, ("H1", "H2"))
    halves = ck.Targets.from_columns(targets.org, targets.kpis, {}, periods=["H1", "H2"])
    year = ck.over_periods(ck.measure(halves, rows), "2026")
    (fault,) = refused(ck.to_json, ck.fairness(targets, year, "post"))
    assert fault.reason.startswith("its history are results that are not those of their reports")
    usual = ck.fairness(targets, year.actuals, "post")
    assert ck.from_json(ck.to_json(usual)) == usual
