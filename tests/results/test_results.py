"""Results as a value."""

import pytest

import cascade_kpi as ck
from tests.helpers import entries, measured, org, refused

SALES = ck.Kpi("sales", "CNY")


def test_results_compare_by_content_policy_included():
    made = [
        measured(org(), SALES, 12, {"ann": value}, missing=missing)
        for value, missing in ((1, "zero"), (1, "zero"), (2, "zero"), (1, "hold"))
    ]
    assert made[0] == made[1]
    assert hash(made[0]) == hash(made[1])
    assert made[0] != made[2]
    assert made[0] != made[3]


def test_results_refer_to_what_they_were_made_from():
    results = measured(org(), SALES, 12, {"ann": 1})
    assert results.org is results.targets.org
    assert results.kpis is results.targets.kpis
    assert results.periods.labels == ("2026",)
    assert results.actuals.inputs[0][0][0, 2] == 1
    assert "renormalise" in repr(results)


def test_unknown_kpis_are_refused_with_a_near_miss():
    results = measured(org(), SALES, 12, {"ann": 1})
    for ask in (results.of, results.coverage):
        (fault,) = refused(ask, "slaes")
        assert "'sales'" in fault.repair


def test_a_table_and_its_shuffled_rows_give_the_same_bits():
    rows = [("ann", "sales", 0.1), ("bob", "sales", 0.2), ("cid", "sales", 0.3)]
    targets = ck.cascade(org(), [SALES], {"sales": 1}, periods="p")
    values = {ck.measure(targets, entries(*order)).of("sales").tobytes()
              for order in (rows, rows[::-1], [rows[1], rows[2], rows[0]])}  # fmt: skip
    assert len(values) == 1


def test_arrays_cannot_be_written_to():
    results = measured(org(), SALES, 12, {"ann": 1})
    with pytest.raises(ValueError, match="read-only"):
        results.of("sales")[0, 0] = 3
