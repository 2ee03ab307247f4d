"""Stages as tables: the rows that are there, their order, and that they read back the same."""

import math

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi._arrays import equal
from tests.strategies.cycles import cases, reports
from tests.strategies.goals import goals_tables
from tests.strategies.kpis import kpis
from tests.strategies.trees import orgs, shuffled

PERIODS = ("Q2", "Q10", "Q1")  # in an order that nobody would sort them into


def rows_of(table):
    """The rows of a table, NaN as None, once its columns are found to be of one length."""
    assert all(isinstance(column, np.ndarray) for column in table.values())
    assert len({column.shape for column in table.values()}) == 1
    columns = [column.tolist() for column in table.values()]
    return [tuple(None if v != v else v for v in row) for row in zip(*columns, strict=True)]


def expected(stage, holds, cells, *columns):
    """The rows of a long table by the plain way.

    `holds` says of a row's numbers whether it is there; `cells` are (name, unit) by KPI;
    each column is a function of a KPI's name.
    """
    arrays = {name: [column(name) for column in columns] for name, _ in cells}
    return [
        (node, name, period, unit, *(None if v != v else v for v in row))
        for p, period in enumerate(stage.periods)
        for name, unit in cells
        for n, node in enumerate(stage.org.ids.tolist())
        if holds(row := tuple(float(a[p, n]) for a in arrays[name]))
    ]


def some(row):
    return any(value == value for value in row)


def units(stage):
    return [(kpi.name, kpi.unit) for kpi in stage.kpis]


@settings(max_examples=60)
@given(cases())
def test_results_scores_and_gaps_are_told_row_by_row(case):
    gaps = case.gaps()
    scores, results = gaps.scores, gaps.scores.results
    for stage in (results, ck.over_periods(results, "year")):
        whole = dict(zip(stage.kpis.names, stage.targets.values, strict=True)).get
        assert rows_of(stage.table()) == expected(
            stage, lambda row: some(row[:2]) or row[3] > 0, units(stage),
            stage.of, whole, stage.counted_target,
            lambda kpi, stage=stage: stage.reports(kpi)[0],
            lambda kpi, stage=stage: stage.reports(kpi)[1], stage.coverage,
        )  # fmt: skip
    on_card = [item.kpi for item in case.card.items]
    units_of = [(name, scores.kpis[name].unit) for name in on_card]
    shape = scores.total.shape
    weight = {name: np.broadcast_to(scores.weights(name), shape) for name in on_card}
    table = scores.table()
    got = rows_of({name: column for name, column in table.items() if name != "effective_weight"})
    assert got == expected(
        scores, lambda row: row[2] > 0, units_of, scores.attainment, scores.points, weight.get
    )
    gap_units = [(kpi.name, kpi.gap_unit) for kpi in gaps.kpis]
    without_share = {name: column for name, column in gaps.table().items() if name != "share"}
    assert rows_of(without_share) == expected(
        gaps, lambda row: any(row[i] == row[i] for i in (0, 2, 4)), gap_units,
        gaps.of, gaps.shortfall, gaps.to_parent, gaps.kept, gaps.in_points,
    )  # fmt: skip


@settings(max_examples=60)
@given(cases())
def test_effective_weights_make_the_total_and_sum_to_one(case):
    scores = ck.score(case.results(), case.card)
    table, totals = scores.table(), scores.totals()
    parts = {}
    for node, period, points, weight, share in zip(
        *(table[c].tolist() for c in ("node", "period", "points", "weight", "effective_weight")),
        strict=True,
    ):
        parts.setdefault((period, node), []).append((points, weight, share))
    keys = list(zip(totals["period"].tolist(), totals["node"].tolist(), strict=True))
    assert keys == [
        (p, n) for p in scores.periods for n in scores.org.ids.tolist() if (p, n) in parts
    ]
    for key, total, grade in zip(
        keys, totals["total"].tolist(), totals["grade"].tolist(), strict=True
    ):
        assert grade == (scores.grade(key[1], key[0]) or "")
        items = parts[key]
        if total != total:
            assert all(share != share for _, _, share in items)
            continue
        assert sum(share for _, _, share in items) == pytest.approx(1)
        made = sum(share * points for points, _, share in items if points == points)
        size = sum(abs(share * points) for points, _, share in items if points == points)
        assert made == pytest.approx(total, abs=1e-12 * size)
        for points, weight, share in items:
            if case.card.missing == ck.absences.Renormalise() and points != points:
                assert share == 0
            elif case.card.missing != ck.absences.Renormalise():
                assert share == pytest.approx(weight / 100)


