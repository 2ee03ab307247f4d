"""The builder of HTML escapes everything and lets nothing run or lead out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi._text import visible
from cascade_kpi.errors import InputError
from cascade_kpi.reporting.elements import el, render, stylesheet
from tests.reporting.case import Outline


@given(st.text())
def test_text_and_attributes_come_back_as_they_were_shown(words):
    outline = Outline(render(el("b", words, title=words)))
    assert outline.elements == [("b", ("title",))]
    assert outline.text == visible(words)
    assert outline.values("title") == [visible(words)]


def test_children_are_flattened_and_nothing_is_left_out_but_none():
    made = el("p", "a", None, (el("b", x) for x in "bc"), ["d", None])
    assert str(made) == "<p>a<b>b</b><b>c</b>d</p>\n"


def test_attributes_true_false_none_and_renamed():
    made = el("td", cls="num", aria_label="x", hidden=True, open=False, title=None, tabindex=0)
    assert str(made) == '<td class="num" aria-label="x" hidden tabindex="0"></td>'


@pytest.mark.parametrize(
    "make",
    [
        lambda: el("script", "alert(1)"),
        lambda: el("p onclick", ""),
        lambda: el("p", onclick="alert(1)"),
        lambda: el("p", **{'x" onload="y': "1"}),
        lambda: el("a", href="https://example.com"),
        lambda: el("a", href="javascript:alert(1)"),
        lambda: el("img", src="//example.com/x.png"),
        lambda: stylesheet("</style><script>"),
    ],
)
def test_what_runs_or_leads_out_is_refused(make):
    with pytest.raises(InputError):
        make()


def test_links_within_the_page_are_allowed():
    assert str(el("a", "x", href="#gaps")) == '<a href="#gaps">x</a>'


def test_nesting_has_no_limit():
    made = el("b")
    for _ in range(20_000):
        made = el("b", made)
    assert render(made).count("<b>") == 20_001


def test_a_style_sheet_is_not_escaped():
    assert render(stylesheet("a > b { color: red; }")) == "<style>a > b { color: red; }</style>\n"
