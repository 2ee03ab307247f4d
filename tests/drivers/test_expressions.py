import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import Constant, D
from cascade_kpi.drivers.expressions import Product, Total, names_in
from tests.drivers.case import refused

A, B, C = D("a"), D("b"), D("c")


@pytest.mark.parametrize(
    ("formula", "read"),
    [
        (A + B - C, "a + b − c"),
        (A - (B - C), "a − (b − c)"),
        (-A + B, "−a + b"),
        (-(A * B), "−(a × b)"),
        (A * B / C, "a × b ÷ c"),
        (A / (B * C), "a ÷ (b × c)"),
        ((A + B) * C, "(a + b) × c"),
        (1 - A, "1 − a"),
        (2 / A, "2 ÷ a"),
        (np.float64(2) * A, "2 × a"),
        (A * np.int64(3), "a × 3"),
        (sum([A, B, C]), "a + b + c"),
        (+A, "a"),
        (Constant(-365, "days") * A, "−365 days × a"),
        (D(ck.Kpi("a", "CNY")), "a"),
    ],
)
def test_formulas_are_written_as_they_were_made(formula, read):
    assert str(formula) == read
    again = eval(repr(formula))  # its own repr
    assert again == formula
    assert hash(again) == hash(formula)


def test_a_chain_is_one_sum():
    assert Total((A, B, C), "+-+") == A - B + C
    assert Product((A, B, C), "*/*") == A / B * C
    assert A - (B - C) != A - B - C
    assert A + B != B + A
    assert A != "a"
    assert names_in(A * B + A) == ("a", "b")


def test_ten_thousand_nested_operators_need_no_recursion():
    formula, again = A, A
    for _ in range(10_000):
        formula, again = (formula + B) * C, (again + B) * C
    assert formula == again
    assert hash(formula) == hash(again)
    assert repr(formula).count("(") == repr(again).count(")")
    assert str(formula).endswith("+ b) × c")
    assert formula != again + 1


@pytest.mark.parametrize("other", ["x", None, True, [1], object()])
def test_what_is_no_number_cannot_be_joined(other):
    (fault,) = refused(lambda: A - other)
    assert "is no operand of −" in fault
    (fault,) = refused(lambda: other * A)
    assert "is no operand of ×" in fault


def test_what_is_no_operand_is_told_with_what_was_meant():
    (fault,) = refused(lambda: A * "y")
    assert "write D('y') if it is a KPI" in fault
    (fault,) = refused(lambda: A + ck.Kpi("cost", "CNY"))
    assert "write D('cost')" in fault
    (fault,) = refused(lambda: np.array([1.0]) / A)
    assert "a ndarray is no operand of ÷" in fault
    (fault,) = refused(lambda: A + True)
    assert "a truth value is no operand of +" in fault


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: D(""), "empty"),
        (lambda: D(3), "not text"),
        (lambda: Constant("3"), "not a number"),
        (lambda: Constant(np.nan), "not finite"),
        (lambda: A * np.inf, "not finite"),
        (lambda: Constant(3, None), "not text"),
        (lambda: Constant(3, "CNY/"), "name is missing"),
        (lambda: Total((A,), "*"), "not a text of +-"[:12]),
        (lambda: Total((A, B), "+"), "1 signs for 2 operands"),
        (lambda: Total((), ""), "nothing in it"),
        (lambda: Total((A, "b"), "++"), "not an Expression"),
        (lambda: Product((A, B), "/*"), "begins with a divisor"),
        (lambda: Product(A, "*"), "a list is wanted"),
    ],
)
def test_what_is_no_formula_is_refused(make, told):
    assert told in " ".join(refused(make))


def test_formulas_are_records():
    formula = (A + 1) * Constant(0.1, "CNY") / -B
    assert ck.from_json(ck.to_json(formula)) == formula
    for _ in range(101):
        formula = (formula + 1) * A
    (fault,) = refused(ck.to_json, formula)
    assert "nested more than 100 deep" in fault
    (fault,) = refused(
        ck.from_json,
        '{"schema": "cascade_kpi", "version": 1, "record": {"kind": "cascade_kpi/drivers.total", '
        '"operands": [{"kind": "cascade_kpi/drivers.name", "name": ""}], "signs": "+"}}',
    )
    assert "$.record.operands[0]" in fault


@pytest.mark.parametrize(
    "make",
    [lambda d: d**2, lambda d: 2**d, lambda d: d % 2, lambda d: d < 1, lambda d: d > 1],
)
def test_other_operators_are_refused_with_what_there_is(make):
    (fault,) = refused(make, ck.D("cost"))
    assert "+ - * /" in fault
