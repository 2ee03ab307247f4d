"""Array fields of frozen classes."""

import numpy as np
import pytest
from attrs import field, frozen

from cascade_kpi._arrays import (
    CONTENT,
    equal,
    fingerprint,
    float_array,
    frozen_array,
    frozen_columns,
    lock,
    refuse_overflow,
)
from tests.helpers import refused


@frozen
class Held:
    values: np.ndarray = field(eq=CONTENT, converter=frozen_array)
    columns: dict = field(eq=CONTENT, converter=frozen_columns, factory=dict)


def test_a_copy_is_held_that_nobody_writes_to():
    given = np.array([1.0, 2.0])
    held = Held(given, {"x": given})
    given[0] = 9
    assert held.values.tolist() == [1, 2]
    assert held.columns["x"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        held.values[0] = 3
    with pytest.raises(TypeError):
        held.columns["y"] = given


def test_what_is_read_only_already_is_handed_on():
    array = lock(np.arange(3))
    assert frozen_array(array) is array
    assert not frozen_array([1, 2]).flags.writeable


def test_a_read_only_view_of_memory_that_can_be_written_to_is_copied():
    base = np.arange(3.0)
    view = base[:]
    view.setflags(write=False)
    held = frozen_array(view)
    base[0] = 9
    assert held[0] == 0


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ([1.0, np.nan], [1.0, np.nan], True),
        ([1.0, 2.0], [1.0, 3.0], False),
        ([1, 2], [1.0, 2.0], False),
        ([1.0], [1.0, 1.0], False),
        (np.array(["a", None], dtype=object), np.array(["a", None], dtype=object), True),
        (np.array(["1"], dtype=object), np.array([1], dtype=object), False),
    ],
)
def test_equality_is_by_content_and_kind(a, b, same):
    a, b = np.asarray(a), np.asarray(b)
    assert (Held(a) == Held(b)) is same
    assert equal((a, {"x": a}), (b, {"x": b})) is same


def test_order_and_names_of_columns_count():
    x = np.zeros(1)
    assert not equal({"a": x, "b": x}, {"b": x, "a": x})
    assert not equal((x,), (x, x))


def test_fingerprints_are_the_same_in_every_process_and_tell_contents_apart():
    words = np.array(["a", "b"], dtype=object)
    assert fingerprint((np.arange(3), words, "x")) == fingerprint((np.arange(3), words.copy(), "x"))
    prints = {
        fingerprint(parts)
        for parts in ((np.arange(3),), (np.arange(3.0),), (np.arange(4),), (words,), ("a",), ())
    }
    assert len(prints) == 6


def test_a_masked_array_is_not_mistaken_for_a_column():
    with pytest.raises(TypeError, match="NaN"):
        frozen_array(np.ma.masked_equal([1, 2], 2))


def test_overflow_is_refused_and_other_errors_are_not_caught():
    def twice(x):
        with refuse_overflow("actuals"):
            return np.array([x]) * 2

    assert twice(1.0).tolist() == [2]
    (fault,) = refused(twice, 1.7e308)
    assert fault.source == "actuals"
    with pytest.raises(ZeroDivisionError), refuse_overflow("actuals"):
        _ = 1 / 0


def test_objects_that_are_absent_are_the_same():
    nan, other = float("nan"), np.float64("nan")
    held = [np.array([x, "a", None, y], dtype=object) for x, y in ((nan, 1), (other, 1), (1, nan))]
    assert equal(held[0], held[1])
    assert not equal(held[0], held[2])
    pd = pytest.importorskip("pandas")
    absent = np.array([pd.NA, pd.NaT, "a"], dtype=object)
    assert equal(absent, absent.copy())
    assert not equal(absent, np.array([1, pd.NaT, "a"], dtype=object))
    assert not equal(absent, np.array([pd.NA, pd.NaT, "b"], dtype=object))


def test_numbers_as_an_array():
    assert float_array([1, 2], "x").tolist() == [1.0, 2.0]
    for odd in (None, "1", ["1"], [[1], [1, 2]], True, object()):
        (fault,) = refused(float_array, odd, "x")
        assert fault.source == "x"


def test_what_is_masked_is_absent_and_not_what_lies_below():
    made = float_array(np.ma.array([7, 8], mask=[True, False]), "x")
    assert not isinstance(made, np.ma.MaskedArray)
    assert equal(made, np.array([np.nan, 8.0]))
