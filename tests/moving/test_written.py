"""Moved targets and credited results as JSON: made again, the same to the row."""

import json

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import moves
from cascade_kpi.records import from_json, to_json
from tests.helpers import entries, org, refused
from tests.moving.cases import LEAVES, MOVES, held, year

UNITS = ck.Reorganisation.from_table(
    entries(("cid", "hq", "2026-11-01"), ("east", "west", "2026-10-01"),
            columns=("node", "parent", "start")), org(),
)  # fmt: skip
WAYS = {
    "post": {"by": moves.FollowsPost()},
    "person": {"by": moves.FollowsPerson(), "units": UNITS, "leaves": LEAVES,
               "cover": moves.Cover("company", "holder")},
    "days": {"by": moves.FollowsTerritory(), "days": moves.WorkingDays(), "units": UNITS},
    "calendar": {"by": moves.FollowsPost(),
                 "calendar": ck.Calendar.of(["2025", "2026"])},
}  # fmt: skip
REPORTS = {
    "holder": ["li", "", "cy"],
    "node": ["", "bob", "cid"],
    "kpi": ["sales"] * 3,
    "start": ["2026-07-01", "2026-02-01", "2026-02-02"],
    "end": ["2026-12-31", "2026-02-28", "2026-02-02"],
    "value": [7, 0.1, 3],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_moved_targets_come_back_as_they_were(way):
    stage = ck.move(year(), MOVES, **way)
    text = to_json(stage)
    again = from_json(text, expect=ck.Moved)
    assert again == stage
    assert hash(again) == hash(stage)
    assert to_json(again) == text
    for name in ("by_holder", "by_unit", "by_stint"):
        for column, values in getattr(stage, name)("sales").items():
            np.testing.assert_array_equal(values, getattr(again, name)("sales")[column])


def test_explanations_name_the_rows_that_they_named():
    rows = list(zip(*MOVES.table().values(), strict=True))[::-1]
    stints = ck.Stints.from_table(entries(*rows, columns=tuple(MOVES.table())))
    stage = ck.move(year(), stints, by=moves.FollowsPerson(), units=UNITS, leaves=LEAVES)
    again = from_json(to_json(stage))
    for who in ("li", "hq"):
        told = [ck.explain(each, who, kpi="sales").text(depth=None) for each in (stage, again)]
        assert told[0] == told[1]
    assert "stints row 4" in told[0]


def test_credited_results_come_back_as_they_were():
    stage = ck.move(year(), MOVES, by=moves.FollowsPost(), units=UNITS)
    done = ck.credit(stage, REPORTS)
    text = to_json(done)
    again = from_json(text, expect=ck.Credited)
    assert again == done
    assert hash(again) == hash(done)
    assert to_json(again) == text
    assert again != ck.credit(stage, {**REPORTS, "value": [7, 0.2, 3]})
    for who in ("li", "bob"):
        told = [ck.explain(each, who, kpi="sales").text(depth=None) for each in (done, again)]
        assert told[0] == told[1]
    for columns in ("holder", "node"):
        some = {name: column[2:] for name, column in REPORTS.items() if name != columns}
        one = ck.credit(stage, some)
        assert from_json(to_json(one)) == one
    empty = ck.credit(stage, {name: [] for name in REPORTS})
    assert from_json(to_json(empty)) == empty


def test_holders_may_be_whole_numbers():
    stints = ck.Stints.from_table(
        {"holder": [70], "node": ["ann"], "start": ["2026-01-01"], "end": ["2026-12-30"]}
    )
    stage = ck.move(year(), stints, by=moves.FollowsPost())
    assert from_json(to_json(stage)) == stage
    reports = {"holder": [70, None], "node": ["ann", "bob"], "kpi": ["sales"] * 2, "value": [1, 2],
               "date": ["2026-03-01"] * 2}  # fmt: skip
    done = ck.credit(stage, reports)
    assert from_json(to_json(done)) == done


@pytest.mark.parametrize(
    ("where", "value", "reason"),
    [
        (("stints", "start", "values", 2), "2026-02-30", "not a date"),
        (("stints", "end", "values", 0), "2025-06-30", "ends before it starts"),
        (("stints", "node", "values", 1), "cidd", "no such node"),
        (("leaves", "holder", "values", 0), "lu", "no stint of this holder"),
        (("leaves", "start", "values", 0), None, "blank"),
        (("units", "parent", "values", 1), "ann", "below itself"),
        (("cover", "leave"), "NOBODY", "NOBODY"),
        (("calendar", "spans"), {"2026": ["2026-12-31", "2026-01-01"]}, "ends before it begins"),
        (("targets", "digest"), "sha256:0", "other values"),
    ],
)
def test_a_document_that_was_tampered_with_is_refused_with_its_path(where, value, reason):
    document = json.loads(to_json(ck.move(year(), MOVES, **WAYS["person"])))
    inside = document["record"]
    for step in where[:-1]:
        inside = inside[step]
    inside[where[-1]] = value
    faults = refused(from_json, json.dumps(document))
    assert any(reason in str(fault) for fault in faults)
    assert all("$.record" in str(fault) for fault in faults)


def test_a_policy_that_is_no_record_is_not_written():
    def own(history, origins):
        return moves.FollowsPost()(history, origins)

    stage = ck.move(year(), held(("li", "ann", "2026-01-01", "")), by=own)
    with pytest.raises((ck.InputError, TypeError), match="by"):
        to_json(stage)
