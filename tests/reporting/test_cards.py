"""Scorecards in a report: the one in focus says its total in sentences."""

import html

import cascade_kpi as ck
from tests.reporting.case import plan

WORDS = "How the total was made, in sentences"


def test_the_card_in_focus_says_its_total_in_sentences():
    stage = plan()
    page, text = (side(ck.report(stage)) for side in (ck.Report.html, ck.Report.markdown))
    told = ck.tell(stage.gaps.scores, "hq", period=stage.period)
    assert page.count(WORDS) == 1
    for paragraph in told.paragraphs:
        assert f"<p><bdi>{html.escape(paragraph, quote=False)}</bdi></p>" in page
    assert told.sentences[0] in text
    assert len(told.paragraphs) > 3


def test_names_in_its_sentences_are_escaped():
    page = ck.Report.html(ck.report(plan({"company": "<b>HQ", "ratio": "<i>churn"})))
    assert page.count(WORDS) == 1
    assert "<b>HQ" not in page
    assert "<i>churn" not in page
