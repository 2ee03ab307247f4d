"""Totals multiplied by departments' coefficients, on one small company."""

import math

import pytest

import cascade_kpi as ck
from cascade_kpi.blending import Between, Coefficients, Within
from tests.blending.case import GRADES, OWN, UNITS, scored, total
from tests.helpers import refused
from tests.properties.test_explanations import same_bits

TABLE = {"A": 1.5, "B": 1.0, "C": 0.5}
OWN_TABLE = {"A": 1.1, "B": 1.0, "C": 0.25}
SCORES = scored()
BY = Coefficients("region", TABLE)


def test_a_total_is_multiplied_by_its_departments_coefficient():
    got = ck.multiply(SCORES, BY, within=Between(most=180))
    assert [total(got, node) for node in ("ann", "bo", "cy")] == [135, 180, 60]
    assert got.coefficient[0, got.org.row("bo")] == 1.5
    assert got.grades[got.grade_codes[0, got.org.row("ann")]] == "A"


def test_units_are_not_multiplied():
    assert math.isnan(total(ck.multiply(SCORES, BY), "t1"))
    assert repr(ck.multiply(SCORES, BY)).startswith("<Multiplied 4 totals by grade of region × ")
    got = ck.multiply(SCORES, Coefficients("region", TABLE, of="team"))
    assert total(got, "t1") == 165
    assert math.isnan(total(got, "ann"))


def test_a_product_of_two_coefficients():
    got = ck.multiply(SCORES, Coefficients("region", TABLE, OWN_TABLE))
    assert (total(got, "ann"), total(got, "bo"), total(got, "cy")) == (1.5, 1.5 * 1.1, 0.25)
    assert got.unit == ""
    assert got.grades == ()
    assert (got.grade_codes == -1).all()
    refused(ck.multiply, SCORES, Coefficients("region", TABLE, OWN_TABLE), within=Within(1))


def test_departments_that_are_not_there_or_have_no_grade_are_all_told():
    faults = refused(ck.multiply, SCORES, Coefficients("team", TABLE))
    assert [(f.value, f.reason) for f in faults] == [
        ("di", "no department above"), ("t2", "no grade in 2026, by which 1 are multiplied"),
    ]  # fmt: skip


def test_who_has_no_total_needs_no_department():
    own = {node: value for node, value in OWN.items() if node not in {"di", "cy"}}
    got = ck.multiply(scored(own), Coefficients("team", TABLE))
    assert math.isnan(total(got, "di"))


def test_misfits_are_told_all_at_once():
    wrong = Coefficients("dept", {"A": 1, "D": 2}, {"C": 1}, of="persn")
    told = [(f.value, f.column) for f in refused(ck.multiply, SCORES, wrong)]
    assert set(told) >= {("dept", None), ("persn", "of"), ("B", "grades"), ("C", "grades"),
                         ("D", "grades"), ("A", "individual"), ("B", "individual")}  # fmt: skip
    (fault,) = refused(ck.multiply, scored(grades=None), BY)
    assert "no grades" in fault.reason


def test_the_order_of_a_table_does_not_count():
    other = Coefficients("region", dict(reversed(TABLE.items())))
    assert other == BY
    assert hash(other) == hash(BY)


def test_faults_of_coefficients_are_told_together():
    faults = refused(Coefficients, "own", {"A": -1, 2: 1}, {}, of=3)
    assert len(faults) == 5


@pytest.mark.parametrize("individual", [None, OWN_TABLE])
@pytest.mark.parametrize("within", [None, Between(most=1.2)])
def test_every_total_is_made_again_from_what_it_is_made_of(individual, within):
    got = ck.multiply(SCORES, Coefficients("region", TABLE, individual), within=within)
    for node in got.org.ids.tolist():
        why = ck.explain(got, node)
        same_bits(why)
        assert math.isnan(total(got, node)) or why.value == total(got, node)
    assert "not multiplied" in str(ck.explain(got, "east"))
    assert "by its grade: A 1.5, B 1, C 0.5" in str(ck.explain(got, "ann"))


