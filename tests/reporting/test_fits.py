"""The page of a table that was made from margins."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import fitting
from tests.helpers import refused

AXES = fitting.Axes({"node": ["<i>", "market"], "period": ["Q1", "Q2", "Q3"]})
SEED = np.array([[0.0, 80, 120], [60, 50, 40]])


def fitted():
    return fitting.fit(SEED, {"node": [170, 150], "period": [70, 100, 150]}, axes=AXES)


def test_seed_and_table_stand_beside_their_margins_and_factors():
    table = fitted()
    page = ck.report(table)
    assert (page.title, page.focus, page.period) == ("node × period", None, "")
    told = page.markdown()
    assert "## Seed" in told
    assert "## Fitted" in told
    assert "|  | Q1 | Q2 | Q3 | sum | margin | factor |" in told
    assert "| sum | 130 |" not in told
    assert "| sum | 60 | 130 | 160 |  |" in told
    assert "| margin | 70 | 100 | 150 |  |  |  |" in told
    by_node = f"{table.factors[0][1]:.6g}"
    assert f"| 150 | 150 | {by_node} |" in told
    assert f"proportional fitting, {table.rounds} rounds" in told
    shown = page.html()
    assert "<i>" not in shown
    assert "&lt;i&gt;" in shown
    assert 'style="--heat:45%"' in shown
    assert shown.count('class="heat"') == 12


def test_a_rounded_fit_shows_the_seed_the_table_before_and_the_table_after():
    told = ck.report(fitting.round_to_margins(fitted()), title="Sales").markdown()
    assert told.startswith("# Sales")
    places = [told.index(f"## {each}") for each in ("Seed", "Before rounding", "Rounded")]
    assert places == sorted(places)
    assert "factor" not in told
    alone = ck.report(fitting.round_to_margins(np.eye(2))).markdown()
    assert "## Seed" not in alone


def test_lots_have_multipliers():
    lots = fitting.apportion(SEED, rows=[4, 5], columns=[2, 3, 4])
    told = ck.report(lots).markdown()
    assert "## Weights" in told
    assert "| sum | margin | multiplier |" in told
    assert "Webster()" in told


def test_what_is_left_out_is_said():
    seed = np.ones((3, 20, 2))
    table = fitting.fit(seed, {(0, 1): np.ones((3, 20))})
    told = ck.report(table, limits=ck.Limits(rows=2, parts=14)).markdown()
    assert "Summed over axis 2. 1 more axis 0 not shown. 6 more axis 1 not shown." in told
    assert "margin" not in told
    one = ck.report(fitting.fit([3, 1], {0: [5, 6]})).markdown()
    assert "| 1 | 6 | 6 | 6 | 6 |" in one


@pytest.mark.parametrize("asked", [{"focus": "x"}, {"period": "Q1"}])
def test_there_is_no_focus_and_no_period(asked):
    assert "a table has none" in refused(ck.report, fitted(), **asked)[0].reason
