"""The driver tree of a report."""

import re

import numpy as np

import cascade_kpi as ck
from cascade_kpi import D
from tests.drivers.case import KPIS, model, org, refused, results, targets


def drawn(stage, derived, **how):
    page = ck.report(stage, drivers=derived, **how)
    html = page.html()
    begin = html.index('<section id="drivers"')
    return html[begin : html.index("</section>", begin)], page.markdown()


def test_every_box_has_value_target_and_gap():
    stage = results()
    html, text = drawn(stage, ck.derive(model(), stage))
    assert html.count('class="box"') == 9
    assert html.count('class="box again"') == 1  # revenue, below profit and below margin
    assert html.count('class="edge"') == 8
    for told in ("55.00 %", "−15.00 pp · target 70.00", "−1,110.00 · target 2,100.00<"):
        assert told in html
    assert "| · profit | revenue − cost | 990.00 CNY | 2,100.00 CNY | −1,110.00 CNY |" in text
    assert "customers × arpu, as above" in text
    assert re.search(r'<g class="green"><title>cost \(on target\)', html)
    assert "kept, 144.00 customers, −141.00 · target 285.00, off target" in html


def test_the_node_in_focus_is_drawn_and_what_is_absent_is_a_dash():
    stage = results()
    html, text = drawn(stage, ck.derive(model(), stage), focus="c")
    assert "Driver tree of c" in html
    assert '<text x="14"' in html
    assert ">–<" in html
    assert "no result" in text


def test_targets_alone_have_no_gap():
    html, text = drawn(targets(), ck.derive(model(), targets()))
    assert "target" not in re.sub(r"no result or no target|on target", "", html)
    assert "| · profit | revenue − cost | 2,100.00 CNY | – | – |" in text


def test_names_are_text_whatever_they_are():
    nasty = ck.Kpi('<script>"x"</script>', "CNY")
    goals = ck.cascade(org(), [nasty], {nasty.name: 9}, periods="2026")
    tree = ck.DriverTree({"<b>|*": D(nasty) * 2}, [nasty])
    html, text = drawn(goals, ck.derive(tree, goals))
    assert "<script" not in html
    assert "<b>|" not in html
    assert "&lt;b&gt;" in html
    assert r"\<b\>\|\*" in text


def test_a_large_tree_is_cut_and_says_so():
    kpis = [ck.Kpi(f"k{i}", "CNY") for i in range(200)]
    goals = ck.Targets.from_columns(
        org(), ck.Kpis(kpis), {kpi.name: np.ones(4) for kpi in kpis}, periods="2026"
    )
    tree = ck.DriverTree({"all": sum(map(D, kpis))}, kpis)
    html, text = drawn(goals, ck.derive(tree, goals))
    assert html.count('class="box"') == 80
    assert "121 names further down the tree not shown." in html
    assert "121 names further down" in text
    deep = {f"d{i}": D(f"d{i + 1}") * 1 for i in range(30)} | {"d30": D("k0") * 1}
    html, _ = drawn(goals, ck.derive(ck.DriverTree(deep, kpis[:1]), goals))
    assert "20 names further down" in html


def test_drivers_must_be_of_the_report():
    stage = results()
    (fault,) = refused(ck.report, stage, drivers=model())
    assert "a Derived is wanted" in fault
    other = ck.cascade(org(), KPIS, {"cost": 1}, periods="2026")
    (fault,) = refused(ck.report, stage, drivers=ck.derive(model(), other))
    assert "of other results than the report" in fault
    assert "Drivers" in ck.report(stage, drivers=ck.derive(model(), targets())).html()
