"""The scorecard's arithmetic over blocks."""

import cascade_kpi as ck
from cascade_kpi.scoring import kernel


def test_blocks_change_no_bit(monkeypatch):
    n = 70
    names = ["hq", *(f"n{i:02d}" for i in range(n))]
    kinds = ["co", *(["x", "y"][i % 3 == 0] for i in range(n))]
    tree = ck.OrgTree.from_table(
        {"id": names, "parent": ["", *["hq"] * n], "kind": kinds}, kind="kind"
    )
    kpis = [ck.Kpi("a", "x"), ck.Kpi("b", "x")]
    targets = ck.cascade(tree, kpis, {"a": 700, "b": 33}, periods="p")
    rows = [(f"n{i:02d}", k, i * 0.37) for i in range(n) for k in "ab" if (i + len(k)) % 5]
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*rows, strict=True)), strict=True))
    results = ck.measure(targets, table)
    card = ck.Scorecard([ck.Item("a"), ck.Item("b")], {"x": {"a": 70, "b": 30}, "*": {"b": 100}})
    whole = ck.score(results, card).total
    monkeypatch.setattr(kernel, "_BLOCK", 7)
    assert ck.score(results, card).total.tobytes() == whole.tobytes()