def test_it_is_written_as_what_it_was_made_of():
    got = ck.multiply(SCORES, Coefficients("region", TABLE, OWN_TABLE), within=Between(0, 2))
    back = ck.from_json(ck.to_json(got))
    assert back == got
    assert hash(back) == hash(got)
    text = ck.to_json(got).replace('"A": 1.5', '"A": 1.25')
    assert any("other values" in f.reason for f in refused(ck.from_json, text))


def test_the_table_names_department_and_coefficients():
    got = ck.multiply(SCORES, Coefficients("region", TABLE, OWN_TABLE))
    rows = list(zip(*(values.tolist() for values in got.table().values()), strict=True))
    assert list(got.table()) == ["node", "period", "own", "department", "department_grade",
                                 "coefficient", "individual", "total", "grade"]  # fmt: skip
    assert rows[-1] == ("cy", "2026", 60, "west", "B", 1.0, 0.25, 0.25, "")
    assert len(rows) == 4


def test_rows_of_the_tables_in_any_order_change_no_bit():
    order = [3, 8, 0, 5, 7, 1, 2, 6, 4]
    units = {name: [column[i] for i in order] for name, column in UNITS.items()}
    other = ck.multiply(scored(dict(reversed(OWN.items())), units, GRADES), BY)
    assert other.total.tobytes() == ck.multiply(SCORES, BY).total.tobytes()


CUTS = ck.calibrating.Quotas([ck.calibrating.AtMost("A", 0.25), ck.calibrating.AtLeast("C", 0.5)])


def test_calibrated_grades_give_the_individual_coefficients():
    made = ck.calibrate(SCORES, CUTS)
    assert [made.grade(node) for node in ("ann", "bo", "cy", "di")] == ["C", "A", "C", "B"]
    both = Coefficients("region", TABLE, OWN_TABLE)
    got = ck.multiply(made, both)
    assert [total(got, node) for node in ("ann", "bo", "cy", "di")] == [
        1.5 * 0.25, 1.5 * 1.1, 1.0 * 0.25, 1.0,
    ]  # fmt: skip
    assert total(ck.multiply(SCORES, both), "ann") == 1.5  # by its score ann has a B
    for node in ("ann", "bo", "cy", "di"):
        same_bits(ck.explain(got, node))
    assert "final grade C of ann" in ck.explain(got, "ann").text(depth=None)
    assert ck.from_json(ck.to_json(got)) == got
    sitting = ck.calibrating.Sitting(
        [ck.calibrating.Adjustment("ann", "B", "appeal", by="board")],
        quotas=ck.calibrating.Waived(),
    )
    assert total(ck.multiply(made.adjust(sitting), both), "ann") == 1.5


def test_blended_totals_are_multiplied_and_both_are_calibrated():
    shares = ck.blending.Shares({"person": {"own": 80, "region": 20}, "*": {"own": 100}})
    blended = ck.blend(SCORES, shares)
    got = ck.multiply(blended, BY)
    assert total(got, "ann") == 1.5 * (0.8 * 90 + 0.2 * 120)
    same_bits(ck.explain(got, "ann"))
    assert "blended total, ann" in ck.explain(got, "ann").text(depth=None)
    assert ck.explain(got, "ann", quantity="own").value == total(blended, "ann")
    for stage in (blended, got):
        made = ck.calibrate(stage, CUTS)
        best = max(("ann", "bo", "cy", "di"), key=lambda node: total(stage, node))
        assert [node for node in ("ann", "bo", "cy", "di") if made.grade(node) == "A"] == [best]
        assert made.total.tobytes() == stage.total.tobytes()
        same_bits(ck.explain(made, best))
        assert ck.from_json(ck.to_json(made)) == made


def test_pure_numbers_are_neither_multiplied_nor_calibrated():
    product = ck.multiply(SCORES, Coefficients("region", TABLE, OWN_TABLE))
    for verb, by in ((ck.multiply, BY), (ck.calibrate, CUTS)):
        (fault,) = refused(verb, product, by)
        assert fault.reason == "its totals are pure numbers"
    (fault,) = refused(ck.calibrate, ck.calibrate(SCORES, CUTS), CUTS)
    assert fault.reason == "calibrated already"
    (fault, *_) = refused(ck.calibrate, SCORES, CUTS, ties="nope")
    assert (fault.source, fault.column) == ("calibrate", "ties")
