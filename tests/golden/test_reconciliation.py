"""The published reconciliations of a small hierarchy, every column to 1e-9.

Source: htseg1 of the R package hts, 8 nodes, with perturbed base forecasts; the reconciled
columns were computed with hierarchicalforecast 1.5.3.
"""

import json

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import confidences, proportions
from tests.golden.published import DATA, rows

FINE = "1e-12"  # so that whole lots, too, are right to the ninth decimal
PARENTS = {"Total": "", "A": "Total", "B": "Total", "AA": "A", "AB": "A", "AC": "A",
           "BA": "B", "BB": "B"}  # fmt: skip

# Rounded to six decimals, so that a plain clone checks something.
BASE = [56.407856, 30.235332, 22.865302, 9.295965, 10.106687, 10.509958, 11.095593, 12.703076]
OLS = [55.134706, 31.109514, 24.025191, 9.694933, 10.505655, 10.908926, 11.208854, 12.816337]
STRUCTURAL = [54.406590, 30.674351, 23.732238, 9.549879, 10.360601, 10.763872, 11.062378,
              12.669861]  # fmt: skip


def tree(base):
    return ck.OrgTree.from_table(
        {"id": list(PARENTS), "parent": list(PARENTS.values()), "base": base}
    )


def agreed(base, confidence, split=None):
    """What is agreed by one confidence, in the order of the published rows."""
    org = tree(base)
    kpi = ck.Kpi("y", "units", lot=FINE, split=split or ck.splits.Equal())
    values = np.empty(len(org))
    values[org.rows(list(PARENTS))] = [float(ck.Lot(FINE).values(np.array(round(b * 1e12))))
                                       for b in base]  # fmt: skip
    targets = ck.Targets.from_columns(org, [kpi], {"y": values}, periods="next")
    plan = ck.reconcile(targets, confidence=confidence)
    whole, real = plan.targets.of("y")[0], plan.optimum("y")[0]
    np.testing.assert_allclose(whole, real, atol=2e-12)
    return whole[org.rows(list(PARENTS))]


def test_the_figures_of_least_squares():
    np.testing.assert_allclose(agreed(BASE, 1), OLS, atol=2e-6)
    np.testing.assert_allclose(agreed(BASE, confidences.Structural()), STRUCTURAL, atol=2e-6)


def published():
    table = rows("reconciliation", "htseg1_reconciled.csv")
    names = list(table[0])[1:]
    assert [row[""] for row in table] == list(PARENTS)
    return {name: np.array([float(row[name]) for row in table]) for name in names}


def history():
    past = rows("reconciliation", "htseg1_history.csv")
    leaves = ["AA", "AB", "AC", "BA", "BB"]
    long = [
        {"node": leaf, "kpi": "y", "period": f"t{t:02}", "value": float(row[leaf])}
        for t, row in enumerate(past)
        for leaf in leaves
    ]
    return ck.Actuals.from_table(tree([0] * 8), [ck.Kpi("y", "units", lot=FINE)], long)


COLUMNS = {
    "bottom_up": lambda: (confidences.BottomUp(), None),
    "top_down_average_proportions": lambda: (
        confidences.TopDown(), proportions.AverageProportions(history(), "y"),
    ),
    "top_down_proportion_averages": lambda: (
        confidences.TopDown(), proportions.ProportionsOfAverages(history(), "y"),
    ),
    "top_down_forecast_proportions": lambda: (
        confidences.TopDown(), proportions.ForecastProportions("base"),
    ),
    "middle_out_l1_forecast_proportions": lambda: (
        confidences.MiddleOut(1), proportions.ForecastProportions("base"),
    ),
    "mint_ols": lambda: (confidences.Equal(), None),
    "mint_wls_struct": lambda: (confidences.Structural(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_every_published_column(name):
    figures = published()
    confidence, split = COLUMNS[name]()
    np.testing.assert_allclose(
        agreed(figures["base"].tolist(), confidence, split), figures[name], atol=1e-9, rtol=0
    )


def test_no_published_column_is_left_out():
    assert set(published()) == {"base", *COLUMNS}
    structure = json.loads((DATA / "reconciliation" / "htseg1_structure.json").read_text())
    assert [name for level in structure["labels"].values() for name in level] == list(PARENTS)
