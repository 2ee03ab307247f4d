"""Calls of driver trees."""

import cascade_kpi as ck
from cascade_kpi.drivers.expressions import Product, Total
from tests.wrong_arguments.stages import KPI, RESULTS

MODEL = ck.DriverTree({"double": ck.D("k") * 2}, [KPI])
MADE = ck.derive(MODEL, RESULTS)
SPLIT = ck.contributions(MADE, MADE, "double")


CALLS = {
    "D": (ck.D, {"name": "k"}),
    "Constant": (ck.Constant, {"value": 1, "unit": "x"}),
    "Total": (Total, {"operands": (ck.D("k"),), "signs": "-"}),
    "Product": (Product, {"operands": (ck.D("k"),), "signs": "*"}),
    "DriverTree": (
        ck.DriverTree,
        {"definitions": {"a": ck.D("k")}, "kpis": [KPI], "units": {"a": "x"}},
    ),
    "DriverTree.unit": (MODEL.unit, {"name": "k"}),
    "DriverTree.kpi": (MODEL.kpi, {"name": "k"}),
    "DriverTree.adds_up": (MODEL.adds_up, {"name": "k"}),
    "DriverTree.uses": (MODEL.uses, {"name": "double"}),
    "DriverTree.below": (MODEL.below, {}),
    "DriverTree.compute": (MODEL.compute, {"values": {"k": 1}}),
    "DriverTree.draw": (MODEL.draw, {"limit": 3}),
    "derive": (
        ck.derive,
        {"model": MODEL, "stage": RESULTS, "missing": "hold", "by_zero": "refuse"},
    ),
    "Derived.of": (MADE.of, {"name": "k"}),
    "Derived.coverage": (MADE.coverage, {"name": "k"}),
    "Derived.beyond_children": (MADE.beyond_children, {"name": "k"}),
    "Derived.slopes": (MADE.slopes, {"name": "double"}),
    "Derived.elasticities": (MADE.elasticities, {"name": "double"}),
    "Derived.draw": (MADE.draw, {"node": "ann", "period": None, "limit": 3}),
    "contributions": (
        ck.contributions,
        {"before": MADE, "after": MADE, "name": "double", "over": (), "periods": None},
    ),
    "Contributions.of": (SPLIT.of, {"driver": "k"}),
    "Contributions.by_driver": (SPLIT.by_driver, {"node": "ann", "period": None}),
    "translate": (
        ck.translate,
        {"model": MODEL, "goals": {"double": 9}, "base": RESULTS, "shares": None, "fixed": (),
         "node": None, "period": None, "to": "p"},
    ),
}  # fmt: skip
