"""Markdown that shows data as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi._text import visible
from cascade_kpi.reporting import markdown as md

NASTY = st.lists(
    st.sampled_from(
        [
            "|", "`", "*", "_", "[x](y)", "![x](y)", "<b>", "&amp;", "\n", "# ", "- ", "+ ", "1. ",
            "12) ", "> ", "---", "===", "~~", "$x$", "\\", "https://a.example/b", "www.a.example",
            ":-:", "    ", "\u202e", "Ann", "王", "{{x}}", "@all", "!", "(", "]",
        ]
    ),
    max_size=6,
).map("".join)  # fmt: skip


def parsed(markdown):
    """Markdown as a reader of GitHub's dialect sees it."""
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    return parser.parse(markdown)


def shown(token):
    return "".join(child.content for child in token.children)


@given(NASTY | st.text(max_size=20))
def test_a_text_is_one_paragraph_that_shows_it(data):
    tokens = parsed(f"{md.text(data)}\n")
    if not visible(data).strip():
        return
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children} <= {"text", "text_special"}
    assert shown(tokens[1]) == visible(data).strip()


@given(st.lists(NASTY | st.text(max_size=10), min_size=2, max_size=4))
def test_a_table_has_its_cells_and_shows_them(data):
    tokens = parsed("\n".join(md.table(data, [data, data], numbers=(1,))))
    cells = [shown(t) for t in tokens if t.type == "inline"]
    assert cells == [visible(words).strip() for words in data] * 3
    aligned = [t.attrs.get("style", "") for t in tokens if t.type == "th_open"]
    assert [style == "text-align:right" for style in aligned] == [i == 1 for i in range(len(data))]


@given(NASTY)
def test_a_heading_is_one_heading(data):
    tokens = parsed("\n".join(md.heading(2, f"x {data}")))
    assert [t.type for t in tokens] == ["heading_open", "inline", "heading_close"]
    assert shown(tokens[1]) == f"x {visible(data)}".strip()


def test_addresses_are_not_links_in_githubs_dialect():
    written = md.text("see https://a.example and www.a.example")
    assert not re.search(r"https?://|www\.", written)
