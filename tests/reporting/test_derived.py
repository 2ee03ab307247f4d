"""Pages of derived values and of translations."""

import re

import pytest

import cascade_kpi as ck
from cascade_kpi import D
from tests.drivers.case import KPIS, SHARES, model, org, refused, results, targets


def test_derived_values_have_a_page_of_their_own():
    page = ck.report(ck.derive(model(), results()))
    html, text = page.html(), page.markdown()
    assert (page.title, page.focus, page.period) == ("hq, 2026", "hq", "2026")
    assert html.count('class="box"') == 9
    for told in ("= revenue − cost", "990.00 CNY", "−1,110.00 · target 2,100.00"):
        assert html.count(told) >= 2  # in the drawing, and in the list for a narrow screen
    assert "| profit | revenue − cost | CNY | of its own drivers | 66.7 % |" in text
    (row,) = re.findall(r"\| c \|.*", text)
    assert "–" in row
    assert "What needs an absent driver is absent." in text


def test_a_unit_and_a_period_can_be_in_focus():
    goals = {
        "node": ["hq"] * 4,
        "kpi": ["customers", "arpu"] * 2,
        "period": ["Q1", "Q1", "Q2", "Q2"],
        "value": [100, 5, 120, 6],
    }
    tree = model({"revenue": D("customers") * D("arpu")})
    made = ck.derive(tree, ck.cascade(org(), KPIS, goals))
    text = ck.report(made).markdown()
    assert "hq · Q2 · of targets" in text
    assert "| Q1 | 500.00 CNY |" in text
    assert "| Q2 | 720.00 CNY |" in text
    one = ck.report(made, focus="a", period="Q1", title="One")
    assert one.markdown().startswith("# One\n\na · Q1 · of targets")
    assert "## Units" not in one.markdown()
    (fault,) = refused(ck.report, made, period="Q3")
    assert "no such period" in fault


def test_what_was_chosen_is_told():
    made = ck.derive(model(), results(), missing="zero", by_zero="refuse")
    text = ck.report(made, focus="a").markdown()
    assert "A sum that was due and is absent counts as zero." in text
    assert "A division by zero is refused." in text


def test_more_units_and_definitions_than_fit_are_counted():
    tree = model({f"d{i}": D("cost") * i for i in range(1, 10)})
    text = ck.report(ck.derive(tree, targets()), limits=ck.Limits(rows=2)).markdown()
    assert "… and 1 row more." in text
    assert "3 definitions not shown side by side." in text


def translated():
    return ck.translate(model(), {"profit": 2_000}, results(), shares=SHARES, to="2027")


def test_a_translation_has_a_page_of_its_own():
    page = ck.report(translated())
    html, text = page.html(), page.markdown()
    assert page.title == "Goals for the drivers of profit"
    assert "hq · 2027 · from results of 2026" in text
    assert "| profit | 990.00 CNY | 2,000.00 CNY | 1,999.66 CNY | −0.34 CNY |" in text
    assert (
        "| · · customers |  | 150.00 customers | 177.00 customers | +27.00 customers | goes up |"
        in text
    )
    assert "| · cost |  | 810.00 CNY | 507.00 CNY | −303.00 CNY | goes down |" in text
    assert "| profit | revenue 70.0 %, cost 30.0 % |" in text
    assert "from 1,800.00 · +39.3 %" in html
    assert 'class="move"' in html


def test_what_is_kept_and_what_cannot_be_told_is_shown():
    base = {"customers": 100, "arpu": 10, "cost": 300}
    made = ck.translate(model(), {"profit": 900}, base, fixed=["cost", "customers"])
    text = ck.report(made, title="What if").markdown()
    assert text.startswith("# What if\n\nfrom plain numbers")
    assert "Kept as before, with all below: cost, customers." in text
    assert "| · cost |  | 300.00 CNY | 300.00 CNY | 0.00 CNY | stays |" in text
    assert "None: one name could move in every formula." in text
    both = ck.translate(model(), {"profit": 2_000}, translated(), fixed=["customers", "cost"])
    assert "hq · 2027 · from results of 2026" in ck.report(both).markdown()


def test_a_translation_is_of_one_place():
    faults = refused(ck.report, translated(), focus="hq", period="2027")
    assert len(faults) == 2
    assert "the translation has its own" in faults[0]


@pytest.mark.parametrize("stage", ["derived", "translation"])
def test_names_are_text_whatever_they_are(stage):
    nasty = ck.Kpi('<script>"x"</script>', "CNY")
    tree = ck.DriverTree({"<b>|*": D(nasty) * 2}, [nasty])
    goals = ck.cascade(org(), [nasty], {nasty.name: 9}, periods="2026")
    made = {
        "derived": ck.derive(tree, goals),
        "translation": ck.translate(tree, {"<b>|*": 20}, goals),
    }[stage]
    html = ck.report(made).html()
    assert "<script" not in html
    assert "<b>|" not in html
    assert "&lt;b&gt;" in html