@settings(max_examples=60)
@given(cases())
def test_shares_are_of_the_parents_gap_and_totals_have_theirs(case):
    gaps = case.gaps()
    table, org = gaps.table(), gaps.org
    by_key = {row[:3]: row for row in rows_of(table)}
    names = list(table)
    gap_at, share_at, brought_at = map(names.index, ("gap", "share", "to_parent"))
    for (node, kpi, period), row in by_key.items():
        parent = org[node].parent
        above = None if parent is None else by_key.get((parent.id, kpi, period))
        if above is None or not above[gap_at] or row[brought_at] is None:
            assert row[share_at] is None
        else:
            assert row[share_at] == row[brought_at] / above[gap_at]
    totals = rows_of(gaps.totals())
    assert totals == [
        (node, period, None if (v := float(gaps.total[p, n])) != v else v)
        for p, period in enumerate(gaps.periods)
        for n, node in enumerate(org.ids.tolist())
        if gaps.scores.total[p, n] == gaps.scores.total[p, n]
    ]


@given(orgs(), st.data())
def test_a_tree_is_read_back_from_its_table(org, data):
    table = org.table()
    names = {name: name for name in ("kind", "label") if name in table}
    assert ck.OrgTree.from_table(table, **names) == org
    mixed = shuffled(
        {name: column.tolist() for name, column in table.items()},
        data.draw(st.permutations(range(len(org)))),
    )
    again = ck.OrgTree.from_table(mixed, **names)
    assert equal((again.ids, again.parent, again.kinds), (org.ids, org.parent, org.kinds))


@given(st.data())
def test_reports_are_read_back_from_their_table(data):
    org, rules = data.draw(orgs()), data.draw(kpis())
    given_table = data.draw(reports(org, rules, PERIODS))
    actuals = ck.Actuals.from_table(org, rules, given_table, periods=PERIODS)
    table = actuals.table()
    again = ck.Actuals.from_table(org, rules, table, periods=PERIODS)
    assert again == actuals
    assert rows_of(table) == expected(
        actuals, some, units(actuals), *(column_of(actuals, name) for name in list(table)[4:])
    )
    assert set(table) - {"node", "kpi", "period", "unit"} == {
        name for kpi in rules for name in kpi.aggregate.inputs
    }


def column_of(actuals, name):
    nothing = np.full((len(actuals.periods), len(actuals.org)), np.nan)

    def column(kpi):
        inputs = actuals.kpis[kpi].aggregate.inputs
        if name not in inputs:
            return nothing
        return actuals.inputs[actuals.kpis.index(kpi)][inputs.index(name)]

    return column


@given(st.data())
def test_targets_that_were_assigned_are_assigned_again_from_their_table(data):
    org, rules = data.draw(orgs()), data.draw(kpis())
    goals, _ = data.draw(goals_tables(org, rules, PERIODS))
    targets = ck.assign(org, rules, goals, periods=PERIODS)
    again = ck.assign(org, rules, targets.table(), periods=PERIODS)
    assert equal(again.values, targets.values)


