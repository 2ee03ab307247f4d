"""Small organisations and questions that many tests share."""

import pytest

import cascade_kpi as ck

NAN = float("nan")


def refused(make, *args, **kwargs):
    """The faults of the one InputError that the call raises."""
    with pytest.raises(ck.InputError) as caught:
        make(*args, **kwargs)
    for fault in caught.value.faults:
        assert fault.reason
        assert fault.repair
        assert str(fault) in str(caught.value) or len(caught.value.faults) > 20
    return caught.value.faults


def org(shape=None, **columns):
    """A tree of {id: parent}; by default hq over east (ann, bob) and west (cid)."""
    shape = shape or {
        "hq": "", "east": "hq", "west": "hq", "ann": "east", "bob": "east", "cid": "west",
    }  # fmt: skip
    table = {"id": list(shape), "parent": list(shape.values()), **columns}
    return ck.OrgTree.from_table(table, kind="kind" if "kind" in columns else None)


def entries(*rows, columns=("node", "kpi", "value")):
    """A long table from rows."""
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)}


def measured(tree, kpi, target, values, **options):
    """Results of one KPI in one period: a goal at the root, and {node: value}."""
    targets = ck.cascade(tree, [kpi], {kpi.name: target}, periods="2026")
    table = entries(*[(node, kpi.name, value) for node, value in values.items()])
    return ck.measure(targets, table, **options)


def gaps_of(results, *items, **card):
    """Gaps under a card on which everything weighs the same."""
    items = items or tuple(ck.Item(name) for name in results.kpis.names)
    weights = {item.kpi: 1 for item in items}
    return ck.gaps(
        ck.score(results, ck.Scorecard(items, ck.Weights(weights, promised=len(items)), **card))
    )
