"""One stint's target and result on arbitrary moves, explained to the bit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.properties.moving.cases import SPANS, cases, day, moved
from tests.properties.test_explanations import bits, same_bits

COLUMNS = ("holder", "node", "kpi", "start", "end", "value")


@st.composite
def reports(draw, case):
    """Of each holder and period either one long report, or many of single days."""
    rows = []
    for first, last in SPANS.values():
        for who in sorted({row[0] for row in case["stints"]}):
            stints = [
                (node, max(a, first), min(b, last))
                for holder, node, a, b, _ in case["stints"]
                if holder == who and max(a, first) <= min(b, last)
            ]
            if stints and draw(st.booleans()):
                a, b = min(row[1] for row in stints), max(row[2] for row in stints)
                rows.append((who, "", "sales", day(a), day(b), draw(st.integers(-9, 99)) / 7))
                continue
            for _ in range(draw(st.integers(0, 4)) if stints else 0):
                node, a, b = draw(st.sampled_from(stints))
                on = day(draw(st.integers(a, b)))
                rows.append((who, node, "sales", on, on, draw(st.integers(-9, 99)) / 7))
    return dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)) if rows else None


@pytest.mark.slow
@settings(max_examples=60)
@given(cases(), st.data())
def test_every_stint_has_its_target_and_its_result_explained(case, data):
    after = moved(case)
    if after is None:
        return
    table = data.draw(reports(case))
    if table is None:
        return
    done = ck.credit(after, table)
    found = done.by_stint("sales")
    keys = ("holder", "node", "period", "start", "target", "result")
    for who, node, period, start, target, result in zip(
        *(found[key].tolist() for key in keys), strict=True
    ):
        asked = {"kpi": "sales", "period": period, "stint": (node, start)}
        why = ck.explain(done, who, **asked)
        assert bits(why.value) == bits(result)
        same_bits(why)
        for stage in (done, after):
            why = ck.explain(stage, who, **asked, quantity="target")
            assert bits(why.value) == bits(target)
            same_bits(why)