@given(st.data())
def test_cascaded_targets_are_told_in_lots_and_assigned_from_their_table(data):
    org, rules = data.draw(orgs()), data.draw(kpis())
    goals, _ = data.draw(goals_tables(org, rules, PERIODS))
    targets = ck.cascade(org, rules, goals, periods=PERIODS)
    table = targets.table()
    none = np.full((len(PERIODS), len(org)), np.nan)
    lots = {
        kpi.name: targets.lots_of(kpi.name).filled(0) if kpi.split.divides else none
        for kpi in rules
    }
    without = {name: column for name, column in table.items() if name != "value"}
    assert rows_of(without) == expected(
        targets, lambda row: row[0] == row[0], units(targets), targets.of, lots.get
    )
    again = ck.assign(org, rules, table, periods=PERIODS)
    for kpi in rules:
        whole, made = targets.of(kpi.name), again.of(kpi.name)
        assert equal(made[:, org.is_leaf], whole[:, org.is_leaf])
        if kpi.aggregate.makeup is ck.aggregates.Makeup.SUM:
            size = np.abs(whole).max() + 1
            np.testing.assert_allclose(
                made[~np.isnan(whole)], whole[~np.isnan(whole)], atol=1e-12 * size
            )


def test_lots_of_a_node_beyond_its_childrens_are_exact():
    org = ck.OrgTree.from_table({"id": list("habc"), "parent": ["", "h", "h", "h"]})
    kpi = ck.Kpi("sales", "CNY", lot="0.1")
    table = ck.cascade(org, [kpi], {"sales": 0.7}, periods="p").table()
    assert table["target"].tolist() == [0.7, 0.3, 0.2, 0.2]  # in floats these sum to less
    assert table["lots"].tolist() == [7, 3, 2, 2]
    assert table["value"].tolist() == [0, 0.3, 0.2, 0.2]


def test_targets_given_as_wholes_are_told_with_what_is_the_nodes_own():
    org = ck.OrgTree.from_table({"id": list("hab"), "parent": ["", "h", "h"]})
    kpis = [ck.Kpi("s", "x"), ck.Kpi("m", "x", aggregate=ck.aggregates.Mean())]
    columns = {"s": [10.0, 4.0, math.nan], "m": [1.0, 2.0, 3.0]}
    table = ck.Targets.from_columns(org, kpis, columns, periods="p").table()
    assert rows_of({c: table[c] for c in ("node", "kpi", "target", "lots", "value")}) == [
        ("h", "s", 10, None, 6), ("a", "s", 4, None, 4),
        ("h", "m", 1, None, 1), ("a", "m", 2, None, 2), ("b", "m", 3, None, 3),
    ]  # fmt: skip


def test_names_of_the_trees_own_columns_can_be_chosen_and_must_differ():
    given_table = {
        "unit": [1, 2],
        "boss": [None, 1],
        "kind": ["x", "y"],
        "id": [7, 8],
        "sort": ["s", "s"],
    }
    org = ck.OrgTree.from_table(given_table, id="unit", parent="boss", kind="sort")
    with pytest.raises(ck.InputError) as refused:
        org.table()
    assert [fault.column for fault in refused.value.faults] == ["id", "kind"]
    with pytest.raises(ck.InputError):
        org.table(id="x", parent="x", kind="sort")
    table = org.table(id="unit", parent="boss", kind="sort")
    assert ck.OrgTree.from_table(table, id="unit", parent="boss", kind="sort") == org
    assert table["boss"].tolist() == [None, 1]
    assert list(table) == ["unit", "boss", "sort", "kind", "id"]


def test_labels_that_are_the_ids_are_left_out():
    org = ck.OrgTree.from_table({"id": [1, 2], "parent": [None, 1], "n": ["", "2"]}, label="n")
    assert list(org.table()) == ["id", "parent"]
    named = attrs.evolve(org, labels=np.array(["1", "two"], dtype=object))
    assert named.table()["label"].tolist() == ["1", "two"]


def test_a_forest_is_read_back():
    org = ck.OrgTree.from_table({"id": ["b", "a"], "parent": ["", ""]}, roots="many")
    assert ck.OrgTree.from_table(org.table(), roots="many") == org


