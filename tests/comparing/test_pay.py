"""Pay of one's own is held to laws."""

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.records import record
from cascade_kpi.testing import check_pay
from tests.calibrating.cases import scored
from tests.helpers import refused


@record("tests/flat")
@attrs.frozen
class Flat:
    """The same for everybody who is scored."""

    amount: float
    unit: str = "CNY"
    decimals: int = 0
    columns: tuple[str, ...] = ()

    def misfits(self, grades):
        return []

    def __call__(self, total, codes, grades, *columns):
        return np.where(np.isnan(total), np.nan, self.amount)

    def words(self):
        return f"{self.amount:g} each"


@record("tests/relative")
@attrs.frozen
class Relative(Flat):
    """It depends on who else is paid."""

    def __call__(self, total, codes, grades, *columns):
        return total - np.nanmean(total) if total.size else total


@record("tests/careless")
@attrs.frozen
class Careless(Flat):
    """It pays where its column is blank."""

    columns: tuple[str, ...] = ("salary",)

    def __call__(self, total, codes, grades, *columns):
        return np.nan_to_num(columns[0])


@record("tests/nowhere")
@attrs.frozen
class Nowhere(Flat):
    """It has no unit."""

    unit: str = " "


@record("tests/picky")
@attrs.frozen
class Picky(Flat):
    """It does not pay any grade."""

    def misfits(self, grades):
        return [ck.Fault("pay", "never", "do not ask")]


@record("tests/boundless")
@attrs.frozen
class Boundless(Flat):
    """It pays without end."""

    def __call__(self, total, codes, grades, *columns):
        return np.full(total.shape, np.inf)


def test_pay_of_ones_own_keeps_the_laws_and_is_used():
    check_pay(Flat(5.0))


@pytest.mark.parametrize(
    ("pay", "told"),
    [
        (Relative(1.0), "among others"),
        (Careless(1.0), "where salary is blank"),
        (Nowhere(1.0), "no unit"),
        (Picky(1.0), "does not pay the grades A, B, C"),
        (Boundless(1.0), "not finite"),
    ],
)
def test_pay_that_breaks_a_law_is_told(pay, told):
    with pytest.raises(AssertionError, match=told):
        check_pay(pay)


@record("tests/mute")
@attrs.frozen
class Mute(Flat):
    """It answers no amounts."""

    def __call__(self, total, codes, grades, *columns):
        return "nothing"


def test_odd_pay_is_told_by_the_name_of_its_argument():
    scores = scored({"a": ("x", 85)})
    (fault,) = refused(ck.compare, scores, scores, pay=Mute(1.0))
    assert (fault.source, fault.column) == ("compare", "pay")


def test_pay_whose_sum_is_no_whole_number_any_more_is_refused():
    scores = scored({"a": ("x", 85), "b": ("x", 80), "c": ("y", 75)})
    largest = 2.0**52
    ck.compare(scores, scores, pay=Flat(largest), kind="company")
    (fault,) = refused(ck.compare, scores, scores, pay=Flat(largest))
    assert fault.reason == "the sum of the pay is too large"
