"""Faults as people read them."""

import pytest

import cascade_kpi as ck
from cascade_kpi.errors import check, suggest
from tests.helpers import refused


def test_a_fault_says_where_what_why_and_what_to_do():
    fault = ck.Fault("units", "no such node", "name one", row=3, line=5, column="id", value="x")
    assert str(fault) == "units row 3 (line 5), id = 'x': no such node; name one"
    assert str(ck.Fault("units", "empty", "fill it")) == "units: empty; fill it"


@pytest.mark.parametrize(
    "value",
    ["a\nb", "a\u202eb", "a\x1b[31mb", "x" * 10_000, 10**5000, "\ud800"],
    ids=["newline", "turned", "escape", "long", "huge number", "half a character"],
)
def test_quoted_data_can_neither_forge_nor_flood_a_message(value):
    text = str(ck.Fault("units", "r", "r", value=value))
    assert len(text) < 120
    assert text.isprintable()


def test_printable_letters_stay():
    assert "日本" in str(ck.Fault("units", "r", "r", value="日本"))


def test_an_error_lists_its_faults_and_counts_the_rest():
    faults = [ck.Fault("units", "bad", "mend", row=i) for i in range(25)]
    error = ck.InputError(faults)
    assert isinstance(error, ValueError)
    assert error.faults == tuple(faults)
    lines = str(error).splitlines()
    assert lines[0] == "25 faults"
    assert len(lines) == 22
    assert "5 more" in lines[-1]
    assert str(ck.InputError(faults[:1])).startswith("1 fault\n")


def test_check_raises_only_if_there_are_faults():
    check([])
    assert len(refused(check, [ck.Fault("a", "b", "c")] * 2)) == 2


@pytest.mark.parametrize(
    ("name", "known", "repair"),
    [
        ("esat", ["east", "north"], "did you mean 'east'?"),
        ("EAST ", ["east"], "did you mean 'east'?"),
        ("zzz", ["a", "b"], "use one of 'a', 'b'"),
        ("zzz", list("abcdef"), "use one of 'a', 'b', 'c', 'd', 'e', …"),
        (12, [123, 999], "did you mean 123?"),
        ("x", [], "define it first"),
    ],
)
def test_near_misses(name, known, repair):
    assert suggest(name, known) == repair


@pytest.mark.parametrize(
    "name", ["x" * 10**6, 10**5000, ["x"] * 10**5], ids=["text", "number", "list"]
)
def test_only_the_beginning_of_long_names_is_compared(monkeypatch, name):
    def compared(word, known, **_):
        assert max(map(len, [word, *known])) <= 100
        return []

    monkeypatch.setattr("difflib.get_close_matches", compared)
    assert len(suggest(name, ["x" * 10**6, "y" * 10**6])) < 200


def test_an_id_of_thousands_of_digits_is_refused_as_any_other():
    for table in ({"id": ["a"], "parent": [10**5000]}, {"id": [1], "parent": [10**5000]}):
        refused(ck.OrgTree.from_table, table)
    refused(ck.OrgTree.from_table({"id": ["a"], "parent": [""]}).row, 10**5000)


def test_a_later_stage_is_told_how_to_give_what_is_wanted():
    org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    kpi = ck.Kpi("sales", "CNY", lot=1)
    targets = ck.cascade(org, [kpi], {"sales": 10}, periods="2027")
    agreed = ck.reconcile(targets, {"node": ["a"], "kpi": ["sales"], "value": [9]})
    stints = {"holder": ["li"], "node": ["a"], "start": ["2027-01-01"], "end": [""]}
    moved = ck.move(targets, ck.Stints.from_table(stints, org), by=ck.moves.FollowsPost())
    for verb in (ck.aligned_with, ck.recascade, lambda stage: ck.phase(stage, ["a"], None)):
        assert "pass its .targets" in str(refused(verb, agreed)[0])
        assert "pass what its .targets(…) answers" in str(refused(verb, moved)[0])
        assert "make it with cascade(…)" in str(refused(verb, 7)[0])
    assert ck.report(agreed).title == "hq, 2027"  # it has a page of its own
    assert "a performance plan" in str(refused(ck.report, 7)[0])


def test_a_number_for_periods_is_told_to_be_text():
    (fault,) = refused(ck.Periods, 2026)
    assert "not an int" in fault.reason
    assert "such as '2026'" in fault.repair


def test_what_has_no_record_is_not_told_to_be_registered():
    org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    targets = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 10}, periods="2027")
    (fault,) = refused(ck.to_json, ck.explain(targets, "hq", "sales"))
    assert "@record" not in fault.repair
    assert "write what it was made from" in fault.repair
