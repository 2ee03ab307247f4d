"""The page of totals over stints that carry units."""

import cascade_kpi as ck
from cascade_kpi.blending import Within
from tests.blending.test_blend_stints import SHARES, over, units
from tests.helpers import refused


def lines(page, head):
    section = page.split(f"## {head}")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")]


def test_a_page_shows_each_stint_alone_and_with_what_it_carries():
    stage = ck.blend_stints(over(), units(), SHARES, within=Within(3, 1))
    page = ck.report(stage).markdown()
    heads, _, *rows = lines(page, "Stint by stint")
    assert "of the stint alone | total" in heads
    (lead,) = (row for row in rows if row.startswith("| di "))
    assert " | – | " in lead
    assert lead.endswith("| 100.0 % |  |")
    li = [row for row in rows if row.startswith("| li ")]
    assert [row.split(" | ")[8:10] for row in li] == [["110.50", "107.50"], ["103.26", "100.26"]]
    assert "shop: 70 of own, 20 of parent and 10 of root" in page
    assert "Within" in page
    one = ck.report(stage, focus="li")
    assert one.title == "li, 2026"
    assert "\n| di " not in one.markdown()
    assert "of the stint alone" in one.html()
    assert "of the stint alone" not in ck.report(over()).markdown()


def test_a_stage_without_a_page_says_what_to_do_with_it():
    blended = ck.blend(units(), SHARES)
    (fault,) = refused(ck.report, blended)
    assert fault.repair == "pass its .scores, calibrate(…) it, or compare(…) it with another rule"
    assert "<!doctype html" in ck.report(ck.compare(over(), over())).html().lower()
