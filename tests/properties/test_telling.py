"""A total in sentences, over cards of any shape: all of the card, and no number of its own."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings

import cascade_kpi as ck
from cascade_kpi.explaining.reading import Combining, Replayed, Slope
from cascade_kpi.reporting.telling.statements import Part
from tests.properties.test_cards import cards, worlds

pytestmark = pytest.mark.slow

NUMBER = re.compile(r"[−+-]?\d[\d,]*(?:\.\d+)?")
GRADES = ck.Grades.from_edges({"A": 110, "B": 60.5, "C": None})


def read(text):
    """Numbers in a text, with the decimals that each is shown to."""
    for found in NUMBER.findall(text):
        plain = found.replace(",", "").replace("−", "-")
        yield float(plain), len(plain.partition(".")[2])


def known_numbers(why, gaps, node):
    """All that an explanation tells, and what is made of it as the sentences say."""
    known = {2.0, 1.0, *(edge for edge in (110, 60.5))}
    known |= {edge - why.value for edge in (110, 60.5)}
    for _, each in why.walk(None):
        known.add(each.value)
        known |= {number for number, _ in read(each.name)}
        if each.operation is None:
            continue
        known |= {number for number, _ in read(each.operation.words())}
        if isinstance(each.operation, Combining):
            inputs = [part.value for part in each.inputs]
            for k in range(len(each.operation.weights)):
                slope = Slope(each.operation, k)(*inputs)
                known |= {slope, slope * inputs[k]}
                filled = filled_points(each.operation, k, inputs)
                known |= {filled, slope * filled}
        if isinstance(each.operation, Replayed):
            known.add(each.value - each.inputs[0].value)
    row = gaps.org.row(node)
    known |= {-float(gaps.in_points(name)[0, row]) for name in gaps.scores.kpi_items}
    return np.array([each for each in known if not math.isnan(each)])


def filled_points(combining, k, inputs):
    """Points of a part as they count."""
    above = dict(zip(combining.asked, inputs[len(combining.weights) :], strict=True))
    fill = combining.joint.absence.fill
    return float(fill(np.array([inputs[k]]), lambda: np.array([above.get(k, math.nan)]))[0])


def told_names(told):
    """Items that a paragraph begins with, in order."""
    firsts = [each[0].fields.get("item") for each in told.statements]
    return [each.name for each in firsts if isinstance(each, Part)]


def graded(card):
    return ck.Scorecard(card.root, card.weights, missing=card.missing, grades=GRADES)


def items_on(scores, node):
    """Items on a node's card, brought ones included, in the order of the card."""
    outline, row = scores.outline, scores.org.row(node)
    on = {0}
    for i in range(1, len(outline.parts)):
        beside = outline.beside[i] or scores.weights(outline.names[i])[row] > 0
        if outline.above[i] in on and beside:
            on.add(i)
    return [outline.names[i] for i in outline.items if i in on]


@settings(max_examples=30)
@given(worlds(), cards())
def test_every_language_tells_all_of_the_card_and_no_number_of_its_own(results, card):
    scores = ck.score(results, graded(card))
    gaps = ck.gaps(scores)
    for node in ("hq", "s"):
        known = known_numbers(ck.explain(scores, node), gaps, node)
        known = np.concatenate([known, 100 * known])
        for language in ("en", "zh"):
            told = ck.tell(scores, node, language=language)
            assert told_names(told) == items_on(scores, node)
            for sentence in told.sentences:
                for number, decimals in read(sentence.replace("2026", "")):
                    off = np.abs(np.abs(known) - abs(number)).min()
                    assert off <= 0.5000001 * 10.0**-decimals, (number, sentence)


@settings(max_examples=30)
@given(worlds(), cards())
def test_contributions_and_changes_sum_to_the_value_of_every_section(results, card):
    scores = ck.score(results, graded(card))
    for node in ("hq", "q", "s"):
        brought, put, changed, last = {}, {}, {}, {}
        for paragraph in ck.tell(scores, node).statements:
            section = None
            for each in paragraph:
                fields = each.fields
                if each.phrase in {"contributes", "adds"}:
                    name = fields["section"].name
                    brought[name] = brought.get(name, 0.0) + fields["contribution"].value
                if each.phrase == "together":
                    section = fields["section"].name
                    put[section] = last[section] = fields["value"].value
                if each.phrase in {"stepped", "vetoed"}:
                    changed[section] = changed.get(section, 0.0) + fields["change"].value
                    last[section] = fields["after"].value
        for name, value in put.items():
            made = float(scores.points(name)[0, scores.org.row(node)])
            assert last[name] == made
            assert value + changed.get(name, 0.0) == pytest.approx(made, abs=1e-9)
            if name in brought:
                assert brought[name] == pytest.approx(value, abs=1e-9)