def test_a_change_and_a_breakdown_are_tables():
    org = ck.OrgTree.from_table({"id": [1, 2, 3], "parent": [None, 1, 1]})
    targets = ck.cascade(org, [ck.Kpi("s", "x")], {"s": 10}, periods="p")
    actuals = {"node": [2, 3], "kpi": ["s", "s"], "value": [2.0, 4.0]}
    results = ck.measure(targets, actuals)
    change = results.what_if(2, "s", 7).table()
    assert rows_of(change) == [(2, "s", "p", "x", 2, 7), (1, "s", "p", "x", 6, 11)]
    assert change["node"].dtype == np.int64
    gaps = ck.gaps(ck.score(results, ck.Scorecard([ck.Item("s")], {"s": 100})))
    assert rows_of(gaps.by_child(1, "s").table()) == [
        (2, "2", "x", -3.0, 0.75, 0.75), (3, "3", "x", -1.0, 0.25, 1.0),
    ]  # fmt: skip
    assert rows_of(gaps.by_kpi(2).table()) == [("s", "s", "points", -60.0, 1.0, 1.0)]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_frames_take_tables_as_they_are_and_are_read_back(library):
    frames = pytest.importorskip(library)
    frame = frames.table if library == "pyarrow" else frames.DataFrame
    org = ck.OrgTree.from_table(
        {
            "id": ["hq", "华", "b"],
            "parent": ["", "hq", "hq"],
            "k": list("xyy"),
            "last": [None, 1.5, 2],
        },
        kind="k",
    )
    kpis = [ck.Kpi("s", "CNY"), ck.Kpi("r", "%", aggregate=ck.aggregates.Ratio(100))]
    assert ck.OrgTree.from_table(frame(org.table()), kind="kind").table()["parent"].tolist() == [
        "",
        "hq",
        "hq",
    ]
    targets = ck.cascade(org, kpis, {"s": 10.0, "r": 3.0}, periods="p")
    assert equal(ck.assign(org, kpis, frame(targets.table())).values, targets.values)
    ratio = np.array([np.nan, 1, 2]), np.array([np.nan, 3, 4])
    columns = {"s": [np.nan, 1, np.nan], "r": ratio}
    actuals = ck.Actuals.from_columns(org, kpis, columns, periods="p")
    assert ck.Actuals.from_table(org, kpis, frame(actuals.table())) == actuals
    scores = ck.score(ck.measure(targets, actuals), ck.Scorecard([ck.Item("s")], {"s": 100}))
    none = ck.Actuals.from_columns(org, kpis, {}, periods="p")
    for table in (scores.table(), scores.totals(), ck.gaps(scores).table(), none.table()):
        read = ck.tables.read(frame(table), name="t")
        for name, column in table.items():
            texts, numbers = read.texts, read.numbers
            got = (
                texts(name, faults := [])
                if column.dtype.kind in "OU"
                else numbers(name, faults := [])
            )
            assert equal(got.tolist(), column.tolist()) or np.array_equal(
                got, column, equal_nan=True
            )
            assert not faults


def test_a_table_without_rows_has_typed_columns():
    polars = pytest.importorskip("polars")
    org = ck.OrgTree.from_table({"id": ["a"], "parent": [""]})
    empty = ck.Actuals.from_columns(org, [ck.Kpi("s", "x")], {}, periods="p").table()
    assert polars.DataFrame(empty).dtypes == [polars.String] * 4 + [polars.Float64]


def test_only_the_table_is_the_callers_own():
    org = ck.OrgTree.from_table({"id": ["a", "b"], "parent": ["", "a"]})
    actuals = ck.Actuals.from_columns(org, [ck.Kpi("s", "x")], {"s": [1.0, 2.0]}, periods="p")
    table = actuals.table()
    table["value"][0], table["node"][0] = 9.0, "z"
    assert actuals.inputs[0][0].tolist() == [[1.0, 2.0]]
    assert org.ids.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="read-only"):
        org.table()["id"][0] = "z"
