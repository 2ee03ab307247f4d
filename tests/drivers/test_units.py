import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.drivers.units import PURE, Unit
from tests.drivers.case import refused

NAMES = st.sampled_from(["CNY", "customers", "new customers", "days", "m2", "%", "‰", "1"])
SIGNED = st.lists(st.tuples(st.sampled_from("*/"), NAMES), max_size=5)


@st.composite
def units(draw):
    first = draw(NAMES)
    return Unit.parse(first + "".join(sign + name for sign, name in draw(SIGNED)))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("CNY", "CNY"),
        (" new  customers ", "new customers"),
        ("CNY / customers/ month", "CNY/customers/month"),
        ("CNY*customers/customers", "CNY"),
        ("CNY·days", "CNY*days"),
        ("m*m", "m^2"),
        ("1/days", "1/days"),
        ("m^2/s^-1", "m^2*s"),
        ("", ""),
        ("1", ""),
        ("%", "%"),
        ("pp", "%"),
        ("‰", "‰"),
        ("元/户", "元/户"),
    ],
)
def test_a_text_is_read_as_a_unit(text, read):
    assert str(Unit.parse(text)) == read


@pytest.mark.parametrize("text", ["CNY/", "/CNY", "CNY//days", "CNY/(customers*month)", "m^x", "*"])
def test_a_text_that_is_no_unit_is_refused(text):
    (fault,) = refused(Unit.parse, text)
    assert repr(text) in fault


def test_per_cent_is_a_pure_number_in_hundredths():
    assert Unit.parse("%").fits(PURE)
    assert Unit.parse("%").scale == 100
    assert (Unit.parse("%") / Unit.parse("%")) == PURE
    assert Unit.parse("CNY*%").plain == Unit.parse("CNY")
    assert not Unit.parse("CNY").fits(Unit.parse("customers"))


@given(units(), units(), units())
def test_units_are_a_commutative_group(a, b, c):
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * PURE == a
    assert a / a == PURE
    assert (a / b) * b == a
    assert a / b == a * (PURE / b)


@given(units())
def test_a_plain_unit_is_read_again_as_it_is_written(unit):
    assert Unit.parse(str(unit.plain)) == unit.plain
