"""Who was where in the year of the examples, and what came of it."""

import cascade_kpi as ck
from tests.helpers import entries, org

SALES = ck.Kpi("sales", "units", lot=1, decimals=0)


NAMES = ("holder", "node", "start", "end")


def year(label="2026", goals=None, tree=None, kpi=SALES):
    """ann, bob and cid are to sell one a day."""
    tree = tree or org()
    goals = goals or {"ann": 365, "bob": 365, "cid": 365}
    table = {"node": list(goals), "kpi": [kpi.name] * len(goals), "value": list(goals.values())}
    return ck.assign(tree, [kpi], table, periods=label)


def held(*rows, columns=NAMES):
    return ck.Stints.from_table(entries(*rows, columns=columns))


def of_holders(moved, kpi="sales"):
    table = moved.by_holder(kpi)
    return dict(zip(table["holder"].tolist(), table["target"].tolist(), strict=True))


def of_units(moved, column="target"):
    table = moved.by_unit("sales")
    return dict(zip(table["node"].tolist(), table[column].tolist(), strict=True))


def rows_of(table):
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


MOVES = held(
    ("li", "ann", "2026-01-01", "2026-06-30"),
    ("li", "cid", "2026-07-01", ""),
    ("bo", "ann", "2026-08-01", ""),
    ("cy", "cid", "2020-01-01", "2026-06-30"),
    ("di", "east", "2026-01-01", "2026-07-10"),
)


LEAVES = ck.Leaves.from_table(
    {"holder": ["li"], "start": ["2026-06-21"], "end": ["2026-07-10"]}
)  # ten days at ann, ten at cid
