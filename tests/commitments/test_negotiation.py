"""Rounds of proposal, counter-proposal and agreement."""

import json
from datetime import date

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.commitments.negotiation import Round
from tests.helpers import org, refused

SALES = ck.Kpi("sales", "CNY", lot=1, split=ck.splits.Equal())
TARGETS = ck.cascade(org(), [SALES], {"sales": 120}, periods="2027")
FIRST, LATER, LAST = date(2026, 11, 2), date(2026, 11, 5), date(2026, 11, 9)


def offers(**values):
    return {"node": list(values), "kpi": ["sales"] * len(values), "value": list(values.values())}


def plan(talks, **values):
    return ck.reconcile(TARGETS, talks.standing(offers(**values) if values else None))


def begun():
    talks = ck.Negotiation("sales of 2027")
    return talks.propose(plan(talks, ann=20, bob=44), who="east", when=FIRST)


def at(*nodes):
    return {"node": list(nodes), "kpi": ["sales"] * len(nodes)}


def test_a_whole_negotiation_and_what_moved_in_it():
    talks = begun()
    assert talks.status()["state"].tolist() == ["proposed", "proposed"]
    talks = talks.counter(plan(talks, ann=28), who="hq", when=LATER)
    assert len(talks.rounds[1].stated["node"]) == 1  # only what is new
    before = dict(zip(talks.status()["node"], talks.status()["plan"], strict=True))
    talks = talks.agree(at("bob", "cid"), who="hq", when=LATER)
    talks = talks.agree(at("ann"), who="east", when=LAST)
    status = talks.status()
    assert status["node"].tolist() == ["ann", "bob", "cid"]
    assert status["state"].tolist() == ["agreed"] * 3
    assert status["by"].tolist() == ["east", "hq", "hq"]
    assert status["value"][1] == before["bob"]
    assert status["when"].dtype == "datetime64[D]"
    moved = talks.moved(0, 1)
    assert "ann" in moved["node"].tolist()
    assert (moved["change"] == moved["after"] - moved["before"]).all()
    assert not len(talks.moved(1, 3)["node"])  # agreeing moves nobody


def test_what_is_agreed_is_certain_in_every_later_plan():
    talks = begun().agree(at("ann"), who="hq", when=LATER)
    agreed = float(talks.status()["value"][0])
    later = plan(talks, bob=90)
    assert later.targets.of("sales")[0, TARGETS.org.row("ann")] == agreed
    talks = talks.propose(later, who="east", when=LAST)
    assert talks.status()["state"].tolist() == ["agreed", "proposed"]


def test_rounds_are_only_added_and_go_through_json():
    one = begun()
    two = one.counter(plan(one, ann=28), who="hq", when=LATER)
    assert two.rounds[0] is one.rounds[0]
    assert len(one.rounds) == 1
    assert ck.from_json(ck.to_json(two)) == two
    assert hash(ck.from_json(ck.to_json(two))) == hash(two)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        two.rounds = ()
    with pytest.raises(ValueError, match="read-only"):
        two.rounds[0].stated["value"][0] = 1


def counters_itself():
    talks = begun()
    talks.counter(plan(talks, ann=28), who="east", when=LATER)


def counters_nothing():
    talks = begun()
    talks.counter(plan(talks, cid=28), who="hq", when=LATER)


def goes_back():
    talks = begun()
    talks.counter(plan(talks, ann=28), who="hq", when=date(2026, 11, 1))


def forgets():
    begun().propose(ck.reconcile(TARGETS, offers(cid=3)), who="hq", when=LATER)


def overrules():
    talks = begun().agree(at("ann"), who="hq", when=LATER)
    talks.propose(ck.reconcile(TARGETS, offers(ann=99, bob=44)), who="hq", when=LATER)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (counters_itself, "nobody else has proposed anything there"),
        (counters_nothing, "nobody else has proposed anything there"),
        (goes_back, "before 2026-11-02"),
        (forgets, "what stood is not among the plan's offers"),
        (overrules, "was agreed by hq on 2026-11-05"),
        (lambda: begun().agree(at("ann"), who="east", when=LATER), "east proposed it last"),
        (lambda: begun().agree(at("zoe"), who="hq", when=LATER), "in the last plan"),
        (lambda: begun().propose(plan(begun()), who="hq", when=LATER), "nothing new is proposed"),
        (lambda: ck.Negotiation("x").agree(at("ann"), who="hq", when=LATER), "nothing is proposed"),
        (lambda: begun().agree(at("ann"), who="", when=LATER), "empty"),
        (lambda: begun().agree(at("ann"), who="hq", when="today"), "not a date"),
        (lambda: ck.Negotiation(""), "empty"),
        (lambda: ck.Negotiation("x", [1]), "not a Round"),
        (lambda: begun().propose(TARGETS, who="hq", when=LATER), "a Reconciliation is wanted"),
        (lambda: begun().moved(0, 3), "not a whole number"),
        (lambda: begun().standing({"node": ["ann"]}), "kpi"),
        (lambda: Round("a", FIRST, "sermon", {}, {}), "no such act"),
    ],
)
def test_what_is_not_lawful(act, told):
    assert any(told in str(fault) for fault in refused(act)), told


def test_what_is_agreed_cannot_be_proposed_again():
    talks = begun().agree(at("ann"), who="hq", when=LATER)
    (fault,) = refused(talks.standing, offers(ann=3))
    assert "was agreed by hq" in fault.reason
    assert fault.row == 0


def test_a_document_with_unlawful_rounds_is_refused():
    talks = begun().agree(at("ann"), who="hq", when=LATER)
    text = ck.to_json(talks).replace('"who": "hq"', '"who": "east"')
    assert any("proposed it last" in str(fault) for fault in refused(ck.from_json, text))


def test_several_periods():
    goals = {"node": ["hq"] * 2, "kpi": ["sales"] * 2, "period": ["H1", "H2"], "value": [60, 60]}
    targets = ck.cascade(org(), [SALES], goals)
    table = {"node": ["ann"], "kpi": ["sales"], "period": ["H2"], "value": [40]}
    talks = ck.Negotiation("halves")
    talks = talks.propose(ck.reconcile(targets, talks.standing(table)), who="ann", when=FIRST)
    assert talks.status()["period"].tolist() == ["H2"]
    assert np.isin(talks.rounds[0].outcome["period"], ["H1", "H2"]).all()
    (fault,) = refused(talks.agree, at("ann"), who="hq", when=LATER)
    assert "period" in fault.reason
    del table["value"]
    assert talks.agree(table, who="hq", when=LATER).status()["state"].tolist() == ["agreed"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda talks: talks["rounds"][0]["outcome"]["value"]["values"].__setitem__(2, 9),
        lambda talks: talks["rounds"][0]["outcome"]["value"]["values"].__setitem__(2, None),
        lambda talks: talks["rounds"][0].__setitem__("who", "somebody else"),
        lambda talks: talks["rounds"].clear(),
        lambda talks: talks.pop("digest"),
    ],
)
def test_rounds_that_were_changed_in_their_document_are_refused(edit):
    document = json.loads(ck.to_json(begun()))
    edit(document["record"])
    (fault,) = refused(ck.from_json, json.dumps(document))
    assert str(fault).startswith("$.record")
