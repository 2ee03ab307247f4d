"""Ranking, shares and what is printed."""

import numpy as np
import pytest

import cascade_kpi as ck

ENTRIES = [
    ("a", "A", -2.0, 2.0),
    ("b", "<B>", 3.0, -3.0),
    ("c", "C", -5.0, 5.0),
    ("d", "D", -2.0, 2.0),
]


def test_the_worst_come_first_and_ties_keep_their_order():
    ranked = ck.Breakdown.ranked("gap", "CNY", -6.0, ENTRIES)
    assert ranked.keys == ("c", "a", "d", "b")
    assert ranked.parts.tolist() == [-5, -2, -2, 3]
    assert ranked.share.tolist() == pytest.approx([5 / 6, 1 / 3, 1 / 3, -0.5])
    assert ranked.cumulative[-1] == pytest.approx(1)
    assert len(ranked) == 4
    assert ranked.rows()[0][:2] == ("C", -5)


def test_shares_of_nothing_are_absent():
    ranked = ck.Breakdown.ranked("gap", "CNY", 0.0, ENTRIES[:1])
    assert np.isnan(ranked.share).all()
    assert np.isnan(ranked.cumulative).all()


def test_what_people_read_is_escaped_where_it_is_html():
    ranked = ck.Breakdown.ranked("gap of <x>", "CNY", -6.0, ENTRIES)
    assert "-6.00 CNY" in repr(ranked)
    assert "<B>" in repr(ranked)
    assert "<B>" not in ranked._repr_html_()
    assert "&lt;B&gt;" in ranked._repr_html_()


def test_names_cannot_break_or_turn_the_lines():
    ranked = ck.Breakdown.ranked("gap", "CNY", -2.0, [("a", "x\ny\u202e", -2.0, 2.0)])
    assert len(repr(ranked).splitlines()) == 2
    assert "\u202e" not in repr(ranked)


def test_nothing_to_split():
    assert len(ck.Breakdown.ranked("gap", "CNY", 0.0, [])) == 0
